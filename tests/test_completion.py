"""A shell completes commands, options and the words of the store; it is never disturbed by a message."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from stores import answer, document, register
from terminals import Screen

from recorder.store.engine import Database
from recorder.store.read.vocabulary import words_like
from recorder.store.write.record import Recorder

_ASK = """
eval "$SCRIPT"
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


@cache
def script(name: str) -> "subprocess.CompletedProcess[str]":
    """The script of a shell, as the program prints it."""
    return shell("recorder", _RECORDER_COMPLETE=f"{name}_source")


def completed(url: str, *words: str) -> list[str]:
    """What a real bash offers for the last word; nothing else is printed."""
    settings = {"SCRIPT": script("bash").stdout, "RECORDER_DATABASE_URL": url}
    done = shell("bash", "-c", _ASK, "bash", "recorder", *words, **settings)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def stock(database: Database) -> None:
    """Fill a store with two sources."""
    register(database, ["er_1", "er_2"], labels={"team": "growth"})
    register(database, ["ER_9"], source="team_b")
    body = document("er_1", "completed", enrichment={"slug": "work_email"})
    Recorder(database).record([answer(1, body)])


@pytest.fixture
def stocked(database: Database, store_url: str) -> str:
    """A store with two sources."""
    stock(database)
    return store_url


@pytest.fixture
def screen(sqlite_template: Path, tmp_path: Path) -> Iterator[Screen]:
    """A terminal in a folder with a store of two sources."""
    path = tmp_path / "store.db"
    path.write_bytes(sqlite_template.read_bytes())
    with closing(Database(f"sqlite:///{path}")) as database:
        stock(database)
    environ = {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "HOME": str(tmp_path),
        "TERM": "screen-256color",
        "LANG": "C.UTF-8",
        "RECORDER_CONFIG": os.devnull,
        "RECORDER_DATABASE_URL": str(path),
    }
    screen = Screen(tmp_path / "tmux", environ)
    try:
        yield screen
    finally:
        screen("kill-server")


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
        (("runs", "--label", "team", "="), ["growth"]),
        (("runs", "--label", "team", "=", "g"), ["growth"]),
        (("runs", "--label", "=", "team", "=", "g"), ["growth"]),
        (("runs", "--label", "'team=g"), ["team=growth"]),
        (("runs", "--label", "a", "=", "b", "--source", "=", "t"), ["team_b"]),
        (("runs", "--label", "a", "=", "b", "--source", ""), ["default", "team_b"]),
        (("runs", "--label", "a", "=", "--source", "t"), ["team_b"]),
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
    done = script(name)
    assert "_recorder_completion" in done.stdout
    assert (done.returncode, done.stderr) == (0, "")


SHELLS = {
    "bash": ("bash --norc", "PS1='> '", 'eval "$(_RECORDER_COMPLETE=bash_source recorder)"'),
    "zsh": (
        "zsh -f",
        "PS1='> '; autoload -U compinit; compinit -u -D",
        'eval "$(_RECORDER_COMPLETE=zsh_source recorder)"',
    ),
    "fish": (
        "fish --no-config",
        "function fish_prompt; echo -n '> '; end; set -g fish_autosuggestion_enabled 0",
        "_RECORDER_COMPLETE=fish_source recorder | source",
    ),
}
"""Of each shell how it starts without anybody's settings, its settings here, and the README's line."""

TYPED = {
    "recorder dur": "durations",
    "recorder db up": "upgrade",
    "recorder runs --form": "--format",
    "recorder runs --format nd": "ndjson",
    "recorder status E": "ER_9",
    "recorder runs --slug work": "work_email",
    "recorder runs --source te": "team_b",
    "recorder runs --source=te": "--source=team_b",
    "recorder runs --label te": "team=growth",
    "recorder durations --by slug,ver": "slug,version",
    "recorder runs --label team=g": "team=growth",
    "recorder runs --label=team=g": "--label=team=growth",
    "recorder runs --label=team=growth --source=te": "--source=team_b",
    "recorder import sto": "store.db",
    "recorder runs --db sto": "store.db",
    "recorder runs --db=sto": "--db=store.db",
}
"""What is typed before TAB, and the word that it becomes."""


def ending(line: str) -> Callable[[list[str]], bool]:
    """Whether a screen's last line is this one."""
    return lambda lines: lines[-1] == line


@pytest.mark.external
@pytest.mark.slow
@pytest.mark.parametrize("name", SHELLS)
def test_somebody_completes_a_line_with_tab(screen: Screen, name: str) -> None:
    """In each shell, TAB writes the rest of a command, an option, a run id, a word of the store, a file."""
    start, settings, line = SHELLS[name]
    screen.start(100, f"cd; exec {start}")
    for command in (settings, line):
        screen("send-keys", "-l", f"{command}; clear")
        screen("send-keys", "Enter")
        screen.until(lambda lines: lines == [">"])
    for typed, word in TYPED.items():
        before, _, _ = typed.rpartition(" ")
        screen("send-keys", typed, "Tab")
        screen.until(ending(f"> {before} {word}"))
        screen("send-keys", "C-c")
        screen.until(ending(">"))
