"""Backtests of estimates: each completed run estimated from what was known at its creation.

Invariant: a row counts promised intervals alone; the others are in no share but `promised`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from recorder.analysis.cells import Row, count, grouped, key, plain, proportion, rate
from recorder.analysis.columns import Runs, n_of
from recorder.analysis.forecasts import Estimate, Interval, costs, durations
from recorder.analysis.groups import split
from recorder.analysis.likes import PastRun
from recorder.analysis.outcomes import created, is_completed, paid, walls
from recorder.analysis.populations import populations_of
from recorder.analysis.report import Report
from recorder.analysis.stats import Ranked, ratio
from recorder.humanize import counted

WHOLE: Final = "(all)"

Tried: TypeAlias = tuple[PastRun, Interval]
"""An outcome, and the interval that was promised at its creation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlugBacktest:
    """The promised intervals of one slug."""

    n_completed: int = 0
    costs: list[Tried] = field(default_factory=list)
    durations: list[Tried] = field(default_factory=list)

    def __add__(self, other: "SlugBacktest") -> "SlugBacktest":
        """Return the intervals of both slugs as one."""
        return SlugBacktest(
            n_completed=self.n_completed + other.n_completed,
            costs=self.costs + other.costs,
            durations=self.durations + other.durations,
        )

    def row(self, slug: str | None) -> Row:
        """Return the row of the backtest, cell by cell."""
        return {
            "slug": key(slug),
            **_cells("cost", self.costs, self.n_completed),
            **_cells("duration", self.durations, self.n_completed),
        }


def _cells(name: str, tried: list[Tried], n_completed: int) -> Row:
    n = len(tried)
    below = sum(one.value < interval.p10 for one, interval in tried)
    above = sum(one.value > interval.p90 for one, interval in tried)
    widths = [float((i.p90 - i.p10) / i.p50) for _, i in tried if i.p50]
    cells = {
        "n": count(n),
        **proportion("within", n - below - above, n),
        "below": rate(ratio(below, n)),
        "above": rate(ratio(above, n)),
        "promised": rate(ratio(n, n_completed)),
        "width": rate(Ranked(widths).at(50)),
    }
    return grouped(name, cells, narrow="n within")


def backtest(runs: Runs) -> Report:
    """Return a row for each slug, and the whole.

    Args:
        runs: tracked runs, with the columns of `outcomes.NEEDS` and those of the populations.
    """
    found: dict[str, SlugBacktest] = {}
    for (_, slug), own in split(runs, [runs.words("source"), runs.words("slug")]):
        if isinstance(slug, str):
            found[slug] = found.get(slug, SlugBacktest()) + slug_backtest(own)
    whole = sum(found.values(), SlugBacktest())
    columns = SlugBacktest().row(None)
    populations = populations_of(runs)
    return Report(
        cells=columns,
        rows=[plain(found[slug].row(slug)) for slug in sorted(found)],
        foot=f"estimates of {counted(whole.n_completed, 'completed run')}, each from what was known at its creation; "
        "80 % within is what they promise",
        populations=populations,
        whole=[plain(whole.row(WHOLE))],
    )


def slug_backtest(own: Runs) -> SlugBacktest:
    """Return the promised intervals of the runs of one source and slug."""
    return SlugBacktest(
        n_completed=n_of(is_completed(own)),
        costs=list(_promised(_costs(own))),
        durations=list(_promised(_durations(own))),
    )


def _costs(own: Runs) -> Iterator[tuple[PastRun, Estimate]]:
    for unit in sorted(set(own.values("cost_unit")) - {None}):
        outcomes = list(paid(own, unit))
        yield from costs(outcomes, created(own), by_preview=True).backtest(outcomes)


def _durations(own: Runs) -> Iterator[tuple[PastRun, Estimate]]:
    """Yield them with leads where they are known, else without."""
    outcomes = list(walls(own))
    for by_leads in (True, False):
        asked = [one for one in outcomes if (one.leads is not None) is by_leads]
        yield from durations(outcomes, created(own), by_leads=by_leads).backtest(asked)


def _promised(tried: Iterable[tuple[PastRun, Estimate]]) -> Iterator[Tried]:
    for one, estimate in tried:
        if estimate.promised is not None:
            yield one, estimate.promised
