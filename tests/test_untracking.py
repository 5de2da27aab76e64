"""A run that was untracked and tracked again: each time shows it as it was watched then."""

from pathlib import Path

import pytest
from stores import T0, S, answer, register, rows

from recorder.cli.main import cli, run
from recorder.queries import Queries
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.write.record import Recorder
from recorder.store.write.track import track, untrack


def untrack_at(database: Database, seconds: int) -> None:
    with database.writing() as connection:
        untrack(connection, 1, 1, now=T0 + seconds * S)


def track_at(database: Database, seconds: int) -> None:
    with database.writing() as connection:
        track(connection, "default", ["er_1"], now=T0 + seconds * S)


def tracking(database: Database, *seconds: int) -> list[str]:
    """The tracking of the run as of each time, and now."""
    now = Queries(database, Settings(database_url="sqlite://"))
    held = [row for at in seconds for row in now.as_of(T0 + at * S).runs()]
    return [str(row["tracking"]) for row in [*held, *now.runs()]]


@pytest.fixture
def watched(database: Database) -> Database:
    """A run in flight that was untracked for 20 s, and polled before and after."""
    register(database)
    Recorder(database).record([answer(0)])
    untrack_at(database, 20)
    track_at(database, 40)
    Recorder(database).record([answer(50)])
    return database


def test_as_of_a_time_between_it_was_untracked(watched: Database) -> None:
    """Before and after it was watched, and it is polled on."""
    assert tracking(watched, 10, 30, 45, 60) == [
        "active",
        "untracked",
        "active",
        "active",
        "active",
    ]
    untrack_at(watched, 70)
    assert tracking(watched, 60, 80) == ["active", "untracked", "untracked"]
    track_at(watched, 90)
    Recorder(watched).record([answer(95)])
    assert tracking(watched, 60, 80) == ["active", "untracked", "active"]
    assert rows(watched, "watch")["watch"][0]["due_at"] is not None


def test_abandoned_later_and_tracked_once_more_it_was_not_untracked_since(
    watched: Database,
) -> None:
    """Tracking an abandoned run again brings back no earlier word: it was watched, then abandoned."""
    Recorder(watched).record([answer(day * 86_400) for day in range(1, 9)])
    assert tracking(watched, 2 * 86_400, 9 * 86_400) == ["active", "abandoned", "abandoned"]
    track_at(watched, 10 * 86_400)
    assert tracking(watched, 2 * 86_400, 9 * 86_400) == ["active", "abandoned", "active"]


@pytest.mark.usefixtures("watched")
def test_a_copy_of_the_store_knows_it_too(store_url: str, tmp_path: Path) -> None:
    """An export holds both words, and an import applies them in the order in which they were said."""
    copy, lines = f"sqlite:///{tmp_path}/copy.db", str(tmp_path / "lines.ndjson")
    assert run(cli, ["export", "answers", "--out", lines, "--db", store_url]) == 0
    assert run(cli, ["import", lines, "--db", copy]) == 0
    database = Database(copy)
    assert tracking(database, 10, 30, 45) == ["active", "untracked", "active", "active"]
    database.close()


@pytest.mark.parametrize("seconds", [40, 20])
def test_the_last_word_holds_whatever_the_clock(database: Database, seconds: int) -> None:
    """A clock that stood still, or was set back, between two words leaves the later one in force."""
    register(database)
    untrack_at(database, 40)
    track_at(database, seconds)
    Recorder(database).record([answer(50)])
    assert tracking(database) == ["active"]
    assert rows(database, "watch")["watch"][0]["due_at"] is not None
    untrack_at(database, seconds)
    Recorder(database).record([answer(51)])
    assert tracking(database) == ["untracked"]


def test_untracked_twice_it_is_untracked_since_the_first_time(
    database: Database, store_url: str
) -> None:
    """The second word changes nothing."""
    register(database)
    assert run(cli, ["untrack", "er_1", "--db", store_url]) == 0
    before = rows(database, "run")
    assert run(cli, ["untrack", "er_1", "--db", store_url]) == 0
    assert rows(database, "run") == before
