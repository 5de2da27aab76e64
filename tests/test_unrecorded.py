"""Answers in hand when the store is gone for good: kept in a file, from which an import makes them whole."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url
from stores import answer, document, failure, rows

from recorder.cli.main import cli, run
from recorder.ledger.answer import Answer, Outcome
from recorder.sandbox import Fault, Kind, Sandbox
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.transfer.lines import parse_line
from recorder.transfer.unrecorded import keep_answers

KEY = "pk_sandbox"
SETTINGS = Settings(database_url="sqlite:///unused")


def kept(monkeypatch: pytest.MonkeyPatch, folder: Path, *answers: Answer) -> tuple[str, list[str]]:
    """The file of the answers, and what was reported."""
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    told: list[str] = []
    keep_answers(answers, SETTINGS, told.append)
    [path] = (folder / "puffle-recorder").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    return path.read_text(encoding="utf-8"), told


def test_each_answer_comes_back_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row, bytes that are none, a failure and a refusal are read back by import with every field and byte."""
    answers = [
        answer(1, document("er_1", "completed")),
        answer(2, b'{"run": \xff\x00 nothing', run_id="er_2"),
        failure(3, Outcome.NETWORK_ERROR, http_status=None, detail="timed out"),
        failure(4, Outcome.NOT_VISIBLE, http_status=404),
    ]
    text, _ = kept(monkeypatch, tmp_path, *answers)
    lines = text.encode().splitlines()
    for line, one in zip(lines, answers, strict=True):
        read = parse_line(line, source="other").record
        assert isinstance(read, Answer)
        names = (
            "source",
            "run_id",
            "observed_at",
            "outcome",
            "http_status",
            "latency_ms",
            "detail",
        )
        assert [getattr(read, name) for name in names] == [getattr(one, name) for name in names]
        assert read.body == one.body


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "said"), [(3, "only 3 of them (then: File too large) are kept"), (0, "lost")]
)
def test_a_full_disk_leaves_whole_lines(tmp_path: Path, n: int, said: str) -> None:
    """As many answers as there is room for are kept, each whole; without room for one there is no file."""
    code = f"""
import signal, resource
from stores import answer
from recorder.settings import Settings
from recorder.transfer.unrecorded import keep_answers
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
one = answer(1, b"x" * 1000)
resource.setrlimit(resource.RLIMIT_FSIZE, ({n} * 2000 + 100, resource.RLIM_INFINITY))
keep_answers([one] * 9, Settings(database_url="sqlite:///unused"), print)
"""
    environ = {
        **os.environ,
        "XDG_STATE_HOME": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).parent),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, check=True, capture_output=True, text=True
    )
    assert said in done.stdout
    files = list((tmp_path / "puffle-recorder").iterdir())
    assert len(files) == bool(n)
    lines = [line for path in files for line in path.read_bytes().splitlines()]
    assert [type(parse_line(line, source="other").record) for line in lines] == [Answer] * n


def test_where_no_file_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers are lost, and that is reported with the reason."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    told: list[str] = []
    keep_answers([answer(1)], SETTINGS, told.append)
    [line] = told
    assert line.endswith(": Not a directory; they are lost")


@contextmanager
def gone(url: str) -> Iterator[None]:
    """A store that nobody can open: its folder is away, or its server lets nobody in."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        folder = Path(str(where.database)).parent
        away = folder.rename(folder.with_name("away"))
        yield
        away.rename(folder)
        return
    to_server = where.set(drivername="postgresql", database="postgres")
    with psycopg.connect(to_server.render_as_string(hide_password=False), autocommit=True) as admin:
        name = sql.Identifier(str(where.database))
        admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        admin.execute(ended, [where.database])
        yield
        admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


@pytest.mark.slow
def test_a_watch_that_ends_without_its_store_loses_nothing(
    bare_url: str, open_database: Callable[[str], Database], tmp_path: Path
) -> None:
    """It ends with 1 and the line to import; after that every answer of the server is in the store, each once."""
    database = open_database(bare_url)
    upgrade(database)
    with Sandbox(users={"default": KEY}).start() as sandbox:
        environ: dict[str, Any] = {
            **os.environ,
            "HOME": str(tmp_path),
            "RECORDER_DATABASE_URL": bare_url,
            "RECORDER_BASE_URL": sandbox.url,
            "PUFFLE_API_KEY": KEY,
        }
        sandbox.inject(Fault(kind=Kind.SLOW, seconds=4))
        ids = [sandbox.put(document(f"er_{n}", "running")) for n in range(4)]
        command = [sys.executable, "-m", "recorder"]
        subprocess.run([*command, "track", *ids], env=environ, check=True, capture_output=True)
        watch = subprocess.Popen(
            [*command, "poll", "--forever"], env=environ, stderr=subprocess.PIPE, text=True
        )
        _wait(lambda: len(sandbox.requests) >= 8)  # the last four take their time
        database.close()
        with gone(bare_url):
            watch.send_signal(signal.SIGTERM)
            _, said = watch.communicate(timeout=60)
        assert watch.returncode == 1
        [path] = re.findall(r"they are kept: once the store is back, 'recorder import (.*)'", said)
        done = subprocess.run(
            [*command, "import", path], env=environ, check=True, capture_output=True
        )
        assert b"already" in done.stderr
        polls = rows(database, "poll")["poll"]
        assert len(polls) == len(sandbox.requests)
        assert run(cli, ["import", "--db", bare_url, path]) == 0
        assert rows(database, "poll")["poll"] == polls


def _wait(until: Any) -> None:
    ends = time.monotonic() + 60
    while not until():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.02)
