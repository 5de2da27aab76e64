"""The arguments of `recorder.open()`'s methods as people write them: instants, zones and filters.

Invariant: an argument that makes no sense is a UsageError that names it and its value.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo
from typing import Any, TypeAlias, TypedDict, Unpack

from recorder.analysis.filters import Filters
from recorder.analysis.values import instant
from recorder.errors import UsageError
from recorder.instants import parse_when, us_of, zone_named

When: TypeAlias = str | date | datetime
"""An instant: ISO text, a date (its midnight in the argument `tz`), an aware datetime or Timestamp, or `7d`, `24h` = so long ago,
before its instant for a history as of one."""

Words: TypeAlias = str | Iterable[str]
Versions: TypeAlias = Words | int | Iterable[int]


class Which(TypedDict, total=False):
    """The filters of a query; without any it is about all runs.

    Attributes:
        since: runs that were created (where the ledger does not say: tracked) at this instant or later.
        until: runs that were created before.
        status: runs of any of these statuses; one word, several, or a text with commas.
        slug: runs of any of these enrichments; one word, or several.
        version: runs of any of these versions; one, or several: 3 is "3".
        source: runs of this source; None: the one of the settings, else all.
        label: runs with all of these labels.
    """

    since: When | None
    until: When | None
    status: Words
    slug: Words
    version: Versions
    source: str | None
    label: Mapping[str, str] | None


def chosen_filters(tz: str | tzinfo, *, now: int, **which: Unpack[Which]) -> Filters:
    """Return the filters; dates are of the zone `tz`, and `7d` counts from `now`.

    Raises:
        TypeError: a filter has another name.
    """
    unknown = which.keys() - Which.__annotations__.keys()
    if unknown:
        known = ", ".join(Which.__annotations__)
        raise TypeError(f"no filter {', '.join(map(repr, sorted(unknown)))}: there are {known}")
    since, until, zone = which.get("since"), which.get("until"), time_zone(tz)
    return Filters(
        since=None if since is None else instant_us(since, "since", zone, now=now),
        until=None if until is None else instant_us(until, "until", zone, now=now),
        status=tuple(word for text in _words(which.get("status", ())) for word in text.split(",")),
        slug=_words(which.get("slug", ())),
        version=_words(which.get("version", ())),
        source=which.get("source"),
        labels=tuple((which.get("label") or {}).items()),
    )


def _words(words: Versions) -> tuple[str, ...]:
    return (str(words),) if isinstance(words, str | int) else tuple(map(str, words))


def instant_us(when: When, name: str, tz: str | tzinfo, *, now: int) -> int:
    """Return microseconds since 1970 UTC; a date is its midnight in `tz`, and `7d` counts from `now`."""
    if isinstance(when, datetime):  # a Timestamp is one
        if when.tzinfo is None:
            raise UsageError(f"{name}={when}: no time zone: write 2026-11-20T09:15:00Z")
        return int(us_of(when))
    text = when.isoformat() if isinstance(when, date) else when
    us = parse_when(text, now=now, tz=time_zone(tz))
    if us is None or instant(us) is None:  # or beyond the calendar
        raise UsageError(f"{name}={text!r}: write 2026-11-20T09:15:00Z, 2026-11-20, or 7d (ago)")
    return us


def option_value(
    kind: str | None,
    name: str,
    value: Any,  # noqa: ANN401
    tz: str | tzinfo,
    *,
    now: int,
) -> Any:  # noqa: ANN401
    """Return the value of an option of an analysis, from what a caller gives for one of that kind."""
    if value is not None and kind == "instant":
        return instant_us(value, name, tz, now=now)
    return chosen_filters(tz, now=now, **value) if isinstance(value, Mapping) else value


def time_zone(tz: str | tzinfo) -> tzinfo:
    """Return the zone of a name."""
    zone = zone_named(tz) if isinstance(tz, str) else tz
    if zone is None:
        raise UsageError(f"tz={tz!r} is no time zone: write UTC or Europe/Berlin")
    return zone
