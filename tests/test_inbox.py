"""A file of run ids that other programs append to: each id is taken in once, and only when it is whole."""

import os
from pathlib import Path

import pytest
from stores import T0, S

from recorder.errors import StoreError, UsageError
from recorder.polling.inbox import Inbox


class File:
    """An inbox over a file whose times of writing are told."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = T0
        self.told: list[str] = []
        self.inbox = Inbox(path, self.told.append, clock=lambda: self.now)

    def append(self, data: str | bytes) -> None:
        with self.path.open("ab") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        os.utime(self.path, ns=(self.now * 1000, self.now * 1000))

    def take(self) -> list[str]:
        ids: list[str] = []
        self.inbox.take_in(ids.extend)
        return ids


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path / "ids")


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
    assert file.take() == ["er_4", "er_1"]


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


def test_what_cannot_be_read_is_told_once_by_its_line(file: File) -> None:
    """The lines around it are taken."""
    file.append(b'er_1\n{"no": "id"}\n\xff\xfe\ner_4\n')
    assert file.take() == ["er_1", "er_4"]
    file.append("{\ner_6\n")
    assert file.take() == ["er_6"]
    lines = [line.partition(" of ")[0] for line in file.told]
    assert lines == ["line 2", "line 3", "line 5"]
    assert all(line.endswith("left out") for line in file.told)


def test_ids_that_could_not_be_kept_come_again(file: File) -> None:
    """A store that is locked for a while loses no id, and doubles no complaint."""
    file.append("er_1\n{\n")

    def fail(_: list[str]) -> None:
        raise StoreError("locked")

    for _ in range(2):
        with pytest.raises(StoreError):
            file.inbox.take_in(fail)
    assert (file.take(), file.take()) == (["er_1"], [])
    assert len(file.told) == 1


def test_a_file_that_is_begun_anew(file: File) -> None:
    """Emptied or replaced, it is read from its beginning."""
    file.append("er_1\ner_2\n")
    assert file.take() == ["er_1", "er_2"]
    file.path.write_text("er_3\n")
    assert file.take() == ["er_3"]
    file.path.write_text("er_0\ner_3\ner_4\n")
    assert file.take() == ["er_0", "er_3", "er_4"]
    other = file.path.with_name("other")
    other.write_text("er_4\ner_5\ner_6\n")
    other.replace(file.path)
    assert file.take() == ["er_4", "er_5", "er_6"]


def test_the_file_is_not_written(file: File) -> None:
    """It may be read-only; it stays as it is."""
    file.append("er_1\n")
    file.path.chmod(0o400)
    assert file.take() == ["er_1"]
    assert file.path.read_text() == "er_1\n"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """It is told in one line that names the option and the path."""
    inbox = Inbox(tmp_path, print, clock=lambda: T0)
    with pytest.raises(UsageError, match=f"--track-from {tmp_path}: Is a directory"):
        inbox.take_in(print)
