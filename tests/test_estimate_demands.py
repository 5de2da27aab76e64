"""What estimates have to keep: coverage, by size and by window, sharpness, a middle that is one.

The histories: the sandbox's month with two seeds, and a made one with drift, an outage and a version that costs double.
"""

import math
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from made_rows import run_row
from months import import_month
from msgspec.structs import replace

from recorder.analysis.backtests import SlugBacktest, slug_backtest
from recorder.analysis.building import runs_of
from recorder.analysis.columns import Runs
from recorder.analysis.groups import split
from recorder.analysis.outcomes import NEEDS
from recorder.analysis.rows import RunRow
from recorder.instants import DAY, MINUTE, SECOND
from recorder.store.engine import Database
from recorder.store.read.run_columns import read_runs

SIZES = (3, 10, 30, 100, 300, 1000, 3000, 10**9)


class Tried(NamedTuple):
    """One promised interval, and the outcome."""

    slug: str
    leads: int
    created_at: int
    value: float
    p10: float
    p50: float
    p90: float


def tried(runs: Runs, measure: str) -> list[Tried]:
    """The promised intervals of a history, in the order of creation."""
    found = []
    for (slug,), own in split(runs, [runs.words("slug")]):
        for one, interval in getattr(slug_backtest(own), measure):
            points = (float(p) for p in (interval.p10, interval.p50, interval.p90))
            found.append(Tried(str(slug), one.leads or 0, one.created_at or 0, one.value, *points))
    return sorted(found, key=lambda one: (one.created_at, one.slug))


def sandbox(seed: int, folder: Path) -> Runs:
    """A sandbox's month, as a store holds it."""
    url = str(folder / f"{seed}.db")
    import_month(url, folder, runs=3000, seed=seed)
    with closing(Database(f"sqlite:///{url}")) as database, database.reading() as connection:
        return read_runs(connection, NEEDS)


def lives(rng: random.Random, slug: str, n: int) -> Iterator[RunRow]:
    """Runs of a slug over 180 days: version 2 costs double and takes half as long again, an outage takes four times."""
    for number, at in enumerate(sorted(rng.uniform(0, 180) for _ in range(n))):
        leads = round(math.exp(rng.uniform(0, math.log(10_000))))
        is_second = slug == "versioned" and at > 90
        drift = 1 + at / 180 if slug == "drifting" else 1.0
        outage = 4 if 60 <= at < 67 and slug == "failing" else 1
        tail = rng.paretovariate(3) if slug == "tailed" else 1.0
        wall = 15 * leads**0.4 * rng.lognormvariate(0, 0.5) * drift * outage * tail
        wall *= 1.5 if is_second else 1
        preview = leads * 2_000_000
        ratio = 1.0 if slug == "exact" else min(1.6, max(0.4, rng.gauss(0.92, 0.1))) * drift
        actual = round(preview * ratio * (2 if is_second else 1))
        created = int(at * DAY)
        ended = created + int(wall * SECOND)
        yield replace(
            run_of(f"{slug}{number}", slug, "2" if is_second else "1", leads),
            created_at=created,
            ended_at=ended,
            ended_seen_at=ended + 2 * SECOND,
            cost_preview_micros=preview,
            cost_actual_micros=actual,
            cost_known_at=ended + MINUTE,
        )


def run_of(run_id: str, slug: str, version: str, leads: int) -> RunRow:
    return run_row(
        run_id,
        slug=slug,
        version=version,
        leads_total=leads,
        status="completed",
        cost_quality="both",
        cost_unit="credits",
        tracked_at=0,
    )


@pytest.fixture(scope="module", params=["sandbox 7", "sandbox 21", "made 5"])
def history(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Runs]:
    """A history, and its name."""
    name, seed = request.param.split()
    if name == "sandbox":
        return name, sandbox(int(seed), tmp_path_factory.mktemp("month"))
    rng = random.Random(int(seed))
    slugs = ("stable", "versioned", "drifting", "failing", "tailed", "exact")
    rows = [row for slug in slugs for row in lives(rng, slug, 700)]
    return name, runs_of(rows, NEEDS)


def share(rows: list[Tried]) -> float:
    """How often the intervals held."""
    return sum(r.p10 <= r.value <= r.p90 for r in rows) / len(rows)


def open_share(rows: list[Tried]) -> float:
    """How often the outcome lay strictly inside."""
    return sum(r.p10 < r.value < r.p90 for r in rows) / len(rows)


@pytest.mark.slow
@pytest.mark.parametrize("measure", ["costs", "durations"])
def test_intervals_keep_their_word(history: tuple[str, Runs], measure: str) -> None:
    """As often as they say, on either side, in every slug and size, in the worst hundred; and the middle is one."""
    name, runs = history
    rows = tried(runs, measure)
    assert len(rows) > 2000
    assert share(rows) >= 0.75
    assert open_share(rows) <= 0.85
    assert sum(r.value < r.p10 for r in rows) / len(rows) <= 0.125
    assert sum(r.value > r.p90 for r in rows) / len(rows) <= 0.125
    for slug in {r.slug for r in rows}:
        own = [r for r in rows if r.slug == slug]
        assert len(own) < 200 or share(own) >= 0.72, slug
        assert len(own) < 200 or open_share(own) <= 0.90, slug
    for low, high in zip((-1, *SIZES), SIZES, strict=False):
        own = [r for r in rows if low < r.leads <= high]
        assert len(own) < 100 or share(own) >= 0.70, high
    worst = min(share(rows[start : start + 100]) for start in range(len(rows) - 99))
    assert worst >= 0.60
    widths = sorted((r.p90 - r.p10) / r.p50 for r in rows if r.p50)
    if name == "sandbox":
        assert widths[len(widths) // 2] <= (1.45 if measure == "durations" else 0.36)
    under = sum((r.value < r.p50) + (r.value == r.p50) / 2 for r in rows) / len(rows)
    assert 0.45 <= under <= 0.55


def test_the_first_runs_of_a_version_are_not_promised() -> None:
    """Nine of them have to be known first."""
    rng = random.Random(3)
    runs = runs_of(list(lives(rng, "versioned", 200)), NEEDS)
    promised = {one.run_id for one, _ in slug_backtest(runs).costs}
    second = [one for one in lives(random.Random(3), "versioned", 200) if one.version == "2"]
    assert not promised & {one.run_id for one in second[:9]}
    assert promised & {one.run_id for one in second[9:15]}


def test_a_history_without_outcomes_has_no_shares() -> None:
    """Null, and n is 0."""
    row = SlugBacktest().row("x")
    assert {cell.value for name, cell in row.items() if name not in ("slug", "cost_n")} == {0, None}
