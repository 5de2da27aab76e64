"""`db prune` drops polls and inner states of runs that ended long ago; what the analyses say stays as it was."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest
from kept import once
from made_answers import random_answers
from stores import T0, S, answer, document, register, rows, view

from recorder.analysis.registry import ANALYSES
from recorder.cli.main import cli, run
from recorder.instants import DAY, iso
from recorder.store.engine import Database
from recorder.store.table_parts import SCHEMA
from recorder.store.write.prune import Pruning
from recorder.store.write.record import Recorder

Capture = pytest.CaptureFixture[str]
NOT_ASKED = {
    "coverage",
    "compare",
}  # the first says otherwise by design, the second needs selections
BEFORE = ["--before", "2026-06-01"]


@pytest.fixture
@once
def store(database: Database) -> Database:
    """A store of runs that all ended a year ago, or never, with late answers."""
    answers = random_answers(seed=11, runs=60)
    register(database, sorted({one.run_id for one in answers}))
    Random(3).shuffle(answers)
    for start in range(0, len(answers), 200):
        Recorder(database).record(answers[start : start + 200])
    return database


@pytest.fixture
def ask(store_url: str, capsys: Capture) -> Callable[..., Any]:
    """Runs a command; what it prints as JSON."""

    def asked(*arguments: str) -> Any:
        capsys.readouterr()
        assert run(cli, [*arguments, "--db", store_url, "--format", "json"]) == 0
        return json.loads(capsys.readouterr().out)

    return asked


def listed(database: Database, name: str) -> list[dict[str, Any]]:
    """The rows of a view in an order of their own."""
    return sorted(view(database, name), key=repr)


def prune(store_url: str, capsys: Capture, *more: str) -> str:
    """What the command says."""
    capsys.readouterr()
    assert run(cli, ["db", "prune", "--db", store_url, *BEFORE, *more]) == 0
    return capsys.readouterr().err


@pytest.mark.slow
def test_the_analyses_answer_as_before(
    store: Database, store_url: str, ask: Callable[..., Any], capsys: Capture
) -> None:
    """Every analysis, the runs but for their flag, transitions and errors say the same; the store is found sound."""
    names = [name for name, entry in ANALYSES.items() if entry.flag_of is None]
    questions = [[name] for name in names if name not in NOT_ASKED]
    questions += [
        ["failures", "--by", "slug,version"],
        ["estimate", "--backtest"],
        ["costs", "--runs"],
    ]
    before = [ask(*one) for one in questions]
    changes, runs = listed(store, "transitions"), listed(store, "runs")
    told = prune(store_url, capsys)
    assert "bytes are freed" in told
    pruned = [one for one in view(store, "runs") if "pruned" in (one["quality"] or "")]
    assert len(pruned) > 10
    assert [ask(*one) for one in questions] == before
    assert listed(store, "transitions") == changes
    now = [
        {**one, "quality": (one["quality"] or "").removesuffix("pruned").removesuffix(",") or None}
        for one in listed(store, "runs")
    ]
    assert now == runs
    assert run(cli, ["db", "check", "--db", store_url]) == 0
    assert ask("coverage")[0]["pruned"] == len(pruned)


@pytest.mark.slow
def test_a_trial_counts_what_is_dropped(store: Database, store_url: str, capsys: Capture) -> None:
    """`--dry-run` changes nothing and counts what is then dropped; a second time there is nothing left."""
    before = rows(store, "poll", "snapshot", "part", "watch")
    trial = prune(store_url, capsys, "--dry-run")
    assert rows(store, "poll", "snapshot", "part", "watch") == before
    told = prune(store_url, capsys)
    assert trial.removeprefix("recorder: would drop ").strip() in told
    after = rows(store, "poll", "snapshot", "part")
    n_polls, n_states = (len(before[name]) - len(after[name]) for name in ("poll", "snapshot"))
    assert f"dropped {n_polls:,} polls and {n_states:,} states of" in told
    assert n_polls > 20
    assert n_states > 2
    assert "dropped 0 polls and 0 states of 0 runs" in prune(store_url, capsys)


@pytest.mark.parametrize("then", ["prune", "forget"])
def test_what_a_killed_pruning_leaves_goes_later(
    database: Database, store_url: str, capsys: Capture, then: str
) -> None:
    """Parts of dropped states that were still there go with the next pruning, and with the run."""
    life(database)
    pruning = Pruning(before=T0 + 200 * DAY, is_trial=False)
    database.write(pruning.prune_next, "default", -1)  # it is killed after this transaction
    n_parts = len(rows(database, "part")["part"])
    if then == "prune":
        assert "dropped 0 polls and 0 states of 0 runs" in prune(store_url, capsys)
        assert len(rows(database, "part")["part"]) == n_parts - 6
    else:
        assert run(cli, ["forget", "er_1", "--yes", "--db", store_url]) == 0
        assert rows(database, "part")["part"] == []


def life(database: Database) -> None:
    """A run of ten states: pending, eight of counts, completed, seen again a day later."""
    register(database)
    total = {"resolvedCount": 8, "counts": {}}
    states = [document(status="pending", scope=total)]
    for ended in range(8):
        counts = {"pending": 8 - ended, "running": 0, "completed": ended, "skipped": 0, "failed": 0}
        scope = {"resolvedCount": 8, "counts": counts}
        states.append(document(status="running", scope=scope, step=f"number {ended}"))
    done = {"pending": 0, "running": 0, "completed": 8, "skipped": 0, "failed": 0}
    states.append(document(status="completed", scope={"resolvedCount": 8, "counts": done}))
    Recorder(database).record([answer(3 * at, state) for at, state in enumerate(states)])
    Recorder(database).record([answer(100_000, states[-1])])


def test_which_states_stay(database: Database, store_url: str, capsys: Capture) -> None:
    """First, last, and both sides of each change of status; their numbers stay, and each points at the one before."""
    life(database)
    n_parts = len(rows(database, "part")["part"])
    prune(store_url, capsys)
    assert len(rows(database, "part")["part"]) == n_parts - 6, "parts that only dropped states used"
    found = rows(database, "snapshot")["snapshot"]
    assert [(one["previous_seq"], one["seq"]) for one in found] == [
        (None, 1),
        (1, 2),
        (2, 9),
        (9, 10),
    ]
    assert len(rows(database, "poll")["poll"]) == 5
    [row] = view(database, "runs")
    assert (row["n_polls"], row["n_snapshots"], row["quality"]) == (
        11,
        10,
        "no_created_at,no_started_at,pruned",
    )


def test_what_comes_later(database: Database, store_url: str, capsys: Capture) -> None:
    """Old answers of a pruned run are known already; a newer state is appended, and the flag stays."""
    life(database)
    prune(store_url, capsys)
    before = rows(database, "poll", "snapshot")
    assert Recorder(database).record([answer(6, document(status="running"))]) == []
    assert rows(database, "poll", "snapshot") == before
    [result] = Recorder(database).record([answer(200_000, document(status="completed", extra=1))])
    assert result.snapshot_seq == 11
    [row] = view(database, "runs")
    assert "pruned" in row["quality"]
    assert run(cli, ["db", "check", "--db", store_url]) == 0


def test_a_time_before_it_says_so(database: Database, store_url: str, capsys: Capture) -> None:
    """`--as-of` within the life of a pruned run reports that; after it, and without it, nothing is said."""
    life(database)
    prune(store_url, capsys)
    for seconds, said in ((10, 1), (300_000, 0)):
        at = iso(T0 + seconds * S)
        assert run(cli, ["runs", "--db", store_url, "--as-of", at]) == 0
        assert capsys.readouterr().err.count("pruned since") == said


@pytest.mark.parametrize("before", ["89d", "2999-01-01", "nonsense"])
def test_what_is_refused(database: Database, store_url: str, capsys: Capture, before: str) -> None:
    """Less than 90 days, and what is no time: one line, exit code 2, nothing is dropped."""
    life(database)
    content = rows(database, "poll", "snapshot")
    assert run(cli, ["db", "prune", "--db", store_url, "--before", before]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert rows(database, "poll", "snapshot") == content


@pytest.mark.slow
def test_a_prune_that_waits_for_a_reader_holds_up_nobody(
    store: Database, store_url: str, open_database: Callable[[str], Database]
) -> None:
    """While the space cannot be given back, answers are recorded; it is left where the reader goes on for longer."""
    reader, pruner, writer = (open_database(store_url) for _ in range(3))
    pruner.busy_ms, writer.busy_ms = lambda: 6000, lambda: 5000
    schema = "" if store.dialect.is_file else f"{SCHEMA}."
    register(writer, ["er_new"])
    with ThreadPoolExecutor(1) as pool, reader.reading() as connection:
        connection.exec_driver_sql(f"SELECT count(*) FROM {schema}poll").scalar_one()
        # The log has something that the reader does not see.
        recorder, at = Recorder(writer), 0
        recorder.record([answer(at, run_id="er_new")])
        is_whole = pool.submit(pruner.give_back)
        while not is_whole.done():
            at += 1
            recorder.record([answer(at, run_id="er_new")])
        assert not is_whole.result()
    assert pruner.give_back()
