"""The fault run: watches as processes on one store, through faults of every kind at random moments; is anything lost?

    python tests/chaos_run.py [--store sqlite|postgres] [--answers 10000] [--seed 1]

Network, server and encoding by the sandbox; processes, disk, database and clock as `troubles.py` has them. At the end the
store is held against the sandbox's log: every answer that was served is a poll, every state is there once and in order,
each with its time; all other requests are there with their outcomes. Prints counts; exit code 1 where one is lost.
"""

import argparse
import json
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from chaos import DELAYS_US, HERE, Found, Watcher, hold_against, say, told
from postgres import find_binaries, running_server
from sqlalchemy.engine import URL
from stores import document
from surroundings import without_settings
from troubles import SteppedClock, Troubles
from virtual import most_in_a_minute

from recorder.cli.main import cli, run
from recorder.errors import StoreError
from recorder.instants import SECOND, now_us
from recorder.sandbox import Fault, Kind, Sandbox, SimulatedPopulation, SimulatedRun
from recorder.sandbox.replies import Reply
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.write.track import track_with_source

FAULTS = tuple(
    Fault(kind=kind, rate=rate, retry_after_s=1, seconds=seconds)
    for kind, rate, seconds in [
        (Kind.THROTTLE, 0.0005, None),
        (Kind.THROTTLE_DATE, 0.0005, None),
        (Kind.SERVER_ERROR, 0.02, None),
        (Kind.UNAVAILABLE, 0.02, None),
        (Kind.UNAUTHORIZED, 0.0005, None),
        (Kind.FORBIDDEN, 0.01, None),
        (Kind.TIMEOUT, 0.005, DELAYS_US["timeout"] / SECOND),
        (Kind.RESET, 0.02, None),
        (Kind.TRUNCATE, 0.02, None),
        (Kind.SLOW, 0.02, DELAYS_US["slow"] / SECOND),
        (Kind.HTML, 0.01, None),
        (Kind.REDIRECT, 0.01, None),
        (Kind.NO_RUN, 0.01, None),
        (Kind.WRONG_ID, 0.01, None),
        (Kind.UNKNOWN_FIELD, 0.03, None),
        (Kind.UNKNOWN_STATUS, 0.03, None),
        (Kind.REOPEN, 0.03, None),
    ]
)
USERS = {f"user{n}": f"pk_chaos_{n}_0123456789abcdef" for n in range(8)}
RATE = 6000
READ_S = "1"
IN_FLIGHT = 400  # runs, about; each is asked once a second
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
        fine = (0, 3, 4, -signal.SIGTERM)  # the last: of a process that had just begun
        odd = [f"exit code {code}" for code in self.codes if code not in fine]
        return [*self.troubles.deaths, *found.lost, *found.doubled, *found.wrong, *over, *odd]

    def lines(self) -> list[str]:
        """The counts, for people."""
        done = ", ".join(f"{kind} {n}" for kind, n in sorted(self.troubles.counts.items()))
        more = {"seconds": round(self.seconds), "most requests of a key in a minute": self.most}
        return [told(self.found, **more), f"troubles: {done}"]


def population(seed: int, answers: int) -> SimulatedPopulation:
    """Runs that begin one after the other for as long as the answers may take."""
    count = IN_FLIGHT + answers // 20
    spread_s = max(20, answers // 100)
    return SimulatedPopulation.generate(
        runs=count,
        seed=seed,
        start_at=now_us(),
        spread_us=spread_s * SECOND,
        speed=4,
        users=tuple(USERS),
    )


def fault_run(kind: str, *, answers: int, seconds: float, seed: int, folder: Path) -> Verdict:
    """Let watches poll through troubles until so many answers were served, or for so long."""
    rng = random.Random(seed)
    with ExitStack() as stack:
        url = stack.enter_context(store(kind, folder))
        world = population(seed, answers)
        sandbox = stack.enter_context(Sandbox(world, users=USERS, faults=FAULTS).start())
        database = Database(url, busy_ms=lambda: 500)
        stack.callback(database.close)
        clock = SteppedClock(folder / "clock")
        environ = _environment(url, sandbox.url, folder)
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
            time.sleep(rng.uniform(2, 7))
            troubles.round()
            if troubles.is_free:
                with suppress(StoreError):
                    sources.track()
        troubles.end()
        lasted = time.monotonic() - began
        time.sleep(5)  # the last one begun has its signal handlers by then
        codes = [watcher.end() for watcher in watchers]
        for kept in (folder / "state").rglob("*.ndjson"):
            assert run(cli, ["import", str(kept), "--db", url]) == 0
        database.close()  # its sessions may have ended with the server
        log = sandbox.requests
        most = max(most_in_a_minute(e.at / SECOND for e in log if e.user == user) for user in USERS)
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


def _environment(url: str, base_url: str, folder: Path) -> dict[str, str]:
    config = folder / "config.toml"
    config.write_text("".join(f'[sources.{u}]\napi_key_env = "KEY_{u}"\n' for u in USERS))
    return {
        **without_settings(),
        "RECORDER_DATABASE_URL": url,
        "RECORDER_BASE_URL": base_url,
        "RECORDER_CONFIG": str(config),
        "RECORDER_RATE": str(RATE),
        "RECORDER_EVERY": "1s",
        "RECORDER_SETTLE": "2s,5s,15s",
        "XDG_STATE_HOME": str(folder / "state"),
        "CLOCK_FILE": str(folder / "clock"),
        **{f"KEY_{user}": key for user, key in USERS.items()},
    }


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
