"""What engines answer over a lake: the numbers of the command line."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lake_queries import SAIL, ask_sail, assert_agree, by_duckdb, by_recorder, by_sail
from lakes import export, in_lake, opened
from months import fill_month
from test_readme import execute, queries

from recorder.store.engine import Database


@pytest.fixture
def month(database: Database, tmp_path: Path) -> Database:
    """A store with a month of history, and its lake in the folder `lake`."""
    export(fill_month(database), tmp_path / "lake")
    return database


@pytest.mark.slow
@pytest.mark.usefixtures("month")
def test_duckdb_agrees(store_url: str, tmp_path: Path) -> None:
    """Durations, failures, costs and spend by slug are those of the command line, percentiles to the microsecond."""
    assert_agree(by_duckdb(tmp_path / "lake"), by_recorder(store_url))


@pytest.mark.slow
@pytest.mark.external
@pytest.mark.usefixtures("month")
def test_spark_agrees(store_url: str, tmp_path: Path) -> None:
    """The same by Spark's protocol, from Sail."""
    assert SAIL.exists(), "run .ci/run, which installs it"
    assert_agree(by_sail(tmp_path / "lake"), by_recorder(store_url))


def _shown(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Rows to compare: without instants, which each engine shows in its own way; numbers to nine digits."""
    return sorted(
        str({name: _text(value) for name, value in row.items() if not name.endswith("_at")})
        for row in rows
    )


def _text(value: Any) -> str:
    return f"{float(value):.9g}" if isinstance(value, int | float | Decimal) else str(value)


@pytest.mark.slow
def test_the_queries_of_the_manual_give_the_rows_of_the_store(
    month: Database, dialect: str, tmp_path: Path
) -> None:
    """Each one that is for both kinds of store, and those for Postgres, in DuckDB."""
    with opened(tmp_path / "lake") as connection:
        for query, own in zip(queries("postgres"), queries(dialect), strict=True):
            found: Any = connection.sql(query).to_arrow_table()
            assert _shown(found.to_pylist()) == _shown(execute(month, own)), query


@pytest.mark.slow
@pytest.mark.external
def test_spark_gives_the_rows_of_the_store(month: Database, tmp_path: Path) -> None:
    """By each query of the manual that is for both kinds of store."""
    named = {query: query for query in queries("postgres") if query in set(queries("sqlite"))}
    assert named
    for query, rows in ask_sail(tmp_path / "lake", named).items():
        assert _shown(rows) == _shown(execute(month, query)), query


@pytest.mark.slow
@pytest.mark.usefixtures("month")
def test_pandas_reads_a_view(tmp_path: Path) -> None:
    """Without any of the views: the rows of its files, with source and month."""
    runs = pd.read_parquet(tmp_path / "lake" / "runs")
    wanted = in_lake(tmp_path / "lake")["runs"]
    assert set(runs["run_id"]) == {run["run_id"] for run in wanted}
    assert runs["cost_actual"].sum() == sum(run["cost_actual"] or 0 for run in wanted)
    assert set(runs["source"]) == {"default"}
