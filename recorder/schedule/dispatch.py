"""How many of the due runs are asked now: the budget of one key, spent evenly when it is short.

Invariant: a pure function; never more than the budget has left. A short pass goes at once; when more is wanted than
the budget gives, requests are spread evenly over the minute, and runs never asked before may use half of what is free.
Must not read the clock.
"""

from dataclasses import dataclass

from recorder.instants import MINUTE

WINDOW_US = MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """One key's requests; instants in microseconds since 1970 UTC.

    Attributes:
        rate: requests in any 60 s.
        busy: requests that still count against the present 60 s.
        last_sent_at: the last request, None for none.
        paused_until: what the API asked for (429); None when it did not.
    """

    rate: int
    busy: int = 0
    last_sent_at: int | None = None
    paused_until: int | None = None

    @property
    def free(self) -> int:
        """Requests that may be sent now at all."""
        return max(self.rate - self.busy, 0)

    @property
    def interval_us(self) -> int:
        """The pause between requests that are spread evenly."""
        return -(-WINDOW_US // self.rate)


def sendable(budget: Budget, *, new: int, due: int, demand: int, now: int) -> int:
    """How many requests go now, the never asked first.

    Args:
        budget: the key's.
        new: due runs that were never asked.
        due: all due runs, the new ones included.
        demand: requests that the watch would send in 60 s if it could.
        now: microseconds since 1970 UTC.
    """
    if budget.paused_until is not None and now < budget.paused_until:
        return 0
    if demand <= budget.rate:
        return min(due, budget.free)
    at_once = min(new, (budget.free + 1) // 2)
    return min(max(at_once, _paced(budget, now)), due, budget.free)


def _paced(budget: Budget, now: int) -> int:
    if budget.last_sent_at is None:
        return 1
    return int(now - budget.last_sent_at >= budget.interval_us)


def wake_at(budget: Budget, now: int) -> int:
    """When to look again after nothing could be sent."""
    if budget.paused_until is not None and now < budget.paused_until:
        return budget.paused_until
    if budget.last_sent_at is None:
        return now
    return max(now, budget.last_sent_at + budget.interval_us)
