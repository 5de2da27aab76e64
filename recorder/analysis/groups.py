"""Group runs by the terms of `--by`, and order the groups.

Invariant: a run is in exactly one group; a missing value is a group of its own, the last. Days and hours
are those of the instant that a run belongs to, in a time zone.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np

from recorder.analysis.building import Coder
from recorder.analysis.columns import ITEM, Lexicon, Runs, Whole, Word, Words
from recorder.analysis.rows import LABEL
from recorder.analysis.values import Kind
from recorder.errors import UsageError
from recorder.instants import HOUR, MINUTE, datetime_of

Key: TypeAlias = tuple[Word, ...]
Spelling: TypeAlias = Callable[[datetime], str | int]

_DIGITS: Final = re.compile(r"([0-9]+)")


def _day(moment: date) -> str:
    return f"{moment.year:04}-{moment.month:02}-{moment.day:02}"


def _week(moment: date) -> str:
    year, week, _ = moment.isocalendar()
    return f"{year:04}-W{week:02}"


_SPELLINGS: Final[Mapping[str, Spelling]] = MappingProxyType(
    {
        "hour": lambda moment: moment.hour,
        "weekday": lambda moment: moment.isoweekday(),
        "day": _day,
        "week": _week,
        "month": lambda moment: f"{moment.year:04}-{moment.month:02}",
    }
)
_COLUMNS: Final = ("slug", "version", "source", "mode", "status", "list_id")
_SIZES: Final = {0: "0", 3: "1-3", 10: "4-10", 30: "11-30", 100: "31-100", 300: "101-300"} | {
    1000: "301-1000",
    3000: "1001-3000",
}
_LARGEST: Final = "3001+"

TERMS: Final = (*_COLUMNS[:5], *_SPELLINGS, "list_id", "size")

ITEM_TERMS: Final = ("provider", "skipped_reason")
"""Terms of an analysis of items."""


def parse_by(by: str | Iterable[str] | None, more: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the terms of `--by`.

    Args:
        by: terms with commas between, or one by one; None or an empty text: no groups.
        more: terms in addition to `TERMS`.

    Raises:
        UsageError: a term is unknown, or stands there twice.
    """
    if not by:
        return ()
    texts = by.split(",") if isinstance(by, str) else by
    terms = [_term(text.strip(), more) for text in texts]
    twice = next((term for term in terms if terms.count(term) > 1), None)
    if twice is not None:
        raise UsageError(f"--by names {twice!r} twice: once is enough")
    return tuple(terms)


def _term(text: str, more: Sequence[str]) -> str:
    if text in TERMS or text in more:
        return text
    key = text.removeprefix(LABEL).strip()
    if not text.startswith(LABEL) or not key:
        raise UsageError(f"--by {text!r}: choose from {', '.join((*TERMS, *more))} and {LABEL}KEY")
    return LABEL + key


class Grouping:
    """The terms by which runs are grouped.

    Args:
        by: the terms, as `parse_by` takes them.
        tz: the time zone of days and hours.
        more: terms in addition to `TERMS`.
    """

    __slots__ = ("terms", "tz")

    def __init__(
        self,
        by: str | Iterable[str] | None = None,
        tz: tzinfo = UTC,
        more: Sequence[str] = (),
    ) -> None:
        self.terms = parse_by(by, more)
        self.tz = tz

    @property
    def needs(self) -> frozenset[str]:
        """The columns that the terms read."""
        return frozenset(name for term in self.terms for name in _needs(term))

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kinds of the leading columns of the rows."""
        return {term: "count" if term in ("hour", "weekday") else "text" for term in self.terms}

    def words(self, runs: Runs, term: str) -> Words:
        """Return the value of a term, or else of the column of that name, for each run."""
        if term in _SPELLINGS:
            return _spelt(runs.dated_at, _SPELLINGS[term], self.tz)
        return _sizes(runs) if term == "size" else runs.words(*_needs(term))

    def day(self, us: int) -> Word:
        """Return the day of an instant."""
        return _spell(us, _day, self.tz)

    def summary(self) -> str:
        """Return the groups in words, for a foot; empty without groups."""
        if not self.terms:
            return ""
        zone = f" ({self.tz})" if any(term in _SPELLINGS for term in self.terms) else ""
        return f"by {', '.join(self.terms)}{zone}"


def _needs(term: str) -> tuple[str, ...]:
    if term in _SPELLINGS:
        return ("dated_at",)
    if term in ITEM_TERMS:
        return (ITEM + term,)
    return ("leads_total",) if term == "size" else (term,)


def split(runs: Runs, columns: Sequence[Words]) -> Iterator[tuple[Key, Runs]]:
    """Yield the runs of each combination of words, in any order; without columns, all runs if there are any."""
    if not columns:
        if runs.n:
            yield (), runs
        return
    codes = np.zeros(runs.n, np.int64)
    for column in columns:
        codes = codes * max(len(column.lexicon.words), 1) + column.codes
        if runs.n and codes.max() >= 2**31:  # the next product might not fit 64 bits
            codes = np.unique(codes, return_inverse=True)[1]
    # numpy sorts 16 bits by radix, several times as fast.
    order = np.argsort(codes.astype(np.uint16) if _is_small(codes) else codes, kind="stable")
    codes, ordered = codes[order], runs.take(order)
    starts = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))[: runs.n]
    ends = [*starts[1:].tolist(), runs.n]
    for start, end in zip(starts.tolist(), ends, strict=False):
        at = order[start]
        key = tuple(column.lexicon.words[column.codes[at]] for column in columns)
        yield key, ordered.take(slice(start, end))


def _is_small(codes: Whole) -> bool:
    return not len(codes) or bool(codes.max() < 2**16)


def in_order(terms: Sequence[str], keys: Iterable[Key]) -> list[Key]:
    """Return groups by value, versions and sizes by their numbers, missing values last."""
    return sorted(
        keys, key=lambda key: [_rank(v, term) for v, term in zip(key, terms, strict=True)]
    )


def _rank(value: Word, term: str) -> tuple[bool, list[str | int], str]:
    if value is None:
        return True, [], ""
    if term in ("version", "size") and isinstance(value, str):
        return False, _numbered(value), value  # the text itself decides between 1 and 01
    return False, [value], ""


def _numbered(text: str) -> list[str | int]:
    """Return text and numbers in turn, so that 1.10 comes after 1.9."""
    parts = _DIGITS.split(text)
    return [int(part) if index % 2 else part for index, part in enumerate(parts)]


def days_between(days: Iterable[Word]) -> list[str]:
    """Return every day from the first to the last one."""
    known = sorted(date.fromisoformat(day) for day in days if isinstance(day, str))
    n = (known[-1] - known[0]).days + 1 if known else 0
    return [_day(known[0] + timedelta(days=number)) for number in range(n)]


def _sizes(runs: Runs) -> Words:
    total = runs.ints("leads_total")
    bounds = np.array(list(_SIZES))
    codes = np.where(total.there, np.searchsorted(bounds, total.values), len(bounds) + 1)
    return Words(codes.astype(np.int32), Lexicon([*_SIZES.values(), _LARGEST, None]))


def _spelt(instants: Whole, spelling: Spelling, tz: tzinfo) -> Words:
    """Return the spelling of each instant."""
    # It is computed once for all instants of an hour, unless it changes within: time zones do, at quarters at the least.
    codes, known = np.empty(len(instants), np.int32), Coder()
    left = np.arange(len(instants))
    for unit in (HOUR, 15 * MINUTE, 1):
        buckets, positions = np.unique(instants[left] // unit, return_inverse=True)
        first = [known[_spell(at * unit, spelling, tz)] for at in buckets.tolist()]
        last = [known[_spell(at * unit + unit - 1, spelling, tz)] for at in buckets.tolist()]
        codes[left] = np.array(first, np.int32)[positions]
        left = left[codes[left] != np.array(last, np.int32)[positions]]
        if not len(left):
            break
    return Words(codes, Lexicon(list(known)))


def _spell(us: int, spelling: Spelling, tz: tzinfo) -> Word:
    try:
        moment = datetime_of(us)
        return spelling(moment if tz is UTC else moment.astimezone(tz))
    except OverflowError:  # beyond the calendar
        return None
