"""The texts of values by the kind of their column, the same in a terminal's tables and on the page of a report.

Invariant: the numbers of a column have as many decimals as its readers need; a missing value is a dash. Served text stands
as it came: who shows it escapes it.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import partial
from typing import Final, get_args

from recorder.analysis.values import Kind, as_json, digits_of, is_finite
from recorder.humanize import percent, span
from recorder.instants import datetime_of, us_of
from recorder.ledger.jsontext import to_text

NULL: Final = "-"
NUMERIC: Final = frozenset(get_args(Kind)) - {"text", "flag", "instant"}
_DECIMALS: Final = 3  # of a float
_CENTS: Final = 2  # decimals of amounts, where one is 1 or more
_SHORT: Final = 10  # seconds; durations that are all shorter have two decimals
_MINUTE: Final = 60  # seconds; a longer duration is printed without decimals
_TO_THE_MINUTE: Final = len("2026-11-20 09:15")
_HUGE: Final = 10**15  # a larger number is printed with all its digits


def texts_of(
    kind: Kind, values: Sequence[object], tz: tzinfo = UTC, *, is_exact: bool = False
) -> list[str]:
    """Return the texts of a column: numbers have their points in line, a text stands as it is.

    Args:
        kind: of the column.
        values: one a row; None has a dash.
        tz: the zone of instants.
        is_exact: whether instants have seconds.
    """
    decimals, instant = _decimals_of(kind, values), partial(instant_text, tz=tz, is_exact=is_exact)
    return [_text(kind, value, decimals, instant) for value in values]


def bounds_texts(lows: Sequence[str], highs: Sequence[str]) -> list[str]:
    """Return what follows each value for its bounds: ` (3.7 to 9.9)`; nothing where one is missing.

    Percent and seconds stand with the value alone; `1 m 20 s` keeps its units.
    """
    return [
        "" if NULL in (low, high) else f" ({' to '.join(_without_unit(low, high))})"
        for low, high in zip(lows, highs, strict=True)
    ]


def _without_unit(low: str, high: str) -> tuple[str, str]:
    """Return the texts of two bounds, without the unit if both have one and the same."""
    for unit in (" %", " s"):
        bare = low.removesuffix(unit), high.removesuffix(unit)
        if low.endswith(unit) and high.endswith(unit) and not any(" " in text for text in bare):
            return bare
    return low, high


def _decimals_of(kind: Kind, values: Sequence[object]) -> int:
    """Return how many decimals the numbers of a column have: amounts cents, those that are all below 1 all of theirs."""
    decimals = max((_decimals(kind, value) for value in values), default=0)
    if kind == "seconds" and decimals:
        return 1 + (max(float(v) for v in values if isinstance(v, int | float | Decimal)) < _SHORT)
    if kind == "amount" and decimals:
        is_large = any(isinstance(v, Decimal) and abs(v) >= 1 for v in values)
        return _CENTS if is_large else max(decimals, _CENTS)
    return decimals


def _text(kind: Kind, value: object, decimals: int, instant: Callable[[datetime], str]) -> str:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal) and is_finite(value):
        return _number(kind, value, decimals)
    plain = as_json(value)
    if plain is None:
        return NULL
    if isinstance(plain, list) and all(isinstance(item, str) for item in plain):
        plain = ", ".join(map(str, plain))
    return plain if isinstance(plain, str) else to_text(plain)


def _number(kind: Kind, value: float | Decimal, decimals: int) -> str:
    if kind == "seconds":
        return span(float(value), decimals)
    if kind == "rate":
        return percent(float(value))
    if 0 < abs(float(value)) < 0.5 / 10.0**decimals:  # it would be printed as 0
        return f"{value:.2g}" if isinstance(value, float) else digits_of(value)
    return f"{value:,.{decimals}f}" if -_HUGE < value < _HUGE else digits_of(value)


def _decimals(kind: Kind, value: object) -> int:
    """Return how many decimals a number has; a float, and a duration below a minute, as many as are shown."""
    if kind == "seconds" and isinstance(value, float):
        return int(value < _MINUTE and not value.is_integer())
    if isinstance(value, float) and is_finite(value):
        text = f"{value:.{_DECIMALS}f}"
    elif isinstance(value, Decimal) and value.is_finite():
        text = digits_of(value)
    else:
        return 0
    fraction = text.partition(".")[2].rstrip("0")
    return len(fraction) if fraction.isdigit() else 0


def instant_text(value: datetime, tz: tzinfo, *, is_exact: bool = True) -> str:
    """Return an instant for reading: to the second, with Z in UTC, else with its offset; or short, to the minute."""
    utc = datetime_of(us_of(value))
    try:
        moment = utc if tz is UTC else utc.astimezone(tz)
    except OverflowError:  # the first or last hours of the calendar
        moment = utc
    if not is_exact and (moment is not utc or tz is UTC):
        return moment.isoformat(" ", "minutes")[:_TO_THE_MINUTE]
    text = moment.isoformat(" ", "seconds")
    return text.replace("+00:00", "Z") if moment is utc else text.removesuffix(":00")
