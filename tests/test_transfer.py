"""History goes out of a store and into another one whole, exactly, in any order, as often as one likes."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from shapes import LAST_S, adopt, fill, stopped_at, told
from stores import BASE_URL, T0, S, answer, document, empty, register, rows

from recorder.archive import Archive
from recorder.errors import RecorderError, SettingError
from recorder.instants import iso
from recorder.ledger.jsontext import DEEPEST, to_text
from recorder.public import VIEWS
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.record import Recorder
from recorder.store.registry import track_with_source
from recorder.transfer.incoming import Origin, Taken, take_lines
from recorder.transfer.lines import tracked_line
from recorder.transfer.outgoing import answer_lines

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database)
    return database


@pytest.fixture
def other(
    dialect: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    open_database: Callable[[str], Database],
) -> Database:
    """An empty store of the other kind than `database`."""
    if dialect == "sqlite":
        found: Database = request.getfixturevalue("postgres_database")
        empty(found)
        return found
    path = tmp_path / "other.db"
    path.write_bytes(Path(request.getfixturevalue("sqlite_template")).read_bytes())
    return open_database(f"sqlite:///{path}")


def lines_of(database: Database, **more: Any) -> list[bytes]:
    return [line.encode() for line in answer_lines(database, **more)]


def take(
    database: Database, lines: list[bytes], *, at_once: int = 1000, source: str = "default"
) -> Taken:
    """Import lines."""
    origin = Origin(name="some.ndjson", source=source, base_url_of=lambda _: "https://unsaid.test")
    return take_lines(lines, Recorder(database), origin, now=T0, at_once=at_once)


def shown(database: Database) -> dict[str, list[dict[str, Any]]]:
    """What people see of a store; documents refer to parts by number, so they stand for themselves in exports."""
    archive = Archive(database, Settings(database_url="sqlite://"))
    held = {name: [dict(row) for row in getattr(archive, name)()] for name in VIEWS}
    for row in held["snapshots"]:
        del row["document"]
    return held


def test_an_export_makes_an_equal_store_of_the_other_kind(
    filled: Database, other: Database
) -> None:
    """All rows, labels, words about the watch and rejected bodies arrive, and the export of the copy is the same."""
    lines = lines_of(filled)
    taken = take(other, lines)
    assert (taken.lines, taken.new, taken.known) == (len(lines), taken.new, 0)
    assert taken.new + taken.runs == len(lines)
    assert shown(other) == shown(filled)
    assert rows(other, "rejected_body", "run", "label") == rows(
        filled, "rejected_body", "run", "label"
    )
    assert lines_of(other) == lines


@pytest.mark.slow
def test_lines_go_in_in_any_order(filled: Database, other: Database) -> None:
    """Shuffled, and in batches of any size, the same store comes out."""
    lines = lines_of(filled)
    expected = shown(filled)
    for seed, at_once in ((1, 7), (2, 50)):
        empty(other)
        Random(seed).shuffle(lines)
        take(other, lines, at_once=at_once)
        assert shown(other) == expected
        assert sorted(lines_of(other)) == sorted(lines)


def test_what_is_in_already_changes_nothing(filled: Database) -> None:
    """Taking a store's own export in again finds every answer known, and leaves every row as it was."""
    before = rows(filled)
    taken = take(filled, lines_of(filled))
    assert taken.new == 0
    assert taken.known > 100
    assert rows(filled) == before


def test_an_export_as_of_a_time_is_that_of_a_store_that_stopped_then(
    database: Database, other: Database
) -> None:
    """As of T only what was known at T goes out."""
    stopped_at(database, LAST_S)
    stopped_at(other, 25)
    assert lines_of(database, as_of=T0 + 25 * S) == lines_of(other)


def test_one_source_goes_out_alone(filled: Database) -> None:
    """An export of a source holds its runs and no others."""
    lines = [json.loads(line) for line in lines_of(filled, source="growth")]
    assert {line["source"] for line in lines} == {"growth"}
    assert {line["run_id"] for line in lines} == {"er_1", "elsewhere"}


def test_the_least_that_a_line_says(database: Database) -> None:
    """The id comes from the body, the source from the settings, the status is 200; blank lines are nothing."""
    line = {"observed_at": "2025-11-20T09:00:00Z", "body": document("er_9", "completed")}
    taken = take(database, [b"", json.dumps(line).encode(), b"  \n"], source="elsewhere")
    assert (taken.lines, taken.new) == (3, 1)
    archive = Archive(database, Settings(database_url="sqlite://"))
    (row,) = archive.runs()
    assert (row["source"], row["run_id"], row["status"]) == ("elsewhere", "er_9", "completed")
    assert row["tracked_at"] == row["first_polled_at"] == row["last_polled_at"]
    (poll,) = archive.polls()
    assert (poll["http_status"], poll["latency_ms"], poll["outcome"]) == (200, None, "changed")
    assert rows(database, "source")["source"][0]["base_url"] == "https://unsaid.test"


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (404, "not_visible"),
        (401, "refused"),
        (403, "refused"),
        (429, "throttled"),
        (500, "server_error"),
        (302, "unexpected"),
        (None, "network_error"),
    ],
)
def test_a_status_says_what_an_answer_was(
    database: Database, status: int | None, word: str
) -> None:
    """A line without an outcome is classified by its status as a poll would be; null: no answer came."""
    line = {"observed_at": "2025-11-20T09:00:00Z", "run_id": "er_1", "status_code": status}
    take(database, [json.dumps(line).encode()])
    (poll,) = Archive(database, Settings(database_url="sqlite://")).polls()
    assert (poll["outcome"], poll["http_status"]) == (word, status)


def test_a_body_of_another_run_is_malformed(database: Database) -> None:
    """As in a poll: what speaks of another id than asked is kept beside the poll, and is no snapshot."""
    line = {"observed_at": "2025-11-20T09:00:00Z", "run_id": "er_1", "body": document("er_2")}
    take(database, [json.dumps(line).encode()])
    (poll,) = Archive(database, Settings(database_url="sqlite://")).polls()
    assert poll["outcome"] == "malformed"
    assert "er_2" in str(poll["detail"])
    assert len(rows(database, "rejected_body")["rejected_body"]) == 1


def test_numbers_keep_their_literals(database: Database, other: Database) -> None:
    """Whatever JSON was served comes back after an export and an import, every digit of it, nested ever so deep."""
    deep = "[" * (DEEPEST - 2) + "]" * (DEEPEST - 2)
    body = f'{{"run":{{"id":"er_1","a":1.10,"b":1e400,"c":{"9" * 400},"d":-0.0,"deep":{deep}}},"x":"\\ud800"}}'
    register(database)
    Recorder(database).record([answer(0, body.encode())])
    take(other, lines_of(database))
    for store in (database, other):
        value = Archive(store, Settings(database_url="sqlite://")).status("er_1").value
        assert to_text(value) == body


def test_a_bad_line_stops_the_import_between_batches(database: Database) -> None:
    """The batches before it are in whole, nothing of its own, and the message names file, line and how many are in."""
    good = [
        json.dumps({"observed_at": iso(T0 + n * S), "body": document(f"er_{n}")}).encode()
        for n in range(5)
    ]
    with pytest.raises(RecorderError, match=r"some\.ndjson:5: .*: the first 3 lines are in"):
        take(database, [*good[:4], b"{}", good[4]], at_once=3)
    held = Archive(database, Settings(database_url="sqlite://")).runs()
    assert [row["run_id"] for row in held] == ["er_0", "er_1", "er_2"]
    empty(database)
    with pytest.raises(RecorderError, match=r"some\.ndjson:2: .*: nothing was taken"):
        take(database, [good[0], b"{"])
    assert not any(rows(database).values())


def test_a_source_belongs_to_one_ledger(database: Database) -> None:
    """What is stated must fit what the store is bound to; what is not stated fits."""
    register(database)
    plain = {"observed_at": iso(T0), "body": document()}
    assert take(database, [json.dumps(plain).encode()]).new == 1
    stated = tracked_line(told("er_7", base_url="https://other.test")).encode()
    with pytest.raises(RecorderError, match=r"some\.ndjson:1: .*https://ledger\.test"):
        take(database, [stated])
    two = [json.dumps(plain | {"base_url": f"https://{host}.test"}).encode() for host in "ab"]
    with pytest.raises(RecorderError, match=r"some\.ndjson:2: .* cannot belong to"):
        take(database, two, source="new")
    with pytest.raises(SettingError):
        adopt(database, told("er_7", base_url="https://other.test"))


def test_on_the_watch_the_later_word_counts(database: Database) -> None:
    """An older word of another store neither stops nor takes up a watch here; a later one does."""
    register(database, ["a", "b"], at=10)
    adopt(database, told("a", untracked_at=T0 + 5 * S), told("b", untracked_at=T0 + 20 * S))
    tracking = {row["run_id"]: row["tracking"] for row in shown(database)["runs"]}
    assert tracking == {"a": "active", "b": "untracked"}
    adopt(database, told("b", resumed_at=T0 + 15 * S), told("a", untracked_at=T0 + 30 * S))
    tracking = {row["run_id"]: row["tracking"] for row in shown(database)["runs"]}
    assert tracking == {"a": "untracked", "b": "untracked"}
    adopt(
        database,
        told("b", resumed_at=T0 + 25 * S),
        told("c", resumed_at=T0 + S, untracked_at=T0 + 2 * S),
    )
    tracking = {row["run_id"]: row["tracking"] for row in shown(database)["runs"]}
    assert tracking == {"a": "untracked", "b": "active", "c": "untracked"}


def test_labels_that_are_there_stay(database: Database) -> None:
    """An import adds labels and changes none; tracked since the earliest instant that anyone names."""
    track_with_source(
        database, "default", ["a"], base_url=BASE_URL, now=T0 + S, labels={"team": "ours"}
    )
    adopt(database, told("a", labels={"team": "theirs", "more": "x"}))
    held = shown(database)
    assert {row["key"]: row["value"] for row in held["labels"]} == {"team": "ours", "more": "x"}
    assert held["runs"][0]["tracked_at"].timestamp() == T0 / S


def test_long_malformed_bodies_keep_length_and_digest(filled: Database) -> None:
    """The line of a body that was cut carries its first 64 KiB, its length and the digest of the whole."""
    lines = [json.loads(line) for line in lines_of(filled)]
    cut = next(line for line in lines if line.get("body_length", 0) > 65536)
    assert len(base64.b64decode(cut["body_base64"])) == 65536
    assert len(cut["body_sha256"]) == 64
