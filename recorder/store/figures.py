"""How much a store holds."""

from dataclasses import dataclass

import sqlalchemy as sa

from recorder.store.engine import Database
from recorder.store.schema import SCHEMA, run, source, watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How much a store of the current schema holds.

    Attributes:
        sources, runs, snapshots, polls: how many there are.
        last_polled_at: microseconds since 1970 UTC, None where nothing was polled yet.
    """

    sources: int
    runs: int
    snapshots: int
    polls: int
    last_polled_at: int | None


def figures(connection: sa.Connection) -> Figures:
    """Counts, without reading the tables that grow."""
    total = sa.func.coalesce
    watched = sa.select(
        total(sa.func.sum(watch.c.n_snapshots), 0),
        total(sa.func.sum(watch.c.n_polls), 0),
        sa.func.max(watch.c.last_polled_at),
    )
    snapshots, polls, last = connection.execute(watched).one()
    return Figures(
        sources=_count(connection, source),
        runs=_count(connection, run),
        snapshots=int(snapshots),
        polls=int(polls),
        last_polled_at=last,
    )


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def server_version(database: Database) -> str:
    """`SQLite 3.40.1`, `Postgres 18.6`."""
    with database.reading() as connection:
        if database.is_sqlite:
            return f"SQLite {connection.exec_driver_sql('SELECT sqlite_version()').scalar_one()}"
        told = connection.exec_driver_sql("SHOW server_version").scalar_one()
        return f"Postgres {str(told).split()[0]}"


def size_bytes(database: Database) -> int:
    """The size of a SQLite file with its write-ahead log, or of the schema's tables and indexes on Postgres."""
    if database.path is not None:
        paths = (database.path, database.path.with_name(f"{database.path.name}-wal"))
        return sum(path.stat().st_size for path in paths if path.exists())
    statement = sa.text(
        "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = :schema AND c.relkind = 'r'"
    )
    with database.reading() as connection:
        return int(connection.execute(statement, {"schema": SCHEMA}).scalar_one())
