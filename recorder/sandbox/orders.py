"""Starting a run: what `POST /api/enrichment` takes and answers.

Invariant: fields that are not known are ignored; a known field of another type is answered with 400.
Must not import anything that does I/O.
"""

import json
from collections.abc import Callable
from typing import Any

from recorder.sandbox.definitions import SLUGS, Definition, definition, latest_version
from recorder.sandbox.documents import trigger_run_id
from recorder.sandbox.lives import Fate, SandboxRun, Wish
from recorder.sandbox.replies import Reply, error_reply, json_reply

_MOST_LEADS = 5000


def parse_order(body: bytes) -> Wish | Reply:
    """What the body wants of a new run, or the 400 that it gets.

    Args:
        body: empty, or a JSON object with any of `slug`, `version`, `leadCount`, `listId`, and the
            sandbox's own `fate` (completed, failed, cancelled, cancelled-pending, stuck).
    """
    try:
        wanted = json.loads(body or b"{}")
    except ValueError:
        return error_reply(400, "invalid_body", "The body is no JSON")
    if not isinstance(wanted, dict):
        return error_reply(400, "invalid_body", "The body is no JSON object")
    for name, fits, help_text in _FIELDS:
        if wanted.get(name) is not None and not fits(wanted[name]):
            return error_reply(400, "invalid_body", f"{name}: {help_text}")
    return Wish(
        definition=_definition(wanted),
        leads=wanted.get("leadCount"),
        list_id=wanted.get("listId"),
        fate=Fate(wanted["fate"]) if wanted.get("fate") else None,
    )


def _definition(wanted: dict[str, Any]) -> Definition | None:
    slug = wanted.get("slug")
    if slug is None:
        return None
    latest = latest_version(slug)
    return definition(slug, min(wanted.get("version") or latest, latest))


def _is_count(value: object, most: int) -> bool:
    return type(value) is int and 0 <= value <= most


_FIELDS: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    ("slug", lambda value: value in SLUGS, f"one of {', '.join(SLUGS)}"),
    ("version", lambda value: _is_count(value, 99), "a whole number from 1"),
    ("leadCount", lambda value: _is_count(value, _MOST_LEADS), f"from 0 to {_MOST_LEADS}"),
    ("listId", lambda value: isinstance(value, str), "a text"),
    ("fate", lambda value: value in list(Fate), f"one of {', '.join(Fate)}"),
)


def started_reply(run: SandboxRun, at: int, *, reused: bool) -> Reply:
    """The answer to a start: 202, or 200 where an idempotency key brought the run back."""
    return json_reply(
        200 if reused else 202,
        {
            "enrichmentRunId": run.run_id,
            "runId": run.run_id,
            "status": run.step_at(at).status,
            "leadCount": run.leads,
            "triggerRunId": trigger_run_id(run),
            "reusedExistingRun": reused,
        },
    )
