"""A block of runs as its rows give it, to be stored, and to be held against what is stored."""

from typing import Final

import sqlalchemy as sa

from recorder.analysis.building import column_of
from recorder.analysis.columns import Runs
from recorder.store.blocks import DATED, KEY, pack
from recorder.store.read.row_columns import PER_SOURCE, STORED, stored_columns
from recorder.store.sealed import Block, range_of

_LAST: Final = ("known_at", "ended_at", "cost_known_at")


def packed_runs(
    connection: sa.Connection, source_id: int, block: int
) -> tuple[Block, dict[str, bytes]]:
    """Return a block as it is when it is sealed, and its columns as `blocks.pack` gives them."""
    keys, columns = stored_columns(connection, STORED, [range_of(source_id, block).rows_of])
    columns[KEY] = column_of(KEY, (keys % PER_SOURCE).tolist())
    runs = Runs(len(keys), columns)
    first_at = min(runs.ints("tracked_at").values.tolist(), default=0)
    last_at = max((value for name in _LAST for value in runs.ints(name).values.tolist()), default=0)
    made = Block(source_id, block, runs.n, first_at, last_at)
    dated_at = runs.ints(DATED).values
    return made, {name: pack(name, column, dated_at) for name, column in columns.items()}
