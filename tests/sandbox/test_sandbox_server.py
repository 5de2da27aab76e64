"""The sandbox's folder, log, life and command."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from recorder.cli.sandbox import sandbox as command
from recorder.errors import UsageError
from recorder.instants import iso, now_us
from recorder.sandbox import (
    Folder,
    Kind,
    Sandbox,
)
from recorder.sandbox.sandbox_error import SandboxError

Open = Callable[..., Sandbox]
Ask = Callable[..., httpx.Response]
DONE = {"run": {"id": "a", "status": "completed"}}


def test_a_folder_is_served_under_ids_and_stems(
    tmp_path: Path, open_sandbox: Open, ask: Ask
) -> None:
    """Each document is found under its stem, and the last of each id under the id, literals intact."""
    plain = b'{"run": {"id": "er_1", "cost": 1.10, "big": 12345678901234567890}}\n'
    (tmp_path / "01-plain.json").write_bytes(plain)
    wrapped = '{"about": "x", "body": {"run": {"id": "er_2", "n": 2.50}, "extra": 1e3}}'
    (tmp_path / "02-wrapped.json").write_text(wrapped)
    (tmp_path / "03-again.json").write_text('{"run": {"id": "er_2", "n": "later"}}')
    (tmp_path / "04-no-id.json").write_text('{"run": {}}')
    folder = Folder(tmp_path)
    sandbox = open_sandbox(folder=folder, users={"ann": "pk_ann", "ben": "pk_ben"})
    served = {run_id: ask(sandbox, run_id, key="pk_ben").content for run_id in folder.run_ids}
    assert served == {
        "er_1": plain,
        "01-plain": b'{"run":{"id":"01-plain","cost":1.10,"big":12345678901234567890}}',
        "02-wrapped": b'{"run":{"id":"02-wrapped","n":2.50},"extra":1e3}',
        "er_2": b'{"run": {"id": "er_2", "n": "later"}}',
        "03-again": b'{"run":{"id":"03-again","n":"later"}}',
        "04-no-id": b'{"run":{"id":"04-no-id"}}',
    }
    assert ask(sandbox, "er_3", key="pk_ann").status_code == 404


def test_what_is_saved_in_a_folder_is_seen_at_once(tmp_path: Path) -> None:
    """A changed document is served; half-written ones leave the last; a deleted one is gone."""
    path = tmp_path / "a.json"

    def save(text: str, nanoseconds: int) -> None:
        path.write_text(text)
        os.utime(path, ns=(nanoseconds, nanoseconds))

    save('{"run": {"id": "x", "n": 1}}', 1)
    folder = Folder(tmp_path)
    assert folder.body("x") == b'{"run": {"id": "x", "n": 1}}'
    save('{"run": {"id": "x", "n": 2}}', 2)
    assert folder.body("x") == b'{"run": {"id": "x", "n": 2}}'
    save('{"run": {"id": "x",', 3)
    assert folder.body("a") == b'{"run":{"id":"a","n":2}}'
    path.unlink()
    assert folder.body("x") is folder.body("a") is None


@pytest.mark.parametrize("text", ["{", "[]", '{"body": {}}', '{"run": 1}'])
def test_a_folder_that_holds_no_documents_is_refused(tmp_path: Path, text: str) -> None:
    """A missing or empty folder, or a file that is no document, is told by name."""
    with pytest.raises(SandboxError, match="no folder"):
        Folder(tmp_path / "none")
    with pytest.raises(SandboxError, match=r"no \*.json"):
        Folder(tmp_path)
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(SandboxError, match=r"bad.json is no ledger document"):
        Folder(tmp_path)


def test_stopping_leaves_nothing_behind(tmp_path: Path, ask: Ask) -> None:
    """Threads end, the port is free again at once, and a sandbox that never started can be stopped."""
    before = set(threading.enumerate())
    port = 0
    for _ in range(2):
        with Sandbox(port=port, log=tmp_path / "log").start() as sandbox:
            port = int(sandbox.url.rpartition(":")[2])
            assert ask(sandbox, "a").status_code == 404
    assert set(threading.enumerate()) == before
    with Sandbox():
        pass
    assert len((tmp_path / "log").read_text().splitlines()) == 2


def test_a_taken_port_is_told(open_sandbox: Open) -> None:
    """A port in use, and a log that cannot be written, are usage errors."""
    port = int(open_sandbox().url.rpartition(":")[2])
    with pytest.raises(SandboxError, match=f"cannot listen on 127.0.0.1:{port}"):
        Sandbox(port=port)
    with pytest.raises(SandboxError, match="cannot write the log"):
        Sandbox(log=Path("/nowhere/at/all"))


def test_a_client_that_goes_away_is_no_trouble(
    open_sandbox: Open, ask: Ask, capfd: pytest.CaptureFixture[str]
) -> None:
    """Clients that break off, talk nonsense or reset print no traceback, and others are served."""
    sandbox = open_sandbox()
    host, port = sandbox.url.removeprefix("http://").split(":")
    for sent in (
        b"",
        b"GET /api",
        b"\x16\x03\x01\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 9\r\n\r\n",
    ):
        raw = socket.create_connection((host, int(port)))
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        raw.sendall(sent)
        raw.close()
    assert ask(sandbox, "a").status_code == 404
    sandbox.stop()
    assert capfd.readouterr() == ("", "")


def test_the_log_file_tells_every_request(tmp_path: Path, open_sandbox: Open, ask: Ask) -> None:
    """The file has a line of JSON for each request, at once, with digest and length for the body."""
    path = tmp_path / "log.ndjson"
    sandbox = open_sandbox(log=path, keep=False)
    sandbox.put(DONE)
    length = len(ask(sandbox, "a").content)
    ask(sandbox, "b", key="pk_other")
    sandbox.stop()
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    assert (first["run_id"], first["user"], first["length"]) == ("a", "default", length)
    assert (first["status"], first["fault"], first["whole"]) == (200, None, True)
    assert (second["status"], second["user"]) == (401, None)
    assert "pk_" not in path.read_text()
    assert sandbox.requests == []


def test_many_clients_at_once_lose_nothing(open_sandbox: Open) -> None:
    """Every request of many threads is in the log once, with a number of its own."""
    sandbox = open_sandbox()
    sandbox.put(DONE)

    def client() -> None:
        headers = {"Authorization": "Bearer pk_sandbox"}
        with httpx.Client(headers=headers, verify=False) as session:
            for _ in range(20):
                assert session.get(f"{sandbox.url}/api/enrichment/a").json() == DONE

    threads = [threading.Thread(target=client) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.number for entry in sandbox.requests] == list(range(1, 161))
    assert all(entry.whole for entry in sandbox.requests)


def run_command(*args: str, **kwargs: Any) -> "subprocess.Popen[str]":
    code = "from recorder.cli.sandbox import sandbox; sandbox()"
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **kwargs,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_a_signal(number: int) -> None:
    """It prints the ids and ends stdout, says where it listens and what to type, and exits 0 at a signal."""
    with run_command("--runs", "12", "--speed", "50", "--user", "ann=pk_ann") as process:
        assert process.stdout
        assert process.stderr
        said_first = process.stderr.readline()
        ids = process.stdout.read().splitlines()
        url = said_first.split()[4]
        reply = httpx.get(
            f"{url}/api/enrichment/{ids[0]}", headers={"Authorization": "Bearer pk_ann"}
        )
        process.send_signal(number)
        rest = process.stderr.read()
    assert process.returncode == 0
    assert len(set(ids)) == 12
    assert reply.json()["run"]["id"] == ids[0]
    assert f"export RECORDER_BASE_URL={url} PUFFLE_API_KEY=pk_ann" in rest
    assert "recorder track" in rest


@pytest.mark.parametrize(
    ("runs", "says"),
    [
        (1, "It has 1 run id. Type next:"),
        (3, "It has 3 run ids. Type next:"),
        (4, "It has 4 run ids, all on stdout, 3 of them below. Type next:"),
        (0, "It has 0 run ids. Type next:"),
    ],
)
def test_the_command_says_how_many_ids_there_are(runs: int, says: str) -> None:
    """One is one; where more are there than are shown, it says so."""
    with run_command("--runs", str(runs)) as process:
        assert process.stderr
        assert says in process.stderr.readline() + process.stderr.readline()
        process.send_signal(signal.SIGTERM)


def test_the_command_writes_answers() -> None:
    """--answers writes lines for import that can be had again, and serves nothing."""
    args = ["--answers", "5", "--seed", "3", "--start", "2026-05-28"]
    results = [CliRunner().invoke(command, args) for _ in range(2)]
    assert results[0].exit_code == 0
    assert results[0].stdout == results[1].stdout
    lines = [json.loads(line) for line in results[0].stdout.splitlines()]
    assert len({line["run_id"] for line in lines}) == 5
    assert lines[0].keys() == {"observed_at", "source", "run_id", "status_code", "body"}
    recent = CliRunner().invoke(command, ["--answers", "5"])
    last = json.loads(recent.stdout.splitlines()[-1])
    assert last["observed_at"] <= iso(now_us())


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--fault", "flood=1"], "no fault is called 'flood'"),
        (["--user", "ann"], "no NAME=KEY"),
        (["--user", "ann=k", "--user", "ann=l"], "stands there twice"),
        (["--scenario", "/nowhere.toml"], "cannot read the scenario"),
        (["--folder", "/nowhere"], "there is no folder"),
        (["--answers", "1", "--start", "soon"], "'soon' is no instant"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(args: list[str], says: str) -> None:
    """A wrong option is a usage error of one line."""
    error = CliRunner().invoke(command, args).exception
    assert isinstance(error, UsageError)
    assert says in str(error)
    assert "\n" not in str(error)


def test_the_command_tells_of_every_fault() -> None:
    """Its help lists each kind of fault, and every option has help."""
    text = CliRunner().invoke(command, ["-h"]).stdout
    assert set(Kind) <= set(text.split())
    assert all(getattr(option, "help", None) for option in command.params)
