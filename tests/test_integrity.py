"""`db check` finds each kind of damage, names the run that it touches, and is silent about a sound store."""

import json
from contextlib import suppress
from random import Random

import pytest
import sqlalchemy as sa
from kept import once
from made_answers import random_answers
from shapes import fill
from stores import register

from recorder.cli.main import cli, run
from recorder.store.engine import Database
from recorder.store.write.forget import forget_all
from recorder.store.write.record import Recorder

Capture = pytest.CaptureFixture[str]
RUN = "source_id = 1 AND run_key = (SELECT min(run_key) FROM {0}snapshot WHERE seq = 3 AND source_id = 1)"
DAMAGE = {
    "counts 99 polls": "UPDATE {0}watch SET n_polls = 99 WHERE " + RUN,
    "counts 98 snapshots": "UPDATE {0}watch SET n_snapshots = 98 WHERE " + RUN,
    "first_good_at is not that": "UPDATE {0}watch SET first_good_at = first_good_at + 1 WHERE " + RUN,
    "has no row of the watch": "DELETE FROM {0}watch WHERE " + RUN,
    "are not both there": "DELETE FROM {0}run_summary WHERE " + RUN,
    "(slug)": "UPDATE {0}run_summary SET slug = 'other' WHERE " + RUN,
    "(n_reopened)": "UPDATE {0}run_summary SET n_reopened = 7 WHERE " + RUN,
    "snapshot 2 was not seen": "UPDATE {0}snapshot SET n_polls = n_polls + 1 WHERE seq = 2 AND " + RUN,
    "are one state": "UPDATE {0}snapshot SET digest = (SELECT digest FROM {0}snapshot WHERE seq = 1 AND "
    + RUN + ") WHERE seq = 2 AND " + RUN,
    "document of snapshot 2 is not": "UPDATE {0}snapshot SET status = 'odd' WHERE seq = 2 AND " + RUN,
}  # fmt: skip
PART = 'UPDATE {0}part SET json = \'{{"run":{{"id":"x"}}}}\', deflated = NULL WHERE part_id = 1'


@pytest.fixture
@once
def store(database: Database) -> Database:
    """A store with a bit of everything, and some hundred random answers."""
    fill(database)
    answers = random_answers(seed=5, runs=30)
    register(database, sorted({one.run_id for one in answers}))
    Random(5).shuffle(answers)
    for start in range(0, len(answers), 100):
        Recorder(database).record(answers[start : start + 100])
    return database


def faults(url: str, capsys: Capture) -> list[dict[str, str]]:
    """What the command prints as JSON, with its exit code held against it."""
    capsys.readouterr()
    code = run(cli, ["db", "check", "--db", url, "--format", "json"])
    found: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    assert code == bool(found)
    return found


def damage(database: Database, statement: str) -> None:
    """Change rows behind the program's back."""
    schema = "" if database.dialect.is_file else "recorder."
    with database.writing() as connection:
        connection.exec_driver_sql(statement.format(schema))


@pytest.mark.slow
def test_a_sound_store_is_silent(store: Database, store_url: str, capsys: Capture) -> None:
    """After late answers and forgotten runs there is nothing to say, exit code 0."""
    assert run(cli, ["db", "check", "--db", store_url]) == 0
    assert capsys.readouterr() == ("", "")
    with store.writing() as connection:
        forget_all(connection, {"default": ["er_001", "er_002"]})
    assert faults(store_url, capsys) == []


@pytest.mark.slow
@pytest.mark.parametrize("said", DAMAGE)
def test_each_damage_is_found(store: Database, store_url: str, capsys: Capture, said: str) -> None:
    """The fault is named with the run and what repairs it; no other run is touched."""
    damage(store, DAMAGE[said])
    found = faults(store_url, capsys)
    assert any(said in one["fault"] for one in found), found
    assert len({one["run_id"] for one in found}) == 1
    assert all(one["source"] and one["repair"] for one in found)
    assert run(cli, ["db", "check", "--db", store_url]) == 1
    assert len(capsys.readouterr().out.splitlines()) == len(found)


def test_months_are_those_of_the_dates_and_counted(
    store: Database, store_url: str, capsys: Capture
) -> None:
    """A run with another month is named; a month that no count knows is named once."""
    damage(store, "UPDATE {0}run SET month = '2020-02' WHERE " + RUN)
    of_run, of_source = sorted(faults(store_url, capsys), key=lambda one: not one["run_id"])
    assert of_run["fault"] == "its month is 2020-02, by its dates 2025-11"
    assert of_source["fault"] == "changes of 2020-02 are not counted"
    assert not of_source["run_id"]


@pytest.mark.slow
def test_a_damaged_part_and_its_runs(store: Database, store_url: str, capsys: Capture) -> None:
    """A part with another text is named, and the runs whose documents it was part of."""
    damage(store, PART)
    found = faults(store_url, capsys)
    assert any("part 1 is not the text" in one["fault"] and not one["run_id"] for one in found)
    assert any("document of snapshot" in one["fault"] and one["run_id"] for one in found)


@pytest.mark.slow
def test_a_missing_part(store: Database, store_url: str, capsys: Capture) -> None:
    """A template that refers to a part that is gone is named, with the runs that it leaves without a document."""
    with suppress(sa.exc.IntegrityError):
        damage(store, "DELETE FROM {0}part WHERE part_id NOT IN (SELECT part_id FROM {0}snapshot)")
    found = faults(store_url, capsys)
    assert any("refers to a part that is not there" in one["fault"] for one in found)
    assert any("cannot be read" in one["fault"] and one["run_id"] for one in found)
