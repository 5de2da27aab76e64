"""The measures of a set of runs, each with its interval, so that two sets can be compared.

Invariant: a sample is of exactly the runs that it counts; money is never pooled over units. Without values there is no
value, and with too few of them no interval.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import exp, lgamma, log
from statistics import NormalDist
from typing import Final, TypeAlias

import numpy as np

from recorder.analysis.columns import Runs, Word, n_of
from recorder.analysis.durations import seconds_per_lead
from recorder.analysis.groups import split
from recorder.analysis.outcomes import is_completed
from recorder.analysis.pairs import Pairs, is_pair
from recorder.analysis.stats import (
    NO_INTERVAL,
    Interval,
    Numbers,
    PooledRatio,
    Ranked,
    exact,
    ratio,
    times,
    wilson,
)
from recorder.instants import SECOND
from recorder.ledger.cost import MICROS


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One measure of a set of runs.

    Attributes:
        n: how many runs have the value.
        value: of them together; None where there is none.
        interval: returns the interval of an error probability, both sides together.
    """

    n: int = 0
    value: float | None = None
    interval: Callable[[float], Interval] = lambda _: NO_INTERVAL


NO_SAMPLE: Final = Sample()

Samples: TypeAlias = Mapping[tuple[str, str | None], Sample]
"""The samples of a set of runs by measure and unit; measures of money once a unit, the others without one."""

NEEDS: Final = frozenset(
    {"leads_completed", "leads_failed", "leads_total", "created_at", "started_at", "ended_at"}
    | {"ended_after", "cost_quality", "cost_unit", "cost_preview_micros", "cost_actual_micros"}
    | {"spend_unit"}
)
"""The columns that samples read."""


def samples_of(runs: Runs) -> Samples:
    """Return the samples of a set of runs: how often they fail, and how long completed ones take and what they cost."""
    completed = runs.only(is_completed(runs))
    n_failed = n_of(runs.words("status").among("failed"))
    walls = completed.wall
    return {
        ("failure_rate", None): _share(n_failed, n_failed + completed.n),
        ("seconds_per_lead", None): _median(seconds_per_lead(completed), 1),
        ("wall_seconds", None): _median(walls.us[walls.enters], SECOND),
        **dict(_costs(completed)),
    }


def _costs(completed: Runs) -> Iterator[tuple[tuple[str, str | None], Sample]]:
    has_both = completed.ints("cost_actual_micros").there & completed.ints("leads_completed").there
    paid, pairs = completed.only(has_both), completed.only(is_pair(completed))
    for (unit,), runs in split(paid, [paid.words("spend_unit")]):  # that of the actual
        micros = times(runs.ints("leads_completed").values, np.array([MICROS]))
        actual = exact(runs.ints("cost_actual_micros").values)
        yield ("unit_cost", _name(unit)), _quotient(actual, exact(micros))
    for (unit,), runs in split(pairs, [pairs.words("cost_unit")]):
        some = Pairs(runs)
        yield ("actual_per_preview", _name(unit)), _quotient(some.actual, some.preview)


def _name(unit: Word) -> str | None:
    return None if unit is None else str(unit)


def _share(hits: int, n: int) -> Sample:
    return Sample(
        n=n, value=ratio(hits, n), interval=lambda error: wilson(hits, n, _quantile(error))
    )


def _median(values: Numbers, scale: int) -> Sample:
    ranked = Ranked(values)
    middle = ranked.at(50)

    def interval(error: float) -> Interval:
        rank = median_rank(ranked.n, error)
        if not rank:
            return NO_INTERVAL
        return ranked.value(rank) / scale, ranked.value(ranked.n + 1 - rank) / scale

    return Sample(n=ranked.n, value=None if middle is None else middle / scale, interval=interval)


def _quotient(above: Numbers, below: Numbers) -> Sample:
    pool = PooledRatio(above, below)
    value = ratio(pool.above, pool.below)

    def interval(error: float) -> Interval:
        half = pool.half_width(_quantile(error))
        return NO_INTERVAL if value is None or half is None else (value - half, value + half)

    return Sample(n=pool.clusters, value=value, interval=interval)


def _quantile(error: float) -> float:
    """Return the point of the normal distribution that leaves half of the error probability above it."""
    return NormalDist().inv_cdf(1 - error / 2)


def median_rank(n: int, error: float) -> int:
    """Return the largest r with 2 P(Bin(n, 1/2) < r) <= error, so that the values r and n + 1 - r hold the median."""
    rank = n // 2
    # By logarithms: the factorial of 171 is beyond any float.
    mass = exp(lgamma(n + 1) - lgamma(rank + 1) - lgamma(n - rank + 1) - n * log(2))
    inside = mass * (1 + n % 2)  # of the ranks from `rank` to n - `rank`
    while rank and inside < 1 - error:
        mass *= rank / (n - rank + 1)
        rank -= 1
        inside += 2 * mass
    return rank
