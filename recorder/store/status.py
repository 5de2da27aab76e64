"""The state of a store, and how much it holds; nothing is made or written."""

from contextlib import suppress

import sqlalchemy as sa
from msgspec import Struct

from recorder.errors import StoreError, StoreMissingError, StoreNewerError, StoreOutdatedError
from recorder.store.engine import Database
from recorder.store.revision import current_revision, require_current
from recorder.store.schema import run, run_block, sealed, source, watch
from recorder.store.table_parts import SCHEMA

_TROUBLES: dict[type[StoreError], str] = {
    StoreMissingError: "missing",
    StoreOutdatedError: "outdated",
    StoreNewerError: "newer",
}


class StoreStatus(Struct, frozen=True, kw_only=True):
    """The counts and sizes of a store of the current schema.

    Attributes:
        sources, runs, snapshots, polls: how many there are.
        last_polled_at: microseconds since 1970 UTC, None where nothing was polled yet.
        sealed_runs, sealed_bytes: how many runs are in sealed blocks, and the size of these.
    """

    sources: int
    runs: int
    snapshots: int
    polls: int
    last_polled_at: int | None
    sealed_runs: int
    sealed_bytes: int


class Condition(Struct, frozen=True, kw_only=True):
    """The state of a store.

    Attributes:
        state: `current`, `missing`, `outdated` or `newer`.
        trouble: one line that ends with what to do; None where it is current.
        kind: `SQLite 3.40.1`, `Postgres 18.6`; without a version where there is no store.
        revision: the schema's, None where there is none.
        size_bytes: a SQLite file with its write-ahead log, or the tables with their indexes; None where there is none.
        figures: None where the schema is not this program's.
    """

    state: str
    trouble: str | None
    kind: str
    revision: str | None
    size_bytes: int | None
    figures: StoreStatus | None


def condition_of(database: Database) -> Condition:
    """Return the state of a store."""
    state, trouble = "current", None
    try:
        require_current(database)
    except tuple(_TROUBLES) as error:
        state, trouble = _TROUBLES[type(error)], str(error)
    is_there = state != "missing"
    return Condition(
        state=state,
        trouble=trouble,
        kind=_server_version(database) if is_there else database.dialect.title,
        revision=current_revision(database) if is_there else None,
        size_bytes=size_bytes(database) if is_there else None,
        figures=_figures(database) if state == "current" else None,
    )


def _server_version(database: Database) -> str:
    with database.reading() as connection:
        version = connection.exec_driver_sql(database.dialect.version_query).scalar_one()
    return f"{database.dialect.title} {str(version).split(maxsplit=1)[0]}"


def size_bytes(database: Database) -> int:
    """Return the size of a SQLite file with its write-ahead log, or of the tables with their indexes."""
    if database.path is not None:
        log = database.path.with_name(f"{database.path.name}-wal")
        # The process that closes the file last removes the log, maybe between a look for it and its size.
        with suppress(FileNotFoundError):
            return database.path.stat().st_size + log.stat().st_size
        return database.path.stat().st_size
    statement = sa.text(
        "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = :schema AND c.relkind = 'r'"
    )
    with database.reading() as connection:
        return int(connection.execute(statement, {"schema": SCHEMA}).scalar_one())


def _figures(database: Database) -> StoreStatus:
    """Count what a store holds, without reading the tables that grow."""
    of_watch = sa.select(_sum(watch.c.n_snapshots), _sum(watch.c.n_polls))
    of_blocks = sa.select(
        sa.select(_sum(sealed.c.n)).scalar_subquery(),
        sa.select(_sum(sa.func.length(run_block.c.data))).scalar_subquery(),
    )
    with database.reading() as connection:
        counted = connection.execute(
            of_watch.add_columns(sa.func.max(watch.c.last_polled_at))
        ).one()
        sealed_runs, sealed_bytes = connection.execute(of_blocks).one()
        return StoreStatus(
            sources=_count(connection, source),
            runs=_count(connection, run),
            snapshots=int(counted[0]),
            polls=int(counted[1]),
            last_polled_at=counted[2],
            sealed_runs=int(sealed_runs),
            sealed_bytes=int(sealed_bytes),
        )


def _sum(values: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(values), 0)


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
