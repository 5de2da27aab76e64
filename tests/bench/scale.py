"""Print how the work grows with the store, and what a year of two hundred keys comes to.

    python tests/bench/scale.py [--runs 2000,20000] [--lake] [--postgres] [--folder FOLDER]

One source of 2,000 runs is recorded as the poller does. A store of N runs holds N / 2,000 copies of its rows, each a source
of its own: made directly, since recording a million runs would take hours. The store grows from size to size; at each one
the same commands run, each a process of its own, and the polls of a hundred new runs are recorded. Seconds are of CPU; on
Postgres by the clock, as the server works. A lake is measured by the clock too, and the memory of all its processes added
up. Each source has its runs in one month: where a day's runs are recorded into every twelfth source, as many months have
changed as in a store that holds a year of each.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

import sqlalchemy as sa
from answering import measured
from postgres import PostgresServer
from recording import answers
from workload import Poll, passes, poll_log

from recorder.instants import iso
from recorder.store.engine import Connection, Database
from recorder.store.migrate import upgrade
from recorder.store.read.month_rows import lake_sources
from recorder.store.schema import run, source, watch
from recorder.store.status import size_bytes
from recorder.store.table_parts import metadata
from recorder.store.write.record import Recorder
from recorder.store.write.sources import ensure_source
from recorder.store.write.track import add_seen_runs

PER_SOURCE = 2000
NEW_RUNS = 100
REQUESTS_A_YEAR = 200 * 80 * 60 * 24 * 365
"""Of two hundred keys at their whole budget of 80 a minute."""
STORE, LAKE, RECORD = "bytes a poll, store", "bytes a poll, lake", "record a poll, ms"


def record(database: Database, name: str, polls: list[Poll]) -> float:
    """Record the polls of new runs of a source, pass by pass; the seconds that this took."""
    seen_at = {poll.run_id: poll.at for poll in reversed(polls)}
    in_order = dict(sorted(seen_at.items(), key=lambda item: item[1]))
    with database.writing() as connection:
        url, now = "http://127.0.0.1", polls[0].at
        add_seen_runs(connection, ensure_source(connection, name, base_url=url, now=now), in_order)
    batches = [[replace(one, source=name) for one in answers(batch)] for batch in passes(polls)]
    recorder = Recorder(database)
    clock = time.process_time if database.dialect.is_file else time.perf_counter
    begun = clock()
    for batch in batches:
        recorder.record(batch)
    return clock() - begun


def record_first(url: str) -> None:
    """Record the source that is copied."""
    record(Database(url), "default", list(poll_log(PER_SOURCE, 7)))


def count(connection: Connection, table: sa.Table) -> int:
    """Return how many rows a table has."""
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def copy_source(connection: Connection) -> None:
    """Copy every row of the first source to a new one."""
    number = count(connection, source) + 1
    last = connection.execute(sa.select(sa.func.max(source.c.last_event_id))).scalar_one()
    for table in metadata.sorted_tables:
        if "source_id" not in table.c:
            continue
        new = {"source_id": sa.literal(number)}
        new |= {n: table.c[n] + last for n in ("event_id", "last_event_id") if n in table.c}
        if table is source:
            new["name"] = sa.literal(f"key-{number}")
        names = [column.name for column in table.c if column.computed is None]
        rows = sa.select(*(new.get(name, table.c[name]) for name in names))
        statement = sa.insert(table).from_select(names, rows.where(table.c.source_id == 1))
        connection.execute(statement)


def grow(database: Database, runs: int) -> int:
    """Let a store hold so many runs, and return how many polls they have."""
    held = 0
    while held < runs:
        with database.writing() as connection:
            held = count(connection, run)
            if held < runs:
                copy_source(connection)
    if database.dialect.is_file:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    with database.writing() as connection:
        connection.exec_driver_sql("ANALYZE")
        return int(connection.execute(sa.select(sa.func.sum(watch.c.n_polls))).scalar_one())


class Spent(NamedTuple):
    """What a command took: the seconds that count, those of the clock, and the MB of all its processes at most."""

    seconds: float
    clock_s: float
    mb: float


def spent(database: Database, words: Sequence[str]) -> Spent:
    """Run a command."""
    url = database.url.render_as_string(hide_password=False)
    begun, over, mb = time.perf_counter(), Event(), [0.0]
    watcher = Thread(target=watch_memory, args=(over, mb))
    watcher.start()
    cost = measured(sys.executable, "-m", "recorder", *words, "--db", url)
    clock_s = time.perf_counter() - begun
    over.set()
    watcher.join()
    seconds = cost.cpu_s if database.dialect.is_file else clock_s
    return Spent(seconds, clock_s, max(cost.peak_mb, mb[0]))


def watch_memory(over: Event, mb: list[float]) -> None:
    """Keep the most MB that the processes below this one have together."""
    while not over.wait(0.1):
        mb[0] = max(mb[0], sum(map(mb_of, below(os.getpid()))))


def below(pid: int) -> Iterator[int]:
    """Yield the processes that one has begun, and these in turn."""
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, path.read_text().split()):
                yield child
                yield from below(child)


def mb_of(pid: int) -> float:
    """Return the memory of a process; 0 where it has just ended."""
    with suppress(OSError):
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0


def commands(run_id: str, at: str, folder: Path) -> Mapping[str, Sequence[str]]:
    """Return the words of each command, by what it is called."""
    one = ("--source", "new")
    answers_file, runs_file = (str(folder / name) for name in ("answers.ndjson", "runs.parquet"))
    return {
        "status ID --as-of T": ("status", run_id, *one, "--as-of", at),
        "history ID": ("history", run_id, *one),
        "export answers --source NAME": ("export", "answers", *one, "--out", answers_file),
        "overdue": ("overdue",),
        "durations --by slug": ("durations", "--by", "slug"),
        "costs --by slug": ("costs", "--by", "slug"),
        "durations --as-of T": ("durations", "--as-of", at),
        "export runs": ("export", "runs", "--out", runs_file),
    }


def figures(
    database: Database, size: int, polls: int, folder: Path, *, is_lake: bool
) -> dict[str, float]:
    """Return what each task takes on a store of that size, in seconds, and the bytes of a poll; `is_lake`: the lake alone."""
    new, lake = list(poll_log(NEW_RUNS, size)), folder / "lake"
    export, found = ("export", "lake", "--out", str(lake)), {STORE: size_bytes(database) / polls}
    found |= of_lake("first", spent(database, export))
    found[LAKE] = sum(file.stat().st_size for file in lake.rglob("*.parquet")) / polls
    found[RECORD] = record(database, "new", new) / len(new) * 1000
    found["export lake, again"] = spent(database, export).seconds
    record_day(database, size)
    found |= of_lake("a day of a year", spent(database, export))
    one = new[len(new) // 2]
    others = {} if is_lake else commands(one.run_id, iso(one.at), folder)
    return found | {name: spent(database, words).seconds for name, words in others.items()}


def of_lake(name: str, cost: Spent) -> dict[str, float]:
    """Return what an export took, by names."""
    of = f"export lake, {name}"
    return {of: cost.seconds, f"{of}, by the clock": cost.clock_s, f"{of}, MB": cost.mb}


def record_day(database: Database, size: int) -> None:
    """Record a day's runs of a store that gets so many in a year, into every twelfth source."""
    with database.reading() as connection:
        names = [one.name for one in lake_sources(connection, None)][::12]
    for number, name in enumerate(names):
        record(database, name, list(poll_log(max(size // 365 // len(names), 1), size + number)))


def show(sizes: Mapping[int, dict[str, float]]) -> None:
    """Print each figure by size, and the ratio of each size to the one before."""
    print(f"{'runs':30}" + "".join(f"{runs:>12,}" for runs in sizes) + "   ratios")
    for name in next(iter(sizes.values())):
        row = [found[name] for found in sizes.values()]
        cells = "".join(f"{value:>12,.2f}" for value in row)
        print(f"{name:30}{cells}   {', '.join(f'{b / a:.1f}' for a, b in pairwise(row))}")


def show_year(found: Mapping[str, float]) -> None:
    """Print what two hundred keys come to in a year, at a tenth of their budget and at the whole."""
    for share in (0.1, 1):
        polls = REQUESTS_A_YEAR * share
        store, lake = (polls * found[name] / 1e9 for name in (STORE, LAKE))
        busy = polls * found[RECORD] / 1000 / (365 * 86_400)
        print(
            f"200 keys, a year at {share:.0%} of 80 requests a minute: {polls:,.0f} polls, store"
            f" {store:,.0f} GB, lake {lake:,.0f} GB, recording {busy:.1%} of the time"
        )


def measure(database: Database, sizes: Sequence[int], folder: Path, *, is_lake: bool) -> None:
    """Let a store grow from size to size, and print what was measured at each."""
    upgrade(database)
    url = database.url.render_as_string(hide_password=False)
    # In a process of its own: the memory of this one is counted to each that it begins.
    first = get_context("spawn").Process(target=record_first, args=(url,))
    first.start()
    first.join()
    found: dict[int, dict[str, float]] = {}
    for size in sizes:
        polls = grow(database, size)
        print(f"{size:,} runs, {polls:,} polls", flush=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            found[size] = figures(database, size, polls, Path(scratch), is_lake=is_lake)
    show(found)
    show_year(found[sizes[-1]])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", default="2000,20000", help="sizes, rising, with commas between")
    parser.add_argument("--lake", action="store_true", help="measure the lake alone")
    parser.add_argument("--postgres", action="store_true", help="a store on a server of its own")
    parser.add_argument("--folder", type=Path, help="where there is room; default: a temporary one")
    options = parser.parse_args()
    sizes = [int(size) for size in options.runs.split(",")]
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        if options.postgres:
            with PostgresServer() as server:
                database = Database(server.create_database())
                measure(database, sizes, Path(folder), is_lake=options.lake)
        else:
            database = Database(f"sqlite:///{folder}/store.db")
            measure(database, sizes, Path(folder), is_lake=options.lake)


if __name__ == "__main__":
    main()
