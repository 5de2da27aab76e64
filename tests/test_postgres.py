"""Postgres, whatever surrounds it: encodings, poolers, options, conflicts, and secrets that stay where they are."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from postgres import PostgresServer
from programs import start
from sqlalchemy.engine import make_url
from stores import T0, empty, register, view

from recorder.cli.main import cli, run
from recorder.errors import StoreBusyError, StoreConflictError
from recorder.store.engine import Database
from recorder.store.migrate import downgrade, upgrade
from recorder.store.schema import source
from recorder.store.table_parts import SCHEMA, metadata
from recorder.store.write.forget import forget
from recorder.store.write.track import track

Capture = pytest.CaptureFixture[str]
Open = Callable[[str], Database]


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


def execute(url: str, statement: str) -> None:
    """As another program would, outside of any transaction."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement)


def wait_for_a_waiter(connection: sa.Connection) -> None:
    """Wait until another session waits for a lock on the same database."""
    waiting = (
        "SELECT 1 FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    while connection.exec_driver_sql(waiting).first() is None:
        time.sleep(0.02)
        connection.exec_driver_sql("SELECT pg_stat_clear_snapshot()")


def spoken(database: Database) -> str:
    """A text beyond Latin-1, there and back."""
    with database.reading() as connection:
        return str(connection.execute(sa.select(sa.literal("A \u2192 B \U0001f600"))).scalar_one())


@pytest.mark.parametrize("where", ["PGCLIENTENCODING", "PGOPTIONS", "service", "url", "database"])
def test_connections_speak_utf_8_whatever_is_around_them(
    postgres_url: str,
    open_database: Open,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    where: str,
) -> None:
    """The environment, a service file, the URL and the database itself may say LATIN1."""
    if where == "PGCLIENTENCODING":
        monkeypatch.setenv(where, "LATIN1")
    elif where == "PGOPTIONS":
        monkeypatch.setenv(where, "-c client_encoding=LATIN1")
    elif where == "service":
        (tmp_path / "services").write_text("[latin]\nclient_encoding=LATIN1\n", encoding="utf-8")
        monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
        monkeypatch.setenv("PGSERVICE", "latin")
    elif where == "url":
        postgres_url += "&client_encoding=LATIN1"
    else:
        name = make_url(postgres_url).database
        execute(postgres_url, f"ALTER DATABASE {name} SET client_encoding TO 'LATIN1'")
    assert spoken(open_database(postgres_url)) == "A \u2192 B \U0001f600"


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_of_another_encoding_is_refused(
    postgres_server: PostgresServer, capsys: Capture, encoding: str
) -> None:
    """Every command says so in one line, with the command that makes a right one."""
    url = postgres_server.create_database(encoding=encoding)
    name = make_url(url).database
    for command in (["db", "upgrade"], ["runs"], ["poll"], ["db", "status"]):
        assert run(cli, [*command, "--db", url]) == 1
        said = capsys.readouterr().err
        assert said.startswith(f"recorder: the database {name} has the encoding {encoding}, ")
        assert f"createdb --encoding=UTF8 --locale=C --template=template0 {name}_utf8" in said
        assert said.count("\n") == 1
    assert run(cli, ["doctor", "--db", url]) == 1
    assert f"has the encoding {encoding}" in " ".join(capsys.readouterr().out.split())
    postgres_server.drop_database(url)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("default_transaction_isolation", "serializable"), ("TimeZone", "America/New_York")],
)
def test_transactions_are_ours_whatever_the_database_says(
    postgres_url: str, open_database: Open, setting: str, value: str
) -> None:
    """A writing one is READ COMMITTED, a reading one sees one state, both are in UTC."""
    name = make_url(postgres_url).database
    execute(postgres_url, f"ALTER DATABASE {name} SET {setting} TO '{value}'")
    database = open_database(postgres_url)
    found = []
    for transaction in (database.writing, database.reading):
        with transaction() as connection:
            shown = ("transaction_isolation", "transaction_read_only", "timezone")
            found.append([connection.exec_driver_sql(f"SHOW {one}").scalar_one() for one in shown])
    assert found == [["read committed", "off", "UTC"], ["repeatable read", "on", "UTC"]]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (
            "prepare_threshold=0",
            "'prepare_threshold' is no option of Postgres's libpq: leave it out",
        ),
        ("autocommit=true", "'autocommit' is no option"),
        ("plugin=x", "'plugin' is no option"),
        ("sslmode=a&sslmode=b", "the option 'sslmode' is given twice: give it once"),
    ],
)
def test_an_option_that_libpq_does_not_know_is_refused(
    query: str, told: str, capsys: Capture
) -> None:
    """One line, exit code 2, before anything is sent."""
    assert run(cli, ["runs", "--db", f"postgresql://u@127.0.0.1:1/d?{query}"]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1


def test_options_of_libpq_are_taken(postgres_url: str, open_database: Open) -> None:
    """They arrive with the type that libpq gives them."""
    options = "connect_timeout=60&application_name=mine&keepalives=0"
    database = open_database(f"{postgres_url}&{options}")
    with database.reading() as connection:
        assert connection.exec_driver_sql("SHOW application_name").scalar_one() == "mine"


def test_an_option_of_a_wrong_kind_is_told_in_one_line(postgres_url: str, capsys: Capture) -> None:
    """In libpq's own words."""
    assert run(cli, ["runs", "--db", f"{postgres_url}&sslmode=perhaps"]) == 1
    said = capsys.readouterr().err
    assert 'invalid sslmode value: "perhaps"' in said
    assert said.count("\n") == 1


@pytest.mark.slow
def test_a_transaction_that_loses_a_deadlock_is_done_again(postgres_database: Database) -> None:
    """Two that wait for each other: the server ends one, whose work is done once more."""
    empty(postgres_database)
    for name in ("a", "b"):
        register(postgres_database, source=name)
    both = threading.Barrier(2)
    tries, done = [], []

    def work(connection: sa.Connection, names: tuple[str, str]) -> None:
        tries.append(names)
        for place, name in enumerate(names):
            locked = sa.select(source.c.source_id).where(source.c.name == name).with_for_update()
            connection.execute(locked)
            if not place and tries.count(names) == 1:
                both.wait(timeout=60)
        done.append(names)

    with ThreadPoolExecutor(2) as pool:
        for names in (("a", "b"), ("b", "a")):
            pool.submit(postgres_database.write, partial(work, names=names))
    assert len(tries) > 2
    assert {*tries} == {*done}


@pytest.mark.slow
def test_an_upgrade_that_loses_a_deadlock_is_done_again(postgres_url: str) -> None:
    """A poller holds a table that the upgrade waits for, and waits for one that the upgrade holds: both go on."""
    execute(
        postgres_url,
        f"ALTER DATABASE {make_url(postgres_url).database} SET deadlock_timeout = '5s'",
    )
    with (
        closing(Database(postgres_url)) as database,
        closing(Database(postgres_url)) as poller,
        ThreadPoolExecutor(1) as pool,
    ):
        upgrade(database)
        downgrade(database, "0001")
        with poller.writing() as connection:
            # The upgrade finds the deadlock, as it does if it has waited for longer.
            connection.exec_driver_sql("SET LOCAL deadlock_timeout TO '60s'")
            connection.exec_driver_sql(f"SELECT count(*) FROM {SCHEMA}.run")
            upgraded = pool.submit(upgrade, database)
            wait_for_a_waiter(connection)
            connection.exec_driver_sql(f"SELECT count(*) FROM {SCHEMA}.watch")
            assert not upgraded.done()
        assert str(upgraded.result(timeout=60)).startswith("upgraded ")


@pytest.mark.slow
def test_a_run_that_is_forgotten_meanwhile_is_not_untracked_by_its_number(
    postgres_database: Database,
) -> None:
    """While the command waits for the source, another run gets the number: that one is polled on."""
    empty(postgres_database)
    register(postgres_database)
    url = postgres_database.url.render_as_string(hide_password=False)
    with ThreadPoolExecutor(1) as pool:
        with postgres_database.writing() as connection:
            forget(connection, "default", ["er_1"])
            track(connection, "default", ["er_2"], now=T0)
            code = pool.submit(run, cli, ["untrack", "er_1", "--db", url])
            wait_for_a_waiter(connection)
        assert code.result(timeout=60) == 2
    assert [row["tracking"] for row in view(postgres_database, "runs")] == ["active"]


def test_a_conflict_that_does_not_end_is_told(postgres_database: Database) -> None:
    """After a few tries the command fails, in one line."""
    tries = []

    def work(connection: sa.Connection) -> None:
        tries.append(1)
        connection.exec_driver_sql("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")

    with pytest.raises(StoreConflictError, match="try again"):
        postgres_database.write(work)
    assert 1 < len(tries) < 10


def test_a_lock_that_stays_is_told_whatever_the_server_speaks(postgres_database: Database) -> None:
    """The state that comes with the error decides, not its words."""
    raised = "RAISE SQLSTATE '55P03' USING MESSAGE = 'Zeit abgelaufen'"
    with (
        pytest.raises(StoreBusyError, match="stayed locked for 30 s"),
        postgres_database.writing() as connection,
    ):
        connection.exec_driver_sql(f"DO $$ BEGIN {raised}; END $$")


_LOSES_ITS_SERVER = """
import atexit
atexit.register(database.close)
second = Database(sys.argv[1])
with database.writing() as connection:
    pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with second.writing() as other:
        other.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")
    second.close()
    rows = [{"name": "x", "number": n} for n in range(300)]
    connection.exec_driver_sql("SELECT %(name)s, %(number)s", rows)
"""


@pytest.mark.slow
def test_a_lost_connection_is_one_error_and_no_line_of_the_driver(postgres_url: str) -> None:
    """Nothing but our own message is printed when the server goes away in the middle of many rows."""
    process = start(_LOSES_ITS_SERVER.strip().replace("\n", "\n    "), postgres_url)
    said, complaint = process.communicate(timeout=60)
    assert said.startswith("StoreError postgresql+psycopg://")
    assert complaint == ""


def test_checks_of_foreign_keys_go_by_the_key_that_they_name(postgres_url: str) -> None:
    """In a new store too, without statistics: a session keeps the plan, and another index would read all rows."""
    with closing(Database(postgres_url)) as database:
        upgrade(database)
        with database.reading() as connection:
            for table in metadata.sorted_tables:
                for key in table.foreign_key_constraints:
                    target = key.referred_table.name
                    where = " AND ".join(
                        f"{one.column.name} = {'1' if isinstance(one.column.type, sa.Integer) else repr('x')}"
                        for one in key.elements
                    )
                    check = f"SELECT 1 FROM ONLY {SCHEMA}.{target} x WHERE {where} FOR KEY SHARE"
                    plan = list(connection.exec_driver_sql(f"EXPLAIN {check}").scalars())
                    assert f"Index Scan using pk_{target} " in plan[1], check
