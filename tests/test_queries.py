"""The archive's rows are those of the views, now and as of any time."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shapes
from shapes import HOSTILE, LAST_S, fill, fill_items, stopped_at
from stores import T0, S, answer, document, register, sample_body, sample_paths, set_revision, view

import recorder
from recorder.analyses import Analyses
from recorder.analysis.filters import Filters
from recorder.errors import (
    AmbiguousRunError,
    RecorderError,
    StoreMissingError,
    StoreOutdatedError,
    UnknownRunError,
)
from recorder.history.changes import ABSENT, Change
from recorder.ledger.jsontext import Number, parse_json
from recorder.queries import Queries
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.write.record import Recorder
from recorder.views import VIEWS

KEYS = {
    "runs": ("source", "run_id"),
    "snapshots": ("source", "run_id", "seq"),
    "polls": ("source", "run_id", "polled_at"),
    "transitions": ("source", "run_id", "seen_at"),
    "labels": ("source", "run_id", "key"),
    "lead_outcomes": ("source", "run_id", "item_id"),
    "events": ("event_id",),
}
Rows = list[dict[str, Any]]


def archive_of(database: Database, **more: Any) -> Analyses:
    return Analyses(database, Settings(database_url="sqlite://"), **more)


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database)
    fill_items(database)
    return database


def rows_of(archive: Queries, name: str) -> Rows:
    """The archive's rows of a view, in a fixed order."""
    rows: Rows = [dict(row) for row in getattr(archive, name)()]
    return sorted(rows, key=lambda row: tuple(str(row[key]) for key in KEYS[name]))


def from_sql(value: Any, kind: str, name: str) -> Any:
    """A value of a view as Python has it."""
    if value is None or (name == "document" and isinstance(value, str)):
        return None if value is None else json.loads(value)
    if kind == "instant":
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    return bool(value) if kind == "flag" else value


def assert_cell(value: Any, seen: Any, kind: str) -> None:
    """Equal exactly; an amount of SQLite, a REAL, to what a float can say."""
    if kind == "amount" and isinstance(seen, float):
        assert float(value) == seen
    elif kind == "amount" and seen is not None:
        assert str(value) == str(seen)
    else:
        assert value == seen
        assert type(value) is type(seen) or isinstance(seen, dict)


def test_rows_are_those_of_the_views(filled: Database) -> None:
    """For runs of every shape, each cell of the archive is what SQL over the view of that name gives."""
    for name in VIEWS:
        assert_view(filled, name)


def assert_view(filled: Database, name: str) -> None:
    ours = rows_of(archive_of(filled), name)
    seen = sorted(view(filled, name), key=lambda row: tuple(str(row[key]) for key in KEYS[name]))
    assert len(ours) == len(seen) > 3
    for row, held in zip(ours, seen, strict=True):
        assert tuple(row) == tuple(held) == tuple(VIEWS[name])
        for column, kind in VIEWS[name].items():
            value = json.loads(row[column]) if column == "document" else row[column]
            assert_cell(value, from_sql(held[column], kind, column), kind)


def test_as_of_now_is_the_present(filled: Database) -> None:
    """As of an instant after all that is known, every row is the present one."""
    present = archive_of(filled)
    for name in VIEWS:
        assert rows_of(present.as_of(T0 + LAST_S * S), name) == rows_of(present, name)


@pytest.fixture
def stopped(sqlite_template: Path, tmp_path: Path) -> Iterator[Callable[[int], Database]]:
    """SQLite stores that stopped at some second."""
    opened: list[Database] = []

    def make(seconds: int) -> Database:
        path = tmp_path / f"stopped-{seconds}.db"
        path.write_bytes(sqlite_template.read_bytes())
        opened.append(Database(f"sqlite:///{path}"))
        stopped_at(opened[-1], seconds)
        return opened[-1]

    yield make
    for database in opened:
        database.close()


@pytest.mark.slow
def test_as_of_a_time_is_what_a_store_that_stopped_then_shows(
    database: Database, stopped: Callable[[int], Database]
) -> None:
    """Runs, snapshots, polls and transitions as of T equal those of a store that was told nothing after T."""
    stopped_at(database, LAST_S)
    for seconds in (-1, 0, 7, 25, 63, 100):
        then = archive_of(database, as_of=T0 + seconds * S)
        other = archive_of(stopped(seconds))
        for name in ("runs", "snapshots", "polls", "transitions"):
            held = rows_of(other, name)
            for row in held:
                row.pop("document", None)  # parts have other numbers there
            ours = rows_of(then, name)
            for row in ours:
                row.pop("document", None)
            assert ours == held, (name, seconds)


def test_status_as_of_each_answer_is_what_was_served(database: Database) -> None:
    """At the instant of any answer, and just before the next, the status is the JSON value that was served then."""
    served = [
        answer(10 * number, sample_body(path), run_id="er_01JC8Z6M3Q")
        for number, path in enumerate(sample_paths()[:7])
    ]
    register(database, ["er_01JC8Z6M3Q"])
    Recorder(database).record([*served[1::2], *served[::2]])
    archive = archive_of(database)
    for one in served:
        for at in (one.observed_at, one.observed_at + 10 * S - 1):
            assert archive.as_of(at).status("er_01JC8Z6M3Q").value == parse_json(one.body)
    with pytest.raises(RecorderError, match="had not been seen by"):
        archive.as_of(T0 - 1).status("er_01JC8Z6M3Q")


def test_a_question_about_one_run_gives_its_rows_alone(filled: Database) -> None:
    """Snapshots, polls, transitions, labels and events of a run and source are those among all that are its own."""
    archive = archive_of(filled)
    for name in ("snapshots", "polls", "transitions", "labels", "events"):
        of_all = [dict(row) for row in getattr(archive, name)()]
        for run_id, source in (("er_1", "default"), ("er_1", "growth"), (HOSTILE, None)):
            own = [dict(row) for row in getattr(archive, name)(run_id, source)]
            named = source or "default"
            assert own == [r for r in of_all if r["run_id"] == run_id and r["source"] == named]
        of_source = [dict(row) for row in getattr(archive, name)(source="growth")]
        assert of_source == [row for row in of_all if row["source"] == "growth"]


def test_one_row_is_that_of_all_rows(filled: Database) -> None:
    """The row of one run is its row among all, now and as of a time."""
    for archive in (archive_of(filled), archive_of(filled, as_of=T0 + 70 * S)):
        for row in archive.runs():
            run_id, source = str(row["run_id"]), str(row["source"])
            if row["n_snapshots"]:
                assert archive.run(run_id, source) == row


def test_runs_are_filtered_by_the_one_rule(filled: Database) -> None:
    """Filters leave exactly the runs that match them; the source that is set counts where none is named."""
    archive = archive_of(filled)
    rows = {(row.source, row.run_id) for row in archive.run_rows()}
    for filters in (
        Filters(status=("failed", "cancelled")),
        Filters(slug=("work_email",)),
        Filters(source="growth"),
        Filters(labels=(("team", "growth"), ("k", "a=b"))),
        Filters(since=T0 - 2 * S, until=T0),
    ):
        chosen = [row for row in archive.run_rows() if filters.matches(row)]
        assert list(archive.run_rows(filters)) == chosen
        assert 0 < len(chosen) < len(rows)
    named = Queries(filled, Settings(database_url="sqlite://", source="growth"))
    assert {row["source"] for row in named.runs()} == {"growth"}
    assert {row["source"] for row in named.runs(Filters(source="default"))} == {"default"}


def test_history_tells_each_change(database: Database) -> None:
    """Each step holds the leaves of `run` that differ; absent and null are told apart, siblings of `run` left out."""
    register(database)
    states: list[Mapping[str, Any]] = [
        document(a=1, b=None) | {"request": 1},
        document(a=1.10, c=[1]) | {"request": 2},
        document(a=1, b=None),
    ]
    Recorder(database).record([answer(at, state) for at, state in enumerate(states)])
    first, second, third = archive_of(database).history("er_1")
    assert first.changes == ()
    assert second.changes == (
        Change(path="a", before=Number("1"), after=Number("1.1")),
        Change(path="c", before=ABSENT, after=[Number("1")]),
        Change(path="b", before=None, after=ABSENT),
    )
    assert [change.path for change in third.changes] == ["a", "b", "c"]
    assert [step.state.seq for step in (first, second, third)] == [1, 2, 3]


def test_questions_that_have_no_answer_say_so(filled: Database) -> None:
    """Unknown, ambiguous and unseen runs are errors of their own; a source settles what is ambiguous."""
    archive = archive_of(filled)
    with pytest.raises(UnknownRunError, match="'recorder track nobody'"):
        archive.status("nobody")
    with pytest.raises(UnknownRunError, match="in source 'growth'"):
        archive.run("s1", "growth")
    with pytest.raises(AmbiguousRunError, match="--source"):
        list(archive.history("er_1"))
    with pytest.raises(RecorderError, match="not seen yet"):
        archive.run("elsewhere")
    with pytest.raises(RecorderError, match="404"):
        archive.status("gone")
    assert archive.status("er_1", "growth").seq == 6
    assert archive.last_poll("silent") is None
    last = archive.last_poll("last_snapshot")
    assert last is not None
    assert last["outcome"] == "network_error"
    assert archive.as_of(T0 + 100 * S).last_poll("last_snapshot") == archive.as_of(
        T0 + 104 * S
    ).last_poll("last_snapshot")


def test_a_store_that_is_missing_or_old_is_not_touched(database: Database, tmp_path: Path) -> None:
    """Opening for questions makes and upgrades nothing: the error says what to run."""
    missing = Database(f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(StoreMissingError, match="recorder track"):
        archive_of(missing)
    assert not (tmp_path / "none.db").exists()
    if database.dialect.is_file:
        set_revision(database, "0000")
        with pytest.raises(StoreOutdatedError, match="recorder db upgrade"):
            archive_of(database)


def test_coverage_counts_looks_up_to_the_end(database: Database) -> None:
    """Good polls count until the run was seen ended; later ones settle, and errors are counted by kind."""
    register(database, ["er_1", "t"])
    Recorder(database).record([*shapes.life(), *shapes.troubles("t")])
    (row,) = archive_of(database).analyse("coverage").rows
    assert (row["polls"], row["good_polls"], row["not_visible_polls"]) == (24, 14, 1)
    assert (row["throttled_polls"], row["error_polls"]) == (1, 8)
    assert row["gap_seconds_n"] == 8 + 1  # nine looks up to the end, and two of the other run
    assert row["snapshots"] == 7
    (then,) = archive_of(database, as_of=T0 + 3 * S).analyse("coverage").rows
    assert (then["polls"], then["good_polls"], then["not_visible_polls"]) == (4, 2, 1)
    assert then["seconds_since_good_poll"] == 2.0


def test_frames_are_the_same_rows(filled: Database) -> None:
    """Every cell of a frame is that of the archive's row."""
    archive = archive_of(filled)
    with recorder.open(filled.url.render_as_string(hide_password=False)) as history:
        for name in VIEWS:
            rows = [dict(row) for row in getattr(archive, name)()]
            frame = getattr(history, name)()
            assert tuple(frame.columns) == tuple(VIEWS[name])
            records = frame.astype(object).where(frame.notna(), None).to_dict("records")
            assert records == rows
            for row in records:
                assert all(
                    isinstance(v, Decimal | None)
                    for k, v in row.items()
                    if VIEWS[name][k] == "amount"
                )
