"""How well the history was caught: how far to trust the other reports.

Invariant: only good polls cover. The time that a run was in flight and ours to watch begins at its creation or, where
that was later, its tracking, and stops at its end, or at the last good poll of one that was not seen to end.
What of it is overdue stands apart: it is polled slowly on purpose.
Must not import anything that does I/O.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from recorder.analysis.analysis import Analysis, Group, Population, Question
from recorder.analysis.building import rows_of
from recorder.analysis.cells import Cell, Row
from recorder.analysis.columns import Runs
from recorder.analysis.populations import populations_of
from recorder.analysis.rows import RunRow
from recorder.analysis.stats import Ranked, ratio
from recorder.analysis.values import Cells, Kind, seconds
from recorder.instants import HOUR, SECOND
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


_NARROW: Final = frozenset(
    (
        *("runs", "observed", "from_start", "mid_flight", "post_hoc", "lost", "coverage"),
        *("gap_seconds_p50", "gap_seconds_p95", "polls", "error_share", "snapshots_per_poll"),
        *("unparsed_costs", "odd_sums", "missing_ends", "seconds_since_good_poll"),
    )
)


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


def coverage(group: Group) -> Row:
    """Return how much of the time in flight was seen, at what gaps, and what could not be read."""
    held = _Group()
    for row, looks in zip(rows_of(group.runs), group.runs.values("looks"), strict=True):
        held.add(row, looks, group.question.overdue_after_us)
    cells = _populations(group.runs) | held.cells(group.question.now)
    return {name: Cell(kind, cells[name], name in _NARROW) for name, kind in _KINDS.items()}


def _populations(runs: Runs) -> Cells:
    counts = populations_of(runs)
    classes = {name: counts[name] for name in CLASSES[:-1]}
    return {
        "runs": runs.n,
        "observed": counts["observed"],
        "lost": counts["lost"],
        "unobserved": counts["unobserved"],
        **classes,
        "unclassed": counts["observed"] - sum(classes.values()),
    }


def _about(runs: Runs, population: str, question: Question) -> str:
    del population
    found = (flight(row, question.overdue_after_us) for row in rows_of(runs))
    times = [time for time in found if time is not None]
    hours = sum(overdue_at - begin for begin, overdue_at, _ in times) / HOUR
    overdue = sum(end - overdue_at for _, overdue_at, end in times) / HOUR
    good = sum(looks.n_good for looks in runs.values("looks"))
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
    )

    def __init__(self) -> None:
        self.gaps = array("q")
        self.in_flight_us = self.overdue_us = self.covered_us = 0
        self.last_good_at: int | None = None
        self.polls = dict.fromkeys((*_POLLS, "snapshots"), 0)
        self.odd = dict.fromkeys(("unparsed_costs", *_ODD, "unreadable", "reopened"), 0)

    def add(self, row: RunRow, looks: Looks, overdue_after_us: int) -> None:
        """Take a run."""
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

    def _silence_us(self, now: int | None) -> int | None:
        return None if now is None or self.last_good_at is None else now - self.last_good_at


ANALYSIS: Final = Analysis(
    cells=coverage,
    population=Population.ALL,
    needs=frozenset(
        {"created_at", "tracked_at", "ended_at", "first_good_at", "last_good_at"}
        | {"cost_quality", "quality", "n_reopened", "looks"}
    ),
    about=_about,
    examples=("coverage", "coverage --by source --since 7d"),
    help="""How well the history was caught, and so how far to trust the other answers.

    coverage: share of the time in flight that lies within 15 s of a good poll; the time in which a run is overdue is
    left out (overdue_seconds), since it is polled more and more slowly then.
    """,
    columns="""\
`runs`, of them `observed` (`from_start`, `mid_flight`, `post_hoc` by the status first seen, `unclassed`: a word that \
nobody knows), `lost`, `unobserved`.
`in_flight_seconds`: from `createdAt` or tracking, the later, to the end or the last good poll of runs not seen to end, \
as far as they were not overdue; `overdue_seconds`: the rest of that time. Runs of which no such time is known add \
nothing. `covered_seconds`: the part of `in_flight_seconds` within 15 s of a good poll; `coverage`: its share, null \
where there is none. `gap_seconds_*`: between consecutive good polls until the run was seen ended (`_p95` \
null below 20 gaps).
`polls` = `good_polls` + `not_visible_polls` + `throttled_polls` + `error_polls`; `error_share`: throttled and error by \
all. `snapshots`, `snapshots_per_poll` (good ones).
In runs: `unparsed_costs`, `odd_sums`, `negative_times`, `rough_ends`, `missing_ends`, `unreadable` (a field of another \
type), `reopened`. `seconds_since_good_poll`: since the last of any run.
""",
)
