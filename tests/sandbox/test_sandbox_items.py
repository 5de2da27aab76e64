"""The items of a sandbox's runs add up to the counts of their documents, at each instant, and come page by page."""

import json
from typing import Any

import pytest

from recorder.sandbox.population import SimulatedPopulation
from recorder.sandbox.run_document import document
from recorder.sandbox.run_items import items_reply
from recorder.sandbox.simulated_run import SimulatedRun, cancel
from recorder.sandbox.timestamps import MINUTE

START = 1_763_629_200_000_000
RUNS = SimulatedPopulation.generate(runs=60, seed=4, start_at=START, spread_us=30 * MINUTE).runs


def read(run: SimulatedRun, at: int, **query: Any) -> dict[str, Any]:
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    body: dict[str, Any] = json.loads(items_reply(run, at, asked).body)
    return body


def all_items(run: SimulatedRun, at: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = read(run, at, limit=100, cursor=cursor)
        found += answer["items"]
        if not answer["page"]["hasMore"]:
            return found
        cursor = answer["page"]["nextCursor"]


@pytest.mark.slow
def test_items_add_up_to_the_counts() -> None:
    """At every step of every run, cancelled ones too; an item that has ended is the same ever after."""
    for run in RUNS:
        cancelled = cancel(run, run.steps[-1].at - 1) or run
        ended: dict[str, Any] = {}
        for step in cancelled.steps:
            found = all_items(cancelled, step.at)
            counts = document(cancelled, step.at)["run"]["scope"]["counts"]
            statuses = [one["status"] for one in found]
            assert {word: statuses.count(word) for word in counts} == counts
            assert len({one["id"] for one in found}) == cancelled.leads
            over = {one["id"]: one for one in found if one["timing"]["completedAt"]}
            assert ended.items() <= over.items()
            ended = over


def test_a_cancel_skips_what_waits() -> None:
    """Leads that were pending are skipped because the run was cancelled, and never began."""
    run = next(run for run in RUNS if run.steps[-1].status == "cancelled" and run.leads > 9)
    skipped = [one for one in all_items(run, run.steps[-1].at) if one["skippedReason"]]
    assert "run_cancelled" in {one["skippedReason"] for one in skipped}
    assert {one["timing"]["startedAt"] for one in skipped} == {None}


def test_pages_are_filtered_and_limited() -> None:
    """By status and lead; fifty a page unless asked, a hundred at the most."""
    run = max(RUNS, key=lambda run: run.leads)
    at = run.steps[-1].at
    assert run.leads > 100
    assert len(read(run, at)["items"]) == 50
    first = read(run, at, limit=1)["items"][0]
    assert [one["id"] for one in read(run, at, leadId=first["leadId"])["items"]] == [first["id"]]
    assert {one["status"] for one in read(run, at, status="failed")["items"]} <= {"failed"}
    for limit in ("0", "101", "x"):
        assert items_reply(run, at, f"limit={limit}").status == 400


def test_leads_come_back_and_a_provider_is_slow() -> None:
    """Runs of lists share leads; one provider fails most often, by timeouts; people's data is there to be left out."""
    found = [one for run in RUNS for one in all_items(run, run.steps[-1].at)]
    leads = [one["leadId"] for one in found]
    assert len(set(leads)) < len(leads)
    failed = [one for one in found if one["status"] == "failed"]
    slow = [one for one in failed if one["metadata"]["provider"] == "reacher"]
    assert len(slow) > len(failed) / 2
    assert {one["error"]["message"] for one in slow} == {"Timeout after 30000 ms calling reacher"}
    assert all("@" in one["metadata"]["leadSnapshot"]["email"] for one in found)
