"""Rows out of values: which column of which table holds what."""

from dataclasses import asdict
from typing import Any, TypeAlias

from recorder.history.facts import RunFacts, Seen
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.body import kept
from recorder.ledger.cost import Amount
from recorder.ledger.row import TERMINAL, LedgerRow
from recorder.schedule.cadence import Known
from recorder.store.schema import run_fact

Row: TypeAlias = dict[str, Any]

SEEN_COLUMNS = (
    "first_seen_at",
    "last_seen_at",
    "n_polls",
    "status",
    "updated_at",
    "preview_micros",
    "preview_unit",
    "actual_micros",
    "actual_unit",
    "oddities",
)
_FROM_LEDGER = tuple(c.name for c in run_fact.c if c.name in LedgerRow.__dataclass_fields__)


def poll_row(
    key: Row, answer: Answer, outcome: Outcome, *, seq: int | None, detail: str | None
) -> Row:
    """The poll row of one answer."""
    return key | {
        "polled_at": answer.observed_at,
        "outcome": int(outcome),
        "http_status": answer.http_status,
        "latency_ms": answer.latency_ms,
        "snapshot_seq": seq,
        "detail": detail,
    }


def rejected_row(key: Row, answer: Answer) -> Row:
    """What is kept of a body that is no ledger row."""
    body = kept(answer.body, length=answer.body_length, sha256=answer.body_sha256)
    return key | {
        "polled_at": answer.observed_at,
        "head": body.beginning,
        "length": body.length,
        "sha256": body.sha256,
    }


def seen_of(held: Row) -> Seen:
    """The part of a snapshot row that facts are made of."""
    odd = (held["oddities"] or "").split(",")
    return Seen(
        first_seen_at=held["first_seen_at"],
        last_seen_at=held["last_seen_at"],
        n_polls=held["n_polls"],
        status=held["status"],
        updated_at=held["updated_at"],
        preview=_amount(
            held["preview_micros"], held["preview_unit"], unparsed="cost.preview" in odd
        ),
        actual=_amount(held["actual_micros"], held["actual_unit"], unparsed="cost.actual" in odd),
    )


def _amount(micros: int | None, unit: str | None, *, unparsed: bool) -> Amount:
    return Amount(present=unparsed or micros is not None, micros=micros, unit=unit)


def fact_row(key: Row, row: LedgerRow, facts: RunFacts) -> Row:
    """The row of what is known of a run."""
    told = {name: getattr(row, name) for name in _FROM_LEDGER}
    return key | told | asdict(facts) | {"quality": ",".join(facts.quality) or None}


def known_of(watch: Row, *, tracked_at: int, tail: Row | None) -> Known:
    """What the schedule knows of a run from its watch row and its last snapshot row."""
    outcome = watch["last_outcome"]
    return Known(
        tracked_at=tracked_at,
        created_at=tail["created_at"] if tail else None,
        is_terminal=tail["status"] in TERMINAL if tail else None,
        first_good_at=watch["first_good_at"],
        last_polled_at=watch["last_polled_at"],
        last_changed_at=watch["last_changed_at"],
        ended_seen_at=watch["ended_seen_at"],
        resumed_at=watch["resumed_at"],
        last_outcome=None if outcome is None else Outcome(outcome),
        n_failures=watch["n_failures"],
    )
