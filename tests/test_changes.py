"""What differs between two states, leaf by leaf."""

from typing import Any

import pytest
from hypothesis import given
from jsons import VALUES, reordered

from recorder.history.changes import ABSENT, changes, same
from recorder.ledger.jsontext import Json, parse_json


def told(before: str, after: str) -> list[tuple[str, Any, Any]]:
    return [(c.path, c.before, c.after) for c in changes(parse_json(before), parse_json(after))]


def test_each_leaf_that_differs_is_one_change() -> None:
    """Dotted paths, in the order of the later value; what stands still is not told."""
    before = '{"status": "pending", "scope": {"counts": {"pending": "4"}, "type": "list"}}'
    after = '{"scope": {"type": "list", "counts": {"pending": "2"}}, "status": "running"}'
    assert told(before, after) == [
        ("scope.counts.pending", "4", "2"),
        ("status", "pending", "running"),
    ]


def test_absent_is_not_null() -> None:
    """A field that comes, goes, or becomes null are three things."""
    assert told("{}", '{"a": null}') == [("a", ABSENT, None)]
    assert told('{"a": null}', "{}") == [("a", None, ABSENT)]
    assert told('{"a": "x"}', '{"a": null}') == [("a", "x", None)]
    assert repr(ABSENT) == "absent"


def test_lists_are_compared_whole() -> None:
    """A list that differs anywhere is one change."""
    assert told('{"a": ["x", "y"]}', '{"a": ["x", "z"]}') == [("a", ["x", "y"], ["x", "z"])]


@pytest.mark.parametrize(
    ("one", "other"), [("1.10", "1.1"), ("true", "1"), ("null", "false"), ("[]", "{}")]
)
def test_what_python_would_call_equal_differs(one: str, other: str) -> None:
    """A number's literal and a value's type count."""
    assert len(told(one, other)) == 1


@given(VALUES, VALUES)
def test_no_change_exactly_when_equal(before: Json, after: Json) -> None:
    """Changes are listed if and only if the values differ, in both directions."""
    equal = same(before, after)
    assert equal == (not list(changes(before, after)))
    assert equal == same(after, before) == (not list(changes(after, before)))


@given(reordered())
def test_key_order_is_no_change(pair: tuple[Json, Json]) -> None:
    """The same value in another key order differs in nothing."""
    assert not list(changes(*pair))
