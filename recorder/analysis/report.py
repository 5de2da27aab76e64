"""What an analysis gives: rows, what their columns hold, and a foot that says what they rest on.

Invariant: each row holds exactly the columns, in their order, `--by` first; counts are ints, seconds and rates floats,
amounts exact decimals, instants aware UTC; None is "missing" or "too few to tell". Must not import anything that does I/O.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from recorder.analysis.filters import Filters
from recorder.analysis.groups import Grouping
from recorder.analysis.rows import RunRow
from recorder.instants import SECOND, datetime_of
from recorder.ledger.cost import MICROS
from recorder.ledger.row import TERMINAL

Kind: TypeAlias = Literal["text", "count", "seconds", "rate", "number", "amount", "flag", "instant"]
Columns: TypeAlias = Mapping[str, Kind]
Cells: TypeAlias = dict[str, object]

SCALES: Final = ("seconds", "rate", "number")
"""Kinds whose values are floats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer of one analysis.

    Attributes:
        kinds: what each column holds, in order.
        rows: a mapping from column to value for each group, in order.
        foot: one line: the runs that the rows rest on, and how they were seen.
        populations: how many runs the question met: tracked, observed, terminal, in_flight, unknown, lost,
            unobserved, and from_start, mid_flight, post_hoc by how they were first seen.
    """

    kinds: Columns
    rows: list[Cells]
    foot: str
    populations: Mapping[str, int]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns in order."""
        return tuple(self.kinds)


def by_kinds(grouping: Grouping) -> dict[str, Kind]:
    """The leading columns of grouped rows."""
    return dict.fromkeys(grouping.terms, "text")


def seconds(us: int | None) -> float | None:
    """Seconds of microseconds."""
    return None if us is None else us / SECOND


def amount(micros: int | None) -> Decimal | None:
    """The exact amount of micros, with no digit more than it needs and never an exponent."""
    if micros is None:
        return None
    whole, rest = divmod(abs(micros), MICROS)
    fraction = f".{rest:06}".rstrip("0").rstrip(".")
    return Decimal(f"{'-' if micros < 0 else ''}{whole}{fraction}")


def instant(us: int | None) -> datetime | None:
    """The aware UTC datetime; None too for what lies beyond the calendar."""
    try:
        return None if us is None else datetime_of(us)
    except OverflowError:
        return None


def chosen(filters: Filters, grouping: Grouping) -> tuple[Callable[[RunRow], bool], str]:
    """The population of durations and costs, and its name.

    Completed runs; with a status given the runs of that status; grouped by status every terminal run.
    """
    if filters.status:
        return lambda row: row.status in filters.status, " or ".join(filters.status)
    if grouping.has_status:
        return lambda row: row.status in TERMINAL, "terminal"
    return lambda row: row.status == "completed", "completed"


class Tally:
    """Counts each run of a question once: terminal, in flight, lost, or not seen yet.

    A run that ended and is not visible any more has ended: *lost* are those whose end was not seen.
    """

    __slots__ = ("classes", "in_flight", "lost", "observed", "terminal", "tracked", "unknown")

    def __init__(self) -> None:
        self.tracked = self.observed = self.terminal = self.in_flight = self.unknown = self.lost = 0
        self.classes = {"from_start": 0, "mid_flight": 0, "post_hoc": 0}

    def add(self, row: RunRow) -> None:
        """Count a run."""
        self.tracked += 1
        self.observed += row.is_observed
        if row.observation_class in self.classes:
            self.classes[row.observation_class] += 1
        if row.is_terminal:
            self.terminal += 1
        elif row.is_lost:
            self.lost += 1
        else:
            self.in_flight += row.is_in_flight
            self.unknown += row.is_unknown

    @property
    def unobserved(self) -> int:
        """Tracked runs that no answer has shown yet."""
        return self.tracked - self.terminal - self.in_flight - self.lost

    def counts(self) -> dict[str, int]:
        """All of them by name."""
        names = ("tracked", "observed", "terminal", "in_flight", "unknown", "lost", "unobserved")
        return {name: getattr(self, name) for name in names} | self.classes

    def told(self) -> str:
        """The populations in words."""
        seen = self.classes
        return (
            f"{count(self.tracked, 'tracked run')}, {self.observed:,} observed: {self.terminal:,} terminal, "
            f"{self.in_flight:,} in flight ({self.unknown:,} unknown), {self.lost:,} lost, "
            f"{self.unobserved:,} not seen yet; first seen pending {seen['from_start']:,}, "
            f"running {seen['mid_flight']:,}, ended {seen['post_hoc']:,}"
        )


def count(number: int, noun: str) -> str:
    """`1 run`, `2 runs`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def foot(*parts: str) -> str:
    """One line of what is there to say."""
    return "; ".join(part for part in parts if part)


def report(
    kinds: Columns, rows: Iterable[Cells], tally: Tally, *, about: str, scope: Iterable[str]
) -> Report:
    """The answer, with its foot.

    Args:
        kinds: what each column holds.
        rows: cells by column, in any order of columns.
        tally: the runs that the question met.
        about: the runs that the rows rest on.
        scope: groups and filters in words.
    """
    return Report(
        kinds=kinds,
        rows=[{name: row[name] for name in kinds} for row in rows],
        foot=foot(tally.told(), about, *scope),
        populations=tally.counts(),
    )
