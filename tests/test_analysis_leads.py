"""`leads` says of every lead what a plain loop over the views says, through every door, on both kinds of store."""

import json
from datetime import datetime
from random import Random
from typing import Any

import pytest
import reference_leads
from kept import once
from shapes import page
from stores import T0, S, answer, document, register, view
from test_three_doors import (
    CHOICES,
    GROUPS,
    RUNS,
    Rows,
    assert_rows,
    filled,
    plain_rows,
    through_command_line,
    through_frames,
)

from recorder.analyses import Analyses
from recorder.analysis.values import Columns
from recorder.cli.main import cli, run
from recorder.instants import DAY, iso, us_of
from recorder.ledger.target import Target
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.write.capture import record_page
from recorder.store.write.record import Recorder

Capture = pytest.CaptureFixture[str]
LEAD_KEYS = ("source", "lead_id", "slug", "unit", "first_at")


def random_items(random: Random, n: int) -> list[dict[str, Any]]:
    """Items with what is awkward: nulls, times that run backwards, unknown words, leads that come back."""

    def item() -> dict[str, Any]:
        began = T0 + random.randrange(3 * 86_400) * S
        ended = began + random.choice([-1, 0, 1, 2, 30]) * S + random.randrange(S)
        return {
            "leadId": random.choice([f"ld_{random.randrange(12)}", None]),
            "status": random.choice(["completed"] * 4 + ["failed", "skipped", "running", "odd"]),
            "skippedReason": random.choice(["run_cancelled", None]),
            "attempts": random.choice([None, 1, 1, 3]),
            "metadata": {"provider": random.choice(["findy", "llm", None])},
            "timing": {
                "startedAt": random.choice([iso(began), None]),
                "completedAt": random.choice([iso(ended), iso(ended), None]),
            },
        }

    return [item() for _ in range(n)]


@pytest.fixture
@once
def store(database: Database) -> Database:
    """A store with a random history, the items of two thirds of its runs, and the first page of those of some others."""
    random = Random(5)
    filled(database)
    for n in range(RUNS):
        found = random_items(random, random.choice([0, 1, 3, 9]))
        after = "x" if n % 3 == 0 else None
        record_page(database, page(*found, run_id=f"er_{n:03}", after=after))
    return database


def items_of(database: Database) -> Rows:
    """The rows of the view, instants in microseconds."""
    return [with_us(row) for row in view(database, "lead_outcomes")]


def kinds_of(database: Database, name: str) -> Columns:
    return Analyses(database, Settings(database_url="")).analyse(name).kinds


def with_us(row: dict[str, Any]) -> dict[str, Any]:
    return {k: us(v) if k.endswith("_at") and v is not None else v for k, v in row.items()}


def us(value: Any) -> int:
    moment = datetime.fromisoformat(value if isinstance(value, str) else value.isoformat())
    return int(us_of(moment))


@pytest.mark.slow
def test_leads_are_the_same_through_every_door(store: Database, capsys: Capture) -> None:
    """Every figure by every kind of group, of runs and of the items themselves, of the filtered runs."""
    rows, items, kinds = plain_rows(store), items_of(store), kinds_of(store, "leads")
    assert len(items) > 100
    more = (("provider",), ("skipped_reason", "slug"), ("day", "provider", "skipped_reason"))
    for by in (*GROUPS, *more):
        expected = reference_leads.leads(rows, items, by)
        assert_rows(through_command_line(store, capsys, "leads", by), expected, kinds, by)
        assert_rows(through_frames(store, "leads", by), expected, kinds, by)
    for arguments, holds in CHOICES:
        chosen = [row for row in rows if holds(row)]
        printed = through_command_line(store, capsys, ("leads", *arguments), ("slug",))
        expected = reference_leads.leads(chosen, items, ("slug",))
        assert_rows(printed, expected, kinds, ("slug",))


@pytest.mark.slow
@pytest.mark.parametrize("within", ["90d", "12h"])
def test_repeated_leads_are_the_same_through_every_door(
    store: Database, capsys: Capture, within: str
) -> None:
    """Each completion that follows an earlier one in time, what it cost, and when the first and the last were."""
    kinds = kinds_of(store, "repeated_leads")
    within_us = {"90d": 90 * DAY, "12h": DAY // 2}[within]
    expected = reference_leads.repeated(plain_rows(store), items_of(store), within_us)
    assert len(expected) > 10
    asked = ("leads", "--repeated", "--within", within)
    printed = [with_us(row) for row in through_command_line(store, capsys, asked, ())]
    amounts = {name: kind for name, kind in kinds.items() if kind != "instant"}
    assert_rows(printed, expected, amounts, LEAD_KEYS)


@pytest.mark.slow
def test_leads_as_of_then(store: Database, capsys: Capture) -> None:
    """As of an instant before their capture there are no leads; what was known then of runs goes with what is known now."""
    (before,) = through_command_line(store, capsys, ("leads", "--as-of", iso(T0 + 899 * S)), ())
    (after,) = through_command_line(store, capsys, ("leads", "--as-of", iso(T0 + 99 * DAY)), ())
    (now,) = through_command_line(store, capsys, "leads", ())
    assert (before["items"], before["completed_rate"]) == (0, None)
    assert after == now


@pytest.mark.slow
def test_sql_gives_the_same_rates(store: Database, capsys: Capture) -> None:
    """The view `lead_outcomes` holds the items that the figures count, and no others."""
    query = (
        "SELECT provider, count(*) AS items, count(DISTINCT run_id) AS runs,"
        " sum(CASE WHEN status = 'completed' THEN 1 ELSE 0 END) AS completed"
        " FROM lead_outcomes GROUP BY provider"
    )
    printed = through_command_line(store, capsys, ("sql", query), ())
    expected = through_command_line(store, capsys, "leads", ("provider",))
    held = {row["provider"]: row for row in printed}
    for row in expected:
        assert held[row["provider"]] == {name: row[name] for name in held[row["provider"]]}


def test_a_store_without_items(database: Database, store_url: str, capsys: Capture) -> None:
    """Rates are null, counts are 0, and the foot says that no items were captured; so does a store without runs."""
    for _ in range(2):
        assert run(cli, ["leads", "--db", store_url, "--format", "json"]) == 0
        (row,) = json.loads(capsys.readouterr().out)
        assert row == dict.fromkeys(row, None) | dict.fromkeys(
            ("runs", "items", "completed", "failed", "skipped", "pending"), 0
        )
        assert run(cli, ["leads", "--repeated", "--db", store_url]) == 0
        assert "0 leads of 0 runs whose items were captured" in capsys.readouterr().out.replace(
            "\n", " "
        )
        register(database, ["er_1"])
        Recorder(database).record([answer(0, document("er_1", "completed"))])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--repeated", "--within", "soon"), "--within soon: write 10m, 24h or 90d"),
        (("--within", "30d"), "--within goes with --repeated"),
        (("--repeated", "--by", "slug"), "leave --by out"),
        (("--by", "providers"), "choose from slug, "),
        (("--by", "provider,provider"), "names 'provider' twice"),
    ],
)
def test_a_question_that_makes_no_sense(
    store_url: str, capsys: Capture, arguments: tuple[str, ...], said: str
) -> None:
    """One line says what is wrong, the value, and what to write instead."""
    assert run(cli, ["leads", *arguments, "--db", store_url]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert (told.out, told.err.count("\n")) == ("", 1)


def test_a_lead_that_was_paid_for_twice(
    database: Database, store_url: str, capsys: Capture
) -> None:
    """The repeat costs what its run cost by the leads that it processed; the first time costs nothing here."""
    for n, at in enumerate((0, 60, 10_000_000)):
        run_id = f"er_{n}"
        register(database, [run_id])
        counts = {"completed": 2, "failed": 1}
        cost = {"preview": {"credits": 3}, "actual": {"credits": 10}}
        body = document(run_id, "completed", scope={"counts": counts}, cost=cost)
        Recorder(database).record([answer(at, body, run_id=run_id)])
        timing = {"completedAt": iso(T0 + at * S)}
        body = {"items": [{"id": "i", "leadId": "ld_1", "status": "completed", "timing": timing}]}
        record_page(database, answer(at, body, target=Target(run_id, "")))
    asked = ["leads", "--repeated", "--db", store_url, "--format", "json"]
    assert run(cli, asked) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["runs"], row["unit"], row["credits"]) == (2, "credits", 3.333333)
    assert run(cli, [*asked, "--within", "365d"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["runs"], row["credits"]) == (3, 6.666667)
    assert run(cli, asked[:-2]) == 0
    shown = capsys.readouterr().out
    assert "1 lead completed again, 1 repeat for 3.333333 credits" in shown
