"""Postgres as a kind of store.

Invariants: a connection speaks UTF-8 and its transactions are ours alone, whatever the environment, the service file,
the role and the database say. Nothing outlives a transaction but the connection itself, so that a pooler may hand the
server's session to another after each. What the engine's URL shows of itself holds no secret.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from recorder.errors import SettingError, StoreError
from recorder.store.dialect import Dialect, QueryFault, retried
from recorder.store.table_parts import SCHEMA

IDLE_MS = 8_000  # a process that hangs, or a host that is gone, keeps its locks no longer: less than a lease
OLDEST_POSTGRES = 15
LOCKED = "55P03"
CONFLICTS = frozenset({"40001", "40P01"})  # a serialization failure, a deadlock
TOO_LARGE = "54"  # the class of what exceeds a limit of the program: a driver's operational error
NO_RIGHT = "42501"
NO_SUCH = "42"  # the class of what a statement names that is not there, or not allowed
_NO_TABLE, _NO_SYNTAX = "42P01", "42601"
_SEVERAL = frozenset({"host", "port"})
_SECRET_MARKS = frozenset({b"*", b"D"})  # libpq's: a password; not for people
_CONNECT_S = 10
_MOMENT_MS = 1500  # longer than Postgres takes to end an autovacuum that is in the way
_CURSOR, _ROWS = "query", 1000
_DECLARED = len(f'DECLARE "{_CURSOR}" CURSOR FOR ')  # before the text, in what psycopg sends
_SERVER_ERRORS = frozenset({"40", "53", "55", "57", "58", "XX"})  # classes of SQLSTATE
_AS_NUMBERS = ["bool", "int2", "int4", "int8", "oid", "float4", "float8", "numeric", "timestamptz"]
_NO_SUPERUSER = sa.case(
    (
        sa.func.current_setting("is_superuser") == "on",
        sa.func.set_config("role", "pg_read_all_data", True),  # in this transaction
    )
)

for _name in ("psycopg", "sqlalchemy.pool"):  # what they log without a handler goes to stderr
    logging.getLogger(_name).addHandler(logging.NullHandler())  # and is in their errors too


class Postgres(Dialect, frozen=True):
    """Postgres."""

    def split_secrets(self, url: sa.URL) -> tuple[sa.URL, dict[str, str]]:
        """Return the URL with no secret but its password, and the other secrets as arguments to connect with.

        Raises:
            SettingError: an option is none of libpq's, or is given twice.
        """
        url = url.set(drivername="postgresql+psycopg")
        known = url.get_dialect().import_dbapi().pq.Conninfo.get_defaults()
        marks = {one.keyword.decode(): one.dispchar for one in known}
        for name, value in url.query.items():
            if name not in marks:
                shown = repr(name) if name.isidentifier() else "something"  # a piece of a password
                raise SettingError(
                    f"the store's URL: {shown} is no option of Postgres's libpq: leave it out"
                )
            if not isinstance(value, str) and name not in _SEVERAL:
                raise SettingError(
                    f"the store's URL: the option {name!r} is given twice: give it once"
                )
        secrets = {n: str(v) for n, v in url.query.items() if marks[n] in _SECRET_MARKS}
        password = secrets.pop("password", url.password)
        url = url.set(password=password).difference_update_query(["password", *secrets])
        return url, secrets

    def create_engine(
        self,
        url: sa.URL,
        secrets: Mapping[str, str],
        busy_ms: Callable[[], int],  # noqa: ARG002  # each transaction sets it
    ) -> sa.Engine:
        """Return an engine for what `split_secrets` gave."""
        # No prepared statements: behind a pooler those of one client would meet those of another.
        always: dict[str, Any] = {"client_encoding": "UTF8", "prepare_threshold": None}
        timeout = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_S}
        engine = sa.create_engine(url, connect_args={**secrets, **always, **timeout})
        event.listen(engine, "connect", _check_server)
        return engine

    def begin(
        self,
        connection: sa.Connection,
        *,
        writes: bool,
        foreign_keys: bool,  # noqa: ARG002  # always on
        busy_ms: int,
    ) -> None:
        """Make the transaction that the driver begins what it has to be; one round trip."""
        # A writer waits for locks, and has to see what was committed meanwhile; a reader sees one state throughout.
        kind = "READ COMMITTED" if writes else "REPEATABLE READ, READ ONLY"
        idle = f"SET LOCAL idle_in_transaction_session_timeout TO {IDLE_MS};" if writes else ""
        connection.exec_driver_sql(
            f"SET TRANSACTION ISOLATION LEVEL {kind}; SET LOCAL timezone TO 'UTC';"
            f" SET LOCAL lock_timeout TO {busy_ms}; {idle}"
        )

    def make_schema(self, connection: sa.Connection) -> None:
        """Make our schema where it is missing."""
        if not sa.inspect(connection).has_schema(SCHEMA):
            connection.execute(sa.schema.CreateSchema(SCHEMA))

    def lock(self, connection: sa.Connection, number: int) -> None:
        """Take an advisory lock."""
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))

    def server_us(self, connection: sa.Connection) -> int | None:
        """Return the server's clock."""
        epoch = sa.func.extract("epoch", sa.func.clock_timestamp())
        statement = sa.select(sa.cast(epoch * 1_000_000, sa.BigInteger))
        return int(connection.execute(statement).scalar_one())

    def hexadecimal(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
        """Return the digits."""
        return sa.func.encode(column, "hex", type_=sa.Text)

    def give_back(self, engine: sa.Engine, busy_ms: int) -> bool:
        """Build the tables that shrank anew; each is locked meanwhile."""
        is_whole, until = True, time.monotonic() + busy_ms / 1000
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in ("rejected_body", "poll", "snapshot", "part"):
                # It would wait for a reader without end, and everybody else behind it.
                is_free = partial(_is_free, engine, table)
                if retried(is_free, until=until, pause_ms=_MOMENT_MS):
                    connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {SCHEMA}.{table}")
                else:
                    is_whole = False
        return is_whole

    @contextmanager
    def querying(self, connection: sa.Connection, query: str) -> Iterator[Any]:
        """Declare a cursor for the query: the server takes none for anything but one SELECT that changes no table.

        A superuser's functions and files are out of reach. What is no number, flag or instant comes as the server's text.
        """
        path = sa.func.set_config("search_path", SCHEMA, True)
        connection.execute(sa.select(path, _NO_SUPERUSER))
        driver: Any = connection.connection.driver_connection
        text_loader = connection.dialect.loaded_dbapi.types.string.TextLoader
        with driver.cursor(_CURSOR) as cursor:
            kinds = cursor.adapters.types
            numbers = {kinds[name].oid for name in _AS_NUMBERS}
            for oid in {oid for kind in kinds for oid in (kind.oid, kind.array_oid)} - numbers:
                cursor.adapters.register_loader(oid, text_loader)
            cursor.itersize = _ROWS
            yield cursor.execute(query)

    def fault_of(self, error: Any, query: str) -> QueryFault | None:  # noqa: ANN401  # the driver's own
        """Return the fault with the server's own place and hint."""
        said, kind = error.diag, type(error).__name__  # psycopg's own error has no SQLSTATE
        if kind == "OperationalError" or (said.sqlstate or "")[:2] in _SERVER_ERRORS:
            return None
        words = (said.message_primary or str(error), said.message_hint)
        at = int(said.statement_position or 0) - _DECLARED - 1
        return QueryFault(
            message="; ".join(word for word in words if word),
            at=at if at >= 0 else None,
            lacks_table=said.sqlstate == _NO_TABLE,
            is_no_query=said.sqlstate == _NO_SYNTAX and not query[: max(at, 0)].strip(),
        )


def _is_free(engine: sa.Engine, table: str) -> bool:
    """Return whether nobody holds a table for longer than a moment."""
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(
                f"SET LOCAL lock_timeout TO {_MOMENT_MS}; LOCK TABLE {SCHEMA}.{table}"
            )
    except sa.exc.OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == LOCKED:
            return False
        raise
    return True


def _check_server(connection: Any, _record: Any) -> None:  # noqa: ANN401  # the driver's own
    trouble = _server_trouble(connection.info)
    if trouble is not None:
        connection.close()
        raise StoreError(trouble)


def _server_trouble(server: Any) -> str | None:  # noqa: ANN401  # the driver's own
    version = server.server_version // 10_000
    if version < OLDEST_POSTGRES:
        return f"Postgres {version} is too old: {OLDEST_POSTGRES} or later is needed"
    encoding = server.parameter_status("server_encoding")
    if encoding == "UTF8":
        return None
    return (
        f"the database {server.dbname} has the encoding {encoding}, a store needs UTF8: make another"
        f" with 'createdb --encoding=UTF8 --locale=C --template=template0 {server.dbname}_utf8'"
    )


POSTGRES = Postgres(
    title="Postgres",
    is_file=False,
    schema=SCHEMA,
    param_style="format",
    json_array="json_agg",
    version_query="SHOW server_version",
)
