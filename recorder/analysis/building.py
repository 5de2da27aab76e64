"""Make columns of values that a store reads piece by piece, or of rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from recorder.analysis.columns import (
    INTS,
    NULL,
    OBJECTS,
    TEXTS,
    Column,
    Ints,
    Lexicon,
    Objects,
    Runs,
    Whole,
    Words,
)
from recorder.analysis.rows import LABEL, RunRow
from recorder.analysis.texts import Texts, texts_of

_DTYPES: Final[Mapping[type, Any]] = {Ints: np.int64, Words: np.int32, Texts: np.int64}


class Coder(dict[Any, int]):
    """The code of each word, counted in the order of their arrival."""

    def __missing__(self, word: Any) -> int:  # noqa: ANN401  # a word of any kind
        """Return the next code, which is the word's from now on."""
        self[word] = code = len(self)
        return code


def kind_of(name: str) -> type[Column]:
    """Return the kind of the column of a name."""
    kinds = {INTS: Ints, OBJECTS: Objects, TEXTS: Texts}
    return next((kind for names, kind in kinds.items() if name in names), Words)


class Builder:
    """A builder of a column whose values come piece by piece.

    Args:
        name: the name of the column, which decides its kind.
    """

    def __init__(self, name: str) -> None:
        self._kind = kind_of(name)
        self._codes = Coder()
        self._pieces: list[npt.NDArray[Any]] = []

    def add(self, values: Sequence[Any] | Whole) -> None:
        """Add the next values; a missing integer is `NULL`."""
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
        kinds = {Ints: np.int64, Words: np.int32}  # texts are gathered as objects here
        whole = np.concatenate([np.empty(0, kinds.get(self._kind, np.object_)), *self._pieces])
        self._pieces.clear()
        if self._kind is Words:
            return Words(whole, Lexicon(list(self._codes)))
        return Ints(whole) if self._kind is Ints else Objects(whole)


def column_of(name: str, values: Iterable[Any]) -> Column:
    """Return the column of a name with these values."""
    missing, builder = NULL if name in INTS else None, Builder(name)
    builder.add([missing if value is None else value for value in values])
    return builder.column()


def runs_of(rows: Iterable[RunRow], names: Iterable[str]) -> Runs:
    """Return rows as columns."""
    run_rows = list(rows)
    return Runs(len(run_rows), {name: column_of(name, _values(run_rows, name)) for name in names})


def _values(rows: Sequence[RunRow], name: str) -> Iterator[Any]:
    key = name.removeprefix(LABEL)
    return (getattr(row, name) if key == name else row.labels.get(key) for row in rows)


def in_listing_order(runs: Runs) -> npt.NDArray[np.intp]:
    """Return the positions of runs by the instant that they belong to, source and run id."""
    names = runs.words("source").lexicon.words
    # Codes come in the order of arrival, not in that of the names.
    ranks = np.argsort(np.argsort(np.array(names, np.object_)))[runs.words("source").codes]
    order = np.lexsort((ranks, runs.dated_at))
    dates, ranks, run_ids = runs.dated_at[order], ranks[order], runs.objects("run_id")
    is_like_next = (dates[1:] == dates[:-1]) & (ranks[1:] == ranks[:-1])
    bounds = np.flatnonzero(np.diff(np.concatenate(([False], is_like_next, [False]))))
    for first, last in bounds.reshape(-1, 2).tolist():
        # Ids are compared only where instant and source are the same: few become Python's texts.
        tied = order[first : last + 1]
        order[first : last + 1] = tied[np.argsort(run_ids.take(tied).values)]
    return order


class Joiner:
    """A joiner of columns of one kind, each copied once.

    Args:
        kind: of the columns.
        most: at most so many values in all.
    """

    def __init__(self, kind: type[Column], most: int) -> None:
        self._kind = kind
        self._values = np.empty(most, _DTYPES.get(kind, np.object_))
        self._codes = Coder()
        self._data: list[bytes] = []
        self._n = 0

    def add(self, column: Column) -> None:
        """Add a column to the end."""
        if isinstance(column, Words):
            words = map(self._codes.__getitem__, column.lexicon.words)
            merged = np.fromiter(words, np.int32, len(column.lexicon.words))
            values: npt.NDArray[Any] = merged[column.codes]
        elif self._kind is Texts:
            texts = texts_of(cast("Objects", column))
            self._data.append(texts.data)
            values = texts.lengths.values
        else:
            values = column.values
        self._values[self._n : self._n + len(values)] = values
        self._n += len(values)

    def column(self) -> Column:
        """Return the whole."""
        values = self._values[: self._n]
        if self._kind is Words:
            return Words(values, Lexicon(list(self._codes)))
        if self._kind is Texts:
            return Texts(b"".join(self._data), Ints(values))
        return Ints(values) if self._kind is Ints else Objects(values)


def joined(first: Runs, second: Runs) -> Runs:
    """Return the runs of both, those of the first before the others; they have the same columns."""
    if not second.n:
        return first
    columns = {}
    for name in first.names:
        joiner = Joiner(kind_of(name), first.n + second.n)
        for runs in (first, second):
            joiner.add(runs.column(name))
        columns[name] = joiner.column()
    return Runs(first.n + second.n, columns)
