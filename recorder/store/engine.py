"""Engines and transactions for the two kinds of store.

Invariants: on SQLite a transaction begins with an explicit BEGIN (so that DDL is transactional), a writing one with
BEGIN IMMEDIATE; commits are durable; a reading connection cannot write. Who has written to a SQLite file goes on in that
file alone, wherever others move it, and no transaction makes a file. No network call happens inside a transaction.
Must not know tables.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NoResultFound

from recorder.errors import (
    RowRefusedError,
    SettingError,
    StoreBusyError,
    StoreConflictError,
    StoreError,
    StoreMissingError,
)
from recorder.store import postgres
from recorder.store.files import BUSY_MS, damage_of, damaged, refuse_foreign_file, uri_of_fixed_file
from recorder.store.schema import SCHEMA

Connection: TypeAlias = sa.Connection
"""What a transaction is, for those who hand one on and know no SQL."""

T = TypeVar("T")

OLDEST_SQLITE = (3, 40, 0)
_TRIES = 5  # of a transaction that meets others


class Database:
    """A store's database: where it is, and transactions on it.

    Args:
        url: a SQLAlchemy URL, `sqlite:///...` or `postgresql+psycopg://...`.
        busy_ms: how long a transaction that begins now may wait for a lock.
    """

    def __init__(self, url: str, *, busy_ms: Callable[[], int] = lambda: BUSY_MS) -> None:
        self.url, secrets = _parse(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.busy_ms = busy_ms
        self.engine = (
            _sqlite_engine(self.url) if self.is_sqlite else postgres.engine_of(self.url, secrets)
        )
        if self.is_sqlite:
            event.listen(self.engine, "do_connect", self._bound_wait, insert=True)
        self._file: os.stat_result | None = None
        self._has_written = False

    def _bound_wait(self, _dialect: Any, _record: Any, _args: Any, options: Any) -> None:  # noqa: ANN401  # the driver's own
        options["timeout"] = self.busy_ms() / 1000

    @property
    def path(self) -> Path | None:
        """The file of a SQLite store, None for Postgres and for a store in memory."""
        name = self.url.database
        return Path(name) if self.is_sqlite and name not in (None, "", ":memory:") else None

    @property
    def name(self) -> str:
        """The store as people know it: the file, or the URL without its password."""
        return str(self.path) if self.path else self.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the store and cannot change it."""
        with self._transaction(writes=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that is committed, durably, when the block ends without an error."""
        with self._transaction(writes=True) as connection:
            yield connection

    def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Do work in a writing transaction; once more where the server ended it in favour of another one."""
        for _ in range(_TRIES - 1):
            try:
                with self.writing() as connection:
                    return work(connection)
            except StoreConflictError:
                continue
        with self.writing() as connection:
            return work(connection)

    @contextmanager
    def migrating(self) -> Iterator[sa.Connection]:
        """A writing transaction in which SQLite's foreign keys are off; they are checked before it is committed."""
        with self._transaction(writes=True, foreign_keys=False) as connection:
            yield connection
            if self.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise StoreError(f"{self.name}: a migration broke a reference: nothing was changed")

    @contextmanager
    def checked_on_failure(self) -> Iterator[None]:
        """Let SQLite check its whole file where the block ends with an error that rows as they were written do not cause.

        Raises:
            StoreDamagedError: pages, indexes, types or references are not as they were written.
        """
        try:
            yield
        except (ArithmeticError, LookupError, NoResultFound, TypeError, ValueError) as error:
            damage = self._found_damage() if self.is_sqlite else None
            if damage is not None:
                raise damaged(self.name, damage) from error
            raise

    def _found_damage(self) -> str | None:
        with self.reading() as connection:
            found = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one())
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        return found if found != "ok" else "a reference leads nowhere" if broken else None

    @contextmanager
    def _transaction(self, *, writes: bool, foreign_keys: bool = True) -> Iterator[sa.Connection]:
        busy_ms = self.busy_ms()
        options = {
            "recorder_writes": writes,
            "recorder_foreign_keys": foreign_keys,
            "recorder_busy_ms": busy_ms,
        }
        self._find_file(writes=writes)
        try:
            with (
                self.engine.connect().execution_options(**options) as connection,
                connection.begin(),
            ):
                if not self.is_sqlite:
                    postgres.begin(connection, writes=writes, busy_ms=busy_ms)
                yield connection
        except (DBAPIError, UnicodeDecodeError) as error:
            if "readonly" in str(getattr(error, "orig", "")):
                self.engine.dispose()  # SQLite goes on so; a new connection may write
            raise translated(error, self.name, busy_ms) from error

    def _find_file(self, *, writes: bool) -> None:
        """SQLite would go on in a file that was moved or deleted, and make an empty one at its place.

        Who only reads takes what is there now. Who has written may hold numbers that mean something else there.
        """
        if self.path is None:
            return
        try:
            found = self.path.stat()
        except OSError as error:
            self.engine.dispose()
            raise StoreMissingError(
                f"{self.name}: no store is to be found there ({error.strerror}): put it back"
            ) from error
        if self._file is not None and not os.path.samestat(self._file, found):
            self.engine.dispose()
            if self._has_written:
                raise StoreError(
                    f"{self.name} was replaced by another file: put the first one back, or start"
                    " the program again to use this one"
                )
        self._file = found
        self._has_written = self._has_written or writes

    def close(self) -> None:
        """Close every connection; what is at the store's place at the next transaction is the store."""
        self.engine.dispose()
        self._file, self._has_written = None, False

    def __repr__(self) -> str:
        return f"Database({self.name!r})"


def translated(error: DBAPIError | UnicodeDecodeError, name: str, busy_ms: int) -> StoreError:
    """Return the error of ours for one of the driver's, in one line, without parameters."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    damage = damage_of(cause, name)
    if damage is not None:
        return damage
    said = " ".join(str(cause).split())
    sqlstate = getattr(cause, "sqlstate", None) or ""  # a server may speak any language
    if sqlstate in postgres.CONFLICTS:
        return StoreConflictError(f"{name}: {said}; try again")
    if isinstance(error, IntegrityError | DataError) or sqlstate.startswith(postgres.TOO_LARGE):
        return RowRefusedError(f"{name}: {said}")
    if "database is locked" in said or sqlstate == postgres.LOCKED:
        return StoreBusyError(
            f"{name} stayed locked for {busy_ms / 1000:.0f} s: another program holds it; try again"
        )
    return StoreError(f"{name}: {said}")


def _parse(url: str) -> tuple[sa.URL, dict[str, str]]:
    """Return the URL as it may be shown, and the secrets that it held."""
    try:
        parsed = sa.make_url(url)
        backend = parsed.get_backend_name()
    except (sa.exc.ArgumentError, ValueError):
        raise SettingError("the store's URL cannot be read") from None  # the cause may quote it
    if backend == "postgresql":
        return postgres.normalized(parsed)
    if backend == "sqlite":
        return parsed, {}
    raise SettingError(f"{backend}: a store is SQLite or Postgres")


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    pool: dict[str, Any] = {}
    if url.database in (None, "", ":memory:"):
        pool = {"poolclass": sa.StaticPool}
    engine = sa.create_engine(
        url,
        connect_args={"check_same_thread": False},
        execution_options={"schema_translate_map": {SCHEMA: None}},
        **pool,
    )
    event.listen(engine, "do_connect", _do_connect_sqlite)
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "checkin", _on_sqlite_checkin)
    event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def _do_connect_sqlite(dialect: Any, record: Any, args: Any, options: Any) -> Any:  # noqa: ANN401  # the driver's own
    """Refuse a file that is not ours; open one that this user may only read, and nobody has open, as a fixed one.

    SQLite would make a shared-memory file beside it, and cannot. Somebody may write to the file later: such a
    connection serves one transaction.
    """
    path = Path(args[0])
    if path.is_file():
        refuse_foreign_file(path)
    may_write = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    if may_write or not path.is_file() or path.with_name(f"{path.name}-wal").exists():
        return None
    record.info["serves_once"] = True
    return dialect.loaded_dbapi.connect(uri_of_fixed_file(path), uri=True, **options)


def _on_sqlite_checkin(_connection: Any, record: Any) -> None:  # noqa: ANN401  # the driver's own
    if record.info.get("serves_once"):
        record.invalidate()


def _on_sqlite_connect(connection: Any, _record: Any) -> None:  # noqa: ANN401  # the driver's own
    version = tuple(
        map(int, connection.execute("SELECT sqlite_version()").fetchone()[0].split("."))
    )
    if version < OLDEST_SQLITE:
        raise StoreError(
            f"SQLite {'.'.join(map(str, version))} is too old: 3.40 or later is needed"
        )
    connection.isolation_level = None
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _on_sqlite_begin(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    writes = options.get("recorder_writes", False)
    foreign_keys = options.get("recorder_foreign_keys", True)
    connection.exec_driver_sql(f"PRAGMA busy_timeout={options.get('recorder_busy_ms', BUSY_MS)}")
    connection.exec_driver_sql(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
