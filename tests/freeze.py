"""Write a seeded store of the present revision as text, of each kind: python tests/freeze.py [FOLDER]

Run it once for each revision that is released; its texts in `tests/frozen/` are never changed after that.
"""

import sqlite3
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from postgres import dump, find_binaries, running_server
from shapes import fill, fill_items
from sqlalchemy.engine import make_url
from stores import T0

from recorder.instants import HOUR
from recorder.store.engine import Connection, Database
from recorder.store.migrate import upgrade
from recorder.store.read.run_refs import RunRef, find_run
from recorder.store.schema import REVISION, run, watch
from recorder.store.sealed import PER_BLOCK
from recorder.store.write.sealing import seal
from recorder.store.write.track import untrack

FROZEN = Path(__file__).parent / "frozen"


def texts() -> Mapping[str, str]:
    """The texts by the names of their files."""
    with tempfile.TemporaryDirectory() as name, running_server(find_binaries()) as server:
        path = Path(name) / "store.db"
        _seed(f"sqlite:///{path}")
        _seed(server.render_as_string(hide_password=False))
        return {f"{REVISION}.sqlite.sql": _dump(path), f"{REVISION}.postgres.sql": dump(server)}


def _seed(url: str) -> None:
    database = Database(url)
    upgrade(database)
    fill(database)
    fill_items(database)
    with database.writing() as connection:
        for run_id in ("er_1", "elsewhere"):
            ref = find_run(connection, run_id, "growth")
            untrack(connection, ref.source_id, ref.run_key, now=T0 + HOUR)
        _copy_run(connection, ref, to_key=PER_BLOCK)
    assert seal(database) == 1
    database.close()


def _copy_run(connection: Connection, ref: RunRef, to_key: int) -> None:
    """Copy a run without answers to a number of the next block, so that its own block is whole."""
    for table, new in ((run, {"run_id": sa.literal("far")}), (watch, {})):
        names = [column.name for column in table.c if column.computed is None]
        columns: dict[str, Any] = {"run_key": sa.literal(to_key), **new}
        chosen = sa.select(*[columns.get(name, table.c[name]) for name in names])
        own = (table.c.source_id == ref.source_id) & (table.c.run_key == ref.run_key)
        connection.execute(sa.insert(table).from_select(names, chosen.where(own)))


def _dump(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        (mark,) = connection.execute("PRAGMA application_id").fetchone()
        lines = [
            f"PRAGMA application_id={mark};",
            "PRAGMA journal_mode=WAL;",
            *connection.iterdump(),
        ]
    return "\n".join(lines) + "\n"


def load(text: str, url: str) -> None:
    """Make a store of a text, in an empty place."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        assert where.database
        Path(where.database).parent.mkdir(exist_ok=True)
        with closing(sqlite3.connect(where.database)) as connection:
            connection.executescript(text)
        return
    dsn = where.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn, autocommit=True) as server:
        server.execute(text.encode())


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FROZEN
    folder.mkdir(exist_ok=True)
    for name, text in texts().items():
        (folder / name).write_text(text, encoding="utf-8")
