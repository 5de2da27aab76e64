"""Requests under way: sent from a few threads, collected by one.

Invariant: an ask is sent at most once, and never after its permission has run out (a process that was stopped for a
while must not send on an old lease), or, if it was stopped after that was looked at, after the request's own deadline;
whatever comes of it is collected, be it an error.
"""

import queue
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from recorder.instants import SECOND
from recorder.ledger.answer import Answer
from recorder.store.read.due import Due
from recorder.store.sharing.budgets import Slot

MOST_UNDER_WAY = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRequest:
    """One request to send.

    Attributes:
        due: the run.
        source: its source's name.
        slot: the budget's permission.
        send_by: when the permission to send runs out, microseconds since 1970 UTC.
        not_before: the earliest instant that its answer may bear: later than the run's last one, though the clock was
            set back.
    """

    due: Due
    source: str
    slot: Slot
    send_by: int
    not_before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """What came of an ask: an answer, or the error that was raised instead; neither where it was not sent."""

    ask: PollRequest
    answer: Answer | None = None
    error: Exception | None = None


class Fetcher(Protocol):
    """Sends asks and collects what came of them."""

    def send(self, ask: PollRequest) -> None:
        """Start one request."""

    def collect(self, timeout_us: int) -> list[PollResult]:
        """All that has come; waits so long for the first."""

    def under_way(self) -> int:
        """How many asks were sent and not collected."""

    def close(self) -> None:
        """Wait for what is under way, and end."""


Send = Callable[[float], Answer]
"""Sends one request and gives its answer; its time counts from that instant, seconds of the monotonic clock."""

Prepare = Callable[[PollRequest], Send]
"""Makes all that a request needs, which may take a while, and sends nothing."""


class ThreadFetcher:
    """Sends from threads.

    Args:
        prepare: makes one request ready.
        clock: microseconds since 1970 UTC.
    """

    def __init__(self, prepare: Prepare, clock: Callable[[], int]) -> None:
        self._prepare = prepare
        self._clock = clock
        self._came: queue.SimpleQueue[PollResult] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(MOST_UNDER_WAY, thread_name_prefix="recorder-fetch")
        self._under_way = 0

    def send(self, ask: PollRequest) -> None:
        """Start one request."""
        self._under_way += 1
        self._threads.submit(self._run, ask)

    def _run(self, ask: PollRequest) -> None:
        try:
            send = self._prepare(ask)
            since = time.monotonic()  # before the look at the clock: a stop in between counts, too
            is_permitted = self._clock() <= ask.send_by
            self._came.put(PollResult(ask=ask, answer=send(since) if is_permitted else None))
        except Exception as error:  # noqa: BLE001  # raised again by whoever collects
            self._came.put(PollResult(ask=ask, error=error))

    def collect(self, timeout_us: int) -> list[PollResult]:
        """All that has come; waits so long for the first."""
        came: list[PollResult] = []
        try:
            came.append(self._came.get(timeout=max(timeout_us, 0) / SECOND))
            while True:
                came.append(self._came.get_nowait())
        except queue.Empty:
            self._under_way -= len(came)
            return came

    def under_way(self) -> int:
        """How many asks were sent and not collected."""
        return self._under_way

    def close(self) -> None:
        """Wait for what is under way, and end."""
        self._threads.shutdown()
