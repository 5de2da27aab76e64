"""The cells of a row of an analysis: each column declared once, with its name, its kind and whether a table shows it.

Invariant: counts are ints, seconds and rates floats, amounts exact decimals, instants aware UTC; None is "missing" or
"too few values".
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from recorder.analysis import values
from recorder.analysis.columns import Mask, n_of
from recorder.analysis.stats import Ranked, ratio, wilson
from recorder.instants import SECOND


class Cell(NamedTuple):
    """One cell of a row.

    Attributes:
        kind: the kind of the column.
        value: None where missing.
        narrow: whether a narrow table shows the column.
        words: the text that a table shows instead of the value.
    """

    kind: values.Kind
    value: object
    narrow: bool = False
    words: str | None = None


Row: TypeAlias = dict[str, Cell]


def count(number: int | Mask | None, *, narrow: bool = False) -> Cell:
    """Return the cell of a count; of a mask, its number of runs."""
    return Cell("count", n_of(number) if isinstance(number, np.ndarray) else number, narrow)


def text(value: str | None, *, narrow: bool = False) -> Cell:
    """Return the cell of a text."""
    return Cell("text", value, narrow)


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


def proportion(hits: int, n: int, *, narrow: bool = False) -> tuple[Cell, Cell, Cell]:
    """Return the cells of a rate and the bounds of Wilson's interval."""
    low, high = wilson(hits, n)
    return rate(ratio(hits, n), narrow=narrow), rate(low, narrow=narrow), rate(high, narrow=narrow)


def percentiles(
    name: str, measured: npt.ArrayLike, *percents: int, scale: int = SECOND, narrow: str = ""
) -> Row:
    """Return n, the percentiles and the largest of a measure in seconds, as columns `NAME_n`, `NAME_p50`, `NAME_max`.

    Args:
        name: the name of the measure.
        measured: its values.
        percents: the percentiles.
        scale: the number of the values' units in a second.
        narrow: the endings of the columns that a narrow table shows, with blanks between.
    """
    ranked, shown = Ranked(measured), narrow.split()
    points = {f"p{percent}": ranked.at(percent) for percent in percents} | {"max": ranked.max}
    return {f"{name}_n": count(ranked.n, narrow="n" in shown)} | {
        f"{name}_{end}": Cell("seconds", None if v is None else v / scale, end in shown)
        for end, v in points.items()
    }


def plain(row: Row, *, reading: bool = False) -> dict[str, Any]:
    """Return the values of a row; for reading, the words of a cell that has them."""
    return {
        name: cell.words if reading and cell.words is not None else cell.value
        for name, cell in row.items()
    }
