"""The place of one run among its like: how many of them took less time, or cost less.

Invariant: the likes are the last completed runs of the same source, slug and version whose value is known, carried to
the size of the run; it is none of them itself.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from recorder.analysis.columns import Runs
from recorder.analysis.likes import LEAST_LIKES, CostScores, DurationScores, Likes, Planned, Value
from recorder.analysis.outcomes import NEEDS as OUTCOMES
from recorder.analysis.outcomes import paid, timed
from recorder.analysis.rows import RunRow
from recorder.analysis.wall_times import is_slow
from recorder.history.spans import time_between

NEEDS: Final = OUTCOMES | {"started_at"}
"""The columns that places are made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The place of one value; durations in microseconds, costs in millionths.

    Attributes:
        value: of the run; None where it is not known.
        like: those of its likes, ascending.
    """

    value: int | None
    like: Sequence[Value]

    @property
    def is_enough(self) -> bool:
        """Whether there is a value, and enough likes to tell."""
        return self.value is not None and len(self.like) >= LEAST_LIKES

    @property
    def n_below(self) -> int | None:
        """How many likes have less; None with too few of them."""
        return bisect_left(self.like, self.value or 0) if self.is_enough else None

    @property
    def median(self) -> Value | None:
        """The middle one of the likes, by nearest rank; None with too few of them."""
        return self.like[(len(self.like) - 1) // 2] if self.is_enough else None

    @property
    def is_slow(self) -> bool | None:
        """Whether at most a twentieth of the likes took as long or longer; None with too few likes."""
        return None if self.value is None else is_slow([float(v) for v in self.like], self.value)


def places(run: RunRow, runs: Runs, *, now: int) -> dict[str, Place]:
    """Return the places of a run by the names of its columns: its times, and what it cost.

    Args:
        run: the run; in flight its wall time is its age.
        runs: tracked runs, with the columns of `NEEDS`.
        now: microseconds since 1970 UTC; what was known then counts.
    """
    sized = Planned(version=run.version, at=now, leads=run.leads_total)
    ended_at = now if run.is_in_flight else run.ended_at
    preview = run.cost_preview_micros or None
    asked = {
        # How long a run queues does not follow from its own leads.
        "queue_seconds": (time_between(run.created_at, run.started_at), replace(sized, leads=None)),
        "run_seconds": (time_between(run.began_at, run.ended_at), sized),
        "wall_seconds": (time_between(run.created_at, ended_at), sized),
        "cost_actual": (run.cost_actual_micros, replace(sized, preview=preview)),
    }
    likes = _likes(run, runs)
    return {name: _place(value, likes[name], how) for name, (value, how) in asked.items()}


def are_final(run: RunRow, runs: Runs, bound: int, *, now: int) -> bool:
    """Return whether runs of which nothing ended or was known after an instant would change no place of a run."""
    planned = Planned(version=run.version, at=now)
    likes = _likes(run, runs)
    if run.cost_unit is None or run.cost_quality == "unit_mismatch":
        del likes["cost_actual"]  # of which it has none
    return run.slug is None or all(one.is_final(planned, bound) for one in likes.values())


def _likes(run: RunRow, runs: Runs) -> dict[str, Likes]:
    """Return the outcomes that a run is placed among, by the names of its columns."""
    own = _own(run, runs)
    spans = {"queue_seconds": own.queue, "run_seconds": own.run, "wall_seconds": own.wall}
    made = {
        # A queue may take no time; a run that took none says nothing.
        name: Likes(timed(own, span, least=int(name != "queue_seconds")), DurationScores)
        for name, span in spans.items()
    }
    # Carried by the preview where there is one.
    scores = partial(CostScores, by_preview=bool(run.cost_preview_micros))
    is_other = run.cost_quality == "unit_mismatch"
    return made | {"cost_actual": Likes(() if is_other else paid(own, run.cost_unit), scores)}


def _own(run: RunRow, runs: Runs) -> Runs:
    """Return the other completed runs of its source, slug and version; none for a run without a slug."""
    names = {"source": run.source, "slug": run.slug, "version": run.version, "status": "completed"}
    own = runs if run.slug is not None else runs.take(slice(0, 0))
    for name, value in names.items():
        own = own.only(own.words(name).among(value))
    return own.only(own.objects("run_id").values != run.run_id)


def _place(value: int | None, likes: Likes, planned: Planned) -> Place:
    chosen = likes.of_version(planned)
    if not len(chosen):
        return Place(value=value, like=())
    by_rank = likes.scores.ranked(chosen, planned)
    return Place(value=value, like=[by_rank(rank) for rank in range(1, len(chosen) + 1)])
