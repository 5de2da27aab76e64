"""`recorder db`: makes and upgrades the store, and tells in what state it is."""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile

import pytest
import sqlalchemy as sa
from programs import Program
from shapes import fill
from stores import set_revision

from recorder.cli.main import cli, run
from recorder.instants import parse_instant
from recorder.store.engine import Database
from recorder.store.revision import current_revision
from recorder.store.schema import REVISION

Capture = pytest.CaptureFixture[str]


def status_of(url: str, capsys: Capture) -> tuple[int, dict[str, object], str]:
    """Exit code, row and stderr of `db status`."""
    code = run(cli, ["db", "status", "--db", url, "--format", "json"])
    out, err = capsys.readouterr()
    return code, json.loads(out), err


def test_a_store_from_nothing_to_current(
    bare_url: str, capsys: Capture, open_database: Callable[[str], Database]
) -> None:
    """Status says that it is missing and what to run, makes nothing; upgrade makes it; then it is current."""
    code, row, err = status_of(bare_url, capsys)
    assert (code, row["state"], row["revision"], row["runs"]) == (1, "missing", None, None)
    assert "no store at" in err
    assert current_revision(open_database(bare_url)) is None
    assert run(cli, ["db", "upgrade", "--db", bare_url]) == 0
    assert capsys.readouterr().err.startswith("recorder: made the store ")
    code, row, err = status_of(bare_url, capsys)
    assert (code, row["state"], row["revision"], row["head"]) == (0, "current", REVISION, REVISION)
    assert (row["runs"], row["polls"], row["last_polled_at"], err) == (0, 0, None, "")
    assert run(cli, ["db", "upgrade", "--db", bare_url]) == 0
    assert capsys.readouterr().err.endswith(" is up to date\n")


def test_status_counts_what_the_store_holds(
    database: Database, store_url: str, capsys: Capture
) -> None:
    """Sources, runs, snapshots and polls are as many as the views have rows; size and last poll are told."""
    fill(database)
    _, row, _ = status_of(store_url, capsys)
    schema = None if database.dialect.is_file else "recorder"
    with database.reading() as connection:
        for name in ("runs", "snapshots", "polls"):
            count = sa.select(sa.func.count()).select_from(sa.table(name, schema=schema))
            assert row[name] == connection.execute(count).scalar_one() > 10
    assert row["sources"] == 2
    size = row["size_bytes"]
    assert isinstance(size, int)
    assert 50_000 < size < 100_000_000  # an empty database of Postgres alone has 7 to 10 MB
    assert parse_instant(str(row["last_polled_at"])) is not None
    assert str(row["kind"]).split()[0] == ("SQLite" if database.dialect.is_file else "Postgres")
    assert (
        "***" in str(row["store"])
        or "@" not in str(row["store"])
        or "postgres@" in str(row["store"])
    )


@pytest.mark.slow
def test_an_older_store_is_told_and_upgraded(tmp_path: Path, sqlite_template: Path) -> None:
    """An outdated store: exit code 1 and the command to run; that command copies it aside and upgrades it."""
    path = tmp_path / "it's old.db"
    copyfile(sqlite_template, path)
    program = Program(tmp_path / "next")
    status = ("db", "status", "--db", str(path), "--format", "json")
    told = program.command(*status)
    row = json.loads(told.stdout)
    assert (told.returncode, row["state"], row["revision"], row["runs"]) == (
        1,
        "outdated",
        REVISION,
        None,
    )
    assert "recorder db upgrade" in told.stderr
    done = program.command("db", "upgrade", "--db", str(path))
    assert (done.returncode, "upgraded" in done.stderr) == (0, True)
    assert program.command(*status).returncode == 0
    assert list(tmp_path.glob("*.backup"))


def test_a_newer_store_is_left_alone(
    tmp_path: Path, sqlite_template: Path, capsys: Capture, open_database: Callable[[str], Database]
) -> None:
    """A store of a later program: both commands say so, and change nothing."""
    path = tmp_path / "new.db"
    copyfile(sqlite_template, path)
    set_revision(open_database(f"sqlite:///{path}"), "9999")
    code, row, err = status_of(str(path), capsys)
    assert (code, row["state"], row["revision"]) == (1, "newer", "9999")
    assert "upgrade the program" in err
    assert run(cli, ["db", "upgrade", "--db", str(path)]) == 1
    assert "newer than this program" in capsys.readouterr().err
    assert status_of(str(path), capsys)[1]["revision"] == "9999"


def test_status_is_readable(store_url: str, capsys: Capture) -> None:
    """As a table, one line a value."""
    assert run(cli, ["db", "status", "--db", store_url]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 11
    assert any(line.split() == ["state:", "current"] for line in lines)


def test_status_keeps_a_long_path_whole(
    tmp_path: Path, sqlite_template: Path, capsys: Capture
) -> None:
    """The table names a file in a line of its own, however long, so that the path can be copied."""
    path = tmp_path.joinpath(*(f"folder{n}" for n in range(9)), "runs.db")
    path.parent.mkdir(parents=True)
    copyfile(sqlite_template, path)
    assert run(cli, ["db", "status", "--db", str(path)]) == 0
    assert capsys.readouterr().out.startswith(f"store:          {path}\nkind:           SQLite")
