"""History goes out of a store and into another one whole, exactly, in any order, as often as one likes."""

import base64
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsons import OBJECTS
from shapes import HOSTILE, LAST_S, adopt, fill, stopped_at, told
from stores import BASE_URL, T0, S, answer, document, empty, register, rows

from recorder.archive import Archive
from recorder.cli.main import cli, run
from recorder.errors import RecorderError, SettingError
from recorder.history.told import StoredAnswer
from recorder.instants import iso
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.body import Kept
from recorder.ledger.jsontext import DEEPEST, parse_json, to_text
from recorder.public import VIEWS
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.migrate import downgrade
from recorder.store.record import Recorder
from recorder.store.registry import track_with_source
from recorder.transfer.incoming import Origin, Taken, take_lines
from recorder.transfer.lines import LineError, answer_line, parse_line, tracked_line
from recorder.transfer.outgoing import answer_lines, whole_file

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


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


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


BAD = [
    (b"{", "no JSON"),
    (b"[]", "not a JSON object"),
    (b'\xff{"a": 1}', "not UTF-8"),
    (b"{}", "no observed_at"),
    (b'{"observed_at": "yesterday", "run_id": "a"}', "observed_at: not a time"),
    (b'{"observed_at": 1763629200, "run_id": "a"}', "observed_at: not a time"),
    (b'{"observed_at": "2025-11-20T09:00Z"}', "no run_id"),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": ""}', "empty run id"),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": "\\u0000"}', "cannot be kept"),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": 5}', "run_id: not a text"),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a"}', "no body"),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "status_code": 99}', "no HTTP status"),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "status_code": "x"}', "not a whole"),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "outcome": "good"}', "not one of"),
    (
        b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "status_code": 404, "outcome": "changed"}',
        "outcome 'changed' with status_code 404",
    ),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "body_base64": "?"}', "body_base64"),
    (
        b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "body": 1, "body_sha256": "x"}',
        "sha256",
    ),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "body": 1, "body_sha256": "00"}', "64"),
    (b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "body": 1, "source": " x"}', "source"),
    (
        b'{"observed_at": "2025-11-20T09:00Z", "run_id": "a", "body": 1, "latency_ms": -1}',
        "latency",
    ),
    (b'{"tracked_at": "2025-11-20T09:00Z"}', "empty run id"),
    (b'{"tracked_at": "2025-11-20T09:00Z", "run_id": "a", "labels": 1}', "labels: not an object"),
    (b'{"tracked_at": "2025-11-20T09:00Z", "run_id": "a", "labels": {"k": 1}}', "k: not a text"),
    (b'{"tracked_at": "2025-11-20T09:00Z", "run_id": "a", "base_url": "x"}', "base_url"),
    (b'{"tracked_at": "2025-11-20T09:00Z", "run_id": "a", "untracked_at": 1}', "untracked_at"),
]


@pytest.mark.parametrize(("line", "why"), BAD)
def test_a_bad_line_says_what_is_wrong(line: bytes, why: str) -> None:
    """Each way in which a line can be wrong has its own words."""
    with pytest.raises(LineError, match=why):
        parse_line(line, source="default")


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


INSTANTS = st.integers(0, 2**52)
IDS = st.text(min_size=1, max_size=20).filter(lambda t: "\0" not in t)


@given(
    at=INSTANTS,
    run_id=IDS,
    siblings=OBJECTS,
    row=OBJECTS,
    latency=st.none() | st.integers(0, 10**6),
)
def test_a_line_of_a_good_answer_gives_it_back(
    at: int, run_id: str, siblings: dict[str, Any], row: dict[str, Any], latency: int | None
) -> None:
    """Instant, id, latency and the JSON value of an answer survive the line, whatever is in them."""
    value = siblings | {"run": row}
    stored = StoredAnswer(
        polled_at=at,
        outcome=Outcome.UNCHANGED,
        http_status=200,
        latency_ms=latency,
        detail=None,
        body=to_text(value),
        kept=None,
    )
    read = parse_line(answer_line(told(run_id), stored).encode(), source="another").said
    assert isinstance(read, Answer)
    assert (read.source, read.run_id, read.observed_at) == ("default", run_id, at)
    assert (read.outcome, read.http_status, read.latency_ms) == (None, 200, latency)
    assert parse_json(read.body) == value


@given(
    outcome=st.sampled_from([o for o in Outcome if o > Outcome.UNCHANGED]),
    status=st.none() | st.integers(100, 599),
    detail=st.none()
    | st.text(alphabet=st.characters(blacklist_characters="\0", codec="utf-8"), min_size=1),
    head=st.none() | st.binary(max_size=50),
)
def test_a_line_of_any_other_answer_gives_it_back(
    outcome: Outcome, status: int | None, detail: str | None, head: bytes | None
) -> None:
    """Outcome, status, detail and what was kept of a body survive the line."""
    kept = None if head is None else Kept(beginning=head, length=70_000, sha256=b"\x07" * 32)
    stored = StoredAnswer(
        polled_at=T0,
        outcome=outcome,
        http_status=status,
        latency_ms=3,
        detail=detail,
        body=None,
        kept=kept,
    )
    read = parse_line(answer_line(told("er_1"), stored).encode(), source="default").said
    assert isinstance(read, Answer)
    assert (read.outcome, read.http_status, read.detail) == (outcome, status, detail)
    if kept is not None:
        assert (read.body, read.body_length, read.body_sha256) == (head, 70_000, kept.sha256)


@given(
    labels=st.dictionaries(IDS, IDS, max_size=3),
    resumed_at=st.none() | INSTANTS,
    untracked_at=st.none() | INSTANTS,
)
def test_a_line_of_a_run_gives_it_back(
    labels: dict[str, str], resumed_at: int | None, untracked_at: int | None
) -> None:
    """What is told of a run survives the line."""
    run_told = told(HOSTILE, labels=labels, resumed_at=resumed_at, untracked_at=untracked_at)
    read = parse_line(tracked_line(run_told).encode(), source="another")
    assert (read.said, read.base_url) == (run_told, BASE_URL)


def test_export_and_import_from_the_command_line(
    filled: Database, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file or `-` either way; a missing SQLite store is made, and that is said; data alone stands on stdout."""
    whole = tmp_path / "whole.ndjson"
    assert run(cli, ["export", "answers", "--db", url_of(filled), "--out", str(whole)]) == 0
    assert capsys.readouterr() == ("", "")
    copy = str(tmp_path / "copy.db")
    assert run(cli, ["import", str(whole), "--db", copy]) == 0
    out, err = capsys.readouterr()
    count = len(whole.read_bytes().splitlines())
    assert out == ""
    assert f"made the store {copy}" in err
    assert f"{count} lines: " in err
    assert run(cli, ["export", "answers", "--db", copy, "--out", "-"]) == 0
    printed, _ = capsys.readouterr()
    assert printed.encode() == whole.read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(whole.read_bytes())))
    assert run(cli, ["import", "-", "--db", copy]) == 0
    assert " 0 answers new, " in capsys.readouterr().err


def test_import_brings_an_older_sqlite_store_up_to_date(
    tmp_path: Path, sqlite_template: Path, capsys: Capture, open_database: Callable[[str], Database]
) -> None:
    """A store of the schema before is copied aside and upgraded, and that is said."""
    path = tmp_path / "old.db"
    path.write_bytes(sqlite_template.read_bytes())
    old = open_database(f"sqlite:///{path}")
    downgrade(old, "0001")
    lines = tmp_path / "lines.ndjson"
    lines.write_text(json.dumps({"observed_at": iso(T0), "body": document()}))
    assert run(cli, ["import", str(lines), "--db", str(path)]) == 0
    assert f"upgraded {path} from schema 0001" in capsys.readouterr().err
    assert list(tmp_path.glob("*.backup"))


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["export", "runs", "--out", "runs.xls"], 2, "add --format"),
        (["export", "answers", "--out", "a.csv"], 2, "as ndjson, not as csv"),
        (["export", "colours", "--out", "-"], 2, "colours"),
        (["export", "runs", "--out", "/no/such/folder/runs.csv"], 1, "/no/such/folder/runs.csv"),
        (["import", "no-such-file.ndjson"], 2, "no-such-file.ndjson: No such file"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    database: Database, capsys: Capture, arguments: list[str], code: int, why: str
) -> None:
    """A format that nobody knows, a place that is not there, a file that is not there."""
    assert run(cli, [*arguments, "--db", url_of(database)]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert why in err


def test_a_bad_line_ends_the_command(tmp_path: Path, capsys: Capture) -> None:
    """Exit code 1, and the file, the line and the reason on stderr."""
    lines = tmp_path / "lines.ndjson"
    lines.write_bytes(b"\n{}\n")
    assert run(cli, ["import", str(lines), "--db", str(tmp_path / "new.db")]) == 1
    assert f"recorder: {lines}:2: no observed_at" in capsys.readouterr().err


@pytest.mark.parametrize("name", VIEWS)
def test_views_go_out_in_every_format(
    filled: Database, name: str, tmp_path: Path, capsys: Capture
) -> None:
    """ndjson, csv and parquet hold every row and column of the view; parquet with exact amounts and instants."""
    rows_expected = shown(filled)[name]
    for ending in ("ndjson", "csv", "parquet"):
        path = tmp_path / f"{name}.{ending}"
        assert run(cli, ["export", name, "--db", url_of(filled), "--out", str(path)]) == 0
    assert capsys.readouterr() == ("", "")
    lines = (tmp_path / f"{name}.ndjson").read_text("utf-8").splitlines()
    assert [tuple(json.loads(line)) for line in lines] == [tuple(VIEWS[name])] * len(rows_expected)
    table = pd.read_csv(tmp_path / f"{name}.csv")
    assert list(table.columns) == list(VIEWS[name])
    assert len(table) == len(rows_expected)
    frame = pd.read_parquet(tmp_path / f"{name}.parquet", dtype_backend="pyarrow")
    assert list(frame.columns) == list(VIEWS[name])
    for column in rows_expected[0]:
        held = [None if pd.isna(value) else value for value in frame[column]]
        assert held == [row[column] for row in rows_expected], column


def test_a_view_as_of_a_time_goes_out(filled: Database, capsys: Capture) -> None:
    """`--as-of` and `--source` count for exports of views."""
    arguments = [
        "--db",
        url_of(filled),
        "--out",
        "-",
        "--source",
        "growth",
        "--as-of",
        iso(T0 + 7 * S),
    ]
    assert run(cli, ["export", "polls", *arguments]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["polled_at"] for line in lines] == [iso(T0), iso(T0 + 5 * S)]


def test_without_pyarrow_parquet_is_refused_in_a_line(
    filled: Database, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what to install, and nothing is left at the place."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = tmp_path / "runs.parquet"
    assert run(cli, ["export", "runs", "--db", url_of(filled), "--out", str(path)]) == 2
    assert "pip install pyarrow" in capsys.readouterr().err
    assert not [file for file in tmp_path.iterdir() if "parquet" in file.name]


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """What fails midway leaves the old file as it was, and no other; a pipe or device is written to as it is."""
    path = tmp_path / "out.ndjson"
    path.write_text("old")

    def fail() -> None:
        with whole_file(path) as place:
            place.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with whole_file(path) as place:
        place.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    with whole_file(Path("/dev/null")) as place:
        assert place == Path("/dev/null")


def test_long_malformed_bodies_keep_length_and_digest(filled: Database) -> None:
    """The line of a body that was cut carries its first 64 KiB, its length and the digest of the whole."""
    lines = [json.loads(line) for line in lines_of(filled)]
    cut = next(line for line in lines if line.get("body_length", 0) > 65536)
    assert len(base64.b64decode(cut["body_base64"])) == 65536
    assert len(cut["body_sha256"]) == 64
