"""How well the history was caught: how far to trust the other reports.

Invariant: only good polls cover. The time that a run was in flight and ours to watch begins at its creation or, where
that was later, its tracking, and stops at its end, or at the last good poll of one that was not seen to end.
What of it is overdue stands apart: it is polled slowly on purpose.
Must not import anything that does I/O.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import pairwise
from typing import Final

from recorder.analysis.filters import Filters
from recorder.analysis.groups import Grouping, Key
from recorder.analysis.report import Cells, Kind, Report, Tally, by_kinds, report, seconds
from recorder.analysis.rows import RunRow
from recorder.analysis.stats import Ranked, ratio
from recorder.instants import HOUR, MINUTE, SECOND
from recorder.life import flight_since

REACH_US: Final = 15 * SECOND
"""How far from a good poll time counts as seen."""

CLASSES: Final = ("from_start", "mid_flight", "post_hoc", "unclassed")
_ODD: Final = {
    "odd_sums": ("counts_off_total",),
    "negative_times": ("queue_negative", "run_negative", "wall_negative"),
    "rough_ends": ("end_wide",),
    "missing_ends": ("no_ended_at",),
}
_BEFORE: Final = ("runs", "observed", "lost", "unobserved", *CLASSES)
_POLLS: Final = ("polls", "good_polls", "not_visible_polls", "throttled_polls", "error_polls")
_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(_BEFORE, "count"),
    **dict.fromkeys(("in_flight_seconds", "overdue_seconds", "covered_seconds"), "seconds"),
    "coverage": "rate",
    "gap_seconds_n": "count",
    **dict.fromkeys(("gap_seconds_p50", "gap_seconds_p95", "gap_seconds_max"), "seconds"),
    **dict.fromkeys(_POLLS, "count"),
    "error_share": "rate",
    "snapshots": "count",
    "snapshots_per_poll": "rate",
    **dict.fromkeys(("unparsed_costs", *_ODD, "unreadable", "reopened"), "count"),
    "seconds_since_good_poll": "seconds",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """The polls of one run, as far as coverage needs them.

    Attributes:
        good_at: microseconds since 1970 UTC, ascending: when good answers were read, up to and including the first
            that saw the run's present end. Looks after that one settle, they watch nothing.
        n_good: good answers in all.
        n_not_visible: 404.
        n_throttled: 429.
        n_errors: whatever else was no good answer.
    """

    good_at: Sequence[int] = ()
    n_good: int = 0
    n_not_visible: int = 0
    n_throttled: int = 0
    n_errors: int = 0


def coverage(
    watched: Iterable[tuple[RunRow, Looks]],
    *,
    by: str | Iterable[str] | None = None,
    filters: Filters | None = None,
    tz: tzinfo = UTC,
    now: int | None = None,
    overdue_after_us: int = 10 * MINUTE,
) -> Report:
    """Return how much of the time in flight was seen, at what gaps, and what could not be read.

    Args:
        watched: tracked runs, each with its polls.
        by: groups, as `parse_by` takes them.
        filters: which runs, the status included.
        tz: the zone of days, weeks and months.
        now: microseconds since 1970 UTC; None: the seconds since the last good poll are not told.
        overdue_after_us: a run in flight for longer is overdue.

    Returns:
        A row a group. `runs`, of them `observed` (`from_start`, `mid_flight`, `post_hoc` by the status first seen,
        `unclassed`: a word that nobody knows), `lost`, `unobserved`.
        `in_flight_seconds`: from `createdAt` or tracking, the later, to the end or the last good poll of runs not seen
        to end, as far as they were not overdue; `overdue_seconds`: the rest of that time. Runs of which no such time
        is known add nothing. `covered_seconds`: the part of `in_flight_seconds` within 15 s of a good poll;
        `coverage`: its share, null where there is none. `gap_seconds_*`: between consecutive good polls until the run
        was seen ended (`_p95` null below 20 gaps).
        `polls` = `good_polls` + `not_visible_polls` + `throttled_polls` + `error_polls`; `error_share`: throttled and
        error by all. `snapshots`, `snapshots_per_poll` (good ones).
        In runs: `unparsed_costs`, `odd_sums`, `negative_times`, `rough_ends`, `missing_ends`, `unreadable` (a field of
        another type), `reopened`. `seconds_since_good_poll`: since the last of any run.

    Raises:
        UsageError: `by` names what nobody knows.
    """
    grouping, filters, tally = Grouping(by, tz), filters or Filters(), Tally()
    groups: defaultdict[Key, _Group] = defaultdict(_Group)
    for row, looks in watched:
        if filters.matches(row):
            tally.add(row)
            groups[grouping.key(row)].add(row, looks, overdue_after_us)
    shown = grouping.keys_to_show(groups, ())
    return report(
        by_kinds(grouping) | kinds(),
        (grouping.cells(key) | (groups.get(key) or _Group()).cells(now) for key in shown),
        tally,
        about=_about(groups.values()),
        scope=(grouping.told(), filters.told_with_status()),
    )


def kinds() -> dict[str, Kind]:
    """The columns after those of `by`."""
    return dict(_KINDS)


def _about(groups: Iterable["_Group"]) -> str:
    held = list(groups)
    hours, overdue = (
        sum(getattr(group, name) for group in held) / HOUR
        for name in ("in_flight_us", "overdue_us")
    )
    good = sum(group.polls["good_polls"] for group in held)
    beyond = f" and {overdue:,.1f} h overdue" if overdue else ""
    return f"{hours:,.1f} h in flight{beyond}, {good:,} good polls"


def flight(row: RunRow, overdue_after_us: int) -> tuple[int, int, int] | None:
    """Return when a run's time in flight, as far as it is ours to watch, begins, is overdue, and ends.

    Microseconds since 1970 UTC, ascending; None where that time is not known.
    """
    begin = row.tracked_at if row.created_at is None else max(row.created_at, row.tracked_at)
    end = row.ended_at if row.is_terminal else row.last_good_at
    if end is None or end <= begin:
        return None
    since = flight_since(row.created_at, row.first_good_at)
    overdue_at = end if since is None else since + overdue_after_us
    return begin, min(max(overdue_at, begin), end), end


def covered_us(good_at: Sequence[int], begin: int, end: int) -> int:
    """How much of the time from begin to end lies within `REACH_US` of a good poll.

    Args:
        good_at: ascending instants.
        begin: an instant.
        end: a later one.
    """
    covered, reached = 0, begin
    for at in good_at:
        since, until = max(at - REACH_US, reached), min(at + REACH_US, end)
        if until > since:
            covered += until - since
            reached = until
    return covered


class _Group:
    """All tracked runs of one group."""

    __slots__ = (
        *("covered_us", "gaps", "in_flight_us", "last_good_at", "odd", "overdue_us", "polls"),
        "tally",
    )

    def __init__(self) -> None:
        self.tally, self.gaps = Tally(), array("q")
        self.in_flight_us = self.overdue_us = self.covered_us = 0
        self.last_good_at: int | None = None
        self.polls = dict.fromkeys((*_POLLS, "snapshots"), 0)
        self.odd = dict.fromkeys(("unparsed_costs", *_ODD, "unreadable", "reopened"), 0)

    def add(self, row: RunRow, looks: Looks, overdue_after_us: int) -> None:
        """Take a run."""
        self.tally.add(row)
        self._watch(row, looks, overdue_after_us)
        self._count_polls(row, looks)
        self._count_odd(row)

    def _watch(self, row: RunRow, looks: Looks, overdue_after_us: int) -> None:
        time = flight(row, overdue_after_us)
        if time is not None:
            begin, overdue_at, end = time
            self.in_flight_us += overdue_at - begin
            self.overdue_us += end - overdue_at
            self.covered_us += covered_us(looks.good_at, begin, overdue_at)
        self.gaps.extend(later - earlier for earlier, later in pairwise(looks.good_at))
        if row.last_good_at is not None:
            self.last_good_at = max(self.last_good_at or row.last_good_at, row.last_good_at)

    def _count_polls(self, row: RunRow, looks: Looks) -> None:
        self.polls["good_polls"] += looks.n_good
        self.polls["not_visible_polls"] += looks.n_not_visible
        self.polls["throttled_polls"] += looks.n_throttled
        self.polls["error_polls"] += looks.n_errors
        self.polls["polls"] += (
            looks.n_good + looks.n_not_visible + looks.n_throttled + looks.n_errors
        )
        self.polls["snapshots"] += row.n_snapshots

    def _count_odd(self, row: RunRow) -> None:
        flags = row.quality.split(",") if row.quality else []
        self.odd["unparsed_costs"] += row.cost_quality == "unparsed"
        for name, meant in _ODD.items():
            self.odd[name] += any(flag in meant for flag in flags)
        self.odd["unreadable"] += any(flag.startswith("unreadable:") for flag in flags)
        self.odd["reopened"] += row.n_reopened > 0

    def cells(self, now: int | None) -> Cells:
        """The group's columns."""
        polls, gaps = self.polls, Ranked(self.gaps)
        errors = polls["throttled_polls"] + polls["error_polls"]
        return {
            **self._runs(),
            "in_flight_seconds": seconds(self.in_flight_us),
            "overdue_seconds": seconds(self.overdue_us),
            "covered_seconds": seconds(self.covered_us),
            "coverage": ratio(self.covered_us, self.in_flight_us),
            "gap_seconds_n": gaps.n,
            "gap_seconds_p50": seconds(gaps.at(50)),
            "gap_seconds_p95": seconds(gaps.at(95)),
            "gap_seconds_max": seconds(gaps.max),
            **polls,
            "error_share": ratio(errors, polls["polls"]),
            "snapshots_per_poll": ratio(polls["snapshots"], polls["good_polls"]),
            **self.odd,
            "seconds_since_good_poll": seconds(self._silence_us(now)),
        }

    def _runs(self) -> Cells:
        tally = self.tally
        return {
            "runs": tally.tracked,
            "observed": tally.observed,
            "lost": tally.lost,
            "unobserved": tally.unobserved,
            **tally.classes,
            "unclassed": tally.observed - sum(tally.classes.values()),
        }

    def _silence_us(self, now: int | None) -> int | None:
        return None if now is None or self.last_good_at is None else now - self.last_good_at
