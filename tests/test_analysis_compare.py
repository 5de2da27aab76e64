"""Two selections against each other, and each version against the one before."""

from random import Random
from typing import Any

import pytest
from asking import asked
from comparing import assert_same
from hypothesis import given, settings
from hypothesis import strategies as st
from made_rows import DAWN, TERMS, WEST, Made, histories, lived, run_row
from msgspec.structs import replace
from reference import grouped
from reference_contrasts import Pair, by_version, compared

from recorder.analysis.filters import Filters
from recorder.analysis.report import Report
from recorder.analysis.rows import RunRow
from recorder.analysis.samples import median_rank
from recorder.errors import UsageError
from recorder.instants import DAY, HOUR, SECOND, iso
from recorder.ledger.cost import MICROS

KEYS = ("measure", "unit")
LEAD = ("slug", "version_a", "version_b")


def compare(rows: list[RunRow], a: Filters, b: Filters, **asks: Any) -> Report:
    return asked("compare", rows, a=a, b=b, **asks)


def of(slug: str = "", version: str = "") -> Filters:
    return Filters(slug=(slug,) if slug else (), version=(version,) if version else ())


@settings(max_examples=25)
@given(histories(300), st.sampled_from([(), *((term,) for term in TERMS if term != "status")]))
def test_a_comparison_is_that_of_scipy(made: Made, by: tuple[str, ...]) -> None:
    """Over random histories every cell of every group, measure and unit is what scipy and plain loops give."""
    sides = of(slug="email"), of(slug="phone")
    pairs: list[Pair] = []
    for key, rows in grouped(made.rows, by, WEST).items():
        a, b = ([row for row in rows if side.matches(row)] for side in sides)
        pairs.append((dict(zip(by, key, strict=True)), a, b))
    expected = compared(pairs or ([] if by else [({}, [], [])]))
    assert_same(compare(made.rows, *sides, by=by, tz=WEST), expected, *by, *KEYS)


@settings(max_examples=25)
@given(histories(300))
def test_each_version_is_compared_with_the_one_before(made: Made) -> None:
    """All slugs and versions are one answer, whose intervals hold together; runs without a slug have no versions."""
    dates = [row.dated_at for row in made.rows]
    rows = [row for row in made.rows if dates.count(row.dated_at) == 1]
    assert_same(asked("versions", rows), compared(by_version(rows)), *LEAD, *KEYS)


@pytest.mark.parametrize("n", [0, 1, 9, 10, 24, 25, 101, 1000])
@pytest.mark.parametrize("m", [1, 5, 40])
def test_the_ranks_of_a_median_are_exact(n: int, m: int) -> None:
    """The rank is the largest whose binomial tail, in whole numbers, is small enough; 0 where none is."""
    tail, rank, ways = 0, 0, 1
    while 40 * m * (tail + ways) <= 2**n:
        tail, ways, rank = tail + ways, ways * (n - rank) // (rank + 1), rank + 1
    assert median_rank(n, 0.05 / m) == rank


def month(
    seed: int, *, runs: int = 500, fails: float = 0.06, price: float = 2.0, worse: float = 1.0
) -> list[RunRow]:
    """A month of three slugs in two versions each; those of version 2 fail and cost `worse` times as much."""
    random = Random(seed)
    return [_run(random, number, fails, price, worse) for number in range(runs)]


def _run(random: Random, number: int, fails: float, price: float, worse: float) -> RunRow:
    version, leads = random.choice("12"), max(1, round(random.lognormvariate(2.5, 1)))
    factor = worse if version == "2" else 1.0
    failed = sum(random.random() < 0.04 for _ in range(leads))
    status = "failed" if random.random() < fails * factor else "completed"
    preview, at = round(leads * price * MICROS), DAWN + (number * 30 * DAY) // 500
    fields: dict[str, Any] = {
        "slug": random.choice(["email", "email", "phone", "news"]),
        "version": version,
        "created_at": at + (DAY if version == "2" else 0),
        "leads_completed": leads - failed,
        "leads_failed": failed,
        "cost_preview_micros": preview,
        "cost_actual_micros": round(preview * random.uniform(0.7, 1.1) * factor),
        "cost_unit": "credits",
        "cost_quality": "both",
    }
    row = lived(f"er_{number}", 0, status, **fields)
    began = fields["created_at"] + round(random.lognormvariate(1, 0.8) * SECOND)
    took = round(leads * random.lognormvariate(0.3, 0.6) * SECOND)
    return replace(row, started_at=began, ended_at=began + took)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["versions", "compare"])
def test_nothing_is_shown_where_nothing_changed(command: str) -> None:
    """Of a hundred months without a change at most ten have any verdict; five are to be expected."""
    halves = {"a": Filters(until=DAWN + 15 * DAY), "b": Filters(since=DAWN + 15 * DAY)}
    options: dict[str, Any] = halves if command == "compare" else {}
    reports = [asked(command, month(seed), by="slug", **options) for seed in range(100)]
    verdicts = [{row["verdict"] for row in report.rows} & {"higher", "lower"} for report in reports]
    assert sum(map(bool, verdicts)) <= 10
    assert all(bool(report.notes) == bool(v) for report, v in zip(reports, verdicts, strict=True))


def test_a_worse_version_is_told_in_words() -> None:
    """Version 2 fails three times as often and costs more: the foot says so, and nothing of what did not change."""
    report = asked("versions", month(3, runs=1500, worse=3.0), filters=of(slug="email"))
    shown = {row["measure"]: row["verdict"] for row in report.rows}
    assert shown == {
        "failure_rate": "higher",
        "seconds_per_lead": "not_shown",
        "wall_seconds": "not_shown",
        "unit_cost": "higher",
        "actual_per_preview": "higher",
    }
    assert [row["comparisons"] for row in report.rows] == [5] * 5
    fails, costs, _ = report.notes
    assert fails == (
        "version 2 of email fails more often than version 1: 19 % against 6.2 %, difference 6.8 to 19 points"
    )
    assert costs.startswith("version 2 of email costs more per completed lead than version 1: ")
    assert "in credits" in costs


def test_a_better_version_is_told_in_words_too() -> None:
    """The bounds of what became less are told without a sign."""
    rows = month(3, runs=1500, worse=3.0)
    (said, *_) = compare(rows, of(version="2"), of(version="1")).notes
    assert said.startswith("version 1 fails less often than version 2: ")
    assert "-" not in said
    a, b = Filters(slug=("email",), version=("1",)), Filters(version=("2",))
    told = compare(rows, a, b).notes
    assert told[0].startswith("B (version 2) fails more often than A (slug email, version 1): ")
    by_slug = compare(rows, of(version="1"), of(version="2"), by="slug").notes
    assert any(note.startswith("slug email, version 2 fails more often") for note in by_slug)


def test_fewer_than_ten_runs_show_nothing() -> None:
    """The values stand there, their interval is null, and such a row widens no other."""
    rows = [lived(f"a_{n}", 9, version="1") for n in range(10)]
    rows += [lived(f"b_{n}", 2, version="2") for n in range(9)]
    few = {row["measure"]: row for row in compare(rows, of(version="1"), of(version="2")).rows}
    assert {row["verdict"] for row in few.values()} == {"too_few"}
    assert {row["comparisons"] for row in few.values()} == {0}
    wall = few["wall_seconds"]
    assert (wall["a_n"], wall["b_n"], wall["difference"], wall["difference_low"]) == (
        10,
        9,
        -7,
        None,
    )
    enough = [*rows, lived("b_9", 2, version="2")]
    shown = {row["measure"]: row for row in compare(enough, of(version="1"), of(version="2")).rows}
    assert shown["wall_seconds"]["verdict"] == "lower"
    assert shown["wall_seconds"]["comparisons"] == 2


def test_prices_without_spread_differ_for_sure() -> None:
    """Where each run of a side costs the same a lead, the interval is the difference itself."""
    cost: dict[str, Any] = {"cost_unit": "credits", "cost_quality": "both", "leads_completed": 10}
    rows = [
        lived(
            f"{version}_{n}",
            1,
            version=version,
            cost_preview_micros=20 * MICROS,
            cost_actual_micros=actual * MICROS,
            **cost,
        )
        for version, actual in (("1", 20), ("2", 24))
        for n in range(12)
    ]
    found = {row["measure"]: row for row in compare(rows, of(version="1"), of(version="2")).rows}
    unit_cost, per_preview = found["unit_cost"], found["actual_per_preview"]
    assert (unit_cost["unit"], unit_cost["verdict"]) == ("credits", "higher")
    bounds = [unit_cost[name] for name in ("difference", "difference_low", "difference_high")]
    assert bounds == pytest.approx([0.4] * 3)
    assert (per_preview["a_value"], per_preview["b_value"]) == (1, 1.2)


def test_an_actual_in_another_unit_than_its_preview_counts_in_its_own() -> None:
    """It has a unit cost, and is no pair."""
    cost: dict[str, Any] = {"cost_unit": "credits", "actual_unit": "USD"}
    cost |= {"cost_quality": "unit_mismatch", "cost_preview_micros": 1}
    rows = [lived("a", 1, version="1", cost_actual_micros=6_000_000, leads_completed=3, **cost)]
    costs = [
        (row["measure"], row["unit"], row["a_n"], row["a_value"])
        for row in compare(rows, of(version="1"), of(version="2")).rows[3:]
    ]
    assert costs == [("unit_cost", "USD", 1, 2), ("actual_per_preview", None, 0, None)]


def test_no_sum_goes_over_units() -> None:
    """Money has a row a unit; a side without that unit has no runs there."""
    rows = [
        lived("a", 1, version="1", cost_unit="EUR", cost_actual_micros=1, leads_completed=1),
        lived("b", 1, version="2", cost_unit="GBP", cost_actual_micros=1, leads_completed=1),
    ]
    costs = [
        (row["measure"], row["unit"], row["a_n"], row["b_n"])
        for row in compare(rows, of(version="1"), of(version="2")).rows[3:]
    ]
    assert costs == [
        ("unit_cost", "EUR", 1, 0),
        ("unit_cost", "GBP", 0, 1),
        ("actual_per_preview", None, 0, 0),
    ]


def test_a_version_keeps_its_place_whatever_the_filters() -> None:
    """A late run of an old version makes it no new one."""
    rows = [
        run_row("er_1", slug="x", version="3", status="completed", created_at=DAWN),
        run_row("er_2", slug="x", version="4", status="completed", created_at=DAWN + HOUR),
        run_row("er_3", slug="x", version="3", status="completed", created_at=DAWN + 2 * HOUR),
        run_row("er_4", slug="x", version="4", status="completed", created_at=DAWN + 3 * HOUR),
    ]
    late = asked("versions", rows, filters=Filters(since=DAWN + 2 * HOUR)).rows
    assert {(row["version_a"], row["version_b"]) for row in late} == {("3", "4")}
    assert asked("versions", rows[:1]).rows == []


def test_a_period_is_compared_with_the_one_before() -> None:
    """As long a time before `since`; what both selections share is said."""
    rows = [
        lived(f"er_{day}", 1, created_at=DAWN + day * DAY, started_at=None, ended_at=None)
        for day in range(30)
    ]
    asks: dict[str, Any] = {"filters": Filters(since=DAWN + 20 * DAY), "now": DAWN + 28 * DAY}
    (rate, *_) = asked("compare", rows, against="previous", **asks).rows
    assert (rate["a_n"], rate["b_n"]) == (8, 8)
    assert "A: 8 runs (since 2026-12-02" in asked("compare", rows, against="previous", **asks).foot
    shared = compare(rows, Filters(since=DAWN + 10 * DAY), Filters()).foot
    assert "B: 30 runs (all); 20 runs on both sides" in shared


def test_a_period_that_begins_after_its_end_is_refused_by_its_own_instants() -> None:
    """As `--since 7d --as-of` a time before that: not by those of the period before."""
    asks: dict[str, Any] = {"filters": Filters(since=DAWN + HOUR), "now": DAWN}
    with pytest.raises(UsageError, match=f"--since {iso(DAWN + HOUR)} is not before .*{iso(DAWN)}"):
        asked("compare", [], against="previous", **asks)


@pytest.mark.parametrize(
    ("asks", "named"),
    [
        ({}, "two selections"),
        ({"a": of(version="1")}, "two selections"),
        ({"a": "version=1", "b": "version=2"}, "two selections"),
        ({"against": "previous"}, "--against previous"),
        ({"a": of(version="1"), "b": of(version="2"), "against": "previous"}, "--against previous"),
        ({"a": Filters(status=("failed",)), "b": Filters()}, "--status failed"),
        ({"a": Filters(), "b": Filters(), "filters": Filters(status=("failed",))}, "--status"),
    ],
)
def test_a_question_without_sense_is_refused(asks: dict[str, Any], named: str) -> None:
    """One line says what to give instead."""
    with pytest.raises(UsageError, match=named):
        asked("compare", [], **asks)
    with pytest.raises(UsageError, match="two versions"):
        asked("versions", [], by="version")
