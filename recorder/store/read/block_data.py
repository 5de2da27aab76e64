"""The data of a block of runs, made of its rows, and held against what is stored.

Invariant: numpy is loaded by whoever has a block, and by nobody else.
"""

import zlib
from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from recorder.store.schema import run_block
from recorder.store.sealed import Block, sealed_blocks


def block_data(
    connection: sa.Connection, source_id: int, block: int
) -> tuple[Block, Mapping[str, bytes]]:
    """Return a block as it is when it is sealed, and its columns as bytes that are yet to be deflated."""
    from recorder.store.read.packed_runs import packed_runs  # noqa: PLC0415  # numpy: 100 ms, once for thousands of runs

    return packed_runs(connection, source_id, block)


def wrong_blocks(connection: sa.Connection, source_id: int) -> Iterator[int]:
    """Yield the sealed blocks of a source that are not what their rows give."""
    for held in sealed_blocks(connection, [source_id]):
        of_block = (run_block.c.source_id == source_id) & (run_block.c.block == held.block)
        rows = connection.execute(sa.select(run_block.c.name, run_block.c.data).where(of_block))
        try:
            stored = {name: zlib.decompress(data) for name, data in rows}
        except zlib.error:
            stored = {}
        if block_data(connection, source_id, held.block) != (held, stored):
            yield held.block
