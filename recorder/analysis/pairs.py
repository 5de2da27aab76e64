"""Pairs of preview and actual: runs of which both are known and final.

Invariant: amounts are integers of a millionth, Python's own where 64 bits might not be exact; the two effects of a
difference sum to it exactly.
"""

from typing import Final

import numpy as np

from recorder.analysis.columns import Mask, Runs, n_of
from recorder.analysis.stats import Numbers, exact, ratio, sum_of_quotients, times, total, total_by
from recorder.ledger.cost import MICROS

OVERRUN_TENTHS: Final = 11
"""The tenths of its preview above which an actual is an overrun."""

NEEDS: Final = frozenset(
    {"cost_quality", "cost_preview_micros", "cost_actual_micros"}
    | {"leads_total", "leads_completed", "leads_failed"}
)
"""The columns that pairs read."""


class Pairs:
    """Preview and actual of the runs whose pair quality is `both`, in micros of one unit."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs.only(is_pair(runs))
        self.n = self.runs.n
        self.preview = exact(self.runs.ints("cost_preview_micros").values)
        self.actual = exact(self.runs.ints("cost_actual_micros").values)
        self.variance: Numbers = self.actual - self.preview
        # In integers: as a float 1.1 is a little more, and would decide ties by chance.
        self.is_overrun: Mask = 10 * self.actual > OVERRUN_TENTHS * self.preview

    @property
    def errors(self) -> Numbers:
        """|actual - preview| / actual of each pair whose actual is above 0."""
        is_paid = self.actual > 0
        return np.abs(self.variance[is_paid]) / self.actual[is_paid]

    @property
    def ratios(self) -> Numbers:
        """The actual divided by the preview of each pair whose preview is above 0."""
        is_previewed = self.preview > 0
        return self.actual[is_previewed] / self.preview[is_previewed]

    @property
    def effects(self) -> tuple[int | None, int | None, int]:
        """The effects of volume, to a micro, and of rate, and the number of runs that have both.

        The volume effect is (n - N) x P / N of N planned and n processed leads, null where either is 0 or missing;
        the rate effect is the remaining variance.
        """
        planned, processed = self.runs.ints("leads_total"), self.runs.leads_processed
        has_both = planned.there & processed.there & (planned.values != 0) & (processed.values != 0)
        if not has_both.any():
            return None, None, 0
        more = processed.values[has_both] - planned.values[has_both]
        products = times(more, self.preview[has_both])
        volume = round(sum_of_quotients(total_by(planned.values[has_both], products)))
        return volume, total(self.variance[has_both]) - volume, n_of(has_both)

    @property
    def unit_cost(self) -> float | None:
        """The sum of the actuals divided by that of the completed leads, over runs that give their number."""
        completed = self.runs.ints("leads_completed")
        leads = total(completed.values[completed.there])
        return ratio(total(self.actual[completed.there]), leads * MICROS)

    @property
    def unit_costs(self) -> Numbers:
        """The actual divided by the completed leads of each run that has some."""
        completed = self.runs.ints("leads_completed")
        some = completed.there & (completed.values != 0)
        each: Numbers = self.actual[some] / exact(times(completed.values[some], np.array([MICROS])))
        return each


def is_pair(runs: Runs) -> Mask:
    """Return which runs have preview and actual, both final."""
    preview, actual = runs.ints("cost_preview_micros"), runs.ints("cost_actual_micros")
    return runs.words("cost_quality").among("both") & preview.there & actual.there


def has_actual(runs: Runs) -> Mask:
    """Return which runs have an actual in the unit of their row."""
    is_other = runs.words("cost_quality").among("unit_mismatch")
    return runs.ints("cost_actual_micros").there & ~is_other


def actuals(runs: Runs) -> Numbers:
    """Return the actuals that are known in the unit of their row."""
    return exact(runs.ints("cost_actual_micros").values[has_actual(runs)])
