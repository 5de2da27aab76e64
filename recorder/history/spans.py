"""The begin of a run's own time: one rule for views, rows, flags and analyses."""

from typing import Final

from recorder.instants import MINUTE

SKEW_US: Final = MINUTE
"""How far `startedAt` may lie before `createdAt`, because the clocks of servers differ."""


def run_began_at(created_at: int | None, started_at: int | None) -> int | None:
    """Return when the run time begins; None where the start is unknown or over a minute before the creation.

    Args:
        created_at: microseconds since 1970 UTC, by the ledger's clock.
        started_at: likewise.
    """
    if started_at is None or created_at is None:
        return started_at
    return None if started_at < created_at - SKEW_US else started_at


def time_between(begin: int | None, end: int | None) -> int | None:
    """Return the microseconds between two instants; None where one is missing or the clock ran backwards."""
    return None if begin is None or end is None or end < begin else end - begin
