"""The files of a lake, and the manifest of each source that says which of them are whole.

    DIR/{runs,polls,...}/source=S/month=YYYY-MM/part-0.parquet    DIR/_manifest/source=S.json    DIR/views.*.sql

Invariant: a file appears whole, readable as the umask has it. A manifest is written after the files that it names.
"""

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote

import msgspec

from recorder.errors import RecorderError
from recorder.instants import iso
from recorder.store.read.month_rows import LakeSource, MonthCounts
from recorder.transfer.lake_tables import LAKE, LAYOUT
from recorder.transfer.lake_views import view_files
from recorder.transfer.parquet import Arrow, schema_of, write_tables

_LONGEST_NAME: Final = 240
"""Bytes: file systems take 255, and a file that is being written has a longer name."""
_NULLS: Final = ("__HIVE_DEFAULT_PARTITION__", "NULL")
"""Names that are no text to readers, the second one in any case to DuckDB before 2.0."""


class LakeFile(msgspec.Struct, frozen=True):
    """The size of one file."""

    rows: int
    bytes: int


class LakeMonth(msgspec.Struct, frozen=True):
    """A month as it stands in a lake: the store's counts when it was written, its files by view, and their `LAYOUT`."""

    n_changes: int
    n_prunes: int
    n_forgets: int
    files: dict[str, LakeFile]
    layout: int = 1


class Manifest(msgspec.Struct):
    """What a lake holds of a source; `created_at` is when its store made the source."""

    source: str
    created_at: str
    months: dict[str, LakeMonth] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFiles:
    """The files of one source in a lake."""

    folder: Path
    source: LakeSource

    @property
    def _name(self) -> str:
        """The name of its folders, from which readers decode that of the source."""
        name = quote(self.source.name, safe="")
        if name.upper() in _NULLS:
            name = f"%{ord(name[0]):X}{name[1:]}"
        return f"source={name}"

    @property
    def has_room(self) -> bool:
        """Whether a file system takes the names of its files."""
        return len(self._lock.name) <= _LONGEST_NAME

    def path(self, month: str, view: str) -> Path:
        """Return the place of the file of a view and month."""
        return self.folder / view / self._name / f"month={month}" / "part-0.parquet"

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """Keep other exports of this host from writing these files; give whether none of them does already."""
        with self._lock.open("w+b") as file:
            # Shared with the processes of this export: one that outlives it keeps the next export away.
            yield _takes(file, LOCK_EX | LOCK_NB) and _takes(file, LOCK_SH | LOCK_NB)

    @contextmanager
    def shared(self) -> Iterator[bool]:
        """Keep exports that begin from writing these files; give whether none of them does already."""
        with self._lock.open("w+b") as file:
            yield _takes(file, LOCK_SH | LOCK_NB)

    @property
    def _lock(self) -> Path:
        return self.folder / "_manifest" / f".{self._name}.lock"

    def manifest(self, *, is_forced: bool) -> Manifest:
        """Return what the lake holds of the source; refuse one that another store has written, unless forced."""
        path = self._manifest_path
        new = Manifest(source=self.source.name, created_at=iso(self.source.created_at))
        try:
            held = msgspec.json.decode(path.read_bytes(), type=Manifest)
        except FileNotFoundError:
            return new
        except msgspec.DecodeError as error:
            if is_forced:
                return new
            raise RecorderError(
                f"{path}: no manifest ({error}): --force writes all months anew"
            ) from error
        # A file system that takes upper case for lower gives that of another source.
        if (held.source, held.created_at) == (new.source, new.created_at):
            return held
        if is_forced:
            return new
        raise RecorderError(
            f"{self.folder} holds another source {held.source!r}: choose another folder with --out,"
            f" or write {self.source.name!r} in its place with --force"
        )

    @property
    def _manifest_path(self) -> Path:
        return self.folder / "_manifest" / f"{self._name}.json"

    def save(self, manifest: Manifest) -> None:
        """Write the manifest."""
        with _replaced(self._manifest_path) as file:
            file.write(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")

    def is_whole(self, month: str, written: LakeMonth) -> bool:
        """Return whether the files of a month are those that were written."""
        try:
            return all(
                self.path(month, view).stat().st_size == written.files[view].bytes for view in LAKE
            )
        except (FileNotFoundError, KeyError):
            return False

    def is_readable(self, arrow: Arrow, month: str) -> bool:
        """Return whether the files of a month are there, each whole, whatever the manifest says."""
        try:
            for view in LAKE:
                arrow.parquet.read_metadata(self.path(month, view))
        except (OSError, ValueError):
            return False
        return True

    def remove_other_months(self, months: Collection[str]) -> None:
        """Remove the files of all months but these."""
        for view in LAKE:
            for path in (self.folder / view / self._name).glob("month=*/part-0.parquet"):
                if path.parent.name.removeprefix("month=") not in months:
                    path.unlink()

    def remove_partials(self, month: str) -> None:
        """Remove the files of a month that a killed process has left half-written."""
        for view in LAKE:
            _partial(self.path(month, view)).unlink(missing_ok=True)

    def write(
        self,
        arrow: Arrow,
        month: str,
        counts: MonthCounts,
        tables: Callable[[str], Iterator[Arrow]],
    ) -> LakeMonth:
        """Write the tables of each view as the files of a month, which take their names together."""
        paths, rows = {view: self.path(month, view) for view in LAKE}, {}
        with ExitStack() as stack:
            for view, path in paths.items():
                file = stack.enter_context(_replaced(path))
                rows[view] = write_tables(tables(view), schema_of(arrow, LAKE[view]), file)
                file.flush()
                os.fsync(file.fileno())  # here, so that it takes no time between the names
        files = {
            view: LakeFile(rows=rows[view], bytes=path.stat().st_size)
            for view, path in paths.items()
        }
        return LakeMonth(
            n_changes=counts.n_changes,
            n_prunes=counts.n_prunes,
            n_forgets=counts.n_forgets,
            files=files,
            layout=LAYOUT,
        )


def write_views(folder: Path) -> None:
    """Write the files of views where they are not there already; stores may do so at the same time."""
    with (folder / "_manifest" / ".views.lock").open("w+b") as lock:
        flock(lock, LOCK_EX)
        for name, text in view_files(folder).items():
            path = folder / name
            if not path.exists() or path.read_text("utf-8") != text:
                with _replaced(path) as file:
                    file.write(text.encode())


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")


@contextmanager
def _replaced(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes its name, on the disk, when the block ends without an error; readable as umask has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial(path)
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _takes(file: IO[bytes], kind: int) -> bool:
    """Take a lock of this host's processes, held until the file is closed; return whether it is taken."""
    try:
        flock(file, kind)
    except BlockingIOError:
        return False
    return True
