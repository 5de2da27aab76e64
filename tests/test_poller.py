"""The watch in virtual time: each rule of when to ask whom, over minutes and hours, on a real store."""

import shutil
import statistics
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from stores import T0, S, document
from virtual import (
    Reply,
    Scene,
    VirtualTime,
    ended,
    gaps,
    most_in_a_minute,
    ok,
    running,
)

from recorder.instants import DAY, HOUR, MINUTE
from recorder.polling.poller import Plan, Until
from recorder.schedule.cadence import Cadence
from recorder.store.engine import Database
from recorder.store.schema import poll, run, watch

Open = Callable[[str], Database]


@pytest.fixture
def store(sqlite_template: Path, tmp_path: Path, open_database: Open) -> Database:
    """A SQLite store; where it is locked one learns so at once."""
    path = tmp_path / "store.db"
    shutil.copyfile(sqlite_template, path)
    return impatient(open_database(f"sqlite:///{path}"))


def impatient(database: Database) -> Database:
    sa.event.listen(
        database.engine, "connect", lambda c, _: c.execute("PRAGMA busy_timeout=0")
    )
    return database


@pytest.fixture
def scene(store: Database) -> Scene:
    return Scene(store)


def ids(count: int, prefix: str = "er") -> list[str]:
    return [f"{prefix}_{n:03}" for n in range(count)]


def asked(scene: Scene, run_id: str | None = None, **of: str) -> list[float]:
    """When requests were sent, seconds after T0: of a run, a source, a watch."""
    return [
        one.at
        for one in scene.log
        if run_id in (None, one.run_id) and all(getattr(one, n) == v for n, v in of.items())
    ]


def tracking(scene: Scene) -> dict[str, str]:
    """Each run's place in the watch."""
    same = (run.c.source_id == watch.c.source_id) & (run.c.run_key == watch.c.run_key)
    with scene.database.reading() as connection:
        rows = connection.execute(sa.select(run.c.run_id, watch.c.tracking).join(watch, same))
        return {row.run_id: row.tracking for row in rows}


def polls(scene: Scene) -> int:
    with scene.database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(poll)).scalar_one()


def passes(scene: Scene, until_s: float, every_s: float) -> None:
    """One pass after another, as from cron, until so many seconds after T0."""
    while (at := scene.time.now + round(every_s * S)) <= T0 + until_s * S:
        scene.watch(Until.PASS)
        scene.time.now = at


# --- cadence and budget


def test_in_flight_every_three_seconds(scene: Scene) -> None:
    """Where the budget allows it each run is asked 3 s after its last answer."""
    scene.track(*ids(3))
    scene.watch(seconds=90)
    for run_id in ids(3):
        pauses = gaps(asked(scene, run_id))
        assert len(pauses) > 25
        assert max(pauses) < 3.2
        assert min(pauses) >= 3


def test_a_short_budget_is_spread_evenly_and_fairly(scene: Scene) -> None:
    """40 runs at 80 requests in any 60 s: never one more, one every 0.75 s, each run every 30 s."""
    scene.track(*ids(40))
    scene.watch(seconds=240)
    sent = asked(scene)
    assert 75 <= most_in_a_minute(sent) <= 80
    assert sum(at < 1 for at in sent) == 40, "runs just tracked are asked at once"
    settled = [at for at in sent if at > 60]
    assert max(gaps(settled)) < 1
    assert min(gaps(settled)) > 0.7
    counts = Counter(one.run_id for one in scene.log)
    assert max(counts.values()) - min(counts.values()) <= 1
    for run_id in ids(40):
        pauses = gaps(asked(scene, run_id))
        assert max(pauses) < 61
        assert max(pauses[1:]) < 33


def test_a_run_just_tracked_is_asked_at_once(scene: Scene) -> None:
    """Within a second, though the budget is short and forty others wait."""
    scene.track(*ids(40))
    late = {f"late_{n}": 70 + 7.3 * n for n in range(6)}
    for run_id, at in late.items():
        scene.time.at(at, lambda run_id=run_id: scene.track(run_id))
    scene.watch(seconds=120)
    for run_id, at in late.items():
        assert 0 <= asked(scene, run_id)[0] - at < 1


def test_a_crowd_of_new_runs_does_not_stop_those_in_flight(scene: Scene) -> None:
    """300 ids tracked at once: half of the budget stays with the runs that are watched."""
    scene.track(*ids(5))
    scene.time.at(30, lambda: scene.track(*ids(300, "new")))
    scene.watch(seconds=150)
    assert most_in_a_minute(asked(scene)) <= 80
    for run_id in ids(5):
        assert max(gaps(asked(scene, run_id))) < 16
    assert len({one.run_id for one in scene.log}) > 5 + 75


def test_a_crowd_of_one_key_does_not_hide_another_key(scene: Scene) -> None:
    """Keys do not wait for each other: a source whose budget is short leaves the others theirs."""
    scene.track(*ids(200, "many"), source="a")
    scene.track("one", source="b")
    scene.watch(seconds=60)
    assert max(gaps(asked(scene, "one"))) < 3.5
    assert most_in_a_minute(asked(scene, source="a")) <= 80


def test_sources_that_use_the_same_key_share_its_budget(scene: Scene) -> None:
    """Together never more than the key has, and each its part."""
    scene.keys = {"a": "one key", "b": "one key"}
    scene.rate = 20
    scene.track(*ids(6, "a"), source="a")
    scene.track(*ids(6, "b"), source="b")
    scene.watch(seconds=150)
    assert most_in_a_minute(asked(scene)) <= 20
    shares = Counter(one.source for one in scene.log)
    assert abs(shares["a"] - shares["b"]) <= 2


def test_a_small_budget_is_waited_for_without_spinning(scene: Scene) -> None:
    """One request a minute: the watch sleeps in between."""
    scene.rate = 1
    scene.track(*ids(3))
    poller = scene.poller(seconds=200)
    scene.time.run(poller.run)
    assert most_in_a_minute(asked(scene)) == 1
    assert len(scene.log) == 4
    assert poller._fetcher.rounds < 200 * 6


def test_a_pass_that_is_longer_than_the_budget_is_spread(scene: Scene) -> None:
    """What fits goes at once; a pass over more than that asks each run once, evenly."""
    scene.rate = 20
    scene.track(*ids(15))
    scene.watch(Until.PASS)
    assert max(asked(scene)) < 1
    scene.time.now += 100 * S
    scene.track(*ids(30))
    scene.log.clear()
    scene.watch(Until.PASS)
    assert sorted(Counter(one.run_id for one in scene.log).values()) == [1] * 30
    assert most_in_a_minute(asked(scene)) <= 20


def test_every_poll_is_in_the_store_before_the_run_is_asked_again(scene: Scene) -> None:
    """When a request arrives, all earlier ones of its run are poll rows, whatever became of them."""
    replies = [200, 503, None, 200, 404, 429]
    seen: Counter[str] = Counter()

    def world(_source: str, run_id: str, _at: int) -> Reply:
        with scene.database.reading() as connection:
            held = connection.execute(
                sa.select(watch.c.n_polls)
                .join(run, (run.c.run_key == watch.c.run_key))
                .where(run.c.run_id == run_id)
            ).scalar_one()
        assert held == seen[run_id]
        seen[run_id] += 1
        status = replies[(seen[run_id] + int(run_id[-1])) % len(replies)]
        return ok(run_id) if status == 200 else Reply(http_status=status, retry_after_s=1)

    scene.world = world
    scene.track(*ids(8))
    scene.watch(seconds=60)
    assert min(seen.values()) > 4
    assert polls(scene) == len(scene.log)
