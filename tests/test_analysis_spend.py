"""Spending: every run in one part, and the parts add up to the last millionth."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
import reference_spend
from asking import asked
from comparing import assert_same
from hypothesis import given
from hypothesis import strategies as st
from made_rows import TERMS, WEST, Made, groupings, histories, paid, run_row, statuses
from msgspec.structs import replace

from recorder.analysis.building import runs_of
from recorder.analysis.columns import Runs
from recorder.analysis.filters import Filters
from recorder.analysis.report import Report
from recorder.analysis.rows import RunRow
from recorder.analysis.spend_columns import BASIS, spend_columns
from recorder.errors import UsageError
from recorder.history.spend_parts import PARTS
from recorder.ledger.cost import MICROS

TOTALS = ("settled_total", "provisional_total", "committed_total", "unconfirmed_total")


def spend(rows: list[RunRow], **asks: Any) -> Report:
    return asked("spend", rows, **asks)


def only(rows: list[RunRow], **asks: Any) -> dict[str, Any]:
    (row,) = spend(rows, **asks).rows
    return row


def in_flight(run_id: str, preview: int | None, actual: int | None, **fields: Any) -> RunRow:
    """A running run with amounts in whole credits."""
    return of_status(run_id, "running", preview, actual, tracking="active", **fields)


def of_status(
    run_id: str, status: str, preview: int | None, actual: int | None, **fields: Any
) -> RunRow:
    amounts = {
        "cost_preview_micros": None if preview is None else preview * MICROS,
        "cost_actual_micros": None if actual is None else actual * MICROS,
        "cost_unit": None if preview is actual is None else "credits",
    }
    return run_row(run_id, status=status, **(amounts | fields))


@given(histories(), groupings, statuses)
def test_all_columns_are_those_of_the_reference(
    made: Made, by: tuple[str, ...], status: tuple[str, ...]
) -> None:
    """Over random histories every cell of every group and unit is what the plain definition gives."""
    filters = Filters(status=status)
    meant = [row for row in made.rows if filters.matches(row)]
    expected = reference_spend.spend(made.rows, by, WEST, meant)
    assert_same(spend(made.rows, by=by, filters=filters, tz=WEST), expected, *by, "unit")


@given(histories(), st.sampled_from(TERMS))
def test_the_parts_of_every_group_add_up_to_the_sum_by_hand(made: Made, by: str) -> None:
    """Whatever runs are grouped by, each is in one row and one part, and the totals make the sum of the amounts."""
    seen = [row for row in made.rows if row.n_snapshots]
    rows: Any = spend(made.rows, by=by).rows
    assert sum(row["runs"] for row in rows) == len(seen)
    assert sum(row[f"{part}_runs"] for row in rows for part in PARTS) == len(seen)
    for unit in ("credits", "USD", "points"):
        by_hand = sum(row.spend_micros or 0 for row in seen if row.spend_unit == unit)
        held = [row[name] for row in rows if row["unit"] == unit for name in TOTALS]
        assert sum(held) == Decimal(by_hand) / MICROS
    assert all(row[name] is None for row in rows if row["unit"] is None for name in TOTALS)


@given(histories())
def test_columns_hold_what_rows_hold(made: Made) -> None:
    """Part, amount and unit of a run are the same by columns and row by row."""
    runs = runs_of(made.rows, BASIS)
    columns = Runs(runs.n, spend_columns(runs))
    for name in ("spend_part", "spend_micros", "spend_unit"):
        assert columns.values(name) == [getattr(row, name) for row in made.rows], name


@pytest.mark.parametrize(
    ("row", "part", "amount", "unit"),
    [
        (of_status("er_1", "completed", 10, 12, is_quiet=True), "settled", 12, "credits"),
        (of_status("er_1", "failed", 10, 0, is_quiet=True), "settled", 0, "credits"),
        (of_status("er_1", "completed", 10, 12), "provisional", 12, "credits"),
        (of_status("er_1", "completed", 10, None), "unconfirmed", 10, "credits"),
        (
            of_status("er_1", "running", 10, None, tracking="abandoned"),
            "unconfirmed",
            10,
            "credits",
        ),
        (of_status("er_1", "running", 10, 4, tracking="not_visible"), "provisional", 4, "credits"),
        (in_flight("er_1", 10, 4), "committed", 10, "credits"),
        (in_flight("er_1", 10, 14), "committed", 14, "credits"),
        (in_flight("er_1", 10, 4, actual_unit="USD"), "committed", 4, "USD"),
        (in_flight("er_1", None, 4), "committed", 4, "credits"),
        (in_flight("er_1", 10, None), "committed", 10, "credits"),
        (of_status("er_1", "completed", 10, 4, actual_unit="USD"), "provisional", 4, "USD"),
        (in_flight("er_1", None, None), "unpriced", None, None),
        (of_status("er_1", "completed", None, None, actual_unit="USD"), "unpriced", None, None),
        (run_row("er_1", n_snapshots=0), None, None, None),
    ],
)
def test_a_run_is_in_the_first_part_that_fits(
    row: RunRow, part: str | None, amount: int | None, unit: str | None
) -> None:
    """The unit is that of the amount taken; a run in flight counts the larger amount; one never seen counts nothing."""
    micros = None if amount is None else amount * MICROS
    assert (row.spend_part, row.spend_micros, row.spend_unit) == (part, micros, unit)
    columns = spend_columns(runs_of([row], BASIS))
    assert [Runs(1, columns).values(name) for name in columns] == [[part], [micros], [unit]]


def test_what_is_sure_stands_beside_what_may_still_come() -> None:
    """Settled and provisional are spent; a run without a price has a row without unit, and no total is 0 there."""
    rows = [
        of_status("er_1", "completed", 10, 12, is_quiet=True, leads_completed=4),
        of_status("er_2", "failed", 10, 8, leads_completed=1),
        of_status("er_3", "cancelled", 10, None),
        in_flight("er_4", 10, 4),
        of_status("er_5", "completed", None, None),
    ]
    nobody_knows, told = sorted(spend(rows).rows, key=lambda row: str(row["unit"] or ""))
    assert [told[name] for name in TOTALS] == [12, 8, 10, 10]
    assert (told["runs"], told["unpriced_runs"], told["spent_total"]) == (4, 0, 20)
    assert (told["failed_total"], told["leads_completed"], told["unit_cost"]) == (8, 5, 4)
    assert (nobody_knows["runs"], nobody_knows["unpriced_runs"]) == (1, 1)
    amounts = [name for name in nobody_knows if name.endswith("_total")]
    assert {nobody_knows[name] for name in [*amounts, "unit", "unit_cost"]} == {None}
    assert "5 observed runs, 1 without a price" in spend(rows).foot
    failures = "runs that failed or were cancelled cost 8 credits, 40.0 % of what is spent"
    assert spend(rows, by=["status"]).notes == spend(rows).notes == (failures,)
    assert spend(rows[:1]).notes == ()


def pairs(slug: str, n: int, actual: int, **fields: Any) -> list[RunRow]:
    """Completed runs previewed at 10 credits each."""
    names = [f"{slug}_{number}" for number in range(n)]
    return [paid(name, 10 * MICROS, actual, slug=slug, **fields) for name in names]


def open_run(slug: str = "a") -> RunRow:
    return in_flight("er_open", 10, None, slug=slug, labels={"team": "x"})


def expected(rows: Sequence[RunRow], slug: str = "a") -> Any:
    return only([*rows, open_run(slug)], filters=Filters(labels=(("team", "x"),)))["expected_total"]


def test_what_is_open_is_expected_at_the_ratio_of_its_slug() -> None:
    """Twenty pairs of the slug tell, whatever the filters; with fewer all of the unit do; with none it is 1."""
    ours, theirs = pairs("a", 20, 12 * MICROS), pairs("b", 20, 24 * MICROS)
    assert expected([*ours, *theirs]) == 12
    assert expected([*ours[1:], *theirs[1:]]) == 18
    assert expected([*ours, *theirs], "c") == 18
    assert expected([]) == 10
    assert expected(pairs("a", 30, 20 * MICROS, cost_unit="USD")) == 10
    assert expected(pairs("a", 30, 20 * MICROS, status="failed")) == 10
    free = [replace(row, cost_preview_micros=0) for row in ours]
    assert expected([*free, *theirs]) == 10


def test_an_expectation_is_rounded_once_half_to_even() -> None:
    """A half of a millionth goes to the even one, of the whole and not of each run."""
    half = pairs("a", 20, 5 * MICROS)
    assert (
        only(
            [
                *half,
                in_flight("er_1", None, None, cost_preview_micros=1, cost_unit="credits", slug="a"),
            ]
        )["expected_total"]
        == 100
    )
    three = [
        in_flight(f"er_{n}", None, None, cost_preview_micros=1, cost_unit="credits", slug="a")
        for n in range(3)
    ]
    assert only([*half, *three])["expected_total"] == Decimal("100.000002")


def test_the_most_expensive_runs_come_first() -> None:
    """By what each counts for, units apart; a run without a price is not there."""
    rows = [
        of_status("er_1", "completed", 10, 12, is_quiet=True, slug="a", version="1"),
        in_flight("er_2", 30, 4),
        of_status("er_3", "failed", 12, None),
        of_status("er_4", "completed", 1, 2, actual_unit="USD"),
        in_flight("er_5", None, None),
    ]
    report = asked("expensive_runs", rows)
    told = [(row["run_id"], row["part"], row["unit"], row["spend"]) for row in report.rows]
    assert told == [
        ("er_4", "provisional", "USD", 2),
        ("er_2", "committed", "credits", 30),
        ("er_1", "settled", "credits", 12),
        ("er_3", "unconfirmed", "credits", 12),
    ]
    assert "4 of 4 runs with a price" in report.foot
    assert [row["run_id"] for row in asked("expensive_runs", rows, limit=1).rows] == [
        "er_4",
        "er_2",
    ]
    with pytest.raises(UsageError, match="--limit 0"):
        asked("expensive_runs", rows, limit=0)
