"""The watch in virtual time: each rule of when to ask whom, over minutes and hours, on a real store."""

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from stores import T0, S, document
from virtual import (
    Reply,
    Scene,
    Sent,
    ended,
    gaps,
    most_in_a_minute,
    ok,
    running,
)

from recorder.errors import StoreError
from recorder.instants import DAY, HOUR, MINUTE
from recorder.polling.watch_options import RunMode
from recorder.schedule.cadence import Cadence
from recorder.store.engine import Database
from recorder.store.schema import poll, run, source, watch

Open = Callable[[str], Database]


@pytest.fixture
def store(sqlite_template: Path, tmp_path: Path, open_database: Open) -> Database:
    """A SQLite store; where it is locked one learns so at once."""
    path = tmp_path / "store.db"
    shutil.copyfile(sqlite_template, path)
    return impatient(open_database(f"sqlite:///{path}"))


def impatient(database: Database) -> Database:
    database.busy_ms = lambda: 0
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
        scene.watch(RunMode.PASS)
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


@pytest.mark.slow
def test_a_short_budget_is_spread_evenly_and_fairly(scene: Scene) -> None:
    """40 runs at 80 requests in any 60 s: never one more, one every 0.75 s, each run every 30 s."""
    scene.track(*ids(40))
    scene.watch(seconds=125)
    sent = asked(scene)
    assert 75 <= most_in_a_minute(sent) <= 80
    assert sum(at < 1 for at in sent) == 40, "runs just tracked are asked at once"
    settled = [at for at in sent if at > 60]
    assert max(gaps(settled)) < 1.5
    assert min(gaps(settled)) > 0.7
    counts = Counter(one.run_id for one in scene.log)
    assert max(counts.values()) - min(counts.values()) <= 1
    for run_id in ids(40):
        assert max(gaps(asked(scene, run_id))) < 61
        assert max(gaps(at for at in asked(scene, run_id) if at > 60)) < 33


def test_a_run_just_tracked_is_asked_at_once(scene: Scene) -> None:
    """Within a second, though the budget is short and forty others wait."""
    scene.track(*ids(40))
    late = {f"late_{n}": 10 + 7.3 * n for n in range(4)}
    for run_id, at in late.items():
        scene.time.at(at, partial(scene.track, run_id))
    scene.watch(seconds=40)
    for run_id, at in late.items():
        assert 0 <= asked(scene, run_id)[0] - at < 1


@pytest.mark.slow
def test_a_crowd_of_new_runs_does_not_stop_those_in_flight(scene: Scene) -> None:
    """A hundred ids tracked at once: half of the budget goes round the runs that are watched, the first of them too."""
    scene.rate = 40
    scene.track(*ids(2))
    scene.time.at(20, lambda: scene.track(*ids(100, "new")))
    scene.watch(seconds=70)
    assert most_in_a_minute(asked(scene)) <= 40
    for run_id in ids(2):
        assert max(gaps([*asked(scene, run_id), 70])) < 40
    assert len({one.run_id for one in scene.log}) > 2 + 15


@pytest.mark.slow
def test_a_crowd_of_one_key_does_not_hide_another_key(scene: Scene) -> None:
    """Keys do not wait for each other: a source whose budget is short leaves the others theirs."""
    scene.rate = 30
    scene.track(*ids(100, "many"), source="a")
    scene.track("one", source="b")
    scene.watch(seconds=40)
    assert max(gaps(asked(scene, "one"))) < 3.5
    assert most_in_a_minute(asked(scene, source="a")) <= 30


@pytest.mark.slow
def test_sources_that_use_the_same_key_share_its_budget(scene: Scene) -> None:
    """Together never more than the key has, and each its part."""
    scene.keys = {"a": "one key", "b": "one key"}
    scene.rate = 20
    scene.track(*ids(6, "a"), source="a")
    scene.track(*ids(6, "b"), source="b")
    scene.watch(seconds=100)
    assert most_in_a_minute(asked(scene)) <= 20
    shares = Counter(one.source for one in scene.log)
    assert abs(shares["a"] - shares["b"]) <= 4


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_new_runs_of_sources_that_share_a_key_take_turns(
    scene: Scene, open_database: Open, processes: int
) -> None:
    """Twenty and twenty of a short budget: neither source waits for all of the other, in one process or two."""
    scene.rate = 20
    scene.keys = dict.fromkeys("ab", "shared")
    for name in "ab":
        scene.track(*ids(20, name), source=name)
    watches = [
        scene.poller(
            RunMode.TIME, seconds=150, source=name, database=impatient_twin(scene, open_database)
        )
        for name in (["a", "b"] if processes == 2 else [None])
    ]
    scene.time.run(*(one.run for one in watches))
    first = {one.run_id: one.at for one in reversed(scene.log)}
    first_half = sorted(first, key=first.__getitem__)[:20]
    assert 5 <= sum(run_id.startswith("a") for run_id in first_half) <= 15


@pytest.mark.slow
def test_a_small_budget_is_waited_for_without_spinning(scene: Scene) -> None:
    """One request a minute: the watch sleeps in between."""
    scene.rate = 1
    scene.track(*ids(3))
    scene.watch(seconds=130)
    assert most_in_a_minute(asked(scene)) == 1
    assert len(scene.log) == 3


def test_a_pass_that_is_longer_than_the_budget_is_spread(scene: Scene) -> None:
    """What fits goes at once; a pass over more than that asks each run once, evenly."""
    scene.rate = 20
    scene.track(*ids(15))
    scene.watch(RunMode.PASS)
    assert max(asked(scene)) < 1
    scene.time.now += 100 * S
    scene.track(*ids(30))
    scene.log.clear()
    scene.watch(RunMode.PASS)
    assert sorted(Counter(one.run_id for one in scene.log).values()) == [1] * 30
    assert most_in_a_minute(asked(scene)) <= 20


@pytest.mark.slow
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
    scene.track(*ids(6))
    scene.watch(seconds=50)
    assert min(seen.values()) > 3
    assert polls(scene) == len(scene.log)


# --- after the end


@pytest.mark.slow
def test_the_settle_looks(scene: Scene) -> None:
    """5 s, 1 min, 15 min, 1 h and 24 h after the end was seen, then never again."""
    scene.track("er_1")
    scene.world = lambda _s, run_id, at: ended(run_id) if at >= 10 else ok(run_id)
    scene.watch(seconds=80)
    passes(scene, 2 * HOUR // S, 300)
    passes(scene, 30 * HOUR // S, 3600)
    sent = asked(scene)
    end = next(at for at in sent if at >= 10)
    late = [at - end for at in sent if at > end]
    assert len(late) == 5
    for look, expected, slack in zip(
        late, [5, 60, 900, 3600, 86400], [1, 1, 301, 301, 3601], strict=True
    ):
        assert expected <= look < expected + slack
    assert tracking(scene) == {"er_1": "done"}


@pytest.mark.slow
def test_settling_waits_for_those_in_flight(scene: Scene) -> None:
    """With a budget too short for the runs in flight no look goes to one that has ended; then it does."""
    scene.rate = 12
    scene.track(*ids(4), *ids(2, "ended"))
    scene.world = lambda _s, run_id, at: (
        ended(run_id) if run_id.startswith("ended") or at > 90 else ok(run_id)
    )
    scene.watch(seconds=180)
    for run_id in ids(2, "ended"):
        first, *later = asked(scene, run_id)
        assert first < 1
        assert later
        assert min(later) > 90


@pytest.mark.slow
def test_a_look_after_the_end_does_not_wait_for_ever(scene: Scene) -> None:
    """Where those in flight take the whole budget without end, a settle look goes after a quarter of an hour."""
    (over,) = ids(1, "ended")
    scene.rate, scene.cadence = 12, Cadence(overdue_after_us=10 * HOUR)
    scene.track(*ids(4), over)
    scene.world = lambda _s, run_id, _at: ended(run_id) if run_id == over else ok(run_id)
    scene.watch(seconds=40 * 60)
    first, second, *_ = asked(scene, over)
    assert 15 * 60 <= second - first < 17 * 60


def test_until_done_ends_when_all_is_quiet(scene: Scene) -> None:
    """It waits for a look that finds an ended run unchanged, not for the last of its looks."""
    scene.track(*ids(4))
    scene.world = lambda _s, run_id, at: ended(run_id) if at > 5 * int(run_id[-1]) else ok(run_id)
    scene.watch(RunMode.DONE)
    assert 15 + 5 <= (scene.time.now - T0) / S < 30
    assert set(tracking(scene).values()) == {"settling"}


@pytest.mark.slow
def test_until_done_waits_a_quarter_of_an_hour_for_what_never_comes(scene: Scene) -> None:
    """A run that ended without an actual cost counts as quiet after 15 minutes."""
    scene.track("er_1")
    scene.world = lambda _s, run_id, _at: ok(run_id, "failed")
    scene.watch(RunMode.DONE)
    assert 15 * MINUTE <= scene.time.now - T0 < 15 * MINUTE + 5 * S


@pytest.mark.slow
def test_what_changes_after_the_end_is_recorded(scene: Scene) -> None:
    """Late counts and a late actual cost become states; a run that goes back in flight is watched again."""

    def world(_source: str, run_id: str, at: int) -> Reply:
        if at < 10:
            return ok(run_id)
        if at < 14:
            return ended(run_id, "cancelled", cost={"actual": None})
        if at < 60:
            return ended(run_id, "cancelled")
        return ok(run_id) if at < 100 else ended(run_id)

    scene.world = world
    scene.track("er_1")
    scene.watch(seconds=120)
    with scene.database.reading() as connection:
        states = connection.execute(
            sa.text("SELECT status, cost_actual_micros FROM snapshots ORDER BY seq")
        ).all()
    assert [tuple(one) for one in states] == [
        ("running", None),
        ("cancelled", None),
        ("cancelled", 3_000_000),
        ("running", None),
        ("completed", 3_000_000),
    ]
    again = [at for at in asked(scene) if 75 < at < 100]
    assert max(gaps(again)) < 3.5


# --- overdue, abandoned, not visible


@pytest.mark.slow
def test_overdue_is_told_once_with_its_trigger(scene: Scene) -> None:
    """After ten minutes, by whichever process, and never again; then it is asked at a slow cadence."""
    scene.track("er_1", "er_2")
    scene.accept_keys()
    triggers = {"er_1": {"triggerRunId": "run_trigger_1"}}
    scene.world = lambda _s, run_id, _at: ok(run_id, trigger=triggers.get(run_id))
    passes(scene, 1500, 20)
    assert sorted(scene.told) == [
        f"overdue: run {run_id} of source 'default' is running for 10 m: {what} triggerRunId{which}"
        for run_id, what, which in [
            ("er_1", "escalate with", " run_trigger_1"),
            ("er_2", "the ledger gives no", ""),
        ]
    ]
    assert max(gaps(at for at in asked(scene, "er_1") if at < 600)) < 21
    assert min(gaps(at for at in asked(scene, "er_1") if at > 620)) >= 30
    scene.time.now += 4 * HOUR
    scene.watch(seconds=30)
    assert len(scene.told) == 2


def test_a_viewer_leaves_overdue_runs_to_others(scene: Scene) -> None:
    """Who looks at a run takes no message from the mail of cron."""
    scene.track("er_1")
    scene.world = running
    scene.cadence = Cadence(overdue_after_us=20 * S)
    scene.watch(is_viewer=True, seconds=60)
    assert asked(scene, "er_1")
    assert scene.told == []
    scene.watch(seconds=1)
    assert len(scene.told) == 1


@pytest.mark.slow
def test_overdue_runs_do_not_starve_behind_a_crowd(scene: Scene) -> None:
    """A slow cadence, but a cadence: they wait their turn like those in flight."""
    scene.cadence = Cadence(overdue_after_us=20 * S)
    scene.rate = 12
    scene.track("old")
    scene.time.at(25, lambda: scene.track(*ids(6)))
    scene.watch(seconds=150)
    assert max(gaps(asked(scene, "old"))) < 90


@pytest.mark.slow
def test_abandoned_after_a_week_without_change_and_taken_up_again(scene: Scene) -> None:
    """It is asked no more, until `track` takes it up; then it has its week again."""
    scene.track("er_1")
    passes(scene, 7.5 * DAY // S, 3 * HOUR // S)
    assert tracking(scene) == {"er_1": "abandoned"}
    assert 7 * DAY / S <= max(asked(scene)) < 7 * DAY / S + 3.1 * HOUR / S
    count = len(scene.log)
    scene.track("er_1")
    scene.watch(RunMode.PASS)
    assert len(scene.log) == count + 1
    assert tracking(scene) == {"er_1": "active"}
    scene.time.now += 6 * DAY
    scene.watch(RunMode.PASS)
    assert tracking(scene) == {"er_1": "active"}


@pytest.mark.slow
def test_a_404_is_asked_again_and_never_dropped(scene: Scene) -> None:
    """After as long as it has been gone, from an hour on; when it comes into sight it is watched."""
    scene.track("er_1")
    scene.world = lambda _s, run_id, at: Reply(http_status=404) if at < 20_000 else ok(run_id)
    scene.watch(seconds=60)
    early = gaps(asked(scene))
    assert early == sorted(early)
    assert 3 <= early[0] < 4
    passes(scene, 50_000, 900)
    assert tracking(scene) == {"er_1": "active"}
    polled = asked(scene)
    for at, pause_s in zip(polled, gaps(polled), strict=False):
        assert pause_s <= max(at - polled[0], 3600) + 901
    assert max(gaps(polled)) > 4501


# --- answers that say something of the key or the server


@pytest.mark.slow
def test_a_401_stops_its_source_and_no_other(scene: Scene) -> None:
    """At once, with one clear message and exit code 4; the other source goes on at its cadence."""
    scene.track(*ids(5, "a"), source="a")
    scene.track(*ids(2, "b"), source="b")
    scene.world = lambda source, run_id, at: (
        Reply(http_status=401) if source == "a" and at >= 20 else ok(run_id)
    )
    summary = scene.watch(seconds=60)
    assert summary.exit_code == 4
    assert scene.told == [
        "source 'a' is stopped: the API key was refused (401): give it a key that works, then poll again"
    ]
    assert sum(one.status == 401 for one in scene.log) <= 5, "those that were under way"
    assert max(asked(scene, source="a")) < 24
    assert max(gaps(asked(scene, "b_000"))) < 3.5


def test_a_refused_key_ends_a_watch_that_has_nothing_else(scene: Scene) -> None:
    """There is nothing to wait for."""
    scene.track(*ids(3))
    scene.world = lambda *_: Reply(http_status=401)
    assert scene.watch(RunMode.TIME, seconds=600).exit_code == 4
    assert scene.time.now - T0 < 5 * S


def test_a_pass_probes_a_refused_key_with_one_request(scene: Scene) -> None:
    """The next process asks once; if that works all is well again, in the store too."""
    scene.track(*ids(5))
    scene.world = lambda *_: Reply(http_status=401)
    scene.watch(RunMode.PASS)
    refused = sa.text("SELECT refused_key, refused_at FROM source")
    with scene.database.reading() as connection:
        assert connection.execute(refused).one()[0] == "key-of-default"
    scene.log.clear()
    scene.time.now += MINUTE
    assert scene.watch(RunMode.PASS).exit_code == 4
    assert len(scene.log) == 1
    scene.world = running
    scene.time.now += MINUTE
    assert scene.watch(RunMode.PASS).exit_code == 0
    assert len(scene.log) == 6
    with scene.database.reading() as connection:
        assert tuple(connection.execute(refused).one()) == (None, None)


def test_a_key_that_nobody_has_tried_is_tried_with_one_request(scene: Scene) -> None:
    """Of all sources that share it: a refusal stops each of them, and says so of each."""
    scene.keys = dict.fromkeys("abc", "shared")
    scene.rate = 200
    for name in "ab":
        scene.track(*ids(20, name), source=name)
    scene.world = lambda *_: Reply(http_status=401)
    assert scene.watch(RunMode.TIME, seconds=600).exit_code == 4
    assert len(scene.log) == 1
    assert [line[:10] for line in scene.told] == ["source 'a'", "source 'b'"]
    refused = sa.select(source.c.refused_key)
    with scene.database.reading() as connection:
        assert list(connection.execute(refused).scalars()) == ["shared"] * 2


def test_a_key_that_was_accepted_before_is_not_tried_again(scene: Scene) -> None:
    """The answer to the first request lets the others go; the next process, and a new source, need none."""
    scene.keys = dict.fromkeys("ab", "shared")
    scene.track(*ids(5, "a"), source="a")
    scene.watch(RunMode.PASS)
    assert [at >= 0.1 for at in asked(scene)] == [False, True, True, True, True]
    scene.time.now += MINUTE
    scene.track(*ids(5, "b"), source="b")
    scene.log.clear()
    scene.watch(RunMode.PASS)
    assert len(scene.log) == 10
    assert max(asked(scene)) - min(asked(scene)) < 0.1


def test_keys_that_are_answered_together_are_saved_together(scene: Scene) -> None:
    """The first answers by several new keys cost one change of their sources, with what was said of each."""
    scene.keys = {name: f"{name}'s" for name in "abc"}
    for name in scene.keys:
        scene.track(name, source=name)
    scene.world = lambda run_id, *_: Reply(http_status=401 if run_id == "b" else 404)
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    sa.event.listen(scene.database.engine, "before_cursor_execute", note)
    scene.watch(RunMode.PASS)
    assert sum("SET refused_key" in statement for statement in seen) == 1
    keys = sa.select(source.c.accepted_key, source.c.refused_key).order_by(source.c.name)
    with scene.database.reading() as connection:
        assert connection.execute(keys).all() == [("a's", None), (None, "b's"), ("c's", None)]


def test_another_key_is_tried_with_one_request(scene: Scene) -> None:
    """A source that was given a new key is asked with it at once; its answer lets the others go."""
    scene.track(*ids(5))
    scene.watch(RunMode.PASS)
    scene.keys = {"default": "new"}
    scene.time.now += MINUTE
    scene.log.clear()
    scene.watch(RunMode.PASS)
    first, *others = asked(scene)
    assert first < 60.5
    assert len(others) == 4
    assert first + 0.1 <= min(others) <= max(others) < first + 0.2


@pytest.mark.slow
def test_a_shared_key_that_works_again_is_used_by_all_its_sources(scene: Scene) -> None:
    """The hourly try of one of them is enough."""
    scene.keys = dict.fromkeys("ab", "shared")
    for name in "ab":
        scene.track(name, source=name)
    scene.world = lambda _s, run_id, at: Reply(http_status=401) if at < 1800 else ok(run_id)
    summary = scene.watch(seconds=3700, work_us=S)
    assert summary.exit_code == 0
    assert sum(one.status == 401 for one in scene.log) == 1
    assert sorted(scene.told[2:]) == [
        "source 'a': the API key works again",
        "source 'b': the API key works again",
    ]
    tried = asked(scene)[1]
    assert all(min(at for at in asked(scene, name) if at > 1800) < tried + 5 for name in "ab")


def test_a_key_refused_at_one_api_is_not_refused_at_another(scene: Scene) -> None:
    """Two sources may send one key to different places: each says so for itself."""
    scene.keys = dict.fromkeys("ab", "shared")
    for name in "ab":
        scene.track(*ids(3, name), source=name)
    move(scene, "b")
    scene.world = lambda name, run_id, _at: Reply(http_status=401) if name == "a" else ok(run_id)
    assert scene.watch(RunMode.PASS).exit_code == 4
    assert Counter(one.source for one in scene.log) == {"a": 1, "b": 3}


def move(scene: Scene, name: str) -> None:
    """Bind a source to another API."""
    with scene.database.writing() as connection:
        elsewhere = sa.update(source).values(base_url="https://elsewhere.test")
        connection.execute(elsewhere.where(source.c.name == name))


@pytest.mark.slow
def test_a_service_takes_up_another_key(scene: Scene) -> None:
    """One is given in the old one's place, in a file: it is asked with at once, and shown to work by its first row."""
    scene.track(*ids(3))
    scene.world = lambda _s, run_id, at: (
        Reply(http_status=401, latency_us=3 * S)
        if at >= 20 and not scene.keys
        else Reply(http_status=503)
        if scene.keys and at < 102
        else ok(run_id)
    )
    scene.time.at(100, lambda: setattr(scene, "keys", {"default": "another"}))
    summary = scene.watch(seconds=140)
    assert min(at for at in asked(scene) if at > 100) < 101.1
    assert summary.exit_code == 0
    assert scene.told[-1] == "source 'default': the API key works again"
    assert len(scene.told) == 2
    with scene.database.reading() as connection:
        assert connection.execute(sa.select(source.c.refused_key)).scalar_one() is None


def test_another_key_that_is_refused_too_is_told_and_remembered(scene: Scene) -> None:
    """The store names the key that was refused last, so that the next process asks with it carefully."""
    scene.track(*ids(3))
    scene.world = lambda *_: Reply(http_status=401)
    scene.time.at(10, lambda: setattr(scene, "keys", {"default": "another"}))
    assert scene.watch(seconds=20).exit_code == 4
    assert len(scene.told) == 2
    with scene.database.reading() as connection:
        assert connection.execute(sa.select(source.c.refused_key)).scalar_one() == "another"
    before = len(scene.log)
    scene.time.now += 60 * S
    scene.watch(RunMode.PASS)
    assert len(scene.log) == before + 1


def test_a_403_is_the_run_s_trouble(scene: Scene) -> None:
    """The others go on; it is asked again at growing intervals."""
    scene.rate = 200
    scene.track(*ids(6))
    forbidden = set(ids(6)[:4])
    scene.world = lambda _s, run_id, _at: (
        Reply(http_status=403) if run_id in forbidden else ok(run_id)
    )
    summary = scene.watch(seconds=65)
    assert summary.exit_code == 3
    assert scene.told == []
    assert max(gaps(asked(scene, "er_005"))) < 3.5
    assert len(asked(scene, "er_000")) < 8


def test_a_403_for_everything_is_the_key_s(scene: Scene) -> None:
    """Where nothing of a source succeeds it stops, and the exit code says so."""
    scene.track(*ids(6))
    scene.world = lambda *_: Reply(http_status=403)
    summary = scene.watch(seconds=60)
    assert summary.exit_code == 4
    assert len(scene.told) == 1
    assert "every run is forbidden (403)" in scene.told[0]
    assert len(scene.log) == 6


def test_a_store_that_fails_once_leaves_no_forbidden_source_unchecked(scene: Scene) -> None:
    """Those that it could not be asked about are stopped with the next answer of any source, by no more requests."""
    failed: list[str] = []

    def fail(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        is_of_check = statement.startswith("SELECT count(*)")
        if is_of_check and len(scene.log) >= 13 and not failed:
            failed.append(statement)
            raise sa.exc.OperationalError("", {}, sqlite3.OperationalError("disk I/O error"))

    scene.keys = {name: name for name in "abc"}
    for name in "abc":
        scene.track(*ids(6, name), source=name)
    scene.world = lambda name, run_id, _at: (
        replace(ok(run_id), latency_us=S) if name == "a" else Reply(http_status=403)
    )
    sa.event.listen(scene.database.engine, "before_cursor_execute", fail)
    scene.watch(seconds=10)
    assert failed
    assert sum("every run is forbidden (403)" in line for line in scene.told) == 2
    assert (len(asked(scene, source="b")), len(asked(scene, source="c"))) == (6, 6)


def test_a_403_for_the_only_run_due_is_not_the_key_s_if_others_were_seen(scene: Scene) -> None:
    """A pass that happens to ask only the forbidden run does not condemn the source."""
    scene.track(*ids(3))
    scene.world = lambda _s, run_id, _at: (
        Reply(http_status=403) if run_id == "er_000" else ended(run_id)
    )
    scene.watch(RunMode.PASS)
    scene.time.now += 4 * S
    assert scene.watch(RunMode.PASS).failing.keys() == {("default", "er_000")}
    assert scene.told == []


@pytest.mark.slow
def test_a_403_for_everything_is_noticed_by_a_service(scene: Scene) -> None:
    """However few the runs are, and though they were seen once: when nothing was for a day, the source stops."""
    scene.track(*ids(2))
    scene.world = lambda _s, run_id, at: ok(run_id) if at < 30 else Reply(http_status=403)
    scene.watch(seconds=25 * 3600, work_us=60 * S)
    refusals = [at for at in asked(scene) if at > 24 * 3600 + 600]
    assert len(refusals) <= 1
    assert sum("every run is forbidden (403)" in line for line in scene.told) == 1


@pytest.mark.slow
def test_one_run_that_always_fails_delays_no_new_one(scene: Scene) -> None:
    """It is the only one that is watched, and so all that is known of its source; another is asked at once."""
    scene.track("bad")
    scene.world = lambda _s, run_id, _at: Reply(http_status=503) if run_id == "bad" else ok(run_id)
    scene.time.at(400, lambda: scene.track("new"))
    scene.watch(seconds=430)
    assert asked(scene, "new")[0] < 401.1
    assert max(gaps([*asked(scene, "new"), 430])) < 3.5


@pytest.mark.slow
def test_an_outage_is_told_once_and_its_end_is_not_missed(scene: Scene) -> None:
    """Whoever waits for minutes between two tries is asked again at once when the source answers."""
    scene.track(*ids(6))
    scene.world = lambda _s, run_id, at: (
        ok(run_id) if not 60 <= at < 3600 else Reply(http_status=503)
    )
    scene.watch(seconds=3700)
    assert max(gaps(asked(scene))) < 75
    for run_id in ids(6):
        assert min(at for at in asked(scene, run_id) if at >= 3600) < 3600 + 72 + 5
    told = [line for line in scene.told if "overdue" not in line]
    assert told == [
        "source 'default' fails: HTTP 503; it is polled less often until it answers",
        "source 'default' answers again",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("missing", [(0, 8), (20, 22)])
def test_until_done_bears_a_404_in_between(scene: Scene, missing: tuple[int, int]) -> None:
    """A run that is too new to be seen, or is gone for a moment, is waited for."""
    scene.track("er_1")
    scene.world = lambda _s, run_id, at: (
        Reply(http_status=404)
        if missing[0] <= at < missing[1]
        else ended(run_id)
        if at > 30
        else ok(run_id)
    )
    scene.watch(RunMode.DONE)
    assert (scene.time.now - T0) / S > 30
    assert scene.told == []


@pytest.mark.parametrize("status", [503, 429])
@pytest.mark.parametrize("missing", [0, 10])
def test_until_done_bears_failures_after_a_404(scene: Scene, missing: int, status: int) -> None:
    """They do not say that the run is gone: it is waited for until an answer does."""
    scene.track("er_1")
    scene.world = lambda _s, run_id, at: (
        Reply(http_status=404)
        if missing <= at < missing + 3
        else Reply(http_status=status)
        if missing <= at < 60
        else ended(run_id)
        if at > 90
        else ok(run_id)
    )
    scene.watch(RunMode.DONE)
    assert (scene.time.now - T0) / S > 90
    assert [line for line in scene.told if "not visible" in line] == []


def test_until_done_leaves_what_is_overdue(scene: Scene) -> None:
    """A stuck run is waited for until it is overdue, and then said to be left."""
    scene.cadence = Cadence(overdue_after_us=MINUTE)
    scene.track("er_1", "er_2")
    scene.world = lambda _s, run_id, _at: ok(run_id) if run_id == "er_1" else ended(run_id)
    assert scene.watch(RunMode.DONE).exit_code == 0
    assert 60 < (scene.time.now - T0) / S < 70
    assert scene.told[-1] == "1 run is overdue and not waited for: 'recorder overdue' lists them"


def test_until_done_tries_again_what_failed_at_the_last(scene: Scene) -> None:
    """The settle poll that would show a run quiet fails: the watch does not end before it is answered."""
    scene.cadence = Cadence(settle_us=(5 * S,))
    scene.track("er_1")
    scene.world = lambda _s, run_id, at: (
        Reply(http_status=503) if at in range(5, 30) else ended(run_id)
    )
    summary = scene.watch(RunMode.DONE)
    assert (summary.exit_code, summary.failing) == (0, {})
    assert scene.log[-1].status == 200
    assert 30 < (scene.time.now - T0) / S < 60


def test_until_done_does_not_wait_for_ever_for_a_run_that_was_never_seen(scene: Scene) -> None:
    """It is given up after the time that a run in flight may take, with exit code 3."""
    scene.cadence = Cadence(overdue_after_us=2 * MINUTE)
    scene.track("er_1", "er_2")
    scene.world = lambda _s, run_id, _at: (
        Reply(http_status=503) if run_id == "er_1" else ended(run_id)
    )
    assert scene.watch(RunMode.DONE).exit_code == 3
    assert 120 < (scene.time.now - T0) / S < 240


def test_until_done_waits_for_no_run_that_is_not_there(scene: Scene) -> None:
    """It ends after a quarter of a minute, and says so."""
    scene.track("er_1", "er_2")
    scene.world = lambda _s, run_id, _at: (
        Reply(http_status=404) if run_id == "er_1" else ended(run_id)
    )
    assert scene.watch(RunMode.DONE).exit_code == 0
    assert 15 < (scene.time.now - T0) / S < 20
    assert scene.told == [
        "1 run is not visible (404): is the key that of their account? 'recorder runs' lists them"
    ]


@pytest.mark.slow
def test_a_429_pauses_the_whole_key(scene: Scene) -> None:
    """As told, for every source that uses it, and for no other key; then all go on."""
    scene.keys = {"a": "one key", "b": "one key"}
    for name in "abc":
        scene.track(f"of_{name}", source=name)
    scene.world = lambda source, run_id, at: (
        Reply(http_status=429, retry_after_s=30) if source == "a" and 20 <= at < 24 else ok(run_id)
    )
    scene.watch(seconds=90)
    told = next(one.at for one in scene.log if one.status == 429)
    for name in "ab":
        after = [at for at in asked(scene, source=name) if at > told + 0.2]
        assert told + 30 <= min(after) < told + 32
    assert max(gaps(asked(scene, source="c"))) < 3.5


def test_a_429_is_heeded_by_other_processes(scene: Scene) -> None:
    """A pass that begins during the pause asks nothing, and ends."""
    scene.track("er_1")
    scene.world = lambda *_: Reply(http_status=429, retry_after_s=300)
    scene.watch(RunMode.PASS)
    scene.time.now += 10 * S
    summary = scene.watch(RunMode.PASS)
    assert len(scene.log) == 1
    assert summary.exit_code == 0


@pytest.mark.slow
def test_a_run_that_fails_is_asked_less_and_less_and_stops_nobody(scene: Scene) -> None:
    """5xx for one run: its own pauses grow, the others keep their cadence."""
    scene.track(*ids(3))
    scene.world = lambda _s, run_id, _at: (
        Reply(http_status=503) if run_id == "er_000" else ok(run_id)
    )
    assert scene.watch(seconds=65).exit_code == 3
    assert len(asked(scene, "er_000")) <= 6
    assert max(gaps(asked(scene, "er_001"))) < 3.5


@pytest.mark.parametrize("status", [503, pytest.param(None, marks=pytest.mark.slow)])
def test_a_server_that_fails_is_asked_less_and_less(scene: Scene, status: int | None) -> None:
    """When everything of a source fails it is asked once in ever longer pauses; another source goes on; then all is well."""
    scene.rate = 40
    scene.track(*ids(6, "a"), source="a")
    scene.track("b", source="b")
    scene.world = lambda source, run_id, at: (
        Reply(http_status=status) if source == "a" and 10 <= at < 40 else ok(run_id)
    )
    scene.watch(seconds=80)
    failed = [one.at for one in scene.log if one.status == status]
    assert len(failed) < 20
    assert max(gaps(asked(scene, "b"))) < 3.5
    well = [at for at in asked(scene, source="a") if at > 40]
    assert len(well) > 10
    assert min(well) < 60


@pytest.mark.slow
def test_a_server_that_hangs_holds_up_no_other_source(scene: Scene) -> None:
    """Requests that take half a minute leave places for the others."""
    scene.rate = 400
    scene.track(*ids(80, "a"), source="a")
    scene.track("b", source="b")
    scene.world = lambda source, run_id, _at: (
        Reply(http_status=None, latency_us=30 * S) if source == "a" else ok(run_id)
    )
    scene.watch(seconds=60)
    assert max(gaps(asked(scene, "b"))) < 3.5


# --- what a pass says at its end


def cron(scene: Scene, minutes: int) -> list[int]:
    """The exit code of each of so many passes of 55 s, one a minute."""
    codes = []
    for _ in range(minutes):
        at = scene.time.now
        codes.append(scene.watch(RunMode.TIME, seconds=55).exit_code)
        scene.time.now = at + MINUTE
    return codes


@pytest.mark.slow
def test_stray_failures_are_no_news(scene: Scene) -> None:
    """Ten minutes of cron, 5 % of all answers 429 or 503: each pass ends with 0 and says nothing."""
    chance = random.Random(5)
    scene.track(*ids(3))
    scene.world = lambda _s, run_id, at: (
        Reply(http_status=chance.choice([429, 503]))
        if at > 5 and chance.random() < 0.05
        else ok(run_id)
    )
    codes = cron(scene, 10)
    failed = [one for one in scene.log if one.status != 200]
    assert len(failed) > 10
    assert codes == [0] * 10
    assert scene.told == []


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 503, 403, None])
def test_a_run_that_fails_for_over_a_minute_is_news(scene: Scene, status: int | None) -> None:
    """Exit code 3 counts from the first failure after the last answer, whichever pass saw it, until an answer comes."""
    scene.track(*ids(2))
    scene.world = lambda _s, run_id, at: (
        Reply(http_status=status) if run_id == "er_000" and 70 < at < 200 else ok(run_id)
    )
    codes = cron(scene, 6)
    assert codes[:3] == [0, 0, 3]
    assert codes[4:] == [0, 0]


def test_a_source_that_never_answered_is_news_at_once(scene: Scene) -> None:
    """One that has answered waits its minute, be it with a 404 alone."""
    scene.track("a", source="a")
    scene.world = lambda *_: Reply(http_status=503)
    summary = scene.watch(RunMode.PASS)
    assert summary.exit_code == 3
    assert "a of source 'a', since 2025-11-20T09:00:00Z: server error" in summary.line()
    scene.track("b0", "b1", source="b")
    scene.world = lambda _s, run_id, _at: Reply(http_status=404 if run_id == "b0" else 503)
    summary = scene.watch(RunMode.PASS, source="b")
    assert summary.failing.keys() == {("b", "b1")}
    assert summary.exit_code == 0


def test_a_pass_with_nothing_due_is_fine(scene: Scene) -> None:
    """A run that failed for long and that this pass has not polled is the news of the pass that did."""
    scene.track("er_1")
    scene.world = lambda *_: Reply(http_status=503)
    assert scene.watch(RunMode.PASS).exit_code == 3
    assert scene.watch(RunMode.PASS).exit_code == 0


@pytest.mark.parametrize("until", [RunMode.TIME, RunMode.DONE, RunMode.FOREVER])
def test_a_store_that_refuses_every_look_is_told_by_the_exit_code(
    scene: Scene, until: RunMode
) -> None:
    """Whatever ends the watch: nothing was polled, and that is no success."""
    scene.track("er_1")

    def refuse() -> None:
        raise StoreError("the store refuses")

    poller = scene.poller(until, seconds=20, before_poll=refuse)
    with pytest.raises(StoreError, match="the store refuses"):
        scene.time.run(poller.run)
    assert scene.log == []
    assert scene.told == ["the store refuses; tried again"]


# --- the store fails


def lock(scene: Scene, from_s: float, until_s: float) -> None:
    """Another program holds the store for so long."""
    path = scene.database.path
    assert path
    blocker = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def let_go() -> None:
        blocker.execute("COMMIT")
        blocker.close()

    scene.time.at(from_s, lambda: blocker.execute("BEGIN IMMEDIATE"))
    scene.time.at(until_s, let_go)


def test_answers_are_kept_while_the_store_is_locked(scene: Scene) -> None:
    """Nothing is sent meanwhile; when the store is back they are recorded, with the time at which they were read."""
    scene.track(*ids(4))
    lock(scene, 9.2, 31)
    summary = scene.watch(seconds=60)
    sent = asked(scene)
    assert [at for at in sent if 9.5 < at < 31] == []
    assert min(at for at in sent if at > 31) < 33
    assert polls(scene) == len(sent)
    assert summary.exit_code == 0
    assert len(scene.told) == 1
    assert "locked" in scene.told[0]
    with scene.database.reading() as connection:
        read = connection.execute(sa.select(poll.c.polled_at).order_by(poll.c.polled_at)).scalars()
        assert [round((at - T0) / S - 0.1, 3) for at in read] == sorted(sent)


def test_a_store_that_is_locked_does_not_end_a_service(scene: Scene) -> None:
    """It is told once, and tried again until it works."""
    scene.track("er_1")
    lock(scene, 4, 25)
    poller = scene.poller(RunMode.FOREVER)
    scene.time.at(50, poller.stop)
    scene.time.run(poller.run)
    assert len(scene.told) == 1
    assert [at for at in asked(scene) if at > 26]
    assert polls(scene) == len(scene.log)


def test_a_store_that_is_moved_away_and_back(scene: Scene) -> None:
    """It is told once; nothing is sent meanwhile, no answer is lost, and no other store comes in its place."""
    path = scene.database.path
    assert path
    away = path.with_name("away")
    away.mkdir()

    def move(source: Path, target: Path) -> None:
        for one in source.glob("store.db*"):
            one.rename(target / one.name)

    scene.track(*ids(4))
    scene.time.at(9.15, lambda: move(path.parent, away))
    scene.time.at(31, lambda: move(away, path.parent))
    poller = scene.poller(RunMode.FOREVER)
    scene.time.at(50, poller.stop)
    scene.time.run(poller.run)
    assert [at for at in asked(scene) if 10 < at < 31] == []
    assert [at for at in asked(scene) if at > 32]
    assert polls(scene) == len(scene.log)
    [told] = scene.told
    assert "no store is to be found there" in told


def test_who_is_stopped_while_the_store_is_locked_says_what_is_lost(scene: Scene) -> None:
    """After ten seconds it gives up, with exit code 1."""
    scene.track("er_1")
    lock(scene, 3.15, 30)
    poller = scene.poller(RunMode.FOREVER)
    scene.time.at(12, poller.stop)
    with pytest.raises(Exception, match="locked"):
        scene.time.run(poller.run)
    assert poller.summary.unrecorded == 1
    assert poller.summary.exit_code == 1
    assert scene.told[-1] == "1 answer could not be recorded"


@pytest.mark.parametrize(
    ("until", "locked_at", "ends_at"), [(RunMode.PASS, 0.05, 61), (RunMode.TIME, 3.15, 66)]
)
def test_a_watch_that_is_over_waits_for_the_store_but_not_for_ever(
    scene: Scene, until: RunMode, locked_at: float, ends_at: float
) -> None:
    """A pass waits a minute, a watch of 55 s ten seconds past its end; then it says what it could not record."""
    scene.track("er_1")
    lock(scene, locked_at, 3600)
    poller = scene.poller(until, seconds=55 if until is RunMode.TIME else None)
    over_at: list[float] = []

    def watch() -> None:
        try:
            poller.run()
        finally:
            over_at.append((scene.time.now - T0) / S)

    with pytest.raises(Exception, match="locked"):
        scene.time.run(watch)
    assert ends_at - 1 < over_at[0] < ends_at
    assert poller.summary.exit_code == 1


@pytest.mark.slow
@pytest.mark.parametrize("hanging", [4, 8])
def test_many_servers_that_hang_hold_up_no_other(scene: Scene, hanging: int) -> None:
    """The last places for requests under way go to sources that have none."""
    scene.rate = 400
    for n in range(hanging):
        scene.track(*ids(20, f"h{n}"), source=f"h{n}")
    scene.track("er_1", source="well")
    scene.world = lambda name, run_id, at: (
        ok(run_id) if name == "well" or at < 10 else Reply(http_status=None, latency_us=10 * S)
    )
    scene.watch(seconds=60)
    assert max(gaps([*asked(scene, "er_1"), 60])) < 3.5


# --- beginning and ending


def test_stopping_waits_for_the_answers_under_way(scene: Scene) -> None:
    """Nothing more is sent, what comes is recorded, the leases are given back."""
    scene.track(*ids(3))
    scene.accept_keys()
    scene.world = lambda _s, run_id, _at: Reply(body=document(run_id), latency_us=8 * S)
    poller = scene.poller()
    scene.time.at(2, poller.stop)
    scene.time.run(poller.run)
    assert 8 <= (scene.time.now - T0) / S < 9
    assert polls(scene) == len(scene.log) == 3
    with scene.database.reading() as connection:
        assert connection.execute(sa.text("SELECT holder FROM source")).scalars().all() == [None]


def test_a_watch_for_a_time_ends_in_time(scene: Scene) -> None:
    """Nothing is sent after it."""
    scene.track(*ids(3))
    scene.watch(RunMode.TIME, seconds=55)
    assert 55 <= (scene.time.now - T0) / S < 55.4
    assert max(asked(scene)) < 55


def test_a_pass_asks_each_due_run_once(scene: Scene) -> None:
    """And it ends when the answers are there; a run that was asked just now is not due."""
    scene.track(*ids(20))
    scene.watch(RunMode.PASS)
    assert Counter(one.run_id for one in scene.log) == dict.fromkeys(ids(20), 1)
    assert scene.time.now - T0 < S
    scene.watch(RunMode.PASS)
    assert len(scene.log) == 20


def test_new_ids_come_while_it_runs(scene: Scene) -> None:
    """What `before_poll` tracks is asked in the same pass; a source that is new is taken up within a second."""
    scene.watch(RunMode.PASS, before_poll=lambda: scene.track("er_1"))
    assert asked(scene, "er_1")
    scene.time.at(10, lambda: scene.track("other", source="new"))
    scene.watch(seconds=15)
    assert asked(scene, "other")[0] < 11.2


def test_an_empty_store(scene: Scene) -> None:
    """There is nothing to do, and that is fine."""
    assert scene.watch(RunMode.PASS).exit_code == 0
    assert scene.watch(RunMode.DONE).exit_code == 0
    assert scene.time.now - T0 < S


def set_clock(scene: Scene, at: float, by: int) -> None:
    def step() -> None:
        scene.time.shift += by * S

    scene.time.at(at, step)


@pytest.mark.slow
@pytest.mark.parametrize("by", [-3600, -90, -3, 90, 3600])
def test_a_clock_that_is_set_stops_nothing(scene: Scene, by: int) -> None:
    """Runs in flight, settling, and new ones are asked on as if nothing had been, but for a moment."""
    scene.cadence = Cadence(overdue_after_us=2 * HOUR)  # longer than the step
    scene.track("er_1", "er_2")
    scene.world = lambda _s, run_id, at: (
        ended(run_id) if run_id == "er_2" and at > 5 else ok(run_id)
    )
    set_clock(scene, 20, by)
    scene.time.at(95, lambda: scene.track("new"))
    scene.watch(seconds=150)
    assert max(gaps([*asked(scene, "er_1"), 150])) < (7 if by < 0 else 64)
    assert asked(scene, "new")[0] < 96.1
    assert any(60 < at < 140 for at in asked(scene, "er_2")), "the look a minute after the end"


def test_a_clock_that_is_set_back_turns_no_history_round(scene: Scene) -> None:
    """States are in the order in which they were served, and passes that come later go on in the same way."""
    scene.track("er_1")
    scene.world = lambda _s, run_id, at: ok(run_id, n=at // 10)
    set_clock(scene, 25, -3600)
    scene.watch(seconds=40)
    scene.watch(seconds=20)
    with scene.database.reading() as connection:
        seqs = connection.execute(sa.select(poll.c.snapshot_seq).order_by(poll.c.polled_at))
        assert list(seqs.scalars()) == [1 + int(at) // 10 for at in asked(scene)]
    assert max(gaps([*asked(scene), 60])) < 3.5


@pytest.mark.slow
def test_a_clock_that_is_set_back_frees_the_budget_in_two_minutes(scene: Scene) -> None:
    """Requests that were counted until the old time are counted for no longer than a request may take."""
    scene.rate = 20
    scene.track(*ids(20))
    set_clock(scene, 50, -3600)
    scene.watch(seconds=300)
    assert most_in_a_minute(asked(scene)) <= 20
    assert max(gaps([*asked(scene), 300])) < 125


@pytest.mark.slow
@pytest.mark.parametrize("by", [-3600, 3600])
def test_a_clock_that_is_set_costs_no_budget(scene: Scene, by: int) -> None:
    """Not one request more than the budget goes in any 60 s, whatever the clock says."""
    scene.rate = 20
    scene.track(*ids(40))
    set_clock(scene, 10, by)
    scene.watch(seconds=150)
    assert most_in_a_minute(asked(scene)) <= 20


def test_a_store_that_is_waited_for_is_no_step_of_the_clock(scene: Scene) -> None:
    """A lock that holds a renewal up for seconds pauses nothing when it is gone."""
    scene.track("er_1")
    held_up: list[int] = []

    def hold_up(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "poller (holder" in statement and not held_up and scene.time.now > T0 + 20 * S:
            held_up.append(scene.time.now)
            scene.time.now += 4 * S

    sa.event.listen(scene.database.engine, "before_cursor_execute", hold_up)
    scene.watch(seconds=60)
    assert held_up
    assert max(gaps([*asked(scene), 60])) < 3.5 + 4


@pytest.mark.parametrize("by", [-600, 600])
def test_how_long_a_watch_lasts_is_not_told_by_the_clock(scene: Scene, by: int) -> None:
    """A clock that is set makes `--for` neither longer nor shorter."""
    scene.track("er_1")
    set_clock(scene, 20, by)
    scene.watch(RunMode.TIME, seconds=55)
    assert 55 <= (scene.time.now - T0) / S < 57


# --- several processes


def later(scene: Scene, seconds: float, run: Callable[[], object]) -> Callable[[], object]:
    """What begins so many seconds later."""

    def begin() -> object:
        scene.time.wait(scene.time.now + round(seconds * S))
        return run()

    return begin


def impatient_twin(scene: Scene, open_database: Open) -> Database:
    """The same store, through connections of another process."""
    return open_database(scene.database.url.render_as_string(hide_password=False))


@pytest.mark.parametrize(
    ("until", "within"), [(RunMode.PASS, 0.1), (RunMode.TIME, 3.5), (RunMode.DONE, 3.5)]
)
def test_a_second_watch_ends_soon(
    scene: Scene, open_database: Open, until: RunMode, within: float
) -> None:
    """It says that another process polls, and that is fine; a pass at once, others when they see that it lives."""
    scene.track(*ids(3))
    first = scene.poller(seconds=20, name="first")
    twin = impatient_twin(scene, open_database)
    second = scene.poller(until, name="second", database=twin)
    ended_at: list[int] = []

    def run_second() -> None:
        second.run()
        ended_at.append(scene.time.now)

    scene.time.run(first.run, later(scene, 5.5, run_second))
    assert second.summary.busy == {"default"}
    assert second.summary.exit_code == 0
    assert second.summary.line() == "polled 0; another process polls default"
    assert (ended_at[0] - T0) / S < 5.5 + within
    assert {one.watch for one in scene.log} == {"first"}


def test_who_was_stopped_for_a_while_sends_nothing_on_its_old_lease(
    scene: Scene, open_database: Open
) -> None:
    """Another takes over within seconds; what the first had under way is recorded when it goes on."""
    scene.track(*ids(4))
    scene.world = lambda _s, run_id, _at: Reply(body=document(run_id), latency_us=2 * S)
    first = scene.poller(name="first")
    second = scene.poller(name="second", database=impatient_twin(scene, open_database))
    scene.time.at(11, lambda: scene.time.stop(0))
    scene.time.at(40, lambda: scene.time.go_on(0))
    for poller in (first, second):
        scene.time.at(60, poller.stop)
    scene.time.run(first.run, later(scene, 1, second.run))
    of_first, of_second = asked(scene, watch="first"), asked(scene, watch="second")
    assert max(at for at in of_first if at < 40) < 11.3
    assert 11 < min(of_second) < 11 + 10 + 3 + 1
    assert polls(scene) == len(scene.log)
    last_before = max(at for at in of_second)
    assert not [at for at in of_first if min(of_second) < at < last_before]


@pytest.mark.slow
def test_a_watch_that_was_stopped_goes_on_if_nobody_took_over(scene: Scene) -> None:
    """A laptop that slept does not end a watch early."""
    scene.track("er_1")
    poller = scene.poller(RunMode.DONE)
    scene.world = lambda _s, run_id, at: ended(run_id) if at > 100 else ok(run_id)
    scene.time.at(10, lambda: scene.time.stop(0))
    scene.time.at(60, lambda: scene.time.go_on(0))
    scene.time.run(poller.run)
    assert (scene.time.now - T0) / S > 105


def test_permissions_that_ran_out_are_not_used(scene: Scene) -> None:
    """An ask that is late by more than five seconds is not sent, costs nothing, and the run is asked later."""
    lags = iter([6 * S] * 3)
    scene.rate, scene.cadence = 9, Cadence(every_us=20 * S)
    scene.track(*ids(3))
    scene.accept_keys()
    scene.watch(RunMode.TIME, seconds=50, lag_us=lambda: next(lags, 0))
    assert [round(at) for at in asked(scene)] == [6, 6, 6, 26, 26, 26, 46, 46, 46]
    assert polls(scene) == 9


@pytest.mark.slow
def test_services_share_the_sources_and_take_over(scene: Scene, open_database: Open) -> None:
    """Three watches, nine sources: three each, one watch a source; a dead one's go to the others within seconds."""
    names = [f"s{n}" for n in range(9)]
    for name in names:
        scene.track(f"of_{name}", source=name)
    watches = [
        scene.poller(name=name, database=impatient_twin(scene, open_database)) for name in "xyz"
    ]
    scene.time.at(20, lambda: scene.time.stop(1))
    for place in (0, 2):
        scene.time.at(40, watches[place].stop)
    scene.time.run(*(later(scene, place, one.run) for place, one in enumerate(watches)))
    shared = {(one.source, one.watch) for one in scene.log if 14 < one.at < 20}
    assert Counter(watch for _, watch in shared) == {"x": 3, "y": 3, "z": 3}
    assert len(shared) == 9
    after = {(one.source, one.watch) for one in scene.log if 36 < one.at < 40}
    assert len(after) == 9
    assert sorted(Counter(watch for _, watch in after).values()) == [4, 5]
    for name in names:
        assert max(gaps(asked(scene, source=name))) < 19


@pytest.mark.slow
def test_a_service_of_one_source_leaves_no_other_unwatched(
    scene: Scene, open_database: Open
) -> None:
    """One watch wants all sources, one a single one: all are asked throughout, the single one by who wants it alone."""
    names = [f"s{n}" for n in range(5)]
    for name in names:
        scene.track(f"of_{name}", source=name)
    all_of = scene.poller(name="all", seconds=40)
    one = scene.poller(
        name="one", source="s0", seconds=40, database=impatient_twin(scene, open_database)
    )
    scene.time.run(all_of.run, later(scene, 5, one.run))
    assert {(sent.source, sent.watch) for sent in scene.log if sent.at > 15} == {
        ("s0", "one"),
        *((name, "all") for name in names[1:]),
    }
    for name in names:
        assert max(gaps([*asked(scene, source=name), 40])) < 3 + 6


@pytest.mark.slow
def test_a_person_s_watch_gives_way_to_a_service(scene: Scene, open_database: Open) -> None:
    """It polls while nobody else does, what nobody else wants, and all again when the service has ended."""
    for name in "ab":
        scene.track(f"of_{name}", source=name)
    guest = scene.poller(name="guest", is_viewer=True, seconds=60)
    service = scene.poller(
        name="service", source="a", seconds=30, database=impatient_twin(scene, open_database)
    )
    scene.time.run(guest.run, later(scene, 10, service.run))
    a_by = {
        at: {sent.watch for sent in scene.log if sent.source == "a" and at < sent.at < at + 10}
        for at in (0, 20, 50)
    }
    assert a_by == {0: {"guest"}, 20: {"service"}, 50: {"guest"}}
    assert {sent.watch for sent in scene.log if sent.source == "b"} == {"guest"}
    assert max(gaps([*asked(scene, source="a"), 60])) < 3 + 6
    assert max(gaps([*asked(scene, source="b"), 60])) < 3.5


@pytest.mark.slow
def test_a_pass_that_ends_lets_the_next_one_go_on(scene: Scene, open_database: Open) -> None:
    """From cron: one request hangs at the end of a pass, and costs no other source its next minute."""
    scene.track("well", source="a")
    scene.track("slow", source="b")
    scene.world = lambda _s, run_id, at: (
        Reply(http_status=None, latency_us=25 * S)
        if run_id == "slow" and 50 <= at < 56
        else ok(run_id)
    )
    first = scene.poller(RunMode.TIME, seconds=55, name="first")
    twin = impatient_twin(scene, open_database)
    second = scene.poller(RunMode.TIME, seconds=55, name="second", database=twin)
    scene.time.run(first.run, later(scene, 60, second.run))
    assert max(gaps([*asked(scene, "well"), 115])) < 10
    assert max(gaps([*asked(scene, "slow"), 115])) < 35
    assert polls(scene) == len(scene.log)


def test_a_pass_waits_for_the_lease_of_a_dead_process(scene: Scene, open_database: Open) -> None:
    """Which nobody renews; so it takes over within seconds, and does not leave it to the next pass."""
    scene.track("er_1")
    twin = impatient_twin(scene, open_database)
    dead = scene.poller(name="dead")
    second = scene.poller(RunMode.TIME, seconds=55, name="second", database=twin)
    scene.time.at(9, lambda: scene.time.stop(0))
    scene.time.run(dead.run, later(scene, 10, second.run))
    assert asked(scene, watch="second")[0] < 9 + 10 + 4


@pytest.mark.slow
def test_who_takes_over_finds_that_a_refused_key_works(scene: Scene, open_database: Open) -> None:
    """What the store says of a source is looked at when it is taken, not when the watch began."""
    scene.track(*ids(2))
    scene.world = lambda _s, run_id, at: Reply(http_status=401) if 20 <= at < 25 else ok(run_id)
    one = scene.poller(name="one")
    two = scene.poller(name="two", database=impatient_twin(scene, open_database))
    scene.time.at(26, lambda: scene.time.stop(0))
    scene.time.at(90, two.stop)
    scene.time.run(one.run, later(scene, 1, two.run))
    assert asked(scene, watch="two")
    with scene.database.reading() as connection:
        assert connection.execute(sa.select(source.c.refused_key)).scalar_one() is None


@pytest.mark.slow
def test_at_a_hand_over_no_run_is_asked_before_its_last_answer_is_in_the_store(
    scene: Scene, open_database: Open
) -> None:
    """Watches come and go, and answers take longer than a lease: a source is given away when they have come."""
    names = [f"s{n}" for n in range(6)]
    for name in names:
        scene.track(f"of_{name}", source=name)
    slow_us = 12 * S
    scene.world = lambda _s, run_id, _at: Reply(body=document(run_id), latency_us=slow_us)
    watches = {
        name: scene.poller(name=name, database=impatient_twin(scene, open_database))
        for name in "xyz"
    }
    begins = {"x": 0.0, "y": 7.0, "z": 16.0}
    for name, at in {"x": 45, "y": 60, "z": 90}.items():
        scene.time.at(at, watches[name].stop)
    scene.time.run(*(later(scene, at, watches[name].run) for name, at in begins.items()))
    assert {one.watch for one in scene.log} == {"x", "y", "z"}
    for name in names:
        assert min(gaps(asked(scene, source=name))) >= slow_us / S
    assert polls(scene) == len(scene.log)


@pytest.mark.slow
def test_a_process_that_is_far_from_the_store_gets_its_part(
    scene: Scene, open_database: Open
) -> None:
    """Two processes share a short budget: the one that comes a moment later each time does not starve."""
    scene.keys = {"a": "one key", "b": "one key"}
    scene.rate = 20
    scene.track(*ids(4, "a"), source="a")
    scene.track(*ids(4, "b"), source="b")
    twin = impatient_twin(scene, open_database)
    near = scene.poller(seconds=110, name="near", source="a")
    far = scene.poller(seconds=110, name="far", source="b", database=twin, work_us=9000)
    scene.time.run(near.run, far.run)
    shares = Counter(one.watch for one in scene.log if one.at > 2)
    assert most_in_a_minute(asked(scene)) <= 20
    assert abs(shares["far"] - shares["near"]) <= 4 < shares["far"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_three_watches_through_stops_of_any_length(
    scene: Scene, open_database: Open, seed: int
) -> None:
    """Who sends has the lease, no budget is exceeded, no answer lost, whatever stops for however long, however slow."""
    rng = random.Random(seed)
    names = [f"s{n}" for n in range(8)]
    scene.keys = {name: f"key {n % 3}" for n, name in enumerate(names)}
    scene.rate = rng.choice([20, 40, 80])
    for name in names:
        scene.track(*ids(rng.randint(1, 4), name), source=name)
    scene.world = lambda _s, run_id, at: any_reply(rng, run_id, at)
    holders: dict[str, set[str]] = {}

    def has_the_lease(sent: Sent) -> None:
        row = sa.select(source.c.holder, source.c.held_until).where(source.c.name == sent.source)
        with scene.database.reading() as connection:
            holder, until = connection.execute(row).one()
        assert (until - T0) / S > sent.at
        holders.setdefault(sent.watch, set()).add(holder)

    scene.seen = has_the_lease
    watches = [
        scene.poller(
            name=name,
            database=impatient_twin(scene, open_database),
            lag_us=lambda: rng.choice([0, 0, 0, S // 10, 3 * S, 6 * S]),
            work_us=rng.choice([1000, 5000, 50_000]),
        )
        for name in "xyz"
    ]
    for place, poller in enumerate(watches):
        stop_now_and_then(scene, place, rng)
        scene.time.at(200, poller.stop)
    scene.time.run(*(one.run for one in watches))
    assert [len(mine) for mine in holders.values()] == [1, 1, 1]
    assert len(set.union(*holders.values())) == 3
    assert polls(scene) == len(scene.log)
    for key in set(scene.keys.values()):
        sent = [one.at for one in scene.log if scene.keys[one.source] == key]
        assert most_in_a_minute(sent) <= scene.rate


def any_reply(rng: random.Random, run_id: str, at: int) -> Reply:
    """Mostly a row, sometimes trouble."""
    latency_us = rng.choice([1, 3, 20, 80]) * S // 10
    replies = [
        Reply(body=document(run_id, n=at // 5), latency_us=latency_us),
        Reply(http_status=503),
        Reply(http_status=None, latency_us=rng.choice([10, 30]) * S),
        Reply(http_status=429, retry_after_s=rng.choice([1, 5])),
    ]
    return rng.choices(replies, [90, 5, 3, 2])[0]


def stop_now_and_then(scene: Scene, place: int, rng: random.Random) -> None:
    """For moments, for less and for more than a lease, for minutes."""
    at = rng.uniform(15, 40)
    while at < 150:
        pause = rng.choice([1, 5, 9, 12, 30, 130])
        scene.time.at(at, partial(scene.time.stop, place))
        scene.time.at(at + pause, partial(scene.time.go_on, place))
        at += pause + rng.uniform(5, 40)


# --- hours


@pytest.mark.slow
def test_twenty_minutes_of_a_short_budget(scene: Scene) -> None:
    """Forty runs in flight, and one more every minute: the budget is used, never exceeded, and each has its turn."""
    scene.track(*ids(40))
    for minute in range(1, 20):
        scene.time.at(60 * minute + 7, partial(scene.track, f"new_{minute:02}"))
    scene.watch(seconds=1200)
    sent = asked(scene)
    assert most_in_a_minute(sent) <= 80
    assert len(sent) > 19 * 76
    for minute in range(1, 20):
        assert asked(scene, f"new_{minute:02}")[0] - (60 * minute + 7) < 1
    for run_id in ids(40):
        assert max(gaps(at for at in asked(scene, run_id) if 60 < at < 560)) < 45


@pytest.mark.slow
def test_hours_of_a_service(scene: Scene) -> None:
    """A key that is refused for two hours, a server that fails for one, a run that never ends, one that is not there."""
    hour = HOUR // S

    def world(source: str, run_id: str, at: int) -> Reply:
        if source == "refused" and hour // 2 <= at < 2 * hour:
            return Reply(http_status=401)
        if source == "failing" and hour <= at < 2 * hour:
            return Reply(http_status=503)
        if run_id == "absent":
            return Reply(http_status=404)
        over = {"short": 100, "long": hour + hour // 2}.get(run_id, 10 * hour)
        return ended(run_id) if at > over else ok(run_id)

    scene.world = world
    scene.track("short", "long", "stuck", "absent", source="well")
    scene.track("of_refused", source="refused")
    scene.track("of_failing", source="failing")
    poller = scene.poller(RunMode.FOREVER)
    scene.time.at(3 * hour, poller.stop)
    scene.time.run(poller.run)
    probes = [one.at / hour for one in scene.log if one.status == 401]
    assert probes[0] == pytest.approx(0.5, abs=0.1)
    assert [later - probes[0] for later in probes[1:]] == pytest.approx([1], abs=0.01)
    works = [at / hour for at in asked(scene, source="refused") if at > 2 * hour]
    assert works[0] - probes[0] == pytest.approx(2, abs=0.02)
    assert poller.summary.exit_code == 0
    failed = [one.at for one in scene.log if one.status == 503]
    assert 50 < len(failed) < 70
    assert max(gaps(failed)) < 62
    assert max(gaps(asked(scene, "absent"))) == pytest.approx(hour, rel=0.2)
    assert max(gaps(asked(scene, "stuck"))) < 2.9 * hour / 20 + 5
    assert len(asked(scene, "short")) == pytest.approx(100 / 3.1 + 4, abs=4)
    assert sum("overdue: run stuck" in line for line in scene.told) == 1
    assert [line for line in scene.told if "overdue" not in line] == [
        (
            "source 'refused' is stopped: the API key was refused (401):"
            " give it a key that works, then poll again"
        ),
        "source 'failing' fails: HTTP 503; it is polled less often until it answers",
        "source 'failing' answers again",
        "source 'refused': the API key works again",
    ]
