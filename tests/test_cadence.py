"""When a run is polled next: one rule a test."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from recorder.instants import DAY, HOUR, MINUTE, SECOND
from recorder.ledger.answer import Outcome
from recorder.schedule.cadence import (
    Cadence,
    NextPoll,
    ScheduleInputs,
    Urgency,
    next_poll,
)
from recorder.schedule.gain import LikelyEnd

CADENCE = Cadence()
START = 1_763_629_200 * SECOND
GOOD = (Outcome.CHANGED, Outcome.UNCHANGED)
FAILED = [outcome for outcome in Outcome if outcome not in GOOD]


def known(polled_after: int | None = None, **more: Any) -> ScheduleInputs:
    """A run tracked and created at START and seen in flight, last polled so long after."""
    fields: dict[str, Any] = {"tracked_at": START}
    if polled_after is not None:
        fields |= {
            "created_at": START,
            "is_terminal": False,
            "first_good_at": START + SECOND,
            "last_polled_at": START + polled_after,
            "last_changed_at": START + polled_after,
            "last_outcome": Outcome.UNCHANGED,
        }
    return ScheduleInputs(**fields | more)


def ended(polled_after: int, **more: Any) -> ScheduleInputs:
    """A run seen ended at START, last polled so long after that."""
    return known(polled_after, is_terminal=True, ended_seen_at=START, **more)


def poll(of: ScheduleInputs, cadence: Cadence = CADENCE) -> NextPoll:
    return next_poll(of, cadence)


def pause(of: ScheduleInputs, cadence: Cadence = CADENCE) -> int:
    due_at, polled_at = poll(of, cadence).due_at, of.last_polled_at
    assert due_at is not None
    assert polled_at is not None
    return due_at - polled_at


def test_a_new_run_is_due_at_once_and_first() -> None:
    """What was never asked goes before all else, from the moment it is tracked."""
    assert poll(known()) == NextPoll(tracking="active", due_at=START, urgency=Urgency.NEW)
    assert Urgency.NEW < Urgency.IN_FLIGHT < Urgency.LATER


def test_in_flight_at_the_cadence() -> None:
    """A run in flight is asked again after the cadence, counted from the last answer."""
    found = poll(known(30 * SECOND))
    assert found == NextPoll(
        tracking="active", due_at=START + 33 * SECOND, urgency=Urgency.IN_FLIGHT
    )
    assert pause(known(30 * SECOND), Cadence(every_us=5 * SECOND)) == 5 * SECOND


def nearly_done(**more: Any) -> ScheduleInputs:
    """A run that was polled a minute after its start, when 95 of its 100 leads had ended: about 3 s are left."""
    counts = {"started_at": START, "counted_at": START + MINUTE, "leads": 100, "ended_leads": 95}
    return known(MINUTE, **counts | more)


def test_near_its_likely_end_a_run_is_polled_more_often() -> None:
    """After a third of the time that is left: at the cadence while that is longer, at last every 2 s."""
    assert pause(nearly_done()) == 2 * SECOND
    end = poll(nearly_done()).likely_end
    assert end is not None
    assert sum(end) / 2 == pytest.approx(START + 62.8 * SECOND, abs=SECOND / 5)
    assert pause(nearly_done(ended_leads=89)) == pytest.approx(2.35 * SECOND, abs=SECOND / 10)
    assert pause(nearly_done(ended_leads=50)) == 3 * SECOND
    assert pause(nearly_done(ended_leads=50), Cadence(every_us=20 * SECOND)) < 20 * SECOND


def test_a_run_that_foretold_in_vain_is_hastened_less() -> None:
    """Each foretold end that passed adds as much to the pause; one that still lies ahead adds nothing."""
    hasty = nearly_done(ended_leads=92)
    passed = LikelyEnd(START + 50 * SECOND, START + 59 * SECOND)
    ahead = LikelyEnd(START + 50 * SECOND, START + 61 * SECOND)
    assert pause(replace(hasty, likely_end=ahead)) == 2 * SECOND
    assert pause(replace(hasty, likely_end=passed)) > 2.5 * SECOND
    assert poll(replace(hasty, likely_end=passed)).n_missed == 1
    assert pause(replace(hasty, n_missed=2)) == 3 * SECOND


def test_an_overdue_run_keeps_what_it_foretold_in_vain() -> None:
    """Its slug is judged by it when it ends."""
    late = nearly_done(last_polled_at=START + HOUR, n_missed=5)
    assert poll(late).n_missed == 5


def test_the_end_that_its_like_foretell_stands_until_it_has_passed() -> None:
    """Without counts of its own a run is polled at the cadence, and misses that end once."""
    end = LikelyEnd(START + 10 * SECOND, START + 40 * SECOND)
    found = poll(known(30 * SECOND, likely_end=end))
    assert (found.likely_end, found.n_missed) == (end, 0)
    assert pause(known(30 * SECOND, likely_end=end)) == 3 * SECOND
    late = poll(known(50 * SECOND, likely_end=end))
    assert (late.likely_end, late.n_missed) == (None, 1)


def test_never_below_two_seconds_nor_below_a_smaller_cadence() -> None:
    """The page asks for 2 s at least; who sets the cadence lower gets that, at any time of a run."""
    assert pause(nearly_done(), Cadence(every_us=MINUTE)) == 2 * SECOND
    for every_us in (SECOND, 2 * SECOND):
        assert pause(nearly_done(), Cadence(every_us=every_us)) == every_us
        assert pause(known(MINUTE), Cadence(every_us=every_us)) == every_us


def test_an_overdue_run_is_not_hastened_by_its_counts() -> None:
    """Counts that promise an end for hours take no budget."""
    late = nearly_done(last_polled_at=START + HOUR, counted_at=START + HOUR)
    assert pause(late) == 3 * MINUTE
    assert poll(late).likely_end is None


def test_overdue_slower_and_slower() -> None:
    """Once overdue a run is polled every twentieth of its age, at least ten cadences, at most an hour."""
    assert pause(known(10 * MINUTE)) == 3 * SECOND
    assert pause(known(10 * MINUTE + 1)) == 30 * SECOND
    assert pause(known(40 * MINUTE)) == 2 * MINUTE
    assert pause(known(2 * DAY)) == HOUR
    assert poll(known(10 * MINUTE + 1)).tracking == "active"


def test_only_ended_runs_wait_for_all_others() -> None:
    """A look after the end may wait; one in flight, overdue or not, and one not seen, wait their turn."""
    gone = {"last_outcome": Outcome.NOT_VISIBLE, "n_failures": 9}
    for waiting in (known(SECOND), known(10 * MINUTE), known(DAY), known(SECOND, **gone)):
        assert poll(waiting).urgency is Urgency.IN_FLIGHT
    for ended_run in (ended(SECOND), ended(SECOND, **gone), ended(30 * DAY)):
        assert poll(ended_run).urgency is Urgency.LATER


def test_a_run_is_overdue_from_creation_or_first_sight() -> None:
    """The ledger's createdAt counts where it gives one, else when the run was first seen."""
    assert pause(known(10 * MINUTE)) == 3 * SECOND
    assert pause(known(10 * MINUTE + 1)) == 30 * SECOND
    assert pause(known(10 * MINUTE + SECOND, created_at=None)) == 3 * SECOND
    assert pause(known(10 * MINUTE + SECOND + 1, created_at=None)) == 30 * SECOND
    assert pause(known(DAY, created_at=None, first_good_at=None)) == 3 * SECOND


def test_abandoned_after_so_long_without_change() -> None:
    """A run in flight that stood still for the whole time is given up; one that moved is not."""
    still = known(7 * DAY, last_changed_at=START)
    assert poll(still) == NextPoll(tracking="abandoned", due_at=None, urgency=Urgency.LATER)
    assert poll(replace(still, last_changed_at=START + SECOND)).tracking == "active"
    assert poll(known(8 * DAY)).tracking == "active"


def test_taken_up_again_counts_anew() -> None:
    """`track` makes an abandoned run due at once, and from then it has its time again."""
    still = known(7 * DAY, last_changed_at=START, resumed_at=START + 7 * DAY + SECOND)
    due_at = START + 7 * DAY + SECOND
    assert poll(still) == NextPoll(tracking="active", due_at=due_at, urgency=Urgency.NEW)
    asked = replace(still, last_polled_at=due_at + SECOND)
    assert poll(asked).tracking == "active"
    assert poll(replace(asked, last_polled_at=due_at + 7 * DAY)).tracking == "abandoned"


@pytest.mark.parametrize("last", [Outcome.UNCHANGED, Outcome.NOT_VISIBLE])
def test_taken_up_again_is_due_whatever_was_known(last: Outcome) -> None:
    """An ended or unseen run that is tracked again is asked once more at once."""
    resumed = ended(30 * DAY, resumed_at=START + 31 * DAY, last_outcome=last)
    assert poll(resumed).due_at == START + 31 * DAY
    assert poll(replace(resumed, last_polled_at=START + 32 * DAY)).due_at != START + 31 * DAY


def test_after_the_end_the_settle_looks() -> None:
    """5 s, 1 min, 15 min, 1 h and 24 h after it was seen ended, then done."""
    looks = [5 * SECOND, MINUTE, 15 * MINUTE, HOUR, 24 * HOUR]
    for before, after in zip([0, *looks], looks, strict=False):
        found = poll(ended(before))
        assert found == NextPoll(tracking="settling", due_at=START + after, urgency=Urgency.LATER)
    assert poll(ended(24 * HOUR)) == NextPoll(tracking="done", due_at=None, urgency=Urgency.LATER)


def test_missed_settle_looks_are_not_made_up_for() -> None:
    """A look that comes late serves for all before it."""
    assert poll(ended(20 * MINUTE)).due_at == START + HOUR
    assert poll(ended(30 * DAY)).tracking == "done"
    assert poll(ended(0), Cadence(settle_us=())).tracking == "done"


def test_a_change_after_the_end_does_not_move_the_looks() -> None:
    """Counts that go on moving after a cancel are caught by the looks counted from the end."""
    assert poll(ended(2 * MINUTE, last_changed_at=START + 2 * MINUTE)).due_at == START + 15 * MINUTE


@pytest.mark.parametrize("outcome", FAILED)
def test_failures_are_tried_again_with_growing_pauses(outcome: Outcome) -> None:
    """The cadence, doubled with each failure in a row, up to 5 min (an hour for a 404); never dropped."""
    slowest = HOUR if outcome is Outcome.NOT_VISIBLE else 5 * MINUTE
    failed = [known(SECOND, last_outcome=outcome, n_failures=n) for n in range(1, 200)]
    pauses = [pause(one) for one in failed]
    assert pauses[:4] == [3 * SECOND, 6 * SECOND, 12 * SECOND, 24 * SECOND]
    assert pauses == sorted(pauses)
    assert pauses[-1] == slowest


def test_a_lost_run_is_asked_for_after_as_long_as_it_has_been_lost() -> None:
    """From an hour on, at most a day: it is found after at most twice the time that it was gone, if that is less."""
    at = lost_at = START
    pauses = list[int]()
    for n_failures in range(1, 30):
        gone = known(at - START, last_outcome=Outcome.NOT_VISIBLE, n_failures=n_failures)
        pauses.append(pause(replace(gone, lost_at=lost_at)))
        assert pauses[-1] <= max(at - lost_at, HOUR)
        at += pauses[-1]
    assert pauses == sorted(pauses)
    assert pauses[-1] == DAY


def test_a_404_after_an_outage_waits_as_the_first_of_any_other_run() -> None:
    """Failures before it say nothing of how long the run has been lost, nor does a clock that was set back."""
    gone = known(DAY, last_outcome=Outcome.NOT_VISIBLE, n_failures=300)
    assert pause(replace(gone, lost_at=START + DAY)) == 3 * SECOND
    assert pause(replace(gone, lost_at=START + DAY - 3 * SECOND)) == 6 * SECOND
    assert pause(replace(gone, lost_at=START + 2 * DAY)) == HOUR


def test_runs_that_failed_together_come_back_apart() -> None:
    """A failure's pause is up to a quarter longer, by the microseconds of its answer; a 404's is not."""
    failed = known(SECOND, last_outcome=Outcome.SERVER_ERROR, n_failures=1)
    pauses = [pause(replace(failed, last_polled_at=START + SECOND + us)) for us in range(1000)]
    assert pauses == sorted(set(pauses))
    assert 3 * SECOND == pauses[0] < pauses[-1] < 3.75 * SECOND
    gone = replace(failed, last_outcome=Outcome.NOT_VISIBLE, last_polled_at=START + SECOND + 999)
    assert pause(gone) == 3 * SECOND


def test_a_failure_says_little_of_the_run() -> None:
    """In flight stays in flight, an ended run goes on settling, a run that a 404 hid stays hidden."""
    failed = {"last_outcome": Outcome.THROTTLED, "n_failures": 1}
    gone = {"last_outcome": Outcome.NOT_VISIBLE, "n_failures": 1, "lost_at": START}
    assert poll(known(1, **failed)).tracking == "active"
    assert poll(known(1, is_terminal=None, **failed)).tracking == "active"
    assert poll(ended(1, **failed)).tracking == "settling"
    assert poll(known(1, **gone)).tracking == poll(ended(1, **gone)).tracking == "not_visible"
    assert poll(known(1, **gone | failed)).tracking == "not_visible"


INSTANTS = st.integers(START, START + 60 * DAY)


@given(
    st.builds(
        ScheduleInputs,
        tracked_at=INSTANTS,
        created_at=st.none() | st.integers(0, START + 60 * DAY),
        is_terminal=st.none() | st.booleans(),
        first_good_at=st.none() | INSTANTS,
        last_polled_at=st.none() | INSTANTS,
        last_changed_at=st.none() | INSTANTS,
        ended_seen_at=st.none() | INSTANTS,
        resumed_at=st.none() | INSTANTS,
        last_outcome=st.sampled_from(Outcome),
        lost_at=st.none() | INSTANTS,
        n_failures=st.integers(0, 10_000),
        started_at=st.none() | INSTANTS,
        counted_at=st.none() | INSTANTS,
        leads=st.none() | st.integers(0, 5000),
        ended_leads=st.integers(0, 5000),
    )
)
def test_every_run_has_its_next_look(of: ScheduleInputs) -> None:
    """Whatever is known: after the last answer, within a day (settling, lost) or an hour; or never, and then it says why."""
    found = poll(of)
    if found.due_at is None:
        assert found.tracking in ("done", "abandoned")
    elif of.last_polled_at is not None:
        longest = HOUR if found.tracking == "active" else DAY
        began = of.ended_seen_at if found.tracking == "settling" else None
        since = max(of.last_polled_at, began or 0, of.resumed_at or 0)
        assert of.last_polled_at < found.due_at <= since + longest
    if found.likely_end is not None and of.last_polled_at is not None:
        assert found.due_at is not None
        assert 2 * SECOND <= found.due_at - of.last_polled_at <= 3 * SECOND
