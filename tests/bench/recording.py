"""Print what recording costs beside the naive way, each in the same run.

    python tests/bench/recording.py [--log FILE] [--runs 700] [--polls 20000] [--repeat 3] [--cpu] [--since COMMIT]

Naive is one row an answer with its text, an index by run and time, one commit a pass; its ratio is the recorder's time
over that one's. `--log` takes lines `SECONDS<TAB>BODY`; without it polls are made (tests/bench/workload.py).
`--since` compares the CPU of an import with that of another commit, in a work tree of its own.
"""

import argparse
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from types import FrameType

from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

import psycopg
from postgres import PostgresServer
from workload import START_AT, Poll, passes, poll_log

from recorder.instants import SECOND
from recorder.ledger.answer import Answer
from recorder.ledger.target import Target
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.write.record import Recorder
from recorder.store.write.sources import ensure_source
from recorder.store.write.track import add_seen_runs

HOME = Path(__file__).resolve().parents[2]
Passes = list[list[Poll]]
_TABLE = "CREATE TABLE naive (run_id TEXT, observed_at BIGINT, body TEXT)"
_INDEX = "CREATE INDEX naive_run ON naive (run_id, observed_at)"
_AT_ONCE = 22
CLOCK = time.process_time if "--cpu" in sys.argv else time.perf_counter


def logged(path: Path) -> Iterator[Poll]:
    """Yield the polls of a log file."""
    with path.open("rb") as lines:
        for line in lines:
            seconds, _, body = line.rstrip(b"\n").partition(b"\t")
            run_id = json.loads(body)["run"]["id"]
            yield Poll(round(float(seconds) * SECOND), run_id, body)


def alone(*, changes: bool, runs: int = _AT_ONCE, polls: int = 100) -> Passes:
    """Return passes over runs of 10 KB, in which one count changes each time, or nothing does."""
    body = max((poll.body for poll in poll_log(60, 3)), key=lambda body: -abs(len(body) - 10_000))
    document = json.loads(body)

    def poll(run: int, number: int) -> Poll:
        document["run"]["id"] = f"er_{run}"
        document["run"]["scope"]["counts"]["completed"] = number if changes else 1
        text = json.dumps(document, separators=(",", ":")).encode()
        return Poll(START_AT + number * 3 * SECOND + run, f"er_{run}", text)

    return [[poll(run, number) for run in range(runs)] for number in range(polls)]


def answers(polls: Sequence[Poll]) -> list[Answer]:
    """Return the polls as answers."""
    return [
        Answer(
            source="default",
            target=Target(poll.run_id),
            observed_at=poll.at,
            outcome=None,
            http_status=200,
            latency_ms=100,
            body=poll.body,
        )
        for poll in polls
    ]


@contextmanager
def timed(times: list[float]) -> Iterator[None]:
    """Add the seconds that the block took by the clock of `--cpu`, else by the wall's."""
    begun = CLOCK()
    yield
    times.append(CLOCK() - begun)


def registered(database: Database, polls: Passes) -> Recorder:
    """Return the writer of a new store in which the runs of these polls are known."""
    upgrade(database)
    seen_at = {poll.run_id: poll.at for batch in reversed(polls) for poll in reversed(batch)}
    with database.writing() as connection:
        number = ensure_source(connection, "default", base_url="http://127.0.0.1", now=START_AT)
        in_order = sorted(seen_at.items(), key=lambda item: item[1])
        add_seen_runs(connection, number, dict(in_order))
    return Recorder(database)


def record(url: str, polls: Passes, times: list[float]) -> None:
    """Record every pass into a new store."""
    database = Database(url)
    recorder = registered(database, polls)
    batches = [answers(batch) for batch in polls]
    with timed(times):
        for batch in batches:
            recorder.record(batch)
    database.close()


def naive_sqlite(path: Path, polls: Passes, times: list[float]) -> None:
    """Write a row an answer, a commit a pass."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", _TABLE, _INDEX):
            connection.execute(statement)
        with timed(times):
            for batch in polls:
                rows = [(poll.run_id, poll.at, poll.body.decode()) for poll in batch]
                connection.execute("BEGIN")
                connection.executemany("INSERT INTO naive VALUES (?, ?, ?)", rows)
                connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def naive_postgres(url: str, polls: Passes, times: list[float]) -> None:
    """Write a row an answer by executemany, a commit a pass."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(_TABLE)
        connection.execute(_INDEX)
        with timed(times):
            for batch in polls:
                rows = [(poll.run_id, poll.at, poll.body.decode()) for poll in batch]
                with connection.transaction(), connection.cursor() as cursor:
                    cursor.executemany("INSERT INTO naive VALUES (%s, %s, %s)", rows)


def size(path: Path) -> int:
    """Return the bytes of a SQLite file after a checkpoint."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


def compare(name: str, polls: Passes, repeat: int, folder: Path) -> None:
    """Print one line: the recorder on SQLite beside the naive way."""
    ours: list[float] = []
    naive: list[float] = []
    count, bytes_a_poll = sum(map(len, polls)), 0.0
    for turn in range(repeat):
        naive_sqlite(folder / f"naive-{name}-{turn}.db", polls, naive)
        store = folder / f"{name}-{turn}.db"
        record(f"sqlite:///{store}", polls, ours)
        bytes_a_poll = size(store) / count
    told(name, ours, naive, count, f"{bytes_a_poll:,.0f} bytes a poll")


def compare_postgres(polls: Passes, repeat: int) -> None:
    """Print one line: the recorder on Postgres beside executemany of rows."""
    ours: list[float] = []
    naive: list[float] = []
    with PostgresServer() as server:
        for _ in range(repeat):
            naive_postgres(server.create_database(), polls, naive)
            record(server.create_database(), polls, ours)
    told("postgres", ours, naive, sum(map(len, polls)), "")


def told(name: str, ours: list[float], naive: list[float], count: int, more: str) -> None:
    """Print the medians of both, and the median of the ratios."""
    ratio = statistics.median(a / b for a, b in zip(ours, naive, strict=True))
    us, naive_us = (statistics.median(times) / count * 1e6 for times in (ours, naive))
    print(f"{name:10} {us:8,.0f} us a poll, naive {naive_us:5,.0f}, ratio {ratio:5.2f}   {more}")


# --- the way of an answer


def compare_ways(folder: Path) -> None:
    """Print through how many functions and modules a changed and an unchanged answer go."""
    database = Database(f"sqlite:///{folder / 'way.db'}")
    recorder = registered(database, alone(changes=True, runs=1, polls=4))
    *before, changed = (answers(batch) for batch in alone(changes=True, runs=1, polls=4))
    for batch in before:
        recorder.record(batch)
    (again,) = (replace(one, observed_at=one.observed_at + SECOND) for one in changed)
    for name, batch in (("changed", changed), ("unchanged", [again])):
        way = traced(partial(recorder.record, batch))
        turns = sum(a != b for a, b in pairwise(way))
        print(f"{name:10} {len(way)} calls, {len(set(way))} modules, {turns} changes of module")
    database.close()


def traced(work: Callable[[], object]) -> list[str]:
    """Return the module of each call of the program that the work makes."""
    way: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        name = frame.f_code.co_filename
        if event == "call" and name.startswith(str(HOME / "recorder")):
            way.append(name)

    sys.setprofile(note)
    work()
    sys.setprofile(None)
    return way


# --- the import and the export of a month


def cpu_of(*command: str | Path, cwd: Path) -> float:
    """Return the seconds of CPU that a command took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"PYTHONPATH": str(cwd)}
    subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def imported(home: Path, lines: Path, store: Path) -> float:
    """Return the CPU of an import by the program of a work tree."""
    program = (sys.executable, "-m", "recorder")
    subprocess.run(
        [*program, "db", "upgrade", "--db", str(store)],
        cwd=home,
        env=os.environ | {"PYTHONPATH": str(home)},
        check=True,
        capture_output=True,
    )
    return cpu_of(*program, "import", lines, "--db", store, cwd=home)


def loaded(lines: Path, store: Path) -> float:
    """Return the CPU of json.loads and one insert a line, a commit each thousand."""
    begun = time.process_time()
    with closing(sqlite3.connect(store, isolation_level=None)) as connection, lines.open() as read:
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", _TABLE, _INDEX):
            connection.execute(statement)
        while batch := list(islice(read, 1000)):
            told = [json.loads(line) for line in batch]
            rows = [
                (line.get("run_id"), line["observed_at"], json.dumps(line["body"]))
                for line in told
                if "body" in line
            ]
            connection.execute("BEGIN")
            connection.executemany("INSERT INTO naive VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")
    return time.process_time() - begun


def dumped(store: Path, lines: Path) -> float:
    """Return the CPU of json.loads and json.dumps of each row that `loaded` wrote."""
    begun = time.process_time()
    with closing(sqlite3.connect(store)) as connection, lines.open("w") as out:
        rows = connection.execute("SELECT * FROM naive ORDER BY run_id, observed_at")
        for run_id, at, body in rows:
            line = {"observed_at": at, "run_id": run_id, "body": json.loads(body)}
            out.write(json.dumps(line) + "\n")
    return time.process_time() - begun


def month(runs: int, folder: Path) -> Path:
    """Return the file of a sandbox's month."""
    lines = folder / "month.ndjson"
    with lines.open("wb") as out:
        command = [sys.executable, "-m", "recorder", "sandbox", "--answers", str(runs)]
        subprocess.run(
            command, stdout=out, check=True, cwd=HOME, env=os.environ | {"PYTHONPATH": str(HOME)}
        )
    return lines


def compare_export(runs: int, repeat: int, folder: Path) -> None:
    """Print what an export of a sandbox's month costs beside the naive way."""
    lines, store, naive = month(runs, folder), folder / "export.db", folder / "naive-export.db"
    imported(HOME, lines, store)
    loaded(lines, naive)
    export = (sys.executable, "-m", "recorder", "export", "answers", "--db", store, "--out")
    pairs = [
        (cpu_of(*export, folder / "out.ndjson", cwd=HOME), dumped(naive, folder / "naive.ndjson"))
        for _ in range(repeat)
    ]
    ours, plain = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"export     {ours:6.2f} s of CPU, naive {plain:6.2f}, ratio {ratio:5.2f}")


def compare_import(runs: int, repeat: int, folder: Path, since: str | None) -> None:
    """Print what an import of a sandbox's month costs beside the naive way, and beside another commit."""
    lines = month(runs, folder)
    trees = {"here": HOME} | ({since: work_tree(since, folder)} if since else {})
    found: dict[str, list[float]] = {name: [] for name in (*trees, "naive")}
    for turn in range(repeat):
        for name, home in trees.items():
            found[name].append(imported(home, lines, folder / f"import-{name}-{turn}.db"))
        found["naive"].append(loaded(lines, folder / f"import-naive-{turn}.db"))
    ours = found.pop("here")
    for name, times in found.items():
        ratio = statistics.median(a / b for a, b in zip(ours, times, strict=True))
        print(
            f"import     {statistics.median(ours):6.2f} s of CPU,"
            f" {name} {statistics.median(times):6.2f}, ratio {ratio:5.2f}"
        )


def work_tree(commit: str, folder: Path) -> Path:
    """Return a work tree of a commit."""
    tree = folder / "since"
    subprocess.run(
        ["git", "worktree", "add", "-f", str(tree), commit],
        cwd=HOME,
        check=True,
        capture_output=True,
    )
    return tree


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=700)
    parser.add_argument("--polls", type=int, default=20_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--cpu", action="store_true", help="CPU of this process, on a busy machine")
    parser.add_argument("--since")
    parser.add_argument("--only", default="log,unchanged,changed,way,postgres,import,export")
    options = parser.parse_args()
    wanted = options.only.split(",")
    polls = logged(options.log) if options.log else poll_log(options.runs, 7)
    kept = list(passes(islice(polls, options.polls)))
    steps: dict[str, Callable[[Path], None]] = {
        "log": lambda folder: compare("log", kept, options.repeat, folder),
        "unchanged": lambda folder: compare(
            "unchanged", alone(changes=False), options.repeat, folder
        ),
        "changed": lambda folder: compare("changed", alone(changes=True), options.repeat, folder),
        "way": compare_ways,
        "postgres": lambda _: compare_postgres(kept[: len(kept) // 3], options.repeat),
        "import": lambda folder: compare_import(2000, options.repeat, folder, options.since),
        "export": lambda folder: compare_export(2000, options.repeat, folder),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, step in steps.items():
            if name in wanted:
                step(Path(folder))


if __name__ == "__main__":
    main()
