"""Sealed blocks say what the rows say, whatever happens to their runs, and nothing of runs that are forgotten."""

import json
import zlib
from collections.abc import Callable
from random import Random
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from columns_held import assert_columns_are_rows, fill_mixed, seal_most
from kept import once
from stores import BASE_URL, T0, S, answer, document, empty, failure, register, rows
from virtual import Scene, VirtualTime

import recorder
from recorder.cli.main import cli, run
from recorder.instants import DAY, HOUR
from recorder.ledger.answer import Answer
from recorder.polling.watch_options import RunMode
from recorder.store import sealed
from recorder.store.engine import Database
from recorder.store.schema import run_block, watch
from recorder.store.write.adopt import adopting
from recorder.store.write.forget import forget
from recorder.store.write.prune import Pruning
from recorder.store.write.record import Recorder
from recorder.store.write.sealing import seal
from recorder.store.write.track import track, untrack
from recorder.store.write.watch_rows import follow_clock
from recorder.views import RUN_KINDS

Capture = pytest.CaptureFixture[str]
QUESTIONS = (
    "durations",
    "durations --by day,slug --tz Europe/Berlin",
    "durations --as-of 2025-11-20T09:01:00Z",
    "failures --by label:team",
    "costs --by slug,version",
    "costs --by status --source growth",
    "spend --by month",
    "errors",
    "coverage --as-of 2026-01-01T00:00:00Z",
    "leads",
    "drift",
    "runs",
)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "PER_BLOCK", 4)


@pytest.fixture
@once
def mixed(database: Database) -> Database:
    """A store of runs of every shape, most of them in sealed blocks."""
    fill_mixed(database)
    seal_most(database)
    return database


def blocks(database: Database) -> set[tuple[int, int]]:
    """The sealed blocks."""
    return {(row["source_id"], row["block"]) for row in rows(database, "sealed")["sealed"]}


def inflated(database: Database) -> bytes:
    """All that blocks hold."""
    held = rows(database, "run_block")["run_block"]
    return b"".join(zlib.decompress(row["data"]) for row in held)


def asked(url: str, capsys: Capture) -> list[str]:
    """What the questions give, to the byte."""
    found = []
    for question in QUESTIONS:
        capsys.readouterr()
        assert run(cli, [*question.split(), "--db", url, "--format", "json"]) == 0
        found.append(capsys.readouterr().out)
    return found


@pytest.mark.slow
def test_answers_are_the_same_to_the_byte(mixed: Database, store_url: str, capsys: Capture) -> None:
    """Every question answers from blocks as it does without them; `db check` and `db status` know them."""
    assert len(blocks(mixed)) > 10
    with_blocks = asked(store_url, capsys)
    run(cli, ["db", "status", "--db", store_url, "--format", "json"])
    status = json.loads(capsys.readouterr().out)
    assert status["sealed_runs"] == sum(row["n"] for row in rows(mixed, "sealed")["sealed"])
    assert status["sealed_bytes"] > 1000
    with mixed.writing() as connection:
        for source_id in (1, 2):
            sealed.drop_blocks(connection, source_id)
    assert asked(store_url, capsys) == with_blocks


@pytest.mark.slow
@pytest.mark.parametrize("storage", ["pyarrow", "python"])
def test_a_frame_is_the_same_from_blocks(mixed: Database, store_url: str, storage: str) -> None:
    """The runs have the same values and dtypes from blocks as from rows, whatever pandas keeps texts in."""
    with (
        pd.option_context("mode.string_storage", storage),
        recorder.open(store_url) as history,
    ):
        from_blocks = history.runs()
        with mixed.writing() as connection:
            for source_id in (1, 2):
                sealed.drop_blocks(connection, source_id)
        pd.testing.assert_frame_equal(from_blocks, history.runs())
    texts = [name for name, kind in RUN_KINDS.items() if kind == "text"]
    assert {getattr(dtype, "storage", None) for dtype in from_blocks[texts].dtypes} == {storage}


@pytest.mark.slow
def test_both_kinds_of_store_hold_the_same_bytes(database: Database, other: Database) -> None:
    """The blocks of one history are equal, before they are deflated and after."""
    for one in (database, other):
        fill_mixed(one)
        seal_most(one)
    assert rows(database, "sealed", "run_block") == rows(other, "sealed", "run_block")
    empty(other)


def _late(database: Database, random: Random) -> None:
    """Record answers before and after all others, of any runs."""
    ids = [f"er_{random.randrange(60):03}" for _ in range(2)] + ["er_1", "s1", "silent"]
    made: list[Answer] = []
    for run_id in ids:
        at = random.choice([-3.5, 11.25, 10**6 + random.random()])
        status = random.choice(["running", "completed", "failed"])
        made.append(
            answer(0, document(run_id, status), run_id=run_id, observed_at=T0 + int(at * S))
        )
    made.append(failure(10**6 + 7, run_id="s2"))
    Recorder(database).record(made)


def _keys(database: Database, random: Random, n: int = 3) -> list[int]:
    return random.sample([row["run_key"] for row in rows(database, "run")["run"]], n)


def _track(database: Database, random: Random) -> None:
    """Track runs again, and new ones."""
    with database.writing() as connection:
        track(connection, "default", ["s3", "silent", f"new{random.random()}"], now=T0 + 2000 * S)


def _untrack(database: Database, random: Random) -> None:
    for key in _keys(database, random):
        with database.writing() as connection:
            untrack(connection, random.choice([1, 2]), key, now=T0 + 3000 * S)


def _adopt(database: Database, random: Random) -> None:
    """Take in an answer that is older than the run."""
    old = [
        answer(-900 - random.randrange(9), run_id=f"er_{random.randrange(60):03}", source="growth")
    ]
    adopt = adopting(old, [], base_urls={}, base_url_of=lambda _: BASE_URL, now=T0)
    Recorder(database).record(old, before=adopt)


def _forget(database: Database, random: Random) -> None:
    names = {row["run_key"]: row["run_id"] for row in rows(database, "run")["run"]}
    with database.writing() as connection:
        forget(connection, "growth", [names[key] for key in _keys(database, random)])


def _prune(database: Database, random: Random) -> None:
    Pruning(before=T0 + random.randrange(10**5) * S, is_trial=False).run(database)


def _set_clock_back(database: Database, _: Random) -> None:
    with database.writing() as connection:
        follow_clock(connection, [2], now=T0 + 2 * DAY)
        follow_clock(connection, [2], now=T0 + DAY // 24)


def _seal(database: Database, _: Random) -> None:
    seal_most(database)


CHANGES = (_late, _track, _untrack, _adopt, _forget, _prune, _set_clock_back)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_changes_blocks_are_the_rows(
    mixed: Database, store_url: str, capsys: Capture, seed: int
) -> None:
    """After late and new answers, track, untrack, adopt, forget, prune, a clock set back, and sealing between."""
    random = Random(seed)
    for change in [one for each in random.sample(CHANGES, len(CHANGES)) for one in (each, _seal)]:
        change(mixed, random)
        with mixed.reading() as connection:
            assert_columns_are_rows(connection, None, random.choice([None, 63, 10**5]))
    with mixed.writing() as connection:  # so that nothing but blocks could be at fault
        connection.execute(sa.update(watch).values(due_at=None))
    capsys.readouterr()
    run(cli, ["db", "check", "--db", store_url])
    assert "block" not in capsys.readouterr().out


@pytest.mark.parametrize("change", [_late, _untrack, _adopt, _forget, _set_clock_back])
def test_a_change_drops_the_blocks_of_its_runs(
    mixed: Database, change: Callable[[Database, Random], None]
) -> None:
    """Some are gone, the others stay, and none is left in half."""
    before = blocks(mixed)
    change(mixed, Random(4))
    left = blocks(mixed)
    assert left < before
    assert {row[0] for row in left} >= {1}
    held = rows(mixed, "run_block")["run_block"]
    assert {(row["source_id"], row["block"]) for row in held} == left


def test_polling_drops_nothing(database: Database) -> None:
    """A run that is polled is in no sealed block, the last block is never sealed, and a full one is when all have ended."""
    register(database, [f"er_{n}" for n in range(11)])
    for at, status in ((0, "running"), (43_200, "completed")):
        made = [answer(at, document(f"er_{n}", status), run_id=f"er_{n}") for n in range(11)]
        Recorder(database).record(made)
        assert seal(database) == 0
    made = [answer(129_600, document(f"er_{n}", "completed"), run_id=f"er_{n}") for n in range(8)]
    Recorder(database).record(made)
    assert seal(database, most=1) == 1
    assert seal(database, [2]) == 0
    assert seal(database) == 1
    assert blocks(database) == {(1, 0), (1, 1)}
    Recorder(database).record([answer(140_000, document("er_9"), run_id="er_9")])
    assert blocks(database) == {(1, 0), (1, 1)}


def test_nothing_of_a_forgotten_run_is_in_a_block(database: Database) -> None:
    """Its id and its message are gone with the block, also once it is sealed anew without the run."""
    ids = [f"er_{n}" for n in range(9)]
    register(database, ids)
    told = [document(one, "failed", error={"message": f"whisper {one}"}) for one in ids]
    for at in (0, 86_400):
        made = [answer(at, body, run_id=one) for one, body in zip(ids, told, strict=True)]
        Recorder(database).record(made)
    assert seal(database) == 2
    assert inflated(database).count(b"er_5") == 2
    with database.writing() as connection:
        forget(connection, "default", ["er_5"])
    assert blocks(database) == {(1, 0)}
    assert seal(database) == 1
    held = inflated(database)
    assert (held.count(b"er_5"), held.count(b"whisper er_6")) == (0, 1)


def test_a_key_that_was_forgotten_may_come_again(database: Database) -> None:
    """A new run that gets a key within a sealed block is in the answers."""
    register(database, [f"er_{n}" for n in range(9)])
    with database.writing() as connection:
        forget(connection, "default", ["er_2"])  # the last key of the first block
        connection.execute(sa.update(watch).values(due_at=None))
    assert seal(database) == 2
    with database.writing() as connection:
        sealed.drop_blocks(connection, 1, [1])
        forget(connection, "default", [f"er_{n}" for n in range(3, 9)])
    assert blocks(database) == {(1, 0)}
    register(database, ["again"])
    with database.reading() as connection:
        assert_columns_are_rows(connection, None, None)


@pytest.mark.slow
def test_a_damaged_block_is_found_and_made_anew(
    mixed: Database, store_url: str, capsys: Capture
) -> None:
    """`db check` names it and what repairs it; after that it is silent, and the blocks are as they were."""
    before = rows(mixed, "run_block")
    slugs = run_block.c.name == "slug"
    for damage in (zlib.compress(b"\x05\0\0\0"), b"no deflated bytes"):
        with mixed.writing() as connection:
            changed = sa.update(run_block).where(slugs, run_block.c.source_id == 1)
            connection.execute(changed.values(data=damage))
        capsys.readouterr()
        assert run(cli, ["db", "check", "--db", store_url]) == 1
        said = capsys.readouterr().out
        assert "'recorder db upgrade --reseal' makes the blocks anew" in said
        assert run(cli, ["db", "upgrade", "--reseal", "--db", store_url]) == 0
        assert f"sealed {len(blocks(mixed))} blocks of runs" in capsys.readouterr().err
        assert rows(mixed, "run_block") == before
    run(cli, ["db", "check", "--db", store_url])
    assert "block" not in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("until", [RunMode.PASS, RunMode.TIME])
def test_a_watch_seals(database: Database, until: RunMode) -> None:
    """Runs that are polled no more are sealed at the end of a pass, and while a watch goes on."""
    register(database, [f"er_{n}" for n in range(9)])
    ended: dict[str, Any] = {"timing": {"completedAt": "2025-11-20T09:00:00Z"}}
    for at in (0, 86_400):
        made = [
            answer(at, document(f"er_{n}", "completed", **ended), run_id=f"er_{n}")
            for n in range(9)
        ]
        Recorder(database).record(made)
    scene = Scene(database, time=VirtualTime(T0 + 5 * DAY + HOUR))
    scene.watch(until, seconds=20)
    assert blocks(database) == {(1, 0), (1, 1)}
