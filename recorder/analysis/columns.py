"""Runs as columns of equal length, with masks over them: observed, ended, lost, ...

Invariant: a missing integer is `NULL` and never enters arithmetic unmasked: use `there` first; a missing word is None.
Columns are never written to, so that slices may share them.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final, TypeAlias, cast, get_type_hints

import numpy as np
import numpy.typing as npt

from recorder.analysis.rows import Predicate, RunRow, one_of
from recorder.history.flags import SHARP_US
from recorder.history.spans import SKEW_US
from recorder.ledger.run_status import KNOWN, TERMINAL
from recorder.life import LOST

Whole: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]
Index: TypeAlias = Mask | npt.NDArray[np.intp] | slice
Word: TypeAlias = str | int | None

NULL: Final = -(2**63)
"""The integer that stands for a missing one; no store has one so small."""

TEXTS: Final = frozenset(
    {"run_id", "trigger_run_id", "correlation_id", "error_message", "error_details"}
)
"""Columns of texts that seldom repeat."""

OBJECTS: Final = frozenset({"poll_times", "error_sights", "lead_errors", "deviations"})
"""Columns of other values that seldom repeat."""

_WHOLE: Final = (int, int | None, bool, bool | None)
INTS: Final = frozenset(name for name, kind in get_type_hints(RunRow).items() if kind in _WHOLE) | {
    "clock_off_us",
    "dated_at",
    "known_at",
    "resumed_at",
    "untracked_at",
    "is_pruned",
    "actual_seen_at",
    "run_key",
    "spend_micros",
    "item_attempts",
    "item_started_at",
    "item_completed_at",
}
"""Columns of integers; all others are of words."""

ITEM: Final = "item_"
"""The prefix of columns of items, which are read of runs as the one column `items`."""

ITEM_COLUMNS: Final = frozenset(
    {"item_status", "item_skipped_reason", "item_provider", "item_lead_id"}
    | {"item_attempts", "item_started_at", "item_completed_at"}
)


def n_of(mask: Mask) -> int:
    """Return the number of runs in a mask."""
    return int(np.count_nonzero(mask))


class Ints:
    """A column of integers, some missing."""

    __slots__ = ("values",)

    def __init__(self, values: Whole) -> None:
        self.values = values

    @property
    def there(self) -> Mask:
        """The mask of the runs that have a value."""
        mask: Mask = self.values != NULL
        return mask

    def filled(self, number: int) -> "Ints":
        """Return the column with a number for missing values."""
        return Ints(np.where(self.there, self.values, number))

    def with_null(self) -> "Ints":
        """Return the column with a missing value at its end."""
        return Ints(np.append(self.values, NULL))

    def take(self, index: Index) -> "Ints":
        """Return the column of some runs."""
        return Ints(self.values[index])


class Lexicon:
    """The distinct words of a column, in any order."""

    __slots__ = ("_answers", "words")

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self._answers: dict[Predicate, Mask] = {}

    def answers(self, predicate: Predicate) -> Mask:
        """Return the result of a predicate for each word; it is called once a word."""
        if predicate not in self._answers:
            results = (bool(predicate(word)) for word in self.words)
            self._answers[predicate] = np.fromiter(results, np.bool_, len(self.words))
        return self._answers[predicate]


class Words:
    """A column of words that repeat, as codes of a lexicon."""

    __slots__ = ("codes", "lexicon")

    def __init__(self, codes: npt.NDArray[np.int32], lexicon: Lexicon) -> None:
        self.codes = codes
        self.lexicon = lexicon

    def where(self, predicate: Predicate) -> Mask:
        """Return the mask of the runs whose word fulfils a predicate. Results are cached by it: hand in the same function each time."""
        return self.lexicon.answers(predicate)[self.codes]

    def among(self, *words: Word) -> Mask:
        """Return the mask of the runs that have one of these words."""
        return self.where(one_of(*words))

    def with_null(self) -> "Words":
        """Return the column with a missing value at its end."""
        words = list(self.lexicon.words)
        if None not in words:
            words.append(None)
        return Words(np.append(self.codes, np.int32(words.index(None))), Lexicon(words))

    def overlaid(self, other: "Words", mask: Mask) -> "Words":
        """Return the column with the words of another one in a mask, where that has any."""
        merged = {word: code for code, word in enumerate(self.lexicon.words)}
        codes = [merged.setdefault(word, len(merged)) for word in other.lexicon.words]
        is_other = mask & ~other.among(None)
        chosen = np.where(is_other, np.array(codes, np.int32)[other.codes], self.codes)
        return Words(chosen.astype(np.int32), Lexicon(list(merged)))

    def take(self, index: Index) -> "Words":
        """Return the column of some runs."""
        return Words(self.codes[index], self.lexicon)


class Objects:
    """A column of values that seldom repeat, None where missing."""

    __slots__ = ("values",)

    def __init__(self, values: npt.NDArray[np.object_]) -> None:
        self.values = values

    def with_null(self) -> "Objects":
        """Return the column with a missing value at its end."""
        return Objects(np.append(self.values, [None]))

    def take(self, index: Index) -> "Objects":
        """Return the column of some runs."""
        return Objects(self.values[index])


Column: TypeAlias = Ints | Words | Objects


class Items(Ints):
    """A column of how many items each run has, missing where not captured; `first` is their position in `columns`."""

    __slots__ = ("columns", "first")

    def __init__(self, values: Whole, first: Whole, columns: Mapping[str, Column]) -> None:
        super().__init__(values)
        self.first = first
        self.columns = columns

    def with_null(self) -> "Items":
        """Return the column with a missing value at its end."""
        return Items(np.append(self.values, NULL), np.append(self.first, 0), self.columns)

    def take(self, index: Index) -> "Items":
        """Return the column of some runs."""
        return Items(self.values[index], self.first[index], self.columns)


class Runs:
    """Tracked runs as named columns of equal length.

    Args:
        n: the number of runs.
        columns: the columns that were read, named as in `RunRow`; `label:KEY` is the label of that key.
    """

    def __init__(self, n: int, columns: Mapping[str, Column]) -> None:
        self.n = n
        self._columns = dict(columns)
        self._whole: Runs | None = None
        self._index: Index = slice(None)

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return list(self._columns) if self._whole is None else self._whole.names

    def column(self, name: str) -> Column:
        """Return the column of a name."""
        # A part takes a column from the whole only when it is used.
        if name not in self._columns and self._whole is not None:
            self._columns[name] = self._whole.column(name).take(self._index)
        return self._columns[name]

    def ints(self, name: str) -> Ints:
        """Return a column of integers."""
        return cast("Ints", self.column(name))

    def words(self, name: str) -> Words:
        """Return a column of words."""
        return cast("Words", self.column(name))

    def objects(self, name: str) -> Objects:
        """Return a column of values that seldom repeat."""
        return cast("Objects", self.column(name))

    def items(self) -> "Runs":
        """Return a row for each item of the runs, with the columns of its run and `item_run`, the run's position."""
        column = cast("Items", self.column("items"))
        n = column.filled(0).values
        run = np.repeat(np.arange(self.n), n)
        positions = np.arange(len(run)) + np.repeat(column.first - np.cumsum(n) + n, n)
        own = {name: values.take(positions) for name, values in column.columns.items()}
        rows = Runs(len(run), own | {"item_run": Ints(run)})
        rows._whole, rows._index = self, run
        return rows

    def take(self, index: Index) -> "Runs":
        """Return some of the runs: by a mask, by positions, or by a slice, which copies nothing."""
        # Indexing counts masks, positions and slices alike.
        taken = Runs(len(np.empty(self.n, np.bool_)[index]), {})
        taken._whole, taken._index = self, index
        return taken

    def only(self, mask: Mask) -> "Runs":
        """Return the runs of a mask; this object where that is all of them."""
        return self if mask.all() else self.take(mask)

    def values(self, name: str) -> list[Any]:
        """Return a column as plain values, None where missing."""
        column = self.column(name)
        if isinstance(column, Ints):
            return [None if value == NULL else value for value in column.values.tolist()]
        if isinstance(column, Words):
            return [column.lexicon.words[code] for code in column.codes.tolist()]
        return list(column.values)

    def first(self) -> dict[str, Any]:
        """Return the values of the first run, by column; None where there are no runs."""
        one = self.take(slice(1))
        return {name: (one.values(name) or [None])[0] for name in self.names}

    @cached_property
    def is_observed(self) -> Mask:
        """Whether at least one answer showed the run."""
        return self.ints("n_snapshots").values > 0

    @cached_property
    def is_terminal(self) -> Mask:
        """Whether the last status seen ends a run."""
        return self.words("status").where(TERMINAL.__contains__)

    @cached_property
    def is_lost(self) -> Mask:
        """Whether the run is lost, as `life.phase_of` decides."""
        return self._is_open & self.words("tracking").where(LOST.__contains__)

    @cached_property
    def is_in_flight(self) -> Mask:
        """Whether the run is in flight, as `life.phase_of` decides."""
        return self._is_open & ~self.is_lost

    @property
    def _is_open(self) -> Mask:
        return self.is_observed & ~self.is_terminal

    @cached_property
    def is_unknown(self) -> Mask:
        """Whether the run is in flight with an unknown status word."""
        return self.is_in_flight & ~self.words("status").where(KNOWN.__contains__)

    @cached_property
    def dated_at(self) -> Whole:
        """The instant that each run belongs to: its creation, or its tracking where the ledger gives none."""
        if "dated_at" in self.names:
            return self.ints("dated_at").values
        created = self.ints("created_at")
        return np.where(created.there, created.values, self.ints("tracked_at").values)

    @cached_property
    def queue(self) -> "Span":
        """The time from creation to start."""
        return Span(self.ints("created_at"), self.ints("started_at"))

    @cached_property
    def run(self) -> "Span":
        """The time from start to end; the start is missing where `history.spans.run_began_at` says so."""
        created, started = self.ints("created_at"), self.ints("started_at")
        is_early = created.there & started.there & (started.values < created.values - SKEW_US)
        began = Ints(np.where(is_early, NULL, started.values))
        return Span(began, self.ints("ended_at"), self.end_width)

    @cached_property
    def wall(self) -> "Span":
        """The time from creation to end."""
        return Span(self.ints("created_at"), self.ints("ended_at"), self.end_width)

    @cached_property
    def end_width(self) -> Whole:
        """The width of the bracket of each end, microseconds; 0 for an end of the ledger."""
        ended, after = self.ints("ended_at"), self.ints("ended_after")
        return np.where(ended.there & after.there, ended.values - after.values, 0)

    @cached_property
    def leads_processed(self) -> Ints:
        """Completed and failed leads; missing unless the ledger has both."""
        completed, failed = self.ints("leads_completed"), self.ints("leads_failed")
        both = completed.there & failed.there
        return Ints(np.where(both, completed.values + failed.values, NULL))


class Span:
    """The time between two instants of each run, in microseconds where it is known.

    Attributes:
        us: its length.
        is_known: whether both instants are known, in order.
        is_negative: whether the clock ran backwards.
        is_rough: whether it is known, but its end is too rough for statistics, as `history.flags.is_sharp` decides.
        enters: whether it is known well enough for statistics.
    """

    def __init__(self, begin: Ints, end: Ints, width: Whole | None = None) -> None:
        self.us: Whole = end.values - begin.values
        both = begin.there & end.there
        self.is_negative: Mask = both & (self.us < 0)
        self.is_known: Mask = both & ~self.is_negative
        self.is_rough: Mask = np.zeros(len(self.us), np.bool_)
        if width is not None:
            self.is_rough = self.is_known & (width >= SHARP_US) & (10 * width >= self.us)
        self.enters: Mask = self.is_known & ~self.is_rough
