"""The views of a lake for the engines that read it, as SQL that stands next to its files."""

from collections.abc import Iterator
from glob import escape
from pathlib import Path
from typing import Final

from recorder.transfer.lake_tables import LAKE

_SPARK: Final = {
    "count": "BIGINT",
    "flag": "BOOLEAN",
    "instant": "TIMESTAMP",
    "amount": "DECIMAL(19, 6)",
    "text": "STRING",
}


def view_files(folder: Path) -> dict[str, str]:
    """Return the content of each file of views, by its name, for a lake at that place."""
    return {
        "views.duckdb.sql": "".join(_duckdb(folder.absolute())),
        "views.spark.sql": "".join(_spark(folder.absolute())),
    }


def _duckdb(folder: Path) -> Iterator[str]:
    yield "-- The views of this lake, for DuckDB: duckdb -init views.duckdb.sql\n"
    for view, kinds in LAKE.items():
        names = ", ".join(("source", *(f'"{name}"' for name in kinds), "month"))
        files = f"{escape(str(folder))}/{view}/*/*/*.parquet".replace("'", "''")
        yield (
            f"CREATE OR REPLACE VIEW {view} AS SELECT {names}\n"
            f"FROM read_parquet('{files}', hive_partitioning = true,"
            " hive_types = {'source': VARCHAR, 'month': VARCHAR});\n"
        )


def _spark(folder: Path) -> Iterator[str]:
    yield "-- The views of this lake, for Spark SQL: one statement at a time\n"
    for view, kinds in LAKE.items():
        columns = {name: _SPARK.get(kind, "DOUBLE") for name, kind in kinds.items()}
        columns |= {"source": "STRING", "month": "STRING"}  # those of folders stand last in Spark
        typed = ", ".join(f"`{name}` {kind}" for name, kind in columns.items())
        path = str(folder / view).replace("\\", "\\\\").replace("'", "\\'")
        yield (
            f"CREATE OR REPLACE TEMPORARY VIEW {view} ({typed})\n"
            f"USING parquet OPTIONS (path '{path}');\n"
        )
