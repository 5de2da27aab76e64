"""Follow-up polls and runs in flight share a short budget in virtual time: neither starves the other."""

from collections import Counter

import pytest
from stores import S, answer, document
from virtual import Reply, Scene, ended, gaps, most_in_a_minute, ok

from recorder.instants import HOUR
from recorder.polling.watch_options import RunMode
from recorder.store.engine import Database
from recorder.store.write.record import Recorder

GAP_S = 30 * HOUR // S
BACKLOG = 400


def names(prefix: str, count: int) -> list[str]:
    return [f"{prefix}_{n:03}" for n in range(count)]


def world(_source: str, run_id: str, _at: int) -> Reply:
    return ended(run_id) if run_id.startswith("ended") else ok(run_id)


def record_ended(scene: Scene) -> None:
    """Record runs that ended 30 h ago, as an import does or a watch that was stopped then."""
    scene.track(*names("ended", BACKLOG))
    row = {"cost": {"actual": 3}}
    Recorder(scene.database).record(
        [
            answer(0, document(one, "completed", **row), run_id=one)
            for one in names("ended", BACKLOG)
        ]
    )


@pytest.fixture
def dialect() -> str:
    """A server has a clock of its own."""
    return "sqlite"


@pytest.fixture
def scene(database: Database) -> Scene:
    """A store after a gap of 30 h."""
    scene = Scene(database, world)
    scene.time.now += GAP_S * S
    return scene


def polls(scene: Scene, prefix: str, minute: int) -> int:
    """Return how many requests went to such runs in that minute after the gap."""
    ats = (one.at - GAP_S for one in scene.log if one.run_id.startswith(prefix))
    return sum(60 * minute <= at < 60 * (minute + 1) for at in ats)


@pytest.mark.slow
@pytest.mark.parametrize("imported_at", [None, 70])
def test_a_backlog_of_follow_ups_takes_what_runs_in_flight_leave(
    scene: Scene, imported_at: int | None
) -> None:
    """After a gap, and after an import into a live store: the usual cadence goes on, and nothing of the budget is idle."""
    scene.track(*names("flying", 3))
    if imported_at is None:
        record_ended(scene)
    else:
        scene.time.at(GAP_S + imported_at, lambda: record_ended(scene))
    scene.watch(RunMode.TIME, seconds=400)
    for minute in range(6):
        assert polls(scene, "flying", minute) >= 54
    for run_id in names("flying", 3):
        assert max(gaps(one.at for one in scene.log if one.run_id == run_id)) < 4.5
    assert polls(scene, "ended", 3) >= 17
    assert most_in_a_minute(one.at for one in scene.log) <= scene.rate


@pytest.mark.slow
def test_a_backlog_gets_a_fifth_of_a_budget_that_is_too_short(scene: Scene) -> None:
    """With 20 runs in flight, which want five times the budget: both go on, at four to one."""
    record_ended(scene)
    scene.track(*names("flying", 20))
    scene.watch(RunMode.TIME, seconds=240)
    for minute in (1, 2, 3):
        assert 14 <= polls(scene, "ended", minute) <= 17
        assert polls(scene, "flying", minute) >= 60
    counts = Counter(one.run_id for one in scene.log)
    in_flight = [counts[run_id] for run_id in names("flying", 20)]
    assert max(in_flight) - min(in_flight) <= 1
    assert {counts[run_id] for run_id in names("ended", BACKLOG)} == {0, 1}


@pytest.mark.slow
def test_a_backlog_alone_takes_the_whole_budget(scene: Scene) -> None:
    """A single pass goes through 400 follow-up polls in about five minutes, each once."""
    record_ended(scene)
    scene.watch(RunMode.PASS)
    assert scene.log[-1].at <= GAP_S + 330
    assert sorted(Counter(one.run_id for one in scene.log).values()) == [1] * BACKLOG
    assert most_in_a_minute(one.at for one in scene.log) <= scene.rate
