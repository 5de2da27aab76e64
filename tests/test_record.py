"""Answers become history: one snapshot a state, exactly, whoever writes and however often."""

import hashlib
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from stores import (
    BASE_URL,
    T0,
    S,
    answer,
    content,
    document,
    empty,
    failure,
    register,
    rows,
    sample_body,
    sample_paths,
    view,
)

from recorder.errors import AmbiguousRunError, SettingError, StoreError, UnknownRunError, UsageError
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.body import REJECTED_BYTES
from recorder.ledger.jsontext import DEEPEST, parse_json, to_text
from recorder.store.engine import Database
from recorder.store.parts import part_text
from recorder.store.read.run_refs import find_run
from recorder.store.read.states import state_at, states
from recorder.store.schema import part, poll, snapshot
from recorder.store.write.record import Recorder
from recorder.store.write.sources import ensure_source

Open = Callable[[str], Database]
A, B = document(status="running"), document(status="completed")


def record(database: Database, *answers: Answer) -> list[str]:
    """Record together; the outcomes' words."""
    return [one.outcome.word for one in Recorder(database).record(answers)]


def seen(database: Database) -> list[tuple[int, str | None, int, int, int]]:
    """Each snapshot's number, status, first and last instant (seconds after T0), and polls."""
    return [
        (
            s["seq"],
            s["status"],
            (s["first_seen_at"] - T0) // S,
            (s["last_seen_at"] - T0) // S,
            s["n_polls"],
        )
        for s in rows(database, "snapshot")["snapshot"]
    ]


def served(database: Database, run_id: str = "er_1") -> list[str]:
    """The text of each state of a run."""
    with database.reading() as connection:
        shown = states(connection, find_run(connection, run_id))
        return [to_text(dict(one.value)) for one in shown]


# --- what is one state


def test_a_b_a_are_three_snapshots(database: Database) -> None:
    """A state that comes back is a new snapshot; each knows when it was first and last seen, and how often."""
    register(database)
    recorder = Recorder(database)
    words = [
        recorder.record([answer(at, body)])[0].outcome.word
        for at, body in enumerate([A, A, B, A, A, A])
    ]
    assert words == ["changed", "unchanged", "changed", "changed", "unchanged", "unchanged"]
    assert seen(database) == [
        (1, "running", 0, 1, 2),
        (2, "completed", 2, 2, 1),
        (3, "running", 3, 5, 3),
    ]
    polls = rows(database, "poll")["poll"]
    assert [p["snapshot_seq"] for p in polls] == [1, 1, 2, 3, 3, 3]


@pytest.mark.parametrize("batched", [False, True])
def test_bytes_value_and_spelling_do_not_count(database: Database, *, batched: bool) -> None:
    """The same bytes, other white space, another key order, other escapes: unchanged."""
    register(database)
    spellings = [
        b'{"run":{"id":"er_1","status":"\xc3\xa9","n":[1,2]}}',
        b'{"run":{"id":"er_1","status":"\xc3\xa9","n":[1,2]}}',
        b' {"run": {"n": [1, 2], "status": "\\u00e9",\n"id": "er_1"}} ',
        b'\xef\xbb\xbf{"run":{"id":"er_1","status":"\xc3\xa9","n":[1,2]}}',
    ]
    answers = [answer(at, body) for at, body in enumerate(spellings)]
    for some in [answers] if batched else [[one] for one in answers]:
        record(database, *some)
    assert seen(database) == [(1, "é", 0, 3, 4)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.10", "1.1"),
        ("1", "1.0"),
        ("true", "1"),
        ("null", "0"),
        ("[1,2]", "[2,1]"),
        ('"a"', '"a "'),
    ],
)
def test_literals_and_types_count(database: Database, one: str, other: str) -> None:
    """1.10 is not 1.1 and true is not 1: each is a state of its own, and comes back as it was."""
    register(database)
    bodies = [f'{{"run":{{"id":"er_1","x":{x}}}}}' for x in (one, other)]
    assert record(database, *(answer(at, b.encode()) for at, b in enumerate(bodies))) == [
        "changed",
        "changed",
    ]
    assert served(database) == bodies


def test_siblings_are_kept_from_the_first_answer(database: Database) -> None:
    """What stands beside `run` does not make a new state, and is kept as it first came."""
    register(database)
    first, second = A | {"requestId": "q1"}, A | {"requestId": "q2", "more": [1]}
    assert record(database, answer(0, first), answer(1, second)) == ["changed", "unchanged"]
    assert served(database) == [json.dumps(first, separators=(",", ":"))]


@pytest.mark.parametrize("path", sample_paths(), ids=lambda path: path.stem)
def test_every_sample_comes_back_equal(database: Database, path: Path) -> None:
    """Each known document of the ledger is got back with its literals, its unknown fields and its key order."""
    body = sample_body(path)
    value: Any = parse_json(body)
    run_id = value["run"]["id"]
    register(database, [run_id])
    assert record(database, answer(0, body, run_id=run_id)) == ["changed"]
    assert served(database, run_id) == [to_text(value)]
    assert [run["run_id"] for run in view(database, "runs")] == [run_id]


def test_what_no_text_column_holds_comes_back_too(database: Database) -> None:
    """NUL and lone surrogates, in words, units and details, are recorded and given back."""
    register(database)
    body = (
        r'{"run":{"id":"er_1","status":"a\u0000","mode":"\ud800","cost":{"preview":{"total":1,"unit":"\u0000"}},'
        r'"error":{"message":"\udfff","details":["\u0000\ud800"]}}}'
    )
    assert record(database, answer(0, body.encode())) == ["changed"]
    assert served(database) == [body]
    (run,) = view(database, "runs")
    assert (run["status"], run["mode"], run["cost_quality"]) == ("a\ufffd", "\ufffd", "unparsed")


def test_the_deepest_answer_comes_back(database: Database) -> None:
    """An answer nested as deep as may be is kept; a deeper one is malformed, never an error."""
    register(database)
    levels = DEEPEST - 2
    body = '{"run":{"id":"er_1","x":' + "[" * levels + "1" + "]" * levels + "}}"
    deeper = body.replace("1]", "[1]]")
    assert record(database, answer(0, body.encode()), answer(1, deeper.encode())) == [
        "changed",
        "malformed",
    ]
    assert served(database) == [body]


# --- what is stored once


@pytest.mark.slow
def test_five_thousand_lead_ids_are_stored_once(database: Database) -> None:
    """200 polls of a moving run hold its lead ids once; a poll adds columns, not text."""
    register(database)
    ids = [f"ld_{hashlib.sha256(str(n).encode()).hexdigest()[:24]}" for n in range(5000)]

    def body(done: int) -> dict[str, Any]:
        counts = {
            "pending": 5000 - done,
            "running": 0,
            "completed": done,
            "skipped": 0,
            "failed": 0,
        }
        scope = {"requested": {"leadIds": ids}, "resolvedCount": 5000, "counts": counts}
        return document(
            scope=scope, timing={"updatedAt": f"2026-11-20T09:{done // 60:02}:{done % 60:02}.000Z"}
        )

    recorder = Recorder(database)
    for first in range(0, 200, 20):
        recorder.record([answer(n, body(n)) for n in range(first, first + 20)])
    with database.reading() as connection:
        size = sa.func.coalesce(sa.func.length(part.c.json), 0) + sa.func.coalesce(
            sa.func.length(part.c.deflated), 0
        )
        held, count = connection.execute(sa.select(sa.func.sum(size), sa.func.count())).one()
    one_answer = len(json.dumps(body(0)))
    assert len(seen(database)) == 200
    assert count <= 5
    assert held < one_answer
    assert json.loads(served(database)[150]) == body(150)


def test_runs_of_one_version_share_its_definition(database: Database) -> None:
    """What repeats across runs of a source is one part; another source has its own."""
    definition = {"slug": "s", "steps": ["x" * 300]}
    register(database, ["er_1", "er_2"])
    register(database, ["er_1"], source="other")
    bodies = {r: document(r, enrichment={"snapshot": definition}) for r in ("er_1", "er_2")}
    record(
        database,
        answer(0, bodies["er_1"]),
        answer(0, bodies["er_2"], run_id="er_2"),
        answer(0, bodies["er_1"], source="other"),
    )
    parts = rows(database, "part")["part"]
    holding = [p for p in parts if "xxx" in part_text(p["json"], p["deflated"])]
    assert [p["source_id"] for p in holding] == [1, 2]


def test_a_restart_changes_nothing(store_url: str, open_database: Open) -> None:
    """A new process finds the parts and the last state that an earlier one stored."""
    register(open_database(store_url))
    long = {"text": "x" * 600}
    for at in range(4):
        record(open_database(store_url), answer(at, document(status="ab"[at // 2], long=long)))
    found = rows(open_database(store_url), "part", "snapshot")
    assert [(s["seq"], s["n_polls"]) for s in found["snapshot"]] == [(1, 2), (2, 2)]
    assert len(found["part"]) == 2


# --- answers without a row


def test_a_malformed_body_is_kept_as_far_as_it_goes(database: Database) -> None:
    """Its first 64 KiB, its length and its digest; the run's state stands."""
    register(database)
    page = b"<html>" + b"x" * 100_000
    capped = answer(
        2, b"[" * 10, outcome=Outcome.MALFORMED, body_length=40_000_000, detail="over 32 MiB"
    )
    assert record(database, answer(0, A), answer(1, page), capped) == [
        "changed",
        "malformed",
        "malformed",
    ]
    first, second = rows(database, "rejected_body")["rejected_body"]
    assert bytes(first["head"]) == page[:REJECTED_BYTES]
    assert (first["length"], bytes(first["sha256"])) == (len(page), hashlib.sha256(page).digest())
    assert (bytes(second["head"]), second["length"]) == (b"[" * 10, 40_000_000)
    polls = rows(database, "poll")["poll"]
    assert [p["detail"] for p in polls] == [
        None,
        "no JSON: Expecting value at character 0",
        "over 32 MiB",
    ]
    assert seen(database) == [(1, "running", 0, 0, 1)]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "no JSON: Expecting value at character 0"),
        (b'{"run"', "no JSON: Expecting ':' delimiter at character 6"),
        (b"[]", "the body is an array, not an object"),
        (b"{}", "the body holds no `run`"),
        (b'{"run":null}', "`run` is null, not an object"),
        (b'{"run":{"id":"er_2"}}', "speaks of run 'er_2', not 'er_1'"),
    ],
)
def test_a_body_that_speaks_of_no_run_or_another_is_malformed(
    database: Database, body: bytes, detail: str
) -> None:
    """A 200 whose body is no JSON, has no `run` object, is cut short or is another run's."""
    register(database)
    (recorded,) = Recorder(database).record([answer(0, body)])
    assert (recorded.outcome, recorded.snapshot_seq) == (Outcome.MALFORMED, None)
    assert recorded.detail == detail
    assert served(database) == []


@pytest.mark.parametrize(
    ("outcome", "http_status"),
    [
        (Outcome.NOT_VISIBLE, 404),
        (Outcome.REFUSED, 401),
        (Outcome.THROTTLED, 429),
        (Outcome.SERVER_ERROR, 503),
        (Outcome.NETWORK_ERROR, None),
        (Outcome.UNEXPECTED, 302),
    ],
)
def test_other_outcomes_are_polls_without_a_snapshot(
    database: Database, outcome: Outcome, http_status: int | None
) -> None:
    """Every request leaves its poll row; a failure between equal states does not part them."""
    register(database)
    failed = failure(1, outcome, http_status, detail="why", latency_ms=None)
    assert record(database, answer(0, A), failed, answer(2, A)) == [
        "changed",
        outcome.word,
        "unchanged",
    ]
    held = sorted(view(database, "polls"), key=lambda row: str(row["polled_at"]))[1]
    assert (held["outcome"], held["http_status"]) == (outcome.word, http_status)
    assert (held["latency_ms"], held["snapshot_seq"], held["detail"]) == (None, None, "why")
    assert seen(database) == [(1, "running", 0, 2, 2)]


def test_the_watch_row_counts(database: Database) -> None:
    """Polls, failures in a row and the first and last instants stand in the watch row."""
    register(database)
    record(database, failure(0), answer(1, A), failure(2), failure(3, Outcome.NOT_VISIBLE, 404))
    (watch,) = rows(database, "watch")["watch"]
    assert (watch["n_polls"], watch["n_snapshots"], watch["n_failures"]) == (4, 1, 2)
    assert (watch["first_polled_at"], watch["last_polled_at"]) == (T0, T0 + 3 * S)
    assert (watch["first_good_at"], watch["last_good_at"]) == (T0 + S, T0 + S)
    assert (watch["tracking"], watch["last_outcome"]) == ("not_visible", Outcome.NOT_VISIBLE)


def test_settled_costs_become_final(database: Database) -> None:
    """A pair is provisional until a look after the end finds nothing changed."""
    register(database)
    cost = {"preview": {"credits": 8}, "actual": {"credits": 6.5}}
    done = document(status="completed", cost=cost)
    record(database, answer(0, document(cost={"preview": {"credits": 8}})))
    record(database, answer(1, done))
    assert view(database, "runs")[0]["cost_quality"] == "provisional"
    record(database, answer(6, done))
    (run,) = view(database, "runs")
    assert (run["cost_quality"], run["cost_preview_micros"], run["cost_actual_micros"]) == (
        "both",
        8_000_000,
        6_500_000,
    )
    assert float(run["cost_actual"]) == 6.5


# --- the same again


def test_the_same_answer_twice_changes_nothing(database: Database) -> None:
    """Recording what is there already leaves every row as it is, and says so."""
    register(database)
    answers = [answer(0, A), failure(1), answer(2, B), answer(3, b"?"), answer(4, B)]
    assert len(record(database, *answers)) == 5
    before = rows(database)
    assert record(database, *answers) == []
    for one in answers:
        assert record(database, one) == []
    assert rows(database) == before


def test_two_answers_at_one_instant_are_both_kept(database: Database) -> None:
    """Another answer at the same instant moves one microsecond on; the same answer again does not."""
    register(database)
    for _ in range(2):
        record(database, answer(0, A), answer(0, B))
        record(database, answer(0, B), failure(0))
    polls = rows(database, "poll")["poll"]
    assert [(p["polled_at"] - T0, p["outcome"]) for p in polls] == [
        (0, Outcome.CHANGED),
        (1, Outcome.CHANGED),
        (2, Outcome.SERVER_ERROR),
    ]


def test_instants_before_1970_are_instants(database: Database) -> None:
    """An answer with an instant at or before the epoch is put in its place."""
    register(database)
    record(database, answer(0, A, observed_at=0), answer(0, B, observed_at=-5))
    assert [s["status"] for s in rows(database, "snapshot")["snapshot"]] == ["completed", "running"]


def test_runs_and_sources_are_apart(database: Database) -> None:
    """One call takes answers of many runs and sources; the same id under two sources is two runs."""
    register(database, ["er_1", "er_2"])
    register(database, ["er_1"], source="other")
    record(
        database,
        answer(0, A, source="other"),
        answer(0, document("er_2", status="pending"), run_id="er_2"),
        answer(1, B),
    )
    held = {(r["source"], r["run_id"]): r["status"] for r in view(database, "runs")}
    assert held == {
        ("default", "er_1"): "completed",
        ("default", "er_2"): "pending",
        ("other", "er_1"): "running",
    }


def test_an_unknown_source_is_refused(database: Database) -> None:
    """Answers of a source that the store does not know are an error that says what to do."""
    with pytest.raises(UsageError, match="no source 'default' in this store"):
        record(database, answer(0, A))


def test_nothing_is_recorded_when_something_fails(database: Database) -> None:
    """All answers of a call are one transaction."""
    register(database)
    before = content(database)
    with pytest.raises(UsageError):
        record(database, answer(0, A), answer(0, A, source="unknown"))
    assert content(database) == before


# --- many at once


def together(count: int, work: Callable[[int], None]) -> None:
    """Run so many threads, each from the same moment; raise what any of them raised."""
    gate, errors = threading.Barrier(count), []

    def one(number: int) -> None:
        try:
            gate.wait(timeout=60)
            work(number)
        except BaseException as error:  # noqa: BLE001  # raised again below
            errors.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=600)
    if errors:
        raise errors[0]


@pytest.mark.slow
def test_two_writers_of_the_same_runs_lose_and_double_nothing(
    store_url: str, open_database: Open
) -> None:
    """Two processes that record answers of the same runs at once leave what one alone would have."""
    run_ids = ["er_1", "er_2", "er_3"]
    register(open_database(store_url), run_ids)
    definition = {"steps": ["x" * 700]}

    def answers(writer: int, turn: int) -> list[Answer]:
        at = T0 + (2 * turn + writer) * 1000
        status = "abc"[turn % 3]
        bodies = ((r, document(r, status=status, definition=definition)) for r in run_ids)
        return [answer(0, body, run_id=r, observed_at=at) for r, body in bodies]

    def write(writer: int) -> None:
        recorder = Recorder(open_database(store_url))
        for turn in range(12):
            recorder.record(answers(writer, turn))

    together(2, write)
    database = open_database(store_url)
    concurrent = content(database)
    assert [s["seq"] for s in concurrent["snapshot"]] == list(range(1, 13)) * 3
    assert len(concurrent["poll"]) == 72
    assert len(rows(database, "part")["part"]) == 1 + len(run_ids)
    empty(database)
    register(database, run_ids)
    record(
        database,
        *(one for turn in range(12) for writer in range(2) for one in answers(writer, turn)),
    )
    assert content(database) == concurrent


def test_two_processes_that_poll_the_same_moment(store_url: str, open_database: Open) -> None:
    """The same answers recorded by two at once are in the store once."""
    register(open_database(store_url))
    answers = [answer(at, document(status="abab"[at % 4])) for at in range(20)]

    def write(_writer: int) -> None:
        recorder = Recorder(open_database(store_url))
        for one in answers:
            recorder.record([one])

    together(2, write)
    held = rows(open_database(store_url), "poll", "snapshot")
    assert len(held["poll"]) == len(held["snapshot"]) == 20


def test_two_processes_that_use_a_new_source_at_once(store_url: str, open_database: Open) -> None:
    """One of them makes the source, the other finds it; different new sources get different numbers."""
    names = ["a", "a", "b", "c"]
    together(4, lambda n: register(open_database(store_url), [f"er_{n}"], source=names[n]))
    held = rows(open_database(store_url), "source", "run")
    assert sorted(s["name"] for s in held["source"]) == ["a", "b", "c"]
    assert sorted(s["source_id"] for s in held["source"]) == [1, 2, 3]
    assert len(held["run"]) == 4


def test_a_source_is_bound_to_its_base_url(database: Database) -> None:
    """Another base URL under the same name is an error that names both."""
    register(database)
    with (
        pytest.raises(SettingError, match=f"belongs to {BASE_URL}, not https://else"),
        database.writing() as connection,
    ):
        ensure_source(connection, "default", base_url="https://else", now=T0)


# --- what the database itself holds


SEEN = {"first_seen_at": 1, "last_seen_at": 1, "n_polls": 1, "digest": b"x"}


@pytest.mark.parametrize(
    ("table", "values"),
    [
        pytest.param("snapshot", SEEN | {"seq": 3}, id="a gap in seq"),
        pytest.param("snapshot", SEEN | {"seq": 1}, id="a number twice"),
        pytest.param("snapshot", SEEN | {"seq": 0}, id="a number below 1"),
        pytest.param("snapshot", SEEN | {"seq": 2, "part_id": 99}, id="a part that is not there"),
        pytest.param("snapshot", SEEN | {"seq": 2, "n_polls": 0}, id="no polls"),
        pytest.param("snapshot", SEEN | {"seq": 2, "last_seen_at": 0}, id="seen backwards"),
        pytest.param("snapshot", SEEN | {"seq": 1, "run_key": 9}, id="an unknown run"),
        pytest.param("poll", {"polled_at": T0, "outcome": 3}, id="two polls at one instant"),
        pytest.param("poll", {"polled_at": 1, "outcome": 1}, id="a good poll without snapshot"),
        pytest.param(
            "poll", {"polled_at": 1, "outcome": 3, "snapshot_seq": 1}, id="a bad one with"
        ),
        pytest.param(
            "poll", {"polled_at": 1, "outcome": 2, "snapshot_seq": 2}, id="a snapshot too many"
        ),
        pytest.param("poll", {"polled_at": 1, "outcome": 10}, id="an unknown outcome"),
        pytest.param("run", {"run_key": 2, "run_id": "er_1", "tracked_at": 1}, id="a run twice"),
        pytest.param(
            "run_summary", {"cost_quality": "none", "n_reopened": 0}, id="two states of a run"
        ),
        pytest.param(
            "part", {"part_id": 9, "digest": b"9", "json": None}, id="a part without text"
        ),
        pytest.param(
            "source",
            {"source_id": 2, "name": "default", "base_url": "", "created_at": 1},
            id="a source twice",
        ),
    ],
)
def test_the_database_itself_refuses(
    database: Database, table: str, values: dict[str, Any]
) -> None:
    """What must never be is refused by a constraint, not by a check before the write."""
    register(database)
    record(database, answer(0, A))
    before = rows(database)
    key = {"source_id": 1, "run_key": 1, "part_id": 1}
    into = {t.name: t for t in snapshot.metadata.sorted_tables}[table]
    row = {name: value for name, value in (key | values).items() if name in into.c}
    with pytest.raises(StoreError) as told, database.writing() as connection:
        connection.execute(sa.insert(into).values(row))
    assert isinstance(told.value.__cause__, IntegrityError)
    assert rows(database) == before


def test_history_cannot_be_cut(database: Database) -> None:
    """A snapshot that polls or a later snapshot point at cannot be deleted, nor a run with its history."""
    register(database)
    record(database, answer(0, A), answer(1, B))
    for statement in (
        sa.delete(snapshot).where(snapshot.c.seq == 1),
        sa.delete(snapshot.metadata.tables["recorder.run"]),
        sa.delete(part),
        sa.update(poll).values(snapshot_seq=None),
    ):
        with pytest.raises(StoreError) as told, database.writing() as connection:
            connection.execute(statement)
        assert isinstance(told.value.__cause__, IntegrityError)


def test_reading_cannot_write(database: Database) -> None:
    """A reading transaction is refused any change by the database itself."""
    register(database)
    with pytest.raises(StoreError, match=r"read-?only"), database.reading() as connection:
        connection.execute(sa.update(snapshot).values(seq=5))


def test_a_reading_transaction_sees_one_state(store_url: str, open_database: Open) -> None:
    """What is committed while a reader reads is not seen by it, and the writer does not wait."""
    database = open_database(store_url)
    register(database)
    count = sa.select(sa.func.count()).select_from(poll)
    with database.reading() as connection:
        assert connection.execute(count).scalar_one() == 0
        record(open_database(store_url), answer(0, A))
        assert connection.execute(count).scalar_one() == 0
    with database.reading() as connection:
        assert connection.execute(count).scalar_one() == 1


@pytest.mark.parametrize("run_id", ["er_2", "a\x00", "\ud800"])
def test_an_unknown_id_is_told(database: Database, run_id: str) -> None:
    """An id that nobody tracks, and one that no database can hold, are unknown runs."""
    register(database)
    with pytest.raises(UnknownRunError, match="is not tracked"), database.reading() as connection:
        find_run(connection, run_id)


def test_an_id_of_two_sources_is_ambiguous(database: Database) -> None:
    """The same id under two sources needs the source's name."""
    register(database)
    register(database, source="other")
    with database.reading() as connection:
        with pytest.raises(AmbiguousRunError, match="known to default, other"):
            find_run(connection, "er_1")
        assert find_run(connection, "er_1", "other").source_id == 2
        with pytest.raises(UnknownRunError, match="in source 'third'"):
            find_run(connection, "er_1", "third")


def test_the_state_known_then(database: Database) -> None:
    """As of an instant: the state seen last at or before it, and what was known of it then."""
    register(database)
    record(database, answer(10, A), answer(20, A), answer(30, B), answer(40, A))
    with database.reading() as connection:
        run = find_run(connection, "er_1")
        assert state_at(connection, run, T0 + 9 * S) is None
        known = [state_at(connection, run, T0 + at * S) for at in (10, 19, 20, 29, 30, 45)]
    assert [(k.status, k.n_polls, (k.last_seen_at - T0) // S) for k in known if k] == [
        ("running", 1, 10),
        ("running", 1, 10),
        ("running", 2, 20),
        ("running", 2, 20),
        ("completed", 1, 30),
        ("running", 1, 40),
    ]
