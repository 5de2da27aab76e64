"""When a run in flight is likely to end, by the pace of its counts, and which poll is worth most where the budget is short.

Invariant: pure arithmetic on what the last answers said; counts that stand still or lie cost a run no more than its turn:
one that has waited for `MOST_CYCLES` of round robin goes before all others.
"""

from typing import Final

from recorder.instants import MINUTE, SECOND

LEAST_PAUSE_US: Final = 2 * SECOND  # the least that the API's page names
MOST_CYCLES: Final = 1.5
_SOONEST_US: Final = SECOND
_TYPICAL_US: Final = 2 * MINUTE  # in which half of the runs end of which nothing is known
_SHARPNESS: Final = 5  # of the pace: a quarter off, either way, for two runs in three
_EVENNESS: Final = 0.04


def likely_end(
    *,
    started_at: int | None,
    counted_at: int | None,
    ended: int,
    leads: int | None,
    now: int,
) -> int | None:
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
    # A lead that is under way has come half of its way.
    share = min((ended + 0.5) / leads, 1)
    left_us = started_at + (counted_at - started_at) / share - now
    # A run that should have ended by now takes half as long again as it is late.
    return now + max(round(left_us if left_us > 0 else -left_us / 2), _SOONEST_US)


def gain(*, waited_us: int, pause_us: int, left_us: int | None, cycle_us: int) -> float:
    """Return what a poll is worth: the chance that the run has ended since the last one, times how long that was.

    A second term, small until a run has waited for longer than a cycle, keeps the polls of a run evenly apart.

    Args:
        waited_us: the time since the last poll.
        pause_us: the pause after it that the cadence set.
        left_us: the time that the run had left at the last poll; None where its counts say nothing.
        cycle_us: the time in which round robin polls each run once.
    """
    cycles = max(waited_us, 0) / max(cycle_us, pause_us, 1)
    if cycles > MOST_CYCLES:
        return 100 + cycles
    has_ended = waited_us / (waited_us + _TYPICAL_US)
    if left_us is not None:
        odds = (waited_us / max(left_us, _SOONEST_US)) ** _SHARPNESS
        has_ended = odds / (1 + odds) + has_ended / 10  # a run may fail at any time
    return has_ended * cycles + _EVENNESS * cycles**4
