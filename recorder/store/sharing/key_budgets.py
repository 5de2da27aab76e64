"""The budget of a key over all processes of one store: at most so many requests in any 60 s.

Invariant: a request takes a slot before it is sent; the slot is free again 60 s after the answer was read (the server
saw the request before that), or, when no answer was recorded, 60 s after the request must have ended. A slot that was
granted again in the meantime belongs to its new request. The store knows a key by its fingerprint. Locks are taken in one order: sources, the key, its slots by number.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import chain
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.exc import IntegrityError

from recorder.instants import HOUR, MINUTE, SECOND
from recorder.schedule.dispatch import WINDOW_US, Budget
from recorder.store.prepared import insert, update
from recorder.store.schema import key_budget, key_slot

# Generous: a request is over after 30 s, and is sent within 5 s of being granted.
LONGEST_REQUEST_US = 60 * SECOND
_CLOCK_SLACK_US = SECOND
_LONGEST_PAUSE_US = HOUR + MINUTE  # a longer Retry-After counts as an hour


_TAKE = update(key_slot, ("free_at", "is_items"), ("key_id", "slot"))
_ADD = insert(key_slot, ("key_id", "slot", "free_at", "is_items"))
_NOTE = update(key_budget, ("last_sent_at", "last_new_source", "last_follow_up_at"), ("key_id",))
# By `free_at` too: a slot that was granted again has another one, and stays taken.
_RELEASE = update(key_slot, ("free_at",), ("key_id", "slot", "free_at"))


class Slot(Struct, frozen=True, kw_only=True):
    """The right to send one request; it is taken until then, microseconds since 1970 UTC, unless it is released."""

    key_id: str
    number: int
    until: int


class Taking(Struct, frozen=True, kw_only=True):
    """Requests of one key that are granted together.

    Attributes:
        key_id: the key.
        budget: as it was locked.
        count: how many.
        sent_at: when the last of them counts as sent, microseconds since 1970 UTC; None for now.
        new_source: the source of the last of them that goes to a run never polled before; None where none does.
        is_follow_up: whether one of them is a follow-up poll.
        is_items: whether they are for items.
    """

    key_id: str
    budget: Budget
    count: int
    sent_at: int | None = None
    new_source: int | None = None
    is_follow_up: bool = False
    is_items: bool = False

    def note(self, now: int) -> tuple[int, int | None, int, str]:
        """Return what the key's row holds of its last requests, and the key."""
        new_source = self.new_source or self.budget.last_new_source or None
        follow_up_at = now if self.is_follow_up else self.budget.last_follow_up_at
        return self.sent_at or now, new_source, follow_up_at, self.key_id


def load_budgets(
    connection: sa.Connection, rates: Mapping[str, int], *, now: int
) -> dict[str, Budget]:
    """Return the budgets of keys as they stand.

    Args:
        connection: a transaction.
        rates: each key's requests in any 60 s.
        now: microseconds since 1970 UTC.
    """
    # `count` takes no null: slots for polls count as none.
    is_items = sa.case((key_slot.c.is_items == sa.true(), 1))
    counted = (
        sa.func.count(key_slot.c.slot).label("busy"),
        sa.func.min(key_slot.c.free_at).label("free_at"),
        sa.func.count(is_items).label("busy_items"),
    )
    is_busy = (key_slot.c.key_id == key_budget.c.key_id) & (key_slot.c.free_at > now)
    statement = (
        sa.select(key_budget, *counted)
        .outerjoin(key_slot, is_busy)
        .where(key_budget.c.key_id.in_(rates))
        .group_by(key_budget.c.key_id)
    )
    stored = {row.key_id: row for row in connection.execute(statement)}
    return {key_id: _budget(rate, stored.get(key_id)) for key_id, rate in rates.items()}


def _budget(rate: int, stored: sa.Row[Any] | None) -> Budget:
    if stored is None:
        return Budget(rate=rate)
    return Budget(
        rate=rate,
        busy=stored.busy,
        free_at=stored.free_at,
        last_sent_at=stored.last_sent_at,
        paused_until=stored.paused_until,
        last_new_source=stored.last_new_source or 0,
        last_follow_up_at=stored.last_follow_up_at or 0,
        busy_items=stored.busy_items,
    )


def lock_budgets(
    connection: sa.Connection, rates: Mapping[str, int], *, now: int, waits: bool = True
) -> dict[str, Budget]:
    """Return the budgets of keys, locked: no other transaction grants requests of them until this one ends.

    Args:
        connection: a writing transaction.
        rates: each key's requests in any 60 s.
        now: microseconds since 1970 UTC.
        waits: whether it waits for keys that another transaction has locked, and does not leave them out.
    """
    this_key = key_budget.c.key_id.in_(rates)
    # Everybody locks keys in this order, so that no two processes wait for each other.
    stored = sa.select(key_budget.c.key_id).where(this_key).order_by(key_budget.c.key_id)
    lock = stored.with_for_update(skip_locked=not waits)
    locked = connection.execute(lock).scalars().all()
    if len(locked) < len(rates):
        # A key that `locked` lacks may be there, and only be locked by another process.
        _add(connection, sorted(rates.keys() - connection.execute(stored).scalars()))
        locked = connection.execute(lock).scalars().all()
    # Counted after the lock: what others granted meanwhile is in it.
    return load_budgets(connection, {key_id: rates[key_id] for key_id in locked}, now=now)


def _add(connection: sa.Connection, key_ids: Iterable[str]) -> None:
    for key_id in key_ids:
        # Another process may add the same key at the same moment: its row is taken, once it is committed.
        with suppress(IntegrityError), connection.begin_nested():
            connection.execute(sa.insert(key_budget).values(key_id=key_id))


def repair(connection: sa.Connection, clock: Callable[[], int]) -> None:
    """Repair budgets where the clock was set back: count what lies ahead of it as if it had begun now.

    Args:
        connection: a writing transaction.
        clock: microseconds since 1970 UTC, as all processes on the store have it.
    """
    ahead = (
        sa.select(key_budget.c.key_id, key_budget.c.last_sent_at)
        .where(key_budget.c.last_sent_at > clock() + _CLOCK_SLACK_US)
        .order_by(key_budget.c.key_id)
        .with_for_update()
    )
    found = connection.execute(ahead).all()
    now = clock()  # the lock may have been waited for
    for key_id, last_sent_at in found:
        by = last_sent_at - now
        if by <= _CLOCK_SLACK_US:
            continue
        slots = sa.update(key_slot).where(key_slot.c.key_id == key_id, key_slot.c.free_at > now)
        connection.execute(slots.values(free_at=key_slot.c.free_at - by))
        connection.execute(
            sa.update(key_budget)
            .where(key_budget.c.key_id == key_id)
            # The pause keeps its length from now on.
            .values(last_sent_at=now, paused_until=key_budget.c.paused_until - by)
        )
    _shorten(connection, now)


def _shorten(connection: sa.Connection, now: int) -> None:
    """Shorten what is longer than any pause or request can be: a clock that was ahead wrote its end, not its beginning."""
    paused = sa.update(key_budget).where(key_budget.c.paused_until > now + _LONGEST_PAUSE_US)
    connection.execute(paused.values(paused_until=now + WINDOW_US))
    longest = WINDOW_US + LONGEST_REQUEST_US + _CLOCK_SLACK_US
    busy = sa.update(key_slot).where(key_slot.c.free_at > now + longest)
    connection.execute(busy.values(free_at=now + WINDOW_US))


def take_slots(
    connection: sa.Connection, takings: Iterable[Taking], *, now: int
) -> list[list[Slot]]:
    """Grant requests of keys whose budgets are locked and have so many left; return the slots of each taking.

    Args:
        connection: a writing transaction.
        takings: one of a key.
        now: microseconds since 1970 UTC.
    """
    takings = list(takings)
    until = now + LONGEST_REQUEST_US + WINDOW_US
    numbers = _free_slots(connection, {one.key_id: one.count for one in takings if one.count}, now)
    values = {one.key_id: (until, one.is_items) for one in takings}
    _TAKE.many(connection, [(*values[k], k, n) for k, (free, _) in numbers.items() for n in free])
    _ADD.many(connection, [(k, n, *values[k]) for k, (_, more) in numbers.items() for n in more])
    _NOTE.many(connection, [one.note(now) for one in takings if one.count])
    return [
        [
            Slot(key_id=one.key_id, number=number, until=until)
            for number in chain(*numbers.get(one.key_id, ()))
        ]
        for one in takings
    ]


def _free_slots(
    connection: sa.Connection, counts: Mapping[str, int], now: int
) -> dict[str, tuple[list[int], range]]:
    """Return so many slots of each key: those that are free, and the numbers of those to be added."""
    if not counts:
        return {}
    this_key = key_slot.c.key_id.in_(counts)
    free = sa.select(key_slot.c.key_id, key_slot.c.slot).where(this_key, key_slot.c.free_at <= now)
    found: dict[str, list[int]] = {key_id: [] for key_id in counts}
    for key_id, number in connection.execute(free.order_by(key_slot.c.slot)):
        found[key_id].append(number)
    lacking = [key_id for key_id, numbers in found.items() if len(numbers) < counts[key_id]]
    last = sa.select(key_slot.c.key_id, sa.func.max(key_slot.c.slot)).group_by(key_slot.c.key_id)
    of_lacking = connection.execute(last.where(key_slot.c.key_id.in_(lacking))) if lacking else ()
    lasts: dict[str, int] = dict(map(tuple, of_lacking))
    return {
        key_id: (
            found[key_id][:count],
            range(lasts.get(key_id, 0) + 1, lasts.get(key_id, 0) + 1 + count - len(found[key_id])),
        )
        for key_id, count in counts.items()
    }


def release(connection: sa.Connection, ended: Iterable[tuple[Slot, int]]) -> None:
    """Release the slots of requests 60 s after each was read; a slot that was granted again meanwhile stays.

    Args:
        connection: a writing transaction.
        ended: each slot with the instant at which its answer was read; for a request never sent, one long ago.
    """
    rows = [(at + WINDOW_US, slot.key_id, slot.number, slot.until) for slot, at in ended]
    # In one order, so that no two processes wait for each other's slots.
    _RELEASE.many(connection, sorted(rows, key=lambda row: row[1:]))


def short_keys(connection: sa.Connection) -> set[str]:
    """Return the keys whose runs are known to end faster than they can be asked."""
    is_short = key_budget.c.short_since.is_not(None)
    return set(connection.execute(sa.select(key_budget.c.key_id).where(is_short)).scalars())


def note_short(connection: sa.Connection, key_id: str, *, is_short: bool, now: int) -> bool:
    """Note whether a key's runs end faster than they can be asked; return whether that was not known."""
    since = key_budget.c.short_since
    statement = sa.update(key_budget).where(
        key_budget.c.key_id == key_id, since.is_(None) if is_short else since.is_not(None)
    )
    changed = connection.execute(statement.values(short_since=now if is_short else None))
    return bool(changed.rowcount)


def pause_minute(connection: sa.Connection, key_id: str, *, now: int) -> None:
    """Pause a key for a minute, by a clock that may be ahead."""
    pause(connection, key_id, until=now + WINDOW_US)
    this_key = sa.update(key_budget).where(key_budget.c.key_id == key_id)
    # This marks the clock that wrote the pause: set back, it shows by an instant that lies ahead.
    connection.execute(this_key.values(last_sent_at=now))


def pause(connection: sa.Connection, key_id: str, *, until: int) -> None:
    """Pause a key until then; an earlier, longer pause stays."""
    longer = sa.func.coalesce(key_budget.c.paused_until, 0) < until
    connection.execute(
        sa.update(key_budget)
        .where(key_budget.c.key_id == key_id, longer)
        .values(paused_until=until)
    )
