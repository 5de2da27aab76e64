"""The outcome, detail, dates and body of one HTTP exchange.

Invariant: total: whatever a server sends gets an outcome, in bounded memory. The body of a 200 is not parsed here.
"""

import re
import urllib.parse
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from itertools import chain

from msgspec import Struct

from recorder.instants import SECOND, us_of
from recorder.ledger.answer import OK, Outcome, outcome_of_status
from recorder.ledger.jsontext import JsonTextError, parse_json

LONGEST_PAUSE_S = 3600.0
"""The longest pause that a Retry-After gets: a mistake of the server must not stop a source for days."""

_PIECE = 64 * 1024
_GZIP = zlib.MAX_WBITS | 16
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32  # by the header that the data begin with
_SECONDS = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_TAG = re.compile(r"<[^<>]*>")


class EncodingError(Exception):
    """A body that cannot be decompressed; the message says why."""


class Exchange(Struct, frozen=True, kw_only=True):
    """One request and its response, as far as there was one.

    Attributes:
        status: the HTTP status, None where none was received.
        headers: by name, whatever its case.
        body: the bytes that were read, decompressed.
        length: how many bytes were read; more than `body` holds where only its beginning is stored.
        failure: why the response is missing or incomplete; None where it is complete.
    """

    status: int | None = None
    headers: Mapping[str, str]
    body: bytes = b""
    length: int = 0
    failure: str | None = None


def outcome_of(exchange: Exchange) -> Outcome | None:
    """Return the outcome; None for a 200 that was read in full."""
    outcome = outcome_of_status(exchange.status)
    return Outcome.MALFORMED if outcome is None and exchange.failure else outcome


def detail_of(exchange: Exchange) -> str | None:
    """Return the reason for the outcome in the server's own words, neither cut nor escaped; None for a full 200."""
    if exchange.status is None or exchange.status == OK:
        return exchange.failure
    if exchange.status in range(300, 400) and "Location" in exchange.headers:
        return _redirect(exchange.headers["Location"])
    return _message(exchange.body) or exchange.failure or f"HTTP status {exchange.status}"


def _redirect(location: str) -> str:
    try:
        host = urllib.parse.urlsplit(location).netloc.rpartition("@")[2]
    except ValueError:
        host = "a place that is no URL"
    return f"redirect to {host or 'the same host'}, not followed"


def _message(body: bytes) -> str:
    """Return the error message of a JSON body, or the text of an HTML page."""
    try:
        value = parse_json(body)
    except JsonTextError:
        return " ".join(_TAG.sub(" ", body.decode(errors="replace")).split())
    if isinstance(value, dict) and isinstance(value.get("error"), dict):
        value = value["error"]
    words = [value.get(key) for key in ("error", "message")] if isinstance(value, dict) else [value]
    return next((word for word in words if isinstance(word, str)), "")


def retry_after_s(text: str | None, *, now: int) -> float | None:
    """Return the pause that a Retry-After header asks for, seconds.

    Args:
        text: seconds, or an HTTP date.
        now: the instant that a date counts from, microseconds since 1970 UTC.

    Returns:
        0 for a past date, at most `LONGEST_PAUSE_S`; None where the header is absent or invalid.
    """
    if text is None:
        return None
    if _SECONDS.fullmatch(seconds := text.strip()):
        pause_s = float(seconds)
    else:
        until = http_date(text)
        if until is None:
            return None
        pause_s = (until - now) / SECOND
    return min(max(pause_s, 0.0), LONGEST_PAUSE_S)


def http_date(text: str | None) -> int | None:
    """Return the instant of a Date header, microseconds since 1970 UTC; None where it is absent or invalid."""
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
        return us_of(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def clock_ahead_us(observed_at: int, server_time: int | None, *, latency_ms: int) -> int | None:
    """Return how far our clock is ahead of the server's at the least; negative: behind.

    The server wrote its Date, cut to the second, between our sending and our reading: that bounds the difference.

    Args:
        observed_at: when the answer was read, by our clock.
        server_time: its Date; None where it sent none.
        latency_ms: from sending to reading.
    """
    if server_time is None:
        return None
    most = observed_at - server_time
    least = most - SECOND - latency_ms * 1000
    # Where the bounds lie on both sides of 0 the clocks may agree.
    return max(least, 0) or min(most, 0)


def inflated(chunks: Iterable[bytes], *, encoding: str) -> Iterable[bytes]:
    """Return the pieces of a body without its content encoding, of at most 64 KiB each where it was compressed.

    Args:
        chunks: the body as it comes over the wire.
        encoding: the Content-Encoding header, empty where there is none.

    Raises:
        EncodingError: the encoding is another than the one asked for, or the body is damaged or ends early.
    """
    word = encoding.strip().lower()
    if word in {"", "identity"}:
        return chunks
    if word not in {"gzip", "x-gzip", "deflate"}:
        raise EncodingError(f"the content encoding {word!r} was not asked for")
    return _inflated(chunks)


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the content of all gzip members; bytes that are no member are yielded as they are before the error."""
    inflater, remaining = zlib.decompressobj(_GZIP_OR_ZLIB), iter(chunks)
    # Read for a member that has yielded nothing yet, while that is little.
    unproven: bytes | None = b""
    for chunk in remaining:
        pending = chunk
        while pending:
            if inflater.eof:
                # A gzip file may have several members, one after the other.
                inflater, unproven = zlib.decompressobj(_GZIP), b""
            unproven = None if unproven is None else unproven + pending
            try:
                piece = inflater.decompress(pending, _PIECE)
            except zlib.error as error:
                yield from () if unproven is None else chain((unproven,), remaining)
                raise EncodingError(f"cannot be decompressed: {error}") from error
            unproven = None if piece or len(unproven or b"") > _PIECE else unproven
            yield piece
            pending = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
    yield inflater.flush()
    if not inflater.eof:
        raise EncodingError("the compressed body ends early")
