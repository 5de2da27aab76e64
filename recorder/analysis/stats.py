"""The arithmetic that analyses share: nearest ranks, intervals of rates, exact sums and products.

Invariant: counts and micros stay integers to the last division, so that the same runs in any order give the same
number; what is unknown is None, never 0.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import sqrt
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Z: Final = 1.959963984540054
"""The 97.5 % point of the normal distribution: two-sided 95 %."""

LEAST_N: Final[Mapping[int, int]] = MappingProxyType({95: 20, 99: 100})
"""The number of values below which a percentile is null."""

Interval: TypeAlias = tuple[float | None, float | None]
NO_INTERVAL: Final[Interval] = (None, None)

Numbers: TypeAlias = npt.NDArray[Any]
"""Integers of 64 bits, or Python's own where those would not be exact; or floats."""

_EXACT: Final = 2**53
"""Integers below it are exact as floats, and their product by a small number as 64 bits."""
_FITS: Final = 2**62

_FEW: Final = 200
"""Python adds and compares fewer integers faster than numpy does, ten in a tenth of the time."""


def exact(values: Numbers) -> Numbers:
    """Return the integers as Python's own where sums, small multiples or quotients of them might not be exact."""
    return values if _largest(values) < _EXACT else values.astype(object)


def times(left: Numbers, right: Numbers) -> Numbers:
    """Return the exact products of integers."""
    fits = _largest(left) * _largest(right) < _FITS
    return left * right if fits else left.astype(object) * right.astype(object)


def total(values: Numbers) -> int:
    """Return the exact sum of integers, fewer than 2 ** 31 of them."""
    if values.dtype == np.object_ or len(values) < _FEW:
        return sum(values.tolist())
    # The sums of the high and of the low halves fit 64 bits; that of the whole may not.
    return (int((values >> 32).sum()) << 32) + int((values & 0xFFFFFFFF).sum())


def total_by(keys: Numbers, values: Numbers) -> dict[int, int]:
    """Return the exact sum of the values of each key."""
    if not len(keys):
        return {}
    order = np.argsort(keys, kind="stable")
    keys, values = keys[order], values[order]
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    if values.dtype == np.object_:
        sums = np.add.reduceat(values, starts).tolist()
    else:
        high = np.add.reduceat(values >> 32, starts).tolist()
        low = np.add.reduceat(values & 0xFFFFFFFF, starts).tolist()
        sums = [(above << 32) + below for above, below in zip(high, low, strict=True)]
    return dict(zip(keys[starts].tolist(), sums, strict=True))


def _largest(values: Numbers) -> int:
    if len(values) < _FEW:
        return max(map(abs, values.tolist()), default=0)
    # Not by `abs`: numpy's least integer has none.
    return max(-int(values.min()), int(values.max()))


class Ranked:
    """Values in order, for percentiles by nearest rank.

    Args:
        values: in any order; of one unit.
    """

    __slots__ = ("_sorted",)

    def __init__(self, values: npt.ArrayLike) -> None:
        self._sorted: Numbers = np.sort(np.asarray(values))

    @property
    def n(self) -> int:
        """The number of values."""
        return len(self._sorted)

    @property
    def max(self) -> Any:  # noqa: ANN401  # a number, or None
        """The largest value; None without values."""
        return self._sorted[-1:].tolist()[0] if self.n else None

    def value(self, rank: int) -> Any:  # noqa: ANN401  # a number
        """Return the value of a rank, from 1."""
        # `tolist` gives Python's own number, where numpy's would find its way into cells.
        return self._sorted[rank - 1 : rank].tolist()[0]

    def at(self, percent: int) -> Any:  # noqa: ANN401  # a number, or None
        """Return the smallest value whose cumulative share is at least so many percent; None with too few values."""
        if self.n < LEAST_N.get(percent, 1):
            return None
        return self.value(max(-(-self.n * percent // 100), 1))


def ratio(numerator: int, denominator: int) -> float | None:
    """Return the quotient; None where the denominator is 0."""
    return numerator / denominator if denominator else None


def wilson(successes: int, n: int, z: float = Z) -> Interval:
    """Return Wilson's interval of a rate, without continuity correction; 95 % by default, none for n = 0."""
    if not n:
        return NO_INTERVAL
    share = successes / n
    width = 2 * (n + z**2)
    center = (2 * n * share + z**2) / width
    delta = z / width * sqrt(4 * n * share * (1 - share) + z**2)
    # At no success, and at nothing but successes, the bound is exact: rounding would miss it.
    low = center - delta if successes else 0.0
    return low, center + delta if successes < n else 1.0


class PooledRatio:
    """A ratio of two sums over clusters, such as runs.

    Args:
        above: the numerator of each cluster, an integer.
        below: the denominator of each cluster, an integer.
    """

    __slots__ = ("_above_squared", "_below_squared", "_cross", "above", "below", "clusters")

    def __init__(self, above: Numbers, below: Numbers) -> None:
        self.clusters = len(below)
        self.above, self.below = total(above), total(below)
        self._above_squared = total(times(above, above))
        self._cross = total(times(above, below))
        self._below_squared = total(times(below, below))

    def half_width(self, z: float = Z) -> float | None:
        """Return half of the width of the linearised interval; None for fewer than two clusters: they have no spread."""
        if self.clusters < 2 or not self.below:  # noqa: PLR2004  # one cluster has no spread
            return None
        residuals = (  # of above - ratio * below, squared, summed, times below squared: an exact integer
            self.below**2 * self._above_squared
            - 2 * self.above * self.below * self._cross
            + self.above**2 * self._below_squared
        )
        return z * sqrt(self.clusters * residuals / ((self.clusters - 1) * self.below**4))


class PooledRate(PooledRatio):
    """A rate pooled over clusters, such as the leads of runs, which are not independent within a run.

    Args:
        hits: the hits of each cluster.
        n: the size of each cluster; one of size 0 is left out.
    """

    __slots__ = ()

    def __init__(self, hits: Numbers, n: Numbers) -> None:
        super().__init__(hits[n != 0], n[n != 0])

    @property
    def rate(self) -> float | None:
        """The sum of the hits divided by the sum of the sizes."""
        return ratio(self.above, self.below)

    def interval(self) -> Interval:
        """Return the 95 % interval by the linearised ratio, cut to 0..1; none where all clusters have the same rate."""
        half = self.half_width()
        if not half:
            return NO_INTERVAL
        rate = self.above / self.below
        return max(rate - half, 0.0), min(rate + half, 1.0)


def sum_of_quotients(numerators: Mapping[int, int]) -> Fraction:
    """Return the exact sum of numerator / denominator.

    Args:
        numerators: the numerators, by denominator; no denominator is 0.
    """
    terms = [(above, below) for below, above in numerators.items()]
    # Small with small: faster by orders of magnitude than one after the other.
    while len(terms) > 1:
        alone = terms[len(terms) // 2 * 2 :]
        pairs = zip(terms[::2], terms[1::2], strict=False)
        terms = [(a * d + c * b, b * d) for (a, b), (c, d) in pairs] + alone
    return Fraction(*terms[0]) if terms else Fraction(0)
