"""What the doctor makes of a budget and of the server's clock: pure functions."""

import pytest
from stores import T0, S

from recorder.doctor import State
from recorder.doctor.judge import judge_budget, judge_clock, judge_store_error
from recorder.errors import StoreError
from recorder.ledger.answer import Answer, Outcome
from recorder.schedule.dispatch import Budget
from recorder.store.due import SourceRow
from recorder.store.health import SourceHealth


def health(
    in_flight: int, *, overdue: int = 0, unseen: int = 0, name: str = "default"
) -> SourceHealth:
    """A source with so many runs in flight, and so many that no answer showed yet."""
    row = SourceRow(
        source_id=1,
        name=name,
        base_url="https://ledger.test",
        holder=None,
        held_until=None,
        refused_key=None,
        refused_at=None,
    )
    return SourceHealth(
        source=row,
        last_good_at=None,
        unseen=unseen,
        in_flight=in_flight,
        settling=0,
        overdue=overdue,
        not_visible=0,
        abandoned=0,
        polls_last_minute=0,
        errors_last_hour=0,
    )


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("a.db: attempt to write a readonly database", "poll as one who may write"),
        ("a.db: database or disk is full", "free some room"),
        ("pg: permission denied for table key_budget", "grant"),
        ("a.db: file is not a database", "does --db or RECORDER_DATABASE_URL name it?"),
        ("a.db stayed locked for 30 s: another program holds it; try again", None),
    ],
)
def test_the_advice_fits_what_the_store_said(said: str, advice: str | None) -> None:
    """What to do hangs on what went wrong; an error that says it already gets no second advice."""
    check = judge_store_error(StoreError(said))
    assert (check.state, check.found) == (State.FAIL, said)
    assert check.advice is None if advice is None else advice in (check.advice or "")


def test_the_budget_is_told_as_the_pace_of_each_run() -> None:
    """40 runs within 80 requests a minute: each is seen about every 30 s, which is too seldom."""
    check = judge_budget([health(40)], Budget(rate=80, busy=12), every_us=3 * S, now=0)
    assert check.found.startswith("40 runs in flight: each is seen about every 30 s; 12 of 80")
    assert (check.state, check.source) == (State.WARN, "default")
    few = judge_budget([health(4)], Budget(rate=80), every_us=3 * S, now=0)
    assert (few.state, "every 3 s" in few.found) == (State.OK, True)


def test_sources_that_share_a_key_share_its_pace() -> None:
    """The runs of all the key's sources count; those that are overdue are asked seldom, and do not."""
    sharing = [health(10, name="a"), health(20, overdue=10, name="b")]
    check = judge_budget(sharing, Budget(rate=80), every_us=3 * S, now=0)
    assert (check.source, check.state) == ("a, b", State.OK)
    assert check.found.startswith(
        "30 runs in flight (10 overdue and asked less often): each is seen about every 15 s; "
    )


def test_runs_that_no_answer_showed_are_told_as_in_sources() -> None:
    """They take their turn in the budget, and are no runs in flight."""
    check = judge_budget([health(0, unseen=40)], Budget(rate=80), every_us=3 * S, now=0)
    assert check.found.startswith("0 runs in flight, 40 unseen: each is seen about every 30 s; ")
    one = judge_budget([health(0, unseen=1)], Budget(rate=80), every_us=3 * S, now=0)
    assert "1 unseen: it is seen about every 3 s" in one.found


def test_a_pause_that_the_api_asked_for_is_told() -> None:
    """While a 429 holds, the budget is a warning that says for how long."""
    budget = Budget(rate=80, paused_until=30 * S)
    check = judge_budget([health(1)], budget, every_us=3 * S, now=0)
    assert (check.state, "a pause of 30 s" in check.found) == (State.WARN, True)


@pytest.mark.parametrize(
    ("ours_ahead_us", "latency_ms", "state", "said"),
    [
        (0, 0, State.OK, "within 2 s"),
        (2_900_000, 0, State.OK, "within 2 s"),
        (3_100_000, 0, State.WARN, "ahead of"),
        (4_000_000, 5000, State.OK, "within 2 s"),
        (-1_900_000, 0, State.OK, "within 2 s"),
        (-60_000_000, 100, State.WARN, "behind"),
    ],
)
def test_the_clock_is_judged_by_what_the_date_can_tell(
    ours_ahead_us: int, latency_ms: int, state: State, said: str
) -> None:
    """The Date is cut to the second and was written while we waited: only what lies beyond both is a difference."""
    seen = Answer(
        source="default",
        run_id="er_1",
        observed_at=T0 + ours_ahead_us,
        outcome=None,
        http_status=200,
        latency_ms=latency_ms,
        server_time=T0,
    )
    check = judge_clock("default", seen)
    assert check is not None
    assert check.state is state
    assert said in check.found


def test_without_a_date_the_clock_is_not_judged() -> None:
    """An answer without Date is a warning; no answer at all says nothing of the clock."""
    seen = Answer(source="a", run_id="er_1", observed_at=T0, outcome=None, http_status=200)
    check = judge_clock("a", seen)
    assert check is not None
    assert check.state is State.WARN
    lost = Answer(source="a", run_id="er_1", observed_at=T0, outcome=Outcome.NETWORK_ERROR)
    assert judge_clock("a", lost) is None
