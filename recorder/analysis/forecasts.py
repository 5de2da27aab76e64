"""Intervals that hold 80 % of the outcomes, from the likes of a run.

Invariant: an interval is made of ranks, never interpolated. An audit of the last intervals of the slug widens it; nothing
narrows it. Only the basis `VERSION` is promised.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, partial
from itertools import islice
from typing import Final

from recorder.analysis.likes import (
    LEAST_LIKES,
    WINDOW,
    ByRank,
    CostScores,
    DurationScores,
    Likes,
    PastRun,
    Planned,
    Positions,
    Scores,
    Value,
)

LEAST_AUDITED: Final = 20
"""How many past intervals an audit needs before it widens anything."""

MOST_IN_A_BURST: Final = 10
"""More runs than these, started since the last outcome, stand or fall together."""


class Basis(StrEnum):
    """The basis of an estimate: the first that fits.

    FEW: fewer than 9 likes of the slug; no numbers.
    RANGE: leads outside those of the likes; no numbers.
    SLUG: fewer than 9 likes of the version; numbers of the slug, not promised.
    BURST: too many runs since the last outcome; numbers that are not promised.
    VERSION: promised.
    """

    FEW = "few"
    RANGE = "range"
    SLUG = "slug"
    BURST = "burst"
    VERSION = "version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The 10 %, 50 % and 90 % points of an estimate: costs in millionths, or wall times in microseconds."""

    p10: Value
    p50: Value
    p90: Value

    def holds(self, value: int) -> bool:
        """Return whether an outcome lies within the interval, its ends included."""
        return self.p10 <= value <= self.p90


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The answer of one measure.

    Attributes:
        basis: the likes that it is made of.
        n: how many likes.
        interval: None where the basis is `FEW` or `RANGE`.
        lead_range: the fewest and most leads of the likes, where the answer holds for no others.
        n_started: how many runs, with this one, were created since the slug's last outcome.
    """

    basis: Basis
    n: int
    interval: Interval | None = None
    lead_range: tuple[int, int] | None = None
    n_started: int | None = None

    @property
    def promised(self) -> Interval | None:
        """The interval where it is meant to hold 80 % of the outcomes."""
        return self.interval if self.basis is Basis.VERSION else None


class Forecaster:
    """Estimates of one measure for runs of one source and slug: all with a preview or all without, with leads or without.

    Args:
        outcomes: completed runs with a value.
        created: when every run of the slug was created, whatever became of it.
        scores: makes the scores of the outcomes, in the order that they are handed.
        way: how an outcome would have been asked at its creation; None where it cannot be asked in this way.
    """

    def __init__(
        self,
        outcomes: Iterable[PastRun],
        created: Iterable[int],
        scores: Callable[[Sequence[PastRun]], Scores],
        way: Callable[[PastRun], Planned | None],
    ) -> None:
        self.likes = Likes(outcomes, scores)
        self._created = sorted(created)
        self._way = way

    def estimate(self, planned: Planned, *, is_tracked: bool = False) -> Estimate:
        """Return the estimate of a run from what was known at its instant.

        Args:
            planned: the run.
            is_tracked: whether its creation is among those of the slug; else it counts as one more.
        """
        basis, likes = self._likes(planned)
        n, lead_range = len(likes), self._lead_range(likes, planned)
        if basis in {Basis.FEW, Basis.RANGE}:
            return Estimate(basis=basis, n=n, lead_range=lead_range)
        n_started = self._started_since(planned.at) + (not is_tracked)
        if basis is Basis.VERSION and n_started > MOST_IN_A_BURST:
            basis = Basis.BURST
        below, above = self._audit.widened(n, planned.at)
        interval = _interval(self.likes.scores.ranked(likes, planned), n, below, above)
        return Estimate(
            basis=basis, n=n, interval=interval, lead_range=lead_range, n_started=n_started
        )

    def backtest(self, outcomes: Iterable[PastRun]) -> Iterator[tuple[PastRun, Estimate]]:
        """Yield each of some runs that can be estimated, with the estimate from what was known at its creation."""
        for one in outcomes:
            planned = self._way(one)
            if planned is not None:
                yield one, self.estimate(planned, is_tracked=True)

    def record(self, at: int) -> list[bool]:
        """Return whether each of the last promised intervals held, as known at an instant."""
        known = (one for one in reversed(self.likes.outcomes) if one.known_at <= at)
        promised = ((one, estimate.promised) for one, estimate in self.backtest(known))
        held = (kept.holds(one.value) for one, kept in promised if kept is not None)
        return list(islice(held, WINDOW))

    def _likes(self, planned: Planned) -> tuple[Basis, Positions]:
        """Return the likes that answer, and the basis but for bursts."""
        basis, likes = Basis.VERSION, self.likes.of_version(planned)
        if len(likes) < LEAST_LIKES:
            basis, likes = Basis.SLUG, self.likes.of_slug(planned)
        if len(likes) < LEAST_LIKES:
            return Basis.FEW, likes
        lead_range = self._lead_range(likes, planned)
        if lead_range and not lead_range[0] <= (planned.leads or 0) <= lead_range[1]:
            return Basis.RANGE, likes
        return basis, likes

    def _lead_range(self, likes: Positions, planned: Planned) -> tuple[int, int] | None:
        return self.likes.scores.lead_range(likes, planned) if len(likes) else None

    def _started_since(self, at: int) -> int:
        """Return how many runs were created by an instant and after the last outcome known then."""
        latest = self.likes.latest_known_at(at)
        before = 0 if latest is None else bisect_right(self._created, latest)
        return bisect_right(self._created, at) - before

    @cached_property
    def _audit(self) -> "_Audit":
        return _Audit(self._plain())

    def _plain(self) -> Iterator[tuple[PastRun, Interval]]:
        """Yield the outcomes that had an interval at their creation, with it as it was before any audit."""
        for one in self.likes.outcomes:
            planned = self._way(one)
            if planned is None:
                continue
            basis, likes = self._likes(planned)
            if basis in {Basis.VERSION, Basis.SLUG}:
                yield one, plain_interval(self.likes.scores.ranked(likes, planned), len(likes))


class _Audit:
    """The misses of past plain intervals, on each side.

    Args:
        plain: outcomes in the order that they became known, and their intervals.
    """

    def __init__(self, plain: Iterable[tuple[PastRun, Interval]]) -> None:
        self._known_at: list[int] = []
        # Running sums: the misses of any window are then one subtraction.
        self._below, self._above = [0], [0]
        for one, interval in plain:
            self._known_at.append(one.known_at)
            self._below.append(self._below[-1] + (one.value < interval.p10))
            self._above.append(self._above[-1] + (one.value > interval.p90))

    def widened(self, n: int, at: int) -> tuple[int, int]:
        """Return how many ranks of n from either end the outer two stand, from 1, as known at an instant."""
        known = bisect_right(self._known_at, at)
        first = max(known - WINDOW, 0)
        missed = (misses[known] - misses[first] for misses in (self._below, self._above))
        below, above = (_inward(n, known - first, misses) for misses in missed)
        return below, above


def durations(outcomes: Iterable[PastRun], created: Iterable[int], *, by_leads: bool) -> Forecaster:
    """Return estimates of wall times, asked with leads or without."""

    def way(one: PastRun) -> Planned | None:
        if one.created_at is None or (by_leads and one.leads is None):
            return None
        leads = one.leads if by_leads else None
        return Planned(version=one.version, at=one.created_at, leads=leads)

    return Forecaster(outcomes, created, DurationScores, way)


def costs(outcomes: Iterable[PastRun], created: Iterable[int], *, by_preview: bool) -> Forecaster:
    """Return estimates of costs of one unit, asked with a preview, or with leads alone."""

    def way(one: PastRun) -> Planned | None:
        if one.created_at is None or (not by_preview and one.leads is None):
            return None
        preview = one.preview if by_preview else None
        return Planned(version=one.version, at=one.created_at, leads=one.leads, preview=preview)

    return Forecaster(outcomes, created, partial(CostScores, by_preview=by_preview), way)


def plain_interval(by_rank: ByRank, n: int) -> Interval:
    """Return the ranks of p10, p50 and p90 of n values, at least nine, as they are before any audit."""
    inward = (n + 1) // 10
    return _interval(by_rank, n, inward, inward)


def _interval(by_rank: ByRank, n: int, below: int, above: int) -> Interval:
    """Return the ranks so many from either end, from 1, and the middle one, which they do not pass."""
    middle = -(-n // 2)
    low, high = min(max(below, 1), middle), max(min(n + 1 - above, n), middle)
    return Interval(p10=by_rank(low), p50=by_rank(middle), p90=by_rank(high))


def _inward(n: int, k: int, misses: int) -> int:
    """Return floor((n + 1) a): a is a tenth, or less where more than a tenth of the last k intervals missed."""
    if k < LEAST_AUDITED or 10 * misses <= k:
        return (n + 1) // 10
    # In integers: a product of floats may fall just below a whole number.
    return (n + 1) * k // (100 * misses)
