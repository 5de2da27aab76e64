"""Which instants bound a run's own time: the one rule of views, rows, flags and analyses."""

from typing import Final

from recorder.instants import MINUTE

SKEW_US: Final = MINUTE
"""How far `startedAt` may lie before `createdAt`: servers' clocks differ by moments; more is no start of this run."""


def run_began_at(created_at: int | None, started_at: int | None) -> int | None:
    """Return when the run time begins; None where no start is known, or it lies over a minute before the creation.

    Args:
        created_at: microseconds since 1970 UTC, by the ledger's clock.
        started_at: likewise.
    """
    if started_at is None or created_at is None:
        return started_at
    return None if started_at < created_at - SKEW_US else started_at
