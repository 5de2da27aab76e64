"""How many of the due runs are asked now, and which first: the budget of one key, spent evenly when it is short.

Invariant: pure functions; never more than the budget has left. A short pass goes at once. When more is wanted than
the budget gives, requests are spread evenly over the minute; runs never asked before may use half of the budget at
once, and beyond that take turns with those in flight, so that neither waits for all of the other. Sources that share a
key take turns with their new runs.
Must not read the clock.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Protocol, TypeVar

from recorder.instants import MINUTE, SECOND
from recorder.schedule.cadence import Urgency

WINDOW_US = MINUTE
_GRACE_US = SECOND // 4


class Urgent(Protocol):
    """Something that waits to be asked."""

    @property
    def urgency(self) -> int:
        """A value of `Urgency`."""

    @property
    def source_id(self) -> int:
        """The number of its source."""


_T = TypeVar("_T", bound=Urgent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """One key's requests; instants in microseconds since 1970 UTC.

    Attributes:
        rate: requests in any 60 s.
        busy: requests that still count against the present 60 s.
        free_at: when the first of these counts no more; None where there are none.
        last_sent_at: the last request, None for none.
        paused_until: what the API asked for (429); None when it did not.
        last_new_source: the source of the last run never asked before that a request went to; 0 for none.
    """

    rate: int
    busy: int = 0
    free_at: int | None = None
    last_sent_at: int | None = None
    paused_until: int | None = None
    last_new_source: int = 0

    @property
    def free(self) -> int:
        """Requests that may be sent now at all."""
        return max(self.rate - self.busy, 0)

    @property
    def interval_us(self) -> int:
        """The pause between requests that are spread evenly."""
        return -(-WINDOW_US // self.rate)

    @property
    def at_once(self) -> int:
        """Requests that need not be spread: as many as leave half of the budget for those that are."""
        return max(self.rate // 2 - self.busy, 0)


def sendable(
    budget: Budget, *, new: int, due: int, demand: int, now: int, behind: bool = False
) -> int:
    """How many requests go now, the never asked first.

    Args:
        budget: the key's.
        new: due runs that were never asked.
        due: all due runs, the new ones included.
        demand: requests that the watch would send in 60 s if it could.
        now: microseconds since 1970 UTC.
        behind: whether another process has a run of this key that waits for longer.
    """
    if budget.paused_until is not None and now < budget.paused_until:
        return 0
    if demand <= budget.rate:
        return min(due, budget.free)
    at_once = min(new, budget.at_once)
    spread_at = _spread_at(budget, new=new, behind=behind)
    return at_once or min(due, budget.free, int(now >= spread_at))


def _spread_at(budget: Budget, *, new: int, behind: bool) -> int:
    """When the next request goes; who is behind another process leaves it a moment to be first.

    Without that moment the process that is nearer to the store would take every slot.
    """
    if budget.last_sent_at is None:
        return 0
    rest_us = _rest_us(budget) // (2 if new else 1)
    grace_us = min(_GRACE_US, budget.interval_us) if behind else 0
    return budget.last_sent_at + max(budget.interval_us, rest_us) + grace_us


def _rest_us(budget: Budget) -> int:
    """The pause that makes what is free last until more of it is: after a burst no hole follows."""
    if budget.free_at is None or budget.last_sent_at is None:
        return 0
    return min(budget.free_at - budget.last_sent_at, WINDOW_US) // max(budget.free, 1)


def wake_at(budget: Budget, now: int, *, new: int = 0, behind: bool = False) -> int:
    """When to look again after nothing could be sent."""
    if budget.paused_until is not None and now < budget.paused_until:
        return budget.paused_until
    if not budget.free and budget.free_at is not None:
        return max(now, budget.free_at)
    return max(now, _spread_at(budget, new=new, behind=behind))


def in_turn(due: Sequence[_T], *, new_went_last: bool, last_new_source: int) -> list[_T]:
    """Return the due runs, the next one first.

    Args:
        due: in the order of urgency.
        new_went_last: whether the last request of this key went to a run never asked before.
        last_new_source: the source of the last such run.
    """
    new = [one for one in due if one.urgency == Urgency.NEW]
    others = [one for one in due if one.urgency != Urgency.NEW]
    flying = (
        others[:1]
        if new_went_last and others[:1] and others[0].urgency == Urgency.IN_FLIGHT
        else []
    )
    return [*flying, *_by_turns(new, last_new_source), *others[len(flying) :]]


def _by_turns(new: Sequence[_T], last_source: int) -> list[_T]:
    """Return one run of each source, then the next one of each; first the source after the last one."""
    taken = Counter[int]()
    turns = []
    for one in new:
        turns.append((taken[one.source_id], one.source_id <= last_source, one.source_id))
        taken[one.source_id] += 1
    return [one for _, one in sorted(zip(turns, new, strict=True), key=itemgetter(0))]
