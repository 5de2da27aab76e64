"""The result of one query that a person wrote.

Invariant: whatever the query is, it changes nothing: the transaction only reads, the dialect permits only a query, and
all is rolled back.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa
from msgspec import Struct

from recorder.errors import UsageError
from recorder.store.dialect import QueryFault
from recorder.store.engine import Database

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")  # as the views on SQLite spell it


class QueryResult(Struct, frozen=True, kw_only=True):
    """The columns of a query, each with a name of its own, and its rows, to be read once."""

    columns: Sequence[str]
    rows: Iterator[dict[str, object]]


@contextmanager
def query_result(database: Database, query: str, views: Collection[str]) -> Iterator[QueryResult]:
    """Run a query; its rows come from the database as they are read.

    Args:
        database: the store.
        query: one statement that only reads.
        views: named to a person whose query names a table that is not there.

    Raises:
        UsageError: the query is wrong, or would do more than read.
    """
    with database.reading() as connection:
        dbapi = connection.dialect.loaded_dbapi
        try:
            with database.dialect.querying(connection, query) as cursor:
                columns = _own_names([column[0] for column in cursor.description or ()])
                if not columns:
                    raise UsageError("no query: write SELECT ...")
                rows = (dict(zip(columns, map(_cell, row), strict=True)) for row in cursor)
                yield QueryResult(columns=columns, rows=rows)
        except dbapi.Error as error:
            fault = database.dialect.fault_of(error, query)
            if fault is None:
                raise sa.exc.DBAPIError(None, None, error) from error
            raise UsageError(_line(fault, query, views)) from error
        except UnicodeEncodeError as error:
            raise UsageError("the query is not UTF-8: write it in UTF-8") from error
        finally:
            connection.rollback()


def _own_names(names: Sequence[str]) -> list[str]:
    """Return the names of columns; the second `n` is `n_2`."""
    own: list[str] = []
    for name in names:
        free = (f"{name}_{count}" for count in range(2, len(names) + 2))
        own.append(name if name not in own else next(one for one in free if one not in own))
    return own


def _cell(value: object) -> object:
    """Return an instant of the views as one, and bytes as hexadecimal."""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:  # no date, such as February 30
            return value
    return f"\\x{value.hex()}" if isinstance(value, bytes) else value


def _line(fault: QueryFault, query: str, views: Collection[str]) -> str:
    line = fault.message
    if fault.at is not None:
        row, column = query.count("\n", 0, fault.at) + 1, fault.at - query.rfind("\n", 0, fault.at)
        line += f" (line {row}, column {column})"
    if fault.lacks_table:
        line += f": the views are {', '.join(sorted(views))}"
    return (
        f"{line}: only one query is run, SELECT or WITH ... SELECT" if fault.is_no_query else line
    )
