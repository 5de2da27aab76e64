"""Print what a service costs that polls many keys at their full rate, beside a bare loop of httpx in the same run.

    python tests/bench/many_keys.py [--keys 200] [--seconds 30] [--runs 4] [--every 2] [--stores sqlite,postgres,far]

A server of few lines answers after 50 ms, in a process of its own, as the stores' servers and their delay are: the CPU
is the poller's alone. `far` is a Postgres behind 1 ms each way. Counting begins once each run was polled twice.
The loop sends the same requests one at a time and reads each body. Its server answers at once: a process that sleeps
between two requests finds its caches cold and takes three times the CPU for each, which would flatter the service.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

import httpx
import psycopg
from postgres import find_binaries, running_server
from sqlalchemy.engine import URL, make_url
from workload import poll_log

from recorder.instants import DAY, SECOND, now_us
from recorder.polling.fetchers import PollResult
from recorder.polling.service import Service
from recorder.polling.watch_options import RunMode, WatchOptions
from recorder.schedule.cadence import Cadence
from recorder.settings import Settings
from recorder.settings.settings import SourceSettings
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.write.track import track_with_source

ANSWERS_AFTER_S = 0.05
CHANGES_EACH_S = 15
RATE = 100
STORES = ("sqlite", "postgres", "far")
_ID = b'"id":"'


def _bodies() -> list[list[tuple[bytes, bytes]]]:
    """Return the states of a few runs that stay in flight, each in two parts between which the id stands."""
    lives: dict[str, list[bytes]] = {}
    for poll in poll_log(120, 1):
        if b'"status":"running"' in poll.body and poll.body not in lives.get(poll.run_id, ()):
            lives.setdefault(poll.run_id, []).append(poll.body)
    longest = sorted(lives.items(), key=lambda item: -len(item[1]))[:20]
    return [[_cut(body, run_id.encode()) for body in bodies] for run_id, bodies in longest]


def _cut(body: bytes, run_id: bytes) -> tuple[bytes, bytes]:
    before, _, after = body.partition(_ID + run_id)
    return before + _ID, after


class _Answering(asyncio.Protocol):
    bodies = _bodies() if "--serve" in sys.argv else []

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        run_id = data.split(b" ", 2)[1].rpartition(b"/")[2]
        number = int(run_id.rpartition(b"_")[2])
        states = self.bodies[number % len(self.bodies)]
        before, after = states[(int(time.time()) + number) // CHANGES_EACH_S % len(states)]
        body = before + run_id + after
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        loop = asyncio.get_running_loop()
        after_s = 0 if "--at-once" in sys.argv else ANSWERS_AFTER_S
        loop.call_later(after_s, self._transport.write, head % len(body) + body)


class _Forwarding(asyncio.Protocol):
    """One direction of a connection, each byte of which takes 1 ms."""

    def __init__(self, path: str | None = None) -> None:
        self._path = path
        self.peer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        if self._path is not None:
            self._task = asyncio.ensure_future(self._connect(self._path))

    async def _connect(self, path: str) -> None:
        loop = asyncio.get_running_loop()
        transport, other = await loop.create_unix_connection(_Forwarding, path)
        other.peer.set_result(self.transport)
        self.peer.set_result(transport)

    def data_received(self, data: bytes) -> None:
        self._later(lambda transport: transport.write(data))

    def connection_lost(self, _: Exception | None) -> None:
        self._later(lambda transport: transport.close())

    def _later(self, act: Any) -> None:
        loop = asyncio.get_running_loop()
        self.peer.add_done_callback(lambda done: loop.call_later(0.001, act, done.result()))


async def _serve(path: str | None) -> None:
    """Answer requests, or forward each connection to a socket, on a free port that is printed."""
    make = _Answering if path is None else lambda: _Forwarding(path)
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def server(*arguments: str) -> Iterator[int]:
    """Start a server of this script in a process of its own; the port."""
    command = (sys.executable, __file__, *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int((process.stdout or sys.stdin).readline())
        finally:
            process.terminate()


def _settings(url: str, port: int, keys: int, every_us: int) -> Settings:
    names = [f"account-{number:03}" for number in range(keys)]
    return Settings(
        database_url=url,
        cadence=Cadence(every_us=every_us, overdue_after_us=3650 * DAY),
        sources={
            name: SourceSettings(
                name=name,
                base_url=f"http://127.0.0.1:{port}",
                api_key_env=f"KEY_{name}",
                api_key_file=None,
                rate=RATE,
            )
            for name in names
        },
    )


def _memory_mb() -> float:
    with Path("/proc/self/statm").open(encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@dataclass(slots=True)
class Meter:
    """What a service has done and used since it was warm."""

    lasts_s: float
    warm_after: int
    warm: tuple[float, float, float] | None = None
    sent: int = 0
    slowest_us: int = 0
    pauses_us: Counter[int] = field(default_factory=Counter)  # rounded, so that it takes no memory

    def count(self, done: list[PollResult]) -> list[PollResult]:
        """Count results that are in the store since now."""
        now = now_us()
        if self.warm is None:
            self.warm_after -= len(done)
        else:
            answers = [(one.request.due, one.answer) for one in done if one.answer is not None]
            self.sent += len(answers)
            waits = [now - answer.observed_at for _, answer in answers]
            self.slowest_us = max(self.slowest_us, *waits, 0)
            self.pauses_us.update(
                round(answer.observed_at - due.last_polled_at, -4)
                for due, answer in answers
                if due.last_polled_at is not None
            )
        return done

    def tick(self) -> bool:
        """Begin to count when it is time; return whether it is over."""
        if self.warm is None and self.warm_after <= 0:
            self.warm = (time.monotonic(), time.process_time(), _memory_mb())
        return self.warm is not None and time.monotonic() > self.warm[0] + self.lasts_s

    def result(self) -> dict[str, float]:
        """Return the figures."""
        at, cpu_s, memory_mb = self.warm or (0.0, 0.0, 0.0)
        memory_end_mb = _memory_mb()
        pauses = sorted(self.pauses_us.elements()) or [0]
        return {
            "sent": self.sent,
            "rate": self.sent / (time.monotonic() - at),
            "cores": (time.process_time() - cpu_s) / (time.monotonic() - at),
            "cpu_ms": (time.process_time() - cpu_s) * 1000 / max(self.sent, 1),
            "memory_mb": memory_mb,
            "memory_end_mb": memory_end_mb,
            "commit_s": self.slowest_us / SECOND,
            "pause_s": pauses[len(pauses) // 2] / SECOND,
            "longest_s": pauses[-1] / SECOND,
        }


def _poll(url: str, options: argparse.Namespace) -> dict[str, float]:
    """Poll as `poll --forever` does for so long; the figures."""
    every_us = round(options.every * SECOND)
    settings = _settings(url, options.port, options.keys, every_us)
    with closing(Database(url)) as database:
        upgrade(database)
        for source, name in enumerate(settings.sources):
            ids = [f"er_{source * options.runs + number}" for number in range(options.runs)]
            base_url = settings.source_settings(name).base_url
            track_with_source(database, name, ids, base_url=base_url, now=now_us())
        meter = Meter(options.seconds, 2 * options.keys * options.runs)
        service = Service(
            database,
            settings,
            environ={
                f"KEY_{name}": f"key-{random.randbytes(16).hex()}" for name in settings.sources
            },
            options=WatchOptions(until=RunMode.FOREVER),
            notify=lambda _: None,
            clock=now_us,
            after_tick=lambda: service.poller.stop() if meter.tick() else None,
        )
        record = service.poller.results.record
        service.poller.results.record = lambda results: meter.count(record(results))  # type: ignore[method-assign]
        service.run()
        return meter.result()


def _loop(options: argparse.Namespace) -> dict[str, float]:
    """Send requests one at a time by httpx itself, and read each body."""
    with httpx.Client(headers={"Authorization": "Bearer key"}, trust_env=False) as client:
        began = time.process_time()
        for number in range(options.loop):
            client.get(f"http://127.0.0.1:{options.port}/api/enrichment/er_{number}").json()
    return {"cpu_ms": (time.process_time() - began) * 1000 / options.loop}


def _child(options: argparse.Namespace, port: int, *arguments: str) -> dict[str, float]:
    """Run this script in a process of its own; what it prints."""
    names = ("keys", "seconds", "runs", "every", "loop")
    given = [f"--{name}={getattr(options, name)}" for name in names]
    command = (sys.executable, __file__, *given, f"--port={port}", *arguments)
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    sys.stderr.write(run.stderr)
    return dict(json.loads(run.stdout))


def _urls(stores: list[str], stack: ExitStack) -> Iterator[tuple[str, str]]:
    """Yield each store's name and URL."""
    if "sqlite" in stores:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        yield "sqlite", f"sqlite:///{folder}/keys.db"
    if {"postgres", "far"} & {*stores}:
        url = stack.enter_context(running_server(find_binaries()))
        if "postgres" in stores:
            yield "postgres", _in_new_database(url)
        if "far" in stores:
            socket = f"{url.query['host']}/.s.PGSQL.{url.query['port']}"
            port = stack.enter_context(server("--serve", socket))
            new = make_url(_in_new_database(url))
            yield "far", new.set(query={}, host="127.0.0.1", port=port).render_as_string(False)


def _in_new_database(url: URL) -> str:
    name = f"keys_{random.randbytes(4).hex()}"
    plain = url.set(drivername="postgresql").render_as_string(False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return url.set(database=name).render_as_string(False)


def main() -> None:
    """Measure each store and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--runs", type=int, default=4, help="runs in flight a key")
    parser.add_argument("--every", type=float, default=2, help="the cadence, seconds")
    parser.add_argument("--loop", type=int, default=2000, help="requests of the loop")
    parser.add_argument("--stores", default=",".join(STORES))
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--at-once", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--serve", nargs="?", const="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        asyncio.run(_serve(options.serve or None))
    elif options.port is not None:
        found = _poll(options.url, options) if options.url else _loop(options)
        print(json.dumps(found))
    else:
        _report(options)


def _report(options: argparse.Namespace) -> None:
    with server("--at-once", "--serve") as port:
        base_ms = _child(options, port)["cpu_ms"]
    with server("--serve") as port, ExitStack() as stack:
        print(f"{'httpx, one at a time':22} {base_ms:5.2f} ms of CPU a request", flush=True)
        for name, url in _urls(options.stores.split(","), stack):
            found = _child(options, port, f"--url={url}")
            print(
                f"{name:22} {found['cpu_ms']:5.2f} ms of CPU a request, x {found['cpu_ms'] / base_ms:.2f};"
                f" {found['rate']:.0f} requests/s of {options.keys * RATE / 60:.0f}, {found['cores']:.2f} of a core;"
                f" {found['memory_mb']:.0f} to {found['memory_end_mb']:.0f} MB;"
                f" in the store within {found['commit_s']:.2f} s;"
                f" each run every {found['pause_s']:.1f} s, at the longest {found['longest_s']:.1f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
