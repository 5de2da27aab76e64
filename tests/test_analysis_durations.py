"""How long runs take: what enters a percentile, and what stands beside."""

import pytest
import reference
from asking import durations
from comparing import assert_same
from hypothesis import given
from hypothesis import strategies as st
from made_rows import DAWN, WEST, Made, groupings, histories, lived, run_row, statuses
from msgspec.structs import replace

from recorder.analysis.filters import Filters
from recorder.instants import SECOND


@given(made=histories(), by=groupings, status=statuses, censored=st.booleans())
def test_all_columns_are_those_of_the_reference(
    *, made: Made, by: tuple[str, ...], status: tuple[str, ...], censored: bool
) -> None:
    """Over random histories every cell of every group is what the plain definition gives."""
    report = durations(made.rows, by=by, filters=Filters(status=status), tz=WEST, censored=censored)
    expected = reference.durations(made.rows, by, status, WEST, censored=censored)
    assert_same(report, expected, *by)


@given(histories(250))
def test_the_rarer_percentiles_are_those_of_the_reference(made: Made) -> None:
    """The same with enough runs for p95 and p99."""
    rows = [replace(row, status="completed") if row.n_snapshots else row for row in made.rows]
    assert_same(durations(rows, censored=True), reference.durations(rows, censored=True))


def test_nothing_tracked_is_one_row_of_nothing() -> None:
    """Without groups an empty store gives counts of 0 and nulls; with groups it gives no rows."""
    (row,) = durations([]).rows
    assert (row["runs"], row["in_flight"], row["run_seconds_n"]) == (0, 0, 0)
    assert row["run_seconds_p50"] is None
    assert durations([], by="slug").rows == []
    assert durations([]).foot.startswith("0 tracked runs, 0 observed: 0 terminal")


def test_seconds_come_from_the_microseconds() -> None:
    """Queue, run and wall time are exact to the microsecond."""
    row = lived("er_1", 90.000001, started_at=DAWN + 1_500_000)
    (told,) = durations([row]).rows
    assert told["queue_seconds_max"] == 1.5
    assert told["run_seconds_max"] == 88.500001
    assert told["wall_seconds_max"] == 90.000001


def test_the_population_is_completed_unless_asked() -> None:
    """Failed runs come by the status asked for, or each status in its own group."""
    rows = [lived("er_1", 10), lived("er_2", 20, "failed"), lived("er_3", 30, "cancelled")]

    def runs(**asked: object) -> list[object]:
        return [row["run_seconds_max"] for row in durations(rows, **asked).rows]

    assert runs() == [10]
    assert runs(filters=Filters(status=("failed",))) == [20]
    assert runs(by="status") == [30, 10, 20]
    assert "durations of 3 terminal" in durations(rows, by="status").foot


def test_runs_in_flight_stand_beside_every_status() -> None:
    """In flight is the count of the group without its status; a group of none but those is shown."""
    flying = run_row("er_9", status="running", slug="b", tracking="active")
    rows = [lived("er_1", 10, slug="b"), lived("er_2", 20, "failed", slug="b"), flying]
    alone = replace(flying, run_id="er_10", slug="c")
    told = durations([*rows, alone], by="slug,status").rows
    assert [(row["slug"], row["status"], row["runs"], row["in_flight"]) for row in told] == [
        ("b", "completed", 1, 1),
        ("b", "failed", 1, 1),
        ("c", None, 0, 1),
    ]


def test_what_is_left_out_is_counted() -> None:
    """Missing, backwards and roughly known values are in no percentile, and are shown."""
    rows = [
        lived("er_1", 100),
        lived("er_2", 100, started_at=None),
        lived("er_3", 100, started_at=DAWN + 200 * SECOND),
        lived("er_4", 100, ended_at_origin="bracketed", ended_after=DAWN + 90 * SECOND),
        lived("er_5", 100, ended_at_origin="bracketed", ended_after=DAWN + 91 * SECOND),
        lived("er_6", 100, ended_at=None, ended_at_origin=None),
    ]
    (told,) = durations(rows).rows
    assert told["runs"] == 6
    assert (told["queue_seconds_n"], told["queue_seconds_left_out"]) == (5, 1)
    assert (told["run_seconds_n"], told["run_seconds_left_out"]) == (2, 4)
    assert (told["run_seconds_negative"], told["run_seconds_rough"]) == (1, 1)
    assert (told["ended_ledger"], told["ended_bracketed"], told["ended_missing"]) == (3, 2, 1)
    assert (told["bracket_seconds_p50"], told["bracket_seconds_max"]) == (9, 10)


def test_one_end_may_be_sharp_for_one_duration_and_rough_for_another() -> None:
    """A bracket of 12 s is under a tenth of 200 s of wall time, and more than a tenth of 20 s of run time."""
    row = lived("er_1", 200, started_at=DAWN + 180 * SECOND, ended_after=DAWN + 188 * SECOND)
    (told,) = durations([row]).rows
    assert (told["wall_seconds_n"], told["run_seconds_n"]) == (1, 0)


@pytest.mark.parametrize(
    ("completed", "failed", "n"), [(8, 2, 1), (0, 0, 0), (None, 2, 0), (8, None, 0)]
)
def test_seconds_per_lead_need_leads(completed: int | None, failed: int | None, n: int) -> None:
    """Run time by completed and failed leads; no lead, or no count of them, no value."""
    (told,) = durations([lived("er_1", 50, leads_completed=completed, leads_failed=failed)]).rows
    assert told["seconds_per_lead_n"] == n
    assert told["seconds_per_lead_p50"] == (5 if n else None)


def test_filters_bound_what_is_counted() -> None:
    """Runs outside of the span are in no column, and not in the foot."""
    rows = [lived("er_1", 10), lived("er_2", 20, created_at=DAWN - SECOND)]
    report = durations(rows, filters=Filters(since=DAWN))
    assert report.rows[0]["runs"] == 1
    assert report.foot.startswith("1 tracked run, ")
    assert report.foot.endswith("since 2026-11-20T09:00:00Z")
