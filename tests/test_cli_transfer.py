"""`recorder export` and `recorder import`: files whole or not at all, every format, messages of one line."""

import contextlib
import io
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from programs import Program
from shapes import fill
from stores import T0, S, document

from recorder.cli.main import cli, run
from recorder.instants import iso
from recorder.queries import Queries
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.schema import REVISION
from recorder.transfer.outgoing import whole_file
from recorder.views import VIEWS

Capture = pytest.CaptureFixture[str]
INTERRUPTIBLE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever starts the tests may ignore it
from recorder.cli.main import main
sys.exit(main())
"""
KILLED = """
import os, signal, sys
from pathlib import Path
from recorder.transfer.outgoing import whole_file
with whole_file(Path(sys.argv[1])) as place:
    place.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database)
    return database


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def shown(database: Database) -> dict[str, list[dict[str, Any]]]:
    """What people see of a store; documents refer to parts by number, so they stand for themselves in exports."""
    archive = Queries(database, Settings(database_url="sqlite://"))
    held = {name: [dict(row) for row in getattr(archive, name)()] for name in VIEWS}
    for row in held["snapshots"]:
        del row["document"]
    return held


def test_export_and_import_from_the_command_line(
    filled: Database, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file or `-` either way; a missing SQLite store is made, and that is said; data alone stands on stdout."""
    whole = tmp_path / "whole.ndjson"
    assert run(cli, ["export", "answers", "--db", url_of(filled), "--out", str(whole)]) == 0
    assert capsys.readouterr() == ("", "")
    copy = str(tmp_path / "copy.db")
    assert run(cli, ["import", str(whole), "--db", copy]) == 0
    out, err = capsys.readouterr()
    count = len(whole.read_bytes().splitlines())
    assert out == ""
    assert f"made the store {copy}" in err
    assert f"{count} lines: " in err
    assert run(cli, ["export", "answers", "--db", copy, "--out", "-"]) == 0
    printed, _ = capsys.readouterr()
    assert printed.encode() == whole.read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(whole.read_bytes())))
    assert run(cli, ["import", "-", "--db", copy]) == 0
    assert " 0 answers new, " in capsys.readouterr().err


@pytest.mark.slow
def test_import_brings_an_older_sqlite_store_up_to_date(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """A store of the schema before is copied aside and upgraded, and that is said."""
    path = tmp_path / "old.db"
    path.write_bytes(sqlite_template.read_bytes())
    lines = tmp_path / "lines.ndjson"
    lines.write_text(json.dumps({"observed_at": iso(T0), "body": document()}))
    done = Program(tmp_path / "next").command("import", str(lines), "--db", str(path))
    assert done.returncode == 0
    assert f"upgraded {path} from schema {REVISION}" in done.stderr
    assert list(tmp_path.glob("*.backup"))


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["export", "runs", "--out", "runs.xls"], 2, "add --format"),
        (["export", "answers", "--out", "a.csv"], 2, "as ndjson, not as csv"),
        (["export", "colours", "--out", "-"], 2, "colours"),
        (["export", "runs", "--out", "/no/such/folder/runs.csv"], 1, "/no/such/folder/runs.csv"),
        (["import", "no-such-file.ndjson"], 2, "no-such-file.ndjson: No such file"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    database: Database, capsys: Capture, arguments: list[str], code: int, why: str
) -> None:
    """A format that nobody knows, a place that is not there, a file that is not there."""
    assert run(cli, [*arguments, "--db", url_of(database)]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert why in err


def test_a_bad_line_is_left_out(tmp_path: Path, capsys: Capture) -> None:
    """File, line and reason stand on stderr, the others are in, and the exit code is 2."""
    lines, store = tmp_path / "lines.ndjson", str(tmp_path / "new.db")
    good = json.dumps({"observed_at": iso(T0), "source": "a", "body": document()})
    future = json.dumps({"observed_at": "9999-01-01T00:00Z", "body": document("er_2")})
    lines.write_text(f"\ufeff\n{{}}\n{future}\n{good}\n", encoding="utf-8")
    assert run(cli, ["import", str(lines), "--db", store, "--into", "b"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"recorder: line 2 of {lines}: no observed_at" in err
    assert (
        f"recorder: line 3 of {lines}: observed_at 9999-01-01T00:00:00.000000Z is more than" in err
    )
    assert "recorder: 4 lines: 1 answer new, 0 known already, 2 lines left out\n" in err
    assert run(cli, ["runs", "--db", store, "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("b,er_1,")
    assert run(cli, ["import", str(lines), "--db", store, "--into", " b"]) == 2
    assert "--into= b: not a name" in capsys.readouterr().err


@pytest.mark.slow
def test_views_go_out_in_every_format(filled: Database, tmp_path: Path, capsys: Capture) -> None:
    """ndjson, csv and parquet hold every row and column of the view; parquet with exact amounts and instants."""
    for name, expected in shown(filled).items():
        assert_export(filled, name, expected, tmp_path)
    assert capsys.readouterr() == ("", "")


def assert_export(
    filled: Database, name: str, rows_expected: list[dict[str, Any]], tmp_path: Path
) -> None:
    for ending in ("ndjson", "csv", "parquet"):
        path = tmp_path / f"{name}.{ending}"
        assert run(cli, ["export", name, "--db", url_of(filled), "--out", str(path)]) == 0
    lines = (tmp_path / f"{name}.ndjson").read_text("utf-8").splitlines()
    assert [tuple(json.loads(line)) for line in lines] == [tuple(VIEWS[name])] * len(rows_expected)
    table = pd.read_csv(tmp_path / f"{name}.csv")
    assert list(table.columns) == list(VIEWS[name])
    assert len(table) == len(rows_expected)
    frame = pd.read_parquet(tmp_path / f"{name}.parquet", dtype_backend="pyarrow")
    assert list(frame.columns) == list(VIEWS[name])
    for column in rows_expected[0] if rows_expected else ():
        held = [None if pd.isna(value) else value for value in frame[column]]
        assert held == [row[column] for row in rows_expected], column


def test_a_view_as_of_a_time_goes_out(filled: Database, capsys: Capture) -> None:
    """`--as-of` and `--source` count for exports of views."""
    arguments = [
        "--db",
        url_of(filled),
        "--out",
        "-",
        "--source",
        "growth",
        "--as-of",
        iso(T0 + 7 * S),
    ]
    assert run(cli, ["export", "polls", *arguments]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["polled_at"] for line in lines] == [iso(T0), iso(T0 + 5 * S)]


def test_without_pyarrow_parquet_is_refused_in_a_line(
    filled: Database, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what to install, and nothing is left at the place."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = tmp_path / "runs.parquet"
    assert run(cli, ["export", "runs", "--db", url_of(filled), "--out", str(path)]) == 2
    assert "pip install pyarrow" in capsys.readouterr().err
    assert not [file for file in tmp_path.iterdir() if "parquet" in file.name]


@pytest.mark.slow
def test_an_interrupted_import_says_what_is_in(tmp_path: Path) -> None:
    """Ctrl-C ends with 130, and one line tells how many lines were taken."""
    line = json.dumps({"observed_at": iso(T0), "body": document("er_%d")}) + "\n"
    store = tmp_path / "new.db"
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, "import", "-", "--db", str(store)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write("".join(line % number for number in range(1500)))
        process.stdin.flush()
        assert "made the store" in process.stderr.readline()
        while not _runs_in(store):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        process.stdin.close()
    assert process.returncode == 130
    assert said.strip() == (
        "recorder: stopped; 1,000 lines: 1,000 answers new, 0 known already;"
        " import it again for the rest"
    )


def _runs_in(store: Path) -> int:
    with contextlib.closing(sqlite3.connect(store)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM run").fetchone()
    return int(count)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_an_export_is_for_its_owner_alone(filled: Database, tmp_path: Path, umask: int) -> None:
    """Whatever the umask, and whatever file was there, nobody else can read what runs said."""
    before = os.umask(umask)
    try:
        for name in ("answers.ndjson", "runs.csv", "snapshots.parquet"):
            path = tmp_path / name
            path.touch(0o666)
            assert run(cli, ["export", path.stem, "--db", url_of(filled), "--out", str(path)]) == 0
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(before)


@pytest.mark.slow
def test_leftovers_of_killed_exports_are_removed(tmp_path: Path) -> None:
    """The next export of a path removes what a killed one left there; what another process still writes stays."""
    path, other = tmp_path / "out.csv", tmp_path / "out.csv.gz"
    for one in (path, other):
        subprocess.run([sys.executable, "-c", KILLED, str(one)], check=False)
    assert len(list(tmp_path.iterdir())) == 2
    with whole_file(path) as first:
        first.write_text("first")
        assert len(list(tmp_path.iterdir())) == 2
        with whole_file(path) as second:
            second.write_text("second")
        assert first.read_text() == "first"
    assert path.read_text() == "first"
    (left,) = (one for one in tmp_path.iterdir() if one != path)
    assert left.name.startswith(".out.csv.gz.")


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """What fails midway leaves the old file as it was, and no other; a pipe or device is written to as it is."""
    path = tmp_path / "out.ndjson"
    path.write_text("old")

    def fail() -> None:
        with whole_file(path) as place:
            place.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with whole_file(path) as place:
        place.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    with whole_file(Path("/dev/null")) as place:
        assert place == Path("/dev/null")
