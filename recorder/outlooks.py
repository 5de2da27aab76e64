"""What remains of runs in flight, and which of them are slow, from a store.

Invariant: an outlook is made once, and again only after its run has changed or a run of its version has ended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from recorder.analysis.columns import Runs
from recorder.analysis.likes import Likes, Planned
from recorder.analysis.outcomes import WALL_NEEDS
from recorder.analysis.remaining import Course, Outlook, outlook
from recorder.analysis.rows import RunRow
from recorder.analysis.values import Cells
from recorder.analysis.wall_times import VersionName, wall_likes
from recorder.instants import MINUTE, SECOND
from recorder.life import Phase
from recorder.store.engine import Database
from recorder.store.read.live_runs import EndedRun, ended_runs
from recorder.store.read.past import Past
from recorder.store.read.recent_runs import WantedLikes, recent_runs
from recorder.store.read.run_columns import read_runs
from recorder.store.read.run_history import RunName, courses
from recorder.views import NOTHING_REMAINS

_LATE_US: Final = 10 * MINUTE
"""The longest time from an answer to its commit by another process."""

_NOT_STARTED: Final = Course(started_at=None, seen=((0, None),))


class _VersionOutlooks:
    """The outlooks of the runs of one version of a slug, with what they are made of."""

    def __init__(self, likes: Likes) -> None:
        self.likes = likes
        self.courses: Mapping[str, Course] | None = None  # of likes; None: not needed so far
        self.made: dict[str, tuple[int, Outlook]] = {}  # by run id, with the number of snapshots


@dataclass(slots=True)
class Outlooks:
    """The outlooks of runs in flight.

    Args:
        database: the store.
        past: as of when; None: what is known now.
    """

    database: Database
    past: Past | None = None
    _versions: dict[VersionName, _VersionOutlooks] = field(default_factory=dict)
    _refreshed_at: int | None = None
    _ended: frozenset[EndedRun] = frozenset()

    def refresh(self, now: int) -> None:
        """Forget the versions of which a run has ended since the last call, or got another end."""
        since = now if self._refreshed_at is None else self._refreshed_at
        ended = self.database.read(ended_runs, since=since - _LATE_US)
        # Those of the overlap with the last call have been forgotten already.
        for one in ended - self._ended:
            self._versions.pop((one.source, one.slug, one.version), None)
        self._ended, self._refreshed_at = ended, now

    def of(self, runs: Iterable[RunRow], *, now: int) -> dict[RunName, Outlook]:
        """Return the outlook of each of the runs that is in flight, by source and run id.

        Args:
            runs: as the store has them.
            now: microseconds since 1970 UTC; what was known then counts.
        """
        in_flight = [run for run in runs if run.phase is Phase.IN_FLIGHT]
        self._read_likes({_version_of(run) for run in in_flight} - self._versions.keys(), now)
        changed: dict[str, dict[str, RunRow]] = {}
        for run in in_flight:
            n_snapshots, _ = self._versions[_version_of(run)].made.get(run.run_id, (-1, None))
            if n_snapshots != run.n_snapshots:
                changed.setdefault(run.source, {})[run.run_id] = run
        for source, some in changed.items():
            found = self._courses(source, some)
            for run in some.values():
                made = self._outlook(run, found.get(run.run_id, _NOT_STARTED), now)
                self._versions[_version_of(run)].made[run.run_id] = run.n_snapshots, made
        return {
            (run.source, run.run_id): self._versions[_version_of(run)].made[run.run_id][1]
            for run in in_flight
        }

    def cells(self, runs: Sequence[RunRow], *, now: int) -> dict[RunName, Cells]:
        """Return the columns of `REMAINING_KINDS` of each of the runs, null unless it is in flight; see `of`."""
        nothing = {(run.source, run.run_id): NOTHING_REMAINS for run in runs}
        return nothing | {name: _cells(made, now) for name, made in self.of(runs, now=now).items()}

    def _read_likes(self, wanted: set[VersionName], now: int) -> None:
        if not wanted:
            return

        def is_enough(runs: Runs, bound: int) -> bool:
            """Return whether runs that last changed by then would change no likes."""
            return all(
                slug is None or likes.is_final(Planned(version=version, at=now), bound)
                for (_, slug, version), likes in wall_likes(runs, wanted, at=now).items()
            )

        slugs = {slug for _, slug, _ in wanted if slug is not None}
        sources = {source for source, *_ in wanted}
        if len(sources) == 1:
            likes_of = WantedLikes(
                source_name=sources.pop(), slugs=slugs, versions={one[2] for one in wanted}
            )
            runs = self.database.read(
                recent_runs, WALL_NEEDS, is_enough, wanted=likes_of, past=self.past
            )
        else:
            runs = self.database.read(read_runs, WALL_NEEDS, slugs=slugs, past=self.past)
        self.add_likes(runs, wanted, now=now)

    def add_likes(self, runs: Runs, versions: Iterable[VersionName], *, now: int) -> None:
        """Take the likes of these versions from runs that hold the last ones, instead of reading them."""
        for one, likes in wall_likes(runs, versions, at=now).items():
            self._versions[one] = _VersionOutlooks(likes)

    def _courses(self, source: str, run_ids: Iterable[str]) -> dict[str, Course]:
        as_of = None if self.past is None else self.past.as_of
        with self.database.reading() as connection:
            return dict(courses(connection, source, list(run_ids), as_of=as_of))

    def _outlook(self, run: RunRow, course: Course, now: int) -> Outlook:
        of_version = self._versions[_version_of(run)]
        planned = Planned(version=run.version, at=now, leads=run.leads_total)
        # Only a run that is far enough along is held against the courses of its likes.
        if course.pace() is not None and of_version.courses is None:
            likes = of_version.likes.last(planned)
            of_version.courses = self._courses(run.source, (one.run_id for one in likes))
        return outlook(planned, run.created_at, course, of_version.likes, of_version.courses or {})


def _version_of(run: RunRow) -> VersionName:
    return run.source, run.slug, run.version


def _cells(made: Outlook, now: int) -> Cells:
    left, cells = made.remaining(now), NOTHING_REMAINS.copy()
    for point in ("p10", "p50", "p90") if left is not None else ():
        cells[f"remaining_seconds_{point}"] = float(getattr(left, point)) / SECOND
    return cells | {"slow": made.is_slow(now)}
