"""Arrow tables of the views, for a lake: made column by column of rows in base units.

Invariant: a table has the values of its view; the source is in the folder's name, a snapshot's document is left out.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from recorder.analysis.building import column_of
from recorder.analysis.columns import Column, Ints, Objects, Runs
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

_WORDS: Final = [None, *(outcome.word for outcome in sorted(Outcome))]


def names_of(view: str) -> Sequence[str]:
    """Return the columns that a table of the view is made of."""
    if view == "runs":
        return RUN_NAMES
    return [name for name, kind in LAKE[view].items() if kind != "amount"]


def table_of(arrow: Arrow, view: str, rows: Sequence[Sequence[Any]]) -> Arrow:
    """Return the table of a view's rows, each with the values of `names_of`."""
    values = dict(zip(names_of(view), zip(*rows, strict=True), strict=True))
    if view == "runs":
        return _runs(arrow, Runs(len(rows), {n: column_of(n, v) for n, v in values.items()}))
    arrays = {}
    for name, kind in LAKE[view].items():
        if name == "outcome":
            arrays[name] = arrow.array(_WORDS).take(arrow.array(values[name]))
        elif name == "digest":
            arrays[name] = arrow.array([bytes(digest).hex() for digest in values[name]])
        elif kind == "text":
            arrays[name] = arrow.array(values[name], arrow.string())
        else:
            of = f"{name}_micros" if kind == "amount" else name
            arrays[name] = _typed(arrow, arrow.array(values[of], arrow.int64()), kind)
    return arrow.table(arrays)


def _runs(arrow: Arrow, runs: Runs) -> Arrow:
    """Return the table of runs that have the columns of `RunRow`."""
    spans = {"queue_seconds": runs.queue, "run_seconds": runs.run, "wall_seconds": runs.wall}
    columns = {name: runs.column(name) for name in runs.names} | spend_columns(runs)
    arrays = {}
    for name, kind in LAKE["runs"].items():
        span = spans.get(name.removesuffix("_sharp"))
        if span is not None:
            known = span.enters if name.endswith("_sharp") else span.is_known
            arrays[name] = _typed(arrow, arrow.array(span.us, mask=~known), kind)
        elif name == "is_terminal":
            arrays[name] = arrow.array(runs.is_terminal, mask=~runs.is_observed)
        else:
            column = columns[f"{name}_micros" if kind == "amount" else name]
            arrays[name] = _array(arrow, column, kind)
    return arrow.table(arrays)


def _array(arrow: Arrow, column: Column, kind: str) -> Arrow:
    if isinstance(column, Ints):
        return _typed(arrow, arrow.array(column.values, mask=~column.there), kind)
    if isinstance(column, Objects):
        return arrow.array(column.values, arrow.string())
    return arrow.array(column.lexicon.words, arrow.string()).take(arrow.array(column.codes))


def _typed(arrow: Arrow, whole: Arrow, kind: str) -> Arrow:
    """Return integers in base units as values of a kind."""
    if kind == "instant":
        return whole.cast(arrow.timestamp("us", tz="UTC"))
    if kind == "seconds":
        return arrow.compute.divide(whole.cast(arrow.float64()), float(SECOND))
    if kind == "flag":
        return arrow.compute.not_equal(whole, 0)
    return _decimals(arrow, whole) if kind == "amount" else whole


def _decimals(arrow: Arrow, micros: Arrow) -> Arrow:
    """Return millionths as decimals: Arrow's own division rounds, so the 128 bits of each are made of its 64."""
    low = np.asarray(micros.fill_null(0))
    pairs = np.column_stack((low, low >> 63))
    buffers = [micros.buffers()[0], arrow.py_buffer(np.ascontiguousarray(pairs))]
    return arrow.Array.from_buffers(arrow.decimal128(19, 6), len(micros), buffers)
