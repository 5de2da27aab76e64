"""A source that is bound to another base URL: its ledger has moved.

Invariant: nobody polls the source while it is bound anew, so that no answer of one ledger is recorded as the other's.
"""

import sqlalchemy as sa

from recorder.errors import UsageError
from recorder.store.engine import Database
from recorder.store.read.due import source_rows
from recorder.store.read.health import poller_of
from recorder.store.schema import source
from recorder.store.write.registry import lock_source


def rebind_source(database: Database, name: str, *, base_url: str, now: int) -> str:
    """Bind a source to a base URL anew; a refusal of its key by the ledger before is forgotten.

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
            .values(base_url=base_url, refused_key=None, refused_at=None, accepted_key=None)
        )
        return row.base_url

    return database.write(rebind)
