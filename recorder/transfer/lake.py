"""Write a lake: the rows of the views as Parquet by source and month, whatever has changed since the last time.

Invariant: the manifest of a source names a month only after its files. What goes wrong with a source stops no other.
"""

import os
from collections.abc import Callable, Generator, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from recorder.errors import RecorderError, UsageError
from recorder.store.engine import Database
from recorder.store.read.month_rows import lake_sources, month_counts, n_runs_of
from recorder.store.read.source_rows import require_source
from recorder.store.revision import require_current
from recorder.transfer.lake_files import Manifest, SourceFiles, write_views
from recorder.transfer.lake_month import MonthDone, MonthTask, Step
from recorder.transfer.lake_processes import Ending, in_processes, in_turn
from recorder.transfer.parquet import pyarrow

_PARTITIONS: Final = ("source=", "month=")
_RUNS_A_PROCESS: Final = 5000
"""A process takes as long to begin as to write so many runs of usual length."""
_MOST_PROCESSES: Final = 8
"""Unless more are asked for: each takes 180 MB."""


@dataclass(slots=True, kw_only=True)
class OpenSource:
    """A source that is being written: its lock, what the lake has of it, and the months that are still to come."""

    files: SourceFiles
    lock: ExitStack
    manifest: Manifest
    left: set[str]


@dataclass(slots=True, kw_only=True)
class LakeExport:
    """One export of a store into a lake, and what it has done so far.

    Attributes:
        folder: the lake's.
        is_forced: whether months are written though the store has less of them, and sources though another store wrote them.
        jobs: how many processes write; None: as many as there are processors, where there is enough to write.
        written: how many months were written.
        kept: the months of each source that changed after a prune, and stay as they are.
        busy: the sources that another export writes at the same time.
        unnamed: the sources whose names are too long for a folder.
        failed: what went wrong, with the sources that are not whole for it.
    """

    folder: Path
    is_forced: bool = False
    jobs: int | None = None
    written: int = 0
    kept: dict[str, list[str]] = field(default_factory=dict)
    busy: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    failed: dict[str, list[str]] = field(default_factory=dict)
    _open: dict[str, OpenSource] = field(default_factory=dict, init=False, repr=False)

    def run(self, database: Database, source_name: str | None = None) -> None:
        """Write what has changed of a source, or of all.

        Raises:
            UsageError: pyarrow is not installed, the store has no such source, or the folder lies in one named `source=...`.
            RecorderError: another store wrote a source of that name, the folder cannot be written, or a process was killed.
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
            self._export(database, sources)
        except (OSError, UnicodeEncodeError) as error:  # the views spell the folder in UTF-8
            raise RecorderError(self._message(error)) from error

    def _message(self, error: OSError | UnicodeEncodeError | RecorderError) -> str:
        if isinstance(error, RecorderError):
            return str(error)
        why = getattr(error, "strerror", None) or error
        return f"{self.folder}: {why}: choose another folder with --out"

    def _export(self, database: Database, sources: list[SourceFiles]) -> None:
        changed, n_months, n_runs = list[SourceFiles](), 0, 0
        for one in sources:
            try:
                _, steps = self._steps(database, one)
            except (OSError, RecorderError) as error:
                self._fail(one.source.name, error)
                continue
            if steps:
                changed.append(one)
                months = [task.month for task, step in steps if step is not Step.KEEP]
                n_months += len(months)
                n_runs += database.read(n_runs_of, one.source.source_id, months)
        most = min(n_months, n_runs // _RUNS_A_PROCESS)
        try:
            with closing(self._endings(database, changed, most)) as endings:
                for task, ending in endings:
                    self._end(task, ending)
        except BrokenProcessPool as error:
            raise RecorderError(
                "a process of the export was killed, maybe for want of memory: export again, and with --jobs 1 if it recurs"
            ) from error
        finally:
            for source in self._open.values():
                for month in source.left:
                    source.files.remove_partials(month)
                source.lock.close()

    def _endings(
        self, database: Database, changed: list[SourceFiles], most: int
    ) -> Generator[Ending, None, None]:
        """Begin to write, in as many processes as are wanted, of which so many have enough to do."""
        tasks = self._tasks(database, changed)
        can_share = not database.dialect.is_file or database.path is not None
        jobs = min(_n_processors(), _MOST_PROCESSES, most) if self.jobs is None else self.jobs
        return (
            in_processes(database, tasks, jobs)
            if can_share and jobs > 1
            else in_turn(database, tasks)
        )

    def _tasks(self, database: Database, changed: list[SourceFiles]) -> Iterator[MonthTask]:
        """Yield the months to write; each source is locked with its first one."""
        for files in changed:
            with ExitStack() as stack:
                try:
                    if stack.enter_context(files.locked()):
                        manifest, steps = self._locked_steps(database, files)
                    else:
                        self.busy.append(files.source.name)
                        continue
                except (OSError, RecorderError) as error:
                    self._fail(files.source.name, error)
                    continue
                months = {task.month for task, _ in steps}
                if months:
                    self._open[files.source.name] = OpenSource(
                        # The lock stays until the last of these months has ended.
                        files=files,
                        lock=stack.pop_all(),
                        manifest=manifest,
                        left=months,
                    )
            yield from (task for task, _ in steps)

    def _locked_steps(
        self, database: Database, files: SourceFiles
    ) -> tuple[Manifest, list[tuple[MonthTask, Step]]]:
        """Return the same as `_steps`, of a locked source; by force remove the months that only another store has."""
        # Asked again under the lock: another export may have written since.
        manifest, steps = self._steps(database, files)
        if self.is_forced and not manifest.months:  # so that all months of this store are written
            files.remove_other_months({task.month for task, _ in steps})
        return manifest, steps

    def _steps(
        self, database: Database, files: SourceFiles
    ) -> tuple[Manifest, list[tuple[MonthTask, Step]]]:
        """Return what the lake has of a source, and its months that have changed, with what is to be done about each."""
        manifest = files.manifest(is_forced=self.is_forced)
        steps = []
        for month, counts in database.read(month_counts, files.source.source_id).items():
            written = manifest.months.get(month)
            task = MonthTask(files=files, month=month, written=written, is_forced=self.is_forced)
            steps.append((task, task.step(counts)))
        return manifest, [one for one in steps if one[1] is not Step.NOTHING]

    def _end(self, task: MonthTask, ending: Callable[[], MonthDone]) -> None:
        """Enter into the manifest what was done about a month; release its source with the last one."""
        name = task.files.source.name
        source = self._open[name]
        try:
            done = ending()
            if done.now is not None:
                # After each month, so that an export that is killed goes on from there.
                source.manifest.months[task.month] = done.now
                task.files.save(source.manifest)
                self.written += 1
            if done.is_kept:
                self.kept.setdefault(name, []).append(task.month)
        except (OSError, RecorderError) as error:
            self._fail(name, error)
        source.left.remove(task.month)
        if not source.left:
            self._open.pop(name).lock.close()

    def _fail(self, name: str, error: OSError | RecorderError) -> None:
        sources = self.failed.setdefault(self._message(error), [])
        if name not in sources:
            sources.append(name)


def _n_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
