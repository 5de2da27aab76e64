"""What the chaos tests share: watches as processes that are killed and stopped, and the store held against the log."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa
from surroundings import Surroundings, plain

from recorder.instants import SECOND, now_us
from recorder.ledger.answer import Outcome
from recorder.ledger.body import Malformed, read_body
from recorder.ledger.jsontext import digest
from recorder.sandbox import RequestLog
from recorder.store.engine import Database
from recorder.store.schema import poll, run, snapshot, source

HERE = Path(__file__).parent
COMMIT_US = SECOND  # an answer waits no longer for its commit
DELAYS_US = {"timeout": 2_500_000, "slow": 400_000}
_CLOCK_SLACK_US = 20_000


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

    def send(self, number: signal.Signals) -> int:
        """A signal; when it was sent, microseconds since 1970 UTC."""
        assert self._process
        at = now_us()
        self._process.send_signal(number)
        return at

    def kill(self) -> int:
        """Kill it, and reap it; when that was."""
        assert self._process
        assert self._process.poll() is None, self._said.read_text()[-3000:]
        at = self.send(signal.SIGKILL)
        self._process.wait()
        return at

    def end(self) -> int:
        """Ask it to end; its exit code."""
        assert self._process
        self.send(signal.SIGTERM)
        return self._process.wait(timeout=40)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@dataclass(frozen=True)
class Kill:
    """When a watch was killed, and the sources that it polled."""

    at: int
    sources: frozenset[str]


@contextmanager
def killing(
    watchers: Sequence[Watcher], database: Database, *, seconds: float, seed: int
) -> Iterator[list[Kill]]:
    """Run watches for so long; now and then one is killed with -9 and begun again."""
    rng = random.Random(seed)
    kills: list[Kill] = []
    until = time.monotonic() + seconds
    for watcher in watchers:
        watcher.start()
        time.sleep(0.3)
    while time.monotonic() < until:
        time.sleep(rng.uniform(1.5, 5))
        watcher = rng.choice(watchers)
        sources = held_by(database, watcher.pid)
        kills.append(Kill(watcher.kill(), sources))
        time.sleep(rng.uniform(0, 0.4))
        watcher.start()
    time.sleep(4)  # the last one begun has its signal handlers by then
    yield kills


def held_by(database: Database, pid: int) -> frozenset[str]:
    """The sources that a process has the lease of."""
    held = sa.select(source.c.name).where(source.c.holder.contains(f"/{pid}/"))
    with database.reading() as connection:
        return frozenset(connection.execute(held).scalars())


@dataclass(frozen=True)
class Poll:
    """One poll row, and the digest of the state that it showed."""

    polled_at: int
    outcome: Outcome
    http_status: int | None
    latency_ms: int
    digest: bytes | None


@dataclass
class Found:
    """The store held against the log of the server."""

    requests: int = 0
    recorded: int = 0
    in_flight_at_kills: int = 0
    states: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


def polls_of(database: Database) -> dict[tuple[str, str], list[Poll]]:
    """All poll rows, by source and run id, in their order."""
    shown = (
        (snapshot.c.source_id == poll.c.source_id)
        & (snapshot.c.run_key == poll.c.run_key)
        & (snapshot.c.seq == poll.c.snapshot_seq)
    )
    same = (run.c.source_id == poll.c.source_id) & (run.c.run_key == poll.c.run_key)
    columns = (poll.c.polled_at, poll.c.outcome, poll.c.http_status, poll.c.latency_ms)
    statement = (
        sa.select(source.c.name, run.c.run_id, *columns, snapshot.c.digest)
        .select_from(
            poll.join(run, same)
            .join(source, source.c.source_id == poll.c.source_id)
            .outerjoin(snapshot, shown)
        )
        .order_by(source.c.name, run.c.run_id, poll.c.polled_at)
    )
    found: dict[tuple[str, str], list[Poll]] = {}
    with database.reading() as connection:
        for name, run_id, at, outcome, status, latency, shown_digest in connection.execute(
            statement
        ):
            one = Poll(at, Outcome(outcome), status, latency or 0, shown_digest)
            found.setdefault((name, run_id), []).append(one)
    return found


def states_of(database: Database) -> dict[tuple[str, str], list[tuple[bytes, int]]]:
    """Each run's states in order: digest and number of polls."""
    same = (run.c.source_id == snapshot.c.source_id) & (run.c.run_key == snapshot.c.run_key)
    statement = (
        sa.select(source.c.name, run.c.run_id, snapshot.c.digest, snapshot.c.n_polls)
        .select_from(
            snapshot.join(run, same).join(source, source.c.source_id == snapshot.c.source_id)
        )
        .order_by(source.c.name, run.c.run_id, snapshot.c.seq)
    )
    found: dict[tuple[str, str], list[tuple[bytes, int]]] = {}
    with database.reading() as connection:
        for name, run_id, shown, n_polls in connection.execute(statement):
            found.setdefault((name, run_id), []).append((shown, n_polls))
    return found


def hold_against(
    database: Database,
    log: Sequence[RequestLog],
    sources: Mapping[str, str],
    *,
    kills: Sequence[Kill],
) -> Found:
    """Every request of the log must be a poll row, but for those in flight at a kill; each state once, in order.

    Args:
        database: the store.
        log: what the server saw and gave.
        sources: each run's source.
        kills: when processes were killed that polled what.
    """
    found = Found(requests=len(log))
    polls, states = polls_of(database), states_of(database)
    by_run: dict[tuple[str, str], list[RequestLog]] = {}
    for entry in log:
        assert entry.run_id is not None
        by_run.setdefault((sources[entry.run_id], entry.run_id), []).append(entry)
        found.faults[entry.fault or "none"] += 1
    for key, rows in polls.items():
        entries = by_run.pop(key, [])
        matched = list(_matched(rows, entries, found, key))
        _explain(entries, found, key, kills)
        _compare_states(key, matched, states.get(key, []), found)
    for key, entries in by_run.items():
        _explain(entries, found, key, kills)
    return found


def _matched(
    rows: Sequence[Poll], entries: list[RequestLog], found: Found, key: tuple[str, str]
) -> Iterator[Poll]:
    """The rows that have their request; its entry is taken from the list."""
    for row in rows:
        sent_at = row.polled_at - row.latency_ms * 1000 - _CLOCK_SLACK_US
        fits = [e for e in entries if sent_at <= e.at <= row.polled_at + _CLOCK_SLACK_US]
        if not fits:
            if row.outcome is not Outcome.NETWORK_ERROR:
                found.doubled.append(f"{key}: {row} has no request")
            continue
        entries.remove(fits[0])
        found.recorded += 1
        expected = expected_of(fits[0])
        if (row.outcome if row.digest is None else row.digest) != expected:
            if row.outcome is not Outcome.NETWORK_ERROR:
                found.wrong.append(f"{key}: {row} is not what was served: {fits[0].line()}")
            continue
        yield row


def expected_of(entry: RequestLog) -> bytes | Outcome:
    """What an answer comes to: the digest of its state, or its outcome."""
    if entry.status is None:
        return Outcome.NETWORK_ERROR
    if entry.status != 200:
        return _OUTCOMES.get(entry.status, Outcome.SERVER_ERROR)
    assert entry.run_id is not None
    body = read_body(entry.body, run_id=entry.run_id) if entry.whole else None
    return Outcome.MALFORMED if body is None or isinstance(body, Malformed) else digest(body.run)


_OUTCOMES = {
    302: Outcome.UNEXPECTED,
    401: Outcome.REFUSED,
    403: Outcome.REFUSED,
    404: Outcome.NOT_VISIBLE,
    429: Outcome.THROTTLED,
}


def _explain(
    entries: Sequence[RequestLog],
    found: Found,
    key: tuple[str, str],
    kills: Sequence[Kill],
) -> None:
    for entry in entries:
        until = entry.at + COMMIT_US + DELAYS_US.get(entry.fault or "", 0)
        if any(entry.at - _CLOCK_SLACK_US <= k.at <= until and key[0] in k.sources for k in kills):
            found.in_flight_at_kills += 1
        else:
            found.lost.append(f"{key}: {entry.line()}")


def _compare_states(
    key: tuple[str, str],
    rows: Sequence[Poll],
    states: Sequence[tuple[bytes, int]],
    found: Found,
) -> None:
    good = [row.digest for row in rows if row.digest is not None]
    expected = [(shown, sum(1 for _ in group)) for shown, group in groupby(good)]
    found.states += len(states)
    if list(states) != expected:
        found.wrong.append(f"{key}: {len(states)} states, {len(expected)} were served")


def say(*lines: str) -> None:
    """What a long test found, for whoever looks (pytest -s)."""
    sys.stdout.writelines(f"{line}\n" for line in lines if line)


def told(found: Found, **more: Any) -> str:
    """The counts, for people."""
    faults = ", ".join(f"{kind} {count}" for kind, count in sorted(found.faults.items()))
    counts = {
        "requests": found.requests,
        "recorded": found.recorded,
        "in flight at a kill": found.in_flight_at_kills,
        "states": found.states,
        "lost": len(found.lost),
        "doubled": len(found.doubled),
        "wrong": len(found.wrong),
        **more,
    }
    return "; ".join(f"{name}: {count}" for name, count in counts.items()) + f"; faults: {faults}"
