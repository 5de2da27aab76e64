"""Write a seeded store of the present revision as text, of each kind: python tests/freeze.py [FOLDER]

Run it once for each revision that is released; its texts in `tests/frozen/` are never changed after that.
"""

import sqlite3
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import psycopg
from postgres import dump, find_binaries, running_server
from shapes import fill, fill_items
from sqlalchemy.engine import make_url

from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.schema import REVISION

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
    database.close()


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
