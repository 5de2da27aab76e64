"""`drift` says of what lies beyond the page what the documents say that were served, through every door, on both stores."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
import reference_drift
import sqlalchemy as sa
from asking import kinds_of
from kept import once
from made_answers import random_answers
from months import import_month
from msgspec.structs import replace
from stores import T0, S, answer, document, register, rows, sample_body, sample_paths
from test_analysis_errors import with_instants
from test_three_doors import (
    CHOICES,
    RUNS,
    Rows,
    assert_rows,
    filled,
    plain_rows,
    through_command_line,
    through_frames,
)

from recorder.cli.main import cli, run
from recorder.instants import DAY, iso, now_us, us_of
from recorder.ledger.answer import Answer
from recorder.queries import Queries
from recorder.sandbox import Effects
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.write.forget import forget
from recorder.store.write.record import Recorder
from recorder.store.write.shapes import MOST_DEVIATIONS

Capture = pytest.CaptureFixture[str]
KEYS = ("path", "kind", "value")
SECRET = "ana.secret@person.test"


def drifting() -> Iterator[Answer]:
    """The random history of a ledger that changes: fields, words and types that come, stay or go."""
    random = Random(3)
    for one in random_answers(seed=7, runs=RUNS):
        if one.outcome is not None:
            yield one
            continue
        body, hours = json.loads(one.body), (one.observed_at - T0) / S / 3600
        run = body["run"]
        if hours > 30:
            run["region"] = {"person": SECRET}
        if (
            one.run_id < "er_030"
        ):  # the same in all states: equal runs are one state, whatever is outside
            body["meta"] = [SECRET] if one.run_id < "er_020" else None
        if 20 < hours < 40 and random.random() < 0.3:
            run.setdefault("timing", {})["queued.At\x1b[31m"] = SECRET
        if random.random() < 0.1:
            run["error"] = SECRET
            run["trigger"] = {"triggerRunId": 7, "dispatchMetadata": {SECRET: 1}, "hop": True}
        if random.random() < 0.05:
            run["status"] = random.choice(["queued", 3, None, "retrying"])
        yield replace(one, body=json.dumps(body).encode())


ANSWERS = list(drifting())


@pytest.fixture
@once
def store(database: Database) -> Database:
    """A store that took the changing history in."""
    return filled(database, ANSWERS)


def printed(store: Database, capsys: Capture, *asks: str, by: Sequence[str] = ()) -> Rows:
    """What the command prints as JSON, instants as such."""
    return with_instants(through_command_line(store, capsys, ("drift", *asks), by))


@pytest.mark.slow
def test_drift_is_the_same_through_every_door(store: Database, capsys: Capture) -> None:
    """Every path, kind and value, by every kind of group and for the runs of every filter."""
    held, kinds = plain_rows(store), kinds_of("drift")
    for by in ((), ("slug",), ("day", "version"), ("label:team",)):
        expected = reference_drift.drift(ANSWERS, held, by)
        assert {row["kind"] for row in expected} == {"unknown_field", "unknown_word", "other_type"}
        assert_rows(printed(store, capsys, by=by), expected, kinds, (*by, *KEYS))
        framed = with_instants(through_frames(store, "drift", by))
        assert_rows(framed, expected, kinds, (*by, *KEYS))
    for arguments, holds in CHOICES:
        expected = reference_drift.drift(ANSWERS, [row for row in held if holds(row)])
        assert_rows(printed(store, capsys, *arguments), expected, kinds, KEYS)
    assert SECRET not in str(rows(store, "deviation"))


@pytest.mark.slow
def test_drift_as_of_then(store: Database, capsys: Capture) -> None:
    """As of T the rows are those of what had been observed by then."""
    for hours in (10, 25, 50):
        at = T0 + hours * 3600 * S
        known = [one for one in ANSWERS if one.observed_at <= at]
        held = list(Queries(store, Settings(database_url="")).as_of(at).run_rows())
        expected = reference_drift.drift(known, held)
        assert expected
        assert_rows(printed(store, capsys, "--as-of", iso(at)), expected, kinds_of("drift"), KEYS)


def test_the_samples_hold_what_they_are_about(database: Database, capsys: Capture) -> None:
    """Each sample of the ledger's documents shows what the plain walk over it finds, and most show nothing."""
    answers = []
    for number, path in enumerate(sample_paths()):
        body = json.loads(sample_body(path))
        body["run"]["id"] = f"s{number}"
        answers.append(answer(number, body, run_id=f"s{number}"))
    register(database, [one.run_id for one in answers])
    Recorder(database).record(answers)
    expected = reference_drift.drift(answers, plain_rows(database))
    assert_rows(printed(database, capsys), expected, kinds_of("drift"), KEYS)
    assert {row["example_run_id"] for row in expected} < {one.run_id for one in answers}
    assert ("status", "unknown_word", "paused") in {tuple(map(row.get, KEYS)) for row in expected}


DAYS = {"field": 20, "word": 10, "type": 5}


@pytest.mark.slow
def test_a_month_in_which_the_ledger_changes(
    database: Database, store_url: str, tmp_path: Path, capsys: Capture
) -> None:
    """What appears on a day is one row first seen that day; without a change there is none."""
    import_month(store_url, tmp_path, runs=200)
    assert printed(database, capsys) == []
    new = ("--new-since", "20d")
    before = through_command_line(database, capsys, ("errors", *new), ())
    since = {kind: now_us() - days * DAY for kind, days in DAYS.items()}
    effects = Effects(undocumented=tuple(since.items()), new_error_at=now_us() - 20 * DAY)
    import_month(store_url, tmp_path, runs=200, seed=2, effects=effects)
    told = printed(database, capsys)
    assert [tuple(map(row.get, KEYS)) for row in told] == [
        ("enrichment.version", "other_type", "string"),
        ("region", "unknown_field", "string"),
        ("status", "unknown_word", "queued"),
    ]
    for row, kind in zip(told, ("type", "field", "word"), strict=True):
        assert 0 <= us_of(row["first_seen_at"]) - since[kind] < 2 * DAY
    after = through_command_line(database, capsys, ("errors", *new), ())
    gained = {row["pattern"] for row in after} - {row["pattern"] for row in before}
    assert "Model gateway refused the prompt of lead <id> (HTTP 413)" in gained


def record(database: Database, at: int, run_id: str, **fields: Any) -> None:
    """Record an answer of a run, some seconds after T0."""
    register(database, [run_id])
    body = {"run": document(run_id)["run"] | fields}
    Recorder(database).record([answer(at, body, run_id=run_id)])


def test_what_a_forgotten_run_had_is_gone(database: Database, capsys: Capture) -> None:
    """The rows of the others stay; a path that no run has any more is nowhere in the store."""
    record(database, 1, "er_1", region="eu", person_ana=1)
    record(database, 2, "er_2", region="eu")
    with database.writing() as connection:
        forget(connection, "default", ["er_1"])
    assert [(row["path"], row["runs"]) for row in printed(database, capsys)] == [("region", 1)]
    assert len(rows(database, "deviation")["deviation"]) == 1
    record(database, 3, "er_3", region="eu", person_ana=1)
    assert {row["path"] for row in printed(database, capsys)} == {"region", "person_ana"}


def test_an_unchanged_shape_costs_nothing_more(database: Database) -> None:
    """Its deviations are looked up when a run is first seen with it, and never again, whatever else of the run changes."""
    register(database, ["er_1"])
    asked: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    recorder = Recorder(database)
    sa.event.listen(database.engine, "before_cursor_execute", listen)
    for at in range(4):
        body = document(region="eu", scope={"counts": {"completed": at}})
        recorder.record([answer(at, body)])
        touched = [statement for statement in asked if "deviation" in statement]
        assert len(touched) == (3 if at == 0 else 0)  # is it known, is there room, here it is
        asked.clear()
    sa.event.remove(database.engine, "before_cursor_execute", listen)


@pytest.mark.slow
def test_a_hostile_ledger_fills_no_table(database: Database, capsys: Capture) -> None:
    """Of names without end a source keeps so many; the runs with more of them are counted in a row without a path."""
    record(database, 0, "er_0", region="eu")
    for n in range(1, 210):
        names = {f"{n}.{k}{'x' * 300}": k for k in range(60)}
        record(database, n, f"er_{n % 7}", **names)
    assert len(rows(database, "deviation")["deviation"]) == MOST_DEVIATIONS
    told = printed(database, capsys)
    assert max(len(row["path"] or "") for row in told) == 200
    assert [row["runs"] for row in told if row["path"] is None] == [7]
    assert told[-1]["path"] is None


def test_a_table_shows_names_without_harm(
    database: Database, store_url: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that is served moves the terminal, an empty store has no rows, and 80 columns are enough."""
    monkeypatch.setenv("COLUMNS", "80")
    assert printed(database, capsys) == []
    record(
        database,
        1,
        "er_1",
        **{"\x1b[31m\0red": 1, "\ud800": "x", "y" * 500: None},
        status="\x1b[0m",
    )
    assert len(printed(database, capsys)) == 4
    assert run(cli, ["drift", "--db", store_url]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= 80
