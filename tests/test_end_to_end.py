"""From the wire to the history and back: real HTTP, real stores, the commands as people type them."""

import json
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import pytest
from postgres import PostgresServer
from stores import SAMPLES, sample_paths

from recorder.cli.main import cli, run
from recorder.instants import iso, now_us
from recorder.ledger.jsontext import Json, canonical_text, parse_json
from recorder.queries import Queries
from recorder.sandbox import Folder, RequestLog, Sandbox, SimulatedPopulation
from recorder.settings import Settings
from recorder.store.engine import Database

KEY = "pk_sandbox"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch, store_url: str) -> Callable[[str], None]:
    """Points the settings of the environment at a sandbox and the store."""

    def point(url: str) -> None:
        monkeypatch.setenv("RECORDER_DATABASE_URL", store_url)
        monkeypatch.setenv("RECORDER_BASE_URL", url)
        monkeypatch.setenv("PUFFLE_API_KEY", KEY)

    return point


@pytest.mark.slow
def test_every_sample_comes_back_as_it_was_served(
    use: Callable[[str], None], capsys: Capture
) -> None:
    """Each document of the samples is served, polled, and printed by `status --format json`, equal number by number."""
    folder = Folder(SAMPLES)
    ids = [path.stem for path in sample_paths()] + ["er/ünïcode ½?#%2F"]
    with Sandbox(folder=folder).start() as sandbox:
        use(sandbox.url)
        assert run(cli, ["track", *ids]) == 0
        assert run(cli, ["poll"]) == 0
        assert len(sandbox.requests) == len(ids)
    for run_id in ids:
        capsys.readouterr()
        assert run(cli, ["status", run_id, "--format", "json"]) == 0
        served = folder.body(run_id)
        assert served is not None
        assert parse_json(capsys.readouterr().out.strip()) == parse_json(served)


def served_states(entries: list[RequestLog]) -> dict[str, list[str]]:
    """What the server says it answered with: each run's distinct consecutive states, in order."""
    states: dict[str, list[str]] = {}
    ordered = sorted((e for e in entries if e.status == 200), key=lambda e: (e.run_id, e.number))
    for run_id, group in groupby(ordered, key=lambda entry: entry.run_id):
        texts = [canonical_text(_run_of(parse_json(entry.body))) for entry in group]
        states[run_id] = [text for text, _ in groupby(texts)]
    return states


def _run_of(value: Json) -> Json:
    return value["run"] if isinstance(value, dict) else None


def recorded_states(database: Database, run_ids: list[str]) -> dict[str, list[str]]:
    """What the history says of the same."""
    archive = Queries(database, Settings(database_url="sqlite:///unused"))
    return {
        run_id: [canonical_text(step.state.value["run"]) for step in archive.history(run_id)]
        for run_id in run_ids
    }


@pytest.mark.slow
def test_a_hundred_runs_to_the_end_and_into_the_other_kind_of_store(
    use: Callable[[str], None],
    database: Database,
    bare_other_url: str,
    open_database: Callable[[str], Database],
    tmp_path: Path,
) -> None:
    """The recorded states are those of the server's own log, nothing lost, nothing twice; and an export carries them."""
    world = SimulatedPopulation.generate(runs=100, seed=4, start_at=now_us(), spread_us=0, speed=25)
    ids = [one.run_id for one in world.runs]
    with Sandbox(world).start() as sandbox:
        use(sandbox.url)
        assert run(cli, ["track", *ids]) == 0
        quick = ["--every", "300ms", "--settle", "300ms,1s,2s", "--rate", "60000"]
        for _ in range(5):
            assert run(cli, ["poll", "--for", "12s", "--until-done", *quick]) == 0
            requests = sandbox.requests
            states = served_states(requests)
            if len(states) == len(ids) < sum(map(len, states.values())):
                break  # else the machine stood still
    assert len(states) == len(ids) < sum(map(len, states.values()))
    assert recorded_states(database, sorted(states)) == states
    archive = Queries(database, Settings(database_url="sqlite:///unused"))
    assert len(list(archive.polls())) == len(requests)
    out = tmp_path / "history.ndjson"
    assert run(cli, ["export", "answers", "--out", str(out)]) == 0
    assert run(cli, ["db", "upgrade", "--db", bare_other_url]) == 0
    assert run(cli, ["import", "--db", bare_other_url, str(out)]) == 0
    other = open_database(bare_other_url)
    assert recorded_states(other, sorted(states)) == states
    assert exported(bare_other_url, tmp_path / "again.ndjson") == out.read_text(encoding="utf-8")


def exported(url: str, path: Path) -> str:
    """Everything that a store holds, as text."""
    assert run(cli, ["export", "answers", "--db", url, "--out", str(path)]) == 0
    return path.read_text(encoding="utf-8")


@pytest.fixture
def bare_other_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A place for a store of the other kind."""
    if dialect == "postgres":
        yield f"sqlite:///{tmp_path / 'other.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.mark.slow
def test_a_run_is_told_as_it_was_at_any_time(use: Callable[[str], None], capsys: Capture) -> None:
    """`status --as-of` gives the state that was served then, and `history` names what changed."""
    first = {"run": {"id": "er_1", "status": "pending", "cost": {"preview": 1.10}}}
    second = {"run": {"id": "er_1", "status": "running", "cost": {"preview": 1.10}}}
    with Sandbox().start() as sandbox:
        use(sandbox.url)
        sandbox.put(first)
        assert run(cli, ["track", "er_1"]) == 0
        assert run(cli, ["poll", "--every", "1ms"]) == 0
        between = now_us()
        sandbox.put(second)
        assert run(cli, ["poll", "--every", "1ms", "--for", "1s"]) == 0
    capsys.readouterr()
    assert run(cli, ["status", "er_1", "--format", "json", "--as-of", iso(between)]) == 0
    assert json.loads(capsys.readouterr().out) == first
    assert run(cli, ["history", "er_1"]) == 0
    assert 'status: "pending" -> "running"' in capsys.readouterr().out
