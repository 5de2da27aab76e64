"""Instants and durations: integer microseconds inside, ISO 8601 in UTC outside.

Invariant: an instant is microseconds since 1970-01-01T00:00:00Z as an int; no naive datetime is ever made.
`now_us` and `steady_us` are the only readers of a clock; the edges hand them in.
"""

import re
import time
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_INSTANT = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[T ](?P<time>\d{2}:\d{2}(?::\d{2})?)"
    r"(?:[.,](?P<fraction>\d+))?\s?(?P<zone>[zZ]|[+-]\d{2}(?::?\d{2})?)?"
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h|d|w)")
_UNIT_US = {"ms": 1000, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}


def now_us() -> int:
    """Return the wall clock's microseconds since 1970 UTC."""
    return time.time_ns() // 1000


def steady_us() -> int:
    """Return the microseconds of a clock that nobody sets, to measure how long something takes."""
    return time.monotonic_ns() // 1000


def parse_instant(text: str) -> int | None:
    """Return the microseconds since 1970 UTC of an ISO 8601 instant; None where the text is none.

    Args:
        text: with T or a blank between date and time, any number of fraction digits (cut to microseconds), and
            Z or an offset; without either it is UTC. Its year in UTC is 1 to 9999.
    """
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(f"{match['date']}T{match['time']}").replace(
            tzinfo=_zone(match["zone"])
        )
        fraction_us = int((match["fraction"] or "0").ljust(6, "0")[:6])
        return us_of(moment.astimezone(UTC)) + fraction_us
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if text is None or text in "zZ":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def parse_duration(text: str) -> int | None:
    """Return the microseconds of `3s`, `10m`, `24h`, `7d`, `500ms`; None where the text is no duration."""
    match = _DURATION.fullmatch(text.strip())
    return round(float(match[1]) * _UNIT_US[match[2]]) if match else None


def midnight(us: int, tz: tzinfo) -> int:
    """Return the midnight at which the day of an instant began in a zone, microseconds since 1970 UTC."""
    return us_of(datetime.combine(datetime_of(us).astimezone(tz), datetime.min.time(), tz))


def parse_when(text: str, *, now: int, tz: tzinfo = UTC) -> int | None:
    """Return the instant of an ISO 8601 text, a date, or `7d`; None where the text is none of these.

    Args:
        text: a date is its midnight in `tz`; `7d` is 7 days before `now`.
        now: microseconds since 1970 UTC.
        tz: the time zone of dates.
    """
    ago = parse_duration(text)
    if ago is not None:
        return now - ago
    if _DATE.fullmatch(text.strip()):
        return _midnight(text.strip(), tz)
    return parse_instant(text)


def _midnight(date: str, tz: tzinfo) -> int | None:
    try:
        return us_of(datetime.fromisoformat(date).replace(tzinfo=tz))
    except (ValueError, OverflowError):
        return None


def zone_named(name: str) -> tzinfo | None:
    """Return the time zone of a name (`UTC`, `Z`, `Europe/Berlin`), or None where there is none."""
    if name.upper() in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def us_of(moment: datetime) -> int:
    """Return the microseconds since 1970 UTC of an aware datetime."""
    if moment.tzinfo is None:
        raise ValueError(f"naive datetime {moment!r}: give it a time zone")
    return (moment - _EPOCH) // _MICROSECOND


def datetime_of(us: int) -> datetime:
    """Return the aware UTC datetime of an instant."""
    return _EPOCH + timedelta(microseconds=us)


def iso(us: int) -> str:
    """Return `2026-11-20T09:15:00.120000Z`, as the SQLite views spell an instant; cut to the years 1 to 9999."""
    # strftime does not fill up a year before 1000.
    return datetime_of(min(max(us, _FIRST), _LAST)).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def month_of(us: int) -> str:
    """Return `2026-11`: the month of an instant, in UTC."""
    return _month_of_day(us // DAY)


@lru_cache(maxsize=1000)
def _month_of_day(day: int) -> str:
    return iso(day * DAY)[:7]


def iso_seconds(us: int) -> str:
    """Return `2026-11-20T09:15:00Z`: an instant cut to the second, for messages."""
    return f"{iso(us)[:19]}Z"


def format_duration(us: int) -> str:
    """Return `3s`, `10m`, `1h`, `1.5s`: the shortest exact spelling in one unit."""
    for unit in ("d", "h", "m", "s", "ms"):
        if us % _UNIT_US[unit] == 0 and us:
            return f"{us // _UNIT_US[unit]}{unit}"
    return f"{us / SECOND:g}s"
