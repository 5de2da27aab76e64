"""Rows as pandas DataFrames.

Invariant: a frame has its columns and dtypes whether it holds rows or not. The one place that imports pandas.

| values | dtype | null |
|---|---|---|
| text, JSON text | `string` | `NA` |
| counts, HTTP statuses, milliseconds, micros | `Int64` | `NA` |
| flags | `boolean` | `NA` |
| seconds, rates (0 to 1) | `Float64` | `NA` |
| instants | `datetime64[us, UTC]` | `NaT` |
| amounts | `object` of exact `Decimal`; as floats `Float64` | `None`, as floats `NA` |

Null is "the ledger does not say", "not known yet", or in an analysis "too few to tell"; it is never 0.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from recorder.analysis.report import Report
from recorder.analysis.values import Cells, Columns

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
    """An analysis as a frame; its `attrs` hold the `foot` (a line) and the `populations` (counts)."""
    frame = rows_frame(report.rows, report.kinds, floats=floats)
    frame.attrs = {"foot": report.foot, "populations": dict(report.populations)}
    return frame


def rows_frame(rows: Iterable[Cells], kinds: Columns, *, floats: bool = False) -> pd.DataFrame:
    """Rows as a frame.

    Args:
        rows: each with a value for every column.
        kinds: the columns in order, and what they hold.
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
