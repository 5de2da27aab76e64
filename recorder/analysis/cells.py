"""The cells of a row of an analysis: each column declared once, and how a table shows it.

Invariant: counts are ints, seconds and rates floats, amounts exact decimals, instants aware UTC; None is "missing" or
"too few values".
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from recorder.analysis import values
from recorder.analysis.columns import Mask, n_of
from recorder.analysis.stats import Ranked, ratio, wilson
from recorder.analysis.values import Cell
from recorder.instants import SECOND

Row: TypeAlias = values.Row


def count(number: int | Mask | None, *, narrow: bool = False) -> Cell:
    """Return the cell of a count; of a mask, its number of runs."""
    return Cell("count", n_of(number) if isinstance(number, np.ndarray) else number, narrow)


def text(value: str | None, *, narrow: bool = False) -> Cell:
    """Return the cell of a text."""
    return Cell("text", value, narrow)


def key(value: str | None) -> Cell:
    """Return the cell of a text that names its row."""
    return Cell("text", value, narrow=True, key=True)


def flag(value: bool | None) -> Cell:  # noqa: FBT001  # the cell's value
    """Return the cell of a yes or no."""
    return Cell("flag", value)


def instant(us: int | None, *, narrow: bool = False) -> Cell:
    """Return the cell of an instant, from microseconds since 1970 UTC."""
    return Cell("instant", values.instant(us), narrow)


def seconds(us: int | None, *, narrow: bool = False, words: str | None = None) -> Cell:
    """Return the cell of a duration in seconds, from microseconds."""
    return Cell("seconds", values.seconds(us), narrow, words)


def amount(micros: int | None, *, narrow: bool = False) -> Cell:
    """Return the cell of an exact amount, from millionths."""
    return Cell("amount", values.amount(micros), narrow)


def rate(value: float | None, *, narrow: bool = False) -> Cell:
    """Return the cell of a share, 0 to 1."""
    return Cell("rate", value, narrow)


def number(value: float | None, *, narrow: bool = False) -> Cell:
    """Return the cell of a number of another unit."""
    return Cell("number", value, narrow)


def proportion(name: str, hits: int, n: int, *, narrow: bool = False, bar: bool = False) -> Row:
    """Return a rate and the bounds of Wilson's interval, as columns `NAME`, `NAME_low`, `NAME_high`."""
    low, high = wilson(hits, n)
    return {
        name: rate(ratio(hits, n), narrow=narrow)._replace(bar=bar),
        f"{name}_low": rate(low, narrow=narrow),
        f"{name}_high": rate(high, narrow=narrow),
    }


def grouped(name: str, cells: Row, *, narrow: str = "") -> Row:
    """Return cells under one heading, each named `NAME_` and its own name.

    Args:
        name: the name of what the columns share.
        cells: by the ending of their names.
        narrow: the endings of the columns that a table of 80 columns shows, with blanks between.
    """
    shown = narrow.split()
    return {
        f"{name}_{end}": cell._replace(group=name, narrow=cell.narrow or end in shown)
        for end, cell in cells.items()
    }


def percentiles(
    name: str, measured: npt.ArrayLike, *percents: int, scale: int = SECOND, narrow: str = ""
) -> Row:
    """Return n, the percentiles and the largest of a measure in seconds, as columns `NAME_n`, `NAME_p50`, `NAME_max`.

    Args:
        name: the name of the measure.
        measured: its values.
        percents: the percentiles.
        scale: the number of the values' units in a second.
        narrow: as for `grouped`.
    """
    ranked = Ranked(measured)
    points = {f"p{percent}": ranked.at(percent) for percent in percents} | {"max": ranked.max}
    cells = {end: Cell("seconds", None if v is None else v / scale) for end, v in points.items()}
    return grouped(name, {"n": count(ranked.n), **cells}, narrow=narrow)


def plain(row: Row, *, reading: bool = False) -> dict[str, Any]:
    """Return the values of a row; for reading, the words of a cell that has them."""
    return {
        name: cell.words if reading and cell.words is not None else cell.value
        for name, cell in row.items()
    }
