"""`errors` says of every pattern what the documents say that were served, through every door, on both kinds of store."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
import reference_errors
from asking import kinds_of
from kept import once
from made_answers import random_answers
from msgspec.structs import replace
from shapes import page
from stores import T0, S, answer, document, register, view
from test_three_doors import (
    CHOICES,
    RUNS,
    Rows,
    assert_rows,
    filled,
    plain_rows,
    through_command_line,
    through_frames,
)

import recorder
from recorder.analysis.rows import RunRow
from recorder.cli.main import cli, run
from recorder.instants import datetime_of, iso
from recorder.queries import Queries
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.write.capture import record_page
from recorder.store.write.forget import forget
from recorder.store.write.record import Recorder

Capture = pytest.CaptureFixture[str]
KEYS = ("pattern", "level")
ANSWERS = random_answers(seed=7, runs=RUNS)
LEAD_MESSAGES = ("No luck with ld_{}0000000", "No luck with ld_{}0000001", "Timeout after {} ms")


ITEMS = {
    f"er_{n:03}": (T0 + (n % 50) * 3600 * S, [text.format(n) for text in LEAD_MESSAGES[: n % 4]])
    for n in range(0, RUNS, 3)
}
LATER = (2**62, [""])


@pytest.fixture
@once
def store(database: Database) -> Database:
    """A store that took the random history in, and the items of a third of its runs."""
    pages = [
        replace(
            page({}, *({"error": {"message": m}} for m in found), run_id=run_id), observed_at=at
        )
        for run_id, (at, found) in ITEMS.items()
    ]
    filled(database)
    for one in pages:
        record_page(database, one)
    return database


def printed(store: Database, capsys: Capture, *asks: str, by: Sequence[str] = ()) -> Rows:
    """What the command prints as JSON, instants as such."""
    return with_instants(through_command_line(store, capsys, ("errors", *asks), by))


def with_instants(rows: Rows) -> Rows:
    """The rows with a plain datetime for each instant."""
    return [
        {name: instant(value) if name.endswith("_at") else value for name, value in row.items()}
        for row in rows
    ]


def instant(value: str | datetime) -> datetime:
    """The instant of a view, of JSON or of a frame."""
    return datetime.fromisoformat(value if isinstance(value, str) else value.isoformat())


@pytest.mark.slow
def test_errors_are_the_same_through_every_door(store: Database, capsys: Capture) -> None:
    """Every pattern by every kind of group, its sights those of the whole store whatever the filters."""
    rows, kinds = plain_rows(store), kinds_of("errors")
    for by in ((), ("slug",), ("day", "version"), ("label:team",), ("status",)):
        expected = reference_errors.errors(ANSWERS, rows, by, ITEMS)
        assert len({(row["level"], row["pattern"]) for row in expected}) == 6
        assert_rows(printed(store, capsys, by=by), expected, kinds, (*by, *KEYS))
        framed = with_instants(through_frames(store, "errors", by))
        assert_rows(framed, expected, kinds, (*by, *KEYS))
    for arguments, holds in CHOICES:
        chosen = [row for row in rows if holds(row)]
        expected = reference_errors.errors(ANSWERS, chosen, (), ITEMS)
        assert_rows(printed(store, capsys, *arguments), expected, kinds, KEYS)


@pytest.mark.slow
def test_errors_as_of_then(store: Database, capsys: Capture) -> None:
    """As of T the rows are those of what had been observed by then."""
    for hours in (20, 40, 60):
        at = T0 + hours * 3600 * S
        known = [one for one in ANSWERS if one.observed_at <= at]
        rows: list[RunRow] = list(Queries(store, Settings(database_url="")).as_of(at).run_rows())
        items = {
            n: one for n in {row.run_id for row in rows} if (one := ITEMS.get(n, LATER))[0] <= at
        }
        expected = reference_errors.errors(known, rows, (), items)
        assert {row["level"] for row in expected} == {"run", "lead"}
        assert_rows(printed(store, capsys, "--as-of", iso(at)), expected, kinds_of("errors"), KEYS)


@pytest.mark.slow
def test_sql_says_when_a_message_was_first_seen(store: Database) -> None:
    """The views give the runs and sights of every message; patterns are made of these."""
    found: dict[str, list[Any]] = {}
    for state in view(store, "snapshots"):
        if state["error_message"] is not None:
            found.setdefault(reference_errors.pattern(state["error_message"]), []).append(state)
    for row in reference_errors.errors(ANSWERS, plain_rows(store)):
        sights = found[row["pattern"]]
        for name, chosen in (("first_seen_at", min), ("last_seen_at", max)):
            assert chosen(instant(state[name]) for state in sights) == row[name]


def fail(database: Database, run_id: str, at: int, message: str, **fields: Any) -> None:
    """Record a run that failed, some seconds after T0."""
    register(database, [run_id])
    body = document(run_id, "failed", error={"message": message}, **fields)
    Recorder(database).record([answer(at, body, run_id=run_id)])


def test_a_sight_is_of_the_whole_store(database: Database, store_url: str, capsys: Capture) -> None:
    """A pattern that another slug had is not new, nor is one of which the run's own last state knows no more."""
    fail(database, "er_1", 10, "no lead 1", enrichment={"slug": "a"})
    fail(database, "er_1", 20, "broken", enrichment={"slug": "a"})
    fail(database, "er_2", 30, "no lead 22", enrichment={"slug": "b"})
    fail(database, "er_2", 40, "no lead 333", enrichment={"slug": "b"})
    (row,) = printed(database, capsys, "--slug", "b")
    assert (row["pattern"], row["runs"], row["share"]) == ("no lead <n>", 1, 1)
    assert (row["first_seen_at"], row["last_seen_at"]) == (
        datetime_of(T0 + 10 * S),
        datetime_of(T0 + 40 * S),
    )
    later = iso(T0 + 15 * S)
    assert [row["pattern"] for row in printed(database, capsys, "--new-since", later)] == ["broken"]
    assert printed(database, capsys, "--new-since", later, "--slug", "b") == []
    assert run(cli, ["errors", "--db", store_url, "--new-since", later]) == 0
    assert f"patterns first seen after {later}" in " ".join(capsys.readouterr().out.split())
    with recorder.open(store_url) as history:
        assert list(history.errors(new_since=later)["pattern"]) == ["broken"]
        assert list(history.errors(new_since=datetime_of(T0 + 20 * S))["pattern"]) == []
    with database.writing() as connection:
        forget(connection, "default", ["er_1"])
    (row,) = printed(database, capsys)
    assert row["first_seen_at"] == datetime_of(T0 + 30 * S)


def test_a_message_can_be_anything(
    database: Database, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty, a hostile and a very long message are shown without harm; what is no text is no message."""
    monkeypatch.setenv("COLUMNS", "80")
    assert printed(database, capsys) == []
    for number, message in enumerate(["", "\x1b[31m\0 red", "x" * 10_000, None, 5, {"a": 1}]):
        fail(database, f"er_{number}", number, message)  # type: ignore[arg-type]
    patterns = [row["pattern"] for row in printed(database, capsys)]
    assert patterns == ["", "\x1b[<n>m\ufffd red", "x" * 10_000]
    assert run(cli, ["errors", "--db", database.url.render_as_string(hide_password=False)]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= 80
    assert "3 runs and 0 leads with an error message" in " ".join(out.split())


@pytest.mark.parametrize("text", ["yesterday-ish", "0000-00-00", ""])
def test_a_wrong_instant_gets_one_clear_line(
    text: str, database: Database, store_url: str, capsys: Capture
) -> None:
    """`--new-since` names the value and says how to write it."""
    del database
    assert run(cli, ["errors", "--db", store_url, "--new-since", text]) == 2
    assert f"'--new-since': {text!r}: write 2026-11-20T09:15:00Z" in capsys.readouterr().err
