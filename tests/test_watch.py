"""`recorder watch`: what it shows of runs, that it polls what nobody else does, and that it ends cleanly."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from made_rows import run_row
from msgspec.structs import replace
from stores import T0, S, answer, document, failure, register, rows

from recorder.analysis.rows import RunRow
from recorder.cli import main
from recorder.cli.live import Headlines, LiveTable, PlainLines, open_view
from recorder.cli.live_rows import LiveRow, LiveRows, headline, live_row
from recorder.cli.watcher import Onlooker, Watcher
from recorder.instants import HOUR, now_us
from recorder.ledger.answer import Outcome
from recorder.sandbox import Sandbox
from recorder.schedule.cadence import Cadence
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.read.live_runs import is_waited_for, watched_runs
from recorder.store.read.run_refs import find_run
from recorder.store.sharing.leases import acquire, leave, new_holder
from recorder.store.write.record import Recorder
from recorder.views import NOTHING_REMAINS

RUN = run_row(
    "er_1",
    tracking="active",
    status="running",
    slug="work_email",
    version="1",
    leads_total=10,
    leads_pending=4,
    leads_running=1,
    leads_completed=3,
    leads_skipped=1,
    leads_failed=1,
    cost_preview_micros=20_000_000,
    cost_actual_micros=None,
    cost_unit="credits",
    error_message=None,
    trigger_run_id="run_1",
    created_at=T0,
    ended_at=None,
    tracked_at=T0,
    first_good_at=T0 + S,
    last_good_at=T0 + 20 * S,
    first_polled_at=T0 + S,
    last_polled_at=T0 + 20 * S,
    ended_seen_at=None,
    is_quiet=False,
    last_outcome=int(Outcome.CHANGED),
    n_snapshots=3,
)
ENDED = replace(
    RUN,
    tracking="settling",
    status="completed",
    ended_at=T0 + 15 * S,
    ended_seen_at=T0 + 16 * S,
    cost_actual_micros=18_500_000,
    leads_failed=0,
)


class Terminal(io.StringIO):
    """What is written, by something that is a terminal."""

    def isatty(self) -> bool:
        return True


LEFT: dict[str, object] = {
    "remaining_seconds_p10": 12.4,
    "remaining_seconds_p50": 40.0,
    "remaining_seconds_p90": 200.0,
    "slow": False,
}
LONG = replace(RUN, run_id="0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", created_at=T0 - 9000 * S)


def said(run: RunRow, *, at: int = 22, left: dict[str, object] = NOTHING_REMAINS) -> LiveRow:
    """The texts of a run, so many seconds after T0."""
    return live_row(run, Cadence(), T0 + at * S, left)


def drawn(monkeypatch: pytest.MonkeyPatch, width: int, *frames: LiveRows) -> list[str]:
    """The lines of a table of that width on a terminal that cannot move its cursor."""
    for name, value in {"COLUMNS": str(width), "LINES": "24", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    out = Terminal()
    with LiveTable(out, most=None) as view:
        for frame in frames:
            view.show(frame)
    return out.getvalue().splitlines()


def test_a_run_in_flight_shows_its_progress() -> None:
    """Leads done are those that ended, however; the age counts from the creation, the cost is actual/preview."""
    line = said(RUN)
    assert (line.status, line.done, line.total) == ("running", 5, 10)
    assert (line.age, line.seen, line.cost) == ("22 s", "2 s", "-/20")
    assert (line.note, line.alarming) == ("1 failed", False)


def test_a_run_in_flight_shows_what_remains() -> None:
    """In words, and in fewer columns; a slow one has a mark, which is no alarm. Nothing is said where nobody knows."""
    line = said(RUN, left=LEFT)
    assert (line.left, line.left_briefly) == ("about 40 s (12 s to 3 m 20 s)", "40s (12s-3m)")
    assert (said(RUN).left, said(RUN).left_briefly) == ("", "")
    slow = said(RUN, left=LEFT | {"slow": True})
    assert (slow.note, slow.alarming) == ("slow, 1 failed", False)
    assert said(replace(RUN, leads_failed=0), left=NOTHING_REMAINS | {"slow": True}).note == "slow"


def test_an_ended_run_shows_how_long_it_took() -> None:
    """After the end the age stands still."""
    line = said(ENDED, at=3600)
    assert (line.age, line.cost, line.note) == ("15 s", "18.5/20", "settling")
    assert said(replace(ENDED, is_quiet=True)).note == ""


@pytest.mark.parametrize(
    ("changed", "note"),
    [
        ({"tracking": "not_visible"}, "not visible (404)"),
        ({"tracking": "abandoned"}, "abandoned"),
        ({"created_at": T0 - 1000 * S}, "overdue run_1"),
        ({"last_outcome": int(Outcome.SERVER_ERROR)}, "server error"),
        ({"status": "failed", "error_message": "no credits"}, "no credits"),
        ({"status": "failed"}, "failed"),
    ],
)
def test_what_a_person_should_know_is_an_alarm(changed: Mapping[str, Any], note: str) -> None:
    """Lost, overdue, failing and failed runs say so."""
    line = said(replace(RUN, **changed))
    assert (line.note, line.alarming) == (note, True)


def test_a_run_that_no_answer_showed() -> None:
    """A tracked run is there before its first answer."""
    unseen = replace(RUN, status=None, first_good_at=None, created_at=None, last_polled_at=None)
    line = said(replace(unseen, leads_total=None, leads_failed=None, last_outcome=None))
    assert (line.status, line.seen, line.note, line.total) == ("-", "-", "not seen yet", None)


def test_served_text_is_shown_not_obeyed() -> None:
    """Status, id and messages that hold terminal escapes are spelt out."""
    bad = replace(RUN, run_id="\x1b[2J", status="\x1b]0;x\x07", error_message="a\nb")
    line = said(bad)
    assert "\x1b" not in line.run_id + line.status
    assert said(replace(RUN, status="failed", error_message="a\nb")).note == "a\\nb"
    out = Terminal()
    with LiveTable(out, most=None) as view:
        view.show(LiveRows(headline="1 in flight", rows=[line]))
        view.notify("\x1b[31mred")
    assert "\\x1b[2J" in out.getvalue()
    assert "\x1b[2J" not in out.getvalue()
    assert "\\x1b[31mred" in out.getvalue()


def test_the_headline_counts_what_there_is() -> None:
    """Words without a run are left out."""
    overdue = replace(RUN, created_at=T0 - 1000 * S)
    told = headline([RUN, overdue, ENDED], Cadence(), T0)
    assert told == "2 in flight, 1 overdue, 1 completed"
    assert headline([], Cadence(), T0) == "nothing in flight"


def test_a_table_never_has_more_lines_than_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The room for runs follows the terminal's height, down to three; a view may ask for less."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    assert LiveTable(Terminal(), most=None).room() == 19
    assert LiveTable(Terminal(), most=12).room() == 12
    monkeypatch.setenv("LINES", "5")
    assert LiveTable(Terminal(), most=12).room() == 3


@pytest.mark.parametrize("width", [40, 60, 70, 80, 100, 120, 160])
@pytest.mark.parametrize("run_id", ["er_1", "er_01JC8Z6M3Q", LONG.run_id])
@pytest.mark.parametrize("left", [LEFT, NOTHING_REMAINS])
def test_a_table_fits_the_terminal(
    monkeypatch: pytest.MonkeyPatch, width: int, run_id: str, left: dict[str, object]
) -> None:
    """Whatever the ids and notes, no line is longer than the terminal, and none is folded; from 80 on ids are whole."""
    rows = [said(replace(RUN, run_id=run_id), left=left), said(LONG, left=left)]
    lines = drawn(monkeypatch, width, LiveRows(headline="2 in flight", rows=rows, more=3))
    assert max(map(len, lines)) <= width
    assert any("and 3 more" in line for line in lines)
    of_long = [line for line in lines if line.startswith("0f1e2d")]
    assert len(of_long) <= 2 + (run_id == LONG.run_id), "its row, and its note"
    (row,) = [line for line in lines if line.startswith(run_id[:3]) and "running" in line][:1]
    assert "5/10" in row
    assert width < 80 or row.startswith(f"{run_id} ")
    assert width < 80 or ("40s(12s" in row.replace(" ", "")) == (left is LEFT)


def test_what_remains_is_written_out_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the words of the other commands at 120 columns, briefly at 80; without likes no column is there for it."""
    frame = LiveRows(headline="1 in flight", rows=[said(RUN, left=LEFT)])
    assert any(" about 40 s (12 s to 3 m 20 s) " in line for line in drawn(monkeypatch, 120, frame))
    assert any(" 40s (12s-3m) " in line for line in drawn(monkeypatch, 80, frame))
    bare = drawn(monkeypatch, 120, LiveRows(headline="1 in flight", rows=[said(RUN)]))
    assert not any("left" in line for line in bare)


def test_a_frame_that_is_the_last_one_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has not changed is left alone."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    out = Terminal()
    with LiveTable(out, most=None) as view:
        view.show(LiveRows(headline="1 in flight", rows=[said(RUN)]))
        first = out.getvalue()
        view.show(LiveRows(headline="1 in flight", rows=[said(RUN)]))
        assert out.getvalue() == first
        view.show(LiveRows(headline="1 in flight", rows=[said(RUN, at=23)]))
        assert out.getvalue() != first


def test_what_escalates_a_run_is_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """A note that its column would cut stands whole below the table, and takes the room of runs."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "12")
    monkeypatch.setenv("TERM", "dumb")
    trigger = "run_cmb0k2x1a0001jx08d7ctq4vz"
    stuck = replace(RUN, created_at=T0 - 9000 * S, trigger_run_id=trigger)
    runs = [replace(stuck, run_id=f"er_01JC8Z6M3Q{n}") for n in range(9)]
    out = Terminal()
    with LiveTable(out, most=None) as view:
        view.show(LiveRows(headline="9 in flight", rows=[said(run) for run in runs]))
    drawn = out.getvalue().splitlines()
    assert sum(line.strip() == f"{runs[0].run_id}: overdue {trigger}" for line in drawn) == 1
    assert any("and 6 more" in line for line in drawn)
    assert len(drawn) <= 12


def test_a_line_above_the_table_is_broken_at_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No word of a message is cut in two where it fits on a line."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("TERM", "dumb")
    told = "overdue: run er_01JC8Z6M3Q of source 'default' is running: escalate with triggerRunId run_1"
    out = Terminal()
    with LiveTable(out, most=None) as view:
        view.notify(told)
    drawn = [line.rstrip() for line in out.getvalue().splitlines()]
    assert " ".join(filter(None, drawn)) == told
    assert max(map(len, drawn)) <= 40


def test_plain_lines_say_what_has_changed_and_nothing_else() -> None:
    """Elsewhere than on a terminal a run is told when its status or note changes, not when its leads do."""
    out = io.StringIO()
    view = PlainLines(out)
    more = replace(RUN, leads_completed=4)
    for run in (RUN, RUN, more, ENDED):
        view.show(LiveRows(headline="", rows=[said(run)]))
    assert out.getvalue().splitlines() == [
        "er_1 running 5/10 leads, 22 s: 1 failed",
        "er_1 completed 4/10 leads, 15 s: settling",
    ]


def test_headlines_come_now_and_then() -> None:
    """The brief view repeats nothing and keeps three seconds between two lines."""
    out, moment = io.StringIO(), [0.0]
    view = Headlines(out, clock=lambda: moment[0])
    for at, told in [(0, "a"), (1, "b"), (3, "b"), (6, "b"), (7, "c")]:
        moment[0] = at
        view.show(LiveRows(headline=told, rows=[]))
    assert out.getvalue() == "a\nb\nc\n"


def test_a_clock_that_is_set_back_stops_no_view(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The runs are shown again half a second later, whatever the wall clock says by then."""
    shown: list[LiveRows] = []

    class View(PlainLines):
        def show(self, runs: LiveRows) -> None:
            shown.append(runs)

    settings = Settings(database_url=str(store.url))
    watcher = Watcher(store, settings, View(io.StringIO()), refs=None, is_over=None)
    counts = []
    for wall, steady in ((T0, 100.0), (T0, 100.1), (T0 - 3600 * S, 100.6)):
        monkeypatch.setattr("recorder.cli.watcher.now_us", lambda wall=wall: wall)
        monkeypatch.setattr("recorder.cli.watcher.monotonic", lambda steady=steady: steady)
        watcher.update(Onlooker(watcher))
        counts.append(len(shown))
    assert counts == [1, 1, 2]


def test_the_view_fits_the_stream() -> None:
    """A terminal gets a table, anything else lines."""
    assert isinstance(open_view(Terminal()), LiveTable)
    assert isinstance(open_view(io.StringIO()), PlainLines)
    assert isinstance(open_view(io.StringIO(), brief=True), Headlines)


def test_what_moves_is_watched_to_its_quiet_end() -> None:
    """A run is waited for in flight, but overdue, and after its end until it is quiet or so long has passed."""

    def waited_for(run: RunRow, at: int) -> bool:
        return is_waited_for(run, Cadence(), T0 + at * S)

    assert waited_for(RUN, 600)
    assert not waited_for(RUN, 601)
    assert waited_for(ENDED, 100)
    assert not waited_for(ENDED, 1000)
    assert not waited_for(replace(ENDED, is_quiet=True), 100)
    assert not waited_for(replace(RUN, tracking="not_visible"), 100)


def test_runs_are_shown_by_what_is_going_on(database: Database) -> None:
    """In flight first and by age, then 404s, then the last that ended; what ended long ago is left out."""
    register(database, ["old", "gone", "first", "second", "live"])
    Recorder(database).record(
        [
            answer(1, document("old", "completed"), run_id="old"),
            answer(100, document("first", "completed"), run_id="first"),
            answer(101, document("second", "failed"), run_id="second"),
            failure(102, Outcome.NOT_VISIBLE, 404, run_id="gone"),
            answer(103, document("live"), run_id="live"),
        ]
    )
    with database.reading() as connection:
        found = watched_runs(connection, since=T0 + 50 * S, limit=10)
        assert [run.run_id for run in found] == ["live", "gone", "second", "first"]
        few = watched_runs(connection, since=T0 + 50 * S, limit=2)
        assert [run.run_id for run in few] == ["live", "gone"]
        refs = [find_run(connection, "old")]
        (old,) = watched_runs(connection, since=T0 + 50 * S, limit=10, refs=refs)
        assert (old.run_id, old.tracking, old.is_terminal) == ("old", "settling", True)
        assert watched_runs(connection, since=0, limit=10, refs=[]) == []
        assert watched_runs(connection, since=0, limit=10, source_name="other") == []


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """An empty ledger."""
    with Sandbox().start() as served:
        yield served


@pytest.fixture
def store(sqlite_template: Path, tmp_path: Path, sandbox: Sandbox) -> Iterator[Database]:
    """A store that tracks the sandbox's run er_1."""
    path = tmp_path / "store.db"
    path.write_bytes(sqlite_template.read_bytes())
    with closing(Database(f"sqlite:///{path}")) as database:
        register(database, ["er_1"], at=(now_us() - T0) // S)
        with database.writing() as connection:
            connection.exec_driver_sql("UPDATE source SET base_url = ?", (sandbox.url,))
        yield database


def start(
    store: Database, sandbox: Sandbox, *arguments: str, **more: str
) -> "subprocess.Popen[str]":
    """`recorder watch` in a process of its own."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(Path(store.name).parent),
        "RECORDER_CONFIG": os.devnull,
        "RECORDER_BASE_URL": sandbox.url,
        "PUFFLE_API_KEY": "pk_sandbox",
        "RECORDER_EVERY": "300ms",
        "RECORDER_SETTLE": "300ms,600ms",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "recorder", "watch", "--db", store.name, *arguments],
        env=environ | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """Its exit code and what it printed."""
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_the_table_once_in_any_format(
    database: Database, store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --format it prints what the store has, polls nothing, and ends."""
    register(database, ["er_1", "er_2"])
    body = document("er_1", scope={"resolvedCount": 4}, trigger={"triggerRunId": "run_1"})
    Recorder(database).record([answer(0, body, run_id="er_1")])
    assert main.run(main.cli, ["watch", "--format", "json", "--db", store_url]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["run_id"], first["status"], first["leads_total"]) == ("er_1", "running", 4)
    assert (first["overdue"], first["note"]) == (True, "overdue run_1")
    assert (second["run_id"], second["status"], second["note"]) == ("er_2", None, "not seen yet")
    assert NOTHING_REMAINS.items() <= first.items()
    assert "remaining" not in first
    for chosen in ("table", "markdown", "csv", "ndjson"):
        ids = ["watch", "er_1", "--format", chosen, "--db", store_url]
        assert main.run(main.cli, ids) == 0
        printed = capsys.readouterr().out
        assert "er_1" in printed
        assert "er_2" not in printed


@pytest.mark.slow
def test_it_polls_a_run_to_its_end(store: Database, sandbox: Sandbox) -> None:
    """With ids it ends when those have ended and are quiet; all that was served is recorded."""
    counts = {"pending": 0, "running": 0, "completed": 2, "skipped": 0, "failed": 0}
    ended = document(
        "er_1", "completed", scope={"resolvedCount": 2, "counts": counts}, cost={"actual": 4}
    )
    sandbox.script("er_1", [document("er_1", "pending"), document("er_1"), ended])
    code, out, err = finish(start(store, sandbox, "er_1"))
    assert (code, err) == (0, "")
    assert [line.split(",")[0] for line in out.splitlines()][-1] == "er_1 completed 2/2 leads"
    statuses = [row["status"] for row in rows(store, "snapshot")["snapshot"]]
    assert statuses == ["pending", "running", "completed"]
    assert rows(store, "source")["source"][0]["holder"] is None


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_told_to(store: Database, sandbox: Sandbox, number: int) -> None:
    """Without ids it stays until a signal, and says so; then it gives its lease back and ends with 0."""
    sandbox.put(document("er_1"))
    process = start(store, sandbox)
    assert process.stdout is not None
    while "er_1 running" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(number)
    code, _, err = finish(process)
    assert (code, err.count("\n")) == (0, 1)
    assert (
        "stdout is no terminal, or a dumb one: each change is a line, and the watch goes on until"
        in err
    )
    assert rows(store, "source")["source"][0]["holder"] is None


@pytest.mark.slow
def test_beside_a_poll_it_shows_what_the_store_learns(store: Database, sandbox: Sandbox) -> None:
    """A source that another process polls is read from the store; nothing is sent."""
    holder = new_holder()
    with store.writing() as connection:
        acquire(connection, [1], holder, now=now_us() + HOUR)
    process = start(store, sandbox, "er_1")
    time.sleep(1)
    at = (now_us() - T0) // S + 1
    body = document("er_1", "completed", cost={"actual": 4})
    Recorder(store).record([answer(at, body), answer(at + 1, body)])
    code, out, _ = finish(process)
    assert (code, sandbox.requests) == (0, [])
    assert out.splitlines()[-1].startswith("er_1 completed")
    with store.writing() as connection:
        leave(connection, holder)


@pytest.mark.slow
def test_without_a_key_it_only_shows(store: Database, sandbox: Sandbox) -> None:
    """A source without a key is said to be left out; what others record is still shown."""
    process = start(store, sandbox, PUFFLE_API_KEY="")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("er_1 -,")
    process.send_signal(signal.SIGINT)
    code, _, err = finish(process)
    assert (code, "PUFFLE_API_KEY is not set" in err) == (0, True)
    assert sandbox.requests == []


def test_a_store_that_may_only_be_read_is_shown(
    store: Database,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """That is said once; what is in the store is shown, nothing is sent, and ending so is no failure."""
    monkeypatch.setenv("RECORDER_CONFIG", os.devnull)
    monkeypatch.setenv("RECORDER_BASE_URL", sandbox.url)
    monkeypatch.setenv("PUFFLE_API_KEY", "pk_sandbox")
    at = (now_us() - T0) // S + 1
    body = document("er_1", "completed", cost={"actual": 4})
    Recorder(store).record([answer(at, body), answer(at + 1, body)])
    store.close()
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert main.run(main.cli, ["watch", "er_1", "--db", store.name]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("er_1 completed")
    assert err.count("\n") == 1
    assert "to its folder: what others record is shown, nothing is polled here" in err
    assert sandbox.requests == []


def test_an_id_that_is_not_tracked_is_a_usage_error(store: Database, sandbox: Sandbox) -> None:
    """Watching does not track."""
    code, _, err = finish(start(store, sandbox, "er_2"))
    assert (code, "recorder track er_2" in err) == (2, True)
