"""One run's states and polls, in base units.

Invariant: with `as_of` T only what was observed at or before T is used, by our clock.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace

from recorder.instants import iso
from recorder.ledger.jsontext import Json
from recorder.store.documents import load_value
from recorder.store.parts import Parts
from recorder.store.read.conditions import by_then
from recorder.store.read.run_refs import RunRef
from recorder.store.records import (
    POLL_COLUMNS,
    PollRecord,
    SnapshotRecord,
    columns_of,
    load_snapshots,
)
from recorder.store.schema import poll, snapshot, watch

_AT_ONCE = 500  # snapshots whose parts are read together


class StateView(Struct, frozen=True, kw_only=True):
    """One snapshot with the answer that it stands for; instants in microseconds since 1970 UTC."""

    seq: int
    first_seen_at: int
    last_seen_at: int
    n_polls: int
    digest: str
    status: str | None
    value: dict[str, Json]


def state_at(connection: sa.Connection, ref: RunRef, as_of: int | None = None) -> StateView | None:
    """Return the state last seen, or the one known at an instant; None where nothing had been seen."""
    last = sa.select(sa.func.max(snapshot.c.seq)).where(
        ref.rows_of(snapshot), by_then(snapshot.c.first_seen_at, as_of)
    )
    is_last = snapshot.c.seq == last.scalar_subquery()
    return next(_views(connection, ref, as_of, is_last), None)


def states(connection: sa.Connection, ref: RunRef, as_of: int | None = None) -> Iterator[StateView]:
    """Yield a run's snapshots in order, each with its answer."""
    return _views(connection, ref, as_of, by_then(snapshot.c.first_seen_at, as_of))


def _views(
    connection: sa.Connection, ref: RunRef, as_of: int | None, condition: sa.ColumnElement[bool]
) -> Iterator[StateView]:
    rows = load_snapshots(connection, ref.rows_of(snapshot), condition)
    parts = Parts(connection, ref.source_id)
    for place, row in enumerate(rows):
        if place % _AT_ONCE == 0:
            parts.fetch(one.part_id for one in rows[place : place + _AT_ONCE])
        if as_of is None or row.last_seen_at <= as_of:
            yield _view(row, parts)
        else:
            yield _view(_truncated(connection, ref, row, as_of), parts)


def _view(row: SnapshotRecord, parts: Parts) -> StateView:
    return StateView(
        seq=row.seq,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        n_polls=row.n_polls,
        digest=bytes(row.digest).hex(),
        status=row.status,
        value=load_value(row, parts),
    )


def _truncated(
    connection: sa.Connection, ref: RunRef, row: SnapshotRecord, as_of: int
) -> SnapshotRecord:
    """Return a snapshot as it stood at an instant, without the polls that came later."""
    statement = sa.select(sa.func.max(poll.c.polled_at), sa.func.count()).where(
        ref.rows_of(poll), poll.c.snapshot_seq == row.seq, poll.c.polled_at <= as_of
    )
    last_seen_at, n_polls = connection.execute(statement).one()
    return replace(row, last_seen_at=last_seen_at, n_polls=n_polls)


def last_poll(
    connection: sa.Connection, ref: RunRef, as_of: int | None = None
) -> PollRecord | None:
    """Return the run's last poll, or the last one at or before an instant; None for none."""
    polls = (ref.rows_of(poll), by_then(poll.c.polled_at, as_of))
    statement = sa.select(*columns_of(poll, POLL_COLUMNS)).where(*polls)
    row = connection.execute(statement.order_by(poll.c.polled_at.desc()).limit(1)).one_or_none()
    return PollRecord(*row) if row is not None else None


def not_seen_yet(connection: sa.Connection, ref: RunRef, as_of: int | None) -> str:
    """Return one line that says why there is no state to show."""
    if as_of is not None:
        return f"run {ref.run_id!r} had not been seen by {iso(as_of)}"
    tracking = connection.execute(
        sa.select(watch.c.tracking).where(ref.rows_of(watch))
    ).scalar_one()
    if tracking == "not_visible":
        return f"run {ref.run_id!r} is not visible to source {ref.source!r} (404): is it another account's?"
    return f"run {ref.run_id!r} is tracked and not seen yet: 'recorder poll' asks for it"


def newest_poll_at(connection: sa.Connection) -> int | None:
    """Return the instant of the last poll of any run; None before the first."""
    newest: int | None = connection.scalar(sa.select(sa.func.max(watch.c.last_polled_at)))
    return newest
