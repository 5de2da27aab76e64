"""How long runs wait, run and take in all, and how long a lead takes.

Invariant: a percentile rests on exactly the runs counted in its `_n`: neither bound missing, not negative, the end
known sharply enough. Nothing is estimated but what `_km_` columns say. Must not import anything that does I/O.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from typing import Final

from recorder.analysis.filters import Filters
from recorder.analysis.groups import Grouping, Key
from recorder.analysis.report import Cells, Kind, Report, Tally, by_kinds, chosen, report, seconds
from recorder.analysis.rows import RunRow
from recorder.analysis.stats import Ranked
from recorder.analysis.survival import Lifetimes
from recorder.history.facts import is_sharp
from recorder.instants import SECOND

SPANS: Final = ("queue_seconds", "run_seconds", "wall_seconds")
PERCENTS: Final = (50, 90, 95, 99)
KM_PERCENTS: Final = (50, 90, 95)
NOT_REACHED: Final = "not reached"

_KM: Final = "wall_seconds_km"


def durations(
    rows: Iterable[RunRow],
    *,
    by: str | Iterable[str] | None = None,
    filters: Filters | None = None,
    tz: tzinfo = UTC,
    censored: bool = False,
) -> Report:
    """Percentiles (nearest rank) of queue, run and wall time and of the seconds per processed lead.

    Args:
        rows: tracked runs.
        by: groups, as `parse_by` takes them.
        filters: which runs. Population: completed; with a status the runs of that status; by status all that ended.
        tz: the zone of days, weeks and months.
        censored: Kaplan-Meier quantiles of the wall time too: of all observed runs of the group, whatever their status.

    Returns:
        A row a group. `runs`: the population. `in_flight`: beside it, whatever the status asked for.
        For `queue_seconds`, `run_seconds`, `wall_seconds`, `seconds_per_lead` (run time by completed + failed leads):
        `_n`, `_p50`, `_p90`, `_p95` (null below 20 values), `_p99` (null below 100), `_max`, in seconds; `_left_out`
        (= runs - `_n`), of which `_negative` by a clock that ran backwards and
        (not for queue) `_rough` by an end known too roughly.
        `ended_ledger`, `ended_bracketed`, `ended_missing`: where the end came from, in runs;
        `bracket_seconds_p50`, `bracket_seconds_max`: how wide the brackets are.
        `wall_seconds_km_*`: `_n` lifetimes, `_ended` of them seen to end, `_left_out` observed runs; `_p50`, `_p90`,
        `_p95` with `_reached`: false = not reached; both null = too few to tell.

    Raises:
        UsageError: `by` names what nobody knows.
    """
    grouping, filters, tally = Grouping(by, tz), filters or Filters(), Tally()
    is_chosen, population = chosen(filters, grouping)
    groups: defaultdict[Key, _Group] = defaultdict(_Group)
    beside: defaultdict[Key, _Beside] = defaultdict(_Beside)
    for row in filter(filters.matches_but_status, rows):
        tally.add(row)
        key = grouping.key(row)
        if is_chosen(row):
            groups[key].add(row)
        beside[grouping.beside(key)].add(row, censored=censored)
    return report(
        by_kinds(grouping) | kinds(censored=censored),
        _rows(grouping, groups, beside, censored=censored),
        tally,
        about=_about(groups, population, censored=censored),
        scope=(grouping.told(), filters.told()),
    )


def kinds(*, censored: bool = False) -> dict[str, Kind]:
    """The columns after those of `by`."""
    held: dict[str, Kind] = dict.fromkeys(("runs", "in_flight"), "count")
    for name in (*SPANS, "seconds_per_lead"):
        held[f"{name}_n"] = "count"
        held |= dict.fromkeys((f"{name}_p{p}" for p in PERCENTS), "seconds")
        held[f"{name}_max"] = "seconds"
    if censored:
        held |= _km_kinds()
    held |= dict.fromkeys(("ended_ledger", "ended_bracketed", "ended_missing"), "count")
    held |= dict.fromkeys(("bracket_seconds_p50", "bracket_seconds_max"), "seconds")
    for name in SPANS:
        held |= dict.fromkeys((f"{name}_left_out", f"{name}_negative"), "count")
    held |= dict.fromkeys(("run_seconds_rough", "wall_seconds_rough"), "count")
    return held | {"seconds_per_lead_left_out": "count"}


def _km_kinds() -> dict[str, Kind]:
    held: dict[str, Kind] = dict.fromkeys((f"{_KM}_n", f"{_KM}_ended", f"{_KM}_left_out"), "count")
    for percent in KM_PERCENTS:
        held |= {f"{_KM}_p{percent}": "seconds", f"{_KM}_p{percent}_reached": "flag"}
    return held


def in_words(row: Mapping[str, object]) -> Cells:
    """The row for reading: `not reached` where a Kaplan-Meier quantile is not, and no columns that only say so."""
    flags = {name for name in row if name.endswith("_reached")}
    missed = {name.removesuffix("_reached") for name in flags if row[name] is False}
    return {
        name: NOT_REACHED if name in missed else value
        for name, value in row.items()
        if name not in flags
    }


class _Span:
    """One measure of a group: the values that enter, in microseconds, and why others do not."""

    __slots__ = ("negative", "rough", "values")

    def __init__(self) -> None:
        self.values = array("q")
        self.negative = self.rough = 0

    def add(self, begin: int | None, end: int | None, *, width_us: int = 0) -> int | None:
        """Take a run's value; what has entered, or None."""
        if begin is None or end is None:
            return None
        if end < begin:
            self.negative += 1
            return None
        if not is_sharp(width_us, end - begin):
            self.rough += 1
            return None
        self.values.append(end - begin)
        return end - begin

    def cells(self, name: str, runs: int) -> Cells:
        """The measure's columns."""
        return _percentiles(name, Ranked(self.values), SECOND) | {
            f"{name}_left_out": runs - len(self.values),
            f"{name}_negative": self.negative,
        }


class _Group:
    """The population of one group."""

    __slots__ = ("bracketed", "brackets", "ledger", "per_lead", "queue", "run", "runs", "wall")

    def __init__(self) -> None:
        self.runs = self.ledger = self.bracketed = 0
        self.queue, self.run, self.wall = _Span(), _Span(), _Span()
        self.per_lead, self.brackets = array("d"), array("q")

    def add(self, row: RunRow) -> None:
        """Take a run."""
        self.runs += 1
        self.ledger += row.ended_at_origin == "ledger"
        width = _width_us(row)
        if row.ended_at_origin == "bracketed":
            self.bracketed += 1
            self.brackets.append(width)
        self.queue.add(row.created_at, row.started_at)
        self.wall.add(row.created_at, row.ended_at, width_us=width)
        run_us = self.run.add(row.began_at, row.ended_at, width_us=width)
        if run_us is not None and row.leads_processed:
            self.per_lead.append(run_us / (row.leads_processed * SECOND))

    def cells(self) -> Cells:
        """The group's columns but `in_flight`."""
        brackets = Ranked(self.brackets)
        spans = zip(SPANS, (self.queue, self.run, self.wall), strict=True)
        held: Cells = {"runs": self.runs}
        for name, span in spans:
            held |= span.cells(name, self.runs)
        return held | {
            **_percentiles("seconds_per_lead", Ranked(self.per_lead), 1),
            "seconds_per_lead_left_out": self.runs - len(self.per_lead),
            "run_seconds_rough": self.run.rough,
            "wall_seconds_rough": self.wall.rough,
            "ended_ledger": self.ledger,
            "ended_bracketed": self.bracketed,
            "ended_missing": self.runs - self.ledger - self.bracketed,
            "bracket_seconds_p50": seconds(brackets.at(50)),
            "bracket_seconds_max": seconds(brackets.max),
        }


def _width_us(row: RunRow) -> int:
    """How wide the bracket of the end is; 0 for an end that the ledger gives."""
    return 0 if row.ended_at is None or row.ended_after is None else row.ended_at - row.ended_after


def _percentiles(name: str, ranked: Ranked[int] | Ranked[float], scale: int) -> Cells:
    points = {f"_p{percent}": ranked.at(percent) for percent in PERCENTS} | {"_max": ranked.max}
    held: Cells = {f"{name}_n": ranked.n}
    return held | {f"{name}{end}": None if v is None else v / scale for end, v in points.items()}


class _Beside:
    """What stands beside a group's population, whatever its status."""

    __slots__ = ("in_flight", "left_out", "lives")

    def __init__(self) -> None:
        self.in_flight = self.left_out = 0
        self.lives = Lifetimes()

    def add(self, row: RunRow, *, censored: bool) -> None:
        """Take a run, of the population or not."""
        self.in_flight += row.is_in_flight
        if censored and row.is_observed:
            self._live(row)

    def _live(self, row: RunRow) -> None:
        """A life from `createdAt`: its end, or else the last good poll; watched since the run was tracked."""
        last = row.ended_at if row.is_terminal else row.last_good_at
        if row.created_at is None or last is None:
            self.left_out += 1
            return
        age, entry = last - row.created_at, row.tracked_at - row.created_at
        entry = entry if entry > 0 else -1
        if age <= entry or age < 0 or (row.is_terminal and not is_sharp(_width_us(row), age)):
            self.left_out += 1
            return
        self.lives.add(entry_us=entry, exit_us=age, is_end=bool(row.is_terminal))

    @property
    def speaks(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.in_flight or self.lives.n or self.left_out)

    def cells(self, *, censored: bool) -> Cells:
        """The columns that stand beside."""
        held: Cells = {"in_flight": self.in_flight}
        return held | _km_cells(self.lives, self.left_out) if censored else held


def _km_cells(lives: Lifetimes, left_out: int) -> Cells:
    held: Cells = {f"{_KM}_n": lives.n, f"{_KM}_ended": lives.n_ended, f"{_KM}_left_out": left_out}
    for percent, quantile in lives.quantiles(*KM_PERCENTS).items():
        held[f"{_KM}_p{percent}"] = seconds(quantile.age_us)
        held[f"{_KM}_p{percent}_reached"] = quantile.is_reached
    return held


def _rows(
    grouping: Grouping,
    groups: Mapping[Key, _Group],
    beside: Mapping[Key, _Beside],
    *,
    censored: bool,
) -> Iterable[Cells]:
    spoken = [key for key, what in beside.items() if what.speaks]
    for key in grouping.keys_to_show(groups, spoken):
        group = groups.get(key) or _Group()
        around = beside.get(grouping.beside(key)) or _Beside()
        yield grouping.cells(key) | group.cells() | around.cells(censored=censored)


def _about(groups: Mapping[Key, _Group], population: str, *, censored: bool) -> str:
    runs = sum(group.runs for group in groups.values())
    bracketed = sum(group.bracketed for group in groups.values())
    whatever = "; Kaplan-Meier over all observed runs" if censored else ""
    return f"durations of {runs:,} {population}, {bracketed:,} with a bracketed end{whatever}"
