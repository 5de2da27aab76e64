"""An analysis: one pure function of a group's columns, with its needs, its population and its options."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from enum import Enum
from typing import Any, Final, Literal, TypeAlias

from recorder.analysis.cells import Row
from recorder.analysis.columns import Mask, Runs
from recorder.analysis.filters import Filters
from recorder.analysis.groups import Key
from recorder.errors import UsageError
from recorder.instants import MINUTE, parse_duration

ALWAYS: Final = frozenset({"status", "tracking", "n_snapshots", "observation_class"})
"""The columns that the populations of every report are counted by."""


class Population(Enum):
    """The runs that the rows are about.

    COMPLETED: completed runs; with `--status` the runs of that status; with `--by status` all that ended.
    ALL: every run that the filters match.
    """

    COMPLETED = 1
    ALL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A further argument of an analysis.

    Attributes:
        name: its name in Python, and after `--` on the command line.
        default: its value where it is left out.
        help: one line for `--help`.
        needs: the columns that it reads.
        kind: a flag, a number of 1 or more, a selection (`Filters`), a period (`previous`), an instant, or a span (`90d`).
    """

    name: str
    default: bool | int | str | None
    help: str
    kind: Literal["flag", "number", "selection", "period", "instant", "span"]
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The groups, filters and options of one use of an analysis.

    Attributes:
        by: the groups, as `groups.parse_by` takes them.
        filters: the filters of the runs.
        tz: the time zone of days and hours.
        now: the present, or the instant of `--as-of`, microseconds since 1970 UTC; None: unknown.
        options: the value of each option of the analysis.
        overdue_after_us: a run in flight for longer is overdue.
        reading: whether people read the report: words where a cell has them, rows for days without runs and the whole.
    """

    by: str | Iterable[str] | None = None
    filters: Filters = field(default_factory=Filters)
    tz: tzinfo = UTC
    now: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    overdue_after_us: int = 10 * MINUTE
    reading: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The columns of one group.

    Attributes:
        runs: the runs of the population.
        context: all runs of the group that the filters match, whatever their status.
        question: the groups, filters and options.
        basis: the result of the analysis's `basis` over all runs of the store.
        item: what the analysis's `items` says of the runs of one row.
    """

    runs: Runs
    context: Runs
    question: Question
    basis: Any = None
    item: Any = None

    def each(self, parts: Iterable[Runs]) -> "Iterator[Group]":
        """Yield the group once for each of some selections of runs, with these for its own."""
        return (replace(self, runs=runs) for runs in parts)


Masking: TypeAlias = Callable[[Runs, Question], Mask]

Groups: TypeAlias = Mapping[Key, Group]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One analysis.

    Attributes:
        cells: returns the row of a group; a group without runs gives the columns and their kinds. Its docstring is the
            help: of the command up to `Returns:`, of the Python method all of it, with the meaning of the columns.
        needs: the columns that `cells`, `only`, `speaks`, `split`, `items` and `basis` read, in addition to `ALWAYS`.
        population: the runs that it is about.
        about: returns the part of the foot that counts the runs of the population, by its name.
        examples: command lines, without `recorder`.
        options: further arguments.
        prepare: returns the question as it is asked of the runs, or raises UsageError for one that makes no sense; None:
            every question does, as it stands.
        only: returns the runs of the population that count; None: all.
        speaks: returns the runs of the context that make a row in a group without the population; None: none.
        split: a column of words and its name in the report; each word has rows of its own.
        items: returns a group for each row of a group; None: the group has one row.
        basis: returns a value of all runs of the store, whatever the filters, for `cells`; None: no value.
        terms: of `--by`, in addition to those of every analysis.
        expand: returns what is grouped instead of the runs, with their columns: a row an item; None: the runs.
        rows: returns the rows of each group where they depend on those of the others; None: `cells` gives each.
        notes: returns lines that say in words what the rows show, by the columns that name a group; None: none.
    """

    cells: Callable[[Group], Row]
    needs: frozenset[str]
    population: Population
    about: Callable[[Runs, str, Question], str]
    examples: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    prepare: Callable[[Question], Question] | None = None
    only: Masking | None = None
    speaks: Masking | None = None
    split: tuple[str, str] | None = None
    items: Callable[[Group], Iterable[Group]] | None = None
    basis: Callable[[Runs], object] | None = None
    terms: tuple[str, ...] = ()
    expand: Callable[[Runs], Runs] | None = None
    rows: Callable[[Groups], Mapping[Key, list[Row]]] | None = None
    notes: Callable[[Sequence[Row], Question], Iterable[str]] | None = None

    @property
    def manual(self) -> str:
        """The help, the columns included."""
        return inspect.getdoc(self.cells) or ""

    def options_of(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the value of each option, the default where it is left out.

        Raises:
            UsageError: a number below 1, or no duration.
        """
        unknown = set(options) - {option.name for option in self.options}
        if unknown:
            raise TypeError(f"no such argument: {', '.join(sorted(unknown))}")
        values = {option.name: options.get(option.name, option.default) for option in self.options}
        for name, value in values.items():
            if isinstance(value, int) and not isinstance(value, bool) and value < 1:
                raise UsageError(f"--{name} {value}: give 1 or more")
        spans = (option.name for option in self.options if option.kind == "span")
        return values | {name: _span_us(name, values[name]) for name in spans}

    def needed(self, options: Mapping[str, Any]) -> frozenset[str]:
        """Return the columns that the rows read with these options."""
        used = (option.needs for option in self.options if options[option.name])
        chosen = (value.needs for value in options.values() if isinstance(value, Filters))
        return ALWAYS.union(self.needs, *used, *chosen)


def _span_us(name: str, value: object) -> int:
    us = parse_duration(value) if isinstance(value, str) else None
    if not us:
        raise UsageError(f"--{name} {value}: write 10m, 24h or 90d")
    return us
