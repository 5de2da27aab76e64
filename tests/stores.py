"""Helpers of the tests that need a store: answers to record, and all rows to compare."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.jsontext import to_text
from recorder.ledger.target import Target
from recorder.store.documents import load_value
from recorder.store.engine import Database
from recorder.store.parts import Parts
from recorder.store.records import load_snapshots
from recorder.store.schema import VERSION_TABLE
from recorder.store.sharing import key_budgets
from recorder.store.sharing.key_budgets import Slot, Taking, lock_budgets
from recorder.store.table_parts import SCHEMA, metadata
from recorder.store.write.sources import ensure_source
from recorder.store.write.track import track

SAMPLES = Path(__file__).parent / "samples"
BASE_URL = "https://ledger.test"
T0 = 1_763_629_200_000_000  # 2025-11-20T09:00:00Z
S = 1_000_000

Rows = dict[str, list[dict[str, Any]]]


def sample_paths() -> list[Path]:
    """The documents of the ledger that the tests know."""
    return sorted(SAMPLES.glob("*.json"))


def sample_body(path: Path) -> bytes:
    """The answer that a sample holds, to the byte."""
    text = path.read_text(encoding="utf-8")
    body = text[text.index('"body":') + len('"body":') : text.rindex("}")]
    return body.strip().encode()


def document(run_id: str = "er_1", status: str = "running", **fields: Any) -> dict[str, Any]:
    """A small ledger row; further fields of `run` by name."""
    return {"run": {"id": run_id, "status": status} | fields}


def answer(
    at: int, body: bytes | Mapping[str, Any] | None = None, *, run_id: str = "er_1", **more: Any
) -> Answer:
    """A 200 with a body (JSON is made of a mapping), `at` seconds after T0."""
    given = body if isinstance(body, bytes) else json.dumps(body or document(run_id)).encode()
    fields: dict[str, Any] = {
        "source": "default",
        "target": Target(run_id),
        "observed_at": T0 + at * S,
        "outcome": None,
        "http_status": 200,
        "latency_ms": 12,
        "body": given,
        "body_length": len(given),
    }
    return Answer(**fields | more)


def failure(
    at: int,
    outcome: Outcome = Outcome.SERVER_ERROR,
    http_status: int | None = 503,
    *,
    run_id: str = "er_1",
    **more: Any,
) -> Answer:
    """An answer without a ledger row."""
    fields = {"outcome": outcome, "http_status": http_status, "body": b""}
    return answer(at, run_id=run_id, **fields | more)


def register(
    database: Database,
    run_ids: Iterable[str] = ("er_1",),
    *,
    source: str = "default",
    at: int = -1,
    labels: Mapping[str, str] | None = None,
) -> None:
    """Track runs, `at` seconds after T0."""
    with database.writing() as connection:
        ensure_source(connection, source, base_url=BASE_URL, now=T0 + at * S)
        track(connection, source, list(run_ids), now=T0 + at * S, labels=labels)


def set_revision(database: Database, revision: str) -> None:
    """Say of a store that it has another schema."""
    schema = None if database.dialect.is_file else SCHEMA
    version = sa.table(VERSION_TABLE, sa.column("version_num"), schema=schema)
    with database.writing() as connection:
        connection.execute(sa.update(version).values(version_num=revision))


def take_slots(
    connection: sa.Connection, key_id: str, count: int, *, now: int, rate: int = 80
) -> list[Slot]:
    """Take so many requests of a key, but no more than it has left."""
    budget = lock_budgets(connection, {key_id: rate}, now=now)[key_id]
    taking = Taking(key_id=key_id, budget=budget, count=min(count, budget.free))
    return key_budgets.take_slots(connection, [taking], now=now)[0]


_DELETES = [sa.delete(table) for table in reversed(metadata.sorted_tables)]
_DELETED = ";".join(map(str, _DELETES))
_OTHERS_ENDED = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle';"
)


def empty(database: Database, *, alone: bool = False) -> None:
    """Delete every row of a store; `alone`: on Postgres end first what other sessions are still at."""
    with database.writing() as connection:
        if database.dialect.is_file:
            for one in _DELETES:
                connection.execute(one)
        else:
            connection.exec_driver_sql(_OTHERS_ENDED * alone + _DELETED)  # one round trip


def rows(database: Database, *tables: str) -> Rows:
    """All rows of the tables (default: all), by their keys."""
    found: Rows = {}
    with database.reading() as connection:
        for table in metadata.sorted_tables:
            if not tables or table.name in tables:
                held = connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()
                found[table.name] = [dict(row) for row in held]
    return found


def content(database: Database) -> Rows:
    """All rows, with the answers in place of their parts, and events without numbers, so that two stores can be compared."""
    held = rows(database)
    for row in held["source"]:
        row.pop("last_event_id")
    for row in held["event"]:
        del row["event_id"], row["recorded_at"]
    held["event"].sort(key=lambda row: [str(value) for value in row.values()])
    held.pop("part")
    held.pop("run_month")  # it counts transactions
    held.pop("usual_run")  # it depends on the order of ends
    with database.reading() as connection:
        shelves = {s["source_id"]: Parts(connection, s["source_id"]) for s in held["source"]}
        for row, record in zip(held["snapshot"], load_snapshots(connection), strict=True):
            row["document"] = to_text(dict(load_value(record, shelves[row["source_id"]])))
            row.pop("part_id")
    return held


_KEYS: Mapping[str, Sequence[str]] = {
    "labels": ["key"],
    "lead_outcomes": ["item_id"],
    "polls": ["polled_at"],
    "snapshots": ["seq"],
    "transitions": ["seen_at"],
}
"""What tells rows of one run apart."""


def view(database: Database, name: str) -> list[dict[str, Any]]:
    """What people see in a view, by runs and by time: of itself a database gives rows in any order."""
    schema = None if database.dialect.is_file else "recorder"
    keys = ["event_id"] if name == "events" else ["source", "run_id", *_KEYS.get(name, ())]
    with database.reading() as connection:
        held = connection.execute(
            sa.select(sa.text("*"))
            .select_from(sa.table(name, schema=schema))
            .order_by(*map(sa.column, keys))
        )
        return [dict(row) for row in held.mappings()]


def bytes_of(database: Database) -> bytes:
    """All that a store holds: its files, or its rows and the files of its server where they can be read."""
    if database.path is not None:
        return b"".join(path.read_bytes() for path in database.path.parent.iterdir())
    with database.writing() as connection:
        folder = Path(connection.exec_driver_sql("SHOW data_directory").scalar_one())
    held = json.dumps(rows(database), default=str).encode()
    files = [path for path in folder.glob("**/*") if path.is_file()]
    return held + b"".join(path.read_bytes() for path in files)
