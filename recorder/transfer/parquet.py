"""Write rows as Parquet, where pyarrow is installed; exact amounts, instants in UTC."""

import importlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from recorder.analysis.values import Cells, Columns
from recorder.errors import UsageError

Arrow: TypeAlias = Any
"""A thing of pyarrow, which has no types of its own."""

_ROWS: Final = 5000
_CELLS: Final = 1_000_000
"""Cells of a row group, which are in memory at a time."""
_BYTES: Final = 32_000_000
"""Bytes of a row group at most, but for its last table: documents are long."""


def write_parquet(rows: Iterable[Cells], kinds: Columns, out: Path | IO[bytes]) -> int:
    """Write rows; return how many there were.

    Args:
        rows: each with a value for every column.
        kinds: the kind of each column, in order; amounts become decimals with six places.
        out: a path, or an open file.

    Raises:
        UsageError: pyarrow is not installed.
    """
    arrow = pyarrow("take --format csv or ndjson")
    schema = schema_of(arrow, kinds)
    some = (arrow.Table.from_pylist(chunk, schema=schema) for chunk in _chunks(rows))
    return write_tables(some, schema, out)


def pyarrow(otherwise: str) -> Arrow:
    """Return the library; refuse where it is not installed, with what else to do."""
    try:
        importlib.import_module("pyarrow.compute")
        importlib.import_module("pyarrow.parquet")
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise UsageError(f"parquet needs pyarrow: pip install pyarrow, or {otherwise}") from error


def schema_of(arrow: Arrow, kinds: Columns) -> Arrow:
    """Return the Arrow schema of columns of these kinds."""
    return arrow.schema([(name, _type(arrow, kind)) for name, kind in kinds.items()])


def write_tables(tables: Iterable[Arrow], schema: Arrow, out: Path | IO[bytes]) -> int:
    """Write Arrow tables of a schema, some to a row group; return how many rows there were."""
    arrow, count = pyarrow("none"), 0
    instants = [column.name for column in schema if arrow.types.is_timestamp(column.type)]
    with arrow.parquet.ParquetWriter(
        out,
        schema,
        compression="zstd",
        # Stored as differences, instants of polls take a fifth of the space, and are written faster. Digests never repeat.
        column_encoding=dict.fromkeys(instants, "DELTA_BINARY_PACKED"),
        use_dictionary=[name for name in schema.names if name not in (*instants, "digest")],
    ) as writer:
        for some in _row_groups(tables, _CELLS // len(schema)):
            writer.write(arrow.concat_tables(some))
            count += sum(table.num_rows for table in some)
    return count


def _row_groups(tables: Iterable[Arrow], least: int) -> Iterator[list[Arrow]]:
    """Yield tables that have so many rows or `_BYTES` together, and what is left."""
    some: list[Arrow] = []
    n_rows = n_bytes = 0
    for table in tables:
        some.append(table)
        n_rows, n_bytes = n_rows + table.num_rows, n_bytes + table.nbytes
        if n_rows >= least or n_bytes >= _BYTES:
            yield some
            some, n_rows, n_bytes = [], 0, 0
    if some:
        yield some


def _chunks(rows: Iterable[Cells]) -> Iterator[list[Cells]]:
    ahead = iter(rows)
    while some := list(islice(ahead, _ROWS)):
        yield some


def _type(arrow: Arrow, kind: str) -> Arrow:
    types = {
        "text": arrow.string(),
        "count": arrow.int64(),
        "flag": arrow.bool_(),
        "instant": arrow.timestamp("us", tz="UTC"),
        "amount": arrow.decimal128(19, 6),
    }
    return types.get(kind, arrow.float64())
