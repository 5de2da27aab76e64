"""The sandbox on the network: real HTTP/1.1 on 127.0.0.1, one thread a connection.

Invariant: an answer is one write, so that what the log calls whole was handed over whole; `stop` leaves
no thread and no socket behind.
"""

import os
import socket
import struct
import sys
import time
from contextlib import suppress
from dataclasses import replace
from email.utils import formatdate
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Event, Lock, Thread, current_thread
from typing import Any

from recorder.sandbox.fake_api import FakeApi, PlannedResponse, Request
from recorder.sandbox.faults import Delivery
from recorder.sandbox.log import Journal, entry_of
from recorder.sandbox.replies import JSON_TYPE, Reply
from recorder.sandbox.sandbox_error import SandboxError

HOST = "127.0.0.1"
_TICK_S = 0.02
_JOIN_S = 5.0
_LONGEST_BODY = 1 << 20
# To linger for no time: closing then resets the connection.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            return
        request = Request(
            method=self.command,
            target=self.path,
            authorization=self.headers.get("Authorization"),
            idempotency_key=self.headers.get("Idempotency-Key"),
            body=body,
        )
        self._deliver(self.server.api.take(request))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not length.isdecimal():
            self.send_error(411)
        elif int(length) > _LONGEST_BODY:
            self.send_error(413)
        else:
            return self.rfile.read(int(length))
        self.close_connection = True
        return None

    def _deliver(self, planned: PlannedResponse) -> None:
        answer = planned.answer
        body = b"" if self.command == "HEAD" else answer.reply.body
        sent = _part(body, answer.delivery)
        entry = entry_of(planned, sent)
        if answer.delay_s:
            self.server.journal.begin(replace(entry, whole=False))
            self._wait(answer.delay_s)
        self.server.journal.begin(entry)
        is_sent = False
        try:
            is_sent = not self._client_gone()
            if is_sent and answer.delivery in (Delivery.SEND, Delivery.CUT):
                self.connection.sendall(_head(answer.reply, entry.at) + sent)
        except OSError:
            is_sent = False
        self.server.journal.end(entry, sent=is_sent)
        if answer.delivery != Delivery.SEND or not is_sent:
            self._break_off(answer.delivery)

    def _wait(self, seconds: float) -> None:
        """Wait until the time is over, the server stops, or the client has gone."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.server.stopping.wait(_TICK_S):
            if self._client_gone():
                return

    def _client_gone(self) -> bool:
        try:
            return not self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _break_off(self, delivery: Delivery) -> None:
        self.close_connection = True
        if delivery == Delivery.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)

    def log_message(self, *_: object) -> None:
        """Log nothing: the journal is the log."""


def _part(body: bytes, delivery: Delivery) -> bytes:
    return {Delivery.SEND: body, Delivery.CUT: body[: len(body) // 2]}.get(delivery, b"")


def _head(reply: Reply, at: int) -> bytes:
    """Return the head of an answer; the reply's own headers replace the server's."""
    usual = {
        "Content-Type": JSON_TYPE,
        "Date": formatdate(at / 1_000_000, usegmt=True),
        "Content-Length": str(len(reply.body)),
    }
    named = {name.title() for name in reply.headers}
    headers = {**reply.headers, **{k: v for k, v in usual.items() if k not in named}}
    lines = [f"HTTP/1.1 {reply.status} {responses.get(reply.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


class Server(ThreadingHTTPServer):
    """The listening socket and its connections.

    Args:
        port: 0 for a free one.
        api: what answers.
        journal: what keeps the log.

    Raises:
        SandboxError: the port is taken.
    """

    daemon_threads = True
    # With the usual 5, some of the connections that a poller opens at once would wait for a second.
    request_queue_size = 256

    def __init__(self, *, port: int, api: FakeApi, journal: Journal) -> None:
        self.api, self.journal, self.stopping = api, journal, Event()
        self._open: dict[Thread, socket.socket] = {}
        self._guard = Lock()
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise SandboxError(
                f"cannot listen on {HOST}:{port}: {os.strerror(error.errno or 0)}"
            ) from error
        self._loop = Thread(target=self._accept, daemon=True)

    def server_bind(self) -> None:
        """Bind without a look-up of the address's name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    @property
    def url(self) -> str:
        """The URL at which the server listens."""
        return f"http://{HOST}:{self.server_port}"

    def start(self) -> None:
        """Serve from a thread of its own."""
        self._loop.start()

    def stop(self) -> None:
        """End the connections and their threads, and free the port."""
        self.stopping.set()
        if self._loop.is_alive():
            with suppress(OSError):  # a connection ends the wait for one
                socket.create_connection((HOST, self.server_port), _JOIN_S).close()
            self._loop.join(_JOIN_S)
        with self._guard:
            left = dict(self._open)
        for connection in left.values():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in left:
            thread.join(_JOIN_S)
        self.server_close()

    def _accept(self) -> None:
        """Accept connections until the server stops."""
        while not self.stopping.is_set():
            self.handle_request()

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ANN401, ARG002
        """Refuse the connection that `stop` makes."""
        return not self.stopping.is_set()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Give a connection a thread that `stop` can join."""
        thread = Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        with self._guard:
            self._open[thread] = request
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Serve a connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._guard:
                self._open.pop(current_thread(), None)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401
        """Close a connection; one that is to be reset gets no orderly end before."""
        lingering = request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(_RESET_ON_CLOSE))
        if lingering == _RESET_ON_CLOSE:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Ignore a client that went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)
