"""The log of events, numbered in the order of commits.

Invariant: a reader that has seen an event has seen all with smaller numbers: a lock is held from the numbering to the
commit. It is the last lock that a transaction takes, so that none waits for another one; without events it is not taken.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import asdict

from recorder.history.run_events import EventKind
from recorder.store.engine import dialect_of
from recorder.store.schema import event, source

_LOCK = 0x5EC0_4DE6  # any constant


class EventRecord(Struct, frozen=True, kw_only=True):
    """A row of `event` that has no number yet; `run_key` is None for an event of the source's key."""

    source_id: int
    run_key: int | None
    happened_at: int
    kind: EventKind
    detail: str | None


def write_events(connection: sa.Connection, events: Iterable[EventRecord], *, now: int) -> None:
    """Number and write events by the time they happened at; the last work of a transaction that holds their sources.

    Args:
        connection: a writing transaction.
        events: in any order.
        now: microseconds since 1970 UTC.
    """
    ordered = sorted(events, key=lambda one: one.happened_at)
    if not ordered:
        return
    dialect_of(connection).lock(connection, _LOCK)
    # Kept apart from the events, which may be forgotten: no number is used twice.
    last = connection.execute(sa.select(sa.func.max(source.c.last_event_id))).scalar_one() or 0
    numbered = enumerate(ordered, last + 1)
    rows = [asdict(one) | {"event_id": number, "recorded_at": now} for number, one in numbered]
    connection.execute(sa.insert(event), rows)
    # In the row of a source that this transaction has locked already; which one does not matter, as the largest of
    # all counts.
    connection.execute(
        sa.update(source)
        .where(source.c.source_id == ordered[-1].source_id)
        .values(last_event_id=rows[-1]["event_id"])
    )
