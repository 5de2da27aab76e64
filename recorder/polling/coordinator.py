"""The store as a watch uses it: leases, due runs, permitted requests.

Invariant: a permitted request belongs to a source that is leased to this process, and lies within the budget of its key
over all processes.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from recorder.instants import SECOND
from recorder.polling.fetchers import PollRequest
from recorder.polling.timer import Timer
from recorder.schedule.cadence import Cadence, Urgency
from recorder.schedule.dispatch import (
    FOLLOW_UPS,
    WINDOW_US,
    Budget,
    follow_up_pause_us,
    in_turn,
    sendable,
    sendable_pages,
    wake_at,
    without_early,
)
from recorder.schedule.sharing import Role
from recorder.store.engine import Connection, Database
from recorder.store.read.due import (
    Due,
    due_count,
    due_pages,
    due_runs,
    next_due_at,
    wanted_in_a_minute,
)
from recorder.store.read.overdue_runs import Overdue, overdue_runs
from recorder.store.sharing import key_budgets, leases
from recorder.store.sharing.key_budgets import Slot
from recorder.store.sharing.shared_clock import ahead_us
from recorder.store.write.watch_rows import follow_clock, mark_notified

SEND_WITHIN_US = 5 * SECOND
_AT_A_TIME = 64
Count: TypeAlias = Callable[[Budget], int]  # of requests that a budget gives now


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """One key: its fingerprint, its requests in any 60 s, and the names of the sources that use it, by id."""

    key_id: str
    rate: int
    sources: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The requests that may be sent now, and when to ask for more."""

    requests: list[PollRequest]
    wake_at: int


@dataclass(slots=True)
class Coordinator:
    """The store's side of one watch.

    Args:
        database: the store.
        cadence: the settings of the watch.
        clock: microseconds since 1970 UTC; all instants here are by it, not by the store's own.
        role: how this process shares the sources with others.
    """

    database: Database
    cadence: Cadence
    clock: Callable[[], int]
    role: Role = Role.ONE_SHOT
    _leased_until: dict[int, int] = field(default_factory=dict)
    _busy_until: dict[int, int] = field(default_factory=dict)
    _new_went_last: dict[str, bool] = field(default_factory=dict)
    _may_gain: frozenset[int] = frozenset()
    _wanted: frozenset[int] = frozenset()
    _ahead_us: int = 0
    _holder: str = field(default_factory=leases.new_holder)
    _renewal: Timer = field(default_factory=partial(Timer, leases.RENEW_US))

    def renew(
        self, source_ids: Iterable[int], *, now: int, under_way: Collection[int] = ()
    ) -> None:
        """Take and renew leases, when it is time or the wanted sources have changed.

        Args:
            source_ids: the sources that are wanted.
            now: microseconds since 1970 UTC.
            under_way: sources with requests under way.
        """
        wanted = frozenset(source_ids)
        if wanted == self._wanted and not self._renewal.is_time(now):
            return

        def acquire(connection: Connection) -> tuple[dict[int, int], dict[int, int]]:
            self._ahead_us = ahead_us(connection, self.clock)
            shared_now = self._shared_clock()
            leased = leases.acquire(
                connection,
                wanted,
                self._holder,
                now=shared_now,
                share=self._share(connection, wanted, shared_now),
                under_way=under_way,
            )
            follow_clock(connection, leased, now=self.clock())
            key_budgets.repair(connection, self._shared_clock)
            return leased, leases.lease_ends(connection, wanted - leased.keys())

        leased, busy = self.database.write(acquire)
        self._note_busy(busy)
        self._leased_until = {one: until - self._ahead_us for one, until in leased.items()}
        self._wanted = wanted
        self._renewal.start(now)

    def _shared_clock(self) -> int:
        """Return the time that leases and budgets of all processes go by; see `store.clock`."""
        return self.clock() + self._ahead_us

    def _note_busy(self, busy: dict[int, int]) -> None:
        self._busy_until = {one: self._busy_until.get(one, until) for one, until in busy.items()}
        same = (one for one, until in busy.items() if self._busy_until[one] == until)
        self._may_gain = frozenset(same)

    @property
    def may_gain(self) -> bool:
        """Whether the lease of another process on a wanted source was not renewed since it was first seen."""
        return bool(self._may_gain)

    def _share(
        self, connection: Connection, wanted: frozenset[int], now: int
    ) -> frozenset[int] | None:
        """Return the sources that a service or viewer may lease; None for a one-shot process, which takes free ones."""
        if self.role is Role.ONE_SHOT:
            return None
        is_viewer = self.role is Role.VIEWER
        return leases.claim(connection, self._holder, wanted, now=now, is_viewer=is_viewer)

    def leased(self, now: int) -> frozenset[int]:
        """Return the sources that are leased to this process at that instant."""
        return frozenset(s for s, until in self._leased_until.items() if now < until)

    def leave(self, *, keep: Collection[int] = ()) -> None:
        """Release every lease; nothing is permitted any more.

        Args:
            keep: sources with requests under way, whose leases run out by themselves.
        """
        until = self._shared_clock() + key_budgets.LONGEST_REQUEST_US
        self.database.write(leases.leave, self._holder, keep=keep, until=until)
        self._leased_until = {}

    def due(self, source_ids: Iterable[int], *, now: int) -> tuple[list[Due], int | None]:
        """Return the due runs, the next one first, and when another one becomes due."""
        wanted = list(source_ids)
        with self.database.reading() as connection:
            found = due_runs(connection, wanted, now=now, limit=_AT_A_TIME)
            return found, next_due_at(connection, wanted, now=now)

    def due_pages(self, source_ids: Iterable[int], *, now: int) -> list[Due]:
        """Return pages of items that are due, the next one first."""
        return self.database.read(due_pages, source_ids, now=now, limit=_AT_A_TIME)

    def permit(
        self, use: KeyUse, due: Sequence[Due], *, most: int, now: int, pass_at: int | None = None
    ) -> Grant:
        """Return requests for as many of the due runs as the key's budget gives now.

        Args:
            use: the key, with its sources.
            due: runs of leased sources of this key, at least one, the next one first.
            most: how many requests at the most.
            now: microseconds since 1970 UTC.
            pass_at: for a single pass over what was due then; None for a watch that goes on.
        """
        if due[0].urgency == Urgency.ITEMS:
            return self._permit_pages(use, due, most=most, now=now, pass_at=pass_at)
        shared_now = now + self._ahead_us
        with self.database.reading() as connection:
            budget = key_budgets.load_budget(connection, use.key_id, rate=use.rate, now=shared_now)
            demand = self._demand(connection, use, budget.busy, pass_at)
            wanted = demand - (0 if pass_at is None else budget.busy)
            # `due` holds only the first of them.
            is_later = any(one.urgency in FOLLOW_UPS for one in due)
            of_key, at = use.sources, pass_at or now
            later = due_count(connection, of_key, now=at, later=True) if is_later else 0
            pause_us = follow_up_pause_us(budget, due=later, wanted=wanted)
            timely = without_early(budget, due, pause_us=pause_us, now=shared_now)
            if not timely:
                wake = budget.last_follow_up_at + pause_us
                return Grant(requests=[], wake_at=wake - self._ahead_us)
            demand += WINDOW_US // pause_us if pause_us else 0
            behind = demand > use.rate and self._is_behind(
                connection, use, timely, budget, pause_us=pause_us, now=now
            )
        new = sum(1 for one in timely if one.urgency == Urgency.NEW)
        count = partial(
            sendable, new=new, due=len(timely), demand=demand, now=shared_now, behind=behind
        )
        if not count(budget):
            wake = wake_at(budget, shared_now, new=new, behind=behind)
            return Grant(requests=[], wake_at=wake - self._ahead_us)
        return self._grant(use, timely, count, most, now)

    def _permit_pages(
        self, use: KeyUse, due: Sequence[Due], *, most: int, now: int, pass_at: int | None
    ) -> Grant:
        """Return requests for as many pages of items as their part of the budget gives now."""
        shared_now = now + self._ahead_us
        with self.database.reading() as connection:
            budget = key_budgets.load_budget(connection, use.key_id, rate=use.rate, now=shared_now)
            demand = self._demand(connection, use, budget.busy - budget.busy_items, pass_at)
        count = partial(sendable_pages, due=len(due), demand=demand, now=shared_now)
        nothing = Grant(requests=[], wake_at=now + SECOND)
        return self._grant(use, due, count, most, now) if count(budget) else nothing

    def _grant(self, use: KeyUse, due: Sequence[Due], count: Count, most: int, now: int) -> Grant:
        """Take as many slots as `count` says of the locked budget, and return the requests that they permit."""
        shared_now = now + self._ahead_us

        def take(connection: Connection) -> tuple[list[Due], list[Slot]]:
            budget = key_budgets.lock_budget(connection, use.key_id, rate=use.rate, now=shared_now)
            new_went_last = self._new_went_last.get(use.key_id, False)
            last_new = budget.last_new_source
            turns = in_turn(due, new_went_last=new_went_last, last_new_source=last_new)
            going = turns[: min(count(budget), most)]
            new_sources = [one.source_id for one in going if one.urgency == Urgency.NEW]
            slots = key_budgets.take_slots(
                connection,
                use.key_id,
                len(going),
                now=shared_now,
                new_source=new_sources[-1] if new_sources else None,
                is_follow_up=any(one.urgency in FOLLOW_UPS for one in going),
                is_items=due[0].urgency == Urgency.ITEMS,
            )
            return going, slots

        going, slots = self.database.write(take)
        if going:
            self._new_went_last[use.key_id] = going[-1].urgency == Urgency.NEW
        requests = [
            PollRequest(
                due=one,
                source=use.sources[one.source_id],
                slot=slot,
                send_by=min(self._leased_until.get(one.source_id, now), now + SEND_WITHIN_US),
            )
            for one, slot in zip(going, slots, strict=True)
        ]
        return Grant(requests=requests, wake_at=now + Budget(rate=use.rate).interval_us)

    def release_slots(self, connection: Connection, ended: Iterable[tuple[Slot, int]]) -> None:
        """Release the slots of requests that are over, in the transaction that records their answers."""
        key_budgets.release(connection, ((slot, at + self._ahead_us) for slot, at in ended))

    def pause_key(self, connection: Connection, key_id: str, *, until: int) -> None:
        """Pause a key until that instant, in the transaction that records its 429."""
        key_budgets.pause(connection, key_id, until=until + self._ahead_us)

    def pause_keys(self, key_ids: Iterable[str]) -> None:
        """Pause these keys for a minute, because our clock was set forward and skipped a part of the last one."""

        def pause(connection: Connection) -> None:
            for key_id in sorted(key_ids):
                key_budgets.pause_minute(connection, key_id, now=self._shared_clock())

        self.database.write(pause)

    def _demand(self, connection: Connection, use: KeyUse, busy: int, pass_at: int | None) -> int:
        """Return how many requests new runs and those in flight want in 60 s.

        A single pass counts those to come, and all requests of the last 60 s.
        """
        if pass_at is not None:
            return busy + due_count(connection, use.sources, now=pass_at)
        every_us = self.cadence.every_us
        return wanted_in_a_minute(connection, use.sources, every_us=every_us)

    def _is_behind(
        self,
        connection: Connection,
        use: KeyUse,
        due: Sequence[Due],
        budget: Budget,
        *,
        pause_us: int,
        now: int,
    ) -> bool:
        """Return whether a run of another process with the same key is the next one."""
        others = leases.leased_by_others(
            connection, use.sources, self._holder, now=now + self._ahead_us
        )
        waiting = due_runs(connection, others, now=now, limit=1) if others else []
        timely = without_early(
            budget, sorted([*due, *waiting]), pause_us=pause_us, now=now + self._ahead_us
        )
        first, *_ = in_turn(timely, new_went_last=False, last_new_source=budget.last_new_source)
        return first in waiting

    def overdue(self, source_ids: Collection[int], *, now: int, new: bool = False) -> list[Overdue]:
        """Return the overdue runs of these sources; of `new` ones those that no process has reported."""
        found = self.database.read(overdue_runs, self.cadence, now=now, not_notified=new)
        return [one for one in found if one.source_id in source_ids]

    def newly_overdue(self, source_ids: Collection[int], *, now: int) -> list[Overdue]:
        """Return the overdue runs of these sources that no process has reported, and mark them as reported."""
        found = self.overdue(source_ids, now=now, new=True)
        return self.database.write(mark_notified, found, now=now) if found else []
