"""Bring one month of a lake up to the store: write it, keep it, or drop the forgotten runs of it.

Invariant: a month has the rows of one state of the store. It is written again where the store counts other changes than
the lake has, or the files have another layout, and never replaced by one that a prune has made poorer.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from recorder.store.engine import Connection, Database
from recorder.store.read.month_rows import (
    LakeSource,
    MonthCounts,
    month_columns,
    month_counts,
    month_tracked_at,
)
from recorder.transfer.lake_files import LakeMonth, SourceFiles
from recorder.transfer.lake_tables import LAYOUT, names_of, table_of
from recorder.transfer.parquet import Arrow, pyarrow


class Step(Enum):
    """An action of an export on a month."""

    NOTHING = auto()
    WRITE = auto()
    KEEP = auto()  # it changed, but the store has less of it than the lake
    DROP_RUNS = auto()  # the same, and runs of it were forgotten


def step_for(counts: MonthCounts, written: LakeMonth | None) -> Step:
    """Return what is to be done about a month of the store, and of the lake where it is there whole."""
    if written is None:
        return Step.WRITE
    was_forgotten = counts.n_forgets != written.n_forgets
    if not _differs(counts, written) and not was_forgotten:
        return Step.NOTHING
    if counts.n_prunes == written.n_prunes:
        return Step.WRITE
    return Step.DROP_RUNS if was_forgotten else Step.KEEP


def _differs(counts: MonthCounts, written: LakeMonth) -> bool:
    return counts.n_changes != written.n_changes or written.layout != LAYOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTask:
    """A month of a source that may have changed, as any process can bring it up.

    Attributes:
        files: those of the source.
        month: such as 2026-11.
        written: the month as the manifest has it.
        is_forced: whether it is written though the store has less of it.
    """

    files: SourceFiles
    month: str
    written: LakeMonth | None
    is_forced: bool

    def step(self, counts: MonthCounts) -> Step:
        """Return what is to be done where the store has these counts."""
        files, written = self.files, self.written
        is_whole = written is not None and files.is_whole(self.month, written)
        if written is not None and not is_whole and counts.n_prunes != written.n_prunes:
            # A killed export left files that the manifest does not know, of which the store has less by now.
            is_whole = files.is_readable(pyarrow("none"), self.month)
        step = step_for(counts, written if is_whole else None)
        return Step.WRITE if self.is_forced and step is not Step.NOTHING else step


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDone:
    """A month that was brought up.

    Attributes:
        now: the month as it stands in the lake; None where nothing was written.
        is_kept: whether it changed, and stays as it was.
    """

    now: LakeMonth | None = None
    is_kept: bool = False


def bring_up(database: Database, task: MonthTask) -> MonthDone:
    """Bring the files of a month up to one state of the store."""
    with task.files.shared() as is_free:
        if not is_free:  # whoever began this export is gone, and another one has begun
            return MonthDone()
        with database.reading() as connection:
            return _bring_up(connection, task)


def _bring_up(connection: Connection, task: MonthTask) -> MonthDone:
    arrow, files, written = pyarrow("none"), task.files, task.written
    source, month = files.source, task.month
    # In the transaction that reads the rows: the counts are those of the state that is written.
    counts = month_counts(connection, source.source_id)[month]
    step = task.step(counts)
    if step is Step.WRITE:
        stored = _stored_tables(arrow, connection, source, month)
        return MonthDone(now=files.write(arrow, month, counts, stored))
    is_kept = written is not None and _differs(counts, written)
    if step is not Step.DROP_RUNS or written is None:
        return MonthDone(is_kept=is_kept)
    # Of what changed and was pruned the month still lacks as much; only the forgotten runs are gone.
    kept = counts._replace(n_changes=written.n_changes, n_prunes=written.n_prunes)
    tracked_at = month_tracked_at(connection, source.source_id, month)
    tables = _tables_of_runs(arrow, files, month, _runs_left(arrow, files, month, tracked_at))
    return MonthDone(now=files.write(arrow, month, kept, tables), is_kept=is_kept)


def _stored_tables(
    arrow: Arrow,
    connection: Connection,
    source: LakeSource,
    month: str,
) -> Callable[[str], Iterator[Arrow]]:
    """Return a function that yields the tables of a view of a month of the store."""

    def tables(view: str) -> Iterator[Arrow]:
        for rows in month_columns(connection, view, names_of(view), source.source_id, month):
            if rows.n:
                yield table_of(arrow, view, rows)

    return tables


def _runs_left(
    arrow: Arrow, files: SourceFiles, month: str, tracked_at: Mapping[str, int]
) -> list[str]:
    """Return the ids of the runs of a month of the lake that the store still tracks since then."""
    with arrow.parquet.ParquetFile(files.path(month, "runs")) as file:
        runs = file.read(["run_id", "tracked_at"])
    at = runs["tracked_at"].cast(arrow.int64()).to_pylist()
    # A run that was forgotten and is tracked again begins later.
    return [
        run_id
        for run_id, then in zip(runs["run_id"].to_pylist(), at, strict=True)
        if tracked_at.get(run_id, then + 1) <= then
    ]


def _tables_of_runs(
    arrow: Arrow,
    files: SourceFiles,
    month: str,
    run_ids: list[str],
) -> Callable[[str], Iterator[Arrow]]:
    """Return a function that yields the rows of a view of a month of the lake that belong to these runs, or to a key."""
    ids, compute = arrow.array(run_ids, arrow.string()), arrow.compute

    def tables(view: str) -> Iterator[Arrow]:
        with arrow.parquet.ParquetFile(files.path(month, view)) as file:
            for some in map(file.read_row_group, range(file.num_row_groups)):
                of_run = compute.is_in(some["run_id"], value_set=ids)
                yield some.filter(compute.or_(of_run, compute.is_null(some["run_id"])))

    return tables
