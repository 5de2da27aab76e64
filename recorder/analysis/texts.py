"""Columns of texts as bytes, of which most questions make no Python object.

Invariant: `values` and `take` give what a column of these texts as objects gives.
"""

from functools import cached_property

import numpy as np
import numpy.typing as npt

from recorder.analysis.columns import NULL, Index, Ints, Objects, Whole


class Texts(Objects):
    """A column of texts that seldom repeat, as bytes: `values` are made of these when they are used.

    Args:
        data: the texts in UTF-8.
        lengths: the bytes of each text, missing where the text is.
        first: the first byte of each text; None: one follows the other.
    """

    def __init__(self, data: bytes, lengths: Ints, first: Whole | None = None) -> None:
        self.data = data
        self.lengths = lengths
        self._first = first

    @cached_property
    def first(self) -> Whole:
        """The first byte of each text."""
        return self.bounds[:-1] if self._first is None else self._first

    @property
    def bounds(self) -> Whole:
        """The first byte of each text where one follows the other, and the end of the last."""
        return np.append(np.int64(0), np.cumsum(self.lengths.filled(0).values))

    @cached_property
    def values(self) -> npt.NDArray[np.object_]:  # type: ignore[override]  # made once, then kept
        """The texts, None where missing."""
        first, n_bytes = self.first.tolist(), self.lengths.filled(0).values.tolist()
        data, of_each = self.data, zip(first, n_bytes, strict=True)
        values = np.fromiter((data[at : at + n].decode() for at, n in of_each), object, len(first))
        values[~self.lengths.there] = None
        return values

    def take(self, index: Index) -> "Texts":
        """Return the texts of some runs."""
        return Texts(self.data, self.lengths.take(index), self.first[index])

    def joined(self) -> "Texts":
        """Return the same texts, one after the other."""
        return self if self._first is None else texts_of(Objects(self.values))


def texts_of(column: Objects) -> Texts:
    """Return a column of texts as bytes, one text after the other."""
    if isinstance(column, Texts):
        return column.joined()
    texts = [None if value is None else value.encode() for value in column.values.tolist()]
    lengths = (NULL if text is None else len(text) for text in texts)
    data = b"".join(text for text in texts if text is not None)
    return Texts(data, Ints(np.fromiter(lengths, np.int64, len(texts))))
