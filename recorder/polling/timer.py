"""A timer for work that is done at most once in a while.

Invariant: a clock that was set back stops nothing.
"""


class Timer:
    """The pause between two times of one task.

    Args:
        every_us: the pause, microseconds.
    """

    def __init__(self, every_us: int) -> None:
        self._every_us = every_us
        self._last_at: int | None = None

    def is_time(self, now: int) -> bool:
        """Return whether the pause is over at this instant, microseconds since 1970 UTC."""
        last = self._last_at
        return last is None or not last <= now < last + self._every_us

    def start(self, now: int) -> None:
        """Start the pause at this instant."""
        self._last_at = now
