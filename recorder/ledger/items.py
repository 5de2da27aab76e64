"""A page of the items of a run: what became of each lead, and nothing of the people behind it.

Invariant: any bytes give an `ItemsPage` or a `Malformed`. Of an item only the fields of `LeadItem` are read: results,
snapshots of people, details of errors and unknown fields end here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from msgspec import Struct

from recorder.ledger.body import Malformed, id_text, may_be_id
from recorder.ledger.jsontext import Json, JsonTextError, parse_json
from recorder.ledger.readable import storable
from recorder.ledger.row import READERS, FieldKind, value_at
from recorder.ledger.target import Target

_LONGEST_ID = 512

_FIELDS: Final[Mapping[str, FieldKind]] = MappingProxyType(
    {
        "leadId": FieldKind.WORD,
        "status": FieldKind.TEXT,
        "skippedReason": FieldKind.TEXT,
        "error.message": FieldKind.TEXT,
        "attempts": FieldKind.COUNT,
        "metadata.provider": FieldKind.TEXT,
        "timing.startedAt": FieldKind.INSTANT,
        "timing.completedAt": FieldKind.INSTANT,
    }
)
"""The path and kind of each field of `LeadItem` after its id, in their order."""


class LeadItem(NamedTuple):
    """One lead of a run; a field that is absent or of another type is None. Instants in microseconds since 1970 UTC."""

    item_id: str
    lead_id: str | None
    status: str | None
    skipped_reason: str | None
    error_message: str | None
    attempts: int | None
    provider: str | None
    started_at: int | None
    completed_at: int | None


class ItemsPage(Struct, frozen=True, kw_only=True):
    """One page: its items, each id once, and the cursor of the next page; None: it is the last one."""

    items: tuple[LeadItem, ...]
    next_cursor: str | None


def read_items(body: bytes, target: Target) -> ItemsPage | Malformed:
    """Return the page that a body holds, or the reason why it is malformed, which quotes nothing of it.

    Args:
        body: the bytes of a 200, read in full.
        target: the requested page.
    """
    try:
        value = parse_json(body)
    except JsonTextError as error:
        return Malformed(reason=str(error))
    served = value.get("items") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(served, list):
        return Malformed(reason="the body holds no list `items`")
    items: dict[str, LeadItem] = {}
    for one in served:
        item = _item(one, target.run_id)
        if item is None:
            return Malformed(reason="an item has no id, or is of another run")
        items[item.item_id] = item
    following = _next_cursor(value.get("page"), items)
    # A cursor that leads nowhere new would be followed for ever.
    if following is not None and (not items or following == target.cursor):
        return Malformed(reason="the pages of items do not advance")
    return ItemsPage(items=tuple(items.values()), next_cursor=following)


def _item(served: Json, run_id: str) -> LeadItem | None:
    if not isinstance(served, dict) or not may_be_id(served.get("runId"), run_id):
        return None
    item_id = storable(id_text(served.get("id")) or "")
    if not 0 < len(item_id) <= _LONGEST_ID:
        return None
    values = (READERS[kind](value_at(served, path.split("."))) for path, kind in _FIELDS.items())
    return LeadItem._make((item_id, *values))


def _next_cursor(page: Json, items: dict[str, LeadItem]) -> str | None:
    """Return the cursor of the next page; where the page gives none but says that there is more, the last id."""
    stated = page if isinstance(page, dict) else {}
    if stated.get("hasMore") is False:
        return None
    last = next(reversed(items), "") if stated.get("hasMore") is True else None
    return id_text(stated.get("nextCursor")) or last
