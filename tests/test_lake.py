"""`recorder export lake`: what has changed, by source and month, whole or not at all."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
import sqlalchemy as sa
from lakes import MONTH, export, in_lake, in_store, opened, states
from shapes import adopt, fill, fill_items, page, told
from stores import BASE_URL, T0, answer, document, failure, register

from recorder.cli.main import cli, run
from recorder.errors import RecorderError
from recorder.instants import DAY
from recorder.ledger.answer import Outcome
from recorder.store.engine import Database
from recorder.store.read.month_rows import MonthCounts
from recorder.store.read.overdue_runs import Overdue
from recorder.store.read.row_columns import driver_rows
from recorder.store.read.run_refs import find_run
from recorder.store.write.capture import record_page
from recorder.store.write.forget import forget
from recorder.store.write.prune import Pruning
from recorder.store.write.record import Recorder
from recorder.store.write.sources import KeyAnswer, ensure_source, save_keys
from recorder.store.write.track import remove_labels, set_labels, track, untrack
from recorder.store.write.watch_rows import follow_clock, mark_notified
from recorder.transfer.lake_files import LakeMonth
from recorder.transfer.lake_month import Step, step_for
from recorder.transfer.parquet import pyarrow, write_tables

Capture = pytest.CaptureFixture[str]
Change = Callable[[Database], object]
OLD = "2024-02-29T23:59:59.999999Z"
DONE = {"createdAt": "2025-11-20T09:00:00Z"}


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database)
    fill_items(database)
    return database


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def test_a_lake_has_the_rows_of_the_views(filled: Database, tmp_path: Path) -> None:
    """Every column of every view but documents, to the last digit, in its own type."""
    assert export(filled, tmp_path).written == 3
    shown = in_lake(tmp_path)
    assert shown == in_store(filled)
    assert all(shown[name] for name in ("runs", "polls", "labels", "lead_outcomes", "events"))
    with opened(tmp_path) as connection:
        types = {name: kind for name, kind, *_ in connection.execute("DESCRIBE runs").fetchall()}
    wanted = {
        "created_at": "TIMESTAMP WITH TIME ZONE",
        "cost_actual": "DECIMAL(19,6)",
        "cost_actual_micros": "BIGINT",
        "is_terminal": "BOOLEAN",
        "wall_seconds": "DOUBLE",
        "source": "VARCHAR",
        "month": "VARCHAR",
    }
    assert {name: types[name] for name in wanted} == wanted


@pytest.mark.slow
def test_a_month_of_many_rows_is_whole(database: Database, tmp_path: Path) -> None:
    """Rows are fetched some at a time, and each is written once."""
    register(database)
    Recorder(database).record([failure(n) for n in range(4500)])
    export(database, tmp_path)
    assert in_lake(tmp_path) == in_store(database)


def test_of_large_runs_fewer_are_fetched_at_a_time(database: Database) -> None:
    """What is in memory at a time is bounded by the longest text of the fetch before."""
    sizes = [1, 1, 1, 1, 1, 1, 600, 400, 400, 300, 300, 300, None]
    rows = sa.union_all(
        *(
            sa.select(sa.literal(n).label("n"), sa.literal(None if size is None else "x" * size))
            for n, size in enumerate(sizes)
        )
    )
    with database.reading() as connection:
        fetched = driver_rows(connection, rows.order_by("n"), per_fetch=5, most_text=1000)
        numbers = [[number for number, _ in some] for some in fetched]
    assert numbers == [[0], [1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11], [12]]


@pytest.mark.slow
def test_small_tables_make_large_row_groups(tmp_path: Path) -> None:
    """What is in memory at a time is a row group; none is smaller but the last."""
    numbers, arrow, path = np.arange(1_050_000), pyarrow("none"), tmp_path / "n.parquet"
    whole = arrow.table({"n": numbers, "other": -numbers})
    tables = (whole.slice(n, 150_000) for n in range(0, len(numbers), 150_000))
    assert write_tables(tables, whole.schema, path) == len(numbers)
    with arrow.parquet.ParquetFile(path) as file:
        groups = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
        assert groups == [600_000, 450_000]
        assert file.read() == whole


def _key(database: Database, run_id: str) -> tuple[int, int]:
    with database.reading() as connection:
        ref = find_run(connection, run_id, "default")
    return ref.source_id, ref.run_key


def _overdue(database: Database) -> object:
    source_id, run_key = _key(database, "s1")
    one = Overdue(
        source_id=source_id,
        source="default",
        run_key=run_key,
        run_id="s1",
        status="running",
        since=T0,
        trigger_run_id=None,
    )
    return database.write(mark_notified, [one], now=T0)


def _imported(database: Database, created_at: str, *, at: int = 2000) -> object:
    body = document("er_1", "running", timing={"createdAt": created_at})
    return Recorder(database).record([answer(at, body)])


def _given_up(database: Database) -> object:
    body = document("new")
    polls = [answer(hour * 3600, body, run_id="new") for hour in (990, 1200, 1210)]
    return Recorder(database).record(polls)


CHANGES: dict[str, Change] = {
    "an answer": lambda d: Recorder(d).record([answer(1000, document("s1"), run_id="s1")]),
    "a failed poll": lambda d: Recorder(d).record([failure(1000, run_id="silent")]),
    "another creation": lambda d: _imported(d, OLD),
    "no creation any more": lambda d: Recorder(d).record([answer(2001, document("er_1"))]),
    "a new run": lambda d: d.write(track, "default", ["new"], now=T0 + 40 * DAY),
    "labels": lambda d: d.write(set_labels, 1, [_key(d, "s2")[1]], {"team": "x"}),
    "labels gone": lambda d: d.write(remove_labels, 1, [_key(d, "s1")[1]], ["team"]),
    "untracked": lambda d: d.write(untrack, *_key(d, "s1"), now=T0),
    "tracked again": lambda d: d.write(track, "default", ["s1"], now=T0),
    "forgotten": lambda d: d.write(forget, "default", ["s4"]),
    "tracked earlier elsewhere": lambda d: adopt(d, told("silent", tracked_at=T0 - 90 * DAY)),
    "a label from elsewhere": lambda d: adopt(d, told("silent", labels={"k": "v"})),
    "items": lambda d: record_page(d, page({"status": "completed"}, run_id="s1")),
    "a refused key": lambda d: d.write(save_keys, [KeyAnswer(1, "k", False, T0 - 300 * DAY)]),
    "an overdue run": _overdue,
    "a run given up": _given_up,
    "a clock set back": lambda d: d.write(follow_clock, [1, 2], now=T0),
}


@pytest.mark.slow
def test_whatever_changes_is_written(filled: Database, tmp_path: Path) -> None:
    """After each kind of change the lake has the store's rows again, and a second export writes nothing."""
    export(filled, tmp_path)
    filled.write(follow_clock, [1, 2], now=T0 + 60 * DAY)
    for name, change in CHANGES.items():
        change(filled)
        done = export(filled, tmp_path)
        assert in_lake(tmp_path) == in_store(filled), name
        assert done.written, name
        assert not export(filled, tmp_path).written, name


def test_a_month_that_did_not_change_is_not_written(database: Database, tmp_path: Path) -> None:
    """Only the files of the source and month of a change are new."""
    register(database, ["a"])
    register(database, ["b"], at=-40 * 86400)
    register(database, ["c"], source="growth")
    export(database, tmp_path)
    before = states(tmp_path)
    Recorder(database).record([failure(1, run_id="a")])
    assert export(database, tmp_path).written == 1
    changed = {path for path, inode in states(tmp_path).items() if before[path] != inode}
    assert {path.split("/", 1)[1] for path in changed} == {
        f"source=default/month={MONTH}/part-0.parquet"
    }


def _pruned(database: Database) -> None:
    """A store with a pruned run and two others, one of them pruned too."""
    register(database, ["er_1", "er_2", "er_3"])
    polls = [
        answer(10 * n, document(f"er_{run}", "completed", timing=DONE), run_id=f"er_{run}")
        for run in (1, 2)
        for n in range(5)
    ]
    Recorder(database).record(polls)


def _prune(database: Database) -> Pruning:
    pruning = Pruning(before=T0 + DAY, is_trial=False)
    pruning.run(database)
    return pruning


def test_a_prune_takes_nothing_from_a_lake(database: Database, tmp_path: Path) -> None:
    """A pruned month stays as it was, a later change of it is reported, and written only by force."""
    _pruned(database)
    export(database, tmp_path)
    whole = in_lake(tmp_path)
    assert _prune(database).polls
    assert export(database, tmp_path).kept == {}
    assert in_lake(tmp_path) == whole
    Recorder(database).record([failure(500, run_id="er_3")])
    for _ in range(2):
        done = export(database, tmp_path)
        assert (done.written, done.kept) == (0, {"default": [MONTH]})
        assert in_lake(tmp_path) == whole
    assert export(database, tmp_path, is_forced=True).kept == {}
    assert in_lake(tmp_path) == in_store(database) != whole
    Recorder(database).record([failure(600, run_id="er_3")])
    assert export(database, tmp_path).written == 1
    assert in_lake(tmp_path) == in_store(database)


def test_a_forgotten_run_leaves_a_pruned_month(database: Database, tmp_path: Path) -> None:
    """No file of the lake holds it any more; the other runs keep what the store has dropped."""
    _pruned(database)
    export(database, tmp_path)
    whole = in_lake(tmp_path)
    _prune(database)
    database.write(forget, "default", ["er_2"])
    done = export(database, tmp_path)
    assert (done.written, done.kept) == (1, {})
    left = {name: [row for row in rows if row["run_id"] != "er_2"] for name, rows in whole.items()}
    assert in_lake(tmp_path) == left
    assert not export(database, tmp_path).written
    content = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"er_1" in content
    assert b"er_2" not in content


def test_a_forgotten_run_that_is_tracked_again_leaves_a_pruned_month(
    database: Database, tmp_path: Path
) -> None:
    """What the lake had of it is gone, though the store has a run of that id."""
    _pruned(database)
    export(database, tmp_path)
    whole = in_lake(tmp_path)
    _prune(database)
    database.write(forget, "default", ["er_2"])
    register(database, ["er_2"], at=600)
    shown = document("er_2", "completed", timing=DONE)
    Recorder(database).record([answer(601, shown, run_id="er_2")])
    export(database, tmp_path)
    left = {name: [row for row in rows if row["run_id"] != "er_2"] for name, rows in whole.items()}
    assert in_lake(tmp_path) == left


LEAVES: dict[str, Change] = {
    "created elsewhere": lambda d: Recorder(d).record(
        [answer(700, document("er_3", timing={"createdAt": OLD}), run_id="er_3")]
    ),
    "tracked earlier": lambda d: adopt(d, told("er_3", tracked_at=T0 - 90 * DAY)),
}


@pytest.mark.parametrize("leave", LEAVES.values(), ids=LEAVES)
def test_a_run_that_leaves_a_pruned_month_is_in_one(
    database: Database, tmp_path: Path, leave: Change
) -> None:
    """Its rows are in the month that it belongs to now, and in no other; the pruned month keeps its own."""
    _pruned(database)
    export(database, tmp_path)
    whole = in_lake(tmp_path)
    _prune(database)
    leave(database)
    export(database, tmp_path)
    shown = in_lake(tmp_path)
    assert [row["run_id"] for row in shown["runs"]] == ["er_1", "er_2", "er_3"]
    assert [row for row in shown["polls"] if row["run_id"] != "er_3"] == whole["polls"]


COUNTS = MonthCounts(MONTH, 5, 1, 0)


@pytest.mark.parametrize(
    ("written", "step"),
    [
        (None, Step.WRITE),
        ((5, 1, 0), Step.NOTHING),
        ((5, 0, 0), Step.NOTHING),
        ((4, 1, 0), Step.WRITE),
        ((9, 1, 0), Step.WRITE),
        ((4, 0, 0), Step.KEEP),
        ((5, 0, 1), Step.DROP_RUNS),
        ((5, 1, 1), Step.WRITE),
    ],
)
def test_the_step_of_a_month(written: tuple[int, int, int] | None, step: Step) -> None:
    """Changes are written unless a prune came between; forgotten runs are dropped in any case."""
    held = None
    if written is not None:
        changes, prunes, forgets = written
        held = LakeMonth(n_changes=changes, n_prunes=prunes, n_forgets=forgets, files={})
    assert step_for(COUNTS, held) is step


def test_a_file_that_is_lost_or_cut_is_written_again(database: Database, tmp_path: Path) -> None:
    """The manifest says how long each file is; half-written ones of a killed export are replaced, and all without a manifest."""
    register(database)
    export(database, tmp_path)
    polls, runs = (
        tmp_path / view / "source=default" / f"month={MONTH}" / "part-0.parquet"
        for view in ("polls", "runs")
    )
    polls.unlink()
    runs.write_bytes(runs.read_bytes()[:-4])
    runs.with_name(".part-0.parquet.partial").write_bytes(b"half")
    assert export(database, tmp_path).written == 1
    assert in_lake(tmp_path) == in_store(database)
    assert not list(tmp_path.rglob("*.partial"))
    (tmp_path / "_manifest" / "source=default.json").unlink()
    assert export(database, tmp_path).written == 1


def test_the_manifest_says_what_is_whole(database: Database, tmp_path: Path) -> None:
    """Of each month and view it has the rows and the bytes of the file."""
    _pruned(database)
    export(database, tmp_path)
    manifest = json.loads((tmp_path / "_manifest" / "source=default.json").read_text())
    files = manifest["months"][MONTH]["files"]
    for view, size in files.items():
        (path,) = (tmp_path / view).rglob("*.parquet")
        assert size["bytes"] == path.stat().st_size
        assert size["rows"] == len(in_store(database)[view])


def test_stores_share_a_lake(database: Database, other: Database, tmp_path: Path) -> None:
    """Each writes its own sources; a source of the same name of another store is refused before anything is written."""
    register(database, ["a"])
    register(other, ["b"], source="growth")
    export(database, tmp_path)
    export(other, tmp_path)
    assert in_lake(tmp_path) == in_store(database, other)
    register(other, ["c"], at=7)
    register(other, ["d"], source="growth")
    before = states(tmp_path)
    with pytest.raises(RecorderError, match="holds another source 'default'"):
        export(other, tmp_path)
    assert states(tmp_path) == before
    export(other, tmp_path, is_forced=True)
    assert in_lake(tmp_path) == in_store(other)


def test_nothing_is_left_of_another_store_s_source(
    database: Database, other: Database, tmp_path: Path
) -> None:
    """Written in its place by force, a source loses the months that only the other store has."""
    register(database, ["old"], at=-90 * 86400)
    register(database, ["a"])
    register(other, ["b"])
    export(database, tmp_path)
    export(other, tmp_path, is_forced=True)
    assert in_lake(tmp_path) == in_store(other)


@pytest.mark.parametrize(
    "name", ["123", "2026-01-01", "a b=c/d%", "ü+日本", "..", "null", "__HIVE_DEFAULT_PARTITION__"]
)
def test_a_name_that_folders_do_not_bear_is_escaped(
    database: Database, tmp_path: Path, name: str
) -> None:
    """Readers of such folders get the source's name back, as text."""
    register(database, source=name)
    export(database, tmp_path / "it's [a] lake*")
    assert in_lake(tmp_path / "it's [a] lake*") == in_store(database)


@pytest.mark.parametrize("name", ["null", "NULL", "__HIVE_DEFAULT_PARTITION__"])
def test_no_folder_has_a_name_that_is_null_to_readers(
    database: Database, tmp_path: Path, name: str
) -> None:
    """DuckDB before 2.0 takes the word null, in any case, for no source."""
    register(database, source=name)
    export(database, tmp_path)
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder.name != f"source={name}"
    assert unquote(folder.name) == f"source={name}"


def test_a_name_too_long_for_a_folder_is_left_out(
    database: Database, tmp_path: Path, capsys: Capture
) -> None:
    """The other sources are exported, and a line on stderr names it."""
    register(database, source="日" * 200)
    command = ["export", "lake", "--db", url_of(database), "--out", str(tmp_path / "lake")]
    assert run(cli, command) == 0
    assert "日' is left out" in capsys.readouterr().err
    register(database)
    assert run(cli, command) == 0
    shown = in_lake(tmp_path / "lake")
    assert [row["source"] for row in shown["runs"]] == ["default"]


def test_names_that_differ_by_case_alone_do_not_meet(database: Database, tmp_path: Path) -> None:
    """Where the file system gives the manifest of the one for that of the other, the other is refused."""
    register(database, source="team")
    export(database, tmp_path)
    manifests = tmp_path / "_manifest"
    (manifests / "source=TEAM.json").write_bytes((manifests / "source=team.json").read_bytes())
    register(database, source="TEAM")
    with pytest.raises(RecorderError, match="holds another source 'team'"):
        export(database, tmp_path)


@pytest.mark.parametrize("name", ["source=x", "month=2026-01", os.fsdecode(b"\xff")])
def test_a_folder_whose_path_readers_misread_is_refused(
    database: Database, tmp_path: Path, capsys: Capture, name: str
) -> None:
    """They take a part such as source=x for a partition, and the views spell the path in UTF-8."""
    register(database)
    command = ["export", "lake", "--db", url_of(database), "--out", str(tmp_path / name / "lake")]
    assert run(cli, command) in (1, 2)
    assert "internal" not in capsys.readouterr().err
    assert not list(tmp_path.rglob("*.parquet"))


def test_the_files_are_for_all(database: Database, tmp_path: Path) -> None:
    """A lake is shared: its files have the rights that the umask leaves."""
    register(database)
    before = os.umask(0o027)
    try:
        export(database, tmp_path)
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()}
    assert modes == {0o640}


def test_a_lake_without_runs_of_a_month_has_empty_files(database: Database, tmp_path: Path) -> None:
    """Every view can be read, also one that no run has rows of."""
    with database.writing() as connection:
        ensure_source(connection, "default", base_url=BASE_URL, now=T0)
        save_keys(connection, [KeyAnswer(1, "k", False, T0)])
    export(database, tmp_path)
    assert in_lake(tmp_path) == in_store(database)
    assert len(in_lake(tmp_path)["events"]) == 1


KILLED = """
import os, signal, sys
from recorder.cli.main import main
from recorder.transfer import lake_files
whole = lake_files._replaced
left = int(sys.argv.pop(1))
def replaced(path):
    global left
    left -= 1
    if not left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(f".{path.name}.partial").write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(path)
lake_files._replaced = replaced
sys.exit(main())
"""


@pytest.mark.slow
def test_a_killed_export_goes_on(filled: Database, tmp_path: Path) -> None:
    """Killed before any of its files, the next one finishes; what was written whole before stays."""
    command = ["export", "lake", "--db", url_of(filled), "--out", str(tmp_path)]
    for after in (1, 3, 9, 12):
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, str(after), *command], check=False, timeout=60
        )
        assert killed.returncode == -signal.SIGKILL
    assert run(cli, command) == 0
    assert in_lake(tmp_path) == in_store(filled)
    assert not list(tmp_path.rglob("*.partial"))


@pytest.mark.slow
@pytest.mark.parametrize("after", [4, 8])
def test_a_killed_export_takes_nothing_from_a_month_that_is_pruned_next(
    database: Database, tmp_path: Path, after: int
) -> None:
    """Killed before its files have their names, or before the manifest says so, the month is whole, and stays."""
    _pruned(database)
    export(database, tmp_path)
    Recorder(database).record([failure(500, run_id="er_3")])
    command = ["export", "lake", "--db", url_of(database), "--out", str(tmp_path)]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(after), *command], check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    whole = in_lake(tmp_path)
    assert _prune(database).polls
    assert export(database, tmp_path).kept == {"default": [MONTH]}
    assert in_lake(tmp_path) == whole


def test_what_the_command_says(database: Database, tmp_path: Path, capsys: Capture) -> None:
    """Nothing where all is well; a line for months that stay as they were; usage errors in one line."""
    _pruned(database)
    command = ["export", "lake", "--db", url_of(database), "--out", str(tmp_path / "lake")]
    assert run(cli, command) == 0
    assert capsys.readouterr() == ("", "")
    _prune(database)
    Recorder(database).record([failure(500, Outcome.REFUSED, 403, run_id="er_3")])
    assert run(cli, command) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert f"source 'default': {MONTH} changed after a prune" in err
    assert run(cli, [*command, "--force"]) == 0
    assert capsys.readouterr() == ("", "")
    assert run(cli, [*command, "--as-of", "7d"]) == 2
    assert run(cli, [*command[:-1], "-"]) == 2
    assert run(cli, ["export", "runs", "--db", url_of(database), "--out", "-", "--force"]) == 2
    (tmp_path / "file").write_text("")
    capsys.readouterr()
    assert run(cli, [*command[:-1], str(tmp_path / "file")]) == 1
    assert "file" in capsys.readouterr().err


FULL = """
import resource, sys
from recorder.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
sys.exit(main())
"""


@pytest.mark.slow
def test_a_full_disk_is_said_in_a_line(filled: Database, tmp_path: Path) -> None:
    """The export ends with exit code 1, leaves no half-written file, and the next one goes on."""
    lake = tmp_path / "lake"
    command = ["export", "lake", "--db", url_of(filled), "--out", str(lake)]
    done = subprocess.run(
        [sys.executable, "-c", FULL, *command], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert f"{lake}: File too large" in done.stderr
    assert not list(lake.rglob("*.partial"))
    assert run(cli, command) == 0
    assert in_lake(lake) == in_store(filled)


def test_without_pyarrow_nothing_is_written(
    database: Database, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missing is named, with exit code 2."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    lake = tmp_path / "lake"
    assert run(cli, ["export", "lake", "--db", url_of(database), "--out", str(lake)]) == 2
    assert "pip install pyarrow" in capsys.readouterr().err
    assert not lake.exists()


def test_two_exports_at_once_do_not_meet(database: Database, tmp_path: Path) -> None:
    """The second leaves a source that is being written to the first, says so, and writes the others."""
    register(database)
    export(database, tmp_path)
    for name in ("default", "growth"):
        register(database, ["new"], source=name)
    lock = tmp_path / "_manifest" / ".source=default.lock"
    code = "import fcntl,sys; f=open(sys.argv[1],'wb'); fcntl.flock(f,fcntl.LOCK_EX); print(1,flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        done = export(database, tmp_path)
        assert (done.busy, done.written) == (["default"], 1)
        holder.communicate(b"\n")
    done = export(database, tmp_path)
    assert (done.busy, done.written) == ([], 1)
