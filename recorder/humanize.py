"""Numbers, durations and amounts as people read them. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from recorder.instants import SECOND

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_TINY_PERCENT = 0.05  # less would be printed as 0.0 %
_LEAST_PERCENT = 0.0001  # less is
_UNITS = ((_DAY, "d", _HOUR, "h"), (_HOUR, "h", _MINUTE, "m"), (_MINUTE, "m", 1, "s"))


def span(seconds: float, decimals: int | None = None) -> str:
    """Return a duration in at most two units: `0.42 s`, `15.5 s`, `3 m 20 s`, `2 h 5 m`, `3 d 4 h`.

    Args:
        seconds: the duration.
        decimals: of one below a minute; None: no more than it needs.
    """
    if round(seconds, 2 if decimals is None else decimals) < 0:
        return f"-{span(-seconds, decimals)}"
    seconds = abs(seconds)
    if round(seconds, 1) < _MINUTE:
        trimmed = f"{seconds:.{2 if seconds < 1 else 1}f}".rstrip("0").rstrip(".")
        return f"{trimmed if decimals is None else format(seconds, f'.{decimals}f')} s"
    whole = round(seconds)
    large, large_unit, small, small_unit = next(unit for unit in _UNITS if whole >= unit[0])
    count, remainder = divmod(whole, large)
    more = f" {remainder // small} {small_unit}" if remainder >= small else ""
    return f"{count} {large_unit}{more}"


def percent(share: float) -> str:
    """Return a share as a percentage: `6.1 %`, `0.012 %`."""
    value = 100 * share
    return f"{value:.2g} %" if _LEAST_PERCENT < abs(value) < _TINY_PERCENT else f"{value:,.1f} %"


def rough_span(seconds: float) -> str:
    """Return a duration in the largest unit of which there are three: `170 s`, `3 m`, `70 h`."""
    units = ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m"))
    size, unit = next((one for one in units if seconds >= 3 * one[0]), (1, "s"))
    return f"{round(seconds / size)} {unit}"


def whole_span(us: int) -> str:
    """Return a duration of microseconds in whole seconds; a negative one as `0 s`."""
    return span(max(us, 0) // SECOND)


def time_left(cells: Mapping[str, Any], *, briefly: bool = False) -> str:
    """Return what remains of a run, with its 80 % interval; empty where nobody can say.

    Args:
        cells: with the columns of `views.REMAINING_KINDS`.
        briefly: `40s (12s-2m)` instead of `about 40 s (12 s to 2 m)`.
    """
    seconds = [cells[f"remaining_seconds_{point}"] for point in ("p10", "p50", "p90")]
    if None in seconds:
        return ""
    if briefly:
        low, middle, high = (rough_span(int(one)).replace(" ", "") for one in seconds)
        return f"{middle} ({low}-{high})"
    low, middle, high = (span(int(one)) for one in seconds)
    return f"about {middle} ({low} to {high})"


def ago(at: int | None, now: int) -> str | None:
    """Return how long before `now` an instant was: `5 m ago`; None for none."""
    return None if at is None else f"{whole_span(now - at)} ago"


def clock_words(ahead_us: int) -> str:
    """Return how far a clock is ahead of another or behind it: `8 d ahead of`, `1 h behind`."""
    return f"{whole_span(abs(ahead_us))} {'ahead of' if ahead_us > 0 else 'behind'}"


def from_to(first: str, last: str) -> str:
    """Return a period, its second date only where it differs: `2026-11-20 09:15:00Z to 09:15:09Z`."""
    date = first.partition(" ")[0] + " "
    return first if first == last else f"{first} to {last.removeprefix(date)}"


def amount_text(value: Decimal | None, unit: str | None = None) -> str:
    """Return an amount digit by digit, with its unit: `1,012.5 credits`; `-` for none."""
    if value is None:
        return "-"
    return f"{value:,f} {unit}" if unit else f"{value:,f}"


def cost_text(actual: Decimal | None, preview: Decimal | None, unit: str | None = None) -> str:
    """Return both sides of a cost, actual first: `12.5/12 credits`; `-` for a side that is None."""
    sides = f"{amount_text(actual)}/{amount_text(preview)}"
    return f"{sides} {unit}" if unit else sides


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 poll`, `2 polls`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def percent_digits(share: float) -> str:
    """Return a share in percent, whole from 10 on: `18`, `4.2`."""
    percent = 100 * share
    return f"{percent:.0f}" if abs(percent) >= 10 else f"{percent:.1f}".removesuffix(".0")  # noqa: PLR2004
