"""Tracked runs as the store numbers them, and their labels."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias, TypeVar

import sqlalchemy as sa
from msgspec import Struct

from recorder.errors import AmbiguousRunError, UnknownRunError
from recorder.ledger.readable import storable
from recorder.store.read.conditions import of_source
from recorder.store.schema import label, run, source

T = TypeVar("T")
RunKey: TypeAlias = tuple[int, int]
"""The numbers of a source and of a run of it."""

_MOST_KEYS: Final = 500  # of one statement: SQLite had a limit of 999 variables


class RunRef(Struct, frozen=True, kw_only=True):
    """One tracked run."""

    source_id: int
    source: str
    run_key: int
    run_id: str

    def rows_of(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """Return the condition for this run's rows."""
        return (table.c.source_id == self.source_id) & (table.c.run_key == self.run_key)


class RunRefs(Struct, frozen=True, kw_only=True):
    """Tracked runs of one source, few enough for one statement."""

    source_id: int
    run_keys: Sequence[int]

    def rows_of(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """Return the condition for these runs' rows."""
        return (table.c.source_id == self.source_id) & table.c.run_key.in_(self.run_keys)


def chunks(keys: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the keys, at a time as many as one statement takes."""
    for start in range(0, len(keys), _MOST_KEYS):
        yield keys[start : start + _MOST_KEYS]


def refs_of(source_id: int, run_keys: Sequence[int]) -> Iterator[RunRefs]:
    """Yield runs of a source, at a time as many as one statement takes."""
    return (RunRefs(source_id=source_id, run_keys=some) for some in chunks(run_keys))


def find_run(connection: sa.Connection, run_id: str, source_name: str | None = None) -> RunRef:
    """Return the run of an id.

    Raises:
        UnknownRunError: no source (or not the named one) tracks it.
        AmbiguousRunError: two sources do, and none was named.
    """
    statement = (
        sa.select(source.c.source_id, source.c.name, run.c.run_key)
        .join_from(run, source, source.c.source_id == run.c.source_id)
        .where(run.c.run_id == run_id, of_source(source_name))
        .order_by(source.c.name)
    )
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


def labels_of(
    connection: sa.Connection,
    refs: RunRef | RunRefs | None = None,
    keys: sa.Select[tuple[int, int]] | None = None,
) -> dict[RunKey, dict[str, str]]:
    """Return the labels, by key, of each run that has any; of all runs where neither refs nor keys are given."""
    statement = sa.select(label).order_by(label.c.source_id, label.c.run_key, label.c.key)
    if refs is not None:
        statement = statement.where(refs.rows_of(label))
    if keys is not None:
        statement = statement.where(sa.tuple_(label.c.source_id, label.c.run_key).in_(keys))
    found: dict[RunKey, dict[str, str]] = {}
    for row in connection.execute(statement):
        found.setdefault((row.source_id, row.run_key), {})[row.key] = row.value
    return found
