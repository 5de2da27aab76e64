"""Values as people read them, seconds, exact amounts, aware instants, and the cells that declare columns.

Invariant: None stays None. Does not import numpy: the pass and the live table use it.
"""

import math
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple, TypeAlias

from recorder.instants import SECOND, datetime_of, iso, us_of
from recorder.ledger.cost import MICROS
from recorder.ledger.jsontext import Json, Number

Kind: TypeAlias = Literal["text", "count", "seconds", "rate", "number", "amount", "flag", "instant"]
Columns: TypeAlias = Mapping[str, Kind]
Cells: TypeAlias = dict[str, object]

_LONGEST_PLAIN = 30  # digits; a Decimal of more is written with an exponent


class Cell(NamedTuple):
    """One cell of a row; it declares its column to a table.

    Attributes:
        kind: the kind of the column.
        value: None where missing.
        narrow: whether a table of 80 columns shows the column.
        words: the text that a table shows instead of the value.
        group: the beginning of the names of the columns that share a heading, such as `run_seconds`.
        key: whether the column stands whole in each part of a table, as one that names its row or a verdict.
        bar: whether the numbers have bars next to them.
        main: whether a table that lacks room leaves out other columns first; one with bars is so too.
    """

    kind: Kind
    value: object = None
    narrow: bool = False
    words: str | None = None
    group: str = ""
    key: bool = False
    bar: bool = False
    main: bool = False


Row: TypeAlias = dict[str, Cell]


def kinds(columns: str, **special: str) -> dict[str, Kind]:
    """Return the kind of each column: text, unless it is named under another kind."""
    found: dict[str, Any] = dict.fromkeys(columns.split(), "text")
    for kind, names in special.items():
        found |= dict.fromkeys(names.split(), kind)
    return found


def declared(kinds: Columns, *, keys: Collection[str] = ()) -> Row:
    """Return the columns of these kinds as cells without values."""
    return {name: Cell(kind, key=name in keys) for name, kind in kinds.items()}


def seconds(us: int | None) -> float | None:
    """Return the seconds of microseconds."""
    return None if us is None else us / SECOND


def amount(micros: int | None) -> Decimal | None:
    """Return the exact amount of micros, with no digit more than it needs and never an exponent."""
    if micros is None:
        return None
    whole, part = divmod(abs(micros), MICROS)
    fraction = f".{part:06}".rstrip("0").rstrip(".")
    return Decimal(f"{'-' if micros < 0 else ''}{whole}{fraction}")


def instant(us: int | None) -> datetime | None:
    """Return the aware UTC datetime; None too beyond the calendar."""
    try:
        return None if us is None else datetime_of(us)
    except OverflowError:
        return None


def as_json(value: object) -> Json:
    """Return a cell's value as a JSON value; a number that is not finite is null."""
    if value is None or isinstance(value, bool | str | Number):
        return value
    if isinstance(value, datetime):
        return iso(us_of(value))
    if isinstance(value, int | float | Decimal):
        return Number(digits_of(value)) if is_finite(value) else None
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    raise TypeError(f"no value of a cell: {type(value).__name__}")


def is_finite(value: float | Decimal) -> bool:
    """Return whether a number has a value."""
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int) or math.isfinite(value)


def digits_of(value: float | Decimal) -> str:
    """Return a number digit by digit."""
    if isinstance(value, Decimal):
        return format(value, "f") if abs(value.adjusted()) < _LONGEST_PLAIN else str(value)
    return repr(value) if isinstance(value, float) else str(int(value))
