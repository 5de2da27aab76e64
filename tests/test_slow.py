"""Runs that are slow against their own normal, on both kinds of store."""

import json
import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from stores import T0, S, answer, document, register

from recorder.analysis.wall_times import is_slow
from recorder.cli.main import cli, run
from recorder.instants import iso, now_us
from recorder.store.engine import Database
from recorder.store.write.record import Recorder

Ask = Callable[..., tuple[int, str]]

AGES = (20, 40, 61, 300)
"""Ages of the runs in flight, seconds; the likes took 41 to 60."""


@pytest.fixture
def ask(store_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a command on the store; its exit code, and what it printed."""
    monkeypatch.setenv("RECORDER_CONFIG", os.devnull)

    def asked(*arguments: str) -> tuple[int, str]:
        code = run(cli, [*arguments, "--db", store_url])
        return code, capsys.readouterr().out

    return asked


def body(
    run_id: str, created: int, *, wall: int | None = None, version: int = 1, leads: int = 20
) -> dict[str, Any]:
    """A ledger row; times in seconds since T0, no wall while it is in flight."""
    end = {} if wall is None else {"completedAt": iso(T0 + (created + wall) * S)}
    return document(
        run_id,
        "running" if wall is None else "completed",
        enrichment={"slug": "x", "version": version},
        scope={"resolvedCount": leads},
        timing={"createdAt": iso(T0 + created * S)} | end,
    )


def fill(database: Database, now: int, *, n: int = 20) -> None:
    """Store n completed runs of 41, 42, ... seconds, and runs in flight of `AGES`, one a version without likes."""
    ended = {f"done{i}": body(f"done{i}", now - 3600, wall=41 + i) for i in range(n)}
    running = {f"age{age}": body(f"age{age}", now - age) for age in AGES}
    running["other"] = body("other", now - 300, version=2)
    bodies = ended | running
    register(database, bodies, at=now - 4000)
    Recorder(database).record([answer(now - 2, text, run_id=key) for key, text in bodies.items()])


def seconds_now() -> int:
    return (now_us() - T0) // S


def told(ask: Ask, *arguments: str) -> dict[str, Any]:
    """The rows of `overdue` in JSON by run id."""
    code, out = ask("overdue", *arguments, "--format", "json")
    assert code == 0
    return {row["run_id"]: row for row in json.loads(out)}


@pytest.mark.parametrize("n", [18, 19, 20, 99, 100])
def test_slow_is_the_last_twentieth(n: int) -> None:
    """A run is slow when 1 + the likes that took as long are at most a twentieth of n + 1; below 19 nobody knows."""
    rng = random.Random(n)
    like = sorted(rng.uniform(10, 100) for _ in range(n))
    for us in (5, *(int(wall) + 1 for wall in like), 101):
        p = (1 + len([wall for wall in like if wall >= us])) / (n + 1)
        assert is_slow(like, us) is (None if n < 19 else p <= 0.05), us


def test_a_like_that_took_exactly_as_long_counts() -> None:
    """With 19 likes only a run beyond all of them is slow."""
    like = [float(us) for us in range(1, 20)]
    assert (is_slow(like, 19), is_slow(like, 20)) == (False, True)


def test_overdue_lists_slow_runs_on_demand(ask: Ask, database: Database) -> None:
    """Without --slow only overdue runs stand there; with it also those older than all likes; null with too few likes."""
    fill(database, seconds_now())
    assert told(ask) == {}
    slow = told(ask, "--slow")
    assert {run_id: row["slow"] for run_id, row in slow.items()} == {"age61": True, "age300": True}
    assert {row["overdue_seconds"] for row in slow.values()} == {None}
    late = told(ask, "--slow", "--overdue-after", "10s")
    assert {run_id: row["slow"] for run_id, row in late.items()} == {
        "age20": False,
        "age40": False,
        "age61": True,
        "age300": True,
        "other": None,
    }
    assert all("slow" not in row for row in told(ask, "--overdue-after", "10s").values())


def test_the_page_of_a_slow_run_says_so(ask: Ask, database: Database) -> None:
    """In words; of one that is not, or of which nobody knows, nothing."""
    fill(database, seconds_now())
    pages = {key: " ".join(ask("status", key)[1].split()) for key in ("age61", "age40", "other")}
    assert (
        "running, slow: longer than 19 of 20 completed runs of its version took" in pages["age61"]
    )
    assert "slow" not in pages["age40"] + pages["other"]


def test_slow_runs_are_marked_in_the_list_of_runs(ask: Ask, database: Database) -> None:
    """In the table by a word, also where nobody knows what remains; in JSON by a flag."""
    fill(database, seconds_now())
    rows = json.loads(ask("runs", "--status", "running", "--format", "json")[1])
    marks = {row["run_id"]: (row["slow"], row["remaining_seconds_p50"] is None) for row in rows}
    assert marks["age300"] == (True, True)
    assert marks["age40"] == (False, False)
    assert marks["other"] == (None, True)
    lines = {line.split()[0]: line for line in ask("runs", "--status", "running")[1].splitlines()}
    assert " slow" in lines["age300"]
    assert " slow" not in lines["age40"] + lines["other"]


def test_slow_runs_make_overdue_fail(ask: Ask, database: Database) -> None:
    """`--fail` ends with 5 where a run is listed, overdue or slow."""
    fill(database, seconds_now())
    assert ask("overdue", "--fail")[0] == 0
    code, out = ask("overdue", "--fail", "--slow")
    assert code == 5
    assert "slow" in out.splitlines()[1]


def test_nobody_is_slow_with_few_likes(ask: Ask, database: Database) -> None:
    """Eighteen completed runs are no normal."""
    fill(database, seconds_now(), n=18)
    assert told(ask, "--slow") == {}
    assert ask("overdue", "--slow")[1] == "no run is in flight for more than 10m, or slow\n"


def test_slow_as_of_an_earlier_instant(ask: Ask, database: Database) -> None:
    """As of T the age is that at T, and likes are those known by T."""
    now = seconds_now()
    fill(database, now)
    assert told(ask, "--slow", "--as-of", iso(T0 + (now - 3) * S)) == {}
    at_t = told(ask, "--slow", "--as-of", iso(T0 + now * S))
    assert set(at_t) == {"age61", "age300"}


def test_likes_are_carried_to_the_size_of_the_run(ask: Ask, database: Database) -> None:
    """A run of ten times the leads may take ten times as long where its likes did."""
    now = seconds_now()
    likes = {
        f"done{i}": body(f"done{i}", now - 3600, wall=2 * (i + 1), leads=i + 1) for i in range(20)
    }
    running = {
        "small": body("small", now - 21, leads=10),
        "big": body("big", now - 190, leads=100),
        "slow": body("slow", now - 210, leads=100),
    }
    bodies = likes | running
    register(database, bodies, at=now - 4000)
    Recorder(database).record([answer(now - 2, text, run_id=key) for key, text in bodies.items()])
    assert set(told(ask, "--slow")) == {"small", "slow"}
