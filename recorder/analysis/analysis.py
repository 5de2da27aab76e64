"""What an analysis is: one pure function of a group's columns, with what it needs and what it is about.

Must not import anything that does I/O.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from enum import Enum
from typing import Any, Final, TypeAlias

from recorder.analysis.cells import Row
from recorder.analysis.columns import Mask, Runs
from recorder.analysis.filters import Filters
from recorder.errors import UsageError
from recorder.instants import MINUTE

ALWAYS: Final = frozenset({"status", "tracking", "n_snapshots", "observation_class"})
"""The columns that every answer counts its populations by."""


class Population(Enum):
    """Whose runs the rows are about.

    COMPLETED: completed runs; with a status asked for the runs of that status; grouped by status all that ended.
    ALL: every run that the filters take.
    """

    COMPLETED = 1
    ALL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A further argument of an analysis: a flag, or a number of 1 or more, as its default is.

    Attributes:
        name: in Python, and after `--` on the command line.
        default: what holds where it is not given.
        help: one line.
        needs: the columns that it needs.
    """

    name: str
    default: bool | int
    help: str
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked of an analysis.

    Attributes:
        by: groups, as `groups.parse_by` takes them.
        filters: which runs.
        tz: the zone of days and hours.
        now: microseconds since 1970 UTC: the present, or the instant as of which is asked; None: not told.
        options: the value of each option of the analysis.
        overdue_after_us: a run in flight for longer is overdue.
        reading: for people: words where a cell has them, a row for each day without runs, and rows of the whole.
    """

    by: str | Iterable[str] | None = None
    filters: Filters = field(default_factory=Filters)
    tz: tzinfo = UTC
    now: int | None = None
    options: Mapping[str, bool | int] = field(default_factory=dict)
    overdue_after_us: int = 10 * MINUTE
    reading: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The columns of one group.

    Attributes:
        runs: those of the population.
        context: all runs that the filters take in the group, whatever their status.
        question: what was asked.
        basis: what the analysis knows from all runs of the store.
    """

    runs: Runs
    context: Runs
    question: Question
    basis: Any = None


Masking: TypeAlias = Callable[[Runs, Question], Mask]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One analysis.

    Attributes:
        cells: the row of a group; of a group without runs it gives the columns and their kinds. Its docstring is the
            help: of the command up to `Returns:`, of the Python method all of it, with what the columns mean.
        needs: the columns that `cells`, `only`, `speaks`, `split`, `items` and `basis` read, beside `ALWAYS`.
        population: whose runs it is about.
        about: what the rows rest on, for the foot, of all runs of the population and its name.
        examples: command lines, without `recorder`.
        options: further arguments.
        check: raises UsageError for a question that makes no sense; None: all do.
        only: which runs of the population count; None: all.
        speaks: which runs of the context make a row though the group has none of the population; None: none do.
        split: a column of words of which each value has rows of its own, and the name that it has there.
        items: the parts of a group that have a row each; None: the group has one row.
        basis: what `cells` has to know from all runs of the store, whatever the filters; None: nothing.
    """

    cells: Callable[[Group], Row]
    needs: frozenset[str]
    population: Population
    about: Callable[[Runs, str, Question], str]
    examples: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    check: Callable[[Question], None] | None = None
    only: Masking | None = None
    speaks: Masking | None = None
    split: tuple[str, str] | None = None
    items: Callable[[Runs, Question], Iterable[Runs]] | None = None
    basis: Callable[[Runs], object] | None = None

    @property
    def manual(self) -> str:
        """What people read of it, the columns included."""
        return inspect.getdoc(self.cells) or ""

    def options_of(self, given: Mapping[str, bool | int]) -> dict[str, bool | int]:
        """Return the value of each option.

        Raises:
            UsageError: a number below 1.
        """
        unknown = set(given) - {option.name for option in self.options}
        if unknown:
            raise TypeError(f"no such argument: {', '.join(sorted(unknown))}")
        held = {option.name: given.get(option.name, option.default) for option in self.options}
        for name, value in held.items():
            if not isinstance(value, bool) and value < 1:
                raise UsageError(f"--{name} {value}: give 1 or more")
        return held

    def needed(self, options: Mapping[str, bool | int]) -> frozenset[str]:
        """Return the columns that the rows need under some options."""
        asked = (option.needs for option in self.options if options[option.name])
        return ALWAYS.union(self.needs, *asked)
