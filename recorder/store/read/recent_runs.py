"""The completed runs that were known last, as columns: what a run of their slug is held against.

Invariant: the values are those that `runs.run_rows` gives row by row, as of now and as of T, and no fewer runs are read
than are enough. Of a store of any size that is some hundred rows, and the columns of some blocks.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import sqlalchemy as sa

from recorder.analysis.building import joined, runs_of
from recorder.analysis.columns import Ints, Lexicon, Mask, Runs, Words
from recorder.ledger.readable import storable
from recorder.ledger.run_status import RunStatus
from recorder.store.blocks import KEY
from recorder.store.joins import same_run
from recorder.store.read.block_columns import block_columns
from recorder.store.read.past import FROM_SUMMARY, Past
from recorder.store.read.row_columns import PER_SOURCE, stored_columns
from recorder.store.read.run_refs import RunRefs
from recorder.store.schema import run, run_summary, snapshot, source, watch
from recorder.store.sealed import Block, KeyRange, open_ranges, range_of, sealed_blocks

COLUMNS: Final = {"source", "run_id", "tracked_at", "dated_at", "ended_seen_at", "leads_total"} | (
    {*FROM_SUMMARY} - {"quality"}
)
"""The columns that may be asked for: they follow from the snapshots of a run, and not from when it was polled since."""

_PER_PIECE: Final = 200
_FEW_BLOCKS: Final = 2
_FEW_RUNS: Final = 20
"""As many rows take about as long as the columns of a block."""

_FILTERS: Final = ("slug", "version", "status", "tracked_at")


class _Piece(NamedTuple):
    """Some runs that are in no block, and the last instant at which anything of them ended or was known."""

    run_keys: Sequence[int]
    last_at: int


class WantedLikes(msgspec.Struct, frozen=True, kw_only=True):
    """Which runs are wanted: the completed ones of these versions of these slugs of a source."""

    source_name: str
    slugs: Collection[str]
    versions: Collection[str | None]

    def condition(self) -> sa.ColumnElement[bool]:
        """Return the condition for their rows in `run_summary`."""
        kept = [one for one in self.versions if one is not None and storable(one) == one]
        is_null = run_summary.c.version.is_(None) if None in self.versions else sa.false()
        is_version = run_summary.c.version.in_(kept) | is_null
        slugs = [one for one in self.slugs if storable(one) == one]
        is_completed = run_summary.c.status == RunStatus.COMPLETED
        return run_summary.c.slug.in_(slugs) & is_version & is_completed

    def mask(self, runs: Runs) -> Mask:
        """Return which runs they are."""
        is_wanted = runs.words("slug").among(*self.slugs) & runs.words("version").among(
            *self.versions
        )
        return is_wanted & runs.words("status").among(RunStatus.COMPLETED.value)


def recent_runs(
    connection: sa.Connection,
    names: Collection[str],
    is_enough: Callable[[Runs, int], bool],
    *,
    wanted: WantedLikes,
    past: Past | None = None,
) -> Runs:
    """Return completed runs, in any order, as few as are enough: those that were known last first.

    Args:
        connection: a reading transaction.
        names: of `COLUMNS`.
        is_enough: takes the runs read so far, and the last instant at which anything of the others ended or was known.
        wanted: which runs.
        past: as of when; None: what is known now.
    """
    source_id = connection.scalar(
        sa.select(source.c.source_id).where(source.c.name == wanted.source_name)
    )
    if source_id is None or not wanted.slugs:
        return runs_of((), names)
    reader = _LikesReader(connection, source_id, {*names}, wanted, past)
    runs, ahead, n = reader.earlier(reader.open_ranges()), reader.pieces(), 1
    while ahead and not is_enough(runs, ahead[-1].last_at):
        runs = joined(runs, reader.runs(ahead[-n:]))
        ahead, n = ahead[:-n], 2 if n == 1 else 4 * n
    return runs


class _LikesReader:
    """Reads runs of one source as they stand, or as they stood at an instant."""

    def __init__(
        self,
        connection: sa.Connection,
        source_id: int,
        names: set[str],
        wanted: WantedLikes,
        past: Past | None,
    ) -> None:
        self._connection = connection
        self._source_id = source_id
        self._names = names
        self._wanted = wanted
        self._past = past
        self._blocks = sealed_blocks(connection, [source_id])
        self._changed: set[int] = set()

    def open_ranges(self) -> list[KeyRange]:
        """Return the keys of the runs that are in no block."""
        return list(open_ranges(self._blocks)) or [KeyRange(self._source_id, 0)]

    def pieces(self) -> list[_Piece | Block]:
        """Return what holds the runs, the last to change last."""
        then = None if self._past is None else self._past.as_of
        blocks = [one for one in self._blocks if then is None or one.first_at <= then]
        return sorted([*blocks, *self._open_pieces()], key=attrgetter("last_at"))

    def _open_pieces(self) -> Iterator[_Piece]:
        # Not by the index of ends: it would lead SQLite over all runs that ever ended.
        ended_seen_at = watch.c.ended_seen_at + 0
        moments = (ended_seen_at, run_summary.c.ended_at, run_summary.c.cost_known_at)
        statement = (
            sa.select(run_summary.c.run_key, *moments)
            .join_from(run_summary, watch, same_run(watch, run_summary))
            .where(self._wanted.condition())
        )
        if self._past is not None:
            statement = statement.where(ended_seen_at <= self._past.as_of)
        found = [
            (max(at or 0 for at in moments), run_key)
            for keys in self.open_ranges()
            for run_key, *moments in self._connection.execute(
                statement.where(keys.rows_of(run_summary))
            )
        ]
        found.sort(reverse=True)
        for first in range(0, len(found), _PER_PIECE):
            some = found[first : first + _PER_PIECE]
            yield _Piece(sorted(run_key for _, run_key in some), some[0][0])

    def runs(self, pieces: Iterable[_Piece | Block]) -> Runs:
        """Return the runs of pieces."""
        blocks = sorted(one for one in pieces if isinstance(one, Block))
        keys = [one.run_keys for one in pieces if isinstance(one, _Piece)]
        found = self.earlier([range_of(self._source_id, one.block) for one in self._moved(blocks)])
        if len(blocks) > _FEW_BLOCKS:
            few, blocks = self._sifted(blocks)
            keys += few
        names = self._names - {"source"} | {*_FILTERS}
        rows = [RunRefs(source_id=self._source_id, run_keys=some).rows_of for some in keys]
        if rows:
            numbers, columns = stored_columns(self._connection, names, rows)
            found = joined(found, self._chosen(Runs(len(numbers), {**columns, KEY: Ints(numbers)})))
        for block in block_columns(self._connection, blocks, names) if blocks else ():
            found = joined(found, self._chosen(block))
        return found

    def _sifted(self, blocks: Sequence[Block]) -> tuple[list[Sequence[int]], list[Block]]:
        """Return the keys of the wanted runs of blocks that have few of them, and the blocks that have many."""
        few, many = list[int](), list[Block]()
        names = ("slug", "version", "status")
        for one, runs in zip(blocks, block_columns(self._connection, blocks, names), strict=True):
            keys = runs.ints(KEY).values[self._wanted.mask(runs)] % PER_SOURCE
            if len(keys) > _FEW_RUNS:
                many.append(one)
            else:
                few += keys.tolist()
        return [few[n : n + _PER_PIECE] for n in range(0, len(few), _PER_PIECE)], many

    def _moved(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Yield the blocks of which a run may have changed since the instant."""
        return (one for one in blocks if self._past is not None and one.last_at > self._past.as_of)

    def _chosen(self, runs: Runs) -> Runs:
        """Return the wanted ones of runs as they stand, without those that have changed since the instant."""
        runs = runs.only(self._wanted.mask(runs))
        if self._past is not None:
            changed = np.array(sorted(self._changed), np.int64)
            was_tracked = runs.ints("tracked_at").values <= self._past.as_of
            runs = runs.only(was_tracked & ~np.isin(runs.ints(KEY).values % PER_SOURCE, changed))
        named = Words(np.zeros(runs.n, np.int32), Lexicon([self._wanted.source_name]))
        columns = {name: runs.column(name) for name in self._names - {"source"}}
        return Runs(runs.n, columns | ({"source": named} if "source" in self._names else {}))

    def earlier(self, ranges: Iterable[KeyRange]) -> Runs:
        """Return the wanted ones of the runs that have changed since the instant, as they stood then."""
        if self._past is None:
            return runs_of((), self._names)
        found = [
            one for keys in ranges for one in _changed_runs(self._connection, keys, self._past)
        ]
        self._changed |= {run_key for run_key, _ in found}
        completed = [
            (self._source_id, run_key) for run_key, was_completed in found if was_completed
        ]
        runs = runs_of(self._past.rows(self._connection, completed), self._names | {*_FILTERS})
        runs = runs.only(self._wanted.mask(runs))
        return Runs(runs.n, {name: runs.column(name) for name in self._names})


def _changed_runs(
    connection: sa.Connection, keys: KeyRange, past: Past
) -> Iterator[tuple[int, bool]]:
    """Yield the runs whose last snapshot was not known whole at the instant, each with whether it had been completed."""
    before = snapshot.alias()
    was_completed = sa.exists().where(
        same_run(before, watch),
        before.c.first_seen_at <= past.as_of,
        before.c.status == RunStatus.COMPLETED,
    )
    is_last = same_run(snapshot, watch) & (snapshot.c.seq == watch.c.n_snapshots)
    statement = (
        sa.select(watch.c.run_key, was_completed)
        .join_from(watch, run, same_run(run, watch))
        .join(snapshot, is_last)
        .where(keys.rows_of(watch), watch.c.last_polled_at > past.as_of)
        .where(run.c.tracked_at <= past.as_of)
        .where((snapshot.c.first_seen_at > past.as_of) | (snapshot.c.seen_again_at > past.as_of))
    )
    rows: Any = connection.execute(statement)
    yield from rows
