"""`recorder sql`: one query over the views that changes nothing, whatever it is."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from kept import once
from stores import answer, document, register, rows
from test_poll_cli import Ended

from recorder.cli.main import cli, run
from recorder.store.engine import Database
from recorder.store.write.record import Recorder
from recorder.views import VIEWS

Capture = pytest.CaptureFixture[str]
TIMING = {"createdAt": "2025-11-20T09:00:00Z", "completedAt": "2025-11-20T09:00:09Z"}
ANSWERED = document("er_1", "completed", cost={"actual": 12.5, "preview": 12}, timing=TIMING)


@pytest.fixture
@once
def asked(database: Database) -> Database:
    """A store with one run that has ended."""
    register(database, labels={"team": "100%"})
    Recorder(database).record([answer(0, ANSWERED)])
    return database


def ask(database: Database, query: str, capsys: Capture, *options: str) -> Ended:
    url = database.url.render_as_string(hide_password=False)
    code = run(cli, ["sql", query, "--db", url, *options])
    said = capsys.readouterr()
    return Ended(code, said.out, said.err)


def test_a_query_over_the_views_is_printed_in_any_format(asked: Database, capsys: Capture) -> None:
    """Without a prefix; amounts to the digit, instants in UTC, missing is null; a percent sign is no parameter."""
    query = (
        "SELECT r.run_id, status, cost_actual, wall_seconds, created_at, slug, l.value"
        " FROM runs r JOIN labels l ON l.run_id = r.run_id WHERE l.value LIKE '100%';"
    )
    ended = ask(asked, query, capsys, "--format", "json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out, parse_float=str) == [
        {
            "run_id": "er_1",
            "status": "completed",
            "cost_actual": "12.5",
            "wall_seconds": "9.0",
            "created_at": "2025-11-20T09:00:00.000000Z",
            "slug": None,
            "value": "100%",
        }
    ]
    line = ask(asked, query, capsys, "--format", "csv").out.splitlines()[1]
    assert line == "er_1,completed,12.5,9.0,2025-11-20T09:00:00.000000Z,,100%"
    table = ask(asked, query, capsys).out
    assert "2025-11-20 09:00:00Z" in table
    assert "12.5" in table


def test_every_view_can_be_read_whole(asked: Database, capsys: Capture) -> None:
    """All of their columns are printed, the document as its JSON text."""
    for name, kinds in VIEWS.items():
        ended = ask(asked, f"SELECT * FROM {name}", capsys, "--format", "csv")
        assert ended.out.splitlines()[0].split(",") == list(kinds)
    ended = ask(asked, "SELECT document FROM snapshots", capsys, "--format", "json")
    assert json.loads(json.loads(ended.out)[0]["document"])["run"]["id"] == "er_1"


def test_two_columns_of_one_name_are_both_there(asked: Database, capsys: Capture) -> None:
    """The second one is numbered, past a name that is taken."""
    query = 'SELECT 1 AS n, 2 AS n_2, 3 AS n, NULL AS "\x1b[2J"'
    assert json.loads(ask(asked, query, capsys, "--format", "ndjson").out) == {
        "n": 1,
        "n_2": 2,
        "n_3": 3,
        "\x1b[2J": None,
    }
    assert "\x1b" not in ask(asked, query, capsys).out


def test_no_rows(asked: Database, capsys: Capture) -> None:
    """An empty answer is an empty array, and a line in a table."""
    assert (
        ask(asked, "SELECT run_id FROM runs WHERE 1 = 0", capsys, "--format", "json").out == "[]\n"
    )
    assert ask(asked, "SELECT run_id FROM runs WHERE 1 = 0", capsys).out == "no rows\n"


ATTACKS = (
    "SELECT 1; DROP TABLE recorder.run",
    "COMMIT; DELETE FROM run",
    "COMMIT",
    "ROLLBACK",
    "DELETE FROM run",
    "UPDATE run SET run_id = 'x'",
    "INSERT INTO label VALUES (1, 1, 'a', 'b')",
    "WITH gone AS (DELETE FROM label RETURNING *) SELECT * FROM gone",
    "WITH one AS (SELECT 1) DELETE FROM label",
    "DROP VIEW runs",
    "CREATE TABLE t (n INTEGER)",
    "CREATE TEMP TABLE t (n INTEGER)",
    "SELECT 1 AS n INTO t",
    "ATTACH 'FILE' AS other",
    "VACUUM INTO 'FILE'",
    "PRAGMA writable_schema = ON",
    "PRAGMA query_only = OFF",
    "PRAGMA journal_mode = DELETE",
    "SELECT load_extension('FILE')",
    "SELECT writefile('FILE', 'x')",
    "COPY (SELECT 1) TO 'FILE'",
    "COPY (SELECT 1) TO PROGRAM 'touch FILE'",
    "COPY label FROM PROGRAM 'echo'",
    "SET TRANSACTION READ WRITE",
    "SELECT set_config('transaction_read_only', 'off', false)",
    "SELECT nextval('pg_catalog.x')",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT lo_export(1, 'FILE')",
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT pg_ls_dir('/')",
    "SELECT pg_reload_conf()",
    "DO 'BEGIN DELETE FROM label; END'",
    "CALL nothing()",
    "LOCK TABLE run",
    "SELECT * FROM run FOR UPDATE",
    "SET ROLE postgres",
    "",
    "-- nothing",
    "?",
    "SELECT $1",
    "SELECT zeroblob(2000000000), repeat('x', 2000000000)",
    "SELECT 1 LIMIT 'one'",
    "EXPLAIN ANALYZE DELETE FROM label",
    "PREPARE p AS DELETE FROM label",
    "DECLARE c CURSOR FOR SELECT 1",
    "NOTIFY other",
    "SELECT 1 UNION SELECT * FROM pg_read_binary_file('/etc/passwd')",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_query_can_only_read(
    asked: Database, attack: str, tmp_path: Path, capsys: Capture
) -> None:
    """What would change a row, the schema, a file or the session ends with one line and code 2, and changes nothing."""
    before, file = rows(asked), tmp_path / "made"
    ended = ask(asked, attack.replace("FILE", str(file)), capsys)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1), ended
    assert rows(asked) == before
    assert not file.exists()


def test_a_session_is_left_as_it_was(asked: Database, capsys: Capture) -> None:
    """What a function sets for the session is rolled back with its transaction: a pooler hands the session on."""
    if asked.dialect.is_file:
        return
    query = "SELECT set_config('timezone', 'Asia/Tokyo', false), set_config('role', 'none', false)"
    with asked.engine.connect() as connection:
        before = connection.exec_driver_sql("SHOW timezone").scalar_one()
    assert ask(asked, query, capsys).code == 0
    with asked.engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW timezone").scalar_one() == before


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT run_id\nFORM runs", ["syntax error", "line 2, column "]),
        ("SELECT nope FROM runs", ["nope", "(line 1, column 8)"]),
        (
            "SELECT 1 FROM nope",
            ["nope", "(line 1, column 15)", "the views are events, "],
        ),
        ("DELETE FROM run", ["only one query is run, SELECT"]),
        ("SELECT nope(1)", ["nope", "(line 1, column 8)"]),
        ("", ["SELECT"]),
    ],
)
def test_a_wrong_query_is_told_with_its_place(
    asked: Database, query: str, said: Sequence[str], capsys: Capture
) -> None:
    """One line: the database's words, the place in the query, the views where there is no such table; exit code 2."""
    ended = ask(asked, query, capsys)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert [one for one in said if one not in ended.err] == []


def test_a_fault_in_a_row_is_told(asked: Database, capsys: Capture) -> None:
    """What goes wrong when rows are read ends with code 2 too."""
    query = "SELECT 1 / (count(*) - 1) FROM runs"
    if asked.dialect.is_file:
        query = "SELECT json_extract(status, '$') FROM runs"
    ended = ask(asked, query, capsys)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)


def test_a_text_of_no_encoding(asked: Database, capsys: Capture) -> None:
    """A query that is no UTF-8 is told in one line."""
    ended = ask(asked, "SELECT '\udcff'", capsys)
    assert (ended.code, ended.err.count("\n")) == (2, 1)


def test_no_store_is_made(tmp_path: Path, capsys: Capture) -> None:
    """Where there is none, that is told."""
    code = run(cli, ["sql", "SELECT 1", "--db", str(tmp_path / "no.db")])
    assert (code, list(tmp_path.iterdir())) == (1, [])
    assert "no store at" in capsys.readouterr().err


COUNTING = (
    "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 100000000)"
    " SELECT {} FROM s"
)


@contextmanager
def asking(database: Database, query: str, *python: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own."""
    url = database.url.render_as_string(hide_password=False)
    command = ["-m", "recorder", "sql", query, "--db", url, "--format", "ndjson"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, *python, *command], stdout=pipe, stderr=pipe, text=True
    ) as process:
        yield process


@pytest.mark.slow
def test_rows_are_printed_as_they_come(asked: Database) -> None:
    """The first of a hundred million rows is there at once, and a reader that goes away ends the query."""
    with asking(asked, COUNTING.format("n")) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"n": 1}
        process.stdout.close()
        assert process.wait(timeout=60) == 128 + signal.SIGPIPE


@pytest.mark.slow
def test_a_long_query_is_interrupted(asked: Database) -> None:
    """Ctrl-C ends it, also within one step of the database."""
    with asking(asked, COUNTING.format("count(*)"), "-X", "importtime") as process:
        assert process.stderr is not None
        assert any("query_result" in line for line in process.stderr)  # its modules are loaded
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
