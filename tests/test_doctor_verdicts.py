"""What the doctor makes of a budget and of the server's clock: pure functions."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stores import T0, S

from recorder.doctor import Check, CheckStatus
from recorder.doctor.verdicts import (
    check_budget,
    check_clock,
    check_due,
    check_store,
    poll_interval_us,
)
from recorder.errors import StoreError
from recorder.fetch.reading import clock_ahead_us
from recorder.instants import MINUTE
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.target import Target
from recorder.schedule.dispatch import Budget
from recorder.store.read.source_health import Backlog, SourceHealth
from recorder.store.read.source_rows import SourceRow


def health(
    in_flight: int,
    *,
    overdue: int = 0,
    unseen: int = 0,
    not_visible: int = 0,
    name: str = "default",
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
        accepted_key=None,
    )
    return SourceHealth(
        source=row,
        last_good_at=None,
        last_polled_at=None,
        unseen=unseen,
        in_flight=in_flight,
        settling=0,
        overdue=overdue,
        not_visible=not_visible,
        abandoned=0,
        polls_last_minute=0,
        errors_last_hour=0,
        throttled_last_hour=0,
    )


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("a.db: attempt to write a readonly database", "poll as one who may write"),
        ("a.db: database or disk is full", "free some room"),
        ("pg: permission denied for table key_budget", "grant"),
        ("a.db: file is not a database", "does --db or RECORDER_DATABASE_URL name it?"),
        ("a.db: disk I/O error: free some room on its disk", None),
        ("a.db stayed locked for 30 s: another program holds it; try again", None),
    ],
)
def test_the_advice_fits_what_the_store_said(said: str, advice: str | None) -> None:
    """What to do hangs on what went wrong; an error that says it already gets no second advice."""
    check = check_store(StoreError(said))
    assert (check.state, check.found) == (CheckStatus.FAIL, said)
    assert check.advice is None if advice is None else advice in (check.advice or "")


def judged(
    sharing: Sequence[SourceHealth],
    pauses_s: Sequence[float],
    *,
    is_refused: bool = False,
    life_s: int | None = None,
    **budget: Any,
) -> Check:
    """The check of a budget of 80, at the instant 0, of runs with pauses of so many seconds between two polls."""
    pauses = [round(pause * S) for pause in pauses_s]
    return check_budget(
        sharing,
        Budget(rate=80, **budget),
        pauses,
        every_us=3 * S,
        is_refused=is_refused,
        now=0,
        life_us=None if life_s is None else life_s * S,
    )


def test_the_budget_is_told_as_the_pace_of_each_run() -> None:
    """40 runs within 80 requests a minute: each is seen about every 30 s, which is too seldom."""
    check = judged([health(40)], [3] * 40, busy=12)
    assert check.found.startswith(
        "40 runs in flight: each is seen about every 30 s, sooner near its likely end; 12 of 80"
    )
    assert (check.state, check.source) == (CheckStatus.WARN, "default")
    few = judged([health(4)], [3] * 4)
    assert (few.state, "every 3 s" in few.found) == (CheckStatus.OK, True)


def test_runs_that_end_faster_than_they_are_asked_are_a_warning() -> None:
    """Where a run is asked more seldom than half of the runs take, whatever the schedule does."""
    check = judged([health(100)], [3] * 100, life_s=60)
    assert check.state is CheckStatus.WARN
    assert "half of those that ended in the last hour took less than 1 m" in check.found
    assert (check.advice or "").startswith("runs end faster than they can be asked")
    assert "took less" not in judged([health(40)], [3] * 40, life_s=60).found


def test_sources_that_share_a_key_share_its_pace() -> None:
    """The runs of all the key's sources take turns; those that are overdue, and asked seldom, take few."""
    sharing = [health(10, name="a"), health(20, overdue=10, name="b")]
    check = judged(sharing, [3] * 20 + [3600] * 10)
    assert (check.source, check.state) == ("a, b", CheckStatus.OK)
    assert check.found.startswith(
        "30 runs in flight (10 overdue and polled less often): each is seen about every 15 s, "
    )


def test_runs_that_are_not_visible_take_turns_too() -> None:
    """Runs that answer 404 are told, and slow the others down by as much as they are asked."""
    lost = [health(20, not_visible=20)]
    often, seldom = judged(lost, [3] * 20 + [12] * 20), judged(lost, [3] * 20 + [3600] * 20)
    words = "20 runs in flight, 20 not visible and polled less often: each is seen about every "
    assert often.found.startswith(f"{words}26 s, ")
    assert seldom.found.startswith(f"{words}15 s, ")


@given(st.lists(st.integers(3, 600), min_size=1, max_size=200))
def test_the_pace_spends_the_budget_and_no_more(pauses_s: list[int]) -> None:
    """At the pace that is told, the requests of all runs in a minute are at most the budget, and nearly all of it."""
    pace_s = poll_interval_us([s * S for s in pauses_s], Budget(rate=80), 3 * S) / S
    wanted = sum(60 / (pace_s + pause - 3) for pause in pauses_s)
    assert wanted <= 80
    assert pace_s == pytest.approx(3, abs=0.06) or wanted >= 76


def test_runs_that_no_answer_showed_are_told_as_in_sources() -> None:
    """They take their turn in the budget, and are no runs in flight."""
    check = judged([health(0, unseen=40)], [0] * 40)
    assert check.found.startswith("0 runs in flight, 40 unseen: each is seen about every 30 s, ")
    assert "1 unseen: it is seen about every 3 s" in judged([health(0, unseen=1)], [0]).found


def test_a_pause_that_the_api_asked_for_is_told() -> None:
    """While a 429 holds, the budget is a warning that says until when, and promises no pace."""
    check = judged([health(1)], [3], busy=1, paused_until=3596 * S)
    assert check.state is CheckStatus.WARN
    assert check.found == (
        "1 run in flight; 1 of 80 requests in 60 s are used;"
        " the API asked for a pause (429) until 1970-01-01T00:59:56Z, for 59 m 56 s more"
    )
    assert "is seen about" in judged([health(1)], [3], paused_until=0).found


def test_ages_are_durations_that_people_read() -> None:
    """A month is told in days and hours, by every check that names an age."""
    month = 44064 * MINUTE
    found = check_due(Backlog(runs=0, since=None), T0, now=T0 + month).found
    assert found.endswith("the last good answer came 30 d 14 h ago")


def test_a_refused_key_promises_no_pace() -> None:
    """What is in flight is not seen while the key is refused."""
    check = judged([health(1)], [3], is_refused=True)
    assert (check.state, "is seen about" in check.found) == (CheckStatus.WARN, False)
    assert check.found.startswith("1 run in flight, not seen while the key is refused; ")


@pytest.mark.parametrize(
    ("ours_ahead_us", "latency_ms", "state", "said"),
    [
        (0, 0, CheckStatus.OK, "within 2 s"),
        (2_900_000, 0, CheckStatus.OK, "within 2 s"),
        (3_100_000, 0, CheckStatus.WARN, "at least 2 s ahead of the server's"),
        (8 * 86_400_000_000, 0, CheckStatus.WARN, "at least 7 d 23 h ahead of the server's"),
        (4_000_000, 5000, CheckStatus.OK, "within 2 s"),
        (-1_900_000, 0, CheckStatus.OK, "within 2 s"),
        (-60_000_000, 100, CheckStatus.WARN, "behind"),
    ],
)
def test_the_clock_is_judged_by_what_the_date_can_tell(
    ours_ahead_us: int, latency_ms: int, state: CheckStatus, said: str
) -> None:
    """The Date is cut to the second and was written while we waited: only what lies beyond both is a difference."""
    seen = Answer(
        source="default",
        target=Target("er_1"),
        observed_at=T0 + ours_ahead_us,
        outcome=None,
        http_status=200,
        latency_ms=latency_ms,
        ahead_us=clock_ahead_us(T0 + ours_ahead_us, T0, latency_ms=latency_ms),
    )
    check = check_clock("default", seen)
    assert check is not None
    assert check.state is state
    assert said in check.found


def test_without_a_date_the_clock_is_not_judged() -> None:
    """An answer without Date is a warning; no answer at all says nothing of the clock."""
    seen = Answer(source="a", target=Target("er_1"), observed_at=T0, outcome=None, http_status=200)
    check = check_clock("a", seen)
    assert check is not None
    assert check.state is CheckStatus.WARN
    lost = Answer(source="a", target=Target("er_1"), observed_at=T0, outcome=Outcome.NETWORK_ERROR)
    assert check_clock("a", lost) is None
