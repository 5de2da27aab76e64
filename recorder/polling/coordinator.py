"""The store as a watch uses it: leases, due runs, permitted requests.

Invariant: a permitted request belongs to a source that is leased to this process, and lies within the budget of its key
over all processes.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct, field

from recorder.instants import SECOND
from recorder.polling.fetchers import PollRequest
from recorder.polling.permits import Choice, Demand, KeyUse, choose
from recorder.polling.timer import Timer
from recorder.schedule.cadence import Cadence, Urgency
from recorder.schedule.dispatch import (
    FOLLOW_UPS,
    Budget,
    by_gain,
    cycle_us,
    in_turn,
    ripe_at,
    without_early,
)
from recorder.schedule.sharing import Role
from recorder.store.engine import Connection, Database
from recorder.store.read.due import (
    Due,
    due_counts,
    due_pages,
    due_runs,
    next_due_at,
    wanted_in_a_minute,
)
from recorder.store.read.overdue_runs import Overdue, overdue_runs
from recorder.store.revision import refuse_upgraded
from recorder.store.sharing import key_budgets, leases
from recorder.store.sharing.key_budgets import Slot
from recorder.store.sharing.shared_clock import ahead_us
from recorder.store.write.watch_rows import follow_clock, mark_notified

SEND_WITHIN_US = 5 * SECOND
_AT_A_TIME = 256
_LONGEST_SLEEP_US = SECOND


class Grant(Struct, frozen=True, kw_only=True):
    """The requests that may be sent now, and when to ask for more."""

    requests: list[PollRequest]
    wake_at: int


class Coordinator(Struct):
    """The store's side of one watch.

    Args:
        database: the store.
        cadence: the settings of the watch.
        clock: microseconds since 1970 UTC; all instants here are by it, not by the store's own.
        role: how this process shares the sources with others.

    Attributes:
        cycles_us: the time in which round robin polls each run in flight of a source once, by source id, where it is known.
    """

    database: Database
    cadence: Cadence
    clock: Callable[[], int]
    role: Role = Role.ONE_SHOT
    _leased_until: dict[int, int] = field(default_factory=dict)
    _busy_until: dict[int, int] = field(default_factory=dict)
    _new_went_last: set[str] = field(default_factory=set)
    _asleep_until: dict[int, int] = field(default_factory=dict)
    cycles_us: dict[int, int] = field(default_factory=dict)
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

        Raises:
            StoreNewerError: a newer program has upgraded the store.
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
            # Of these alone: another process follows the clock for those that it polls.
            follow_clock(connection, leased, now=self.clock())
            key_budgets.repair(connection, self._shared_clock)
            refuse_upgraded(self.database, connection)
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
        # Longer than any request: nobody polls such a source before its answers are there.
        until = self._shared_clock() + key_budgets.LONGEST_REQUEST_US
        self.database.write(leases.leave, self._holder, keep=keep, until=until)
        self._leased_until = {}

    def due(self, source_ids: Iterable[int], *, now: int) -> tuple[list[Due], int | None]:
        """Return the due runs, the next one first, and when another one becomes due."""
        wanted = list(source_ids)
        with self.database.reading() as connection:
            found = due_runs(connection, wanted, now=now, limit=_AT_A_TIME)
            next_at = next_due_at(connection, wanted, now=now)
        every_us, cycles_us = self.cadence.every_us, self.cycles_us
        ripe = {one: ripe_at(one, cycles_us, every_us=every_us) for one in found}
        due = by_gain((one for one, at in ripe.items() if at <= now), cycles_us, now=now)
        later = [at for at in (next_at, *ripe.values()) if at is not None and at > now]
        return due, min(later, default=None)

    def due_pages(self, source_ids: Iterable[int], *, now: int) -> list[Due]:
        """Return pages of items that are due, the next one first."""
        return self.database.read(due_pages, source_ids, now=now, limit=_AT_A_TIME)

    def permit(
        self,
        wanted: Sequence[tuple[KeyUse, Sequence[Due]]],
        *,
        most: int,
        now: int,
        pass_at: int | None = None,
    ) -> list[Grant]:
        """Return for each key requests for as many of its due runs as its budget gives now.

        All are granted by one transaction. A key that another process has locked gets its requests the next time.

        Args:
            wanted: keys with their sources; of each at least one due run of leased sources, the next one first, or
                pages of items alone.
            most: how many requests at the most.
            now: microseconds since 1970 UTC.
            pass_at: for a single pass over what was due then; None for a watch that goes on.
        """
        shared_now, leased = now + self._ahead_us, self.leased(now)

        def take(connection: Connection) -> list[tuple[Choice, list[Slot]]]:
            rates = {use.key_id: use.rate for use, _ in wanted}
            budgets = key_budgets.lock_budgets(connection, rates, now=shared_now, waits=False)
            choices, takings, room = [], [], most
            for use, due, demand in self._with_demands(connection, wanted, now, pass_at):
                budget = budgets.get(use.key_id)
                choice = Choice(wake_at=shared_now)
                if budget is not None:
                    choice = choose(
                        budget,
                        due,
                        demand,
                        now=shared_now,
                        is_behind=partial(
                            self._is_behind,
                            connection,
                            use.sources.keys() - leased,
                            due,
                            budget,
                            now=now,
                        ),
                        new_went_last=use.key_id in self._new_went_last,
                    )
                choices.append(choice)
                takings.append(choice.taking(use.key_id, budget or Budget(rate=use.rate), room))
                room -= takings[-1].count
            slots = key_budgets.take_slots(connection, takings, now=shared_now)
            return [*zip(choices, slots, strict=True)]

        granted = zip(wanted, self.database.write(take), strict=True)
        return [self._grant(use, choice, slots, now) for (use, _), (choice, slots) in granted]

    def _grant(self, use: KeyUse, choice: Choice, slots: Sequence[Slot], now: int) -> Grant:
        going, wake = choice.going[: len(slots)], choice.wake_at - self._ahead_us
        if going:
            self._new_went_last.discard(use.key_id)
        if going and going[-1].urgency == Urgency.NEW:
            self._new_went_last.add(use.key_id)
        if choice.is_spread:
            self._asleep_until |= dict.fromkeys(use.sources, wake)
        requests = [
            PollRequest(
                due=one,
                source=use.sources[one.source_id],
                slot=slot,
                send_by=min(self._leased_until.get(one.source_id, now), now + SEND_WITHIN_US),
            )
            for one, slot in zip(going, slots, strict=True)
        ]
        return Grant(requests=requests, wake_at=wake)

    def wakes_at(self, source_id: int, now: int) -> int | None:
        """Return when the key of a source, whose budget is short, may send again; None where that is not soon to come."""
        # Only for a moment: its runs and the budget may have changed meanwhile, and the clock too.
        until = self._asleep_until.get(source_id, 0)
        return until if now < until <= now + _LONGEST_SLEEP_US else None

    def release_slots(self, connection: Connection, ended: Iterable[tuple[Slot, int]]) -> None:
        """Release the slots of requests that are over, in the transaction that records their answers."""
        key_budgets.release(connection, ((slot, at + self._ahead_us) for slot, at in ended))

    def pause_key(self, connection: Connection, key_id: str, *, until: int) -> None:
        """Pause a key until that instant, in the transaction that records its 429."""
        key_budgets.pause(connection, key_id, until=until + self._ahead_us)

    def pause_keys(self, key_ids: Iterable[str]) -> None:
        """Pause these keys for a minute, because our clock was set forward and skipped a part of the last one."""

        def pause(connection: Connection) -> None:
            for key_id in sorted(key_ids):  # the order of locks
                key_budgets.pause_minute(connection, key_id, now=self._shared_clock())

        self.database.write(pause)

    def _with_demands(
        self,
        connection: Connection,
        wanted: Sequence[tuple[KeyUse, Sequence[Due]]],
        now: int,
        pass_at: int | None,
    ) -> Iterator[tuple[KeyUse, Sequence[Due], Demand]]:
        """Yield each key and its due runs with what all its runs want."""
        sources = [source_id for use, _ in wanted for source_id in use.sources]
        # `due` holds only the first of them.
        waiting = [
            source_id
            for use, due in wanted
            if any(one.urgency in FOLLOW_UPS for one in due)
            for source_id in use.sources
        ]
        later = due_counts(connection, waiting, now=pass_at or now, later=True) if waiting else {}
        if pass_at is None:
            requests = wanted_in_a_minute(connection, sources, self.cadence)
        else:
            requests = due_counts(connection, sources, now=pass_at)
        for use, due in wanted:
            demand = Demand(
                requests=sum(requests[one] for one in use.sources)
                // (1000 if pass_at is None else 1),  # a minute's are given in thousandths
                follow_ups=sum(later.get(one, 0) for one in use.sources),
                is_pass=pass_at is not None,
            )
            if pass_at is None:
                self._note_cycle(use, demand.requests)
            yield use, due, demand

    def find_cycles(self, uses: Collection[KeyUse]) -> Mapping[int, int]:
        """Find and return `cycles_us`, for a pass, which is over before it needs them."""
        sources = [source_id for use in uses for source_id in use.sources]
        requests = self.database.read(wanted_in_a_minute, sources, self.cadence)
        for use in uses:
            self._note_cycle(use, sum(requests[one] for one in use.sources) // 1000)
        return self.cycles_us

    def _note_cycle(self, use: KeyUse, n_requests: int) -> None:
        cycle = cycle_us(use.rate, demand=n_requests, every_us=self.cadence.every_us)
        self.cycles_us |= dict.fromkeys(use.sources, cycle)

    def _is_behind(
        self,
        connection: Connection,
        foreign: Collection[int],
        due: Sequence[Due],
        budget: Budget,
        pause_us: int,
        *,
        now: int,
    ) -> bool:
        """Return whether a run of another process with the same key, in one of these sources, is the next one."""
        shared_now = now + self._ahead_us
        others = foreign and leases.leased_by_others(
            connection, foreign, self._holder, now=shared_now
        )
        if not others:
            return False
        waiting = due_runs(connection, others, now=now, limit=_AT_A_TIME)
        ordered = by_gain(sorted([*due, *waiting]), self.cycles_us, now=now)
        timely = without_early(budget, ordered, pause_us=pause_us, now=shared_now)
        first, *_ = in_turn(timely, new_went_last=False, last_new_source=budget.last_new_source)
        return first in waiting

    def overdue(self, source_ids: Collection[int], *, now: int, new: bool = False) -> list[Overdue]:
        """Return the overdue runs of these sources; of `new` ones those that no process has reported."""
        return self.database.read(
            overdue_runs, self.cadence, now=now, source_ids=source_ids, not_notified=new
        )

    def newly_overdue(self, source_ids: Collection[int], *, now: int) -> list[Overdue]:
        """Return the overdue runs of these sources that no process has reported, and mark them as reported."""
        found = self.overdue(source_ids, now=now, new=True)
        return self.database.write(mark_notified, found, now=now) if found else []
