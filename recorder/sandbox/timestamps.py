"""Instants of the sandbox: integer microseconds since 1970 UTC, spelled in ISO 8601.

The program has a module like it; the sandbox keeps its own, so that it stays a distribution of its own.
"""

import time
from datetime import UTC, datetime, timedelta

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now_us() -> int:
    """Return the wall clock's microseconds since 1970 UTC."""
    return time.time_ns() // 1000


def iso(us: int, *, digits: int = 6) -> str:
    """Return an instant as `2026-11-20T09:15:00.120000Z`.

    Args:
        us: microseconds since 1970 UTC, in the years 1 to 9999.
        digits: digits of the fraction of a second, cut.
    """
    moment = _EPOCH + timedelta(microseconds=us)
    fraction = f"{moment.microsecond:06d}"[:digits]
    return f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}.{fraction}Z"
