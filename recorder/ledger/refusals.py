"""Reports of lines and arguments that could not be taken.

Invariant: pure but for the report that is handed in; however many lines are refused, the reports stay few.
"""

from collections.abc import Callable

_MOST = 20


class Refusals:
    """Parts of one input that were refused: the first ones are reported in words, the rest by their number.

    Args:
        notify: takes one line for people.
        name: of the input.
        unit: of what it is made.

    Attributes:
        count: parts refused so far.
    """

    def __init__(self, notify: Callable[[str], None], *, name: str, unit: str = "line") -> None:
        self._notify = notify
        self._name = name
        self._unit = unit
        self.count = 0

    def add(self, number: int, why: object) -> None:
        """Report one part, by its number from 1, and why it was refused."""
        self.count += 1
        if self.count <= _MOST:
            self._notify(f"{self._unit} {number} of {self._name}: {why}: left out")

    def finish(self) -> None:
        """Report how many were not reported in words."""
        if self.count > _MOST:
            self._notify(f"{self._name}: {self.count - _MOST:,} more {self._unit}s were left out")
