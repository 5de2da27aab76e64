"""SQLite as a kind of store.

Invariants: a transaction begins with an explicit BEGIN (so that DDL is transactional), a writing one with BEGIN
IMMEDIATE; commits are durable; a reading connection cannot write.
"""

import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from recorder.errors import StoreError
from recorder.store.dialect import Dialect, QueryFault, retried
from recorder.store.files import refuse_foreign_file, uri_of_fixed_file
from recorder.store.table_parts import SCHEMA

OLDEST_SQLITE = (3, 40, 0)
_READS = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
_OF_QUERIES = frozenset(  # codes of errors; None: of the module itself
    {
        None,
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_TOOBIG,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_AUTH,
        sqlite3.SQLITE_RANGE,
    }
)
_STEPS = 100_000  # of SQLite's machine, some milliseconds: between them Python sees a Ctrl-C
_FIXED = "fixed"
_FIRST_READ = "SELECT count(*) FROM sqlite_schema"
_WITHOUT_LOG = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
_READER_TRIES = 50  # a user who may not read the log is told so after a second
_PAUSE = 0.02  # seconds
_MOMENT_MS = 100
_WORD = re.compile(r'near "(.+)": |: (\S+)$')


class Sqlite(Dialect, frozen=True):
    """SQLite."""

    def create_engine(
        self,
        url: sa.URL,
        secrets: Mapping[str, str],  # noqa: ARG002  # a file has none
        busy_ms: Callable[[], int],
    ) -> sa.Engine:
        """Return an engine that opens only files of ours."""
        pool: dict[str, Any] = {}
        if url.database in (None, "", ":memory:"):
            # A store in memory is gone with its connection.
            pool = {"poolclass": sa.StaticPool}
        engine = sa.create_engine(
            url,
            connect_args={"check_same_thread": False},
            execution_options={"schema_translate_map": {SCHEMA: None}},
            **pool,
        )

        def bound_wait(_dialect: Any, _record: Any, _args: Any, options: Any) -> None:  # noqa: ANN401  # the driver's own
            options["timeout"] = busy_ms() / 1000

        # In this order: the second may connect by itself, with the timeout that the first has set.
        event.listen(engine, "do_connect", bound_wait)
        event.listen(engine, "do_connect", _do_connect)
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "checkin", _on_checkin)
        return engine

    def begin(
        self, connection: sa.Connection, *, writes: bool, foreign_keys: bool, busy_ms: int
    ) -> None:
        """Begin a transaction: the driver itself begins none."""
        _set(connection, busy_timeout=busy_ms, foreign_keys=foreign_keys, query_only=not writes)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    def has_changed(self, connection: sa.Connection) -> bool:
        """Return whether a file that was opened as one that does not change was written to since."""
        found = connection.info.get(_FIXED)
        if found is None:
            return False
        try:
            now = Path(str(connection.engine.url.database)).stat()
        except OSError:
            return False
        # Who reads goes on in the file that was opened, also where another one has taken its name.
        is_same = os.path.samestat(now, found)
        return is_same and (now.st_size, now.st_mtime_ns) != (found.st_size, found.st_mtime_ns)

    def has_broken_reference(self, connection: sa.Connection) -> bool:
        """Check every reference."""
        return connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None

    def hexadecimal(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
        """Return the digits, which SQLite gives in upper case."""
        return sa.func.lower(sa.func.hex(column), type_=sa.Text)

    def find_damage(self, connection: sa.Connection) -> str | None:
        """Check every page, index, type and reference of the file."""
        found = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one())
        if found != "ok":
            return found
        return "a reference leads nowhere" if self.has_broken_reference(connection) else None

    def give_back(self, engine: sa.Engine, busy_ms: int) -> bool:
        """Build the file anew, then empty its write-ahead log."""
        with engine.connect() as connection:
            _set(connection, busy_timeout=busy_ms, query_only=False)
            connection.exec_driver_sql("VACUUM")
            # While it waits for a reader, it keeps all writers away.
            _set(connection, busy_timeout=_MOMENT_MS)

            def empty_log() -> bool:
                is_busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one
                return not is_busy()

            until = time.monotonic() + busy_ms / 1000
            return retried(empty_log, until=until, pause_ms=_MOMENT_MS)

    @contextmanager
    def querying(self, connection: sa.Connection, query: str) -> Iterator[sqlite3.Cursor]:
        """Permit nothing but reading: no PRAGMA, ATTACH, COMMIT or loading of extensions."""
        driver: Any = connection.connection.driver_connection
        driver.set_authorizer(_authorize)
        driver.set_progress_handler(lambda: 0, _STEPS)
        try:
            yield driver.execute(query)
        finally:
            driver.set_authorizer(None)
            driver.set_progress_handler(None, 0)

    def fault_of(self, error: Any, query: str) -> QueryFault | None:  # noqa: ANN401  # the driver's own
        """Return the fault with the place of the word that SQLite names, where it is there once."""
        code = getattr(error, "sqlite_errorcode", None)
        # A Ctrl-C that Python sees within the progress handler comes back as this.
        if code == sqlite3.SQLITE_INTERRUPT:
            raise KeyboardInterrupt from error
        if code not in _OF_QUERIES:
            return None
        message = str(error)
        named = _WORD.search(message)
        word = (named[1] or named[2]) if named else ""
        return QueryFault(
            message=message,
            at=query.find(word) if query.count(word) == 1 else None,
            lacks_table=message.startswith("no such table"),
            is_no_query="not authorized" in message,
        )


def _set(connection: sa.Connection, **pragmas: int) -> None:
    """Set what the connection is not set to already: SQLite then prepares every statement again."""
    for name, value in pragmas.items():
        if connection.info.get(name) != value:
            connection.exec_driver_sql(f"PRAGMA {name}={value:d}")
            connection.info[name] = value


def _authorize(action: int, *_names: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _READS else sqlite3.SQLITE_DENY


def _do_connect(dialect: Any, record: Any, args: Any, options: Any) -> Any:  # noqa: ANN401  # the driver's own
    """Refuse a file that is not ours, and connect a user who may only read it by ways that make no file."""
    path = Path(args[0])
    if not path.is_file():
        return None
    refuse_foreign_file(path)
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return None
    return _connect_reader(dialect.loaded_dbapi.connect, record, path, options)


def _connect_reader(
    connect: Callable[..., sqlite3.Connection],
    record: Any,  # noqa: ANN401  # the driver's own
    path: Path,
    options: Mapping[str, Any],
) -> sqlite3.Connection:
    """Connect to a file that this user may only read; where nobody has it open, as to one that does not change."""
    log = path.with_name(f"{path.name}-wal")
    for _ in range(_READER_TRIES):
        found = path.stat()
        if not log.exists():
            # SQLite would make a shared-memory file next to it, and cannot. Somebody may write to the file later.
            record.info[_FIXED] = found
            return connect(uri_of_fixed_file(path), uri=True, **options)
        connection = connect(path, **options)
        try:
            # From its first read on a connection keeps others from removing the log.
            connection.execute(_FIRST_READ)
        except sqlite3.OperationalError as error:
            connection.close()
            last = error
            # The process that closed the file last may just have removed it.
            if error.sqlite_errorcode & 0xFF not in _WITHOUT_LOG:
                raise
            time.sleep(_PAUSE)
        else:
            return connection
    raise last


def _on_checkin(_connection: Any, record: Any) -> None:  # noqa: ANN401  # the driver's own
    if _FIXED in record.info:
        record.invalidate()


def _on_connect(connection: Any, _record: Any) -> None:  # noqa: ANN401  # the driver's own
    version = connection.execute("SELECT sqlite_version()").fetchone()[0]
    if tuple(map(int, version.split("."))) < OLDEST_SQLITE:
        raise StoreError(f"SQLite {version} is too old: 3.40 or later is needed")
    # The driver would begin transactions of its own, and only before INSERT, UPDATE and DELETE.
    connection.isolation_level = None
    # With NORMAL the last commits before a loss of power may be gone.
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


SQLITE = Sqlite(
    title="SQLite",
    is_file=True,
    schema=None,
    param_style="qmark",
    json_array="json_group_array",
    version_query="SELECT sqlite_version()",
)
