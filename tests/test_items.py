"""A page of items: what became of each lead is read, nothing of the people behind it, whatever a server sends."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.ledger.body import Malformed
from recorder.ledger.items import ItemsPage, LeadItem, read_items
from recorder.ledger.target import Target
from recorder.store.schema import item

FIRST = Target("er_1", "")
SECRET = "ana@secret.test"
WHOLE = {
    "id": "it_1",
    "runId": "er_1",
    "leadId": "ld_1",
    "status": "failed",
    "result": {"email": SECRET},
    "skippedReason": "missing_input",
    "error": {"message": "no answer", "details": {"input": SECRET}},
    "attempts": 3,
    "metadata": {"inputSnapshot": SECRET, "provider": "findy", "providerSubmissionId": SECRET},
    "timing": {"startedAt": "2025-11-20T09:00:00Z", "completedAt": "2025-11-20T09:00:01.5Z"},
    SECRET: SECRET,
}


def read(*items: Any, target: Target = FIRST, **page: Any) -> ItemsPage | Malformed:
    return read_items(json.dumps({"items": items, "page": page}).encode(), target)


def test_an_item_is_its_outcome() -> None:
    """The columns of the table are read, in their order, and no other value of an item."""
    page = read(WHOLE)
    assert isinstance(page, ItemsPage)
    (one,) = page.items
    at = 1_763_629_200_000_000
    assert one == (
        *("it_1", "ld_1", "failed", "missing_input", "no answer", 3, "findy"),
        *(at, at + 1_500_000),
    )
    assert list(LeadItem._fields) == [
        c.name for c in item.c if c.name not in ("source_id", "run_key")
    ]


@pytest.mark.parametrize("name", [name for name in WHOLE if name not in ("id", "runId")])
@pytest.mark.parametrize("value", [SECRET.split("@"), {"x": SECRET}, True, -1.5])
def test_what_is_of_another_type_is_null(name: str, value: Any) -> None:
    """A field that is an array, an object, a flag or an odd number gives none of it; the others stay."""
    page = read(WHOLE | {name: value})
    assert isinstance(page, ItemsPage)
    assert SECRET not in repr(page)
    assert page.items[0].item_id == "it_1"


@pytest.mark.parametrize(
    ("page", "following"),
    [
        ({"nextCursor": "it_1", "hasMore": True}, "it_1"),
        ({"nextCursor": "it_1"}, "it_1"),
        ({"nextCursor": 7, "hasMore": True}, "7"),
        ({"hasMore": True}, "it_1"),
        ({"nextCursor": "it_1", "hasMore": False}, None),
        ({"nextCursor": None, "hasMore": False}, None),
        ({}, None),
    ],
)
def test_a_page_names_the_next_one(page: dict[str, Any], following: str | None) -> None:
    """The cursor as served; the last id where the page only says that there is more."""
    found = read({"id": "it_1"}, **page)
    assert isinstance(found, ItemsPage)
    assert found.next_cursor == following


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"items": {}}',
        b'{"items": [1]}',
        b'{"items": [{"status": "ana@secret.test"}]}',
        b'{"items": [{"id": ""}]}',
        b'{"items": [{"id": "a", "runId": "ana@secret.test"}]}',
        b'{"items": [{"id": "%s"}]}' % (b"x" * 600),
        b'{"items": [], "page": {"hasMore": true, "nextCursor": "ana@secret.test"}}',
        b'{"items": [{"id": "b"}], "page": {"nextCursor": "a"}}',
        b'{"items": ["ana@secret.test", \xff]}',
    ],
)
def test_a_malformed_page_is_not_quoted(body: bytes) -> None:
    """No list, no id, another run, or pages that do not advance: the reason holds nothing of the body."""
    found = read_items(body, Target("er_1", "a"))
    assert isinstance(found, Malformed)
    assert "secret" not in found.reason


@pytest.mark.slow
@settings(max_examples=50)
@given(st.binary() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_any_bytes_are_read(body: bytes | str) -> None:
    """Whatever a server sends is a page or malformed."""
    read_items(body if isinstance(body, bytes) else body.encode("utf-8", "replace"), FIRST)
