"""The sandbox's faults and limit, as a client meets them."""

import json
import socket
import threading
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from recorder.instants import MINUTE, SECOND
from recorder.sandbox import (
    Fault,
    Kind,
    Sandbox,
)

START = 1_780_000_000_000_000
Open = Callable[..., Sandbox]
Ask = Callable[..., httpx.Response]


DONE: dict[str, Any] = {
    "run": {
        "id": "a",
        "status": "completed",
        "scope": {"counts": {"completed": 1}},
        "timing": {"completedAt": "2026-11-20T09:15:31Z"},
    }
}


def faulty(open_sandbox: Open, kind: Kind, **kwargs: Any) -> Sandbox:
    sandbox = open_sandbox(faults=[Fault(kind=kind, **kwargs)])
    sandbox.put(DONE)
    return sandbox


@pytest.mark.parametrize("word", ["500", "503", "401", "403", "429"])
def test_a_status_can_be_ordered(open_sandbox: Open, ask: Ask, word: str) -> None:
    """The ordered status is answered and logged as a fault."""
    sandbox = faulty(open_sandbox, Kind(word))
    assert ask(sandbox, "a").status_code == int(word)
    assert [(entry.status, entry.fault) for entry in sandbox.requests] == [(int(word), word)]


def test_a_throttle_says_when_to_come_back(open_sandbox: Open, ask: Ask) -> None:
    """Retry-After comes in whole seconds, or as an HTTP date not before then."""
    seconds = faulty(open_sandbox, Kind.THROTTLE, retry_after_s=3)
    assert ask(seconds, "a").headers["retry-after"] == "3"
    dated = faulty(open_sandbox, Kind.THROTTLE_DATE, retry_after_s=3)
    until = parsedate_to_datetime(ask(dated, "a").headers["retry-after"]).timestamp()
    assert 0 <= until - dated.requests[0].at / SECOND - 3 < 1


def test_bodies_can_be_spoilt(open_sandbox: Open, ask: Ask) -> None:
    """HTML, no run, a redirect to another host, and rewritten rows come as ordered."""
    sandbox = faulty(open_sandbox, Kind.HTML)
    assert ask(sandbox, "a").headers["content-type"] == "text/html"
    sandbox.inject(Fault(kind=Kind.NO_RUN))
    assert ask(sandbox, "a").content == b"{}"
    sandbox.inject(Fault(kind=Kind.REDIRECT))
    assert httpx.URL(ask(sandbox, "a").headers["location"]).host == "elsewhere.invalid"
    rows = {}
    for kind in (Kind.WRONG_ID, Kind.UNKNOWN_STATUS, Kind.UNKNOWN_FIELD, Kind.REOPEN):
        sandbox.inject(Fault(kind=kind))
        rows[kind] = ask(sandbox, "a").json()["run"]
    assert rows[Kind.WRONG_ID] == {**DONE["run"], "id": "a-other"}
    assert rows[Kind.UNKNOWN_STATUS] == {**DONE["run"], "status": "paused"}
    assert rows[Kind.UNKNOWN_FIELD].items() > {"region": "eu-west-1"}.items()
    assert rows[Kind.REOPEN]["status"] == "running"
    assert rows[Kind.REOPEN]["timing"]["completedAt"] is None
    assert [entry.fault for entry in sandbox.requests][3:] == list(rows)
    sandbox.inject()
    assert ask(sandbox, "a").json() == DONE


def test_a_fault_that_does_not_fit_leaves_the_answer(open_sandbox: Open, ask: Ask) -> None:
    """A run in flight is not reopened, a 404 not rewritten, and the log says that no fault befell."""
    sandbox = faulty(open_sandbox, Kind.REOPEN)
    sandbox.put({"run": {"id": "b", "status": "running"}})
    assert ask(sandbox, "b").json() == {"run": {"id": "b", "status": "running"}}
    assert ask(sandbox, "c").status_code == 404
    assert [entry.fault for entry in sandbox.requests] == [None, None]


def test_a_rewritten_row_keeps_its_literals(open_sandbox: Open, ask: Ask) -> None:
    """Numbers and siblings of run survive a fault that rewrites the row."""
    sandbox = faulty(open_sandbox, Kind.UNKNOWN_STATUS)
    sandbox.put(b'{"x":1.10,"run":{"id":"a","n":12345678901234567890}}')
    expected = b'{"x":1.10,"run":{"id":"a","n":12345678901234567890,"status":"paused"}}'
    assert ask(sandbox, "a").content == expected


def test_a_truncated_answer_promises_more_than_it_sends(open_sandbox: Open, ask: Ask) -> None:
    """The client misses bytes; the log holds what was sent, and says that it was not whole."""
    sandbox = faulty(open_sandbox, Kind.TRUNCATE)
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        ask(sandbox, "a")
    [entry] = sandbox.requests
    whole = json.dumps(DONE, separators=(",", ":")).encode()
    assert entry.body == whole[: len(whole) // 2]
    assert (entry.status, entry.whole) == (200, False)


def test_a_reset_is_a_reset(open_sandbox: Open, ask: Ask) -> None:
    """The connection ends with RST, not with an orderly end."""
    sandbox = faulty(open_sandbox, Kind.RESET)
    with pytest.raises(httpx.ReadError):
        ask(sandbox, "a")
    host, port = sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        raw.sendall(b"GET /api/enrichment/a HTTP/1.1\r\nAuthorization: Bearer pk_sandbox\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            raw.recv(1)
    assert [(entry.status, entry.whole) for entry in sandbox.requests] == [(None, False)] * 2


def test_a_held_answer_outlasts_the_client(open_sandbox: Open, ask: Ask) -> None:
    """The client times out, nothing is sent, and stopping ends the rest, with its threads."""
    threads = set(threading.enumerate())
    sandbox = faulty(open_sandbox, Kind.TIMEOUT)
    with pytest.raises(httpx.ReadTimeout):
        ask(sandbox, "a", timeout=0.1)
    while not sandbox.requests:  # it may be taken up late
        time.sleep(0.01)
    [entry] = sandbox.requests
    assert (entry.status, entry.body, entry.whole) == (None, b"", False)

    def wait() -> None:
        with pytest.raises(httpx.HTTPError):
            ask(sandbox, "a")

    waiting = threading.Thread(target=wait)
    waiting.start()
    while len(sandbox.requests) < 2:
        time.sleep(0.01)
    sandbox.stop()
    waiting.join()
    assert set(threading.enumerate()) <= threads


def test_a_slow_answer_comes_late_and_whole(open_sandbox: Open, ask: Ask) -> None:
    """A slow answer takes its time, and one that nobody waited for is not called whole."""
    sandbox = faulty(open_sandbox, Kind.SLOW, seconds=0.15)
    before = time.monotonic()
    assert ask(sandbox, "a").json() == DONE
    assert time.monotonic() - before >= 0.15
    sandbox.inject(Fault(kind=Kind.SLOW, seconds=60))
    with pytest.raises(httpx.ReadTimeout):
        ask(sandbox, "a", timeout=0.05)
    while len(sandbox.requests) < 2:  # it may be taken up late
        time.sleep(0.01)
    sandbox.stop()
    assert [entry.whole for entry in sandbox.requests] == [True, False]


@pytest.mark.parametrize("dated", [False, True])
def test_the_limit_answers_429(open_sandbox: Open, ask: Ask, *, dated: bool) -> None:
    """Past the limit a key is told to wait, until a minute after its first request; other keys go on."""
    now = [START]
    users = {"ann": "pk_ann", "ben": "pk_ben"}
    sandbox = open_sandbox(users=users, limit=2, dated=dated, clock=lambda: now[0])
    sandbox.put(DONE)
    statuses = []
    for _ in range(3):
        reply = ask(sandbox, "a", key="pk_ann")
        statuses.append(reply.status_code)
        now[0] += SECOND
    assert statuses == [200, 200, 429]
    wait = reply.headers["retry-after"]
    if dated:
        wait = str(int(parsedate_to_datetime(wait).timestamp()) - (START // SECOND + 2))
    assert wait == "58"
    assert ask(sandbox, "a", key="pk_ben").status_code == 404
    now[0] = START + MINUTE
    assert ask(sandbox, "a", key="pk_ann").status_code == 200
