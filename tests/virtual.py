"""Watches in virtual time: hours pass in moments, over a real store and a world that tests script.

Several watches may run at once, as several processes would: each has a thread, one runs at a time, and time passes
only while all of them wait. The store's transactions are real; the network is a function.
"""

import heapq
import itertools
import json
import random
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace
from stores import BASE_URL, T0, S, document

from recorder.fetch.reading import clock_ahead_us
from recorder.instants import MINUTE
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.target import Target
from recorder.polling.active_sources import ActiveSource
from recorder.polling.coordinator import Coordinator
from recorder.polling.fetchers import PollRequest, PollResult
from recorder.polling.poller import Poller
from recorder.polling.runtime import Runtime
from recorder.polling.summary import Summary
from recorder.polling.timer import Timer
from recorder.polling.watch_options import RunMode, WatchOptions
from recorder.schedule.cadence import Cadence
from recorder.store.engine import Database
from recorder.store.read.source_rows import SourceRow, source_rows
from recorder.store.write.record import Recorder
from recorder.store.write.sources import KeyAnswer, ensure_source, save_keys
from recorder.store.write.track import track

RATE = 80
LATENCY_US = S // 10
_WORK_US = 1000  # what a round costs
_NO_PAUSE_US = S // 100
_SPINS = 20  # rounds in a row without a pause and without an answer


class Killed(BaseException):
    """Ends a watch that is never to run again."""


class VirtualTime:
    """The clock of all watches of a test; instants in microseconds since 1970 UTC.

    What it shows is `now`, which only grows, and `shift`, by which somebody has set it.
    """

    def __init__(self, start: int = T0) -> None:
        self.now = start
        self.shift = 0
        self._condition = threading.Condition()
        self._places: dict[int, int] = {}
        self._wakes: dict[int, int] = {}
        self._stopped: set[int] = set()
        self._running: int | None = None
        self._events: list[tuple[int, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self._errors: list[BaseException] = []
        self._over = False

    def __call__(self) -> int:
        return self.now + self.shift

    def at(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something so many seconds after T0."""
        heapq.heappush(self._events, (T0 + round(seconds * S), next(self._order), act))

    def wait(self, until: int) -> None:
        """Let time pass for the watch that calls."""
        with self._condition:
            me = self._places[threading.get_ident()]
            self._wakes[me] = until
            self._pass_on()
            self._await_turn(me)

    def _await_turn(self, me: int) -> None:
        with self._condition:
            self._condition.wait_for(lambda: self._running == me or self._over)
            if self._running != me:
                raise Killed
            del self._wakes[me]

    def _pass_on(self) -> None:
        """Give the turn to the watch that wakes first; what is planned before that happens first.

        Of watches that wake at the same moment the one that was named first: a test runs alike each time. Where an
        event raises nobody gets a turn any more.
        """
        while True:
            awake = {
                at: who
                for who, at in sorted(self._wakes.items(), reverse=True)
                if who not in self._stopped
            }
            first = min(awake, default=None)
            if self._events and (first is None or self._events[0][0] <= first):
                at, _, act = heapq.heappop(self._events)
                self.now = max(self.now, at)
                if self._happens(act):
                    continue
                first = None
            self._running = None
            if first is not None:
                self.now, self._running = max(self.now, first), awake[first]
            self._condition.notify_all()
            return

    def _happens(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except BaseException as error:  # noqa: BLE001  # raised again by `run`
            self._errors.append(error)
            return False
        return True

    def stop(self, place: int) -> None:
        """From now on the watch at that place of `run` gets no turn, as after SIGSTOP."""
        self._stopped.add(place)

    def go_on(self, place: int) -> None:
        """As after SIGCONT."""
        self._stopped.discard(place)

    def run(self, *watches: Callable[[], object]) -> None:
        """Run watches side by side until all have ended that were not stopped for good, or an event raises."""
        threads = [
            threading.Thread(target=self._run, args=(place, begin), daemon=True)
            for place, begin in enumerate(watches)
        ]
        with self._condition:
            self._over = False
            self._errors = []
            self._running = -1  # nobody, until all are there
            self._wakes = dict.fromkeys(range(len(threads)), self.now)
            for thread in threads:
                thread.start()
            self._places = {thread.ident or 0: place for place, thread in enumerate(threads)}
            self._pass_on()
            self._condition.wait_for(lambda: self._running is None)
            self._over = True
            self._condition.notify_all()
        for thread in threads:
            thread.join()
        if self._errors:
            raise self._errors[0]

    def _run(self, me: int, begin: Callable[[], object]) -> None:
        try:
            self._await_turn(me)
            begin()
        except Killed:
            return
        except BaseException as error:  # noqa: BLE001  # raised again by `run`
            self._errors.append(error)
        with self._condition:
            self._pass_on()


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the world answers."""

    http_status: int | None = 200
    body: Mapping[str, Any] | None = None
    latency_us: int = LATENCY_US
    retry_after_s: float | None = None


OUTCOMES = {
    None: Outcome.NETWORK_ERROR,
    401: Outcome.REFUSED,
    403: Outcome.REFUSED,
    404: Outcome.NOT_VISIBLE,
    429: Outcome.THROTTLED,
    500: Outcome.SERVER_ERROR,
    503: Outcome.SERVER_ERROR,
}

World = Callable[[str, str, int], Reply]
"""Of a source's name, a run's id and the seconds since T0 in whole numbers."""

Pages = Callable[[Target, int], Reply]
"""Of a page of items and the seconds since T0 in whole numbers."""


def pages_of(n: int) -> Pages:
    """The items of runs that have so many leads, all completed, a hundred a page."""

    def pages(target: Target, _at: int) -> Reply:
        first = int(target.cursor or 0)
        ids = [f"{number:06}" for number in range(first + 1, min(first + 100, n) + 1)]
        more = first + 100 < n
        served = [{"id": one, "status": "completed"} for one in ids]
        page = {"hasMore": more, "nextCursor": ids[-1] if more else None}
        return Reply(body={"items": served, "page": page})

    return pages


def ok(run_id: str, status: str = "running", **fields: Any) -> Reply:
    """A ledger row."""
    return Reply(body=document(run_id, status, **fields))


def ended(run_id: str, status: str = "completed", **fields: Any) -> Reply:
    """A row that has ended, with its actual cost and no open leads."""
    return ok(run_id, status, **({"cost": {"actual": 3}} | fields))


def running(_source: str, run_id: str, _at: int) -> Reply:
    """Nothing ever ends."""
    return ok(run_id)


no_items = pages_of(0)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One request as the server saw it; `at` is seconds since T0."""

    at: float
    source: str
    run_id: str
    watch: str
    status: int | None
    is_row: bool = True


class VirtualFetcher:
    """Answers from a world, each after its latency.

    Args:
        time: the clock.
        world: what is answered.
        note: takes each request.
        name: of the watch.
        lag_us: how long after the permission an ask goes out.
        work_us: what a round costs.
        dates: whether the server says what time it is.
    """

    def __init__(
        self,
        time: VirtualTime,
        world: Callable[[str, Target, int], Reply],
        note: Callable[[Sent], object],
        *,
        name: str = "",
        lag_us: Callable[[], int] = lambda: 0,
        work_us: int = _WORK_US,
        dates: bool = False,
    ) -> None:
        self._time = time
        self._dates = dates
        self._world = world
        self._note = note
        self._name = name
        self._lag_us = lag_us
        self._work_us = work_us
        self._places = itertools.count()
        self._coming: list[tuple[int, int, PollResult]] = []
        self._hurried = 0

    def send(self, request: PollRequest) -> None:
        sent_at = self._time.now + self._lag_us()
        if sent_at + self._time.shift > request.send_by:
            self._come(sent_at, PollResult(request=request, answer=None))
            return
        reply = self._world(request.source, request.due.target, (sent_at - T0) // S)
        sent = Sent(
            at=(sent_at - T0) / S,
            source=request.source,
            run_id=request.due.target.run_id,
            watch=self._name,
            status=reply.http_status,
            is_row=request.due.target.is_row,
        )
        self._note(sent)
        read_at = sent_at + reply.latency_us
        shown = read_at + self._time.shift
        answer = _answer(request, reply, shown)
        if self._dates and reply.http_status is not None:
            served = read_at // S * S
            ahead = clock_ahead_us(shown, served, latency_ms=reply.latency_us // 1000)
            answer = replace(answer, ahead_us=ahead)
        self._come(read_at, PollResult(request=request, answer=answer))

    def _come(self, at: int, came: PollResult) -> None:
        heapq.heappush(self._coming, (at, next(self._places), came))

    def collect(self, timeout_us: int) -> list[PollResult]:
        began = self._time.now
        until = began + timeout_us
        if self._coming:
            until = min(until, self._coming[0][0])
        until = max(until, began)
        self._time.wait(until + self._work_us)
        came = []
        while self._coming and self._coming[0][0] <= self._time.now:
            came.append(heapq.heappop(self._coming)[2])
        self._note_round(paused_us=until - began, came=came)
        return came

    def _note_round(self, *, paused_us: int, came: list[PollResult]) -> None:
        rests = paused_us >= _NO_PAUSE_US or any(one.answer is not None for one in came)
        self._hurried = 0 if rests else self._hurried + 1
        assert self._hurried < _SPINS, "the watch spins"

    def close(self) -> None:
        return


def _answer(request: PollRequest, reply: Reply, read_at: int) -> Answer:
    body = json.dumps(reply.body).encode() if reply.body is not None else b""
    return Answer(
        source=request.source,
        target=request.due.target,
        observed_at=read_at,
        outcome=None if reply.http_status == 200 else OUTCOMES[reply.http_status],
        http_status=reply.http_status,
        latency_ms=reply.latency_us // 1000,
        body=body,
        body_length=len(body),
        retry_after_s=reply.retry_after_s,
    )


@dataclass
class Scene:
    """A store, a world, and watches over both.

    Attributes:
        database: the store.
        world: what the server answers; may be replaced as time goes on.
        pages: what it answers of items.
        items: whether the watches capture items.
        keys: the key of each source; a source that is not named has a key of its own.
        rate: requests in any 60 s, per key.
        cadence: the settings.
        time: the clock.
        log: the requests, in the order in which they were sent.
        told: what people were told.
        kept: the answers that the store did not take.
        seen: called at each request, when it was permitted.
        dates: whether the server says what time it is.
    """

    database: Database
    world: World = running
    pages: Pages = no_items
    items: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    rate: int = RATE
    cadence: Cadence = field(default_factory=Cadence)
    time: VirtualTime = field(default_factory=VirtualTime)
    log: list[Sent] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    kept: list[Answer] = field(default_factory=list)
    seen: Callable[[Sent], object] = lambda _: None
    dates: bool = False

    def track(self, *run_ids: str, source: str = "default") -> None:
        """Register runs now."""
        with self.database.writing() as connection:
            ensure_source(connection, source, base_url=BASE_URL, now=self.time())
            track(connection, source, run_ids, now=self.time())

    def accept_keys(self) -> None:
        """Let the key of every source be one that the API has accepted before."""
        with self.database.writing() as connection:
            found = [(row.source_id, self._key(row.name)) for row in source_rows(connection)]
            save_keys(connection, [KeyAnswer(*one, True, self.time()) for one in found])

    def poller(
        self,
        until: RunMode = RunMode.FOREVER,
        *,
        seconds: float | None = None,
        name: str = "",
        source: str | None = None,
        database: Database | None = None,
        lag_us: Callable[[], int] = lambda: 0,
        work_us: int = _WORK_US,
        before_poll: Callable[[], None] = lambda: None,
        after_tick: Callable[[], None] = lambda: None,
        is_viewer: bool = False,
    ) -> Poller:
        """A watch that is to begin now; `seconds` is its time."""
        store = database or self.database
        lasts_us = None if seconds is None else round(seconds * S)
        plan = WatchOptions(until=until, lasts_us=lasts_us, source=source, is_viewer=is_viewer)
        return Poller(
            coordinator=Coordinator(store, cadence=self.cadence, clock=self.time, role=plan.role),
            recorder=Recorder(store, cadence=self.cadence),
            fetcher=VirtualFetcher(
                self.time,
                self._answer,
                self._see,
                name=name,
                lag_us=lag_us,
                work_us=work_us,
                dates=self.dates,
            ),
            options=plan,
            runtime=Runtime(
                load_sources=self._sources,
                clock=self.time,
                steady=lambda: self.time.now,
                notify=self.told.append,
                keep=self.kept.extend,
                before_poll=before_poll,
                after_tick=after_tick,
                rng=random.Random(1),
            ),
        )

    def _see(self, sent: Sent) -> None:
        self.log.append(sent)
        self.seen(sent)

    def _answer(self, source: str, target: Target, at: int) -> Reply:
        return self.world(source, target.run_id, at) if target.is_row else self.pages(target, at)

    def _sources(self, rows: Sequence[SourceRow]) -> list[ActiveSource]:
        return [
            ActiveSource(
                source_id=row.source_id,
                name=row.name,
                base_url=row.base_url,
                key_id=self._key(row.name),
                rate=self.rate,
                items=self.items,
            )
            for row in rows
        ]

    def _key(self, source: str) -> str:
        return self.keys.get(source, f"key-of-{source}")

    def watch(self, until: RunMode = RunMode.FOREVER, **more: Any) -> Summary:
        """Run one watch to its end."""
        poller = self.poller(until, **more)
        self.time.run(poller.run)
        return poller.summary


def pinged(scene: Scene, **more: Any) -> list[int]:
    """Run one watch to its end; the codes that a service would have pinged, minute by minute."""
    found: list[int] = []
    minute = Timer(MINUTE)
    minute.start(scene.time.now)

    def tick() -> None:
        if minute.is_time(scene.time.now):
            minute.start(scene.time.now)
            found.append(poller.results.pass_code())

    poller = scene.poller(after_tick=tick, **more)
    scene.time.run(poller.run)
    return found


def most_in_a_minute(instants: Iterable[float]) -> int:
    """The most requests in any 60 s, of instants in seconds."""
    ordered = sorted(instants)
    first, most = 0, 0
    for last, at in enumerate(ordered):
        while at - ordered[first] >= MINUTE / S:
            first += 1
        most = max(most, last - first + 1)
    return most


def gaps(instants: Iterable[float]) -> list[float]:
    """The pauses between instants."""
    ordered = sorted(instants)
    return [later - earlier for earlier, later in itertools.pairwise(ordered)]
