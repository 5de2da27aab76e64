"""What the README says is so: its commands, its SQL on both stores, its role, its tables of names."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from months import fill_month
from stores import answer, document, register

from recorder.cli.main import SECTIONS, cli, run
from recorder.sandbox import Sandbox
from recorder.settings import DEFAULTS, ENVIRONMENT
from recorder.store.engine import Database
from recorder.store.write.record import Recorder
from recorder.views import VIEWS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def queries(kind: str) -> list[str]:
    """Return the SQL examples for one kind of store, in their order."""
    return re.findall(rf"<!-- sql(?: {kind})? -->\n```sql\n(.*?)```", README, re.DOTALL)


def execute(database: Database, text: str) -> list[dict[str, Any]]:
    """Run SQL as a person in New York would who has typed `SET search_path TO recorder` on Postgres."""
    with database.engine.connect() as connection:
        if not database.dialect.is_file:
            connection.exec_driver_sql("SET search_path TO recorder")
            connection.exec_driver_sql("SET timezone TO 'America/New_York'")
        return [dict(row) for row in connection.execute(sa.text(text)).mappings()]


@pytest.fixture
def month(database: Database) -> Database:
    """A store with a month of history."""
    return fill_month(database)


@pytest.mark.slow
def test_each_query_runs_on_both_stores(
    month: Database, store_url: str, dialect: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every SQL example gives rows, by `recorder sql` as many; the longest runs stand first, not those without an end."""
    register(month, source="other")
    Recorder(month).record([answer(0, document("er_1", "completed"), source="other")])
    assert len(queries(dialect)) >= 5
    for query in queries(dialect):
        rows = execute(month, query)
        assert rows, query
        capsys.readouterr()
        assert run(cli, ["sql", query, "--db", store_url, "--format", "ndjson"]) == 0
        assert capsys.readouterr().out.count("\n") == len(rows)
    longest = [row["wall_seconds"] for row in execute(month, queries(dialect)[0])]
    assert None not in longest
    assert longest == sorted(longest, reverse=True)


@pytest.mark.slow
def test_the_queries_give_the_numbers_of_the_command_line(
    month: Database, store_url: str, dialect: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The median run time, the failure rate by day, the bias and the parts of spending are those that the commands print."""
    _, median, failing, cost, spent, *_ = queries(dialect)
    printed = {
        row["slug"]: row["run_seconds_p50"] for row in asked(store_url, "durations", "slug", capsys)
    }
    assert {row["slug"]: row["run_seconds_p50"] for row in execute(month, median)} == printed
    rates = {
        row["day"]: pytest.approx(row["failure_rate"], rel=1e-12)
        for row in asked(store_url, "failures", "day", capsys)
        if row["failure_rate"] is not None
    }
    assert {str(r["day"]): float(r["failure_rate"]) for r in execute(month, failing)} == rates
    biases = {
        (row["slug"], row["unit"]): pytest.approx(row["bias"], rel=1e-12)
        for row in asked(store_url, "costs", "slug", capsys)
        if row["pairs"]
    }
    found = execute(month, cost)
    assert {(r["slug"], r["cost_unit"]): float(r["bias"]) for r in found} == biases
    totals = {
        (row["slug"], row["unit"], part): pytest.approx(row[f"{part}_total"], abs=1e-9)
        for row in asked(store_url, "spend", "slug", capsys)
        for part in ("settled", "provisional", "committed", "unconfirmed")
        if row[f"{part}_runs"]
    }
    sums = {
        (r["slug"], r["spend_unit"], r["spend_part"]): r["total"] for r in execute(month, spent)
    }
    assert {key: float(total) for key, total in sums.items() if total is not None} == totals


def asked(
    url: str, command: str, by: str, capsys: pytest.CaptureFixture[str]
) -> list[dict[str, Any]]:
    """What a command prints as JSON."""
    capsys.readouterr()
    assert run(cli, [command, "--db", url, "--by", by, "--format", "json"]) == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows


@pytest.mark.slow
def test_the_first_session_is_what_the_program_prints(
    store_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The first session, to the letter, over the history that the line above it makes."""
    (making,) = re.findall(r"`recorder (sandbox .*)`\):\n\n<!-- session", README)
    assert run(cli, making.split()) == 0
    history = tmp_path / "history.ndjson"
    history.write_text(capsys.readouterr().out, encoding="utf-8")
    assert run(cli, ["import", "--db", store_url, str(history)]) == 0
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("RECORDER_DATABASE_URL", store_url)
    session = re.split(r"^\$ recorder (.*)\n", block("session"), flags=re.MULTILINE)[1:]
    for line, shown in zip(session[::2], session[1::2], strict=True):
        capsys.readouterr()
        assert run(cli, line.split()) == 0
        assert capsys.readouterr().out == shown


def test_every_command_is_in_the_manual() -> None:
    """A command that the manual does not name is one that nobody finds."""
    for section in SECTIONS.values():
        for name in section:
            assert re.search(rf"recorder {name}\b|`{name}\b", README), name


def test_every_promise_has_its_tests() -> None:
    """Each line of the promises names at least one test, and each test that is named is there."""
    (table,) = re.findall(r"<!-- promises -->\n(.*?)\n\n", README, re.DOTALL)
    lines = table.splitlines()[2:]
    assert len(lines) > 10
    for line in lines:
        named = re.findall(r"`(\w+\.py)::(\w+)`", line)
        assert named, line
        for file, test in named:
            assert f"\ndef {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), test


def test_every_setting_and_view_column_is_in_the_manual() -> None:
    """Each environment variable, each view and each of its columns is named."""
    for variable in ENVIRONMENT.values():
        assert variable in README
    words = set(re.findall(r"\w+", README))
    for view, kinds in VIEWS.items():
        assert f"**`{view}`**" in README
        missing = [n for n in kinds if n not in words and not n.startswith(("leads_", "cost_"))]
        assert not missing, view


def test_each_default_is_in_the_manual_and_in_the_help(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The default of a setting stands in its row of the manual's table and in the help of its option."""
    for key, default in DEFAULTS.items():
        (row,) = re.findall(rf"^\| .*`{ENVIRONMENT[key]}`.* \|$", README, re.MULTILINE)
        assert row.split("|")[-2].strip(" `") == default
    run(cli, ["poll", "--help"])
    words = re.sub(r"\s+", " ", capsys.readouterr().out)
    for key in DEFAULTS.keys() - {"abandon"}:
        assert f"[default: {DEFAULTS[key]}] [env var: {ENVIRONMENT[key]}]" in words


def test_the_check_runs_the_manual_s_own_test_command() -> None:
    """`.ci/run` finds the test command in the README; of its own it has only that for the tests left out there."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "README.md" in script
    assert re.findall(r"-m pytest.*", script) == ['-m pytest -n 3 -m external"']
    found = subprocess.run(
        ["sed", "-n", "/<!-- test command -->/,/```$/p", str(ROOT / "README.md")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "-m pytest -n 3 -m 'not external'" in found


def block(name: str) -> str:
    """A marked piece of the manual."""
    (text,) = re.findall(rf"<!-- {name} -->\n```\w+\n(.*?)```", README, re.DOTALL)
    return str(text)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[Path, Sandbox]]:
    """A home laid out as the manual has it, with a key and an id, and a ledger that knows the run."""
    run_id = "er_1"
    with Sandbox(users={"ann": "pk_of_ann_0123456789"}).start() as sandbox:
        sandbox.put(document(run_id))
        program = tmp_path / ".venv" / "bin" / "recorder"
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m recorder "$@"\n')
        program.chmod(0o755)
        settings = tmp_path / ".config" / "recorder.env"
        settings.parent.mkdir()
        settings.write_text(
            f"PUFFLE_API_KEY=pk_of_ann_0123456789\nRECORDER_BASE_URL={sandbox.url}\n"
        )
        (tmp_path / "ids.txt").write_text(f"{run_id}\n")
        yield tmp_path, sandbox


@pytest.mark.slow
def test_the_crontab_line_polls_silently(home: tuple[Path, Sandbox]) -> None:
    """As cron runs it, in an environment of almost nothing: no key is in it, and nothing is printed but what was made."""
    folder, sandbox = home
    line = block("crontab").strip()
    schedule, command = line[:9], line[10:]
    assert schedule == "* * * * *"
    assert not set(line) & {"%"}
    assert "pk_" not in line
    environ = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
    command = command.replace("--for 55s", "--for 1s")
    said = [
        subprocess.run(
            ["/bin/sh", "-c", command], env=environ, capture_output=True, text=True, check=False
        )
        for _ in range(2)
    ]
    assert [(one.returncode, one.stdout) for one in said] == [(0, "")] * 2
    assert "made the store" in said[0].stderr
    assert (said[0].stderr.count("\n"), said[1].stderr) == (1, "")
    assert sandbox.requests


@pytest.mark.slow
@pytest.mark.parametrize("name", ["service", "timer"])
def test_what_the_units_start_polls_and_ends_well(home: tuple[Path, Sandbox], name: str) -> None:
    """With the settings of its file; a stop is no failure."""
    folder, sandbox = home
    text = block(name)
    (start,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    (settings,) = re.findall(r"^EnvironmentFile=(.*)$", text, re.MULTILINE)
    words = start.replace("%h", str(folder)).split()
    lines = Path(settings.replace("%h", str(folder))).read_text().splitlines()
    environ = {"HOME": str(folder)} | dict(line.split("=", 1) for line in lines)
    with subprocess.Popen(words, env=environ, stderr=subprocess.PIPE, text=True) as process:
        until = time.monotonic() + 60
        while not sandbox.requests and time.monotonic() < until:
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert sandbox.requests
    assert ("polled 1" in said) == ("-v" in words)
