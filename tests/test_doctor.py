"""`recorder doctor`: each thing that can be wrong is found, told with what to do, and ends with its exit code."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from stores import BASE_URL, T0, S, answer, document, register, rows, set_revision, take_slots

from recorder.cli.main import cli, run
from recorder.doctor.probe import NO_RUN
from recorder.fetch.keys import ApiKey
from recorder.instants import HOUR, SECOND, now_us
from recorder.ledger.answer import Outcome
from recorder.sandbox import Fault, Kind, Sandbox
from recorder.settings import ENVIRONMENT, Settings
from recorder.store.engine import Database
from recorder.store.sharing.leases import acquire, new_holder
from recorder.store.write.record import Recorder
from recorder.store.write.sources import KeyAnswer, save_keys
from recorder.transfer.unrecorded import keep_answers

KEY = "pk_sandbox"
KEY_ID = ApiKey(KEY, setting="a test").fingerprint()
Doctor = Callable[..., tuple[int, dict[str, dict[str, Any]]]]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """An empty ledger."""
    with Sandbox().start() as served:
        yield served


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    """No settings but the sandbox's address and key."""
    for name in ENVIRONMENT.values():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RECORDER_CONFIG", os.devnull)
    monkeypatch.setenv("RECORDER_BASE_URL", sandbox.url)
    monkeypatch.setenv("PUFFLE_API_KEY", KEY)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def doctor(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Doctor:
    """Runs the doctor; its exit code, and the last check of each name."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def examined(url: str, *arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
        code = run(cli, ["doctor", "--db", url, "--format", "json", *arguments])
        said = capsys.readouterr()
        assert KEY not in said.out + said.err
        return code, {check["check"]: check for check in json.loads(said.out)}

    return examined


def track(database: Database, sandbox: Sandbox, *run_ids: str, source: str = "default") -> None:
    """Runs of the sandbox that are tracked, were seen in flight, and are due."""
    now = now_us()
    register(database, run_ids, source=source, at=(now - T0) // S - 30)
    with database.writing() as connection:
        connection.execute(
            sa.text(f"UPDATE {name(database)} SET base_url = :url"), {"url": sandbox.url}
        )
    for run_id in run_ids:
        sandbox.put(document(run_id))
        seen = answer((now - T0) // S - 20, document(run_id), run_id=run_id, source=source)
        Recorder(database).record([seen])


def name(database: Database) -> str:
    return "source" if database.dialect.is_file else "recorder.source"


def states(checks: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {check: found["state"] for check, found in checks.items()}


def test_all_is_well(doctor: Doctor, database: Database, store_url: str, sandbox: Sandbox) -> None:
    """On a store with a run in flight every check is ok, and the exit code is 0."""
    track(database, sandbox, "er_1")
    code, checks = doctor(store_url)
    assert code == 0
    names = ["settings", "store", "key", "api", "clock", "lease", "budget", "due", "overdue"]
    assert list(checks) == names
    assert set(states(checks).values()) == {"ok"}


def test_one_request_for_a_run_in_flight_is_recorded(
    doctor: Doctor, database: Database, store_url: str, sandbox: Sandbox
) -> None:
    """The one request asks for a run in flight; its answer is a poll row, and it took a slot of the budget."""
    track(database, sandbox, "er_1")
    doctor(store_url)
    assert [request.run_id for request in sandbox.requests] == ["er_1"]
    held = rows(database, "poll", "key_slot")
    assert [poll["outcome"] for poll in held["poll"]] == [Outcome.CHANGED, Outcome.UNCHANGED]
    (slot,) = held["key_slot"]
    assert abs(slot["free_at"] - held["poll"][-1]["polled_at"] - 60 * SECOND) < SECOND


def test_an_id_that_cannot_exist_tries_the_key(
    doctor: Doctor, database: Database, store_url: str, sandbox: Sandbox
) -> None:
    """With no run in flight a 404 for such an id says that the key works; nothing is recorded."""
    code, checks = doctor(store_url)
    assert (code, checks["api"]["state"]) == (0, "ok")
    assert "the key works" in checks["api"]["found"]
    assert [request.run_id for request in sandbox.requests] == [NO_RUN]
    assert rows(database, "poll", "run") == {"poll": [], "run": []}


def test_a_refused_key_ends_with_four(
    doctor: Doctor,
    database: Database,
    store_url: str,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """401 is told with what to do, and outranks every other failure."""
    monkeypatch.setenv("PUFFLE_API_KEY", "pk_revoked")
    track(database, sandbox, "er_1")
    code, checks = doctor(store_url)
    assert (code, checks["api"]["state"]) == (4, "fail")
    assert "401" in checks["api"]["found"]
    assert "key" in checks["api"]["advice"]


def test_a_missing_key_fails_and_the_rest_is_still_looked_at(
    doctor: Doctor,
    database: Database,
    store_url: str,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a key nothing is sent; the store's own checks are made all the same."""
    monkeypatch.delenv("PUFFLE_API_KEY")
    track(database, sandbox, "er_1")
    code, checks = doctor(store_url)
    assert (code, checks["key"]["state"]) == (1, "fail")
    assert "PUFFLE_API_KEY" in checks["key"]["found"]
    assert not {"api", "clock", "budget"} & checks.keys()
    assert {"lease", "due", "overdue"} <= checks.keys()
    assert sandbox.requests == []


@pytest.mark.parametrize(
    ("kind", "ended", "said"),
    [
        (Kind.THROTTLE, (0, "warn"), "429"),
        (Kind.UNAVAILABLE, (1, "fail"), "503"),
        (Kind.RESET, (1, "fail"), "no answer"),
        (Kind.HTML, (1, "fail"), "HTTP 200"),
        (Kind.REDIRECT, (1, "fail"), "302"),
        (Kind.FORBIDDEN, (4, "fail"), "403"),
    ],
)
def test_what_the_api_answers(  # noqa: PLR0917  # fixtures
    doctor: Doctor,
    sqlite_store: Database,
    sandbox: Sandbox,
    kind: Kind,
    ended: tuple[int, str],
    said: str,
) -> None:
    """Each way to fail is told by its status, with something to do."""
    track(sqlite_store, sandbox, "er_1")
    sandbox.inject(Fault(kind=kind))
    code, checks = doctor(sqlite_store.name)
    assert (code, checks["api"]["state"]) == ended
    assert said in checks["api"]["found"]
    assert checks["api"]["advice"]


@pytest.fixture
def sqlite_store(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite store, for what does not depend on the kind of store."""
    path = tmp_path / "one.db"
    path.write_bytes(sqlite_template.read_bytes())
    with closing(Database(f"sqlite:///{path}")) as database:
        yield database


def test_a_429_pauses_the_key(doctor: Doctor, sqlite_store: Database, sandbox: Sandbox) -> None:
    """What the API asks for holds for every process on the store: a second look sends nothing."""
    track(sqlite_store, sandbox, "er_1")
    sandbox.inject(Fault(kind=Kind.THROTTLE, retry_after_s=30))
    doctor(sqlite_store.name)
    code, checks = doctor(sqlite_store.name)
    assert (code, checks["api"]["state"]) == (0, "warn")
    assert "no request sent: the API asked for a pause (429) until 2" in checks["api"]["found"]
    assert "are used; the API asked for a pause (429) until 2" in checks["budget"]["found"]
    assert "is seen about" not in checks["budget"]["found"]
    assert len(sandbox.requests) == 1


def test_a_key_that_is_refused_promises_no_pace(
    doctor: Doctor, sqlite_store: Database, sandbox: Sandbox
) -> None:
    """The last word holds: a key that the store calls refused counts as such until the API takes it."""
    track(sqlite_store, sandbox, "er_1")
    with sqlite_store.writing() as connection:
        save_keys(connection, [KeyAnswer(1, KEY_ID, False, now_us())])
    assert "is seen about" in doctor(sqlite_store.name)[1]["budget"]["found"]
    sandbox.inject(Fault(kind=Kind.SERVER_ERROR))
    assert "the key is refused" in doctor(sqlite_store.name)[1]["budget"]["found"]
    with sqlite_store.writing() as connection:
        save_keys(connection, [KeyAnswer(1, KEY_ID, True, now_us())])
    sandbox.inject(Fault(kind=Kind.UNAUTHORIZED))
    assert "the key is refused" in doctor(sqlite_store.name)[1]["budget"]["found"]


def test_a_spent_budget_is_kept(doctor: Doctor, sqlite_store: Database, sandbox: Sandbox) -> None:
    """Where the key has no request left, the doctor sends none."""
    track(sqlite_store, sandbox, "er_1")
    key_id, now = ApiKey(KEY, setting="a test").fingerprint(), now_us()
    with sqlite_store.writing() as connection:
        take_slots(connection, key_id, 80, now=now)
    code, checks = doctor(sqlite_store.name)
    assert (code, checks["api"]["state"], "clock" in checks) == (0, "warn", False)
    assert "80 of 80 requests" in checks["budget"]["found"]
    assert sandbox.requests == []


def test_a_store_that_is_not_there(
    doctor: Doctor, bare_url: str, dialect: str, sandbox: Sandbox
) -> None:
    """A missing SQLite store is made by `track`: a warning; a Postgres without one needs a command: a failure."""
    code, checks = doctor(bare_url)
    assert (code, checks["store"]["state"]) == ((0, "warn") if dialect == "sqlite" else (1, "fail"))
    assert "recorder" in checks["store"]["advice"]
    assert checks["api"]["state"] == "ok"
    assert [request.run_id for request in sandbox.requests] == [NO_RUN]


@pytest.mark.parametrize(("revision", "ended"), [("0000", (0, "warn")), ("9999", (1, "fail"))])
def test_a_store_of_another_schema(
    doctor: Doctor, sqlite_store: Database, revision: str, ended: tuple[int, str]
) -> None:
    """An older SQLite store is brought up to date by the next poll; a newer one needs a newer program."""
    set_revision(sqlite_store, revision)
    code, checks = doctor(sqlite_store.name)
    assert (code, checks["store"]["state"]) == ended
    assert revision in checks["store"]["found"]
    assert "lease" not in checks


def test_a_file_that_is_no_store(doctor: Doctor, tmp_path: Path) -> None:
    """A file of another kind fails; the API is tried all the same."""
    (tmp_path / "notes.txt").write_text("not a database, by any means; " * 100)
    code, checks = doctor(str(tmp_path / "notes.txt"))
    assert (code, checks["store"]["state"], checks["api"]["state"]) == (1, "fail", "ok")


def test_a_place_where_no_store_can_be_made(doctor: Doctor, tmp_path: Path) -> None:
    """A database of something else, a folder, and a place that can hold no file fail as they do for `poll`."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE accounts (id INTEGER)")
    (tmp_path / "file").touch()
    for place, said in (
        ("other.db", "database of something else: choose another place with --db"),
        (".", f"is a directory: name a file in it, as in --db {tmp_path}/runs.db"),
        ("file/x.db", f"{tmp_path}/file is no directory: choose another place with --db"),
        ("/proc/nope/x.db", "no store at /proc/nope/x.db, and"),
    ):
        code, checks = doctor(str(tmp_path / place))
        assert (code, checks["store"]["state"], checks["store"]["advice"]) == (1, "fail", None)
        assert said in checks["store"]["found"]


def test_a_source_of_another_name(doctor: Doctor, sqlite_store: Database, sandbox: Sandbox) -> None:
    """One that is misspelt fails, and those that are known are named; nothing is sent."""
    track(sqlite_store, sandbox, "er_1", source="team-b")
    code, checks = doctor(sqlite_store.name, "--source", "teem-b")
    assert code == 1
    assert "no source 'teem-b'" in checks["settings"]["found"]
    assert "it knows team-b" in checks["settings"]["advice"]
    assert sandbox.requests == []


def test_a_store_that_takes_no_answer(
    doctor: Doctor, sqlite_store: Database, sandbox: Sandbox
) -> None:
    """That is told, and what can be read of it is looked at all the same."""
    track(sqlite_store, sandbox, "er_1")
    with sqlite_store.writing() as connection:
        connection.execute(
            sa.text(
                "CREATE TRIGGER full BEFORE INSERT ON key_slot"
                " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
            )
        )
    code, checks = doctor(sqlite_store.name)
    assert (code, checks["store"]["state"]) == (1, "fail")
    assert checks["store"]["advice"] == "free some room on its disk"
    assert {"lease", "budget", "due", "overdue"} <= checks.keys()
    assert sandbox.requests == []


def test_answers_that_wait_for_an_import(
    doctor: Doctor, sqlite_store: Database, tmp_path: Path
) -> None:
    """Each file of answers that a store did not take is named, with what imports it, until it is removed."""
    (tmp_path / "state").mkdir()
    keep_answers([answer(1)], Settings(database_url="sqlite:///unused"), lambda _: None)
    [path] = (tmp_path / "state" / "puffle-recorder").iterdir()
    _, checks = doctor(sqlite_store.name)
    assert checks["kept"]["state"] == "warn"
    assert checks["kept"]["found"].endswith(f"{path.parent}: {path.name}")
    assert "'recorder import FILE'" in checks["kept"]["advice"]
    path.unlink()
    assert "kept" not in doctor(sqlite_store.name)[1]


def test_a_store_that_may_only_be_read(  # noqa: PLR0917  # fixtures
    doctor: Doctor,
    sqlite_store: Database,
    sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """That is told once, however many sources there are; nothing is sent, and what can be read is looked at."""
    config = tmp_path / "config.toml"
    config.write_text(f'[sources.team]\nbase_url = "{sandbox.url}"\n')
    track(sqlite_store, sandbox, "er_1")
    sqlite_store.close()
    monkeypatch.setattr(os, "access", lambda *_: False)
    code, checks = doctor(sqlite_store.name, "--config", str(config))
    assert (code, checks["store"]["state"]) == (1, "fail")
    assert "use a user who may write to it" in checks["store"]["found"]
    assert list(checks) == ["settings", "store", "key", "lease", "budget", "due", "overdue"]
    run(cli, ["doctor", "--db", sqlite_store.name, "--config", str(config)])
    assert " ".join(capsys.readouterr().out.split()).count("readonly database") == 1
    assert sandbox.requests == []


def test_a_source_that_is_bound_elsewhere(doctor: Doctor, sqlite_store: Database) -> None:
    """A base URL other than the store's fails, names both, and sends nothing."""
    register(sqlite_store, at=(now_us() - T0) // S)
    code, checks = doctor(sqlite_store.name)
    assert (code, checks["settings"]["state"]) == (1, "fail")
    assert BASE_URL in checks["settings"]["found"]
    assert f"RECORDER_BASE_URL={BASE_URL}" in checks["settings"]["advice"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("RECORDER_DATABSE_URL", "RECORDER_DATABASE_URL"),
        ("RECORDER_DB", "RECORDER_DATABASE_URL"),
        ("RECORDER_BASEURL", "RECORDER_BASE_URL"),
        ("RECORDER_OVERDUE_AFTER", "RECORDER_OVERDUE"),
        ("PUFFLE_APIKEY", "PUFFLE_API_KEY"),
    ],
)
def test_a_variable_that_is_misspelt(
    doctor: Doctor,
    sqlite_store: Database,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    meant: str,
) -> None:
    """A variable that is nearly a setting, or is called as its option, is pointed out; its value is not shown."""
    monkeypatch.delenv("PUFFLE_API_KEY")
    monkeypatch.setenv(name, "postgresql://me:secret@there/db")
    _, checks = doctor(sqlite_store.name)
    assert checks["settings"]["state"] == "warn"
    assert checks["settings"]["advice"] == f"is {meant} meant?"
    assert "secret" not in json.dumps(checks)


def test_a_variable_beside_the_key_is_not_misspelt(
    doctor: Doctor, sqlite_store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the key is set, one of a similar name is somebody else's."""
    monkeypatch.setenv("PUFFLE_API_KEY_2", "pk_other")
    assert doctor(sqlite_store.name)[1]["settings"]["state"] == "ok"


def test_runs_that_nobody_asks_for(
    doctor: Doctor, sqlite_store: Database, sandbox: Sandbox
) -> None:
    """Runs that were due long ago are counted, with the instant since which the first one waits."""
    track(sqlite_store, sandbox, "er_1", "er_2")
    with sqlite_store.writing() as connection:
        connection.execute(sa.text("UPDATE watch SET due_at = due_at - 3600000000"))
    code, checks = doctor(sqlite_store.name)
    assert (code, checks["due"]["state"]) == (0, "warn")
    assert "2 runs due since" in checks["due"]["found"]
    assert "recorder poll" in checks["due"]["advice"]


def test_overdue_runs(doctor: Doctor, sqlite_store: Database, sandbox: Sandbox) -> None:
    """Overdue runs are a warning that names the longest."""
    track(sqlite_store, sandbox, "er_1")
    code, checks = doctor(sqlite_store.name, "--overdue-after", "5s")
    assert (code, checks["overdue"]["state"]) == (0, "warn")
    assert "er_1" in checks["overdue"]["found"]


def test_who_polls(doctor: Doctor, database: Database, store_url: str, sandbox: Sandbox) -> None:
    """The process that holds a source's lease is named."""
    track(database, sandbox, "er_1")
    with database.writing() as connection:
        acquire(connection, [1], new_holder(), now=now_us() + HOUR)
    assert f"process {os.getpid()}" in doctor(store_url)[1]["lease"]["found"]


def test_each_source_is_tried_with_its_own_key(
    sqlite_store: Database, sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sources of the store and of the file are tried one by one; one refused key is enough for 4."""
    (tmp_path / "key").write_text("pk_wrong\n")
    config = tmp_path / "config.toml"
    config.write_text(f'[sources.team]\napi_key_file = "{tmp_path / "key"}"\n')
    track(sqlite_store, sandbox, "er_1")
    url = sqlite_store.name
    assert run(cli, ["doctor", "--db", url, "--config", str(config)]) == 4
    out = capsys.readouterr().out
    assert "team: HTTP 401" in out
    assert f"ok    settings  file{config}" in "".join(out.split("\n" + " " * 16))
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize(("mode", "state"), [(0o600, "ok"), (0o644, "warn")])
def test_a_key_file_that_others_can_read(  # noqa: PLR0917  # fixtures
    doctor: Doctor, sqlite_store: Database, sandbox: Sandbox, tmp_path: Path, mode: int, state: str
) -> None:
    """It draws a warning with the command that closes it, and is used all the same."""
    file, config = tmp_path / "a key", tmp_path / "config.toml"
    file.write_text(KEY)
    file.chmod(mode)
    config.write_text(f'[sources.default]\napi_key_file = "{file}"\n')
    track(sqlite_store, sandbox, "er_1")
    code, checks = doctor(sqlite_store.name, "--config", str(config))
    assert (code, checks["key"]["state"], checks["api"]["state"]) == (0, state, "ok")
    advice = f"chmod 600 '{file}'" if state == "warn" else None
    assert checks["key"]["advice"] == advice
