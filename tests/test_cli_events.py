"""What happened is printed in order, each event once, through kills at least once."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from kept import once
from stores import answer, document, empty, failure, register, view

import recorder
from recorder.cli.main import cli, run
from recorder.ledger.answer import Outcome
from recorder.queries import Queries
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.write.record import Recorder

Ask = Callable[..., tuple[int, str, str]]
GONE = (Outcome.NOT_VISIBLE, 404)


@pytest.fixture
def ask(store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs `recorder events`; its exit code, and what it printed on stdout and stderr."""
    monkeypatch.setenv("RECORDER_CONFIG", os.devnull)

    def asked(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(cli, ["events", *arguments, "--db", store_url])
        return code, *capsys.readouterr()

    return asked


def end(database: Database, *run_ids: str, at: int = 9) -> None:
    """Let runs end."""
    recorder_of = Recorder(database)
    for run_id in run_ids:
        states = (document(run_id), document(run_id, "failed", error={"message": "a\x1b[31m"}))
        recorder_of.record([answer(at + n, s, run_id=run_id) for n, s in enumerate(states)])


@pytest.fixture
@once
def store(database: Database) -> Database:
    """A store in which three runs have ended."""
    register(database, ("er_1", "er_2", "er_3"))
    end(database, "er_1", "er_2", "er_3")
    return database


def ids(out: str) -> list[int]:
    """The numbers of printed lines."""
    return [json.loads(line)["event_id"] for line in out.splitlines()]


def test_every_door_shows_the_rows_of_the_view(store: Database, ask: Ask, store_url: str) -> None:
    """Command, frame and SQL have the same events; a terminal escape in a message is shown, not obeyed."""
    printed = json.loads(ask("--format", "json")[1])
    with recorder.open(store_url) as history:
        frame = history.events()
    seen = sorted(view(store, "events"), key=lambda row: int(row["event_id"]))
    assert [row["event_id"] for row in printed] == list(frame["event_id"]) == [1, 2, 3]
    for name in ("kind", "detail", "run_id", "source"):
        assert [row[name] for row in printed] == list(frame[name]) == [row[name] for row in seen]
    code, table, _ = ask()
    assert (code, table.count("failed: a\\x1b[31m")) == (0, 3)


def test_a_cursor_goes_on_after_the_last_line(store: Database, ask: Ask, tmp_path: Path) -> None:
    """In every format; with nothing new it prints nothing, and what happens later comes next."""
    cursor = str(tmp_path / "seen")
    assert ids(ask("--cursor", cursor, "--limit", "1", "--format", "ndjson")[1]) == [1]
    assert ask("--cursor", cursor, "--limit", "1", "--format", "csv")[1].splitlines()[1][0] == "2"
    assert json.loads(ask("--cursor", cursor, "--format", "json")[1])[0]["event_id"] == 3
    for form in ("table", "csv", "markdown", "json", "ndjson"):
        assert ask("--cursor", cursor, "--format", form) == (0, "", "")
    Recorder(store).record([failure(20, *GONE, run_id="er_2")])
    assert "lost" in ask("--cursor", cursor)[1]
    assert (tmp_path / "seen").read_text() == "4\n"
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_filters_choose_events(store: Database, ask: Ask) -> None:
    """By kind, time and run; `--sort` and `--limit` as everywhere."""
    Recorder(store).record([failure(20, *GONE, run_id="er_2")])
    ndjson = ("--format", "ndjson")
    assert ids(ask(*ndjson, "--kind", "lost,found")[1]) == [4]
    assert ids(ask(*ndjson, "--since", "2025-11-20T09:00:15Z")[1]) == [4]
    assert ids(ask(*ndjson, "--sort=-event_id", "--limit", "2")[1]) == [4, 3]
    assert ids(ask(*ndjson, "--status", "completed")[1]) == []
    assert ids(ask(*ndjson, "--as-of", "2025-11-20T09:00:15Z")[1]) == [1, 2, 3]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the command runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--kind", "nope"), "'nope': choose from ended, overdue"),
        (("--cursor", "seen", "--sort", "kind"), "--sort: --cursor and --follow print"),
        (("--follow", "--as-of", "1h"), "--as-of: --cursor and --follow print"),
        (("--follow", "--format", "json"), "--format json has an end"),
        (("--cursor", "nowhere/seen"), "name a file in a folder that you can write to"),
        (("--cursor", "."), "Is a directory"),
        (("--cursor", "odd"), "holds '-1', not the number of an event: remove it"),
        (("--cursor", "far"), "is at event 99, the store has 3: it belongs to another store"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    store: Database, ask: Ask, folder: Path, arguments: Sequence[str], said: str
) -> None:
    """With exit code 2, before anything is printed; the store is left alone."""
    (folder / "odd").write_text("-1")
    (folder / "far").write_text("99\n")
    code, out, err = ask(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
    assert len(view(store, "events")) == 3


def test_a_device_that_is_full_moves_no_cursor(
    store: Database, store_url: str, tmp_path: Path
) -> None:
    """What could not be printed comes again."""
    command = f"{sys.executable} -m recorder events --db '{store_url}' --format ndjson --cursor"
    seen = tmp_path / "seen"
    done = subprocess.run(
        ["sh", "-c", f"{command} {seen} > /dev/full"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, seen.read_text()) == (1, "0\n")
    assert len(view(store, "events")) == 3


def started(store_url: str, *arguments: str, **more: Any) -> "subprocess.Popen[bytes]":
    """Start `recorder events --follow`."""
    command = [sys.executable, "-m", "recorder", "events", "--follow", *arguments]
    return subprocess.Popen([*command, "--db", store_url], **more)


def lines_of(path: Path, least: int) -> list[str]:
    """The lines of a file, once there are so many."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        lines = path.read_text().splitlines() if path.exists() else []
        if len(lines) >= least:
            return lines
        time.sleep(0.05)
    raise AssertionError(f"{len(lines)} lines of {least}")


@pytest.mark.slow
@pytest.mark.parametrize("form", ["ndjson", "table"])
def test_follow_prints_what_happens_next(
    store: Database, store_url: str, tmp_path: Path, form: str
) -> None:
    """A line as soon as it is recorded, until it is stopped."""
    out = tmp_path / "out"
    with out.open("w") as target, started(store_url, "--format", form, stdout=target) as process:
        try:
            lines_of(out, 3)
            Recorder(store).record([failure(20, *GONE, run_id="er_2")])
            assert "lost" in lines_of(out, 4)[3]
        finally:
            process.terminate()


@pytest.mark.slow
def test_a_cursor_is_used_by_one_process_at_a_time(
    store: Database, store_url: str, ask: Ask, tmp_path: Path
) -> None:
    """A second one is refused, in a line that says so, and moves nothing; it goes on once the first has ended."""
    seen, out = str(tmp_path / "seen"), tmp_path / "out"
    more = ("--cursor", seen, "--format", "ndjson")
    with out.open("w") as target, started(store_url, *more, stdout=target) as process:
        assert ids("\n".join(lines_of(out, 3))) == [1, 2, 3]
        while Path(seen).read_text() != "3\n":
            time.sleep(0.02)
        code, printed, said = ask(*more)
        process.kill()
    assert (code, printed) == (2, "")
    assert "seen is used by another process: give each its own" in said
    Recorder(store).record([failure(20, *GONE, run_id="er_2")])
    assert ids(ask(*more)[1]) == [4]


@pytest.mark.slow
def test_a_hundred_kills_lose_no_event(database: Database, store_url: str, tmp_path: Path) -> None:
    """Every event is in the file, in order; doubled are only those at kills, known by their number."""
    register(database, [f"er_{n}" for n in range(400)])
    rng, writing = Random(5), threading.Thread(target=lambda: _end_all(database))
    writing.start()
    file, seen, again = tmp_path / "out", str(tmp_path / "seen"), 0
    for _ in range(100):
        before = len(file.read_text().splitlines()) if file.exists() else 0
        with (
            file.open("a") as target,
            started(store_url, "--cursor", seen, "--format", "ndjson", stdout=target) as process,
        ):
            time.sleep(rng.uniform(0.2, 0.9))
            process.kill()
        numbers = ids(file.read_text())
        again += bool(set(numbers[:before]) & set(numbers[before:]))
    writing.join()
    with (
        file.open("a") as target,
        started(store_url, "--cursor", seen, "--format", "ndjson", stdout=target) as process,
    ):
        while not (lines := ids(file.read_text())) or lines[-1] < 400:
            time.sleep(0.1)
        process.kill()
    counts = Counter(lines)
    assert sorted(counts) == list(range(1, 401))
    assert lines == sorted(lines)
    assert sum(count - 1 for count in counts.values()) == again


def _end_all(database: Database) -> None:
    for n in range(400):
        end(database, f"er_{n}")
        time.sleep(0.1)


COMMITS = """
import sys
from stores import answer, document
from recorder.store.engine import Database
from recorder.store.write.record import Recorder
url, source = sys.argv[1:]
recorder = Recorder(Database(url))
for n in range(150):
    for at, status in enumerate(("running", "failed")):
        body = document(f"er_{n}", status)
        recorder.record([answer(at, body, run_id=f"er_{n}", source=source)])
"""


@pytest.fixture
def pollers(postgres_database: Database) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Four processes that are about to record the ends of 150 runs each, one a commit."""
    empty(postgres_database)
    url = postgres_database.url.render_as_string(hide_password=False)
    for source in "abcd":
        register(postgres_database, [f"er_{n}" for n in range(150)], source=source)
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    started = [
        subprocess.Popen([sys.executable, "-c", COMMITS, url, source], env=environ)
        for source in "abcd"
    ]
    yield started
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_no_event_is_passed_over_while_four_processes_commit(
    postgres_database: Database, pollers: list["subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    """A reader that always goes on after the largest number that it has seen sees all, in order; `--follow` too."""
    url = postgres_database.url.render_as_string(hide_password=False)
    queries, seen = Queries(postgres_database, Settings(database_url="sqlite://")), [0]
    out = tmp_path / "out"
    with (
        out.open("w") as target,
        started(url, "--format", "ndjson", stdout=target) as following,
    ):
        while any(process.poll() is None for process in pollers):
            seen += [int(str(row["event_id"])) for row in queries.events(after=seen[-1])]
        followed = lines_of(out, 600)
        following.terminate()
    assert ids("\n".join(followed)) == list(range(1, 601))
    seen += [int(str(row["event_id"])) for row in queries.events(after=seen[-1])]
    assert seen == list(range(601))
    assert [process.returncode for process in pollers] == [0] * 4
