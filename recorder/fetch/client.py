"""Requests to the ledger by httpx, one at a time.

Invariant: `fetch` sends at most one request, is over by its deadline, and returns an answer whatever the network or
the server does. The key is in the Authorization header of that request and nowhere else. No retry (each request is one
poll and one unit of the budget), no redirect, no cookies, no netrc, always TLS verification.
"""

import os
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import lru_cache
from importlib import metadata
from typing import Self

import httpcore
import httpx  # not its Client, which follows, keeps cookies, reads netrc, and logs each full URL at INFO
from msgspec import Struct
from msgspec.structs import replace

from recorder.base_url import BaseUrl, parse_base_url
from recorder.errors import SettingError
from recorder.fetch.keys import ApiKey
from recorder.fetch.reading import (
    EncodingError,
    Exchange,
    clock_ahead_us,
    detail_of,
    http_date,
    inflated,
    outcome_of,
    retry_after_s,
)
from recorder.fetch.wire import DEADLINE, open_pool, quiet_loggers
from recorder.instants import now_us
from recorder.ledger.answer import OK, Answer, Outcome
from recorder.ledger.body import REJECTED_BYTES, one_line
from recorder.ledger.target import Target

MAX_BODY = 8 * 2**20
USER_AGENT = f"puffle-recorder/{metadata.version('puffle-recorder')}"

_SECRET_LENGTH = 16  # A shorter key may be a plain word of a ledger row; the API's keys are longer.
FAILURES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpx.HTTPError,
    EncodingError,
    OSError,
    ValueError,  # a host name that IDNA cannot encode
)


class Timeouts(Struct, frozen=True, kw_only=True):
    """The time limits of a request, seconds.

    Attributes:
        connect_s: for a TCP connection, and again for its TLS handshake.
        read_s: from one piece of the answer to the next.
        total_s: for the whole request; only the system's name resolution is not bound by it.
    """

    connect_s: float = 5.0
    read_s: float = 10.0
    total_s: float = 30.0


class LedgerClient:
    """A client for one source, which threads may share. Close it, or use it in `with`.

    Args:
        base_url: of the API.
        key: the API key.
        source: the name of the source; every answer carries it.
        clock: microseconds since 1970 UTC.
        timeouts: how long a request may take.
        max_body: bytes of a decompressed body; a longer one is malformed.
        transport: instead of the network, for tests; it has no deadline and no proxy.

    Raises:
        ValueError: the base URL cannot be used; settings never hold such a one.
        SettingError: the environment's proxy, SSL_CERT_FILE or SSL_CERT_DIR cannot be used.
    """

    def __init__(
        self,
        *,
        base_url: str,
        key: ApiKey,
        source: str,
        clock: Callable[[], int] = now_us,
        timeouts: Timeouts | None = None,
        max_body: int = MAX_BODY,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._base = parse_base_url(base_url)
        self._key = key
        self._source = source
        self._clock = clock
        self._timeouts = timeouts or Timeouts()
        self._max_body = max_body
        self._transport = transport or _PoolTransport(open_client_pool(self._base))
        self._closed = False
        quiet_loggers()

    def __repr__(self) -> str:
        return f"LedgerClient(base_url={str(self._base)!r}, source={self._source!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; requests under way end as network errors."""
        self._closed = True
        self._transport.close()

    def fetch(self, target: Target, since: float | None = None) -> Answer:
        """Fetch a target by one request.

        The key is masked in the detail and in the body of every answer; in the body of a 200 only where the key is
        long enough to be no plain word.

        Args:
            target: of the request. An empty run id gets an unexpected answer without a request: its path would be that of
                another endpoint.
            since: the instant that the limit on the whole request counts from, seconds of the monotonic clock; None
                for now. After the limit nothing is sent.

        Raises:
            RuntimeError: the client is closed. Nothing else raises.
        """
        if self._closed:
            raise RuntimeError(f"{self!r} is closed")
        if not target.run_id:
            return self._unsent(target)
        started = time.monotonic()
        DEADLINE.at = (started if since is None else since) + self._timeouts.total_s
        exchange = self._exchange(target)
        # In this order: what stops the thread in between lengthens the request, which then still holds the server's instant.
        observed_at = self._clock()
        latency_ms = round((time.monotonic() - started) * 1000)
        return self._answer(target, exchange, observed_at=observed_at, latency_ms=latency_ms)

    def _exchange(self, target: Target) -> Exchange:
        try:
            response = self._transport.handle_request(self._request(target))
        except FAILURES as error:
            return Exchange(headers={}, failure=self._describe(error))
        return self._read(response)

    def _request(self, target: Target) -> httpx.Request:
        limits = self._timeouts
        return httpx.Request(
            "GET",
            str(self._base),
            headers={
                "Authorization": self._key.header(),
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                "User-Agent": USER_AGENT,
            },
            extensions={
                "target": f"{self._base.path}{target.path}".encode("ascii"),
                "timeout": {
                    "connect": limits.connect_s,
                    "read": limits.read_s,
                    "write": limits.read_s,
                    "pool": limits.total_s,
                },
            },
        )

    def _read(self, response: httpx.Response) -> Exchange:
        # More of an error's body is read than is stored: enough to find a key that lies across the cut.
        ok = response.status_code == OK
        most = self._max_body if ok else REJECTED_BYTES + self._key.longest_spelling
        body, failure = bytearray(), None
        try:
            with closing(response):
                for piece in _pieces(response):
                    body += piece
                    if len(body) > most:
                        failure = f"larger than {most} bytes" if ok else None
                        break
        except FAILURES as error:
            failure = f"cut short after {len(body)} bytes: {self._describe(error)}"
        return Exchange(
            status=response.status_code,
            headers=response.headers,
            body=bytes(body),
            length=len(body),
            failure=failure,
        )

    def _describe(self, error: Exception) -> str:
        if isinstance(error, EncodingError):
            return str(error)
        return f"{type(error).__name__} at {self._base.host}: {error}".rstrip(": ")

    def _answer(
        self, target: Target, exchange: Exchange, *, observed_at: int, latency_ms: int
    ) -> Answer:
        masked = replace(exchange, body=self._masked_body(exchange))
        detail = detail_of(masked)
        server_time = http_date(masked.headers.get("Date"))
        # A date in Retry-After is by the server's clock.
        now = observed_at if server_time is None else server_time
        return Answer(
            source=self._source,
            target=target,
            observed_at=observed_at,
            outcome=outcome_of(masked),
            http_status=masked.status,
            latency_ms=latency_ms,
            body=masked.body,
            body_length=masked.length,
            detail=None if detail is None else one_line(self._key.mask(detail)),
            retry_after_s=retry_after_s(masked.headers.get("Retry-After"), now=now),
            ahead_us=clock_ahead_us(observed_at, server_time, latency_ms=latency_ms),
        )

    def _masked_body(self, exchange: Exchange) -> bytes:
        """Return the part of the body that is stored, with the key masked."""
        ok = exchange.status == OK
        a_word = ok and len(self._key) < _SECRET_LENGTH
        body = exchange.body if a_word else self._key.mask_bytes(exchange.body)
        if exchange.failure is not None:
            body = self._key.mask_cut_end(body)
        return body if ok and exchange.length <= self._max_body else body[:REJECTED_BYTES]

    def _unsent(self, target: Target) -> Answer:
        return Answer(
            source=self._source,
            target=target,
            observed_at=self._clock(),
            outcome=Outcome.UNEXPECTED,
            detail="an empty run id cannot be requested",
        )


def open_client_pool(base: BaseUrl) -> httpcore.ConnectionPool:
    """Return a pool of connections to a host, by the certificates and the proxy of the environment.

    Raises:
        SettingError: one of them cannot be used.
    """
    try:
        context = _shared_context(*_certificates()) if base.scheme == "https" else None
    except OSError as error:
        raise SettingError(
            f"SSL_CERT_FILE or SSL_CERT_DIR cannot be used: {error.strerror or error}"
        ) from error
    return open_pool(base, context=context)


def _certificates() -> tuple[str | None, str | None]:
    return os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")


@lru_cache(maxsize=1)
def _shared_context(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """Return the TLS context of all clients, with the certificates that the environment names."""
    # Shared: a context takes 20 ms and 0.8 MB.
    return httpx.create_ssl_context()


def _pieces(response: httpx.Response) -> Iterator[bytes]:
    if not isinstance(response.stream, httpx.SyncByteStream):
        raise TypeError("the transport answered with an asynchronous stream")
    yield from inflated(response.stream, encoding=response.headers.get("Content-Encoding", ""))


class _PoolTransport(httpx.BaseTransport):
    """A transport of httpx over a pool of httpcore."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        # The target goes into the URL: as an extension it would also replace the target of a CONNECT.
        url = request.url
        response = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=url.raw_scheme,
                    host=url.raw_host,
                    port=url.port,
                    target=request.extensions["target"],
                ),
                headers=request.headers.raw,
                extensions={"timeout": request.extensions["timeout"]},
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=_BodyStream(response)
        )

    def close(self) -> None:
        self._pool.close()


class _BodyStream(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()
