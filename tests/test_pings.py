"""Pings: a monitor hears how each pass ended, gets no key, and holds up nothing."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
from stores import S
from test_poll_cli import KEY, Commands, Ended, commands, wait_for
from virtual import Reply, Scene, ended, ok, pinged

from recorder.base_url import parse_ping_url
from recorder.fetch.ping import send_ping
from recorder.sandbox import replies
from recorder.schedule.cadence import Cadence
from recorder.store.engine import Database

__all__ = ["commands"]


@dataclass
class Monitor:
    """A server that takes pings.

    Attributes:
        url: to be pinged.
        paths: the paths that came after it.
        headers: of each request.
        status: its answer.
        seconds: before it answers.
        answered: how many answers it has begun.
        is_over: set at its end, after which it answers no more.
    """

    url: str = ""
    paths: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    status: int = 200
    seconds: float = 0
    answered: int = 0
    is_over: Event = field(default_factory=Event)


@contextmanager
def listening() -> Iterator[Monitor]:
    """A monitor on a port of its own."""
    monitor = Monitor()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            monitor.paths.append(self.path.removeprefix("/ping/SECRET"))
            monitor.headers.append(dict(self.headers))
            if monitor.is_over.wait(monitor.seconds):
                return
            monitor.answered += 1
            self.send_response(monitor.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monitor.url = f"http://127.0.0.1:{server.server_port}/ping/SECRET"
        yield monitor
        monitor.is_over.set()
        server.shutdown()


@pytest.fixture
def monitor(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> Iterator[Monitor]:
    """A monitor whose URL is set, and a store."""
    commands("db", "upgrade")
    with listening() as found:
        monkeypatch.setenv("RECORDER_PING_URL", found.url)
        yield found


@pytest.mark.parametrize(("status", "code"), [(200, 3), (404, 0), (503, 3), (401, 4)])
def test_a_pass_is_pinged_with_its_exit_code(
    commands: Commands, monitor: Monitor, status: int, code: int
) -> None:
    """Once, at its end; neither the key nor a cookie goes with it."""
    commands.sandbox.script("er_1", [replies.Reply(status=status)])
    commands.track("er_1")
    assert commands("poll").code == code
    assert monitor.paths == [f"/{code}"]
    assert not {"Authorization", "Cookie"} & monitor.headers[0].keys()
    assert KEY not in str(monitor.headers)


def test_a_pass_with_nothing_due_is_pinged_too(commands: Commands, monitor: Monitor) -> None:
    """So is one that fails: without a key (2), without its store (1), with a file of ids that cannot be read (2)."""
    assert commands("poll") == Ended(0, "", "")
    commands.track("er_1")
    assert commands("poll", "--track-from", "/proc/self/mem").code == 2
    os.environ.pop("PUFFLE_API_KEY")  # the fixture puts it back
    assert commands("poll").code == 2
    assert commands("poll", "--db", "/dev/null/store.db").code == 1
    assert monitor.paths == ["/0", "/2", "/2", "/1"]


def test_the_code_goes_before_the_query(commands: Commands, monitor: Monitor) -> None:
    """An option outranks the environment; a slash at the end counts for nothing."""
    assert commands("poll", "--ping", f"{monitor.url}/?create=1&n=%20").code == 0
    assert monitor.paths == ["/0?create=1&n=%20"]


def test_the_file_may_name_it(commands: Commands, monitor: Monitor, tmp_path: Path) -> None:
    """As every setting."""
    config = tmp_path / "config.toml"
    config.write_text(f'ping = "{monitor.url}/file"\n')
    del os.environ["RECORDER_PING_URL"]  # the fixture puts it back
    assert commands("poll", "--config", str(config)).code == 0
    assert monitor.paths == ["/file/0"]


@pytest.mark.parametrize(
    "wrong",
    [
        "SECRET",
        "ftp://host/SECRET",
        "https://ann:SECRET@host/",
        "https:///SECRET",
        "http://h/#SECRET",
    ],
)
def test_a_wrong_url_is_not_shown(commands: Commands, wrong: str) -> None:
    """It is told in one line that names the setting and hides the URL; exit code 2."""
    said = commands("poll", "--ping", wrong)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert said.err.startswith("recorder: --ping=***: not a URL to ping: write https://host/path")
    assert "SECRET" not in repr(parse_ping_url("https://host/SECRET?SECRET"))


def test_its_failure_is_told_at_v_only(commands: Commands, monitor: Monitor) -> None:
    """Never with the whole URL; the exit code stays that of the pass."""
    monitor.status = 404
    assert commands("poll") == Ended(0, "", "")
    said = commands("poll", "-v")
    assert said.code == 0
    assert "recorder: the ping of http://127.0.0.1/*** failed: HTTP 404\n" in said.err
    said = commands("poll", "-v", "--ping", "http://127.0.0.1:9/SECRET")
    assert (said.code, "http://127.0.0.1/*** failed: ConnectError" in said.err) == (0, True)
    assert "SECRET" not in said.err


@pytest.mark.slow
def test_a_monitor_that_hangs_holds_up_nothing(commands: Commands, monitor: Monitor) -> None:
    """A pass ends five seconds later, long before the monitor answers; a ping on its own ends too."""
    monitor.seconds = 300
    began = time.monotonic()
    assert commands("poll").code == 0
    assert time.monotonic() - began > 4.5
    assert (len(monitor.paths), monitor.answered) == (1, 0)
    why = send_ping(parse_ping_url(monitor.url), "0")
    assert why is not None
    assert why.startswith("ReadTimeout")


def test_the_doctor_tries_it(commands: Commands, monitor: Monitor) -> None:
    """With a word that is no sign of life; a ping that fails is broken, and told without the URL."""
    said = commands("doctor", "--format", "csv")
    assert "ping,,ok,http://127.0.0.1/*** took a ping (/log)," in said.out
    assert monitor.paths == ["/log"]
    monitor.status = 500
    said = commands("doctor", "--format", "csv")
    assert (said.code, "ping,,fail,http://127.0.0.1/***: HTTP 500," in said.out) == (1, True)
    assert "SECRET" not in said.out + said.err


SERVICE = """
import sys
from recorder.cli import pings
pings.MINUTE = 300_000
from recorder.cli.main import main
sys.exit(main())
"""


@pytest.mark.slow
def test_a_service_pings_each_minute_until_it_is_killed(
    commands: Commands, monitor: Monitor
) -> None:
    """With the code of a pass of that minute: 4 once the key is refused; a kill ends the pings, and so does a stop."""
    commands.serve("er_1")
    commands.track("er_1")
    for number in (signal.SIGKILL, signal.SIGTERM):
        monitor.paths.clear()
        command = [sys.executable, "-W", "error", "-c", SERVICE, "poll", "--forever"]
        with subprocess.Popen([*command, "--every", "200ms"], stderr=subprocess.DEVNULL) as process:
            wait_for(lambda: len(monitor.paths) > 2)
            if number == signal.SIGKILL:
                commands.sandbox.script("er_1", [replies.Reply(status=401)])
            wait_for(lambda: "/4" in monitor.paths)
            process.send_signal(number)
            process.wait(timeout=60)
        httpx.get(f"{monitor.url}/end", timeout=60)  # what came before is taken
        time.sleep(0.5)
        heard = list(monitor.paths)
        time.sleep(1)
        assert monitor.paths == heard
        assert heard[-2:] == ["/4", "/end"]


def served(run_id: str, at: int) -> Reply:
    """A run that is in flight, through an outage too, and ends."""
    if 600 <= at < 1200:
        return Reply(http_status=503)
    return ok(run_id) if at < 1500 else ended(run_id)


@pytest.mark.slow
def test_a_night_of_pings(
    sqlite_template: Path, tmp_path: Path, open_database: Callable[[str], Database]
) -> None:
    """0 while all is well, 3 from the second minute of an outage to its end, 0 when nothing is due, 4 with a bad key."""
    path = shutil.copyfile(sqlite_template, tmp_path / "night.db")
    scene = Scene(open_database(f"sqlite:///{path}"), cadence=Cadence(every_us=15 * S))
    scene.track("er_1", "er_2")
    scene.world = lambda _s, run_id, at: served(run_id, at)
    heard = pinged(scene, seconds=40 * 60 + 30)
    assert len(heard) == 40
    assert heard[:10] == [0] * 10
    assert heard[11:19] == [3] * 8
    assert heard[21:] == [0] * 19
    scene.world = lambda *_: Reply(http_status=401)
    scene.track("er_3")
    assert pinged(scene, seconds=5 * 60 + 30) == [4] * 5, "though nothing more is due"
