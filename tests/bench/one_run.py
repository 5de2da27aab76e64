"""Print how long questions about one run take in a store of millions of polls, from the opened store to the last row.

    python tests/bench/one_run.py [--polls 5000000] [--postgres] [--unsealed] [--keep FOLDER] [--repeat 9]

The runs of a day of one key are recorded as the poller does, settle polls included, and copied by the database itself, one
copy after the other in time. Then a last day is recorded that stops after an hour, with runs in flight. Some runs are of
versions that have fewer than a hundred likes. The command line is asked in this process, its output discarded: medians
by the clock and of CPU; the CPU of a Postgres server is not counted.
"""

import argparse
import io
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from multiprocessing import get_context
from operator import attrgetter
from pathlib import Path
from typing import Any, ClassVar

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

import sqlalchemy as sa
from postgres import PostgresServer
from scale import count, record
from workload import START_AT, Poll, poll_log

from recorder.cli import stores
from recorder.cli.main import cli
from recorder.cli.main import run as command_line
from recorder.instants import DAY, HOUR, MINUTE, SECOND, iso
from recorder.store.engine import Connection, Database
from recorder.store.joins import same_run
from recorder.store.migrate import upgrade
from recorder.store.schema import event, poll, run, run_summary, sealed, source, watch
from recorder.store.table_parts import metadata
from recorder.store.write.sealing import seal

PER_COPY = 2000
APART_US = 14 * HOUR
"""In which the 80 requests a minute of a key are the polls of so many runs."""
SETTLE_US = (5 * SECOND, MINUTE, 15 * MINUTE, HOUR, DAY)


def log(seed: int, rare_each: int, start_at: int, until: int | None = None) -> list[Poll]:
    """Return the polls of a day's runs with their settle polls, up to an instant; each so many-th run is of a rare version."""
    polls = list(poll_log(PER_COPY, seed, start_at))
    run_ids = dict.fromkeys(one.run_id for one in polls)
    rare = {run_id for number, run_id in enumerate(run_ids) if number % rare_each == 0}
    polls = [_rare(one) if one.run_id in rare else one for one in polls]
    last = {one.run_id: one for one in polls}
    after = [Poll(one.at + us, one.run_id, one.body) for one in last.values() for us in SETTLE_US]
    found = sorted([*polls, *after], key=attrgetter("at"))
    return [one for one in found if until is None or one.at <= until]


def _rare(one: Poll) -> Poll:
    body = re.sub(rb'"version":\d+', b'"version":9', one.body)
    return Poll(one.at, one.run_id, body)


def record_log(url: str, seed: int, rare_each: int, start_at: int, until: int | None) -> None:
    """Record such a log."""
    record(Database(url), "default", log(seed, rare_each, start_at, until))


def in_process(work: Callable[..., None], *arguments: object) -> None:
    """Call a function in a process of its own, whose memory ends with it."""
    process = get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"exit {process.exitcode}")


def copy_runs(connection: Connection, number: int) -> None:
    """Copy every row of the first runs, later by so many times `APART_US`; documents share their parts."""
    last = connection.execute(sa.select(sa.func.max(event.c.event_id))).scalar_one()
    later_us, further = number * APART_US, number * PER_COPY
    for table in metadata.sorted_tables:
        if "run_key" not in table.c:
            continue
        names = [one.name for one in table.c if one.computed is None]
        steps = {name: later_us for name in names if name.endswith(("_at", "_after"))}
        steps |= {"run_key": further, "event_id": last}
        values: dict[str, sa.ColumnElement[Any]] = {
            name: table.c[name] + sa.literal(steps[name], sa.BigInteger())
            for name in names
            if name in steps
        }
        if table is run:
            values["run_id"] = run.c.run_id + f"-{number}"
        rows = sa.select(*(values.get(name, table.c[name]) for name in names))
        of_first = (table.c.source_id == 1) & (table.c.run_key <= PER_COPY)
        connection.execute(sa.insert(table).from_select(names, rows.where(of_first)))
    newest = sa.select(sa.func.max(event.c.event_id)).scalar_subquery()
    connection.execute(sa.update(source).values(last_event_id=newest))


def make(database: Database, polls: int, *, is_sealed: bool) -> None:
    """Fill a store: copies of one source's day, one after the other, and a last day that stops after an hour."""
    upgrade(database)
    url = database.url.render_as_string(hide_password=False)
    in_process(record_log, url, 7, 500, START_AT, None)
    with database.reading() as connection:
        n = polls // count(connection, poll) + 1
    for number in range(1, n):
        with database.writing() as connection:
            copy_runs(connection, number)
    start_at = START_AT + n * APART_US
    in_process(record_log, url, 8, 5, start_at, start_at + HOUR)
    if database.dialect.is_file:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    if is_sealed:
        seal(database)
    with database.writing() as connection:
        connection.exec_driver_sql("ANALYZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A run to ask about, and an instant at which it was in flight."""

    run_id: str
    at: int
    ended_at: int | None


def a_run(connection: Connection, after: int, *, is_rare: bool, is_live: bool = False) -> Asked:
    """Return the first run that is tracked since an instant: of a rare version, still in flight."""
    watched = sa.join(run, watch, same_run(run, watch))
    statement = (
        sa.select(run.c.run_id, watch.c.ended_seen_at, watch.c.last_polled_at)
        .select_from(watched.join(run_summary, same_run(run, run_summary)))
        .where(run.c.tracked_at >= after, (run_summary.c.version == "9") == is_rare)
        .where(run_summary.c.status.in_(["running"] if is_live else ["completed"]))
        .where(watch.c.leads_completed > 0, watch.c.n_snapshots > 5)
        .order_by(run.c.source_id, run.c.run_key)
        .limit(1)
    )
    run_id, ended_at, last_at = connection.execute(statement).one()
    return Asked(run_id=run_id, at=(ended_at or last_at) - SECOND, ended_at=ended_at)


def questions(database: Database) -> dict[str, Sequence[str]]:
    """Return the words of each command, by what it is called."""
    with database.reading() as connection:
        earliest, latest = connection.execute(
            sa.select(sa.func.min(run.c.tracked_at), sa.func.max(run.c.tracked_at))
        ).one()
        middle_at = (earliest + latest) // 2
        starts = {"start": earliest, "middle": middle_at, "end": latest - 40 * MINUTE}
        asked = {
            f"{word} version, {name}": a_run(connection, at, is_rare=word == "rare")
            for name, at in starts.items()
            for word in ("usual", "rare")
        }
        live = {
            f"{word} version, now": a_run(
                connection, latest - HOUR, is_rare=word == "rare", is_live=True
            )
            for word in ("usual", "rare")
        }
    found: dict[str, Sequence[str]] = {}
    for name, one in asked.items():
        found |= _of(f"{name}, ended", one.run_id, ())
        found |= _of(
            f"{name}, ended, as of then",
            one.run_id,
            ("--as-of", iso((one.ended_at or 0) + 10 * SECOND)),
        )
        found |= _of(f"{name}, in flight then", one.run_id, ("--as-of", iso(one.at)))
    for name, one in live.items():
        found |= _of(f"{name}, in flight", one.run_id, ())
        found |= _of(
            f"{name}, in flight, as of its last poll",
            one.run_id,
            ("--as-of", iso(one.at + 2 * SECOND)),
        )
    return found


def _of(name: str, run_id: str, more: Sequence[str]) -> dict[str, Sequence[str]]:
    return {
        f"{command:8}{name}": (command, run_id, *more)
        for command in ("status", "history", "explain")
    }


class Opened(Database):
    """A store that is connected to already; notes since when."""

    since: ClassVar[tuple[float, float]]

    def __init__(self, url: str) -> None:
        super().__init__(url)
        with self.reading() as connection:
            connection.execute(sa.select(1))
        Opened.since = time.perf_counter(), time.process_time()


def took(words: Sequence[str]) -> tuple[float, float]:
    """Return the milliseconds of a command from its opened store on, by the clock and of CPU."""
    with redirect_stdout(io.StringIO()):
        code = command_line(cli, words)
    now = time.perf_counter(), time.process_time()
    if code:
        raise SystemExit(f"{words}: exit {code}")
    at, cpu = ((b - a) * 1000 for a, b in zip(Opened.since, now, strict=True))
    return at, cpu


def report(database: Database, repeat: int) -> None:
    """Print a line for each question."""
    setattr(stores, "Database", Opened)  # noqa: B010  # as commands open it
    url = database.url.render_as_string(hide_password=False)
    for name, words in questions(database).items():
        took((*words, "--db", url))
        times = [took((*words, "--db", url)) for _ in range(repeat)]
        by_clock, of_cpu = (statistics.median(one) for one in zip(*times, strict=True))
        print(f"{name:66}{by_clock:8.1f} ms, {of_cpu:8.1f} ms of CPU", flush=True)


def measure(database: Database, options: argparse.Namespace) -> None:
    """Fill a store where it is empty, and print what questions take."""
    if database.path is None or not database.path.exists():
        make(database, options.polls, is_sealed=not options.unsealed)
    with database.reading() as connection:
        print(
            f"{count(connection, run):,} runs, {count(connection, poll):,} polls, {count(connection, sealed):,} sealed blocks"
        )
    report(database, options.repeat)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--polls", type=int, default=5_000_000)
    parser.add_argument("--postgres", action="store_true", help="a store on a server of its own")
    parser.add_argument("--unsealed", action="store_true", help="leave all runs as rows")
    parser.add_argument(
        "--keep", type=Path, help="a folder in which the store is made, or is already"
    )
    parser.add_argument("--repeat", type=int, default=9)
    options = parser.parse_args()
    if options.postgres:
        with PostgresServer() as server:
            measure(Database(server.create_database()), options)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        measure(Database(f"sqlite:///{folder}/one-run-{options.polls}.db"), options)


if __name__ == "__main__":
    main()
