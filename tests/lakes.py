"""Lakes in tests: one export, and what DuckDB and the store show of it."""

from pathlib import Path
from typing import Any

import duckdb

from recorder.queries import Queries
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.transfer.lake import LakeExport
from recorder.views import VIEWS

Shown = dict[str, list[dict[str, Any]]]


def export(database: Database, folder: Path, *, is_forced: bool = False) -> LakeExport:
    """Export into a folder, and return what was done."""
    done = LakeExport(folder=folder, is_forced=is_forced)
    done.run(database)
    return done


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """DuckDB with the views of a lake."""
    connection = duckdb.connect()
    connection.execute((folder / "views.duckdb.sql").read_text("utf-8"))
    return connection


def in_lake(folder: Path) -> Shown:
    """The rows of every view of a lake."""
    with opened(folder) as connection:
        found: dict[str, Any] = {
            name: connection.sql(f"SELECT * EXCLUDE month FROM {name}").to_arrow_table()
            for name in VIEWS
        }
    return _ordered({name: table.to_pylist() for name, table in found.items()})


def in_store(*databases: Database) -> Shown:
    """The rows of every view of stores, but for documents."""
    shown: Shown = {name: [] for name in VIEWS}
    for database in databases:
        queries = Queries(database, Settings(database_url="sqlite://"))
        for name in VIEWS:
            shown[name] += map(dict, getattr(queries, name)())
    for row in shown["snapshots"]:
        del row["document"]
    return _ordered(shown)


def _ordered(shown: Shown) -> Shown:
    names = ("source", "run_id", "seq", "polled_at", "seen_at", "key", "item_id", "event_id")

    def key(row: dict[str, Any]) -> list[str]:
        return [str(row.get(name, "")).rjust(9) for name in names]

    return {name: sorted(rows, key=key) for name, rows in shown.items()}


def states(folder: Path) -> dict[str, int]:
    """When each file of a lake was written last, by its path in it."""
    return {
        str(path.relative_to(folder)): path.stat().st_ino for path in folder.glob("*/*/*/*.parquet")
    }


MONTH = "2025-11"
"""The month of T0."""
