"""What differs between the two kinds of store: a value that stands for SQLite or Postgres.

Invariant: no other module asks which kind of store it works on (but for the types of columns, in `schema`).
"""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import sqlalchemy as sa
from msgspec import Struct


class QueryFault(Struct, frozen=True, kw_only=True):
    """A mistake in a query that a person wrote.

    Attributes:
        message: the database's words for it.
        at: where in the text it is, from 0; None where the database does not say.
        lacks_table: whether the query names a table that is not there.
        is_no_query: whether it is something else than one query that reads.
    """

    message: str
    at: int | None = None
    lacks_table: bool = False
    is_no_query: bool = False


def retried(attempt: Callable[[], bool], *, until: float, pause_ms: int) -> bool:
    """Return whether an attempt succeeds by an instant of the steady clock; others have their turn in its pauses."""
    while not attempt():
        if time.monotonic() > until:
            return False
        time.sleep(pause_ms / 1000)
    return True


class Dialect(Struct, frozen=True, kw_only=True):
    """One kind of store; its methods are those of a server that needs nothing special.

    Attributes:
        title: its name for people.
        is_file: whether a store is a file of this host, which one process at a time writes to.
        schema: the database schema of the tables; None where there is only one.
        param_style: how the driver writes parameters that are given by position.
        json_array: the function that gathers the values of a group as a JSON array.
        version_query: gives the server's version, maybe with more words behind it.
    """

    title: str
    is_file: bool
    schema: str | None
    param_style: str
    json_array: str
    version_query: str

    def split_secrets(self, url: sa.URL) -> tuple[sa.URL, dict[str, str]]:
        """Return the URL as it may be shown, and the secrets that it held."""
        return url, {}

    def create_engine(
        self, url: sa.URL, secrets: Mapping[str, str], busy_ms: Callable[[], int]
    ) -> sa.Engine:
        """Return an engine; `busy_ms` gives how long a connection that opens now may wait for a lock."""
        raise NotImplementedError

    def begin(
        self, connection: sa.Connection, *, writes: bool, foreign_keys: bool, busy_ms: int
    ) -> None:
        """Begin a transaction on the database."""
        raise NotImplementedError

    def has_changed(self, connection: sa.Connection) -> bool:  # noqa: ARG002
        """Return whether what a reading transaction saw may be of several states of the store."""
        return False

    def make_schema(self, connection: sa.Connection) -> None:
        """Make the database schema of the tables where it is missing."""

    def lock(self, connection: sa.Connection, number: int) -> None:
        """Wait until no other writing transaction holds this lock; hold it until this one ends."""

    def server_us(self, connection: sa.Connection) -> int | None:  # noqa: ARG002
        """Return the server's clock, microseconds since 1970 UTC; None where it is this host's own."""
        return None

    def has_broken_reference(self, connection: sa.Connection) -> bool:  # noqa: ARG002
        """Return whether a row refers to one that is not there, as it may where foreign keys were off."""
        return False

    def hexadecimal(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
        """Return the bytes of a column as digits, in lower case."""
        raise NotImplementedError

    def find_damage(self, connection: sa.Connection) -> str | None:  # noqa: ARG002
        """Return what is wrong with the bytes of the whole store; None for nothing, and where the server sees to it."""
        return None

    def give_back(self, engine: sa.Engine, busy_ms: int) -> bool:
        """Give the space of dropped rows back to the operating system, but for what others hold for so long.

        Nobody waits for more than a moment behind its wait. Returns whether nothing was left out.
        """
        raise NotImplementedError

    def querying(self, connection: sa.Connection, query: str) -> AbstractContextManager[Any]:
        """Run a query that a person wrote so that it can do nothing but read; give the driver's cursor.

        Args:
            connection: a reading transaction, which the caller rolls back.
            query: one statement.
        """
        raise NotImplementedError

    def fault_of(self, error: Any, query: str) -> QueryFault | None:  # noqa: ANN401  # the driver's own
        """Return what is wrong with a query by the driver's error; None where the fault is the store's."""
        raise NotImplementedError
