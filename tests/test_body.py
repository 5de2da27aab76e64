import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.ledger.body import (
    REJECTED_BYTES,
    Body,
    Malformed,
    one_line,
    read_body,
    rejected_body,
)
from recorder.ledger.jsontext import Number

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def reason(body: bytes, run_id: str = "er_1") -> str:
    read = read_body(body, run_id=run_id)
    assert isinstance(read, Malformed)
    return read.reason


def test_a_ledger_row_is_read_exactly() -> None:
    """The run, its siblings and the literals of its numbers are there as served."""
    read = read_body(b'{"run": {"id": "er_1", "cost": 1.10}, "beside": true}', run_id="er_1")
    assert isinstance(read, Body)
    assert read.run == {"id": "er_1", "cost": Number("1.10")}
    assert read.value == {"run": read.run, "beside": True}


@pytest.mark.parametrize("run", [{}, {"id": None}, {"id": "er_1"}])
def test_only_another_id_contradicts(run: dict[str, Any]) -> None:
    """An id that is absent or null is no contradiction."""
    assert isinstance(read_body(json.dumps({"run": run}).encode(), run_id="er_1"), Body)


@pytest.mark.parametrize("served", ["er_2", 7, ["er_1"], {"id": "er_1"}, True])
def test_a_run_that_gives_another_id_is_not_it(served: Any) -> None:
    """Whatever the id is; a number is an id as it is written."""
    body = json.dumps({"run": {"id": served}}).encode()
    assert isinstance(read_body(body, run_id="er_1"), Malformed)
    assert isinstance(read_body(b'{"run": {"id": 7}}', run_id="7"), Body)


@pytest.mark.parametrize(
    "run_id", ["er/ünïcode ½?#%2F", "\U0001f9ea", "a\nb", "\ud800", "'", '"\\', "\x00"]
)
def test_an_awkward_id_is_itself(run_id: str) -> None:
    """Ids are compared as text, however the JSON spells them."""
    for ascii_only in (True, False):
        text = json.dumps({"run": {"id": run_id}}, ensure_ascii=ascii_only or run_id == "\ud800")
        assert isinstance(read_body(text.encode(), run_id=run_id), Body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no JSON: Expecting value at character 0"),
        (b"<html>502</html>", "no JSON: Expecting value at character 0"),
        (b'{"run": {"id": "er_1"', "no JSON: "),
        (b'{"run": {"id": "\xff"}}', "not UTF-8: "),
        (b"[" * 100_000, "no JSON that can be read: nested too deep"),
        (b'{"run": {"n": NaN}}', "NaN is no JSON number"),
        (b"null", "the body is null, not an object"),
        (b'[{"run": {}}]', "the body is an array, not an object"),
        (b"1", "the body is a number, not an object"),
        (b'{"error": "no"}', "the body holds no `run`"),
        (b'{"run": null}', "`run` is null, not an object"),
        (b'{"run": "er_1"}', "`run` is a string, not an object"),
        (b'{"run": true}', "`run` is a boolean, not an object"),
    ],
)
def test_what_is_no_ledger_row_is_malformed(body: bytes, said: str) -> None:
    """A body that is no JSON, or holds no run object, is malformed, and the reason says how."""
    assert reason(body).startswith(said)


def test_another_run_is_malformed() -> None:
    """A row of another run is malformed; both ids are shown, cut and without control characters."""
    assert reason(b'{"run": {"id": "er_2"}}') == "speaks of run 'er_2', not 'er_1'"
    assert reason(b'{"run": {"id": "ER_1"}}') == "speaks of run 'ER_1', not 'er_1'"
    shown = reason(json.dumps({"run": {"id": "\x1b[2J\n" + "x" * 5000}}).encode(), "er_1\r")
    assert shown.startswith("speaks of run '\\x1b[2J\\nxxx")
    assert shown.endswith("…', not 'er_1\\r'")
    assert len(shown) < 160


@given(st.one_of(st.binary(), JSON.map(lambda value: json.dumps(value).encode())), st.text())
def test_any_bytes_are_read(body: bytes, run_id: str) -> None:
    """Whatever is served is a body or malformed, and a reason is one printable line."""
    read = read_body(body, run_id=run_id)
    assert isinstance(read, Body) or read.reason.isprintable()


def test_the_beginning_the_length_and_the_digest_are_kept() -> None:
    """Of a malformed body its first 64 KiB are kept, with the length and digest of all that was read."""
    body = bytes(range(256)) * 1024
    thing = rejected_body(body)
    assert thing.beginning == body[: 64 * 1024]
    assert len(thing.beginning) == REJECTED_BYTES
    assert thing.length == 256 * 1024
    assert thing.sha256 == hashlib.sha256(body).digest()


def test_a_length_beyond_what_was_kept_is_kept() -> None:
    """A body known to be longer than what was kept of it has its known length; a short one its own."""
    assert rejected_body(b"begin", length=40_000_000).length == 40_000_000
    assert rejected_body(b"", length=0).length == 0
    assert rejected_body(b"whole").length == 5


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_one_line_is_one_line(text: str, at_most: int) -> None:
    """Served text comes out printable, and never longer than asked."""
    line = one_line(text, at_most=at_most)
    assert line.isprintable()
    assert len(line) <= at_most
    if text.isprintable() and len(text) <= at_most:
        assert line == text
