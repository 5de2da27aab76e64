"""The fault run: watches as processes on one store, through faults of every kind at random moments; is anything lost?

    python tests/chaos_run.py [--store sqlite|postgres] [--answers 10000] [--seed 1]

Network, server and encoding by the sandbox; processes, disk, database and clock as `troubles.py` has them. At the end the
store is held against the sandbox's log: every answer that was served is a poll, every state is there once and in order,
each with its time; all other requests are there with their outcomes. Prints counts; exit code 1 where one is lost.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from chaos import Found, hold_against, is_waited_for, told
from chaos_setup import BY_CHANCE, environment
from postgres import find_binaries, running_server
from sqlalchemy.engine import URL
from stores import document
from troubles import TICK_S, SteppedClock, Troubles
from virtual import most_in_a_minute
from watchers import HERE, Watcher, say

from recorder.cli.main import cli, run
from recorder.errors import StoreError
from recorder.instants import SECOND, now_us
from recorder.sandbox import Sandbox, SimulatedPopulation, SimulatedRun
from recorder.sandbox.replies import Reply
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.write.track import track_with_source

USERS = {f"user{n}": f"pk_chaos_{n}_0123456789abcdef" for n in range(8)}
RATE = 6000
READ_S = "1"
BORN_S = 15  # runs that begin in a second; at once alive are some hundred seconds' worth, each asked once a second
OLDEST_S = 60  # of the first ones, when the watches begin
ODD_IDS = ("er_é", "er_日本", "er_\u202etxt", "er_ /?#%", "er_" + "x" * 500)
PROCESSES = 3


def odd_replies(run_id: str, rng: random.Random) -> list[Reply]:
    """Bodies in encodings that are wrong, rare or none."""
    good = document(run_id, "running", error={"message": "ё\u0000 \U0001f9e8 \u2028"})
    texts = [str(good["run"]["error"]), '{"run": {"id": "x"', "null", ""]
    whole = [
        Reply(body=b"\xef\xbb\xbf" + _json(document(run_id, n=rng.random()))) for _ in range(5)
    ]
    encoded = [
        _json(good),
        _json(good, "latin-1"),
        _json(good, "utf-16"),
        b"\xff\xfe\x00",
        b'"\\ud800"',
    ]
    lone = _json(document(run_id, n=1)).replace(b'"n"', b'"\\ud83d"')
    return rng.choices(
        [*whole, *(Reply(body=one) for one in (*encoded, lone, *(t.encode() for t in texts)))], k=80
    )


def _json(value: object, encoding: str = "utf-8") -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(encoding, "replace")


@contextmanager
def store(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a migrated, empty store of its own; a Postgres server whose commits outlive a crash of it."""
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'store' / 'store.db'}"
        if kind == "postgres":
            server = stack.enter_context(running_server(find_binaries()))
            with psycopg.connect(_plain(server), autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET synchronous_commit = on")
                connection.execute("SELECT pg_reload_conf()")
            url = server.render_as_string(hide_password=False)
        database = Database(url)
        upgrade(database)
        database.close()
        yield url


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a run came to.

    Attributes:
        found: the store held against the log.
        troubles: what was done.
        most: requests in any minute of one key.
        seconds: how long the troubles lasted.
        codes: exit codes of the watches.
    """

    found: Found
    troubles: Troubles
    most: int
    seconds: float
    codes: Sequence[int]

    def faults(self) -> list[str]:
        """What is not as promised."""
        found = self.found
        over = [f"{self.most} requests in a minute"] if self.most > RATE else []
        odd = [f"exit code {code}" for code in self.codes if code not in {0, 3, 4}]
        return [*self.troubles.deaths, *found.lost, *found.doubled, *found.wrong, *over, *odd]

    def lines(self) -> list[str]:
        """The counts, for people."""
        done = ", ".join(f"{kind} {n}" for kind, n in sorted(self.troubles.counts.items()))
        more = {"seconds": round(self.seconds), "most requests of a key in a minute": self.most}
        return [told(self.found, **more), f"troubles: {done}"]


def population(seed: int, answers: int) -> SimulatedPopulation:
    """Runs that begin one after the other for as long as the answers may take."""
    spread_s = OLDEST_S + max(60, answers // 60)
    return SimulatedPopulation.generate(
        runs=BORN_S * spread_s,
        seed=seed,
        start_at=now_us() - OLDEST_S * SECOND,
        spread_us=spread_s * SECOND,
        users=tuple(USERS),
    )


def fault_run(kind: str, *, answers: int, seconds: float, seed: int, folder: Path) -> Verdict:
    """Let watches poll through troubles until so many answers were served, or for so long."""
    rng = random.Random(seed)
    with ExitStack() as stack:
        url = stack.enter_context(store(kind, folder))
        world = population(seed, answers)
        sandbox = stack.enter_context(Sandbox(world, users=USERS, faults=BY_CHANCE).start())
        database = Database(url, busy_ms=lambda: 500)
        stack.callback(database.close)
        clock = SteppedClock(folder / "clock")
        same = {user: user for user in USERS}
        environ = environment(url, sandbox.url, folder, sources=same, keys=USERS, rate=RATE)
        environ["CLOCK_FILE"] = str(clock.path)
        watchers = [
            stack.enter_context(
                Watcher(
                    [str(HERE / "impatient.py"), READ_S], environ, folder / f"said-{n}", rng=rng
                )
            )
            for n in range(PROCESSES)
        ]
        sources = _Tracked(database, sandbox, clock, list(world.runs), rng)
        sources.track()
        for watcher in watchers:
            watcher.start()
        troubles = Troubles(watchers, database, url, clock, rng)
        began = time.monotonic()
        while len(sandbox.requests) < answers and time.monotonic() < began + seconds:
            time.sleep(TICK_S)
            if troubles.advance() and troubles.is_free:
                with suppress(StoreError):
                    sources.track()
        troubles.end()
        lasted = time.monotonic() - began
        codes = [watcher.end() for watcher in watchers]
        for kept in (folder / "state").rglob("*.ndjson"):
            assert run(cli, ["import", str(kept), "--db", url]) == 0
        database.close()  # its sessions may have ended with the server
        log = sandbox.requests
        sent = [entry for entry in log if is_waited_for(entry)]
        most = max(
            most_in_a_minute(e.at / SECOND for e in sent if e.user == user) for user in USERS
        )
        found = hold_against(database, log, sources.names, troubles.disturbed())
        return Verdict(found=found, troubles=troubles, most=most, seconds=lasted, codes=codes)


class _Tracked:
    """Registers runs as they begin; those with odd ids and bodies at once."""

    def __init__(
        self,
        database: Database,
        sandbox: Sandbox,
        clock: SteppedClock,
        runs: list[SimulatedRun],
        rng: random.Random,
    ) -> None:
        self._database, self._url, self._clock = database, sandbox.url, clock
        self._coming = runs
        self._odd = list(ODD_IDS)
        for run_id in ODD_IDS:
            sandbox.script(run_id, odd_replies(run_id, rng), user="user0")
        self.names: dict[str, str] = {}

    def track(self) -> None:
        now = now_us()
        begun = [one for one in self._coming if one.created_at <= now]
        for user in USERS:
            mine = [one.run_id for one in begun if one.user == user]
            mine += self._odd if user == "user0" else []
            if mine:
                self.names |= dict.fromkeys(mine, user)
                track_with_source(
                    self._database, user, mine, base_url=self._url, now=self._clock.now()
                )
        self._coming, self._odd = [one for one in self._coming if one.created_at > now], []


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--answers", type=int, default=10_000, help="how many are to be served")
    parser.add_argument("--seconds", type=float, default=3600, help="at most so long")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        verdict = fault_run(
            options.store,
            answers=options.answers,
            seconds=options.seconds,
            seed=options.seed,
            folder=Path(folder),
        )
    say(*verdict.lines(), *verdict.faults()[:20])
    return 1 if verdict.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
