"""What answers say of a whole source: its key is refused, its server fails, or all is well.

Invariant: one run's trouble never stops another's; only when everything of a source fails does the source pause.
Pure but for the random numbers, which are handed in.
"""

import random
from dataclasses import dataclass, field

from recorder.instants import HOUR, MINUTE, SECOND
from recorder.ledger.answer import Answer, Outcome

FAILURES_BEFORE_PAUSE = 5
FORBIDDEN_BEFORE_STOP = 3
LONGEST_PAUSE_US = MINUTE
PROBE_AFTER_US = HOUR
UNTOLD_THROTTLE_US = 10 * SECOND
UNAUTHORIZED = 401

_SERVED = frozenset({Outcome.CHANGED, Outcome.UNCHANGED, Outcome.NOT_VISIBLE, Outcome.MALFORMED})
_FAILED = frozenset({Outcome.SERVER_ERROR, Outcome.NETWORK_ERROR})


@dataclass(slots=True, kw_only=True)
class Trouble:
    """One source as its answers show it.

    Attributes:
        refused: why its key counts as refused, None while it does not.
        paused_until: no request before then, microseconds since 1970 UTC.
        careful: one request at a time, until one succeeds.
        served: whether any request of this process was served.
        forbidden: the runs that were refused one by one (403).
    """

    refused: str | None = None
    paused_until: int = 0
    careful: bool = False
    served: bool = False
    forbidden: set[str] = field(default_factory=set)
    _failures: int = 0

    def most_now(self, *, under_way: int, now: int) -> int | None:
        """How many requests may go now; None: as many as the budget has."""
        if now < self.paused_until:
            return 0
        return max(1 - under_way, 0) if self.careful else None

    def note(self, answer: Answer, outcome: Outcome, *, chance: random.Random) -> None:
        """Take one recorded answer in."""
        if outcome in _SERVED:
            self._all_is_well()
        elif outcome is Outcome.REFUSED:
            self._refused(answer)
        elif outcome in _FAILED:
            self._failed(answer, chance)

    def _all_is_well(self) -> None:
        self.served = True
        self.careful = False
        self.refused = None
        self._failures = 0

    def _refused(self, answer: Answer) -> None:
        if answer.http_status == UNAUTHORIZED:
            self.stop(answer.observed_at, f"the API key was refused (401{_because(answer)})")
            return
        self.forbidden.add(answer.run_id)
        if self.only_forbidden and len(self.forbidden) >= FORBIDDEN_BEFORE_STOP:
            self.stop(answer.observed_at, f"every run is forbidden (403{_because(answer)})")

    @property
    def only_forbidden(self) -> bool:
        """Nothing of this source succeeded, and runs were forbidden."""
        return bool(self.forbidden) and not self.served

    def stop(self, now: int, why: str) -> None:
        """Send nothing more of this source, but for one request an hour."""
        self.refused = why
        self.careful = True
        self.paused_until = now + PROBE_AFTER_US

    def _failed(self, answer: Answer, chance: random.Random) -> None:
        self._failures += 1
        beyond = self._failures - FAILURES_BEFORE_PAUSE
        if beyond < 0:
            return
        self.careful = True
        pause = min(SECOND << min(beyond, 10), LONGEST_PAUSE_US)
        self.paused_until = answer.observed_at + round(pause * chance.uniform(0.8, 1.2))


def throttled_until(answer: Answer) -> int:
    """Until when a 429 stops its key."""
    if answer.retry_after_s is None:
        return answer.observed_at + UNTOLD_THROTTLE_US
    return answer.observed_at + round(answer.retry_after_s * SECOND)


def _because(answer: Answer) -> str:
    return f": {answer.detail}" if answer.detail else ""
