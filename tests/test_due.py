"""What the watch asks the store: who is due, how much is wanted, who is overdue; and what must not be lost meanwhile."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import T0, S, answer, document, empty, failure, register, rows

from recorder.instants import DAY, iso
from recorder.ledger.answer import Answer, Outcome
from recorder.schedule.cadence import Cadence
from recorder.store.engine import Database
from recorder.store.read.due import (
    Due,
    due_counts,
    due_runs,
    in_flight_count,
    next_due_at,
    undone_count,
    wanted_in_a_minute,
)
from recorder.store.read.live_runs import is_waited_for, watched_runs
from recorder.store.read.overdue_runs import overdue_runs
from recorder.store.read.source_health import pauses
from recorder.store.read.source_rows import served_since
from recorder.store.write.forget import forget
from recorder.store.write.record import Recorder
from recorder.store.write.track import untrack
from recorder.store.write.watch_rows import mark_notified

Open = Callable[[str], Database]
EVERY_US = Cadence().every_us


def ask(database: Database, question: Callable[..., Any], *given: Any, **more: Any) -> Any:
    with database.reading() as connection:
        return question(connection, *given, **more)


def due(database: Database, at: float, limit: int = 10) -> list[str]:
    found: list[Due] = ask(database, due_runs, [1, 2], now=T0 + round(at * S), limit=limit)
    assert found == sorted(found)
    return [one.target.run_id for one in found]


def completed(at: int, run_id: str) -> Any:
    return answer(at, document(run_id, "completed", cost={"actual": 1}), run_id=run_id)


def test_the_new_then_those_in_flight_then_those_that_ended(database: Database) -> None:
    """In the order in which they became due; who is not due is not in it."""
    register(database, ["ended", "late", "flying", "early", "resting"], at=-20)
    recorder = Recorder(database)
    recorder.record([completed(0, "ended"), answer(4, run_id="late"), answer(1, run_id="flying")])
    recorder.record([answer(0, run_id="early"), answer(6, run_id="resting")])
    register(database, ["new"], at=6)
    assert due(database, 7) == ["new", "early", "flying", "late", "ended"]
    assert due(database, 3.5) == ["early"]
    assert ask(database, due_counts, [1], now=T0 + 7 * S) == {1: 4}
    assert ask(database, due_counts, [1], now=T0 + 7 * S, later=True) == {1: 1}
    assert ask(database, next_due_at, [1], now=T0 + 7 * S) == T0 + 9 * S


def test_the_counts_of_the_last_answer_foretell_the_end(database: Database) -> None:
    """It stands with the due run; an end, or an answer without counts, takes it away."""
    register(database, at=-20)
    counts = {"pending": 5, "running": 0, "completed": 90, "skipped": 3, "failed": 2}
    scope = {"resolvedCount": 100, "counts": counts}
    timing = {"createdAt": iso(T0), "startedAt": iso(T0), "updatedAt": iso(T0 + 60 * S)}
    recorder = Recorder(database)
    recorder.record([answer(60, document(scope=scope, timing=timing))])
    [found] = ask(database, due_runs, [1], now=T0 + 62 * S, limit=1)
    assert found.due_at == T0 + 62 * S
    assert found.end_from_at < T0 + 62.8 * S < found.end_until_at
    recorder.record([answer(62, document())])
    [found] = ask(database, due_runs, [1], now=T0 + 65 * S, limit=1)
    assert found.end_until_at is None


def test_no_crowd_hides_the_rest(database: Database) -> None:
    """Of each source come the first of those never asked and the first of the others."""
    register(database, [f"a_{n}" for n in range(5)], at=-20)
    register(database, [f"b_{n}" for n in range(5)], source="b", at=-10)
    flying = [answer(n, run_id=f"a_{n}") for n in range(3)]
    Recorder(database).record(flying)
    assert due(database, 9, limit=2) == ["a_3", "a_4", "b_0", "b_1", "a_0", "a_1"]


def test_what_is_wanted_in_a_minute(database: Database) -> None:
    """One in flight or never asked counts with the cadence, one not visible by its pause, one that ended not."""
    register(database, ["new", "flying", "absent", "ended", "gone"])
    gone = [failure(n, Outcome.NOT_VISIBLE, 404, run_id="gone") for n in (0, 3, 9, 21, 45)]
    absent = failure(0, Outcome.NOT_VISIBLE, 404, run_id="absent")
    Recorder(database).record([answer(0, run_id="flying"), absent, completed(0, "ended"), *gone])
    wanted = 20 + 20 + 20 + 60 / 48
    assert ask(database, wanted_in_a_minute, [1], Cadence()) == {1: wanted * 1000}
    assert ask(database, wanted_in_a_minute, [2], Cadence()) == {}
    assert ask(database, in_flight_count, [1]) == 4


def test_how_long_each_run_rests(database: Database) -> None:
    """Those never asked not at all, others until their next look; those that have ended wait for all of them."""
    register(database, ["new", "flying", "ended", "gone"])
    gone = [failure(n, Outcome.NOT_VISIBLE, 404, run_id="gone") for n in (0, 3, 9, 21, 45)]
    Recorder(database).record([answer(0, run_id="flying"), completed(0, "ended"), *gone])
    assert sorted(ask(database, pauses, [1])) == [0, EVERY_US, 48 * S]
    assert ask(database, pauses, [2]) == []


def test_what_is_not_done(database: Database) -> None:
    """In flight, or ended and not quiet, for a quarter of an hour at the most; absent, for a moment."""
    register(database, ["flying", "absent", "ended", "quiet"])
    recorder = Recorder(database)
    recorder.record([answer(0, run_id="flying"), completed(0, "ended"), completed(0, "quiet")])
    recorder.record([completed(5, "quiet"), failure(0, Outcome.NOT_VISIBLE, 404, run_id="absent")])

    cadence = Cadence(overdue_after_us=900 * S)
    counts = [undone(database, cadence, at) for at in (6, 14, 15, 899, 901)]
    assert counts == [3, 3, 2, 2, 0]


def undone(database: Database, cadence: Cadence, at: int) -> int:
    """How many runs are waited for, by the count and, run by run, by what is shown of them."""
    now = T0 + at * S
    with database.reading() as connection:
        shown = watched_runs(connection, since=0, limit=99)
        count = undone_count(connection, [1], cadence, now=now)
    assert sum(is_waited_for(run, cadence, now) for run in shown) == count
    return count


def test_a_failed_poll_that_decides_is_waited_for(database: Database) -> None:
    """A run whose last settle poll failed, or a poll after a 404, or that no answer showed: for as long as a flight may take."""
    register(database, ["ended", "unseen", "quiet", "absent"])
    recorder = Recorder(database, cadence=Cadence(settle_us=(5 * S,)))
    recorder.record([failure(0, Outcome.NOT_VISIBLE, 404, run_id="absent")])
    recorder.record([failure(3, run_id="absent")])
    recorder.record([completed(0, "ended"), failure(0, run_id="unseen"), completed(0, "quiet")])
    recorder.record([failure(5, run_id="ended"), completed(2, "quiet"), failure(5, run_id="quiet")])
    cadence = Cadence(settle_us=(5 * S,), overdue_after_us=600 * S)
    assert [undone(database, cadence, at) for at in (6, 599, 601)] == [3, 3, 0]


LIVES = st.lists(st.sampled_from(["running", "completed", "quiet", "404", "503"]), max_size=5)


@pytest.mark.slow
@settings(max_examples=25)
@given(lives=st.lists(LIVES, min_size=1, max_size=4), at=st.sampled_from([20, 120, 550, 650, 900]))
def test_one_run_and_the_count_agree_on_what_is_waited_for(
    database: Database, lives: list[list[str]], at: int
) -> None:
    """Whatever the answers were."""
    empty(database)
    register(database, [f"er_{n}" for n in range(len(lives))])
    recorder = Recorder(database, cadence=Cadence(settle_us=(5 * S,)))
    for n, life in enumerate(lives):
        for step, what in enumerate(life):
            recorder.record([_made(what, 3 * step, f"er_{n}")])
    undone(database, Cadence(settle_us=(5 * S,)), at)


def _made(what: str, at: int, run_id: str) -> Answer:
    if what.isdigit():
        outcome = Outcome.NOT_VISIBLE if what == "404" else Outcome.SERVER_ERROR
        return failure(at, outcome, int(what), run_id=run_id)
    if what == "running":
        return answer(at, run_id=run_id)
    return (
        completed(at, run_id)
        if what == "quiet"
        else answer(at, document(run_id, what), run_id=run_id)
    )


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("question", "more"),
    [
        (due_runs, {"now": T0, "limit": 10}),
        (due_counts, {"now": T0}),
        (next_due_at, {"now": T0}),
        (in_flight_count, {}),
        (wanted_in_a_minute, {"cadence": Cadence()}),
        (undone_count, {"now": T0, "cadence": Cadence()}),
        (overdue_runs, {"now": T0, "not_notified": True}),
        (overdue_runs, {"now": T0, "source_name": "default"}),
    ],
)
def test_runs_that_are_at_rest_are_not_read(
    database: Database, question: Callable[..., Any], more: dict[str, Any]
) -> None:
    """The many that nobody asks any more cost a round nothing: SQLite finds the others by the index of due runs."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        asked.append((statement, given))

    first = Cadence() if question is overdue_runs else [1, 2]
    sa.event.listen(database.engine, "before_cursor_execute", note)
    ask(database, question, first, **more)
    sa.event.remove(database.engine, "before_cursor_execute", note)
    statement, given = asked[-1]
    with database.reading() as connection:
        steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
    used = "INDEX ix_watch_source_id_due_at (source_id=? AND due_at"
    assert any(used in step.detail for step in steps)


def test_whether_a_source_was_served_lately(database: Database) -> None:
    """By an answer that showed a run."""
    register(database, ["a", "b"])
    recorder = Recorder(database)
    recorder.record([failure(0, Outcome.REFUSED, 403, run_id="a")])
    assert not ask(database, served_since, 1, since=T0 - DAY)
    recorder.record([answer(5, run_id="b")])
    assert ask(database, served_since, 1, since=T0)
    assert not ask(database, served_since, 1, since=T0 + 5 * S)


def test_of_two_that_tell_one_does(database: Database) -> None:
    """Both saw the run untold; who marks it first tells."""
    register(database)
    Recorder(database).record([answer(0)])
    seen = ask(database, overdue_runs, Cadence(), now=T0 + 700 * S, not_notified=True)
    told = []
    for _ in range(2):
        with database.writing() as connection:
            told.append(len(mark_notified(connection, seen, now=T0 + 700 * S)))
    assert told == [1, 0]


def test_a_run_with_the_number_of_a_forgotten_one_is_not_told(database: Database) -> None:
    """What was seen of the first one before is not said of the second."""
    register(database)
    Recorder(database).record([answer(0)])
    seen = ask(database, overdue_runs, Cadence(), now=T0 + 700 * S, not_notified=True)
    with database.writing() as connection:
        forget(connection, "default", ["er_1"])
    register(database, ["er_2"])
    assert [one.run_id for one in seen] == ["er_1"]
    assert database.write(mark_notified, seen, now=T0 + 700 * S) == []


@pytest.mark.parametrize("what", ["untracked", "told"])
def test_what_is_written_while_an_answer_is_recorded_stays(
    database: Database, store_url: str, open_database: Open, what: str
) -> None:
    """The recording of an answer that has read the run already does not write it as it was."""
    register(database)
    Recorder(database).record([answer(0)])
    seen = ask(database, overdue_runs, Cadence(overdue_after_us=1), now=T0 + S)
    other = open_database(store_url)
    has_read, go_on = threading.Event(), threading.Event()

    def pause(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "INTO" in statement and "poll" in statement:
            has_read.set()
            go_on.wait(60)

    def write() -> None:
        with database.writing() as connection:
            if what == "told":
                mark_notified(connection, seen, now=T0 + 4 * S)
            else:
                untrack(connection, 1, 1, now=T0 + 4 * S)

    sa.event.listen(other.engine, "before_cursor_execute", pause)
    threads = [threading.Thread(target=lambda: Recorder(other).record([answer(3)]))]
    threads[0].start()
    assert has_read.wait(60)
    threads.append(threading.Thread(target=write))
    threads[1].start()
    threads[1].join(0.3)
    go_on.set()
    for thread in threads:
        thread.join()
    [held] = rows(database, "watch")["watch"]
    assert held["n_polls"] == 2
    assert (held["due_at"] is None) == (what == "untracked")
    assert (held["overdue_notified_at"] is not None) == (what == "told")
