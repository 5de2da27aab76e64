"""The rate limit of the sandbox's keys, in requests in any 60 s.

Invariant: no window of 60 s has more requests of one user than the limit.
"""

from collections import defaultdict, deque

from recorder.sandbox.timestamps import MINUTE, SECOND


class RateLimit:
    """A sliding window for each user; refused requests do not count.

    Args:
        limit: requests in any 60 s, 0 for no limit.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._passed: defaultdict[str, deque[int]] = defaultdict(deque)

    def take(self, user: str, *, now: int) -> float:
        """Count a request in, or return how long it has to wait.

        Args:
            user: the user of the request.
            now: microseconds since 1970 UTC.

        Returns:
            0 where the request goes through, else the seconds until the next one would.
        """
        if not self._limit:
            return 0.0
        passed = self._passed[user]
        while passed and passed[0] <= now - MINUTE:
            passed.popleft()
        if len(passed) >= self._limit:
            return (passed[0] + MINUTE - now) / SECOND
        passed.append(now)
        return 0.0
