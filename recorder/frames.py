"""Make pandas DataFrames of rows.

Invariant: a frame has its columns and dtypes whether it has rows or not.

| values | dtype | null |
|---|---|---|
| text, JSON text | `string` | `NA` |
| counts, HTTP statuses, milliseconds, micros | `Int64` | `NA` |
| flags | `boolean` | `NA` |
| seconds, rates (0 to 1) | `Float64` | `NA` |
| instants | `datetime64[us, UTC]` | `NaT` |
| amounts | `object` of exact `Decimal`; as floats `Float64` | `None`, as floats `NA` |

Null is "the ledger does not say", "not known yet", or in an analysis "too few values"; it is never 0.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from recorder.analysis.columns import NULL, Column, Ints, Mask, Objects, Runs, Whole, Words
from recorder.analysis.report import Report
from recorder.analysis.stats import exact
from recorder.analysis.texts import Texts, texts_of
from recorder.analysis.values import Cells, Columns, amount
from recorder.instants import SECOND, us_of
from recorder.ledger.cost import MICROS
from recorder.views import RUN_KINDS

Places: TypeAlias = npt.NDArray[np.intp]

FIRST_US: Final = us_of(datetime.min.replace(tzinfo=UTC))
LAST_US: Final = us_of(datetime.max.replace(tzinfo=UTC))
"""The first and last instant of the calendar; others are null, as in `analysis.values.instant`."""

_DTYPES: Mapping[str, Any] = {
    "text": "string",
    "count": "Int64",
    "flag": "boolean",
    "seconds": "Float64",
    "rate": "Float64",
    "number": "Float64",
    "instant": pd.DatetimeTZDtype("us", "UTC"),
}


def report_frame(report: Report, *, floats: bool = False) -> pd.DataFrame:
    """Return an analysis as a frame; its `attrs` hold `foot` (a line), `notes` (lines) and `populations` (counts)."""
    frame = rows_frame(report.rows, report.kinds, floats=floats)
    populations = dict(report.populations)
    frame.attrs = {"foot": report.foot, "notes": list(report.notes), "populations": populations}
    return frame


def runs_frame(runs: Runs, order: Places, *, floats: bool = False) -> pd.DataFrame:
    """Return runs as a frame with the columns of the view `runs`, made column by column.

    Args:
        runs: with the columns of `RUN_COLUMNS`.
        order: which of them, in order.
        floats: amounts as floats instead of exact decimals.
    """
    spans = {"queue_seconds": runs.queue, "run_seconds": runs.run, "wall_seconds": runs.wall}
    frame: dict[str, Any] = {}
    for name, kind in RUN_KINDS.items():
        span = spans.get(name.removesuffix("_sharp"))
        if span is not None:
            enters = span.enters if name.endswith("_sharp") else span.is_known
            frame[name] = _seconds(span.us[order], enters[order])
        elif name == "is_terminal":
            frame[name] = pd.arrays.BooleanArray(runs.is_terminal[order], ~runs.is_observed[order])
        elif kind == "amount":
            frame[name] = _amounts(runs.ints(f"{name}_micros").take(order), floats=floats)
        elif kind == "text":
            frame[name] = _texts(runs.column(name), order)
        else:
            frame[name] = _numbers(runs.ints(name).take(order), kind)
    return pd.DataFrame(frame, copy=False)


def _texts(column: Column, order: Places) -> Any:  # noqa: ANN401  # an extension array
    if pd.StringDtype().storage == "python":
        some = column.take(order)
        if isinstance(some, Words):
            some = Objects(np.array([*some.lexicon.words, None], np.object_)[some.codes])
        return pd.array(some.values, dtype="string")
    arrow = import_module("pyarrow")  # makes no Python object of a text
    places = column.codes[order] if isinstance(column, Words) else order
    return pd.arrays.ArrowStringArray(_distinct(arrow, column).take(arrow.array(places)))


def _distinct(arrow: Any, column: Column) -> Any:  # noqa: ANN401  # pyarrow has no types
    """Return the texts of a column, or the words that it is made of, as an Arrow array."""
    kind = arrow.large_string()
    if not isinstance(column, Texts):
        values = column.lexicon.words if isinstance(column, Words) else column.values
        return arrow.array(values, kind)
    texts = texts_of(column)
    there = texts.lengths.there
    buffers = np.packbits(there, bitorder="little"), texts.bounds, texts.data
    return arrow.Array.from_buffers(kind, len(there), [*map(arrow.py_buffer, buffers)])


def _numbers(column: Ints, kind: str) -> Any:  # noqa: ANN401  # an extension array
    if kind == "instant":
        known = column.there & (column.values >= FIRST_US) & (column.values <= LAST_US)
        instants = np.where(known, column.values, NULL).view("M8[us]")  # the same null
        return pd.DatetimeIndex(instants).tz_localize("UTC").array
    if kind == "flag":
        return pd.arrays.BooleanArray(column.values == 1, ~column.there)
    return pd.arrays.IntegerArray(column.values, ~column.there)


def _seconds(us: Whole, known: Mask) -> Any:  # noqa: ANN401  # an extension array
    seconds = exact(np.where(known, us, 0)) / SECOND
    return pd.arrays.FloatingArray(seconds.astype(np.float64), ~known)


def _amounts(micros: Ints, *, floats: bool) -> Any:  # noqa: ANN401  # an array
    if floats:
        numbers = exact(micros.filled(0).values) / MICROS
        return pd.arrays.FloatingArray(numbers.astype(np.float64), ~micros.there)
    # Amounts repeat: each Decimal is made once.
    places, distinct = pd.factorize(micros.values)
    amounts = [None if value == NULL else amount(value) for value in distinct.tolist()]
    return np.array([*amounts, None], np.object_)[places]


def rows_frame(rows: Iterable[Cells], kinds: Columns, *, floats: bool = False) -> pd.DataFrame:
    """Return rows as a frame.

    Args:
        rows: each with a value for every column.
        kinds: the kind of each column, in order.
        floats: amounts as floats instead of exact decimals.
    """
    cells: dict[str, list[Any]] = {name: [] for name in kinds}
    for row in rows:
        for name, column in cells.items():
            column.append(row[name])
    return pd.DataFrame(
        {name: _series(column, kinds[name], floats=floats) for name, column in cells.items()}
    )


def _series(cells: list[Any], kind: str, *, floats: bool) -> "pd.Series[Any]":
    if kind != "amount":
        return pd.Series(pd.array(cells, dtype=_DTYPES[kind]))
    if floats:
        numbers = [None if amount is None else float(amount) for amount in cells]
        return pd.Series(pd.array(numbers, dtype="Float64"))
    return pd.Series(cells, dtype=object)
