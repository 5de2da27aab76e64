"""SQLite files: make one that is a store, and refuse one that belongs to another program.

Invariant: a file that is not ours is only read, without a lock and without its write-ahead log: its bytes, its times
and its folder stay as they are. A store carries its `application_id` from before its first table, so that it stands in
the file itself and not only in the log.
It knows only the tables that mark a store of an unreleased program.
"""

import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from tempfile import mkstemp
from urllib.parse import quote

from recorder.errors import StoreDamagedError, StoreError

APPLICATION_ID = 0x7075_6666  # "puff"
BUSY_MS = 30_000
_PAUSE = 0.02  # seconds
_PARTIAL = ".partial"
ELSEWHERE = "choose another place with --db"
NOT_OURS = f"is a database of something else: {ELSEWHERE}"
MADE_BEFORE = (
    "was made by an earlier, unreleased program: export with the program that made it"
    " ('recorder export answers'), then import into a new store"
)
_REPAIR = "put a copy of it back, or save what can be read with sqlite3's command .recover"
_OF_SHARED_MEMORY = {
    sqlite3.SQLITE_IOERR_SHMLOCK,
    sqlite3.SQLITE_IOERR_SHMMAP,
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_IOERR_SHMSIZE,
}
_NOT_UTF8 = "Could not decode to UTF-8"
_OF_BEFORE = {"alembic_version", "run_summary", "snapshot", "watch"}


def create_file(path: Path) -> None:
    """Make an empty file that only its owner can read; keep one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def make_store_file(path: Path) -> None:
    """Make a SQLite file without tables that is marked as a store, in WAL mode; keep a store that is there."""
    create_file(path)
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            _mark_store_file(path)
        except sqlite3.OperationalError as error:
            # Of two processes that turn to WAL at once, each holding a lock, SQLite refuses one without a wait.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)
        else:
            return


def _mark_store_file(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=BUSY_MS / 1000)) as connection:
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute("PRAGMA journal_mode=WAL")


def copy_file(path: Path, target: Path, verify: Callable[[Path], None] = lambda _: None) -> None:
    """Copy a store's file as of one instant; `verify` raises where the copy is not good."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with locked_partial(target) as partial:
        # A network's file system makes our lock on it one that SQLite would wait for without end.
        into = f"file:{quote(bytes(partial))}?nolock=1"
        with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(into, uri=True)) as new:
            old.backup(new)
        verify(partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(target)


@contextmanager
def locked_partial(path: Path) -> Iterator[Path]:
    """Yield a new file in the path's folder that only its owner can read, locked while it is written.

    Those of processes that were killed are removed.
    """
    _remove_leftovers(path)
    descriptor, partial = _make_partial(path)
    try:
        yield partial
    finally:
        _remove_partial(partial)
        os.close(descriptor)


def _make_partial(path: Path) -> tuple[int, Path]:
    while True:
        descriptor, name = mkstemp(prefix=f".{path.name}.", suffix=_PARTIAL, dir=path.parent)
        os.fchmod(descriptor, 0o600)  # it holds customers' data
        flock(descriptor, LOCK_EX)
        if Path(name).exists():  # a process that began before the lock may have removed it
            return descriptor, Path(name)
        os.close(descriptor)


def _remove_leftovers(path: Path) -> None:
    """Remove the partial files that no process has locked."""
    of_path = re.compile(rf"\.{re.escape(path.name)}\.\w{{8}}{re.escape(_PARTIAL)}")
    for partial in filter(lambda one: of_path.fullmatch(one.name), path.parent.iterdir()):
        with suppress(OSError), partial.open("rb") as file:
            flock(file, LOCK_EX | LOCK_NB)
            _remove_partial(partial)


def _remove_partial(partial: Path) -> None:
    """Remove a partial file, and the journal that SQLite leaves with it on a full disk."""
    partial.with_name(f"{partial.name}-journal").unlink(missing_ok=True)
    partial.unlink(missing_ok=True)


def uri_of_fixed_file(path: Path) -> str:
    """Return the URI by which SQLite reads a file as one that does not change."""
    return f"file:{quote(str(path))}?mode=ro&immutable=1"


def refuse_foreign_file(path: Path) -> None:
    """Refuse a SQLite file with content that is not marked as a store.

    SQLite itself reads the mark: if this process opened and closed the file, it would lose the locks that its
    connections hold on it.

    Raises:
        StoreError: the file is a database of another program, or of a program before the first release.
        sqlite3.Error: it is no database, or it cannot be read.
    """
    if not path.stat().st_size:
        return
    with closing(sqlite3.connect(uri_of_fixed_file(path), uri=True)) as connection:
        # A checkpoint may be on its way, with the file still shorter than its first page says.
        connection.execute("PRAGMA writable_schema=ON")
        (mark,) = connection.execute("PRAGMA application_id").fetchone()
        if mark != APPLICATION_ID:
            raise StoreError(f"{path} {MADE_BEFORE if _is_of_before(connection) else NOT_OURS}")


def _is_of_before(connection: sqlite3.Connection) -> bool:
    try:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    except sqlite3.Error:
        return False
    return is_of_before(name for (name,) in names)


def is_of_before(tables: Iterable[str]) -> bool:
    """Return whether these are the tables of a store that an unreleased program made."""
    return set(tables) >= _OF_BEFORE


def damage_of(error: BaseException | None, name: str) -> StoreDamagedError | None:
    """Return the error of ours where SQLite's says that the file is damaged; None where it says something else.

    A store holds nothing but UTF-8: text that is none, in a cell or in a message, is damage too.
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the extension
    if code == sqlite3.SQLITE_NOTADB:
        return StoreDamagedError(
            f"{name} is no SQLite database, or its first page is damaged: {ELSEWHERE}, or {_REPAIR}"
        )
    is_text = isinstance(error, UnicodeDecodeError) or str(error).startswith(_NOT_UTF8)
    if code == sqlite3.SQLITE_CORRUPT or is_text:
        return damaged(name, "text that is not UTF-8" if is_text else str(error))
    return None


def advice_on(error: BaseException | None, name: str) -> str | None:
    """Return what to do where SQLite cannot write a file of the store, or make the two that it needs; else None."""
    code = getattr(error, "sqlite_errorcode", 0)
    if code & 0xFF == sqlite3.SQLITE_FULL:
        return "free some room on its disk"
    if code & 0xFF == sqlite3.SQLITE_READONLY:
        return "use a user who may write to it and to its folder"
    if code & 0xFF == sqlite3.SQLITE_CANTOPEN or code in _OF_SHARED_MEMORY:
        file = Path(name).name
        return (
            f"SQLite keeps {file}-wal and {file}-shm next to it: free some room on its disk, or let"
            " this user write to its folder"
        )
    if code & 0xFF == sqlite3.SQLITE_IOERR:
        return "free some room on its disk; if it has room, see whether it fails"
    return None


def damaged(name: str, said: str) -> StoreDamagedError:
    """Return the error for a damaged file, with what to do."""
    return StoreDamagedError(f"{name} is damaged ({said}): {_REPAIR}")
