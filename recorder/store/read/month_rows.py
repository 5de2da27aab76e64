"""The rows of the views of one month of a source, as the driver gives them, for an export of a lake.

Invariant: a month has the rows of its runs; one of a source's key, which has no run, belongs to the month it happened in.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import sqlalchemy as sa

from recorder.analysis.building import column_of
from recorder.analysis.columns import NULL, Column, Ints, Lexicon, Objects, Runs, Words
from recorder.analysis.rows import RunRow
from recorder.history.units import UNSTATED
from recorder.instants import month_of
from recorder.store.dialect import Dialect
from recorder.store.engine import dialect_of
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
_ROWS: Final = 8000
"""At a time: an export takes a tenth longer with a quarter of them."""
_RUNS: Final = 20
_MOST_TEXT: Final = 2_000_000
"""Characters of values fetched at once: twenty runs of 200,000 polls would take half a gigabyte."""
_TEXTS: Final = msgspec.json.Decoder(list[str | None])


class LakeSource(NamedTuple):
    """A source; `created_at`, microseconds since 1970 UTC, tells it from one of that name in another store."""

    source_id: int
    name: str
    created_at: int


class MonthCounts(NamedTuple):
    """The numbers of changes, prunes and runs that were lost, forgotten or to another month, of one month of a source."""

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


def n_runs_of(connection: sa.Connection, source_id: int, months: Collection[str]) -> int:
    """Return how many runs these months of a source have."""
    in_months = (run.c.source_id == source_id) & run.c.month.in_(months)
    return int(connection.execute(sa.select(sa.func.count()).where(in_months)).scalar_one())


def month_tracked_at(connection: sa.Connection, source_id: int, month: str) -> dict[str, int]:
    """Return since when the runs of a month are tracked, microseconds since 1970 UTC, by their ids."""
    in_month = (run.c.source_id == source_id) & (run.c.month == month)
    found = connection.execute(sa.select(run.c.run_id, run.c.tracked_at).where(in_month))
    return dict(found.all())


def month_columns(
    connection: sa.Connection, view: str, names: Sequence[str], source_id: int, month: str
) -> Iterator[Runs]:
    """Yield some rows of a view at a time, as columns in base units.

    Args:
        connection: a reading transaction.
        view: its name.
        names: its columns; for `runs` those of `RUN_NAMES`.
        source_id: the source.
        month: such as 2026-11.
    """
    in_month = (run.c.source_id == source_id) & (run.c.month == month)
    if view == "runs":
        rows = sa.select(*run_columns()).select_from(captured_runs()).where(in_month)
        for some in driver_rows(connection, rows.order_by(run.c.run_key), per_fetch=_ROWS):
            values = zip(names, zip(*some, strict=True), strict=True)
            yield Runs(len(some), {name: column_of(name, of) for name, of in values})
        return
    texts, gathered = _gathered(dialect_of(connection), view, names)
    of_runs = sa.select(run.c.run_id, gathered).where(in_month).order_by(run.c.run_key)
    fetched = driver_rows(connection, of_runs, per_fetch=_RUNS, most_text=_MOST_TEXT)
    for runs in _batches(fetched):
        yield _unpacked(runs, names, texts)
    if view == "events":
        yield _of_keys(connection, names, source_id, month)


def _gathered(
    dialect: Dialect, view: str, names: Sequence[str]
) -> tuple[list[bool], sa.ScalarSelect[str]]:
    """Return which columns are texts, and the values of a run as one text: how many rows, and each column as a line of JSON.

    The driver makes no object of each value: over 20,000,000 polls that cost three times as much.
    """
    table = _TABLES[view]
    columns: Iterable[sa.ColumnElement[Any]] = table.c
    rows: sa.FromClause = table
    condition: sa.ColumnElement[bool] = sa.true()
    if view == "transitions":
        columns, rows, condition = status_changes()
    elif view == "lead_outcomes":
        columns, rows = [*table.c, _spent()], captured_items()
    elif view == "snapshots":
        digest = dialect.hexadecimal(snapshot.c.digest).label("digest")
        columns = [*(column for column in table.c if column.name != "digest"), digest, *_amounts()]
    found = {column.name: column for column in (run.c.run_id, *columns)}
    of_names = [found[name] for name in names if name != "run_id"]
    texts = [isinstance(column.type, sa.String) for column in of_names]
    gather = getattr(sa.func, dialect.json_array)
    text: sa.ColumnElement[str] = sa.cast(sa.func.count(), sa.Text)
    for column, is_text in zip(of_names, texts, strict=True):
        # numpy reads whole numbers from their text at once, and knows no null there.
        is_filled = is_text or not getattr(column, "nullable", True)
        values = column if is_filled else sa.func.coalesce(column, NULL)
        text = text + "\n" + sa.cast(gather(values), sa.Text)
    of_run = sa.select(text).select_from(rows).where(same_run(table, run), condition)
    return texts, of_run.having(sa.func.count() > 0).correlate(run).scalar_subquery()


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


def _batches(fetched: Iterable[Sequence[Sequence[Any]]]) -> Iterator[list[tuple[str, list[str]]]]:
    """Yield runs with the lines of their values, `_ROWS` rows or more at a time, and what is left; without those that have none."""
    batch, n = list[tuple[str, list[str]]](), 0
    for run_id, text in chain.from_iterable(fetched):
        if text is not None:
            count, *lines = text.split("\n")
            batch.append((run_id, [count, *lines]))
            n += int(count)
        if n >= _ROWS:
            yield batch
            batch, n = [], 0
    if batch:
        yield batch


def _unpacked(
    runs: Sequence[tuple[str, list[str]]], names: Sequence[str], texts: Sequence[bool]
) -> Runs:
    """Return the columns of runs with the lines of their values."""
    counts, *lines = zip(*(of for _, of in runs), strict=True)
    n_rows = np.array(counts, np.int64)
    codes = np.repeat(np.arange(len(runs), dtype=np.int32), n_rows)
    columns: dict[str, Column] = {"run_id": Words(codes, Lexicon([run_id for run_id, _ in runs]))}
    others = (name for name in names if name != "run_id")
    for name, of_runs, is_text in zip(others, lines, texts, strict=True):
        whole = ",".join([line[1:-1] for line in of_runs])
        if is_text:
            columns[name] = Objects(np.array(_TEXTS.decode(f"[{whole}]"), np.object_))
        else:
            columns[name] = Ints(np.fromstring(whole, np.int64, sep=","))
    return Runs(len(codes), columns)


def _of_keys(connection: sa.Connection, names: Sequence[str], source_id: int, month: str) -> Runs:
    """Return the events of the source's key that happened in a month; they are few."""
    of_key = (event.c.source_id == source_id) & event.c.run_key.is_(None)
    rows = connection.execute(sa.select(event).where(of_key).order_by(event.c.event_id)).all()
    found = [row for row in rows if month_of(row.happened_at) == month]
    columns: dict[str, Column] = {"run_id": Objects(np.full(len(found), None))}
    for name in {*names} - {*columns}:
        is_whole = isinstance(event.c[name].type, sa.Integer)
        values = np.array([getattr(row, name) for row in found], np.int64 if is_whole else object)
        columns[name] = Ints(values) if is_whole else Objects(values)
    return Runs(len(found), columns)
