"""Who may send: one process polls a source at a time, by a lease in the store that expires.

Invariant: a source's lease has one holder at any instant; whoever cannot renew it must stop sending when it runs out.
A lease guards sending, never recording. Sources are shared evenly among the processes that stay (`--forever`).
"""

import os
import socket
import uuid
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

from recorder.instants import SECOND
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
    most: int | None = None,
) -> dict[int, int]:
    """Renew the leases held, give back what is over the share, and take what is free.

    Args:
        connection: a writing transaction.
        source_ids: the sources that are wanted.
        holder: who wants them.
        now: microseconds since 1970 UTC.
        most: how many to hold at the most; None for no limit.

    Returns:
        Until when each source is held, microseconds since 1970 UTC, by source number.
    """
    wanted = sorted(source_ids)
    _release_dead(connection, wanted)
    mine = _held_by(connection, wanted, holder)
    kept = mine[:most]
    release(connection, mine[len(kept) :], holder)
    room = len(wanted) if most is None else most - len(kept)
    until = now + LEASE_US
    _take(connection, [*kept, *_free(connection, wanted, now)[:room]], holder, now, until)
    return dict.fromkeys(_held_by(connection, wanted, holder), until)


def _held_by(connection: sa.Connection, source_ids: list[int], holder: str) -> list[int]:
    mine = sa.select(source.c.source_id).where(
        source.c.source_id.in_(source_ids), source.c.holder == holder
    )
    return list(connection.execute(mine.order_by(source.c.source_id)).scalars())


def _free(connection: sa.Connection, source_ids: list[int], now: int) -> list[int]:
    free = (source.c.holder.is_(None)) | (source.c.held_until <= now)
    statement = sa.select(source.c.source_id).where(source.c.source_id.in_(source_ids), free)
    return list(connection.execute(statement.order_by(source.c.source_id)).scalars())


def _take(
    connection: sa.Connection, source_ids: list[int], holder: str, now: int, until: int
) -> None:
    """The condition decides, not the look before: another process may have been first."""
    free = (source.c.holder.is_(None)) | (source.c.holder == holder) | (source.c.held_until <= now)
    connection.execute(
        sa.update(source)
        .where(source.c.source_id.in_(source_ids), free)
        .values(holder=holder, held_until=until)
    )


def _release_dead(connection: sa.Connection, source_ids: list[int]) -> None:
    held = sa.select(source.c.source_id, source.c.holder).where(
        source.c.source_id.in_(source_ids), source.c.holder.is_not(None)
    )
    for source_id, holder in connection.execute(held).all():
        if is_dead(holder):
            release(connection, [source_id], holder)


def release(connection: sa.Connection, source_ids: Iterable[int], holder: str) -> None:
    """Give leases back."""
    connection.execute(
        sa.update(source)
        .where(source.c.source_id.in_(list(source_ids)), source.c.holder == holder)
        .values(holder=None, held_until=None)
    )


def holders(connection: sa.Connection, *, now: int) -> dict[int, str]:
    """Who holds which source now."""
    held = sa.select(source.c.source_id, source.c.holder).where(source.c.held_until > now)
    return {source_id: holder for source_id, holder in connection.execute(held) if holder}


def announce(connection: sa.Connection, holder: str, *, now: int) -> int:
    """Say that this process stays; how many such processes there are, itself included."""
    connection.execute(
        sa.delete(poller).where((poller.c.holder == holder) | (poller.c.alive_until <= now))
    )
    connection.execute(sa.insert(poller).values(holder=holder, alive_until=now + LEASE_US))
    others = connection.execute(sa.select(poller.c.holder)).scalars()
    return sum(1 for other in others if not is_dead(other))


def leave(connection: sa.Connection, holder: str) -> None:
    """Take back `announce` and every lease."""
    connection.execute(sa.delete(poller).where(poller.c.holder == holder))
    connection.execute(
        sa.update(source).where(source.c.holder == holder).values(holder=None, held_until=None)
    )


def fair_share(sources: int, pollers: int) -> int:
    """How many sources one of so many processes should hold."""
    return -(-sources // max(pollers, 1))
