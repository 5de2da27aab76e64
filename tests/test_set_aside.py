"""What the store cannot take stops nothing but itself."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from made_answers import random_answers
from stores import BASE_URL, T0, S, answer, content, document, empty, failure, register, rows, view

from recorder.errors import StoreError
from recorder.instants import iso
from recorder.ledger.answer import Outcome
from recorder.ledger.body import REJECTED_BYTES
from recorder.store.engine import Database
from recorder.store.write.record import Recorder
from recorder.transfer.incoming import Origin, import_lines

POISON = document("poison", status="poison", long="x" * 2 * REJECTED_BYTES)


@contextmanager
def refusing(database: Database, table: str, condition: str) -> Iterator[None]:
    """Let the database itself refuse rows, as a limit or a constraint of it would."""
    if database.dialect.is_file:
        make = (
            f"CREATE TRIGGER refused BEFORE INSERT ON {table} WHEN {condition.replace('@', 'NEW.')}"
            " BEGIN SELECT RAISE(ABORT, 'no such row here'); END"
        )
        drop = "DROP TRIGGER refused"
    else:
        name = f"recorder.{table}"
        make = (
            f"ALTER TABLE {name} ADD CONSTRAINT refused CHECK (NOT ({condition.replace('@', '')}))"
        )
        drop = f"ALTER TABLE {name} DROP CONSTRAINT refused"
    with database.writing() as connection:
        connection.exec_driver_sql(make)
    try:
        yield
    finally:
        with database.writing() as connection:
            connection.exec_driver_sql(drop)


def test_an_answer_that_is_refused_is_set_aside(database: Database) -> None:
    """It is a malformed poll with its beginning, length and digest and the reason; the others are recorded."""
    others = [f"er_{n}" for n in range(5)]
    register(database, [*others, "poison"])
    recorder = Recorder(database)
    given = [answer(n, document(name), run_id=name) for n, name in enumerate(others)]
    given.insert(2, answer(9, POISON, run_id="poison"))
    with refusing(database, "snapshot", "@status = 'poison'"):
        recorded = recorder.record(given)
        again = recorder.record([answer(10, document("poison"), run_id="poison")])
    assert sorted(one.run_id for one in recorded) == sorted([*others, "poison"])
    (aside,) = (one for one in recorded if one.is_set_aside)
    assert (aside.run_id, aside.outcome) == ("poison", Outcome.MALFORMED)
    assert (aside.detail or "").startswith("the store cannot take it: RowRefusedError: ")
    assert [one.outcome for one in again] == [Outcome.CHANGED]
    (kept,) = rows(database, "rejected_body")["rejected_body"]
    assert len(kept["head"]) == REJECTED_BYTES
    assert kept["length"] > 2 * REJECTED_BYTES
    told = {row["run_id"]: row["status"] for row in view(database, "runs")}
    assert told == dict.fromkeys([*others, "poison"], "running")


@pytest.mark.parametrize("latency", [2**70, -(2**63) - 1])
def test_whatever_the_error_is_the_others_are_recorded(database: Database, latency: int) -> None:
    """A value that the driver itself cannot hand over is an error of Python, and stops its answer alone."""
    register(database, ["er_1", "er_2", "er_3"])
    given = [
        answer(0),
        answer(1, document("er_2"), run_id="er_2", latency_ms=latency),
        failure(2, run_id="er_3"),
    ]
    recorded = {one.run_id: one for one in Recorder(database).record(given)}
    assert [recorded[name].is_set_aside for name in ("er_1", "er_2", "er_3")] == [
        False,
        True,
        False,
    ]
    assert recorded["er_2"].outcome is Outcome.MALFORMED


def test_what_belongs_beside_them_is_done(database: Database) -> None:
    """What is written in the same transaction is written with the others, though one answer is set aside."""
    register(database, ["er_1", "poison"])

    def after(connection: sa.Connection) -> None:
        connection.exec_driver_sql(
            "UPDATE source SET holder = 'me'"
            if database.dialect.is_file
            else "UPDATE recorder.source SET holder = 'me'"
        )

    given = [answer(0), answer(1, POISON, run_id="poison")]
    with refusing(database, "snapshot", "@status = 'poison'"):
        Recorder(database).record(given, after=after)
    assert [source["holder"] for source in rows(database, "source")["source"]] == ["me"]


def test_what_cannot_even_be_set_aside_is_kept_by_the_caller(database: Database) -> None:
    """Where the store takes not even the refusal, that is the store's error; the others are in it."""
    register(database, ["er_1", "poison"])
    given = [answer(0), answer(1, POISON, run_id="poison")]
    with (
        refusing(database, "poll", "@outcome = 8 OR @run_key = 2"),
        pytest.raises(StoreError, match="not even the refusal"),
    ):
        Recorder(database).record(given)
    assert [poll["run_key"] for poll in rows(database, "poll")["poll"]] == [1]


def test_one_answer_in_many_is_found(database: Database) -> None:
    """Of hundreds of answers recorded at once the one is set aside, and the rest is as without it."""
    given = random_answers(3, 30)
    names = sorted({one.run_id for one in given})
    register(database, [*names, "poison"])
    Recorder(database).record(given)
    expected = content(database)
    empty(database)
    register(database, [*names, "poison"])
    with refusing(database, "snapshot", "@status = 'poison'"):
        recorded = Recorder(database).record([*given, answer(1, POISON, run_id="poison")])
    assert [one.run_id for one in recorded if one.is_set_aside] == ["poison"]
    found = content(database)
    key = len(names) + 1

    def others(held: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
        return {name: [row for row in held[name] if row.get("run_key") != key] for name in held}

    assert others(found) == others(expected)


def test_an_import_goes_on_behind_it(database: Database) -> None:
    """Lines before and behind the one that the store refuses are in, and a line says which run it was of."""
    lines = [
        json.dumps({"observed_at": iso(T0 + n * S), "run_id": name, "body": document(name, name)})
        for n, name in enumerate(("before", "poison", "behind"))
    ]
    origin = Origin(name="some.ndjson", source="default", base_url_of=lambda _: BASE_URL)
    told: list[str] = []
    with refusing(database, "snapshot", "@status = 'poison'"):
        taken = import_lines(
            [line.encode() for line in lines],
            Recorder(database),
            origin,
            now=T0,
            notify=told.append,
        )
    assert (taken.lines, taken.new, taken.refused) == (3, 3, 0)
    (line,) = told
    assert line.startswith("some.ndjson: an answer of run 'poison' was set aside: the store cannot")
    held = {row["run_id"]: row["status"] for row in view(database, "runs")}
    assert held == {"before": "before", "poison": None, "behind": "behind"}
