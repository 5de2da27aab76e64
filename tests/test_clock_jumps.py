"""A clock that jumps: nobody is given up on its word, and when it is right again all goes on as if it had been."""

from random import Random
from typing import Any

import pytest
from stores import T0, S, rows, view
from virtual import Reply, Scene, ended, most_in_a_minute, ok

from recorder.cli.main import cli, run
from recorder.doctor.verdicts import check_clock
from recorder.instants import DAY, HOUR, MINUTE
from recorder.polling.clock_watch import clock_off
from recorder.polling.watch_options import RunMode
from recorder.schedule.cadence import Cadence
from recorder.store.engine import Database
from recorder.store.read.overdue_runs import overdue_runs

JUMPS = [8 * DAY, 25 * HOUR, 30 * 365 * DAY]
SETTLE_S = (5, 60, 900, 3600, 86400)


def world(_source: str, run_id: str, at: int) -> Reply:
    """`moves` ends after an hour, `ends` had ended and is charged after ten minutes, `stuck` stays in flight."""
    if run_id == "moves" and at >= 3600:
        return ended(run_id)
    if run_id == "ends":
        return ended(run_id, cost={"actual": 7 if at >= 600 else None})
    return ok(run_id, timing={"createdAt": "2025-11-20T08:59:50Z"})


SQLITE_ALONE = pytest.mark.parametrize("dialect", ["sqlite"])
"""For hours of virtual time: budgets on Postgres go by its server's clock."""
CADENCE = Cadence(every_us=20 * S)


@pytest.fixture
def scene(database: Database) -> Scene:
    made = Scene(database, world, cadence=CADENCE)
    made.track("moves", "ends", "stuck")
    made.watch(RunMode.PASS)
    return made


def tracking(scene: Scene) -> dict[str, str]:
    return {one["run_id"]: one["tracking"] for one in view(scene.database, "runs")}


def asked(scene: Scene, run_id: str, since: float = 0) -> list[float]:
    return [sent.at for sent in scene.log if sent.run_id == run_id and sent.at >= since]


def set_clock(scene: Scene, ahead_us: int, *, real: int = 1) -> None:
    """Set our clock while nobody watches, so many seconds later."""
    scene.time.now += real * S
    scene.time.shift = ahead_us


def live(scene: Scene, seconds: float) -> float:
    """Pass after pass for so long, each when a run is due; seconds since T0 of the first."""
    began = scene.time.now
    while scene.time.now < began + seconds * S:
        scene.watch(RunMode.PASS)
        plans = [one["due_at"] for one in rows(scene.database, "watch")["watch"]]
        until = min((at for at in plans if at is not None), default=scene.time() + HOUR)
        scene.time.now += max(until - scene.time(), 4 * S)
    return (began - T0) / S


def off(scene: Scene) -> list[Any]:
    return [one["clock_off_us"] for one in rows(scene.database, "source")["source"]]


@pytest.mark.parametrize("jump", JUMPS)
def test_one_pass_by_a_clock_far_ahead_gives_nobody_up(scene: Scene, jump: int) -> None:
    """Though the server sends no Date: the poll before it lies too far back for that."""
    set_clock(scene, jump)
    scene.watch(RunMode.PASS)
    assert tracking(scene) == {"moves": "active", "ends": "settling", "stuck": "active"}
    set_clock(scene, 0, real=700)
    began = live(scene, 12)
    for run_id in ("moves", "ends", "stuck"):
        assert asked(scene, run_id, began)[0] - began < 1
    charged = {one["run_id"]: one["cost_actual_micros"] for one in view(scene.database, "runs")}
    assert charged["ends"] == 7_000_000


@SQLITE_ALONE
def test_a_pass_ends_though_its_clock_is_set_back(database: Database) -> None:
    """However far it goes back: a run is due once more at the most, as its plan is made anew."""
    scene = Scene(database)
    scene.track("er_1")
    scene.time.at(0.05, lambda: setattr(scene.time, "shift", -DAY))
    scene.watch(RunMode.PASS)
    assert len(scene.log) <= 2


@SQLITE_ALONE
@pytest.mark.parametrize("step", [40 * MINUTE, 900 * DAY])
def test_no_key_rests_until_the_time_of_a_clock_that_was_ahead(
    database: Database, step: int
) -> None:
    """Set forward under a watch that rests its keys for that, and set right before they are used again."""
    scene = Scene(database)
    scene.track("er_1")
    scene.time.at(3.05, lambda: setattr(scene.time, "shift", step))  # a request is under way
    scene.watch(RunMode.TIME, seconds=9)
    set_clock(scene, 0)
    began = (scene.time.now - T0) / S
    scene.watch(RunMode.TIME, seconds=70)
    assert asked(scene, "er_1", began)[0] - began < 62


def test_one_pass_by_the_right_clock_takes_all_up_again(scene: Scene) -> None:
    """From cron, too: the plans that it makes anew are due in the pass itself."""
    set_clock(scene, 8 * DAY)
    scene.watch(RunMode.PASS)
    set_clock(scene, 0, real=60)
    began = (scene.time.now - T0) / S
    scene.watch(RunMode.PASS)
    assert {sent.run_id for sent in scene.log if sent.at >= began} == {"moves", "ends", "stuck"}


@SQLITE_ALONE
@pytest.mark.slow
@pytest.mark.parametrize("jump", JUMPS)
def test_whom_a_clock_gave_up_that_proves_to_have_been_ahead_is_watched_again(
    scene: Scene, jump: int
) -> None:
    """A watch of two days by such a clock may give up; the next one by the right clock takes all up again."""
    set_clock(scene, jump)
    live(scene, 7200)
    assert tracking(scene)["ends"] == "done"
    assert tracking(scene)["stuck"] == ("active" if jump < 7 * DAY else "abandoned")
    set_clock(scene, 0)
    began = live(scene, 30 * 3600)
    assert tracking(scene) == {"moves": "done", "ends": "done", "stuck": "active"}
    assert began <= asked(scene, "ends", began)[0] < began + 1
    assert len(asked(scene, "stuck", began)) > 20
    assert len(asked(scene, "ends", began)) <= len(SETTLE_S) + 1


@SQLITE_ALONE
@pytest.mark.slow
def test_the_settle_polls_come_at_their_time_though_the_end_was_seen_by_a_wrong_clock(
    database: Database,
) -> None:
    """5 s, 1 min, 15 min, 1 h and 24 h after the end was seen, by the time that really passed; then never again."""
    scene = Scene(
        database, lambda _s, run_id, at: ok(run_id) if at < 5 else ended(run_id), cadence=CADENCE
    )
    scene.track("er_1")
    set_clock(scene, 8 * DAY, real=0)
    scene.watch(RunMode.TIME, seconds=12)
    set_clock(scene, 0, real=0)
    began = live(scene, 50 * 3600)
    found = [at - began for at in asked(scene, "er_1", began)]
    assert found[0] < 1
    late = [at - found[0] for at in found[1:]]
    assert len(late) == len(SETTLE_S)
    assert all(0 <= at - settle < 10 for at, settle in zip(late, SETTLE_S, strict=True))
    assert tracking(scene) == {"er_1": "done"}


@SQLITE_ALONE
@pytest.mark.slow
@pytest.mark.parametrize("jump", [25 * HOUR, 30 * 365 * DAY, -HOUR, -8 * DAY])
def test_with_the_servers_date_the_plan_goes_by_the_right_clock(scene: Scene, jump: int) -> None:
    """However long it is off: nobody is given up, settle polls and overdue runs come as if nothing were wrong."""
    scene.dates = True
    set_clock(scene, jump)
    began = live(scene, 30 * 3600)
    assert tracking(scene) == {"moves": "settling", "ends": "settling", "stuck": "active"}
    assert 3 <= len(asked(scene, "ends", began + 61)) <= 3 + 30
    assert 60 < len(asked(scene, "stuck", began + 3600)) < 200
    set_clock(scene, 0)
    live(scene, 2 * 3600)
    assert tracking(scene) == {"moves": "done", "ends": "done", "stuck": "active"}


@pytest.mark.parametrize("jump", [2 * MINUTE, -2 * MINUTE, 8 * DAY])
def test_a_clock_that_is_off_is_told_once_until_it_is_right(scene: Scene, jump: int) -> None:
    """By the first pass that sees it, not by those after it; and `sources` knows for as long."""
    scene.dates = True
    scene.told.clear()
    set_clock(scene, jump)
    for _ in range(3):
        scene.watch(RunMode.TIME, seconds=5)
    word = "ahead of" if jump > 0 else "behind"
    (line,) = [one for one in scene.told if "clock" in one]
    assert word in line
    assert "is given up" in line
    assert [abs(one - jump) < 2 * S for one in off(scene)] == [True]
    set_clock(scene, 0)
    for _ in range(2):
        scene.watch(RunMode.TIME, seconds=5)
    assert [one for one in scene.told if "clock" in one][1:] == [
        "this machine's clock agrees with that of the server of source 'default' again"
    ]
    assert off(scene) == [None]


def test_a_clock_is_off_from_a_minute_on_and_right_from_half_of_it_down() -> None:
    """Around the minute it is not reported in turns."""
    assert clock_off(MINUTE, None) is None
    assert clock_off(-MINUTE - 1, None) == -MINUTE - 1
    assert clock_off(31 * S, MINUTE + 1) == 31 * S
    assert clock_off(-30 * S, MINUTE + 1) is None


def test_sources_coverage_and_doctor_tell_of_the_clock(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the last pass found it, also where they cannot ask themselves."""
    scene.dates = True
    db = ("--db", scene.database.url.render_as_string(hide_password=False))
    assert run(cli, ["sources", *db]) == 0
    assert "refused, clock (no value)" in " ".join(capsys.readouterr().out.split())
    set_clock(scene, 2 * HOUR)
    scene.watch(RunMode.TIME, seconds=5)
    assert run(cli, ["sources", *db]) == 0
    assert "1 h 59 m ahead" in capsys.readouterr().out
    assert run(cli, ["sources", *db, "--format", "json"]) == 0
    assert '"clock_ahead_seconds":719' in capsys.readouterr().out.replace(" ", "")
    assert "the clock here is 1 h 59 m ahead of that of the server of default" in foot(db, capsys)
    check = check_clock("default", None, off(scene)[0])
    assert check is not None
    assert "1 h 59 m ahead of" in check.found
    assert check_clock("default", None) is None


def foot(db: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> str:
    """What stands below the table of coverage, on one line."""
    assert run(cli, ["coverage", *db]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_coverage_tells_of_polls_after_a_clock_was_set_back(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """They stay in order, a microsecond apart, and are counted for as long as they are in the history."""
    db = ("--db", scene.database.url.render_as_string(hide_password=False))
    assert "clock" not in foot(db, capsys)
    set_clock(scene, -HOUR)
    scene.watch(RunMode.TIME, seconds=60)
    set_clock(scene, 0)
    scene.watch(RunMode.TIME, seconds=60)
    told = foot(db, capsys)
    assert "polls timed after the clock was set back: only their order is right" in told
    assert "the clock here" not in told


def overdue_at(scene: Scene) -> list[str]:
    with scene.database.reading() as connection:
        found = overdue_runs(connection, scene.cadence, now=scene.time())
    return [one.run_id for one in found]


@pytest.mark.slow
@pytest.mark.parametrize("behind", [-HOUR, -2 * DAY])
def test_a_first_sight_by_a_wrong_clock_makes_nothing_overdue(
    database: Database, behind: int
) -> None:
    """A ledger without createdAt: the run counts from when it was seen by the server's Date, once the clock is right."""
    scene = Scene(database, lambda _s, run_id, _at: ok(run_id), cadence=CADENCE, dates=True)
    scene.track("first")
    set_clock(scene, behind)
    scene.track("second")
    scene.watch(RunMode.TIME, seconds=60)
    set_clock(scene, 0)
    scene.watch(RunMode.TIME, seconds=60)
    assert overdue_at(scene) == []
    assert [one for one in scene.told if "overdue" in one] == []
    live(scene, 600)
    assert overdue_at(scene) == ["first", "second"]


@pytest.mark.slow
def test_overdue_is_not_told_on_the_word_of_a_clock_that_is_off(scene: Scene) -> None:
    """A pass that finds its clock an hour ahead tells of no run; by the right clock it does, at its time."""
    scene.dates = True
    set_clock(scene, HOUR)
    scene.watch(RunMode.PASS)
    scene.watch(RunMode.TIME, seconds=60)
    assert [one for one in scene.told if "overdue" in one] == []
    set_clock(scene, 0)
    live(scene, 700)
    assert {one.split()[2] for one in scene.told if "overdue" in one} == {"stuck", "moves"}


@SQLITE_ALONE
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("dates", [True, False])
def test_whatever_steps_the_clock_takes_all_is_as_it_should_be_when_it_is_right(
    database: Database, seed: int, *, dates: bool
) -> None:
    """Steps of seconds to years both ways, while watches run and between them: nobody is lost, the budget holds."""
    random = Random(seed)
    scene = Scene(database, world, cadence=CADENCE, dates=dates)
    scene.track("moves", "ends", "stuck")
    for _ in range(8):
        size = random.choice([2 * S, 50 * S, 2 * MINUTE, HOUR, DAY, 40 * DAY, 3 * 365 * DAY])
        step = round(random.uniform(0.5, 1.5) * size) * random.choice([1, -1])
        until = random.choice([RunMode.PASS, RunMode.TIME])
        seconds = None if until is RunMode.PASS else random.choice([5, 40])
        when = (scene.time.now - T0) / S + random.uniform(0, seconds or 1)
        scene.time.at(when, lambda step=step: setattr(scene.time, "shift", step))  # type: ignore[misc]
        scene.watch(until, seconds=seconds)
        set_clock(scene, random.choice([scene.time.shift, 0]), real=random.choice([1, 60, 4000]))
    set_clock(scene, 0)
    began = live(scene, 30 * 3600)
    assert most_in_a_minute(sent.at for sent in scene.log) <= scene.rate
    assert tracking(scene) == {"moves": "done", "ends": "done", "stuck": "active"}
    assert asked(scene, "stuck", began)[0] - began < 3600
    assert len(asked(scene, "stuck", began)) < 400
    held = {one["run_id"]: one for one in view(database, "runs")}
    assert held["ends"]["cost_actual_micros"] == 7_000_000
    assert held["moves"]["status"] == "completed"
    assert overdue_at(scene) == ["stuck"]
