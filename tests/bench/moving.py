"""Print what it costs to move a history from SQLite to Postgres and back.

    python tests/bench/moving.py [--runs 10000,100000] [--folder FOLDER]

A sandbox's month of so many runs, about ten answers of 4 KB each, goes into a SQLite store; out of it, into Postgres by an
import that is killed once half of the polls are in and then run again; out of that, and into a second SQLite store. Both
exports have to be the same file, and all three stores have to have the same states, each with its digest, and the same
answer of every analysis. Seconds are of CPU, on Postgres those of the command and of the server's sessions.
"""

import argparse
import filecmp
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

import psycopg
import sqlalchemy as sa
from postgres import PORT, find_binaries, running_server, server_folder
from recording import HOME, cpu_of, month
from sqlalchemy.engine import URL
from test_moving_house import answers_of

from recorder.instants import now_us
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.schema import poll, snapshot

Costs = dict[str, float]
PROGRAM = (sys.executable, "-m", "recorder")
POLLS, INTERRUPTED = "polls", "into Postgres, until the kill"
OUT, IN, CHECK = "export of SQLite", "into Postgres, the rest", "db check, SQLite"
BACK_OUT, BACK_IN, ANALYSES = "export of Postgres", "into SQLite", "every analysis, SQLite"


def server_cpu(url: URL) -> float:
    """Return the seconds of CPU that a server's ended sessions took."""
    pid = (server_folder(url) / "data" / "postmaster.pid").read_text().split()[0]
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def counted(costs: Costs, name: str, server: URL) -> Iterator[None]:
    """Count the CPU of the commands of a block, and of the sessions that end in it."""
    before = _children() + server_cpu(server)
    yield
    time.sleep(0.5)  # a session ends after its client
    costs[name] = _children() + server_cpu(server) - before


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def recorder(*arguments: object) -> None:
    """Run a command of the program."""
    cpu_of(*PROGRAM, *map(str, arguments), cwd=HOME)


def polls_in(database: Database) -> int:
    """Return how many polls a store has."""
    with database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(poll)).scalar_one()


def killed_import(lines: Path, database: Database, url: str, polls: int) -> None:
    """Begin an import, and kill it once so many polls are in."""
    command = [*PROGRAM, "import", str(lines), "--db", url]
    with subprocess.Popen(command, cwd=HOME, stderr=subprocess.DEVNULL) as process:
        while polls_in(database) < polls:
            assert process.poll() is None, "the import ended before it was killed"
            time.sleep(0.2)
        process.kill()


def states(database: Database) -> str:
    """Return a digest over all states: of which run, at which place, the digest, when and how often it was seen."""
    names = ("run_key", "seq", "digest", "first_seen_at", "last_seen_at", "n_polls")
    chosen = sa.select(*(snapshot.c[name] for name in names)).order_by(*snapshot.primary_key)
    found = hashlib.sha256()
    with database.reading() as connection:
        for row in connection.execute(chosen.execution_options(yield_per=10_000)):
            found.update(repr(tuple(row)).encode())
    return found.hexdigest()


def move(runs: int, server: URL, folder: Path) -> Costs:
    """Move so many runs there and back; the seconds of CPU of each step, and the number of polls."""
    costs: Costs = {}
    first, second = (f"sqlite:///{folder / name}" for name in ("first.db", "second.db"))
    other = server.set(database=f"runs_{runs}").render_as_string(hide_password=False)
    with psycopg.connect(
        host=str(server_folder(server)), port=PORT, user="postgres", autocommit=True
    ) as admin:
        admin.execute(f"CREATE DATABASE runs_{runs}")  # an integer
    out, back = folder / "out.ndjson", folder / "back.ndjson"
    databases = [Database(url) for url in (first, other, second)]
    for database in databases:
        upgrade(database)
    lines = month(runs, folder)
    recorder("import", lines, "--db", first)
    lines.unlink()
    costs[POLLS] = polls_in(databases[0])
    with counted(costs, OUT, server):
        recorder("export", "answers", "--out", out, "--db", first)
    with counted(costs, INTERRUPTED, server):
        killed_import(out, databases[1], other, int(costs[POLLS]) // 2)
    databases[1].close()
    with counted(costs, IN, server):
        recorder("import", out, "--db", other)
    with counted(costs, BACK_OUT, server):
        recorder("export", "answers", "--out", back, "--db", other)
    assert filecmp.cmp(out, back, shallow=False), "the exports differ"
    with counted(costs, BACK_IN, server):
        recorder("import", back, "--db", second)
    assert len({states(database) for database in databases}) == 1, "states differ"
    with counted(costs, CHECK, server):
        recorder("db", "check", "--db", second)
    now, begun = now_us(), time.process_time()
    expected = answers_of(databases[0], now)
    costs[ANALYSES] = time.process_time() - begun
    assert all(answers_of(one, now) == expected for one in databases[1:]), "answers differ"
    for database in databases:
        database.close()
    return costs


def main() -> None:
    """Move each size and print the costs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", default="1000,10000")
    parser.add_argument("--folder", type=Path, help="where its files go: 8 GB for 100,000 runs")
    options = parser.parse_args()
    found = []
    with running_server(find_binaries()) as server:
        for runs in map(int, options.runs.split(",")):
            with tempfile.TemporaryDirectory(dir=options.folder) as folder:
                found.append(move(runs, server, Path(folder)))
            print(f"{runs:,} runs, {found[-1].pop(POLLS):,.0f} polls", flush=True)
            for name, seconds in found[-1].items():
                print(f"  {name:40} {seconds:8.1f} s")
    for small, large in pairwise(found):
        print(", ".join(f"{name}: {large[name] / small[name]:.1f}" for name in small))


if __name__ == "__main__":
    main()
