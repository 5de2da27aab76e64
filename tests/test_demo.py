"""`recorder demo`: the whole story, on a store of its own, and nothing of the user's."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from recorder.cli.main import cli, run
from recorder.demo_service import demo_population, demo_settings, is_over
from recorder.instants import MINUTE, SECOND, now_us
from recorder.sandbox import Ending
from recorder.settings import ENVIRONMENT


def test_its_population_is_small_and_of_every_ending() -> None:
    """A few dozen runs that begin within 5 s and are over within 11 s, but for one that is overdue already."""
    now = now_us()
    runs = demo_population(now).runs
    endings = Counter(one.ending for one in runs)
    assert 24 <= len(runs) <= 36
    assert set(endings) == set(Ending)
    assert endings[Ending.STUCK] == 1
    for one in runs:
        if one.ending is Ending.STUCK:
            assert one.created_at < now - 10 * MINUTE
        else:
            assert one.settled_at is not None
            assert now - 1000 <= one.created_at <= one.settled_at <= now + 11 * SECOND


def test_it_is_not_over_before_every_run_is_tracked() -> None:
    """An empty store is no story told to its end."""
    settings = demo_settings(database_url="sqlite:////demo.db", base_url="http://127.0.0.1:1")
    assert not is_over(settings, demo_population(0))([], 0)


def test_it_takes_no_store_that_is_there(
    sqlite_template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A store with a history is not the demo's to write to."""
    path = tmp_path / "mine.db"
    path.write_bytes(sqlite_template.read_bytes())
    assert run(cli, ["demo", "--db", str(path)]) == 2
    assert "name a new file" in capsys.readouterr().err
    assert path.read_bytes() == sqlite_template.read_bytes()


@pytest.mark.parametrize("text", ["mysql://there/db", ":memory:"])
def test_its_store_must_be_one_that_can_be_kept(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What names no store is a usage error that names the option."""
    assert run(cli, ["demo", "--db", text]) == 2
    assert capsys.readouterr().err.startswith("recorder: --db: ")


@pytest.mark.slow
def test_the_whole_story(tmp_path: Path) -> None:
    """In an empty home, with settings that are all wrong, it tells the story in 80 columns and ends with 0."""
    (tmp_path / "home").mkdir()
    environ = dict.fromkeys(ENVIRONMENT.values(), "wrong on purpose")
    environ |= {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-m", "recorder", "demo"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert [line[:18] for line in done.stderr.splitlines()] == ["recorder: overdue:"]
    assert f"  . {Path(sys.executable).with_name('activate')}\n" in done.stdout
    # Wider on a machine that stands still: a headline of runs in every state, and a row of whole ids with long ages.
    as_it_comes = (str(tmp_path), " polled here", "  run_")
    readable = [
        line for line in done.stdout.splitlines() if not any(one in line for one in as_it_comes)
    ]
    assert max(map(len, readable)) <= 80
    assert list((tmp_path / "home").iterdir()) == []
    for told in ("$ recorder runs", "$ recorder history", "$ recorder overdue", "triggerRunId"):
        assert told in done.stdout + done.stderr
    assert "recorder poll --for 55s" in done.stdout
    (folder,) = tmp_path.glob("recorder-demo-*")
    assert f"rm -r {folder}\n" in done.stdout
    assert_recorded(tmp_path)


@pytest.mark.slow
def test_an_interrupted_demo_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C ends it with 130, and its temporary folder is gone."""
    environ = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-m", "recorder", "demo"], env=environ, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        # Python dies of the signal itself where it came while source text was being executed: to a shell the same.
        assert process.wait(timeout=60) in (130, -signal.SIGINT)
    assert list(tmp_path.glob("recorder-demo-*")) == []


def assert_recorded(folder: Path) -> None:
    """Every run is in the store, to its end, as the population had it."""
    (store,) = folder.glob("recorder-demo-*/recorder.db")
    with closing(sqlite3.connect(store)) as connection:
        statuses = Counter(word for (word,) in connection.execute("SELECT status FROM runs"))
        outcomes = {word for (word,) in connection.execute("SELECT outcome FROM polls")}
        completed = "SELECT cost_quality FROM runs WHERE status = 'completed'"
        quality = {word for (word,) in connection.execute(completed)}
    endings = Counter(one.ending.removesuffix("-pending") for one in demo_population(now_us()).runs)
    endings["running"] = endings.pop(Ending.STUCK)
    assert statuses == endings
    assert outcomes == {"changed", "unchanged"}
    assert quality == {"both"}
