"""Whether a source may be polled: what its answers say of its key and its server.

Invariant: one run's failures never stop another run; a source pauses only when everything of it fails.
Random numbers are handed in.
"""

import random

from msgspec import Struct, field

from recorder.instants import HOUR, MINUTE, SECOND
from recorder.ledger.answer import Answer, Outcome

FAILURES_BEFORE_PAUSE = 5
FORBIDDEN_BEFORE_STOP = 3
LONGEST_PAUSE_US = MINUTE
PROBE_AFTER_US = HOUR
DEFAULT_THROTTLE_US = 10 * SECOND
MOST_AT_ONCE = 16


class CircuitBreaker(Struct, kw_only=True):
    """The state of one source, as its answers show it.

    Attributes:
        refused: why its key counts as refused; None while it does not.
        accepted: whether the last that the API said of its key was no refusal.
        was_refused: whether the store had this very key as refused when the source was leased.
        stored: whether the store has this very key as accepted (True) or refused (False); None for neither.
        is_reported: whether a message said that it is refused.
        paused_until: no request before then, microseconds since 1970 UTC.
        half_open: whether one request goes at a time, until one succeeds.
        served: whether any request of this process was served.
        forbidden: runs that were forbidden (403) since the last success, each with the reason that the answer gave.
        failed: runs whose requests failed since the last success.
        down: why the source counts as down; None while it does not.
    """

    refused: str | None = None
    accepted: bool = False
    was_refused: bool = False
    stored: bool | None = None
    is_reported: bool = False
    paused_until: int = 0
    half_open: bool = False
    served: bool = False
    forbidden: dict[str, str] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    down: str | None = None
    _paused_at: int = 0
    _refused_at: int = 0
    _is_key_refused: bool = False
    _n_failed: int = 0
    _n_forbidden: int = 0

    def permits(self, *, under_way: int, now: int) -> int:
        """Return how many requests may go now: a server that hangs holds up no more than `MOST_AT_ONCE`."""
        # A time before the pause began means that the clock was set back: the pause is over.
        if self._paused_at <= now < self.paused_until:
            return 0
        return max((1 if self.half_open else MOST_AT_ONCE) - under_way, 0)

    @property
    def is_key_answered(self) -> bool:
        """Whether the API has answered the key: it was accepted, or a run was forbidden to it (403)."""
        return self.accepted or bool(self.forbidden)

    def restore(self, *, key_id: str, refused_key: str | None, accepted_key: str | None) -> None:
        """Restore what the store knows of the source when this process leases it.

        Args:
            key_id: fingerprint of the key in use.
            refused_key: fingerprint of the key that was refused last; None for none.
            accepted_key: fingerprint of the key that was accepted last; None for none.
        """
        self.was_refused = refused_key == key_id
        is_known = self.was_refused or accepted_key == key_id
        self.stored = not self.was_refused if is_known else None
        self.accepted = not self.was_refused and (self.accepted or bool(self.stored))
        # One request shows whether the key works by now.
        self.half_open |= self.was_refused

    def record(self, answer: Answer, outcome: Outcome, *, rng: random.Random) -> None:
        """Apply one recorded answer."""
        # Before the outcome is asked: an answer that refuses the key says nothing of the run.
        if answer.refuses_key:
            self._refuse_key(answer)
        elif self.refused is not None and outcome.is_failure:
            self.stop(answer.observed_at, self.refused)  # the probe brought no answer
        elif outcome.is_served:
            self._note_served(answer)
        elif outcome is Outcome.REFUSED and answer.target.is_row:  # a key may lack the items alone
            self.forbidden[answer.run_id] = _reason(answer)
            self._n_forbidden += 1
        elif outcome.is_outage:
            self._note_outage(answer, rng)

    def _note_served(self, answer: Answer) -> None:
        if _sent_at(answer) < self._refused_at:
            return  # it was on its way before the key was refused
        self.served = self.accepted = True
        self.half_open = self._is_key_refused = False
        self.refused = self.down = None
        self.forbidden.clear()
        self.failed.clear()
        self._n_failed = self._n_forbidden = 0

    def record_key(self, answer: Answer, outcome: Outcome) -> None:
        """Apply an answer of another source to the key that both use."""
        if answer.refuses_key:
            self._refuse_key(answer)
        elif outcome.is_answer and self._is_key_refused and _sent_at(answer) >= self._refused_at:
            self.accepted = True
            self.half_open = self._is_key_refused = False
            self.refused = None
            self.paused_until = 0

    def _refuse_key(self, answer: Answer) -> None:
        self._is_key_refused = True
        self.stop(answer.observed_at, f"the API key was refused (401{_reason(answer)})")

    def only_forbidden(self, *, in_flight: int, is_last_word: bool = False) -> bool:
        """Return whether enough requests were forbidden, and none served, to blame the key and not a run.

        Args:
            in_flight: how many runs of the source are in flight.
            is_last_word: whether no more requests follow, so that one forbidden run is enough.
        """
        if self.refused is not None or not self.forbidden:
            return False
        # With fewer runs than that in flight, the same ones are forbidden again and again.
        runs = min(FORBIDDEN_BEFORE_STOP, in_flight)
        enough = self._n_forbidden >= FORBIDDEN_BEFORE_STOP and len(self.forbidden) >= runs
        return enough or (is_last_word and not self.served)

    def stop_forbidden(self, now: int) -> None:
        """Stop the source because its key is forbidden every run."""
        self.stop(now, f"every run is forbidden (403{list(self.forbidden.values())[-1]})")

    def stop(self, now: int, why: str) -> None:
        """Stop the source, but for one request an hour."""
        self.refused = why
        self.accepted = False
        self.half_open = True
        self._pause(now, now + PROBE_AFTER_US)
        # Answers to requests that were sent before do not show that the key works again.
        self._refused_at = now

    def _note_outage(self, answer: Answer, rng: random.Random) -> None:
        """Count a failed request: several in a row take the source down, those of several runs pause it."""
        self._n_failed += 1
        self.failed.add(answer.run_id)
        beyond = self._n_failed - FAILURES_BEFORE_PAUSE
        if beyond < 0:
            return
        self.down = answer.detail or f"HTTP {answer.http_status}"
        # One run that fails again and again waits by its own pauses, and stops no other.
        if len(self.failed) > 1:
            self.half_open = True
            # Ten doublings are more than the longest pause: beyond them the number only grows.
            pause = min(SECOND << min(beyond, 10), LONGEST_PAUSE_US)
            # Sources of one server that failed together come back apart.
            until = answer.observed_at + round(pause * rng.uniform(0.8, 1.2))
            # An answer that was under way when the pause began does not shorten it.
            self._pause(answer.observed_at, max(self.paused_until, until))

    def _pause(self, now: int, until: int) -> None:
        self._paused_at, self.paused_until = now, until


def _sent_at(answer: Answer) -> int:
    return answer.observed_at - (answer.latency_ms or 0) * 1000


def throttled_until(answer: Answer) -> int:
    """Return until when a 429 stops its key, microseconds since 1970 UTC."""
    if answer.retry_after_s is None:
        return answer.observed_at + DEFAULT_THROTTLE_US
    return answer.observed_at + round(answer.retry_after_s * SECOND)


def _reason(answer: Answer) -> str:
    return f": {answer.detail}" if answer.detail else ""
