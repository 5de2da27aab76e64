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
        data: the texts in UTF-8, one after the other.
        lengths: the bytes of each text, missing where the text is.
    """

    def __init__(self, data: bytes, lengths: Ints) -> None:
        self.data = data
        self.lengths = lengths

    @cached_property
    def bounds(self) -> Whole:
        """The first byte of each text, and the end of the last."""
        return np.append(np.int64(0), np.cumsum(self.lengths.filled(0).values))

    @cached_property
    def values(self) -> npt.NDArray[np.object_]:  # type: ignore[override]  # made once, then kept
        """The texts, None where missing."""
        return self.take(slice(None)).values

    def take(self, index: Index) -> Objects:
        """Return the texts of some runs."""
        first, after = self.bounds[:-1][index].tolist(), self.bounds[1:][index].tolist()
        texts = (self.data[one:end].decode() for one, end in zip(first, after, strict=True))
        values = np.fromiter(texts, np.object_, len(first))
        values[~self.lengths.there[index]] = None
        return Objects(values)


def texts_of(column: Objects) -> Texts:
    """Return a column of texts as bytes."""
    if isinstance(column, Texts):
        return column
    texts = [None if value is None else value.encode() for value in column.values.tolist()]
    lengths = (NULL if text is None else len(text) for text in texts)
    data = b"".join(text for text in texts if text is not None)
    return Texts(data, Ints(np.fromiter(lengths, np.int64, len(texts))))
