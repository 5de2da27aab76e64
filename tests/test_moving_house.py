"""A history moves from one kind of store to the other and back by export and import, and is the same afterwards."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from made_answers import random_answers
from stores import BASE_URL, T0, S, rows
from surroundings import without_settings

from recorder.analyses import Analyses
from recorder.analysis.analysis import Question
from recorder.analysis.filters import Filters
from recorder.analysis.registry import ANALYSES
from recorder.cli.main import cli, run
from recorder.instants import DAY
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.write.record import Recorder
from recorder.store.write.sources import ensure_source
from recorder.store.write.track import add_seen_runs, track

RUNS = 600
LATER = T0 + 30 * DAY
OPTIONS = {"compare": {"a": Filters(slug=("work_email",)), "b": Filters(slug=("phone",))}}


def fill(database: Database) -> None:
    """A random history in random order, as it was tracked, with labels."""
    answers = random_answers(seed=23, runs=RUNS)
    with database.writing() as connection:
        number = ensure_source(connection, "default", base_url=BASE_URL, now=T0)
        by_time = sorted(answers, key=lambda one: -one.observed_at)
        add_seen_runs(connection, number, {a.run_id: a.observed_at for a in by_time})
        some = [f"er_{n:03}" for n in range(0, RUNS, 3)]
        track(connection, "default", some, now=T0 + 9 * S, labels={"team": "a"})
    for start in range(0, len(answers), 500):
        Recorder(database).record(answers[start : start + 500])


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def export(database: Database, path: Path) -> bytes:
    assert run(cli, ["export", "answers", "--db", url_of(database), "--out", str(path)]) == 0
    return path.read_bytes()


def import_killed_midway(database: Database, path: Path) -> int:
    """Import a file in a process that is killed once a part is in; the polls that are."""
    lines = path.read_bytes().splitlines(keepends=True)
    command = [sys.executable, "-m", "recorder", "import", "-", "--db", url_of(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=without_settings()) as process:
        assert process.stdin
        process.stdin.writelines(lines[: len(lines) * 2 // 3])
        process.stdin.flush()
        until = time.monotonic() + 60
        while not (held := len(rows(database, "poll")["poll"])):
            assert time.monotonic() < until
            time.sleep(0.1)
        process.kill()
    return held


def digests(database: Database) -> list[tuple[object, ...]]:
    """Every state: of which run, at which place, its digest and the time at which it was seen."""
    names = ("run_key", "seq", "digest", "first_seen_at", "last_seen_at", "n_polls")
    return [tuple(one[name] for name in names) for one in rows(database, "snapshot")["snapshot"]]


def answers_of(database: Database, as_of: int = LATER) -> dict[str, object]:
    """What every analysis of the registry says of the same moment."""
    asked = Analyses(database, Settings(database_url="sqlite://"), as_of=as_of)
    found: dict[str, object] = {}
    for name, entry in ANALYSES.items():
        by = None if entry.flag_of else ("slug",)
        report = asked.analyse(name, Question(by=by, options=OPTIONS.get(name, {})))
        found[name] = (list(report.rows), report.foot)
    return found


@pytest.mark.slow
def test_there_and_back_with_a_kill_on_the_way(
    database: Database,
    other: Database,
    sqlite_template: Path,
    tmp_path: Path,
    open_database: Callable[[str], Database],
) -> None:
    """States, polls, every analysis and the export itself are equal; an import that was killed goes on by being run again."""
    fill(database)
    path, back = tmp_path / "answers.ndjson", tmp_path / "back.ndjson"
    exported = export(database, path)
    held = import_killed_midway(other, path)
    assert 0 < held < len(rows(database, "poll")["poll"])
    assert run(cli, ["import", str(path), "--db", url_of(other)]) == 0
    assert export(other, back) == exported
    again = tmp_path / "again.db"
    again.write_bytes(sqlite_template.read_bytes())
    third = open_database(f"sqlite:///{again}")
    assert run(cli, ["import", str(back), "--db", url_of(third)]) == 0
    expected = digests(database), answers_of(database)
    for moved in (other, third):
        assert (digests(moved), answers_of(moved)) == expected
        assert run(cli, ["db", "check", "--db", url_of(moved)]) == 0
