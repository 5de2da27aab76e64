"""What is asked of one run reads that run's rows, however many the store has."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from multiplied import multiply
from stores import T0, S, answer, document, failure, register

from recorder.analyses import Analyses
from recorder.instants import iso
from recorder.settings import Settings
from recorder.store import sealed
from recorder.store.engine import Database
from recorder.store.read.live_runs import ended_runs, watched_runs
from recorder.store.read.past import Past
from recorder.store.read.recent_errors import MOST_STATES, recent_errors
from recorder.store.schema import watch
from recorder.store.table_parts import SCHEMA
from recorder.store.write.record import Recorder
from recorder.store.write.sealing import seal
from recorder.views import VIEWS

_ID = "er_1-77"
_THEN = T0 + (77 * 3600 + 4) * S
_EMPTY = ("capture", "capture c", "item", "item i")
_SMALL = ("source", "source s", "recorder_version", "pg_namespace", "part", "part p", *_EMPTY)
"""Tables of a page or two here, with their names in views: many snapshots share a part."""
_A_ROW_A_BLOCK = "SEARCH main.sealed "
_QUESTIONS: dict[str, Callable[[Analyses], object]] = {
    "status": lambda ask: ask.status(_ID),
    "history": lambda ask: list(ask.history(_ID)),
    "run": lambda ask: ask.run(_ID),
    "last poll": lambda ask: ask.last_poll(_ID),
    "snapshots": lambda ask: list(ask.snapshots(_ID)),
    "polls": lambda ask: list(ask.polls(_ID)),
    "transitions": lambda ask: list(ask.transitions(_ID)),
    "labels": lambda ask: list(ask.labels(_ID)),
    "events": lambda ask: list(ask.events(_ID)),
    "lead outcomes": lambda ask: list(ask.lead_outcomes(_ID)),
}


@pytest.fixture
def many(database: Database) -> Database:
    """A store of 2,000 runs with ten polls each, and some with other documents."""
    others = [f"other_{number}" for number in range(30)]
    register(database, ["er_1", *others], labels={"team": "growth"})
    recorder = Recorder(database)
    for run_id in others:
        given = document(run_id, enrichment={"slug": run_id})
        recorder.record([answer(0, given, run_id=run_id)])
    for at in range(10):
        status = "running" if at < 8 else "completed"
        given = document(status=status, scope={"resolvedCount": at // 3})
        recorder.record([failure(at) if at == 5 else answer(at, given)])
    multiply(database, "er_1", 2000)
    return database


@contextmanager
def _statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Note the queries that are executed, with their values."""
    found: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            found.append((statement, given))

    sa.event.listen(database.engine, "before_cursor_execute", note)
    yield found
    sa.event.remove(database.engine, "before_cursor_execute", note)


def _read_whole(
    database: Database, statement: str, given: Any, *, is_small: bool = False
) -> list[str]:
    """The steps of a query's plan that go over all rows of a table or of a source, but for the few sources.

    Postgres goes over a small table whatever its indexes: where the store is one, it is told to take an index if there is one.
    """
    is_whole: tuple[str, ...]
    sources: tuple[str, ...]
    with database.reading() as connection:
        if database.dialect.is_file:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
            steps = [row.detail for row in plan]
            is_whole = ("SCAN ", "(source_id=?)")
            sources = ("SCAN main.source", "SCAN s ", "SCAN recorder_version")
        else:
            if is_small:
                connection.exec_driver_sql("SET LOCAL enable_seqscan TO off")
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", given)
            lines = [str(step).strip(" ->") for step in plan.scalars()]
            small = (" on source", " on sealed")
            steps = [
                line
                for before, line in pairwise(["", *lines])
                if not any(one in before for one in small)
            ]
            is_whole = ("Seq Scan on ", "Index Cond: (source_id = ")
            sources = tuple(f"Seq Scan on {name} " for name in _SMALL)
    whole = [step for step in steps if step.startswith(is_whole) or step.endswith(is_whole)]
    return [step for step in whole if not step.startswith(sources)]


@pytest.mark.slow
def test_what_is_asked_of_one_run_reads_that_run(many: Database) -> None:
    """No query of it goes over a table or a source, now or as of an instant."""
    for as_of in (None, _THEN):
        for name, question in _QUESTIONS.items():
            with _statements(many) as found:
                question(Analyses(many, Settings(database_url=""), as_of=as_of))
            assert found
            whole = [step for one in found for step in _read_whole(many, *one)]
            assert (name, whole) == (name, [])


@pytest.mark.slow
def test_a_view_of_one_run_reads_that_run(many: Database) -> None:
    """A condition on `run_id` reaches the index of each view's tables."""
    for name in VIEWS:
        view = sa.table(name, sa.column("run_id"), schema=None if many.dialect.is_file else SCHEMA)
        with _statements(many) as found, many.reading() as connection:
            connection.execute(
                sa.select(sa.text("*")).select_from(view).where(view.c.run_id == _ID)
            )
        whole = [step for one in found for step in _read_whole(many, *one)]
        assert (name, whole) == (name, [])


@pytest.fixture
def alike(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A store of 800 completed runs of one version, an hour apart, in a hundred sealed blocks, and one in flight."""
    register(database, ["er_1", "live"])
    given: dict[str, Any] = {
        "enrichment": {"slug": "email", "version": 1},
        "cost": {"preview": 3, "actual": 4},
    }
    times = {"createdAt": iso(T0), "startedAt": iso(T0 + S)}
    recorder = Recorder(database)
    recorder.record([answer(2, document(timing=times, **given))])
    times["completedAt"] = iso(T0 + 5 * S)
    recorder.record(
        [answer(at, document("er_1", "completed", timing=times, **given)) for at in (6, 7)]
    )
    multiply(database, "er_1", 800)
    times = {"createdAt": iso(T0 + 900 * 3600 * S)}
    recorder.record(
        [answer(900 * 3600 + 2, document("live", timing=times, **given), run_id="live")]
    )
    monkeypatch.setattr(sealed, "PER_BLOCK", 8000)
    with database.writing() as connection:
        connection.execute(sa.update(watch).values(due_at=None).where(watch.c.run_key > 1000))
    assert seal(database) >= 98
    return database


@pytest.mark.slow
def test_what_is_said_of_likes_reads_their_blocks(alike: Database) -> None:
    """What remains of a run, and its explanation, read the blocks of the last hundred likes, now and as of an instant."""
    # Of 1, 2, 8 and more blocks, eight runs in each; first the runs in no block, where any ended by then.
    for run_id, as_of, n_asked in (("live", None, 6), ("er_1-777", None, 3), ("er_1-400", 400, 8)):
        then = T0 + ((as_of or 900) * 3600 + 3) * S
        ask = Analyses(alike, Settings(database_url=""), as_of=as_of and then)
        with _statements(alike) as found:
            left = [one["remaining_seconds_p50"] for one in ask.remaining(run_id, now=then)]
            explained = ask.explain(run_id, now=then).facts()
        assert left == ([] if run_id == "er_1-777" else [2.0])
        assert explained["wall_seconds_n"] == explained["cost_actual_n"] == 100
        assert len([one for one, _ in found if "run_block" in one]) == n_asked


@pytest.mark.slow
def test_what_is_said_of_likes_goes_over_no_table(alike: Database) -> None:
    """Runs in no block are found by ranges of keys, the others by their keys, now and as of an instant."""
    for run_id, as_of in (("live", None), ("er_1-777", None), ("er_1-400", 400)):
        then = T0 + ((as_of or 900) * 3600 + 3) * S
        ask = Analyses(alike, Settings(database_url=""), as_of=as_of and then)
        with _statements(alike) as found:
            ask.explain(run_id, now=then).facts()
        steps = [step for one in found for step in _read_whole(alike, *one, is_small=True)]
        assert [step for step in steps if not step.startswith(_A_ROW_A_BLOCK)] == []


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_what_is_said_of_an_error_goes_over_no_table(database: Database) -> None:
    """The last states with a message are found by an index, their runs by keys, now and as of an instant."""
    register(database, ["er_1", "er_2"], labels={"team": "growth"})
    error = {"message": "no credits"}
    Recorder(database).record(
        [answer(at, document(f"er_{at}", "failed", error=error)) for at in (1, 2)]
    )
    multiply(database, "er_1", 2000)
    names = {"error_message", "error_sights", "slug", "status"}
    for at in (None, _THEN):
        past = None if at is None else Past(as_of=at)
        with _statements(database) as found:
            runs = database.read(
                recent_errors, names, source_name="default", run_id="er_1-7", past=past
            )
        assert runs.n == (MOST_STATES + 1 if at is None else 78)
        assert {len(sights) for sights in runs.values("error_sights")} == {1}
        steps = [step for one in found for step in _read_whole(database, *one)]
        mine = (_A_ROW_A_BLOCK, "SCAN anon_1")  # the states that were found
        assert [step for step in steps if not step.startswith(mine)] == []


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_redraw_reads_the_runs_that_it_shows(alike: Database) -> None:
    """Those that are polled and those that have just ended are found by indexes."""
    since = T0 + 797 * 3600 * S
    with _statements(alike) as found, alike.reading() as connection:
        shown = watched_runs(connection, since=since, limit=2000)
        ended = ended_runs(connection, since=since)
    assert {one.run_id for one in shown} == {"live", *(f"er_1-{n}" for n in (797, 798, 799, 800))}
    assert {one.run_id for one in ended} == {one.run_id for one in shown} - {"live"}
    whole = [step for one in found for step in _read_whole(alike, *one)]
    assert [step for step in whole if step != "SCAN anon_1"] == []  # the keys that were found
