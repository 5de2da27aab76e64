"""Where a run is in its life: one rule, in Python, in SQL and through every door."""

from itertools import product
from typing import Any, get_args

import pytest
import sqlalchemy as sa
from stores import T0, answer, document, failure, register

from recorder.analyses import Analyses
from recorder.cli.main import cli, run
from recorder.instants import MINUTE
from recorder.ledger.answer import Outcome
from recorder.life import Phase, Tracking, flight_since, is_overdue, phase_of
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.read import phases
from recorder.store.read.live_runs import watched_runs
from recorder.store.read.overdue_runs import overdue_runs
from recorder.store.read.run_refs import find_run
from recorder.store.read.source_health import source_health
from recorder.store.schema import run as run_table
from recorder.store.schema import run_summary, watch
from recorder.store.write.record import Recorder
from recorder.store.write.track import untrack

LATE = 10 * MINUTE
CADENCE = Settings(database_url="sqlite://").cadence


@pytest.mark.parametrize(
    ("is_terminal", "tracking", "phase"),
    [
        (None, "active", Phase.UNSEEN),
        (None, "not_visible", Phase.UNSEEN),
        (None, "untracked", Phase.UNSEEN),
        (True, "settling", Phase.ENDED),
        (True, "not_visible", Phase.ENDED),
        (True, "untracked", Phase.ENDED),
        (True, "active", Phase.ENDED),
        (False, "active", Phase.IN_FLIGHT),
        (False, "not_visible", Phase.LOST),
        (False, "abandoned", Phase.LOST),
        (False, "untracked", Phase.LOST),
    ],
)
def test_each_run_is_in_one_phase(*, is_terminal: bool | None, tracking: str, phase: Phase) -> None:
    """Lost are those that were seen, have not ended, and that nobody sees any more."""
    assert phase_of(is_terminal=is_terminal, tracking=tracking) is phase


@pytest.mark.parametrize("phase", Phase)
def test_only_what_is_in_flight_is_overdue(phase: Phase) -> None:
    """Only what is in flight for longer than that, by a microsecond or more; without an instant to count from never."""
    for since, late in ((T0 - 1, True), (T0, False), (None, False)):
        found = is_overdue(phase, since=since, overdue_after_us=LATE, now=T0 + LATE)
        assert found is (late and phase is Phase.IN_FLIGHT)
    assert flight_since(5, 7) == 5
    assert flight_since(None, 7) == 7


SHAPES = list(
    product(
        get_args(Tracking),
        ((0, None), (1, None), (2, T0)),
        (None, T0 - LATE - 1, T0 - LATE),
        (None, T0 - LATE - 1, T0 - LATE),
    )
)
"""Tracking; snapshots and when the end was seen; createdAt; first sight."""


def insert_shapes(database: Database) -> None:
    """One run a shape, numbered as they are listed."""
    register(database, [f"er_{n}" for n in range(len(SHAPES))])
    with database.writing() as connection:
        for key, (tracking, (seen, ended), created, first) in enumerate(SHAPES, 1):
            held = watch.update().where(watch.c.run_key == key)
            connection.execute(
                held.values(
                    tracking=tracking, n_snapshots=seen, ended_seen_at=ended, first_good_at=first
                )
            )
            fact = {"cost_quality": "none", "n_reopened": 0, "created_at": created}
            if seen:
                connection.execute(run_summary.insert().values(source_id=1, run_key=key, **fact))


def test_sql_says_what_the_functions_say(database: Database) -> None:
    """Over every tracking, state, creation and first sight, on both kinds of store."""
    insert_shapes(database)
    same = (run_summary.c.source_id == watch.c.source_id) & (
        run_summary.c.run_key == watch.c.run_key
    )
    said = (phases.is_unseen(), phases.is_in_flight(), phases.is_overdue(T0 - LATE))
    asked = sa.select(watch.c.run_key, *said).select_from(watch.outerjoin(run_summary, same))
    with database.reading() as connection:
        found = {row[0]: tuple(map(bool, row[1:])) for row in connection.execute(asked)}
    for key, (tracking, (seen, ended), created, first) in enumerate(SHAPES, 1):
        phase = phase_of(is_terminal=ended is not None if seen else None, tracking=tracking)
        since = flight_since(created if seen else None, first)
        late = is_overdue(phase, since=since, overdue_after_us=LATE, now=T0)
        is_unseen = phase is Phase.UNSEEN and tracking == "active"
        assert found[key] == (is_unseen, phase is Phase.IN_FLIGHT, late), SHAPES[key - 1]


RUNNING = {"createdAt": "2025-11-20T08:00:00Z"}


def record_lives(database: Database) -> None:
    """At T0 an hour after their creation: in flight, lost in three ways, ended, unseen; and one first seen just now."""
    ids = ["late", "gone", "dropped", "ended", "fresh", "unseen"]
    register(database, ids, at=-10)
    old = [
        answer(-9, document(one, timing=RUNNING), run_id=one) for one in ("late", "gone", "dropped")
    ]
    Recorder(database).record(
        [
            *old,
            failure(-8, Outcome.NOT_VISIBLE, 404, run_id="gone"),
            failure(-8, Outcome.NOT_VISIBLE, 404, run_id="unseen"),
            answer(-9, document("ended", "failed", timing=RUNNING), run_id="ended"),
            answer(-9, document("fresh"), run_id="fresh"),
        ]
    )
    with database.writing() as connection:
        ref = find_run(connection, "dropped")
        untrack(connection, ref.source_id, ref.run_key, now=T0)


def test_every_reader_counts_the_same(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`overdue`, `sources`, the live table, the analyses and the page of a run agree on each run."""
    record_lives(database)
    with database.reading() as connection:
        listed = [one.run_id for one in overdue_runs(connection, CADENCE, now=T0)]
        (health,) = source_health(connection, CADENCE, now=T0)
        live = watched_runs(connection, since=0, limit=10)
        every_ref = [find_run(connection, one) for one in ("late", "gone", "dropped", "fresh")]
        asked_for = watched_runs(connection, since=0, limit=10, refs=every_ref)
    assert listed == ["late"]
    assert (health.in_flight, health.overdue, health.unseen) == (2, 1, 0)
    assert [
        one.run_id for one in asked_for if one.is_overdue(CADENCE.overdue_after_us, now=T0)
    ] == ["late"]
    assert {one.run_id for one in live if one.phase is Phase.IN_FLIGHT} == {"late", "fresh"}
    archive = Analyses(database, Settings(database_url="sqlite://"))
    (told,) = archive.analyse("failures").rows
    counted = {n: told[n] for n in ("in_flight", "lost", "failed", "unobserved")}
    assert counted == {"in_flight": 2, "lost": 2, "failed": 1, "unobserved": 1}
    monkeypatch.setattr("recorder.cli.options.now_us", lambda: T0)
    db = ("--db", database.url.render_as_string(hide_password=False))
    for run_id in ("late", "gone", "dropped", "ended", "fresh"):
        assert run(cli, ["status", run_id, *db]) == 0
        assert ("overdue" in capsys.readouterr().out) is (run_id == "late")


def test_what_is_tracked_but_never_seen_is_not_lost(database: Database) -> None:
    """A 404 for an id that no answer has shown may be a mistake in the id: it is not observed, so it is not lost."""
    register(database)
    Recorder(database).record([failure(1, Outcome.NOT_VISIBLE, 404)])
    analyses = Analyses(database, Settings(database_url="sqlite://"))
    found: dict[str, Any] = analyses.analyse("failures").rows[0]
    assert (found["lost"], found["unobserved"], found["in_flight"]) == (0, 1, 0)
    with database.reading() as connection:
        held = connection.execute(sa.select(run_table.c.run_id)).scalars().all()
    assert held == ["er_1"]
