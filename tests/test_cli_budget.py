"""`recorder budget` and `spend` on the command line and from Python."""

import json
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from stores import T0, S, answer, document, register

import recorder
from recorder.cli.main import cli, run
from recorder.instants import iso
from recorder.store.engine import Database
from recorder.store.write.record import Recorder

Capture = pytest.CaptureFixture[str]
CONFIG = """
[budget.all]
unit = "credits"
amount = 100
per = "day"

[budget.mail]
unit = "USD"
amount = 0.5
per = "week"
slug = "work_email"
"""


def costing(run_id: str, status: str, preview: Any, actual: Any, slug: str = "phone") -> Any:
    """A run of T0 with its cost."""
    return document(
        run_id,
        status,
        enrichment={"slug": slug},
        cost={"preview": preview, "actual": actual},
        timing={"createdAt": iso(T0)},
    )


@pytest.fixture
def config(tmp_path: Path) -> str:
    """Two budgets."""
    path = tmp_path / "recorder.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return str(path)


@pytest.fixture
def filled(database: Database) -> Database:
    """Five runs: spent, committed, unconfirmed, of another unit, without a price."""
    documents = [
        costing("er_1", "completed", {"credits": 10}, {"credits": 12}),
        costing("er_2", "running", {"credits": 30}, {"credits": 4}),
        costing("er_3", "failed", {"credits": 0.25}, None),
        costing("er_4", "completed", None, {"total": 2, "currency": "USD"}, "work_email"),
        costing("er_5", "completed", {"tier": "gold"}, None),
    ]
    register(database, [f"er_{n}" for n in range(1, 6)])
    for at in (1, 9):
        Recorder(database).record(
            [answer(at, body, run_id=f"er_{n}") for n, body in enumerate(documents, 1)]
        )
    return database


def asked(capsys: Capture, *arguments: str) -> Any:
    """The JSON that a command prints, its numbers digit by digit."""
    capsys.readouterr()
    assert run(cli, [*arguments, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out, parse_float=Decimal)


def test_budgets_are_asked_of_an_instant(
    filled: Database, store_url: str, config: str, capsys: Capture
) -> None:
    """The rows hold the contract's keys, in the order of the file; as of an instant what was known then counts."""
    del filled
    noon = iso(T0 + 3600 * S)
    asks = ("budget", "--db", store_url, "--config", config)
    every, mail = asked(capsys, *asks, "--as-of", noon)
    assert list(every)[:18] == [
        "name",
        "unit",
        "per",
        "period_start",
        "period_end",
        "amount",
        "spent_total",
        "committed_total",
        "unconfirmed_total",
        "used_total",
        "left",
        "share",
        "elapsed",
        "projected_p10",
        "projected_p50",
        "projected_p90",
        "verdict",
        "runs",
    ]
    assert every["used_total"] == Decimal("42.25")
    assert [every[f"{part}_total"] for part in ("spent", "committed", "unconfirmed")] == [
        *(12, 30, Decimal("0.25"))
    ]
    assert (every["left"], every["verdict"]) == (Decimal("57.75"), "too_few")
    assert (every["period_start"], every["period_end"]) == (
        "2025-11-20T00:00:00.000000Z",
        "2025-11-21T00:00:00.000000Z",
    )
    assert (mail["used_total"], mail["share"], mail["verdict"]) == (2, 4, "over")
    (before, _) = asked(capsys, *asks, "--as-of", iso(T0))
    assert (before["used_total"], before["projected_p50"]) == (0, None)
    (worst, _) = asked(capsys, *asks, "--as-of", noon, "--sort=-share")
    assert worst["name"] == "mail"


def test_a_table_says_what_is_in_no_sum(
    filled: Database, store_url: str, config: str, capsys: Capture
) -> None:
    """The verdict in words; below, the runs of another unit and without a price."""
    del filled
    asks = ["budget", "--db", store_url, "--config", config, "--as-of", iso(T0 + 60 * S)]
    assert run(cli, asks) == 0
    table = " ".join(capsys.readouterr().out.split())
    assert "too few to tell" in table
    assert "all: 3 runs, 1 more of another unit and 1 without a price not counted" in table


def test_python_gives_the_rows_of_the_command_line(
    filled: Database, store_url: str, config: str, capsys: Capture
) -> None:
    """`history.budget()` and `history.spend()` are the same numbers, as of an instant too."""
    del filled
    at = iso(T0 + 60 * S)
    printed = asked(capsys, "budget", "--db", store_url, "--config", config, "--as-of", at)
    with closing(recorder.open(store_url, config=config)) as history:
        frame, spent = history.as_of(at).budget(), history.as_of(at).spend()
    assert list(frame["used_total"]) == [row["used_total"] for row in printed]
    assert list(frame["verdict"]) == [row["verdict"] for row in printed]
    assert frame["period_end"][0].isoformat() == "2025-11-21T00:00:00+00:00"
    rows = asked(capsys, "spend", "--db", store_url, "--as-of", at)
    assert list(spent["unit"].fillna("-")) == [row["unit"] or "-" for row in rows]
    assert list(spent["expected_total"]) == [row["expected_total"] for row in rows]


def test_without_a_budget_it_is_said_how_to_write_one(
    store_url: str, database: Database, tmp_path: Path, capsys: Capture
) -> None:
    """One line that names the file, and exit code 2."""
    del database
    config = tmp_path / "empty.toml"
    config.touch()
    capsys.readouterr()
    assert run(cli, ["budget", "--db", store_url, "--config", str(config)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "write [budget.NAME] with unit, amount and per into" in line
    assert str(config) in line


def test_the_ratio_of_a_source_is_that_of_the_store(
    database: Database, store_url: str, capsys: Capture
) -> None:
    """`--source` chooses the runs, not what their previews are expected to come to."""
    register(database, [f"er_{n}" for n in range(20)])
    register(database, ["er_1"], source="other")
    done = [
        answer(at, costing(f"er_{n}", "completed", 10, 15), run_id=f"er_{n}")
        for n in range(20)
        for at in (1, 9)
    ]
    flying = answer(2, costing("er_1", "running", 10, None), source="other")
    Recorder(database).record([*done, flying])
    (row,) = asked(capsys, "spend", "--db", store_url, "--source", "other")
    assert (row["committed_total"], row["expected_total"]) == (10, 15)


def test_the_most_expensive_runs_are_listed(
    filled: Database, store_url: str, capsys: Capture
) -> None:
    """`spend --runs` names part, unit and amount of each, units apart, those without a price left out."""
    del filled
    rows = asked(capsys, "spend", "--runs", "--db", store_url)
    assert [(row["run_id"], row["part"], row["unit"], row["spend"]) for row in rows] == [
        ("er_4", "settled", "USD", 2),
        ("er_2", "committed", "credits", 30),
        ("er_1", "settled", "credits", 12),
        ("er_3", "unconfirmed", "credits", Decimal("0.25")),
    ]
    assert len(asked(capsys, "spend", "--runs", "--db", store_url, "--limit", "1")) == 2
    assert run(cli, ["spend", "--runs", "--by", "slug", "--db", store_url]) == 2
