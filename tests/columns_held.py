"""Whether columns of runs are what the rows of runs say, and a store with runs of every shape to see it by."""

from typing import Any

import sqlalchemy as sa
from kept import once
from made_answers import random_answers
from shapes import fill, fill_items
from stores import BASE_URL, T0, S, register

from recorder.analysis.building import in_listing_order
from recorder.analysis.rows import RunRow
from recorder.analysis.spend_columns import COLUMNS as SPEND
from recorder.store.engine import Connection, Database
from recorder.store.read.past import Past
from recorder.store.read.run_columns import read_runs
from recorder.store.read.runs import run_rows
from recorder.store.schema import watch
from recorder.store.write.record import Recorder
from recorder.store.write.sealing import seal
from recorder.store.write.sources import ensure_source
from recorder.store.write.track import add_seen_runs, track, untrack

FIELDS = [*(name for name in RunRow.__struct_fields__ if name != "labels"), *sorted(SPEND)]
NAMES = {*FIELDS, "dated_at", "label:team", "label:no"}


@once
def fill_mixed(database: Database) -> Database:
    """Record runs of every shape in two sources, and a random history on top."""
    fill(database)
    fill_items(database)
    answers = random_answers(seed=11, runs=60)
    with database.writing() as connection:
        number = ensure_source(connection, "growth", base_url=BASE_URL, now=T0)
        add_seen_runs(connection, number, {a.run_id: a.observed_at for a in answers})
        track(connection, "growth", ["er_001", "er_004"], now=T0, labels={"team": "west"})
        untrack(connection, number, 7, now=T0 + 40_000 * S)
    for start in range(0, len(answers), 100):
        some = [a.__class__(**_fields(a) | {"source": "growth"}) for a in answers[start:][:100]]
        Recorder(database).record(some)
    register(database, ["unseen"], at=900)
    return database


@once
def fill_sealed(database: Database) -> Database:
    """Fill a store as `fill_mixed` does, and seal most of it."""
    assert seal_most(fill_mixed(database)) > 10
    return database


def seal_most(database: Database) -> int:
    """Seal two blocks of three, as if their runs were polled no more; return how many."""
    with database.writing() as connection:
        not_due = sa.update(watch).where(watch.c.run_key % 12 >= 4)
        connection.execute(not_due.values(due_at=None))
    return seal(database)


def _fields(answer: Any) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in type(answer).__struct_fields__}


def plain(rows: list[RunRow]) -> list[dict[str, Any]]:
    """Rows with what columns say of them, in one order."""
    found = [
        {name: getattr(row, name) for name in FIELDS}
        | {"dated_at": row.dated_at}
        | {f"label:{key}": row.labels.get(key) for key in ("team", "no")}
        for row in rows
    ]
    return sorted(found, key=lambda row: (row["source"], row["run_id"]))


def assert_columns_are_rows(connection: Connection, source: str | None, at: int | None) -> None:
    """Each value of each column is that of the run's row, `at` seconds after T0, and in the same order listed."""
    past = None if at is None else Past(as_of=T0 + at * S)
    rows = list(run_rows(connection, source_name=source, past=past))
    runs = read_runs(connection, NAMES, source_name=source, past=past)
    assert runs.n == len(rows)
    columns = {name: runs.values(name) for name in sorted(NAMES)}
    held = [dict(zip(columns, v, strict=True)) for v in zip(*columns.values(), strict=True)]
    held.sort(key=lambda row: (row["source"], row["run_id"]))
    flags = ("persist_results", "is_quiet")  # integers in a column
    assert held == [
        row | {name: row[name] if row[name] is None else int(row[name]) for name in flags}
        for row in plain(rows)
    ]
    order = in_listing_order(runs)
    run_ids, sources = runs.values("run_id"), runs.values("source")
    listed = [(sources[place], run_ids[place]) for place in order.tolist()]
    assert listed == [(row.source, row.run_id) for row in rows]
