"""A copy of a SQLite store is one instant of it, verified, and takes its name only when it is whole."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from shapes import fill
from stores import answer, content, register

from recorder.cli.main import cli, run
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.write.record import Recorder

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def store(
    tmp_path: Path, sqlite_template: Path, open_database: Callable[[str], Database]
) -> Database:
    """A SQLite store with a bit of everything."""
    path = shutil.copyfile(sqlite_template, tmp_path / "store.db")
    return fill(open_database(f"sqlite:///{path}"))


def back_up(store: Database, out: Path) -> int:
    """The exit code of the command."""
    return run(cli, ["db", "backup", "--db", str(store.path), "--out", str(out)])


def test_a_copy_is_an_equal_store(
    store: Database, tmp_path: Path, open_database: Callable[[str], Database], capsys: Capture
) -> None:
    """Its rows are the store's, only its owner may read it, an older copy gives way to it, and nothing else is left."""
    out = tmp_path / "copy.db"
    assert back_up(store, out) == 0
    Recorder(store).record([answer(100_000)])
    assert back_up(store, out) == 0
    assert capsys.readouterr().err.endswith(" bytes, verified\n")
    assert list(tmp_path.glob("*copy.db*")) == [out]
    assert content(open_database(f"sqlite:///{out}")) == content(store)
    assert out.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.slow
def test_a_copy_under_load_is_one_instant(store: Database, tmp_path: Path) -> None:
    """While another thread records, each copy passes every check, and holds no fewer polls than the one before."""
    path, stopped = str(store.path), threading.Event()

    def record() -> None:
        with closing(Database(f"sqlite:///{path}")) as other:
            register(other)
            for at in range(200_000, 300_000):
                if stopped.is_set():
                    return
                Recorder(other).record([answer(at)])

    writer = threading.Thread(target=record)
    writer.start()
    counts: list[int] = []
    while len(counts) < 5 or counts[-1] == counts[0]:
        out = tmp_path / f"copy{len(counts)}.db"
        assert back_up(store, out) == 0
        with closing(sqlite3.connect(out)) as copy:
            counts.append(copy.execute("SELECT count(*) FROM polls").fetchone()[0])
        assert writer.is_alive()
    stopped.set()
    writer.join()
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_no_copy_of_a_damaged_store(store: Database, tmp_path: Path, capsys: Capture) -> None:
    """What is damaged is reported, and an older copy stays as it is."""
    out = tmp_path / "copy.db"
    assert back_up(store, out) == 0
    before = out.read_bytes()
    assert store.path is not None
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("DELETE FROM part WHERE part_id IN (SELECT part_id FROM snapshot)")
        connection.commit()
    assert back_up(store, out) == 1
    assert "refers to nothing" in capsys.readouterr().err
    assert out.read_bytes() == before


@pytest.mark.slow
def test_a_copy_that_was_killed_is_removed_by_the_next(store: Database, tmp_path: Path) -> None:
    """It has no name that anybody would take for a copy, and is not left for ever."""
    path, out = store.path, tmp_path / "copy.db"
    assert path is not None
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE more AS SELECT zeroblob(100000000) AS x")
    command = [sys.executable, "-m", "recorder", "db", "backup", "--out", str(out), "--db"]
    with subprocess.Popen([*command, str(path)]) as process:
        while not list(tmp_path.glob(".copy.db.*.partial")):
            assert process.poll() is None
        process.kill()
    assert list(tmp_path.glob(".copy.db.*"))
    assert not out.exists()
    assert back_up(store, out) == 0
    assert not list(tmp_path.glob(".copy.db.*"))


@pytest.mark.parametrize("command", [["db", "backup"], ["metrics"]])
def test_a_folder_is_no_file(
    store: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    """Where a file is to be written, a folder is named as one."""
    assert run(cli, [*command, "--db", store.name, "--out", str(tmp_path)]) == 2
    assert f"File '{tmp_path}' is a directory" in capsys.readouterr().err


def test_a_copy_that_has_no_folder_says_what_to_do(
    store: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message has the system's words, and not the name of a file that is made aside."""
    out = tmp_path / "file" / "copy.db"
    (tmp_path / "file").touch()
    assert run(cli, ["db", "backup", "--db", store.name, "--out", str(out)]) == 1
    reason = "no copy could be made (File exists): choose another path with --out"
    assert capsys.readouterr().err == f"recorder: {out}: {reason}\n"


@pytest.mark.slow
def test_a_full_disk_leaves_nothing(store: Database, tmp_path: Path) -> None:
    """One line says so, and no part of the copy stays."""
    command = [sys.executable, "-m", "recorder", "db", "backup", "--db", str(store.path), "--out"]
    done = subprocess.run(
        ["prlimit", f"--fsize={2**16}", *command, tmp_path / "copy.db"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "no copy could be made" in done.stderr
    assert not list(tmp_path.glob("*copy.db*"))


_LOCKS = """
import fcntl, sys
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, fcntl.LOCK_EX)
print(flush=True)
sys.stdin.read()
"""


def test_a_copy_waits_for_no_lock_on_itself(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a network's file system the lock that keeps others from removing it is one of a stranger to SQLite."""
    held: list[subprocess.Popen[bytes]] = []

    def lock(descriptor: int, _: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        command = [sys.executable, "-c", _LOCKS, str(path)]
        pipe = subprocess.PIPE
        held.append(subprocess.Popen(command, stdin=pipe, stdout=pipe))
        assert held[-1].stdout is not None
        held[-1].stdout.readline()

    monkeypatch.setattr("recorder.store.files.flock", lock)
    assert back_up(store, tmp_path / "copy.db") == 0
    [holder] = held
    assert holder.poll() is None
    holder.kill()
    holder.communicate()


def test_files_of_others_stay(store: Database, tmp_path: Path, capsys: Capture) -> None:
    """A file that is no store, the store itself, and a folder that is not there: one line, nothing is written."""
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE t (x)")
    before = other.read_bytes()
    assert store.path is not None
    missing = tmp_path / "none" / "copy.db"
    for out, code in ((other, 1), (store.path, 2)):
        assert back_up(store, out) == code
        assert capsys.readouterr().err.count("\n") == 1
    assert other.read_bytes() == before
    assert back_up(store, missing) == 0  # as for a store, its folder is made


def test_a_store_of_another_history_stays(
    store: Database, tmp_path: Path, open_database: Callable[[str], Database], capsys: Capture
) -> None:
    """A file whose sources are not all of the store is no older copy: nothing is written, and one line names the source."""
    other = open_database(f"sqlite:///{tmp_path / 'other.db'}")
    upgrade(other)
    register(other, source="theirs")
    before = content(other)
    assert other.path is not None
    assert back_up(store, other.path) == 2
    assert "its source 'theirs' is none of" in capsys.readouterr().err
    assert content(other) == before


def test_postgres_has_tools_of_its_own(
    postgres_database: Database, tmp_path: Path, capsys: Capture
) -> None:
    """The command names pg_dump, exit code 2, without the URL's password."""
    url = postgres_database.url.render_as_string(hide_password=False)
    assert run(cli, ["db", "backup", "--db", url, "--out", str(tmp_path / "x.dump")]) == 2
    assert "pg_dump --schema recorder" in capsys.readouterr().err
