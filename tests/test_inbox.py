"""A file of run ids that other programs append to: each id is taken in once, and only when it is whole."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import BASE_URL, T0, S, empty

from recorder.errors import StoreError
from recorder.polling.inbox import Inbox
from recorder.store.engine import Database
from recorder.store.schema import run, source
from recorder.store.write.sources import ensure_source
from recorder.store.write.track import track


class File:
    """A file over whose times of writing the test decides, and the passes that take its ids into a store."""

    def __init__(self, path: Path, database: Database) -> None:
        self.path = path
        self.database = database
        self.now = T0
        self.told: list[str] = []
        self.begin_pass()

    def begin_pass(self, source: str = "default") -> None:
        """Go on as another process would."""
        self.inbox = Inbox(
            self.path,
            self.database,
            source=source,
            base_url=BASE_URL,
            notify=self.told.append,
            clock=lambda: self.now,
        )
        self.seen = self.held()

    def append(self, data: str | bytes) -> None:
        with self.path.open("ab") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        os.utime(self.path, ns=(self.now * 1000, self.now * 1000))

    def held(self) -> list[str]:
        """The ids in the store, in the order in which they came."""
        with self.database.reading() as connection:
            order = (run.c.source_id, run.c.run_key)
            return list(connection.execute(sa.select(run.c.run_id).order_by(*order)).scalars())

    def take(self) -> list[str]:
        """The ids that are new in the store after another look."""
        self.inbox.ingest()
        before, self.seen = self.seen, self.held()
        return self.seen[len(before) :]

    def lines_told(self) -> list[str]:
        return [line.partition(" of ")[0] for line in self.told]


@pytest.fixture
def file(tmp_path: Path, database: Database) -> File:
    return File(tmp_path / "ids", database)


def test_a_file_that_is_not_there_yet(file: File) -> None:
    """There is nothing to take until somebody writes it."""
    assert file.take() == []
    file.append("er_1\n")
    assert file.take() == ["er_1"]


def test_each_line_once(file: File) -> None:
    """Ids and JSON lines, as `track -` takes them, in the order of the file."""
    file.append('er_1\n\n{"enrichmentRunId": "er_2"}\r\n  er_3  \n')
    assert file.take() == ["er_1", "er_2", "er_3"]
    assert file.take() == []
    file.append("er_4\ner_1\n")
    assert file.take() == ["er_4"]


def test_a_line_that_is_being_written_waits(file: File) -> None:
    """What has no end yet is taken when it has one, or when nobody has written for a second."""
    file.append("er_1\ner_")
    assert file.take() == ["er_1"]
    file.append("2\ner_3")
    assert file.take() == ["er_2"]
    file.now += S - 1
    assert file.take() == []
    file.now += 1
    assert file.take() == ["er_3"]
    assert file.take() == []
    file.append("\ner_4\n")
    assert file.take() == ["er_4"]


def test_a_file_that_was_written_in_the_future(file: File) -> None:
    """Where another clock is ahead of ours a last line without an end does not wait for ours to come there."""
    file.now += 3600 * S
    file.append("er_1\ner_2")
    file.now -= 3600 * S
    assert file.take() == ["er_1", "er_2"]
    file.now += 3600 * S
    file.append("\ner_3")
    file.now -= S - 1
    assert file.take() == [], "it is a moment ahead"


def test_what_is_no_id_is_reported_once_by_its_line(file: File) -> None:
    """The lines around it are taken; no later pass reports it again, until the file is written anew."""
    file.append(b'er_1\n{"no": "id"}\n\xff\xfe\ner_4\n' + b"x" * 3000 + b"\n")
    assert file.take() == ["er_1", "er_4"]
    assert file.lines_told() == ["line 2", "line 3", "line 5"]
    assert all(line.endswith("left out") for line in file.told)
    file.begin_pass()
    assert (file.take(), len(file.told)) == ([], 3)
    file.append("{\ner_6\n")
    file.begin_pass()
    assert file.take() == ["er_6"]
    assert file.lines_told()[3:] == ["line 6"]
    file.path.write_bytes(b"er_7\n{\n")
    file.begin_pass()
    assert file.take() == ["er_7"]
    assert file.lines_told()[4:] == ["line 2"]


def test_a_file_without_any_id_makes_no_source(file: File) -> None:
    """What is wrong with it is reported once."""
    file.append("a b\n# nothing\n\n")
    for _ in range(2):
        file.begin_pass()
        assert file.take() == []
    assert file.lines_told() == ["line 1"]
    with file.database.reading() as connection:
        assert connection.execute(sa.select(source)).all() == []


def test_ids_that_could_not_be_kept_come_again(file: File) -> None:
    """A store that fails for a while loses no id, and doubles no report."""
    file.append("er_1\n{\n")
    table, away = (
        ("ids_file", "away") if file.database.dialect.is_file else ("recorder.ids_file", "away")
    )
    with file.database.writing() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {away}")
    for _ in range(2):
        with pytest.raises(StoreError):
            file.take()
    with file.database.writing() as connection:
        connection.exec_driver_sql(
            f"ALTER TABLE {table.replace('ids_file', away)} RENAME TO ids_file"
        )
    assert file.told == []
    assert (file.take(), file.take()) == (["er_1"], [])
    assert len(file.told) == 1


def test_a_file_that_is_begun_anew(file: File) -> None:
    """Emptied, replaced, or changed in the middle, it is read from its beginning."""
    file.append("er_1\ner_2\n")
    assert file.take() == ["er_1", "er_2"]
    file.path.write_text("er_3\n")
    assert file.take() == ["er_3"]
    file.path.write_text("er_0\ner_3\ner_4\n")
    assert file.take() == ["er_0", "er_4"]
    file.path.write_text("er_9\ner_3\ner_4\n")
    file.begin_pass()
    assert file.take() == ["er_9"]
    file.path.write_text("")
    assert file.take() == []
    other = file.path.with_name("other")
    other.write_text("er_4\ner_5\ner_6\n")
    other.replace(file.path)
    assert file.take() == ["er_5", "er_6"]


def test_each_source_reads_a_file_for_itself(file: File) -> None:
    """Ids that went into one source go into another one too."""
    file.append("er_1\n")
    assert file.take() == ["er_1"]
    file.begin_pass("growth")
    assert file.take() == ["er_1"]
    file.begin_pass("default")
    assert file.take() == []


@pytest.mark.slow
@given(
    pieces=st.lists(
        st.sampled_from(
            [b"er_1", b"er_2\n", b"\n", b"a b\n", b"{\r\n", b"\xff", b"#\n", b"er_3\r\n"]
        ),
        max_size=9,
    ),
    passes=st.sets(st.integers(0, 9)),
)
@settings(max_examples=40)
def test_pieces_come_to_what_the_whole_file_says(
    database: Database, tmp_path: Path, pieces: list[bytes], passes: set[int]
) -> None:
    """However a file grows, and whichever passes read it: each id is registered, each wrong line is reported once."""
    empty(database)
    file, whole = (
        File(tmp_path / "pieces", database),
        File(tmp_path / "whole", database),
    )
    file.path.write_bytes(b"")
    for number, piece in enumerate(pieces):
        file.append(piece)
        file.take()
        if number in passes:
            file.begin_pass()
    file.now += 2 * S
    file.take()
    held = sorted(file.held())
    empty(database)
    whole.path.write_bytes(file.path.read_bytes())
    whole.take()
    assert (held, file.lines_told()) == (sorted(whole.held()), whole.lines_told())


def test_the_file_is_not_written(file: File) -> None:
    """It may be read-only; it stays as it is."""
    file.append("er_1\n")
    file.path.chmod(0o400)
    assert file.take() == ["er_1"]
    assert file.path.read_text() == "er_1\n"


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (Path.mkdir, "not a regular file: hand its lines to 'recorder track -'"),
        (os.mkfifo, "not a regular file: hand its lines to 'recorder track -'"),
        (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
    ],
    ids=["folder", "pipe", "loop"],
)
def test_what_cannot_be_read_is_told_once_and_stops_nothing(
    file: File, make: Callable[[Path], object], why: str
) -> None:
    """A folder, a pipe that nobody writes to, a loop: one line with option and path, until it is over."""

    def look_twice() -> None:
        file.inbox.ingest()
        file.inbox.ingest()

    make(file.path)
    looks = threading.Thread(target=look_twice, daemon=True)
    looks.start()
    looks.join(20)
    assert not looks.is_alive()
    assert file.told == [f"--track-from {file.path}: {why}"] == [file.inbox.failure]
    file.path.rmdir() if file.path.is_dir() else file.path.unlink()
    file.append("er_1\n")
    assert file.take() == ["er_1"]
    assert file.inbox.failure is None


def test_a_source_that_is_bound_elsewhere_is_the_trouble_of_its_file(file: File) -> None:
    """It is told once, nothing is registered, and nothing is raised."""
    with file.database.writing() as connection:
        ensure_source(connection, "default", base_url="https://other.test", now=T0)
        track(connection, "default", ["er_0"], now=T0)
    file.append("er_1\n")
    file.begin_pass()
    assert (file.take(), file.take()) == ([], [])
    assert len(file.told) == 1
    assert "source 'default' of this store belongs to https://other.test" in file.told[0]
    assert "recorder sources --move default --base-url https://" in file.told[0]
