"""A line of NDJSON gives back what it was made of, or says what is wrong with it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsons import OBJECTS
from shapes import HOSTILE, told
from stores import BASE_URL, T0

from recorder.history.export_record import StoredAnswer
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.body import RejectedBody
from recorder.ledger.jsontext import parse_json, to_text
from recorder.transfer.lines import LineError, answer_line, parse_line, tracked_line

Capture = pytest.CaptureFixture[str]


BAD = [
    (b"{", "no JSON"),
    (b"[]", "not a JSON object"),
    (b'\xff{"a": 1}', "not UTF-8"),
    (b"{}", "no observed_at"),
    (b'{"observed_at": "yesterday", "run_id": "a"}', "observed_at: not a time"),
    (b'{"observed_at": 1763629200, "run_id": "a"}', "observed_at: not a time"),
    (b'{"observed_at": "2025-11-20T09:00Z"}', "no run_id"),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": ""}', "empty run id"),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": "\\u0000"}', "cannot be kept"),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": 5}', "run_id: not a text"),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a"}', "no body"),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "status_code": 99}', "no HTTP status"),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "status_code": "x"}', "not a whole"),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "outcome": "good"}', "not one of"),
    (
        b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "status_code": 404, "outcome": "changed"}',
        "outcome 'changed' with status_code 404",
    ),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "body_base64": "?"}', "body_base64"),
    (
        b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "body": 1, "body_sha256": "x"}',
        "sha256",
    ),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "body": 1, "body_sha256": "00"}', "64"),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "body": 1, "source": " x"}', "source"),
    (
        b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "body": 1, "latency_ms": -1}',
        "latency",
    ),
    (b'{"tracked_at": "2025-11-20T09:00Z"}', "empty run id"),
    (b'{"tracked_at": "2025-11-20T09:00Z", "run_id": "a", "labels": 1}', "labels: not an object"),
    (b'{"tracked_at": "2025-11-20T09:00Z", "run_id": "a", "labels": {"k": 1}}', "k: not a text"),
    (
        b'{"tracked_at": "2025-11-20T09:00Z", "run_id": "a", "labels": {"k": "\\u0000"}}',
        "label value '.*' holds a character that cannot be kept",
    ),
    (
        b'{"tracked_at": "2025-11-20T09:00Z", "run_id": "a", "labels": {"%s": "v"}}' % (b"k" * 513),
        "label key 'k*…' has 513 characters",
    ),
    (
        b'{"tracked_at": "2025-11-20T09:00Z", "run_id": "%s"}' % (b"e" * 513),
        "run id 'e*…' has 513 characters",
    ),
    (b'{"tracked_at": "2025-11-20T09:00Z", "run_id": "a", "base_url": "x"}', "base_url"),
    (b'{"tracked_at": "2025-11-20T09:00Z", "run_id": "a", "base_url": "https://a..b"}', "base_url"),
    (b'{"tracked_at": "2025-11-20T09:00Z", "run_id": "a", "untracked_at": 1}', "untracked_at"),
]


@pytest.mark.parametrize(("line", "why"), BAD)
def test_a_bad_line_says_what_is_wrong(line: bytes, why: str) -> None:
    """Each way in which a line can be wrong has its own words."""
    with pytest.raises(LineError, match=why):
        parse_line(line, source="default")


INSTANTS = st.integers(0, 2**52)
IDS = st.text(min_size=1, max_size=20).filter(lambda t: "\0" not in t)


@pytest.mark.slow
@given(
    at=INSTANTS,
    run_id=IDS,
    siblings=OBJECTS,
    row=OBJECTS,
    latency=st.none() | st.integers(0, 10**6),
)
def test_a_line_of_a_good_answer_gives_it_back(
    at: int, run_id: str, siblings: dict[str, Any], row: dict[str, Any], latency: int | None
) -> None:
    """Instant, id, latency and the JSON value of an answer survive the line, whatever is in them."""
    value = siblings | {"run": row}
    stored = StoredAnswer(
        polled_at=at,
        outcome=Outcome.UNCHANGED,
        http_status=200,
        latency_ms=latency,
        detail=None,
        body=to_text(value),
        rejected_body=None,
    )
    read = parse_line(answer_line(told(run_id), stored).encode(), source="another").record
    assert isinstance(read, Answer)
    assert (read.source, read.run_id, read.observed_at) == ("default", run_id, at)
    assert (read.outcome, read.http_status, read.latency_ms) == (None, 200, latency)
    assert parse_json(read.body) == value


@given(
    outcome=st.sampled_from([o for o in Outcome if o > Outcome.UNCHANGED]),
    status=st.none() | st.integers(100, 599),
    detail=st.none()
    | st.text(alphabet=st.characters(blacklist_characters="\0", codec="utf-8"), min_size=1),
    head=st.none() | st.binary(max_size=50),
)
def test_a_line_of_any_other_answer_gives_it_back(
    outcome: Outcome, status: int | None, detail: str | None, head: bytes | None
) -> None:
    """Outcome, status, detail and what was kept of a body survive the line."""
    kept = (
        None if head is None else RejectedBody(beginning=head, length=70_000, sha256=b"\x07" * 32)
    )
    stored = StoredAnswer(
        polled_at=T0,
        outcome=outcome,
        http_status=status,
        latency_ms=3,
        detail=detail,
        body=None,
        rejected_body=kept,
    )
    read = parse_line(answer_line(told("er_1"), stored).encode(), source="default").record
    assert isinstance(read, Answer)
    assert (read.outcome, read.http_status, read.detail) == (outcome, status, detail)
    if kept is not None:
        assert (read.body, read.body_length, read.body_sha256) == (head, 70_000, kept.sha256)


@given(
    labels=st.dictionaries(IDS, IDS, max_size=3),
    resumed_at=st.none() | INSTANTS,
    untracked_at=st.none() | INSTANTS,
)
def test_a_line_of_a_run_gives_it_back(
    labels: dict[str, str], resumed_at: int | None, untracked_at: int | None
) -> None:
    """What is told of a run survives the line."""
    run_told = told(HOSTILE, labels=labels, resumed_at=resumed_at, untracked_at=untracked_at)
    read = parse_line(tracked_line(run_told).encode(), source="another")
    assert (read.record, read.base_url) == (run_told, BASE_URL)
