"""Estimates of one measure."""

import random
from typing import Any

import pytest
from reference_estimates import as_asked, estimate

from recorder.analysis.forecasts import Basis, Forecaster, costs, durations
from recorder.analysis.likes import PastRun, Planned

SECOND = 1_000_000


def made(seed: int, n: int = 160) -> tuple[list[dict[str, Any]], list[int]]:
    """Return completed runs of a slug, some without leads or preview, and when all its runs were created."""
    rng = random.Random(seed)
    runs, created, now = [], [], 0
    for number in range(n):
        now += int(rng.expovariate(1 / (120 * SECOND))) if number % 40 else 3600 * SECOND
        created.append(now)
        if rng.random() < 0.1:
            continue
        leads = rng.choice([None, 0, 1]) if rng.random() < 0.02 * (seed % 2) else rng.randint(1, 80)
        slow = 3 if number > n * 2 // 3 else 1
        wall = int(slow * 20 * SECOND * max(leads or 1, 1) ** 0.4 * rng.lognormvariate(0, 0.5))
        preview = 2 * SECOND * (leads or 0) if rng.random() < 0.9 else 7 * SECOND
        runs.append(
            {
                "run_id": f"r{rng.randrange(10**6)}",
                "version": rng.choice(["1", "2"]) if number > n // 2 else "1",
                "created_at": now if rng.random() < 0.97 else None,
                "known_at": (now + wall) // SECOND * SECOND + SECOND,
                "leads": leads,
                "value": wall,
                "preview": preview,
                "cost": slow * preview * rng.choice([4, 5, 5, 6]) // 5,
            }
        )
    return runs, created


def of_measure(runs: list[dict[str, Any]], measure: str) -> list[dict[str, Any]]:
    if measure == "cost":
        return [run | {"value": run["cost"]} for run in runs]
    return [run | {"preview": None} for run in runs]


def outcomes(runs: list[dict[str, Any]]) -> list[PastRun]:
    return [PastRun(**{k: v for k, v in run.items() if k != "cost"}) for run in runs]


def forecaster(
    runs: list[dict[str, Any]], created: list[int], measure: str, way: str
) -> Forecaster:
    if measure == "cost":
        return costs(outcomes(runs), created, by_preview=way == "preview")
    return durations(outcomes(runs), created, by_leads=way == "leads")


WAYS = [("duration", "leads"), ("duration", "nothing"), ("cost", "preview"), ("cost", "leads")]
HOW: dict[str, dict[str, int | None]] = {
    "leads": {"leads": 1, "preview": None},
    "preview": {"leads": 1, "preview": 1},
    "nothing": {"leads": None, "preview": None},
}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("measure", "way"), WAYS)
def test_backtest_against_the_plain_program(measure: str, way: str, seed: int) -> None:
    """Every estimate of a backtest is that of a program written plainly from the definition."""
    runs, created = made(seed)
    runs = of_measure(runs, measure)
    bases = set()
    program = forecaster(runs, created, measure, way)
    for one, got in program.backtest(program.likes.outcomes):
        run = next(run for run in runs if run["run_id"] == one.run_id)
        asked = as_asked(run, HOW[way])
        assert asked is not None
        basis, n, values = estimate(runs, created, asked, measure, is_tracked=True)
        assert (got.basis, got.n) == (basis, n)
        bases.add(basis)
        if values is None:
            assert got.interval is None
            continue
        assert got.interval is not None
        triple = (got.interval.p10, got.interval.p50, got.interval.p90)
        assert triple == (values if measure == "cost" else pytest.approx(values, rel=1e-12))
    assert {"few", "slug", "version"} <= bases


@pytest.mark.slow
@pytest.mark.parametrize(("measure", "way"), WAYS)
def test_question_against_the_plain_program(measure: str, way: str) -> None:
    """A question of any instant is answered as the plain program answers it."""
    runs, created = made(4, 220)
    runs = of_measure(runs, measure)
    program = forecaster(runs, created, measure, way)
    for at in range(created[60], created[-1] + 10**9, (created[-1] - created[60]) // 9):
        asked: dict[str, Any] = {"at": at, "version": "1", "leads": 40, "preview": 90 * SECOND}
        asked |= {key: None for key, value in HOW[way].items() if value is None}
        basis, n, values = estimate(runs, created, asked, measure, is_tracked=False)
        got = program.estimate(Planned(**asked))
        assert (got.basis, got.n) == (basis, n)
        if values is not None:
            assert got.interval is not None
            triple = (got.interval.p10, got.interval.p50, got.interval.p90)
            assert triple == (values if measure == "cost" else pytest.approx(values, rel=1e-12))


def steady(n: int, version: str | None = "1", **changed: Any) -> list[PastRun]:
    """Return n runs an hour apart, the first at hour 1, of 1 to n leads, each of one minute."""
    plain = {"version": version, "value": 60 * SECOND, "preview": None}
    return [
        PastRun(
            run_id=f"{version}{i}",
            created_at=i * 3600 * SECOND,
            known_at=i * 3600 * SECOND + 60 * SECOND,
            leads=i,
            **(plain | changed),
        )
        for i in range(1, n + 1)
    ]


def planned_after(n: int, **changed: Any) -> Planned:
    plain: dict[str, Any] = {"version": "1", "at": (n + 1) * 3600 * SECOND, "leads": n}
    return Planned(**(plain | changed))


def test_few() -> None:
    """Eight likes are too few for any number."""
    got = durations(steady(8), [], by_leads=True).estimate(planned_after(8))
    assert (got.basis, got.n, got.interval) == (Basis.FEW, 8, None)


def test_nine() -> None:
    """Nine likes answer with the first, the middle and the last."""
    runs = [
        PastRun(run_id=f"{i}", version="1", created_at=i, known_at=i, leads=1, value=i * SECOND)
        for i in range(1, 10)
    ]
    got = durations(runs, [], by_leads=True).estimate(Planned(version="1", at=10, leads=1))
    assert got.promised == got.interval
    assert got.interval is not None
    assert (got.interval.p10, got.interval.p50, got.interval.p90) == (
        1 * SECOND,
        5 * SECOND,
        9 * SECOND,
    )


@pytest.mark.parametrize("leads", [0, 13])
def test_range(leads: int) -> None:
    """Leads outside those of the likes have no duration, but a cost."""
    asked = planned_after(12, leads=leads)
    got = durations(steady(12), [], by_leads=True).estimate(asked)
    assert (got.basis, got.interval, got.lead_range) == (Basis.RANGE, None, (1, 12))
    assert costs(steady(12), [], by_preview=False).estimate(asked).promised


def test_other_version() -> None:
    """Likes of another version are shown and not promised."""
    got = durations(steady(9), [], by_leads=True).estimate(planned_after(9, version="2"))
    assert (got.basis, got.n, got.promised) == (Basis.SLUG, 9, None)
    assert got.interval is not None


def test_burst() -> None:
    """The eleventh run started since the last outcome is one of a burst."""
    started = [11 * 3600 * SECOND + i for i in range(10)]
    asked = planned_after(10, at=12 * 3600 * SECOND)
    tenth = durations(steady(10), started[:9], by_leads=True).estimate(asked)
    eleventh = durations(steady(10), started, by_leads=True).estimate(asked)
    assert (tenth.basis, tenth.n_started) == (Basis.VERSION, 10)
    assert (eleventh.basis, eleventh.n_started) == (Basis.BURST, 11)
    assert eleventh.interval is not None


def test_known_at() -> None:
    """A value is known from the very instant on, and not before."""
    runs = steady(9)
    asked = planned_after(9, at=runs[-1].known_at)
    program = durations(runs, [], by_leads=True)
    assert program.estimate(asked).n == 9
    assert program.estimate(planned_after(9, at=runs[-1].known_at - 1)).n == 8


def test_preview_of_nothing() -> None:
    """A run previewed at 0 is no like, and one asked with a preview of 0 costs 0."""
    free = steady(9, preview=0, value=0)
    paid = steady(9, version="1", preview=2, value=3)
    program = costs([*free, *(PastRun(**_moved(one)) for one in paid)], [], by_preview=True)
    got = program.estimate(planned_after(30, preview=0))
    assert got.n == 9
    assert got.interval is not None
    assert got.interval.holds(0)
    assert not got.interval.holds(1)


def _moved(one: PastRun) -> dict[str, Any]:
    fields = {name: getattr(one, name) for name in PastRun._fields}
    return fields | {"run_id": one.run_id + "paid"}
