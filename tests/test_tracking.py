"""`recorder track`: bytes on stdin, whatever the surroundings, become ids; what is none is reported."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from recorder.cli.main import cli, run
from recorder.store.engine import Database


@dataclass(frozen=True)
class Ended:
    code: int
    err: str


Track = Callable[..., Ended]


@pytest.fixture
def track_apart(database: Database, tmp_path: Path) -> Track:
    """`recorder track` in a process of its own, with bytes on stdin."""

    def run(*arguments: str, stdin: bytes = b"", **environ: str) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "recorder", "track", *arguments, "--db", url_of(database)],
            input=stdin,
            env={"HOME": str(tmp_path), **environ},
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.stdout == b""
        return Ended(done.returncode, done.stderr.decode("utf-8", "backslashreplace"))

    return run


@pytest.fixture
def track(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Track:
    """`recorder track`, with bytes on stdin."""
    monkeypatch.setenv("RECORDER_CONFIG", os.devnull)

    def run_here(*arguments: str, stdin: bytes = b"") -> Ended:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = run(cli, ["track", *arguments, "--db", url_of(database)])
        out, err = capsys.readouterr()
        assert out == ""
        return Ended(code, err)

    return run_here


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def tracked(database: Database) -> list[str]:
    with database.reading() as connection:
        view = sa.table(
            "runs", sa.column("run_id"), schema=None if database.dialect.is_file else "recorder"
        )
        return sorted(connection.execute(sa.select(view.c.run_id)).scalars())


@pytest.mark.slow
@pytest.mark.parametrize(
    "surroundings",
    [{}, {"LC_ALL": "C"}, {"PYTHONIOENCODING": "latin-1"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}],
)
def test_stdin_is_utf_8_in_any_locale(
    track_apart: Track, database: Database, surroundings: dict[str, str]
) -> None:
    """A byte order mark, CRLF, comments, JSON and JSON strings: the ids are those that were written."""
    lines = '\ufeffer_one\r\n# my ids\r\n"er_x"\r\n{"id": "no", "runId": "er ü"}\r\n\r\ner_ключ\r\n'
    assert track_apart("-", stdin=lines.encode(), **surroundings) == Ended(0, "")
    assert tracked(database) == sorted(["er_one", "er_x", "er ü", "er_ключ"])


def test_a_line_that_is_no_id_stops_only_itself(track: Track, database: Database) -> None:
    """It is reported with its number, the others are tracked, and the exit code is 2."""
    ended = track(
        "er_a", "-", "x" * 3000, stdin=b"er_1\ner_bad id\n" + b"y" * 3000 + b"\n\xff\ner_2\n"
    )
    assert ended.code == 2
    told = [line.partition(":")[2].partition(":")[0].strip() for line in ended.err.splitlines()]
    assert told == [
        *[f"line {number} of stdin" for number in (2, 3, 4)],
        "argument 3 of the command line",
    ]
    assert tracked(database) == ["er_1", "er_2", "er_a"]


@pytest.mark.parametrize("arguments", [["-"], [""], ["y" * 513]])
def test_nothing_but_wrong_ids(track: Track, database: Database, arguments: list[str]) -> None:
    """Nothing is tracked, and that is said."""
    ended = track(*arguments, stdin=b"{\n")
    assert (ended.code, ended.err.count("\n")) == (2, 2)
    assert ended.err.endswith("recorder: no ids: nothing was tracked\n")
    assert tracked(database) == []


@pytest.mark.parametrize(
    "label", ["k=" + "v" * 3000, "k" * 3000 + "=v", b"k=\xff".decode("utf-8", "surrogateescape")]
)
def test_a_label_that_no_store_keeps(track: Track, database: Database, label: str) -> None:
    """It is refused in one line, and nothing is tracked."""
    ended = track("er_1", "--label", label)
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "--label" in ended.err
    assert tracked(database) == []
