"""What previews come to in the end: the ratio of actual to preview, by slug and unit.

Invariant: exact, of all completed pairs of the store, whatever the filters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

from recorder.analysis.columns import Runs, Word
from recorder.analysis.groups import split
from recorder.analysis.pairs import Pairs
from recorder.analysis.spend_columns import in_part
from recorder.analysis.stats import total
from recorder.history.spend_parts import OPEN, SPENT

NEEDS: Final = frozenset(
    {"status", "slug", "cost_unit", "cost_quality", "cost_preview_micros", "cost_actual_micros"}
)
"""The columns that the ratios read."""

LEAST_PAIRS: Final = 20
"""A slug with fewer pairs takes the ratio of all slugs of the unit."""


class Sums(NamedTuple):
    """The number of pairs, and the sums of their previews and actuals, in millionths."""

    n: int = 0
    preview: int = 0
    actual: int = 0

    @property
    def ratio(self) -> Fraction:
        """The actual divided by the preview; 1 where nothing was previewed."""
        return Fraction(self.actual, self.preview) if self.preview else Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """The sums of the completed pairs, by unit, and by slug and unit."""

    by_unit: Mapping[Word, Sums]
    by_slug: Mapping[tuple[Word, Word], Sums]

    def of(self, slug: Word, unit: Word) -> Fraction:
        """Return what a preview of that slug and unit is to be multiplied by."""
        own = self.by_slug.get((slug, unit), Sums())
        return (own if own.n >= LEAST_PAIRS else self.by_unit.get(unit, Sums())).ratio


def ratios_of(runs: Runs) -> Ratios:
    """Return the ratios of all runs of a store."""
    completed = runs.only(runs.words("status").among("completed"))
    units, slugs = completed.words("cost_unit"), completed.words("slug")
    return Ratios(
        by_unit={unit: _sums(some) for (unit,), some in split(completed, [units])},
        by_slug={
            (slug, unit): _sums(some) for (slug, unit), some in split(completed, [slugs, units])
        },
    )


def _sums(runs: Runs) -> Sums:
    pairs = Pairs(runs)
    return Sums(pairs.n, total(pairs.preview), total(pairs.actual))


def expected_micros(runs: Runs, ratios: Ratios) -> int:
    """Return what runs of one unit are expected to come to, in millionths, rounded once, half to even."""
    spent, open_runs = (in_part(runs, *SPENT), in_part(runs, *OPEN))
    whole = Fraction(total(runs.ints("spend_micros").values[spent]))
    some = runs.only(open_runs)
    for (slug, unit), of_slug in split(some, [some.words("slug"), some.words("spend_unit")]):
        whole += total(of_slug.ints("spend_micros").values) * ratios.of(slug, unit)
    return round(whole)
