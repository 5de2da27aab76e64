"""Numbers, durations and amounts as people read them. Pure."""

from decimal import Decimal

from recorder.instants import SECOND

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_UNITS = ((_DAY, "d", _HOUR, "h"), (_HOUR, "h", _MINUTE, "m"), (_MINUTE, "m", 1, "s"))


def span(seconds: float) -> str:
    """`0.4s`, `15.5s`, `3m 20s`, `2h 5m`, `3d 4h`: two units at most."""
    if seconds < 0:
        return f"-{span(-seconds)}"
    if round(seconds, 1) < _MINUTE:
        return f"{seconds:.1f}".removesuffix(".0") + "s"
    whole = round(seconds)
    large, name, small, rest_name = next(unit for unit in _UNITS if whole >= unit[0])
    count, rest = divmod(whole, large)
    return f"{count}{name}" + (f" {rest // small}{rest_name}" if rest >= small else "")


def whole_span(us: int) -> str:
    """Return a duration of microseconds in whole seconds, so that it changes calmly; a negative one as `0s`."""
    return span(max(us, 0) // SECOND)


def clock_words(ahead_us: int) -> str:
    """Return how a clock that is ahead by so much stands to the other: `8d ahead of`, `1h behind`."""
    return f"{whole_span(abs(ahead_us))} {'ahead of' if ahead_us > 0 else 'behind'}"


def from_to(first: str, last: str) -> str:
    """`2026-11-20 09:15:00Z to 09:15:09Z`: the second instant without the date if that is the first's."""
    date = first.partition(" ")[0] + " "
    return first if first == last else f"{first} to {last.removeprefix(date)}"


def amount(value: Decimal | None, unit: str | None = None) -> str:
    """`12.5 credits`; `-` for none."""
    if value is None:
        return "-"
    return f"{value:f} {unit}" if unit else f"{value:f}"


def counted(number: int, noun: str) -> str:
    """`1 poll`, `2 polls`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
