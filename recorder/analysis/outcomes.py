"""The outcomes of runs as columns: what a completed run cost and how long it took, and when that was known.

Invariant: an instant of knowing is by our clock, never before the end.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from recorder.analysis.columns import Mask, Runs, Whole
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

_COMPLETED: Final = frozenset({"completed"}).__contains__


def is_completed(runs: Runs) -> Mask:
    """Return which runs completed."""
    return runs.words("status").where(_COMPLETED)


def ends_known_at(runs: Runs) -> Whole:
    """Return when the end of each ended run was known."""
    return np.maximum(runs.ints("ended_at").values, runs.ints("ended_seen_at").values)


def created(runs: Runs) -> list[int]:
    """Return when runs were created, as far as the ledger says."""
    instants = runs.ints("created_at")
    created: list[int] = instants.values[instants.there].tolist()
    return created


def walls(runs: Runs) -> Iterator[PastRun]:
    """Yield the wall time of each completed run whose end is known well enough, microseconds."""
    known = runs.only(is_completed(runs) & runs.wall.enters & (runs.wall.us > 0))
    names = ("run_id", "version", "created_at", "leads_total")
    columns = (known.values(name) for name in names)
    numbers = known.wall.us.tolist(), ends_known_at(known).tolist()
    for run_id, version, created_at, leads, wall, known_at in zip(*columns, *numbers, strict=True):
        yield PastRun(
            run_id=run_id,
            version=version,
            created_at=created_at,
            known_at=known_at,
            leads=leads,
            value=wall,
        )


def paid(runs: Runs, unit: str | None) -> Iterator[PastRun]:
    """Yield the cost of each completed run of which preview and actual are final in this unit, millionths."""
    known = runs.only(is_completed(runs) & is_pair(runs))
    known = known.only(known.words("cost_unit").where(frozenset({unit}).__contains__))
    names = ("run_id", "version", "created_at", "cost_known_at", "leads_total")
    amounts = ("cost_actual_micros", "cost_preview_micros")
    for values in zip(*(known.values(name) for name in (*names, *amounts)), strict=True):
        run_id, version, created_at, known_at, leads, actual, preview = values
        yield PastRun(
            run_id=run_id,
            version=version,
            created_at=created_at,
            known_at=known_at,
            leads=leads,
            value=actual,
            preview=preview,
        )
