"""What happened is known: each event once, in the transaction that learns it, numbered in the order of commits."""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest
from made_answers import random_answers
from stores import BASE_URL, T0, S, answer, document, failure, register, view

from recorder.analysis.filters import Filters
from recorder.instants import DAY, iso
from recorder.ledger.answer import Answer, Outcome
from recorder.queries import Queries
from recorder.schedule.cadence import Cadence
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.read.overdue_runs import overdue_runs
from recorder.store.write.forget import forget
from recorder.store.write.record import Recorder
from recorder.store.write.sources import KeyAnswer, ensure_source, save_keys
from recorder.store.write.track import add_seen_runs
from recorder.store.write.watch_rows import mark_notified

GONE = (Outcome.NOT_VISIBLE, 404)
Event = tuple[str, int, str | None]


def happened(database: Database, run_id: str | None = "er_1", **more: Any) -> list[Event]:
    """The events of a run (None: of keys) in their order: kind, seconds after T0, detail."""
    found = Queries(database, Settings(database_url="sqlite://")).events(**more)
    return [
        (e["kind"], round((e["happened_at"].timestamp() * S - T0) / S), e["detail"])  # type: ignore[attr-defined, misc]
        for e in found
        if e["run_id"] == run_id
    ]


def batched(answers: Sequence[Answer], n: int) -> list[Sequence[Answer]]:
    """The answers, so many at a time."""
    return [answers[start : start + n] for start in range(0, len(answers), n)]


def state(at: int, status: str, **fields: Any) -> Answer:
    """A row of a status, and maybe an actual."""
    return answer(at, document("er_1", status, **fields))


def paid(at: int, actual: object, status: str = "completed") -> Answer:
    """A row with an actual cost."""
    return state(at, status, cost={"actual": actual}, timing={"completedAt": iso(T0)})


TURNS = [
    state(1, "pending"),
    state(2, "running"),
    state(3, "failed", error={"message": "no\nluck"}),
    state(4, "failed", error={"message": "no luck at all"}),
    state(5, "running"),
    state(6, "cancelled"),
    failure(7, *GONE),
    failure(8),
    failure(9, *GONE),
    state(10, "cancelled"),
]
TURNED = [
    ("ended", 3, "failed: no\\nluck"),
    ("reopened", 5, "failed -> running"),
    ("ended", 6, "cancelled"),
    ("lost", 7, "cancelled"),
    ("found", 10, "cancelled"),
]


@pytest.mark.parametrize("at_once", [1, 3, 10])
def test_each_turn_of_a_run_is_an_event(database: Database, at_once: int) -> None:
    """Ends, turns back, 404s and what comes after them, each once, however many answers come at a time."""
    register(database)
    recorder = Recorder(database)
    for some in batched(TURNS, at_once):
        recorder.record(some)
    assert happened(database) == TURNED
    assert sorted(row["event_id"] for row in view(database, "events")) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("seed", range(5))
def test_answers_in_any_order_show_the_same_events(database: Database, seed: int) -> None:
    """What a late answer shows is written once; what was there already is not written again."""
    register(database)
    shuffled = Random(seed).sample(TURNS, len(TURNS))
    for one in [*shuffled, *TURNS]:
        Recorder(database).record([one])
    assert Counter(kind for kind, _, _ in happened(database)) == Counter(
        kind for kind, _, _ in TURNED
    )


def test_a_late_answer_tells_no_end_twice(database: Database) -> None:
    """That a run ended earlier than was known is the same end; one in between is another."""
    register(database)
    recorder = Recorder(database)
    recorder.record([state(1, "running"), state(9, "completed")])
    recorder.record([state(5, "completed")])
    assert happened(database) == [("ended", 9, "completed")]
    recorder.record([state(3, "failed"), state(4, "running")])
    assert happened(database)[1:] == [("ended", 3, "failed"), ("reopened", 4, "failed -> running")]


@pytest.mark.slow
def test_the_events_of_a_random_history_do_not_depend_on_its_order(database: Database) -> None:
    """As many of each kind and run, whether answers come in time order or in any other, one source an order."""
    answers = random_answers(seed=3, runs=60)
    counts = []
    for source, ordered in (
        ("a", sorted(answers, key=lambda one: one.observed_at)),
        ("b", answers),
    ):
        with database.writing() as connection:
            number = ensure_source(connection, source, base_url=BASE_URL, now=T0)
            add_seen_runs(connection, number, {one.run_id: 2**52 for one in answers})
        for some in batched(ordered, 50):
            Recorder(database).record([_of(one, source) for one in some])
        counts.append(
            Counter(
                (row["run_id"], row["kind"])
                for row in view(database, "events")
                if row["source"] == source and row["kind"] != "late_cost"
            )
        )
    assert counts[0] == counts[1]
    assert {kind for _, kind in counts[0]} >= {"ended", "reopened"}


def _of(one: Answer, source: str) -> Answer:
    return answer(0, one.body, **vars_of(one) | {"source": source})


def vars_of(one: Answer) -> dict[str, Any]:
    """The fields of an answer, but its id and body."""
    names = ("target", "observed_at", "outcome", "http_status", "body_length")
    return {name: getattr(one, name) for name in names}


@pytest.mark.parametrize(
    ("ended", "events"), [(-9, []), (0, [("ended", 3, "completed")]), (None, [])]
)
def test_a_run_that_was_first_seen_ended_ended_if_it_was_tracked_before(
    database: Database, ended: int | None, events: list[Event]
) -> None:
    """An old run that is tracked for its history makes no event; one that ended before the first poll does."""
    register(database, at=-1)
    timing = {"completedAt": None if ended is None else iso(T0 + ended * S)}
    Recorder(database).record([state(3, "completed", timing=timing)])
    assert happened(database) == events


@pytest.mark.parametrize("at_once", [1, 9])
def test_a_late_cost_is_a_change_after_the_run_was_quiet(database: Database, at_once: int) -> None:
    """Not the first actual, nor a change before; also where none was served in between."""
    register(database)
    story = [paid(1, 1, "running"), paid(2, 1), paid(3, 2), paid(4, 2), paid(5, 2.5)]
    story += [paid(6, None), paid(7, 2.5), paid(8, {"credits": 3})]
    for some in batched(story, at_once):
        Recorder(database).record(some)
    costs = [one for one in happened(database) if one[0] == "late_cost"]
    assert costs == [("late_cost", 5, "2 -> 2.5"), ("late_cost", 8, "2.5 -> 3 credits")]


def test_a_run_is_abandoned_once(database: Database) -> None:
    """By the answer that gives it up."""
    register(database)
    for day in range(10):
        Recorder(database).record([answer(day * DAY // S)])
    assert happened(database) == [("abandoned", 7 * DAY // S, "running")]


def tell_overdue(database: Database, at: int) -> None:
    """Report overdue runs, as a pass does."""
    now = T0 + at * S
    with database.writing() as connection:
        found = overdue_runs(connection, Cadence(), now=now, not_notified=True)
        mark_notified(connection, found, now=now)


def test_a_run_is_overdue_once_a_flight(database: Database) -> None:
    """The pass that tells it writes the event; after an end and a turn back it is told anew."""
    register(database)
    Recorder(database).record([state(0, "running", trigger={"triggerRunId": "run_x"})])
    for at in (599, 700, 800):
        tell_overdue(database, at)
    assert happened(database) == [("overdue", 700, "running for 11 m 40 s, triggerRunId run_x")]
    Recorder(database).record([state(900, "completed")])
    Recorder(database).record([state(901, "running")])
    tell_overdue(database, 1000)
    assert [kind for kind, _, _ in happened(database)] == [
        *("overdue", "ended", "reopened", "overdue")
    ]


def test_a_key_is_refused_once_and_accepted_after_that(database: Database) -> None:
    """A key that is accepted from the start makes no event, another refused one makes another."""
    register(database)
    moves = [("k1", True), ("k1", False), ("k1", False), ("k2", False), ("k3", True), ("k3", True)]
    for at, (key, is_accepted) in enumerate(moves):
        why = None if is_accepted else "401"
        with database.writing() as connection:
            save_keys(connection, [KeyAnswer(1, key, is_accepted, T0 + at * S, why)])
    refused, accepted = "key_refused", "key_accepted"
    assert happened(database, None) == [
        *((refused, 1, "401"), (refused, 3, "401"), (accepted, 4, None))
    ]


def test_a_run_without_status_is_overdue_and_reopened_in_words(database: Database) -> None:
    """No detail says None."""
    register(database)
    Recorder(database).record([answer(0, {"run": {"id": "er_1"}})])
    tell_overdue(database, 700)
    Recorder(database).record([state(800, "failed"), answer(801, {"run": {"id": "er_1"}})])
    assert [detail for _, _, detail in happened(database)] == [
        *("without status for 11 m 40 s", "failed", "failed -> without status")
    ]


def test_a_number_is_never_used_twice(database: Database) -> None:
    """Not even where the last events went away with their run: a reader has seen it."""
    register(database, ("er_1", "er_2"))
    Recorder(database).record(TURNS)
    with database.writing() as connection:
        forget(connection, "default", ["er_1"])
    assert view(database, "events") == []
    Recorder(database).record([answer(1, run_id="er_2"), failure(2, *GONE, run_id="er_2")])
    assert [row["event_id"] for row in view(database, "events")] == [6]


def test_events_are_chosen_by_time_kind_and_run(database: Database) -> None:
    """By when they happened, what they are and the run's slug, status and labels; as of T only what had happened."""
    register(database, labels={"team": "a"})
    Recorder(database).record(TURNS)
    with database.writing() as connection:
        save_keys(connection, [KeyAnswer(1, "k", False, T0, "401")])
    chosen: dict[Callable[[], Filters], int] = {
        lambda: Filters(since=T0 + 5 * S): 4,
        lambda: Filters(since=T0 + 5 * S, until=T0 + 7 * S): 2,
        lambda: Filters(status=("cancelled",), labels=(("team", "a"),)): 5,
        lambda: Filters(slug=("x",)): 0,
    }
    for filters, count in chosen.items():
        assert len(happened(database, filters=filters())) == count
    assert happened(database, kinds=("lost", "found"), after=4) == TURNED[4:]
    queries = Queries(database, Settings(database_url="sqlite://")).as_of(T0 + 5 * S)
    assert [row["kind"] for row in queries.events()] == ["ended", "reopened", "key_refused"]
