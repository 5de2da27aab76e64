"""How often runs and leads fail."""

import pytest
import reference
from asking import failures
from comparing import assert_same
from hypothesis import given
from made_rows import Made, groupings, histories, run_row

from recorder.analysis.filters import Filters


@given(histories(), groupings)
def test_all_columns_are_those_of_the_reference(made: Made, by: tuple[str, ...]) -> None:
    """Over random histories every cell of every group is what the plain definition gives."""
    assert_same(failures(made.rows, by=by), reference.failures(made.rows, by), *by)


@given(histories())
def test_every_run_is_counted_once(made: Made) -> None:
    """Completed, failed, cancelled, in flight, lost and not seen yet make all tracked runs."""
    for row in failures(made.rows, by="source").rows:
        parts = ("completed", "failed", "cancelled", "in_flight", "lost", "unobserved")
        counted = [row[name] for name in parts]
        assert sum(n for n in counted if isinstance(n, int)) == row["runs"]


@pytest.mark.parametrize(
    ("failed", "n", "low", "high"),
    [(0, 10, 0, 0.278), (3, 40, 0.026, 0.199), (8, 200, 0.020, 0.077)],
)
def test_the_worked_examples(failed: int, n: int, low: float, high: float) -> None:
    """So many failed of so many give the interval that the metrics name."""
    rows = [run_row(f"er_{i}", status="failed" if i < failed else "completed") for i in range(n)]
    (told,) = failures(rows).rows
    assert told["failure_rate"] == failed / n
    assert (told["failure_rate_low"], told["failure_rate_high"]) == pytest.approx(
        (low, high), abs=0.0005
    )


def test_what_did_not_end_is_in_no_denominator() -> None:
    """Runs in flight, lost and not seen yet stand beside; cancelled ones are in the cancel rate alone."""
    rows = [
        run_row("er_1", status="completed"),
        run_row("er_2", status="failed"),
        run_row("er_3", status="cancelled"),
        run_row("er_4", status="cancelled"),
        run_row("er_5", status="running", tracking="active"),
        run_row("er_6", status="paused", tracking="active"),
        run_row("er_7", status="running", tracking="abandoned"),
        run_row("er_8", n_snapshots=0, tracking="not_visible"),
        run_row("er_9", n_snapshots=0, tracking="active"),
    ]
    (told,) = failures(rows).rows
    assert (told["failure_rate"], told["success_rate"], told["cancel_rate"]) == (0.5, 0.5, 0.5)
    assert [told[n] for n in ("runs", "in_flight", "unknown", "lost", "unobserved")] == [
        9,
        2,
        1,
        1,
        2,
    ]


def test_an_end_that_was_seen_is_not_lost() -> None:
    """A completed run that a later look did not find has completed."""
    (told,) = failures([run_row(status="completed", tracking="not_visible")]).rows
    assert (told["completed"], told["lost"]) == (1, 0)


def test_nothing_ended_has_no_rate() -> None:
    """A zero denominator is null, never 0; an empty store gives one such row, or none by group."""
    (told,) = failures([run_row(status="running", tracking="active")]).rows
    assert (told["failure_rate"], told["failure_rate_low"], told["cancel_rate"]) == (None,) * 3
    assert (told["leads_failed"], told["lead_failure_rate"], told["failed"]) == (None, None, 0)
    assert failures([]).rows[0]["runs"] == 0
    assert failures([], by="day").rows == []


def test_leads_are_pooled_and_runs_have_a_median() -> None:
    """One run of a thousand leads outweighs three of ten in the pool, not in the median over runs."""
    small = [
        run_row(f"er_{n}", status="completed", leads_completed=9, leads_failed=1) for n in range(3)
    ]
    large = run_row("er_9", status="failed", leads_completed=500, leads_failed=500, leads_skipped=0)
    (told,) = failures([*small, large]).rows
    assert told["lead_failure_rate"] == 503 / 1030
    assert told["lead_failure_rate_median"] == 0.1
    assert (told["leads_completed"], told["leads_failed"], told["lead_runs"]) == (527, 503, 4)
    assert told["leads_skipped"] == 0


def test_a_run_without_counts_is_missing_not_zero() -> None:
    """Leads enter where both counts are there."""
    half = run_row("er_1", status="completed", leads_completed=5)
    (told,) = failures([half]).rows
    assert (told["leads_completed"], told["lead_runs"], told["lead_failure_rate"]) == (
        None,
        0,
        None,
    )


def test_cancelled_runs_do_not_count_as_skipping() -> None:
    """What a cancel skips is in no skip share."""
    leads = {"leads_completed": 6, "leads_failed": 2, "leads_skipped": 2}
    rows = [
        run_row("er_1", status="completed", **leads),
        run_row("er_2", status="cancelled", leads_completed=0, leads_failed=0, leads_skipped=90),
    ]
    (told,) = failures(rows).rows
    assert (told["skip_share"], told["leads_skipped"]) == (0.2, 92)


def test_flags_are_counted_in_runs() -> None:
    """Each flag of a run's quality counts by its whole name."""
    rows = [
        run_row("er_1", status="completed", quality="completed_with_failed_leads,counts_off_total"),
        run_row("er_2", status="completed", quality="counts_off_total"),
        run_row("er_3", status="running", quality="unreadable:counts_off_total", n_reopened=2),
    ]
    (told,) = failures(rows).rows
    assert told["counts_off_total"] == 2
    assert told["completed_with_failed_leads"] == 1
    assert told["completed_with_open_leads"] == 0
    assert told["reopened"] == 1


def test_a_status_asked_for_bounds_the_runs() -> None:
    """Here the status is a filter like the others, and the foot says so."""
    rows = [run_row("er_1", status="completed"), run_row("er_2", status="failed")]
    report = failures(rows, filters=Filters(status=("failed",)))
    assert report.rows[0]["runs"] == 1
    assert report.foot.endswith("status failed")
