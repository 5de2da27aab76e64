"""Statements that are compiled once, for what is done many times a second.

Invariant: a statement's values are handed to the driver as tuples, as they are: only integers, text, bytes, booleans
and null, which both drivers take and give unchanged (but for SQLite's booleans, which come back as 0 and 1).

Core's own handling of parameters took 30 to 45 us a row, which is as much as the row itself.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from recorder.store.engine import DIALECTS
from recorder.store.table_parts import SCHEMA

# A power of two, as shorter lists are filled up to one.
_MOST_KEYS = 256


class Prepared:
    """A statement whose bound parameters are given by position.

    Args:
        statement: returns it, with named parameters: a pass with nothing due needs few of those of the house.
        names: their names in the order in which values are given; the statement must bind them in this order.
    """

    def __init__(self, statement: Callable[[], sa.ClauseElement], names: Iterable[str]) -> None:
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
        ours = DIALECTS[connection.dialect.name]
        dialect = type(connection.dialect)(paramstyle=ours.param_style)  # type: ignore[call-arg]  # all of ours take it
        dialect.default_schema_name = "main"  # where the schema is mapped to none: SQLite's
        compiled: Any = self._statement().compile(
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
        if DIALECTS[connection.dialect.name].is_file:
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

    def by_row() -> sa.Insert:
        return sa.insert(table).values({name: sa.bindparam(name) for name in names})

    def by_column() -> sa.Insert:
        rows = unnested(table, dict(zip(names, names, strict=True)))
        return sa.insert(table).from_select(names, rows)

    return Written(Prepared(by_row, names), Prepared(by_column, names), names)


def update(table: sa.Table, names: Iterable[str], key: Iterable[str]) -> Written:
    """Return the change of rows by their key; values in the order of the names, those of the key behind them."""
    names, key = tuple(names), {f"of_{name}": name for name in key}
    bound = (*names, *key)

    def of(values: Mapping[str, sa.ColumnElement[Any]]) -> sa.Update:
        return (
            sa.update(table)
            .where(*(table.c[column] == values[name] for name, column in key.items()))
            # Not `values`, which binds in the order of the table's columns.
            .ordered_values(*((table.c[name], values[name]) for name in names))
        )

    def by_row() -> sa.Update:
        return of({name: sa.bindparam(name) for name in bound})

    def by_column() -> sa.Update:
        new = unnested(table, {name: name for name in names} | key).subquery("new")
        return of(dict(new.c))

    return Written(Prepared(by_row, bound), Prepared(by_column, bound), (*names, *key.values()))


def rows_of_run(table: sa.Table, names: Iterable[str], *, before: str | None = None) -> Prepared:
    """Return the selection of columns of a run's rows, by their key; bound are source, run and maybe a limit.

    Args:
        table: has the run's key.
        names: the columns.
        before: only rows in which this column is less than a third value.
    """
    key = ("source_id", "run_key")

    def statement() -> sa.Select[Any]:
        of_run = [table.c[name] == sa.bindparam(name) for name in key]
        if before is not None:
            of_run.append(table.c[before] < sa.bindparam(before))
        selected = sa.select(*(table.c[name] for name in names))
        return selected.where(*of_run).order_by(*table.primary_key)

    return Prepared(statement, key if before is None else (*key, before))


class InList:
    """A selection of rows by a list of keys, or a change that returns some, in as few statements as may be.

    Args:
        statement: without the condition.
        columns: those of a key.
    """

    def __init__(
        self, statement: sa.Select[Any] | sa.Update, *columns: sa.ColumnElement[Any]
    ) -> None:
        self._statement = statement
        self._columns = columns
        self._of_length = cache(self._by_keys)
        self._arrays = {f"array_{n}": column for n, column in enumerate(columns)}
        self._in_arrays = Prepared(self._by_arrays, self._arrays)

    def all(self, connection: sa.Connection, wanted: Iterable[tuple[object, ...]]) -> Sequence[Any]:
        """Return all rows that have one of the keys."""
        keys = list(wanted)
        if keys and not DIALECTS[connection.dialect.name].is_file:
            return self._in_arrays.all(connection, *map(list, zip(*keys, strict=True)))
        found: list[Any] = []
        for start in range(0, len(keys), _MOST_KEYS):
            chunk = keys[start : start + _MOST_KEYS]
            length = 1 << (len(chunk) - 1).bit_length()  # so that few lengths are compiled
            # The last key once more: an OR finds its row once all the same.
            chunk += chunk[-1:] * (length - len(chunk))
            found += self._of_length(length).all(connection, *chain(*chunk))
        return found

    def _by_arrays(self) -> sa.ClauseElement:
        keys = (
            sa.func.unnest(sa.bindparam(name, type_=sa.ARRAY(column.type)))
            for name, column in self._arrays.items()
        )
        return self._statement.where(sa.tuple_(*self._columns).in_(sa.select(*keys)))

    def _by_keys(self, length: int) -> Prepared:
        """Return the selection for SQLite, which has no arrays, and scans for a list of pairs."""
        either, names = [], list[str]()
        for n in range(length):
            bound = {f"key_{n}_{at}": column for at, column in enumerate(self._columns)}
            either.append(sa.and_(*(of == sa.bindparam(name) for name, of in bound.items())))
            names += bound
        return Prepared(lambda: self._statement.where(sa.or_(*either)), names)
