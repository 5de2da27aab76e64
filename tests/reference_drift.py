"""What lies beyond the API's page once more, slow and plain, from the documents that were served: for tests alone."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from typing import Any

from reference import Cells, grouped

from recorder.analysis.rows import RunRow
from recorder.instants import datetime_of
from recorder.ledger.answer import Answer

PAGE = json.loads("""
{"id": "<string>", "status": "<string>", "mode": "<string>",
 "enrichment": {"id": "<string>", "slug": "<string>", "version": 0, "snapshot": "<unknown>"},
 "scope": {"type": "<string>", "listId": "<string>", "requested": "<unknown>", "resolvedCount": 0,
           "counts": {"pending": 0, "running": 0, "completed": 0, "skipped": 0, "failed": 0}},
 "output": {"target": "<string>", "attributeKey": "<string>", "writePolicy": "<string>", "persistResults": true},
 "cost": {"preview": "<unknown>", "actual": "<unknown>"},
 "trigger": {"correlationId": "<string>", "triggerRunId": "<string>", "dispatchMetadata": "<unknown>"},
 "error": {"message": "<string>", "details": "<unknown>"},
 "timing": {"startedAt": "<string>", "completedAt": "<string>", "cancelledAt": "<string>",
            "createdAt": "<string>", "updatedAt": "<string>"}}
""")
WORDS = ("pending", "running", "completed", "failed", "cancelled")
Found = tuple[str, str, str]


def json_type(value: Any) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")


def in_body(body: dict[str, Any]) -> set[Found]:
    """What one answer holds beyond the page."""
    outside = {(f"$.{k}", "unknown_field", json_type(v)) for k, v in body.items() if k != "run"}
    return outside | set(_in_run(PAGE, body["run"], ""))


def _in_run(page: Any, value: Any, path: str) -> Iterator[Found]:
    if value is None or page == "<unknown>":
        return
    if json_type(page) != json_type(value):
        yield path, "other_type", json_type(value)
    elif path == "status" and value not in WORDS:
        yield path, "unknown_word", value
    elif isinstance(value, dict):
        for key, inner in value.items():
            below = f"{path}.{key}" if path else key
            if key in page:
                yield from _in_run(page[key], inner, below)
            else:
                yield below, "unknown_field", json_type(inner)


def drift(answers: Iterable[Answer], rows: Sequence[RunRow], by: Sequence[str] = ()) -> list[Cells]:
    """A row a group, path, kind and value; `rows`: the runs that the filters take."""
    seen: dict[str, dict[Found, list[int]]] = {}
    for one in answers:
        if one.outcome is None:
            for found in in_body(json.loads(one.body)):
                seen.setdefault(one.run_id, {}).setdefault(found, []).append(one.observed_at)
    table = []
    for key, members in grouped(rows, by, UTC).items():
        for found in {one for row in members for one in seen.get(row.run_id, ())}:
            same = [row for row in members if found in seen.get(row.run_id, ())]
            instants = [at for row in same for at in seen[row.run_id][found]]
            newest = max(same, key=lambda row: (row.created_at or row.tracked_at, row.run_id))
            table.append(
                dict(zip((*by, "path", "kind", "value"), (*key, *found), strict=True))
                | {
                    "runs": len(same),
                    "first_seen_at": datetime_of(min(instants)),
                    "last_seen_at": datetime_of(max(instants)),
                    "example_run_id": newest.run_id,
                }
            )
    return table
