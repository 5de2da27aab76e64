"""What is ours is known by its marks; what belongs to another program is refused and stays as it is."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from recorder.cli.main import cli, run
from recorder.cli.stores import prepare_for_writing
from recorder.errors import StoreError
from recorder.store.engine import Database
from recorder.store.files import APPLICATION_ID
from recorder.store.migrate import upgrade
from recorder.store.revision import current_revision, require_current, require_place
from recorder.store.schema import REVISION, VERSION_TABLE
from recorder.store.table_parts import SCHEMA

Capture = pytest.CaptureFixture[str]
Open = Callable[[str], Database]

THEIRS = "CREATE TABLE accounts (id INTEGER)"
THEIR_ALEMBIC = "CREATE TABLE alembic_version (version_num TEXT)"
LIKE_OURS = f"CREATE TABLE {VERSION_TABLE} (version_num TEXT)"
COMMANDS = (
    ["track", "er_1"],
    ["poll"],
    ["runs"],
    ["sources"],
    ["watch"],
    ["db", "upgrade"],
    ["db", "status"],
    ["export", "runs", "--out", "-"],
    ["import", os.devnull],
)


def folder_of(path: Path) -> dict[str, tuple[bytes, int]]:
    """The content and the time of last change of each file in the folder."""
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in path.parent.iterdir()}


def make(path: Path, *statements: str, mode: str = "DELETE") -> sqlite3.Connection:
    """A database of another program, open."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode={mode}")
    for statement in statements:
        connection.execute(statement)
    return connection


def make_closed(path: Path) -> None:
    make(path, THEIRS).close()


def make_with_alembic(path: Path) -> None:
    make(path, THEIRS, THEIR_ALEMBIC, "INSERT INTO alembic_version VALUES ('0001')").close()


def make_with_our_names(path: Path) -> None:
    make(path, THEIRS, LIKE_OURS, f"INSERT INTO {VERSION_TABLE} VALUES ('{REVISION}')").close()


def make_in_wal_mode(path: Path) -> None:
    make(path, THEIRS, mode="WAL").close()


def make_crashed(path: Path) -> None:
    """Its log was left behind by a program that was killed."""
    with closing(make(path, THEIRS, mode="WAL")):
        for name in ("", "-wal"):
            shutil.copy(f"{path}{name}", f"{path}.copy{name}")
    for name in ("", "-wal"):
        Path(f"{path}.copy{name}").replace(f"{path}{name}")


def make_with_a_hot_journal(path: Path) -> None:
    """Its last transaction was cut off."""
    with closing(make(path, THEIRS)) as connection:
        connection.execute("PRAGMA cache_size=1")
        connection.execute("BEGIN")
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
            " INSERT INTO accounts SELECT i FROM n"
        )
        for name in ("", "-journal"):
            shutil.copy(f"{path}{name}", f"{path}.copy{name}")
    for name in ("", "-journal"):
        Path(f"{path}.copy{name}").replace(f"{path}{name}")


FOREIGN = [
    make_closed,
    make_with_alembic,
    make_with_our_names,
    make_in_wal_mode,
    make_crashed,
    make_with_a_hot_journal,
]


@pytest.mark.parametrize("make_file", FOREIGN)
def test_a_file_of_another_program_does_not_change(
    tmp_path: Path, make_file: Callable[[Path], None], capsys: Capture
) -> None:
    """Every command refuses it in one line; no byte and no time changes, and nothing is laid beside it."""
    path = tmp_path / "other.db"
    make_file(path)
    before = folder_of(path)
    for command in COMMANDS:
        assert run(cli, [*command, "--db", str(path)]) == 1, command
        out, err = capsys.readouterr()
        assert out == ""
        assert err == (
            f"recorder: {path} is a database of something else: choose another place with --db\n"
        )
    assert folder_of(path) == before


def test_a_file_that_another_program_has_open_does_not_change(
    tmp_path: Path, open_database: Open
) -> None:
    """Its log is neither read nor written into the file."""
    path = tmp_path / "other.db"
    with closing(make(path, THEIRS, mode="WAL")):
        before = folder_of(path)
        for attempt in (current_revision, require_current, prepare_for_writing, upgrade):
            with pytest.raises(StoreError, match="is a database of something else"):
                attempt(open_database(f"sqlite:///{path}"))
        assert folder_of(path) == before


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE recorder.accounts (id integer)",
        "CREATE TABLE recorder.alembic_version (version_num text)",
        "CREATE VIEW recorder.runs AS SELECT 1 AS n",
        "CREATE SEQUENCE recorder.numbers",
        "CREATE TYPE recorder.mood AS ENUM ('fine')",
        "CREATE FUNCTION recorder.one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_a_schema_of_another_program_is_left_alone(
    postgres_server: Any, open_database: Open, statement: str
) -> None:
    """A schema `recorder` that holds anything but a store is refused in one line that names it."""
    url = postgres_server.create_database()
    database = open_database(url)
    with database.writing() as connection:
        connection.execute(sa.schema.CreateSchema(SCHEMA))
        connection.exec_driver_sql(statement)
    for attempt in (current_revision, require_current, prepare_for_writing, upgrade):
        with pytest.raises(StoreError, match=r"the schema recorder of .* of something else"):
            attempt(database)
    with database.reading() as connection:
        assert not sa.inspect(connection).has_table("run", schema=SCHEMA)
    database.close()
    postgres_server.drop_database(url)


def test_a_store_of_before_is_told_apart(bare_url: str, open_database: Open) -> None:
    """One that an unreleased program made is refused with what to do, and not changed."""
    old = open_database(bare_url)
    upgrade(old)
    with old.writing() as connection:
        version = VERSION_TABLE if old.dialect.is_file else f"{SCHEMA}.{VERSION_TABLE}"
        connection.exec_driver_sql(f"ALTER TABLE {version} RENAME TO alembic_version")
    old.close()
    if old.path is not None:
        with closing(sqlite3.connect(old.path)) as connection:
            connection.execute("PRAGMA application_id=0")
    before = folder_of(old.path) if old.path is not None else None
    for attempt in (current_revision, require_current, prepare_for_writing, upgrade):
        with pytest.raises(StoreError, match=r"earlier, unreleased program: export .* then import"):
            attempt(open_database(bare_url))
    assert before is None or (old.path is not None and folder_of(old.path) == before)


def test_a_store_is_marked_before_it_has_a_table(tmp_path: Path, open_database: Open) -> None:
    """While the first transaction is in the log alone, and after a crash before it, the file is ours."""
    path = tmp_path / "store.db"
    database = open_database(f"sqlite:///{path}")
    upgrade(database)
    assert (tmp_path / "store.db-wal").stat().st_size > 0
    assert int.from_bytes(path.read_bytes()[68:72], "big") == APPLICATION_ID
    database.close()
    shutil.copy(path, tmp_path / "bare.db")
    with closing(sqlite3.connect(tmp_path / "bare.db")) as connection:
        for kind, name in connection.execute(
            "SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'index'"
        ).fetchall():
            connection.execute(f"DROP {kind} {name}")
    bare = open_database(f"sqlite:///{tmp_path / 'bare.db'}")
    require_place(bare)
    assert upgrade(bare) == f"made the store {tmp_path / 'bare.db'}"


def test_looking_at_a_store_keeps_the_locks_on_it(
    sqlite_template: Path, tmp_path: Path, open_database: Open
) -> None:
    """A second connection takes no lock from the first: who closes a file loses all of his locks on it."""
    path = tmp_path / "store.db"
    shutil.copyfile(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    with database.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM run").scalar_one()
        before = locks_on(path)
        assert current_revision(open_database(f"sqlite:///{path}")) == REVISION
        assert locks_on(path) == before != []


def locks_on(path: Path) -> list[str]:
    """The locks of this process on a file, as Linux lists them."""
    lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    inode, me = str(path.stat().st_ino), str(os.getpid())
    fields = [line.split()[1:] for line in lines]
    return sorted(" ".join(f) for f in fields if f[3] == me and f[4].endswith(f":{inode}"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("most", "said"),
    [
        (
            2**14,
            "disk I/O error: SQLite keeps store.db-wal and store.db-shm next to it: free some room",
        ),
        (2**16, "free some room on its disk"),
    ],
)
def test_a_full_disk_is_told_with_what_to_do(
    most: int, said: str, sqlite_template: Path, tmp_path: Path
) -> None:
    """Where SQLite cannot make the files next to the store, or cannot write, one line says what to do."""
    store = tmp_path / "store.db"
    shutil.copy(sqlite_template, store)
    command = [sys.executable, "-m", "recorder", "track", "--db", str(store), "-"]
    done = subprocess.run(
        ["prlimit", f"--fsize={most}", *command],
        input="\n".join(f"er_{n}" for n in range(3000)),
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert said in done.stderr
