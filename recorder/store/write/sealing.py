"""The sealing of blocks of runs that are polled no more; see `store/sealed.py`.

Invariant: a block is read and written in one transaction that has locked its source, as recording does.
"""

from collections.abc import Collection
from itertools import islice

import sqlalchemy as sa

from recorder.store import sealed as blocks
from recorder.store.engine import Database
from recorder.store.prepared import insert
from recorder.store.read.block_data import block_data
from recorder.store.read.phases import is_open
from recorder.store.read.source_rows import source_rows
from recorder.store.revision import refuse_upgraded
from recorder.store.schema import run, run_block, sealed, source, watch
from recorder.store.write.sources import lock_source

_ADD_BLOCK = insert(sealed, blocks.Block._fields)
_ADD_COLUMNS = insert(run_block, ("source_id", "block", "name", "data"))


def seal(
    database: Database, source_ids: Collection[int] | None = None, *, most: int | None = None
) -> int:
    """Seal blocks of the runs of some sources, or of all; return how many.

    Args:
        database: a store of the current schema.
        source_ids: the sources; None: all.
        most: how many at most; None: all that can be.

    Raises:
        StoreNewerError: a newer program has upgraded the store.
    """
    found = [
        (name, block)
        for source_id, name, n in database.read(_unsealed, source_ids)
        for block in database.read(_sealable, source_id, n)
    ]
    return sum(database.write(_seal, database, *one) for one in islice(found, most))


def unseal(connection: sa.Connection) -> None:
    """Drop all blocks."""
    for row in source_rows(connection):
        blocks.drop_blocks(connection, lock_source(connection, row.name))


def _unsealed(
    connection: sa.Connection, source_ids: Collection[int] | None
) -> list[tuple[int, str, int]]:
    """Return the sources with a block that is not sealed, by number and name, with the number of blocks before the last."""
    last = sa.select(sa.func.max(run.c.run_key)).where(run.c.source_id == source.c.source_id)
    n = sa.select(sa.func.count()).where(sealed.c.source_id == source.c.source_id)
    statement = sa.select(
        source.c.source_id, source.c.name, last.scalar_subquery(), n.scalar_subquery()
    )
    if source_ids is not None:
        statement = statement.where(source.c.source_id.in_(source_ids))
    rows = connection.execute(statement)
    # The block of the last key is left out: new runs still get keys in it.
    wanted = ((number, name, (key or 0) // blocks.PER_BLOCK, n) for number, name, key, n in rows)
    return [(number, name, n_blocks) for number, name, n_blocks, n in wanted if n < n_blocks]


def _sealable(connection: sa.Connection, source_id: int, n_blocks: int) -> list[int]:
    """Return those of the first blocks of a source that are not sealed and have no run to be polled again."""
    block = watch.c.run_key // sa.literal(blocks.PER_BLOCK, sa.BigInteger())
    polled = sa.select(block).where(watch.c.source_id == source_id, is_open()).distinct()
    is_polled = set(connection.execute(polled).scalars())
    done = {one.block for one in blocks.sealed_blocks(connection, [source_id])}
    return [block for block in range(n_blocks) if block not in is_polled | done]


def _seal(connection: sa.Connection, database: Database, name: str, block: int) -> bool:
    """Seal a block, unless that was done meanwhile or one of its runs is polled again; return whether it was."""
    source_id = lock_source(connection, name)
    # Asked again, now that nobody else can change the source.
    if block not in _sealable(connection, source_id, block + 1):
        return False
    made, columns = block_data(connection, source_id, block)
    _ADD_BLOCK.many(connection, [made])
    rows = [(source_id, block, one, blocks.deflated(data)) for one, data in columns.items()]
    _ADD_COLUMNS.many(connection, rows)
    refuse_upgraded(database, connection)
    return True
