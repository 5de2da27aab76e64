"""Opening a store's database."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from recorder.errors import RowRefusedError, StoreError, StoreMissingError
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.revision import current_revision
from recorder.store.schema import REVISION, label, poller

Open = Callable[[str], Database]
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
        with pytest.raises(StoreError, match="readonly"), database.writing() as connection:
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
