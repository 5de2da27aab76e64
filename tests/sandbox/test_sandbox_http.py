"""The sandbox over HTTP: what it serves, to whom, and what can be put in its place."""

import http.client
import json
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from recorder.instants import DAY, SECOND, now_us
from recorder.sandbox import (
    Reply,
    Sandbox,
    SimulatedPopulation,
    document,
)

START = 1_780_000_000_000_000
Open = Callable[..., Sandbox]
Ask = Callable[..., httpx.Response]
send = partial(httpx.request, verify=False)  # certificates take 20 ms to load


def test_a_run_is_served_as_its_document_at_that_instant(open_sandbox: Open, ask: Ask) -> None:
    """The body is the document of the instant in the log, and the log holds its bytes."""
    population = SimulatedPopulation.generate(runs=12, start_at=now_us() - 5 * SECOND, speed=3.0)
    sandbox = open_sandbox(population)
    replies = [ask(sandbox, run.run_id) for run in population.runs]
    assert {reply.status_code for reply in replies} == {200}
    for run, reply, entry in zip(population.runs, replies, sandbox.requests, strict=True):
        assert reply.json() == document(run, entry.at)
        assert (entry.body, entry.whole, entry.status) == (reply.content, True, 200)
        assert (entry.run_id, entry.user, entry.fault) == (run.run_id, "default", None)


def test_an_answer_has_the_headers_of_http(open_sandbox: Open, ask: Ask) -> None:
    """Type, length, and the server's time by the clock that it was handed."""
    sandbox = open_sandbox(clock=lambda: START)
    sandbox.put({"run": {"id": "a"}})
    headers = ask(sandbox, "a").headers
    assert headers["content-type"].startswith("application/json")
    assert headers["content-length"] == str(len('{"run":{"id":"a"}}'))
    assert parsedate_to_datetime(headers["date"]).timestamp() == START // SECOND


def test_a_run_is_seen_by_its_user_alone(open_sandbox: Open, ask: Ask) -> None:
    """Another user's key gets 404, an unknown key or none gets 401, none of them ends up in the log."""
    users = {"ann": "pk_ann", "ben": "pk_ben"}
    sandbox = open_sandbox(
        SimulatedPopulation.generate(runs=1, start_at=START, users=["ann"]), users=users
    )
    run_id = sandbox.population.runs[0].run_id
    assert ask(sandbox, run_id, key="pk_ann").status_code == 200
    for key, status in {"pk_ben": 404, "pk_none": 401}.items():
        reply = ask(sandbox, run_id, key=key)
        assert reply.status_code == status
        assert reply.json()["error"]["code"]
    assert send("GET", f"{sandbox.url}/api/enrichment/x").status_code == 401
    assert [entry.user for entry in sandbox.requests] == ["ann", "ben", None, None]
    assert "pk_" not in "".join(entry.line() for entry in sandbox.requests)


def test_what_is_not_there_is_not_found(open_sandbox: Open, ask: Ask) -> None:
    """Unknown ids, runs yet to be created, and other paths are 404."""
    sandbox = open_sandbox(SimulatedPopulation.generate(runs=1, start_at=now_us() + DAY))
    headers = {"Authorization": "bearer pk_sandbox"}
    assert ask(sandbox, sandbox.population.runs[0].run_id).status_code == 404
    assert ask(sandbox, "er_none").status_code == 404
    for path in ("/", "/api/enrichment/", "/api/enrichment/a/b", "/api/other/a"):
        assert send("GET", sandbox.url + path, headers=headers).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_a_run_is_only_read(open_sandbox: Open, method: str) -> None:
    """Any method but GET gets 405 and is told which one to use."""
    sandbox = open_sandbox()
    headers = {"Authorization": "Bearer pk_sandbox"}
    reply = send(method, f"{sandbox.url}/api/enrichment/a", headers=headers)
    assert (reply.status_code, reply.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize("run_id", ["er/ünïcode ½?#%2F", "%41", "a b", "..", "日本 😀", '"\\\r\n'])
def test_any_id_can_be_asked_for(open_sandbox: Open, run_id: str) -> None:
    """An id goes through the path whatever it holds."""
    sandbox = open_sandbox()
    sandbox.put({"run": {"id": run_id}})
    path = quote(run_id, safe="").replace(".", "%2E")
    connection = http.client.HTTPConnection(sandbox.url.removeprefix("http://"))
    connection.request(
        "GET", f"/api/enrichment/{path}", headers={"Authorization": "Bearer pk_sandbox"}
    )
    assert json.loads(connection.getresponse().read())["run"]["id"] == run_id
    connection.close()


def test_what_is_put_is_served_to_the_byte(open_sandbox: Open, ask: Ask) -> None:
    """Bytes, text and values can be put, replaced, scripted and deleted."""
    sandbox = open_sandbox()
    exact = b'{ "run": {"id": "a", "n": 1.10, "big": 12345678901234567890} }\n'
    assert sandbox.put(exact) == "a"
    assert ask(sandbox, "a").content == exact
    assert sandbox.put(exact.decode().replace("1.10", "2")) == "a"
    assert b'"n": 2,' in ask(sandbox, "a").content
    sandbox.script("a", [exact, {"run": {"id": "a"}}, Reply(status=503)])
    assert [ask(sandbox, "a").status_code for _ in range(5)] == [200, 200, 503, 503, 503]
    sandbox.script("a", [Reply(status=418, headers={"content-type": "text/x"}, body=b"\xff")])
    reply = ask(sandbox, "a")
    assert (reply.status_code, reply.content) == (418, b"\xff")
    assert reply.headers.get_list("content-type") == ["text/x"]
    sandbox.delete("a")
    assert ask(sandbox, "a").status_code == 404
    with pytest.raises(ValueError, match=r"no run\.id"):
        sandbox.put(b"{}")
    with pytest.raises(ValueError, match="needs an answer"):
        sandbox.script("a", [])


def test_what_is_put_is_its_users(open_sandbox: Open, ask: Ask) -> None:
    """The same id can be two users' run, each with its own document."""
    sandbox = open_sandbox(users={"ann": "pk_ann", "ben": "pk_ben"})
    sandbox.put({"run": {"id": "a", "of": "ann"}})
    sandbox.put({"run": {"id": "a", "of": "ben"}}, user="ben")
    assert ask(sandbox, "a", key="pk_ann").json()["run"]["of"] == "ann"
    assert ask(sandbox, "a", key="pk_ben").json()["run"]["of"] == "ben"


def test_a_connection_is_kept_alive(open_sandbox: Open) -> None:
    """Many requests go over one connection, a body that nobody asked for included."""
    sandbox = open_sandbox()
    sandbox.put({"run": {"id": "a"}})
    connection = http.client.HTTPConnection(sandbox.url.removeprefix("http://"))
    ports = set()
    for _ in range(3):
        headers = {"Authorization": "Bearer pk_sandbox"}
        connection.request("GET", "/api/enrichment/a", body=b"ignored", headers=headers)
        ports.add(connection.sock.getsockname()[1])
        assert connection.getresponse().read()
    connection.close()
    assert len(ports) == 1


def test_a_body_of_unknown_or_great_length_is_refused(open_sandbox: Open) -> None:
    """Chunked bodies get 411, huge ones 413."""
    sandbox = open_sandbox()
    url = f"{sandbox.url}/api/enrichment"
    assert send("POST", url, content=iter([b"{}"])).status_code == 411
    assert send("POST", url, content=b" " * 2_000_000).status_code == 413


def post(sandbox: Sandbox, path: str = "", **kwargs: Any) -> httpx.Response:
    headers = {"Authorization": "Bearer pk_sandbox", **kwargs.pop("headers", {})}
    return send("POST", f"{sandbox.url}/api/enrichment{path}", headers=headers, **kwargs)


@pytest.mark.slow
def test_a_run_can_be_started(open_sandbox: Open, ask: Ask) -> None:
    """A start answers the ids, and the run is there, as it was wished for."""
    sandbox = open_sandbox(SimulatedPopulation(speed=1000.0))
    overrides = {
        "slug": "news_signal",
        "version": 1,
        "leadCount": 7,
        "listId": "l1",
        "ending": "failed",
    }
    reply = post(sandbox, json={**overrides, "other": 1})
    assert reply.status_code == 202
    started = reply.json()
    assert (started["leadCount"], started["reusedExistingRun"]) == (7, False)
    assert started["runId"] == started["enrichmentRunId"]
    time.sleep(0.6)
    row = ask(sandbox, started["runId"]).json()["run"]
    assert (row["status"], row["scope"]["listId"]) == ("failed", "l1")
    assert (row["enrichment"]["slug"], row["enrichment"]["version"]) == ("news_signal", 1)
    assert row["trigger"]["triggerRunId"] == started["triggerRunId"]


def test_an_idempotency_key_brings_the_run_back(open_sandbox: Open) -> None:
    """The same key starts nothing new, another one does."""
    sandbox = open_sandbox()
    replies = [post(sandbox, headers={"Idempotency-Key": key}) for key in "aab"]
    assert [reply.status_code for reply in replies] == [202, 200, 202]
    first, again, other = (reply.json() for reply in replies)
    assert again == {**first, "reusedExistingRun": True, "status": again["status"]}
    assert other["runId"] != first["runId"]


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'{"slug": "x"}', b'{"leadCount": -1}', b'{"ending": "odd"}', b'{"listId": 1}'],
)
def test_a_start_that_makes_no_sense_is_refused(open_sandbox: Open, body: bytes) -> None:
    """What cannot be started gets 400 and a reason."""
    reply = post(open_sandbox(), content=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "invalid_body")


def test_a_run_can_be_cancelled_once(open_sandbox: Open, ask: Ask) -> None:
    """A cancel shows in the row; a second one, and one of an unknown run, is refused."""
    sandbox = open_sandbox()
    run_id = post(sandbox, json={"leadCount": 5}).json()["runId"]
    before = ask(sandbox, run_id).json()["run"]["status"]
    assert post(sandbox, f"/{run_id}/cancel").status_code == 200
    assert (before, ask(sandbox, run_id).json()["run"]["status"]) == ("pending", "cancelled")
    again = post(sandbox, f"/{run_id}/cancel")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "run_not_cancellable")
    assert post(sandbox, "/er_none/cancel").status_code == 404
    run, entry = sandbox.run(run_id), sandbox.requests[2]
    assert run is not None
    assert entry.body == ask(sandbox, run_id).content or run.settled_at != run.ended_at
