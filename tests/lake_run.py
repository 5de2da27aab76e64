"""Four pollers on two Postgres servers, an export of both into one lake every few seconds, kills of all of them.

    python tests/lake_run.py [--sources 40] [--seconds 120] [--every 5] [--seed 1]

Meanwhile DuckDB asks the lake. At the end the lake has the rows of the two stores, and DuckDB, Sail and the command line
give the same numbers of it. Prints counts; an assertion fails where they differ.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from chaos_setup import BY_CHANCE, environment
from lake_queries import assert_agree, by_duckdb, by_recorder, by_sail
from lakes import in_lake, in_store
from postgres import find_binaries, running_server
from watchers import HERE, Watcher, say

from recorder.instants import SECOND, now_us
from recorder.sandbox import Sandbox, SimulatedPopulation
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.write.track import track_with_source

READ_S = "1"
DOOMED, SOON = (
    0.3,
    0.3,
)  # the share of exports that are killed; the chance of it whenever a poller is killed
BORN_S = 3  # runs that begin in a second, half of them before the watches do


@contextmanager
def store() -> Iterator[Database]:
    """A store on a Postgres server of its own."""
    with running_server(find_binaries()) as url:
        database = Database(url.render_as_string(hide_password=False))
        upgrade(database)
        yield database
        database.close()


def lake_run(*, sources: int, seconds: float, every: float, seed: int, folder: Path) -> str:
    """Let them poll and export for so long, hold the lake against the stores, and return the counts."""
    rng = random.Random(seed)
    keys = {f"user{n}": f"pk_lake_{n}_0123456789abcdef" for n in range(sources)}
    world = SimulatedPopulation.generate(
        runs=round(BORN_S * 2 * seconds),
        seed=seed,
        start_at=now_us() - round(seconds) * SECOND,
        spread_us=round(2 * seconds) * SECOND,
        users=tuple(keys),
    )
    lake, done = folder / "lake", Counter[str]()
    with ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox(world, users=keys, faults=BY_CHANCE).start())
        stores = [stack.enter_context(store()) for _ in range(2)]
        urls = [one.url.render_as_string(hide_password=False) for one in stores]
        watchers = []
        for number, (database, url) in enumerate(zip(stores, urls, strict=True)):
            mine = [user for n, user in enumerate(keys) if n % 2 == number]
            for user in mine:
                ids = [one.run_id for one in world.runs if one.user == user]
                track_with_source(database, user, ids, base_url=sandbox.url, now=now_us())
            home = folder / str(number)
            home.mkdir()
            environ = environment(
                url, sandbox.url, home, sources={one: one for one in mine}, keys=keys, rate=600
            )
            program = [str(HERE / "impatient.py"), READ_S]
            watchers += [
                stack.enter_context(Watcher(program, environ, home / f"said-{n}")) for n in range(2)
            ]
        for watcher in watchers:
            watcher.start()
        exports = Exports(urls, lake, rng, every)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(rng.uniform(0.5, 3))
            watcher = rng.choice(watchers)
            watcher.kill()
            watcher.start()
            done["killed pollers"] += 1
            done.update(exports.go_on())
            if exports.has_ended:
                assert by_duckdb(lake, "source")
                done["questions meanwhile"] += 1
        exports.end()
        time.sleep(5)  # the last one begun has its signal handlers by then
        for watcher in watchers:
            watcher.end()
        assert not any(finish(export(url, lake)) for url in urls)
        assert in_lake(lake) == in_store(*stores)
        said = by_recorder(*urls, key="source")
        for engine in (by_duckdb, by_sail):
            assert_agree(engine(lake, "source"), said, "source")
        counts = {name: len(rows) for name, rows in in_lake(lake).items()}
    return ", ".join(f"{name} {n:,}" for name, n in (counts | done).items())


class Exports:
    """Exports of every store at once, every so many seconds, some killed on the way."""

    def __init__(self, urls: list[str], lake: Path, rng: random.Random, every: float) -> None:
        self._urls, self._lake, self._rng, self._every = urls, lake, rng, every
        self._running: list[subprocess.Popen[bytes]] = []
        self._doomed: list[subprocess.Popen[bytes]] = []
        self._next_at = 0.0
        self.has_ended = False

    def go_on(self) -> Iterator[str]:
        """Begin those that are due, or kill one that runs; yield what became of each that has ended."""
        if self._doomed and self._rng.random() < SOON:
            self._doomed.pop().kill()
        for one in [one for one in self._running if one.poll() is not None]:
            self._running.remove(one)
            assert one.returncode in (0, -9)
            self.has_ended |= one.returncode == 0
            yield "killed exports" if one.returncode else "exports"
        if not self._running and time.monotonic() > self._next_at:
            self._next_at = time.monotonic() + self._every
            self._running = [export(url, self._lake) for url in self._urls]
            self._doomed = [one for one in self._running if self._rng.random() < DOOMED]

    def end(self) -> None:
        """Let those that run end."""
        for one in self._running:
            assert finish(one) in (0, -9)


def export(url: str, lake: Path) -> "subprocess.Popen[bytes]":
    """Begin an export."""
    command = [sys.executable, "-m", "recorder", "export", "lake", "--db", url, "--out", str(lake)]
    return subprocess.Popen(command)


def finish(process: "subprocess.Popen[bytes]") -> int:
    """Wait for an export; its exit code."""
    return process.wait(timeout=300)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sources", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--every", type=float, default=5, help="seconds between two exports")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        say(lake_run(**vars(options), folder=Path(folder)))


if __name__ == "__main__":
    main()
