"""Write a lake: the rows of the views as Parquet by source and month, whatever has changed since the last time.

Invariants: a month has the rows of one state of the store. It is written again where the store counts other changes than
the manifest has, and never replaced by one that a prune has made poorer.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Final

from recorder.errors import RecorderError, UsageError
from recorder.store.engine import Connection, Database
from recorder.store.read.month_rows import (
    LakeSource,
    MonthCounts,
    lake_sources,
    month_columns,
    month_counts,
    month_run_ids,
)
from recorder.store.read.source_rows import require_source
from recorder.store.revision import require_current
from recorder.transfer.lake_files import LakeMonth, Manifest, SourceFiles, write_views
from recorder.transfer.lake_tables import names_of, table_of
from recorder.transfer.parquet import Arrow, pyarrow

_PARTITIONS: Final = ("source=", "month=")


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
    if counts.n_changes == written.n_changes and not was_forgotten:
        return Step.NOTHING
    if counts.n_prunes == written.n_prunes:
        return Step.WRITE
    return Step.DROP_RUNS if was_forgotten else Step.KEEP


@dataclass(slots=True, kw_only=True)
class LakeExport:
    """One export of a store into a lake, and what it has done so far.

    Attributes:
        folder: the lake's.
        is_forced: whether months are written though the store has less of them, and sources though another store wrote them.
        written: how many months were written.
        kept: the months of each source that changed after a prune, and stay as they are.
        busy: the sources that another export writes at the same time.
        unnamed: the sources whose names are too long for a folder.
    """

    folder: Path
    is_forced: bool = False
    written: int = 0
    kept: dict[str, list[str]] = field(default_factory=dict)
    busy: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)

    def run(self, database: Database, source_name: str | None = None) -> None:
        """Write what has changed of a source, or of all.

        Raises:
            UsageError: pyarrow is not installed, the store has no such source, or the folder lies in one named `source=...`.
            RecorderError: another store wrote a source of that name, or the folder cannot be written.
        """
        pyarrow("export one view at a time as csv or ndjson")
        if any(part.startswith(_PARTITIONS) for part in self.folder.absolute().parts):
            raise UsageError(f"{self.folder}: readers would take its path for a source or month")
        require_current(database)
        with database.reading() as connection:
            require_source(connection, source_name)
            found = lake_sources(connection, source_name)
        all_sources = [SourceFiles(folder=self.folder, source=one) for one in found]
        sources = [one for one in all_sources if one.has_room]
        self.unnamed += [one.source.name for one in all_sources if not one.has_room]
        try:
            for one in sources:  # before anything is written
                one.manifest(is_forced=self.is_forced)
            (self.folder / "_manifest").mkdir(parents=True, exist_ok=True)
            write_views(self.folder)
            for one in sources:
                self._export(database, one)
        except (OSError, UnicodeEncodeError) as error:  # the views spell the folder in UTF-8
            why = getattr(error, "strerror", None) or error
            raise RecorderError(
                f"{self.folder}: {why}: choose another folder with --out"
            ) from error

    def _export(self, database: Database, files: SourceFiles) -> None:
        with files.locked() as is_mine:
            if not is_mine:
                self.busy.append(files.source.name)
                return
            manifest = files.manifest(is_forced=self.is_forced)
            for month, counts in database.read(month_counts, files.source.source_id).items():
                if self._step(files, counts, manifest) is not Step.NOTHING:
                    with database.reading() as connection:
                        self._bring_up(connection, files, month, manifest)

    def _step(self, files: SourceFiles, counts: MonthCounts, manifest: Manifest) -> Step:
        written = manifest.months.get(counts.month)
        is_whole = written is not None and files.is_whole(counts.month, written)
        if written is not None and not is_whole and counts.n_prunes != written.n_prunes:
            # A killed export left files that the manifest does not know, of which the store has less by now.
            is_whole = files.is_readable(pyarrow("none"), counts.month)
        step = step_for(counts, written if is_whole else None)
        return Step.WRITE if self.is_forced and step is not Step.NOTHING else step

    def _bring_up(
        self, connection: Connection, files: SourceFiles, month: str, manifest: Manifest
    ) -> None:
        """Bring the files of a month up to one state of the store: write, keep or drop them."""
        arrow, source, written = pyarrow("none"), files.source, manifest.months.get(month)
        counts = month_counts(connection, source.source_id)[month]
        step = self._step(files, counts, manifest)
        if step is Step.WRITE:
            tables = _stored_tables(arrow, connection, source, month)
            manifest.months[month] = files.write(arrow, month, counts, tables)
        elif written is not None and counts.n_changes != written.n_changes:
            self.kept.setdefault(source.name, []).append(month)
        if step is Step.DROP_RUNS and written is not None:
            kept = counts._replace(n_changes=written.n_changes, n_prunes=written.n_prunes)
            ids = month_run_ids(connection, source.source_id, month)
            tables = _tables_of_runs(arrow, files, month, ids)
            manifest.months[month] = files.write(arrow, month, kept, tables)
        if step in (Step.WRITE, Step.DROP_RUNS):
            files.save(manifest)
            self.written += 1


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
