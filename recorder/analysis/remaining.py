"""How much longer a run in flight takes, from its likes: by its age, or by how fast its leads have ended so far.

Invariant: ranks of the likes' values, never a mean of them; with fewer than nine there is no answer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recorder.analysis.forecasts import Interval, plain_interval
from recorder.analysis.likes import LEAST_LIKES, PastRun
from recorder.analysis.rows import RunRow
from recorder.analysis.wall_times import WallTimes

LEAST_SHARE: Final = 0.25
"""The share of ended leads from which on their pace says more than the run's age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How far a run was, and when that was first seen; instants in microseconds since 1970 UTC.

    Attributes:
        started_at: by the ledger; None where it does not say.
        seen: of each snapshot, in order: when it was first seen, and its share of ended leads, None without counts.
    """

    started_at: int | None
    seen: Sequence[tuple[int, float | None]]

    def pace(self) -> tuple[float, int] | None:
        """Return the present share and when it was first reached; None where that says too little."""
        share = self.seen[-1][1]
        if share is None or share < LEAST_SHARE or self.started_at is None:
            return None
        at = next(at for at, other in self.seen if other is not None and other >= share)
        return (share, at) if at > self.started_at else None

    def left_at(self, share: float, ended_at: int) -> float | None:
        """Return the time from a share to the end over the time from the start to it; None where that is not known.

        The instant of the share lies on the straight line between the snapshots around it.
        """
        if self.started_at is None or all(other is None for _, other in self.seen):
            return None
        whole = ended_at - self.started_at
        before, before_share = 0, 0.0
        for at, other in [*self._inside(whole), (whole, 1.0)]:
            if other >= share:
                part = (share - before_share) / (other - before_share)
                elapsed = before + (at - before) * part
                return (whole - elapsed) / elapsed if elapsed > 0 else None
            before, before_share = at, other
        return None

    def _inside(self, whole: int) -> Iterator[tuple[int, float]]:
        """Yield the known shares between start and end, by the time since the start."""
        for at, share in self.seen:
            elapsed = at - (self.started_at or 0)
            if share is not None and 0 < elapsed < whole:
                yield elapsed, share


def remaining(
    run: RunRow, course: Course, walls: WallTimes, courses: Mapping[str, Course], *, now: int
) -> Interval | None:
    """Return how much longer a run in flight takes, microseconds; None where too few likes say so.

    Args:
        run: the run, with its creation.
        course: how far it is.
        walls: the wall times of its likes.
        courses: how far its likes were, by run id.
        now: the instant of the question, microseconds since 1970 UTC.
    """
    pace = course.pace()
    if pace is None:
        age = now - (run.created_at or now)
        return _interval(wall - age for wall in walls.like(run, at=now))
    share, reached_at = pace
    elapsed, since = reached_at - (course.started_at or 0), now - reached_at
    likes = walls.outcomes(run, at=now)
    return _interval(left * elapsed - since for left in _lefts(likes, courses, share))


def _lefts(
    likes: Iterable[PastRun], courses: Mapping[str, Course], share: float
) -> Iterator[float]:
    for like in likes:
        course, ended_at = courses.get(like.run_id), (like.created_at or 0) + like.value
        left = None if course is None else course.left_at(share, ended_at)
        if left is not None:
            yield left


def _interval(candidates: Iterable[float]) -> Interval | None:
    """Return the ranks of those above 0."""
    ordered = sorted(value for value in candidates if value > 0)
    if len(ordered) < LEAST_LIKES:
        return None
    return plain_interval(lambda rank: ordered[rank - 1], len(ordered))
