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
MOST_AT_ONCE = 16
UNAUTHORIZED = 401


@dataclass(slots=True, kw_only=True)
class CircuitBreaker:
    """One source as its answers show it.

    Attributes:
        refused: why its key counts as refused, None while it does not.
        accepted: whether its key is known to be accepted: the last that the API said of it was no refusal.
        was_refused: whether the store said that this very key was refused, when the source was taken.
        stored: whether the store has this very key as accepted (True) or refused (False); None for neither.
        told: whether people were told that it is refused.
        paused_until: no request before then, microseconds since 1970 UTC.
        half_open: one request at a time, until one succeeds.
        served: whether any request of this process was served.
        forbidden: the runs that were refused one by one (403) since the last success, each with what the answer said.
        failed: the runs whose requests failed since the last success.
        down: why the source counts as down, None while it does not.
    """

    refused: str | None = None
    accepted: bool = False
    was_refused: bool = False
    stored: bool | None = None
    told: bool = False
    paused_until: int = 0
    half_open: bool = False
    served: bool = False
    forbidden: dict[str, str] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    down: str | None = None
    _paused_at: int = 0
    _refused_at: int = 0
    _is_key_refused: bool = False
    _failures: int = 0
    _forbiddances: int = 0

    def permits(self, *, under_way: int, now: int) -> int:
        """How many requests may go now; a server that hangs holds up no more than `MOST_AT_ONCE`."""
        if self._paused_at <= now < self.paused_until:  # else the clock was set back
            return 0
        return max((1 if self.half_open else MOST_AT_ONCE) - under_way, 0)

    @property
    def is_key_answered(self) -> bool:
        """Whether the key is no unknown one: it was accepted, or a run was forbidden to it (403)."""
        return self.accepted or bool(self.forbidden)

    def learn(self, *, key_id: str, refused_key: str | None, accepted_key: str | None) -> None:
        """Take in what the store says of the source when this process takes it.

        Args:
            key_id: the fingerprint of the key that is used now.
            refused_key: of the key that was refused last; None for none.
            accepted_key: of the key that was accepted last; None for none.
        """
        self.was_refused = refused_key == key_id
        is_known = self.was_refused or accepted_key == key_id
        self.stored = not self.was_refused if is_known else None
        self.accepted = not self.was_refused and (self.accepted or bool(self.stored))
        self.half_open |= self.was_refused

    def note(self, answer: Answer, outcome: Outcome, *, chance: random.Random) -> None:
        """Take one recorded answer in."""
        if answer.http_status == UNAUTHORIZED:
            self._refuse_key(answer)
        elif self.refused is not None and outcome.is_failure:
            self.stop(answer.observed_at, self.refused)  # whatever else came of the probe
        elif outcome.is_served:
            self._served(answer)
        elif outcome is Outcome.REFUSED:
            self.forbidden[answer.run_id] = _because(answer)
            self._forbiddances += 1
        elif outcome.is_outage:
            self._failed(answer, chance)

    def _served(self, answer: Answer) -> None:
        if _sent_at(answer) < self._refused_at:
            return  # it was on its way before the key was refused
        self.served = self.accepted = True
        self.half_open = self._is_key_refused = False
        self.refused = self.down = None
        self.forbidden.clear()
        self.failed.clear()
        self._failures = self._forbiddances = 0

    def note_key(self, answer: Answer, outcome: Outcome) -> None:
        """Take in what an answer of another source says of the key that both use."""
        if answer.http_status == UNAUTHORIZED:
            self._refuse_key(answer)
        elif outcome.is_answer and self._is_key_refused and _sent_at(answer) >= self._refused_at:
            self.accepted = True
            self.half_open = self._is_key_refused = False
            self.refused = None
            self.paused_until = 0

    def _refuse_key(self, answer: Answer) -> None:
        self._is_key_refused = True
        self.stop(answer.observed_at, f"the API key was refused (401{_because(answer)})")

    def only_forbidden(self, *, asked: int, at_the_end: bool = False) -> bool:
        """Nothing of this source has succeeded for long, and so much was forbidden that it is not a run's trouble.

        Args:
            asked: how many runs of this source are in flight.
            at_the_end: whether nothing more will be asked, so that what there is has to do.
        """
        if self.refused is not None or not self.forbidden:
            return False
        runs = min(FORBIDDEN_BEFORE_STOP, asked)
        enough = self._forbiddances >= FORBIDDEN_BEFORE_STOP and len(self.forbidden) >= runs
        return enough or (at_the_end and not self.served)

    def stop_forbidden(self, now: int) -> None:
        """What was forbidden is not the runs' trouble but the key's."""
        self.stop(now, f"every run is forbidden (403{list(self.forbidden.values())[-1]})")

    def stop(self, now: int, why: str) -> None:
        """Send nothing more of this source, but for one request an hour."""
        self.refused = why
        self.accepted = False
        self.half_open = True
        self._pause(now, now + PROBE_AFTER_US)
        self._refused_at = now

    def _failed(self, answer: Answer, chance: random.Random) -> None:
        """A source is down when one request after another fails; it pauses when they are of more than one run."""
        self._failures += 1
        self.failed.add(answer.run_id)
        beyond = self._failures - FAILURES_BEFORE_PAUSE
        if beyond < 0:
            return
        self.down = answer.detail or f"HTTP {answer.http_status}"
        if len(self.failed) > 1:
            self.half_open = True
            pause = min(SECOND << min(beyond, 10), LONGEST_PAUSE_US)
            until = answer.observed_at + round(pause * chance.uniform(0.8, 1.2))
            self._pause(answer.observed_at, max(self.paused_until, until))

    def _pause(self, now: int, until: int) -> None:
        self._paused_at, self.paused_until = now, until


def _sent_at(answer: Answer) -> int:
    return answer.observed_at - (answer.latency_ms or 0) * 1000


def throttled_until(answer: Answer) -> int:
    """Until when a 429 stops its key."""
    if answer.retry_after_s is None:
        return answer.observed_at + UNTOLD_THROTTLE_US
    return answer.observed_at + round(answer.retry_after_s * SECOND)


def _because(answer: Answer) -> str:
    return f": {answer.detail}" if answer.detail else ""
