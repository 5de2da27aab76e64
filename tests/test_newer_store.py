"""A program that goes on while a newer one upgrades its store: it writes nothing by its own rules, and ends."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from shapes import page
from stores import T0, S, answer, document, register, rows, set_revision
from virtual import Scene, ended, pages_of

from recorder.errors import StoreError, StoreNewerError
from recorder.polling.watch_options import RunMode
from recorder.sandbox import Fault, Kind, Sandbox
from recorder.store import sealed as blocks
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.schema import REVISION
from recorder.store.write.capture import record_page
from recorder.store.write.record import Recorder
from recorder.store.write.sealing import seal
from recorder.store.write.track import untrack

KEY = "pk_sandbox"
NEWER = "9999"


def test_no_answer_is_recorded_in_a_newer_store(database: Database) -> None:
    """The transaction of a program that began before the upgrade changes nothing, and says what to do."""
    register(database, ["er_1"])
    recorder = Recorder(database)
    recorder.record([answer(1)])
    set_revision(database, NEWER)
    before = rows(database)
    with pytest.raises(StoreNewerError, match=f"has schema {NEWER}, newer .*: upgrade the program"):
        recorder.record([answer(2, document("er_1", "completed"))])
    assert rows(database) == before
    with pytest.raises(StoreNewerError):
        record_page(database, page({"status": "completed"}))
    assert rows(database) == before
    set_revision(database, REVISION)
    assert len(recorder.record([answer(2, document("er_1", "completed"))])) == 1


def test_a_newer_store_without_a_column_is_told_to_be_newer(database: Database) -> None:
    """A watch whose answers wait for the store would else try again for ever."""
    register(database, ["er_1"])
    recorder = Recorder(database)
    rename_column(database, "latency_ms", "gone")
    with pytest.raises(StoreError, match="latency_ms") as found:
        recorder.record([answer(1)])
    assert not isinstance(found.value, StoreNewerError)
    set_revision(database, NEWER)
    with pytest.raises(StoreNewerError, match=f"has schema {NEWER}, newer "):
        recorder.record([answer(1)])
    set_revision(database, REVISION)
    rename_column(database, "gone", "latency_ms")
    assert len(recorder.record([answer(1)])) == 1


def rename_column(database: Database, before: str, after: str, table: str = "poll") -> None:
    """Give a column of a table another name."""
    schema = "" if database.dialect.is_file else "recorder."
    with database.writing() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {schema}{table} RENAME COLUMN {before} TO {after}")


@pytest.mark.parametrize("dialect", ["sqlite"])  # a server has a clock of its own
@pytest.mark.parametrize(
    ("table", "column"), [("poller", "wanted"), ("key_slot", "free_at"), ("item", "lead_id")]
)
def test_a_watch_ends_whatever_table_its_newer_store_has_changed(
    database: Database, table: str, column: str
) -> None:
    """Leases, budgets and leads too: it would else try again for ever."""
    scene = Scene(database, lambda _, run_id, __: ended(run_id), pages=pages_of(9), items=True)

    def upgrade() -> None:
        set_revision(database, NEWER)
        rename_column(database, column, "gone", table)

    scene.track("er_1")
    scene.time.at(3, upgrade)
    with pytest.raises(StoreNewerError, match=f"has schema {NEWER}, newer "):
        scene.watch(RunMode.FOREVER, seconds=40)
    assert scene.time.now < T0 + 20 * S


def test_a_store_that_does_not_answer_is_waited_for_once() -> None:
    """No second connection asks for its revision."""
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    tries: list[object] = []
    sa.event.listen(database.engine, "do_connect", lambda *_: tries.append(None))
    with pytest.raises(StoreError):
        Recorder(database).record([answer(1)])
    assert len(tries) == 1


def test_no_block_is_sealed_in_a_newer_store(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block is of the schema that it was made for."""
    monkeypatch.setattr(blocks, "PER_BLOCK", 2)
    register(database, [f"er_{n}" for n in range(5)])
    with database.writing() as connection:
        for key in range(1, 6):
            untrack(connection, 1, key, now=T0)
    set_revision(database, NEWER)
    with pytest.raises(StoreNewerError):
        seal(database)
    set_revision(database, REVISION)
    assert seal(database) > 0


@pytest.mark.slow
def test_a_watch_ends_when_its_store_is_upgraded(
    bare_url: str, open_database: Callable[[str], Database], tmp_path: Path
) -> None:
    """It ends with 1 and one line that names both schemas; what it has in hand is kept for an import."""
    database = open_database(bare_url)
    upgrade(database)
    with Sandbox(users={"default": KEY}).start() as sandbox:
        environ = {
            **os.environ,
            "HOME": str(tmp_path),
            "XDG_STATE_HOME": str(tmp_path),
            "RECORDER_DATABASE_URL": bare_url,
            "RECORDER_BASE_URL": sandbox.url,
            "PUFFLE_API_KEY": KEY,
        }
        sandbox.inject(Fault(kind=Kind.SLOW, seconds=1))
        ids = [sandbox.put(document(f"er_{n}", "running")) for n in range(4)]
        command = [sys.executable, "-m", "recorder"]
        subprocess.run([*command, "track", *ids], env=environ, check=True, capture_output=True)
        watch = subprocess.Popen(
            [*command, "poll", "--forever"], env=environ, stderr=subprocess.PIPE, text=True
        )
        until = time.monotonic() + 60
        while len(sandbox.requests) < 8:
            assert time.monotonic() < until
            time.sleep(0.02)
        set_revision(database, NEWER)
        _, said = watch.communicate(timeout=60)
        assert watch.returncode == 1
        *_, last = said.splitlines()
        assert f"has schema {NEWER}, newer than this program's {REVISION}: upgrade" in last
        assert "tried again" not in said
        set_revision(database, REVISION)
        for path in re.findall(
            r"they are kept: once the store is back, 'recorder import (.*)'", said
        ):
            subprocess.run([*command, "import", path], env=environ, check=True, capture_output=True)
        assert len(rows(database, "poll")["poll"]) == len(sandbox.requests)
