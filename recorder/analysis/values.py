"""A value as people read it: seconds, exact amounts, aware instants, counts in words.

Invariant: None stays None. Must not import anything that does I/O, nor numpy: the pass and the live table use it.
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
    whole, rest = divmod(abs(micros), MICROS)
    fraction = f".{rest:06}".rstrip("0").rstrip(".")
    return Decimal(f"{'-' if micros < 0 else ''}{whole}{fraction}")


def instant(us: int | None) -> datetime | None:
    """Return the aware UTC datetime; None too for what lies beyond the calendar."""
    try:
        return None if us is None else datetime_of(us)
    except OverflowError:
        return None


def plural(number: int, noun: str) -> str:
    """Return `1 run`, `2 runs`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
