"""Which runs, version and unit an estimate takes, and how many fail."""

from typing import Any

import pytest
from made_rows import run_row

from recorder.analysis.building import runs_of
from recorder.analysis.columns import Runs
from recorder.analysis.estimates import PlannedRun, RunEstimate, estimate_run
from recorder.analysis.outcomes import NEEDS
from recorder.analysis.rows import RunRow
from recorder.errors import UsageError
from recorder.instants import HOUR, MINUTE

NOW = 10**6 * HOUR
NEVER: dict[str, Any] = dict.fromkeys(
    ("cost_preview_micros", "cost_actual_micros", "cost_known_at")
)


def ended(number: int, **fields: Any) -> RunRow:
    """A completed run of 10 leads, an hour after the one before it, for a minute, that cost 9 of 10 credits."""
    created = number * HOUR
    plain: dict[str, Any] = {
        "run_id": f"er_{number:03}",
        "slug": "work_email",
        "version": "1",
        "status": "completed",
        "leads_total": 10,
        "created_at": created,
        "ended_at": created + MINUTE,
        "ended_after": None,
        "ended_seen_at": created + MINUTE + 1,
        "cost_quality": "both",
        "cost_unit": "credits",
        "cost_preview_micros": 10_000_000,
        "cost_actual_micros": 9_000_000,
        "cost_known_at": created + 2 * MINUTE,
    }
    return run_row(**(plain | fields))


def some(n: int, first: int = 0, **fields: Any) -> list[RunRow]:
    return [ended(first + number, **fields) for number in range(n)]


def held(*groups: list[RunRow]) -> Runs:
    return runs_of([row for group in groups for row in group], NEEDS)


def asked(runs: Runs, **planned: Any) -> RunEstimate:
    plain: dict[str, Any] = {"slug": "work_email", "leads": 10}
    return estimate_run(runs, PlannedRun(**(plain | planned)), at=NOW)


def cells(found: RunEstimate) -> dict[str, object]:
    return {name: cell.value for name, cell in found.row().items()}


def test_the_version_is_that_of_the_last_created_run() -> None:
    """Whatever became of it; null is a version too."""
    runs = held(some(12), some(1, 20, version="2", status="running", ended_at=None))
    assert asked(runs).run.version == "2"
    assert asked(held(some(12), some(1, 20, version=None))).run.version is None
    assert asked(runs, version="1").cost.basis == "version"


def test_the_unit_is_that_of_the_slugs_last_pair() -> None:
    """A preview without a unit is in the setting's, else in that unit; costs of another unit are no likes."""
    runs = held(some(12, cost_unit="USD"), some(12, 20), some(12, 40, cost_quality="provisional"))
    assert (asked(runs).run.unit, asked(runs).cost.n) == ("credits", 12)
    assert asked(runs, preview=20_000_000).run.unit == "credits"
    dollars = asked(runs, preview=20_000_000, unit="USD")
    assert (dollars.run.unit, dollars.cost.n) == ("USD", 12)
    none = asked(held(some(12, **NEVER, cost_quality="none", cost_unit=None)))
    assert (none.run.unit, none.cost.basis, none.duration.basis) == (None, "few", "version")


def test_a_cost_follows_the_preview_or_the_leads_exactly() -> None:
    """To a millionth, half to even; missing is null."""
    runs = held(some(12, cost_actual_micros=1, cost_preview_micros=3))
    assert str(cells(asked(runs, preview=5_000_000))["cost_p50"]) == "1.666667"
    assert str(cells(asked(runs, leads=25))["cost_p50"]) == "0.000002"
    few = cells(asked(held(some(8))))
    assert (few["cost_basis"], few["n_cost"], few["cost_p50"]) == ("few", 8, None)
    assert cells(asked(held(some(12))))["wall_seconds_p90"] == 60.0


def test_failures_are_those_of_the_last_hundred_of_the_version() -> None:
    """Cancelled runs and those in flight are in no count; where the slug answers, of all its versions."""
    failed: dict[str, Any] = {"status": "failed", "cost_quality": "preview_only"}
    runs = held(
        some(5, **failed),
        some(96, 10),
        some(4, 110, **failed),
        some(3, 120, status="cancelled"),
        some(2, 130, status="running", ended_at=None, ended_seen_at=None),
        some(2, 200, version="2", **failed),
    )
    first = asked(runs, version="1")
    assert (first.n_failed, first.n_ended, first.is_of_slug) == (4, 100, False)
    second = cells(asked(runs))
    assert (second["version"], second["cost_basis"], second["n_failure"]) == ("2", "slug", 100)
    assert second["failure_rate"] == 0.06
    none = cells(asked(runs, slug="other"))
    assert (none["n_failure"], none["failure_rate"]) == (0, None)


def test_rough_and_impossible_wall_times_are_no_likes() -> None:
    """Only an end that is known well enough counts, and a time above 0."""
    rough = {"ended_after": 0, "ended_at_origin": "bracketed"}
    runs = held(
        some(9), some(9, 20, **rough), some(9, 40, ended_at=40 * HOUR, created_at=40 * HOUR)
    )
    assert (asked(runs).duration.n, asked(runs).cost.n) == (9, 27)


def test_a_slug_of_two_sources_is_refused() -> None:
    """Their runs are not pooled."""
    with pytest.raises(UsageError, match="sources a, b: choose one with --source"):
        asked(held(some(9, source="a"), some(9, 20, source="b")))
