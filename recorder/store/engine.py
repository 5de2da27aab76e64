"""Engines and transactions for the two kinds of store.

Invariants: commits are durable; a reading connection cannot write. A process that has written to a SQLite file goes on
in that file alone, wherever others move it, and no transaction makes a file. No network call happens inside a transaction.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from sqlite3 import SQLITE_ERROR
from typing import Concatenate, ParamSpec, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NoResultFound

from recorder.errors import (
    RowRefusedError,
    SettingError,
    StatementRefusedError,
    StoreBusyError,
    StoreConflictError,
    StoreError,
    StoreMissingError,
)
from recorder.store.dialect import Dialect
from recorder.store.files import BUSY_MS, advice_on, damage_of, damaged
from recorder.store.postgres import CONFLICTS, LOCKED, NO_RIGHT, NO_SUCH, POSTGRES, TOO_LARGE
from recorder.store.sqlite import SQLITE

Connection: TypeAlias = sa.Connection
"""A transaction, for callers that hand it on and know no SQL."""

P = ParamSpec("P")
T = TypeVar("T")

DIALECTS: dict[str, Dialect] = {"sqlite": SQLITE, "postgresql": POSTGRES}
_TRIES = 5  # of a transaction that meets others
# What contradictory rows lead to, wherever they are read.
_OF_ROWS = (ArithmeticError, LookupError, NoResultFound, TypeError, ValueError)


class Database:
    """A store's database and transactions on it.

    Args:
        url: a SQLAlchemy URL, `sqlite:///...` or `postgresql+psycopg://...`.
        busy_ms: how long a transaction that begins now may wait for a lock.
    """

    def __init__(self, url: str, *, busy_ms: Callable[[], int] = lambda: BUSY_MS) -> None:
        parsed = _parse(url)
        self.dialect = _dialect_for(parsed)
        self._url_with_secrets = url
        self.busy_ms = busy_ms
        self.url, secrets = self.dialect.split_secrets(parsed)
        self.engine = self.dialect.create_engine(self.url, secrets, self._busy_ms)
        self._file: os.stat_result | None = None
        self._has_written = False

    def _busy_ms(self) -> int:
        return self.busy_ms()  # as it is then: callers set it anew

    @property
    def path(self) -> Path | None:
        """The file of a SQLite store, None for Postgres and for a store in memory."""
        name = self.url.database
        if not self.dialect.is_file or name in (None, "", ":memory:"):
            return None
        return Path(name)

    @property
    def name(self) -> str:
        """The store as people know it: the file, or the URL without its password."""
        return str(self.path) if self.path else self.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Begin a transaction that sees one state of the store and cannot change it."""
        with self._transaction(writes=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Begin a transaction that is committed, durably, when the block ends without an error."""
        with self._transaction(writes=True) as connection:
            yield connection

    def read(
        self, query: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **more: P.kwargs
    ) -> T:
        """Return what a query finds in one state of the store, asked again where that changed under it."""
        return again(self.reading, query, *args, **more)

    def write(
        self, work: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **more: P.kwargs
    ) -> T:
        """Do work in a writing transaction, again where the server ended it in favour of another one."""
        return again(self.writing, work, *args, **more)

    def give_back(self) -> bool:
        """Give the space of dropped rows back to the operating system; return whether no reader was in the way.

        Raises:
            StoreError: another process holds the store.
        """
        try:
            return self.dialect.give_back(self.engine, self.busy_ms())
        except DBAPIError as error:
            raise translated(error, self.name, self.busy_ms()) from error

    @contextmanager
    def migrating(self) -> Iterator[sa.Connection]:
        """Begin a writing transaction without SQLite's foreign keys, which are checked before it is committed."""
        with self._transaction(writes=True, foreign_keys=False) as connection:
            yield connection
            if self.dialect.has_broken_reference(connection):
                raise StoreError(f"{self.name}: a migration broke a reference: nothing was changed")

    @contextmanager
    def checked_on_failure(self) -> Iterator[None]:
        """Check the whole store for damage where the block ends with an error that intact rows cannot cause.

        Raises:
            StoreDamagedError: pages, indexes, types or references are not as they were written.
        """
        try:
            yield
        except _OF_ROWS as error:
            with self.reading() as connection:
                damage = self.dialect.find_damage(connection)
            if damage is not None:
                raise damaged(self.name, damage) from error
            raise

    @contextmanager
    def _transaction(self, *, writes: bool, foreign_keys: bool = True) -> Iterator[sa.Connection]:
        busy_ms = self.busy_ms()
        self._find_file(writes=writes)
        try:
            with self.engine.begin() as connection:
                self.dialect.begin(
                    connection, writes=writes, foreign_keys=foreign_keys, busy_ms=busy_ms
                )
                try:
                    yield connection
                except (DBAPIError, *_OF_ROWS) as error:
                    self._refuse_changed(connection, error)
                    raise
                self._refuse_changed(connection)
        except (DBAPIError, UnicodeDecodeError) as error:
            if "readonly" in str(getattr(error, "orig", "")):
                self.engine.dispose()  # SQLite stays read-only; a new connection may write
            raise translated(error, self.name, busy_ms) from error

    def _refuse_changed(self, connection: sa.Connection, error: Exception | None = None) -> None:
        """Refuse what was read in a file that this user may only read, and that another one has written to meanwhile."""
        if self.dialect.has_changed(connection):
            raise StoreConflictError(
                f"{self.name} was written to while this user, who may only read it, read it; try again"
            ) from error

    def _find_file(self, *, writes: bool) -> None:
        """Refuse a file that is gone, or that replaced the one that this process has written to."""
        if self.path is None:
            return
        # SQLite would go on in a file that was moved or deleted, and make an empty one at its place.
        try:
            found = self.path.stat()
        except OSError as error:
            self.engine.dispose()
            raise StoreMissingError(
                f"{self.name}: no store is to be found there ({error.strerror}): put it back"
            ) from error
        if self._file is not None and not os.path.samestat(self._file, found):
            self.engine.dispose()
            if self._has_written:  # numbers that it remembers mean something else in another file
                raise StoreError(
                    f"{self.name} was replaced by another file: put the first one back, or start"
                    " the program again to use this one"
                )
        self._file = found
        self._has_written = self._has_written or writes

    def close(self) -> None:
        """Close every connection; the next transaction takes the file that is there then."""
        self.engine.dispose()
        self._file, self._has_written = None, False

    def __reduce__(self) -> tuple[type["Database"], tuple[str]]:
        """Let another process open the store anew, with the secrets of its URL."""
        return Database, (self._url_with_secrets,)

    def __repr__(self) -> str:
        return f"Database({self.name!r})"


def again(
    begin: Callable[[], AbstractContextManager[sa.Connection]],
    work: Callable[Concatenate[sa.Connection, P], T],
    *args: P.args,
    **more: P.kwargs,
) -> T:
    """Do work in a transaction, and again where that was ended in favour of another one."""
    for _ in range(_TRIES - 1):
        try:
            with begin() as connection:
                return work(connection, *args, **more)
        except StoreConflictError:
            continue
    with begin() as connection:
        return work(connection, *args, **more)


def translated(error: DBAPIError | UnicodeDecodeError, name: str, busy_ms: int) -> StoreError:
    """Return the error of ours for one of the driver's, in one line, without parameters."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    damage = damage_of(cause, name)
    if damage is not None:
        return damage
    said = " ".join(str(cause).split())
    sqlstate = getattr(cause, "sqlstate", None) or ""  # a server may speak any language
    if sqlstate in CONFLICTS:
        return StoreConflictError(f"{name}: {said}; try again")
    if isinstance(error, IntegrityError | DataError) or sqlstate.startswith(TOO_LARGE):
        return RowRefusedError(f"{name}: {said}")
    if "database is locked" in said or sqlstate == LOCKED:
        return StoreBusyError(
            f"{name} stayed locked for {busy_ms / 1000:.0f} s: another program holds it; try again"
        )
    if sqlstate.startswith(NO_SUCH) or getattr(cause, "sqlite_errorcode", None) == SQLITE_ERROR:
        said = _with_who_may(said) if sqlstate == NO_RIGHT else said
        return StatementRefusedError(f"{name}: {said}")
    advice = advice_on(cause, name)
    return StoreError(f"{name}: {said}: {advice}" if advice else f"{name}: {said}")


def _with_who_may(said: str) -> str:
    """Return the words of a server that denied a right, without the piece of our statement, and what to do."""
    return (
        f"{said.partition(' LINE ')[0]}: use a user who has this right, or, to read,"
        " let its owner run 'recorder db upgrade --reader USER'"
    )


def _parse(url: str) -> sa.URL:
    try:
        return sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise SettingError("the store's URL cannot be read") from None  # the cause may quote it


def _dialect_for(url: sa.URL) -> Dialect:
    backend = url.get_backend_name()
    if backend not in DIALECTS:
        raise SettingError(f"{backend}: a store is SQLite or Postgres")
    return DIALECTS[backend]


def dialect_of(connection: sa.Connection) -> Dialect:
    """Return the dialect of a connection."""
    return DIALECTS[connection.dialect.name]
