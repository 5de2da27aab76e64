"""What engines answer over a lake: the numbers of the command line."""

from pathlib import Path

import pandas as pd
import pytest
from lake_queries import SAIL, ask_sail, assert_agree, by_duckdb, by_recorder, by_sail
from lakes import export, in_lake, opened
from months import import_month
from test_readme import queries

from recorder.store.engine import Database


@pytest.fixture
def month(database: Database, store_url: str, tmp_path: Path) -> Database:
    """A store with a month of history, and its lake in the folder `lake`."""
    import_month(store_url, tmp_path)
    export(database, tmp_path / "lake")
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


@pytest.mark.slow
@pytest.mark.usefixtures("month")
def test_the_queries_of_the_manual_run_on_a_lake(tmp_path: Path) -> None:
    """Each one that is for both kinds of store, and those for Postgres, in DuckDB."""
    with opened(tmp_path / "lake") as connection:
        for query in queries("postgres"):
            assert connection.execute(query).fetchone(), query


@pytest.mark.slow
@pytest.mark.external
@pytest.mark.usefixtures("month")
def test_spark_runs_the_queries_of_the_manual(tmp_path: Path) -> None:
    """Each one that is for both kinds of store gives rows."""
    named = {query: query for query in queries("postgres") if query in set(queries("sqlite"))}
    assert named
    assert all(ask_sail(tmp_path / "lake", named).values())


@pytest.mark.slow
@pytest.mark.usefixtures("month")
def test_pandas_reads_a_view(tmp_path: Path) -> None:
    """Without any of the views: the rows of its files, with source and month."""
    runs = pd.read_parquet(tmp_path / "lake" / "runs")
    wanted = in_lake(tmp_path / "lake")["runs"]
    assert set(runs["run_id"]) == {run["run_id"] for run in wanted}
    assert runs["cost_actual"].sum() == sum(run["cost_actual"] or 0 for run in wanted)
    assert set(runs["source"]) == {"default"}
