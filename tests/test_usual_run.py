"""What runs of one slug are like: how long they take, how far their counts foretell an end, and who keeps it."""

import random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from stores import T0, S, answer, document, failure, register, rows

from recorder.instants import DAY, MINUTE, SECOND, iso
from recorder.ledger.answer import Answer, Outcome
from recorder.schedule.usual_run import UsualRun
from recorder.store.engine import Database
from recorder.store.schema import usual_run, watch
from recorder.store.write.forget import forget
from recorder.store.write.record import Recorder


def like(*walls_us: int) -> UsualRun:
    usual = UsualRun()
    for wall_us in walls_us:
        usual = usual.after(wall_us, is_in_vain=None)
    return usual


def after(usual: UsualRun, *in_vain: bool) -> UsualRun:
    """After more runs, each of which foretold its end in vain or not."""
    for is_in_vain in in_vain:
        usual = usual.after(MINUTE, is_in_vain=is_in_vain)
    return usual


def test_most_runs_end_within_the_usual_time() -> None:
    """Of a steady law it holds more than nine in ten, and is no wider than it has to be."""
    chance = random.Random(1)
    walls = [round(MINUTE * chance.lognormvariate(0, 0.4)) for _ in range(2000)]
    end = like(*walls[:1000]).end_of(T0, now=T0)
    assert end is not None
    assert sum(end.from_at <= T0 + wall <= end.until_at for wall in walls) > 1800
    assert end.until_at - T0 < 5 * MINUTE


def test_it_follows_a_change() -> None:
    """After some dozens of runs that take ten times as long the old ones are forgotten."""
    end = like(*[10 * SECOND] * 500, *[100 * SECOND] * 200).end_of(T0, now=T0)
    assert end is not None
    assert T0 + 50 * SECOND < end.from_at < T0 + 100 * SECOND < end.until_at


def test_few_runs_foretell_nothing() -> None:
    """Nor does a time that is over."""
    assert like(*[MINUTE] * 4).end_of(T0, now=T0) is None
    assert like(*[MINUTE] * 5).end_of(T0, now=T0) is not None
    assert like(*[MINUTE] * 5).end_of(T0, now=T0 + DAY) is None


def test_runs_that_foretell_in_vain_are_doubted_from_the_start_until_they_do_not() -> None:
    """One in ten is no reason; a run that nobody polled says nothing of it, nor does one alone."""
    assert after(UsualRun(), *[True, *[False] * 9] * 9).doubts == 0
    assert after(UsualRun(), *[True] * 4).doubts == 0
    assert after(UsualRun(), *[False] * 50, True).doubts == 0
    doubted = after(UsualRun(), *[True] * 50)
    assert doubted.doubts == 6
    assert doubted.after(MINUTE, is_in_vain=None).doubts == 6
    assert after(doubted, *[False] * 200).doubts == 0


@given(st.lists(st.tuples(st.integers(-DAY, 900 * DAY), st.none() | st.booleans())))
def test_whatever_runs_took_it_foretells_or_not(runs: list[tuple[int, bool | None]]) -> None:
    """Its numbers stay such that a store takes them."""
    usual = UsualRun()
    for wall_us, is_in_vain in runs:
        usual = usual.after(wall_us, is_in_vain=is_in_vain)
        end = usual.end_of(T0, now=T0)
        assert end is None or T0 <= end.from_at < end.until_at
        assert usual.log_variance >= 0
        assert 0 <= usual.doubts <= 6
        assert usual.is_possible


SLUG = {"slug": "work-email"}


def ended(run_id: str, *, after_s: int) -> Answer:
    """The first sight of a completed run that took so long."""
    timing = {"createdAt": iso(T0), "startedAt": iso(T0), "completedAt": iso(T0 + after_s * S)}
    return answer(
        after_s, document(run_id, "completed", timing=timing, enrichment=SLUG), run_id=run_id
    )


@pytest.fixture
def recorder(database: Database) -> Recorder:
    register(database, [f"er_{n}" for n in range(8)], at=-20)
    recorder = Recorder(database)
    recorder.record([ended(f"er_{n}", after_s=60) for n in range(5)])
    return recorder


def usual_rows(database: Database) -> list[dict[str, Any]]:
    return rows(database, "usual_run")["usual_run"]


def likely_end(database: Database, run_id: str) -> tuple[int | None, int | None]:
    held = rows(database, "run", "watch")
    key = {row["run_id"]: row["run_key"] for row in held["run"]}[run_id]
    (found,) = (row for row in held["watch"] if row["run_key"] == key)
    return found["end_from_at"], found["end_until_at"]


def test_the_end_of_a_run_without_counts_is_foretold_by_its_like(
    database: Database, recorder: Recorder
) -> None:
    """From its first answer on, through answers that change nothing or fail, until the time is over."""
    waiting = document("er_5", timing={"createdAt": iso(T0)}, enrichment=SLUG)
    seen = [answer(at, waiting, run_id="er_5") for at in (10, 13, 19)]
    for one in (*seen[:2], failure(16, run_id="er_5"), seen[2]):
        recorder.record([one], now=one.observed_at)
        from_at, until_at = likely_end(database, "er_5")
        assert from_at is not None
        assert until_at is not None
        assert T0 < from_at < T0 + 60 * S < until_at
    late = 600
    recorder.record([answer(late, waiting, run_id="er_5")], now=T0 + late * S)
    assert likely_end(database, "er_5") == (None, None)


def test_an_import_foretells_nothing(database: Database, recorder: Recorder) -> None:
    """What is imported is over."""
    waiting = document("er_5", timing={"createdAt": iso(T0)}, enrichment=SLUG)
    recorder.record([answer(10, waiting, run_id="er_5")])
    assert likely_end(database, "er_5") == (None, None)


def test_each_run_is_counted_once(database: Database, recorder: Recorder) -> None:
    """Another answer of a run that has ended, and a failed run, do not count."""
    [before] = usual_rows(database)
    assert before["n_runs"] == 5
    recorder.record([ended("er_0", after_s=90)])
    recorder.record([answer(95, document("er_6", "failed", enrichment=SLUG), run_id="er_6")])
    assert usual_rows(database) == [before]


@pytest.mark.parametrize(("was_polled", "missed"), [(True, 666_667), (False, 600_000)])
def test_only_a_run_that_was_seen_in_flight_says_how_far_counts_foretell(
    database: Database, recorder: Recorder, *, was_polled: bool, missed: int
) -> None:
    """One that had ended when it was first seen changes what runs take, and nothing else."""
    with database.writing() as connection:
        connection.execute(sa.update(usual_run).values(missed=600_000))
    if was_polled:
        running = document("er_5", timing={"createdAt": iso(T0)}, enrichment=SLUG)
        recorder.record([answer(10, running, run_id="er_5")], now=T0 + 10 * S)
        with database.writing() as connection:
            connection.execute(sa.update(watch).values(n_missed=9))
    recorder.record([ended("er_5", after_s=60)], now=T0 + 60 * S)
    [found] = usual_rows(database)
    assert (found["n_runs"], found["missed"]) == (6, missed)


@pytest.mark.parametrize(("until_s", "missed"), [(60, 125_000), (600, 291_667)])
def test_a_run_that_began_in_greater_doubt_says_what_it_missed_itself(
    database: Database, recorder: Recorder, until_s: int, missed: int
) -> None:
    """What it counted as missed from the start is no miss: where many are in flight, doubt would go on by itself."""

    def doubt(share: int) -> None:
        with database.writing() as connection:
            connection.execute(sa.update(usual_run).values(missed=share))

    doubt(600_000)
    timing = {"createdAt": iso(T0)}
    for at in (10, until_s - 1):
        seen = answer(at, document("er_5", timing=timing, enrichment=SLUG), run_id="er_5")
        recorder.record([seen], now=seen.observed_at)
        doubt(150_000)
    recorder.record([ended("er_5", after_s=until_s)], now=T0 + until_s * S)
    assert [row["missed"] for row in usual_rows(database)] == [missed]


def test_a_slug_of_any_length_is_recorded(database: Database, recorder: Recorder) -> None:
    """An answer with one that no key of a table takes is recorded as any other, and foretells nothing."""
    chance = random.Random(1)
    slug = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=9000))
    timing = {"createdAt": iso(T0), "completedAt": iso(T0 + 60 * S)}
    long = document("er_5", "completed", timing=timing, enrichment={"slug": slug})
    [result] = recorder.record([answer(60, long, run_id="er_5")])
    assert result.outcome is Outcome.CHANGED
    assert [row["slug"] for row in usual_rows(database)] == ["work-email"]


def test_what_is_forgotten_leaves_no_trace_of_its_slug(
    database: Database, recorder: Recorder
) -> None:
    """The next runs begin anew, and a slug that it had before another one is gone too."""
    renamed = document("er_0", "completed", enrichment={"slug": "other"})
    recorder.record([answer(90, renamed, run_id="er_0")])
    with database.writing() as connection:
        forget(connection, "default", ["er_0"])
    assert usual_rows(database) == []
    recorder.record([ended("er_7", after_s=60)])
    assert [row["n_runs"] for row in usual_rows(database)] == [1]


@pytest.mark.parametrize(
    "damage",
    [
        "log_variance = -1",
        "log_mean = 9000000000000000",
        "n_runs = -5",
        "missed = -1",
        "missed = 1000001",
    ],
)
def test_a_damaged_hint_is_none(database: Database, recorder: Recorder, damage: str) -> None:
    """Numbers that no runs lead to are as if there were none: answers are recorded as ever, and begin anew."""
    schema = "" if database.dialect.is_file else "recorder."
    with database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE {schema}usual_run SET {damage}")
    waiting = document("er_5", timing={"createdAt": iso(T0)}, enrichment=SLUG)
    one = answer(10, waiting, run_id="er_5")
    [result] = recorder.record([one], now=one.observed_at)
    assert result.outcome is Outcome.CHANGED
    assert likely_end(database, "er_5") == (None, None)
    recorder.record([ended("er_6", after_s=60)])
    assert [row["n_runs"] for row in usual_rows(database)] == [1]
