"""The capture of items: each page once, resumed where it stopped, within its part of the budget, and no personal data."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from shapes import LAST_S, page
from stores import T0, S, answer, document, empty, failure, register, rows, view
from virtual import Reply, Scene, ended, most_in_a_minute, ok, pages_of

from recorder.errors import StoreError
from recorder.instants import DAY, MINUTE
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.target import Target
from recorder.polling.watch_options import RunMode
from recorder.schedule.cadence import Cadence
from recorder.schedule.dispatch import Budget, sendable_pages
from recorder.store.engine import Database
from recorder.store.read.due import due_pages
from recorder.store.write.capture import record_page
from recorder.store.write.forget import forget
from recorder.store.write.record import Recorder

Open = Callable[[str], Database]
NOW = T0 + LAST_S * S
in_virtual_time = pytest.mark.parametrize("dialect", ["sqlite"])  # a server has a clock of its own


def finished(database: Database, run_id: str = "er_1", at: int = 0, **counts: int) -> None:
    """Track a run and record its end."""
    register(database, [run_id])
    body = document(run_id, "completed", scope={"counts": counts})
    Recorder(database).record([answer(at, body, run_id=run_id)])


def due(database: Database, at: int = NOW) -> list[Target]:
    """The pages that are due."""
    with database.reading() as connection:
        return [one.target for one in due_pages(connection, [1], now=at, limit=9)]


def items_of(database: Database) -> list[str]:
    return [row["item_id"] for row in rows(database, "item")["item"]]


def capture(database: Database) -> dict[str, Any]:
    (row,) = rows(database, "capture")["capture"]
    return row


DONE = {"status": "completed"}


def test_pages_follow_each_other(database: Database) -> None:
    """The cursor is stored with the page; until the last one nothing shows, then all do and nothing is due."""
    finished(database, completed=3)
    assert due(database) == [Target("er_1", "")]
    assert record_page(database, page(DONE, DONE, after="i1")) is Outcome.CHANGED
    assert due(database) == [Target("er_1", "i1")]
    assert (view(database, "lead_outcomes"), len(items_of(database))) == ([], 2)
    record_page(database, page(DONE | {"id": "i2"}, cursor="i1"))
    assert (due(database, NOW + 99 * DAY), len(view(database, "lead_outcomes"))) == ([], 3)
    assert view(database, "runs")[0]["quality"] is None or "items" not in str(
        view(database, "runs")[0]["quality"]
    )


def test_a_page_that_came_twice_or_late_changes_nothing(database: Database) -> None:
    """A page other than the next one is counted as a request, and writes no item; so does one that brings nothing new."""
    finished(database)
    first = page(DONE, DONE, after="i1")
    for _ in range(2):
        record_page(database, first)
    assert (items_of(database), capture(database)["cursor"]) == (["i0", "i1"], "i1")
    assert record_page(database, page(DONE, cursor="i1", after="x")) is Outcome.MALFORMED
    assert (items_of(database), capture(database)["cursor"]) == (["i0", "i1"], "i1")
    assert (capture(database)["n_requests"], capture(database)["n_failures"]) == (3, 1)


def test_late_counts_are_captured_again(database: Database) -> None:
    """A change of the counts after the capture makes the first page due; it takes the place of all that was there."""
    finished(database, completed=1, running=1)
    record_page(database, page(DONE, {"status": "running"}))
    assert due(database) == []
    body = document("er_1", "completed", scope={"counts": {"completed": 2, "running": 0}}, extra=1)
    Recorder(database).record([answer(LAST_S + 1, body)])
    assert due(database) == [Target("er_1", "")]
    record_page(database, page(DONE, DONE | {"id": "i9"}))
    assert (items_of(database), due(database)) == (["i0", "i9"], [])
    costly = body["run"] | {"cost": {"actual": 3}}
    Recorder(database).record([answer(LAST_S + 2, {"run": costly})])
    assert due(database) == []


def test_items_that_differ_from_the_counts_are_flagged(database: Database) -> None:
    """The run has a flag; soon after its end its items are captured once more, and the flag goes where they agree."""
    finished(database, at=LAST_S - 60, completed=2, failed=0)
    record_page(database, page(DONE))
    assert view(database, "runs")[0]["quality"].endswith("items_mismatch")
    assert (due(database), due(database, NOW + 15 * MINUTE)) == ([], [Target("er_1", "")])
    record_page(database, page(DONE, DONE))
    assert "items" not in (view(database, "runs")[0]["quality"] or "")
    assert due(database, NOW + DAY) == []


@pytest.mark.parametrize(
    ("outcome", "status", "longest"),
    [
        (Outcome.SERVER_ERROR, 503, 5 * MINUTE),
        (Outcome.NETWORK_ERROR, None, 5 * MINUTE),
        (Outcome.NOT_VISIBLE, 404, DAY),
        (Outcome.REFUSED, 403, DAY),
    ],
)
def test_failures_wait_longer_and_longer(
    database: Database, outcome: Outcome, status: int | None, longest: int
) -> None:
    """A page that did not come is due again after 3 s, 6 s, ..., and stands where it stood; a jumped clock stops none."""
    finished(database)
    pauses = []
    for _ in range(20):
        record_page(database, failure(LAST_S, outcome, status, target=Target("er_1", "")))
        pauses.append(capture(database)["due_at"] - NOW)
    assert (pauses[:3], pauses[-1]) == ([3 * S, 6 * S, 12 * S], longest)
    assert (due(database), due(database, NOW + longest)) == ([], [Target("er_1", "")])
    assert due(database, NOW - 9 * DAY) == [Target("er_1", "")]
    record_page(database, page(DONE))
    assert capture(database)["n_failures"] == 0


def test_a_page_that_cannot_be_read_is_asked_for_in_smaller_pieces(database: Database) -> None:
    """A page may be larger than what is read of a body: each time half as many leads, at last one; then all again."""
    finished(database)
    for limit in (100, 50, 25, 12, 6, 3, 1, 1):
        assert due(database, NOW + DAY) == [Target("er_1", "", limit)]
        record_page(database, answer(LAST_S, b"{", target=Target("er_1", "", limit)))
    record_page(database, page(DONE, after="i0"))
    assert due(database) == [Target("er_1", "i0")]


def test_only_ended_runs_that_are_watched_have_pages(database: Database) -> None:
    """Runs in flight, runs never seen and runs that are forgotten meanwhile have none."""
    register(database, ["a", "b"])
    Recorder(database).record([answer(0, document("a"), run_id="a")])
    assert due(database) == []
    finished(database, "c")
    with database.writing() as connection:
        forget(connection, "default", ["c"])
    assert record_page(database, page(DONE, run_id="c")) is Outcome.CHANGED
    assert (rows(database, "item", "capture")) == {"item": [], "capture": []}


def test_forget_removes_items(database: Database) -> None:
    """A run that is forgotten leaves no item."""
    finished(database)
    record_page(database, page(DONE))
    with database.writing() as connection:
        forget(connection, "default", ["er_1"])
    assert (rows(database, "item", "capture")) == {"item": [], "capture": []}


# --- the budget


@pytest.mark.parametrize(
    ("rate", "busy", "items", "demand", "sends"),
    [
        (80, 0, 0, 0, 16),
        (80, 10, 10, 0, 6),
        (80, 16, 16, 0, 0),
        (80, 70, 0, 70, 10),
        (80, 79, 0, 0, 1),
        (80, 0, 0, 80, 0),
        (80, 0, 0, 500, 0),
        (3, 0, 0, 0, 1),
        (3, 1, 1, 0, 0),
    ],
)
def test_items_get_what_runs_leave(
    rate: int, busy: int, items: int, demand: int, sends: int
) -> None:
    """A fifth of the budget at most (one at the least), never what runs in flight would use, never in a pause."""
    budget = Budget(rate=rate, busy=busy, busy_items=items)
    assert sendable_pages(budget, due=99, demand=demand, now=T0) == sends
    paused = Budget(rate=rate, paused_until=T0 + S)
    assert sendable_pages(paused, due=99, demand=0, now=T0) == 0


def sent(scene: Scene, *, rows: bool) -> list[float]:
    return [one.at for one in scene.log if one.is_row is rows]


@in_virtual_time
@pytest.mark.slow
def test_items_take_a_fifth(database: Database) -> None:
    """Of 5,000 items at most 16 pages go in any minute, over two processes on one key; none is lost or doubled."""
    scene = Scene(
        database,
        lambda _, run_id, __: ended(run_id),
        pages=pages_of(5000),
        items=True,
        keys={"default": "key", "other": "key"},
    )
    scene.track("a")
    scene.track("b", source="other")
    watches = [
        scene.poller(RunMode.TIME, seconds=480, source=name).run for name in ("default", "other")
    ]
    scene.time.run(*watches)
    pages = sent(scene, rows=False)
    assert (len(pages), most_in_a_minute(pages)) == (100, 16)
    assert len(items_of(database)) == len(view(database, "lead_outcomes")) == 10_000


@in_virtual_time
@pytest.mark.slow
@pytest.mark.parametrize("flights", [2, 30])
def test_runs_in_flight_are_polled_as_if_there_were_no_items(
    database: Database, flights: int
) -> None:
    """Each run gets as many polls as without items; where they use the whole budget no page goes before they end."""

    def world(_source: str, run_id: str, at: int) -> Reply:
        return ended(run_id) if run_id == "old" or at > 120 else ok(run_id)

    logs = []
    for items in (False, True):
        scene = Scene(database, world, pages=pages_of(1000), items=items)
        scene.track("old", *(f"{items}{n}" for n in range(flights)))
        scene.watch(RunMode.TIME, seconds=300)
        early = [at for at in sent(scene, rows=True) if at < 120]
        logs.append(early)
        if items:
            pages = sent(scene, rows=False)
            assert most_in_a_minute([one.at for one in scene.log]) <= scene.rate
            assert most_in_a_minute(pages) <= 16
            assert len(items_of(database)) >= 1000
            assert (min(pages) > 120) is (flights == 30)
        empty(database)
    assert abs(len(logs[0]) - len(logs[1])) <= 1


@pytest.mark.slow
@in_virtual_time
def test_a_pass_uses_its_part_and_ends(database: Database) -> None:
    """A single pass polls what is due, then captures what the part of the budget lets, and waits for nothing."""
    scene = Scene(database, lambda _, run_id, __: ended(run_id), pages=pages_of(5000), items=True)
    scene.track("a")
    scene.watch(RunMode.PASS)
    assert (len(sent(scene, rows=True)), len(sent(scene, rows=False))) == (1, 16)
    assert (len(view(database, "polls")), capture(database)["n_requests"]) == (1, 16)
    assert scene.time.now < T0 + 30 * S


@in_virtual_time
def test_a_page_is_counted_once_though_the_store_fails_after_it(database: Database) -> None:
    """What is recorded with a page may fail: it is tried again until the store takes it, and the page is not."""
    scene = Scene(database, lambda _, run_id, __: ended(run_id), pages=pages_of(150), items=True)
    scene.track("a")
    tries = []

    def heal() -> None:
        tries.append(len(scene.told))
        if tries.count(1) == 5:
            execute("DROP TRIGGER full")

    def execute(statement: str) -> None:
        with database.writing() as connection:
            connection.exec_driver_sql(statement)

    execute(
        "CREATE TRIGGER full BEFORE UPDATE ON key_slot WHEN EXISTS (SELECT 1 FROM capture)"
        " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    )
    summary = scene.watch(RunMode.PASS, after_tick=heal)
    assert len(scene.told) == 1
    assert (capture(database)["n_requests"], summary.pages) == (2, {Outcome.CHANGED: 2})
    assert len(view(database, "lead_outcomes")) == 150


@pytest.mark.slow
@in_virtual_time
def test_until_done_waits_for_items(database: Database) -> None:
    """A watch until all is done goes on until the leads are captured too, but not for a capture that fails on and on."""
    cadence = Cadence(settle_us=(5 * S,))
    scene = Scene(
        database,
        lambda _, run_id, __: ended(run_id),
        pages=pages_of(2500),
        items=True,
        cadence=cadence,
    )
    scene.track("a")
    scene.watch(RunMode.DONE)
    assert len(view(database, "lead_outcomes")) == 2500
    scene.pages = lambda *_: Reply(http_status=403)
    scene.track("b")
    scene.watch(RunMode.DONE)
    assert len(view(database, "lead_outcomes")) == 2500
    assert scene.told == []


@pytest.mark.slow
@in_virtual_time
def test_items_that_are_forbidden_stop_no_source(database: Database) -> None:
    """A key that may not read items is no refused key; a 401 is one, whatever was asked."""
    scene = Scene(database, lambda _, run_id, __: ended(run_id), items=True)
    scene.track("a", "b", "c", "d")
    scene.pages = lambda *_: Reply(http_status=403)
    assert scene.watch(RunMode.TIME, seconds=120).exit_code == 0
    scene.pages = lambda *_: Reply(http_status=401)
    assert scene.watch(RunMode.TIME, seconds=120).exit_code == 4


# --- personal data


@in_virtual_time
def test_a_page_in_hand_is_kept_nowhere(database: Database, open_database: Open) -> None:
    """Where the store takes nothing until the watch ends, a page is lost, and fetched again; only a row is kept."""
    locked = open_database(database.url.render_as_string())
    locked.busy_ms = lambda: 0
    scene = Scene(locked, lambda _, run_id, __: ended(run_id), pages=pages_of(9), items=True)
    scene.track("a")
    with closing(
        sqlite3.connect(str(database.path), isolation_level=None, check_same_thread=False)
    ) as blocker:
        scene.seen = lambda sent: None if sent.is_row else blocker.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            scene.watch(RunMode.PASS)
    assert scene.kept == []
    assert "1 answer could not be recorded" in scene.told


def marked(mark: str, *, run_id: str) -> Answer:
    """A page whose every value that is no column of the view is marked, with as many odd types as there are fields."""
    item: dict[str, Any] = {
        "id": "it_1",
        "runId": run_id,
        "leadId": "ld_1",
        "status": "failed",
        "result": {"email": mark, mark: [mark]},
        "skippedReason": {"input": mark},
        "error": {"message": "no mailbox", "details": {"input": mark}, mark: mark},
        "attempts": mark,
        "metadata": {
            **{key: {"name": mark} for key in ("inputSnapshot", "leadSnapshot", "result")},
            "provider": "findy",
            "providerSubmissionId": mark,
        },
        "timing": {"startedAt": mark, "completedAt": [mark], mark: mark},
        "membershipId": mark,
        mark: {mark: mark},
    }
    body = {"items": [item, item | {"id": "it_2"}], "page": {"hasMore": False, mark: mark}}
    return answer(LAST_S, body | {mark: mark}, target=Target(run_id, ""))


@pytest.mark.slow
def test_no_personal_data_is_stored(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a page, of a malformed one and of an error's body nothing is in any row or byte of the store, nor in the log."""
    mark = "Zq7ana"
    finished(database, completed=2)
    record_page(database, marked(mark, run_id="er_1"))
    cut = marked(mark, run_id="er_1").body[:-9]
    record_page(database, answer(LAST_S + 1, cut, target=Target("er_1", "")))
    error = failure(LAST_S + 2, target=Target("er_1", ""), body=cut, detail=mark)
    record_page(database, error)
    assert len(view(database, "lead_outcomes")) == 2
    assert mark not in json.dumps(rows(database), default=str)
    assert mark not in "".join(capsys.readouterr())
    if database.path is not None:
        held = b"".join(path.read_bytes() for path in database.path.parent.iterdir())
        assert mark.encode() not in held
        assert b"no mailbox" in held
