"""The arithmetic that analyses share: nearest ranks, intervals of rates, exact sums of quotients.

Invariant: counts and micros stay integers to the last division, so that the same runs in any order give the same
number; what cannot be told is None, never 0. Must not import anything that does I/O.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import sqrt
from types import MappingProxyType
from typing import Final, Generic, TypeAlias, TypeVar

T = TypeVar("T", bound=float)

Z: Final = 1.959963984540054
"""The 97.5 % point of the normal distribution: two-sided 95 %."""

LEAST_N: Final[Mapping[int, int]] = MappingProxyType({95: 20, 99: 100})
"""How many values a percentile needs before it says anything."""

Interval: TypeAlias = tuple[float | None, float | None]
NO_INTERVAL: Final[Interval] = (None, None)


class Ranked(Generic[T]):
    """Values in order, for percentiles by nearest rank.

    Args:
        values: in any order; of one unit.
    """

    __slots__ = ("_sorted",)

    def __init__(self, values: Iterable[T]) -> None:
        self._sorted: list[T] = sorted(values)

    @property
    def n(self) -> int:
        """How many values there are."""
        return len(self._sorted)

    @property
    def max(self) -> T | None:
        """The largest value, None where there is none."""
        return self._sorted[-1] if self._sorted else None

    def at(self, percent: int) -> T | None:
        """The smallest value whose cumulative share is at least so many percent; None with too few values."""
        if self.n < LEAST_N.get(percent, 1):
            return None
        return percentile(self._sorted, percent)


def percentile(ordered: Sequence[T], percent: int) -> T:
    """SQL's `percentile_disc` of ascending values, at least one, by integer arithmetic."""
    return ordered[max(-(-len(ordered) * percent // 100), 1) - 1]


def ratio(numerator: int, denominator: int) -> float | None:
    """The quotient; None where the denominator is 0."""
    return numerator / denominator if denominator else None


def wilson(successes: int, n: int) -> Interval:
    """Wilson's 95 % interval of a rate, without continuity correction; no interval for n = 0."""
    if not n:
        return NO_INTERVAL
    share = successes / n
    width = 2 * (n + Z**2)
    center = (2 * n * share + Z**2) / width
    delta = Z / width * sqrt(4 * n * share * (1 - share) + Z**2)
    low = center - delta if successes else 0.0
    return low, center + delta if successes < n else 1.0


class PooledRate:
    """A rate pooled over clusters, such as the leads of runs, which are not independent within a run."""

    __slots__ = ("_cross", "_hits_squared", "_n_squared", "clusters", "hits", "n")

    def __init__(self) -> None:
        self.clusters = self.hits = self.n = 0
        self._hits_squared = self._cross = self._n_squared = 0

    def add(self, hits: int, n: int) -> None:
        """One cluster; one of n = 0 says nothing and is left out."""
        if not n:
            return
        self.clusters += 1
        self.hits += hits
        self.n += n
        self._hits_squared += hits * hits
        self._cross += hits * n
        self._n_squared += n * n

    @property
    def rate(self) -> float | None:
        """All hits by all n."""
        return ratio(self.hits, self.n)

    def interval(self) -> Interval:
        """95 % by the linearised ratio, cut to 0..1.

        No interval for fewer than two clusters, nor where all have the same rate: their spread says nothing then.
        """
        if self.clusters < 2:  # noqa: PLR2004  # one cluster has no spread
            return NO_INTERVAL
        residuals = (  # of hits - rate * n, squared, summed, times n squared: an exact integer
            self.n**2 * self._hits_squared
            - 2 * self.hits * self.n * self._cross
            + self.hits**2 * self._n_squared
        )
        if not residuals:
            return NO_INTERVAL
        variance = self.clusters * residuals / ((self.clusters - 1) * self.n**4)
        rate, half = self.hits / self.n, Z * sqrt(variance)
        return max(rate - half, 0.0), min(rate + half, 1.0)


def sum_of_quotients(numerators: Mapping[int, int]) -> Fraction:
    """The exact sum of numerator / denominator.

    Args:
        numerators: by denominator, none 0.
    """
    terms = [Fraction(above, below) for below, above in sorted(numerators.items())]
    return _sum_by_halves(terms)


def _sum_by_halves(terms: Sequence[Fraction]) -> Fraction:
    """Small with small first: with many denominators faster by orders of magnitude than one after the other."""
    if len(terms) < 2:  # noqa: PLR2004  # nothing left to halve
        return terms[0] if terms else Fraction(0)
    middle = len(terms) // 2
    return _sum_by_halves(terms[:middle]) + _sum_by_halves(terms[middle:])
