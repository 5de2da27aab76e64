"""Coverage: how much of the time in flight good polls saw, and how far to trust the other reports.

Invariant: only good polls cover. The time in flight begins at the creation or, where that was later, the tracking, and
stops at the end, or at the last good poll of a run that was not seen to end. Its overdue part is counted apart: it is
polled slowly on purpose.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from recorder.analysis.analysis import Analysis, Group, Population, Question
from recorder.analysis.cells import Row, count, number, percentiles, rate, seconds
from recorder.analysis.columns import NULL, Mask, Runs, Whole
from recorder.analysis.populations import populations_of
from recorder.analysis.rows import with_flag
from recorder.analysis.stats import ratio, total
from recorder.history.flags import PRUNED
from recorder.humanize import clock_words, counted
from recorder.instants import HOUR, SECOND

REACH_US: Final = 15 * SECOND
"""The distance from a good poll within which time counts as seen."""


_ODD: Final = {
    "odd_sums": with_flag("counts_off_total"),
    "negative_times": with_flag("queue_negative", "run_negative", "wall_negative"),
    "rough_ends": with_flag("end_wide"),
    "missing_ends": with_flag("no_ended_at"),
    "unreadable": with_flag("unreadable:"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PollTimes:
    """The polls of one run, as far as coverage needs them.

    Attributes:
        good_at: microseconds since 1970 UTC, ascending: when good answers were read, up to and including the first
            that saw the run's present end; the follow-up polls after it cover nothing.
        n_good: good answers in all.
        n_not_visible: 404.
        n_throttled: 429.
        n_errors: all other failed polls.
    """

    good_at: Sequence[int] = ()
    n_good: int = 0
    n_not_visible: int = 0
    n_throttled: int = 0
    n_errors: int = 0


def coverage(group: Group) -> Row:
    """Show how well the history was caught, and so how far to trust the other answers.

    coverage: share of the time in flight that lies within 15 s of a good poll; the time in which a run is overdue is
    left out (overdue_seconds), since it is polled more and more slowly then.

    Returns:
        `runs`, of them `observed` (`from_start`, `mid_flight`, `post_hoc` by the status first seen, `unclassed`: a word
        that nobody knows), `lost`, `unobserved`; `pruned` ones, whose polls
        were dropped, count in no time, gap, poll or snapshot below.
        `in_flight_seconds`: from `createdAt` or tracking, the later, to the end or the last good poll of runs not seen
        to end, as far as they were not overdue; `overdue_seconds`: the overdue part of that time. Runs of which no such time is
        known add nothing. `covered_seconds`: the part of `in_flight_seconds` within 15 s of a good poll; `coverage`:
        its share, null where there is none. `gap_seconds_*`: between consecutive good polls until the run was seen
        ended (`_p95` null below 20 gaps).
        `polls` = `good_polls` + `not_visible_polls` + `throttled_polls` + `error_polls`; `error_share`: throttled and
        error by all. `snapshots`, `snapshots_per_poll` (good ones).
        In runs: `unparsed_costs`, `odd_sums`, `negative_times`, `rough_ends`, `missing_ends`, `unreadable` (a field of
        another type), `reopened`. `seconds_since_good_poll`: since the last of any run.
    """
    runs, n = group.runs, populations_of(group.runs)
    is_pruned = runs.words("quality").where(with_flag(PRUNED))
    whole = runs.only(~is_pruned)
    polls = whole.objects("poll_times").values.tolist()
    n_unclassed = n["observed"] - n["from_start"] - n["mid_flight"] - n["post_hoc"]
    flights = Flights(whole, group.question.overdue_after_us)
    covered = flights.covered_us(polls)
    good, hidden, throttled, failed = (
        sum(getattr(one, name) for one in polls)
        for name in ("n_good", "n_not_visible", "n_throttled", "n_errors")
    )
    n_polls = good + hidden + throttled + failed
    n_snapshots = total(whole.ints("n_snapshots").values)
    gaps = [b - a for one in polls for a, b in pairwise(one.good_at)]
    return {
        "runs": count(runs.n, narrow=True),
        "observed": count(n["observed"]),
        "lost": count(n["lost"], narrow=True),
        "unobserved": count(n["unobserved"]),
        "from_start": count(n["from_start"]),
        "mid_flight": count(n["mid_flight"], narrow=True),
        "post_hoc": count(n["post_hoc"], narrow=True),
        "unclassed": count(n_unclassed),
        "pruned": count(is_pruned),
        "in_flight_seconds": seconds(flights.in_time_us),
        "overdue_seconds": seconds(flights.overdue_us),
        "covered_seconds": seconds(covered),
        "coverage": rate(ratio(covered, flights.in_time_us), narrow=True)._replace(bar=True),
        **percentiles("gap_seconds", gaps, 50, 95, narrow="p50 p95"),
        "polls": count(n_polls, narrow=True),
        "good_polls": count(good),
        "not_visible_polls": count(hidden),
        "throttled_polls": count(throttled),
        "error_polls": count(failed),
        "error_share": rate(ratio(throttled + failed, n_polls), narrow=True),
        "snapshots": count(n_snapshots),
        "snapshots_per_poll": number(ratio(n_snapshots, good)),
        "unparsed_costs": count(runs.words("cost_quality").among("unparsed")),
        **{name: count(runs.words("quality").where(is_odd)) for name, is_odd in _ODD.items()},
        "reopened": count(runs.ints("n_reopened").values > 0),
        "seconds_since_good_poll": seconds(_silence_us(runs, group.question.now), narrow=True),
    }


def covered_us(good_at: Sequence[int], begin: int, end: int) -> int:
    """Return the part of a period that lies within `REACH_US` of a good poll, microseconds.

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


class Flights:
    """The time in flight of each run, where it is known; microseconds since 1970 UTC.

    Attributes:
        begin: the beginning of that time.
        overdue_at: the instant from which the run is overdue.
        end: the end of that time.
        is_known: whether the run has such a time.
    """

    def __init__(self, runs: Runs, overdue_after_us: int) -> None:
        created, first_good = runs.ints("created_at"), runs.ints("first_good_at")
        last = runs.ints("last_good_at").values
        since = np.where(created.there, created.values, first_good.values)  # `life.flight_since`
        self.begin: Whole = np.maximum(runs.dated_at, runs.ints("tracked_at").values)
        self.end: Whole = np.where(runs.is_terminal, runs.ints("ended_at").values, last)
        self.is_known: Mask = (self.end != NULL) & (self.begin < self.end)
        overdue_at = np.where(since == NULL, self.end, since + overdue_after_us)
        self.overdue_at: Whole = np.minimum(np.maximum(overdue_at, self.begin), self.end)

    @property
    def in_time_us(self) -> int:
        """The time before overdue of all runs, microseconds."""
        return total((self.overdue_at - self.begin)[self.is_known])

    @property
    def overdue_us(self) -> int:
        """The overdue time of all runs, microseconds."""
        return total((self.end - self.overdue_at)[self.is_known])

    def covered_us(self, polls: Sequence[PollTimes]) -> int:
        """Return the covered time before overdue of all runs, microseconds."""
        begins, ends = self.begin[self.is_known].tolist(), self.overdue_at[self.is_known].tolist()
        some = [polls[at].good_at for at in np.flatnonzero(self.is_known).tolist()]
        return sum(map(covered_us, some, begins, ends))


def _silence_us(runs: Runs, now: int | None) -> int | None:
    """Return the microseconds since the last good poll of any run."""
    last = runs.ints("last_good_at")
    if now is None or not last.there.any():
        return None
    return now - int(last.values.max())


def _about(runs: Runs, _population: str, question: Question) -> str:
    n_runs, runs = runs.n, runs.only(~runs.words("quality").where(with_flag(PRUNED)))
    flights = Flights(runs, question.overdue_after_us)
    hours, overdue = flights.in_time_us / HOUR, flights.overdue_us / HOUR
    polls = runs.objects("poll_times").values
    good = sum(one.n_good for one in polls)
    beyond = f" and {overdue:,.1f} h overdue" if overdue else ""
    pruned = f", without {counted(n_runs - runs.n, 'pruned run')}" if n_runs > runs.n else ""
    troubles = "".join(f"; {line}" for line in _clock_troubles(runs, polls))
    return f"{hours:,.1f} h in flight{beyond}, {good:,} good polls{pruned}{troubles}"


def _clock_troubles(runs: Runs, polls: Iterable[PollTimes]) -> Iterator[str]:
    """Yield what is known of our clock: where it is off now, and how many polls it timed after it had been set back."""
    off = runs.only(runs.ints("clock_off_us").there)
    pairs = zip(off.values("source"), off.values("clock_off_us"), strict=True)
    for source, ahead_us in sorted(set(pairs)):
        yield f"the clock here is {clock_words(ahead_us)} that of the server of {source}"
    # Such a poll is recorded a microsecond after the one before: history stays in order.
    n = sum(b - a == 1 for one in polls for a, b in pairwise(one.good_at))
    if n:
        yield f"{counted(n, 'poll')} timed after the clock was set back: only their order is right"


ANALYSIS: Final = Analysis(
    cells=coverage,
    population=Population.ALL,
    needs=frozenset(
        {"created_at", "tracked_at", "ended_at", "first_good_at", "last_good_at"}
        | {"cost_quality", "quality", "n_reopened", "poll_times", "source", "clock_off_us"}
    ),
    about=_about,
    examples=("coverage", "coverage --by source --since 7d"),
)
