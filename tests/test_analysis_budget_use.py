"""Budgets: what is used of them, how far the period is, and what it is projected to come to."""

from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import reference_spend
from hypothesis import given
from hypothesis import strategies as st
from made_rows import DAWN, WEST, Made, histories, run_row

from recorder.analysis.budget_use import NEEDS, BudgetUse, budget_uses, budgets_report
from recorder.analysis.building import runs_of
from recorder.analysis.filters import Filters
from recorder.analysis.rows import RunRow
from recorder.analysis.spend_budget import PERIODS, SpendBudget
from recorder.errors import UsageError
from recorder.instants import DAY, HOUR, iso, parse_instant
from recorder.ledger.cost import MICROS

BERLIN = ZoneInfo("Europe/Berlin")


def us(text: str) -> int:
    return parse_instant(text) or 0


def made_budget(amount: int = 100, per: str = "month", **fields: Any) -> SpendBudget:
    held: dict[str, Any] = {
        "name": "growth",
        "unit": "credits",
        "micros": amount * MICROS,
        "per": per,
    }
    return SpendBudget(**(held | fields))


def use_of(
    budget: SpendBudget, rows: Sequence[RunRow], now: int = DAWN, tz: tzinfo = UTC
) -> BudgetUse:
    runs = runs_of(rows, NEEDS | budget.filters.needs)
    (use,) = budget_uses([budget], runs, now=now, tz=tz)
    return use


def charged(run_id: str, amount: int, at: int, **fields: Any) -> RunRow:
    """A completed run of that many credits, settled."""
    cost = {"cost_actual_micros": amount * MICROS, "cost_unit": "credits", "is_quiet": True}
    return run_row(run_id, **({"status": "completed", "created_at": at} | cost | fields))


@given(
    histories(300),
    st.sampled_from(PERIODS),
    st.sampled_from([UTC, WEST, BERLIN]),
    st.integers(-100, 2000),
    st.sampled_from([Filters(), Filters(slug=("email",)), Filters(labels=(("team", "north"),))]),
)
def test_a_budget_is_what_the_reference_says(
    made: Made, per: str, tz: tzinfo, hours: int, filters: Filters
) -> None:
    """Over random histories every sum, share, projection and verdict is what the plain definition gives."""
    now, budget = DAWN + hours * HOUR, made_budget(50_000, per, filters=filters)
    taken = [row for row in made.rows if filters.matches(row)]
    expected = reference_spend.budget(taken, "credits", budget.micros, per=per, now=now, tz=tz)
    use = use_of(budget, made.rows, now, tz)
    (row,) = budgets_report([use]).rows
    assert (use.start, use.end) == (expected.pop("period_start"), expected.pop("period_end"))
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("per", "now", "start", "end"),
    [
        ("day", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        ("week", "2026-10-25T12:00:00Z", "2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z"),
        ("week", "2026-01-01T12:00:00Z", "2025-12-28T23:00:00Z", "2026-01-04T23:00:00Z"),
        ("month", "2026-01-31T23:30:00Z", "2026-01-31T23:00:00Z", "2026-02-28T23:00:00Z"),
        ("month", "2026-12-31T12:00:00Z", "2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z"),
    ],
)
def test_a_period_is_that_of_the_calendar_of_its_zone(
    per: str, now: str, start: str, end: str
) -> None:
    """Days of 23 and 25 hours, weeks from Monday over the year's end, months of any length."""
    period = made_budget(per=per, tz=BERLIN).period(us(now), UTC)
    assert [iso(instant)[:19] + "Z" for instant in period] == [start, end]


def test_the_zone_of_a_budget_beats_that_of_the_question() -> None:
    """Without one of its own the question's holds."""
    now = us("2026-11-30T23:30:00Z")
    assert iso(made_budget().period(now, BERLIN)[0]).startswith("2026-11-30T23:00")
    assert iso(made_budget(tz=UTC).period(now, BERLIN)[0]).startswith("2026-11-01T00:00")


def test_a_period_that_the_calendar_does_not_hold_is_refused() -> None:
    """Nothing lies behind the year 9999; the line names the budget."""
    with pytest.raises(UsageError, match="budget growth: the month of 9999-12-31"):
        made_budget().period(us("9999-12-31T12:00:00Z"))


def test_used_is_all_that_is_charged_or_will_be() -> None:
    """Spent, committed and unconfirmed of the period; other units and runs without a price are counted at the foot."""
    rows = [
        charged("er_1", 10, DAWN),
        charged("er_2", 5, DAWN, is_quiet=False),
        charged("er_3", 7, DAWN, status="running", tracking="active"),
        run_row(
            "er_4",
            status="failed",
            cost_preview_micros=3 * MICROS,
            cost_unit="credits",
            created_at=DAWN,
        ),
        charged("er_5", 90, DAWN, actual_unit="USD"),
        run_row("er_6", status="completed", created_at=DAWN),
        charged("er_7", 90, us("2026-10-31T23:59:59Z")),
        run_row("er_8", n_snapshots=0),
    ]
    use = use_of(made_budget(), rows)
    assert (use.spent, use.committed, use.unconfirmed) == (15 * MICROS, 7 * MICROS, 3 * MICROS)
    assert (use.n_other, use.n_unpriced, use.share) == (1, 1, 0.25)
    report = budgets_report([use], reading=True)
    assert report.foot == (
        "growth: 4 runs, 1 more of another unit and 1 without a price not counted, projected by 9 windows"
    )
    assert report.rows[0]["left"] == 75
    assert report.rows[0]["verdict"] == "too few to tell"


NOON = us("2026-11-20T12:00:00Z")


def today(amount: int, before: Sequence[int]) -> BudgetUse:
    """A budget of the day at noon, of which 10 are used, after days with so much after their noons, the last first."""
    past = [charged(f"er_{k}", spent, NOON - k * DAY) for k, spent in enumerate(before, 1)]
    return use_of(made_budget(amount, "day"), [charged("er_now", 10, NOON - HOUR), *past], NOON)


@pytest.mark.parametrize(
    ("amount", "before", "verdict"),
    [
        (9, [0] * 20, "over"),
        (10, [0] * 10, "within"),
        (10, [9] * 9, "too_few"),
        (12, [3] * 10, "likely_over"),
        (12, [0] * 8 + [3] * 2, "may_be_over"),
        (12, [0] * 9 + [3], "within"),
    ],
)
def test_the_verdict_is_the_first_that_fits(amount: int, before: list[int], verdict: str) -> None:
    """Used above the amount, too few windows, the median above it, the ninetieth percentile above it, none of these."""
    assert today(amount, before).verdict == verdict


def test_windows_are_as_long_as_the_time_that_is_left() -> None:
    """Each begins whole days back, none before the first run, none later than 90 days back, none reaches past now."""
    use = today(100, list(range(1, 12)))
    assert use.windows == tuple(n * MICROS for n in range(1, 12))
    assert [use.projected(p) for p in (10, 50, 90)] == [12 * MICROS, 16 * MICROS, 20 * MICROS]
    assert len(today(100, [1] * 100).windows) == 90
    assert use_of(made_budget(), [], NOON).windows == ()
    monthly = use_of(made_budget(), [charged("er_1", 1, NOON - 12 * DAY)], NOON)
    assert monthly.windows == (0, MICROS)  # 10.5 days are left


def test_no_amount_is_too_large() -> None:
    """Sums beyond 64 bits are exact."""
    huge = [charged(f"er_{n}", 9_000_000_000_000, NOON - HOUR) for n in range(4)]
    assert use_of(made_budget(1, "day"), huge, NOON).used == 36_000_000_000_000 * MICROS
