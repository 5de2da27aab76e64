"""What remains of many runs in flight is read and computed once a change, not once a redraw, on both kinds of store."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from kept import once
from stores import T0, S, answer, document, register

from recorder.analysis.remaining import Outlook
from recorder.instants import iso
from recorder.outlooks import Outlooks
from recorder.store.engine import Database
from recorder.store.read.live_runs import watched_runs
from recorder.store.read.run_history import courses
from recorder.store.write.record import Recorder

NOW = 10_000
SLUGS = ("email", "phone")


def body(
    run_id: str, slug: str | None, created: int, *, done: int = 0, wall: int | None = None
) -> dict[str, Any]:
    """A ledger row of 10 leads; times in seconds since T0."""
    end = {} if wall is None else {"completedAt": iso(T0 + (created + wall) * S)}
    start = iso(T0 + created * S)
    return document(
        run_id,
        "running" if wall is None else "completed",
        enrichment={"slug": slug, "version": 1},
        scope={"resolvedCount": 10, "counts": {"completed": done, "skipped": 0, "failed": 0}},
        timing={"createdAt": start, "startedAt": start} | end,
    )


def record(database: Database, at: int, *bodies: dict[str, Any]) -> None:
    run_ids = [one["run"]["id"] for one in bodies]
    register(database, run_ids, at=0)
    answers = [answer(at, one, run_id=run_id) for one, run_id in zip(bodies, run_ids, strict=True)]
    Recorder(database).record(answers)


@pytest.fixture
@once
def busy(database: Database) -> Database:
    """A store of 40 completed runs and 200 in flight, of two slugs, every second one past a quarter of its leads."""
    for slug in SLUGS:
        likes = [f"{slug}-done{n}" for n in range(20)]
        record(database, 60, *(body(one, slug, 10, done=5) for one in likes))
        ended = (
            body(one, slug, 10, done=10, wall=100 + 10 * n + 50 * SLUGS.index(slug))
            for n, one in enumerate(likes)
        )
        record(database, 500, *ended)
        running = (body(f"{slug}-{n}", slug, NOW - 40, done=5 * (n % 2)) for n in range(100))
        record(database, NOW - 10, *running)
    return database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that the store answers meanwhile."""
    seen: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(database.engine, "before_cursor_execute", note)


def redraw(database: Database, outlooks: Outlooks, at: int) -> dict[str, Outlook]:
    """Do what a live table does twice a second; the outlooks by run id."""
    with database.reading() as connection:
        runs = watched_runs(connection, since=T0 + (at - 600) * S, limit=2000)
    outlooks.refresh(T0 + at * S)
    return {run_id: made for (_, run_id), made in outlooks.of(runs, now=T0 + at * S).items()}


def test_a_redraw_without_a_change_makes_nothing_again(busy: Database) -> None:
    """One statement reads the runs, one what has ended; yet the time that is left gets shorter, and runs become slow."""
    outlooks = Outlooks(busy)
    first = redraw(busy, outlooks, NOW)
    assert len(first) == 200
    with statements(busy) as seen:
        later = redraw(busy, outlooks, NOW + 7)
    assert len(seen) == 2
    assert all(later[run_id] is made for run_id, made in first.items())
    for run_id in ("email-0", "email-1"):
        left = [first[run_id].remaining(T0 + at * S) for at in (NOW, NOW + 7)]
        assert left[0] is not None
        assert left[1] is not None
        assert left[0].p50 - left[1].p50 == pytest.approx(7 * S)
    slow = [first["email-0"].is_slow(T0 + (NOW + age) * S) for age in (250, 251)]
    assert slow == [False, True]


def test_a_change_of_a_run_makes_its_outlook_again(busy: Database) -> None:
    """One more statement reads how far it is; the others stay."""
    outlooks = Outlooks(busy)
    first = redraw(busy, outlooks, NOW)
    record(busy, NOW + 1, body("email-0", "email", NOW - 40, done=6))
    with statements(busy) as seen:
        later = redraw(busy, outlooks, NOW + 2)
    assert len(seen) == 3
    assert [run_id for run_id in first if later[run_id] is not first[run_id]] == ["email-0"]


def test_an_end_makes_the_outlooks_of_its_slug_again(busy: Database) -> None:
    """Those of the other slug stay; all are what one who looks for the first time finds, whenever he does."""
    outlooks = Outlooks(busy)
    first = redraw(busy, outlooks, NOW)
    record(busy, NOW + 1, body("phone-7", "phone", NOW - 40, done=10, wall=41))
    later = redraw(busy, outlooks, NOW + 2)
    assert later.keys() == first.keys() - {"phone-7"}
    assert all((later[one] is first[one]) == one.startswith("email") for one in later)
    assert later == redraw(busy, Outlooks(busy), NOW + 2)
    with statements(busy) as seen:
        assert redraw(busy, outlooks, NOW + 3) == later
    assert len(seen) == 2


def test_a_run_without_a_slug_has_no_likes(busy: Database) -> None:
    """Nobody can say what remains of it, or whether it is slow, however many runs have no slug."""
    record(busy, 500, *(body(f"done{n}", None, 10, wall=20) for n in range(30)))
    record(busy, NOW, body("bare", None, NOW - 40))
    made = redraw(busy, Outlooks(busy), NOW)["bare"]
    assert (made.remaining(T0 + NOW * S), made.is_slow(T0 + NOW * S)) == (None, None)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_how_far_runs_are_is_read_by_their_keys(busy: Database) -> None:
    """SQLite goes over no snapshots but those of the asked runs, however many the source has."""
    run_ids = [f"email-{n}" for n in range(100)]
    with statements(busy) as seen, busy.reading() as connection:
        found = dict(courses(connection, "default", run_ids))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {seen[-1]}", ("default", *run_ids))
        steps = [row[3] for row in plan if "snapshot" in row[3]]
    assert len(found) == 100
    assert steps
    assert all("source_id=? AND run_key=?" in step for step in steps)
