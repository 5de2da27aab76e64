"""`export lake` in several processes: the same lake, no process left, no other source harmed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from fcntl import LOCK_SH, flock
from hashlib import sha256
from pathlib import Path

import pytest
from lakes import MONTH, in_lake, in_store
from multiplied import multiply
from shapes import fill, fill_items
from stores import T0, answer, document, failure, register

from recorder.cli.main import cli, run
from recorder.instants import DAY
from recorder.store.engine import Database
from recorder.store.write.prune import Pruning
from recorder.store.write.record import Recorder
from recorder.transfer.lake import LakeExport
from recorder.transfer.lake_tables import LAKE, LAYOUT

Capture = pytest.CaptureFixture[str]
PATIENCE_S = 120  # with a machine that has much else to do


def export(database: Database, folder: Path, *, jobs: int | None = 2) -> LakeExport:
    done = LakeExport(folder=folder, jobs=jobs)
    done.run(database)
    return done


def command_for(database: Database, folder: Path) -> list[str]:
    url = database.url.render_as_string(hide_password=False)
    return ["export", "lake", "--jobs", "2", "--db", url, "--out", str(folder)]


def children_of(pid: int) -> list[int]:
    """The processes that a process has begun, and these in turn."""
    with suppress(OSError):
        path = Path(f"/proc/{pid}/task/{pid}/children")
        own = list(map(int, path.read_text().split()))
        return [*own, *(one for child in own for one in children_of(child))]
    return []


def is_there(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.slow
def test_processes_write_what_one_writes(database: Database, tmp_path: Path) -> None:
    """Months and sources that are handed out come to the same lake, each reported once."""
    fill(database)
    fill_items(database)
    for number in range(3):
        register(database, [f"old-{number}"], source="growth", at=-40 * 86400 * number)
    done = export(database, tmp_path)
    assert done.written == len(list(tmp_path.glob("runs/*/*")))
    assert done.written > 3
    assert in_lake(tmp_path) == in_store(database)
    again = export(database, tmp_path)
    assert (again.written, again.busy, again.failed) == (0, [], {})


@pytest.mark.slow
@pytest.mark.parametrize("has_file", [True, False], ids=["script", "stdin"])
def test_a_script_without_a_guard_exports_in_processes(
    database: Database, tmp_path: Path, *, has_file: bool
) -> None:
    """Its processes run no line of it again, whether it comes from a file or from stdin."""
    register(database)
    url = database.url.render_as_string(hide_password=False)
    script = (
        "from pathlib import Path\nfrom recorder.store.engine import Database\n"
        "from recorder.transfer.lake import LakeExport\n"
        f"done = LakeExport(folder=Path({str(tmp_path / 'lake')!r}), jobs=2)\n"
        f"done.run(Database({url!r}))\nprint('written', done.written)\n"
    )
    (tmp_path / "export.py").write_text(script)
    ran = subprocess.run(
        [sys.executable, str(tmp_path / "export.py") if has_file else "-"],
        input=None if has_file else script,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "written 1\n"), ran.stderr


@pytest.fixture
def large(database: Database) -> Database:
    """A store with a month that takes a while to write."""
    register(database)
    Recorder(database).record([answer(n, document(scope={"resolvedCount": n})) for n in range(40)])
    multiply(database, "er_1", 3000)
    return database


def _worker(parent: int) -> int:
    """The process that writes: the tracker of resources has no spawned main."""
    (found,) = (
        child
        for child in children_of(parent)
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    )
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "of_worker", "code"),
    [
        (signal.SIGKILL, False, -signal.SIGKILL),
        (signal.SIGTERM, False, -signal.SIGTERM),
        (signal.SIGINT, False, 130),
        (signal.SIGKILL, True, 1),
    ],
    ids=["killed", "ended", "ctrl-c", "worker killed"],
)
def test_an_export_that_is_ended_leaves_no_process(
    large: Database, tmp_path: Path, number: int, *, of_worker: bool, code: int
) -> None:
    """However it ends, its processes do too, no half-written file has a name, and the next export goes on."""
    command = command_for(large, tmp_path)
    with subprocess.Popen(
        [sys.executable, "-m", "recorder", *command], stderr=subprocess.PIPE, text=True
    ) as process:
        wait_for(lambda: list(tmp_path.rglob("*.parquet.partial")))
        children = children_of(process.pid)
        assert children
        os.kill(_worker(process.pid) if of_worker else process.pid, number)
        assert process.wait(PATIENCE_S) == code
        assert process.stderr
        assert ("--jobs 1" in process.stderr.read()) == of_worker
    wait_for(lambda: not any(map(is_there, children)))
    assert not list(tmp_path.rglob("part-0.parquet"))
    if code >= 0:
        assert not list(tmp_path.rglob("*.partial"))
    assert run(cli, command) == 0
    assert in_lake(tmp_path) == in_store(large)
    assert not list(tmp_path.rglob("*.partial"))


def test_a_process_of_an_export_that_is_gone_keeps_the_next_one_away(
    database: Database, tmp_path: Path
) -> None:
    """What it still writes does not meet what the next one would."""
    register(database)
    export(database, tmp_path, jobs=1)
    register(database, ["new"])
    with (tmp_path / "_manifest" / ".source=default.lock").open("rb") as lock:
        flock(lock, LOCK_SH)
        done = export(database, tmp_path, jobs=1)
        assert (done.busy, done.written) == (["default"], 0)
    assert export(database, tmp_path, jobs=1).written == 1


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_trouble_with_a_source_stops_no_other(
    database: Database, tmp_path: Path, capsys: Capture, jobs: str
) -> None:
    """It is reported in a line, with exit code 1; the others are whole, and it is with the next export."""
    for name in ("default", "growth", "zeta"):
        register(database, source=name)
    command = [*command_for(database, tmp_path), "--jobs", jobs]
    in_the_way = tmp_path / "polls" / "source=growth"
    in_the_way.parent.mkdir()
    in_the_way.write_text("")
    assert run(cli, command) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "source 'growth' not exported whole" in line
    shown = {row["source"] for row in in_lake(tmp_path)["runs"]}
    assert shown >= {"default", "zeta"}
    in_the_way.unlink()
    assert run(cli, command) == 0
    assert in_lake(tmp_path) == in_store(database)


def test_trouble_with_files_of_before_stops_no_other(database: Database, tmp_path: Path) -> None:
    """Nor does it where an earlier export has written the source: what lies there is looked at first."""
    for name in ("default", "growth", "zeta"):
        register(database, source=name)
    export(database, tmp_path, jobs=1)
    whole = in_lake(tmp_path)
    in_the_way = tmp_path / "polls" / "source=growth"
    away = in_the_way.rename(tmp_path / "away")
    in_the_way.write_text("")
    register(database, ["new"], source="zeta")
    done = export(database, tmp_path, jobs=1)
    assert (done.written, list(done.failed.values())) == (1, [["growth"]])
    in_the_way.unlink()
    away.rename(in_the_way)
    assert export(database, tmp_path, jobs=1).written == 0
    assert in_lake(tmp_path) == in_store(database) != whole


NO_SHARED_MEMORY = """
import resource, sys
from recorder.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
sys.exit(main())
"""


@pytest.mark.slow
def test_where_no_process_can_begin(database: Database, tmp_path: Path) -> None:
    """As in a container that shares no memory: a line says to export with one, and that does."""
    register(database)
    export(database, tmp_path, jobs=1)
    register(database, ["new"])
    command = command_for(database, tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", NO_SHARED_MEMORY, *command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.endswith("no process of the export can begin: File too large: export with --jobs 1")
    assert run(cli, [*command, "--jobs", "1"]) == 0
    assert in_lake(tmp_path) == in_store(database)


def test_jobs_are_for_a_lake(database: Database, tmp_path: Path, capsys: Capture) -> None:
    """No other export has any use for them."""
    url = database.url.render_as_string(hide_password=False)
    out = str(tmp_path / "runs.csv")
    assert run(cli, ["export", "runs", "--db", url, "--out", out, "--jobs", "2"]) == 2
    assert "--jobs is for `export lake`" in capsys.readouterr().err


def _with_layout(folder: Path, layout: int) -> None:
    """Let the manifest say that its months have another layout."""
    path = folder / "_manifest" / "source=default.json"
    manifest = json.loads(path.read_text())
    for month in manifest["months"].values():
        month["layout"] = layout
    path.write_text(json.dumps(manifest))


def test_months_of_another_layout_are_written_anew(database: Database, tmp_path: Path) -> None:
    """The manifest has the layout of each month's files; one that a prune has made poorer is reported."""
    register(database, ["er_1", "er_2"])
    done = {"timing": {"createdAt": "2025-11-20T09:00:00Z"}}
    polls = [answer(10 * n, document("er_1", "completed", **done)) for n in range(5)]
    Recorder(database).record([*polls, failure(1, run_id="er_2")])
    export(database, tmp_path, jobs=1)
    _with_layout(tmp_path, LAYOUT - 1)
    assert export(database, tmp_path, jobs=1).written == 1
    assert not export(database, tmp_path, jobs=1).written
    Pruning(before=T0 + DAY, is_trial=False).run(database)
    assert export(database, tmp_path, jobs=1).kept == {}
    _with_layout(tmp_path, LAYOUT - 1)
    assert export(database, tmp_path, jobs=1).kept == {"default": [MONTH]}


def test_a_change_of_columns_raises_the_layout() -> None:
    """Whoever changes a column of a file raises `LAYOUT`, and says here what the new one is."""
    columns = json.dumps({view: list(kinds.items()) for view, kinds in LAKE.items()})
    assert (LAYOUT, sha256(columns.encode()).hexdigest()[:12]) == (1, "1f54e877ea32")
