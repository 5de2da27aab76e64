"""`estimate` through its doors: the command line, DataFrames, on both kinds of store."""

import json
import re
from collections import defaultdict
from contextlib import closing
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import reference_estimates
from months import import_month
from stores import view

import recorder
from recorder.cli.main import cli, run
from recorder.errors import UsageError
from recorder.instants import us_of
from recorder.store.engine import Database

Capture = pytest.CaptureFixture[str]
KEYS = re.findall(
    r"\w+",
    "slug version leads preview unit cost_basis n_cost cost_p10 cost_p50 cost_p90"
    " duration_basis n_duration wall_seconds_p10 wall_seconds_p50 wall_seconds_p90"
    " n_failure failure_rate failure_rate_low failure_rate_high",
)
README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
BACKTEST = ("n", "within", "within_low", "within_high", "below", "above", "promised", "width")


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store of a month of history; nothing in these tests writes to it."""
    folder = tmp_path_factory.mktemp("month")
    url = str(folder / "month.db")
    import_month(url, folder, runs=400)
    return url


def asked(capsys: Capture, *arguments: str) -> Any:
    """The JSON that a command prints."""
    capsys.readouterr()
    assert run(cli, [*arguments, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def told(capsys: Capture, *arguments: str) -> str:
    """The table that a command prints, its lines joined."""
    capsys.readouterr()
    assert run(cli, ["estimate", *arguments]) == 0
    return " ".join(capsys.readouterr().out.split())


def refused(capsys: Capture, *arguments: str) -> str:
    """What is said of a question that makes no sense."""
    capsys.readouterr()
    assert run(cli, ["estimate", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


@pytest.mark.slow
def test_an_estimate_is_one_object_with_these_keys(month: str, capsys: Capture) -> None:
    """In json an object, in the other formats a row, with a frame of the same cells."""
    question = ("estimate", "--db", month, "--slug", "work_email", "--leads", "20")
    got = asked(capsys, *question, "--preview", "40.5")
    assert list(got) == KEYS
    assert (got["slug"], got["leads"], got["preview"], got["unit"]) == (
        *("work_email", 20, 40.5),
        "credits",
    )
    assert run(cli, [*question, "--preview", "40.5", "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == ",".join(KEYS)
    with closing(recorder.open(month)) as history:
        frame = history.estimate(slug="work_email", leads=20, preview=40.5, floats=True)
    (row,) = frame.astype(object).where(frame.notna(), None).to_dict("records")
    assert row == got


@pytest.mark.slow
def test_a_backtest_has_a_row_a_slug_and_for_people_the_whole(month: str, capsys: Capture) -> None:
    """Keys of the contract; the shares of the promised ones add up."""
    rows = asked(capsys, "estimate", "--db", month, "--backtest")
    measures = [f"{measure}_{key}" for measure in ("cost", "duration") for key in BACKTEST]
    assert [list(row) for row in rows] == [["slug", *measures]] * len(rows)
    assert [row["slug"] for row in rows] == sorted({row["slug"] for row in rows})
    some = [row for row in rows if row["cost_n"]]
    assert some
    for row in some:
        assert row["cost_within"] + row["cost_below"] + row["cost_above"] == pytest.approx(1)
        assert row["cost_within_low"] <= row["cost_within"] <= row["cost_within_high"]
    assert "(all)" in told(capsys, "--db", month, "--backtest")
    (one,) = asked(capsys, "estimate", "--db", month, "--backtest", "--slug", rows[0]["slug"])
    assert one == rows[0]
    with closing(recorder.open(month)) as history:
        frame = history.estimate(backtest=True)
    assert frame["cost_within"].tolist() == [row["cost_within"] for row in rows]


@pytest.mark.slow
def test_silence_says_why_and_what_would_help(month: str, capsys: Capture) -> None:
    """Too few likes, other sizes, another version: each in words, and nothing is made up."""
    few = told(capsys, "--db", month, "--slug", "nix", "--leads", "5")
    assert "cost: too few: 0 completed runs of nix" in few
    assert "9 are needed: wait for more to end" in few
    far = told(capsys, "--db", month, "--slug", "work_email", "--leads", "900000")
    assert re.search(r"wall time: \d+ completed runs had \d+ to \d+ leads, .* ask within", far)
    assert "cost: 80 % interval from" in far
    other = told(capsys, "--db", month, "--slug", "work_email", "--leads", "9", "--version", "x")
    assert "of all versions, not promised: 9 are needed of this version in credits" in other
    got = asked(
        *(capsys, "estimate", "--db", month, "--slug", "work_email"),
        *("--leads", "900000"),
    )
    assert (got["duration_basis"], got["wall_seconds_p50"]) == ("range", None)
    assert got["cost_p50"] > 0


def test_a_burst_is_shown_and_not_promised(tmp_path: Path, capsys: Capture) -> None:
    """Runs that were created since the last known outcome stand or fall together."""
    url, lines = str(tmp_path / "burst.db"), []
    for number in range(21):
        created = f"2026-01-{number + 1:02}T09:00:00Z" if number < 10 else "2026-01-20T09:00:00Z"
        timing = {"createdAt": created, "startedAt": created}
        run_of = {"id": f"er_{number}", "enrichment": {"slug": "work_email", "version": 1}}
        run_of |= {"status": "running", "scope": {"resolvedCount": 5}, "timing": timing}
        at = "2026-01-20T09:00:09Z"
        if number < 10:
            at = created.replace("09:00:00", "09:01:00")
            run_of |= {"status": "completed", "timing": timing | {"completedAt": at}}
        lines.append(
            json.dumps({"observed_at": at, "run_id": f"er_{number}", "body": {"run": run_of}})
        )
    (tmp_path / "burst.ndjson").write_text("\n".join(lines))
    assert run(cli, ["import", "--db", url, str(tmp_path / "burst.ndjson")]) == 0
    text = told(capsys, "--db", url, "--slug", "work_email", "--leads", "5")
    assert "from 10 completed runs, not promised: 12 runs of work_email were created" in text
    before = told(
        *(capsys, "--db", url, "--slug", "work_email", "--leads", "5", "--as-of"), "2026-01-12"
    )
    assert "wall time: 80 % interval from 10 completed runs of this version" in before


def test_the_table_tells_what_it_rests_on(month: str, capsys: Capture) -> None:
    """The interval, how many of the last ones held, and how many runs fail."""
    text = told(capsys, "--db", month, "--slug", "work_email", "--leads", "20")
    assert re.search(r"cost: 80 % interval from \d+ completed runs of this version", text)
    assert re.search(r"of the last \d+ such intervals \d+ held", text)
    assert re.search(r"failures: \d+ of the last \d+ runs of this version failed", text)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "slug and leads"),
        (("--slug", "x"), "leads"),
        (("--slug", "x", "--leads", "-1"), "-1"),
        (("--slug", "x", "--leads", "5", "--preview", "many"), "'many'"),
        (("--slug", "x", "--leads", "5", "--preview", "-4"), "'-4'"),
        (("--slug", "x", "--leads", "5", "--preview", "0.0000001"), "'0.0000001'"),
        (("--backtest", "--leads", "5"), "leave leads"),
    ],
)
def test_nonsense_gets_one_clear_line(
    arguments: tuple[str, ...], named: str, month: str, capsys: Capture
) -> None:
    """The value is named, the exit code is 2."""
    assert named in refused(capsys, "--db", month, *arguments)
    with closing(recorder.open(month)) as history, pytest.raises(UsageError):
        history.estimate(slug="x", leads=-1)


@pytest.mark.slow
def test_a_slug_of_two_sources_needs_one(tmp_path: Path, capsys: Capture) -> None:
    """Runs of two sources are not pooled."""
    url = str(tmp_path / "two.db")
    import_month(url, tmp_path, runs=60)
    lines = (tmp_path / "history.ndjson").read_text().replace('"run_id": "', '"run_id": "x')
    lines = lines.replace('"id": "er_', '"id": "xer_').replace(
        '"source": "default"', '"source": "b"'
    )
    (tmp_path / "b.ndjson").write_text(lines)
    assert run(cli, ["import", "--db", url, "--into", "b", str(tmp_path / "b.ndjson")]) == 0
    question = ("--db", url, "--slug", "work_email", "--leads", "20")
    assert "is in the sources b, default: choose one with --source" in refused(capsys, *question)
    one = asked(capsys, "estimate", *question, "--source", "b")
    assert one == asked(capsys, "estimate", *question, "--source", "default")


@pytest.mark.slow
def test_the_manual_shows_what_the_program_prints(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backtest of the manual's sandbox, to the letter, and a comparison of two versions."""
    monkeypatch.setenv("COLUMNS", "80")
    shown, compared = re.findall(
        r"<!-- (?:backtest|compare) -->\n```text\n(.*?)```", README, re.DOTALL
    )
    url, history = str(tmp_path / "month.db"), tmp_path / "history.ndjson"
    assert run(cli, ["sandbox", "--answers", "3000", "--seed", "7"]) == 0
    history.write_text(capsys.readouterr().out, encoding="utf-8")
    assert run(cli, ["import", "--db", url, str(history)]) == 0
    capsys.readouterr()
    assert run(cli, ["estimate", "--backtest", "--db", url]) == 0
    assert capsys.readouterr().out == shown
    sides = ("--slug", "funding_stage", "--a", "version=3", "--b", "version=4")
    assert run(cli, ["compare", *sides, "--db", url]) == 0
    assert capsys.readouterr().out == compared


@pytest.mark.slow
def test_as_of_an_instant_only_what_was_known_then_counts(tmp_path: Path, capsys: Capture) -> None:
    """A store that stopped at T says the same as one that knows more, asked as of T."""
    whole, stopped = str(tmp_path / "whole.db"), str(tmp_path / "stopped.db")
    import_month(whole, tmp_path, runs=200)
    lines = (tmp_path / "history.ndjson").read_text().splitlines()
    instants = sorted(json.loads(line)["observed_at"] for line in lines)
    then = instants[len(instants) // 2]
    known = [line for line in lines if json.loads(line)["observed_at"] <= then]
    (tmp_path / "known.ndjson").write_text("\n".join(known))
    assert run(cli, ["import", "--db", stopped, str(tmp_path / "known.ndjson")]) == 0
    for question in (("--slug", "work_email", "--leads", "9"), ("--backtest",)):
        asking = ("estimate", *question, "--as-of", then)
        assert asked(capsys, *asking, "--db", whole) == asked(capsys, *asking, "--db", stopped)
    now = asked(capsys, "estimate", "--backtest", "--db", whole)
    assert now != asked(capsys, "estimate", "--backtest", "--as-of", then, "--db", whole)


# --- the plain program over the views


def us(value: str | datetime | None) -> int | None:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return None if moment is None else us_of(moment)


def plain_runs(database: Database) -> dict[str, list[dict[str, Any]]]:
    """The runs of each slug, from the views alone, with when their ends and costs were known."""
    polls, snapshots = defaultdict(list), {}
    for poll in view(database, "polls"):
        if poll["snapshot_seq"] is not None:
            polls[poll["run_id"]].append((us(poll["polled_at"]), poll["snapshot_seq"]))
    for one in view(database, "snapshots"):
        snapshots[one["run_id"], one["seq"]] = one
    found = defaultdict(list)
    for held in view(database, "runs"):
        seen = [(t, snapshots[held["run_id"], seq]) for t, seq in sorted(polls[held["run_id"]])]
        one = held | {"created": us(held["created_at"]), "ended": us(held["ended_at"])}
        one |= {"end_seen": None, "cost_known": None}
        for t, state in reversed(seen):
            if state["status"] not in ("completed", "failed", "cancelled"):
                break
            one["end_seen"] = t
        for (_, before), (t, state) in pairwise(seen):
            same = before["seq"] == state["seq"]
            is_final = state["cost_actual_micros"] == held["cost_actual_micros"]
            if same and is_final and state["status"] == "completed" and one["cost_known"] is None:
                one["cost_known"] = t
        found[held["slug"]].append(one)
    return found


def measured(runs: list[dict[str, Any]], measure: str) -> list[dict[str, Any]]:
    rows = []
    for r in runs:
        row = {"run_id": r["run_id"], "version": r["version"], "created_at": r["created"]}
        row |= {"leads": r["leads_total"], "preview": None}
        if r["status"] != "completed":
            continue
        if measure == "duration" and r["wall_seconds_sharp"]:
            wall = r["ended"] - r["created"]
            rows.append(row | {"value": wall, "known_at": max(r["ended"], r["end_seen"])})
        if measure == "cost" and r["cost_quality"] == "both":
            amounts = {"value": r["cost_actual_micros"], "preview": r["cost_preview_micros"]}
            rows.append(row | amounts | {"known_at": r["cost_known"]})
    return rows


@pytest.mark.slow
def test_a_plain_program_over_the_views_gives_the_same(
    database: Database, store_url: str, tmp_path: Path, capsys: Capture
) -> None:
    """On both stores: for the last version of each slug, with a preview and without."""
    import_month(store_url, tmp_path, runs=400)
    now = 2**62
    for slug, runs in plain_runs(database).items():
        created = [r["created"] for r in runs if r["created"] is not None]
        last = max(runs, key=lambda r: (r["created"], r["run_id"]))
        for preview in (None, 60_000_000):
            asking = {"at": now, "version": last["version"], "leads": 20, "preview": preview}
            more = () if preview is None else ("--preview", "60")
            got = asked(
                *(capsys, "estimate", "--db", store_url, "--slug", slug, "--leads", "20", *more)
            )
            assert got["version"] == last["version"]
            for measure, name, scale in (
                ("cost", "cost", 10**6),
                ("duration", "wall_seconds", 1e6),
            ):
                question = asking | ({"preview": None} if measure == "duration" else {})
                basis, n, values = reference_estimates.estimate(
                    measured(runs, measure), created, question, measure, is_tracked=False
                )
                assert (got[f"{measure}_basis"], got[f"n_{measure}"]) == (basis, n)
                expected = (
                    [None] * 3 if values is None else [float(value) / scale for value in values]
                )
                points = [got[f"{name}_{point}"] for point in ("p10", "p50", "p90")]
                near = 1e-12 if measure == "duration" else 1e-6
                assert points == [
                    e if e is None else pytest.approx(e, rel=1e-12, abs=near) for e in expected
                ]
