"""Runs as columns of equal length, and what each run is, as masks over them.

Invariant: a missing integer is `NULL` and never enters arithmetic unmasked: ask `there` first; a missing word is None.
Columns are never written to, so that slices may share them. Must not import anything that does I/O.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from recorder.analysis.rows import Predicate, RunRow
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
"""The integer that stands for a missing one; the store holds none so small."""

OBJECTS: Final = frozenset(
    {"run_id", "trigger_run_id", "correlation_id", "error_message", "error_details", "poll_times"}
)
"""Columns whose values seldom repeat."""

_WHOLE: Final = (int, int | None, bool, bool | None)
INTS: Final = frozenset(name for name, kind in RunRow.__annotations__.items() if kind in _WHOLE) | {
    "dated_at",
    "actual_seen_at",
    "run_key",
    "spend_micros",
}
"""Columns of integers; all others are of words."""

_IS_MISSING: Final = frozenset({None}).__contains__


def n_of(mask: Mask) -> int:
    """Return how many a mask holds."""
    return int(np.count_nonzero(mask))


class Ints:
    """Integers, one a run, some missing."""

    __slots__ = ("values",)

    def __init__(self, values: Whole) -> None:
        self.values = values

    @property
    def there(self) -> Mask:
        """Which are not missing."""
        mask: Mask = self.values != NULL
        return mask

    def filled(self, number: int) -> "Ints":
        """Return them with a number where they are missing."""
        return Ints(np.where(self.there, self.values, number))

    def with_null(self) -> "Ints":
        """Return them with a missing one behind."""
        return Ints(np.append(self.values, NULL))

    def take(self, index: Index) -> "Ints":
        """Return those of some runs."""
        return Ints(self.values[index])


class Lexicon:
    """The distinct words of a column, in any order."""

    __slots__ = ("_answers", "words")

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self._answers: dict[Predicate, Mask] = {}

    def answers(self, predicate: Predicate) -> Mask:
        """Return what the predicate says of each word, asked once."""
        if predicate not in self._answers:
            said = (bool(predicate(word)) for word in self.words)
            self._answers[predicate] = np.fromiter(said, np.bool_, len(self.words))
        return self._answers[predicate]


class Words:
    """Words that repeat, one a run, as codes of a lexicon."""

    __slots__ = ("codes", "lexicon")

    def __init__(self, codes: npt.NDArray[np.int32], lexicon: Lexicon) -> None:
        self.codes = codes
        self.lexicon = lexicon

    def where(self, predicate: Predicate) -> Mask:
        """Return for which runs the predicate holds; a function that lives longer than the question is asked once a word."""
        return self.lexicon.answers(predicate)[self.codes]

    def with_null(self) -> "Words":
        """Return them with a missing one behind."""
        words = list(self.lexicon.words)
        if None not in words:
            words.append(None)
        return Words(np.append(self.codes, np.int32(words.index(None))), Lexicon(words))

    def overlaid(self, other: "Words", mask: Mask) -> "Words":
        """Return them with the words of another column where the mask holds and that column has one."""
        places = {word: at for at, word in enumerate(self.lexicon.words)}
        codes = [places.setdefault(word, len(places)) for word in other.lexicon.words]
        is_other = mask & ~other.where(_IS_MISSING)
        chosen = np.where(is_other, np.array([*codes, 0], np.int32)[other.codes], self.codes)
        return Words(chosen.astype(np.int32), Lexicon(list(places)))

    def take(self, index: Index) -> "Words":
        """Return those of some runs."""
        return Words(self.codes[index], self.lexicon)


class Objects:
    """Values that seldom repeat, one a run, None where missing."""

    __slots__ = ("values",)

    def __init__(self, values: npt.NDArray[np.object_]) -> None:
        self.values = values

    def with_null(self) -> "Objects":
        """Return them with a missing one behind."""
        return Objects(np.append(self.values, [None]))

    def take(self, index: Index) -> "Objects":
        """Return those of some runs."""
        return Objects(self.values[index])


Column: TypeAlias = Ints | Words | Objects


class Runs:
    """Tracked runs: named columns of equal length.

    Args:
        n: how many runs there are.
        columns: those that were asked for; `RunRow` says what they hold, `label:KEY` is the label of that key.
    """

    def __init__(self, n: int, columns: Mapping[str, Column]) -> None:
        self.n = n
        self._columns = dict(columns)
        self._whole: Runs | None = None
        self._index: Index = slice(None)

    @property
    def names(self) -> list[str]:
        """The columns that there are."""
        return list(self._columns) if self._whole is None else self._whole.names

    def column(self, name: str) -> Column:
        """Return a column; of some runs it is taken from the whole when it is first asked for."""
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

    def take(self, index: Index) -> "Runs":
        """Return some of the runs: by a mask, by places, or by a slice, which copies nothing."""
        taken = Runs(len(np.empty(self.n, np.bool_)[index]), {})
        taken._whole, taken._index = self, index
        return taken

    def only(self, mask: Mask) -> "Runs":
        """Return the runs of a mask; the same object where that is all of them."""
        return self if mask.all() else self.take(mask)

    def values(self, name: str) -> list[Any]:
        """Return a column as plain values, None where missing."""
        column = self.column(name)
        if isinstance(column, Ints):
            held = column.values.tolist()
            return [None if value == NULL else value for value in held]
        if isinstance(column, Words):
            return [column.lexicon.words[code] for code in column.codes.tolist()]
        return list(column.values)

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
        """Whether the run was observed and has not ended, and nobody sees it any more, as `life.phase_of` has it."""
        return self._is_open & self.words("tracking").where(LOST.__contains__)

    @cached_property
    def is_in_flight(self) -> Mask:
        """Whether the run was observed, and is neither ended nor lost."""
        return self._is_open & ~self.is_lost

    @property
    def _is_open(self) -> Mask:
        return self.is_observed & ~self.is_terminal

    @cached_property
    def is_unknown(self) -> Mask:
        """Whether the run is in flight with a status word that nobody knows."""
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
        """From creation to start."""
        return Span(self.ints("created_at"), self.ints("started_at"))

    @cached_property
    def run(self) -> "Span":
        """From start to end; the start is missing as `history.spans.run_began_at` has it."""
        created, started = self.ints("created_at"), self.ints("started_at")
        is_early = created.there & started.there & (started.values < created.values - SKEW_US)
        began = Ints(np.where(is_early, NULL, started.values))
        return Span(began, self.ints("ended_at"), self.end_width)

    @cached_property
    def wall(self) -> "Span":
        """From creation to end."""
        return Span(self.ints("created_at"), self.ints("ended_at"), self.end_width)

    @cached_property
    def end_width(self) -> Whole:
        """How wide the bracket of each end is; 0 for an end that the ledger gives."""
        ended, after = self.ints("ended_at"), self.ints("ended_after")
        return np.where(ended.there & after.there, ended.values - after.values, 0)

    @cached_property
    def leads_processed(self) -> Ints:
        """Completed and failed leads; missing where the ledger does not give both."""
        completed, failed = self.ints("leads_completed"), self.ints("leads_failed")
        both = completed.there & failed.there
        return Ints(np.where(both, completed.values + failed.values, NULL))


class Span:
    """The time between two instants of each run, in microseconds where it is known.

    Attributes:
        us: how long.
        is_known: both instants are there, and the clock did not run backwards.
        is_negative: it ran backwards.
        is_rough: it is known, but the end not well enough for statistics, as `history.flags.is_sharp` has it.
        enters: it is known well enough.
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
