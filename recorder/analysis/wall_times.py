"""How long a run takes against its own normal: the wall times of its likes, carried to its size.

Invariant: the likes are of the run's own version, and only what was known at the asked instant counts.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import numpy as np

from recorder.analysis.columns import Runs
from recorder.analysis.groups import split
from recorder.analysis.likes import WINDOW, DurationScores, Likes
from recorder.analysis.outcomes import ends_known_at, is_completed, walls

LEAST_FOR_SLOW: Final = 19
"""The least number of likes of which the slowest twentieth exists."""

VersionName: TypeAlias = tuple[str, str | None, str | None]
"""A source, a slug of it and a version of that."""


def wall_likes(
    runs: Runs, versions: Iterable[VersionName], *, at: int | None = None
) -> dict[VersionName, Likes]:
    """Return the wall times of the completed runs of some versions; a run without a slug has no likes.

    Args:
        runs: tracked runs, with the columns of `outcomes.WALL_NEEDS`.
        versions: the wanted ones.
        at: leave out outcomes that are none of the last likes from this instant on; None: keep all.
    """
    found = dict(split(runs, [runs.words(name) for name in ("source", "slug", "version")]))
    own = {one: found[one] for one in versions if one[1] is not None and one in found}
    some = own if at is None else {one: _latest(of_one, at) for one, of_one in own.items()}
    return {one: Likes(walls(some[one]) if one in some else (), DurationScores) for one in versions}


def _latest(runs: Runs, at: int) -> Runs:
    """Return the runs whose wall time can be one of the last likes at an instant, or later."""
    known_at, wall = ends_known_at(runs), runs.wall
    is_known = is_completed(runs) & wall.enters & (wall.us >= 1) & (known_at <= at)
    last = np.sort(known_at[is_known])[-WINDOW:]
    return runs.only(known_at >= last[0]) if len(last) == WINDOW else runs


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
