"""Statements that are compiled once, for what is done many times a second.

Invariant: a statement's values are handed to the driver as tuples, as they are: only integers, text, bytes, booleans
and null, which both drivers take and give unchanged (but for SQLite's booleans, which come back as 0 and 1).

Core's own handling of parameters took 30 to 45 us a row, which is as much as the row itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from recorder.store.engine import dialect_of
from recorder.store.table_parts import SCHEMA

_MOST_PAIRS = 256


class Prepared:
    """A statement whose bound parameters are given by position.

    Args:
        statement: with named parameters.
        names: their names in the order in which values are given; the statement must bind them in this order.
    """

    def __init__(self, statement: sa.Executable, names: Iterable[str]) -> None:
        self._statement = statement
        self.names = tuple(names)
        self._texts: dict[str, str] = {}

    def all(self, connection: sa.Connection, *values: object) -> Sequence[Any]:
        """Return all rows."""
        return connection.exec_driver_sql(self._text(connection), values).all()

    def execute(self, connection: sa.Connection, values: Sequence[object]) -> None:
        """Execute it with these values, or once for each tuple of a list."""
        connection.exec_driver_sql(self._text(connection), values)

    def _text(self, connection: sa.Connection) -> str:
        name = connection.dialect.name
        if name not in self._texts:
            self._texts[name] = self._compile(connection)
        return self._texts[name]

    def _compile(self, connection: sa.Connection) -> str:
        ours = dialect_of(connection)
        dialect = type(connection.dialect)(paramstyle=ours.param_style)  # type: ignore[call-arg]  # all of ours take it
        dialect.default_schema_name = "main"  # where the schema is mapped to none: SQLite's
        compiled: Any = self._statement.compile(  # type: ignore[attr-defined]  # all of ours have it
            dialect=dialect,
            schema_translate_map={SCHEMA: ours.schema},
            render_schema_translate=True,
        )
        if tuple(compiled.positiontup) != self.names:
            raise TypeError(f"{compiled} binds {compiled.positiontup}, not {self.names}")
        return str(compiled)


class Written:
    """Many rows, written by one statement: once for each row on SQLite, from arrays of columns on Postgres.

    Postgres would parse and plan it for each row, since no statement outlives a transaction there.

    Args:
        by_row: takes one row.
        by_column: takes an array a column.
        names: the attributes of a record that are its values, in their order.
    """

    def __init__(self, by_row: Prepared, by_column: Prepared, names: Iterable[str]) -> None:
        self._by_row = by_row
        self._by_column = by_column
        self._values = attrgetter(*names)

    def records(self, connection: sa.Connection, records: Iterable[object]) -> None:
        """Write the records' rows."""
        self.many(connection, list(map(self._values, records)))

    def many(self, connection: sa.Connection, rows: list[tuple[Any, ...]]) -> None:
        """Write the rows, values in the order of the names."""
        if not rows:
            return
        if dialect_of(connection).is_file:
            self._by_row.execute(connection, rows)
        else:
            self._by_column.execute(connection, tuple(map(list, zip(*rows, strict=True))))


def unnested(table: sa.Table, names: Mapping[str, str]) -> sa.Select[Any]:
    """Return the rows of arrays that are bound by these names; each name with that of its column."""
    arrays = {
        name: sa.bindparam(name, type_=sa.ARRAY(table.c[column].type))
        for name, column in names.items()
    }
    return sa.select(*(sa.func.unnest(array).label(name) for name, array in arrays.items()))


def insert(table: sa.Table, names: Iterable[str]) -> Written:
    """Return the insertion of rows of these columns, values in the order of the table's."""
    wanted = {*names}
    names = tuple(column.name for column in table.c if column.name in wanted)
    by_row = sa.insert(table).values({name: sa.bindparam(name) for name in names})
    by_column = sa.insert(table).from_select(
        names, unnested(table, dict(zip(names, names, strict=True)))
    )
    return Written(Prepared(by_row, names), Prepared(by_column, names), names)


def update(table: sa.Table, names: Iterable[str], key: Iterable[str]) -> Written:
    """Return the change of rows by their key; values in the order of the names, those of the key behind them."""
    names, key = tuple(names), {f"of_{name}": name for name in key}
    bound = (*names, *key)
    by_row = (
        sa.update(table)
        .where(*(table.c[column] == sa.bindparam(name) for name, column in key.items()))
        .ordered_values(*((table.c[name], sa.bindparam(name)) for name in names))
    )
    new = unnested(table, {name: name for name in names} | key).subquery("new")
    by_column = (
        sa.update(table)
        .where(*(table.c[column] == new.c[name] for name, column in key.items()))
        .ordered_values(*((table.c[name], new.c[name]) for name in names))
    )
    return Written(Prepared(by_row, bound), Prepared(by_column, bound), (*names, *key.values()))


def rows_of_run(table: sa.Table, names: Iterable[str], *, before: str | None = None) -> Prepared:
    """Return the selection of columns of a run's rows, by their key; bound are source, run and maybe a limit.

    Args:
        table: has the run's key.
        names: the columns.
        before: only rows in which this column is less than a third value.
    """
    bound = ["source_id", "run_key"]
    statement = sa.select(*(table.c[name] for name in names)).where(
        *(table.c[name] == sa.bindparam(name) for name in bound)
    )
    if before is not None:
        bound.append(before)
        statement = statement.where(table.c[before] < sa.bindparam(before))
    return Prepared(statement.order_by(*table.primary_key), bound)


class InList:
    """A selection of sources' rows by a list of values of each, in as few queries as may be.

    Args:
        statement: without the condition.
        source_id: the column of the source's number.
        column: the one that has to have one of the values.
    """

    def __init__(
        self,
        statement: sa.Select[Any],
        source_id: sa.ColumnElement[Any],
        column: sa.ColumnElement[Any],
    ) -> None:
        self._statement = statement
        self._columns = (source_id, column)
        self._of_length = cache(self._by_pairs)
        arrays = {"sources": source_id.type, "values": column.type}
        pairs = (sa.func.unnest(sa.bindparam(n, type_=sa.ARRAY(t))) for n, t in arrays.items())
        wanted = sa.tuple_(*self._columns).in_(sa.select(*pairs))
        self._by_arrays = Prepared(statement.where(wanted), arrays)

    def all(
        self, connection: sa.Connection, wanted: Mapping[int, Iterable[object]]
    ) -> Sequence[Any]:
        """Return all rows that have one of the values of their source."""
        pairs = [(source, value) for source, values in wanted.items() for value in values]
        if not dialect_of(connection).is_file:
            return self._by_arrays.all(connection, *map(list, zip(*pairs, strict=True)))
        found: list[Any] = []
        for start in range(0, len(pairs), _MOST_PAIRS):
            chunk = pairs[start : start + _MOST_PAIRS]
            length = 1 << (len(chunk) - 1).bit_length()  # so that few lengths are compiled
            chunk += chunk[-1:] * (length - len(chunk))
            found += self._of_length(length).all(connection, *chain(*chunk))
        return found

    def _by_pairs(self, length: int) -> Prepared:
        """Return the selection for SQLite, which has no arrays, and scans for a list of pairs."""
        names = [(f"source_{n}", f"value_{n}") for n in range(length)]
        either = (
            sa.and_(
                *(
                    column == sa.bindparam(name)
                    for column, name in zip(self._columns, pair, strict=True)
                )
            )
            for pair in names
        )
        return Prepared(self._statement.where(sa.or_(*either)), chain(*names))
