"""The budget of a key over all processes of one store: at most so many requests in any 60 s.

Invariant: a request takes a slot before it is sent; the slot is free again 60 s after the answer was read (the server
saw the request before that), or, when no answer was recorded, 60 s after the request must have ended. A slot that was
granted again in the meantime belongs to its new request. The store knows a key by its fingerprint. Locks are taken in one order: sources, the key, its slots by number.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from recorder.instants import HOUR, MINUTE, SECOND
from recorder.schedule.dispatch import WINDOW_US, Budget
from recorder.store.schema import key_budget, key_slot

LONGEST_REQUEST_US = (
    60 * SECOND
)  # generous: a request is over after 30 s, and is sent within 5 s of being granted
_CLOCK_SLACK_US = SECOND
_LONGEST_PAUSE_US = HOUR + MINUTE  # a longer Retry-After counts as an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The right to send one request; it is taken until then, microseconds since 1970 UTC, unless it is released."""

    key_id: str
    number: int
    until: int


def load_budget(connection: sa.Connection, key_id: str, *, rate: int, now: int) -> Budget:
    """Return the budget of a key as it stands."""
    stored = connection.execute(
        sa.select(key_budget).where(key_budget.c.key_id == key_id)
    ).one_or_none()
    n_items = sa.func.count(sa.case((key_slot.c.is_items == sa.true(), 1)))
    taken = sa.select(sa.func.count(), sa.func.min(key_slot.c.free_at), n_items).where(
        key_slot.c.key_id == key_id, key_slot.c.free_at > now
    )
    busy, free_at, busy_items = connection.execute(taken).one()
    return Budget(
        rate=rate,
        busy=busy,
        free_at=free_at,
        last_sent_at=stored.last_sent_at if stored else None,
        paused_until=stored.paused_until if stored else None,
        last_new_source=(stored.last_new_source if stored else None) or 0,
        last_follow_up_at=(stored.last_follow_up_at if stored else None) or 0,
        busy_items=busy_items,
    )


def lock_budget(connection: sa.Connection, key_id: str, *, rate: int, now: int) -> Budget:
    """Return the budget of a key, locked: no other transaction grants requests of it until this one ends."""
    statement = sa.select(key_budget.c.key_id).where(key_budget.c.key_id == key_id)
    if connection.execute(statement.with_for_update()).one_or_none() is None:
        _add(connection, key_id)
    return load_budget(connection, key_id, rate=rate, now=now)


def _add(connection: sa.Connection, key_id: str) -> None:
    # Another process may add the same key at the same moment: its row is taken, once it is committed.
    with suppress(IntegrityError), connection.begin_nested():
        connection.execute(sa.insert(key_budget).values(key_id=key_id))
    statement = sa.select(key_budget.c.key_id).where(key_budget.c.key_id == key_id)
    connection.execute(statement.with_for_update()).one()


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
    connection: sa.Connection,
    key_id: str,
    count: int,
    *,
    now: int,
    new_source: int | None = None,
    is_follow_up: bool = False,
    is_items: bool = False,
) -> list[Slot]:
    """Grant requests of a key whose budget is locked and has so many left.

    Args:
        connection: a writing transaction.
        key_id: the key.
        count: how many.
        now: microseconds since 1970 UTC.
        new_source: the source of the last of them that goes to a run never polled before; None where none does.
        is_follow_up: whether one of them is a follow-up poll.
        is_items: whether they are for items.
    """
    if count <= 0:
        return []
    free = (
        sa.select(key_slot.c.slot)
        .where(key_slot.c.key_id == key_id, key_slot.c.free_at <= now)
        .order_by(key_slot.c.slot)
        .limit(count)
        .with_for_update()
    )
    numbers = list(connection.execute(free).scalars())
    until = now + LONGEST_REQUEST_US + WINDOW_US
    if numbers:
        connection.execute(
            sa.update(key_slot)
            .where(key_slot.c.key_id == key_id, key_slot.c.slot.in_(numbers))
            .values(free_at=until, is_items=is_items)
        )
    numbers += _more_slots(
        connection, key_id, count - len(numbers), {"free_at": until, "is_items": is_items}
    )
    sent = {"last_sent_at": now}
    if new_source is not None:
        sent["last_new_source"] = new_source
    if is_follow_up:
        sent["last_follow_up_at"] = now
    connection.execute(sa.update(key_budget).where(key_budget.c.key_id == key_id).values(sent))
    return [Slot(key_id=key_id, number=number, until=until) for number in numbers]


def _more_slots(
    connection: sa.Connection, key_id: str, count: int, values: dict[str, int]
) -> list[int]:
    if not count:
        return []
    last = sa.select(sa.func.coalesce(sa.func.max(key_slot.c.slot), 0))
    first = connection.execute(last.where(key_slot.c.key_id == key_id)).scalar_one() + 1
    numbers = list(range(first, first + count))
    rows = [{"key_id": key_id, "slot": number, **values} for number in numbers]
    connection.execute(sa.insert(key_slot), rows)
    return numbers


def release(connection: sa.Connection, ended: Iterable[tuple[Slot, int]]) -> None:
    """Release the slots of requests 60 s after each was read; a slot that was granted again meanwhile stays.

    Args:
        connection: a writing transaction.
        ended: each slot with the instant at which its answer was read; for a request never sent, one long ago.
    """
    rows = [
        {"of_key": slot.key_id, "of_slot": slot.number, "taken": slot.until, "free": at + WINDOW_US}
        for slot, at in ended
    ]
    if rows:
        connection.execute(
            sa.update(key_slot)
            .where(
                key_slot.c.key_id == sa.bindparam("of_key"),
                key_slot.c.slot == sa.bindparam("of_slot"),
                key_slot.c.free_at == sa.bindparam("taken"),
            )
            .values(free_at=sa.bindparam("free")),
            sorted(rows, key=lambda row: (row["of_key"], row["of_slot"])),
        )


def pause_minute(connection: sa.Connection, key_id: str, *, now: int) -> None:
    """Pause a key for a minute, by a clock that may be ahead."""
    pause(connection, key_id, until=now + WINDOW_US)
    this_key = sa.update(key_budget).where(key_budget.c.key_id == key_id)
    connection.execute(this_key.values(last_sent_at=now))


def pause(connection: sa.Connection, key_id: str, *, until: int) -> None:
    """Pause a key until then; an earlier, longer pause stays."""
    longer = sa.func.coalesce(key_budget.c.paused_until, 0) < until
    connection.execute(
        sa.update(key_budget)
        .where(key_budget.c.key_id == key_id, longer)
        .values(paused_until=until)
    )
