"""A shell completes commands, options and the words of the store; it is never disturbed by a message."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from stores import answer, document, register

from recorder.store.engine import Database
from recorder.store.read.vocabulary import words_like
from recorder.store.write.record import Recorder

_ASK = """
eval "$(_RECORDER_COMPLETE=bash_source recorder)"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_recorder_completion recorder
printf '%s\\n' "${COMPREPLY[@]}"
"""


def shell(*command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A shell that finds the program."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return subprocess.run(
        command,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def completed(url: str, *words: str) -> list[str]:
    """What a real bash offers for the last word; nothing else is printed."""
    done = shell("bash", "-c", _ASK, "bash", "recorder", *words, RECORDER_DATABASE_URL=url)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


@pytest.fixture
def stocked(database: Database, store_url: str) -> str:
    """A store with two sources."""
    register(database, ["er_1", "er_2"], labels={"team": "growth"})
    register(database, ["ER_9"], source="team_b")
    body = document("er_1", "completed", enrichment={"slug": "work_email"})
    Recorder(database).record([answer(1, body)])
    return store_url


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("dur",), ["durations"]),
        (("runs", "--form"), ["--format"]),
        (("runs", "--format", "nd"), ["ndjson"]),
        (("status", "er_"), ["er_1", "er_2"]),
        (("durations", "--by", "slug,ver"), ["slug,version"]),
        (("runs", "--source", ""), ["default", "team_b"]),
        (("runs", "--status", "failed,com"), ["failed,completed"]),
        (("runs", "--slug", "work"), ["work_email"]),
        (("runs", "--label", "te"), ["team=growth"]),
        (("runs", "--slug", "_"), []),
        (("events", "--kind", "ended,ov"), ["ended,overdue"]),
        (("sources", "--move", "team"), ["team_b"]),
    ],
)
def test_a_shell_completes(stocked: str, words: tuple[str, ...], found: list[str]) -> None:
    """Commands, options, formats and terms; run ids, sources and words of filters as the store has them."""
    assert completed(stocked, *words) == found


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    ["import h", "runs --db h", "runs --config h", "export runs --out h", "metrics --out h"],
)
def test_a_shell_completes_the_names_of_files(words: str) -> None:
    """Where a file is named, the shell is asked for its own completion."""
    line = f"recorder {words}"
    at = str(len(line.split()) - 1)
    done = shell("recorder", COMP_WORDS=line, COMP_CWORD=at, _RECORDER_COMPLETE="bash_complete")
    assert (done.stdout, done.stderr) == ("file,h\n", "")


def test_the_runs_tracked_last_are_completed(database: Database) -> None:
    """A hundred ids are enough to choose from, and are those that somebody may still remember; case counts."""
    register(database, [f"er_{n:03}" for n in range(150)] + ["ER_1"])
    with database.reading() as connection:
        found = words_like(connection, "run_id", "er_")
        assert words_like(connection, "slug", "") == []
    assert set(found) <= {f"er_{n:03}" for n in range(50, 150)}
    assert len(found) >= 99


@pytest.mark.slow
@pytest.mark.parametrize(
    "url", ["none.db", "postgresql://127.0.0.1:1/nothing", "mysql://x", "/dev/null"]
)
def test_a_store_that_does_not_answer_completes_nothing(url: str, tmp_path: Path) -> None:
    """No store, no server, no URL: no word, no message, and none is made."""
    where = str(tmp_path / url) if url.endswith(".db") else url
    assert completed(where, "status", "er_") == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_store_of_the_line_is_the_one_asked(stocked: str) -> None:
    """--db, where it is typed already, beats the environment."""
    assert completed("none.db", "runs", "--db", stocked, "--source", "t") == ["team_b"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(name: str) -> None:
    """The program prints the script that the shell reads."""
    done = shell("recorder", _RECORDER_COMPLETE=f"{name}_source")
    assert "_recorder_completion" in done.stdout
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.external
@pytest.mark.slow
@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_the_shell_can_read_its_script(name: str, tmp_path: Path) -> None:
    """zsh and fish find no mistake in theirs."""
    script = tmp_path / "script"
    script.write_text(shell("recorder", _RECORDER_COMPLETE=f"{name}_source").stdout)
    done = shell(name, "-n", str(script))
    assert (done.returncode, done.stderr) == (0, "")
