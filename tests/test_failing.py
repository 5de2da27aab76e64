"""Which runs fail, and since when: what exit code 3 is decided from."""

from typing import Any

import pytest
from stores import T0, S, answer, failure, register

from recorder.ledger.answer import Answer, Outcome
from recorder.schedule.failing import FailingRun, is_lasting
from recorder.store.engine import Database
from recorder.store.read.failing_runs import failing_runs
from recorder.store.write.record import Recorder
from recorder.store.write.track import untrack

MISSING: dict[str, Any] = {"outcome": Outcome.NOT_VISIBLE, "http_status": 404}


def failing(database: Database, *source_ids: int) -> list[tuple[str, int, bool]]:
    """The runs that fail: id, seconds after T0, whether their source ever answered."""
    with database.reading() as connection:
        found = failing_runs(connection, source_ids or [1])
    return [(one.run_id, (one.since - T0) // S, one.source_has_answered) for one in found]


@pytest.mark.parametrize(
    ("answers", "since"),
    [
        ([answer(0), failure(3), failure(9)], 3),
        ([answer(0), failure(3), answer(6), failure(9)], 9),
        ([answer(0), failure(3), failure(6, **MISSING), failure(9), failure(12)], 9),
        ([failure(0, **MISSING), failure(3)], 3),
        ([answer(0), failure(3), answer(6)], None),
        ([answer(0), failure(3), failure(6, **MISSING)], None),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_it_fails_since_the_first_poll_after_its_last_answer(
    database: Database, answers: list[Answer], since: int | None, order: int
) -> None:
    """A 404 is an answer; the order in which answers are recorded changes nothing."""
    register(database)
    for one in answers[::order]:
        Recorder(database).record([one])
    assert failing(database) == ([] if since is None else [("er_1", since, True)])


def test_whether_a_source_ever_answered_is_its_own(database: Database) -> None:
    """Another source's answers say nothing of it."""
    register(database, ["er_1"], source="a")
    register(database, ["er_1"], source="b")
    Recorder(database).record([failure(0, source="a"), failure(0, source="b")])
    assert failing(database, 1, 2) == [("er_1", 0, False)] * 2
    Recorder(database).record([failure(3, source="b", **MISSING), failure(6, source="b")])
    assert failing(database, 1, 2) == [("er_1", 0, False), ("er_1", 6, True)]
    assert failing(database, 1) == [("er_1", 0, False)]


def test_who_is_not_watched_does_not_fail(database: Database) -> None:
    """An untracked run is nobody's news."""
    register(database)
    Recorder(database).record([failure(0)])
    with database.writing() as connection:
        untrack(connection, 1, 1, now=T0)
    assert failing(database) == []


@pytest.mark.parametrize(
    ("seconds", "has_answered", "lasting"),
    [(61, True, True), (60, True, False), (0, True, False), (0, False, True)],
)
def test_over_a_minute_is_lasting(seconds: int, has_answered: bool, lasting: bool) -> None:  # noqa: FBT001
    """Not a minute to the microsecond; of a source that never answered, the first failure."""
    run = FailingRun(
        source="a",
        run_id="er_1",
        last_polled_at=T0,
        due_at=T0,
        since=T0,
        source_has_answered=has_answered,
    )
    assert is_lasting(run, now=T0 + seconds * S) is lasting
