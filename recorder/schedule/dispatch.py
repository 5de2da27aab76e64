"""How many due runs are polled now, and which first: the budget of one key, spent evenly when it is short.

Invariant: never more than the budget has left. A demand within the budget goes at once; a larger one is spread evenly
over the minute, and of the runs in flight that one goes first whose poll is worth most (`gain`). New runs may use half of
the budget at once; beyond that they take turns with runs in flight, and sources that share a key take turns with their
new runs. Follow-up polls get what these leave, evenly; one that has waited gets every fifth of the requests that are
spread, or every sixth while new runs go.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Protocol, TypeVar

from msgspec import Struct

from recorder.instants import MINUTE, SECOND
from recorder.schedule.cadence import Urgency
from recorder.schedule.gain import LikelyEnd, gain

WINDOW_US = MINUTE
SMALL_PART = 5
"""Items get at most one in so many requests, follow-up polls that have waited at least one."""
FOLLOW_UPS = (Urgency.WAITED, Urgency.LATER)
_GRACE_US = SECOND // 4


class Urgent(Protocol):
    """A run that waits for its poll."""

    @property
    def urgency(self) -> int:
        """A value of `Urgency`."""

    @property
    def source_id(self) -> int:
        """The number of its source."""


class InFlight(Urgent, Protocol):
    """A due run as far as its turn depends on what its last poll showed; instants in microseconds since 1970 UTC."""

    @property
    def due_at(self) -> int:
        """The instant from which it may be polled."""

    @property
    def last_polled_at(self) -> int | None:
        """The last poll; None where there is none."""

    @property
    def end_from_at(self) -> int | None:
        """The first instant of its likely end, as it was foretold at the last poll; None where nothing foretells it."""

    @property
    def end_until_at(self) -> int | None:
        """The last instant of its likely end; None where nothing foretells it."""

    @property
    def n_missed(self) -> int | None:
        """How often its foretold end passed without an end, below zero as in the row of `watch`; None for never."""


_T = TypeVar("_T", bound=Urgent)
_F = TypeVar("_F", bound=InFlight)


class Budget(Struct, frozen=True, kw_only=True):
    """The requests of one key; instants in microseconds since 1970 UTC.

    Attributes:
        rate: requests in any 60 s.
        busy: requests that count against the present 60 s.
        free_at: when the first of these counts no more; None for none.
        last_sent_at: the last request; None for none.
        paused_until: until when the API asked for a pause (429); None where it did not.
        last_new_source: the source of the new run that was polled last; 0 for none.
        last_follow_up_at: the last follow-up poll; 0 for none.
        busy_items: those of the busy ones that were for items.
    """

    rate: int
    busy: int = 0
    free_at: int | None = None
    last_sent_at: int | None = None
    paused_until: int | None = None
    last_new_source: int = 0
    last_follow_up_at: int = 0
    busy_items: int = 0

    @property
    def free(self) -> int:
        """Requests that the budget has left."""
        return max(self.rate - self.busy, 0)

    @property
    def interval_us(self) -> int:
        """The pause between requests that are spread evenly."""
        # Rounded up: rounded down, one more than the rate would fit into the window.
        return -(-WINDOW_US // self.rate)

    @property
    def at_once(self) -> int:
        """Requests that need not be spread: half of the budget is left for those that are."""
        return max(self.rate // 2 - self.busy, 0)


def sendable(
    budget: Budget, *, new: int, due: int, demand: int, now: int, behind: bool = False
) -> int:
    """Return how many requests go now, those of new runs first.

    Args:
        budget: the key's.
        new: due runs that were never polled.
        due: all due runs, the new ones included.
        demand: requests that the watch would send in 60 s if it could, without follow-up polls.
        now: microseconds since 1970 UTC.
        behind: whether a run of another process with this key has waited for longer.
    """
    if budget.paused_until is not None and now < budget.paused_until:
        return 0
    if demand <= budget.rate:
        return min(due, budget.free)
    # A run that was never polled may be over soon: its first state is lost if it waits.
    at_once = min(new, budget.at_once)
    return at_once or min(due, budget.free, _in_turn_now(budget, new=new, now=now, behind=behind))


def sendable_pages(budget: Budget, *, due: int, demand: int, now: int) -> int:
    """Return how many requests for items go now: what no run wants, and at most a fifth of the budget, but one.

    Args:
        budget: the key's.
        due: pages that are due.
        demand: requests for runs that the watch would send in 60 s.
        now: microseconds since 1970 UTC.
    """
    if budget.paused_until is not None and now < budget.paused_until:
        return 0
    # One at least, or a key of less than 5 requests a minute would never capture any.
    share = min(max(budget.rate // SMALL_PART, 1), budget.rate - demand)
    return max(min(due, budget.free, share - budget.busy_items), 0)


def follow_up_pause_us(budget: Budget, *, due: int, wanted: int) -> int:
    """Return the pause between follow-up polls; 0 where the budget gives all that are due at once.

    Args:
        budget: the key's.
        due: all follow-up polls that are due.
        wanted: requests that new runs and those in flight would take in 60 s without a budget.
    """
    left = budget.rate - wanted
    if due <= min(left, budget.free):
        return 0
    # Also where runs in flight want more than there is: else no follow-up poll would ever go.
    assured_us = SMALL_PART * budget.interval_us
    return min(assured_us, WINDOW_US // left) if left > 0 else assured_us


def without_early(budget: Budget, due: Sequence[_T], *, pause_us: int, now: int) -> list[_T]:
    """Return the due runs without the follow-up polls that this pause between them puts off."""
    # A last one that lies ahead means that the clock was set back.
    is_early = 0 <= now - budget.last_follow_up_at < pause_us
    most = 0 if is_early else 1 if pause_us else len(due)
    later = [one for one in due if one.urgency in FOLLOW_UPS]
    return [one for one in due if one.urgency not in FOLLOW_UPS] + later[:most]


def _in_turn_now(budget: Budget, *, new: int, now: int, behind: bool) -> int:
    """Return how many of the requests that are spread have their turn: several where their pause is a moment."""
    # A round that comes late sends what had its turn meanwhile, but no burst after a longer gap.
    late_us = now - _spread_at(budget, new=new, behind=behind)
    return 0 if late_us < 0 else 1 + min(late_us, _GRACE_US) // _pause_us(budget, new=new)


def counts_as_sent_at(budget: Budget, *, now: int) -> int:
    """Return when the request of this moment counts as sent: a little late, it holds up none of those that follow."""
    at = _spread_at(budget, new=0, behind=False)
    return at if now - _GRACE_US <= at <= now else now


def _spread_at(budget: Budget, *, new: int, behind: bool) -> int:
    """Return when the next request goes."""
    if budget.last_sent_at is None:
        return 0
    # A process that is behind leaves the other one a moment: else the one nearer to the store takes every slot.
    grace_us = min(_GRACE_US, budget.interval_us) if behind else 0
    return budget.last_sent_at + _pause_us(budget, new=new) + grace_us


def _pause_us(budget: Budget, *, new: int) -> int:
    """Return the pause that makes the free requests last until more are free: no gap follows a burst."""
    if budget.free_at is None or budget.last_sent_at is None:
        return budget.interval_us
    even_us = min(budget.free_at - budget.last_sent_at, WINDOW_US) // max(budget.free, 1)
    return max(budget.interval_us, even_us // (2 if new else 1))


def wake_at(budget: Budget, now: int, *, new: int = 0, behind: bool = False) -> int:
    """Return when to try again after nothing could be sent, microseconds since 1970 UTC."""
    if budget.paused_until is not None and now < budget.paused_until:
        return budget.paused_until
    if not budget.free and budget.free_at is not None:
        return max(now, budget.free_at)
    return max(now, _spread_at(budget, new=new, behind=behind))


def cycle_us(rate: int, *, demand: int, every_us: int) -> int:
    """Return the time in which round robin polls each run in flight once; the cadence where the budget allows it.

    Args:
        rate: requests of the key in any 60 s.
        demand: requests that new runs and those in flight want in 60 s.
        every_us: the cadence.
    """
    return every_us * max(demand, rate) // rate


def ripe_at(run: InFlight, cycles_us: Mapping[int, int], *, every_us: int) -> int:
    """Return the instant from which a due run is polled.

    Where the budget is short, runs that are polled at their usual pace leave a tenth of it to those near their likely end.

    Args:
        run: the due run.
        cycles_us: the cycle of each source's key (`cycle_us`), by source id; the budget is not short where it is missing.
        every_us: the cadence.
    """
    is_short = cycles_us.get(run.source_id, 0) > every_us
    if not is_short or run.urgency != Urgency.IN_FLIGHT or run.last_polled_at is None:
        return run.due_at
    return run.due_at + (every_us // 10 if run.due_at - run.last_polled_at >= every_us else 0)


def by_gain(due: Iterable[_F], cycles_us: Mapping[int, int], *, now: int) -> list[_F]:
    """Return due runs by urgency, those in flight by what a poll of each is worth.

    Args:
        due: in the order of `due_at`.
        cycles_us: the cycle of each source's key (`cycle_us`), by source id; it is short where it is missing.
        now: microseconds since 1970 UTC.
    """

    def order(one: _F) -> tuple[int, float]:
        if one.urgency != Urgency.IN_FLIGHT or one.last_polled_at is None:
            return one.urgency, 0
        # A last poll later than the next one means that the clock was set back: its wait began by then at the latest.
        before = min(one.last_polled_at, one.due_at)
        left = None
        if one.end_from_at is not None and one.end_until_at is not None:
            # Counted from the last poll; an end that was foretold at an earlier one may begin before it.
            left = LikelyEnd(max(one.end_from_at - before, 0), one.end_until_at - before)
        return one.urgency, -gain(
            waited_us=now - before,
            pause_us=one.due_at - before,
            left=left,
            n_missed=abs(one.n_missed or 0),
            cycle_us=cycles_us.get(one.source_id, 0),
        )

    return sorted(due, key=order)


def in_turn(due: Sequence[_T], *, new_went_last: bool, last_new_source: int) -> list[_T]:
    """Return the due runs, the next one first.

    Args:
        due: in the order of urgency; of follow-up polls those that may go now.
        new_went_last: whether the last request of this key was for a new run.
        last_new_source: the source of the new run that was polled last; 0 for none.
    """
    new = [one for one in due if one.urgency == Urgency.NEW]
    others = [one for one in due if one.urgency != Urgency.NEW]
    # The sort is stable: the runs keep their order by gain, behind follow-up polls that have waited too long.
    others.sort(key=lambda one: one.urgency != Urgency.WAITED)
    first = [one for one in others[:1] if new_went_last and one.urgency != Urgency.LATER]
    return [*first, *_by_turns(new, last_new_source), *others[len(first) :]]


def firsts_ahead(due: Sequence[_T]) -> list[_T]:
    """Return the first run of each source and urgency, then the others: none hides behind a crowd of another urgency."""
    firsts = {(one.source_id, one.urgency): one for one in reversed(due)}
    return sorted(due, key=lambda one: firsts[one.source_id, one.urgency] is not one)


def _by_turns(new: Sequence[_T], last_source: int) -> list[_T]:
    """Return one run of each source, then the next of each, beginning with the source after the last one."""
    seen = Counter[int]()
    turns = []
    for one in new:
        turns.append((seen[one.source_id], one.source_id <= last_source, one.source_id))
        seen[one.source_id] += 1
    return [one for _, one in sorted(zip(turns, new, strict=True), key=itemgetter(0))]
