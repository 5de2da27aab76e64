"""Sources: each is bound to one base URL at its first use.

Invariant: a source is bound to another base URL only while nobody polls it, so that no answer of one ledger is recorded
as the other's.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from recorder.base_url import move_command
from recorder.errors import SettingError, UsageError
from recorder.history.run_events import EventKind
from recorder.instants import month_of
from recorder.store.engine import Database, dialect_of
from recorder.store.prepared import InList
from recorder.store.read.source_health import poller_of
from recorder.store.read.source_rows import source_rows
from recorder.store.schema import source
from recorder.store.write.event_log import EventRecord, write_events
from recorder.store.write.months import count_months

_LOCKED = InList(
    sa.select(source.c.name, source.c.source_id, source.c.parts_version)
    .order_by(source.c.name)  # everybody locks in this order
    .with_for_update(),
    source.c.name,
)
_NEW_SOURCE_LOCK = 0x5EC0_4DE5  # any constant


def ensure_source(connection: sa.Connection, name: str, *, base_url: str, now: int) -> int:
    """Return the number of a source, made at first use and bound to its base URL.

    Raises:
        SettingError: the source is bound to another base URL.
    """
    statement = sa.select(source).where(source.c.name == name)
    stored = connection.execute(statement).one_or_none()
    if stored is None:
        # Two processes may add sources at the same moment: the second one waits here, and reads again.
        dialect_of(connection).lock(connection, _NEW_SOURCE_LOCK)
        stored = connection.execute(statement).one_or_none()
    if stored is None:
        return _add_source(connection, name, base_url, now)
    if stored.base_url != base_url:
        raise SettingError(
            f"source {name!r} of this store belongs to {stored.base_url}, not {base_url}:"
            f" set RECORDER_BASE_URL to the first, give these runs another source, or bind this one to the second:"
            f" {move_command(name, base_url)}"
        )
    number: int = stored.source_id
    return number


def _add_source(connection: sa.Connection, name: str, base_url: str, now: int) -> int:
    # The lock is held: no other process adds a source now.
    last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(source.c.source_id), 0)))
    number = int(last.scalar_one()) + 1
    row = {"source_id": number, "name": name, "base_url": base_url, "created_at": now}
    row |= {"parts_version": 0}
    connection.execute(sa.insert(source), row)
    return number


def lock_source(connection: sa.Connection, name: str) -> int:
    """Return the number of a source; no other transaction writes to it until this one ends."""
    number, _ = lock_sources(connection, [name])[name]
    return number


def lock_sources(connection: sa.Connection, names: Collection[str]) -> dict[str, tuple[int, int]]:
    """Lock sources as `lock_source` does; return the number of each, and the version of its parts' numbers."""
    found = _LOCKED.all(connection, [(name,) for name in sorted(names)])
    stored = {name: (number, version) for name, number, version in found}
    for name in names:
        if name not in stored:
            raise UsageError(f"no source {name!r} in this store: 'recorder track RUN_ID' makes one")
    return stored


def rebind_source(database: Database, name: str, *, base_url: str, now: int) -> str:
    """Bind a source to another base URL, and forget whether its key was accepted at the former.

    Args:
        database: a store of the current schema.
        name: the source's.
        base_url: where its ledger is now, as settings have it.
        now: microseconds since 1970 UTC.

    Returns:
        The base URL that it was bound to.

    Raises:
        UsageError: no such source, or a process polls it.
    """

    def rebind(connection: sa.Connection) -> str:
        source_id = lock_source(connection, name)
        (row,) = source_rows(connection, name)
        if poller := poller_of(row, now=now):
            raise UsageError(
                f"source {name!r} is polled by {poller}: stop it, then move the source"
            )
        connection.execute(
            sa.update(source)
            .where(source.c.source_id == source_id)
            # The other ledger has said nothing of the key yet.
            .values(base_url=base_url, refused_key=None, refused_at=None, accepted_key=None)
        )
        return row.base_url

    return database.write(rebind)


class KeyAnswer(NamedTuple):
    """What the API said of a source's key: whether it accepts it, when, and why not."""

    source_id: int
    key_id: str
    is_accepted: bool
    at: int
    why: str | None = None


def save_keys(connection: sa.Connection, answers: Sequence[KeyAnswer]) -> None:
    """Save what was said last of each source's key; write an event where a refusal begins or is over.

    Args:
        connection: a writing transaction that has locked no source.
        answers: at least one, in the order in which they came.
    """
    # Locked in the order of names, as everywhere.
    keys = sa.select(source.c.source_id, source.c.refused_key).order_by(source.c.name)
    of_these = source.c.source_id.in_({one.source_id for one in answers})
    found = connection.execute(keys.where(of_these).with_for_update())
    refused = {row.source_id: row.refused_key for row in found}
    known, events = dict[int, dict[str, object]](), list[EventRecord]()
    for one in answers:
        number, refused_key = one.source_id, None if one.is_accepted else one.key_id
        known[number] = {
            "number": number,
            "refused_key": refused_key,
            "refused_at": None if one.is_accepted else one.at,
            "accepted_key": one.key_id if one.is_accepted else None,
        }
        if refused[number] != refused_key:
            refused[number] = refused_key
            events.append(_key_event(one))
    of_one = source.c.source_id == sa.bindparam("number")
    connection.execute(sa.update(source).where(of_one), [*known.values()])
    count_months(connection, {(one.source_id, month_of(one.happened_at)) for one in events})
    write_events(connection, events, now=answers[-1].at)


def _key_event(answer: KeyAnswer) -> EventRecord:
    return EventRecord(
        source_id=answer.source_id,
        run_key=None,
        happened_at=answer.at,
        kind=EventKind.KEY_ACCEPTED if answer.is_accepted else EventKind.KEY_REFUSED,
        detail=answer.why,
    )


def save_clock(connection: sa.Connection, source_id: int, off_us: int | None) -> None:
    """Save how far our clock is ahead of a source's server; None: it is right."""
    of_source = sa.update(source).where(source.c.source_id == source_id)
    connection.execute(of_source.values(clock_off_us=off_us))
