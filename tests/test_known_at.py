"""When the store knew a run's end, and when it found its cost quiet."""

from typing import Any

import pytest
from stores import T0, S, answer, document, register

from recorder.analysis.rows import RunRow
from recorder.instants import DAY
from recorder.ledger.answer import Answer
from recorder.store.engine import Database
from recorder.store.read.past import Past
from recorder.store.read.runs import run_rows
from recorder.store.write.record import Recorder

COST = {"preview": {"credits": 8}, "actual": {"credits": 6}}


def seen(at: int, status: str = "completed", **fields: Any) -> Answer:
    """An answer `at` seconds after T0."""
    return answer(at, document(status=status, **({"cost": COST} | fields)))


LIFE = (
    seen(0, "running"),
    seen(10, cost={"preview": {"credits": 8}, "actual": None}),
    seen(15),
    seen(20),
    seen(30, timing={"updatedAt": "2025-11-20T09:00:28Z"}),
    seen(40, cost={"preview": {"credits": 8}, "actual": {"credits": 7}}),
    seen(50, cost={"preview": {"credits": 8}, "actual": {"credits": 7}}),
)


def row_of(database: Database, at: int | None = None) -> RunRow:
    """The run as it stands, or as it stood `at` seconds after T0."""
    past = None if at is None else Past(as_of=T0 + at * S)
    with database.reading() as connection:
        (row,) = run_rows(connection, past=past)
    return row


def known(row: RunRow) -> tuple[int | None, int | None]:
    """Seconds after T0."""
    end, cost = row.ended_seen_at, row.cost_known_at
    return (None if end is None else (end - T0) // S), (None if cost is None else (cost - T0) // S)


EXPECTED = {
    5: (None, None),
    17: (10, None),
    25: (10, 20),
    35: (10, 20),
    45: (10, None),
    55: (10, 50),
}


@pytest.mark.parametrize("order", ["in_order", "reversed", "late_second"])
def test_a_cost_is_known_when_its_actual_was_found_quiet(database: Database, order: str) -> None:
    """At each instant, then and looking back to it, in whatever order the answers came."""
    register(database)
    late = [*LIFE[:3], *LIFE[4:], LIFE[3]]
    arriving = {"in_order": list(LIFE), "reversed": [*reversed(LIFE)], "late_second": late}
    for one in arriving[order]:
        Recorder(database).record([one])
        if order == "in_order":
            after = (one.observed_at - T0) // S + 5
            assert known(row_of(database)) == EXPECTED.get(after, known(row_of(database, after)))
    assert known(row_of(database)) == (10, 50)
    assert {at: known(row_of(database, at)) for at in EXPECTED} == EXPECTED


def test_imported_history_is_known_when_it_was_seen(database: Database) -> None:
    """What ended more than a day before it was first seen is quiet at that poll."""
    register(database)
    ended = "2025-11-18T09:00:00Z"
    Recorder(database).record([seen(10, timing={"completedAt": ended})])
    assert known(row_of(database)) == (10, 10)
    assert row_of(database).ended_at == T0 - 2 * DAY
