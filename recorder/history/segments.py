"""Segments of consecutive equal states: the rule by which answers become snapshots.

Invariant: segments cover the observations in time order, neighbours differ, A, B, A are three.
Inserting an observation never lowers the number of segments.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Segment(Generic[S]):
    """One state of a run, with the times at which it was seen.

    Attributes:
        seq: 1, 2, ... without gaps.
        state: of every observation.
        seen_at: of each observation, ascending, microseconds since 1970 UTC.
    """

    seq: int
    state: S
    seen_at: tuple[int, ...]

    @property
    def first_seen_at(self) -> int:
        """The first time at which the state was seen."""
        return self.seen_at[0]

    @property
    def last_seen_at(self) -> int:
        """The last time at which the state was seen."""
        return self.seen_at[-1]


def segments(observations: Iterable[tuple[int, S]]) -> list[Segment[S]]:
    """Return the segments of observations, `(instant, state)` in any order."""
    ordered = sorted(observations, key=lambda observation: observation[0])
    grouped = groupby(ordered, key=lambda observation: observation[1])
    return [
        Segment(seq, state, tuple(at for at, _ in group))
        for seq, (state, group) in enumerate(grouped, start=1)
    ]
