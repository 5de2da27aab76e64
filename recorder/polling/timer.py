"""What is done at most once in so long.

Invariant: a clock that was set back stops nothing.
"""


class Timer:
    """Says when it is time again.

    Args:
        every_us: the pause, microseconds.
    """

    def __init__(self, every_us: int) -> None:
        self._every_us = every_us
        self._last_at: int | None = None

    def is_time(self, now: int) -> bool:
        """Whether it is time, at this instant (microseconds since 1970 UTC)."""
        last = self._last_at
        return last is None or not last <= now < last + self._every_us

    def start(self, now: int) -> None:
        """From now on it is not, for the pause."""
        self._last_at = now
