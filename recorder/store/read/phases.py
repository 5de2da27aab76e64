"""The rules of `recorder.life` and `Outcome` as SQL conditions; a property test holds them to those functions."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from recorder.ledger.answer import Outcome
from recorder.life import LOST
from recorder.store.read.conditions import by_then
from recorder.store.schema import capture, run_summary, watch


def outcome_is(
    column: sa.ColumnElement[Any], rule: Callable[[Outcome], bool]
) -> sa.ColumnElement[bool]:
    """Return the condition that a column holds an outcome for which the rule is true."""
    return column.in_([int(outcome) for outcome in Outcome if rule(outcome)])


def is_seen() -> sa.ColumnElement[bool]:
    """Return the condition that an answer has shown the run."""
    return watch.c.n_snapshots > 0


def is_ended() -> sa.ColumnElement[bool]:
    """Return the condition that the last status seen ends the run."""
    # Not by the index of ends: it would lead SQLite over all runs that never ended, lost ones too.
    return (watch.c.ended_seen_at + 0).is_not(None)


def is_in_flight() -> sa.ColumnElement[bool]:
    """Return the condition of `Phase.IN_FLIGHT`."""
    return is_seen() & sa.not_(is_ended()) & watch.c.tracking.not_in(sorted(LOST))


def is_unseen() -> sa.ColumnElement[bool]:
    """Return the condition that no answer has shown the run yet."""
    return sa.not_(is_seen()) & (watch.c.tracking == "active")


def flight_since() -> sa.ColumnElement[Any]:
    """Return the instant from which a flight counts; `run_summary` has to be joined."""
    return sa.func.coalesce(run_summary.c.created_at, watch.c.first_good_at)


def is_overdue(before: "int | sa.BindParameter[int]") -> sa.ColumnElement[bool]:
    """Return the condition that the run is in flight since an instant before this one; `run_summary` has to be joined."""
    return is_in_flight() & (flight_since() < before)


def is_mismatched(as_of: int | None = None) -> sa.ColumnElement[bool]:
    """Return the condition that a run's items, as captured by then, are other than its counts; of a row of `capture`."""
    return (capture.c.differs == sa.true()) & by_then(capture.c.captured_at, as_of)


def is_open() -> sa.ColumnElement[bool]:
    """Return the condition that a run is to be polled again."""
    # SQLite finds these by the index, which it does not use for IS NOT NULL.
    return watch.c.due_at > 0
