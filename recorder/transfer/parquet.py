"""Write rows as Parquet, where pyarrow is installed; exact amounts, instants in UTC."""

import importlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

from recorder.analysis.values import Cells, Columns
from recorder.errors import UsageError

_ROWS = 5000


def write_parquet(rows: Iterable[Cells], kinds: Columns, out: Path | IO[bytes]) -> int:
    """Write rows; return how many there were.

    Args:
        rows: each with a value for every column.
        kinds: the kind of each column, in order; amounts become decimals with six places.
        out: a path, or an open file.

    Raises:
        UsageError: pyarrow is not installed.
    """
    try:
        arrow: Any = importlib.import_module("pyarrow")
        parquet: Any = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise UsageError(
            "parquet needs pyarrow: pip install pyarrow, or take --format csv or ndjson"
        ) from error
    schema = arrow.schema([(name, _type(arrow, kind)) for name, kind in kinds.items()])
    count = 0
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for some in _chunks(rows):
            writer.write_table(arrow.Table.from_pylist(some, schema=schema))
            count += len(some)
    return count


def _chunks(rows: Iterable[Cells]) -> Iterator[list[Cells]]:
    ahead = iter(rows)
    while some := list(islice(ahead, _ROWS)):
        yield some


def _type(arrow: Any, kind: str) -> Any:  # noqa: ANN401  # pyarrow has no types of its own
    types = {
        "text": arrow.string(),
        "count": arrow.int64(),
        "flag": arrow.bool_(),
        "instant": arrow.timestamp("us", tz="UTC"),
        "amount": arrow.decimal128(19, 6),
    }
    return types.get(kind, arrow.float64())
