"""The store as other programs read it by the manual's recipes: Datasette and DuckDB."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from months import fill_month
from stores import answer, register
from test_readme import block

from recorder.cli.main import cli, run
from recorder.store.engine import Database
from recorder.store.write.record import Recorder

Capture = pytest.CaptureFixture[str]
COLUMNS = (
    *("run_id", "slug", "status", "leads_total", "cost_actual_micros"),
    *("run_seconds", "n_polls", "created_at"),
)
DUCKDB = Path(__file__).resolve().parent.parent / ".venv" / "duckdb"
IN_DUCKDB = """
import duckdb, json, sys
from pathlib import Path
extension, attach, *queries = sys.argv[1:]
connection = duckdb.connect()
(file,) = Path(sys.prefix).rglob(f"{extension}_scanner.duckdb_extension")
connection.execute(f"LOAD '{file}'")
connection.execute(attach)
print(json.dumps([connection.execute(query).fetchall() for query in queries]))
"""
pytestmark = pytest.mark.slow


@pytest.fixture
def month(database: Database) -> Database:
    """A store with a month of history."""
    return fill_month(database)


def asked(capsys: Capture, *arguments: str) -> list[dict[str, Any]]:
    """What a command prints as JSON."""
    capsys.readouterr()
    assert run(cli, [*arguments, "--format", "json"]) == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows


@contextmanager
def datasette(store: Path) -> Iterator[httpx.Client]:
    """A client of the manual's Datasette, on a port of its own."""
    (line,) = re.findall(
        r"^~/.datasette/bin/(datasette STORE.db) ", block("datasette"), re.MULTILINE
    )
    words = [str(Path(sys.executable).parent / "datasette"), str(store)]
    assert shlex.split(line) == ["datasette", "STORE.db"]
    patient = ("--port", "0", "--setting", "sql_time_limit_ms", "60000")
    with subprocess.Popen([*words, *patient], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            said = next(line for line in process.stderr if "running on" in line)
            (url,) = re.findall(r"http://127\.0\.0\.1:\d+", said)
            with httpx.Client(base_url=url, timeout=60) as client:
                yield client
        finally:
            process.terminate()
            process.communicate(timeout=60)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_datasette_serves_what_the_commands_print(
    month: Database, store_url: str, capsys: Capture
) -> None:
    """Both views, also what was written after it began to serve; it takes no statement that writes."""
    assert month.path is not None
    with datasette(month.path) as client:
        register(month, source="late")
        Recorder(month).record([answer(at, source="late") for at in range(2)])
        chosen = urlencode([("_shape", "array"), ("_size", "max"), *(("_col", c) for c in COLUMNS)])
        served = client.get(f"/{month.path.stem}/runs.json?{chosen}").raise_for_status().json()
        printed = asked(capsys, "runs", "--db", store_url)
        assert len(served) == 151
        assert {tuple(row[c] for c in COLUMNS) for row in served} == {
            tuple(row[c] for c in COLUMNS) for row in printed
        }
        polls = client.get(f"/{month.path.stem}/polls.json?_shape=array&run_id=er_1").json()
        assert [row["outcome"] for row in polls] == ["changed", "unchanged"]
        assert (
            client.get(f"/{month.path.stem}.json", params={"sql": "DELETE FROM poll"}).status_code
            == 400
        )


def in_duckdb(store_url: str, dialect: str, *queries: str) -> list[list[list[Any]]]:
    """The rows of each query in a DuckDB with its extensions, with the store attached by the manual's line."""
    python = DUCKDB / "bin" / "python"
    assert python.exists(), "DuckDB with its extensions is missing: .ci/run installs it"
    (attach,) = (line for line in block("duckdb").splitlines() if f"TYPE {dialect}" in line)
    location = store_url.removeprefix("sqlite:///").replace("+psycopg", "")
    attach = re.sub(r"'(STORE.db|postgresql:[^']*)'", f"'{location}'", attach)
    done = subprocess.run(
        [python, "-c", IN_DUCKDB, dialect, attach, *queries],
        capture_output=True,
        text=True,
        check=True,
    )
    rows: list[list[list[Any]]] = json.loads(done.stdout)
    return rows


@pytest.mark.external
@pytest.mark.usefixtures("month")
def test_duckdb_gives_the_numbers_of_the_commands(
    store_url: str, dialect: str, capsys: Capture
) -> None:
    """With the manual's casts, over both stores; without them the numbers of a SQLite store are those of texts."""
    query = "".join(
        line for line in block("duckdb").splitlines(keepends=True) if "ATTACH" not in line
    )
    cast, bare = in_duckdb(store_url, dialect, query, query.replace("::DOUBLE", ""))
    printed = asked(capsys, "durations", "--by", "slug", "--db", store_url)
    names = ("slug", "run_seconds_p50", "run_seconds_max")
    assert cast == [[row[name] for name in names] for row in printed]
    assert (bare == cast) is (dialect == "postgres")
    if dialect == "sqlite":
        texts = {slug: most for slug, _, most in bare}
        assert any(float(texts[slug]) < most for slug, _, most in cast)
