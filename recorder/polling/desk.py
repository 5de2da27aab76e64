"""The store as the watch uses it: leases, due runs, permissions to send.

Invariant: what `permit` gives may be sent: its source is leased to this process, and its request is within the budget
of its key over all processes. Nothing here waits for a network.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from recorder.instants import MINUTE, SECOND
from recorder.schedule.cadence import Cadence, Urgency
from recorder.schedule.dispatch import Budget, sendable, wake_at
from recorder.store import budgets, leases
from recorder.store.budgets import Slot
from recorder.store.due import (
    Due,
    Overdue,
    SourceRow,
    due_runs,
    in_flight_count,
    mark_told,
    next_due_at,
    overdue_runs,
    refuse,
    source_rows,
    undone_count,
)
from recorder.store.engine import Database

SEND_WITHIN_US = 5 * SECOND
QUIET_AFTER_US = 15 * MINUTE
_AT_A_TIME = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """One key: its fingerprint, its requests in any 60 s, the sources that use it."""

    key_id: str
    rate: int
    source_ids: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One run that may be asked until `send_by`, microseconds since 1970 UTC."""

    due: Due
    slot: Slot
    send_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What may be sent now, and when to ask again for what may not."""

    permissions: list[Permission]
    wake_at: int


class Desk:
    """The store's side of one watch.

    Args:
        database: the store.
        cadence: the settings of the watch.
        stays: whether this process stays, and so shares the sources with others that do.
    """

    def __init__(self, database: Database, *, cadence: Cadence, stays: bool) -> None:
        self._database = database
        self._cadence = cadence
        self._stays = stays
        self._holder = leases.new_holder()
        self._held_until: dict[int, int] = {}
        self._renew_at = 0

    def sources(self, name: str | None = None) -> list[SourceRow]:
        """The sources of the store, or the one of a name."""
        with self._database.reading() as connection:
            return source_rows(connection, name)

    def renew(self, source_ids: Collection[int], *, now: int) -> None:
        """Take and renew leases, when it is time."""
        if now < self._renew_at:
            return
        most = None
        with self._database.writing() as connection:
            if self._stays:
                pollers = leases.announce(connection, self._holder, now=now)
                most = leases.fair_share(len(source_ids), pollers)
            self._held_until = leases.acquire(
                connection, source_ids, self._holder, now=now, most=most
            )
        self._renew_at = now + leases.RENEW_US

    def held(self, now: int) -> frozenset[int]:
        """The sources whose lease still runs."""
        return frozenset(s for s, until in self._held_until.items() if now < until)

    def leave(self) -> None:
        """Give every lease back."""
        with self._database.writing() as connection:
            leases.leave(connection, self._holder)
        self._held_until = {}

    def due(self, source_ids: Iterable[int], *, now: int) -> tuple[list[Due], int | None]:
        """Runs that are due, in the order in which they are to be asked; else when the next one is."""
        wanted = list(source_ids)
        with self._database.reading() as connection:
            found = due_runs(connection, wanted, now=now, limit=_AT_A_TIME)
            return found, None if found else next_due_at(connection, wanted)

    def permit(self, use: KeyUse, due: Sequence[Due], *, demand: int | None, now: int) -> Granted:
        """Permissions for the first of the due runs, as many as the key's budget gives now.

        Args:
            use: the key and its sources.
            due: runs of leased sources of this key, in the order in which they are to be asked.
            demand: requests that are wanted in 60 s; None: as many as the cadence would send.
            now: microseconds since 1970 UTC.
        """
        with self._database.reading() as connection:
            budget = budgets.load_budget(connection, use.key_id, rate=use.rate, now=now)
            if demand is None:
                demand = self._demand(in_flight_count(connection, use.source_ids))
        if not _sendable(budget, due, demand, now):
            return Granted(permissions=[], wake_at=wake_at(budget, now))
        with self._database.writing() as connection:
            budget = budgets.lock_budget(connection, use.key_id, rate=use.rate, now=now)
            count = _sendable(budget, due, demand, now)
            slots = budgets.take_slots(connection, use.key_id, count, now=now)
        permissions = [self._permission(d, s, now) for d, s in zip(due, slots, strict=False)]
        return Granted(permissions=permissions, wake_at=now + budget.interval_us)

    def _demand(self, in_flight: int) -> int:
        return in_flight * MINUTE // self._cadence.every_us

    def _permission(self, due: Due, slot: Slot, now: int) -> Permission:
        lease = self._held_until.get(due.source_id, now)
        return Permission(due=due, slot=slot, send_by=min(lease, now + SEND_WITHIN_US))

    def pause(self, key_id: str, *, until: int) -> None:
        """Send nothing with a key until then."""
        with self._database.writing() as connection:
            budgets.pause(connection, key_id, until=until)

    def refused(self, source_id: int, key_id: str | None, *, now: int) -> None:
        """Remember that a source's key was refused; None: that it works again."""
        with self._database.writing() as connection:
            refuse(connection, source_id, key_id, now=now)

    def undone(self, source_ids: Iterable[int], *, now: int) -> int:
        """How many runs are in flight, or have ended and may still move."""
        after = min(QUIET_AFTER_US, self._cadence.settle_us[-1])
        with self._database.reading() as connection:
            return undone_count(connection, source_ids, now=now, quiet_after_us=after)

    def newly_overdue(self, source_ids: Collection[int], *, now: int) -> list[Overdue]:
        """Runs of these sources that are overdue and were not told of; from now on they were."""
        with self._database.reading() as connection:
            found = overdue_runs(connection, self._cadence, now=now, untold=True)
        mine = [one for one in found if one.source_id in source_ids]
        if mine:
            with self._database.writing() as connection:
                mark_told(connection, mine, now=now)
        return mine


def _sendable(budget: Budget, due: Sequence[Due], demand: int, now: int) -> int:
    new = sum(1 for one in due if one.urgency == Urgency.NEW)
    return sendable(budget, new=new, due=len(due), demand=demand, now=now)
