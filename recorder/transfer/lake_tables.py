"""Arrow tables of the views, for a lake: made column by column of rows in base units.

Invariant: a table has the values of its view; the source is in the folder's name, a snapshot's document is left out.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from recorder.analysis.columns import NULL, Column, Ints, Lexicon, Mask, Objects, Runs, Words
from recorder.analysis.spend_columns import spend_columns
from recorder.analysis.values import Columns
from recorder.instants import SECOND
from recorder.ledger.answer import Outcome
from recorder.store.read.month_rows import RUN_NAMES
from recorder.transfer.parquet import Arrow
from recorder.views import VIEWS

LAKE: Final[Mapping[str, Columns]] = {
    view: {name: kind for name, kind in kinds.items() if name not in ("source", "document")}
    for view, kinds in VIEWS.items()
}
"""The kind of each column of each file."""

LAYOUT: Final = 1
"""The version of these columns: raise it when you change them, so that months of an older one are written anew."""

_WORDS: Final = [None, *(outcome.word for outcome in sorted(Outcome))]


def names_of(view: str) -> Sequence[str]:
    """Return the columns that a table of the view is made of."""
    if view == "runs":
        return RUN_NAMES
    return [name for name, kind in LAKE[view].items() if kind != "amount"]


def table_of(arrow: Arrow, view: str, rows: Runs) -> Arrow:
    """Return the table of a view's rows, which have the columns of `names_of`."""
    columns = _of_runs(rows) if view == "runs" else {name: rows.column(name) for name in rows.names}
    arrays = {}
    for name, kind in LAKE[view].items():
        column = columns[f"{name}_micros" if kind == "amount" else name]
        if name == "outcome" and isinstance(column, Ints):
            column = Words(column.values.astype(np.int32), Lexicon(_WORDS))
        arrays[name] = _array(arrow, column, kind)
    return arrow.table(arrays)


def _of_runs(runs: Runs) -> Mapping[str, Column]:
    """Return the columns of the view of runs that have those of `RunRow`."""
    columns = {name: runs.column(name) for name in runs.names} | spend_columns(runs)
    spans = {"queue_seconds": runs.queue, "run_seconds": runs.run, "wall_seconds": runs.wall}
    for name, span in spans.items():
        columns[name] = Ints(np.where(span.is_known, span.us, NULL))
        columns[f"{name}_sharp"] = Ints(np.where(span.enters, span.us, NULL))
    columns["is_terminal"] = Ints(np.where(runs.is_observed, runs.is_terminal, NULL))
    return columns


def _array(arrow: Arrow, column: Column, kind: str) -> Arrow:
    """Return a column in base units as the values of a kind."""
    if isinstance(column, Objects):
        return arrow.array(column.values.tolist(), arrow.string())
    if isinstance(column, Words):
        words = arrow.array(column.lexicon.words, arrow.string())
        return words.take(_plain(arrow, arrow.int32(), column.codes))
    values, there = column.values, column.there
    if kind == "instant":
        return _plain(arrow, arrow.timestamp("us", tz="UTC"), values, there)
    if kind == "seconds":
        return _plain(arrow, arrow.float64(), values / SECOND, there)
    if kind == "amount":  # Arrow's own division rounds, so the 128 bits of each are made of its 64
        pairs = np.column_stack((values, values >> 63))
        return _plain(arrow, arrow.decimal128(19, 6), pairs, there)
    whole = _plain(arrow, arrow.int64(), values, there)
    return arrow.compute.not_equal(whole, 0) if kind == "flag" else whole


def _plain(
    arrow: Arrow, type_: Arrow, values: npt.NDArray[Any], there: Mask | None = None
) -> Arrow:
    """Return the values of a fixed width as an array, some missing."""
    valid = None if there is None else arrow.py_buffer(np.packbits(there, bitorder="little"))
    data = arrow.py_buffer(np.ascontiguousarray(values))
    return arrow.Array.from_buffers(type_, len(values), [valid, data])
