"""Who may send: one process polls a source at a time, by a lease in the store that expires.

Invariant: a source's lease has one holder at any instant; whoever cannot renew it must stop sending when it runs out.
A lease guards sending, never recording. Processes that stay (`poll --forever`, `watch`) claim the sources that they
want, and share them as `schedule.sharing` says. Rows of sources are locked in the order of their names, as recording
does; a process that stays waits for none of them, so that one that was stopped in the middle of a transaction holds up
nobody else.
"""

import json
import os
import socket
import uuid
from collections.abc import Collection, Iterable
from pathlib import Path

import sqlalchemy as sa

from recorder.instants import SECOND
from recorder.schedule.sharing import Claim, share_out
from recorder.store.schema import poller, source

LEASE_US = 10 * SECOND
RENEW_US = 3 * SECOND


def new_holder() -> str:
    """A name for this process: where it runs, its number, and something nobody else has."""
    return f"{_place()}/{os.getpid()}/{uuid.uuid4().hex[:12]}"


def _place() -> str:
    """The host, and on Linux its boot and process namespace: where a process number means the same process."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
        space = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}+{boot}+{space}"


def is_dead(holder: str) -> bool:
    """Whether a holder is known to have ended: a process of this very place that is no more."""
    place, _, rest = holder.partition("/")
    number = rest.partition("/")[0]
    if place != _place() or "+" not in place or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def acquire(
    connection: sa.Connection,
    source_ids: Iterable[int],
    holder: str,
    *,
    now: int,
    share: Collection[int] | None = None,
    under_way: Collection[int] = (),
) -> dict[int, int]:
    """Renew the leases held, give back what is not of the share, and take what is free.

    Args:
        connection: a writing transaction.
        source_ids: the sources that are wanted.
        holder: who wants them.
        now: microseconds since 1970 UTC.
        share: the sources that a process that stays may hold; a source that another transaction has is left for the
            next time. None: all that is free, and such a transaction is waited for.
        under_way: sources with requests that have not come back: not given back before they have.

    Returns:
        Until when each source may be asked, microseconds since 1970 UTC, by source number.
    """
    wanted = list(source_ids)
    rows = _lock_open(connection, wanted, holder, now=now, waits=share is None)
    mine = [source_id for source_id, held_by in rows if held_by == holder]
    over = [source_id for source_id in mine if share is not None and source_id not in share]
    leaving = [source_id for source_id in over if source_id in under_way]
    held_on = [source_id for source_id, _ in rows if share is None or source_id in share]
    _write(connection, [s for s in over if s not in leaving], None, None)
    _write(connection, [*held_on, *leaving], holder, now + LEASE_US)
    return {s: at for s, at in _held(connection, wanted, holder) if s not in leaving}


def _lock_open(
    connection: sa.Connection, source_ids: list[int], holder: str, *, now: int, waits: bool
) -> list[tuple[int, str | None]]:
    """The sources that the holder has or may take, by name; their rows stay locked.

    The condition holds for the rows as they are when the lock is had: of two processes the second finds none.
    """
    own_or_free = sa.or_(
        source.c.holder.is_(None),
        source.c.holder == holder,
        source.c.held_until <= now,
        source.c.holder.in_(_dead(connection)),
    )
    statement = (
        sa.select(source.c.source_id, source.c.holder)
        .where(source.c.source_id.in_(source_ids), own_or_free)
        .order_by(source.c.name)
        .with_for_update(skip_locked=not waits)
    )
    return [(row.source_id, row.holder) for row in connection.execute(statement)]


def _dead(connection: sa.Connection) -> list[str]:
    held = sa.select(source.c.holder).where(source.c.holder.is_not(None)).distinct()
    return [holder for holder in connection.execute(held).scalars() if is_dead(holder)]


def _held(
    connection: sa.Connection, source_ids: list[int], holder: str
) -> Iterable[tuple[int, int]]:
    mine = sa.select(source.c.source_id, source.c.held_until).where(
        source.c.source_id.in_(source_ids), source.c.holder == holder
    )
    return ((row.source_id, row.held_until) for row in connection.execute(mine))


def _write(
    connection: sa.Connection, source_ids: list[int], holder: str | None, until: int | None
) -> None:
    """Of rows that are locked."""
    if source_ids:
        connection.execute(
            sa.update(source)
            .where(source.c.source_id.in_(source_ids))
            .values(holder=holder, held_until=until)
        )


def held_by_others(
    connection: sa.Connection, source_ids: Iterable[int], holder: str, *, now: int
) -> list[int]:
    """Those of the sources that another process polls now."""
    statement = sa.select(source.c.source_id).where(
        source.c.source_id.in_(list(source_ids)),
        source.c.holder != holder,
        source.c.held_until > now,
        source.c.refused_key.is_(None),
    )
    return list(connection.execute(statement).scalars())


def claim(
    connection: sa.Connection, holder: str, wanted: Collection[int], *, now: int, is_viewer: bool
) -> frozenset[int]:
    """Say that this process stays, and which sources it wants; those that are its share of them.

    Args:
        connection: a writing transaction.
        holder: this process.
        wanted: the sources that it wants.
        now: microseconds since 1970 UTC.
        is_viewer: whether it wants only what no other process that stays wants.
    """
    gone = sa.select(poller.c.holder).where(poller.c.alive_until <= now, poller.c.holder != holder)
    expired = connection.execute(gone.with_for_update(skip_locked=True)).scalars().all()
    connection.execute(sa.delete(poller).where(poller.c.holder.in_([*expired, holder])))
    connection.execute(
        sa.insert(poller).values(
            holder=holder,
            alive_until=now + LEASE_US,
            wanted=json.dumps(sorted(wanted)),
            is_viewer=is_viewer,
        )
    )
    owners = share_out(_claims(connection, now), _polled(connection, now))
    return frozenset(source_id for source_id, owner in owners.items() if owner == holder)


def _claims(connection: sa.Connection, now: int) -> list[Claim]:
    """Of the processes that live."""
    living = sa.select(poller).where(poller.c.alive_until > now)
    return [
        Claim(
            holder=row.holder,
            wanted=frozenset(json.loads(row.wanted)),
            is_viewer=row.is_viewer,
        )
        for row in connection.execute(living)
        if not is_dead(row.holder)
    ]


def _polled(connection: sa.Connection, now: int) -> dict[int, str]:
    held = sa.select(source.c.source_id, source.c.holder).where(source.c.held_until > now)
    return {row.source_id: row.holder for row in connection.execute(held)}


def lease_ends(connection: sa.Connection, source_ids: Iterable[int]) -> dict[int, int]:
    """Until when sources are held, by whomever, microseconds since 1970 UTC; those that nobody has are left out."""
    statement = sa.select(source.c.source_id, source.c.held_until).where(
        source.c.source_id.in_(list(source_ids)), source.c.holder.is_not(None)
    )
    return {row.source_id: row.held_until for row in connection.execute(statement)}


def leave(
    connection: sa.Connection, holder: str, *, keep: Collection[int] = (), until: int | None = None
) -> None:
    """Take back `claim` and every lease, but for those to keep until then: they are not renewed."""
    connection.execute(sa.delete(poller).where(poller.c.holder == holder))
    mine = sa.select(source.c.source_id).where(source.c.holder == holder).order_by(source.c.name)
    held = list(connection.execute(mine.with_for_update()).scalars())
    _write(connection, [one for one in held if one not in keep], None, None)
    _write(connection, [one for one in held if one in keep], holder, until)
