"""Stores of every released revision, and of the present one, as texts: they upgrade to the head and go on."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from freeze import FROZEN, load, texts
from stores import T0, S
from virtual import Scene, VirtualTime

from recorder.cli.main import cli, run
from recorder.instants import HOUR
from recorder.polling.watch_options import RunMode
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.revision import current_revision
from recorder.store.schema import REVISION, VERSION_TABLE
from recorder.store.table_parts import SCHEMA

Held = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def present() -> dict[str, str]:
    """The texts of the present revision, as they would be frozen now."""
    return dict(texts())


def held(database: Database) -> Held:
    """All rows of all tables that are there, whatever the program says."""
    schema = None if database.dialect.is_file else SCHEMA
    tables = sa.MetaData()
    with database.reading() as connection:
        tables.reflect(connection, schema=schema)
        return {
            table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            for table in tables.sorted_tables
            if table.name != VERSION_TABLE
        }


def assert_kept(before: Held, after: Held) -> None:
    """Each row has each column that it had, but for blocks, which are made anew; further ones are new."""
    for name, rows in before.items():
        if name in {"sealed", "run_block"}:
            continue
        columns = rows[0].keys() if rows else ()
        kept = [{column: row[column] for column in columns} for row in after[name]]
        assert sorted(map(repr, kept)) == sorted(map(repr, rows)), name


@pytest.mark.slow
@pytest.mark.parametrize("name", [*sorted(one.name for one in FROZEN.glob("*.sql")), None])
def test_a_store_of_each_revision_upgrades_and_goes_on(
    present: dict[str, str],
    name: str | None,
    dialect: str,
    bare_url: str,
    open_database: Callable[[str], Database],
) -> None:
    """Its rows are equal, it is sound, it is polled, and every kind of question is answered."""
    chosen = f"{REVISION}.{dialect}.sql" if name is None else name
    if dialect not in chosen:
        return  # a text is of one kind of store
    load(present[chosen] if name is None else (FROZEN / chosen).read_text("utf-8"), bare_url)
    database = open_database(bare_url)
    before = held(database)
    assert len(before["poll"]) > 100
    upgrade(database)
    assert current_revision(database) == REVISION
    assert_kept(before, held(database))
    scene = Scene(database, time=VirtualTime(T0 + HOUR))
    summary = scene.watch(RunMode.TIME, seconds=20)
    assert summary.exit_code == 0
    assert len(scene.log) > 10
    assert len(held(database)["poll"]) == len(before["poll"]) + len(scene.log)
    for command in ("db check", "runs", "durations", "failures", "costs", "spend", "coverage"):
        assert run(cli, [*command.split(), "--db", bare_url]) == 0, command
    assert scene.time.now >= T0 + HOUR + 20 * S
