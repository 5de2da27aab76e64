"""Opening a store's database."""

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from recorder.errors import StoreError
from recorder.store.engine import Database
from recorder.store.migrate import current_revision, upgrade
from recorder.store.schema import REVISION, poller

WATCHING = {"holder": "elsewhere/1/a", "alive_until": 0, "wanted": "[]", "is_guest": False}


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
