"""The runs that cost most above their preview, one by one.

Invariant: only runs whose pair quality is `both`; amounts of different units are never ranked against each other.
Must not import anything that does I/O.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, TypeAlias

from recorder.analysis.filters import Filters
from recorder.analysis.groups import Grouping
from recorder.analysis.pairs import Pair, pair_of
from recorder.analysis.report import (
    Cells,
    Kind,
    Report,
    Tally,
    amount,
    chosen,
    count,
    instant,
    report,
)
from recorder.analysis.rows import RunRow
from recorder.analysis.stats import ratio
from recorder.errors import UsageError

KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(("source", "run_id", "slug", "version", "status", "unit"), "text"),
    **dict.fromkeys(("preview", "actual", "variance"), "amount"),
    "ratio": "rate",
    "is_overrun": "flag",
    "leads_total": "count",
    "leads_processed": "count",
    "volume_effect": "amount",
    "rate_effect": "amount",
    "created_at": "instant",
}
_SPARE: Final = 1000

_Ranked: TypeAlias = tuple[int, str, str, RunRow, Pair]


def overruns(rows: Iterable[RunRow], *, filters: Filters | None = None, limit: int = 20) -> Report:
    """The worst overruns, by actual less preview.

    Args:
        rows: tracked runs.
        filters: which runs. Population: completed; with a status the runs of that status.
        limit: how many of each unit, 1 or more.

    Returns:
        A row a run, units in order, the largest variance first. `preview`, `actual`, `variance` of `unit`; `ratio` =
        actual by preview, null where that is 0; `is_overrun`: above the preview x 1.1; `volume_effect` (to a
        millionth) + `rate_effect` = variance, null where no lead was planned or processed; `created_at`: aware UTC.

    Raises:
        UsageError: the limit is below 1.
    """
    if limit < 1:
        raise UsageError(f"--limit {limit}: give 1 or more")
    filters, tally = filters or Filters(), Tally()
    is_chosen, population = chosen(filters, Grouping())
    worst: defaultdict[str, _Worst] = defaultdict(lambda: _Worst(limit))
    for row in filter(filters.matches_but_status, rows):
        tally.add(row)
        pair = pair_of(row) if is_chosen(row) else None
        if pair is not None and pair.variance > 0:
            worst[row.cost_unit or ""].add(row, pair)
    shown = [_cells(row, pair) for unit in sorted(worst) for row, pair in worst[unit].listed()]
    above = sum(one.n for one in worst.values())
    return report(
        KINDS,
        shown,
        tally,
        about=f"{len(shown):,} of {count(above, f'{population} run')} above preview",
        scope=(filters.told(),),
    )


class _Worst:
    """The largest variances of one unit."""

    __slots__ = ("_kept", "_limit", "n")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: list[_Ranked] = []
        self.n = 0

    def add(self, row: RunRow, pair: Pair) -> None:
        """Take a run; memory stays bounded."""
        self.n += 1
        self._kept.append((-pair.variance, row.source, row.run_id, row, pair))
        if len(self._kept) >= self._limit + _SPARE:
            self._cut()

    def _cut(self) -> None:
        self._kept.sort(key=lambda ranked: ranked[:3])
        del self._kept[self._limit :]

    def listed(self) -> list[tuple[RunRow, Pair]]:
        """The worst first; equal ones by source and run."""
        self._cut()
        return [(row, pair) for *_, row, pair in self._kept]


def _cells(row: RunRow, pair: Pair) -> Cells:
    volume, rate = pair.effects or (None, None)
    return {
        **{name: getattr(row, name) for name in ("source", "run_id", "slug", "version", "status")},
        "unit": row.cost_unit,
        "preview": amount(pair.preview),
        "actual": amount(pair.actual),
        "variance": amount(pair.variance),
        "ratio": ratio(pair.actual, pair.preview),
        "is_overrun": pair.is_overrun,
        "leads_total": pair.planned,
        "leads_processed": pair.processed,
        "volume_effect": amount(volume),
        "rate_effect": amount(rate),
        "created_at": instant(row.created_at),
    }
