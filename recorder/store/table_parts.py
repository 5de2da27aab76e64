"""What the tables of the schema are made of: their metadata, types of columns, keys and checks."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from recorder.ledger.row import FIELDS, FieldKind

SCHEMA = "recorder"

metadata = sa.MetaData(
    schema=SCHEMA,
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    },
)


class Flag(sa.TypeDecorator[bool]):
    """True or false; an integer on SQLite, whose strict tables know no booleans."""

    impl = sa.Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Return the dialect's own type."""
        plain = sa.Integer() if dialect.name == "sqlite" else sa.Boolean()
        return dialect.type_descriptor(plain)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> bool | None:  # noqa: ANN401, ARG002
        """Return true or false, from an integer too."""
        return None if value is None else bool(value)


Integer = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Small = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
Text = sa.Text()
Name = Text.with_variant(sa.Text(collation="C"), "postgresql")  # in the same order everywhere
Bytes = sa.LargeBinary()


def table(name: str, *columns: SchemaItem, rowid: bool = True) -> sa.Table:
    """Declare a table; `rowid`: on SQLite it keeps one."""
    return sa.Table(name, metadata, *columns, sqlite_strict=True, sqlite_with_rowid=rowid)


def integers(names: str) -> list[sa.Column[int]]:
    """Return a nullable integer column of each name."""
    return [sa.Column(name, Integer) for name in names.split()]


def required(names: str) -> list[sa.Column[int]]:
    """Return an integer column of each name that is never null."""
    return [sa.Column(name, Integer, nullable=False) for name in names.split()]


def texts(names: str) -> list[sa.Column[str]]:
    """Return a nullable text column of each name."""
    return [sa.Column(name, Text) for name in names.split()]


def run_key() -> list[sa.Column[int]]:
    """Return the columns that name a run."""
    return [sa.Column("source_id", Small, nullable=False), *required("run_key")]


def refers(table: str, *names: str) -> sa.ForeignKeyConstraint:
    """Return the foreign key from these columns to those of the same names in a table."""
    return sa.ForeignKeyConstraint(names, [f"{SCHEMA}.{table}.{name}" for name in names])


def run_table(
    name: str, *columns: SchemaItem, key: Sequence[str] = (), rowid: bool = True
) -> sa.Table:
    """Return a table of rows that belong to a run; `key`: its key within the run."""
    return table(
        name,
        *run_key(),
        *columns,
        sa.PrimaryKeyConstraint("source_id", "run_key", *key),
        refers("run", "source_id", "run_key"),
        rowid=rowid,
    )


_COLUMNS: Mapping[FieldKind, sa.types.TypeEngine[Any] | type[Flag]] = {
    FieldKind.COUNT: Integer,
    FieldKind.INSTANT: Integer,
    FieldKind.FLAG: Flag,
}


def columns(names: Collection[str]) -> Iterator[sa.Column[Any]]:
    """Yield the columns of these fields of the ledger's row."""
    for field in FIELDS:
        if field.name in names:
            yield sa.Column(field.name, _COLUMNS.get(field.kind, Text))


def of_snapshot(seq: str) -> sa.ForeignKeyConstraint:
    """Return the foreign key on the snapshot that the column `seq` numbers; checked at the end of a transaction."""
    return sa.ForeignKeyConstraint(
        ["source_id", "run_key", seq],
        [f"{SCHEMA}.snapshot.{name}" for name in ("source_id", "run_key", "seq")],
        deferrable=True,
        initially="DEFERRED",
    )


def in_calendar(names: str) -> sa.CheckConstraint:
    """Return the check that instants lie in the years 1 to 9999, which every reader can spell."""
    years = "BETWEEN -62135596800000000 AND 253402300799999999"
    return sa.CheckConstraint(
        " AND ".join(f"{name} {years}" for name in names.split()), name="calendar"
    )
