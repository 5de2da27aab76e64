"""Requests under way: sent from a few threads, collected by one.

Invariant: a request is sent at most once, and never after its permission has run out; its result is collected, also
where it is an error.
"""

import queue
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol

from msgspec import Struct

from recorder.instants import SECOND
from recorder.ledger.answer import Answer
from recorder.store.read.due import Due
from recorder.store.sharing.key_budgets import Slot

MOST_UNDER_WAY = 256
GATHER_US = SECOND // 10  # a transaction costs about as much as ten answers in it


class PollRequest(Struct, frozen=True, kw_only=True):
    """One request that may be sent.

    Attributes:
        due: the due target.
        source: the name of its source.
        slot: the slot of the budget that it takes.
        send_by: when the permission to send runs out, microseconds since 1970 UTC.
    """

    due: Due
    source: str
    slot: Slot
    send_by: int


class PollResult(Struct, frozen=True, kw_only=True):
    """The answer to one request, or the error that was raised instead; neither where it was not sent."""

    request: PollRequest
    answer: Answer | None = None
    error: Exception | None = None


class Fetcher(Protocol):
    """A sender of requests that collects their results."""

    def send(self, request: PollRequest) -> None:
        """Start one request."""

    def collect(self, timeout_us: int) -> list[PollResult]:
        """Return the results that have come; wait up to `timeout_us` for the first."""

    def close(self) -> None:
        """Wait for the requests under way, and end."""


Send = Callable[[float], Answer]
"""Sends one request and returns its answer; its time limit counts from that instant, seconds of the monotonic clock."""

Prepare = Callable[[PollRequest], Send]
"""Makes the client that a request needs, which may take a while, and sends nothing."""


class ThreadFetcher:
    """A fetcher that sends from a pool of threads.

    Args:
        prepare: makes one request ready.
        clock: microseconds since 1970 UTC.
    """

    def __init__(self, prepare: Prepare, clock: Callable[[], int]) -> None:
        self._prepare = prepare
        self._clock = clock
        self._results: queue.SimpleQueue[PollResult] = queue.SimpleQueue()
        self._n_under_way = 0
        self._threads = ThreadPoolExecutor(MOST_UNDER_WAY, thread_name_prefix="recorder-fetch")

    def send(self, request: PollRequest) -> None:
        """Start one request."""
        self._n_under_way += 1
        self._threads.submit(self._run, request)

    def _run(self, request: PollRequest) -> None:
        try:
            send = self._prepare(request)
            # A process that was stopped for a while must not send on an old lease. The deadline counts from before
            # this check, so that a stop between it and the sending ends the request.
            since = time.monotonic()
            is_permitted = self._clock() <= request.send_by
            self._results.put(
                PollResult(request=request, answer=send(since) if is_permitted else None)
            )
        except Exception as error:  # noqa: BLE001  # raised again by the poller
            self._results.put(PollResult(request=request, error=error))

    def collect(self, timeout_us: int) -> list[PollResult]:
        """Return the results that have come; wait up to `timeout_us` for the first, and a moment for others."""
        results: list[PollResult] = []
        with suppress(queue.Empty):
            results.append(self._results.get(timeout=max(timeout_us, 0) / SECOND))
            until = time.monotonic() + GATHER_US / SECOND
            # Once all are there, nobody waits for the rest of the moment.
            while len(results) < self._n_under_way:
                results.append(self._results.get(timeout=max(until - time.monotonic(), 0)))
        self._n_under_way -= len(results)
        return results

    def close(self) -> None:
        """Wait for the requests under way, and end."""
        self._threads.shutdown()
