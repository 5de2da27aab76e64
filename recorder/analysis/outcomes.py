"""The outcomes of runs as columns: what a completed run cost and how long it took, and when that was known.

Invariant: an instant of knowing is by our clock, never before the end.
"""

from collections.abc import Iterator
from itertools import repeat
from typing import Final

import numpy as np

from recorder.analysis.columns import Mask, Runs, Span, Whole
from recorder.analysis.likes import PastRun
from recorder.analysis.pairs import is_pair

WALL_NEEDS: Final = frozenset(
    {"source", "run_id", "slug", "version", "status", "created_at", "leads_total"}
    | {"ended_at", "ended_after", "ended_seen_at"}
)
"""The columns that wall times are made of."""

NEEDS: Final = WALL_NEEDS | frozenset(
    {"dated_at", "cost_quality", "cost_unit", "cost_known_at"}
    | {"cost_preview_micros", "cost_actual_micros"}
)
"""The columns that outcomes are made of."""


def is_completed(runs: Runs) -> Mask:
    """Return which runs completed."""
    return runs.words("status").among("completed")


def ends_known_at(runs: Runs) -> Whole:
    """Return when the end of each ended run was known."""
    return np.maximum(runs.ints("ended_at").values, runs.ints("ended_seen_at").values)


def created(runs: Runs) -> list[int]:
    """Return when runs were created, as far as the ledger says."""
    instants = runs.ints("created_at")
    created: list[int] = instants.values[instants.there].tolist()
    return created


def walls(runs: Runs) -> Iterator[PastRun]:
    """Return the wall time of each completed run whose end is known well enough, microseconds."""
    return timed(runs, runs.wall)


def timed(runs: Runs, span: Span, *, least: int = 1) -> Iterator[PastRun]:
    """Return the duration of each completed run where it is known well enough, microseconds.

    Args:
        runs: tracked runs, with the columns of `WALL_NEEDS` and of the span.
        span: of these runs.
        least: the least duration that counts.
    """
    counts = is_completed(runs) & span.enters & (span.us >= least)
    known, durations = runs.only(counts), span.us[counts].tolist()
    columns = (known.values(name) for name in ("run_id", "version", "created_at"))
    more = (ends_known_at(known).tolist(), known.values("leads_total"), durations)
    return map(PastRun._make, zip(*columns, *more, repeat(None), strict=False))


def paid(runs: Runs, unit: str | None) -> Iterator[PastRun]:
    """Return the cost of each completed run of which preview and actual are final in this unit, millionths."""
    known = runs.only(is_completed(runs) & is_pair(runs))
    known = known.only(known.words("cost_unit").among(unit))
    names = ("run_id", "version", "created_at", "cost_known_at", "leads_total")
    amounts = ("cost_actual_micros", "cost_preview_micros")
    columns = (known.values(name) for name in (*names, *amounts))
    return map(PastRun._make, zip(*columns, strict=True))
