"""A key whose runs end faster than they can be asked is reported: once, by whichever process, until that is over."""

from collections.abc import Callable

import pytest
from stores import T0, S
from virtual import Reply, Scene, ok

from recorder.errors import StoreError
from recorder.instants import HOUR, MINUTE, iso
from recorder.polling.budget_watch import BudgetWatch
from recorder.polling.permits import KeyUse
from recorder.polling.watch_options import RunMode
from recorder.schedule.cadence import Cadence
from recorder.store.engine import Database

LIFE_S = 30
USE = KeyUse(key_id="key-of-default", rate=20, sources={1: "default"})
Check = Callable[..., list[str]]


def short_lives(_source: str, run_id: str, at_s: int) -> Reply:
    """Every run was created at the beginning, and takes half a minute."""
    timing = {"createdAt": iso(T0), "completedAt": iso(T0 + LIFE_S * S)}
    if at_s < LIFE_S:
        return ok(run_id, timing={"createdAt": iso(T0)})
    return ok(run_id, "completed", timing=timing, cost={"actual": 1})


def crowd(scene: Scene, prefix: str = "er") -> None:
    scene.rate = 20
    scene.world = short_lives
    scene.track(*(f"{prefix}_{n:02}" for n in range(40)))


@pytest.mark.slow
def test_a_watch_reports_a_budget_that_is_too_short(database: Database) -> None:
    """With its pace and the length of the runs, and what to do; a viewer leaves that to others."""
    scene = Scene(database)
    crowd(scene)
    scene.watch(is_viewer=True, seconds=80)
    assert scene.told == []
    scene.track(*(f"later_{n:02}" for n in range(30)))
    scene.watch(RunMode.TIME, seconds=90)
    assert len(scene.told) == 1, scene.told
    [line] = scene.told
    assert line.startswith("runs of source 'default' end faster than they can be asked: the budget")
    assert line.endswith(
        "half of them take less than 30 s, so ends are seen late; raise --rate, or use a second key"
    )


@pytest.mark.slow
def test_single_passes_report_it_once(database: Database) -> None:
    """As a watch does: at the end of a pass that polled some, and not of the next ones."""
    scene = Scene(database)
    crowd(scene)
    for _ in range(4):
        scene.watch(RunMode.PASS)
        scene.time.now += 10 * S
    [line] = [line for line in scene.told if "end faster than they can be asked" in line]
    # How often each is polled depends on when passes come.
    assert "the budget allows a poll of each about every" in line


@pytest.mark.slow
def test_a_watch_with_budget_enough_reports_nothing(database: Database) -> None:
    """Three runs are polled every 3 s."""
    scene = Scene(database, world=short_lives)
    scene.track("er_1", "er_2", "er_3")
    scene.watch(RunMode.TIME, seconds=90)
    assert scene.told == []


@pytest.fixture
def check(database: Database) -> Check:
    """Check, in a new process, a key whose runs are polled once in so many seconds."""
    scene = Scene(database, world=short_lives)
    scene.track("er_1")
    scene.watch(RunMode.TIME, seconds=40)
    minutes = iter(range(1, 60))

    def check(*paces_s: int) -> list[str]:
        told: list[str] = []
        budgets = BudgetWatch(database=database, notify=told.append)
        for pace_s in paces_s:
            now = T0 + next(minutes) * MINUTE
            budgets.check([USE], {1: pace_s * S}, now=now)
            budgets.check([USE], {1: 9 * pace_s * S}, now=now + S)
        return told

    return check


def test_a_message_that_the_store_did_not_take_is_given_later(
    database: Database, monkeypatch: pytest.MonkeyPatch, check: Check
) -> None:
    """As soon as it can be noted that it was given."""
    del check  # which made the history
    told: list[str] = []
    budgets = BudgetWatch(database=database, notify=told.append)

    def refuse(*_: object, **__: object) -> None:
        raise StoreError("the store is busy")

    with monkeypatch.context() as patched:
        patched.setattr(database, "write", refuse)
        with pytest.raises(StoreError):
            budgets.check([USE], {1: 2 * LIFE_S * S}, now=T0 + MINUTE)
    budgets.check([USE], {1: 2 * LIFE_S * S}, now=T0 + 2 * MINUTE)
    assert len(told) == 1


def test_runs_that_had_ended_before_they_were_tracked_are_not_seen_late(database: Database) -> None:
    """However many they are."""
    scene = Scene(database, world=short_lives, rate=20)
    scene.time.now += MINUTE
    scene.track("er_1", "er_2")
    scene.watch(RunMode.TIME, seconds=10)
    told: list[str] = []
    budgets = BudgetWatch(database=database, notify=told.append)
    budgets.check([USE], {1: 2 * LIFE_S * S}, now=scene.time())
    assert told == []


def test_a_key_of_which_nothing_is_known_stays_reported(database: Database, check: Check) -> None:
    """No run of it was due yet, of another key one was."""
    assert len(check(LIFE_S + 1)) == 1
    budgets = BudgetWatch(database=database, notify=lambda _: None)
    budgets.check([USE], {2: S}, now=T0 + 30 * MINUTE)
    assert check(LIFE_S + 1) == []


def test_it_is_reported_once_over_all_processes_until_it_is_over(check: Check) -> None:
    """It is over at half of the pace that it takes, so that messages do not alternate; more than once a minute nobody looks."""
    assert len(check(LIFE_S + 1)) == 1
    assert check(LIFE_S + 1, LIFE_S, LIFE_S + 1) == []
    assert check(LIFE_S // 2) == []
    assert len(check(LIFE_S + 1, LIFE_S + 2)) == 1
    assert len(check(3, LIFE_S + 1)) == 1


@pytest.mark.slow
def test_processes_that_share_a_key_judge_it_alike(database: Database) -> None:
    """One polls runs that take half a minute, the other, begun later, such as take ten: it is reported once."""
    lives = {"fast": 30, "slow": 600}

    def world(source: str, run_id: str, at_s: int) -> Reply:
        begun = int(run_id.partition("_")[2])
        timing = {"createdAt": iso(T0 + begun * S)}
        if at_s < begun + lives[source]:
            return ok(run_id, timing=timing)
        timing["completedAt"] = iso(T0 + (begun + lives[source]) * S)
        return ok(run_id, "completed", timing=timing, cost={"actual": 1})

    scene = Scene(database, world, rate=20, keys={"fast": "shared", "slow": "shared"})
    scene.cadence = Cadence(overdue_after_us=HOUR)
    scene.track("s_0", "s_1", source="slow")
    scene.track("f_0", "f_1", source="fast")
    scene.watch(RunMode.TIME, seconds=620)
    for _ in range(4):
        begun = (scene.time.now - T0) // S + 1
        scene.track(*(f"s_{begun + n}" for n in range(20)), source="slow")
        scene.track(*(f"f_{begun + n}" for n in range(20)), source="fast")
        watches = [scene.poller(RunMode.TIME, seconds=55, source=one) for one in lives]
        scene.time.run(*(one.run for one in watches))
    assert len(scene.told) == 1
