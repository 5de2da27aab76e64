"""How much longer a run in flight takes, from its likes: by its age, or by how fast its leads have ended so far.

Invariant: ranks of the likes' values, never a mean of them; with fewer than nine there is no answer.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recorder.analysis.forecasts import Interval, plain_interval
from recorder.analysis.likes import LEAST_LIKES, Likes, PastRun, Planned
from recorder.analysis.wall_times import is_slow

LEAST_SHARE: Final = 0.25
"""The share of ended leads from which on their pace says more than the run's age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The progress of a run, and when that was first seen; instants in microseconds since 1970 UTC.

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
        # Without any counts the line from start to end would be a course that nobody saw.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The times that a run in flight may take by its likes; it holds until the run or its likes change.

    Attributes:
        since: the instant from which `left` counts, microseconds since 1970 UTC.
        left: the times from then to its end, one a like, ascending, microseconds.
        created_at: the instant of its creation; None where the ledger does not say.
        like: the wall times of its likes, carried to its size, ascending.
    """

    since: int
    left: Sequence[float]
    created_at: int | None
    like: Sequence[float]

    def remaining(self, now: int) -> Interval | None:
        """Return how much longer it takes, microseconds; None where too few likes say so."""
        passed = now - self.since
        first = bisect_right(self.left, passed)
        n = len(self.left) - first
        if n < LEAST_LIKES:
            return None
        return plain_interval(lambda rank: self.left[first + rank - 1] - passed, n)

    def is_slow(self, now: int) -> bool | None:
        """Return whether it is older than nearly all its likes became; None with too few of them."""
        return None if self.created_at is None else is_slow(self.like, now - self.created_at)


def outlook(
    planned: Planned,
    created_at: int | None,
    course: Course,
    likes: Likes,
    courses: Mapping[str, Course],
) -> Outlook:
    """Return the outlook of a run in flight.

    Args:
        planned: its version and leads, and the instant at which its likes have to be known.
        created_at: microseconds since 1970 UTC.
        course: how far it is.
        likes: the wall times of its slug.
        courses: how far its likes were, by run id; needed where it has a pace.
    """
    positions = likes.of_version(planned)
    like: list[float] = []
    if created_at is not None and len(positions):
        by_rank = likes.scores.ranked(positions, planned)
        like = [float(by_rank(rank)) for rank in range(1, len(positions) + 1)]
    pace = course.pace()
    since, left = created_at or planned.at, like
    if pace is not None:
        share, since = pace
        elapsed = since - (course.started_at or 0)
        left = sorted(one * elapsed for one in _lefts(likes.last(planned), courses, share))
    return Outlook(since=since, left=left, created_at=created_at, like=like)


def _lefts(
    likes: Iterable[PastRun], courses: Mapping[str, Course], share: float
) -> Iterator[float]:
    for like in likes:
        course, ended_at = courses.get(like.run_id), (like.created_at or 0) + like.value
        left = None if course is None else course.left_at(share, ended_at)
        if left is not None:
            yield left
