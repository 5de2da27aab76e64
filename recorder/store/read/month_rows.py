"""The rows of the views of one month of a source, as the driver gives them, for an export of a lake.

Invariant: a month has the rows of its runs; one of a source's key, which has no run, belongs to the month it happened in.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from recorder.analysis.rows import RunRow
from recorder.history.units import UNSTATED
from recorder.instants import month_of
from recorder.store.joins import captured_items, same_run
from recorder.store.read.conditions import of_source
from recorder.store.read.listing import status_changes
from recorder.store.read.row_columns import driver_rows
from recorder.store.read.runs import captured_runs, run_columns
from recorder.store.schema import event, item, label, poll, run, run_month, snapshot, source

RUN_NAMES = tuple(name for name in RunRow.__struct_fields__ if name != "labels")
_TABLES: Mapping[str, sa.Table] = {
    "polls": poll,
    "snapshots": snapshot,
    "transitions": snapshot,
    "labels": label,
    "lead_outcomes": item,
    "events": event,
}


class LakeSource(NamedTuple):
    """A source; `created_at`, microseconds since 1970 UTC, tells it from one of that name in another store."""

    source_id: int
    name: str
    created_at: int


class MonthCounts(NamedTuple):
    """The numbers of changes, prunes and forgotten runs of one month of a source."""

    month: str
    n_changes: int
    n_prunes: int
    n_forgets: int


def lake_sources(connection: sa.Connection, name: str | None) -> list[LakeSource]:
    """Return the sources in order of their names, or only the one of a given name."""
    statement = sa.select(*(source.c[field] for field in LakeSource._fields))
    rows = connection.execute(statement.where(of_source(name)).order_by(source.c.name))
    return [LakeSource(*row) for row in rows]


def month_counts(connection: sa.Connection, source_id: int) -> dict[str, MonthCounts]:
    """Return the counts of each month of a source, in order."""
    statement = sa.select(*(run_month.c[field] for field in MonthCounts._fields))
    of_source = statement.where(run_month.c.source_id == source_id)
    rows = connection.execute(of_source.order_by(run_month.c.month))
    return {row.month: MonthCounts(*row) for row in rows}


def month_run_ids(connection: sa.Connection, source_id: int, month: str) -> list[str]:
    """Return the ids of the runs of a month."""
    in_month = (run.c.source_id == source_id) & (run.c.month == month)
    return list(connection.execute(sa.select(run.c.run_id).where(in_month)).scalars())


def month_rows(
    connection: sa.Connection,
    view: str,
    names: Collection[str],
    source_id: int,
    month: str,
    *,
    per_fetch: int,
) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield some rows of a view at a time, as tuples of these columns in base units.

    Args:
        connection: a reading transaction.
        view: its name.
        names: its columns; for `runs` those of `RUN_NAMES`.
        source_id: the source.
        month: such as 2026-11.
        per_fetch: at most so many rows at a time.
    """
    of_month = _statement(view, names, source_id, month)
    yield from driver_rows(connection, of_month, per_fetch=per_fetch)
    if view == "events":  # those of keys are few
        of_key = (event.c.source_id == source_id) & event.c.run_key.is_(None)
        columns = [sa.null() if name == "run_id" else event.c[name] for name in names]
        of_keys = sa.select(event.c.happened_at, *columns).where(of_key).order_by(event.c.event_id)
        found = connection.execute(of_keys).all()
        yield [row[1:] for row in found if month_of(row[0]) == month]


def _statement(view: str, names: Collection[str], source_id: int, month: str) -> sa.Select[Any]:
    in_month = (run.c.source_id == source_id) & (run.c.month == month)
    if view == "runs":
        runs = sa.select(*run_columns()).select_from(captured_runs())
        return runs.where(in_month).order_by(run.c.run_key)
    table = _TABLES[view]
    rows: sa.FromClause = table
    columns: Iterable[sa.ColumnElement[Any]] = table.c
    condition: sa.ColumnElement[bool] = sa.true()
    if view == "transitions":
        columns, rows, condition = status_changes()
    elif view == "lead_outcomes":
        columns, rows = [*table.c, _spent()], captured_items()
    elif view == "snapshots":
        columns = [*table.c, *_amounts()]
    # The offset makes both databases find the runs first, and their rows by their keys, in order: SQLite would read all
    # rows of the source for one month of runs, and then sort them.
    keys = sa.select(run.c.source_id, run.c.run_key, run.c.run_id).where(in_month)
    of_month = keys.order_by(run.c.run_key).offset(0).subquery("of_month")
    found = {column.name: column for column in (of_month.c.run_id, *columns)}
    joined = rows.join(of_month, same_run(table, of_month))
    return sa.select(*(found[name] for name in names)).select_from(joined).where(condition)


def _spent() -> sa.ColumnElement[int]:
    """Return the time that an item took, by its name in the view."""
    us = item.c.completed_at - item.c.started_at
    return sa.case((us >= 0, us)).label("run_seconds")


def _amounts() -> Iterator[sa.ColumnElement[Any]]:
    """Yield the amounts of a snapshot by their names in the view, and their unit."""
    preview, actual = snapshot.c.preview_micros, snapshot.c.actual_micros
    yield preview.label("cost_preview_micros")
    yield actual.label("cost_actual_micros")
    unit = sa.func.coalesce(snapshot.c.preview_unit, snapshot.c.actual_unit, UNSTATED)
    yield sa.case((sa.func.coalesce(preview, actual).is_not(None), unit)).label("cost_unit")
