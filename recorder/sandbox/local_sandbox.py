"""The sandbox as tests, the demo and the command line hold it: a server, its ledger and its log in one.

Invariant: a script, a run or a fault holds from the next request on; the log has the answer to each request.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from recorder.sandbox.fake_api import FakeApi
from recorder.sandbox.faults import Fault
from recorder.sandbox.folder import Folder
from recorder.sandbox.log import Journal, RequestLog
from recorder.sandbox.population import SimulatedPopulation
from recorder.sandbox.replies import Reply, not_found, run_of
from recorder.sandbox.sandbox_error import SandboxError
from recorder.sandbox.server import Server
from recorder.sandbox.simulated_run import SimulatedRun
from recorder.sandbox.timestamps import now_us

DEFAULT_USERS: Mapping[str, str] = MappingProxyType({"default": "pk_sandbox"})


class Sandbox:
    """A local ledger that speaks the published API.

        with Sandbox(population).start() as sandbox:
            print(sandbox.url)

    Args:
        population: the seeded runs; None for an empty one.
        users: name to key; the first is the user of what names none.
        faults: the faults to inject.
        limit: requests in any 60 s per key, 0 for no limit.
        dated: whether the limit's Retry-After is an HTTP date instead of seconds.
        port: 0 for a free one.
        folder: ledger documents that every user sees.
        log: a file for the request log, NDJSON.
        keep: whether the log stays in memory, with the bodies.
        clock: the wall clock, microseconds since 1970 UTC.

    Raises:
        SandboxError: the port is taken, or the log cannot be written.
    """

    def __init__(
        self,
        population: SimulatedPopulation | None = None,
        *,
        users: Mapping[str, str] = DEFAULT_USERS,
        faults: Sequence[Fault] = (),
        limit: int = 0,
        dated: bool = False,
        port: int = 0,
        folder: Folder | None = None,
        log: Path | None = None,
        keep: bool = True,
        clock: Callable[[], int] = now_us,
    ) -> None:
        self.population = population or SimulatedPopulation()
        self.users = dict(users)
        self._api = FakeApi(
            self.population,
            users=users,
            faults=faults,
            limit=limit,
            dated=dated,
            folder=folder,
            clock=clock,
        )
        self._journal = Journal(log, keep=keep)
        try:
            self._server = Server(port=port, api=self._api, journal=self._journal)
        except SandboxError:
            self._journal.close()
            raise

    @property
    def url(self) -> str:
        """The base URL."""
        return self._server.url

    @property
    def requests(self) -> list[RequestLog]:
        """The log so far, in the order of arrival."""
        return self._journal.entries

    def start(self) -> Self:
        """Start to serve, in threads of its own."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Close all connections and free the port."""
        self._server.stop()
        self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, run_id: str) -> SimulatedRun | None:
        """Return a seeded or started run as it stands; `document(run, at)` gives its document at an instant."""
        return self._api.run(run_id)

    def inject(self, *faults: Fault) -> None:
        """Replace the faults from the next request on."""
        self._api.inject(faults)

    def put(self, document: bytes | str | Mapping[str, Any], *, user: str | None = None) -> str:
        """Serve exactly this document under its run's id from now on.

        Args:
            document: `{"run": {...}}`; bytes and text go out as they are.
            user: the user of the run; None: the first one.

        Returns:
            The run's id.

        Raises:
            ValueError: the document has no `run.id` to serve it under.
        """
        body = _bytes_of(document)
        run_id = _id_of(body)
        if run_id is None:
            raise ValueError("the document has no run.id to serve it under: use script")
        self.script(run_id, [body], user=user)
        return run_id

    def script(
        self,
        run_id: str,
        answers: Sequence[bytes | str | Mapping[str, Any] | Reply],
        *,
        user: str | None = None,
    ) -> None:
        """Serve these answers for a run, one a request, the last repeated.

        Args:
            run_id: the run; `RUN_ID/items` for the pages of its items.
            answers: documents as for `put`, or replies; at least one.
            user: the user of the run; None: the first one.

        Raises:
            ValueError: there are no answers.
        """
        if not answers:
            raise ValueError("a script needs an answer")
        replies = [
            each if isinstance(each, Reply) else Reply(body=_bytes_of(each)) for each in answers
        ]
        self._api.script(run_id, replies, user=user or next(iter(self.users)))

    def delete(self, run_id: str, *, user: str | None = None) -> None:
        """Answer 404 for a run from now on."""
        self.script(run_id, [not_found()], user=user)


def _id_of(body: bytes) -> str | None:
    run_id = (run_of(body) or {}).get("id")
    return run_id if isinstance(run_id, str) else None


def _bytes_of(document: bytes | str | Mapping[str, Any]) -> bytes:
    if isinstance(document, bytes):
        return document
    if isinstance(document, str):
        return document.encode()
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
