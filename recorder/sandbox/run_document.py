"""The ledger document of one run at an instant: `{"run": {...}}`, every field of the published page.

Invariant: `document` is a pure function of run and instant, so that a test can say what was served when.
"""

import hashlib
import json
from typing import Any

from recorder.ledger.run_status import TERMINAL, RunStatus
from recorder.sandbox.definitions import contract
from recorder.sandbox.simulated_run import RunStep, SimulatedRun, lead_id
from recorder.sandbox.timestamps import iso

_MONEY_PER_HUNDRED_CREDITS = 5


def document(run: SimulatedRun, at: int) -> dict[str, Any]:
    """Return the ledger document of a run at an instant.

    Args:
        run: the run.
        at: microseconds since 1970 UTC, not before the run's creation.

    Returns:
        `{"run": {...}}`; parts of it are shared between documents, so change nothing in it.
    """
    step = run.step_at(at)
    beyond = {kind for kind, since in run.undocumented if since <= at}
    is_queued = "word" in beyond and step.status == RunStatus.PENDING
    return {
        "run": {
            "id": run.run_id,
            "status": "queued" if is_queued else step.status,
            "mode": "dry_run" if run.dry else "persisted",
            "enrichment": _enrichment(run, as_text="type" in beyond),
            "scope": _scope(run, step),
            "output": _output(run),
            "cost": _cost(run, at),
            "trigger": _trigger(run),
            "error": _error(run) if step.status == RunStatus.FAILED else None,
            "timing": _timing(run, step, at),
            **({"region": "eu-west-1"} if "field" in beyond else {}),
        }
    }


def document_bytes(run: SimulatedRun, at: int) -> bytes:
    """Encode the document as it is sent: compact JSON, UTF-8."""
    return json.dumps(document(run, at), ensure_ascii=False, separators=(",", ":")).encode()


def _enrichment(run: SimulatedRun, *, as_text: bool) -> dict[str, Any]:
    used = run.definition
    return {
        "id": f"enr_{used.slug}",
        "slug": used.slug,
        "version": str(used.version) if as_text else used.version,
        "snapshot": contract(used),
    }


def _scope(run: SimulatedRun, step: RunStep) -> dict[str, Any]:
    kind = "explicit_leads" if run.list_id is None else "list"
    return {
        "type": kind,
        "listId": run.list_id,
        "requested": {"type": kind, **_requested(run)},
        "resolvedCount": run.leads,
        "counts": {
            "pending": step.pending,
            "running": step.running,
            "completed": step.completed,
            "skipped": step.skipped,
            "failed": step.failed,
        },
    }


def _requested(run: SimulatedRun) -> dict[str, Any]:
    if run.list_id is not None:
        return {"listId": run.list_id}
    return {"leadIds": [lead_id(run, position) for position in range(run.leads)]}


def _output(run: SimulatedRun) -> dict[str, Any]:
    return {
        "target": "lead_attribute",
        "attributeKey": run.definition.slug,
        "writePolicy": "fill_empty" if run.salt % 3 else "overwrite",
        "persistResults": not run.dry,
    }


def _cost(run: SimulatedRun, at: int) -> dict[str, Any]:
    charged = run.actual_at is not None and run.actual_at <= at
    return {
        "preview": _amount(run, run.leads * run.definition.credits * 100),
        "actual": _amount(run, _actual_hundredths(run)) if charged else None,
    }


def _actual_hundredths(run: SimulatedRun) -> int:
    """Compute the actual cost in hundredths of a credit; a cancelled run gets no refund."""
    last = run.steps[-1]
    if last.status == RunStatus.CANCELLED:
        return run.leads * run.definition.credits * 100
    return round(last.processed * run.definition.credits * 100 * run.charge)


def _amount(run: SimulatedRun, hundredths: int) -> Any:  # noqa: ANN401 -- the page leaves it untyped
    whole = round(hundredths / 100)
    match run.definition.cost_shape:
        case "credits":
            return {"credits": whole, "perLead": run.definition.credits}
        case "number":
            return whole
        case "string":
            return f"{hundredths // 100}.{hundredths % 100:02d}"
        case "total":
            total = round(whole * _MONEY_PER_HUNDRED_CREDITS / 100, 2)
            return {"total": total, "currency": run.definition.currency}


def _trigger(run: SimulatedRun) -> dict[str, Any]:
    digest = hashlib.sha256(run.salt.to_bytes(8)).hexdigest()
    return {
        "correlationId": f"cor_{digest[:12]}",
        "triggerRunId": trigger_run_id(run),
        "dispatchMetadata": {"queue": "enrichment", "attempt": 1} if run.salt % 4 else None,
    }


def trigger_run_id(run: SimulatedRun) -> str:
    """Derive the id of the worker's run."""
    return f"run_{hashlib.sha256(run.run_id.encode()).hexdigest()[:16]}"


def _error(run: SimulatedRun) -> dict[str, Any] | None:
    return None if run.error is None else {"message": run.error[0], "details": run.error[1]}


def _timing(run: SimulatedRun, step: RunStep, at: int) -> dict[str, Any]:
    started, ended = run.started_at, run.ended_at
    over = step.status in TERMINAL
    charged = run.actual_at if run.actual_at is not None and run.actual_at <= at else 0
    return {
        "startedAt": _iso(started if started is not None and started <= at else None),
        "completedAt": _iso(ended if over and run.has_completed_at else None),
        "cancelledAt": _iso(ended if step.status == RunStatus.CANCELLED else None),
        "createdAt": _iso(run.created_at),
        "updatedAt": _iso(max(step.at, charged)),
    }


def _iso(at: int | None) -> str | None:
    return None if at is None else iso(at, digits=3)
