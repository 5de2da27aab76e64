"""The recipes of the manual that notify people: each run as it stands, against a local server."""

import json
import shutil
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from stores import T0, S, answer, document, register
from test_readme import block

from recorder.instants import DAY, now_us
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.write.record import Recorder

CHAT = """  python3 -c 'import json, sys; print(json.dumps({"text": sys.stdin.read()}))' < news |
    curl -fsS -m 50 -o /dev/null --json @- "$CHAT_URL"
"""
NEWS = "ended er_new: failed: no luck\n"


class Chat(HTTPServer):
    """A chat's webhook: what was posted, the status that it answers with, and whether it answers now."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.status = 200
        self.posted: list[Any] = []
        self.asked, self.answers = threading.Event(), threading.Event()
        self.answers.set()


class _Hook(BaseHTTPRequestHandler):
    server: Chat

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.set()
        self.server.answers.wait(20)
        if self.server.status == 200:
            self.server.posted.append(json.loads(body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return


class Mail(socketserver.TCPServer):
    """A mail server: the messages that it took."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.messages: list[str] = []


class _Session(socketserver.StreamRequestHandler):
    server: Mail

    def handle(self) -> None:
        self.wfile.write(b"220 hello\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                text = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.messages.append(text.decode().replace("\r\n", "\n"))
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


def serving(server: Any) -> Iterator[Any]:
    """Serve in a thread while the test runs."""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def chat() -> Iterator[Chat]:
    yield from serving(Chat())


@pytest.fixture
def mail() -> Iterator[Mail]:
    yield from serving(Mail())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a store in which a run has just failed, and another one long ago."""
    (tmp_path / ".local/state/recorder").mkdir(parents=True)
    program = tmp_path / ".venv/bin/recorder"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m recorder "$@"\n')
    program.chmod(0o755)
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config/recorder.env").write_text(f"RECORDER_DATABASE_URL={tmp_path}/store.db\n")
    upgrade(database := Database(f"sqlite:///{tmp_path}/store.db"))
    for run_id, ago in (("er_old", DAY), ("er_new", 0)):
        fail(database, run_id, now_us() - ago)
    database.close()
    return tmp_path


def fail(database: Database, run_id: str, at: int) -> None:
    """Let a run fail."""
    register(database, [run_id], at=(at - T0) // S)
    for n, status in enumerate(("running", "failed")):
        body = document(run_id, status, error={"message": "no luck"} if n else None)
        Recorder(database).record([answer(0, body, run_id=run_id, observed_at=at + n)])


Post = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def post(home: Path) -> Post:
    """Runs the recipe, maybe with another line in place of the chat's."""

    def posted(by: str = CHAT, **variables: str) -> "subprocess.CompletedProcess[str]":
        script = block("post")
        assert CHAT in script
        environ = {"HOME": str(home), "PATH": "/usr/bin:/bin:/usr/local/bin"} | variables
        environ["RECORDER_DATABASE_URL"] = str(home / "store.db")
        command = ["sh", "-c", script.replace(CHAT, by)]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    return posted


@pytest.mark.slow
def test_a_chat_gets_once_what_is_new(post: Post, chat: Chat, home: Path) -> None:
    """Where posting fails, the next run tries again; what happened long ago is left out, and silence says nothing."""
    url = f"http://127.0.0.1:{chat.server_port}/hook"
    chat.status = 500
    failed = post(CHAT_URL=url)
    assert (failed.returncode, failed.stdout, chat.posted) == (22, "", [])
    chat.status = 200
    for _ in range(2):
        done = post(CHAT_URL=url)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert chat.posted == [{"text": NEWS}]
    database = Database(f"sqlite:///{home}/store.db")
    fail(database, "er_next", now_us())
    database.close()
    assert post(CHAT_URL=url).returncode == 0
    assert chat.posted[1:] == [{"text": NEWS.replace("er_new", "er_next")}]


@pytest.mark.slow
def test_a_run_that_is_still_posting_keeps_the_next_one_away(post: Post, chat: Chat) -> None:
    """Else what the second has not posted would be noted as posted by the end of the first."""
    url = f"http://127.0.0.1:{chat.server_port}/hook"
    chat.answers.clear()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(post, CHAT_URL=url)
        assert chat.asked.wait(60)
        second = post(CHAT_URL=url)
        chat.answers.set()
    assert [one.returncode for one in (first.result(), second)] == [0, 0]
    assert chat.posted == [{"text": NEWS}]


@pytest.mark.slow
def test_a_mail_says_what_is_new(post: Post, mail: Mail) -> None:
    """By curl, to a mail server; once."""
    url = f"smtp://127.0.0.1:{mail.server_address[1]}"
    for _ in range(2):
        done = post(block("post by mail"), SMTP_URL=url)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [text.strip() for text in mail.messages] == [
        f"Subject: Enrichment Runs\n\n{NEWS}".strip()
    ]


@pytest.mark.slow
@pytest.mark.external
def test_apprise_says_what_is_new(post: Post, chat: Chat) -> None:
    """To any of its services, here one that takes JSON."""
    apprise = shutil.which("apprise")
    assert apprise, "apprise is not installed"
    url, path = f"json://127.0.0.1:{chat.server_port}", f"{Path(apprise).parent}:/usr/bin:/bin"
    assert post(block("post by apprise"), APPRISE_URL=url, PATH=path).returncode == 0
    (posted,) = chat.posted
    assert (posted["title"], posted["message"].strip()) == ("Enrichment Runs", NEWS.strip())


@pytest.mark.slow
def test_the_crontab_line_mails_only_when_it_matters(home: Path) -> None:
    """A threshold that is crossed prints a line, one that is not prints nothing."""
    line = block("check").strip()
    assert line[:10] == "0 * * * * "
    assert "%" not in line
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    said = [
        subprocess.run(
            ["sh", "-c", command], env=environ, capture_output=True, text=True, check=False
        )
        for command in (line[10:], f"{line[10:]} --min-n 2")
    ]
    assert [(one.returncode, one.stderr) for one in said] == [(0, ""), (5, "")]
    assert said[0].stdout == ""
    assert said[1].stdout.count("\n") == 1
    assert said[1].stdout.startswith("max_failure_rate: 100.0 % of 2 runs")
