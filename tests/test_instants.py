"""Instants and durations, in and out."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.instants import (
    DAY,
    HOUR,
    SECOND,
    datetime_of,
    format_duration,
    iso,
    parse_duration,
    parse_instant,
    parse_when,
    us_of,
)

AWARE = st.datetimes(timezones=st.just(UTC))
LATE_IN_YEAR_1, EARLY_IN_YEAR_9999 = datetime(1, 12, 1), datetime(9999, 1, 31)  # noqa: DTZ001  # hypothesis wants these naive
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


@given(AWARE)
def test_an_instant_survives_its_spelling(moment: datetime) -> None:
    """Microseconds, aware datetimes and text stand for each other in all years, before 1970 too."""
    us = us_of(moment)
    assert datetime_of(us) == moment
    assert parse_instant(iso(us)) == us
    assert len(iso(us)) == 27


@given(st.datetimes(LATE_IN_YEAR_1, EARLY_IN_YEAR_9999, timezones=OFFSETS))
def test_offsets_are_reckoned(moment: datetime) -> None:
    """An offset is taken off, in each of its spellings."""
    assert parse_instant(moment.isoformat()) == us_of(moment)
    assert parse_instant(f"{moment:%Y-%m-%dT%H:%M:%S.%f%z}".rjust(31, "0")) == us_of(moment)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-11-20T10:15:00+01:00", "2026-11-20T09:15:00Z"),
        ("2026-11-20T04:45:00-0430", "2026-11-20T09:15:00Z"),
        ("2026-11-20T10:15:00+01", "2026-11-20T09:15:00Z"),
        ("2026-11-20 09:15:00Z", "2026-11-20T09:15:00Z"),
        ("2026-11-20 09:15:00 Z", "2026-11-20T09:15:00Z"),
        ("2026-11-20T09:15:00z", "2026-11-20T09:15:00Z"),
        ("2026-11-20T09:15:00", "2026-11-20T09:15:00Z"),
        ("2026-11-20T09:15", "2026-11-20T09:15:00Z"),
        (" 2026-11-20T09:15:00Z\n", "2026-11-20T09:15:00Z"),
        ("2026-11-20T09:15:00,5Z", "2026-11-20T09:15:00.500Z"),
        ("2026-11-20T09:15:00.123456789Z", "2026-11-20T09:15:00.123456Z"),
        ("1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999Z"),
    ],
)
def test_spellings_of_one_instant(text: str, same: str) -> None:
    """Offsets, blanks, short and long fractions (cut, not rounded), no zone (UTC)."""
    assert parse_instant(text) == us_of(datetime.fromisoformat(same))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-20",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-11-20T25:00:00Z",
        "2026-11-20T09:15:60Z",
        "2026-11-20T09:15:00.Z",
        "2026-11-20T09:15:00+25:00",
        "20261120T091500Z",
        "2026-11-20T09:15:00 UTC",
        "1763629200",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        "10000-01-01T00:00:00Z",
    ],
)
def test_what_is_no_instant(text: str) -> None:
    """Other notations, impossible days and what lies outside the years 1 to 9999 of UTC are none."""
    assert parse_instant(text) is None


@given(st.text())
def test_reading_instants_is_total(text: str) -> None:
    """Any text is an instant that can be written, or none."""
    us = parse_instant(text)
    if us is not None:
        assert parse_instant(iso(us)) == us


def test_naive_datetimes_are_refused() -> None:
    """A datetime without a zone is an error, not a guess."""
    with pytest.raises(ValueError, match="naive"):
        us_of(datetime(2026, 11, 20))  # noqa: DTZ001  # the point


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("3s", 3 * SECOND),
        ("1.5s", 1_500_000),
        ("500ms", 500_000),
        ("10m", 600 * SECOND),
        ("24h", 24 * HOUR),
        ("7d", 7 * DAY),
        ("2w", 14 * DAY),
        ("0s", 0),
    ],
)
def test_durations(text: str, us: int) -> None:
    """A number and one unit."""
    assert parse_duration(text) == us


@pytest.mark.parametrize("text", ["", "3", "s", "-3s", "3 s", "1h30m", "3S", "three s"])
def test_what_is_no_duration(text: str) -> None:
    """No unit, two units, signs and words are refused."""
    assert parse_duration(text) is None


@given(st.integers(1, 10**9 - 1))
def test_a_duration_is_shown_exactly(milliseconds: int) -> None:
    """Whole milliseconds read back as they were."""
    us = milliseconds * 1000
    assert parse_duration(format_duration(us)) == us


def test_when_is_an_instant_a_date_or_so_long_ago() -> None:
    """`--since` takes ISO 8601, a date (its first moment in UTC), or a duration back from now."""
    now = us_of(datetime(2026, 11, 20, 12, tzinfo=UTC))
    assert parse_when("24h", now=now) == now - DAY
    assert parse_when("2026-11-20", now=now) == now - 12 * HOUR
    assert parse_when("2026-11-20T12:00:00Z", now=now) == now
    assert parse_when("yesterday", now=now) is None
