"""How far to trust the history: what was seen, and when a cost is final."""

import pytest
import reference_costs
from asking import coverage, settling
from comparing import assert_same
from hypothesis import given
from made_rows import DAWN, WEST, Made, groupings, histories, lived, run_row

from recorder.analysis.coverage import PollTimes, covered_us
from recorder.analysis.filters import Filters
from recorder.instants import SECOND


def at(*seconds: float) -> tuple[int, ...]:
    return tuple(DAWN + round(s * SECOND) for s in seconds)


@given(histories(), groupings)
def test_all_columns_are_those_of_the_reference(made: Made, by: tuple[str, ...]) -> None:
    """Over random histories every cell of every group is what the plain definition gives."""
    report = coverage(made.watched, by=by, tz=WEST)
    assert_same(report, reference_costs.coverage(made.watched, by, WEST), *by)


@pytest.mark.parametrize(
    ("looks", "covered"),
    [
        ((), 0),
        ((50,), 30),
        ((0,), 15),
        ((100,), 15),
        ((50, 60), 40),
        ((20, 80), 60),
        ((-20, 120), 0),
        ((-10, 110), 10),
        (range(0, 101, 3), 100),
    ],
)
def test_a_good_poll_covers_fifteen_seconds_to_either_side(looks: range, covered: int) -> None:
    """Overlaps count once, and nothing outside of the time in flight counts."""
    assert covered_us(at(*looks), *at(0, 100)) == covered * SECOND


def test_time_counts_from_tracking_to_the_end() -> None:
    """A run tracked late is watched from then on; one in flight until its last good poll."""
    late = lived("er_1", 100, tracked_at=at(40)[0])
    flying = run_row("er_2", status="running", tracked_at=DAWN, last_good_at=at(10)[0])
    unseen = run_row("er_3", n_snapshots=0, tracking="active")
    endless = lived("er_4", 0, ended_at=None)
    looks = PollTimes(good_at=at(40, 102), n_good=2)
    watched = [
        (late, looks),
        (flying, PollTimes(good_at=at(0, 10))),
        (unseen, PollTimes()),
        (endless, looks),
    ]
    (told,) = coverage(watched).rows
    assert told["in_flight_seconds"] == 60 + 10
    assert told["covered_seconds"] == 15 + 13 + 10
    assert told["coverage"] == 38 / 70


def test_the_time_in_which_a_run_is_overdue_stands_apart() -> None:
    """A run that is asked slowly on purpose does not lower the share that the cadence promised."""
    stuck = run_row("er_1", status="running", created_at=DAWN, last_good_at=at(7200)[0])
    looks = PollTimes(good_at=at(*range(0, 600, 3), 630, 3000, 7200))
    (told,) = coverage([(stuck, looks)]).rows
    assert (told["in_flight_seconds"], told["overdue_seconds"]) == (600, 6600)
    assert told["coverage"] == 1
    assert told["gap_seconds_max"] == 4200
    (patient,) = coverage([(stuck, looks)], overdue_after_us=7200 * SECOND).rows
    assert (patient["in_flight_seconds"], patient["overdue_seconds"]) == (7200, 0)


def test_a_run_tracked_when_it_was_overdue_has_no_other_time() -> None:
    """From creation or first sight; where neither is known nothing is overdue."""
    old = run_row("er_1", status="running", created_at=at(-900)[0], last_good_at=at(60)[0])
    seen = run_row("er_2", status="running", first_good_at=DAWN, last_good_at=at(660)[0])
    (told,) = coverage([(old, PollTimes())]).rows
    assert (told["in_flight_seconds"], told["overdue_seconds"]) == (0, 60)
    assert told["coverage"] is None
    (told,) = coverage([(seen, PollTimes())]).rows
    assert (told["in_flight_seconds"], told["overdue_seconds"]) == (600, 60)


def test_gaps_run_from_good_poll_to_good_poll() -> None:
    """Neither the wait for the first poll is a gap, nor what comes after the end was seen."""
    watched = [
        (lived("er_1", 30), PollTimes(good_at=at(1, 4, 34))),
        (lived("er_2", 30), PollTimes(good_at=at(500))),
    ]
    (told,) = coverage(watched).rows
    assert (told["gap_seconds_n"], told["gap_seconds_p50"], told["gap_seconds_max"]) == (2, 3, 30)
    assert told["gap_seconds_p95"] is None


def test_polls_are_counted_by_what_came_of_them() -> None:
    """A 404 is an answer, a 429 and a failure are none."""
    looks = PollTimes(good_at=at(1), n_good=6, n_not_visible=1, n_throttled=2, n_errors=1)
    (told,) = coverage([(run_row(status="completed", n_snapshots=3), looks)]).rows
    assert told["polls"] == 10
    assert told["error_share"] == 0.3
    assert told["snapshots_per_poll"] == 0.5


def test_silence_is_told_where_the_time_is() -> None:
    """Seconds since the last good poll of any run, at the instant handed in."""
    watched = [
        (run_row("er_1", status="running", last_good_at=at(5)[0]), PollTimes()),
        (run_row("er_2", status="running", last_good_at=at(3)[0]), PollTimes()),
    ]
    assert coverage(watched, now=at(65)[0]).rows[0]["seconds_since_good_poll"] == 60
    assert coverage(watched).rows[0]["seconds_since_good_poll"] is None
    assert coverage([], now=DAWN).rows[0]["seconds_since_good_poll"] is None


def test_nothing_tracked_is_not_covered() -> None:
    """An empty store has null for its coverage; by group it gives no rows."""
    (told,) = coverage([]).rows
    assert (told["runs"], told["coverage"], told["error_share"]) == (0, None, None)
    assert coverage([], by="source").rows == []
    watched = [(run_row(status="failed"), PollTimes())]
    assert coverage(watched, filters=Filters(status=("running",))).rows[0]["runs"] == 0


@given(histories())
def test_settling_is_that_of_the_reference(made: Made) -> None:
    """Over random histories every cell is what the plain definition gives."""
    assert_same(settling(made.moves), [reference_costs.settling(made.moves)])


def test_an_actual_that_came_with_the_end_did_not_move_late() -> None:
    """A wait is counted where the actual moved after the end had been seen, from the end that the ledger gives."""
    moves = [
        (lived("er_1", 60, ended_seen_at=at(63)[0]), at(63)[0]),
        (lived("er_2", 60, ended_seen_at=at(63)[0]), at(360)[0]),
        (lived("er_3", 60, ended_seen_at=at(63)[0]), at(2)[0]),
        (lived("er_4", 60, ended_seen_at=at(63)[0]), None),
        (
            lived("er_5", 60, observation_class="post_hoc", ended_seen_at=at(99)[0]),
            at(99)[0],
        ),
    ]
    (told,) = settling(moves).rows
    assert (told["runs"], told["moved_late"]) == (3, 1)
    assert (told["wait_seconds_p50"], told["wait_seconds_max"]) == (0, 300)
    assert settling([], by="slug").rows == []
