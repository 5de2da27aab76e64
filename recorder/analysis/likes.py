"""The likes of a run: completed runs of its slug that were known before, and their values carried to its size.

Invariant: only what was known at an instant is taken, so that a backtest repeats what a user would have read.
Costs are exact fractions; the fitted power of the leads is cut to twentieths, the same in every implementation.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Final, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

WINDOW: Final = 100
"""How many of the last likes count."""

LEAST_LIKES: Final = 9
"""The least number of values of which the ranks of p10 and p90 exist."""

Value: TypeAlias = float | Fraction
Positions: TypeAlias = npt.NDArray[np.intp]
Floats: TypeAlias = npt.NDArray[np.float64]
ByRank: TypeAlias = Callable[[int], Value]
"""From a rank, from 1, to a value."""


class PastRun(NamedTuple):
    """One completed run of a source and slug, as far as one measure needs it.

    Attributes:
        run_id: breaks ties between runs that became known at the same instant.
        version: the version of the slug; None is a version too.
        created_at: microseconds since 1970 UTC; None where the ledger does not say.
        known_at: when the value became known.
        leads: planned leads; None where unknown.
        value: wall time in microseconds, or actual cost in millionths.
        preview: previewed cost in millionths; None for durations.
    """

    run_id: str
    version: str | None
    created_at: int | None
    known_at: int
    leads: int | None
    value: int
    preview: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One run to estimate.

    Attributes:
        version: the version of its slug.
        at: the instant of the question, microseconds since 1970 UTC.
        leads: planned leads; None where not asked.
        preview: previewed cost in millionths; None where not asked.
    """

    version: str | None
    at: int
    leads: int | None = None
    preview: int | None = None


class Scores(Protocol):
    """The values of outcomes, carried to a planned run."""

    @property
    def is_like(self) -> npt.NDArray[np.bool_]:
        """The mask of the outcomes that can be carried to another size."""
        ...

    def lead_range(self, likes: Positions, planned: Planned) -> tuple[int, int] | None:
        """Return the fewest and most leads that an answer holds for; None: any number."""
        ...

    def ranked(self, likes: Positions, planned: Planned) -> ByRank:
        """Return the carried values of some outcomes by rank."""
        ...


class DurationScores:
    """Wall times, carried by a fitted power of the leads.

    Args:
        outcomes: in the order of their positions.
    """

    def __init__(self, outcomes: Sequence[PastRun]) -> None:
        self.is_like = np.ones(len(outcomes), np.bool_)
        self._walls = np.array([one.value for one in outcomes], np.float64)
        self._leads = np.array([-1 if one.leads is None else one.leads for one in outcomes], int)
        self._sizes = np.maximum(self._leads, 1).astype(np.float64)
        self._log_walls = np.log(np.maximum(self._walls, 1))  # a queue may take no time
        self._log_sizes = np.log(self._sizes)

    def lead_range(self, likes: Positions, planned: Planned) -> tuple[int, int] | None:
        """Return the likes' fewest and most leads; None where leads are not asked or not known of all."""
        leads = self._leads[likes]
        if planned.leads is None or leads.min() < 0:
            return None
        return int(leads.min()), int(leads.max())

    def ranked(self, likes: Positions, planned: Planned) -> ByRank:
        """Return the carried wall times by rank, microseconds."""
        ordered = np.sort(self.values(likes, planned))
        return lambda rank: float(ordered[rank - 1])

    def values(self, likes: Positions, planned: Planned) -> Floats:
        """Return the carried wall times in the order of the likes, microseconds."""
        walls = self._walls[likes]
        if self.lead_range(likes, planned) is None:
            return walls
        ratios: Floats = max(planned.leads or 0, 1) / self._sizes[likes]
        return walls * np.power(ratios, self._power(likes))

    def _power(self, likes: Positions) -> float:
        """Return the least-squares slope of ln wall on ln leads, cut to 0..1 and to a twentieth."""
        sizes = self._log_sizes[likes]
        if sizes.min() == sizes.max():
            return 0.0
        offsets = sizes - sizes.mean()
        slope = float((offsets * self._log_walls[likes]).sum() / (offsets * offsets).sum())
        return floor(20 * min(max(slope, 0.0), 1.0) + 0.5) / 20


class CostScores:
    """Actual costs as exact fractions, carried by the preview, or by the leads.

    Args:
        outcomes: in the order of their positions.
        by_preview: whether by the preview.
    """

    def __init__(self, outcomes: Sequence[PastRun], *, by_preview: bool) -> None:
        self._by_preview = by_preview
        sizes = [self._size(one.leads, one.preview) for one in outcomes]
        self.is_like = np.array([bool(size) for size in sizes], np.bool_)
        ratios = [Fraction(one.value, size or 1) for one, size in zip(outcomes, sizes, strict=True)]
        # Sorted once: each window then sorts the numbers of steps, not fractions.
        self._ladder = sorted(set(ratios))
        steps = {ratio: step for step, ratio in enumerate(self._ladder)}
        self._steps = np.array([steps[ratio] for ratio in ratios], int)

    def _size(self, leads: int | None, preview: int | None) -> int:
        """Return what carries a cost; 0 where nothing does."""
        if self._by_preview:
            return preview or 0
        return 0 if leads is None else max(leads, 1)

    def lead_range(self, likes: Positions, planned: Planned) -> None:
        """Return None: a cost is carried to any size."""
        del likes, planned

    def ranked(self, likes: Positions, planned: Planned) -> ByRank:
        """Return the carried costs by rank, exact millionths."""
        ordered = np.sort(self._steps[likes])
        size = self._size(planned.leads, planned.preview)
        return lambda rank: size * self._ladder[ordered[rank - 1]]


class Likes:
    """The outcomes of one source and slug for one measure, and which of them are likes of a planned run.

    Args:
        outcomes: completed runs with a value, in any order.
        scores: carries the values of outcomes, in the order that it is handed.
    """

    def __init__(
        self, outcomes: Iterable[PastRun], scores: Callable[[Sequence[PastRun]], Scores]
    ) -> None:
        self.outcomes = sorted(outcomes, key=lambda one: (one.known_at, one.run_id))
        self.scores = scores(self.outcomes)
        self._known_at = [one.known_at for one in self.outcomes]
        self._of_slug = _Window(self._known_at, np.flatnonzero(self.scores.is_like))
        self._of_version = {
            version: _Window(self._known_at, positions)
            for version, positions in _by_version(self.outcomes, self.scores.is_like).items()
        }

    def of_version(self, planned: Planned) -> Positions:
        """Return the positions of the last likes known at its instant."""
        window = self._of_version.get(planned.version)
        return np.empty(0, np.intp) if window is None else window.known(planned.at)

    def last(self, planned: Planned) -> list[PastRun]:
        """Return the last likes known at its instant, the last known one last."""
        return [self.outcomes[position] for position in self.of_version(planned).tolist()]

    def is_final(self, planned: Planned, bound: int) -> bool:
        """Return whether no outcome that became known up to an instant can be one of the last likes any more."""
        last = self.last(planned)
        return len(last) == WINDOW and last[0].known_at > bound

    def of_slug(self, planned: Planned) -> Positions:
        """Return the positions of the last likes of the slug, over all versions."""
        return self._of_slug.known(planned.at)

    def latest_known_at(self, at: int) -> int | None:
        """Return when the last outcome known by an instant became known; None where none was."""
        n = bisect_right(self._known_at, at)
        return self._known_at[n - 1] if n else None


class _Window:
    """Positions of outcomes in the order that they became known."""

    def __init__(self, known_at: Sequence[int], positions: npt.ArrayLike) -> None:
        self._positions = np.asarray(positions, np.intp)
        self._known_at = [known_at[position] for position in self._positions.tolist()]

    def known(self, at: int) -> Positions:
        """Return the last ones that were known by an instant."""
        n = bisect_right(self._known_at, at)
        return self._positions[max(n - WINDOW, 0) : n]


def _by_version(
    outcomes: Sequence[PastRun], is_like: npt.NDArray[np.bool_]
) -> dict[str | None, list[int]]:
    found: dict[str | None, list[int]] = {}
    for position in np.flatnonzero(is_like).tolist():
        found.setdefault(outcomes[position].version, []).append(position)
    return found
