"""Ten thousand leads captured through faults and kills, by a real process from a real server into both kinds of store."""

import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from stores import bytes_of, view
from virtual import most_in_a_minute
from watchers import Watcher

from recorder.instants import HOUR, SECOND, now_us
from recorder.sandbox import Fault, Kind, Sandbox, SimulatedPopulation
from recorder.sandbox.run_items import items_reply
from recorder.sandbox.simulated_run import Ending, Overrides, SimulatedRun, make_run
from recorder.store.engine import Database
from recorder.store.schema import item
from recorder.store.write.track import track_with_source

RATE = 3000
LEADS = 1000
ENDINGS = (Ending.COMPLETED,) * 6 + (Ending.CANCELLED,) * 2 + (Ending.FAILED,) * 2
FAULTS = [
    Fault(kind=kind, rate=rate, retry_after_s=1, seconds=0.3)
    for kind, rate in (
        *((Kind.SERVER_ERROR, 0.03), (Kind.RESET, 0.03), (Kind.TRUNCATE, 0.03)),
        *((Kind.HTML, 0.02), (Kind.NO_RUN, 0.02), (Kind.THROTTLE, 0.01), (Kind.SLOW, 0.6)),
    )
]


def served(run: SimulatedRun) -> list[dict[str, Any]]:
    """All items of a run as the API has them now."""
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        body = json.loads(items_reply(run, now_us(), f"limit=100&cursor={cursor}").body)
        found += body["items"]
        cursor = body["page"]["nextCursor"]
    return found


def has_captured(database: Database, more_than: int) -> bool:
    """Whether more items are stored than so many, those of captures under way too."""
    with database.reading() as connection:
        return (
            connection.execute(sa.select(sa.func.count()).select_from(item)).scalar_one()
            > more_than
        )


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, at most two minutes."""
    until = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.2)


@pytest.mark.slow
def test_ten_thousand_leads_through_faults_and_kills(
    database: Database, store_url: str, tmp_path: Path
) -> None:
    """None is lost or doubled, each is as it was served, and nothing of the people behind them is in the store."""
    runs = tuple(
        make_run(
            seed=8,
            number=number,
            user="default",
            created_at=now_us() - 3 * HOUR,
            overrides=Overrides(leads=LEADS, list_id=f"lst_{number}", ending=ending),
        )
        for number, ending in enumerate(ENDINGS)
    )
    environ = {
        "RECORDER_DATABASE_URL": store_url,
        "RECORDER_CONFIG": "/dev/null",
        "RECORDER_RATE": str(RATE),
        "RECORDER_SETTLE": "2s",
        "PUFFLE_API_KEY": "pk_sandbox",
    }
    program = ["-m", "recorder", "poll", "--forever", "--items"]
    with Sandbox(SimulatedPopulation(runs=runs), faults=FAULTS).start() as sandbox:
        track_with_source(
            database, "default", [one.run_id for one in runs], base_url=sandbox.url, now=now_us()
        )
        environ["RECORDER_BASE_URL"] = sandbox.url
        with Watcher(program, environ, tmp_path / "said") as watcher:
            for kills in range(3):
                watcher.start()
                wait_until(partial(has_captured, database, more_than=LEADS * (1 + 2 * kills)))
                watcher.kill()
            assert not has_captured(database, LEADS * len(runs) - 1)
            watcher.start()
            wait_until(lambda: len(view(database, "lead_outcomes")) == LEADS * len(runs))
            assert watcher.end() in (0, 3)
        asked = [one.at / SECOND for one in sandbox.requests if one.endpoint == "items"]
    shown = {one["item_id"]: one for one in view(database, "lead_outcomes")}
    expected = {str(one["id"]): one for run in runs for one in served(run)}
    assert shown.keys() == expected.keys()
    assert len(shown) == LEADS * len(runs)
    for item_id, one in expected.items():
        held = shown[item_id]
        assert (held["run_id"], held["lead_id"]) == (one["runId"], one["leadId"])
        assert (held["status"], held["skipped_reason"]) == (one["status"], one["skippedReason"])
        assert held["attempts"] == one["attempts"]
    assert not [row for row in view(database, "runs") if "items" in (row["quality"] or "")]
    assert most_in_a_minute(asked) <= RATE // 5
    everything = bytes_of(database) + (tmp_path / "said").read_bytes()
    snapshots = [one["metadata"]["leadSnapshot"] for one in expected.values()]
    people = {one[name] for one in snapshots for name in ("phone", "name")}
    assert len(people) > 100
    assert not [one for one in people if one.encode() in everything]
    assert b"run_cancelled" in everything
