"""The time from a run's end to the last move of its actual cost: when a figure is final.

Invariant: a move is dated by the first good poll that showed it, so a wait is an upper bound.
"""

from typing import Final

import numpy as np

from recorder.analysis.analysis import Analysis, Group, Population, Question
from recorder.analysis.cells import Row, count, percentiles, rate
from recorder.analysis.columns import Mask, Runs, n_of
from recorder.analysis.stats import ratio
from recorder.humanize import counted


def settling(group: Group) -> Row:
    """Show how long after the end the actual cost last moved.

    Returns:
        `runs`: those whose end and actual are known and that were first seen before they ended (of the others
        the moves are unknown). `moved_late`: runs whose actual moved after they were seen ended; `moved_late_share`.
        `wait_seconds_p50`, `_p90`, `_p95` (null below 20), `_p99` (null below 100), `_max`: from the end to the last
        move, over all `runs`; 0 where the answer that first showed the end showed it.
    """
    runs = group.runs
    seen = runs.ints("actual_seen_at").values
    is_late = seen > runs.ints("ended_seen_at").values
    waits = np.where(is_late, np.maximum(seen - runs.ints("ended_at").values, 0), 0)
    n_late = n_of(is_late)
    ends = percentiles("wait_seconds", waits, 50, 90, 95, 99, narrow="p50 p90 p95 p99 max")
    del ends["wait_seconds_n"]  # it is `runs`
    return {
        "runs": count(runs.n, narrow=True),
        "moved_late": count(n_late, narrow=True),
        "moved_late_share": rate(ratio(n_late, runs.n), narrow=True),
        **ends,
    }


def _counts(runs: Runs, _question: Question) -> Mask:
    """Return the mask of the runs that were seen to end, and have an actual."""
    known = (runs.ints(name).there for name in ("ended_at", "actual_seen_at", "ended_seen_at"))
    was_watched = ~runs.words("observation_class").among("post_hoc")
    mask: Mask = np.logical_and.reduce([runs.is_terminal, was_watched, *known])
    return mask


def _about(runs: Runs, _population: str, _question: Question) -> str:
    return f"moves of actual cost of {counted(runs.n, 'ended run')}"


ANALYSIS: Final = Analysis(
    cells=settling,
    population=Population.ALL,
    needs=frozenset({"ended_at", "actual_seen_at", "ended_seen_at"}),
    only=_counts,
    about=_about,
)
