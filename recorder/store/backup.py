"""Copies of a SQLite store, consistent while others write to it.

Invariant: a copy takes its name when it is whole, verified and on the disk; only its owner can read it.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from recorder.errors import StoreError, UsageError
from recorder.store.engine import Database
from recorder.store.files import copy_file, damaged, refuse_foreign_file, uri_of_fixed_file
from recorder.store.revision import require_current
from recorder.store.schema import source


def back_up(database: Database, target: Path) -> int:
    """Copy a store to a file, which may be an older copy, and return the size of the copy in bytes.

    Raises:
        UsageError: the store is on Postgres, or the file is the store itself or one of another history.
        StoreError: the file belongs to something else, or it cannot be written.
        StoreDamagedError: the copy is damaged, since the store is.
    """
    path = database.path
    if path is None:
        raise UsageError(
            f"{database.name} is backed up by its own tools: 'pg_dump --schema recorder --format custom --file"
            f" {target}' with the URL of the store, and 'pg_restore' brings it back"
        )
    require_current(database)
    try:
        if target.exists():
            if target.samefile(path):
                raise UsageError(f"{target} is the store itself: name another file")
            refuse_foreign_file(target)
            _refuse_other_history(database, target)
        copy_file(path, target, _verify)
        return target.stat().st_size
    except OSError as error:
        raise StoreError(
            f"{target}: no copy could be made ({error.strerror}): choose another path with --out"
        ) from error
    except sqlite3.Error as error:
        raise StoreError(f"{target}: no copy could be made ({error})") from error


def _refuse_other_history(database: Database, target: Path) -> None:
    """Refuse a store with a source that this one does not have: it is no older copy."""
    # Only a connection that may write removes the log and shared memory that reading makes.
    with closing(sqlite3.connect(f"file:{quote(str(target))}?mode=rw", uri=True)) as copy:
        theirs = {*copy.execute("SELECT name, created_at FROM source")}
    with database.reading() as connection:
        rows = connection.execute(sa.select(source.c.name, source.c.created_at))
        ours = {(name, created_at) for name, created_at in rows}
    if other := sorted(theirs - ours):
        raise UsageError(
            f"{target} is no older copy: its source {other[0][0]!r} is none of {database.name}: name another"
            " file, or remove that one first"
        )


def _verify(copy: Path) -> None:
    with closing(sqlite3.connect(uri_of_fixed_file(copy), uri=True)) as connection:
        (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    if said != "ok" or broken is not None:
        raise damaged("the store", said if broken is None else f"{broken[0]} refers to nothing")
