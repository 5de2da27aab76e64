"""The revision of a store's schema, and its upgrade to this program's.

Invariants: the schema is built by the migrations alone; an upgrade is one transaction, so that a failure leaves the
old schema whole; a SQLite store is copied aside before it is changed.
"""

import os
import shlex
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from recorder.errors import StoreError, StoreMissingError, StoreNewerError, StoreOutdatedError
from recorder.store import files
from recorder.store.engine import Database, dialect_of
from recorder.store.schema import REVISION, VERSION_TABLE
from recorder.store.table_parts import SCHEMA

_HOLDS_ANYTHING = sa.text(
    "SELECT EXISTS (SELECT FROM pg_depend d JOIN pg_namespace n ON n.oid = d.refobjid"
    " WHERE d.refclassid = 'pg_namespace'::regclass AND d.deptype = 'n' AND n.nspname = :schema)"
)
_UPGRADE_LOCK = 0x5EC0_4DE4  # any constant


def migrations_dir() -> Path:
    """Return the folder of the migrations: inside the package in a wheel, next to it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "migrations"
    return inside if (inside / "env.py").is_file() else package.parent / "migrations"


def current_revision(database: Database) -> str | None:
    """Return the revision of the store; None where there is no store yet.

    Raises:
        StoreError: the place is a directory, it cannot be looked at, or what is there is not ours.
    """
    if database.path is not None and not _has_content(database.path):
        return None
    with database.reading() as connection:
        return _revision(database, connection)


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


def _revision(database: Database, connection: sa.Connection) -> str | None:
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
    revision = current_revision(database)
    if revision is None:
        require_place(database)
        raise StoreMissingError(_missing(database))
    _refuse_newer(database, revision)
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


def _refuse_newer(database: Database, revision: str) -> None:
    if revision > REVISION:
        raise StoreNewerError(
            f"{database.name} has schema {revision}, newer than this program's {REVISION}:"
            " upgrade the program (pip install --upgrade puffle-recorder)"
        )


def upgrade_command(database: Database) -> str:
    """Return the command that makes or upgrades a store; a URL is not repeated, since its password is not shown."""
    if database.dialect.is_file:
        return f"'recorder db upgrade --db {shlex.quote(database.name)}'"
    return "'recorder db upgrade' with the same RECORDER_DATABASE_URL or --db"


def _missing(database: Database) -> str:
    if database.dialect.is_file:
        return f"no store at {database.name}: 'recorder track RUN_ID' makes one"
    return f"no store at {database.name}: run {upgrade_command(database)}"


def prepare_for_writing(database: Database) -> str | None:
    """Make a missing SQLite store and upgrade an older one; require any other store to be current.

    Returns:
        One line for people where something was done, else None.
    """
    if database.dialect.is_file:
        revision = current_revision(database)
        if revision is None or revision < REVISION:
            return upgrade(database)
    require_current(database)
    return None


def upgrade(database: Database) -> str | None:
    """Bring the store to this program's revision; a SQLite store is copied aside first.

    Returns:
        One line that says what was done, None where nothing was to be done.
    """
    seen = current_revision(database)
    if seen == REVISION:
        return None
    if seen is None:
        _make_place(database)
    with _migrating(database) as connection:
        before = _revision(database, connection)  # once more: another process may have been first
        if before == REVISION:
            return None
        if before is not None:
            _refuse_newer(database, before)
        copy = _copy_aside(database, before)
        _alembic(connection, "upgrade", REVISION)
    if before is None:
        return f"made the store {database.name}"
    aside = f" (a copy of the old one: {copy})" if copy else ""
    return f"upgraded {database.name} from schema {before} to {REVISION}{aside}"


def downgrade(database: Database, revision: str) -> None:
    """Take the store back to an older revision."""
    with _migrating(database) as connection:
        _alembic(connection, "downgrade", revision)


def _make_place(database: Database) -> None:
    if database.path is None:
        return
    try:
        files.make_store_file(database.path)
    except OSError as error:
        raise StoreError(f"{database.path}: {error.strerror}: {files.ELSEWHERE}") from error
    except sqlite3.Error as error:
        raise StoreError(f"{database.path}: no store can be made there: {error}") from error


@contextmanager
def _migrating(database: Database) -> Iterator[sa.Connection]:
    """Begin a transaction in which no other process migrates this store."""
    with database.migrating() as connection:
        database.dialect.lock(connection, _UPGRADE_LOCK)
        database.dialect.make_schema(connection)
        yield connection


def _copy_aside(database: Database, revision: str | None) -> Path | None:
    """Copy an older SQLite store, within the migration's transaction: no process changes it meanwhile."""
    if database.path is None or revision is None:
        return None
    copy = database.path.with_name(f"{database.path.name}.schema-{revision}.backup")
    try:
        files.copy_file(database.path, copy)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"{copy}: no copy could be made before the upgrade ({error}): nothing was changed"
        ) from error
    return copy


def _alembic(
    connection: sa.Connection, direction: Literal["upgrade", "downgrade"], revision: str
) -> None:
    from alembic import command, config  # noqa: PLC0415  # 350 ms that a cron pass does not pay

    settings = config.Config()
    settings.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.attributes |= {
        "connection": connection,
        "version_table": VERSION_TABLE,
        "version_table_schema": dialect_of(connection).schema,
    }
    getattr(command, direction)(settings, revision)
