"""The store held against the log of what was served, by what was done to its watches meanwhile."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise, product
from typing import Any

import sqlalchemy as sa
from watchers import Kill

from recorder.instants import SECOND
from recorder.ledger.answer import Outcome
from recorder.ledger.body import Malformed, read_body
from recorder.ledger.jsontext import digest
from recorder.sandbox import RequestLog
from recorder.store.engine import Database
from recorder.store.schema import poll, run, snapshot, source

COMMIT_US = 3 * SECOND  # an answer waits no longer for its commit
DELAYS_US = {"timeout": 2_500_000, "slow": 400_000}
_CLOCK_SLACK_US = 20_000
_LATE_US = (
    60 * SECOND
)  # a busy server takes up a request after its sender has given it up, or was killed
_OUT_OF_TURN_US = 15 * SECOND  # of a process that stood still, another had its sources meanwhile


@dataclass(frozen=True)
class Step:
    """One step of the clocks of all processes: between which instants it was set, and how far off it then was."""

    begun: int
    done: int
    off: int


@dataclass(frozen=True, kw_only=True)
class Disturbed:
    """What was done to clocks, processes and the store meanwhile, microseconds since 1970 UTC.

    Attributes:
        kills: when processes were killed that polled what.
        steps: of the clocks, in their order; the first one is their beginning.
        blocked: from when to when answers could not be written at once.
    """

    kills: Sequence[Kill] = ()
    steps: Sequence[Step] = (Step(0, 0, 0),)
    blocked: Sequence[tuple[int, int]] = ()

    def offsets(self, since: int, until: int) -> list[int]:
        """By how much the clocks were off in that time."""
        ends = [*(step.done for step in self.steps[1:]), until]
        spans = zip(self.steps, ends, strict=True)
        return [step.off for step, end in spans if step.begun <= until and end >= since]

    def waited_us(self, since: int, until: int) -> int:
        """How long of that time answers could be written."""
        free, at = 0, since
        for begun, over in sorted(self.blocked):
            free += max(0, min(begun, until) - at)
            at = max(at, over)
        return free + max(0, until - at)


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
    database: Database, log: Sequence[RequestLog], sources: Mapping[str, str], disturbed: Disturbed
) -> Found:
    """Every request of the log must be a poll row, but for one a run in flight at a kill; each state once, in order.

    Args:
        database: the store.
        log: what the server saw and gave.
        sources: each run's source.
        disturbed: what was done meanwhile.
    """
    found = Found(requests=len(log))
    polls, states = polls_of(database), states_of(database)
    by_run: dict[tuple[str, str], list[RequestLog]] = {}
    for entry in log:
        assert entry.run_id is not None
        by_run.setdefault((sources[entry.run_id], entry.run_id), []).append(entry)
        found.faults[entry.fault or "none"] += 1
    for key in polls.keys() | by_run.keys():
        history = _History(key, by_run.get(key, []), disturbed, found)
        good = [row.digest for row in history.matched(polls.get(key, [])) if row.digest is not None]
        history.explain()
        expected = [(shown, sum(1 for _ in group)) for shown, group in groupby(good)]
        found.states += len(states.get(key, []))
        if states.get(key, []) != expected:
            found.wrong.append(f"{key}: {len(states.get(key, []))} states, {len(expected)} served")
    return found


@dataclass
class _History:
    """One run: its requests that have no row yet, and those whose row may as well be that of another one."""

    key: tuple[str, str]
    entries: list[RequestLog]
    disturbed: Disturbed
    found: Found
    unsure: list[RequestLog] = field(default_factory=list)
    recorded: list[int] = field(default_factory=list)

    def matched(self, rows: Sequence[Poll]) -> Iterator[Poll]:
        """The rows that showed what their request was given; the entries of all rows are taken from the list."""
        times = [row.polled_at for row in rows]
        # By a clock that was set back a row's time says nothing: the other rows take their requests first.
        by_order = [False, *(later == before + 1 for before, later in pairwise(times))]
        # So do rows with an answer: one without fits many requests.
        turns = [(by_order[n], row.outcome is Outcome.NETWORK_ERROR) for n, row in enumerate(rows)]
        taken: dict[int, RequestLog] = {}
        for turn in product((False, True), repeat=2):
            reached = 0
            for n, row in enumerate(rows):
                if turns[n] == turn:
                    self._take(row, taken, n, reached if by_order[n] else None)
                reached = max(reached, taken[n].at if n in taken else 0)
        for n, row in enumerate(rows):
            if n in taken and expected_of(taken[n]) == _shown(row):
                yield row

    def _take(self, row: Poll, taken: dict[int, RequestLog], n: int, reached: int | None) -> None:
        """Take the row's request from the list: the one of its time, or one after `reached` that it fits."""
        is_failure = row.outcome is Outcome.NETWORK_ERROR
        # A busy server takes up a request whose sender has gone.
        cut = [e for e in self.entries if is_failure and not e.whole]
        same = [e for e in self.entries if expected_of(e) == _shown(row)]
        if reached is None:
            able = [e for e in self.entries if self._is_in_time(row, e)]
            able = able or [e for e in cut if self._is_in_time(row, e, late_us=_LATE_US)][:1]
        else:
            able = [e for e in same or cut if e.at >= reached - _OUT_OF_TURN_US]
        if not able:
            if not is_failure:
                self.found.doubled.append(f"{self.key}: {row} has no request")
            return
        taken[n] = entry = next((e for e in able if e in same), able[0])
        self.entries.remove(entry)
        self.found.recorded += 1
        self.recorded.append(entry.at)
        if reached is not None:
            self.unsure.append(entry)
        if entry not in same and not is_failure:
            self.found.wrong.append(f"{self.key}: {row} is not what was served: {entry.line()}")

    def _is_in_time(self, row: Poll, entry: RequestLog, late_us: int = _CLOCK_SLACK_US) -> bool:
        lasted = row.latency_ms * 1000 + _CLOCK_SLACK_US
        return any(
            row.polled_at - lasted <= entry.at + off <= row.polled_at + late_us
            for off in self.disturbed.offsets(entry.at - late_us, entry.at + lasted)
        )

    def explain(self) -> None:
        """A kill takes at most one answer of a run: the one in flight, or in hand while the store takes no writes."""
        kills = [kill for kill in self.disturbed.kills if self.key[0] in kill.sources]
        for entry in self.entries:
            like = (e for e in self.unsure if expected_of(e) == expected_of(entry))
            for one, kill in ((one, kill) for one in (entry, *like) for kill in kills):
                if self._is_in_flight(one, kill):
                    kills.remove(kill)
                    self.unsure = [e for e in self.unsure if e is not one]
                    self.found.in_flight_at_kills += 1
                    break
            else:
                self.found.lost.append(f"{self.key}: {entry.line()}")

    def _is_in_flight(self, entry: RequestLog, kill: Kill) -> bool:
        """Whether it was begun before the kill, and is the last that was, or one of the last seconds."""
        if entry.at - (_CLOCK_SLACK_US if entry.whole else _LATE_US) > kill.at:
            return False
        # However long a process stood still with an answer in hand, it asked no run again before that was recorded.
        is_last = not any(entry.at < at <= kill.at for at in self.recorded)
        most = COMMIT_US + DELAYS_US.get(entry.fault or "", 0)
        return is_last or self.disturbed.waited_us(entry.at, kill.at) <= most


def is_waited_for(entry: RequestLog) -> bool:
    """Whether its sender was there: a busy server also takes up what was given up long ago, when its slot is free again."""
    return entry.whole or entry.fault is not None


def _shown(row: Poll) -> bytes | Outcome:
    return row.outcome if row.digest is None else row.digest


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
