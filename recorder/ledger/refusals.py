"""Report the lines and arguments that were refused.

Invariant: at most `_MOST` lines are reported in words, however many are refused.
"""

from collections.abc import Callable

_MOST = 20


class Refusals:
    """The refused parts of one input: the first ones are reported in words, the others counted.

    Args:
        notify: prints one line for people.
        name: the name of the input.
        unit: the word for one part of it.

    Attributes:
        count: parts refused so far.
    """

    def __init__(self, notify: Callable[[str], None], *, name: str, unit: str = "line") -> None:
        self._notify = notify
        self._name = name
        self._unit = unit
        self.count = 0

    def add(self, number: int, why: object) -> None:
        """Report one part, by its number from 1, and the reason."""
        self.count += 1
        if self.count <= _MOST:
            self._notify(f"{self._unit} {number} of {self._name}: {why}: left out")

    def finish(self) -> None:
        """Report the number of the other parts."""
        if self.count > _MOST:
            self._notify(f"{self._name}: {self.count - _MOST:,} more {self._unit}s were left out")
