"""Runs one by one, those with the largest amounts first.

Invariant: amounts of different units are never ranked against each other.
"""

from collections.abc import Callable, Iterator

import numpy as np

from recorder.analysis.columns import Runs
from recorder.analysis.groups import in_order, split
from recorder.analysis.stats import Numbers


def largest(
    runs: Runs, unit: str, measure: Callable[[Runs], Numbers], limit: int
) -> Iterator[Runs]:
    """Yield the runs of the largest amounts, unit after unit; equal ones by source and run.

    Args:
        runs: with `source` and `run_id`.
        unit: the column of the unit.
        measure: the amount of each run.
        limit: how many of each unit.
    """
    by_unit = dict(split(runs, [runs.words(unit)]))
    for key in in_order([unit], by_unit):
        of_unit = _largest(by_unit[key], measure, limit)
        for at in range(of_unit.n):
            yield of_unit.take(slice(at, at + 1))


def _largest(runs: Runs, measure: Callable[[Runs], Numbers], limit: int) -> Runs:
    amounts = measure(runs)
    if runs.n > limit:
        # Those that are equal to the last of them are kept: source and run id decide.
        enough = amounts >= np.sort(amounts)[-limit]
        runs, amounts = runs.take(enough), amounts[enough]
    sources, run_ids = runs.values("source"), runs.values("run_id")
    ranked = sorted(range(runs.n), key=lambda at: (-amounts[at], sources[at], run_ids[at]))
    return runs.take(np.array(ranked[:limit], np.intp))
