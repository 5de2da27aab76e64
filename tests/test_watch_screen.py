"""`recorder watch` on a real terminal: tmux, at two widths, while runs go on, windows change and somebody presses Ctrl-C."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from stores import T0, S, answer, document, register
from terminals import Screen

from recorder.instants import iso, now_us
from recorder.sandbox import Sandbox
from recorder.store.engine import Database
from recorder.store.write.record import Recorder

pytestmark = [pytest.mark.external, pytest.mark.slow]

IDS = ("er_01JC8Z6M3Q", "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "er_slow")


def body(run_id: str, age: int, *, done: int, wall: int | None = None) -> dict[str, Any]:
    """A ledger row of a run that was created so many seconds ago."""
    created = now_us() // S * S - age * S
    end = {} if wall is None else {"completedAt": iso(created + wall * S)}
    counts = {"pending": 40 - done, "running": 0, "completed": done, "skipped": 0, "failed": 0}
    return document(
        run_id,
        "running" if wall is None else "completed",
        enrichment={"slug": "work_email", "version": 1},
        scope={"resolvedCount": 40, "counts": counts},
        timing={"createdAt": iso(created), "startedAt": iso(created)} | end,
    )


@pytest.fixture
def screen(sqlite_template: Path, tmp_path: Path) -> Iterator[Screen]:
    """A shell in a store with runs in flight, one of them slow, and twenty of their likes; a ledger serves them."""
    path = tmp_path / "store.db"
    path.write_bytes(sqlite_template.read_bytes())
    with Sandbox().start() as sandbox, closing(Database(f"sqlite:///{path}")) as database:
        now = (now_us() - T0) // S
        likes = [f"done{n}" for n in range(20)]
        register(database, [*likes, *IDS], at=now - 9000)
        with database.writing() as connection:
            connection.exec_driver_sql("UPDATE source SET base_url = ?", (sandbox.url,))
        ended = [body(key, 8000, done=40, wall=100 + n) for n, key in enumerate(likes)]
        answers = [
            answer(now - 7000, one, run_id=key) for one, key in zip(ended, likes, strict=True)
        ]
        Recorder(database).record(answers)
        with database.writing() as connection:
            connection.exec_driver_sql("UPDATE watch SET due_at = NULL WHERE n_snapshots > 0")
        for run_id in IDS[:2]:
            sandbox.script(run_id, [body(run_id, 30, done=done) for done in range(5, 41)])
        sandbox.put(body("er_slow", 200, done=5))
        program = tmp_path / "recorder"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m recorder "$@"\n')
        program.chmod(0o755)
        environ = {
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "TERM": "screen-256color",
            "LANG": "C.UTF-8",
            "RECORDER_CONFIG": os.devnull,
            "RECORDER_DATABASE_URL": str(path),
            "RECORDER_BASE_URL": sandbox.url,
            "RECORDER_RATE": "6000",
            "RECORDER_EVERY": "300ms",
            "PUFFLE_API_KEY": "pk_sandbox",
        }
        screen = Screen(tmp_path / "tmux", environ)
        try:
            yield screen
        finally:
            screen("kill-server")


HEADLINE = "3 in flight - polled here"


def is_drawn(lines: list[str]) -> bool:
    """Whether the whole table stands there, once, and nothing else."""
    return (
        lines[0] == HEADLINE
        and lines[1].startswith("run ")
        and [line.split(" ")[0] for line in lines[2:]] == list(IDS)
    )


BRIEF = r"\d+s \(\d+s-\d+s\)"
AT_LENGTH = r"about [\dms ]+ \([\dms ]+ to [\dms ]+\)"


@pytest.mark.parametrize(("width", "left"), [(80, BRIEF), (120, BRIEF), (160, AT_LENGTH)])
def test_it_shows_what_one_wants_to_know(screen: Screen, width: int, left: str) -> None:
    """Ids are whole, progress is by the counts, what remains stands there, a slow run is marked."""
    screen.start(width, "recorder watch")
    short, long, slow = screen.until(lambda lines: is_drawn(lines) and "/40" in lines[3])[2:]
    assert re.search(rf" running .*\d+/40 .*{left}", short)
    assert re.search(rf" running .*\d+/40 .*{left}", long)
    assert re.search(r" running .* 5/40 .*slow$", slow)


@pytest.mark.parametrize("width", [80, 120])
def test_it_is_calm(screen: Screen, width: int) -> None:
    """Whenever one looks the table is whole, its columns are where they were, and its counts go on."""
    screen.start(width, "recorder watch")
    seen = [screen.until(lambda lines: is_drawn(lines) and "(" in lines[2])]
    while len(seen) <= 50 or (len(counts(seen)) <= 3 and len(seen) < 1000):
        seen.append(screen.lines())
    assert all(map(is_drawn, seen))
    assert len({lines[1] for lines in seen}) == 1
    assert len({line.index("running") for lines in seen for line in lines[2:]}) == 1
    assert len(counts(seen)) > 3


def counts(seen: list[list[str]]) -> set[str]:
    """The counts of the first run that were shown."""
    return {found for lines in seen for found in re.findall(r"\d+/40", lines[2])[:1]}


def test_a_window_that_changes_its_size_is_drawn_anew(screen: Screen) -> None:
    """Nothing of the table before is left; a narrow or low window still has ids, counts, and the headline once."""
    screen.start(120, "recorder watch")
    screen.until(is_drawn)
    for width, height in ((80, 20), (120, 20), (60, 20), (80, 7), (100, 20)):
        screen("resize-window", "-x", str(width), "-y", str(height))
        lines = screen.until(lambda lines: lines[0] == HEADLINE and "/40" in lines[2])
        assert lines.count(HEADLINE) == 1
        assert [line[:4] for line in lines[2:5]] == [run_id[:4] for run_id in IDS]
        assert len(lines) == 5
        assert max(map(len, lines)) <= width


def test_control_c_leaves_the_table_and_a_prompt(screen: Screen) -> None:
    """It ends with 0; the last table stands there once, the prompt below it, and the cursor is there again."""
    screen.start(80, "recorder watch; echo ended $?")
    screen.until(is_drawn)
    assert screen("display-message", "-p", "#{cursor_flag}") == "0\n"
    screen("send-keys", "C-c")
    *table, ended, prompt = screen.until(lambda lines: lines[-1] == "$")
    assert is_drawn(table)
    assert (ended, prompt) == ("ended 0", "$")
    assert screen("display-message", "-p", "#{cursor_flag}") == "1\n"
