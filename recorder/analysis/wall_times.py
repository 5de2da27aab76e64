"""How long a run takes against its own normal: the wall times of its likes, carried to its size.

Invariant: the likes are of the run's own version, and only what was known at the asked instant counts.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from recorder.analysis.columns import Runs
from recorder.analysis.groups import split
from recorder.analysis.likes import DurationScores, Likes
from recorder.analysis.outcomes import walls

LEAST_FOR_SLOW: Final = 19
"""The least number of likes of which the slowest twentieth exists."""

VersionName: TypeAlias = tuple[str, str | None, str | None]
"""A source, a slug of it and a version of that."""


def wall_likes(runs: Runs, versions: Iterable[VersionName]) -> dict[VersionName, Likes]:
    """Return the wall times of the completed runs of some versions; a run without a slug has no likes.

    Args:
        runs: tracked runs, with the columns of `outcomes.WALL_NEEDS`.
        versions: the wanted ones.
    """
    found = dict(split(runs, [runs.words(name) for name in ("source", "slug", "version")]))
    return {
        one: Likes(walls(found[one]) if one[1] is not None and one in found else (), DurationScores)
        for one in versions
    }


def is_slow(like: Sequence[float], us: int) -> bool | None:
    """Return whether at most a twentieth of the likes, with the run itself, took so long; None with too few.

    Args:
        like: carried wall times of the likes, ascending, microseconds.
        us: the run's age in flight, or its wall time.
    """
    if len(like) < LEAST_FOR_SLOW:
        return None
    as_long = 1 + len(like) - bisect_left(like, us)
    return 20 * as_long <= len(like) + 1
