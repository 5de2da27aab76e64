"""Leases: one process at a time polls a source, until its lease expires.

Invariant: a source's lease has one holder at any instant; a holder that cannot renew it stops sending when it expires.
A lease guards sending, not recording. Services (`poll --forever`, `watch`) claim the sources that they want, and share
them as `schedule.sharing` says. Rows of sources are locked in the order of their names, as recording does.
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
# Twice in vain, and the third renewal still comes before the lease expires.
RENEW_US = 3 * SECOND


def new_holder() -> str:
    """Return a name for this process: where it runs, its number, and a part that no other has."""
    return f"{_place()}/{os.getpid()}/{uuid.uuid4().hex[:12]}"


def _place() -> str:
    """Return where a process number means the same process: the host, on Linux with its boot and process namespace."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
        space = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}+{boot}+{space}"


def is_dead(holder: str) -> bool:
    """Return whether a holder is a process of this place that has ended."""
    place, _, process = holder.partition("/")
    number = process.partition("/")[0]
    # A host's name alone is no place: containers of one name have processes of their own numbers.
    if place != _place() or "+" not in place or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # it is there, and belongs to another user
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
    """Renew this process's leases, release those outside its share, and take free ones.

    Args:
        connection: a writing transaction.
        source_ids: the sources that are wanted.
        holder: this process.
        now: microseconds since 1970 UTC.
        share: the sources that a service may hold; a source whose row another transaction has locked is left for the
            next time. None: all that are free, and such a transaction is waited for.
        under_way: sources with requests under way: not released before these are over.

    Returns:
        Until when each source may be polled, microseconds since 1970 UTC, by source number.
    """
    wanted = list(source_ids)
    rows = _lock_open(connection, wanted, holder, now=now, waits=share is None)
    mine = [source_id for source_id, held_by in rows if held_by == holder]
    over = [source_id for source_id in mine if share is not None and source_id not in share]
    # Given up at once, such a source would be polled by two processes until the answers are there.
    leaving = [source_id for source_id in over if source_id in under_way]
    held_on = [source_id for source_id, _ in rows if share is None or source_id in share]
    _write(connection, [s for s in over if s not in leaving], None, None)
    _write(connection, [*held_on, *leaving], holder, now + LEASE_US)
    return {s: at for s, at in _held(connection, wanted, holder) if s not in leaving}


def _lock_open(
    connection: sa.Connection, source_ids: list[int], holder: str, *, now: int, waits: bool
) -> list[tuple[int, str | None]]:
    """Lock the sources that the holder has or may take, and return each with its holder, by name.

    The condition is checked on the rows as they are once locked: of two processes the second finds none.
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
        # A service waits for no lock, so that a process stopped in the middle of a transaction holds up no other.
        .with_for_update(skip_locked=not waits)
    )
    return [(row.source_id, row.holder) for row in connection.execute(statement)]


def _dead(connection: sa.Connection) -> list[str]:
    holders = sa.select(source.c.holder).where(source.c.holder.is_not(None)).distinct()
    return [holder for holder in connection.execute(holders).scalars() if is_dead(holder)]


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
    """Write the holder of sources whose rows are locked."""
    if source_ids:
        connection.execute(
            sa.update(source)
            .where(source.c.source_id.in_(source_ids))
            .values(holder=holder, held_until=until)
        )


def leased_by_others(
    connection: sa.Connection, source_ids: Iterable[int], holder: str, *, now: int
) -> list[int]:
    """Return which of the sources another process polls now."""
    statement = sa.select(source.c.source_id).where(
        source.c.source_id.in_(list(source_ids)),
        source.c.holder != holder,
        source.c.held_until > now,
        # A source whose key is refused is polled once an hour: none of its runs has a turn to lose.
        source.c.refused_key.is_(None),
    )
    return list(connection.execute(statement).scalars())


def claim(
    connection: sa.Connection, holder: str, wanted: Collection[int], *, now: int, is_viewer: bool
) -> frozenset[int]:
    """Claim sources for a service, and return its share of them.

    Args:
        connection: a writing transaction.
        holder: this process.
        wanted: the sources that it wants.
        now: microseconds since 1970 UTC.
        is_viewer: whether it wants only sources that no service wants.
    """
    gone = sa.select(poller.c.holder).where(poller.c.alive_until <= now, poller.c.holder != holder)
    # Another process may remove the same ones at this moment: nobody waits for that.
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
    """Return the claims of the services that live."""
    living = sa.select(poller).where(poller.c.alive_until > now)
    return [
        Claim(
            holder=row.holder,
            wanted=frozenset(json.loads(row.wanted)),
            is_viewer=row.is_viewer,
        )
        for row in connection.execute(living)
        # A process that was killed on this host would else keep its share until its claim expires.
        if not is_dead(row.holder)
    ]


def _polled(connection: sa.Connection, now: int) -> dict[int, str]:
    leased = sa.select(source.c.source_id, source.c.holder).where(source.c.held_until > now)
    return {row.source_id: row.holder for row in connection.execute(leased)}


def lease_ends(connection: sa.Connection, source_ids: Iterable[int]) -> dict[int, int]:
    """Return when each leased source's lease expires, by source number, microseconds since 1970 UTC."""
    statement = sa.select(source.c.source_id, source.c.held_until).where(
        source.c.source_id.in_(list(source_ids)), source.c.holder.is_not(None)
    )
    return {row.source_id: row.held_until for row in connection.execute(statement)}


def leave(
    connection: sa.Connection, holder: str, *, keep: Collection[int] = (), until: int | None = None
) -> None:
    """Withdraw the claim of a process and release its leases, except those to keep until an instant."""
    connection.execute(sa.delete(poller).where(poller.c.holder == holder))
    mine = sa.select(source.c.source_id).where(source.c.holder == holder).order_by(source.c.name)
    leased = list(connection.execute(mine.with_for_update()).scalars())
    _write(connection, [one for one in leased if one not in keep], None, None)
    _write(connection, [one for one in leased if one in keep], holder, until)
