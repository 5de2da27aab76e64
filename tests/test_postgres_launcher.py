"""The Postgres server of the tests is a real one, closed to others, and gone afterwards."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from postgres import (
    URL_VARIABLE,
    Binaries,
    Origin,
    PostgresServer,
    PostgresUnavailableError,
    find_binaries,
    running_server,
)
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with PostgresServer("wheel") as server:
        yield server


def ask(url: str, statement: str) -> object:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


def folder_of(url: str) -> Path:
    return Path(str(make_url(url).query["host"]))


def is_running(pid: int) -> bool:
    """A zombie that nobody has collected yet has no command line any more."""
    command_line = Path(f"/proc/{pid}/cmdline")
    return command_line.exists() and command_line.read_bytes() != b""


def test_it_runs_on_a_socket_that_only_its_user_reaches(server: PostgresServer) -> None:
    """The server speaks through a closed folder and listens on no TCP port."""
    assert make_url(server.url).drivername == "postgresql+psycopg"
    assert ask(server.url, "show listen_addresses") == ""
    assert ask(server.url, "show server_encoding") == "UTF8"
    assert folder_of(server.url).stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_a_database_is_a_copy_of_its_template(server: PostgresServer) -> None:
    """Databases are empty or copies, do not see each other, and can be dropped while in use."""
    first = server.create_database()
    ask(first, "create table kept (n int)")
    copy, empty = server.create_database(template=first), server.create_database()
    ask(copy, "insert into kept values (1)")
    assert ask(copy, "select count(*) from kept") == 1
    assert ask(first, "select count(*) from kept") == 0
    assert ask(empty, "select to_regclass('kept')") is None
    with psycopg.connect(copy.replace("+psycopg", "")):
        server.drop_database(copy)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(copy.replace("+psycopg", ""))


def test_only_databases_made_here_are_dropped(server: PostgresServer) -> None:
    """A URL that came from elsewhere is refused."""
    with pytest.raises(ValueError, match="'postgres' was not made here"):
        server.drop_database(server.url)


@pytest.mark.slow
@pytest.mark.parametrize("binaries", ["wheel", "debian"])
def test_nothing_is_left_behind(binaries: Origin) -> None:
    """After the block the process, the socket and the files are gone; each origin of programs works."""
    try:
        find_binaries(binaries)
    except PostgresUnavailableError:
        assert binaries == "debian", "the wheel comes with the extra `test`"
        return
    with PostgresServer(binaries) as server:
        home = folder_of(server.url)
        pid = int((home / "data" / "postmaster.pid").read_text().split()[0])
        assert ask(server.create_database(), "select 1") == 1
    assert not home.exists()
    assert not is_running(pid)
    with pytest.raises(PostgresUnavailableError, match="not running"):
        _ = server.url


def test_another_server_is_used_and_left_as_it_was(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RECORDER_TEST_POSTGRES_URL names the server; databases made on it are dropped in the end."""
    monkeypatch.setenv(URL_VARIABLE, server.url.replace("postgresql+psycopg", "postgresql"))
    with PostgresServer() as other:
        assert other.url == server.url
        made = other.create_database()
        assert ask(made, "select 1") == 1
    count = f"select count(*) from pg_database where datname = '{make_url(made).database}'"
    assert ask(server.url, count) == 0


@pytest.mark.slow
def test_what_does_not_start_says_why(tmp_path: Path) -> None:
    """Programs that fail or are missing raise an error with their words; nothing is skipped."""
    with (
        pytest.raises(PostgresUnavailableError, match="initdb"),
        running_server(Binaries(folder=tmp_path)),
    ):
        pass
    with (
        pytest.raises(PostgresUnavailableError, match="no-such-option"),
        PostgresServer("wheel", initdb_options=["--no-such-option"]),
    ):
        pass
