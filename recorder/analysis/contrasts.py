"""Two sets of runs against each other, measure by measure: the difference with its interval, a verdict, a sentence.

Invariant: the intervals of an answer hold together: each is widened by how many comparisons the answer makes. A verdict
stands only where the interval leaves zero.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import hypot
from typing import Any, Final

from recorder.analysis.analysis import Group, Groups
from recorder.analysis.cells import Row, count, grouped, key, text
from recorder.analysis.groups import Key
from recorder.analysis.samples import NO_SAMPLE, Sample, Samples
from recorder.analysis.stats import NO_INTERVAL, Interval
from recorder.analysis.values import Cell
from recorder.humanize import percent_digits, span

LEAST_N: Final = 10
"""The number of runs on each side below which nothing is compared."""

_ERROR: Final = 0.05
"""The chance that any interval of an answer misses."""

_VERDICTS: Final = {"not_shown": "unclear", "too_few": "too few"}
"""The words of a table for a verdict that no difference is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """The words of a measure.

    Attributes:
        higher: what B does where it is higher, before "than".
        lower: what it does where it is lower.
        digits: returns a value without its unit.
        unit: follows a value.
        points: follows a difference.
    """

    higher: str
    lower: str
    digits: Callable[[float], str]
    unit: str = ""
    points: str = ""

    def words(self, value: float) -> str:
        """Return a value in words."""
        return self.digits(value) + self.unit


_percent: Final = partial(Measure, digits=percent_digits, unit=" %", points=" points")
_time: Final = partial(Measure, digits=partial(span, decimals=1))


def _money(value: float) -> str:
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.2g}"


MEASURES: Final = {
    "failure_rate": _percent(higher="fails more often", lower="fails less often"),
    "seconds_per_lead": _time(higher="takes longer per lead", lower="takes less time per lead"),
    "wall_seconds": _time(higher="takes longer", lower="takes less time"),
    "unit_cost": Measure(
        higher="costs more per completed lead", lower="costs less per completed lead", digits=_money
    ),
    "actual_per_preview": _percent(
        higher="costs more of its preview", lower="costs less of its preview"
    ),
}
"""The measures in the order of their rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One measure of two sets of runs."""

    measure: str
    unit: str | None
    a: Sample
    b: Sample

    @property
    def is_enough(self) -> bool:
        """Whether each side has enough runs."""
        return min(self.a.n, self.b.n) >= LEAST_N

    @property
    def difference(self) -> float | None:
        """The value of B less that of A; None where one is missing."""
        return None if self.a.value is None or self.b.value is None else self.b.value - self.a.value

    def interval(self, comparisons: int) -> Interval:
        """Return the interval of the difference, by square-and-add, for an answer of so many; none with too few runs."""
        if not self.is_enough or self.difference is None:
            return NO_INTERVAL
        (a_low, a_high), (b_low, b_high) = (
            side.interval(_ERROR / comparisons) for side in (self.a, self.b)
        )
        if a_low is None or a_high is None or b_low is None or b_high is None:
            return NO_INTERVAL
        a, b = self.a.value or 0.0, self.b.value or 0.0
        low = self.difference - hypot(b - b_low, a_high - a)
        return low, self.difference + hypot(b_high - b, a - a_low)

    def row(self, comparisons: int) -> Row:
        """Return the cells of this comparison, whose interval holds for all `comparisons` of the answer together."""
        low, high = self.interval(comparisons)
        verdict = _verdict(low, high)
        unit = f" ({self.unit})" if self.unit else ""
        return {
            "measure": text(self.measure)._replace(
                key=True, narrow=True, words=self.measure.replace("_", " ") + unit
            ),
            "unit": text(self.unit),
            **grouped("a", {"n": count(self.a.n), "value": self._cell(self.a.value)}, narrow="n"),
            **grouped("b", {"n": count(self.b.n), "value": self._cell(self.b.value)}, narrow="n"),
            "difference": self._cell(self.difference),
            "difference_low": self._cell(low)._replace(narrow=False),
            "difference_high": self._cell(high)._replace(narrow=False),
            "comparisons": count(comparisons),
            "verdict": key(verdict)._replace(words=_VERDICTS.get(verdict)),
        }

    def _cell(self, value: float | None) -> Cell:
        words = None if value is None else MEASURES[self.measure].words(value)
        return Cell("number", value, narrow=True, words=words, main=True)


def _verdict(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "too_few"
    if low > 0:
        return "higher"
    return "lower" if high < 0 else "not_shown"


def contrasts(a: Samples, b: Samples) -> Iterator[Contrast]:
    """Yield what two sets of runs are compared by: a measure of money once a unit, or without one where neither has it."""
    for measure in MEASURES:
        units = {unit for name, unit in (*a, *b) if name == measure} or {None}
        for unit in sorted(units, key=lambda unit: unit or ""):
            key = measure, unit
            sides = a.get(key, NO_SAMPLE), b.get(key, NO_SAMPLE)
            yield Contrast(measure=measure, unit=unit, a=sides[0], b=sides[1])


def contrast_rows(
    contrasts_of: Callable[[Group], Iterable[tuple[Row, Contrast]]], groups: Groups
) -> dict[Key, list[Row]]:
    """Return the rows of each group; the intervals of all groups hold together.

    Args:
        contrasts_of: returns the contrasts of a group, each with the cells before it.
        groups: of an answer.
    """
    found = {key: list(contrasts_of(group)) for key, group in groups.items()}
    m = sum(one.is_enough for some in found.values() for _, one in some)
    return {key: [lead | one.row(m) for lead, one in some] for key, some in found.items()}


def no_row() -> Row:
    """Return the cells of a contrast of no runs."""
    return next(contrasts({}, {})).row(0)


def sentence(row: Row, a: str, b: str, by: Sequence[str] = ()) -> str | None:
    """Return the verdict of a row in words: `version 4 fails more often than version 3: ...`; None without one.

    Args:
        row: of an answer.
        a: the name of the first side.
        b: the name of the second one.
        by: the columns that name its group.
    """
    values: dict[str, Any] = {name: cell.value for name, cell in row.items()}
    verdict, measure = values["verdict"], MEASURES[values["measure"]]
    if verdict not in ("higher", "lower"):
        return None
    bounds = map(
        measure.digits, sorted(abs(values[f"difference_{end}"]) for end in ("low", "high"))
    )
    where = "".join(f"{term} {values[term]}, " for term in by)
    unit = f" in {values['unit']}" if values["unit"] else ""
    return (
        f"{where}{b} {getattr(measure, verdict)} than {a}: {measure.words(values['b_value'])} against "
        f"{measure.words(values['a_value'])}{unit}, difference {' to '.join(bounds)}{measure.points}"
    )
