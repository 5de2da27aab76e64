"""Columns of runs from the rows of their tables, each table scanned by itself.

Invariant: the rows of a table are read in the order of their keys, or in any order where all are read.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final, TypeAlias

import numpy as np
import sqlalchemy as sa

from recorder.analysis.building import Builder
from recorder.analysis.columns import INTS, NULL, Column, Ints, Runs, Whole
from recorder.store.read.past import FROM_SUMMARY, FROM_WATCH
from recorder.store.read.run_refs import refs_of
from recorder.store.schema import run, run_summary, watch
from recorder.store.table_parts import Flag

PER_SOURCE: Final = 2**40
"""More runs than a source can have: a key is the source's number times it, and the run's number."""

_PER_FETCH: Final = 500
_MOST_QUESTIONS: Final = 40
"""More of them take longer than all rows of a table."""

_FROM_RUN: Final = ("run_id", "tracked_at")
_MOMENTS: Final = {watch: ("last_polled_at", "resumed_at"), run: ("tracked_at", "untracked_at")}
STORED: Final = (*FROM_WATCH, *FROM_SUMMARY, *_FROM_RUN, "is_pruned", "dated_at", "known_at")
"""The columns that rows of runs give; `known_at` is when the store last learned of a run, or was told of it."""

Columns: TypeAlias = dict[str, Column]
RowsOf: TypeAlias = Callable[[sa.Table], sa.ColumnElement[bool]]
"""Returns the condition for the rows of some runs in a table."""

ANY: Final[Sequence[RowsOf]] = (lambda _: sa.true(),)


def stored_columns(
    connection: sa.Connection, names: Collection[str], conditions: Sequence[RowsOf] = ANY
) -> tuple[Whole, Columns]:
    """Return the key of each run, and columns of `STORED`, of the runs of each condition in turn."""
    tables = _tables(names)
    # A scan of each table, aligned here: over 1,000,000 runs the database takes four times as long to join them.
    keys, columns = scan(connection, watch, tables.pop(watch), conditions)
    for table, wanted in tables.items():
        if wanted:
            columns |= aligned(keys, *scan(connection, table, wanted, conditions))
    runs = Runs(len(keys), columns)
    if "dated_at" in names:
        columns["dated_at"] = _dated(connection, keys, runs.ints("created_at"))
    if "n_reopened" in names:
        columns["n_reopened"] = runs.ints("n_reopened").filled(0)
    if "known_at" in names:
        moments = [runs.ints(name).values for names in _MOMENTS.values() for name in names]
        columns["known_at"] = Ints(np.maximum.reduce(moments))
    return keys, {name: columns[name] for name in names}


def _tables(names: Collection[str]) -> dict[sa.Table, dict[str, sa.ColumnElement[Any]]]:
    """Return what to read of each table."""
    wanted: dict[sa.Table, set[str]] = {
        watch: {*FROM_WATCH, "is_pruned"} & {*names},
        run: {*_FROM_RUN} & {*names},
        run_summary: {*FROM_SUMMARY} & {*names},
    }
    if "known_at" in names:
        for table, moments in _MOMENTS.items():
            wanted[table] |= {*moments}
    if "dated_at" in names:
        wanted[run_summary].add("created_at")
    return {
        table: {name: expression(name, table.c[name]) for name in of}
        for table, of in wanted.items()
    }


def expression(name: str, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Return a column as the builder of a name takes it: no integer is null."""
    if name not in INTS:
        return column
    plain = sa.cast(column, sa.Integer) if isinstance(column.type, Flag) else column
    return sa.func.coalesce(plain, sa.literal(NULL, sa.BigInteger()))


def _dated(connection: sa.Connection, keys: Whole, created: Ints) -> Ints:
    """Return when each run was created; where the ledger does not give it, since when it is tracked."""
    conditions = list(_some_runs(keys[~created.there]))
    if len(conditions) > _MOST_QUESTIONS:
        conditions = [*ANY]
    found = scan(connection, run, {"tracked_at": run.c.tracked_at}, conditions)
    tracked = Runs(len(keys), aligned(keys, *found)).ints("tracked_at").values
    return Ints(np.where(created.there, created.values, tracked))


def _some_runs(keys: Whole) -> Iterator[RowsOf]:
    """Yield a condition for each few hundred of these runs."""
    for number in np.unique(keys // PER_SOURCE).tolist():
        of_source = (keys[keys // PER_SOURCE == number] % PER_SOURCE).tolist()
        yield from (refs.rows_of for refs in refs_of(number, of_source))


def scan(
    connection: sa.Connection,
    table: sa.Table,
    expressions: Mapping[str, sa.ColumnElement[Any]],
    conditions: Sequence[RowsOf],
) -> tuple[Whole, Columns]:
    """Return the keys and the columns of a table's rows: those of each condition in turn."""
    per_source = sa.literal(PER_SOURCE, sa.BigInteger())
    key = sa.cast(table.c.source_id, sa.BigInteger()) * per_source + table.c.run_key
    statement = sa.select(key, *expressions.values())
    if conditions is not ANY:  # in the order of the key: SQLite takes another index else
        statement = statement.order_by(table.c.source_id, table.c.run_key)
    builders = [Builder("run_key"), *map(Builder, expressions)]
    statements = (statement.where(rows_of(table)) for rows_of in conditions)
    for rows in chain.from_iterable(driver_rows(connection, one) for one in statements):
        for builder, values in zip(builders, zip(*rows, strict=True), strict=True):
            builder.add(values)
    keys, *columns = (builder.column() for builder in builders)
    assert isinstance(keys, Ints)  # noqa: S101  # as its name says
    return keys.values, dict(zip(expressions, columns, strict=True))


def driver_rows(
    connection: sa.Connection,
    statement: sa.Executable,
    *,
    per_fetch: int = _PER_FETCH,
    most_text: int | None = None,
) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield the driver's own rows, some at a time: SQLAlchemy's cost as much again.

    Args:
        connection: a transaction of the store.
        statement: what to fetch.
        per_fetch: how many rows at the most.
        most_text: fewer, where the texts in their last column would come to more than so many characters by the longest of
            the fetch before; None: as many.
    """
    options = {"stream_results": True, "max_row_buffer": per_fetch}
    result = connection.execute(statement, execution_options=options)
    n = per_fetch if most_text is None else 1
    while rows := result.cursor_strategy.fetchmany(result, result.cursor, n):
        yield rows
        if most_text is not None:
            n = max(1, min(per_fetch, most_text // max(1, *(len(row[-1] or "") for row in rows))))


def aligned(keys: Whole, found: Whole, columns: Mapping[str, Column]) -> Columns:
    """Return columns in the order of other keys, missing where these were not found."""
    if np.array_equal(keys, found):
        return dict(columns)
    order = np.argsort(found, kind="stable")
    # What is not found takes the row behind the last one, which is null.
    at = np.append(order, len(found))[np.searchsorted(found, keys, sorter=order)]
    at[np.append(found, -1)[at] != keys] = len(found)
    return {name: column.with_null().take(at) for name, column in columns.items()}
