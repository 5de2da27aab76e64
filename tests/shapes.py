"""A store that holds runs of many shapes, for the tests of everything by which people ask."""

import json
from collections.abc import Mapping
from typing import Any

from kept import once
from stores import BASE_URL, T0, S, answer, document, failure, register, sample_body, sample_paths

from recorder.history.export_record import TrackedRun
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.target import Target
from recorder.store.engine import Database
from recorder.store.read.run_refs import find_run
from recorder.store.write.adopt import adopting
from recorder.store.write.capture import record_page
from recorder.store.write.record import Recorder
from recorder.store.write.track import track, untrack

LAST_S = 900
"""Nothing is observed later than so many seconds after T0."""

HOSTILE = 'er_\x1b[31m<b>|ünï, "quoted" 日本'


def samples() -> list[Answer]:
    """Every document of the ledger that the tests know, each as a run of its own, seen twice."""
    found = []
    for number, path in enumerate(sample_paths()):
        body = sample_body(path)
        run_id = json.loads(body)["run"]["id"]
        named = body.replace(
            json.dumps(run_id, ensure_ascii=False).encode(), f'"s{number}"'.encode(), 1
        )
        found += [answer(number + at, named, run_id=f"s{number}") for at in (0, 30)]
    return found


def life(run_id: str = "er_1", *, source: str = "default") -> list[Answer]:
    """A run from pending over a failure to its end and back, with late counts and a late actual."""
    at = "2025-11-20T09:00:00Z"
    states: list[dict[str, Any]] = [
        {"status": "pending", "timing": {"createdAt": at}, "cost": {"preview": "10.50"}},
        {"status": "running", "timing": {"createdAt": at, "startedAt": "2025-11-20T09:00:10.5Z"}},
        {"status": "failed", "error": {"message": "no\nluck \x1b[31m", "details": [1.10, None]}},
        {"status": "running", "timing": {"createdAt": at, "startedAt": "2025-11-20T09:00:10.5Z"}},
        {"status": "cancelled", "timing": {"createdAt": at, "cancelledAt": "2025-11-20T09:02:00Z"}},
        {"status": "cancelled", "cost": {"actual": {"credits": 0.000001}}, "extra": None},
    ]
    return [
        answer(20 * number + at, document(run_id, **state), run_id=run_id, source=source)
        for number, state in enumerate(states)
        for at in (0, 5)
    ]


def troubles(run_id: str) -> list[Answer]:
    """One answer of each kind that is no ledger row, between two that are."""
    whole = {"outcome": None, "http_status": 200}
    return [
        answer(1, document(run_id), run_id=run_id),
        failure(2, Outcome.NOT_VISIBLE, 404, run_id=run_id, detail="run_not_found"),
        failure(3, Outcome.REFUSED, 403, run_id=run_id),
        failure(4, Outcome.THROTTLED, 429, run_id=run_id, detail="slow \x1b[31m down"),
        failure(5, Outcome.SERVER_ERROR, 503, run_id=run_id, latency_ms=None),
        failure(6, Outcome.NETWORK_ERROR, None, run_id=run_id, detail="connection reset"),
        failure(7, Outcome.UNEXPECTED, 418, run_id=run_id),
        answer(8, b"<html>\xff", run_id=run_id),
        answer(9, document("another"), run_id=run_id),
        answer(10, b"[" + b"0," * 50_000, run_id=run_id, **whole),
        failure(11, Outcome.MALFORMED, 200, run_id=run_id, body=b'{"run": ', body_length=99),
        answer(12, document(run_id), run_id=run_id),
    ]


@once
def fill(database: Database) -> Database:
    """Record all of it; part of it late, part of it untracked, taken up again, labelled, or never seen."""
    found = samples()
    register(database, sorted({one.run_id for one in found}))
    register(database, ["er_1", "t", "last_snapshot", "silent", "gone", "back", HOSTILE])
    register(database, ["er_1", "elsewhere"], source="growth")
    recorder = Recorder(database)
    recorder.record([*found, *troubles("t"), failure(1, Outcome.NOT_VISIBLE, 404, run_id="gone")])
    recorder.record(life()[::2])
    recorder.record(life()[1::2])
    recorder.record([*life(source="growth"), *life("last_snapshot"), *life("back"), *life(HOSTILE)])
    recorder.record([failure(400, Outcome.NETWORK_ERROR, None, run_id="last_snapshot")])
    _words(database)
    return database


def _words(database: Database) -> None:
    with database.writing() as connection:
        track(connection, "default", ["s1", "er_1"], now=T0, labels={"team": "growth", "k": "a=b"})
        for run_id, at in (("s3", 700), ("back", 710), ("silent", 720)):
            ref = find_run(connection, run_id, "default")
            untrack(connection, ref.source_id, ref.run_key, now=T0 + at * S)
        track(connection, "default", ["back"], now=T0 + LAST_S * S)


def page(
    *items: Mapping[str, Any], run_id: str = "er_1", cursor: str = "", after: str | None = None
) -> Answer:
    """A page of items of a run, `after` is the cursor of the next one; each item is given an id where it has none."""
    served = [{"id": f"i{n}", "runId": run_id} | dict(one) for n, one in enumerate(items)]
    body = {"items": served, "page": {"nextCursor": after, "hasMore": after is not None}}
    return answer(LAST_S, body, target=Target(run_id, cursor))


def fill_items(database: Database) -> None:
    """Record all items of one run, of each kind, fewer than its counts of another, and the first page of a third."""
    timing = {"startedAt": "2025-11-20T09:00:11Z", "completedAt": "2025-11-20T09:00:12.5Z"}
    whole: dict[str, Any] = {"leadId": "ld_1", "attempts": 2, "metadata": {"provider": "findy"}}
    failed = {"error": {"message": "no\nluck \x1b[31m <ana@x.test>"}, "timing": {"startedAt": "x"}}
    for one in (
        page(
            {"status": "completed", "timing": timing, **whole},
            {"status": "failed", **failed, **whole},
            {"status": "skipped", "skippedReason": "run_cancelled"},
            {"status": 3, "leadId": 7, "attempts": -1, "metadata": [], "error": "x"},
        ),
        page({"status": "pending"}, run_id="s3", after="i0"),
        page({"status": "completed"}, run_id="s2"),
    ):
        record_page(database, one)


def stopped_at(database: Database, seconds: int) -> None:
    """Fill an empty store as `fill` does, with nothing that happened later than so many seconds after T0."""
    limit = T0 + seconds * S
    told = [*samples(), *troubles("t"), *life(), *life("last_snapshot")]
    known = [one for one in told if one.observed_at <= limit]
    register(database, list(dict.fromkeys(one.run_id for one in told)))
    Recorder(database).record(known)


def told(run_id: str, **more: Any) -> TrackedRun:
    """What another store says of a run."""
    fields: dict[str, Any] = {"source": "default", "base_url": BASE_URL, "tracked_at": T0}
    return TrackedRun(run_id=run_id, **fields | more)


def adopt(database: Database, *runs: TrackedRun) -> None:
    """Take in what another store says."""
    base_urls = {run.source: run.base_url for run in runs if run.base_url}
    take_in = adopting([], runs, base_urls=base_urls, base_url_of=lambda _: BASE_URL, now=T0)
    with database.writing() as connection:
        take_in(connection)
