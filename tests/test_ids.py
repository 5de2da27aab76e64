"""Run ids out of lines that other programs write: what is an id, what is nothing, and why the rest is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.ledger.ids import (
    LONGEST,
    LabelError,
    RunIdError,
    checked_label,
    checked_run_id,
    run_id_of_line,
    run_ids_of_lines,
)
from recorder.ledger.refusals import Refusals

BOM = "\ufeff"
KEPT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=LONGEST)
"""Texts that every store keeps."""


@pytest.mark.parametrize(
    ("line", "run_id"),
    [
        (b"er_1\n", "er_1"),
        (b"  er_1 \t\r\n", "er_1"),
        (b"\xef\xbb\xbfer_1\r\n", "er_1"),
        (b"\xef\xbb\xbf\r\n", None),
        (b"", None),
        (b" \t\n", None),
        (b"# my ids\n", None),
        (b"\xef\xbb\xbf# my ids", None),
        (b'"er_x"\n', "er_x"),
        (b'"er \\u0078"', "er x"),
        (b'\xef\xbb\xbf{"enrichmentRunId":"er_3"}', "er_3"),
        (b'{"id": "d", "run": {"id": "c"}, "runId": "b", "enrichmentRunId": "a"}', "a"),
        (b'{"id": "d", "run": {"id": "c"}, "runId": "b"}', "b"),
        (b'{"id": "d", "run": {"id": "c"}, "runId": null}', "c"),
        (b'{"id": "d", "run": "c", "runId": 7}', "d"),
        ("er_ü_ключ".encode(), "er_ü_ключ"),
        (b"e" * LONGEST, "e" * LONGEST),
    ],
)
def test_a_line_gives_an_id_or_nothing(line: bytes, run_id: str | None) -> None:
    """JSON, a JSON string, a comment, or an id as it is; a byte order mark is none of it."""
    assert run_id_of_line(line) == run_id


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"er_bad id", "'er_bad id' is no id: it holds white space"),
        (b"er_1\rer_2", "holds white space"),
        ("er_1\u2028er_2".encode(), "holds white space"),
        (b"e" * (LONGEST + 1), "has 513 characters: at most 512 are kept"),
        (b'"' + b"e" * 3000 + b'"', "has 3,000 characters"),
        (b"er_\0", "cannot be kept"),
        (b'"\\ud800"', "cannot be kept"),
        (b'""', "empty run id"),
        (b'"er_x', "no JSON: Unterminated string starting at character 0"),
        (b'"er_x" "er_y"', "no JSON"),
        (b"{", "no JSON"),
        (b'{"no": "id"}', "without enrichmentRunId, runId, run.id or id"),
        (b"\xff\xfee\0r\0", "not UTF-8: invalid start byte at byte 0"),
    ],
)
def test_a_line_that_is_no_id_says_why(line: bytes, why: str) -> None:
    """White space, too many characters, what no store keeps, broken JSON, another encoding."""
    with pytest.raises(RunIdError) as caught:
        run_id_of_line(line)
    assert why in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


@given(st.binary(max_size=600))
def test_any_line_gives_an_id_that_every_store_keeps_or_is_refused(line: bytes) -> None:
    """Whatever bytes a line holds, an id of it is short, and holds neither NUL nor a surrogate."""
    try:
        run_id = run_id_of_line(line)
    except RunIdError:
        return
    if run_id is not None:
        assert checked_run_id(run_id) == run_id
        assert 0 < len(run_id) <= LONGEST
        assert "\0" not in run_id
        run_id.encode()


@given(KEPT, st.sampled_from(["enrichmentRunId", "runId", "id"]))
def test_json_gives_any_id_as_it_is(run_id: str, key: str) -> None:
    """An id from JSON may hold blanks, and every other character that a store keeps."""
    assert run_id_of_line(json.dumps({key: run_id}).encode()) == run_id
    assert run_id_of_line(json.dumps(run_id, ensure_ascii=False).encode()) == run_id


def test_wrong_lines_are_reported_by_number_and_the_others_taken() -> None:
    """The first twenty are reported in words, all others by how many they are."""
    told: list[str] = []
    refusals = Refusals(told.append, name="stdin")
    lines = [b"er_1", b"", *[b"a b"] * 25, b"er_2"]
    assert list(run_ids_of_lines(lines, refusals, first=10)) == ["er_1", "er_2"]
    refusals.finish()
    assert told[0] == "line 12 of stdin: 'a b' is no id: it holds white space: left out"
    assert (len(told), told[-1]) == (21, "stdin: 5 more lines were left out")


@given(KEPT, KEPT | st.just(""))
def test_a_label_that_every_store_keeps_is_taken(key: str, value: str) -> None:
    """Its value may be empty."""
    assert checked_label(key, value) == (key, value)


@pytest.mark.parametrize("text", ["x" * 3000, "\0", "\udcff"])
def test_a_label_that_a_store_refuses_is_refused_before(text: str) -> None:
    """Neither key nor value may be too long, or hold what no database keeps; a key is not empty."""
    for key, value in ((text, "v"), ("k", text), ("", "v")):
        with pytest.raises(LabelError) as caught:
            checked_label(key, value)
        assert len(str(caught.value)) < 200
