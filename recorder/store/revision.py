"""The revision of a store's schema, held against this program's.

Invariant: nothing is written; `migrate` upgrades what is found to be older.
"""

import os
import shlex
import shutil
import stat
from functools import partial
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from recorder.errors import (
    RecorderError,
    RowRefusedError,
    StatementRefusedError,
    StoreDamagedError,
    StoreError,
    StoreMissingError,
    StoreNewerError,
    StoreOutdatedError,
)
from recorder.store import files
from recorder.store.engine import Database
from recorder.store.prepared import Prepared
from recorder.store.schema import REVISION, VERSION_TABLE
from recorder.store.table_parts import SCHEMA

SCHEMA_LOCK = 0x5EC0_4DE4  # any constant; held by who changes the schema, or who may read it
_HOLDS_ANYTHING = sa.text(
    "SELECT EXISTS (SELECT FROM pg_depend d JOIN pg_namespace n ON n.oid = d.refobjid"
    " WHERE d.refclassid = 'pg_namespace'::regclass AND d.deptype = 'n' AND n.nspname = :schema)"
)
E = TypeVar("E", bound=Exception)
_VERSION = sa.Table(VERSION_TABLE, sa.MetaData(), sa.Column("version_num"), schema=SCHEMA)
_OF_SCHEMA = (RowRefusedError, StatementRefusedError, StoreDamagedError)
_STORED_REVISION = Prepared(lambda: sa.select(_VERSION.c.version_num), ())


def current_revision(database: Database) -> str | None:
    """Return the revision of the store; None where there is no store yet.

    Raises:
        StoreError: the place is a directory, it cannot be looked at, or what is there is not ours.
    """
    if database.path is not None and not _has_content(database.path):
        return None
    return database.read(partial(revision_of, database))


def _has_content(path: Path) -> bool:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}: {files.ELSEWHERE}") from error
    if stat.S_ISDIR(found.st_mode):
        raise StoreError(f"{path} is a directory: name a file in it, as in --db {path}/runs.db")
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(f"{path} is no file: {files.ELSEWHERE}")
    return found.st_size > 0


def revision_of(database: Database, connection: sa.Connection) -> str | None:
    """Return the revision of the store that a connection works on; None where its schema is not made yet.

    Raises:
        StoreError: what is there is not ours.
    """
    schema = database.dialect.schema
    if not sa.inspect(connection).has_table(VERSION_TABLE, schema=schema):
        if schema is not None:
            _refuse_foreign_schema(database, connection)
        return None
    version = sa.table(VERSION_TABLE, sa.column("version_num", sa.Text), schema=schema)
    return connection.execute(sa.select(version.c.version_num)).scalar_one_or_none()


def _refuse_foreign_schema(database: Database, connection: sa.Connection) -> None:
    """Refuse a Postgres schema of our name without a version table of ours, unless it is empty."""
    if connection.execute(_HOLDS_ANYTHING, {"schema": SCHEMA}).scalar_one():
        tables = sa.inspect(connection).get_table_names(schema=SCHEMA)
        found = files.MADE_BEFORE if files.is_of_before(tables) else files.NOT_OURS
        raise StoreError(f"the schema {SCHEMA} of {database.name} {found}")


def require_current(database: Database) -> None:
    """Refuse a store that is missing, older or newer than this program.

    Raises:
        StoreMissingError, StoreOutdatedError, StoreNewerError: each ends with what to do.
        StoreError: no store can be made at that place.
    """
    require_revision(database, current_revision(database))


def require_revision(database: Database, revision: str | None) -> None:
    """Refuse a revision that is not this program's, as `require_current` does."""
    if revision is None:
        require_place(database)
        raise StoreMissingError(_missing(database))
    refuse_newer(database, revision)
    if revision < REVISION:
        raise StoreOutdatedError(
            f"{database.name} has schema {revision}, this program needs {REVISION}:"
            f" run {upgrade_command(database)}"
        )


def require_place(database: Database) -> None:
    """Refuse a place without a store where none can be made; nothing is written to find out.

    Raises:
        StoreError: it is a place where this user can keep no file.
    """
    if database.path is None:
        return
    trouble = _trouble_of(database.path)
    if trouble is not None:
        raise StoreError(f"no store at {database.path}, and {trouble}: {files.ELSEWHERE}")


def _trouble_of(path: Path) -> str | None:
    """Return why this user can keep no file there; None where nothing is known against it."""
    folder = next(folder for folder in path.parents if os.path.lexists(folder))
    if not folder.is_dir():
        return f"{folder} is no directory"
    may_write = os.access(folder, os.W_OK | os.X_OK)
    if not may_write or (path.exists() and not os.access(path, os.W_OK)):
        return f"this user may not write to {path if may_write else folder}"
    if not shutil.disk_usage(folder).total:  # /proc and its like
        return f"{folder} keeps no files"
    return None


def refuse_newer(database: Database, revision: str) -> None:
    """Refuse a store of a newer revision than this program's.

    Raises:
        StoreNewerError: it ends with what to do.
    """
    if revision > REVISION:
        raise StoreNewerError(
            f"{database.name} has schema {revision}, newer than this program's {REVISION}:"
            " upgrade the program (pip install --upgrade puffle-recorder)"
        )


def refuse_upgraded(database: Database, connection: sa.Connection) -> None:
    """Refuse a store that a newer program has upgraded while this one runs, which would not keep its rules.

    Raises:
        StoreNewerError: it ends with what to do.
    """
    [(revision,)] = _STORED_REVISION.all(connection)
    refuse_newer(database, revision)


def explained(database: Database, error: E) -> E | StoreError:
    """Return the error of a newer store where an upgrade may be why a statement failed; else the same error.

    A store that does not answer is not asked.
    """
    if isinstance(error, RecorderError) and not isinstance(error, _OF_SCHEMA):
        return error
    try:
        database.read(partial(refuse_upgraded, database))
    except StoreError as found:
        return found
    return error


def upgrade_command(database: Database) -> str:
    """Return the command that makes or upgrades a store; a URL is not repeated, since its password is not shown."""
    if database.dialect.is_file:
        return f"'recorder db upgrade --db {shlex.quote(database.name)}'"
    return "'recorder db upgrade' with the same RECORDER_DATABASE_URL or --db"


def _missing(database: Database) -> str:
    if database.dialect.is_file:
        return f"no store at {database.name}: 'recorder track RUN_ID' makes one"
    return f"no store at {database.name}: run {upgrade_command(database)}"
