"""A night in virtual time: what happened is known in the morning, and exactly that."""

from collections.abc import Iterator

import pytest
from stores import T0, S
from virtual import Reply, Scene, ended, ok, pinged

from recorder.analyses import Analyses
from recorder.analysis.filters import Filters
from recorder.analysis.spend_budget import SpendBudget
from recorder.instants import DAY, HOUR, MINUTE
from recorder.schedule.cadence import Cadence
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.thresholds import SpendLimit, ThresholdCheck, Thresholds

OUTAGE = range(1000, 1600)
REFUSED = range(2300, 3000)
NIGHT_S = 6600  # a key that was refused is tried again after an hour
RULES = Thresholds(
    failure_rate=0.02,
    silence_us=15 * MINUTE,
    overdue=0,
    slow=0,
    spend=(SpendLimit(micros=500_000_000, unit=None, within_us=DAY),),
    budget=1.0,
    new_errors_us=DAY,
    min_n=3,
)


def night(source: str, run_id: str, at: int) -> Reply:
    """A run that fails, one that is stuck, one that costs more than the budget, an outage, a key that is refused."""
    if source == "sales" and at in REFUSED:
        return Reply(http_status=401)
    if source == "default" and at in OUTAGE:
        return Reply(http_status=None)
    if run_id == "bad" and at >= 500:
        return ended(run_id, "failed", error={"message": "no credit left"})
    if run_id in ("dear", "late") and at >= {"dear": 300, "late": 1500}[run_id]:
        return ended(run_id, cost={"actual": {"credits": 60}})
    return ok(run_id)


def analyses(scene: Scene) -> Analyses:
    """The store of a scene, with a budget."""
    budget = SpendBudget(name="night", unit="credits", micros=100_000_000, per="day")
    settings = Settings(database_url="sqlite://", budgets=(budget,))
    return Analyses(scene.database, settings)


def crossed(scene: Scene, seconds: int) -> Iterator[tuple[str, str | None]]:
    """The rules that are crossed so many seconds after T0."""
    check = ThresholdCheck(analyses(scene), RULES, Filters(), now=T0 + seconds * S)
    return ((one.rule, one.of) for one in check.rows() if one.crossed)


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["sqlite"])  # a server's own clock does not follow virtual time
def test_the_morning_knows_what_happened_in_the_night(database: Database) -> None:
    """Exactly these events, thresholds and pings: an outage that is over is none; once the watch is dead, silence is one."""
    scene = Scene(database, world=night, cadence=Cadence(every_us=10 * S))
    scene.track("bad", "stuck", "dear")
    scene.track("late", source="sales")
    codes = pinged(scene, seconds=NIGHT_S, work_us=5 * S)
    found = [
        (e["kind"], e["run_id"], str(e["detail"]).partition(" for ")[0])
        for e in analyses(scene).events()
    ]
    assert found == [
        ("ended", "dear", "completed"),
        ("ended", "bad", "failed: no credit left"),
        ("overdue", "late", "running"),
        ("overdue", "stuck", "running"),
        ("ended", "late", "completed"),
        ("key_refused", None, "the API key was refused (401)"),
        ("key_accepted", None, "None"),
    ]
    morning = [
        *(("max_failure_rate", None), ("max_overdue", None)),
        *(("max_budget", "night"), ("new_errors", None)),
    ]
    assert list(crossed(scene, NIGHT_S)) == morning
    outage = codes[16:28]
    assert (set(outage), outage.count(3) >= 6) == ({0, 3}, True)
    refused = codes.index(4)
    assert (refused, codes[refused : refused + 50]) == (REFUSED.start // 60 + 1, [4] * 50)
    assert {*codes[:16], *codes[28:refused], *codes[-5:]} == {0}
    dead = list(crossed(scene, NIGHT_S + 2 * HOUR // S))
    assert dead == [morning[0], ("max_silence", "default"), *morning[1:]]
