"""The owner of each source, of the processes that poll one store.

Invariant: a pure function of the claims and the present owners, so that every process finds the same; each wanted
source has one owner, who keeps it unless it has two more than another process that wants it. A viewer (a person's
`watch`) gets only the sources that no service wants.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from enum import Enum

from msgspec import Struct


class Role(Enum):
    """A way to share the sources with other processes on the store."""

    ONE_SHOT = "passing"  # it ends by itself: takes free sources, and claims none
    SERVICE = "staying"
    VIEWER = "guest"


class Claim(Struct, frozen=True, kw_only=True):
    """The sources that one process wants to poll."""

    holder: str
    wanted: frozenset[int]
    is_viewer: bool = False


def share_out(claims: Collection[Claim], current: Mapping[int, str]) -> dict[int, str]:
    """Return the owner of each wanted source, by source id.

    Args:
        claims: one of each live process.
        current: the present owners, by source id.
    """
    wanting = _wanting(claims)
    # What a holder has and no longer wants is no load.
    load = Counter(current[one] for one in wanting if current.get(one) in wanting[one])
    owner: dict[int, str] = {}
    for source_id, holders in wanting.items():
        holder = current.get(source_id)
        if holder not in holders:
            holder = min(holders, key=lambda one: (load[one], one))
            load[holder] += 1
        owner[source_id] = holder
    _even_out(owner, wanting, load)
    return owner


def _wanting(claims: Collection[Claim]) -> dict[int, list[str]]:
    """Return the holders that want each source, by source id; viewers only where no service wants it."""
    found: dict[int, list[str]] = {}
    for is_viewer in (False, True):
        chosen = [one for one in claims if one.is_viewer is is_viewer]
        wanted = frozenset[int]().union(*(one.wanted for one in chosen)) - found.keys()
        found |= {s: sorted(one.holder for one in chosen if s in one.wanted) for s in wanted}
    return dict(sorted(found.items()))


def _even_out(
    owner: dict[int, str], wanting: Mapping[int, Collection[str]], load: Counter[str]
) -> None:
    """Move single sources between holders for as long as that evens out two loads."""
    has_moved = True
    while has_moved:
        has_moved = False
        for source_id, holder in reversed(owner.items()):
            least = min(wanting[source_id], key=lambda one: (load[one], one))
            if load[least] + 1 < load[holder]:
                owner[source_id] = least
                load[holder] -= 1
                load[least] += 1
                has_moved = True
