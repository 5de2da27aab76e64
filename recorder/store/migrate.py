"""The upgrade of a store's schema to this program's.

Invariants: the schema is built by the migrations alone; an upgrade is one transaction, so that a failure leaves the
old schema whole; a SQLite store is copied aside before it is changed.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from alembic import command, config

from recorder.errors import StoreError
from recorder.store import files
from recorder.store.engine import Database, again, dialect_of
from recorder.store.revision import SCHEMA_LOCK, current_revision, refuse_newer, revision_of
from recorder.store.schema import REVISION, VERSION_TABLE


def migrations_dir() -> Path:
    """Return the folder of the migrations: inside the package in a wheel, next to it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "migrations"
    return inside if (inside / "env.py").is_file() else package.parent / "migrations"


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
    # Pollers go on: each may hold a table that the upgrade waits for, and wait for one that the upgrade holds.
    return again(lambda: _migrating(database), partial(_upgrade, database))


def _upgrade(database: Database, connection: sa.Connection) -> str | None:
    before = revision_of(database, connection)  # once more: another process may have been first
    if before == REVISION:
        return None
    if before is not None:
        refuse_newer(database, before)
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
        database.dialect.lock(connection, SCHEMA_LOCK)
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
    settings = config.Config()
    # To the reader of settings a single % begins a reference.
    settings.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.attributes |= {
        "connection": connection,
        "version_table": VERSION_TABLE,
        "version_table_schema": dialect_of(connection).schema,
    }
    getattr(command, direction)(settings, revision)
