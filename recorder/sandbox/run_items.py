"""The items of a run of the sandbox: one a lead, and people's data where the API has it.

Invariant: at each instant the items add up to the counts of the run's document; an item that has ended stands still.
"""

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any
from urllib.parse import parse_qs

from recorder.ledger.run_status import RunStatus
from recorder.sandbox.replies import Reply, error_reply, json_reply
from recorder.sandbox.simulated_run import SimulatedRun, lead_id
from recorder.sandbox.timestamps import iso

_USUAL, _MOST = 50, 100
_POOL = 500
_SLOW_PROVIDER = "reacher"
_PROVIDERS = {"completed": (("findy", "llm", _SLOW_PROVIDER), (6, 3, 1))} | {
    "failed": (("findy", "llm", _SLOW_PROVIDER), (2, 1, 7))
}
_FIRST, _LAST = ("Ana", "Ben", "Chloé", "Dmitri", "Eve"), ("Ng", "Okafor", "Silva", "Weiß", "Zhou")


@dataclass(slots=True)
class _Lead:
    """One lead as it stands: its status, and since when it runs and has ended."""

    position: int
    status: str = "pending"
    reason: str | None = None
    started_at: int | None = None
    ended_at: int | None = None


def items_reply(run: SimulatedRun, at: int, query: str) -> Reply:
    """Return a page of the items of a run at an instant.

    Args:
        run: the run.
        at: microseconds since 1970 UTC.
        query: of the request: `cursor`, `limit`, `status`, `leadId`.
    """
    asked = {name: values[-1] for name, values in parse_qs(query).items()}
    limit, cursor = asked.get("limit", str(_USUAL)), asked.get("cursor", "")
    if not limit.isdecimal() or not 1 <= int(limit) <= _MOST:
        return error_reply(400, "invalid_request", f"limit: give 1 to {_MOST}")
    found = [
        lead
        for lead in _leads(run, at)
        if _item_id(run, lead.position) > cursor
        and asked.get("status", lead.status) == lead.status
        and asked.get("leadId") in (None, _lead_id(run, lead.position))
    ]
    chosen = [_item(run, lead) for lead in found[: int(limit)]]
    more = len(found) > len(chosen)
    page = {"limit": int(limit), "nextCursor": chosen[-1]["id"] if more else None, "hasMore": more}
    return json_reply(200, {"items": chosen, "page": page})


def _leads(run: SimulatedRun, at: int) -> list[_Lead]:
    """Return the leads, in their order: they are begun and ended one after the other, a cancel skips the last ones."""
    leads = [_Lead(position) for position in range(run.leads)]
    waiting = deque(leads)
    for before, step in pairwise(step for step in run.steps if step.at <= at):
        is_cancel = step.status == RunStatus.CANCELLED and before.status != step.status
        began = before.at if before.status == RunStatus.RUNNING else None
        for word in ("completed", "failed"):
            for _ in range(getattr(step, word) - getattr(before, word)):
                waiting[0].started_at = waiting[0].started_at or began
                _end(waiting.popleft(), step.at, word)
        for _ in range(step.skipped - before.skipped):
            reason = "run_cancelled" if is_cancel else "missing_input"
            _end(waiting.pop() if is_cancel else waiting.popleft(), step.at, "skipped", reason)
        for lead in islice(waiting, step.running):
            lead.status, lead.started_at = "running", lead.started_at or step.at
    return leads


def _end(lead: _Lead, at: int, status: str, reason: str | None = None) -> None:
    lead.status, lead.reason, lead.ended_at = status, reason, at


def _item_id(run: SimulatedRun, position: int) -> str:
    return f"{run.run_id}_{position:06}"


def _lead_id(run: SimulatedRun, position: int) -> str:
    """Return a lead of a list from the pool that all lists of a user draw from; the others are the run's own."""
    if run.list_id is None:
        return lead_id(run, position)
    return f"ld_{run.user}_{(run.salt + position) % _POOL:03}"


def _item(run: SimulatedRun, lead: _Lead) -> dict[str, Any]:
    lead_key = _lead_id(run, lead.position)
    rng = random.Random(f"item/{run.salt}/{lead.position}")  # noqa: S311 -- reproducible, not secret
    provider = next(iter(rng.choices(*_PROVIDERS.get(lead.status, ((None,), (1,))))))
    person = _person(lead_key)
    result = {"email": person["email"], "confidence": 0.9} if lead.status == "completed" else None
    return {
        "id": _item_id(run, lead.position),
        "runId": run.run_id,
        "leadId": lead_key,
        "listId": run.list_id,
        "membershipId": None if run.list_id is None else f"mem_{lead_key}",
        "status": lead.status,
        "result": result,
        "skippedReason": lead.reason,
        "error": _error(rng, provider, person) if lead.status == "failed" else None,
        "attempts": _attempts(rng, lead),
        "metadata": {
            "inputSnapshot": {"name": person["name"], "domain": person["domain"]},
            "leadSnapshot": person,
            "result": result,
            "provider": provider,
            "providerSubmissionId": None if provider is None else f"{provider}-{lead_key}",
        },
        "timing": dict(_timing(run, lead)),
    }


def _person(lead_key: str) -> dict[str, str]:
    rng = random.Random(f"person/{lead_key}")  # noqa: S311 -- reproducible, not secret
    first, last, domain = rng.choice(_FIRST), rng.choice(_LAST), f"company{rng.randrange(999)}.test"
    phone = f"+1555{rng.randrange(10**7):07}"
    return {
        "name": f"{first} {last}",
        "domain": domain,
        "email": f"{first}.{last}@{domain}".lower(),
        "phone": phone,
    }


def _error(rng: random.Random, provider: str | None, person: dict[str, str]) -> dict[str, Any]:
    message = rng.choice(
        [f"Upstream answered 502 to {provider}", f"No mailbox answers at {person['email']}"]
    )
    if provider == _SLOW_PROVIDER:
        message = f"Timeout after 30000 ms calling {provider}"
    return {"message": message, "details": {"provider": provider, "input": person}}


def _attempts(rng: random.Random, lead: _Lead) -> int:
    if lead.status == "failed":
        return 3
    return rng.choice([1, 1, 1, 2]) if lead.status == "completed" else int(lead.status == "running")


def _timing(run: SimulatedRun, lead: _Lead) -> Iterator[tuple[str, str | None]]:
    began = None if lead.status in ("pending", "skipped") else lead.started_at
    instants = {
        "startedAt": began,
        "completedAt": lead.ended_at,
        "createdAt": run.created_at,
        "updatedAt": lead.ended_at or began or run.created_at,
    }
    for name, at in instants.items():
        yield name, None if at is None else iso(at, digits=3)
