"""Requests from threads: what was permitted is sent, once and in time, and what comes of it is collected."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from stores import T0, S, answer

from recorder.ledger.answer import Answer
from recorder.ledger.target import Target
from recorder.polling.fetchers import PollRequest, PollResult, Prepare, Send, ThreadFetcher
from recorder.store.read.due import Due
from recorder.store.sharing.key_budgets import Slot

SEND_BY = T0 + 5 * S
ANSWER = answer(1)
ASK = PollRequest(
    due=Due(urgency=0, due_at=T0, source_id=1, run_key=1, target=Target("er_1")),
    source="default",
    slot=Slot(key_id="key", number=1, until=T0 + 120 * S),
    send_by=SEND_BY,
)


@dataclass
class Scene:
    """A clock, a wait while a request is made ready, and what was sent.

    Attributes:
        now: microseconds since 1970 UTC.
        prepare_us: how long it takes to make a request ready.
        looked_at: when the clock was looked at, seconds of the monotonic clock.
        sent_since: from when each request's time counts.
    """

    now: int = T0
    prepare_us: int = 0
    looked_at: list[float] = field(default_factory=list)
    sent_since: list[float] = field(default_factory=list)

    def clock(self) -> int:
        self.looked_at.append(time.monotonic())
        return self.now

    def prepare(self, _ask: PollRequest) -> Send:
        self.now += self.prepare_us
        return self.send

    def send(self, since: float) -> Answer:
        self.sent_since.append(since)
        return ANSWER


@contextmanager
def fetching(prepare: Prepare, clock: Callable[[], int]) -> Iterator[ThreadFetcher]:
    fetcher = ThreadFetcher(prepare, clock)
    try:
        yield fetcher
    finally:
        fetcher.close()


def came_of(prepare: Prepare, clock: Callable[[], int]) -> PollResult:
    """What comes of one ask."""
    with fetching(prepare, clock) as fetcher:
        fetcher.send(ASK)
        (came,) = fetcher.collect(10 * S)
        assert fetcher.collect(0) == []
    return came


@pytest.mark.parametrize(("prepare_us", "is_sent"), [(5 * S, True), (5 * S + 1, False)])
def test_a_permission_that_runs_out_while_the_request_is_made_is_not_used(
    prepare_us: int, *, is_sent: bool
) -> None:
    """The clock is looked at when all that a request needs is there, however long that took."""
    scene = Scene(prepare_us=prepare_us)
    came = came_of(scene.prepare, scene.clock)
    assert came == PollResult(request=ASK, answer=ANSWER if is_sent else None)
    assert len(scene.sent_since) == is_sent


def test_a_requests_time_counts_from_before_its_permission_was_looked_at() -> None:
    """Whatever stops the process after that look takes from the request's own time."""
    scene = Scene()
    began = time.monotonic()
    came_of(scene.prepare, scene.clock)
    assert began <= scene.sent_since[0] <= scene.looked_at[0]


def test_an_error_is_collected() -> None:
    """What raises while a request is made or sent comes back in the answer's place."""

    def fail_to_send(_: float) -> Answer:
        raise ValueError("no")

    def fail_to_prepare(_: PollRequest) -> Send:
        raise ValueError("no")

    prepares: list[Prepare] = [fail_to_prepare, lambda _: fail_to_send]
    for prepare in prepares:
        came = came_of(prepare, lambda: T0)
        assert isinstance(came.error, ValueError)
        assert came.answer is None


def test_each_result_is_collected_once() -> None:
    """Without a result a wait ends with its time; each request has one, which is collected once."""
    scene = Scene()
    with fetching(scene.prepare, scene.clock) as fetcher:
        assert fetcher.collect(0) == []
        for _ in range(3):
            fetcher.send(ASK)
        came: list[PollResult] = []
        while len(came) < 3:
            came += fetcher.collect(10 * S)
        assert (len(came), fetcher.collect(0)) == (3, [])


def test_an_answer_does_not_wait_for_one_that_takes_longer() -> None:
    """Others are waited for a moment, so that one transaction records them; then what has come is collected."""
    answered = threading.Event()

    def send_slowly(_: float) -> Answer:
        answered.wait()
        return ANSWER

    sends: Iterator[Send] = iter([lambda _: ANSWER, send_slowly])
    with fetching(lambda _: next(sends), lambda: T0) as fetcher:
        for _ in range(2):
            fetcher.send(ASK)
        assert len(fetcher.collect(60 * S)) == 1
        answered.set()
        assert len(fetcher.collect(60 * S)) == 1
