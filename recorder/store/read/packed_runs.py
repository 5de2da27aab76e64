"""A block of runs as its rows give it, to be stored, and to be held against what is stored."""

import zlib
from collections.abc import Iterator

import sqlalchemy as sa

from recorder.analysis.building import column_of
from recorder.analysis.columns import Runs
from recorder.store.blocks import DATED, KEY, pack
from recorder.store.read.row_columns import PER_SOURCE, STORED, stored_columns
from recorder.store.schema import run_block
from recorder.store.sealed import range_of, sealed_blocks


def packed_runs(
    connection: sa.Connection, source_id: int, block: int
) -> tuple[int, dict[str, bytes]]:
    """Return how many runs a block has, and their columns as `blocks.pack` gives them."""
    keys, columns = stored_columns(connection, STORED, [range_of(source_id, block).rows_of])
    columns[KEY] = column_of(KEY, (keys % PER_SOURCE).tolist())
    dated_at = Runs(len(keys), columns).ints(DATED).values
    return len(keys), {name: pack(name, column, dated_at) for name, column in columns.items()}


def wrong_blocks(connection: sa.Connection, source_id: int) -> Iterator[int]:
    """Yield the sealed blocks of a source that are not what their rows give."""
    for _, block, n in sealed_blocks(connection, [source_id]):
        of_block = (run_block.c.source_id == source_id) & (run_block.c.block == block)
        rows = connection.execute(sa.select(run_block.c.name, run_block.c.data).where(of_block))
        try:
            stored = {name: zlib.decompress(data) for name, data in rows}
        except zlib.error:
            stored = {}
        if packed_runs(connection, source_id, block) != (n, stored):
            yield block
