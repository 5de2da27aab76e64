import contextlib
import gc
import gzip
import json
import logging
import socket
import socketserver
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from recorder.base_url import parse_base_url
from recorder.errors import SettingError
from recorder.fetch.client import LedgerClient, Timeouts
from recorder.fetch.keys import ApiKey
from recorder.fetch.wire import DEADLINE, open_pool
from recorder.instants import SECOND, now_us, parse_instant
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.target import Target

SECRET = "pk_live_5f2b8c0d9e"
KEY = ApiKey(SECRET, setting="PUFFLE_API_KEY")
NOW = parse_instant("2026-11-20T09:15:00Z") or 0
SHORT = Timeouts(connect_s=2.0, read_s=0.3, total_s=0.8)

# For localhost and ledger.example, signed by itself, good until 2120; for these tests alone.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgeyuCUt03rZmZbacG
et6puw4TCDGxnP00xNh/LPpL1D6hRANCAASEBgukKlfQl/rmwiJGYqzWQD7Rrzhn
1Yxn0L85o3R9HIS7UVTBZyOD3QrMjpe5pBHprgyK6g2WkdaWUXq8a2cQ
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBcTCCARegAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIQGC6QqV9CX+ubC
IkZirNZAPtGvOGfVjGfQvzmjdH0chLtRVMFnI4PdCsyOl7mkEemuDIrqDZaR1pZR
erxrZxCjWDBWMA8GA1UdEwEB/wQFMAMBAf8wJAYDVR0RBB0wG4IJbG9jYWxob3N0
gg5sZWRnZXIuZXhhbXBsZTAdBgNVHQ4EFgQUD5zftVWadr+uVkG5v+hzn3KHQlow
CgYIKoZIzj0EAwIDSAAwRQIgM3GokblLJyGIisbRjfsYjPhGQvqhN10kCZRfAGL0
QQMCIQCL1RIa4f4852MBchIgM4eyP4jTNNkCPv/jKcfBAJ6Zjg==
-----END CERTIFICATE-----
"""

Script = Callable[[socket.socket, bytes], object]


class Ledger(socketserver.ThreadingTCPServer):
    """Listens on loopback and lets a script answer each request, byte by byte if it likes."""

    def __init__(self, script: Script, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.script = script
        self.context = context
        self.heads: list[bytes] = []
        self.connections = 0
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def targets(self) -> list[bytes]:
        return [head.split(b" ")[1] for head in self.heads]


class Connection(socketserver.BaseRequestHandler):
    server: Ledger

    def handle(self) -> None:
        self.server.connections += 1
        with contextlib.suppress(OSError):
            if self.server.context is None:
                return self.converse(self.request)
            with self.server.context.wrap_socket(self.request, server_side=True) as wrapped:
                self.converse(wrapped)
        return None

    def converse(self, wire: socket.socket) -> None:
        while head := read_head(wire):
            self.server.heads.append(head)
            self.server.script(wire, head)


def read_head(wire: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        got = wire.recv(4096)
        if not got:
            return b""
        head += got
    return head


@contextlib.contextmanager
def serving(script: Script | bytes, context: ssl.SSLContext | None = None) -> Iterator[Ledger]:
    said = (lambda wire, _: wire.sendall(script)) if isinstance(script, bytes) else script
    with Ledger(said, context) as ledger:
        thread = threading.Thread(target=ledger.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield ledger
        finally:
            ledger.shutdown()
            thread.join()


def client(url: str = "http://localhost", **options: Any) -> LedgerClient:
    settled: dict[str, Any] = {"key": KEY, "source": "acme", "clock": lambda: NOW, **options}
    return LedgerClient(base_url=url, **settled)


def reply(body: bytes = b'{"run": {}}', status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def ask(script: Script | bytes, run_id: str = "er_1", **options: Any) -> Answer:
    with serving(script) as ledger, client(ledger.url, **options) as asking:
        return asking.fetch(Target(run_id))


def told(response: httpx.Response, run_id: str = "er_1", **options: Any) -> Answer:
    with client(transport=httpx.MockTransport(lambda _: response), **options) as asking:
        return asking.fetch(Target(run_id))


# The request


@pytest.mark.parametrize(
    ("run_id", "quoted"),
    [
        ("er_1", b"er_1"),
        (".", b"%2E"),
        ("..", b"%2E%2E"),
        ("...", b"..."),
        ("../items", b"..%2Fitems"),
        ("er/ünïcode ½?#%2F", b"er%2F%C3%BCn%C3%AFcode%20%C2%BD%3F%23%252F"),
        ("%2E%2E", b"%252E%252E"),
        ("a\r\nX-Evil: 1\0", b"a%0D%0AX-Evil%3A%201%00"),
        ("-_.~+&=;@:!$'()*,[]", b"-_.~%2B%26%3D%3B%40%3A%21%24%27%28%29%2A%2C%5B%5D"),
        ("\ud800", b"%ED%A0%80"),
        ("x" * 70_000, b"x" * 70_000),
    ],
)
def test_any_id_goes_encoded_over_the_wire(run_id: str, quoted: bytes) -> None:
    """The wire carries one path segment that decodes to the id, dots and percent signs included."""
    with serving(reply()) as ledger, client(ledger.url) as asking:
        assert asking.fetch(Target(run_id)).outcome is None
    assert ledger.targets() == [b"/api/enrichment/" + quoted]


def test_an_empty_id_is_not_asked_for() -> None:
    """An empty id would be another endpoint's path: it is answered without a request."""
    with serving(reply()) as ledger, client(ledger.url) as asking:
        answer = asking.fetch(Target(""))
    assert (answer.outcome, answer.http_status) == (Outcome.UNEXPECTED, None)
    assert answer.detail == "an empty run id cannot be requested"
    assert ledger.heads == []


def test_the_request_is_a_plain_get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One GET with our own headers: no netrc password replaces the key, and no cookie is kept."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(reply(headers="Set-Cookie: a=b\r\n")) as ledger, client(ledger.url) as asking:
        for _ in range(2):
            asking.fetch(Target("er_1"))
    line, *headers = ledger.heads[1].decode().rstrip().split("\r\n")
    assert line == "GET /api/enrichment/er_1 HTTP/1.1"
    given_headers = dict(header.split(": ", 1) for header in headers)
    assert given_headers.pop("User-Agent").startswith("puffle-recorder/")
    assert given_headers == {
        "Host": ledger.url.removeprefix("http://"),
        "Authorization": f"Bearer {SECRET}",
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
    }


@pytest.mark.parametrize("suffix", ["/prefix", "/prefix/", " ", "/"])
def test_a_base_url_may_have_a_path(suffix: str) -> None:
    """The API's path follows the base URL's, with one slash between them."""
    with serving(reply()) as ledger, client(ledger.url + suffix) as asking:
        asking.fetch(Target("er_1"))
    assert ledger.targets() == [suffix.strip().rstrip("/").encode() + b"/api/enrichment/er_1"]


# What comes back


def test_a_200_is_left_to_the_reader() -> None:
    """A 200 read in full has its body, both clocks, and no outcome yet."""
    began = time.monotonic()
    answer = ask(reply(b'{"run": {}}', headers="Date: Fri, 20 Nov 2026 09:14:58 GMT\r\n"))
    assert answer.latency_ms is not None
    assert 0 <= answer.latency_ms <= round((time.monotonic() - began) * 1000)
    assert answer == Answer(
        source="acme",
        target=Target("er_1"),
        observed_at=NOW,
        outcome=None,
        http_status=200,
        latency_ms=answer.latency_ms,
        body=b'{"run": {}}',
        body_length=11,
        ahead_us=max(0, SECOND - 1000 * answer.latency_ms),
    )


def test_what_stops_a_thread_between_its_clocks_makes_no_answer_later() -> None:
    """The server's instant lies between sending and reading, so that no clock looks wrong by it."""
    served: list[int] = []

    def serve(wire: socket.socket, _: bytes) -> None:
        served.append(now_us())
        wire.sendall(reply())

    def stopped() -> int:
        time.sleep(0.2)
        return now_us()

    answer = ask(serve, clock=stopped)
    assert answer.latency_ms is not None
    sent_at = answer.observed_at - 1000 * answer.latency_ms
    assert sent_at - 1000 <= served[0] <= answer.observed_at


def test_an_error_keeps_what_the_server_said() -> None:
    """Another status keeps the body's first 64 KiB, its Retry-After and one line of detail."""
    body = json.dumps({"error": "no \x1b[2J\n such " + "x" * 300}).encode().ljust(80_000)
    answer = ask(reply(body, "503 Down", "Retry-After: 7\r\n"))
    assert (answer.outcome, answer.http_status) == (Outcome.SERVER_ERROR, 503)
    assert answer.body == body[: 64 * 1024]
    assert answer.body_length > 64 * 1024
    assert answer.retry_after_s == 7.0
    assert answer.detail is not None
    assert answer.detail.startswith("no \\x1b[2J\\n such xxx")
    assert len(answer.detail) == 200


def test_a_date_to_retry_after_counts_from_the_servers_clock() -> None:
    """A Retry-After date is held against the Date header, and against our clock where there is none."""
    until = {"Retry-After": "Fri, 20 Nov 2026 09:20:00 GMT"}
    date = {"Date": "Fri, 20 Nov 2026 09:19:50 GMT"}
    assert told(httpx.Response(429, headers=until)).retry_after_s == 300.0
    assert told(httpx.Response(429, headers=until | date)).retry_after_s == 10.0
    assert told(httpx.Response(429)).outcome is Outcome.THROTTLED


def test_a_redirect_is_not_followed() -> None:
    """A redirect takes neither the request nor the key along, and tells where it led."""
    with serving(reply()) as elsewhere:
        answer = ask(reply(status="302 Found", headers=f"Location: {elsewhere.url}/x\r\n"))
        assert elsewhere.heads == []
    host = elsewhere.url.removeprefix("http://")
    assert answer.outcome is Outcome.UNEXPECTED
    assert answer.detail == f"redirect to {host}, not followed"


@pytest.mark.parametrize("status", ["200 OK", "401 Unauthorized", "302 Found", "500 Oops"])
def test_a_server_that_echoes_the_key(status: str) -> None:
    """The key's text is masked in whatever an answer keeps, even across the cut at 64 KiB."""

    def echo(wire: socket.socket, head: bytes) -> None:
        body = json.dumps({"error": f"got {head.decode()}"}).encode()
        body += b" " * (65_530 - len(body)) + SECRET.encode()
        sent = reply(body, status, f"Location: https://{SECRET}.example/\r\n")
        wire.sendall(sent[:-8])
        time.sleep(0.05)
        wire.sendall(sent[-8:])

    answer = ask(echo)
    assert b"Bearer ****" in answer.body
    assert SECRET not in repr(answer)
    assert b"pk_live" not in answer.body


@pytest.mark.parametrize("status", ["200 OK", "500 Oops"])
def test_a_server_that_breaks_off_within_the_key(status: str) -> None:
    """The beginning of the key is masked too where the body ends with it."""

    def echo(wire: socket.socket, _: bytes) -> None:
        wire.sendall(reply(b'{"error": "got ' + SECRET.encode(), status)[:-4])
        wire.shutdown(socket.SHUT_RDWR)

    answer = ask(echo)
    assert answer.body == b'{"error": "got ****'
    assert SECRET[:8] not in repr(answer)


def test_a_key_that_is_a_word_does_not_change_a_ledger_row() -> None:
    """A 200 is masked only where the key is too long to be a plain word of the row."""
    body = b'{"run": {"status": "completed"}}'
    assert ask(reply(body), key=ApiKey("completed", setting="X")).body == body


@pytest.mark.parametrize(
    ("sent", "detail"),
    [
        (reply(b"x" * 100)[:-40], "cut short after 60 bytes: RemoteProtocolError at 127.0.0.1: "),
        (reply(b"x" * 100)[:-100], "cut short after 0 bytes: RemoteProtocolError at 127.0.0.1: "),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{}{}\r\nzz\r\n",
            "cut short after 4 bytes: RemoteProtocolError at 127.0.0.1: illegal chunk header",
        ),
        (
            reply(gzip.compress(b"x" * 100, mtime=0)[:-9], headers="Content-Encoding: gzip\r\n"),
            "cut short after 100 bytes: the compressed body ends early",
        ),
        (
            reply(b"x", headers="Content-Encoding: gzip, gzip\r\n"),
            "cut short after 0 bytes: the content encoding 'gzip, gzip' was not asked for",
        ),
    ],
)
def test_a_200_cut_short_is_malformed(sent: bytes, detail: str) -> None:
    """A body that ends too early is malformed, with what was read of it."""

    def hang_up(wire: socket.socket, _: bytes) -> None:
        wire.sendall(sent)
        wire.shutdown(socket.SHUT_RDWR)

    answer = ask(hang_up)
    assert (answer.outcome, answer.http_status) == (Outcome.MALFORMED, 200)
    assert (answer.detail or "").startswith(detail)
    assert f" {len(answer.body)} bytes: " in (answer.detail or "")
    assert answer.body_length == len(answer.body)


def reset(wire: socket.socket) -> None:
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wire.close()


def test_a_reset_in_the_middle() -> None:
    """A connection reset after the headers leaves a malformed 200; before them, a network error."""

    def begin(wire: socket.socket, _: bytes) -> None:
        wire.sendall(reply(b"x" * 100)[:-40])
        time.sleep(0.1)
        reset(wire)

    answer = ask(begin)
    assert (answer.outcome, answer.body) == (Outcome.MALFORMED, b"x" * 60)
    assert (answer.detail or "").startswith("cut short after 60 bytes: ReadError at 127.0.0.1: ")
    answer = ask(lambda wire, _: reset(wire))
    assert (answer.outcome, answer.http_status) == (Outcome.NETWORK_ERROR, None)
    assert (answer.detail or "").startswith("ReadError at 127.0.0.1: ")


def test_an_error_cut_short_is_still_that_error() -> None:
    """A 503 whose page breaks off is a server error with the part that came."""

    def hang_up(wire: socket.socket, _: bytes) -> None:
        wire.sendall(reply(b"<h1>Down</h1>" + b" " * 99, "503 Down")[:-99])
        wire.shutdown(socket.SHUT_RDWR)

    answer = ask(hang_up)
    assert (answer.outcome, answer.detail) == (Outcome.SERVER_ERROR, "Down")


@pytest.mark.parametrize(
    ("sent", "detail"),
    [
        (b"", "RemoteProtocolError at 127.0.0.1: Server disconnected without"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "RemoteProtocolError at 127.0.0.1: illegal status line"),
        (b"HTTP/1.1 099 Odd\r\n\r\n", "RemoteProtocolError at 127.0.0.1: "),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "RemoteProtocolError at 127.0.0.1: "),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000, "RemoteProtocolError at 127.0.0.1: "),
    ],
)
def test_what_is_no_http_is_a_network_error(sent: bytes, detail: str) -> None:
    """A server that hangs up, or speaks something else, is a network error of one line."""

    def hang_up(wire: socket.socket, _: bytes) -> None:
        wire.sendall(sent)
        wire.shutdown(socket.SHUT_RDWR)

    answer = ask(hang_up)
    assert (answer.outcome, answer.http_status, answer.body) == (Outcome.NETWORK_ERROR, None, b"")
    assert (answer.detail or "").startswith(detail)
    assert (answer.detail or "").isprintable()


def test_nobody_listens() -> None:
    """A refused connection is a network error that names the host."""
    with socket.socket() as taken:  # so that nobody else listens there meanwhile
        taken.bind(("127.0.0.1", 0))
        with client(f"http://127.0.0.1:{taken.getsockname()[1]}") as asking:
            answer = asking.fetch(Target("er_1"))
    assert answer.outcome is Outcome.NETWORK_ERROR
    assert (answer.detail or "").startswith("ConnectError at 127.0.0.1: ")
    assert answer.latency_ms is not None


def drip(data: bytes, at_once: bytes = b"") -> Script:
    def send(wire: socket.socket, _: bytes) -> None:
        wire.sendall(at_once)
        for byte in data:
            wire.sendall(bytes([byte]))
            time.sleep(0.02)

    return send


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        (lambda wire, _: wire.recv(1), Outcome.NETWORK_ERROR),
        (drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200), Outcome.NETWORK_ERROR),
        (drip(b"HTTP/1.1 102 Wait\r\n\r\n" * 20), Outcome.NETWORK_ERROR),
        (drip(b"y" * 200, at_once=b"HTTP/1.1 200 OK\r\n\r\n"), Outcome.MALFORMED),
    ],
    ids=["silence", "headers", "interim answers", "body"],
)
def test_no_server_holds_a_thread(script: Script, outcome: Outcome) -> None:
    """Silence, and headers, interim answers or a body that drip, end with the deadline, before the server does."""
    answer = ask(script, timeouts=SHORT)
    assert answer.outcome is outcome
    assert "ReadTimeout at 127.0.0.1: " in (answer.detail or "")


def test_the_last_wait_is_cut_to_the_deadline() -> None:
    """Where less is left than a read may take, only what is left is waited."""
    answer = ask(lambda wire, _: wire.recv(1), timeouts=Timeouts(read_s=60.0, total_s=0.2))
    assert answer.outcome is Outcome.NETWORK_ERROR
    assert 200 <= (answer.latency_ms or 0) < 60_000


@pytest.mark.parametrize("is_connected", [False, True])
def test_what_is_late_before_it_is_sent_goes_nowhere(*, is_connected: bool) -> None:
    """Where the limit on the whole request has run out already, the server sees nothing, on no connection."""
    with serving(reply()) as ledger, client(ledger.url) as asking:
        if is_connected:
            asking.fetch(Target("er_1"))
        answer = asking.fetch(Target("er_2"), time.monotonic() - Timeouts().total_s)
        assert answer.outcome is Outcome.NETWORK_ERROR
        assert (len(ledger.heads), ledger.connections) == (is_connected, is_connected)


def test_a_gzipped_body_is_unpacked() -> None:
    """A compressed body is answered as it was before."""
    body = json.dumps({"run": {"ids": list(range(50_000))}}).encode()
    answer = ask(reply(gzip.compress(body), headers="Content-Encoding: gzip\r\n"))
    assert (answer.outcome, answer.body, answer.body_length) == (None, body, len(body))


@pytest.mark.parametrize(
    "sent",
    [
        reply(gzip.compress(bytes(50_000_000)), headers="Content-Encoding: gzip\r\n"),
        reply(bytes(300_000)),
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(300_000),
    ],
    ids=["a bomb", "a length", "no length"],
)
def test_a_body_over_the_cap_is_malformed(sent: bytes) -> None:
    """Of a body over the cap no more than a piece is read beyond it, and its beginning is kept."""
    answer = ask(sent, max_body=100_000)
    assert (answer.outcome, answer.http_status) == (Outcome.MALFORMED, 200)
    assert answer.detail == "larger than 100000 bytes"
    assert answer.body == bytes(64 * 1024)
    assert 100_000 < answer.body_length <= 100_000 + 64 * 1024


def test_a_body_of_exactly_the_cap_is_whole() -> None:
    """The cap itself is allowed."""
    assert ask(reply(bytes(1000)), max_body=1000).outcome is None


# Connections, TLS, proxies, logs


def test_connections_are_used_again() -> None:
    """One connection serves one request after another; each thread gets the answer to its own."""

    def echo(wire: socket.socket, head: bytes) -> None:
        wire.sendall(reply(head.split(b" ")[1].rpartition(b"/")[2]))

    ids = [f"er_{n}" for n in range(60)]
    with serving(echo) as ledger, client(ledger.url) as asking:
        for run_id in ids[:5]:
            asking.fetch(Target(run_id))
        assert ledger.connections == 1
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(asking.fetch, map(Target, ids)))
        assert ledger.connections <= 7
    assert [answer.body.decode() for answer in answers] == ids


def test_a_closed_client_says_so() -> None:
    """After close nothing is asked, and no socket is left for the garbage collector to warn about."""
    with serving(reply()) as ledger:
        asking = client(ledger.url)
        asking.fetch(Target("er_1"))
        asking.close()
        asking.close()
        gc.collect()
        with pytest.raises(RuntimeError, match=r"LedgerClient\(.*\) is closed"):
            asking.fetch(Target("er_1"))


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    path = tmp_path / "localhost.pem"
    path.write_text(CERTIFICATE)
    return path


@pytest.fixture
def tls(pem: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context


def test_certificates_are_verified(
    pem: Path, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown certificate, or another host's, is a network error; SSL_CERT_FILE makes one known."""
    with serving(reply(), tls) as ledger:
        port = ledger.server_address[1]
        with client(f"https://localhost:{port}") as asking:
            unknown = asking.fetch(Target("er_1"))
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        with client(f"https://127.0.0.1:{port}") as asking:
            another = asking.fetch(Target("er_1"))
        assert ledger.heads == []
        with client(f"https://localhost:{port}") as asking:
            assert asking.fetch(Target("er_1")).outcome is None
    for answer in (unknown, another):
        assert answer.outcome is Outcome.NETWORK_ERROR
        assert "certificate verify failed" in (answer.detail or "")


@pytest.mark.parametrize("mode", [ssl.CERT_REQUIRED, ssl.CERT_OPTIONAL, ssl.CERT_NONE])
def test_nothing_is_sent_without_verification(
    pem: Path, tls: ssl.SSLContext, mode: ssl.VerifyMode
) -> None:
    """A context that somebody made lax, in the host's name or in the certificate, is not used."""
    lax = ssl.create_default_context(cafile=pem)
    lax.check_hostname = False
    lax.verify_mode = mode
    DEADLINE.at = time.monotonic() + 5.0
    with serving(reply(), tls) as ledger:
        base = parse_base_url(f"https://localhost:{ledger.server_address[1]}")
        pool = open_pool(base, context=lax)
        with pool, pytest.raises(RuntimeError, match="does not verify"):
            pool.request("GET", str(base))
        assert ledger.heads == []


@pytest.mark.slow
def test_clients_share_what_they_verify_by() -> None:
    """Many clients hold one TLS context."""
    gc.collect()
    before = contexts()
    clients = [client(f"https://ledger-{n}.example") for n in range(20)]
    assert contexts() <= before + 1
    for one in clients:
        one.close()


def contexts() -> int:
    return sum(isinstance(thing, ssl.SSLContext) for thing in gc.get_objects())


def test_a_wrong_certificate_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A SSL_CERT_FILE that is not there is told by name, when the client is made."""
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    with pytest.raises(SettingError, match=r"SSL_CERT_FILE .*: No such file"):
        client("https://app.puffle.ai")
    client("http://localhost").close()


def proxy(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_a_proxy_sees_a_tunnel(
    pem: Path, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """https goes through the environment's proxy in a tunnel; the key and the path stay inside it."""
    inside: list[bytes] = []

    def tunnel(wire: socket.socket, _: bytes) -> None:
        wire.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with tls.wrap_socket(wire, server_side=True) as wrapped:
            inside.append(read_head(wrapped))
            wrapped.sendall(reply())

    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with serving(tunnel) as ledger:
        address = ledger.url.removeprefix("http://")
        proxy(monkeypatch, HTTPS_PROXY=f"http://me:p%40ss@{address}")
        with client("https://ledger.example") as asking:
            assert asking.fetch(Target("er_1")).outcome is None
    assert ledger.targets() == [b"ledger.example:443"]
    assert b"Proxy-Authorization: Basic bWU6cEBzcw==" in ledger.heads[0]
    assert SECRET.encode() not in ledger.heads[0]
    assert inside[0].startswith(b"GET /api/enrichment/er_1 HTTP/1.1\r\n")
    assert b"Proxy-" not in inside[0]


def test_a_proxy_that_refuses_is_a_network_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a proxy answers instead of a tunnel is no answer of the ledger."""
    with serving(reply(status="407 Who are you")) as ledger:
        proxy(monkeypatch, ALL_PROXY=ledger.url.removeprefix("http://"))
        with client("https://ledger.example") as asking:
            answer = asking.fetch(Target("er_1"))
    assert (answer.outcome, answer.http_status) == (Outcome.NETWORK_ERROR, None)
    assert answer.detail == "ProxyError at ledger.example: 407 Who are you"


def test_loopback_goes_through_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain http to this machine never meets a proxy, whatever the environment says."""
    with serving(reply()) as other:
        proxy(monkeypatch, HTTP_PROXY=other.url, HTTPS_PROXY=other.url, ALL_PROXY=other.url)
        assert ask(reply()).outcome is None
        assert other.heads == []


def test_a_useless_proxy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of another kind is told by its variable, without its password; NO_PROXY goes round it."""
    for value in ("socks5://me:hunter2@127.0.0.1:1", "http://me:hunter2@:1", "http://h:hunter2"):
        proxy(monkeypatch, HTTPS_PROXY=value)
        with pytest.raises(SettingError, match=r"\AHTTPS_PROXY .* ledger\.example ") as caught:
            client("https://ledger.example")
        assert "hunter2" not in str(caught.value)
    monkeypatch.setenv("NO_PROXY", "example")
    client("https://ledger.example").close()


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """With everything logged, neither a URL nor the key comes to light; a level set on purpose stays."""
    caplog.set_level(logging.DEBUG)
    ask(reply(status="500 Oops"), "er_private")
    assert "er_private" not in caplog.text
    assert caplog.records == []
    logging.getLogger("httpcore").setLevel(logging.DEBUG)
    try:
        ask(reply(), "er_private")
    finally:
        logging.getLogger("httpcore").setLevel(logging.WARNING)
    assert "send_request_headers" in caplog.text
    assert "er_private" not in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "error",
    [httpx.ConnectError(f"no {SECRET}\n!"), OSError(), UnicodeError("label too long")],
)
def test_a_transport_that_fails_never_raises(error: Exception) -> None:
    """Whatever breaks below is one line of a network error, the key masked."""

    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    with client(transport=httpx.MockTransport(fail)) as asking:
        answer = asking.fetch(Target("er_1"))
    assert answer.outcome is Outcome.NETWORK_ERROR
    assert (answer.detail or "").startswith(f"{type(error).__name__} at localhost")
    assert SECRET not in repr(answer)
    assert (answer.detail or "").isprintable()


def test_a_client_shows_no_key() -> None:
    """The repr of a client, of its parts and of its requests shows no key."""
    with client() as asking:
        masked = [repr(asking), repr(vars(asking)), repr(asking._request(Target("er_1")).headers)]  # noqa: SLF001
    assert SECRET not in "".join(masked)
