"""The records of an export: each tracked run, and each of its polls with its answer.

Invariant: an import of these records makes an equal store.
"""

from collections.abc import Mapping

from msgspec import Struct, field

from recorder.ledger.answer import Outcome
from recorder.ledger.body import RejectedBody


class TrackedRun(Struct, frozen=True, kw_only=True):
    """One run as it was registered; instants in microseconds since 1970 UTC.

    Attributes:
        source: the source's name.
        base_url: of the API that the source belongs to; None where the record has none.
        run_id: the run's id.
        tracked_at: when the run was registered.
        resumed_at: when `track` last resumed it.
        untracked_at: since when it is not polled.
        labels: by key.
    """

    source: str
    base_url: str | None = None
    run_id: str
    tracked_at: int
    resumed_at: int | None = None
    untracked_at: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


class StoredAnswer(Struct, frozen=True, kw_only=True):
    """One poll with its answer.

    Attributes:
        polled_at: microseconds since 1970 UTC.
        outcome: as in the view `polls`.
        http_status: None where no answer came.
        latency_ms: None where unknown.
        detail: one line, or None.
        body: JSON text of the answer of its snapshot; None where the poll brought no row.
        rejected_body: the stored part of a malformed body; None for any other.
    """

    polled_at: int
    outcome: Outcome
    http_status: int | None
    latency_ms: int | None
    detail: str | None
    body: str | None
    rejected_body: RejectedBody | None
