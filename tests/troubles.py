"""What the fault run does to processes, disk, database and clock: each trouble begins at a random moment and is over by itself."""

import mmap
import os
import random
import resource
import signal
import sqlite3
import struct
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from chaos import Disturbed, Step
from postgres import PostgresUnavailableError, limit_files, start_server, stop_server
from sqlalchemy.engine import make_url
from watchers import Kill, Watcher, held_by

from recorder.errors import StoreError
from recorder.instants import HOUR, SECOND, now_us
from recorder.store.engine import Database

RECOVERY_US = (
    12 * SECOND
)  # a store that is back is tried again within some seconds; a lease lasts ten
_LITTLE = 4096  # bytes that a file may have on a full disk
_PAUSE_S = (2, 7)  # from the beginning of one trouble to that of the next
TICK_S = 0.2
_BACK_US = (SECOND // 2, 20 * SECOND, 90 * SECOND, HOUR)

_FORWARD = 0.15  # of the steps of the clock

Undo = Callable[[], object]


class SteppedClock:
    """The clock of all watches, which this may set: a file that they map into their memory."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            self._held = mmap.mmap(file.fileno(), 8)
        self.path = path
        self.steps = [Step(0, 0, 0)]

    def set(self, off: int) -> None:
        begun = now_us()
        self._held[:] = struct.pack("q", off)
        self.steps.append(Step(begun, now_us(), off))

    def now(self) -> int:
        return now_us() + self.steps[-1].off


@dataclass
class Troubles:
    """All that is done to the watches and their store.

    Args:
        watchers: the processes, running.
        database: the store as this process opens it.
        url: its URL, for what is done past the program.
        clock: of the watches.
        rng: when, what and for how long.
    """

    watchers: Sequence[Watcher]
    database: Database
    url: str
    clock: SteppedClock
    rng: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    kills: list[Kill] = field(default_factory=list)
    deaths: list[str] = field(default_factory=list)
    blocked: list[tuple[int, int]] = field(default_factory=list)
    _busy: set[Watcher] = field(default_factory=set)
    _next_at: float = field(default_factory=lambda: time.monotonic() + _PAUSE_S[0])
    _store_until: float = 0
    _since: int = 0
    _undone: list[tuple[float, int, Undo]] = field(default_factory=list)

    def disturbed(self) -> Disturbed:
        return Disturbed(kills=self.kills, steps=self.clock.steps, blocked=self.blocked)

    @property
    def is_free(self) -> bool:
        """Whether the store takes writes."""
        return time.monotonic() >= self._store_until

    def advance(self) -> bool:
        """End what is over, and now and then begin something; whether it was time to."""
        now = time.monotonic()
        self._undo(now)
        if now < self._next_at:
            return False
        self._next_at = now + self.rng.uniform(*_PAUSE_S)
        self._since = now_us()
        self._begin()
        return True

    def _begin(self) -> None:
        kinds = self._of_process | (self._of_store if self.is_free else {})
        kind = self.rng.choice(sorted(kinds))
        idle = [one for one in self.watchers if one not in self._busy]
        for watcher in [one for one in idle if one.code is not None]:
            self.deaths.append(f"a watch ended by itself with {watcher.code}: {watcher.words()}")
            self._again(watcher)
            idle.remove(watcher)
        if idle:
            # A server that starts anew by itself, after a session that could not write, takes nobody in.
            with suppress(psycopg.OperationalError, PostgresUnavailableError):
                kinds[kind](self.rng.choice(idle))
                self.counts[kind] += 1

    def end(self) -> None:
        """End all troubles; the clock is right again."""
        until = time.monotonic() + 120
        while self._undone:
            assert time.monotonic() < until, "a watch does not end"
            self._undo(float("inf"))
            time.sleep(0.1)
        self.clock.set(0)

    def _undo(self, now: float) -> None:
        for one in sorted(self._undone, key=lambda one: one[0]):
            at, begun, undo = one
            if at <= now:
                self._undone.remove(one)
                undo()
                if begun:
                    self.blocked.append((begun, now_us() + RECOVERY_US))

    def _later(self, seconds: float, undo: Undo, *, blocks: bool = True) -> None:
        self._undone.append((time.monotonic() + seconds, self._since if blocks else 0, undo))

    @property
    def _of_process(self) -> dict[str, Callable[[Watcher], object]]:
        return {"kill -9": self._kill, "SIGTERM": self._end, "SIGSTOP": self._stop}

    @property
    def _of_store(self) -> dict[str, Callable[[Watcher], object]]:
        shared: dict[str, Callable[[Watcher], object]] = {
            "clock set": lambda _: self._step(),
            "store locked": lambda _: self._for_all(self._locked()),
            "disk full": self._full,
        }
        if self.database.path is None:
            return shared | {
                "sessions ended": lambda _: self._end_sessions(),
                "server restarted": lambda _: self._restart("fast"),
                "server crashed": lambda _: self._restart("immediate"),
            }
        return shared | {"folder gone": lambda _: self._for_all(self._away())}

    def _step(self) -> None:
        """Mostly back: where it is set forward, by design, nothing is sent for a minute."""
        is_over = self.rng.random() < _FORWARD
        self.clock.set(0 if is_over else self.clock.steps[-1].off - self.rng.choice(_BACK_US))

    def _kill(self, watcher: Watcher) -> None:
        self.kills.append(watcher.kill_with(self._held))
        self._again(watcher)

    def _held(self, pid: int) -> frozenset[str]:
        """The sources of a process; all that there are, where the store does not say."""
        with suppress(StoreError):
            return held_by(self.database, pid) if self.is_free else EVERY
        return EVERY

    def _end(self, watcher: Watcher) -> None:
        """It ends in its own time: with answers in hand that the store does not take, after ten seconds."""
        watcher.send(signal.SIGTERM)
        self._busy.add(watcher)

        def again() -> None:
            if watcher.code is None:
                self._later(TICK_S, again, blocks=False)
            else:
                self._again(watcher)

        again()

    def _again(self, watcher: Watcher) -> None:
        self._busy.add(watcher)

        def start() -> None:
            watcher.start()
            self._busy.discard(watcher)

        self._later(self.rng.uniform(0, 0.4), start, blocks=False)

    def _stop(self, watcher: Watcher) -> None:
        """A process that stands still may hold the write lock of SQLite."""
        watcher.send(signal.SIGSTOP)
        self._busy.add(watcher)

        def go_on() -> None:
            watcher.send(signal.SIGCONT)
            self._busy.discard(watcher)

        self._later(self.rng.choice([0.3, 1, 3, 12]), go_on)

    def _for_all(self, stack: ExitStack) -> None:
        """A trouble of the store, which is over when the stack is closed."""
        seconds = self.rng.uniform(0.3, 3)
        self._store_until = time.monotonic() + seconds + RECOVERY_US / SECOND / 2
        self._later(seconds, stack.close)

    def _locked(self) -> ExitStack:
        stack = ExitStack()
        if self.database.path is not None:
            held = stack.enter_context(closing(sqlite3.connect(self.database.path, timeout=1)))
            with suppress(sqlite3.OperationalError):  # a process that stands still has the lock
                held.execute("BEGIN EXCLUSIVE")
            return stack
        connection = stack.enter_context(closing(psycopg.connect(self._dsn)))
        connection.execute("LOCK TABLE recorder.poll IN ACCESS EXCLUSIVE MODE")
        return stack

    def _away(self) -> ExitStack:
        assert self.database.path is not None
        folder, stack = self.database.path.parent, ExitStack()
        away = folder.rename(folder.with_name("away"))
        stack.callback(lambda: away.rename(folder))
        return stack

    def _full(self, watcher: Watcher) -> None:
        """No file grows: of one process on SQLite, of every session's on Postgres."""
        stack = ExitStack()
        if self.database.path is not None:
            stack.callback(_limit, watcher.pid, resource.RLIM_INFINITY)
            _limit(watcher.pid, _LITTLE)
        else:
            for pid in self._sessions():
                stack.callback(limit_files, make_url(self.url), pid, "unlimited")
                limit_files(make_url(self.url), pid, str(_LITTLE))
        self._for_all(stack)

    @property
    def _dsn(self) -> str:
        url = make_url(self.url).set(drivername="postgresql")
        return url.render_as_string(hide_password=False)

    def _sessions(self) -> list[int]:
        with closing(psycopg.connect(self._dsn)) as connection:
            return [pid for (pid,) in connection.execute(_SESSIONS)]

    def _end_sessions(self) -> None:
        for pid in self._sessions():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        self._for_all(ExitStack())

    def _restart(self, mode: str) -> None:
        stop_server(make_url(self.url), mode=mode)
        stack = ExitStack()
        stack.callback(start_server, make_url(self.url))
        self._for_all(stack)


class _Every(frozenset[str]):
    def __contains__(self, _: object) -> bool:
        return True


EVERY = _Every()

_SESSIONS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def _limit(pid: int, most: int) -> None:
    with suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
