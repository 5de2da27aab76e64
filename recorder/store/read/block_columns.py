"""Columns of runs from their sealed blocks."""

from collections.abc import Collection, Sequence
from itertools import chain, groupby
from operator import itemgetter

import numpy as np
import sqlalchemy as sa

from recorder.analysis.building import concatenated
from recorder.analysis.columns import Column, Ints, Whole
from recorder.store.blocks import DATED, KEY, unpack_block
from recorder.store.read.row_columns import PER_SOURCE, Columns, driver_rows
from recorder.store.schema import run_block
from recorder.store.sealed import Block


def block_columns(
    connection: sa.Connection, blocks: Sequence[Block], names: Collection[str]
) -> tuple[Whole, Columns]:
    """Return the key of each run, and columns of `STORED`, of all blocks of some sources, at least one, in order."""
    pieces: dict[str, list[Column]] = {name: [] for name in {*names, KEY, DATED}}
    statement = sa.select(run_block).where(
        run_block.c.source_id.in_({one.source_id for one in blocks}), run_block.c.name.in_(pieces)
    )
    rows = chain.from_iterable(driver_rows(connection, statement.order_by(*run_block.primary_key)))
    for one, (_, of_block) in zip(blocks, groupby(rows, itemgetter(0, 1)), strict=True):
        columns = unpack_block({name: data for _, _, name, data in of_block}, one.n)
        for name, column in columns.items():
            pieces[name].append(column)
    sources = np.repeat([one.source_id for one in blocks], [one.n for one in blocks])
    columns = {name: concatenated(pieces.pop(name)) for name in [*pieces]}
    run_keys = columns[KEY]
    assert isinstance(run_keys, Ints)  # noqa: S101  # as its name says
    return sources * PER_SOURCE + run_keys.values, columns
