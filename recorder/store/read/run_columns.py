"""Tracked runs as columns, for analyses and frames.

Invariant: the values are those that `runs.run_rows` gives row by row, as of now and as of T.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final, TypeAlias

import numpy as np
import sqlalchemy as sa

from recorder.analysis.building import Builder, column_of, joined, runs_of
from recorder.analysis.columns import (
    INTS,
    ITEM,
    ITEM_COLUMNS,
    NULL,
    Column,
    Ints,
    Items,
    Lexicon,
    Runs,
    Whole,
    Words,
)
from recorder.analysis.coverage import PollTimes
from recorder.analysis.rows import LABEL
from recorder.analysis.spend_columns import BASIS, spend_columns
from recorder.analysis.spend_columns import COLUMNS as SPEND
from recorder.history.flags import ITEMS_MISMATCH, PRUNED, flagged
from recorder.ledger.readable import storable
from recorder.store.read.past import FROM_WATCH, Past
from recorder.store.read.phases import is_mismatched
from recorder.store.read.run_history import (
    cost_changes,
    deviations,
    error_sights,
    lead_errors,
    poll_times,
)
from recorder.store.schema import (
    capture,
    item,
    label,
    run,
    run_summary,
    source,
    watch,
)
from recorder.store.table_parts import Flag

_PER_FETCH: Final = 500
_PER_QUESTION: Final = 500
_MOST_QUESTIONS: Final = 40
"""More of them take longer than all rows of a table."""

_PER_SOURCE: Final = 2**40
"""More runs than a source can have: a key is the source's number times it, and the run's number."""

_MADE: Final = SPEND | {"clock_off_us", "source", "dated_at"}
"""Columns that no table holds."""

_FROM_RUN: Final = ("run_id", "tracked_at")
_FROM_HISTORY: Final[Mapping[str, tuple[Callable[..., Iterable[Any]], object]]] = {
    "actual_seen_at": (cost_changes, None),
    "deviations": (deviations, ()),
    "error_sights": (error_sights, ()),
    "lead_errors": (lead_errors, ()),
    "poll_times": (poll_times, PollTimes()),
}
"""Columns that are read run by run, each with its value of a run that has none."""

Expressions: TypeAlias = Mapping[str, sa.ColumnElement[Any]]


def read_runs(
    connection: sa.Connection,
    names: Collection[str],
    *,
    source_name: str | None = None,
    slugs: Collection[str] | None = None,
    past: Past | None = None,
) -> Runs:
    """Return the tracked runs with the wanted columns, in the order of their keys.

    Args:
        connection: a reading transaction.
        names: of `RunRow`, `label:KEY`, and those that polls and snapshots give (`_FROM_HISTORY`).
        source_name: only this source's.
        slugs: only runs of these, and as of an instant any others too.
        past: as of when; None: what is known now.
    """
    from_history, of_items = _FROM_HISTORY.keys() & set(names), ITEM_COLUMNS & set(names)
    named = {"source", "run_id"} if from_history or of_items else set[str]()
    wanted = set(names) - from_history - of_items | named
    reader = _Reader(connection, source_name, past, slugs)
    runs = reader.runs(wanted)
    if not named:
        return runs
    as_of = None if past is None else past.as_of
    keys = list(zip(runs.values("source"), runs.values("run_id"), strict=True))
    more: dict[str, Column] = {"items": reader.items(keys, of_items)} if of_items else {}
    for name in from_history:
        read, missing = _FROM_HISTORY[name]
        found = dict(read(connection, source_name=source_name, as_of=as_of))
        more[name] = column_of(name, [found.get(key, missing) for key in keys])
    return Runs(runs.n, {name: runs.column(name) for name in wanted} | more)


class _Reader:
    """Reads columns of the tables that hold a row a run."""

    def __init__(
        self,
        connection: sa.Connection,
        source_name: str | None,
        past: Past | None,
        slugs: Collection[str] | None,
    ) -> None:
        self._connection = connection
        self._past = past
        self._slugs = slugs if past is None else None  # a run may have had another slug then
        self._is_of_one = source_name is not None
        columns = (source.c.source_id, source.c.name, source.c.clock_off_us)
        found = [
            one
            for one in connection.execute(sa.select(*columns))
            if source_name in (None, one.name)
        ]
        self._sources = {one.source_id: one.name for one in found}
        self._clocks = {one.source_id: one.clock_off_us for one in found}

    def runs(self, names: Collection[str]) -> Runs:
        """Return all runs as they stood at the instant, or as they stand now."""
        keys, columns = self._present({*names, *_basis(names)})
        runs = Runs(len(keys), {name: columns[name] for name in names})
        if self._past is None:
            return runs
        rules = ((watch, self._past.is_watched()), (run, self._past.is_tracked()))
        found = [self._scan(table, {}, [~is_calm])[0] for table, is_calm in rules]
        has_changed = np.isin(keys, np.concatenate(found))
        changed = [divmod(key, _PER_SOURCE) for key in keys[has_changed].tolist()]
        earlier = runs_of(self._past.rows(self._connection, changed), names)
        return joined(runs.only(~has_changed), earlier)

    def _present(self, names: Collection[str]) -> tuple[Whole, dict[str, Column]]:
        """Return the key of each run, and the columns as they are now."""
        # A scan of each table, aligned here: over 1,000,000 runs the database takes four times as long to join them.
        tables = _tables(names)
        keys, columns = self._scan(watch, tables.pop(watch))
        for table, expressions in tables.items():
            if expressions:
                columns |= _aligned(keys, *self._scan(table, expressions))
        for name in names:
            if name.startswith(LABEL):
                columns |= _aligned(
                    keys, *self._scan(label, {name: label.c.value}, [_is_key(name)])
                )
        if "dated_at" in names:
            columns["dated_at"] = self._dated(keys, Runs(len(keys), columns).ints("created_at"))
        if "n_reopened" in names:
            columns["n_reopened"] = Runs(len(keys), columns).ints("n_reopened").filled(0)
        if "quality" in names:
            columns["quality"] = self._quality(keys, Runs(len(keys), columns).words("quality"))
        of_source = {"source": self._source, "clock_off_us": self._clock}
        columns |= {name: make(keys) for name, make in of_source.items() if name in names}
        if SPEND & set(names):
            columns |= spend_columns(Runs(len(keys), columns))
        return keys, columns

    def _dated(self, keys: Whole, created: Ints) -> Ints:
        """Return when each run was created; where the ledger does not give it, since when it is tracked."""
        conditions = list(_some_runs(keys[~created.there]))
        if len(conditions) > _MOST_QUESTIONS:
            conditions = [sa.true()]
        found = self._scan(run, {"tracked_at": run.c.tracked_at}, conditions)
        tracked = Runs(len(keys), _aligned(keys, *found)).ints("tracked_at").values
        return Ints(np.where(created.there, created.values, tracked))

    def items(self, runs: Iterable[tuple[str, str]], names: Collection[str]) -> Items:
        """Return the items of each of these runs, by source and run id, with the wanted columns."""
        by_then = sa.true() if self._past is None else capture.c.captured_at <= self._past.as_of
        whole, _ = self._scan(capture, {}, [capture.c.captured_at.is_not(None) & by_then])
        expressions = {name: _expression(name, item.c[name.removeprefix(ITEM)]) for name in names}
        found, columns = self._scan(item, expressions)
        order = np.argsort(found, kind="stable")
        numbers, ids = self._scan(run, {"run_id": run.c.run_id})
        sources = Runs(len(numbers), {"source": self._source(numbers)}).values("source")
        run_ids = Runs(len(numbers), ids).values("run_id")
        by_name = dict(zip(zip(sources, run_ids, strict=True), numbers.tolist(), strict=True))
        keys = np.array([by_name[name] for name in runs], np.int64)
        first, after = (np.searchsorted(found[order], keys, side) for side in ("left", "right"))
        n = np.where(np.isin(keys, whole), after - first, NULL)
        return Items(n, first, {name: column.take(order) for name, column in columns.items()})

    def _quality(self, keys: Whole, quality: Words) -> Words:
        """Return the flags with those that do not come from the last row."""
        as_of = None if self._past is None else self._past.as_of
        more = (ITEMS_MISMATCH, capture, is_mismatched(as_of)), (PRUNED, watch, watch.c.is_pruned)
        for flag, table, condition in more:
            is_so = np.isin(keys, self._scan(table, {}, [condition])[0])
            words = quality.lexicon.words
            others = [flagged(None if word is None else str(word), flag) for word in words]
            codes = np.where(is_so, quality.codes + len(words), quality.codes)
            quality = Words(codes.astype(np.int32), Lexicon([*words, *others]))
        return quality

    def _source(self, keys: Whole) -> Words:
        numbers = sorted(self._sources)
        codes = np.searchsorted(np.array(numbers, np.int64), keys // _PER_SOURCE)
        names = [self._sources[number] for number in numbers]
        return Words(codes.astype(np.int32), Lexicon(names))

    def _clock(self, keys: Whole) -> Column:
        off = (self._clocks[number] for number in (keys // _PER_SOURCE).tolist())
        return column_of("clock_off_us", off)

    def _scan(
        self,
        table: sa.Table,
        expressions: Expressions,
        conditions: Sequence[sa.ColumnElement[bool]] = (sa.true(),),
    ) -> tuple[Whole, dict[str, Column]]:
        """Return the keys and the columns of a table's rows, in its own order: those of each condition in turn."""
        per_source = sa.literal(_PER_SOURCE, sa.BigInteger())
        key = sa.cast(table.c.source_id, sa.BigInteger()) * per_source + table.c.run_key
        statement = sa.select(key, *expressions.values())
        if self._is_of_one:  # in the order of the key: SQLite takes another index else
            of_one = table.c.source_id.in_(list(self._sources))
            statement = statement.where(of_one).order_by(table.c.source_id, table.c.run_key)
        if self._slugs is not None:
            statement = statement.where(_has_slug(table, self._slugs))
        builders = [Builder("run_key"), *map(Builder, expressions)]
        for rows in chain.from_iterable(self._driver_rows(statement.where(c)) for c in conditions):
            for builder, values in zip(builders, zip(*rows, strict=True), strict=True):
                builder.add(values)
        keys, *columns = (builder.column() for builder in builders)
        assert isinstance(keys, Ints)  # noqa: S101  # as its name says
        return keys.values, dict(zip(expressions, columns, strict=True))

    def _driver_rows(self, statement: sa.Executable) -> Iterator[Sequence[Sequence[Any]]]:
        """Yield the driver's own rows, some at a time: SQLAlchemy's cost as much again."""
        options = {"stream_results": True, "max_row_buffer": _PER_FETCH}
        result = self._connection.execute(statement, execution_options=options)
        while rows := result.cursor_strategy.fetchmany(result, result.cursor, _PER_FETCH):
            yield rows


def _has_slug(table: sa.Table, slugs: Collection[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a row's run has one of these slugs."""
    is_one = run_summary.c.slug.in_(slugs)
    if table is run_summary:
        return is_one
    keys = sa.select(run_summary.c.source_id, run_summary.c.run_key).where(is_one)
    return sa.tuple_(table.c.source_id, table.c.run_key).in_(keys)


def _is_key(name: str) -> sa.ColumnElement[bool]:
    """Return the condition for the labels of a key; a key that no store can hold is none's."""
    key = name.removeprefix(LABEL)
    return label.c.key == key if storable(key) == key else sa.false()


def _some_runs(keys: Whole) -> Iterator[sa.ColumnElement[bool]]:
    """Yield a condition for each few hundred of these runs."""
    for number in np.unique(keys // _PER_SOURCE).tolist():
        of_source = (keys[keys // _PER_SOURCE == number] % _PER_SOURCE).tolist()
        for first in range(0, len(of_source), _PER_QUESTION):
            some = run.c.run_key.in_(of_source[first : first + _PER_QUESTION])
            yield (run.c.source_id == number) & some


def _basis(names: Collection[str]) -> frozenset[str]:
    """Return the columns from which the wanted ones are made."""
    created = frozenset({"created_at"} if "dated_at" in names else ())
    return created | (BASIS if SPEND & set(names) else frozenset())


def _tables(names: Iterable[str]) -> dict[sa.Table, dict[str, sa.ColumnElement[Any]]]:
    """Return what to read of each table."""
    found: dict[sa.Table, dict[str, sa.ColumnElement[Any]]] = {watch: {}, run: {}, run_summary: {}}
    for name in names:
        if name not in _MADE and not name.startswith(LABEL):
            table = watch if name in FROM_WATCH else run if name in _FROM_RUN else run_summary
            found[table][name] = _expression(name, table.c[name])
    return found


def _expression(name: str, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Return the column as a builder takes it: no integer is null."""
    if name not in INTS:
        return column
    plain = sa.cast(column, sa.Integer) if isinstance(column.type, Flag) else column
    return sa.func.coalesce(plain, sa.literal(NULL, sa.BigInteger()))


def _aligned(keys: Whole, found: Whole, columns: Mapping[str, Column]) -> dict[str, Column]:
    """Return columns in the order of other keys, missing where these were not found."""
    if np.array_equal(keys, found):
        return dict(columns)
    order = np.argsort(found, kind="stable")
    at = np.append(order, len(found))[np.searchsorted(found, keys, sorter=order)]
    at[np.append(found, -1)[at] != keys] = len(found)
    return {name: column.with_null().take(at) for name, column in columns.items()}
