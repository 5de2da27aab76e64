"""Questions to the store, in base units; nothing here writes.

Invariant: with `as_of` T only what was observed at or before T is used, by our clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from recorder.errors import AmbiguousRunError, UnknownRunError
from recorder.instants import iso
from recorder.ledger.jsontext import Json
from recorder.ledger.readable import storable
from recorder.store.documents import load_value
from recorder.store.parts import Parts
from recorder.store.rows import Row
from recorder.store.schema import poll, run, snapshot, source, watch


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRef:
    """A tracked run as the store knows it."""

    source_id: int
    source: str
    run_key: int
    run_id: str

    def rows_of(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """The condition for this run's rows."""
        return (table.c.source_id == self.source_id) & (table.c.run_key == self.run_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRefs:
    """Tracked runs of one source as the store knows them; few enough for one statement."""

    source_id: int
    run_keys: Sequence[int]

    def rows_of(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """The condition for these runs' rows."""
        return (table.c.source_id == self.source_id) & table.c.run_key.in_(self.run_keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateView:
    """One snapshot with the answer that it stands for; instants in microseconds since 1970 UTC."""

    seq: int
    first_seen_at: int
    last_seen_at: int
    n_polls: int
    digest: str
    status: str | None
    value: dict[str, Json]


def find_run(connection: sa.Connection, run_id: str, source_name: str | None = None) -> RunRef:
    """The run of an id.

    Raises:
        UnknownRunError: no source (or not the named one) tracks it.
        AmbiguousRunError: two sources do, and none was named.
    """
    statement = (
        sa.select(source.c.source_id, source.c.name, run.c.run_key)
        .join(run, run.c.source_id == source.c.source_id)
        .where(run.c.run_id == run_id)
        .order_by(source.c.name)
    )
    if source_name is not None:
        statement = statement.where(source.c.name == source_name)
    found = connection.execute(statement).all() if storable(run_id) == run_id else []
    if not found:
        where = f" in source {source_name!r}" if source_name else ""
        raise UnknownRunError(
            f"run {run_id!r} is not tracked{where}: 'recorder track {run_id}' starts its history"
        )
    if len(found) > 1:
        names = ", ".join(row.name for row in found)
        raise AmbiguousRunError(f"run {run_id!r} is known to {names}: choose one with --source")
    (one,) = found
    return RunRef(source_id=one.source_id, source=one.name, run_key=one.run_key, run_id=run_id)


def state_at(connection: sa.Connection, ref: RunRef, as_of: int | None = None) -> StateView | None:
    """The state last seen, or the one known at an instant; None where nothing had been seen."""
    statement = _snapshots(ref).order_by(snapshot.c.seq.desc()).limit(1)
    if as_of is not None:
        statement = statement.where(snapshot.c.first_seen_at <= as_of)
    held = connection.execute(statement).mappings().one_or_none()
    return None if held is None else _shown(connection, ref, dict(held), as_of)


def states(connection: sa.Connection, ref: RunRef, as_of: int | None = None) -> Iterator[StateView]:
    """A run's snapshots in order, each with its answer."""
    statement = _snapshots(ref).order_by(snapshot.c.seq)
    if as_of is not None:
        statement = statement.where(snapshot.c.first_seen_at <= as_of)
    for held in connection.execute(statement).mappings().all():
        yield _shown(connection, ref, dict(held), as_of)


def _snapshots(ref: RunRef) -> sa.Select[Any]:
    return sa.select(snapshot).where(ref.rows_of(snapshot))


def _shown(connection: sa.Connection, ref: RunRef, held: Row, as_of: int | None) -> StateView:
    if as_of is not None and held["last_seen_at"] > as_of:
        held |= _seen_by(connection, ref, held["seq"], as_of)
    return StateView(
        seq=held["seq"],
        first_seen_at=held["first_seen_at"],
        last_seen_at=held["last_seen_at"],
        n_polls=held["n_polls"],
        digest=bytes(held["digest"]).hex(),
        status=held["status"],
        value=load_value(held, Parts(connection, ref.source_id)),
    )


def _seen_by(connection: sa.Connection, ref: RunRef, seq: int, as_of: int) -> Row:
    statement = sa.select(
        sa.func.max(poll.c.polled_at).label("last_seen_at"), sa.func.count().label("n_polls")
    ).where(ref.rows_of(poll), poll.c.snapshot_seq == seq, poll.c.polled_at <= as_of)
    return dict(connection.execute(statement).mappings().one())


def last_poll(connection: sa.Connection, ref: RunRef, as_of: int | None = None) -> Row | None:
    """The run's last poll row, or the last at or before an instant."""
    statement = sa.select(poll).where(ref.rows_of(poll)).order_by(poll.c.polled_at.desc()).limit(1)
    if as_of is not None:
        statement = statement.where(poll.c.polled_at <= as_of)
    held = connection.execute(statement).mappings().one_or_none()
    return dict(held) if held else None


def not_seen_yet(connection: sa.Connection, ref: RunRef, as_of: int | None) -> str:
    """Why there is no state to show, in one line."""
    if as_of is not None:
        return f"run {ref.run_id!r} had not been seen by {iso(as_of)}"
    tracking = connection.execute(
        sa.select(watch.c.tracking).where(ref.rows_of(watch))
    ).scalar_one()
    if tracking == "not_visible":
        return f"run {ref.run_id!r} is not visible to source {ref.source!r} (404): is it another account's?"
    return f"run {ref.run_id!r} is tracked and not seen yet: 'recorder poll' asks for it"
