"""Columns of some runs as bytes, and back: the format of `run_block.data`.

Invariant: a column comes back as it was, and equal columns give equal bytes before they are deflated, on either kind of
store. The format is that of a cache: a revision that changes it, or what is stored, empties `sealed` and `run_block`.

Integers are kept as their distance to the least one, instants as that to the day of their run, byte by byte: they then
take a quarter of the space, and are as fast to read.
"""

import struct
import zlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from recorder.analysis.building import kind_of
from recorder.analysis.columns import NULL, Column, Ints, Lexicon, Objects, Whole, Words
from recorder.analysis.texts import Texts, texts_of

KEY: Final = "run_key"
DATED: Final = "dated_at"
_INSTANT: Final = ("_at", "_after")
_INTS: Final = struct.Struct("<qBB")  # the least, bytes of each, whether 0 stands for a missing one
_LENGTH: Final = struct.Struct("<I")
_WIDTHS: Final = (0, 1, 2, 4, 8)


def pack(name: str, column: Column, dated_at: Whole) -> bytes:
    """Return a column of runs as bytes; `dated_at` is when each of them is dated, as stored under that name."""
    if isinstance(column, Ints):
        return _pack_ints(column, _near(name, dated_at))
    if isinstance(column, Objects):
        texts = texts_of(column)
        first, second = _pack_ints(texts.lengths, np.int64(0)), texts.data
    else:
        first = msgspec.json.encode(column.lexicon.words)
        second = _pack_ints(Ints(column.codes.astype(np.int64)), np.int64(0))
    return _LENGTH.pack(len(first)) + first + second


def unpack(name: str, data: bytes, dated_at: Whole) -> Column:
    """Return the column that `pack` was given."""
    kind = kind_of(name)
    if kind is Ints:
        return _unpack_ints(data, _near(name, dated_at), len(dated_at))
    (length,) = _LENGTH.unpack_from(data)
    after = _LENGTH.size + length
    first = data[_LENGTH.size : after]
    if kind is Texts:
        return Texts(data[after:], _unpack_ints(first, np.int64(0), len(dated_at)))
    words = msgspec.json.decode(first)
    codes = _unpack_ints(data[after:], np.int64(0), len(dated_at))
    return Words(codes.values.astype(np.int32), Lexicon(words))


def unpack_block(data: Mapping[str, bytes], n: int) -> dict[str, Column]:
    """Return the columns of a block of so many runs from their deflated bytes; `DATED` is among them."""
    inflated = {name: zlib.decompress(held) for name, held in data.items()}
    dated_at = _unpack_ints(inflated.pop(DATED), np.int64(0), n)
    columns = {name: unpack(name, held, dated_at.values) for name, held in inflated.items()}
    return {DATED: dated_at, **columns}


def _near(name: str, dated_at: Whole) -> Whole | np.int64:
    """Return what the values of a column lie near to."""
    if name == KEY:
        return np.arange(len(dated_at))
    return dated_at if name.endswith(_INSTANT) and name != DATED else np.int64(0)


def _pack_ints(column: Ints, near: Whole | np.int64) -> bytes:
    there, far = column.there, column.values - near
    known = far[there]
    least, has_missing = int(known.min()) if len(known) else 0, len(known) < len(far)
    # A distance may take all 64 bits: it is taken without a sign.
    codes = np.where(there, far - least + has_missing, 0).view(np.uint64)
    most = int(codes.max()) if len(codes) else 0
    width = next(width for width in _WIDTHS if most < 256**width)
    # Byte by byte: the high bytes of neighbours are alike, and deflate to little.
    planes = codes.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :width].T
    return _INTS.pack(least, width, has_missing) + planes.tobytes()


def _unpack_ints(data: bytes, near: Whole | np.int64, n: int) -> Ints:
    least, width, has_missing = _INTS.unpack_from(data)
    planes: npt.NDArray[Any] = np.frombuffer(data, np.uint8, offset=_INTS.size).reshape(width, n)
    codes = np.ascontiguousarray(planes.T).view(f"<u{width}")[:, 0] if width else np.zeros(n, "u1")
    values = codes.astype(np.int64)
    values += least - has_missing
    values += near
    if has_missing:
        values[codes == 0] = NULL
    return Ints(values)
