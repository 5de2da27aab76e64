"""Runs as columns of equal length, and what each run is, as masks over them.

Invariant: a missing integer is `NULL` and never enters arithmetic unmasked: ask `there` first; a missing word is None.
Columns are never written to, so that slices may share them. Must not import anything that does I/O.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from recorder.analysis.rows import LABEL, Predicate, RunRow
from recorder.history.spans import SKEW_US
from recorder.ledger.row import KNOWN, TERMINAL
from recorder.life import LOST

Whole: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]
Index: TypeAlias = Mask | npt.NDArray[np.intp] | slice
Word: TypeAlias = str | int | None

NULL: Final = -(2**63)
"""The integer that stands for a missing one; the store holds none so small."""

OBJECTS: Final = frozenset(
    {"run_id", "trigger_run_id", "correlation_id", "error_message", "error_details", "looks"}
)
"""Columns whose values seldom repeat."""

INTS: Final = frozenset(
    name for name, kind in RunRow.__annotations__.items() if kind in (int, int | None, bool | None)
) | {"actual_seen_at", "ended_seen_at", "run_key", "is_tracked", "is_watched"}
"""Columns of integers; all others are of words."""


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
        self.columns = columns

    def ints(self, name: str) -> Ints:
        """Return a column of integers."""
        column = self.columns[name]
        assert isinstance(column, Ints), name  # noqa: S101  # a slip of the program
        return column

    def words(self, name: str) -> Words:
        """Return a column of words."""
        column = self.columns[name]
        assert isinstance(column, Words), name  # noqa: S101  # a slip of the program
        return column

    def objects(self, name: str) -> Objects:
        """Return a column of values that seldom repeat."""
        column = self.columns[name]
        assert isinstance(column, Objects), name  # noqa: S101  # a slip of the program
        return column

    def take(self, index: Index) -> "Runs":
        """Return some of the runs: by a mask, by positions, or by a slice, which copies nothing."""
        taken = {name: column.take(index) for name, column in self.columns.items()}
        if isinstance(index, slice):
            return Runs(len(range(*index.indices(self.n))), taken)
        return Runs(int(index.sum()) if index.dtype == np.bool_ else len(index), taken)

    def only(self, mask: Mask) -> "Runs":
        """Return the runs of a mask; the same object where that is all of them."""
        return self if mask.all() else self.take(mask)

    def values(self, name: str) -> list[Any]:
        """Return a column as plain values, None where missing."""
        column = self.columns[name]
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
        created = self.ints("created_at")
        return np.where(created.there, created.values, self.ints("tracked_at").values)

    @cached_property
    def began_at(self) -> Ints:
        """When the run time of each run begins; missing as `history.spans.run_began_at` has it."""
        created, started = self.ints("created_at"), self.ints("started_at")
        is_early = created.there & started.there & (started.values < created.values - SKEW_US)
        return Ints(np.where(is_early, NULL, started.values))

    @cached_property
    def leads_processed(self) -> Ints:
        """Completed and failed leads; missing where the ledger does not give both."""
        completed, failed = self.ints("leads_completed"), self.ints("leads_failed")
        both = completed.there & failed.there
        return Ints(np.where(both, completed.values + failed.values, NULL))


class Coder(dict[Any, int]):
    """The code of each word, given out as words come."""

    def __missing__(self, word: Any) -> int:  # noqa: ANN401  # a word of any kind
        """Give out the next code."""
        self[word] = code = len(self)
        return code


class Builder:
    """Makes a column of values that come piece by piece.

    Args:
        name: of the column, which says what it holds.
    """

    def __init__(self, name: str) -> None:
        self._kind: type[Column] = Ints if name in INTS else Objects if name in OBJECTS else Words
        self._codes = Coder()
        self._pieces: list[npt.NDArray[Any]] = []

    def add(self, values: Sequence[Any] | Whole) -> None:
        """Take the next values; a missing integer is `NULL`."""
        n = len(values)
        if self._kind is Ints:
            self._pieces.append(np.fromiter(values, np.int64, n))
        elif self._kind is Words:
            codes = map(self._codes.__getitem__, values)
            self._pieces.append(np.fromiter(codes, np.int32, n))
        else:
            self._pieces.append(np.fromiter(values, np.object_, n))

    def column(self) -> Column:
        """Return the column; the builder is used up."""
        kind = {Ints: np.int64, Words: np.int32}.get(self._kind, np.object_)
        whole = np.concatenate([np.empty(0, kind), *self._pieces])
        self._pieces.clear()
        if self._kind is Words:
            return Words(whole, Lexicon(list(self._codes)))
        return Ints(whole) if self._kind is Ints else Objects(whole)


def column_of(name: str, values: Iterable[Any]) -> Column:
    """Return values as the column of a name."""
    missing, builder = NULL if name in INTS else None, Builder(name)
    builder.add([missing if value is None else value for value in values])
    return builder.column()


def runs_of(rows: Iterable[RunRow], names: Iterable[str]) -> Runs:
    """Return rows as columns."""
    held = list(rows)
    return Runs(len(held), {name: column_of(name, _values(held, name)) for name in names})


def _values(rows: Sequence[RunRow], name: str) -> Iterator[Any]:
    key = name.removeprefix(LABEL)
    return (getattr(row, name) if key == name else row.labels.get(key) for row in rows)


def rows_of(runs: Runs) -> Iterator[RunRow]:
    """Yield runs as rows; what was not asked for is None."""
    columns = {name: runs.values(name) for name in RunRow._fields if name in runs.columns}
    blank = RunRow(*[None] * len(RunRow._fields))  # type: ignore[arg-type]  # what is not read
    for values in zip(*columns.values(), strict=True):
        yield blank._replace(**dict(zip(columns, values, strict=True)))


def joined(first: Runs, second: Runs) -> Runs:
    """Return the runs of both, those of the first before the others; they have the same columns."""
    if not second.n:
        return first
    held = {}
    for name in first.columns:
        builder = Builder(name)
        for runs in (first, second):
            column = runs.columns[name]
            builder.add(column.values if isinstance(column, Ints) else runs.values(name))
        held[name] = builder.column()
    return Runs(first.n + second.n, held)
