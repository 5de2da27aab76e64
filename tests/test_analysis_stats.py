"""The arithmetic under every figure."""

import math
from collections import defaultdict
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import linearised, nearest_rank
from scipy.stats import binomtest

from recorder.analysis.stats import (
    PooledRate,
    Ranked,
    exact,
    ratio,
    sum_of_quotients,
    times,
    total,
    total_by,
    wilson,
)


def pooled(leads: list[tuple[int, int]]) -> PooledRate:
    """Failed and processed leads of runs."""
    held = np.array(leads, np.int64).reshape(-1, 2)
    return PooledRate(held[:, 0], held[:, 1])


@pytest.mark.parametrize(
    ("failed", "n", "low", "high"),
    [(0, 10, 0, 0.278), (3, 40, 0.026, 0.199), (8, 200, 0.020, 0.077)],
)
def test_the_worked_intervals(failed: int, n: int, low: float, high: float) -> None:
    """Wilson's interval gives the figures of the metrics' definition."""
    assert wilson(failed, n) == pytest.approx((low, high), abs=0.0005)


@given(st.integers(1, 5000), st.floats(0, 1))
def test_wilson_is_the_interval_that_scipy_gives(n: int, share: float) -> None:
    """The interval equals scipy's to 1e-12, its ends exactly."""
    hits = round(n * share)
    known = binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits, n) == pytest.approx((known.low, known.high), rel=1e-12, abs=1e-12)
    assert wilson(0, n)[0] == 0
    assert wilson(n, n)[1] == 1


def test_nothing_has_no_rate() -> None:
    """A zero denominator is null, never 0."""
    assert wilson(0, 0) == (None, None)
    assert ratio(0, 0) is None
    assert pooled([]).rate is None


@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=130), st.sampled_from([10, 50, 90, 95, 99])
)
def test_a_percentile_is_the_smallest_value_with_enough_share(
    values: list[int], percent: int
) -> None:
    """Nearest rank by its definition; p95 and p99 need 20 and 100 values."""
    assert Ranked(values).at(percent) == nearest_rank(values, percent)


def test_percentiles_stay_exact_where_floats_do_not() -> None:
    """The rank comes from integers: 0.07 of 100 values is the seventh, though 0.07 * 100 is more than 7."""
    assert 0.07 * 100 > 7
    assert Ranked(range(1, 101)).at(7) == 7
    assert Ranked([3]).at(0) == 3


def test_no_values_have_no_percentile() -> None:
    """Nothing to rank is null."""
    assert Ranked([]).at(50) is None
    assert Ranked([]).max is None
    assert (Ranked(range(19)).at(95), Ranked(range(20)).at(95)) == (None, 18)
    assert (Ranked(range(99)).at(99), Ranked(range(100)).at(99)) == (None, 98)


clusters = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=12)


@given(clusters)
def test_the_linearised_interval_is_that_of_fractions(leads: list[tuple[int, int]]) -> None:
    """The running sums give what the residuals give one by one, without rounding between."""
    pool = pooled([(failed, failed + completed) for failed, completed in leads])
    expected = linearised([(f, f + c) for f, c in leads if f + c])
    if None in expected:
        assert pool.interval() == expected
    else:
        assert pool.interval() == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_leads_of_one_run_are_not_independent() -> None:
    """Where whole runs fail, the interval is far wider than one that takes leads for independent."""
    pool = pooled([(100, 100)] + [(0, 100)] * 9)
    low, high = pool.interval()
    apart_low, apart_high = wilson(100, 1000)
    assert pool.rate == 0.1
    assert None not in (low, high, apart_low, apart_high)
    assert (high or 0) - (low or 0) > 5 * ((apart_high or 0) - (apart_low or 0))


@pytest.mark.parametrize("leads", [[], [(1, 10)], [(1, 10), (1, 10)], [(0, 5), (0, 9)]])
def test_runs_that_do_not_differ_give_no_interval(leads: list[tuple[int, int]]) -> None:
    """One run, or runs of one rate, say nothing of how runs differ: null, not an interval of width 0."""
    pool = pooled(leads)
    assert pool.interval() == (None, None)


wide = st.one_of(
    st.integers(-100, 100),
    st.integers(-(2**53) - 2, 2**53 + 2),
    st.integers(-(2**63) + 1, 2**63 - 1),
)


@given(st.lists(st.tuples(wide, wide), max_size=30))
def test_integers_of_any_size_stay_exact(pairs: list[tuple[int, int]]) -> None:
    """Sums, products and sums by a key are those of Python's integers, wherever 64 bits end."""
    left, right = (np.array([pair[at] for pair in pairs], np.int64) for at in (0, 1))
    assert total(left) == total(exact(left)) == sum(a for a, _ in pairs)
    assert times(left, right).tolist() == [a * b for a, b in pairs]
    assert (exact(left) * 11).tolist() == [a * 11 for a, _ in pairs]
    assert (exact(left) - exact(right)).tolist() == [a - b for a, b in pairs]
    keys = left % 3
    expected = {key: sum(b for a, b in pairs if a % 3 == key) for key in keys.tolist()}
    assert total_by(keys, right) == total_by(keys, exact(right)) == expected


@given(st.lists(st.tuples(wide, wide.filter(bool)), min_size=1, max_size=30))
def test_quotients_are_those_of_python(pairs: list[tuple[int, int]]) -> None:
    """A quotient of two columns of integers is to the bit what Python gives, also where floats cannot hold them."""
    above, below = (exact(np.array([pair[at] for pair in pairs], np.int64)) for at in (0, 1))
    assert [float(x) for x in above / below] == [a / b for a, b in pairs]


@given(st.lists(st.tuples(st.integers(-(10**12), 10**12), st.integers(1, 5000)), max_size=40))
def test_a_sum_of_quotients_is_exact(terms: list[tuple[int, int]]) -> None:
    """Summed by halves it is what it is term by term."""
    numerators: defaultdict[int, int] = defaultdict(int)
    for above, below in terms:
        numerators[below] += above
    assert sum_of_quotients(numerators) == sum((Fraction(*term) for term in terms), Fraction(0))


def test_many_denominators_are_summed_in_time() -> None:
    """Thousands of different numbers of planned leads are no trouble."""
    random = Random(1)
    numerators = {n: random.randrange(10**9) for n in range(1, 5001)}
    told = float(sum_of_quotients(numerators))
    assert told == pytest.approx(math.fsum(a / n for n, a in numerators.items()), rel=1e-12)
