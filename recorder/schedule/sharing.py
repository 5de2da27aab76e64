"""Which of the processes on one store polls which source.

Invariant: a pure function of who wants what and who polls what now, so that every process finds the same; each source
that somebody wants is somebody's; whoever polls a source keeps it unless it has two more than another who wants it.
A guest (a person's `watch`) gets only what nobody else wants.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """How a process stands to others on the same store."""

    ONE_SHOT = "passing"  # it ends by itself: takes what is free, and claims nothing
    SERVICE = "staying"
    VIEWER = "guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The sources that one process wants to poll."""

    holder: str
    wanted: frozenset[int]
    is_viewer: bool = False


def share_out(claims: Collection[Claim], held: Mapping[int, str]) -> dict[int, str]:
    """Whose each wanted source is to be.

    Args:
        claims: of the processes that live, one each.
        held: who polls which source now.
    """
    wanting = _wanting(claims)
    load = Counter(held[one] for one in wanting if held.get(one) in wanting[one])
    owner: dict[int, str] = {}
    for source_id, holders in wanting.items():
        holder = held.get(source_id)
        if holder not in holders:
            holder = min(holders, key=lambda one: (load[one], one))
            load[holder] += 1
        owner[source_id] = holder
    _even_out(owner, wanting, load)
    return owner


def _wanting(claims: Collection[Claim]) -> dict[int, list[str]]:
    """Who may have each source, by source: the guests only where nobody else wants it."""
    found: dict[int, list[str]] = {}
    for guests in (False, True):
        chosen = [one for one in claims if one.is_viewer is guests]
        wanted = frozenset[int]().union(*(one.wanted for one in chosen)) - found.keys()
        found |= {s: sorted(one.holder for one in chosen if s in one.wanted) for s in wanted}
    return dict(sorted(found.items()))


def _even_out(
    owner: dict[int, str], wanting: Mapping[int, Collection[str]], load: Counter[str]
) -> None:
    """Hand single sources over, for as long as that brings two loads nearer to each other."""
    moved = True
    while moved:
        moved = False
        for source_id, holder in reversed(owner.items()):
            least = min(wanting[source_id], key=lambda one: (load[one], one))
            if load[least] + 1 < load[holder]:
                owner[source_id] = least
                load[holder] -= 1
                load[least] += 1
                moved = True
