"""Answer the requests of the sandbox: everything behind the sockets.

Invariant: a run is visible to its own user alone. The script of a test goes before the folder, and the folder before
the seeded runs.
"""

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from recorder.sandbox.faults import Fault, FaultedReply, apply_fault, choose_fault, throttled
from recorder.sandbox.folder import Folder
from recorder.sandbox.limits import RateLimit
from recorder.sandbox.population import SimulatedPopulation
from recorder.sandbox.replies import Reply, error_reply, json_reply, not_found, unauthorized
from recorder.sandbox.run_document import document_bytes
from recorder.sandbox.run_items import items_reply
from recorder.sandbox.simulated_run import SimulatedRun, cancel, make_run
from recorder.sandbox.start_request import parse_start_request, started_reply
from recorder.sandbox.timestamps import SECOND

_RUNS = "/api/enrichment"
_ALLOWED = {"runs": "POST", "run": "GET", "items": "GET", "cancel": "POST"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it was read: `target` is path and query as they stood in the request line."""

    method: str
    target: str
    authorization: str | None = None
    idempotency_key: str | None = None
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """The arrival of one request.

    Attributes:
        number: from 1, in the order of arrival.
        at: its instant, and that of the document, microseconds since 1970 UTC.
        user: the user of its key, None for an unknown key.
        method: GET, POST, ...
        endpoint: `run`, `items`, ...; None for a path that has none.
        run_id: the requested run, None where its path names none.
    """

    number: int
    at: int
    user: str | None
    method: str
    endpoint: str | None
    run_id: str | None


class PlannedResponse(NamedTuple):
    """A request and what is to be sent for it."""

    arrival: Arrival
    answer: FaultedReply


class FakeApi:
    """The ledger of a sandbox.

    Args:
        population: the seeded runs.
        users: name to key; the first is the user of what names none.
        faults: the faults to inject.
        limit: requests in any 60 s per key, 0 for no limit.
        dated: whether Retry-After of the limit is an HTTP date.
        folder: ledger documents that every user sees.
        clock: the wall clock, microseconds since 1970 UTC.
    """

    def __init__(
        self,
        population: SimulatedPopulation,
        *,
        users: Mapping[str, str],
        faults: Sequence[Fault] = (),
        limit: int = 0,
        dated: bool = False,
        folder: Folder | None = None,
        clock: Callable[[], int],
    ) -> None:
        self._population, self._folder, self._clock, self._dated = population, folder, clock, dated
        self._users = {key: name for name, key in users.items()}
        self._faults = tuple(faults)
        self._limit = RateLimit(limit)
        self._runs = {run.run_id: run for run in population.runs}
        self._scripts: dict[tuple[str, str], deque[Reply]] = {}
        self._begun: dict[tuple[str, str], str] = {}
        self._started_at, self._number, self._lock = clock(), 0, Lock()

    def inject(self, faults: Sequence[Fault]) -> None:
        """Replace the faults from the next request on."""
        with self._lock:
            self._faults = tuple(faults)

    def script(self, run_id: str, replies: Sequence[Reply], *, user: str) -> None:
        """Serve these answers for a run (`RUN_ID/items`: for its items) from now on, in sequence, the last repeated."""
        with self._lock:
            self._scripts[user, run_id] = deque(replies)

    def run(self, run_id: str) -> SimulatedRun | None:
        """Return a seeded or started run as it stands (a cancel changes it)."""
        with self._lock:
            return self._runs.get(run_id)

    def take(self, request: Request) -> PlannedResponse:
        """Answer a request."""
        with self._lock:
            self._number += 1
            at = self._clock()
            endpoint, run_id = parse_target(request.target)
            user = self._user_of(request.authorization)
            answer = self._answer(request, endpoint, run_id, user, at)
            arrival = Arrival(
                number=self._number,
                at=at,
                user=user,
                method=request.method,
                endpoint=endpoint,
                run_id=run_id,
            )
            return PlannedResponse(arrival, answer)

    def _user_of(self, authorization: str | None) -> str | None:
        scheme, _, key = (authorization or "").partition(" ")
        return self._users.get(key.strip()) if scheme.lower() == "bearer" else None

    def _answer(
        self, request: Request, endpoint: str | None, run_id: str | None, user: str | None, at: int
    ) -> FaultedReply:
        if user is None:
            return FaultedReply(reply=unauthorized())
        refusal = self._refusal(request.method, endpoint, user, at)
        if refusal is not None:
            return FaultedReply(reply=refusal)
        if run_id is None:
            return FaultedReply(reply=self._start(request, user, at))
        if endpoint == "cancel":
            return FaultedReply(reply=self._cancel(run_id, user, at))
        query = request.target.partition("?")[2] if endpoint == "items" else None
        return self._disturbed(self._shown(run_id, user, at, query), run_id, user, at)

    def _refusal(self, method: str, endpoint: str | None, user: str, at: int) -> Reply | None:
        if endpoint is None:
            return error_reply(404, "not_found", "There is nothing at this path")
        if method != _ALLOWED[endpoint]:
            allow = {"Allow": _ALLOWED[endpoint]}
            return error_reply(405, "method_not_allowed", f"Use {_ALLOWED[endpoint]}", allow)
        wait_s = self._limit.take(user, now=at)
        return throttled(wait_s, now=at, dated=self._dated) if wait_s else None

    def _disturbed(self, reply: Reply, run_id: str, user: str, at: int) -> FaultedReply:
        fault = choose_fault(
            self._faults,
            seed=self._population.seed,
            number=self._number,
            elapsed_s=(at - self._started_at) / SECOND,
            run_id=run_id,
            user=user,
        )
        if fault is None:
            return FaultedReply(reply=reply)
        return apply_fault(reply, fault, run_id=run_id, now=at)

    def _shown(self, run_id: str, user: str, at: int, query: str | None) -> Reply:
        """Return the row of a run, or the page of its items that a query asks for."""
        script = self._scripts.get((user, run_id if query is None else f"{run_id}/items"))
        if script is not None:
            return script.popleft() if len(script) > 1 else script[0]
        body = self._folder.body(run_id) if self._folder and query is None else None
        if body is not None:
            return Reply(body=body)
        run = self._visible(run_id, user, at)
        if run is None:
            return not_found()
        return Reply(body=document_bytes(run, at)) if query is None else items_reply(run, at, query)

    def _visible(self, run_id: str, user: str, at: int) -> SimulatedRun | None:
        run = self._runs.get(run_id)
        return run if run is not None and run.user == user and run.created_at <= at else None

    def _cancel(self, run_id: str, user: str, at: int) -> Reply:
        run = self._visible(run_id, user, at)
        if run is None:
            return not_found()
        cancelled = cancel(run, at)
        if cancelled is None:
            word = run.step_at(at).status
            return error_reply(409, "run_not_cancellable", f"The run is {word}")
        self._runs[run_id] = cancelled
        return json_reply(200, {"runId": run_id, "status": "cancelled"})

    def _start(self, request: Request, user: str, at: int) -> Reply:
        overrides = parse_start_request(request.body)
        if isinstance(overrides, Reply):
            return overrides
        again = self._begun.get((user, request.idempotency_key or ""))
        if again is not None:
            return started_reply(self._runs[again], at, reused=True)
        run = make_run(
            seed=self._population.seed,
            number=len(self._runs),
            user=user,
            created_at=at,
            speed=self._population.speed,
            overrides=overrides,
            effects=self._population.effects,
        )
        self._runs[run.run_id] = run
        if request.idempotency_key:
            self._begun[user, request.idempotency_key] = run.run_id
        return started_reply(run, at, reused=False)


def parse_target(target: str) -> tuple[str | None, str | None]:
    """Parse a request's target into an endpoint and a run id.

    Args:
        target: path and query as they stood in the request line, read as Latin-1.

    Returns:
        `runs`, `run`, `items`, `cancel` or None (nothing is there), and the decoded run id, None without one.
    """
    path = target.partition("?")[0]
    if path == _RUNS:
        return "runs", None
    match = re.fullmatch(rf"{_RUNS}/([^/]+)(?:/(cancel|items))?", path)
    if match is None:
        return None, None
    run_id = unquote_to_bytes(match[1].encode("latin-1")).decode("utf-8", "replace")
    return match[2] or "run", run_id
