"""When a run is likely to end, and what a poll of it is worth: one rule a test."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.instants import DAY, MINUTE, SECOND
from recorder.schedule.gain import MOST_CYCLES, LikelyEnd, gain, likely_end

START = 1_763_629_200 * SECOND
CYCLE = 12 * SECOND


def left_s(after_s: int, **known: Any) -> float | None:
    """The seconds that are left of a run that began at START, so long after; 100 leads, of which 49 have ended then."""
    now = START + after_s * SECOND
    fields = {"started_at": START, "counted_at": now, "ended": 49, "leads": 100} | known
    end = likely_end(**fields, now=now)
    return None if end is None else (sum(end) / 2 - now) / SECOND


def worth(waited_s: float, *, left_s: float | None = None, **more: int) -> float:
    """What a poll after so many seconds is worth."""
    left = None if left_s is None else between(left_s * 0.7, left_s * 1.3)
    fields = {"pause_us": 3 * SECOND, "cycle_us": CYCLE} | more
    return gain(waited_us=round(waited_s * SECOND), left=left, **fields)


def between(from_s: float, until_s: float) -> LikelyEnd:
    return LikelyEnd(round(from_s * SECOND), round(until_s * SECOND))


def test_the_pace_so_far_gives_the_end() -> None:
    """After a minute 49 of 100 leads have ended, and most of one: about another minute is left."""
    assert left_s(60) == pytest.approx(60.7, abs=0.1)
    assert left_s(70, counted_at=START + 60 * SECOND) == pytest.approx(50.7, abs=0.1)


@pytest.mark.parametrize("missing", ["started_at", "counted_at", "leads"])
def test_without_counts_nothing_is_foretold(missing: str) -> None:
    """Nor before the first lead has ended."""
    assert left_s(60, **{missing: None}) is None
    assert left_s(60, ended=0) is None
    assert left_s(60, leads=0) is None


def test_a_run_that_is_late_is_trusted_less_and_less() -> None:
    """Where the pace promised an end that did not come, half of the lateness is added each time."""
    stuck = {"counted_at": START + 60 * SECOND, "ended": 95}
    late_s = [left_s(after, **stuck) for after in (70, 103, 163, 663)]
    assert late_s == pytest.approx([3.6, 20.1, 50.1, 300.1], abs=0.1)


INSTANTS = st.integers(START - DAY, START + DAY)
COUNT = st.integers(0, 5000)


@given(
    started_at=st.none() | INSTANTS,
    counted_at=st.none() | INSTANTS,
    ended=COUNT,
    leads=st.none() | COUNT,
    now=INSTANTS,
)
def test_a_likely_end_lies_ahead(**known: Any) -> None:
    """Whatever the ledger says, instants in any order and more ended leads than there are included."""
    end = likely_end(**known)
    assert end is None or known["now"] <= end.from_at < end.until_at


def test_the_likely_end_makes_a_poll_worth_most() -> None:
    """A run that should have ended by now comes before one that waits longer and is half done."""
    assert worth(4, left_s=3) > worth(10, left_s=60)
    assert worth(4, left_s=3) > worth(10)
    assert worth(10) > worth(10, left_s=60), "nothing is known of the first"


def test_each_end_that_was_foretold_in_vain_makes_the_next_one_count_for_less() -> None:
    """A run whose counts lie is polled like one of which nothing is known."""
    likely = [worth(6, left_s=3, n_missed=n) for n in (0, 1, 2, 2000)]
    assert likely == sorted(likely, reverse=True)
    assert likely[-1] == worth(6)


@given(
    waited=st.integers(-DAY, 30 * DAY),
    more=st.integers(1, DAY),
    left=st.none() | st.builds(between, st.floats(0, 600), st.floats(600, 6000)),
    n_missed=st.integers(0, 2000),
    pause_us=st.integers(-SECOND, DAY),
    cycle_us=st.integers(0, DAY),
)
def test_waiting_makes_a_poll_worth_more(*, waited: int, more: int, **known: Any) -> None:
    """Never less, whatever is known."""

    def value(waited_us: int) -> float:
        return gain(waited_us=waited_us, **known)

    assert value(waited + more) >= value(waited) >= 0


@given(
    other_s=st.floats(0, MOST_CYCLES * CYCLE / SECOND),
    left_s=st.none() | st.floats(0, 600),
)
def test_a_cycle_and_a_half_is_worth_more_than_any_likely_end(
    other_s: float, left_s: float | None
) -> None:
    """A run that has waited for longer goes before all that have not, the longest waiting first."""
    long = MOST_CYCLES * CYCLE / SECOND + 1
    assert worth(long, left_s=MINUTE) > worth(other_s, left_s=left_s)
    assert worth(long + 1) > worth(long, left_s=1)


def test_an_overdue_run_waits_by_its_own_pause() -> None:
    """A pause of minutes is no wait of many cycles."""
    assert worth(60, pause_us=MINUTE) < worth(MOST_CYCLES * CYCLE / SECOND + 1)


def test_counts_beyond_reason_foretell_what_a_store_can_take() -> None:
    """No end is foretold for later than a day."""
    for leads in (10**15, 2**63 - 1):
        left = left_s(60, ended=1, leads=leads)
        assert left is not None
        assert left <= DAY / SECOND
