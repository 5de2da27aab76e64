"""The answer to one status request, as every later step sees it.

Invariant: an answer is what was read from the wire; only its HTTP status has been interpreted.
"""

from enum import IntEnum

from msgspec import Struct

from recorder.instants import MINUTE
from recorder.ledger.target import Target


class Outcome(IntEnum):
    """The result of a status request; the view `polls` spells it in lower case."""

    CHANGED = 1
    UNCHANGED = 2
    NOT_VISIBLE = 3
    REFUSED = 4
    THROTTLED = 5
    SERVER_ERROR = 6
    NETWORK_ERROR = 7
    MALFORMED = 8
    UNEXPECTED = 9

    @property
    def word(self) -> str:
        """The outcome as the view `polls` spells it."""
        return self.name.lower()

    @property
    def text(self) -> str:
        """The outcome as people read it: `not visible`."""
        return self.word.replace("_", " ")

    @property
    def is_row(self) -> bool:
        """Whether the API showed the run."""
        return self in (Outcome.CHANGED, Outcome.UNCHANGED)

    @property
    def is_answer(self) -> bool:
        """Whether the API said something of the run: a row, or that it has none (404)."""
        return self.is_row or self is Outcome.NOT_VISIBLE

    @property
    def is_failure(self) -> bool:
        """Whether the poll brought nothing of the run."""
        return not self.is_answer

    @property
    def is_error(self) -> bool:
        """Whether the poll failed for another reason than the rate limit (429)."""
        return self.is_failure and self is not Outcome.THROTTLED

    @property
    def is_outage(self) -> bool:
        """Whether the server failed, or was not reached: it says nothing of the run."""
        return self in (Outcome.SERVER_ERROR, Outcome.NETWORK_ERROR)

    @property
    def is_served(self) -> bool:
        """Whether the server answered with a status that only an accepted key gets."""
        return self.is_answer or self is Outcome.MALFORMED


OK = 200
UNAUTHORIZED = 401
FAR_OFF_US = MINUTE
"""A clock that is off by more than this is reported, and no run is abandoned by it."""

_OUTCOMES = {
    UNAUTHORIZED: Outcome.REFUSED,
    403: Outcome.REFUSED,
    404: Outcome.NOT_VISIBLE,
    429: Outcome.THROTTLED,
}


def outcome_of_status(status: int | None) -> Outcome | None:
    """Return the outcome that an HTTP status decides; None for a 200, whose body decides.

    Args:
        status: None where no answer was received.
    """
    if status is None:
        return Outcome.NETWORK_ERROR
    if status in range(500, 600):
        return Outcome.SERVER_ERROR
    return None if status == OK else _OUTCOMES.get(status, Outcome.UNEXPECTED)


class Answer(Struct, frozen=True, kw_only=True):
    """The answer to one status request of one run.

    Attributes:
        source: the source's name.
        target: the target of the request.
        observed_at: when the body was read, or the request failed; microseconds since 1970 UTC, our clock.
        outcome: None for a 200 that was read in full (its body is yet to be interpreted), else the outcome.
        http_status: the status code, None where none was received.
        latency_ms: from sending to the last byte, milliseconds; None where unknown (imported answers).
        body: the bytes that were read (of a body cut short or over the cap: its beginning).
        body_length: bytes of the body as far as known; for a body over the cap, more than `body`.
        body_sha256: the digest of all that was read, where `body` is only its beginning (imported answers).
        detail: one line for people where the outcome needs one, else None; never a key.
        retry_after_s: seconds from `observed_at` that Retry-After asks for; None where absent.
        ahead_us: microseconds that our clock was ahead of the server's at least, by its Date header; negative: behind;
            None without that header.
    """

    source: str
    target: Target
    observed_at: int
    outcome: Outcome | None
    http_status: int | None = None
    latency_ms: int | None = None
    body: bytes = b""
    body_length: int = 0
    body_sha256: bytes | None = None
    detail: str | None = None
    retry_after_s: float | None = None
    ahead_us: int | None = None

    @property
    def refuses_key(self) -> bool:
        """Whether the API refused the key itself, not only the run (403)."""
        return self.http_status == UNAUTHORIZED

    @property
    def run_id(self) -> str:
        """The id of the run that the request was for."""
        return self.target.run_id

    @property
    def clock_error_us(self) -> int:
        """Microseconds that our clock was ahead of the right one; 0 unless it is known to be off by over a minute."""
        return self.ahead_us if self.ahead_us is not None and abs(self.ahead_us) > FAR_OFF_US else 0
