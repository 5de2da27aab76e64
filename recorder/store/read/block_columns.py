"""Columns of runs from their sealed blocks, and between those of rows."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, groupby
from operator import itemgetter

import numpy as np
import sqlalchemy as sa

from recorder.analysis.building import concatenated
from recorder.analysis.columns import Runs, Whole
from recorder.store.blocks import DATED, KEY, unpack_block
from recorder.store.read.row_columns import PER_SOURCE, Columns, driver_rows
from recorder.store.schema import run_block
from recorder.store.sealed import Block


def block_columns(
    connection: sa.Connection, blocks: Sequence[Block], names: Collection[str]
) -> Iterator[tuple[Whole, Columns]]:
    """Yield the keys of the runs of each block of some sources, and columns of `STORED`, in the order of their keys."""
    wanted = {*names, KEY, DATED}
    statement = sa.select(run_block).where(
        run_block.c.source_id.in_({one.source_id for one in blocks}), run_block.c.name.in_(wanted)
    )
    rows = chain.from_iterable(driver_rows(connection, statement.order_by(*run_block.primary_key)))
    for one, (_, of_block) in zip(blocks, groupby(rows, itemgetter(0, 1)), strict=True):
        columns = unpack_block({name: data for _, _, name, data in of_block}, one.n)
        keys = Runs(one.n, columns).ints(KEY).values + one.source_id * PER_SOURCE
        yield keys, {name: columns[name] for name in names}


def merged(
    rows: tuple[Whole, Columns], blocks: Iterable[tuple[Whole, Columns]]
) -> tuple[Whole, Columns]:
    """Return the keys and columns of rows, and of blocks whose keys are in order, in the order of all keys."""
    # In pieces, each copied once: sorting a million runs costs as much as reading them.
    keys, columns = rows
    order = np.argsort(keys, kind="stable")
    keys, columns = keys[order], {name: column.take(order) for name, column in columns.items()}
    pieces: list[tuple[Whole, Columns]] = []
    done = 0
    for of_block in blocks:
        before = int(np.searchsorted(keys, of_block[0][0])) if len(of_block[0]) else done
        pieces += [_sliced(keys, columns, slice(done, before)), of_block]
        done = before
    pieces.append(_sliced(keys, columns, slice(done, None)))
    pieces = [one for one in pieces if len(one[0])] or pieces[:1]
    whole = {name: concatenated([of.pop(name) for _, of in pieces]) for name in [*columns]}
    return np.concatenate([keys for keys, _ in pieces]), whole


def _sliced(keys: Whole, columns: Columns, part: slice) -> tuple[Whole, Columns]:
    return keys[part], {name: column.take(part) for name, column in columns.items()}
