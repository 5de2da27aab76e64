"""Tracked runs as columns, for analyses and frames.

Invariant: the values are those that `runs.run_rows` gives row by row, as of now and as of T.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import numpy as np
import sqlalchemy as sa

from recorder.analysis.building import column_of, joined, runs_of
from recorder.analysis.columns import (
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
from recorder.store.blocks import KEY
from recorder.store.read.block_columns import block_columns, merged
from recorder.store.read.conditions import by_then
from recorder.store.read.past import Past
from recorder.store.read.phases import is_mismatched
from recorder.store.read.row_columns import (
    ANY,
    PER_SOURCE,
    Columns,
    RowsOf,
    aligned,
    expression,
    scan,
    stored_columns,
)
from recorder.store.read.run_history import (
    cost_changes,
    deviations,
    error_sights,
    lead_errors,
    poll_times,
)
from recorder.store.read.run_refs import RunKey, refs_of
from recorder.store.read.source_rows import source_rows
from recorder.store.schema import capture, item, label, run, run_summary
from recorder.store.sealed import Block, open_ranges, sealed_blocks

_MADE: Final = SPEND | {"clock_off_us", "source"}
"""Columns that no block holds."""

_MOMENTS: Final = ("known_at", "tracked_at")
_FROM_HISTORY: Final[Mapping[str, tuple[Callable[..., Iterable[Any]], object]]] = {
    "actual_seen_at": (cost_changes, None),
    "deviations": (deviations, ()),
    "error_sights": (error_sights, ()),
    "lead_errors": (lead_errors, ()),
    "poll_times": (poll_times, PollTimes()),
}
"""Columns that are read run by run, each with its value of a run that has none."""


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
    runs = reader.runs(wanted, reader.open_rows(), reader.blocks)
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


def read_some(
    connection: sa.Connection, names: Collection[str], keys: Iterable[RunKey], *, past: Past | None
) -> Runs:
    """Return the runs of these keys that were tracked, with columns of `RunRow`, in any order."""
    of_sources = groupby(sorted(keys), key=itemgetter(0))
    # Source by source: of keys of several SQLite goes over all rows.
    rows: list[RowsOf] = [
        refs.rows_of
        for source_id, some in of_sources
        for refs in refs_of(source_id, [run_key for _, run_key in some])
    ]
    wanted = {"source", "run_id", *names}
    return _Reader(connection, None, past, None).runs(wanted, rows, ())


class _Reader:
    """Reads columns of the tables and the blocks that hold runs."""

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
        found = source_rows(connection, source_name)
        self._sources = {one.source_id: one.name for one in found}
        self._clocks = {one.source_id: one.clock_off_us for one in found}
        self.blocks = sealed_blocks(connection, self._sources)

    def runs(self, names: Collection[str], rows: Sequence[RowsOf], blocks: Sequence[Block]) -> Runs:
        """Return the runs of rows and blocks as they stood at the instant, or as they stand now."""
        basis = BASIS if SPEND & set(names) else frozenset()
        wanted = {*names, *basis, *(_MOMENTS if self._past else ())}
        keys, columns = self._present(wanted, rows, blocks)
        runs = Runs(len(keys), columns)
        if self._past is None:
            return Runs(len(keys), {name: columns[name] for name in names})
        has_changed = runs.ints("known_at").values > self._past.as_of
        was_tracked = runs.ints("tracked_at").values <= self._past.as_of
        changed = [divmod(key, PER_SOURCE) for key in keys[has_changed & was_tracked].tolist()]
        earlier = runs_of(self._past.rows(self._connection, changed), names)
        runs = Runs(len(keys), {name: columns[name] for name in names})
        return joined(runs.only(~has_changed), earlier)

    def _present(
        self, names: Collection[str], rows: Sequence[RowsOf], blocks: Sequence[Block]
    ) -> tuple[Whole, Columns]:
        """Return the key of each run, and the columns as they are now."""
        labels = {name for name in names if name.startswith(LABEL)}
        keys, columns = self._stored({*names} - labels - _MADE, rows, blocks)
        for name in labels:
            columns |= aligned(keys, *self._scan(label, {name: label.c.value}, _is_key(name)))
        if "quality" in names:
            columns["quality"] = self._quality(keys, Runs(len(keys), columns))
        of_source = {"source": self._source, "clock_off_us": self._clock}
        columns |= {name: make(keys) for name, make in of_source.items() if name in names}
        if SPEND & set(names):
            columns |= spend_columns(Runs(len(keys), columns))
        return keys, columns

    def _stored(
        self, names: set[str], rows: Sequence[RowsOf], blocks: Sequence[Block]
    ) -> tuple[Whole, Columns]:
        """Return the key of each run of rows and blocks, and its columns."""
        if "quality" in names:
            names.add("is_pruned")
        if self._slugs is not None:
            names.add("slug")
        keys, columns = stored_columns(self._connection, names, rows)
        if not blocks:
            return keys, columns
        found = block_columns(self._connection, blocks, names)
        if self._slugs is not None:
            is_one = self._slugs.__contains__
            found = (one.only(one.words("slug").where(is_one)) for one in found)
        open_runs = Runs(len(keys), columns | {KEY: Ints(keys)})
        runs = merged(open_runs, found, sum(one.n for one in blocks))
        return runs.ints(KEY).values, {name: runs.column(name) for name in names}

    def open_rows(self) -> Sequence[RowsOf]:
        """Return conditions for the rows of the runs that are in no block."""
        sealed = {one.source_id for one in self.blocks}
        others = [number for number in self._sources if number not in sealed]
        if not (sealed or self._is_of_one or self._slugs is not None):
            return ANY
        found: list[RowsOf] = [one.rows_of for one in open_ranges(self.blocks)]
        if others:  # SQLite goes over a table to find none
            found.append(lambda table: table.c.source_id.in_(others))
        if self._slugs is None:
            return found
        return [partial(_of_slugs, self._slugs, rows_of) for rows_of in found]

    def _scan(
        self,
        table: sa.Table,
        expressions: Mapping[str, sa.ColumnElement[Any]],
        condition: sa.ColumnElement[bool] | None = None,
    ) -> tuple[Whole, Columns]:
        """Return the keys and columns of those rows of the sources for which a condition holds."""
        of_sources = table.c.source_id.in_(list(self._sources))
        where = [
            of_sources if self._is_of_one else sa.true(),
            *([] if condition is None else [condition]),
        ]
        return scan(self._connection, table, expressions, [lambda _: sa.and_(*where)])

    def items(self, runs: Iterable[tuple[str, str]], names: Collection[str]) -> Items:
        """Return the items of each of these runs, by source and run id, with the wanted columns."""
        as_of = None if self._past is None else self._past.as_of
        captured = capture.c.captured_at.is_not(None) & by_then(capture.c.captured_at, as_of)
        whole, _ = self._scan(capture, {}, captured)
        expressions = {name: expression(name, item.c[name.removeprefix(ITEM)]) for name in names}
        found, columns = self._scan(item, expressions)
        order = np.argsort(found, kind="stable")
        numbers, ids = self._scan(run, {"run_id": run.c.run_id})
        sources = Runs(len(numbers), {"source": self._source(numbers)}).values("source")
        run_ids = Runs(len(numbers), ids).values("run_id")
        by_name = dict(zip(zip(sources, run_ids, strict=True), numbers.tolist(), strict=True))
        keys = np.array([by_name[name] for name in runs], np.int64)
        first, after = (np.searchsorted(found[order], keys, side) for side in ("left", "right"))
        # A run whose capture has not come to its end has items in the table, and shows none.
        n = np.where(np.isin(keys, whole), after - first, NULL)
        return Items(n, first, {name: column.take(order) for name, column in columns.items()})

    def _quality(self, keys: Whole, runs: Runs) -> Words:
        """Return the flags with those that do not come from the last row."""
        as_of = None if self._past is None else self._past.as_of
        mismatched, _ = self._scan(capture, {}, is_mismatched(as_of))
        more = (
            (ITEMS_MISMATCH, np.isin(keys, mismatched)),
            (PRUNED, runs.ints("is_pruned").values == 1),
        )
        quality = runs.words("quality")
        for flag, is_so in more:
            words = quality.lexicon.words
            others = [flagged(None if word is None else str(word), flag) for word in words]
            # The words with the flag stand behind those without it, in the same order.
            codes = np.where(is_so, quality.codes + len(words), quality.codes)
            quality = Words(codes.astype(np.int32), Lexicon([*words, *others]))
        return quality

    def _source(self, keys: Whole) -> Words:
        numbers = sorted(self._sources)
        codes = np.searchsorted(np.array(numbers, np.int64), keys // PER_SOURCE)
        names = [self._sources[number] for number in numbers]
        return Words(codes.astype(np.int32), Lexicon(names))

    def _clock(self, keys: Whole) -> Column:
        off = (self._clocks[number] for number in (keys // PER_SOURCE).tolist())
        return column_of("clock_off_us", off)


def _of_slugs(slugs: Collection[str], rows_of: RowsOf, table: sa.Table) -> sa.ColumnElement[bool]:
    """Return the condition for those of some rows whose run has one of these slugs."""
    is_one = run_summary.c.slug.in_(slugs)
    if table is run_summary:
        return rows_of(table) & is_one
    keys = sa.select(run_summary.c.source_id, run_summary.c.run_key).where(
        is_one, rows_of(run_summary)
    )
    return rows_of(table) & sa.tuple_(table.c.source_id, table.c.run_key).in_(keys)


def _is_key(name: str) -> sa.ColumnElement[bool]:
    """Return the condition for the labels of a key; a key that no store can hold is none's."""
    key = name.removeprefix(LABEL)
    return label.c.key == key if storable(key) == key else sa.false()
