"""Stores that many tests begin with: filled once in a process, then copied, which takes a tenth of the time."""

import sqlite3
from collections.abc import Callable
from functools import wraps
from typing import Any

import psycopg
from psycopg import sql

from recorder.store.engine import Database
from recorder.store.table_parts import SCHEMA, metadata

Fill = Callable[[Database], Database]


def once(fill: Fill) -> Fill:
    """Make of a function that fills an empty store and returns it one that copies what it made the first time, for each kind of store."""
    made: dict[str, Any] = {}

    @wraps(fill)
    def filled(database: Database) -> Database:
        kind = database.engine.dialect.name
        keep, restore = _BY_KIND[kind]
        if kind in made:
            _with_driver(database, restore, made[kind])
        else:
            fill(database)
            made[kind] = _with_driver(database, keep)
        return database

    return filled


def _with_driver(database: Database, work: Callable[..., Any], *given: Any) -> Any:
    held = database.engine.raw_connection()
    try:
        return work(held.driver_connection, *given)
    finally:
        held.close()


def _keep_file(driver: sqlite3.Connection) -> sqlite3.Connection:
    memory = sqlite3.connect(":memory:", check_same_thread=False)
    driver.backup(memory)
    return memory


def _restore_file(driver: sqlite3.Connection, memory: sqlite3.Connection) -> None:
    assert driver.execute("SELECT count(*) FROM source").fetchone() == (0,)
    memory.backup(driver)


def _keep_rows(driver: psycopg.Connection) -> dict[str, bytes]:
    with driver.cursor() as cursor:
        found = {}
        for table in metadata.sorted_tables:
            with cursor.copy(_copy(table.name, "TO STDOUT")) as copy:
                found[table.name] = b"".join(bytes(one) for one in copy)
    return found


def _restore_rows(driver: psycopg.Connection, found: dict[str, bytes]) -> None:
    with driver.cursor() as cursor:
        for name, rows in found.items():
            with cursor.copy(_copy(name, "FROM STDIN")) as copy:
                copy.write(rows)
    driver.commit()


def _copy(table: str, way: str) -> sql.Composed:
    return sql.SQL("COPY {} " + way + " (FORMAT BINARY)").format(sql.Identifier(SCHEMA, table))


_BY_KIND: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "sqlite": (_keep_file, _restore_file),
    "postgresql": (_keep_rows, _restore_rows),
}
