"""The runs of one key that are polled now, by its locked budget.

Invariant: a pure function of the budget, the due runs and what all runs of the key want; instants are those of the
clock that all processes share.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from recorder.instants import SECOND
from recorder.schedule.cadence import Urgency
from recorder.schedule.dispatch import (
    FOLLOW_UPS,
    WINDOW_US,
    Budget,
    counts_as_sent_at,
    follow_up_pause_us,
    in_turn,
    sendable,
    sendable_pages,
    wake_at,
    without_early,
)
from recorder.store.read.due import Due
from recorder.store.sharing.key_budgets import Taking


class KeyUse(Struct, frozen=True, kw_only=True):
    """One key: its fingerprint, its requests in any 60 s, and the names of the sources that use it, by id."""

    key_id: str
    rate: int
    sources: Mapping[int, str]


class Demand(Struct, frozen=True, kw_only=True):
    """The requests that the runs of one key want.

    Attributes:
        requests: for new runs and those in flight in 60 s; of a single pass those to come.
        follow_ups: how many follow-up polls are due.
        is_pass: whether it is a single pass, to whose demand all requests of the last 60 s belong.
    """

    requests: int
    follow_ups: int
    is_pass: bool


class Choice(Struct, frozen=True, kw_only=True):
    """The targets that go now by one key.

    Attributes:
        going: the targets.
        sent_at: when the last of them counts as sent; None for now.
        wake_at: when to ask for more.
        is_spread: whether the key wants more than its budget, so that nothing goes before then.
    """

    going: Sequence[Due] = ()
    sent_at: int | None = None
    wake_at: int
    is_spread: bool = False

    def taking(self, key_id: str, budget: Budget, most: int) -> Taking:
        """Return the slots to take for at most so many of the targets."""
        going = self.going[:most]
        new_sources = [one.source_id for one in going if one.urgency == Urgency.NEW]
        return Taking(
            key_id=key_id,
            budget=budget,
            count=len(going),
            sent_at=self.sent_at,
            new_source=new_sources[-1] if new_sources else None,
            is_follow_up=any(one.urgency in FOLLOW_UPS for one in going),
            is_items=any(one.urgency == Urgency.ITEMS for one in going),
        )


def choose(
    budget: Budget,
    due: Sequence[Due],
    demand: Demand,
    *,
    now: int,
    is_behind: Callable[[int], bool],
    new_went_last: bool,
) -> Choice:
    """Return which of the due targets of a key go now.

    Args:
        budget: the key's.
        due: at least one run, the next one first, or pages of items alone.
        demand: what all runs of the key want.
        now: microseconds since 1970 UTC.
        is_behind: whether a run of another process with this key has waited for longer, by the pause between
            follow-up polls; asked only where the budget is short.
        new_went_last: whether the last request of this key was for a new run.
    """
    # A pass wants what it has sent too: else its demand would shrink as it goes, and its end come in a burst.
    busy = budget.busy if demand.is_pass else 0
    if due[0].urgency == Urgency.ITEMS:
        # Requests for items count against their own share, not as what runs want.
        of_runs = demand.requests + busy - (budget.busy_items if demand.is_pass else 0)
        pages = sendable_pages(budget, due=len(due), demand=of_runs, now=now)
        return Choice(going=due[:pages], wake_at=now + SECOND)
    pause_us = follow_up_pause_us(budget, due=demand.follow_ups, wanted=demand.requests)
    timely = without_early(budget, due, pause_us=pause_us, now=now)
    if not timely:
        return Choice(wake_at=budget.last_follow_up_at + pause_us)
    # Follow-up polls that are spread take their part of the minute too.
    wanted = demand.requests + busy + (WINDOW_US // pause_us if pause_us else 0)
    is_spread = wanted > budget.rate
    behind = is_spread and is_behind(pause_us)
    new = sum(1 for one in timely if one.urgency == Urgency.NEW)
    count = sendable(budget, new=new, due=len(timely), demand=wanted, now=now, behind=behind)
    if not count:
        wake = wake_at(budget, now, new=new, behind=behind)
        return Choice(wake_at=wake, is_spread=is_spread)
    turns = in_turn(timely, new_went_last=new_went_last, last_new_source=budget.last_new_source)
    sent_at = counts_as_sent_at(budget, now=now) if is_spread else now
    # When to wake is asked as if these had gone already.
    after = replace(budget, last_sent_at=sent_at, busy=budget.busy + count)
    return Choice(
        going=turns[:count],
        sent_at=sent_at,
        wake_at=wake_at(after, now, new=max(new - count, 0))
        if is_spread
        else now + budget.interval_us,
        # More new runs may wait for the answer of the first, and go at once then.
        is_spread=is_spread and not (new and after.at_once),
    )
