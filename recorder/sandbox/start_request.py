"""Starting a run: what `POST /api/enrichment` takes and answers.

Invariant: fields that are not known are ignored; a known field of another type is answered with 400.
"""

import json
from collections.abc import Callable
from typing import Any

from recorder.sandbox.definitions import SLUGS, Definition, definition, latest_version
from recorder.sandbox.replies import Reply, error_reply, json_reply
from recorder.sandbox.run_document import trigger_run_id
from recorder.sandbox.simulated_run import Ending, Overrides, SimulatedRun

_MOST_LEADS = 5000


def parse_start_request(body: bytes) -> Overrides | Reply:
    """Parse the overrides for a new run, or return the 400 that answers the body.

    Args:
        body: empty, or a JSON object with any of `slug`, `version`, `leadCount`, `listId`, and the
            sandbox's own `ending` (completed, failed, cancelled, cancelled-pending, stuck).
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
    return Overrides(
        definition=_definition(wanted),
        leads=wanted.get("leadCount"),
        list_id=wanted.get("listId"),
        ending=Ending(wanted["ending"]) if wanted.get("ending") else None,
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
    ("ending", lambda value: value in list(Ending), f"one of {', '.join(Ending)}"),
)


def started_reply(run: SimulatedRun, at: int, *, reused: bool) -> Reply:
    """Answer a start: 202, or 200 where an idempotency key brought the run back."""
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
