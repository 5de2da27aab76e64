"""Stores and their lake through kills of whoever writes them: tests/lake_run.py, in short."""

from pathlib import Path

import pytest
from lake_queries import SAIL
from lake_run import lake_run


@pytest.mark.slow
@pytest.mark.external
def test_a_lake_of_two_servers_is_whole_after_kills(tmp_path: Path) -> None:
    """It has the rows of both stores, and DuckDB, Sail and the command line give the same numbers of it."""
    assert SAIL.exists(), "run .ci/run, which installs it"
    said = lake_run(sources=6, seconds=25, every=3, seed=1, folder=tmp_path)
    assert "killed pollers" in said
