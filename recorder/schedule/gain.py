"""When a run in flight is likely to end, and which poll is worth most where the budget is short.

Invariant: pure arithmetic on what the last answers said; counts that stand still or lie cost a run no more than its turn:
one that has waited for `MOST_CYCLES` of round robin goes before all others.
"""

import math
from typing import Final, NamedTuple

from recorder.instants import DAY, SECOND

LEAST_PAUSE_US: Final = 2 * SECOND  # the least that the API's page names
MOST_CYCLES: Final = 1.5
_SOONEST_US: Final = 3 * SECOND // 2
_TYPICAL_US: Final = 150 * SECOND  # in which half of the runs end of which nothing is known
_SPREAD: Final = 0.3  # of the time that the pace leaves, either way
_SPREAD_US: Final = 2 * SECOND
_DOUBT: Final = 0.3  # that an end which is foretold has nothing to do with the real one: a run may fail at any time
_BELIEF_LEFT: Final = 0.6  # after each foretold end that passed without one
_EVENNESS: Final = 0.015


class LikelyEnd(NamedTuple):
    """The time within which a run is likely to end, every moment of it alike; microseconds since 1970 UTC."""

    from_at: int
    until_at: int


def likely_end(
    *,
    started_at: int | None,
    counted_at: int | None,
    ended: int,
    leads: int | None,
    now: int,
) -> LikelyEnd | None:
    """Return when a run is likely to end if its leads go on at the pace so far; None where that cannot be said.

    Args:
        started_at: by the ledger, microseconds since 1970 UTC.
        counted_at: when the counts stood like this.
        ended: leads that have ended.
        leads: all leads of the run.
        now: the poll that showed it.
    """
    if started_at is None or counted_at is None or not leads or not ended:
        return None
    # A lead that is under way has come most of its way: the counts are as old as the last batch of leads.
    share = min((ended + 0.7) / leads, 1)
    left_us = started_at + (counted_at - started_at) / share - now
    # A run that should have ended by now takes half as long again as it is late.
    left_us = min(max(left_us if left_us > 0 else -left_us / 2, _SOONEST_US), DAY)
    spread_us = min(_SPREAD * left_us + _SPREAD_US, left_us)
    return LikelyEnd(now + round(left_us - spread_us), now + round(left_us + spread_us))


def gain(
    *, waited_us: int, pause_us: int, left: LikelyEnd | None, n_missed: int = 0, cycle_us: int
) -> float:
    """Return what a poll is worth: the mean delay by now of the end that it may show, in cycles.

    A second term, small until a run has waited for longer than a cycle, keeps the polls of a run evenly apart.

    Args:
        waited_us: the time since the last poll.
        pause_us: the pause after it that the cadence set.
        left: when the run is likely to end, from the last poll on; None where nothing foretells it.
        n_missed: how many foretold ends passed without one: after each the next one counts for less.
        cycle_us: the time in which round robin polls each run once.
    """
    waited_us, cycle_us = max(waited_us, 0), max(cycle_us, pause_us, 1)
    cycles = waited_us / cycle_us
    if cycles > MOST_CYCLES:
        # More than anything that is returned below, which is about 3 at most.
        return 100 + cycles
    # Of runs of which nothing is known, t / (t + typical) have ended after t; the mean delay is the integral of that.
    delay_us = waited_us - _TYPICAL_US * math.log1p(waited_us / _TYPICAL_US)
    if left is not None:
        delay_us += (1 - _DOUBT) * _BELIEF_LEFT**n_missed * (_delay_us(waited_us, left) - delay_us)
    return 2 * delay_us / cycle_us + _EVENNESS * cycles**4


def _delay_us(waited_us: int, left: LikelyEnd) -> float:
    """Return how long ago a run has ended by now in the mean, 0 where it has not."""
    if waited_us >= left.until_at:
        return waited_us - (left.from_at + left.until_at) / 2
    since_us = max(waited_us - left.from_at, 0)
    # The integral of a share that rises evenly from 0 to 1.
    return since_us**2 / (2 * max(left.until_at - left.from_at, 1))
