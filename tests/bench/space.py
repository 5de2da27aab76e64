"""Bytes a poll: the recorder's store beside a store that keeps every answer as a row.

    python tests/bench/space.py [--runs 500] [--log FILE] [--postgres]

Both are given the same answers in the same order: runs of the sandbox's world, each asked every 3 s from its creation
until it has ended, or a log of lines `SECONDS<TAB>BODY`. What is counted is the whole database file after a
checkpoint (SQLite), or all relations of the schema with their indexes (Postgres): poll rows and indexes included.
"""

import argparse
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

from recorder.instants import HOUR, SECOND
from recorder.ledger.answer import Answer
from recorder.ledger.jsontext import parse_json
from recorder.ledger.target import Target
from recorder.sandbox import SimulatedPopulation, document_bytes
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.write.record import Recorder
from recorder.store.write.sources import ensure_source
from recorder.store.write.track import add_seen_runs

CADENCE_US = 3 * SECOND
START_AT = 1_780_000_000 * SECOND
CONCURRENCY = 25

Poll = tuple[int, str, bytes]


def sandbox_polls(runs: int, seed: int) -> list[Poll]:
    """Every run of a sandbox's world asked at the cadence until it has ended, in the order of time."""
    spread_us = runs * 100 * SECOND // CONCURRENCY
    world = SimulatedPopulation.generate(
        runs=runs, seed=seed, start_at=START_AT, spread_us=spread_us
    )
    polls: list[Poll] = []
    for run in world.runs:
        ended_at = run.ended_at if run.ended_at is not None else run.created_at + HOUR
        for at in range(run.created_at + SECOND, ended_at + CADENCE_US, CADENCE_US):
            polls.append((at, run.run_id, document_bytes(run, at)))  # noqa: PERF401  # two loops read better
    return sorted(polls, key=lambda poll: poll[0])


def logged_polls(path: Path) -> Iterator[Poll]:
    """The polls of a log file."""
    with path.open("rb") as lines:
        for line in lines:
            seconds, _, body = line.rstrip(b"\n").partition(b"\t")
            value = parse_json(body)
            run = value["run"] if isinstance(value, dict) else None
            run_id = run["id"] if isinstance(run, dict) else None
            yield round(float(seconds) * SECOND), str(run_id), body


def passes(polls: Iterable[Poll]) -> Iterator[list[Poll]]:
    """The polls of each three seconds, as one pass would record them."""
    for _, group in groupby(polls, key=lambda poll: poll[0] // CADENCE_US):
        yield list(group)


def naive_bytes(polls: list[Poll], folder: Path) -> int:
    """The size of a table with a row an answer and an index by run and time."""
    path = folder / "naive.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE poll (run_id TEXT, observed_at INTEGER, body TEXT)")
        connection.execute("CREATE INDEX poll_run ON poll (run_id, observed_at)")
        connection.execute("BEGIN")
        rows = ((run_id, at, body.decode()) for at, run_id, body in polls)
        connection.executemany("INSERT INTO poll VALUES (?, ?, ?)", rows)
        connection.execute("COMMIT")
    return path.stat().st_size


def record(database: Database, polls: list[Poll]) -> None:
    """Record every pass as the poller does."""
    upgrade(database)
    recorder = Recorder(database)
    for batch in passes(polls):
        first_seen = {run_id: at for at, run_id, _ in reversed(batch)}
        with database.writing() as connection:
            number = ensure_source(connection, "default", base_url="http://127.0.0.1", now=START_AT)
            add_seen_runs(connection, number, first_seen)
        recorder.record(
            [
                Answer(
                    source="default",
                    target=Target(run_id),
                    observed_at=at,
                    outcome=None,
                    http_status=200,
                    latency_ms=100,
                    body=body,
                )
                for at, run_id, body in batch
            ]
        )


def sqlite_bytes(polls: list[Poll], folder: Path) -> int:
    """The size of the recorder's SQLite file."""
    path = folder / "recorder.db"
    database = Database(f"sqlite:///{path}")
    record(database, polls)
    database.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


def postgres_bytes(polls: list[Poll]) -> int:
    """The size of the schema `recorder` on a real server."""
    from postgres import PostgresServer  # noqa: PLC0415  # only here is a server needed

    with PostgresServer() as server:
        database = Database(server.create_database())
        record(database, polls)
        with database.reading() as connection:
            size = connection.exec_driver_sql(
                "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
                " WHERE relnamespace = 'recorder'::regnamespace AND relkind = 'r'"
            ).scalar_one()
        database.close()
    return int(size)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    polls = (
        list(logged_polls(options.log))
        if options.log
        else sandbox_polls(options.runs, options.seed)
    )
    with tempfile.TemporaryDirectory() as folder:
        naive = naive_bytes(polls, Path(folder))
        ours = {"SQLite": sqlite_bytes(polls, Path(folder))}
    if options.postgres:
        ours["Postgres"] = postgres_bytes(polls)
    bodies = sum(len(body) for _, _, body in polls)
    print(
        f"{len(polls):,} polls of {len({p[1] for p in polls}):,} runs, {bodies / len(polls):,.0f} bytes a body"
    )
    print(f"a row an answer   {naive / len(polls):9,.0f} bytes a poll")
    for name, size in ours.items():
        print(f"recorder, {name:8}{size / len(polls):9,.0f} bytes a poll   1/{naive / size:.0f}")


if __name__ == "__main__":
    main()
