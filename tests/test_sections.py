"""A body read by its sections says what the whole of it says, whatever was read before."""

import json
from typing import Any

import pytest
import reference_drift
from hypothesis import example, given
from hypothesis import strategies as st
from jsons import LITERALS, TEXTS
from stores import sample_body, sample_paths

from recorder.ledger.body import Malformed, read_body
from recorder.ledger.cost import CostRules
from recorder.ledger.jsontext import DEEPEST, digest, to_text
from recorder.ledger.packing import unpack
from recorder.ledger.readable import storable
from recorder.ledger.row import FIELDS, MOVING, parse_row
from recorder.ledger.sections import Reading, Sections

REMEMBERING = Sections(CostRules())
SAMPLES = [sample_body(path) for path in sample_paths()]

AWKWARD = st.sampled_from(
    [
        *(r'"\ud800"', r'"\udfff\ud800"', r'"\u0000"', r'"\ud83e\uddea"', '"\U0001f9ea"', r'"\/"'),
        *('"\xff"', '"a\tb"', "01", "1.", "-", "-0", "1E400", "NaN", "Infinity", "nul", "+1", ""),
        *('{"$part":"x"}', '{"$column":"status"}', r'{"\u0024part":9}', '{"a":1,"a":2}', "9" * 300),
        *('{"$served":{"$part":1}}', "[" * 98 + "]" * 98, "[" * 97 + "]" * 97, '{"a":' * 99),
        *("[1,2", "[1 , 2 ]", ' { "a" : [ ] } ', '"2026-11-20T09:15:00.120Z"', "true", "null"),
        *('"0001-01-01T00:00:00Z"', '"running"', '"completed"', '{"credits":8}', "[]", "{}", "12"),
    ]
)
KEYS = st.sampled_from(
    [
        *{step for field in FIELDS for step in field.path.split(".")},
        *("id", "$part", "extra", "\ud83e", "Ünï", "run", "requested", "run.status", ""),
    ]
)
TOKENS = AWKWARD | LITERALS | TEXTS.map(json.dumps)


def objects(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """JSON texts of objects, keys repeated at times, with white space at times."""
    members = st.tuples(KEYS.map(json.dumps), st.sampled_from([":", ": ", " :\n"]), inner)
    return st.lists(members.map("".join), max_size=6).map(lambda told: f"{{{','.join(told)}}}")


JSONS = st.recursive(TOKENS, objects, max_leaves=12)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Answers of a run, some of them no JSON at all."""
    sections = [
        f'"{name}":{draw(objects(JSONS) | JSONS)}'
        for name in draw(st.permutations(["scope", "timing", "cost", "enrichment", "status"]))
        if draw(st.booleans())
    ]
    members = [f'"run":{{{",".join(sections)}}}']
    if draw(st.booleans()):
        members.append(f"{json.dumps(draw(KEYS))}:{draw(JSONS)}")
    if draw(st.booleans()):
        members.reverse()
    begin = draw(st.sampled_from(["", "", "", "\ufeff", " ", "\n"]))
    text = f"{begin}{{{','.join(members)}}}{draw(st.sampled_from(['', '', ' ', ',']))}"
    return text.encode("utf-8", "surrogatepass").replace(b"\xc3\xbf", b"\xff")


def assert_read_as_whole(body: bytes, run_id: str, sections: Sections) -> None:
    """What sections say is what the whole says, and the document gives the whole back."""
    read, whole = sections.read(body, run_id=run_id), read_body(body, run_id=run_id)
    if isinstance(whole, Malformed):
        assert read == whole
        return
    assert isinstance(read, Reading)
    assert read.row == parse_row(whole.run)
    assert read.digest == digest(whole.run)
    parts = {part.digest: part.text for part in read.parts}
    columns = {name: getattr(read.row, name) for name in MOVING}
    back = unpack(read.template.text, columns, parts.__getitem__)
    assert back == to_text(whole.value)
    beyond = {tuple(map(storable, one)) for one in reference_drift.in_body(whole.value)}
    assert beyond.issuperset(read.deviations)  # two of one path are one
    assert {path for path, *_ in beyond} == {path for path, *_ in read.deviations}


@pytest.mark.slow
@given(bodies() | st.binary(max_size=40))
@example(b'{"run":{"scope":"a"}}')
@example(b'{"run":{"id":null,"scope":{"counts":[1]}}}')
@example(b'{"run":1,"run":{"status":"x"}}')
@example(b'{"run":{"x":1},"run":{"status":{}}}')
@example(b'{"run":{"x":"\xff","x":1}}')
@example(b'{"run":{"x":%s,"x":1}}' % (b"[" * 200 + b"]" * 200))
@example(b"[" * 100_000)
@example(b'{"run":' * 100_000)
def test_sections_say_what_the_whole_says(body: bytes) -> None:
    """Hostile bodies, read for the first time or again: the same row, digest, document or reason."""
    for sections in (Sections(CostRules()), REMEMBERING, REMEMBERING):
        assert_read_as_whole(body, "er_1", sections)


@pytest.mark.slow
@given(st.sampled_from(SAMPLES), st.data())
def test_a_changed_byte_is_read_as_in_the_whole(body: bytes, data: st.DataObject) -> None:
    """A known document with a byte of it replaced, removed or added."""
    at = data.draw(st.integers(0, len(body) - 1))
    there = data.draw(st.binary(max_size=2))
    changed = body[:at] + there + body[at + data.draw(st.integers(0, 2)) :]
    run_id = json.loads(body)["run"]["id"]
    assert_read_as_whole(changed, run_id, REMEMBERING)


@pytest.mark.parametrize("levels", [DEEPEST - 1, DEEPEST, DEEPEST + 1])
@pytest.mark.parametrize(
    "path", ["run.x", "run.scope.x", "run.scope.counts.x", "run.timing.x", "x"]
)
def test_depth_counts_from_the_whole(path: str, levels: int) -> None:
    """A member may be as deep as the whole may, wherever it lies and however often it was read elsewhere."""
    *above, last = path.split(".")
    inside = levels - len(above) - 1
    value: Any = {last: "@"}
    for name in reversed(above):
        value = {name: value}
    text = json.dumps({"run": {}} | value).replace('"@"', "[" * inside + "]" * inside)
    assert_read_as_whole(text.encode(), "er_1", REMEMBERING)
    assert isinstance(REMEMBERING.read(text.encode(), run_id="er_1"), Malformed) is (
        levels > DEEPEST
    )


def test_what_was_read_before_is_found_again() -> None:
    """A section of the same bytes is the same object, though another run's."""
    long = {"leadIds": [f"ld_{n}" for n in range(50)]}
    read = [
        REMEMBERING.read(
            json.dumps({"run": {"id": name, "scope": {"requested": long}}}).encode(), run_id=name
        )
        for name in ("er_1", "er_2")
    ]
    texts = [
        next(part.text for part in one.parts if "ld_49" in part.text)
        for one in read
        if isinstance(one, Reading)
    ]
    assert texts[0] is texts[1]
