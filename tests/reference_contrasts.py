"""Comparisons once more, by scipy and plain loops, for tests alone."""

import math
from collections.abc import Sequence
from typing import Any

import scipy.stats
from reference import Cells, grouped, is_rough, nearest_rank, spans

from recorder.analysis.rows import RunRow

Side = tuple[int, float | None, Any]
"""How many runs, their value, and its interval at a confidence: None where there is none."""


def share(runs: Sequence[RunRow]) -> Side:
    failed = sum(row.status == "failed" for row in runs)
    n = failed + sum(row.status == "completed" for row in runs)

    def interval(confidence: float) -> tuple[float, float]:
        found = scipy.stats.binomtest(failed, n).proportion_ci(confidence, method="wilson")
        return float(found.low), float(found.high)

    return n, failed / n if n else None, interval


def median(values: list[float]) -> Side:
    ordered, n = sorted(values), len(values)

    def interval(confidence: float) -> tuple[float, float] | None:
        held = None
        for rank in range(1, (n + 1) // 2 + 1):
            if 2 * scipy.stats.binom.cdf(rank - 1, n, 0.5) <= 1 - confidence:
                held = ordered[rank - 1], ordered[n - rank]
        return held

    return n, nearest_rank(values, 50), interval


def quotient(pairs: list[tuple[int, int]]) -> Side:
    n, below = len(pairs), sum(x for _, x in pairs)
    value = sum(y for y, _ in pairs) / below if below else None

    def interval(confidence: float) -> tuple[float, float] | None:
        if value is None or n < 2:
            return None
        whole = sum(y for y, _ in pairs)
        spread = sum((y * below - whole * x) ** 2 for y, x in pairs)  # exact
        error = math.sqrt(n * spread / ((n - 1) * below**4))
        half = float(scipy.stats.norm.ppf((1 + confidence) / 2)) * error
        return value - half, value + half

    return n, value, interval


def sharp(row: RunRow, name: str) -> float | None:
    span, width = spans(row)[name]
    return None if span is None or span < 0 or is_rough(width, span) else span / 1e6


def sides(runs: Sequence[RunRow]) -> dict[tuple[str, str | None], Side]:
    done = [row for row in runs if row.status == "completed"]
    per_lead = [
        seconds / (row.leads_completed + row.leads_failed)
        for row in done
        if (seconds := sharp(row, "run_seconds")) is not None
        and row.leads_completed is not None
        and row.leads_failed is not None
        and row.leads_completed + row.leads_failed > 0
    ]
    walls = [seconds for row in done if (seconds := sharp(row, "wall_seconds")) is not None]
    found: dict[tuple[str, str | None], Side] = {
        ("failure_rate", None): share(runs),
        ("seconds_per_lead", None): median(per_lead),
        ("wall_seconds", None): median(walls),
    }
    for unit in {unit for row in done for unit in (row.cost_unit, row.actual_unit)}:
        unit_costs = [
            (row.cost_actual_micros, row.leads_completed * 1_000_000)
            for row in done
            if row.cost_actual_micros is not None
            and (row.actual_unit or row.cost_unit) == unit
            and row.leads_completed is not None
        ]
        both = [
            (row.cost_actual_micros, row.cost_preview_micros)
            for row in done
            if row.cost_unit == unit
            and row.cost_quality == "both"
            and row.cost_actual_micros is not None
            and row.cost_preview_micros is not None
        ]
        found |= {("unit_cost", unit): quotient(unit_costs)} if unit_costs else {}
        found |= {("actual_per_preview", unit): quotient(both)} if both else {}
    return found


Pair = tuple[Cells, Sequence[RunRow], Sequence[RunRow]]


def compared(pairs: Sequence[Pair]) -> list[Cells]:
    """One line a pair of selections, measure and unit; `pairs` hold the leading cells and both selections."""
    lines: list[tuple[Cells, Side, Side]] = []
    for lead, a_runs, b_runs in pairs:
        a, b = sides(a_runs), sides(b_runs)
        for measure in (
            *("failure_rate", "seconds_per_lead", "wall_seconds"),
            *("unit_cost", "actual_per_preview"),
        ):
            units = {unit for name, unit in {**a, **b} if name == measure} or {None}
            for unit in units:
                nothing: Side = (0, None, None)
                key = measure, unit
                cells = lead | {"measure": measure, "unit": unit}
                lines.append((cells, a.get(key, nothing), b.get(key, nothing)))
    m = sum(a[0] >= 10 and b[0] >= 10 for _, a, b in lines)
    return [cells | difference(a, b, m) for cells, a, b in lines]


def difference(a: Side, b: Side, m: int) -> Cells:
    d = None if a[1] is None or b[1] is None else b[1] - a[1]
    cells: Cells = {"a_n": a[0], "a_value": a[1], "b_n": b[0], "b_value": b[1], "difference": d}
    cells |= {"difference_low": None, "difference_high": None, "comparisons": m}
    if d is None or a[0] < 10 or b[0] < 10:
        return cells | {"verdict": "too_few"}
    around_a, around_b = a[2](1 - 0.05 / m), b[2](1 - 0.05 / m)
    if around_a is None or around_b is None:
        return cells | {"verdict": "too_few"}
    low = d - math.sqrt((b[1] - around_b[0]) ** 2 + (around_a[1] - a[1]) ** 2)
    high = d + math.sqrt((around_b[1] - b[1]) ** 2 + (a[1] - around_a[0]) ** 2)
    verdict = "higher" if low > 0 else "lower" if high < 0 else "not_shown"
    return cells | {"difference_low": low, "difference_high": high, "verdict": verdict}


def by_version(rows: Sequence[RunRow]) -> list[Pair]:
    """The pairs of `versions`, in the order of the first run of each version."""
    pairs: list[Pair] = []
    for (slug,), own in grouped(rows, ("slug",)).items():
        of_each = grouped(sorted(own, key=lambda row: row.dated_at), ("version",))
        for (a, of_a), (b, of_b) in zip(of_each.items(), list(of_each.items())[1:], strict=False):
            lead = {"slug": slug, "version_a": a[0], "version_b": b[0]}
            pairs += [] if slug is None else [(lead, of_a, of_b)]
    return pairs
