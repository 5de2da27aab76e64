"""How far each budget is used, and what its period is projected to come to.

Invariant: used is what is charged, or will be: spent, committed and unconfirmed, in the unit of the budget alone; the
windows of the projection are of exactly the time that is left.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

import numpy as np
from msgspec.structs import replace

from recorder.analysis.cells import Row, amount, count, grouped, instant, key, plain, rate, text
from recorder.analysis.columns import Mask, Runs, n_of
from recorder.analysis.report import Report
from recorder.analysis.runner import meant
from recorder.analysis.spend_budget import SpendBudget
from recorder.analysis.spend_columns import in_part, total_of
from recorder.analysis.stats import Ranked, ratio, total
from recorder.analysis.values import Cell
from recorder.history.spend_parts import SPENT
from recorder.humanize import counted
from recorder.instants import DAY

NEEDS: Final = frozenset({"dated_at", "created_at", "spend_part", "spend_micros", "spend_unit"})
"""The columns that budgets read, in addition to those of their filters."""

LEAST_WINDOWS: Final = 10
_WINDOWS: Final = 90
_WORDS: Final = {
    "over": "over",
    "too_few": "too few to tell",
    "likely_over": "likely over",
    "may_be_over": "may be over",
    "within": "within",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetUse:
    """The use of one budget; amounts in millionths of its unit, instants in microseconds since 1970 UTC.

    Attributes:
        budget: it.
        start: the first instant of the period.
        end: that of the next one.
        now: the instant of the question.
        spent: settled and provisional.
        committed: in flight.
        unconfirmed: ended or lost, without an actual.
        windows: the sums of past windows as long as the time that is left.
        n_runs: how many runs are in the sums.
        n_other: priced runs of the period in another unit.
        n_unpriced: its runs without a price.
    """

    budget: SpendBudget
    start: int
    end: int
    now: int
    spent: int
    committed: int
    unconfirmed: int
    windows: tuple[int, ...]
    n_runs: int
    n_other: int
    n_unpriced: int

    @property
    def used(self) -> int:
        """What is charged, or will be."""
        return self.spent + self.committed + self.unconfirmed

    @property
    def share(self) -> float | None:
        """The part of the amount that is used; above 1 where more is."""
        return ratio(self.used, self.budget.micros)

    @property
    def elapsed(self) -> float | None:
        """The part of the period that is gone."""
        return ratio(self.now - self.start, self.end - self.start)

    def projected(self, percent: int) -> int | None:
        """Return what the period comes to, by that percentile of the windows; None where there are too few."""
        if len(self.windows) < LEAST_WINDOWS:
            return None
        # Sums may be beyond 64 bits.
        return self.used + int(Ranked(np.array(self.windows, np.object_)).at(percent))

    @property
    def verdict(self) -> str:
        """What is to be expected: the first word that fits."""
        p50, p90, most = self.projected(50), self.projected(90), self.budget.micros
        if self.used > most:
            return "over"
        if p50 is None or p90 is None:
            return "too_few"
        if p50 > most:
            return "likely_over"
        return "may_be_over" if p90 > most else "within"


def budget_uses(
    budgets: Iterable[SpendBudget], runs: Runs, *, now: int, tz: tzinfo
) -> Iterator[BudgetUse]:
    """Yield how far each budget is used.

    Args:
        budgets: in any order.
        runs: all tracked runs of the store, with the columns of `NEEDS` and of the budgets' filters.
        now: microseconds since 1970 UTC.
        tz: the zone of budgets that have none.
    """
    for budget in budgets:
        start, end = budget.period(now, tz)
        taken = runs.only(meant(budget.filters, runs))
        period = taken.only(meant(replace(budget.filters, since=start, until=end), taken))
        own = period.only(_is_of(period, budget.unit))
        yield BudgetUse(
            budget=budget,
            start=start,
            end=end,
            now=now,
            spent=total_of(own, *SPENT),
            committed=total_of(own, "committed"),
            unconfirmed=total_of(own, "unconfirmed"),
            windows=tuple(_windows(taken, budget.unit, now, end - now)),
            n_runs=own.n,
            n_other=n_of(period.ints("spend_micros").there) - own.n,
            n_unpriced=n_of(in_part(period, "unpriced")),
        )


def _is_of(runs: Runs, unit: str) -> Mask:
    return runs.words("spend_unit").among(unit)


def _windows(taken: Runs, unit: str, now: int, length: int) -> Iterator[int]:
    """Yield the sum of each past window of a length: one begins each day back from now, since the first run."""
    created = taken.ints("created_at")
    if not created.there.any():
        return
    first = int(created.values[created.there].min())
    own = taken.only(_is_of(taken, unit))
    order = np.argsort(own.dated_at)
    dates, micros = own.dated_at[order], own.ints("spend_micros").values[order]
    for days in range(1, _WINDOWS + 1):
        start = now - days * DAY
        if start + length <= now and start >= first:
            begin, end = np.searchsorted(dates, [start, start + length]).tolist()
            yield total(micros[begin:end])


def budgets_report(uses: Iterable[BudgetUse], *, reading: bool = False) -> Report:
    """Return how far budgets are used, a row a budget.

    Returns:
        `name, unit, per`; `period_start`, `period_end`: aware UTC; exact amounts of the unit: `amount`, `spent_total`,
        `committed_total`, `unconfirmed_total`, `used_total` = their sum, `left` = amount - used; `share` = used by
        amount, `elapsed`: the share of the period that is gone; `projected_p10`, `_p50`, `_p90`: what the period comes
        to, by past windows of the time that is left, null with fewer than 10; `verdict`: over (used is), too_few,
        likely_over (p50 is), may_be_over (p90 is), within; `runs` in the sums, `other_unit_runs` and `unpriced_runs` of
        the period, which are not, `windows`: how many the projection goes by.
    """
    shown = list(uses)
    rows = [_row(use) for use in shown]
    return Report(
        cells=rows[0] if rows else {},
        rows=[plain(row, reading=reading) for row in rows],
        foot="; ".join(map(_foot, shown)),
        populations={},
        whole=[],
    )


def _row(use: BudgetUse) -> Row:
    budget, verdict = use.budget, use.verdict
    projected = {f"p{percent}": amount(use.projected(percent)) for percent in (10, 50, 90)}
    return {
        "name": key(budget.name),
        "unit": key(budget.unit),
        "per": text(budget.per),
        "period_start": instant(use.start),
        "period_end": instant(use.end),
        "amount": amount(budget.micros, narrow=True),
        "spent_total": amount(use.spent),
        "committed_total": amount(use.committed),
        "unconfirmed_total": amount(use.unconfirmed),
        "used_total": amount(use.used, narrow=True),
        "left": amount(use.budget.micros - use.used),
        "share": rate(use.share, narrow=True)._replace(bar=True),
        "elapsed": rate(use.elapsed, narrow=True),
        **grouped("projected", projected, narrow="p50 p90"),
        "verdict": Cell("text", verdict, narrow=True, words=_WORDS[verdict], key=True),
        "runs": count(use.n_runs),
        "other_unit_runs": count(use.n_other),
        "unpriced_runs": count(use.n_unpriced),
        "windows": count(len(use.windows)),
    }


def _foot(use: BudgetUse) -> str:
    """Return the number of runs behind a budget, and of runs in none of its sums."""
    return (
        f"{use.budget.name}: {counted(use.n_runs, 'run')}, {use.n_other:,} more of another unit and {use.n_unpriced:,} "
        f"without a price not counted, projected by {counted(len(use.windows), 'window')}"
    )
