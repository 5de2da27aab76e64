"""Opening a store's database."""

import os
from pathlib import Path

import pytest

from recorder.store.engine import Database
from recorder.store.migrate import current_revision, upgrade
from recorder.store.schema import REVISION


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
