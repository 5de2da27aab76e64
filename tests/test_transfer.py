"""History goes out of a store and into another one whole, exactly, in any order, as often as one likes."""

import base64
import json
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from shapes import LAST_S, adopt, fill, stopped_at, told
from stores import BASE_URL, T0, S, answer, document, empty, register, rows

from recorder.errors import SettingError
from recorder.instants import DAY, iso
from recorder.ledger.jsontext import DEEPEST, to_text
from recorder.queries import Queries
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.read.source_rows import source_rows
from recorder.store.write.record import Recorder
from recorder.store.write.track import track_with_source
from recorder.transfer.incoming import ImportProgress, Origin, import_lines
from recorder.transfer.lines import tracked_line
from recorder.transfer.outgoing import answer_lines
from recorder.views import VIEWS

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database)
    return database


def lines_of(database: Database, **more: Any) -> list[bytes]:
    return [line.encode() for line in answer_lines(database, **more)]


@dataclass(kw_only=True)
class Import:
    """What came of lines that were imported."""

    taken: ImportProgress
    told: list[str]


def take_telling(
    database: Database,
    lines: list[bytes],
    *,
    at_once: int = 1000,
    source: str = "default",
    into: str | None = None,
) -> Import:
    """Import lines, and keep what is reported of them."""
    with database.reading() as connection:
        bound = {row.name: row.base_url for row in source_rows(connection)}
    origin = Origin(
        name="some.ndjson",
        source=source,
        into=into,
        bound=bound,
        base_url_of=lambda _: "https://unsaid.test",
    )
    told: list[str] = []
    taken = import_lines(
        lines, Recorder(database), origin, now=T0, notify=told.append, at_once=at_once
    )
    return Import(taken=taken, told=told)


def take(database: Database, lines: list[bytes], **more: Any) -> ImportProgress:
    """Import lines that can all be taken."""
    done = take_telling(database, lines, **more)
    assert (done.taken.refused, done.told) == (0, [])
    return done.taken


def shown(database: Database, *, in_any_order: bool = False) -> dict[str, list[dict[str, Any]]]:
    """What people see of a store; documents refer to parts by number, so they stand for themselves in exports."""
    archive = Queries(database, Settings(database_url="sqlite://"))
    held = {name: [dict(row) for row in getattr(archive, name)()] for name in VIEWS}
    for row in held["snapshots"]:
        del row["document"]
    for row in held["events"]:
        del row["event_id"], row["recorded_at"]
        if in_any_order:  # a late answer may show that it was earlier: that is not told again
            del row["happened_at"], row["detail"]
    held["events"].sort(key=str)
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
    expected = shown(filled, in_any_order=True)
    for seed, at_once in ((1, 7), (2, 50)):
        empty(other)
        Random(seed).shuffle(lines)
        take(other, lines, at_once=at_once)
        assert shown(other, in_any_order=True) == expected
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
    archive = Queries(database, Settings(database_url="sqlite://"))
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
    (poll,) = Queries(database, Settings(database_url="sqlite://")).polls()
    assert (poll["outcome"], poll["http_status"]) == (word, status)


def test_a_body_of_another_run_is_malformed(database: Database) -> None:
    """As in a poll: what speaks of another id than asked is kept beside the poll, and is no snapshot."""
    line = {"observed_at": "2025-11-20T09:00:00Z", "run_id": "er_1", "body": document("er_2")}
    take(database, [json.dumps(line).encode()])
    (poll,) = Queries(database, Settings(database_url="sqlite://")).polls()
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
        value = Queries(store, Settings(database_url="sqlite://")).status("er_1").value
        assert to_text(value) == body


def line_of(run_id: str, at: str = iso(T0), **fields: Any) -> bytes:
    """A line of an answer that shows a run."""
    return json.dumps({"observed_at": at, "body": document(run_id)} | fields).encode()


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_a_bad_line_stops_only_itself(database: Database, at_once: int) -> None:
    """It is reported with file and number, and the lines around it are in."""
    bad = [b"{}", b"{", b"\xff", line_of("e" * 3000)]
    lines = [line_of("er_0"), bad[0], line_of("er_1"), *bad[1:], line_of("er_2")]
    done = take_telling(database, lines, at_once=at_once)
    assert (done.taken.lines, done.taken.new, done.taken.refused) == (7, 3, 4)
    starts = [f"line {number} of some.ndjson: " for number in (2, 4, 5, 6)]
    assert all(told.startswith(start) for told, start in zip(done.told, starts, strict=True))
    held = Queries(database, Settings(database_url="sqlite://")).runs()
    assert [row["run_id"] for row in held] == ["er_0", "er_1", "er_2"]


def test_a_file_of_bad_lines_is_reported_in_few(database: Database) -> None:
    """A file that holds something else altogether does not fill the terminal, and leaves the store as it was."""
    done = take_telling(database, [b"\x1f\x8b"] * 5000)
    assert (done.taken.refused, len(done.told)) == (5000, 21)
    assert done.told[-1] == "some.ndjson: 4,980 more lines were left out"
    assert not any(rows(database).values())


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("9999-12-31T23:59:59Z", "more than a day ahead of now"),
        (iso(T0 + DAY + 1), "more than a day ahead of now"),
        ("1999-12-31T23:59:59Z", "before the year 2000"),
        ("0001-01-01T00:00:00Z", "before the year 2000"),
    ],
)
def test_an_instant_that_cannot_be_is_refused(database: Database, at: str, why: str) -> None:
    """An answer of the far future, or a run that was tracked then, is refused; whatever else is there is taken."""
    told_run = tracked_line(told("er_1")).encode()
    wrong = [json.loads(told_run) | {name: at} for name in ("tracked_at", "untracked_at")]
    lines = [line_of("er_2", at), line_of("er_3", iso(T0 + DAY)), told_run]
    lines += [json.dumps(line).encode() for line in wrong]
    done = take_telling(database, lines)
    assert (done.taken.new, done.taken.runs, done.taken.refused) == (1, 1, 3)
    assert [told.partition(": ")[0] for told in done.told] == [
        f"line {number} of some.ndjson" for number in (1, 4, 5)
    ]
    assert all(why in told for told in done.told)
    assert [row["run_id"] for row in shown(database)["runs"]] == ["er_1", "er_3"]
    assert len(lines_of(database)) == 3


def test_a_source_belongs_to_one_ledger(database: Database) -> None:
    """What is stated must fit what the store is bound to; what is not stated fits; the other lines are taken."""
    register(database)
    assert take(database, [line_of("er_1")]).new == 1
    elsewhere = tracked_line(told("er_7", base_url="https://other.test")).encode()
    done = take_telling(database, [elsewhere, line_of("er_2")])
    assert (done.taken.new, done.taken.refused) == (1, 1)
    assert "line 1 of some.ndjson: source 'default' belongs to https://ledger.test" in done.told[0]
    two = [line_of(f"er_{host}", base_url=f"https://{host}.test") for host in "ab"]
    done = take_telling(database, two, source="new")
    assert (done.taken.new, done.taken.refused) == (1, 1)
    assert "belongs to https://a.test, not to https://b.test" in done.told[0]
    with pytest.raises(SettingError):
        adopt(database, told("er_7", base_url="https://other.test"))


def test_lines_of_all_sources_go_into_one(filled: Database, other: Database) -> None:
    """`--into` takes runs and answers of every source, wherever those belong to, into one that keeps its base URL."""
    lines = lines_of(filled)
    stated = json.loads(lines[0]) | {"base_url": "https://elsewhere.test"}
    take(other, [line_of("er_own")], source="one")
    done = take(other, [json.dumps(stated).encode(), *lines], into="one")
    assert done.new > 0
    held = shown(other)
    assert {row["source"] for row in held["runs"]} == {"one"}
    assert {row["run_id"] for row in held["runs"]} == {
        "er_own",
        *(row["run_id"] for row in shown(filled)["runs"]),
    }
    assert [row["base_url"] for row in rows(other, "source")["source"]] == ["https://unsaid.test"]


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
