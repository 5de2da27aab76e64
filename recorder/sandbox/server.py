"""The sandbox on the network: real HTTP/1.1 on 127.0.0.1, one thread a connection.

Invariant: an answer is one write, so that what the log calls whole was handed over whole; `stop` leaves
no thread and no socket behind.
Must not listen on any other address, and must not decide what is answered.
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

from recorder.errors import UsageError
from recorder.sandbox.desk import Delivery, Desk, Request
from recorder.sandbox.faults import Manner
from recorder.sandbox.log import Journal, entry_of
from recorder.sandbox.replies import JSON_TYPE

HOST = "127.0.0.1"
_TICK_S = 0.02
_ACCEPT_S = 0.05
_JOIN_S = 5.0
_LONGEST_BODY = 1 << 20
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
        self._deliver(self.server.desk.take(request))

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

    def _deliver(self, delivery: Delivery) -> None:
        body = b"" if self.command == "HEAD" else delivery.reply.body
        sent = _part(body, delivery.manner)
        entry = entry_of(delivery, sent)
        if delivery.delay_s:
            self.server.journal.begin(replace(entry, whole=False))
            self._wait(delivery.delay_s)
        self.server.journal.begin(entry)
        given = False
        try:
            given = not self._client_gone()
            if given and delivery.manner in (Manner.SEND, Manner.CUT):
                self.connection.sendall(_head(delivery, length=len(delivery.reply.body)) + sent)
        except OSError:
            given = False
        self.server.journal.end(entry, sent=given)
        if delivery.manner != Manner.SEND or not given:
            self._break_off(delivery.manner)

    def _wait(self, seconds: float) -> None:
        """Until the time is over, the server stops, or the client has gone."""
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

    def _break_off(self, manner: Manner) -> None:
        self.close_connection = True
        if manner == Manner.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)

    def log_message(self, *_: object) -> None:
        """The journal is the log."""


def _part(body: bytes, manner: Manner) -> bytes:
    return {Manner.SEND: body, Manner.CUT: body[: len(body) // 2]}.get(manner, b"")


def _head(delivery: Delivery, *, length: int) -> bytes:
    """The head of an answer; what its reply names comes before what the server adds."""
    reply = delivery.reply
    usual = {
        "Content-Type": JSON_TYPE,
        "Date": formatdate(delivery.at / 1_000_000, usegmt=True),
        "Content-Length": str(length),
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
        desk: what answers.
        journal: what keeps the log.

    Raises:
        UsageError: the port is taken.
    """

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, *, port: int, desk: Desk, journal: Journal) -> None:
        self.desk, self.journal, self.stopping = desk, journal, Event()
        self._open: dict[Thread, socket.socket] = {}
        self._guard = Lock()
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise UsageError(
                f"cannot listen on {HOST}:{port}: {os.strerror(error.errno or 0)}"
            ) from error
        self._loop = Thread(target=self.serve_forever, args=(_ACCEPT_S,), daemon=True)

    def server_bind(self) -> None:
        """Binds without asking a name server what the address is called."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.server_port}"

    def start(self) -> None:
        """Serves from a thread of its own."""
        self._loop.start()

    def stop(self) -> None:
        """Ends the connections and their threads, and frees the port."""
        self.stopping.set()
        if self._loop.is_alive():
            self.shutdown()
            self._loop.join(_JOIN_S)
        with self._guard:
            left = dict(self._open)
        for connection in left.values():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in left:
            thread.join(_JOIN_S)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Gives a connection a thread that `stop` knows of."""
        thread = Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        with self._guard:
            self._open[thread] = request
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Serves a connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._guard:
                self._open.pop(current_thread(), None)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401
        """Closes a connection; one that is to be reset gets no orderly end before."""
        lingering = request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(_RESET_ON_CLOSE))
        if lingering == _RESET_ON_CLOSE:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """A client that went away is no error of ours."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)
