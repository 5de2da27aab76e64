"""CPU and memory of the analyses and of `history.runs()`, beside `pandas.read_sql` of what they read.

    python tests/bench/answering.py [--runs 100000] [--keep FOLDER] [--only durations] [--unsealed]

Makes a SQLite store by direct rows: two sources, skewed slugs, runs in every state, brackets, nulls and three units;
what can be sealed is, unless `--unsealed`. A second yardstick is DuckDB on a file of its own with the same runs, three
measures with four percentiles each. Each command is a process of its own, as users start it; CPU is user and system time, memory the peak. The yardsticks
are run before and after, and the smaller of the two counts.
"""

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from recorder.instants import DAY, SECOND, month_of
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.status import condition_of
from recorder.store.table_parts import metadata
from recorder.store.write.sealing import seal, unseal

START_AT = 1_780_000_000 * SECOND
SPREAD_US = 45 * DAY
PER_INSERT = 10_000

GROUPBY = """
import sys, sqlite3, pandas
connection = sqlite3.connect(sys.argv[1])
names = ["queue_seconds", "run_seconds", "wall_seconds"]
frame = pandas.read_sql(f"SELECT slug, status, {', '.join(names)} FROM runs", connection)
done = frame[frame.status == "completed"].groupby("slug", dropna=False)[names]
print(len(done.quantile([0.5, 0.9, 0.95, 0.99], interpolation="lower")), file=sys.stderr)
"""
DUCKDB_FILE = """
import sys, sqlite3, duckdb, pandas
names = "slug, status, queue_seconds, run_seconds, wall_seconds"
runs = pandas.read_sql(f"SELECT {names} FROM runs", sqlite3.connect(sys.argv[1]))
duckdb.connect(sys.argv[2]).execute("CREATE TABLE runs AS SELECT * FROM runs")
"""
DUCKDB = """
import sys, duckdb
ranks = (f"quantile_disc({n}_seconds, [0.5, 0.9, 0.95, 0.99])" for n in ("queue", "run", "wall"))
query = f"SELECT slug, count(*), {', '.join(ranks)} FROM runs WHERE status = 'completed' GROUP BY slug"
print(len(duckdb.connect(sys.argv[1], read_only=True).sql(query).fetchall()), file=sys.stderr)
"""
CUSTOMERS = """
import sys, sqlite3, pandas
connection = sqlite3.connect(sys.argv[1])
names = ["queue_seconds", "run_seconds", "wall_seconds"]
tables = "runs JOIN labels USING (source, run_id) WHERE key = 'customer'"
frame = pandas.read_sql(f"SELECT value, status, {', '.join(names)} FROM {tables}", connection)
done = frame[frame.status == "completed"].groupby("value")[names]
print(len(done.quantile([0.5, 0.9, 0.95, 0.99], interpolation="lower")), file=sys.stderr)
"""
THREE_TABLES = """
import sys, sqlite3, pandas
connection = sqlite3.connect(sys.argv[1])
names = ["source.name", "run.run_id", "run.tracked_at"]
for table in sys.argv[2:]:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    names += [f"{table}.{name}" for name in columns if name not in ("source_id", "run_key", *names)]
joins = " ".join(
    f"LEFT JOIN {t} ON {t}.source_id = run.source_id AND {t}.run_key = run.run_key" for t in sys.argv[2:]
)
query = f"SELECT {', '.join(names[:44])} FROM run JOIN source USING (source_id) {joins}"
print(pandas.read_sql(query, connection).shape, file=sys.stderr)
"""
FRAME = """
import sys, recorder
with recorder.open(sys.argv[1]) as history:
    print(history.runs().shape, file=sys.stderr)
"""


_SOME = "SELECT run_key FROM run_summary WHERE source_id = 1 AND slug < 'slug-02' LIMIT 20"
_ENDED = ("ended_at", "ended_at_origin", "ended_after")
IN_FLIGHT = tuple(
    f"UPDATE {change} WHERE source_id = 1 AND run_key IN ({_SOME})"
    for change in (
        "watch SET tracking = 'active', due_at = 1",
        f"run_summary SET status = 'running', {', '.join(f'{name} = NULL' for name in _ENDED)}",
    )
)
"""Puts twenty runs of two slugs in flight, which are due."""


class Cost(NamedTuple):
    """What a process took."""

    cpu_s: float
    peak_mb: float


def measured(*command: str) -> Cost:
    """Run a process to its end."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[1:]} failed: {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def best(first: Cost, second: Cost) -> Cost:
    """The smaller of each."""
    return Cost(min(first.cpu_s, second.cpu_s), min(first.peak_mb, second.peak_mb))


def make_store(path: Path, runs: int) -> None:
    """A store with so many runs, as the writer would have left it, but for its polls and snapshots."""
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.close()
    random = Random(7)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for number, name in enumerate(("default", "growth"), 1):
            _insert(
                connection,
                "source",
                [{"source_id": number, "name": name, "base_url": f"https://{name}.test"}],
            )
        for first in range(0, runs, PER_INSERT):
            made = [_run(random, number) for number in range(first, min(first + PER_INSERT, runs))]
            for table in ("run", "watch", "run_summary"):
                _insert(connection, table, made)
            _insert(connection, "label", made[::3])
            customers = (
                {"key": "customer", "value": f"c{row['run_key'] % 10_000}"} for row in made
            )
            _insert(connection, "label", [a | b for a, b in zip(made, customers, strict=True)])
        for change in IN_FLIGHT:
            connection.execute(change)
        connection.execute(
            "INSERT INTO run_month SELECT source_id, month, 1, 0, 0 FROM run GROUP BY 1, 2"
        )
        connection.commit()
        connection.execute("ANALYZE")


def _insert(connection: sqlite3.Connection, name: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; a column that must hold something and is not given holds 0."""
    if not rows:
        return
    (table,) = (table for table in metadata.sorted_tables if table.name == name)
    columns = [column for column in table.columns if column.computed is None]
    values = (
        [
            row.get(c.name, None if c.nullable else 0 if c.name != "cost_quality" else "none")
            for c in columns
        ]
        for row in rows
    )
    names, marks = ", ".join(f'"{c.name}"' for c in columns), ", ".join("?" * len(columns))
    connection.executemany(f"INSERT INTO {name} ({names}) VALUES ({marks})", values)


def _run(random: Random, number: int) -> dict[str, Any]:
    """All that the store holds of one run, by column."""
    created = START_AT + SPREAD_US * number // 1_000_000 + random.randrange(DAY)
    states = ("completed", "failed", "cancelled", "running", "paused", None)
    status = random.choices(states, (80, 9, 4, 5, 1, 1))[0]
    tracking = ("done", "active", "not_visible", "abandoned")
    return {
        "source_id": 1 + (random.random() < 0.3),
        "run_key": number,
        "run_id": f"er_{number:08x}_{random.getrandbits(64):016x}",
        "tracked_at": created,
        "month": month_of(created),
        "tracking": random.choices(tracking, (90, 6, 2, 2))[0],
        **dict.fromkeys(("n_polls", "n_snapshots"), random.randrange(3, 40)),
        **dict.fromkeys(("first_polled_at", "first_good_at"), created + SECOND),
        **dict.fromkeys(("last_polled_at", "last_good_at"), created + 90 * SECOND),
        "last_outcome": 2,
        **_names(random, number, status),
        **_times(random, created, status),
        **_amounts(random),
        **_leads(random),
        "key": "team",
        "value": random.choice(("north", "south", "east")),
    }


def _names(random: Random, number: int, status: str | None) -> dict[str, Any]:
    return {
        "status": status,
        "observation_class": random.choice(("from_start", "mid_flight", "post_hoc", None)),
        "mode": "live",
        "enrichment_id": f"en_{number % 40}",
        "slug": f"slug-{min(random.randrange(12), random.randrange(12)):02}"
        if number % 50
        else None,
        "version": str(1 + number % 7),
        "scope_type": "list",
        "list_id": f"li_{random.randrange(2000):05}",
        "output_target": "attribute",
        "output_attribute_key": f"key_{number % 60}",
        "write_policy": "overwrite",
        "persist_results": 1,
        "trigger_run_id": f"run_{random.getrandbits(80):020x}",
        "correlation_id": f"{random.getrandbits(128):032x}",
        "error_message": f"HTTP 429 from provider {number % 900}" if status == "failed" else None,
        "quality": "counts_off_total" if random.random() < 0.02 else None,
    }


def _times(random: Random, created: int, status: str | None) -> dict[str, Any]:
    started = created + round(random.lognormvariate(15, 1))
    ended = (
        started + round(random.lognormvariate(17, 1))
        if status in ("completed", "failed", "cancelled")
        else None
    )
    is_bracketed = ended is not None and random.random() < 0.04
    return {
        "created_at": created,
        "started_at": started if random.random() < 0.99 else None,
        "ended_at": ended,
        "ended_at_origin": None if ended is None else "bracketed" if is_bracketed else "ledger",
        "ended_after": ended - 3 * SECOND if ended is not None and is_bracketed else None,
        "updated_at": ended or started,
        "n_reopened": int(random.random() < 0.01),
    }


def _amounts(random: Random) -> dict[str, Any]:
    preview = round(random.lognormvariate(4, 1)) * 100_000
    quality = random.choices(
        ("both", "provisional", "preview_only", "actual_only", "unit_mismatch", "unparsed", "none"),
        (85, 5, 3, 2, 1, 1, 3),
    )[0]
    has_preview = quality in ("both", "provisional", "preview_only", "unit_mismatch")
    has_actual = quality in ("both", "provisional", "actual_only", "unit_mismatch")
    return {
        "cost_preview_micros": preview if has_preview else None,
        "cost_actual_micros": preview * random.randrange(80, 130) // 100 if has_actual else None,
        "cost_unit": random.choices(("credits", "USD", "EUR"), (90, 7, 3))[0]
        if has_preview or has_actual
        else None,
        "cost_quality": quality,
    }


def _leads(random: Random) -> dict[str, Any]:
    total = random.choice((1, 10, 50, 100, 100, 250, 1000, random.randrange(3000)))
    failed = total // 40 if random.random() < 0.3 else 0
    return {
        "leads_total": total,
        "leads_pending": 0,
        "leads_running": 0,
        "leads_completed": total - failed,
        "leads_skipped": 0,
        "leads_failed": failed,
    }


def cases(path: Path) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each case's name, its yardstick, and its command."""
    program = (sys.executable, "-m", "recorder")
    asked = ("--db", str(path), "--format", "json")
    for name in ("durations", "failures", "costs", "spend"):
        yield name, "groupby", (*program, name, "--by", "slug", *asked)
        by_customer = ("--by", "label:customer")
        yield f"{name}, 10,000 groups", "customers", (*program, name, *by_customer, *asked)
    yield "durations, as of", "groupby", (*program, "durations", "--as-of", "2029-01-01", *asked)
    for name in ("durations", "costs"):
        yield (
            f"{name} by day,slug",
            "groupby",
            (*program, name, "--by", "day,slug", "--tz", "Europe/Berlin", *asked),
        )
    yield "overdue --slow", "overdue", (*program, "overdue", "--slow", *asked)
    yield "history.runs()", "three tables", (sys.executable, "-c", FRAME, str(path))


def _sealed(path: Path, *, unsealed: bool) -> str:
    """Seal what can be, or drop all blocks; what the store holds then."""
    database = Database(f"sqlite:///{path}")
    database.write(unseal)
    if not unsealed:
        seal(database)
    figures = condition_of(database).figures
    database.close()
    assert figures
    return (
        f"{figures.sealed_runs:,} of {figures.runs:,} runs sealed, {figures.sealed_bytes:,} bytes"
    )


def main() -> None:
    """Make the store, measure, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument(
        "--keep", type=Path, help="a folder in which the store is made, or is already"
    )
    parser.add_argument("--only", default="", help="cases whose names begin so")
    parser.add_argument("--unsealed", action="store_true", help="leave all runs as rows")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        path = (options.keep or Path(scratch)) / f"answering-{options.runs}.db"
        if not path.exists():
            make_store(path, options.runs)
        print(_sealed(path, unsealed=options.unsealed))
        chosen = [case for case in cases(path) if case[0].startswith(options.only)]
        python, duck = (sys.executable, "-c"), Path(scratch) / "answering.duckdb"
        measured(*python, DUCKDB_FILE, str(path), str(duck))
        yardsticks = {
            "overdue": (sys.executable, "-m", "recorder", "overdue", "--db", str(path)),
            "groupby": (*python, GROUPBY, str(path)),
            "customers": (*python, CUSTOMERS, str(path)),
            "three tables": (*python, THREE_TABLES, str(path), "run_summary", "watch"),
        }
        used = {
            name: command for name, command in yardsticks.items() if name in {c[1] for c in chosen}
        } | {"duckdb": (*python, DUCKDB, str(duck))}
        before = {name: measured(*command) for name, command in used.items()}
        costs = [(name, yardstick, measured(*command)) for name, yardstick, command in chosen]
        after = {name: best(before[name], measured(*command)) for name, command in used.items()}
    for name, cost in after.items():
        print(f"{name:24} {cost.cpu_s:6.2f} s {cost.peak_mb:6.0f} MB")
    for name, yardstick, cost in costs:
        base = after[yardstick]
        print(
            f"{name:24} {cost.cpu_s:6.2f} s {cost.peak_mb:6.0f} MB   "
            f"x {cost.cpu_s / base.cpu_s:.2f} CPU, x {cost.peak_mb / base.peak_mb:.2f} memory;"
            f" x {cost.cpu_s / after['duckdb'].cpu_s:.1f} of DuckDB's CPU"
        )


if __name__ == "__main__":
    main()
