"""Preview against actual: exact sums, and every run in one pair quality."""

from decimal import Decimal
from typing import Any

import pytest
import reference_costs
from asking import costs, overruns
from comparing import assert_same
from hypothesis import given
from hypothesis import strategies as st
from made_rows import DAWN, WEST, Made, groupings, histories, paid, run_row, statuses

from recorder.analysis.filters import Filters
from recorder.analysis.values import amount
from recorder.errors import UsageError
from recorder.instants import DAY, parse_instant
from recorder.ledger.cost import MICROS

FAR = (parse_instant("9999-12-31T23:59:59Z") or 0) + DAY


def only(rows: list[Any], **asked: Any) -> dict[str, Any]:
    (row,) = costs(rows, **asked).rows
    return row


def in_credits(run_id: str, preview: int, actual: int, **fields: Any) -> Any:
    return paid(run_id, preview * MICROS, actual * MICROS, **fields)


@given(histories(), groupings, statuses)
def test_all_columns_are_those_of_the_reference(
    made: Made, by: tuple[str, ...], status: tuple[str, ...]
) -> None:
    """Over random histories every cell of every group and unit is what the plain definition gives."""
    report = costs(made.rows, by=by, filters=Filters(status=status), tz=WEST)
    assert_same(report, reference_costs.costs(made.rows, by, status, WEST), *by, "unit")


@given(histories())
def test_every_run_is_in_one_pair_quality(made: Made) -> None:
    """Pairs, unpaired, unparsed, mismatched and provisional make the population."""
    for row in costs(made.rows, by="slug").rows:
        parts = ("pairs", "unpaired", "unparsed", "mismatched", "provisional")
        counted = [row[name] for name in parts]
        assert sum(n for n in counted if isinstance(n, int)) == row["runs"]


def test_bias_and_wape_stand_together() -> None:
    """Previews of 100 four times against 110, 90, 150 and 0: 12.5 % too low in all, 48.6 % off each."""
    told = only([in_credits(f"er_{a}", 100, a) for a in (110, 90, 150, 0)])
    assert told["bias"] == -0.125
    assert told["wape"] == pytest.approx(0.486, abs=0.0005)
    assert (told["preview_total"], told["actual_total"], told["variance_total"]) == (400, 350, -50)
    assert told["mape_excluded"] == 1
    assert told["mape"] == pytest.approx((10 / 110 + 10 / 90 + 50 / 150) / 3)
    assert told["median_ape"] == pytest.approx(10 / 90)
    assert (told["ratio_p10"], told["ratio_p50"], told["ratio_p90"]) == (0, 0.9, 1.5)
    assert (told["overruns"], told["overrun_rate"]) == (1, 0.25)


def test_a_tenth_a_thousand_times_is_a_hundred() -> None:
    """Sums are exact, and so are their digits."""
    told = only([paid(f"er_{n}", 100_000, 100_000) for n in range(1000)])
    assert told["actual_total"] == Decimal(100)
    assert str(told["actual_total"]) == "100"
    assert (told["bias"], told["wape"], told["variance_total"]) == (0, 0, Decimal(0))


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "0"),
        (1, "0.000001"),
        (-1, "-0.000001"),
        (6_500_000, "6.5"),
        (100_000_000, "100"),
        (-1_250_000, "-1.25"),
        ((2**63 - 1) * 10**6, "9223372036854775807"),
    ],
)
def test_an_amount_has_the_digits_that_it_needs(micros: int, text: str) -> None:
    """No trailing zeros, no exponent, no rounding however large."""
    assert str(amount(micros)) == text


@given(st.integers(-(10**30), 10**30))
def test_an_amount_is_exact(micros: int) -> None:
    """An amount times a million is its micros, and it is written plainly."""
    told = str(amount(micros))
    whole, _, fraction = told.partition(".")
    assert int(whole + fraction.ljust(6, "0")) == micros
    assert "E" not in told


@pytest.mark.parametrize(
    ("preview", "actual", "overruns"),
    [(10_000_000, 11_000_000, 0), (10_000_000, 11_000_001, 1), (0, 0, 0), (0, 1, 1)],
)
def test_an_overrun_is_more_than_a_tenth(preview: int, actual: int, overruns: int) -> None:
    """A tenth above to the millionth is none; a preview of 0 is overrun by anything."""
    assert only([paid("er_1", preview, actual)])["overruns"] == overruns


def test_a_preview_of_nothing_has_no_bias() -> None:
    """Where nothing was previewed, or nothing was charged, a share of it is null."""
    told = only([paid("er_1", 0, MICROS)])
    assert (told["bias"], told["ratio_p50"], told["ratio_excluded"]) == (None, None, 1)
    told = only([paid("er_1", MICROS, 0)])
    assert (told["wape"], told["mape"], told["mape_excluded"]) == (None, None, 1)


def test_units_are_never_mixed() -> None:
    """One row a unit, each with its own sums; runs without an amount have a row without unit."""
    rows = [
        in_credits("er_1", 1, 2),
        in_credits("er_2", 10, 20, cost_unit="USD"),
        run_row("er_3", status="completed", cost_quality="none"),
    ]
    told = costs(rows).rows
    assert [(row["unit"], row["runs"], row["actual_total"]) for row in told] == [
        ("USD", 1, Decimal(20)),
        ("credits", 1, Decimal(2)),
        (None, 1, None),
    ]


def test_why_it_was_off() -> None:
    """Half the leads at the planned price is a volume effect; the rest is what a lead cost more."""
    told = only(
        [
            in_credits("er_1", 100, 60, leads_total=10, leads_completed=4, leads_failed=1),
            in_credits("er_2", 100, 90, leads_total=0, leads_completed=4, leads_failed=1),
            in_credits("er_3", 100, 80, leads_total=10, leads_completed=0, leads_failed=0),
        ]
    )
    assert told["volume_effect_total"] == -50
    assert told["rate_effect_total"] == 10
    assert told["effects_runs"] == 1


def test_the_effects_explain_all_of_the_variance() -> None:
    """Thirds round once, in the sum, and the two effects still make the variance exactly."""
    leads = {"leads_total": 3, "leads_completed": 1, "leads_failed": 0}
    told = only([paid(f"er_{n}", MICROS, 400_000, **leads) for n in range(3)])
    assert told["volume_effect_total"] == -2
    assert told["volume_effect_total"] + told["rate_effect_total"] == told["variance_total"]
    lone = only([paid("er_1", MICROS, 400_000, **leads)])
    assert lone["volume_effect_total"] == Decimal("-0.666667")
    assert lone["rate_effect_total"] == Decimal("0.066667")


def test_the_cost_of_failure_stands_beside_what_completed() -> None:
    """What failed and cancelled runs cost, of what all that ended cost, and how many are not known."""
    rows = [
        in_credits("er_1", 10, 30),
        in_credits("er_2", 10, 8, status="failed"),
        in_credits("er_3", 10, 2, status="cancelled", cost_quality="provisional"),
        run_row("er_4", status="failed", cost_quality="preview_only", cost_unit="credits"),
        in_credits("er_5", 10, 99, status="running"),
    ]
    told = only(rows)
    assert (told["runs"], told["actual_total"]) == (1, 30)
    assert (told["failure_runs"], told["failure_without_actual"]) == (3, 1)
    assert (told["failure_actual_total"], told["terminal_actual_total"]) == (10, 40)
    assert told["failure_share"] == 0.25
    by_status = costs(rows, by="status").rows
    assert [row["failure_actual_total"] for row in by_status] == [10, 10, 10]
    assert [row["runs"] for row in by_status] == [1, 1, 2]


def test_no_failure_costs_nothing_and_an_unknown_one_nobody_knows_what() -> None:
    """0 where nothing failed; null where something did and has no actual."""
    fine = in_credits("er_1", 10, 30)
    assert only([fine])["failure_share"] == 0
    lost = run_row("er_2", status="failed", cost_quality="preview_only", cost_unit="credits")
    assert only([fine, lost])["failure_share"] is None
    assert only([fine, lost])["failure_actual_total"] is None


def test_an_actual_of_another_unit_is_in_no_sum() -> None:
    """Of a mismatched run only the preview is in the row's unit."""
    row = in_credits("er_1", 10, 30, cost_quality="unit_mismatch")
    told = only([row])
    assert (told["mismatched"], told["pairs"]) == (1, 0)
    assert (told["actual_total_all"], told["terminal_actual_total"]) == (None, None)


def test_unit_cost_is_the_price_of_a_completed_lead() -> None:
    """Actual by completed leads, in all and for the run in the middle; a run without any has no price."""
    rows = [
        in_credits("er_1", 10, 10, leads_completed=5),
        in_credits("er_2", 10, 30, leads_completed=5),
        in_credits("er_3", 10, 20, leads_completed=0),
        in_credits("er_4", 10, 20),
    ]
    assert (only(rows)["unit_cost"], only(rows)["unit_cost_median"]) == (6, 2)
    assert only(rows[2:])["unit_cost"] is None


def test_nothing_tracked_is_one_row_of_nothing() -> None:
    """Without groups an empty store gives one row of no unit; with groups it gives no rows."""
    told = only([])
    assert (told["unit"], told["runs"], told["actual_total"], told["bias"]) == (None, 0, None, None)
    assert costs([], by="slug").rows == []


def test_the_worst_overruns_come_first() -> None:
    """By variance within a unit; equal ones by run; what is not above its preview is not there."""
    rows = [
        in_credits(
            "er_1", 100, 105, created_at=DAWN, leads_total=2, leads_completed=3, leads_failed=0
        ),
        in_credits("er_2", 100, 150, created_at=FAR),
        in_credits("er_3", 0, 50),
        in_credits("er_4", 100, 100),
        in_credits("er_5", 1, 2, cost_unit="USD"),
        in_credits("er_6", 1, 900, cost_quality="provisional"),
        in_credits("er_7", 1, 900, status="failed"),
    ]
    report = overruns(rows)
    assert [row["run_id"] for row in report.rows] == ["er_5", "er_2", "er_3", "er_1"]
    assert [row["ratio"] for row in report.rows] == [2, 1.5, None, 1.05]
    assert [row["is_overrun"] for row in report.rows] == [True, True, True, False]
    last = report.rows[-1]
    assert (last["volume_effect"], last["rate_effect"]) == (50, -45)
    assert tuple(last) == report.columns
    assert report.rows[1]["created_at"] is None
    assert "4 of 4 completed runs above preview" in report.foot
    (worst,) = overruns(rows, limit=1, filters=Filters(status=("failed",))).rows
    assert (worst["run_id"], worst["variance"]) == ("er_7", Decimal(899))


def test_only_the_worst_are_kept() -> None:
    """However many overran, so many of a unit are shown, and memory holds little more."""
    rows = [in_credits(f"er_{n:05}", 1, 2 + n * 7919 % 5000) for n in range(5000)]
    shown = overruns(iter(rows), limit=3)
    assert [row["actual"] for row in shown.rows] == [5001, 5000, 4999]
    assert "3 of 5,000 completed runs above preview" in shown.foot
    with pytest.raises(UsageError, match="--limit 0: give 1 or more"):
        overruns(rows, limit=0)
