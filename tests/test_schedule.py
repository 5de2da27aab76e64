"""What the schedule sees against round robin, in virtual time: what the README promises of it."""

from functools import cache
from typing import Any

import pytest
from poll_simulation import ALIKE, DIFFERENT, Counts, Seen, by_schedule, by_turns

from recorder.schedule.gain import LEAST_PAUSE_US, MOST_CYCLES

pytestmark = pytest.mark.slow


turns = cache(by_turns)


def against_turns(counts: Counts, **world: Any) -> tuple[Seen, tuple[float, float, float]]:
    seen = by_schedule(counts, seed=1, **world)
    return seen, seen.over(turns(seed=1, **{k: v for k, v in world.items() if k != "learns"}))


@pytest.mark.parametrize(
    ("counts", "runs", "hours", "most"),
    [
        (Counts.HONEST, 5, 8, 0.85),
        (Counts.HONEST, 20, 2, 0.4),
        (Counts.HONEST, 100, 1, 0.8),
        (Counts.EVEN, 20, 2, 0.35),
        (Counts.EVEN, 100, 1, 0.7),
        (Counts.SOME_STALL, 20, 2, 0.5),
    ],
)
def test_an_end_is_seen_earlier(counts: Counts, runs: int, hours: int, most: float) -> None:
    """Much earlier than by turns where the budget is short; what runs in flight show is hardly older."""
    seen, (delay, staleness, bracket) = against_turns(counts, runs=runs, hours=hours)
    assert delay <= most
    assert max(staleness, bracket) <= 1.2
    assert seen.shortest_us >= LEAST_PAUSE_US


@pytest.mark.parametrize(
    ("runs", "hours", "slugs"), [(20, 2, ALIKE), (20, 2, DIFFERENT), (100, 1, ALIKE)]
)
@pytest.mark.parametrize("counts", [Counts.JUMPING, Counts.STALLING, Counts.NONE])
def test_counts_that_lie_cost_little(counts: Counts, runs: int, hours: int, slugs: Any) -> None:
    """All that is measured is at most a tenth worse than by turns; no run waits for more than two and a half cycles."""
    seen, ratios = against_turns(counts, runs=runs, hours=hours, slugs=slugs)
    assert max(ratios) <= 1.1
    assert seen.longest_cycles <= MOST_CYCLES + 1


def test_what_its_like_took_foretells_the_end_of_a_run_without_counts() -> None:
    """Where runs of one slug take 10 s and of another 5 minutes, ends are seen in three quarters of the time."""
    world = {"runs": 20, "hours": 2, "slugs": DIFFERENT}
    _, (delay, *_) = against_turns(Counts.NONE, **world)
    _, (without, *_) = against_turns(Counts.NONE, learns=False, **world)
    assert delay <= 0.75
    assert without > 0.95
