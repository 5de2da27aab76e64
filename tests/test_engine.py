"""Opening a store's database."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from recorder.errors import RowRefusedError, StoreConflictError, StoreError, StoreMissingError
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.revision import current_revision
from recorder.store.schema import REVISION, label, poller

Open = Callable[[str], Database]
HOLDERS = sa.select(poller.c.holder).order_by(poller.c.holder)
WATCHING = {"holder": "elsewhere/1/a", "alive_until": 0, "wanted": "[]", "is_viewer": False}


def test_a_store_that_may_only_be_read_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing may be written, not even beside the file, a closed store is opened as it stands."""
    path = tmp_path / "a store?.db"
    database = Database(f"sqlite:///{str(path).replace('?', '%3F')}")
    upgrade(database)
    database.close()
    monkeypatch.setattr(os, "access", lambda *_: False)
    before = sorted(tmp_path.iterdir())
    reader = Database(f"sqlite:///{str(path).replace('?', '%3F')}")
    assert current_revision(reader) == REVISION
    with reader.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM runs").scalar_one() == 0
        assert sorted(tmp_path.iterdir()) == before
    reader.close()


def test_a_store_that_may_be_written_again_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it may only be read, writing is refused and reading shows what others wrote; then all goes on."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    database, other = Database(url), Database(url)
    upgrade(other)
    other.close()
    monkeypatch.setattr(os, "access", lambda *_: False)
    for _ in range(2):
        with (
            pytest.raises(StoreError, match="use a user who may write"),
            database.writing() as connection,
        ):
            connection.execute(sa.insert(poller).values(WATCHING))
    with database.reading() as connection:
        assert connection.execute(sa.select(poller)).all() == []
    monkeypatch.undo()
    with other.writing() as connection:
        connection.execute(sa.insert(poller).values(WATCHING))
    other.close()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with database.reading() as connection:
        assert len(connection.execute(sa.select(poller)).all()) == 1
    monkeypatch.undo()
    with database.writing() as connection:
        connection.execute(sa.delete(poller))
    database.close()


def test_a_file_that_changes_under_its_reader_is_not_told_to_be_damaged(
    store: Database, open_database: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a right to its folder a reader has no lock: what it read is asked again, or refused with what to do."""
    store.close()
    monkeypatch.setattr(os, "access", lambda *_: False)
    reader = open_database(store.url.render_as_string())

    def look(connection: sa.Connection, changes: list[str]) -> list[tuple[int, str]]:
        before = connection.execute(sa.select(sa.func.count()).select_from(poller)).scalar_one()
        with monkeypatch.context() as patched:
            patched.setattr(os, "access", lambda *_: True)
            for holder in changes:
                write(store, holder)
            changes.clear()
            store.close()
        return [(before, holder) for holder in connection.execute(HOLDERS).scalars()]

    assert reader.read(look, ["two"]) == [(2, "one"), (2, "two")]
    refused = pytest.raises(StoreConflictError, match=r"was written to while .* read it; try again")
    with refused, reader.reading() as connection:
        look(connection, [f"holder {n}" for n in range(500)])
    with refused, reader.reading() as connection:
        look(connection, ["last"])
        raise LookupError  # what rows of two states lead to


def test_a_log_that_goes_away_while_it_is_opened(
    store: Database, open_database: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that had it open has ended: a user who may only read the file reads it as it stands."""
    store.close()
    assert store.path
    log = store.path.with_name(f"{store.path.name}-wal")
    log.touch()

    class Vanishing(sqlite3.Connection):
        """SQLite's connection to a file whose folder this user may not write to."""

        def execute(self, *_: Any) -> sqlite3.Cursor:
            log.unlink()
            error = sqlite3.OperationalError("attempt to write a readonly database")
            error.sqlite_errorcode = sqlite3.SQLITE_READONLY_DIRECTORY
            raise error

    def connect(name: Any, **options: Any) -> sqlite3.Connection:
        kind = Vanishing if log.exists() else sqlite3.Connection
        return sqlite3.Connection(name, **options) if "uri" in options else kind(name, **options)

    monkeypatch.setattr(sqlite3.dbapi2, "connect", connect)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert held(open_database(store.url.render_as_string())) == ["one"]


@pytest.fixture
def store(sqlite_template: Path, tmp_path: Path, open_database: Open) -> Database:
    """A SQLite store with one row."""
    path = tmp_path / "store.db"
    shutil.copyfile(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    write(database)
    return database


def write(database: Database, holder: str = "one") -> None:
    with database.writing() as connection:
        connection.execute(sa.insert(poller).values(WATCHING | {"holder": holder}))


def held(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(sa.select(poller.c.holder)).scalars())


def move(folder: Path, target: Path) -> None:
    """As `mv store.db* elsewhere`."""
    target.mkdir(exist_ok=True)
    for path in folder.glob("store.db*"):
        path.rename(target / path.name)


def test_what_a_transaction_may_do_is_not_what_the_last_one_might(database: Database) -> None:
    """Reading writes nothing and writing checks references, also on a connection that did the other or migrated."""
    of_no_run = sa.insert(label).values(source_id=1, run_key=1, key="team", value="x")
    for _ in range(2):
        with pytest.raises(StoreError), database.reading() as connection:
            connection.execute(sa.insert(poller).values(WATCHING))
        with pytest.raises(StoreError), database.migrating() as connection:
            connection.execute(of_no_run)
        with pytest.raises(RowRefusedError), database.writing() as connection:
            connection.execute(of_no_run)
        with database.writing() as connection:
            assert connection.execute(sa.select(poller)).all() == []


def test_a_store_that_was_moved_away_is_missed(store: Database, tmp_path: Path) -> None:
    """Nothing is written to a file without its name, and none is made at its place; put back, all is there."""
    move(tmp_path, tmp_path / "away")
    for act in (write, held, write):
        with pytest.raises(StoreMissingError, match=r"store\.db: no store .* put it back"):
            act(store)
    assert list(tmp_path.glob("store.db*")) == []
    move(tmp_path / "away", tmp_path)
    write(store, "two")
    assert held(store) == ["one", "two"]


@pytest.mark.parametrize("content", ["a store", "nothing"])
def test_a_store_that_was_replaced_is_not_gone_on_with(
    store: Database, tmp_path: Path, sqlite_template: Path, content: str
) -> None:
    """What is there instead stays as it is, whatever it is; the next program may begin with it."""
    path = tmp_path / "store.db"
    move(tmp_path, tmp_path / "away")
    other = sqlite_template.read_bytes() if content == "a store" else b""
    path.write_bytes(other)
    for act in (write, held):
        with pytest.raises(StoreError, match=r"store\.db was replaced by another file: "):
            act(store)
    assert path.read_bytes() == other
    store.close()
    if other:
        assert held(store) == []
    move(tmp_path / "away", tmp_path)
    store.close()
    assert held(store) == ["one"]


def test_who_only_reads_takes_what_is_there_now(
    store: Database, tmp_path: Path, open_database: Open, sqlite_template: Path
) -> None:
    """A copy that comes each night is read without starting again."""
    reader = open_database(store.url.render_as_string())
    assert held(reader) == ["one"]
    move(tmp_path, tmp_path / "away")
    shutil.copyfile(sqlite_template, tmp_path / "store.db")
    assert held(reader) == []
