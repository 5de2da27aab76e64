"""Columns of runs from their sealed blocks, and between those of rows."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from operator import attrgetter, itemgetter

import numpy as np
import sqlalchemy as sa

from recorder.analysis.building import Joiner, kind_of
from recorder.analysis.columns import Ints, Runs
from recorder.store.blocks import DATED, KEY, unpack_block
from recorder.store.read.row_columns import PER_SOURCE, driver_rows
from recorder.store.schema import run_block
from recorder.store.sealed import Block


def block_columns(
    connection: sa.Connection, blocks: Sequence[Block], names: Collection[str]
) -> Iterator[Runs]:
    """Yield the runs of blocks, with columns of `STORED` and their keys, in the order of these.

    Args:
        connection: a reading transaction.
        blocks: some of one source, or all of several, in the order of their keys.
        names: of the columns.
    """
    wanted, sources = {*names, KEY, DATED}, {one.source_id for one in blocks}
    statement = sa.select(run_block).where(
        run_block.c.source_id.in_(sources), run_block.c.name.in_(wanted)
    )
    if len(sources) == 1:
        statement = statement.where(run_block.c.block.in_([one.block for one in blocks]))
    rows = chain.from_iterable(driver_rows(connection, statement.order_by(*run_block.primary_key)))
    for one, (_, of_block) in zip(blocks, groupby(rows, itemgetter(0, 1)), strict=True):
        columns = unpack_block({name: data for _, _, name, data in of_block}, one.n)
        keys = Runs(one.n, columns).ints(KEY).values + one.source_id * PER_SOURCE
        yield Runs(one.n, columns | {KEY: Ints(keys)})


def merged(rows: Runs, blocks: Iterable[Runs], most: int) -> Runs:
    """Return the runs of rows in any order, and of blocks in the order of their keys, in the order of all keys.

    Args:
        rows: runs with their keys as a column.
        blocks: those of each block, with the same columns.
        most: at most so many runs are in the blocks.
    """
    # Each piece is copied once to where it belongs: sorting a million runs costs as much as reading them.
    rows = rows.take(np.argsort(rows.ints(KEY).values, kind="stable"))
    keys, done = rows.ints(KEY).values, 0
    joiners = {name: Joiner(kind_of(name), most + rows.n) for name in rows.names}
    for block in filter(attrgetter("n"), blocks):
        before = int(np.searchsorted(keys, block.ints(KEY).values[0]))
        _add(joiners, rows.take(slice(done, before)))
        _add(joiners, block)
        done = before
    _add(joiners, rows.take(slice(done, None)))
    columns = {name: joiner.column() for name, joiner in joiners.items()}
    return Runs(len(Runs(0, columns).ints(KEY).values), columns)


def _add(joiners: Mapping[str, Joiner], runs: Runs) -> None:
    for name, joiner in joiners.items() if runs.n else ():
        joiner.add(runs.column(name))
