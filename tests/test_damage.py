"""A damaged store is told in one line with what to do, whichever page it is and whatever was asked."""

import io
import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from programs import Program
from shapes import fill
from stores import BASE_URL, T0, S, answer, document, register

from recorder.cli.main import cli, run
from recorder.errors import StoreDamagedError
from recorder.instants import iso
from recorder.store.engine import Database
from recorder.store.revision import current_revision
from recorder.store.write.record import Recorder

Open = Callable[[str], Database]
PAGE = 4096
DOES = "put a copy of it back, or save what can be read with sqlite3's command .recover"


@pytest.fixture(scope="module")
def whole(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with runs of every shape, closed."""
    path = tmp_path_factory.mktemp("whole") / "store.db"
    shutil.copyfile(sqlite_template, path)
    with closing(Database(f"sqlite:///{path}")) as database:
        fill(database)
    return path


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECORDER_BASE_URL", BASE_URL)


def commands(lines: Path) -> list[list[str]]:
    """What reads, what records, what migrates."""
    text = "".join(
        json.dumps({"observed_at": iso(T0 + 1000 * S), "run_id": name, "body": document(name)})
        + "\n"
        for name in ("er_1", "s3", "new")
    )
    lines.write_text(text)
    one = ["er_1", "--source", "default"]
    return [
        ["track", "er_9"],
        ["untrack", *one],
        ["runs"],
        ["runs", "--as-of", "2025-11-20T09:01:00Z"],
        ["status", *one],
        ["status", "s3", "--format", "json"],
        ["history", *one],
        ["sources"],
        ["overdue"],
        ["durations", "--by", "slug"],
        ["coverage"],
        ["export", "answers", "--out", "-"],
        ["export", "snapshots", "--format", "csv", "--out", "-"],
        ["import", str(lines)],
        ["db", "upgrade"],
        ["db", "status"],
    ]


def told(command: list[str], path: Path | str) -> tuple[int, str]:
    """Exit code and stderr of a command on a store."""
    err = io.StringIO()
    with redirect_stdout(io.TextIOWrapper(io.BytesIO())), redirect_stderr(err):
        code = run(cli, [*command, "--db", str(path)])
    return code, err.getvalue()


def zeroed(data: bytes, at: int) -> bytes:
    page = at // PAGE * PAGE
    return data[:page] + bytes(PAGE) + data[page + PAGE :]


def randomised(data: bytes, at: int) -> bytes:
    page = at // PAGE * PAGE
    return data[:page] + random.Random(at).randbytes(PAGE) + data[page + PAGE :]


def truncated(data: bytes, at: int) -> bytes:
    return data[:at]


def overwritten(data: bytes, at: int) -> bytes:
    return data[:at] + random.Random(at).randbytes(len(data) - at)


def scattered(data: bytes, at: int) -> bytes:
    """Single bytes in cells: counts, keys, instants, texts."""
    draw, changed = random.Random(at), bytearray(data)
    for _ in range(200):
        offset = draw.randrange(PAGE, len(data))
        if b"CREATE " not in data[offset // PAGE * PAGE :][:PAGE]:
            changed[offset] = draw.randrange(256)
    return bytes(changed)


@pytest.mark.slow
@pytest.mark.parametrize("damage", [zeroed, randomised, truncated, overwritten, scattered])
def test_damage_is_told_in_one_line(
    whole: Path, tmp_path: Path, damage: Callable[[bytes, int], bytes]
) -> None:
    """Wherever it is, a command ends as on a sound store or with one line; it is never an internal error."""
    data, draw = whole.read_bytes(), random.Random(8)
    path = tmp_path / "store.db"
    asked, seen = commands(tmp_path / "lines.ndjson"), set()
    for _ in range(8):
        at = draw.randrange(1, len(data))
        for command in asked:
            path.write_bytes(damage(data, at))
            code, err = told(command, path)
            assert "internal error" not in err, (at, command, err)
            seen.add(DOES in err)
            assert code == 0 or (err.startswith("recorder: ") and err.count("\n") == 1), (
                at,
                command,
                err,
            )
            for beside in tmp_path.glob("store.db-*"):
                beside.unlink()
    assert True in seen


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"# Not a database\n" * 600, "is no SQLite database"),
        (random.Random(1).randbytes(3 * PAGE), "is no SQLite database"),
        (b"SQLite format 3\0" + random.Random(2).randbytes(3 * PAGE), "is no SQLite database"),
        (b"SQLite format 3\0", "is no SQLite database"),
    ],
    ids=["text", "random", "header", "only the header"],
)
def test_what_is_no_database_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    """A text, an encrypted file, a download that was cut off: one line, and not a byte changed."""
    path = tmp_path / "store.db"
    path.write_bytes(content)
    for command in commands(tmp_path / "lines.ndjson"):
        code, err = told(command, path)
        assert code == 1
        assert err.startswith(f"recorder: {path} {said}")
        assert err.count("\n") == 1
        assert "choose another place with --db" in err
    assert path.read_bytes() == content
    assert sorted(p.name for p in tmp_path.iterdir()) == ["lines.ndjson", "store.db"]


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    """A folder, a pipe and a device hold no store."""
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path, tmp_path / "pipe", Path("/dev/null")):
        for command in commands(tmp_path / "lines.ndjson"):
            code, err = told(command, place)
            assert (code, err.count("\n")) == (1, 1)
            assert f"{place} is " in err


def test_recording_into_a_damaged_store_is_refused(
    whole: Path, tmp_path: Path, open_database: Open
) -> None:
    """An answer is refused with the same line; what is there stays as it is."""
    path = tmp_path / "store.db"
    data = whole.read_bytes()
    path.write_bytes(data[: 2 * PAGE] + random.Random(3).randbytes(len(data) - 2 * PAGE))
    held = path.read_bytes()
    database = open_database(f"sqlite:///{path}")
    with pytest.raises(StoreDamagedError, match=r"is damaged .*: put a copy of it back"):
        Recorder(database).record([answer(0)])
    database.close()
    assert path.read_bytes() == held


@pytest.mark.slow
def test_migrating_a_damaged_store_is_refused(whole: Path, tmp_path: Path) -> None:
    """An upgrade that meets a damaged page ends with the line, and changes nothing."""
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(whole)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'poll'"
        (page,) = connection.execute(query).fetchone()
    path.write_bytes(randomised(whole.read_bytes(), (page - 1) * PAGE))
    held = path.read_bytes()
    done = Program(tmp_path / "next").command("db", "upgrade", "--db", str(path))
    assert done.returncode == 1
    assert f"{path} is damaged" in done.stderr
    assert done.stderr.count("\n") == 1
    assert path.read_bytes() == held


def test_a_cell_that_is_no_text_is_told(whole: Path, tmp_path: Path, open_database: Open) -> None:
    """A byte that makes a text no UTF-8 is damage; the text is not quoted."""
    path = tmp_path / "store.db"
    data = whole.read_bytes()
    assert data.count("Überlauf".encode()) >= 1
    path.write_bytes(data.replace("Überlauf".encode(), b"\xffberlauf!"))
    code, err = told(["runs", "--format", "csv"], path)
    assert (code, err) == (1, f"recorder: {path} is damaged (text that is not UTF-8): {DOES}\n")
    assert current_revision(open_database(f"sqlite:///{path}")) is not None


def test_an_answer_that_cannot_be_put_together_is_told(database: Database, store_url: str) -> None:
    """A part that is no JSON any more, on either kind of store."""
    register(database)
    Recorder(database).record([answer(0)])
    prefix = "" if database.dialect.is_file else "recorder."
    with database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE {prefix}part SET json = 'no json'")
    code, err = told(["status", "er_1", "--format", "json"], store_url)
    assert code == 1
    assert "gives no answer (JsonTextError): the store is damaged" in err
