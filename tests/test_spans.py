"""What bounds a run's times, through every door: what is no time bounds nothing."""

from typing import Any

import pytest
from stores import T0, S, answer, document, register, rows, view

from recorder.analyses import Analyses
from recorder.instants import MINUTE, iso, parse_instant
from recorder.schedule.cadence import Cadence
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.read.overdue_runs import overdue_runs
from recorder.store.read.run_refs import find_run
from recorder.store.read.states import state_at
from recorder.store.write.record import Recorder

NEVER = ("0001-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z", "2200-01-01T00:00:00Z")
CREATED = parse_instant("2025-11-20T08:00:00Z") or 0
TIMES = ("queue_seconds", "run_seconds", "wall_seconds")


def timing(**changes: str | None) -> dict[str, Any]:
    """A queue of 2 s and a run of 30 s, but for the instants given."""
    at = {"createdAt": iso(CREATED), "startedAt": iso(CREATED + 2 * S)}
    return {"timing": at | {"completedAt": iso(CREATED + 32 * S)} | changes}


def times(database: Database, **changes: str | None) -> tuple[list[Any], str]:
    """The three times and the flags of a run with such instants: the same in the view, the row and the report."""
    register(database)
    Recorder(database).record([answer(1, document(status="completed", **timing(**changes)))])
    archive = Analyses(database, Settings(database_url="sqlite://"))
    (shown,), (cells,) = view(database, "runs"), archive.runs()
    (told,) = archive.analyse("durations").rows
    for name in TIMES:
        assert shown[name] == cells[name] == told[f"{name}_max"]
        assert told[f"{name}_n"] == (shown[name] is not None)
    assert shown["quality"] == cells["quality"]
    return [cells[name] for name in TIMES], str(cells["quality"])


@pytest.mark.parametrize("never", NEVER)
def test_a_start_that_is_no_time_gives_no_queue_and_no_run_time(
    database: Database, never: str
) -> None:
    """Neither 2,000 years nor zero; the document keeps what was served."""
    found, flags = times(database, startedAt=never)
    assert found == [None, None, 32]
    assert flags.split(",") == ["no_started_at", "unreadable:timing.startedAt"]
    with database.reading() as connection:
        shown = state_at(connection, find_run(connection, "er_1"))
    assert shown is not None
    run: Any = shown.value["run"]
    assert run["timing"]["startedAt"] == never


@pytest.mark.parametrize("never", NEVER)
def test_a_creation_that_is_no_time_gives_no_queue_and_no_wall_time(
    database: Database, never: str
) -> None:
    """The run time stays; the run belongs to the day of its tracking."""
    found, flags = times(database, createdAt=never)
    assert found == [None, 30, None]
    assert flags.split(",") == ["no_created_at", "unreadable:timing.createdAt"]


@pytest.mark.parametrize(
    ("before_s", "run_seconds"), [(1, 33), (60, 92), (60.000001, None), (86400, None)]
)
def test_a_start_long_before_the_creation_is_none(
    database: Database, before_s: float, run_seconds: int | None
) -> None:
    """Up to a minute it is the skew of two clocks, which only the queue time does not survive."""
    found, flags = times(database, startedAt=iso(CREATED - round(before_s * S)))
    assert found == [None, run_seconds, 32]
    assert flags == "queue_negative"


@pytest.mark.parametrize("never", NEVER)
def test_a_creation_that_is_no_time_makes_nothing_overdue(database: Database, never: str) -> None:
    """The patience counts from when the run was first seen, for the schedule too."""
    register(database)
    running = document(timing={"createdAt": never})
    Recorder(database).record([answer(1, running), answer(2, running)])
    (watch,) = rows(database, "watch")["watch"]
    assert watch["due_at"] == T0 + 5 * S
    with database.reading() as connection:
        for after, count in ((10 * MINUTE, 0), (10 * MINUTE + 1, 1)):
            found = overdue_runs(connection, Cadence(), now=T0 + S + after)
            assert len(found) == count
