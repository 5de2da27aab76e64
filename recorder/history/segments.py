"""Consecutive equal states are one segment: the rule by which answers become snapshots.

Invariant: segments cover the observations in time order, neighbours differ, A, B, A are three.
Inserting an observation never lowers the number of segments.
Must not import anything that does I/O.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Segment(Generic[S]):
    """One state of a run, and when it was seen.

    Attributes:
        seq: 1, 2, ... without gaps.
        state: what the observations have in common.
        seen_at: the observations' instants, ascending, microseconds since 1970 UTC.
    """

    seq: int
    state: S
    seen_at: tuple[int, ...]

    @property
    def first_seen_at(self) -> int:
        """When the state was first seen."""
        return self.seen_at[0]

    @property
    def last_seen_at(self) -> int:
        """When the state was last seen."""
        return self.seen_at[-1]


def segments(observations: Iterable[tuple[int, S]]) -> list[Segment[S]]:
    """Group observations, `(instant, state)` in any order, into segments."""
    ordered = sorted(observations, key=lambda seen: seen[0])
    grouped = groupby(ordered, key=lambda seen: seen[1])
    return [
        Segment(seq, state, tuple(at for at, _ in group))
        for seq, (state, group) in enumerate(grouped, start=1)
    ]
