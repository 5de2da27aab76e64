"""Kaplan-Meier: quantiles of lifetimes that are still open."""

from typing import Any

import pytest
from asking import durations
from hypothesis import given
from hypothesis import strategies as st
from made_rows import DAWN, Made, histories, lived, run_row
from reference import kaplan_meier, nearest_rank
from scipy.stats import CensoredData, ecdf

from recorder.analysis.filters import Filters
from recorder.analysis.survival import Lifetimes, Quantile
from recorder.instants import SECOND

# Freireich et al. 1963, remission of acute leukaemia in weeks under 6-mercaptopurine: ended, and censored.
RELAPSED = (6, 6, 6, 7, 10, 13, 16, 22, 23)
IN_REMISSION = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)


def lifetimes(*lives: tuple[int, int, bool]) -> Lifetimes:
    held = Lifetimes()
    for entry, age, ended in lives:
        held.add(entry_us=entry, exit_us=age, is_end=ended)
    return held


def test_the_published_example() -> None:
    """Half of the patients under 6-MP had relapsed after 23 weeks; nine in ten is not reached."""
    lives = [(-1, age, True) for age in RELAPSED] + [(-1, age, False) for age in IN_REMISSION]
    quantiles = lifetimes(*lives).quantiles(25, 50, 90)
    assert quantiles[25] == Quantile(age_us=13, is_reached=True)
    assert quantiles[50] == Quantile(age_us=23, is_reached=True)
    assert quantiles[90] == Quantile(age_us=None, is_reached=False)


ages = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=60)


@given(ages)
def test_without_late_entries_it_is_what_scipy_gives(lives: list[tuple[int, bool]]) -> None:
    """The quantile is the first age at which scipy's estimate of the share ended is high enough."""
    data = CensoredData.right_censored([age for age, _ in lives], [not ended for _, ended in lives])
    known = ecdf(data).cdf
    found = lifetimes(*((-1, age, ended) for age, ended in lives)).quantiles(50, 90)
    for percent, quantile in found.items():
        share = percent / 100 - 1e-9
        reached = [
            q for q, p in zip(known.quantiles, known.probabilities, strict=True) if p >= share
        ]
        assert quantile.age_us == (min(reached) if reached else None)
        assert quantile.is_reached is bool(reached)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=150))
def test_without_censoring_it_is_the_nearest_rank(values: list[int]) -> None:
    """Where all have ended, the estimate is the plain percentile, exactly."""
    held = lifetimes(*((-1, value, True) for value in values))
    for percent, quantile in held.quantiles(50, 90, 95).items():
        assert quantile.age_us == nearest_rank(values, percent)


late = st.tuples(st.integers(-1, 12), st.integers(0, 25), st.booleans()).filter(
    lambda life: life[0] < life[1]
)


@given(st.lists(late, max_size=40))
def test_late_entries_count_from_their_entry(lives: list[tuple[int, int, bool]]) -> None:
    """With runs first watched at some age the estimate is that of the definition, age by age."""
    for percent, quantile in lifetimes(*lives).quantiles(50, 90, 95).items():
        assert (quantile.age_us, quantile.is_reached) == kaplan_meier(lives, percent)


def test_a_watch_that_begins_late_does_not_make_runs_short() -> None:
    """A lone early end before all others were watched says nothing of them: null, not its age."""
    lives = [(-1, 2, True)] + [(10, 60 + n, True) for n in range(30)]
    assert lifetimes(*lives).quantiles(50)[50] == Quantile()


def test_runs_in_flight_make_durations_longer() -> None:
    """Finished runs alone say 60 s; with those still running after ten minutes half is not reached."""
    ended = [lived(f"er_{n}", 60) for n in range(4)]
    running = [
        run_row(f"er_r{n}", status="running", created_at=DAWN, last_good_at=DAWN + 600 * SECOND)
        for n in range(6)
    ]
    (row,) = durations([*ended, *running], censored=True).rows
    assert row["wall_seconds_p50"] == 60
    assert row["wall_seconds_km_p50"] is None
    assert row["wall_seconds_km_p50_reached"] is False
    assert (row["wall_seconds_km_n"], row["wall_seconds_km_ended"]) == (10, 4)


def test_not_reached_is_told_in_words() -> None:
    """For reading, a quantile that is not reached says so, and no flag is shown."""
    running = run_row(status="running", created_at=DAWN, last_good_at=DAWN + SECOND)
    report = durations([running], censored=True, reading=True)
    (told,) = report.rows
    assert told["wall_seconds_km_p50"] == "not reached"
    assert told["wall_seconds_km_p95"] is None
    assert not any(cell.narrow for name, cell in report.cells.items() if name.endswith("_reached"))


@pytest.mark.parametrize(
    ("fields", "left_out"),
    [
        ({}, 0),
        ({"tracked_at": DAWN + 59 * SECOND}, 0),
        ({"tracked_at": DAWN + 60 * SECOND}, 1),
        ({"created_at": None}, 1),
        ({"ended_at": None}, 1),
        ({"ended_after": DAWN + SECOND}, 1),
        ({"ended_after": DAWN + 55 * SECOND}, 0),
        ({"ended_at": DAWN - 1}, 1),
        ({"ended_at": DAWN}, 0),
        ({"status": "cancelled"}, 0),
        ({"status": "running", "last_good_at": DAWN + SECOND}, 0),
        ({"status": "running", "tracking": "abandoned", "last_good_at": DAWN + SECOND}, 0),
        ({"status": "running", "last_good_at": DAWN - SECOND}, 1),
    ],
)
def test_a_run_whose_life_was_not_watched_is_left_out(
    fields: dict[str, Any], left_out: int
) -> None:
    """Ended before it was tracked, an end unknown or too rough, no creation: counted as left out."""
    (row,) = durations([lived("er_1", 60, **fields)], censored=True).rows
    assert (row["wall_seconds_km_n"], row["wall_seconds_km_left_out"]) == (1 - left_out, left_out)


@given(histories())
def test_the_columns_do_not_depend_on_the_status_asked_for(made: Made) -> None:
    """Whatever ends a run ends it: the estimate is the same beside completed and beside failed runs."""
    rows = made.rows
    (one,) = durations(rows, censored=True).rows
    (two,) = durations(rows, censored=True, filters=Filters(status=("failed",))).rows
    names = [name for name in one if "_km_" in name]
    assert [one[name] for name in names] == [two[name] for name in names]
