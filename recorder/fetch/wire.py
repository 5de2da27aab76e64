"""Connections to the ledger: a pool in which every wait ends with the request's deadline.

Invariant: no thread waits on a socket beyond its deadline, not even for a server that sends one byte of its headers
every few seconds; TLS is always verified.
"""

import logging
import ssl
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterable
from typing import Final

import httpcore

from recorder.base_url import BaseUrl, is_loopback
from recorder.errors import SettingError

_MAX_CONNECTIONS = 32
_KEEPALIVE_S = 4.0  # Node's servers close an idle connection after 5 s: stay clear of that race.


class _Deadline(threading.local):
    """The deadline of the current thread's request, seconds of the monotonic clock."""

    at: float = float("inf")

    def left(self, timeout_s: float | None) -> float:
        """Return the seconds that the next wait may take.

        Raises:
            httpcore.ReadTimeout: the deadline is over.
        """
        left_s = self.at - time.monotonic()
        if left_s <= 0:
            raise httpcore.ReadTimeout("not over within the limit for the whole request")
        return left_s if timeout_s is None else min(timeout_s, left_s)


DEADLINE: Final = _Deadline()
# One for all clients: each thread has a value of its own in each, which were 40,000 for 200 clients and as many threads.


def quiet_loggers() -> None:
    """Keep URLs out of logs, unless a level is set for the loggers of the HTTP libraries."""
    for name in ("httpx", "httpcore"):
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)


def open_pool(base: BaseUrl, *, context: ssl.SSLContext | None) -> httpcore.ConnectionPool:
    """Return a pool of connections to one host, through the environment's proxy where it has one for that host.

    A proxy only sees a tunnel of TLS; loopback, which may be without TLS, gets no proxy.

    Args:
        base: the URL of the host.
        context: verifies certificates; None for http.

    Raises:
        SettingError: the environment's proxy cannot be used.
    """
    address = f"{base.host}:{base.port}"
    return httpcore.ConnectionPool(
        ssl_context=context,
        proxy=None if is_loopback(base.host) else _proxy_for(address, context),
        max_connections=_MAX_CONNECTIONS,
        keepalive_expiry=_KEEPALIVE_S,
        network_backend=_Backend(),
    )


def _proxy_for(address: str, context: ssl.SSLContext | None) -> httpcore.Proxy | None:
    proxies = urllib.request.getproxies()
    url = proxies.get("https") or proxies.get("all")
    if not url or urllib.request.proxy_bypass(address):
        return None
    try:
        return _parse_proxy(url if "://" in url else f"http://{url}", context)
    except (ValueError, TypeError):
        # `from None`, and no value: a proxy's URL may hold a password.
        raise SettingError(
            "HTTPS_PROXY or ALL_PROXY names no http:// or https:// proxy: correct it, "
            f"or put {address.rpartition(':')[0]} into NO_PROXY"
        ) from None


def _parse_proxy(url: str, context: ssl.SSLContext | None) -> httpcore.Proxy:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(parts.scheme)
    unquote = urllib.parse.unquote_to_bytes
    return httpcore.Proxy(
        url=httpcore.URL(scheme=parts.scheme, host=parts.hostname, port=parts.port, target="/"),
        auth=(unquote(parts.username), unquote(parts.password or "")) if parts.username else None,
        ssl_context=context if parts.scheme == "https" else None,
    )


class _Backend(httpcore.NetworkBackend):
    """A backend whose sockets wait no longer than the deadline: httpcore's own timeouts are those of single reads."""

    def __init__(self) -> None:
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left_s = DEADLINE.left(timeout)
        stream = self._sockets.connect_tcp(host, port, left_s, local_address, socket_options)
        return _BoundedStream(stream)


class _BoundedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, DEADLINE.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, DEADLINE.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        if not (ssl_context.check_hostname and ssl_context.verify_mode is ssl.CERT_REQUIRED):
            self.close()
            raise RuntimeError("a TLS context that does not verify the server is not used")
        left_s = DEADLINE.left(timeout)
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname, left_s))

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
