"""What the schedule sees beside round robin, in virtual time: the figures that the README gives."""

import pytest
from poll_simulation import Counts, Seen, by_schedule, by_turns

from recorder.schedule.gain import LEAST_PAUSE_US, MOST_CYCLES

pytestmark = pytest.mark.slow


def beside(runs: int, counts: Counts, hours: int) -> tuple[Seen, tuple[float, float, float]]:
    seen = by_schedule(counts, runs=runs, hours=hours, seed=1)
    return seen, seen.over(by_turns(runs=runs, hours=hours, seed=1))


@pytest.mark.parametrize(("runs", "hours", "most"), [(5, 4, 0.9), (20, 2, 0.42), (100, 1, 0.8)])
def test_an_end_is_seen_earlier(runs: int, hours: int, most: float) -> None:
    """Much earlier than by turns where the budget is short; what runs in flight show is hardly older."""
    seen, (delay, staleness, bracket) = beside(runs, Counts.HONEST, hours)
    assert delay <= most
    assert max(staleness, bracket) <= 1.2
    assert seen.shortest_us >= LEAST_PAUSE_US


@pytest.mark.parametrize("counts", [Counts.JUMPING, Counts.STALLING, Counts.NONE])
def test_counts_that_lie_cost_little(counts: Counts) -> None:
    """An end is seen no later than by turns; no run waits for more than two and a half cycles of them."""
    seen, (delay, staleness, bracket) = beside(20, counts, 2)
    assert delay <= 1.02
    assert max(staleness, bracket) <= 1.3
    assert seen.longest_cycles <= MOST_CYCLES + 1
