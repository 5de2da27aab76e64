"""What all tests share: fresh stores of both kinds, and how hypothesis runs.

A Postgres server is started at the first test that needs one; where none can be had that test fails. The tests share
one `Database` of each kind, whose statements are then compiled once, and each finds it migrated and empty: on SQLite
a copy of a migrated file, on Postgres all rows deleted (3 ms, where cloning a template database takes 60 ms).
"""

import gc
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from postgres import PostgresServer
from sqlalchemy import event
from stores import empty
from xdist.scheduler import WorkStealingScheduling

from recorder.store.engine import Database
from recorder.store.migrate import upgrade

signal.signal(signal.SIGINT, signal.default_int_handler)  # a runner in the background ignores it
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each process compiles the program anew
sys.dont_write_bytecode = False
settings.register_profile(
    "default",
    deadline=None,
    # A machine that stands still says nothing of a strategy.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True)
settings.register_profile("quick", parent=settings.get_profile("default"), max_examples=25)


class _Compiled(dict[Any, Any]):
    """Compiled statements of all engines of a kind: each command of a test makes its own, and compiles anew otherwise."""

    def get(self, key: Any, default: Any = None) -> Any:
        dialect, *rest = key
        return super().get((dialect.name, *rest), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        dialect, *rest = key
        super().__setitem__((dialect.name, *rest), compiled)


_COMPILED = _Compiled()


@event.listens_for(sa.Engine, "engine_connect")
def _share_compiled_statements(connection: sa.Connection) -> None:
    connection.execution_options(compiled_cache=_COMPILED)


def pytest_configure(config: pytest.Config) -> None:
    """Draw fewer examples of what holds for all values where slow tests are left out."""
    is_quick = "not slow" in config.option.markexpr
    settings.load_profile("ci" if os.environ.get("CI") else "quick" if is_quick else "default")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WorkStealingScheduling | None:
    """Let tests of one file run one after the other in one process, which then makes what they share once."""
    return WorkStealingScheduling(config, log) if config.option.dist == "load" else None


def pytest_collection(session: pytest.Session) -> None:
    """Search no module for garbage while tests are collected."""
    del session
    gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Search for garbage among what tests make alone, and seldom: a tenth of the time went into modules."""
    del session
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


@event.listens_for(sa.Pool, "checkout")
def _wait_for_no_disk(connection: Any, *_: Any) -> None:
    """As the Postgres server of the tests: no test cuts the power, and most of a commit is the wait."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def waits_for_disk() -> Iterator[None]:
    """Commits as they are outside tests."""
    event.remove(sa.Pool, "checkout", _wait_for_no_disk)
    yield
    event.listen(sa.Pool, "checkout", _wait_for_no_disk)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running Postgres server."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_database(postgres_server: PostgresServer) -> Iterator[Database]:
    """The one migrated Postgres store; for a test take `database`."""
    database = Database(postgres_server.create_database())
    upgrade(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite store, closed."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The one SQLite store; for a test take `database`."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'store.db'}")
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Both kinds of store, one after the other."""
    return str(request.param)


@pytest.fixture
def database(dialect: str, request: pytest.FixtureRequest) -> Database:
    """A migrated, empty store."""
    database: Database = request.getfixturevalue(f"{dialect}_database")
    if database.path is None:
        empty(database, alone=True)
    else:
        database.close()
        shutil.rmtree(database.path.parent)
        database.path.parent.mkdir()
        shutil.copyfile(request.getfixturevalue("sqlite_template"), database.path)
    return database


@pytest.fixture
def store_url(database: Database) -> str:
    """The URL of a migrated, empty store."""
    return database.url.render_as_string(hide_password=False)


@pytest.fixture
def bare_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a place where no store is yet: a missing file, an empty database."""
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare' / 'store.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture
def open_database() -> Iterator[Callable[[str], Database]]:
    """Opens stores as another process would, and closes them after the test."""
    opened: list[Database] = []

    def open_one(url: str) -> Database:
        opened.append(Database(url))
        return opened[-1]

    yield open_one
    for database in opened:
        database.close()


@pytest.fixture
def other(
    dialect: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    open_database: Callable[[str], Database],
) -> Database:
    """An empty store of the other kind than `database`."""
    if dialect == "sqlite":
        found: Database = request.getfixturevalue("postgres_database")
        empty(found)
        return found
    path = tmp_path / "other.db"
    path.write_bytes(Path(request.getfixturevalue("sqlite_template")).read_bytes())
    return open_database(f"sqlite:///{path}")
