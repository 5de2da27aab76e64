"""How long a run takes against its own normal: the wall times of its likes, carried to its size.

Invariant: the likes are of the run's own version, and only what was known at the instant counts.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

from recorder.analysis.columns import Runs
from recorder.analysis.groups import split
from recorder.analysis.likes import DurationScores, Likes, PastRun, Planned
from recorder.analysis.outcomes import walls
from recorder.analysis.rows import RunRow

LEAST_FOR_SLOW: Final = 19
"""The least number of likes of which the slowest twentieth exists."""


class WallTimes:
    """The wall times of completed runs, carried to other runs of the same source, slug and version.

    Args:
        runs: tracked runs, with the columns of `outcomes.NEEDS`.
    """

    def __init__(self, runs: Runs) -> None:
        self._runs = dict(split(runs, [runs.words("source"), runs.words("slug")]))
        self._likes_of = cache(self._likes)

    def _likes(self, source: str, slug: str | None) -> Likes:
        own = None if slug is None else self._runs.get((source, slug))
        return Likes([] if own is None else walls(own), DurationScores)

    def like(self, run: RunRow, *, at: int) -> list[float]:
        """Return the carried wall times of a run's likes as known at an instant, ascending, microseconds."""
        likes, planned = self._likes_of(run.source, run.slug), _planned(run, at)
        chosen = likes.of_version(planned)
        if not len(chosen):
            return []
        by_rank = likes.scores.ranked(chosen, planned)
        return [float(by_rank(rank)) for rank in range(1, len(chosen) + 1)]

    def outcomes(self, run: RunRow, *, at: int) -> list[PastRun]:
        """Return a run's likes as known at an instant, the last known one last."""
        likes = self._likes_of(run.source, run.slug)
        return [likes.outcomes[place] for place in likes.of_version(_planned(run, at)).tolist()]


def _planned(run: RunRow, at: int) -> Planned:
    return Planned(version=run.version, at=at, leads=run.leads_total)


def is_slow(like: Sequence[float], us: int) -> bool | None:
    """Return whether at most a twentieth of the likes, with the run itself, took so long; None with too few.

    Args:
        like: carried wall times of the likes, microseconds.
        us: the run's age in flight, or its wall time.
    """
    if len(like) < LEAST_FOR_SLOW:
        return None
    as_long = 1 + sum(wall >= us for wall in like)
    return 20 * as_long <= len(like) + 1
