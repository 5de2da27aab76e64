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


def exact(values: Numbers) -> Numbers:
    """Return the integers as Python's own where sums, small multiples or quotients of them might not be exact."""
    return values if _largest(values) < _EXACT else values.astype(object)


def times(left: Numbers, right: Numbers) -> Numbers:
    """Return the exact products of integers."""
    fits = _largest(left) * _largest(right) < _FITS
    return left * right if fits else left.astype(object) * right.astype(object)


def total(values: Numbers) -> int:
    """Return the exact sum of integers, fewer than 2 ** 31 of them."""
    if values.dtype == np.object_:
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
    return max(-int(values.min()), int(values.max())) if len(values) else 0


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

    def at(self, percent: int) -> Any:  # noqa: ANN401  # a number, or None
        """Return the smallest value whose cumulative share is at least so many percent; None with too few values."""
        if self.n < LEAST_N.get(percent, 1):
            return None
        rank = max(-(-self.n * percent // 100), 1)
        return self._sorted[rank - 1 : rank].tolist()[0]


def ratio(numerator: int, denominator: int) -> float | None:
    """Return the quotient; None where the denominator is 0."""
    return numerator / denominator if denominator else None


def wilson(successes: int, n: int) -> Interval:
    """Return Wilson's 95 % interval of a rate, without continuity correction; no interval for n = 0."""
    if not n:
        return NO_INTERVAL
    share = successes / n
    width = 2 * (n + Z**2)
    center = (2 * n * share + Z**2) / width
    delta = Z / width * sqrt(4 * n * share * (1 - share) + Z**2)
    low = center - delta if successes else 0.0
    return low, center + delta if successes < n else 1.0


class PooledRate:
    """A rate pooled over clusters, such as the leads of runs, which are not independent within a run.

    Args:
        hits: the hits of each cluster.
        n: the size of each cluster; one of size 0 is left out.
    """

    __slots__ = ("_cross", "_hits_squared", "_n_squared", "clusters", "hits", "n")

    def __init__(self, hits: Numbers, n: Numbers) -> None:
        hits, n = hits[n != 0], n[n != 0]
        self.clusters = len(n)
        self.hits, self.n = total(hits), total(n)
        self._hits_squared = total(times(hits, hits))
        self._cross = total(times(hits, n))
        self._n_squared = total(times(n, n))

    @property
    def rate(self) -> float | None:
        """All hits by all n."""
        return ratio(self.hits, self.n)

    def interval(self) -> Interval:
        """Return the 95 % interval by the linearised ratio, cut to 0..1.

        There is no interval for fewer than two clusters, nor where all have the same rate: they have no spread.
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
    """Return the exact sum of numerator / denominator.

    Args:
        numerators: the numerators, by denominator; no denominator is 0.
    """
    terms = [(above, below) for below, above in numerators.items()]
    while (
        len(terms) > 1
    ):  # small with small: faster by orders of magnitude than one after the other
        alone = terms[len(terms) // 2 * 2 :]
        pairs = zip(terms[::2], terms[1::2], strict=False)
        terms = [(a * d + c * b, b * d) for (a, b), (c, d) in pairs] + alone
    return Fraction(*terms[0]) if terms else Fraction(0)
