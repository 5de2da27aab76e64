"""The sandbox's population: runs, their documents, and what a poller would have kept."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.instants import DAY, MINUTE, SECOND, iso, parse_instant
from recorder.sandbox import (
    Ending,
    Overrides,
    SimulatedPopulation,
    SimulatedRun,
    answers,
    cancel,
    document,
    make_run,
)
from recorder.sandbox.definitions import SLUGS, contract, definition, latest_version

START = 1_780_000_000_000_000


def run_of(
    ending: Ending, *, number: int = 0, created_at: int = START, leads: int = 40
) -> SimulatedRun:
    overrides = Overrides(ending=ending, leads=leads)
    return make_run(
        seed=7, number=number, user="default", created_at=created_at, overrides=overrides
    )


def said(run: SimulatedRun, at: int) -> Any:
    return document(run, at)["run"]


def test_a_population_is_its_seed_and_start() -> None:
    """The same seed and start give the same runs; another seed gives other ids."""
    worlds = [
        SimulatedPopulation.generate(runs=25, seed=seed, start_at=START, spread_us=DAY)
        for seed in (3, 3, 4)
    ]
    assert worlds[0] == worlds[1]
    assert not {run.run_id for run in worlds[0].runs} & {run.run_id for run in worlds[2].runs}


def test_ids_depend_on_the_seed_alone() -> None:
    """A population that starts later, longer or faster has the ids of the first."""
    first = SimulatedPopulation.generate(runs=20, seed=3, start_at=START)
    later = SimulatedPopulation.generate(
        runs=30, seed=3, start_at=START + DAY, spread_us=DAY, speed=9.0
    )
    assert [r.run_id for r in first.runs] == [r.run_id for r in later.runs][:20]


@pytest.mark.parametrize("seed", range(5))
def test_ten_runs_meet_every_ending(seed: int) -> None:
    """From ten runs on each ending occurs, and stuck runs are overdue at the start."""
    population = SimulatedPopulation.generate(runs=10, seed=seed, start_at=START)
    assert {run.ending for run in population.runs} == set(Ending)
    assert all(
        run.created_at <= START - 12 * MINUTE
        for run in population.runs
        if run.ending is Ending.STUCK
    )


def test_users_share_the_runs() -> None:
    """Several users get the runs in turn."""
    population = SimulatedPopulation.generate(runs=4, start_at=START, users=("ann", "ben"))
    assert [run.user for run in population.runs] == ["ann", "ben", "ann", "ben"]


@given(
    number=st.integers(0, 10_000),
    ending=st.sampled_from(Ending),
    leads=st.integers(0, 300),
    speed=st.sampled_from([0.5, 1.0, 20.0, 1000.0]),
    after_s=st.lists(st.floats(0, 900), min_size=2, max_size=6),
)
def test_a_document_is_always_consistent(
    number: int, ending: Ending, leads: int, speed: float, after_s: list[float]
) -> None:
    """At any instant the counts sum to the leads, only the past is told, and words go one way."""
    overrides = Overrides(ending=ending, leads=leads)
    run = make_run(
        seed=1, number=number, user="u", created_at=START, speed=speed, overrides=overrides
    )
    ranks = []
    for at in sorted(START + int(seconds * SECOND) for seconds in after_s):
        row = said(run, at)
        assert sum(row["scope"]["counts"].values()) == row["scope"]["resolvedCount"] == leads
        assert all(count >= 0 for count in row["scope"]["counts"].values())
        told = [parse_instant(text) or 0 for text in row["timing"].values() if text]
        assert max(told) <= at
        assert row["timing"]["updatedAt"] >= row["timing"]["createdAt"]
        ranks.append(["pending", "running"].index(row["status"]) if row["status"][0] in "pr" else 2)
    assert ranks == sorted(ranks)


@pytest.mark.parametrize("ending", Ending)
def test_a_run_ends_as_its_ending_says(ending: Ending) -> None:
    """Each ending has its last word, its times and its error."""
    run = run_of(ending)
    row = said(run, START + DAY)
    timing = row["timing"]
    if ending is Ending.STUCK:
        assert row["status"] in ("pending", "running")
        assert timing["completedAt"] is timing["cancelledAt"] is row["cost"]["actual"] is None
    else:
        assert row["status"] == ending.value.removesuffix("-pending")
        assert (row["error"] is not None) == (ending is Ending.FAILED)
        assert (timing["cancelledAt"] is not None) == ending.value.startswith("cancelled")
    if ending is Ending.CANCELLED_PENDING:
        assert timing["startedAt"] is None
        assert row["scope"]["counts"]["skipped"] == run.leads


def test_a_run_begins_pending_and_is_charged_at_the_end() -> None:
    """At its creation a run is pending, not started, with a preview and no actual."""
    run = run_of(Ending.COMPLETED)
    row = said(run, run.created_at)
    assert (row["status"], row["timing"]["startedAt"]) == ("pending", None)
    assert row["cost"]["preview"] is not None
    assert row["cost"]["actual"] is None
    assert run.settled_at is not None
    assert said(run, run.settled_at)["cost"]["actual"] is not None


def test_some_ends_are_odd() -> None:
    """Among many runs some failed ones have no completedAt, and some actuals come late."""
    runs = SimulatedPopulation.generate(runs=400, seed=1, start_at=START).runs
    failed = [run for run in runs if run.ending is Ending.FAILED]
    assert {run.has_completed_at for run in failed} == {True, False}
    assert any(run.actual_at is None for run in failed)
    assert any(run.actual_at and run.ended_at and run.actual_at > run.ended_at for run in runs)
    shapes = {type(said(run, START + DAY)["cost"]["preview"]) for run in runs}
    assert shapes == {dict, int, str}


def test_leads_go_on_after_a_cancel() -> None:
    """A cancel skips the pending leads; the running ones end after the run says cancelled."""
    run = next(
        r for n in range(50) if (r := run_of(Ending.COMPLETED, number=n)).steps[2].running > 1
    )
    at = run.steps[2].at + 1500
    cancelled = cancel(run, at)
    assert cancelled is not None
    assert cancelled.ended_at == at - 500
    assert said(cancelled, at - 1000) == said(run, at - 1000)
    first, last = (said(cancelled, when)["scope"]["counts"] for when in (at, at + MINUTE))
    assert first["running"] == run.steps[2].running
    assert first["pending"] == last["pending"] == last["running"] == 0
    assert last["completed"] + last["failed"] == run.steps[2].processed + first["running"]
    assert cancel(cancelled, at + SECOND) is None


def test_speed_shortens_lives_on_the_wall() -> None:
    """At speed 20 a run ends in a twentieth of the time, in real instants."""
    slow, fast = (
        make_run(seed=1, number=2, user="u", created_at=START, speed=speed) for speed in (1.0, 20.0)
    )
    assert slow.ended_at
    assert fast.ended_at
    assert fast.ended_at - START == pytest.approx((slow.ended_at - START) / 20, abs=2000)


def test_a_version_has_one_contract() -> None:
    """The contract of each slug and version is 1 to 4 KB, and its own."""
    texts = [
        json.dumps(contract(definition(slug, version)))
        for slug in SLUGS
        for version in range(1, latest_version(slug) + 1)
    ]
    assert len(set(texts)) == len(texts)
    assert all(1000 <= len(text) <= 4000 for text in texts)


def test_one_version_is_worse_than_the_one_before() -> None:
    """Version 4 of funding_stage fails twice as often and costs a fifth more."""
    before, worse = definition("funding_stage", 3), definition("funding_stage", 4)
    assert worse.failure_rate == 2 * before.failure_rate
    assert worse.charge == pytest.approx(1.2 * before.charge)


def test_explicit_leads_are_repeated_and_lists_are_named() -> None:
    """A run has either a list's id or every lead's id in its scope."""
    runs = SimulatedPopulation.generate(runs=60, seed=2, start_at=START).runs
    scopes = [said(run, START + DAY)["scope"] for run in runs]
    assert {scope["type"] for scope in scopes} == {"list", "explicit_leads"}
    for scope in scopes:
        ids = scope["requested"].get("leadIds", [])
        assert (scope["listId"] is None) == (len(set(ids)) == scope["resolvedCount"] > 0)


def test_answers_are_what_a_poller_would_have_kept() -> None:
    """The lines are in order of time, a dozen or fewer a run, and say what the run said then."""
    population = SimulatedPopulation.generate(runs=60, seed=5, start_at=START, spread_us=30 * DAY)
    runs = {run.run_id: run for run in population.runs}
    lines = list(answers(runs=60, seed=5, start_at=START, error_rate=0.05))
    times = [parse_instant(line["observed_at"]) or 0 for line in lines]
    assert times == sorted(times)
    assert {line["run_id"] for line in lines} == set(runs)
    assert 6 * len(runs) <= len(lines) <= 12 * len(runs)
    assert {line["status_code"] for line in lines} == {200, 503}
    for at, line in zip(times, lines, strict=True):
        if line["status_code"] == 200:
            assert line["body"] == document(runs[line["run_id"]], at)


def test_answers_can_be_had_again() -> None:
    """The same seed and start give the same lines; nothing is observed after `until_at`."""
    until_at = START + DAY
    lines = list(answers(runs=50, seed=5, start_at=START, spread_us=2 * DAY))
    cut = list(answers(runs=50, seed=5, start_at=START, spread_us=2 * DAY, until_at=until_at))
    assert cut == [line for line in lines if line["observed_at"] <= iso(until_at)]
    assert 0 < len(cut) < len(lines)
