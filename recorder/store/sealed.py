"""Sealed blocks: runs of one source with neighbouring keys that are kept as columns too, in `run_block`.

Invariants: a block is sealed while none of its runs is to be polled again, and holds what their rows say; whatever
changes a row of it drops it in the same transaction. Blocks are a cache: without them the answers are the same.
"""

import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Final, NamedTuple

import sqlalchemy as sa

from recorder.store.prepared import InList
from recorder.store.schema import run_block, sealed

PER_BLOCK: Final = 4096
"""The number of keys of a block."""

_SEALED: Final = InList(
    sa.select(sealed.c.source_id, sealed.c.block), sealed.c.source_id, sealed.c.block
)


class Block(NamedTuple):
    """A sealed block; instants in microseconds since 1970 UTC.

    Attributes:
        source_id: its source.
        block: its number there.
        n: the number of its runs.
        first_at: since when its first run is tracked.
        last_at: the last instant at which anything of its runs ended or was known.
    """

    source_id: int
    block: int
    n: int
    first_at: int
    last_at: int


class KeyRange(NamedTuple):
    """Keys of runs of one source, from `first` to before `after`; None: to the last."""

    source_id: int
    first: int
    after: int | None = None

    def rows_of(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """Return the condition for the rows of these runs."""
        rows = (table.c.source_id == self.source_id) & (table.c.run_key >= self.first)
        return rows if self.after is None else rows & (table.c.run_key < self.after)


def range_of(source_id: int, block: int) -> KeyRange:
    """Return the keys of a block."""
    return KeyRange(source_id, block * PER_BLOCK, (block + 1) * PER_BLOCK)


def deflated(data: bytes) -> bytes:
    """Return the bytes of a column as they are stored."""
    return zlib.compress(data, 1)


def sealed_blocks(connection: sa.Connection, source_ids: Collection[int]) -> list[Block]:
    """Return the sealed blocks of some sources, in the order of their keys."""
    statement = sa.select(sealed).where(sealed.c.source_id.in_(source_ids))
    return [Block(*row) for row in connection.execute(statement.order_by(*sealed.primary_key))]


def open_ranges(blocks: Iterable[Block]) -> Iterator[KeyRange]:
    """Yield the keys of the sources of these blocks, which are in order, that lie in none of them."""
    for source_id, of_source in groupby(blocks, key=attrgetter("source_id")):
        first = 0
        for one in of_source:
            if first < one.block:
                yield KeyRange(source_id, first * PER_BLOCK, one.block * PER_BLOCK)
            first = one.block + 1
        yield KeyRange(source_id, first * PER_BLOCK)


def drop_blocks_of(connection: sa.Connection, runs: Mapping[int, Collection[int]]) -> None:
    """Drop the blocks of runs, whose rows change: their keys, by source; the sources are locked."""
    wanted = {(one, key // PER_BLOCK) for one, keys in runs.items() for key in keys}
    found = sorted(_SEALED.all(connection, sorted(wanted)))
    for source_id, rows in groupby(found, key=itemgetter(0)):
        drop_blocks(connection, source_id, [block for _, block in rows])


def drop_blocks(
    connection: sa.Connection, source_id: int, blocks: Sequence[int] | None = None
) -> None:
    """Drop blocks of a source; None: all."""
    # The columns first: they refer to the block.
    for table in (run_block, sealed):
        dropped = sa.delete(table).where(table.c.source_id == source_id)
        if blocks is not None:
            dropped = dropped.where(table.c.block.in_(blocks))
        connection.execute(dropped)
