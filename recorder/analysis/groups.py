"""`--by`: what runs are grouped by, and in which order the groups stand.

Invariant: a run is in exactly one group; a missing value is a group of its own, the last. Days, weeks and months are
those of the instant that a run belongs to, in the time zone given. Must not import anything that does I/O.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, date, tzinfo
from types import MappingProxyType
from typing import Final, TypeAlias

from recorder.analysis.rows import RunRow
from recorder.errors import UsageError
from recorder.instants import datetime_of

TERMS: Final = ("slug", "version", "source", "mode", "status", "day", "week", "month")
LABEL: Final = "label:"

Key: TypeAlias = tuple[str | None, ...]

_BUCKETS: Final = ("day", "week", "month")
_DIGITS: Final = re.compile(r"([0-9]+)")


def parse_by(given: str | Iterable[str] | None) -> tuple[str, ...]:
    """The terms of `--by`.

    Args:
        given: terms with commas between, or one by one; None or nothing at all: no groups.

    Raises:
        UsageError: a term that nobody knows, or one that stands there twice.
    """
    if not given:
        return ()
    terms = given.split(",") if isinstance(given, str) else list(given)
    terms = [_term(term.strip()) for term in terms]
    twice = next((term for term in terms if terms.count(term) > 1), None)
    if twice is not None:
        raise UsageError(f"--by names {twice!r} twice: once is enough")
    return tuple(terms)


def _term(text: str) -> str:
    if text in TERMS:
        return text
    key = text.removeprefix(LABEL).strip()
    if not text.startswith(LABEL) or not key:
        raise UsageError(f"--by {text!r}: choose from {', '.join(TERMS)} and {LABEL}KEY")
    return LABEL + key


class Grouping:
    """Puts runs into groups.

    Args:
        by: as `parse_by` takes it.
        tz: the zone of days, weeks and months.
    """

    __slots__ = ("_getters", "_status_at", "terms", "tz")

    def __init__(self, by: str | Iterable[str] | None = None, tz: tzinfo = UTC) -> None:
        self.terms = parse_by(by)
        self.tz = tz
        self._getters = [_getter(term, tz) for term in self.terms]
        self._status_at = self.terms.index("status") if "status" in self.terms else None

    @property
    def has_status(self) -> bool:
        """Whether the status is one of the terms."""
        return self._status_at is not None

    def key(self, row: RunRow) -> Key:
        """The group of a run: one value for each term."""
        return tuple([get(row) for get in self._getters])

    def beside(self, key: Key) -> Key:
        """The group without its status: where what has no status of its own is counted."""
        at = self._status_at
        return key if at is None else key[:at] + key[at + 1 :]

    def unstated(self, beside: Key) -> Key:
        """The group of no status for a group without status."""
        at = self._status_at
        return beside if at is None else (*beside[:at], None, *beside[at:])

    def ordered(self, keys: Iterable[Key]) -> list[Key]:
        """Groups by value, versions by their numbers, missing values last.

        Args:
            keys: of `key`, or with more values behind.
        """
        return sorted(keys, key=self._rank)

    def _rank(self, key: Key) -> list[tuple[bool, list[str | int]]]:
        terms = (*self.terms, *[""] * len(key))
        return [_place(value, term) for value, term in zip(key, terms, strict=False)]

    def cells(self, key: Key) -> dict[str, object]:
        """The leading columns of a group's row."""
        return dict(zip(self.terms, key, strict=False))

    def told(self) -> str:
        """The groups in words, for a foot; empty where there are none."""
        if not self.terms:
            return ""
        zone = f" ({self.tz})" if any(term in _BUCKETS for term in self.terms) else ""
        return f"by {', '.join(self.terms)}{zone}"

    def keys_to_show(
        self, groups: Collection[Key], beside: Iterable[Key], *, more: int = 0
    ) -> list[Key]:
        """All groups in order: those that hold runs, and those that only something beside them speaks of.

        Args:
            groups: of `key`, with `more` values behind.
            beside: of `beside`, with as many behind.
            more: how many; without terms there is always one group, these None.
        """
        held = {self.beside(key) for key in groups}
        alone = {self.unstated(key) for key in beside if key not in held}
        return self.ordered({*groups, *alone} or ([] if self.terms else [(None,) * more]))


def _place(value: str | None, term: str) -> tuple[bool, list[str | int]]:
    if value is None:
        return True, []
    return False, _numbered(value) if term == "version" else [value]


def _numbered(text: str) -> list[str | int]:
    """Text and numbers in turn, so that 1.10 comes after 1.9; the text itself settles ties such as 1 and 01."""
    parts = _DIGITS.split(text)
    return [int(part) if index % 2 else part for index, part in enumerate(parts)] + [text]


def _getter(term: str, tz: tzinfo) -> Callable[[RunRow], str | None]:
    if term in _BUCKETS:
        return _bucket(_SPELLINGS[term], tz)
    if term.startswith(LABEL):
        key = term.removeprefix(LABEL)
        return lambda row: row.labels.get(key)
    return _FIELDS[term]


def _bucket(spell: Callable[[date], str], tz: tzinfo) -> Callable[[RunRow], str | None]:
    def bucket(row: RunRow) -> str | None:
        try:
            moment = datetime_of(row.dated_at)
            return spell(moment if tz is UTC else moment.astimezone(tz))
        except OverflowError:  # beyond the calendar
            return None

    return bucket


def _day(moment: date) -> str:
    return f"{moment.year:04}-{moment.month:02}-{moment.day:02}"


def _week(moment: date) -> str:
    year, week, _ = moment.isocalendar()
    return f"{year:04}-W{week:02}"


def _month(moment: date) -> str:
    return f"{moment.year:04}-{moment.month:02}"


_SPELLINGS: Final = {"day": _day, "week": _week, "month": _month}
_FIELDS: Final[Mapping[str, Callable[[RunRow], str | None]]] = MappingProxyType(
    {
        "slug": lambda row: row.slug,
        "version": lambda row: row.version,
        "source": lambda row: row.source,
        "mode": lambda row: row.mode,
        "status": lambda row: row.status,
    }
)
