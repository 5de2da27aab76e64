"""What engines answer over a lake: the numbers of the command line."""

from pathlib import Path

import pytest
from lake_queries import SAIL, assert_agree, by_duckdb, by_recorder, by_sail
from lakes import export, opened
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
