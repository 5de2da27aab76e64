"""When a failing run is worth a message: not after one stray failure, but after a minute of nothing else."""

from msgspec import Struct

from recorder.instants import MINUTE

LASTING_AFTER_US = MINUTE


class FailingRun(Struct, frozen=True, kw_only=True):
    """One run whose last poll failed.

    Attributes:
        source, run_id: the run.
        last_polled_at: its last poll.
        due_at: its next poll.
        since: the first poll after its last answer (a 404 is one), microseconds since 1970 UTC.
        source_has_answered: whether any poll of its source was ever answered.
    """

    source: str
    run_id: str
    last_polled_at: int
    due_at: int
    since: int
    source_has_answered: bool


def is_lasting(run: FailingRun, *, now: int) -> bool:
    """Return whether a run has been failing for over a minute, or its source has never answered."""
    return not run.source_has_answered or run.since < now - LASTING_AFTER_US
