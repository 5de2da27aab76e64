"""Values as people read them: seconds, exact amounts, aware instants.

Invariant: None stays None. Does not import numpy: the pass and the live table use it.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from recorder.instants import SECOND, datetime_of
from recorder.ledger.cost import MICROS

Kind: TypeAlias = Literal["text", "count", "seconds", "rate", "number", "amount", "flag", "instant"]
Columns: TypeAlias = Mapping[str, Kind]
Cells: TypeAlias = dict[str, object]


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
