"""`status`, `history` and `runs`: exact as data, readable as a page, with the published exit codes."""

import csv
import io
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from shapes import HOSTILE, fill
from stores import T0, S, answer, document, failure, register, sample_body, sample_paths

from recorder.cli.main import cli, run
from recorder.cli.terminal import display_width
from recorder.instants import iso
from recorder.ledger.answer import Outcome
from recorder.ledger.jsontext import parse_json
from recorder.queries import Queries
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.write.record import Recorder
from recorder.views import RUNS

Ask = Callable[..., tuple[int, str, str]]
SAMPLE = "er_01JC8Z6M3Q"


@pytest.fixture
def ask(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Ask:
    """Runs a command on the store: exit code, stdout, stderr."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("RECORDER_DATABASE_URL", database.url.render_as_string(hide_password=False))

    def asked(*arguments: str) -> tuple[int, str, str]:
        code = run(cli, arguments)
        return code, *capsys.readouterr()

    return asked


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database)
    return database


def archive_of(database: Database) -> Queries:
    return Queries(database, Settings(database_url="sqlite://"))


@pytest.mark.parametrize("path", sample_paths(), ids=lambda path: path.stem)
def test_status_json_is_the_value_that_was_served(database: Database, ask: Ask, path: Path) -> None:
    """`status --format json` prints the JSON value last served: every literal, every field, keys in their order."""
    run_id = json.loads(sample_body(path))["run"]["id"]
    register(database, [run_id])
    Recorder(database).record([answer(0, sample_body(path), run_id=run_id)])
    code, out, err = ask("status", run_id, "--format", "json")
    assert (code, err) == (0, "")
    assert parse_json(out) == parse_json(sample_body(path))
    assert list(json.loads(out)["run"]) == list(json.loads(sample_body(path))["run"])


def test_status_json_keeps_siblings_and_literals(database: Database, ask: Ask) -> None:
    """Beside `run` stands what was served beside it; a number is printed digit by digit, two blanks a level."""
    register(database)
    Recorder(database).record(
        [answer(0, b'{"x": [], "run": {"id": "er_1", "n": [1.10, {}, 1e400]}}')]
    )
    expected = """\
{
  "x": [],
  "run": {
    "id": "er_1",
    "n": [
      1.10,
      {},
      1e400
    ]
  }
}
"""
    assert ask("status", "er_1", "--format", "json") == (0, expected, "")


def test_status_as_of_a_time_is_what_was_known_then(database: Database, ask: Ask) -> None:
    """`--as-of` goes back to any answer."""
    register(database, [SAMPLE])
    served = [
        answer(10 * n, sample_body(p), run_id=SAMPLE) for n, p in enumerate(sample_paths()[:4])
    ]
    Recorder(database).record(served)
    for one in served:
        _, out, _ = ask("status", SAMPLE, "--format", "json", "--as-of", iso(one.observed_at + 1))
        assert parse_json(out) == parse_json(one.body)
    _, page, _ = ask("status", SAMPLE, "--as-of", iso(T0 + 10 * S))
    assert "running since 2026-11-20 09:15:04Z" in page
    assert "2 polls, 2 states" in page


def test_status_is_a_page_for_people(database: Database, ask: Ask) -> None:
    """The page tells status, leads, cost, times, error, trigger run, when and how often the run was seen."""
    register(database, [SAMPLE])
    served = [
        answer(10 * n, sample_body(p), run_id=SAMPLE) for n, p in enumerate(sample_paths()[:4])
    ]
    Recorder(database).record(served)
    code, page, err = ask("status", SAMPLE)
    assert (code, err) == (0, "")
    lines = dict(line.split(maxsplit=1) for line in page.splitlines() if not line.startswith(" "))
    assert lines["status"] == "failed"
    assert lines["enrichment"] == "work_email version 3"
    assert lines["leads"] == "2 completed, 0 failed, 0 skipped, 1 running, 1 pending; 4 in all"
    assert lines["cost"] == "8 credits previewed, 6 credits actual (provisional)"
    assert lines["started"] == "2026-11-20 09:15:04Z, queued 4.4 s"
    assert lines["ended"].startswith("between 2025-11-20 09:00:10Z and")
    assert lines["error"] == "Provider quota exceeded (HTTP 429) for workspace 5521"
    assert lines["trigger"].split() == ["run", "run_cm3x9"]
    assert lines["seen"] == "2025-11-20 09:00:00Z to 09:00:30Z, 4 polls, 4 states"
    assert lines["tracking"] == "settling"
    assert all(display_width(line) <= 80 for line in page.splitlines())


def test_an_actual_in_another_unit_than_its_preview_is_shown_in_its_own(
    database: Database, ask: Ask
) -> None:
    """No page gives one side of a cost the unit of the other, now or as of a time."""
    register(database, ["er_1"])
    cost = {"preview": {"credits": 52}, "actual": {"total": 3, "unit": "USD"}}
    Recorder(database).record([answer(1, document("er_1", "completed", cost=cost))])
    for more in ((), ("--as-of", iso(T0 + 2 * S))):
        _, page, _ = ask("status", "er_1", *more)
        assert "52 credits previewed, 3 USD actual (unit mismatch)" in page
        _, table, _ = ask("runs", *more)
        assert "3 USD/52 credits" in table
        assert "cost: actual/preview in credits where no unit stands" in " ".join(table.split())


@pytest.mark.usefixtures("filled")
def test_a_page_says_what_is_overdue_and_what_went_wrong_last(ask: Ask) -> None:
    """In flight past the patience is called overdue with its age; a last poll that gave no row is told."""
    _, page, _ = ask("status", "s1")
    assert "running since 2026-11-20 09:15:04Z" in page
    assert "labels" in page
    assert "team=growth" in page
    _, page, _ = ask("status", "t", "--as-of", iso(T0 + 1200 * S))
    assert "running, overdue: in flight for 19 m 59 s" in page
    _, page, _ = ask("status", "t", "--as-of", iso(T0 + 4 * S))
    assert "throttled 429 slow \\x1b[31m down" in page
    _, page, _ = ask("status", "last_snapshot")
    assert "network_error" in page


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("style", ["ndjson", "csv", "markdown"])
def test_status_in_other_formats_is_the_row_of_runs(ask: Ask, style: str) -> None:
    """ndjson, csv and markdown print the flat row, the same that `runs` prints."""
    _, one, _ = ask("status", "s2", "--format", style)
    if style == "markdown":
        assert "| run_id |" in one.splitlines()[0]
        return
    _, all_rows, _ = ask("runs", "--format", style)
    assert one.splitlines()[-1] in all_rows.splitlines()


@pytest.mark.slow
@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("command", ["status", "history"])
def test_what_cannot_be_told_is_said_with_its_exit_code(ask: Ask, command: str) -> None:
    """Unknown and ambiguous ids are usage errors (2), a run that was not seen is a failure (1); nothing on stdout."""
    for arguments, code, why in (
        (["nobody"], 2, "'nobody' is not tracked"),
        (["s1", "--source", "growth"], 2, "in source 'growth'"),
        (["er_1"], 2, "choose one with --source"),
        (["elsewhere"], 1, "tracked and not seen yet"),
        (["gone"], 1, "not visible to source 'default' (404)"),
        (["s1", "--as-of", "2020-01-01"], 1, "had not been seen by 2020-01-01"),
    ):
        for style in ("table", "json", "ndjson"):
            told, out, err = ask(command, *arguments, "--format", style)
            assert (told, out.strip("[]\n")) == (code, "")
            assert why in err
            assert len(err.splitlines()) == 1
    assert ask(command, "er_1", "--source", "growth")[0] == 0


def test_history_shows_each_change(database: Database, ask: Ask) -> None:
    """A line a snapshot, a line a changed field: from what to what, absent and null told apart, in the zone asked for."""
    register(database)
    states = [
        document(status="pending", a=1, b=None),
        document(status="running", a=1.10, c={"x": [1, "é"]}),
        document(status="running", a=1.10, c={"x": None}),
    ]
    found = [answer(10 * n, state) for n, state in enumerate(states)]
    Recorder(database).record([*found, answer(25, states[2])])
    _, out, _ = ask("history", "er_1", "--tz", "Europe/Berlin")
    assert (
        out
        == """\
#1  2025-11-20 10:00:00+01, 1 poll, first seen: pending
#2  2025-11-20 10:00:10+01, 1 poll
    status: "pending" -> "running"
    a: 1 -> 1.1
    c: absent -> {"x":[1,"é"]}
    b: null -> absent
#3  2025-11-20 10:00:20+01 to 10:00:25+01, 2 polls
    c.x: [1,"é"] -> null
"""
    )
    _, out, _ = ask("history", "er_1", "--as-of", iso(T0 + 5 * S))
    assert len(out.splitlines()) == 1


def test_history_as_json_holds_exact_values(database: Database, ask: Ask) -> None:
    """Each snapshot with its changes; a side on which a field is not there is left out, null is null."""
    register(database)
    states = [b'{"run": {"id": "er_1", "a": 1.10}}', b'{"run": {"id": "er_1", "b": null}}']
    Recorder(database).record([answer(n, state) for n, state in enumerate(states)])
    _, out, _ = ask("history", "er_1", "--format", "json")
    first, second = json.loads(out, parse_float=Decimal)
    assert list(first) == [
        "seq",
        "first_seen_at",
        "last_seen_at",
        "n_polls",
        "digest",
        "status",
        "changes",
    ]
    assert first["changes"] == []
    assert second["changes"] == [
        {"path": "b", "after": None},
        {"path": "a", "before": Decimal("1.10")},
    ]
    assert '"before":1.10' in out
    assert (second["seq"], second["first_seen_at"]) == (2, iso(T0 + S))
    _, lines, _ = ask("history", "er_1", "--format", "ndjson")
    assert [json.loads(line) for line in lines.splitlines()] == json.loads(out)
    _, table, _ = ask("history", "er_1", "--format", "csv")
    assert [row["seq"] for row in csv.DictReader(io.StringIO(table))] == ["1", "2"]
    _, table, _ = ask("history", "er_1", "--format", "markdown")
    assert "b: absent -\\> null; a: 1.10 -\\> absent" in table


@pytest.mark.parametrize("style", ["table", "json", "ndjson", "csv", "markdown"])
def test_nothing_is_printed_of_a_run_that_was_not_seen(
    database: Database, ask: Ask, style: str
) -> None:
    """In no format: not even the names of the columns."""
    register(database, ["er_1"])
    code, out, err = ask("history", "er_1", "--format", style)
    assert (code, out) == (1, "")
    assert "er_1" in err


def test_long_changes_fit_the_terminal(
    database: Database, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long values and long paths are shortened to the width, both sides of a change still in view."""
    register(database)
    ids = [f"ld_{number}" for number in range(3000)]
    states = [
        document(ids=ids, more={"k" * 200: 1}),
        document(ids="日本" * 90, more={"k" * 200: "x" * 99}),
    ]
    Recorder(database).record([answer(n, state) for n, state in enumerate(states)])
    for width in ("80", "40", "20"):
        monkeypatch.setenv("COLUMNS", width)
        _, out, _ = ask("history", "er_1")
        assert max(display_width(line) for line in out.splitlines()) <= int(width)
        assert "->" in out
        assert '["ld_0"' in out
        assert '"日' in out


@pytest.mark.usefixtures("filled")
def test_served_escapes_are_shown_not_obeyed(ask: Ask) -> None:
    """No format of any of the commands sends a control character that the API served to the terminal."""
    for command in (["status", HOSTILE], ["history", HOSTILE], ["runs"]):
        for style in ("table", "json", "ndjson", "csv", "markdown"):
            code, out, _ = ask(*command, "--format", style)
            assert code == 0
            assert style == "csv" or "\x1b" not in out


def test_runs_has_every_column_as_data(filled: Database, ask: Ask) -> None:
    """json, ndjson and csv hold all columns of the view for every run, the archive's rows."""
    expected = [dict(row) for row in archive_of(filled).runs()]
    _, out, _ = ask("runs", "--format", "json")
    rows = json.loads(out, parse_float=Decimal)
    assert [tuple(row) for row in rows] == [RUNS] * len(expected)
    for row, held in zip(rows, expected, strict=True):
        assert row["cost_actual"] == held["cost_actual"]
        assert row["run_id"] == held["run_id"]
        assert row["is_terminal"] == held["is_terminal"]
    _, out, _ = ask("runs", "--format", "csv")
    assert len(list(csv.reader(io.StringIO(out)))) == len(expected) + 1


@pytest.mark.usefixtures("filled")
def test_runs_are_filtered(ask: Ask) -> None:
    """By status, slug, label, source, tracking and time; a foot counts what is shown."""

    def ids(*arguments: str) -> set[str]:
        _, out, _ = ask("runs", "--format", "json", *arguments)
        return {row["run_id"] for row in json.loads(out)}

    assert ids("--status", "failed") == {"s3"}
    assert ids("--status", "failed", "--status", "paused") == {"s3", "s10"}
    assert ids("--label", "team=growth", "--label", "k=a=b") == {"s1", "er_1"}
    assert ids("--source", "growth") == {"er_1", "elsewhere"}
    assert ids("--tracking", "untracked") == {"s3", "silent"}
    assert ids("--tracking", "not_visible", "--tracking", "abandoned") == {"gone"}
    assert ids("--slug", "no_such_slug") == set()
    assert ids("--since", "2026-11-20", "--until", "2026-11-21", "--status", "failed") == {"s3"}
    assert ids("--until", "2020-01-01") == set()
    assert ask("runs", "--since", "2020-01-02", "--until", "2020-01-01")[0] == 2


def test_runs_is_a_table_of_what_tells_most(database: Database, ask: Ask) -> None:
    """Leads ended of all, cost actual of preview, how long ago; within 80 columns, with a foot."""
    register(database, [SAMPLE])
    Recorder(database).record([answer(0, sample_body(sample_paths()[2]), run_id=SAMPLE)])
    _, out, _ = ask("runs")
    head, _, row, *foot = out.splitlines()
    assert head.split() == ["run", "id", "status", "leads", "slug", "wall", "cost", "age"]
    assert row.split()[:7] == [SAMPLE, "completed", "4/4", "work_email", "31.6", "s", "6/8"]
    assert "1 run: 1 completed" in foot[0]
    assert all(len(line) <= 80 for line in out.splitlines())
    _, out, _ = ask("runs", "--as-of", iso(T0 + S), "--status", "failed")
    assert out == "no such runs as of 2025-11-20 09:00:01Z\n"


@pytest.mark.parametrize(
    ("previews", "shown", "foot"),
    [
        ([475, 12], ["-/475", "-/12"], ""),
        ([{"credits": 475}, {"credits": 2475}], ["-/475", "-/2,475"], " in credits"),
        (
            [{"credits": 475}, {"credits": 2}, {"total": 12, "unit": "EUR"}, 9],
            ["-/475", "-/2", "-/12 EUR", "-/9*"],
            " in credits where no unit stands (*: unit unstated)",
        ),
    ],
)
def test_runs_says_the_usual_unit_once(
    previews: list[Any], shown: list[str], foot: str, database: Database, ask: Ask
) -> None:
    """Costs stand without the unit that most have, which is at the foot: a long slug is whole at 80 columns."""
    slug = "linkedin_profile"
    bodies: dict[str, dict[str, Any]] = {
        f"er_{n}3X1FBBSPDR4": {"enrichment": {"slug": slug}, "cost": {"preview": preview}}
        for n, preview in enumerate(previews)
    }
    register(database, bodies)
    served = (answer(1, document(one, **body), run_id=one) for one, body in bodies.items())
    Recorder(database).record(list(served))
    text = ask("runs")[1]
    assert [
        line.split(slug)[1].strip().rpartition("  ")[0]
        for line in text.splitlines()
        if slug in line
    ] == shown
    assert f"cost: actual/preview{foot} left out:" in " ".join(text.split())


def test_runs_before_the_first_one_says_that_there_were_none(database: Database, ask: Ask) -> None:
    """As of a time before anything was tracked there is nothing to begin with `track`."""
    register(database, ["er_1"])
    _, out, _ = ask("runs", "--as-of", iso(T0 - 3600 * S))
    assert out == "no such runs as of 2025-11-20 08:00:00Z\n"


def test_a_run_that_was_seen_without_a_status_counts_as_seen(database: Database, ask: Ask) -> None:
    """The foot tells runs that no answer showed from those whose row bears no status."""
    register(database, ["er_1", "er_2"])
    Recorder(database).record([answer(1, {"run": {"id": "er_1"}})])
    _, out, _ = ask("runs")
    assert "2 runs: 1 without status, 1 not seen;" in out


def test_a_status_of_any_length_is_counted(database: Database, ask: Ask) -> None:
    """By its beginning."""
    register(database, ["er_1"])
    Recorder(database).record([answer(1, document("er_1", "x" * 5000))])
    _, out, _ = ask("runs")
    assert f"1 run: 1 {'x' * 23}…;" in out
    assert len(out.splitlines()) < 8


def test_runs_says_which_are_watched_no_more(database: Database, ask: Ask) -> None:
    """A run that is not visible, abandoned or untracked is named so in the table, where there is one."""
    register(database, ["er_1"])
    Recorder(database).record([failure(1, Outcome.NOT_VISIBLE, 404)])
    _, out, _ = ask("runs")
    assert "tracking" in out.splitlines()[1]
    assert "not_visible" in out


def test_an_empty_store_says_how_to_begin(ask: Ask) -> None:
    """A store without runs is no error: the table says what to do, the data formats are empty."""
    assert ask("runs") == (0, "no runs: 'recorder track RUN_ID' starts a history\n", "")
    assert ask("runs", "--format", "json") == (0, "[]\n", "")
    assert ask("runs", "--since", "7d") == (0, "no such runs\n", "")


@pytest.mark.parametrize("command", [["status", "a"], ["history", "a"], ["runs"]])
def test_a_missing_store_is_an_error_and_is_not_made(
    ask: Ask, tmp_path: Path, command: list[str]
) -> None:
    """Reading makes nothing: exit code 1, and the line says how a store begins."""
    code, out, err = ask(*command, "--db", str(tmp_path / "none.db"))
    assert (code, out) == (1, "")
    assert "'recorder track RUN_ID' makes one" in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", [["status", "a"], ["runs"], ["sources"], ["db", "status"]])
def test_a_place_where_no_store_can_be_made_is_told(
    ask: Ask, tmp_path: Path, command: list[str]
) -> None:
    """A database of something else, a folder, and a place that holds no file: no advice to track there."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE accounts (id INTEGER)")
    for place, said in (
        ("other.db", "is a database of something else: choose another place with --db"),
        (".", f"is a directory: name a file in it, as in --db {tmp_path}/runs.db"),
        ("other.db/x.db", "other.db is no directory: choose another place with --db"),
    ):
        code, out, err = ask(*command, "--db", str(tmp_path / place))
        assert (code, out) == (1, "")
        assert said in err


def test_asking_and_polling_import_nothing_heavy(tmp_path: Path, sqlite_template: Path) -> None:
    """What only reads the store, and a pass with nothing due, import no numpy, pandas, httpx or alembic, and of rich widths alone."""
    store = tmp_path / "store.db"
    store.write_bytes(sqlite_template.read_bytes())
    code = """
import sys
from recorder.cli.main import cli, run
for arguments in (["runs"], ["history", "x"], ["export", "answers", "--out", "-"], ["db", "status"], ["poll"]):
    run(cli, arguments)
heavy = {"pandas", "numpy", "httpx", "alembic", "rich.console", "pyarrow"} & sys.modules.keys()
assert not heavy, heavy
"""
    environment = os.environ | {"RECORDER_DATABASE_URL": str(store), "PUFFLE_API_KEY": "pk"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
