"""The analyses as SQL over a lake, which DuckDB and Spark both understand, and what the command line says of the same."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from lakes import opened

SAIL: Final = Path(__file__).resolve().parent.parent / ".venv" / "sail" / "bin" / "python"
Rows = list[dict[str, Any]]


def _span(name: str, column: str) -> str:
    ranks = ((50, 1), (90, 1), (95, 20), (99, 100))
    ranked = (
        f"CASE WHEN count({column}) >= {least} THEN percentile_disc(0.{rank}) WITHIN GROUP (ORDER BY {column}) END"
        f" AS {name}_seconds_p{rank}"
        for rank, least in ranks
    )
    return f"count({column}) AS {name}_seconds_n, {', '.join(ranked)}, max({column}) AS {name}_seconds_max"


def _parts() -> str:
    parts = ("settled", "provisional", "committed", "unconfirmed")
    return ", ".join(
        f"sum(CASE WHEN spend_part = '{part}' THEN 1 ELSE 0 END) AS {part}_runs,"
        f" sum(CASE WHEN spend_part = '{part}' THEN spend_micros ELSE 0 END) AS {part}_total"
        for part in parts
    )


QUERIES: Final = {
    "durations": "SELECT slug, count(*) AS runs, "
    + ", ".join(
        _span(name, f"{name}_seconds{sharp}")
        for name, sharp in (("queue", ""), ("run", "_sharp"), ("wall", "_sharp"))
    )
    + " FROM runs WHERE status = 'completed' GROUP BY slug",
    "failures": "SELECT slug, sum(CASE WHEN status = 'completed' THEN 1 ELSE 0 END) AS completed,"
    " sum(CASE WHEN status = 'failed' THEN 1 ELSE 0 END) AS failed,"
    " sum(CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END) AS cancelled,"
    " avg(CASE WHEN status = 'failed' THEN 1e0 WHEN status = 'completed' THEN 0e0 END) AS failure_rate"
    " FROM runs WHERE n_snapshots > 0 GROUP BY slug",
    "costs": "SELECT slug, cost_unit AS unit, count(*) AS pairs, sum(cost_preview_micros) AS preview_total,"
    " sum(cost_actual_micros) AS actual_total FROM runs"
    " WHERE status = 'completed' AND cost_quality = 'both' GROUP BY slug, cost_unit",
    "spend": f"SELECT slug, spend_unit AS unit, {_parts()} FROM runs"
    " WHERE spend_part <> 'unpriced' GROUP BY slug, spend_unit",
}


def queries_by(key: str) -> dict[str, str]:
    """The queries by slug or by source."""
    return {name: query.replace("slug", key) for name, query in QUERIES.items()}


def by_duckdb(folder: Path, key: str = "slug") -> dict[str, Rows]:
    """What DuckDB answers."""
    with opened(folder) as connection:
        tables: dict[str, Any] = {
            name: connection.sql(query).to_arrow_table() for name, query in queries_by(key).items()
        }
    return {name: _plain(table.to_pylist()) for name, table in tables.items()}


def by_sail(folder: Path, key: str = "slug") -> dict[str, Rows]:
    """What Sail answers by Spark's protocol."""
    return {name: _plain(rows) for name, rows in ask_sail(folder, queries_by(key)).items()}


def ask_sail(folder: Path, named: dict[str, str]) -> dict[str, Rows]:
    """The rows of queries by Spark's protocol, from a process of its own."""
    script = Path(__file__).with_name("ask_sail.py")
    done = subprocess.run(
        [SAIL, script, folder / "views.spark.sql"],
        input=json.dumps(named),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Rows] = json.loads(done.stdout)
    return found


def by_recorder(*urls: str, key: str = "slug") -> dict[str, Rows]:
    """What the command line answers of stores, in the columns of the queries; amounts in micros."""
    found: dict[str, Rows] = {}
    for name in QUERIES:
        for url in urls:
            command = [*(sys.executable, "-m", "recorder", name, "--by", key, "--format", "json")]
            done = subprocess.run(
                [*command, "--db", url], capture_output=True, text=True, check=True
            )
            found.setdefault(name, []).extend(_plain(json.loads(done.stdout, parse_float=str)))
    return found


def _plain(rows: Iterable[dict[str, Any]]) -> Rows:
    return [{name: _number(name, value) for name, value in row.items()} for row in rows]


def _number(name: str, value: Any) -> Any:
    if isinstance(value, str) and name in ("slug", "source", "unit"):
        return value
    return None if value is None else float(value)


def assert_agree(engine: dict[str, Rows], recorder: dict[str, Rows], key: str = "slug") -> None:
    """Each row of an engine is the recorder's, amounts and seconds exactly, and none is lacking."""
    for name, rows in engine.items():
        keys = (key, "unit") if name in ("costs", "spend") else (key,)
        theirs = {tuple(row[part] for part in keys): row for row in recorder[name]}
        ours = {tuple(row[part] for part in keys): row for row in rows}
        wanted = {place for place, row in theirs.items() if _has_some(name, row)}
        assert wanted <= ours.keys() <= theirs.keys(), name
        for place, row in ours.items():
            for column, value in row.items():
                expected = theirs[place][column]
                if column.endswith("_total"):
                    expected = None if expected is None else round(expected * 1_000_000)
                assert value == expected or abs(value - expected) < 1e-12, (name, place, column)


def _has_some(name: str, row: dict[str, Any]) -> bool:
    return name not in ("costs", "spend") or (row["unit"] is not None and row.get("pairs") != 0)
