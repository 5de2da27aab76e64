import gzip
import itertools
import zlib
from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recorder.fetch.reading import (
    EncodingError,
    Exchange,
    detail_of,
    http_date,
    inflated,
    outcome_of,
    retry_after_s,
)
from recorder.instants import SECOND, parse_instant
from recorder.ledger.answer import Outcome

NOW = parse_instant("2026-11-20T09:15:00Z") or 0


def exchange(
    status: int | None,
    body: bytes = b"",
    *,
    headers: Mapping[str, str] | None = None,
    failure: str | None = None,
) -> Exchange:
    return Exchange(
        status=status, headers=headers or {}, body=body, length=len(body), failure=failure
    )


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, None),
        (404, Outcome.NOT_VISIBLE),
        (401, Outcome.REFUSED),
        (403, Outcome.REFUSED),
        (429, Outcome.THROTTLED),
        *[(status, Outcome.SERVER_ERROR) for status in (500, 502, 503, 504, 520, 599)],
        *[(status, Outcome.UNEXPECTED) for status in (101, 201, 204, 206, 301, 304, 400, 402, 418)],
        *[(status, Outcome.UNEXPECTED) for status in (600, 999)],
        (None, Outcome.NETWORK_ERROR),
    ],
)
def test_each_status_has_its_outcome(status: int | None, outcome: Outcome | None) -> None:
    """The status decides the outcome; only a 200 is left open."""
    assert outcome_of(exchange(status)) is outcome


def test_trouble_spoils_only_a_200() -> None:
    """A 200 that was not read in full is malformed; an error that was cut short is still that error."""
    assert outcome_of(exchange(200, failure="cut short")) is Outcome.MALFORMED
    assert outcome_of(exchange(503, failure="cut short")) is Outcome.SERVER_ERROR


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"error": "Run not found"}', "Run not found"),
        (b'{"message": "Too many requests"}', "Too many requests"),
        (b'{"error": {"code": "x", "message": "Bad key"}}', "Bad key"),
        (b'{"error": true, "message": "Down"}', "Down"),
        (b'"down"', "down"),
        (b'{"error": null}', "HTTP status 503"),
        (b"[1]", "HTTP status 503"),
        (b"", "HTTP status 503"),
        (b"<html><title>502 Bad\n Gateway</title><p>nginx</html>", "502 Bad Gateway nginx"),
        (b"\xff plain", "\ufffd plain"),
    ],
)
def test_the_detail_is_what_the_server_said(body: bytes, detail: str) -> None:
    """The API's message, or a page's text, or at least the status, says what happened."""
    assert detail_of(exchange(503, body)) == detail


def test_a_page_of_brackets_is_read_in_no_time() -> None:
    """Looking for a page's text does not go quadratic on 64 KiB of opening brackets."""
    assert len(detail_of(exchange(500, b"<" * 65_536)) or "") == 65_536


@pytest.mark.parametrize(
    ("location", "where"),
    [
        ("https://evil.example/x?token=1", "evil.example"),
        ("//evil.example:8443/x", "evil.example:8443"),
        ("https://user:pw@evil.example/", "evil.example"),
        ("/login", "the same host"),
        ("http://[bad/", "a place that is no URL"),
    ],
)
def test_a_redirect_tells_where_to(location: str, where: str) -> None:
    """A redirect's detail names the host that it would have led to, and nothing else of its URL."""
    told = detail_of(exchange(302, headers={"Location": location}))
    assert told == f"redirect to {where}, not followed"


def test_a_304_redirects_nowhere() -> None:
    """A 3xx without a Location tells its status."""
    assert detail_of(exchange(304)) == "HTTP status 304"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        (" 17 ", 17.0),
        ("1.5", 1.5),
        ("-5", 0.0),
        ("3600", 3600.0),
        ("86400", 3600.0),
        ("9" * 1000, 3600.0),
        ("Fri, 20 Nov 2026 09:15:30 GMT", 30.0),
        ("Friday, 20-Nov-26 09:15:30 GMT", 30.0),
        ("Fri Nov 20 09:15:30 2026", 30.0),
        ("Fri, 20 Nov 2026 09:14:00 GMT", 0.0),
        ("Fri, 20 Nov 2099 09:14:00 GMT", 3600.0),
        (None, None),
        *[(nonsense, None) for nonsense in ("", "soon", "1e3", "nan", "inf", "+5", "٣", "5, 7")],
        ("Fri, 99 Nov 2026 09:15:30 GMT", None),
        ("Fri, 20 Nov 2026 09:15:30 +9999999999", None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(text: str | None, seconds: float | None) -> None:
    """Both kinds are seconds from now, never negative, an hour at most; nonsense is nothing."""
    assert retry_after_s(text, now=NOW) == seconds


def test_a_date_header_is_an_instant() -> None:
    """A Date header is read to the microsecond, without a zone as UTC."""
    assert http_date("Fri, 20 Nov 2026 09:15:00 GMT") == NOW
    assert http_date("Fri, 20 Nov 2026 10:15:01 +0100") == NOW + SECOND
    assert http_date("Fri, 20 Nov 2026 09:15:00 -0000") == NOW
    assert http_date(None) is None


@given(st.text() | st.from_regex(r"\A[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,6} [\d:]+ \S*\Z"))
@example("0\x1f")
def test_any_header_is_borne(text: str) -> None:
    """No Date or Retry-After header raises."""
    http_date(text)
    pause = retry_after_s(text, now=NOW)
    assert pause is None or 0.0 <= pause <= 3600.0


def chunks_of(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(st.binary(max_size=5000), st.integers(min_value=1, max_value=700))
def test_what_was_compressed_comes_back(body: bytes, size: int) -> None:
    """gzip, zlib and plain bodies come back whole, however they are cut into pieces."""
    for encoding, sent in (
        ("gzip", gzip.compress(body)),
        ("X-GZIP", gzip.compress(body)),
        ("deflate", zlib.compress(body)),
        ("", body),
        (" identity ", body),
    ):
        assert b"".join(inflated(chunks_of(sent, size), encoding=encoding)) == body


def kept_until_error(chunks: list[bytes], encoding: str) -> bytes:
    """What a damaged body gives before the error."""
    kept: list[bytes] = []

    def take() -> None:
        for piece in inflated(chunks, encoding=encoding):
            kept.append(piece)  # noqa: PERF402  # what came before the error counts

    with pytest.raises(EncodingError):
        take()
    return b"".join(kept)


@given(
    st.lists(st.binary(max_size=3000), min_size=1, max_size=4),
    st.integers(min_value=1, max_value=700),
)
def test_all_members_come_back(bodies: list[bytes], size: int) -> None:
    """A gzip body of several members holds them all, however it is cut into pieces."""
    sent = b"".join(map(gzip.compress, bodies))
    assert b"".join(inflated(chunks_of(sent, size), encoding="gzip")) == b"".join(bodies)


@given(
    st.binary(max_size=300),
    st.binary(min_size=2, max_size=300).filter(lambda rubbish: rubbish[:2] != b"\x1f\x8b"),
    st.sampled_from(["gzip", "deflate"]),
)
def test_rubbish_behind_a_body_is_kept_as_it_was_served(
    body: bytes, rubbish: bytes, encoding: str
) -> None:
    """A body with something else behind it is damaged; what it held and what follows are there to be looked at."""
    compress = gzip.compress if encoding == "gzip" else zlib.compress
    kept = kept_until_error(chunks_of(compress(body) + rubbish + b"more", 100), encoding)
    assert kept in (body + rubbish + b"more", body)


def test_a_plain_body_said_to_be_compressed_is_kept() -> None:
    """What is no compressed body at all is given as it was served."""
    assert kept_until_error([b"{", b'"run":1}'], "gzip") == b'{"run":1}'


def test_a_bomb_goes_off_in_small_pieces() -> None:
    """64 KiB that hold 60 MB come out 64 KiB at a time, only as far as they are asked for."""
    bomb = gzip.compress(bytes(60_000_000))
    assert len(bomb) < 64 * 1024
    pieces = list(itertools.islice(inflated([bomb], encoding="gzip"), 10))
    assert [len(piece) for piece in pieces] == [64 * 1024] * 10


@pytest.mark.parametrize(
    ("sent", "encoding", "said"),
    [
        (gzip.compress(b"x" * 1000, mtime=0)[:-9], "gzip", "the compressed body ends early"),
        (b"{}", "gzip", "cannot be decompressed: .*incorrect header check"),
        (b"", "gzip", "the compressed body ends early"),
        (b"x", "br", "the content encoding 'br' was not asked for"),
        (b"x", "gzip, gzip", "the content encoding 'gzip, gzip' was not asked for"),
    ],
)
def test_what_cannot_be_decompressed_says_why(sent: bytes, encoding: str, said: str) -> None:
    """A damaged, unfinished or strangely encoded body is an error of its own, with the reason."""
    with pytest.raises(EncodingError, match=said):
        list(inflated([sent], encoding=encoding))
