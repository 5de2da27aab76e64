"""The store's schema is built by the migrations alone, wholly or not at all, and people see it through the views."""

import ast
import re
import sqlite3
import stat
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from programs import NEXT, Program, finish, start
from stores import BASE_URL, T0, S, answer, document, register, rows, view

from recorder.cli.stores import prepare_for_writing
from recorder.errors import (
    StoreBusyError,
    StoreError,
    StoreMissingError,
    StoreNewerError,
)
from recorder.instants import datetime_of, iso, parse_instant
from recorder.store.engine import Database
from recorder.store.files import APPLICATION_ID, make_store_file
from recorder.store.migrate import downgrade, migrations_dir, upgrade
from recorder.store.revision import current_revision, require_current
from recorder.store.schema import REVISION, VERSION_TABLE, run
from recorder.store.table_parts import SCHEMA, metadata
from recorder.store.write.record import Recorder
from recorder.store.write.track import track_with_source

Open = Callable[[str], Database]
CHECKS = ["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"]
PREPARE = "print(prepare_for_writing(database))"
MARKS = ("application_id", "journal_mode")
UPGRADE = "print(upgrade(database))"


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(migrations_dir()))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def schema_of(database: Database) -> Any:
    """All that the database knows of the schema, to be compared; without the order of added columns."""
    with database.reading() as connection:
        return (
            _sqlite_schema(connection) if database.dialect.is_file else _postgres_schema(connection)
        )


def _sqlite_schema(connection: sa.Connection) -> dict[str, Any]:
    statement = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    found = {}
    for name, sql in connection.exec_driver_sql(statement):
        head, _, inside = " ".join(sql.split()).partition("(")
        body, _, options = inside.rpartition(")")
        found[name] = (head.strip(), sorted(_items(body)), options)
    return found


def _items(body: str) -> Iterator[str]:
    """What stands between the commas that are in no brackets."""
    depth, item = 0, ""
    for char in body:
        depth += (char == "(") - (char == ")")
        if char == "," and not depth:
            yield item.strip()
            item = ""
        else:
            item += char
    yield item.strip()


CATALOGUE = (
    """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated,
      pg_get_expr(d.adbin, d.adrelid), l.collname
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
    WHERE c.relnamespace = 'recorder'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT attisdropped
    """,
    """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), condeferrable, condeferred
    FROM pg_constraint WHERE connamespace = 'recorder'::regnamespace
    """,
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'recorder'",
    "SELECT viewname, definition FROM pg_views WHERE schemaname = 'recorder'",
    "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'recorder'::regnamespace",
)


def _postgres_schema(connection: sa.Connection) -> list[set[Any]]:
    return [{tuple(row) for row in connection.exec_driver_sql(part)} for part in CATALOGUE]


@pytest.fixture
def own(bare_url: str, open_database: Open) -> Database:
    """A migrated store that no other test uses, for what changes its schema."""
    database = open_database(bare_url)
    upgrade(database)
    return database


# --- from nothing to head, and back


def test_from_nothing_to_head(bare_url: str, open_database: Open) -> None:
    """A missing store is made once; then there is nothing to do, and it is current."""
    database = open_database(bare_url)
    assert current_revision(database) is None
    assert upgrade(database) == f"made the store {database.name}"
    assert current_revision(database) == REVISION
    assert upgrade(database) is None
    assert prepare_for_writing(database) is None
    require_current(database)
    register(database)
    Recorder(database).record([answer(0)])


@pytest.fixture
def code() -> sa.MetaData:
    """The tables in code, with the condition of a partial index on Postgres too: the program never needs it."""
    for table in metadata.sorted_tables:
        for index in table.indexes:
            options = index.dialect_options
            options["postgresql"]["where"] = options["sqlite"]["where"]
    return metadata


def test_the_head_is_what_the_tables_in_code_say(database: Database, code: sa.MetaData) -> None:
    """Alembic finds no difference in tables, types, defaults, keys, indexes and checks."""
    is_file = database.dialect.is_file
    options = {
        "compare_type": True,
        "compare_server_default": True,
        "include_schemas": True,
        "include_name": lambda name, kind, _parents: kind != "schema" or name == SCHEMA,
        "version_table": VERSION_TABLE,
        "version_table_schema": SCHEMA,
        # Alembic does not read on which store an index stands; the next test does.
        "include_object": lambda _, name, *__: name != "ix_snapshot_part_id" or not is_file,
        "target_metadata": code,
        "autogenerate_plugins": CHECKS,
    }
    with named_as_in_code(database) as connection, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Computed default")  # compared below, by their text
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, code) == []


@contextmanager
def named_as_in_code(database: Database) -> Iterator[sa.Connection]:
    """A connection in which the tables stand in the schema `recorder`, on SQLite too."""
    if database.path is None:
        with database.reading() as connection:
            yield connection
        return
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"ATTACH ? AS {SCHEMA}", (str(database.path),))
        yield connection
    engine.dispose()


def test_the_head_is_what_the_code_would_create(
    bare_url: str, database: Database, open_database: Open, code: sa.MetaData
) -> None:
    """What the database itself knows is the same as if the tables in code had been created: checks, collations, all."""
    created = open_database(bare_url)
    if created.path:
        make_store_file(created.path)
    with created.writing() as connection:
        if not created.dialect.is_file:
            connection.execute(sa.schema.CreateSchema(SCHEMA))
        code.create_all(connection)
    expected, found = schema_of(created), schema_of(database)
    if database.dialect.is_file:
        not_in_code = {VERSION_TABLE, *VIEWS}
        assert set(found) - set(expected) == not_in_code
        assert {name: found[name] for name in expected} == expected
    else:
        for of_code, of_migrations in zip(expected[:3], found[:3], strict=True):
            left = {row for row in of_migrations - of_code if VERSION_TABLE not in row[0]}
            assert (left, of_code - of_migrations) == (set(), set())


def test_up_down_up(bare_url: str, open_database: Open) -> None:
    """Down leaves nothing of what up made, and up again makes the same."""
    database = open_database(bare_url)
    upgrade(database)
    first = schema_of(database)
    downgrade(database, "base")
    assert current_revision(database) is None
    left = schema_of(database)
    names = set(left) if database.dialect.is_file else {row[0] for part in left for row in part}
    assert {name for name in names if VERSION_TABLE not in name} == set()
    upgrade(database)
    assert schema_of(database) == first


@pytest.mark.slow
def test_an_older_store_keeps_its_rows(own: Database, bare_url: str, tmp_path: Path) -> None:
    """What an earlier revision holds is there after the upgrade."""
    register(own)
    Recorder(own).record([answer(at, document(status="ab"[at % 2])) for at in range(5)])
    before = rows(own, "run", "snapshot", "part")
    said = Program(tmp_path / "next").run(UPGRADE, bare_url)
    assert f"from schema {REVISION} to {NEXT}" in said
    assert rows(own, "run", "snapshot", "part") == before


# --- whole or not at all


@pytest.mark.slow
@pytest.mark.parametrize(
    ("last", "said"),
    [
        ("raise RuntimeError('in the middle')", "RuntimeError: in the middle"),
        ("op.get_bind().exec_driver_sql('SELECT * FROM nowhere')", "nowhere"),
        ("__import__('os').kill(__import__('os').getpid(), 9)", ""),
    ],
)
def test_a_failure_in_the_middle_leaves_the_old_schema_whole(
    own: Database, bare_url: str, tmp_path: Path, last: str, said: str
) -> None:
    """Tables, columns, views and rows are as before the upgrade that failed or was killed; the old program goes on."""
    register(own)
    Recorder(own).record([answer(0)])
    before, held = schema_of(own), rows(own)
    process = Program(tmp_path / "next", last).start(UPGRADE, bare_url)
    out, complaint = process.communicate(timeout=60)
    assert said in out + complaint
    assert "upgraded" not in out
    assert (schema_of(own), rows(own)) == (before, held)
    assert current_revision(own) == REVISION
    Recorder(own).record([answer(1)])


def test_a_migration_that_breaks_a_reference_is_refused(database: Database) -> None:
    """Foreign keys are off while SQLite is migrated; they are checked before anything is committed."""
    register(database)
    Recorder(database).record([answer(0)])
    before = rows(database)
    broken = "broke a reference" if database.dialect.is_file else "violates foreign key"
    with pytest.raises(StoreError, match=broken), database.migrating() as connection:
        connection.execute(sa.delete(metadata.tables[f"{SCHEMA}.run"]))
    assert rows(database) == before


# --- older and newer programs


@pytest.mark.slow
def test_an_older_sqlite_store_is_copied_aside(tmp_path: Path, open_database: Open) -> None:
    """`track`, `poll` and `import` bring it up to date, say so, and leave a whole copy that only its owner reads."""
    url = f"sqlite:///{tmp_path / 'a store.db'}"
    database = open_database(url)
    upgrade(database)
    register(database)
    Recorder(database).record([answer(0)])
    held = rows(database)
    copy = tmp_path / f"a store.db.schema-{REVISION}.backup"
    said = Program(tmp_path / "next").run(PREPARE, url)
    assert said == (
        f"upgraded {tmp_path / 'a store.db'} from schema {REVISION} to {NEXT} (a copy of the old one: {copy})"
    )
    aside = open_database(f"sqlite:///{copy}")
    assert current_revision(aside) == REVISION
    assert rows(aside) == held
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.glob("*.partial*")] == []


@pytest.mark.slow
def test_two_processes_upgrade_one_store(
    own: Database, bare_url: str, tmp_path: Path, open_database: Open
) -> None:
    """One upgrades, the other waits and finds it done; the copy aside is of the old store."""
    register(own)
    program = Program(tmp_path / "next")
    processes = [program.start(UPGRADE, bare_url) for _ in range(3)]
    said = sorted(finish(process) for process in processes)
    assert said[:2] == ["None", "None"]
    assert said[2].startswith("upgraded")
    if own.path:
        copy = own.path.with_name(f"store.db.schema-{REVISION}.backup")
        assert current_revision(open_database(f"sqlite:///{copy}")) == REVISION


@pytest.mark.slow
def test_a_newer_store_is_refused(own: Database, bare_url: str, tmp_path: Path) -> None:
    """A store of a later program is told of, not touched; the message says what to do."""
    Program(tmp_path / "next").run(UPGRADE, bare_url)
    for attempt in (require_current, prepare_for_writing, upgrade):
        with pytest.raises(StoreNewerError, match=f"schema {NEXT}, newer .*: upgrade the program"):
            attempt(own)
    assert current_revision(own) == NEXT


@pytest.mark.slow
def test_an_outdated_store_names_the_command(own: Database, bare_url: str, tmp_path: Path) -> None:
    """Reading an older store, and writing to an older Postgres store, ends with the command to run."""
    program = Program(tmp_path / "next")
    told = (
        f"StoreOutdatedError {own.name} has schema {REVISION}, this program needs {NEXT}: "
        "run 'recorder db upgrade"
    )
    assert program.run("require_current(database)", bare_url).startswith(told)
    if not own.dialect.is_file:
        assert program.run(PREPARE, bare_url).startswith(told)
    assert current_revision(own) == REVISION


def test_a_missing_postgres_store_is_made_only_by_its_command(
    postgres_server: Any, open_database: Open
) -> None:
    """`poll` makes no schema in a shared database; the message names the command, without a password."""
    url = postgres_server.create_database()
    database = open_database(url)
    with pytest.raises(StoreMissingError, match="run 'recorder db upgrade' with the same"):
        prepare_for_writing(database)
    with database.reading() as connection:
        assert SCHEMA not in sa.inspect(connection).get_schema_names()
    secret = Database(
        str(database.url.set(password="hunter2").render_as_string(hide_password=False))
    )
    assert "hunter2" not in secret.name + repr(secret)


def test_a_schema_that_is_there_already_is_used(postgres_server: Any, open_database: Open) -> None:
    """An administrator may have made the schema, for a user who may not create one."""
    url = postgres_server.create_database()
    database = open_database(url)
    with database.writing() as connection:
        connection.execute(sa.schema.CreateSchema(SCHEMA))
    assert upgrade(database) == f"made the store {database.name}"


# --- making a SQLite store


def test_reading_a_missing_store_does_not_make_it(tmp_path: Path, open_database: Open) -> None:
    """Asking says that there is no store, and leaves no file and no folder."""
    database = open_database(f"sqlite:///{tmp_path / 'none' / 'store.db'}")
    with pytest.raises(
        StoreMissingError, match=r"no store at .*: 'recorder track RUN_ID' makes one"
    ):
        require_current(database)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_becomes_a_store(tmp_path: Path, open_database: Open) -> None:
    """A file without content is a place for a store."""
    path = tmp_path / "store.db"
    path.touch()
    assert "made the store" in (prepare_for_writing(open_database(f"sqlite:///{path}")) or "")


@pytest.mark.usefixtures("waits_for_disk")
def test_a_store_is_its_owners_alone(tmp_path: Path, open_database: Open) -> None:
    """The file and what SQLite lays beside it can be read by nobody else; commits are durable, in WAL mode."""
    database = open_database(f"sqlite:///{tmp_path / 'store.db'}")
    upgrade(database)
    register(database)
    with database.writing() as connection:
        register_pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {n}").scalar() for n in register_pragmas]
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
    assert found == ["wal", 2, 1, 30_000]
    assert modes == dict.fromkeys(("store.db", "store.db-wal", "store.db-shm"), 0o600)


def test_a_place_that_cannot_be_had_is_told(tmp_path: Path, open_database: Open) -> None:
    """A folder that cannot be made is an error in one line that names the option."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="choose another place with --db"):
        upgrade(open_database(f"sqlite:///{tmp_path / 'file' / 'store.db'}"))


MAKE_FILES = """
    from pathlib import Path
    from recorder.store.files import make_store_file
    folder = Path(sys.argv[2])
    (folder / f"ready-{sys.argv[3]}").touch()
    while len(list(folder.glob("ready-*"))) < 4:
        pass
    for number in range(50):
        make_store_file(folder / f"{number}.db")
""".strip()


@pytest.mark.slow
def test_processes_make_the_same_file_at_once(tmp_path: Path) -> None:
    """None is refused for a lock of another, though SQLite does not let two wait that turn to WAL at once."""
    processes = [start(MAKE_FILES, "sqlite://", str(tmp_path), str(number)) for number in range(4)]
    assert [finish(process) for process in processes] == [""] * 4
    for number in range(50):
        with closing(sqlite3.connect(tmp_path / f"{number}.db")) as connection:
            found = [connection.execute(f"PRAGMA {n}").fetchone()[0] for n in MARKS]
        assert found == [APPLICATION_ID, "wal"]


@pytest.mark.slow
def test_processes_make_the_same_store_at_once(bare_url: str, open_database: Open) -> None:
    """Two cron lines that start together both go on; one of them made it."""
    processes = [start(UPGRADE, bare_url) for _ in range(4)]
    said = sorted(finish(process) for process in processes)
    assert said[:3] == ["None"] * 3
    assert said[3].startswith("made the store")
    require_current(open_database(bare_url))


def test_a_locked_store_is_told(tmp_path: Path, open_database: Open) -> None:
    """Another program that holds the database for too long is an error of its own."""
    path = tmp_path / "store.db"
    upgrade(open_database(f"sqlite:///{path}"))
    impatient = open_database(f"sqlite:///{path}")
    impatient.busy_ms = lambda: 1
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError, match="stayed locked for 0 s"):
            register(impatient)


# --- the migrations themselves


def test_the_program_knows_its_head() -> None:
    """The revision that the program asks for is the newest migration, and there is one line of them."""
    assert scripts().get_heads() == [REVISION]
    assert scripts().get_bases() == ["0001"]


@pytest.mark.parametrize(
    "path", sorted(migrations_dir().glob("versions/*.py")), ids=lambda p: p.stem
)
def test_a_migration_stands_by_itself(path: Path) -> None:
    """It is numbered as its file, tells cause and locks, can be taken back, and imports nothing of `recorder`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    script = scripts().get_revision(path.name[:4])
    assert script is not None
    assert Path(script.path) == path
    assert all(word in (ast.get_docstring(tree) or "") for word in ("Cause:", "Locks:"))
    assert callable(script.module.downgrade)
    imported = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    imported += [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    assert not [name for name in imported if name.split(".")[0] == "recorder"]


def test_every_constraint_is_named(database: Database) -> None:
    """Keys, references, uniques, checks and indexes have names of ours, the same on both databases."""
    schema = None if database.dialect.is_file else SCHEMA
    with database.reading() as connection:
        inspector = sa.inspect(connection)
        for table in metadata.sorted_tables:
            kinds: tuple[Sequence[Any], ...] = (
                [inspector.get_pk_constraint(table.name, schema)],
                inspector.get_foreign_keys(table.name, schema),
                inspector.get_unique_constraints(table.name, schema),
                inspector.get_check_constraints(table.name, schema),
                [i for i in inspector.get_indexes(table.name, schema) if not i["unique"]],
            )
            for prefix, found in zip(("pk", "fk", "uq", "ck", "ix"), kinds, strict=True):
                names = [str(one["name"]) for one in found]
                expected = [n for n in names if n.startswith(f"{prefix}_{table.name}")]
                assert names == expected


# --- what people see

LEADS = "leads_total leads_pending leads_running leads_completed leads_skipped leads_failed"
COSTS = "cost_preview cost_preview_micros cost_actual cost_actual_micros cost_unit"
VIEWS = {
    "runs": "source run_id tracking observation_class status is_terminal mode enrichment_id slug version scope_type"
    f" list_id {LEADS} output_target output_attribute_key write_policy persist_results {COSTS} cost_quality"
    " trigger_run_id correlation_id error_message error_details created_at started_at ended_at ended_at_origin"
    " ended_after cancelled_at updated_at queue_seconds run_seconds wall_seconds tracked_at first_polled_at"
    " last_polled_at n_polls n_snapshots n_reopened quality",
    "snapshots": "source run_id seq first_seen_at last_seen_at n_polls digest status"
    f" {LEADS} {COSTS} updated_at document",
    "polls": "source run_id polled_at outcome http_status latency_ms snapshot_seq detail",
    "transitions": "source run_id from_status to_status ledger_at seen_before_at seen_at",
    "labels": "source run_id key value",
    "lead_outcomes": "source run_id item_id lead_id status skipped_reason error_message attempts provider"
    " started_at completed_at run_seconds",
    "events": "event_id recorded_at happened_at source run_id kind detail",
}
EXTRAS = {
    "runs": "run_seconds_sharp wall_seconds_sharp spend_part spend_micros spend_unit",
    "snapshots": "started_at completed_at cancelled_at error_message",
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_has_the_columns_that_people_rely_on(database: Database, name: str) -> None:
    """The same names in the same order on both databases; what is more comes after them."""
    with database.reading() as connection:
        inspector = sa.inspect(connection)
        columns = inspector.get_columns(name, None if database.dialect.is_file else SCHEMA)
    expected = VIEWS[name].split() + EXTRAS.get(name, "").split()
    assert [column["name"] for column in columns] == expected


def test_there_are_no_other_views(database: Database) -> None:
    """Each view is told of above, and has a file whose header is its contract."""
    with database.reading() as connection:
        names = sa.inspect(connection).get_view_names(None if database.dialect.is_file else SCHEMA)
    assert sorted(names) == sorted(VIEWS)
    for path in migrations_dir().glob("views/*/*.sql"):
        assert path.read_text(encoding="utf-8").startswith(f"-- {path.stem}: ")


INSTANTS = [
    "0001-01-01T00:00:00.000000Z",
    "1582-10-10T12:00:00.000001Z",
    "1960-02-29T23:59:59.999999Z",
    "1969-12-31T23:59:59.500000Z",
    "1970-01-01T00:00:00.000000Z",
    "2026-11-20T09:15:00.120000Z",
    "9999-12-31T23:59:59.000000Z",
]


def test_instants_are_right_in_every_year(database: Database) -> None:
    """Aware instants on Postgres, text in ISO 8601 on SQLite; before 1970 too."""
    instants = [us for text in INSTANTS if (us := parse_instant(text)) is not None]
    for us in instants:
        track_with_source(database, "default", [str(us)], base_url=BASE_URL, now=us)
    found = {run["run_id"]: run["tracked_at"] for run in view(database, "runs")}
    shown = [iso(us) if database.dialect.is_file else datetime_of(us) for us in instants]
    assert [found[str(us)] for us in instants] == shown


@pytest.mark.parametrize("text", INSTANTS)
def test_sqlite_reads_the_instants_of_the_views(text: str, sqlite_database: Database) -> None:
    """SQLite's own date functions take the text of the views, to the millisecond."""
    with sqlite_database.reading() as connection:
        query = "SELECT strftime('%Y-%m-%dT%H:%M:%f', ?), julianday(?) - julianday(date(?))"
        read, day = connection.exec_driver_sql(query, (text, text, text)).one()
    assert read[:19] == text[:19]
    assert abs(float(read[17:]) - float(text[17:-1])) <= 0.001
    seconds = int(text[11:13]) * 3600 + int(text[14:16]) * 60 + float(text[17:-1])
    assert day * 86_400 == pytest.approx(seconds, abs=0.01)


def test_amounts_and_durations(database: Database) -> None:
    """Amounts are exact numbers on Postgres and REAL on SQLite beside their micros; durations are seconds."""
    register(database)
    cost = {"preview": {"credits": 12.345678}, "actual": {"credits": "9007199254.740991"}}
    timing = {
        "createdAt": "2026-11-20T09:15:00.120Z",
        "startedAt": "2026-11-20T09:15:04.500Z",
        "completedAt": "2026-11-20T09:15:31.750001Z",
    }
    Recorder(database).record([answer(0, document(status="completed", cost=cost, timing=timing))])
    (run,) = view(database, "runs")
    assert (run["cost_preview_micros"], run["cost_actual_micros"]) == (
        12_345_678,
        9_007_199_254_740_991,
    )
    exact = (Decimal("12.345678"), Decimal("9007199254.740991"))
    shown = tuple(map(float, exact)) if database.dialect.is_file else exact
    assert (run["cost_preview"], run["cost_actual"]) == shown
    assert (run["queue_seconds"], run["run_seconds"], run["wall_seconds"]) == (
        4.38,
        27.250001,
        31.630001,
    )
    assert run["is_terminal"] in (True, 1)


def test_negative_durations_are_null(database: Database) -> None:
    """A clock that ran backwards leaves the duration unknown, with a flag."""
    register(database)
    timing = {
        "createdAt": "2026-11-20T09:15:00.120Z",
        "startedAt": "2026-11-20T09:14:58.000Z",
        "completedAt": "2026-11-20T09:15:31Z",
    }
    Recorder(database).record([answer(0, document(status="completed", timing=timing))])
    (run,) = view(database, "runs")
    assert (run["queue_seconds"], run["run_seconds"], run["wall_seconds"]) == (None, 33, 30.88)
    assert run["quality"] == "queue_negative"


def test_transitions_are_changes_of_status(database: Database) -> None:
    """One row a change, the first from null; states of the same status are none."""
    register(database)
    bodies = [
        document(status=s, n=n)
        for n, s in enumerate(["pending", "running", "running", "x", "running"])
    ]
    Recorder(database).record([answer(at, body) for at, body in enumerate(bodies)])
    told = sorted(view(database, "transitions"), key=lambda row: str(row["seen_at"]))
    assert [(row["from_status"], row["to_status"]) for row in told] == [
        (None, "pending"),
        ("pending", "running"),
        ("running", "x"),
        ("x", "running"),
    ]
    assert told[0]["seen_before_at"] is None
    instants = [T0 + 2 * S, T0 + 3 * S]
    shown = [iso(at) if database.dialect.is_file else datetime_of(at) for at in instants]
    assert [told[2]["seen_before_at"], told[2]["seen_at"]] == shown


def test_documents_of_the_view_say_what_they_leave_out(database: Database) -> None:
    """A snapshot's document is JSON; what repeats stands as a reference."""
    register(database)
    Recorder(database).record([answer(0, document(snapshot={"x": "y" * 100}, n=1.10))])
    (snapshot,) = view(database, "snapshots")
    text = snapshot["document"] if database.dialect.is_file else None
    if text is not None:
        assert re.fullmatch(r'\{"run":\{"id":"er_1","status":\{"\$column":"status"\},.*\}\}', text)
    assert len(snapshot["digest"]) == 32


def test_a_run_that_a_process_of_before_added_after_the_upgrade_gets_its_month(
    database: Database,
) -> None:
    """It knows of none: the run is labelled and recorded as any other."""
    register(database)
    with database.writing() as connection:
        connection.execute(sa.update(run).values(month=None))
    register(database, labels={"team": "x"})
    assert len(Recorder(database).record([answer(0)])) == 1
    assert [row["month"] for row in rows(database)["run"]] == ["2025-11"]
