"""Watches as processes that tests kill and stop, and begin again."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

import sqlalchemy as sa
from surroundings import Surroundings, plain

from recorder.instants import now_us
from recorder.store.engine import Database
from recorder.store.schema import source

HERE = Path(__file__).parent
_PATIENCE_S = 120  # with a machine that has much else to do


class Watcher:
    """One watch as a process, begun again as often as it is killed.

    Args:
        program: what to run.
        environ: its environment.
        said: the file that its stderr goes to.
        rng: draws the surroundings of each start; None: always the same.
    """

    def __init__(
        self,
        program: Sequence[str],
        environ: Mapping[str, str],
        said: Path,
        *,
        rng: random.Random | None = None,
    ) -> None:
        self._program = program
        self._environ = {**os.environ, **environ}
        self._said = said
        self._rng = rng
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        surroundings = Surroundings.draw(self._rng) if self._rng else plain()
        with self._said.open("ab") as said:
            self._process = surroundings.start(self._program, self._environ, stderr=said)

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def words(self) -> str:
        """The last that it said."""
        return self._said.read_text(errors="replace")[-4000:]

    @property
    def code(self) -> int | None:
        """Its exit code; None while it runs."""
        assert self._process
        return self._process.poll()

    def send(self, number: signal.Signals) -> int:
        """A signal; when it was sent, microseconds since 1970 UTC."""
        assert self._process
        at = now_us()
        self._process.send_signal(number)
        return at

    def kill(self) -> int:
        """Kill it, and reap it; when it was gone: until then a busy machine keeps its connections open."""
        assert self._process
        assert self.code is None, self.words()
        self.send(signal.SIGKILL)
        self._process.wait()
        return now_us()

    def kill_with(self, held: Callable[[int], frozenset[str]]) -> "Kill":
        """Kill it; which sources it polled is asked while it stands still, before others take them over."""
        self.stop()
        sources = held(self.pid)
        return Kill(self.kill(), sources)

    def stop(self) -> int:
        """Let it stand still; when it did, microseconds since 1970 UTC."""
        self.send(signal.SIGSTOP)
        until = time.monotonic() + _PATIENCE_S
        while self.code is None and self._state() != "T":
            assert time.monotonic() < until, self.words()
            time.sleep(0.01)
        return now_us()

    def _state(self) -> str:
        with suppress(FileNotFoundError):
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2][0]
        return ""

    def end(self) -> int:
        """Ask it to end, once it has its signal handlers; its exit code."""
        until = time.monotonic() + _PATIENCE_S
        while self.code is None and not self._catches(signal.SIGTERM):
            assert time.monotonic() < until, self.words()
            time.sleep(0.1)
        self.send(signal.SIGTERM)
        return self.wait()

    def _catches(self, number: signal.Signals) -> bool:
        with suppress(FileNotFoundError):
            status = Path(f"/proc/{self.pid}/status").read_text()
            return bool(int(status.partition("SigCgt:")[2].split()[0], 16) & 1 << number - 1)
        return False

    def wait(self) -> int:
        """Wait for its end; its exit code."""
        assert self._process
        return self._process.wait(timeout=_PATIENCE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@dataclass(frozen=True)
class Kill:
    """When a watch that was killed was gone, and the sources that it polled."""

    at: int
    sources: frozenset[str]


@contextmanager
def killing(
    watchers: Sequence[Watcher], database: Database, *, enough: Callable[[int], bool], seed: int
) -> Iterator[list[Kill]]:
    """Run watches until so many kills are enough; now and then one is killed with -9 and begun again."""
    rng = random.Random(seed)
    kills: list[Kill] = []
    until = time.monotonic() + 4 * _PATIENCE_S
    for watcher in watchers:
        watcher.start()
        time.sleep(0.3)
    while not enough(len(kills)):
        assert time.monotonic() < until, f"{len(kills)} kills are not enough"
        time.sleep(rng.uniform(1.5, 5))
        watcher = rng.choice(watchers)
        kills.append(watcher.kill_with(partial(held_by, database)))
        time.sleep(rng.uniform(0, 0.4))
        watcher.start()
    yield kills


def held_by(database: Database, pid: int) -> frozenset[str]:
    """The sources that a process has the lease of."""
    held = sa.select(source.c.name).where(source.c.holder.contains(f"/{pid}/"))
    with database.reading() as connection:
        return frozenset(connection.execute(held).scalars())


def say(*lines: str) -> None:
    """What a long test found, for whoever looks (pytest -s)."""
    sys.stdout.writelines(f"{line}\n" for line in lines if line)
