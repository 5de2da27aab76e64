"""The metrics once more, slow and plain, for tests alone: lists, fractions, brute force, nothing shared with `recorder.analysis`.

Each analysis takes a list of rows and gives a list of dictionaries with the columns of the real one.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from recorder.analysis.rows import RunRow

Cells = dict[str, Any]
ENDED = ("completed", "failed", "cancelled")
Z = 1.959963984540054


# groups
def size_of(leads: int | None) -> str | None:
    bounds = ((0, 0), (1, 3), (4, 10), (11, 30), (31, 100), (101, 300), (301, 1000), (1001, 3000))
    if leads is None or leads > 3000:
        return None if leads is None else "3001+"
    first, last = next(bound for bound in bounds if bound[0] <= leads <= bound[1])
    return str(first) if first == last else f"{first}-{last}"


def value_of(row: RunRow, term: str, tz: tzinfo) -> str | int | None:
    if term.startswith("label:"):
        return row.labels.get(term[len("label:") :])
    if term == "size":
        return size_of(row.leads_total)
    if term in ("hour", "weekday", "day", "week", "month"):
        at = row.created_at if row.created_at is not None else row.tracked_at
        local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).astimezone(tz)
        if term in ("hour", "weekday"):
            return local.hour if term == "hour" else local.isoweekday()
        return local.strftime({"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}[term])
    value: str | None = getattr(row, term)
    return value


def grouped(
    rows: Iterable[RunRow], by: Sequence[str], tz: tzinfo = UTC
) -> dict[tuple[str | int | None, ...], list[RunRow]]:
    found: dict[tuple[str | int | None, ...], list[RunRow]] = {}
    for row in rows:
        found.setdefault(tuple(value_of(row, term, tz) for term in by), []).append(row)
    return found


def without_status(by: Sequence[str]) -> list[str]:
    return [term for term in by if term != "status"]


def is_ended(row: RunRow) -> bool:
    return row.status in ENDED


def is_lost(row: RunRow) -> bool:
    nobody_sees = row.tracking in ("not_visible", "abandoned", "untracked")
    return row.n_snapshots > 0 and nobody_sees and not is_ended(row)


def is_in_flight(row: RunRow) -> bool:
    return row.n_snapshots > 0 and not is_ended(row) and not is_lost(row)


def population(rows: list[RunRow], by: Sequence[str], status: Sequence[str]) -> list[RunRow]:
    words = status or (ENDED if "status" in by else ("completed",))
    return [row for row in rows if row.status in words]


def shown_groups(
    rows: list[RunRow],
    by: Sequence[str],
    status: Sequence[str],
    tz: tzinfo,
    speaks: Callable[[list[RunRow]], bool],
) -> list[tuple[Cells, list[RunRow], list[RunRow]]]:
    """Each group's leading cells, its population, and all runs of the group whatever their status."""
    around = grouped(rows, without_status(by), tz)
    shown: list[tuple[Cells, list[RunRow], list[RunRow]]] = []
    for key, members in around.items():
        beside = dict(zip(without_status(by), key, strict=True))
        own = grouped(population(members, by, status), by, tz)
        for inner, chosen in own.items():
            shown.append((dict(zip(by, inner, strict=True)), chosen, members))
        if not own and speaks(members):
            shown.append(({term: beside.get(term) for term in by}, [], members))
    return shown if shown or by else [({}, [], [])]


# statistics
def nearest_rank(values: Iterable[Any], percent: int) -> Any:
    """The smallest value whose cumulative share is at least the percentage."""
    ordered = sorted(values)
    least = {95: 20, 99: 100}.get(percent, 1)
    if len(ordered) < least:
        return None
    return next(
        value
        for i, value in enumerate(ordered, 1)
        if Fraction(i, len(ordered)) >= Fraction(percent, 100)
    )


def rate(hits: int, n: int) -> float | None:
    return float(Fraction(hits, n)) if n else None


def wilson(hits: int, n: int) -> tuple[float | None, float | None]:
    """The roots p of (hits/n - p)^2 = z^2 p (1 - p) / n."""
    if not n:
        return None, None
    a, b, c = n + Z * Z, -(2 * hits + Z * Z), hits * hits / n
    root = math.sqrt(max(b * b - 4 * a * c, 0.0))
    return max((-b - root) / (2 * a), 0.0), min((-b + root) / (2 * a), 1.0)


def amount(micros: Fraction | int | None) -> Decimal | None:
    if micros is None:
        return None
    with localcontext() as context:
        context.prec = 200
        return Decimal(round(micros)) / 1_000_000


# durations
def bracket(row: RunRow) -> int:
    if row.ended_at is None or row.ended_after is None:
        return 0
    return row.ended_at - row.ended_after


def is_rough(width: int, span: int) -> bool:
    return width >= 10_000_000 and width >= Fraction(span, 10)


def spans(row: RunRow) -> dict[str, tuple[int | None, int]]:
    """Each span and the width of the bracket that it ends in."""

    def span(begin: int | None, end: int | None) -> int | None:
        return None if begin is None or end is None else end - begin

    queue = span(row.created_at, row.started_at)
    is_early = queue is not None and queue < -60_000_000
    return {
        "queue_seconds": (span(row.created_at, row.started_at), 0),
        "run_seconds": (span(None if is_early else row.started_at, row.ended_at), bracket(row)),
        "wall_seconds": (span(row.created_at, row.ended_at), bracket(row)),
    }


def span_cells(name: str, runs: list[RunRow]) -> tuple[Cells, list[tuple[RunRow, float]]]:
    found = [(row, *spans(row)[name]) for row in runs]
    present = [(row, span, width) for row, span, width in found if span is not None]
    sound = [(row, span, width) for row, span, width in present if span >= 0]
    kept = [(row, span / 1e6) for row, span, width in sound if not is_rough(width, span)]
    cells = points(name, [value for _, value in kept]) | {
        f"{name}_left_out": len(runs) - len(kept),
        f"{name}_negative": len(present) - len(sound),
    }
    rough = {f"{name}_rough": len(sound) - len(kept)}
    return cells | (rough if name != "queue_seconds" else {}), kept


def points(name: str, values: list[float]) -> Cells:
    cells = {f"{name}_p{p}": nearest_rank(values, p) for p in (50, 90, 95, 99)}
    return cells | {f"{name}_n": len(values), f"{name}_max": max(values, default=None)}


def per_lead(kept: list[tuple[RunRow, float]], runs: list[RunRow]) -> Cells:
    values = [
        seconds / (row.leads_completed + row.leads_failed)
        for row, seconds in kept
        if row.leads_completed is not None
        and row.leads_failed is not None
        and row.leads_completed + row.leads_failed > 0
    ]
    left_out = {"seconds_per_lead_left_out": len(runs) - len(values)}
    return points("seconds_per_lead", values) | left_out


def end_cells(runs: list[RunRow]) -> Cells:
    widths = [bracket(row) / 1e6 for row in runs if row.ended_at_origin == "bracketed"]
    return {
        "ended_ledger": sum(row.ended_at_origin == "ledger" for row in runs),
        "ended_bracketed": len(widths),
        "ended_missing": sum(row.ended_at is None for row in runs),
        "bracket_seconds_p50": nearest_rank(widths, 50),
        "bracket_seconds_max": max(widths, default=None),
    }


def durations(
    rows: list[RunRow],
    by: Sequence[str] = (),
    status: Sequence[str] = (),
    tz: tzinfo = UTC,
    *,
    censored: bool = False,
) -> list[Cells]:
    def speaks(members: list[RunRow]) -> bool:
        return any(is_in_flight(row) or (censored and row.n_snapshots > 0) for row in members)

    table = []
    for cells, runs, members in shown_groups(rows, by, status, tz, speaks):
        line = cells | {"runs": len(runs), "in_flight": sum(map(is_in_flight, members))}
        for name in ("queue_seconds", "run_seconds", "wall_seconds"):
            more, kept = span_cells(name, runs)
            line |= more | (per_lead(kept, runs) if name == "run_seconds" else {})
        table.append(line | end_cells(runs) | (km_cells(members) if censored else {}))
    return table


def lifetime(row: RunRow) -> tuple[int, int, bool] | None:
    """Age at entry (below 0: from birth), age at exit, whether it ended; None for a run left out."""
    last = row.ended_at if is_ended(row) else row.last_good_at
    if row.created_at is None or last is None or last < row.created_at:
        return None
    if row.tracked_at > row.created_at and last <= row.tracked_at:
        return None
    if is_ended(row) and is_rough(bracket(row), last - row.created_at):
        return None
    late = row.tracked_at - row.created_at if row.tracked_at > row.created_at else -1
    return late, last - row.created_at, is_ended(row)


def km_cells(members: list[RunRow]) -> Cells:
    observed = [row for row in members if row.n_snapshots > 0]
    lives = [life for life in map(lifetime, observed) if life is not None]
    name = "wall_seconds_km"
    cells: Cells = {
        f"{name}_n": len(lives),
        f"{name}_ended": sum(ended for *_, ended in lives),
        f"{name}_left_out": len(observed) - len(lives),
    }
    for percent in (50, 90, 95):
        at, reached = kaplan_meier(lives, percent)
        cells |= {
            f"{name}_p{percent}": None if at is None else at / 1e6,
            f"{name}_p{percent}_reached": reached,
        }
    return cells


def kaplan_meier(
    lives: list[tuple[int, int, bool]], percent: int
) -> tuple[int | None, bool | None]:
    if len(lives) < {95: 20}.get(percent, 1):
        return None, None
    alive = Fraction(1)
    for age in sorted({left for _, left, ended in lives if ended}):
        at_risk = [life for life in lives if life[0] < age <= life[1]]
        ends = sum(ended and left == age for _, left, ended in at_risk)
        if ends == len(at_risk) and any(entered >= age for entered, *_ in lives):
            return None, None
        alive *= Fraction(len(at_risk) - ends, len(at_risk))
        if 1 - alive >= Fraction(percent, 100):
            return age, True
    return None, False


# failures
def failures(rows: list[RunRow], by: Sequence[str] = (), tz: tzinfo = UTC) -> list[Cells]:
    groups = grouped(rows, by, tz) or ({} if by else {(): []})
    return [
        dict(zip(by, key, strict=True)) | run_level(runs) | lead_level(runs)
        for key, runs in groups.items()
    ]


def run_level(runs: list[RunRow]) -> Cells:
    n = {word: sum(row.status == word for row in runs) for word in ENDED}
    flags = ("completed_with_failed_leads", "completed_with_open_leads", "counts_off_total")
    in_flight, lost = sum(map(is_in_flight, runs)), sum(map(is_lost, runs))
    judged = n["completed"] + n["failed"]
    cells: Cells = n | {
        "runs": len(runs),
        "in_flight": in_flight,
        "unknown": sum(
            is_in_flight(row) and row.status not in ("pending", "running") for row in runs
        ),
        "lost": lost,
        "unobserved": len(runs) - sum(n.values()) - in_flight - lost,
        "reopened": sum(row.n_reopened > 0 for row in runs),
    }
    cells |= {flag: sum(flag in (row.quality or "").split(",") for row in runs) for flag in flags}
    for name, hits, base in (
        ("failure_rate", n["failed"], judged),
        ("success_rate", n["completed"], judged),
        ("cancel_rate", n["cancelled"], sum(n.values())),
    ):
        low, high = wilson(hits, base)
        cells |= {name: rate(hits, base), f"{name}_low": low, f"{name}_high": high}
    return cells


def lead_level(runs: list[RunRow]) -> Cells:
    ended = [row for row in runs if is_ended(row)]
    skipped = [row.leads_skipped for row in ended if row.leads_skipped is not None]
    counted = [
        (row.leads_failed, row.leads_completed + row.leads_failed, row)
        for row in ended
        if row.leads_completed is not None and row.leads_failed is not None
    ]
    skips = [
        (row.leads_skipped, row.leads_skipped + n)
        for _, n, row in counted
        if row.leads_skipped is not None and row.status != "cancelled"
    ]
    failed, n = sum(f for f, *_ in counted), sum(n for _, n, _ in counted)
    low, high = linearised([(f, n) for f, n, _ in counted if n])
    return {
        "leads_completed": n - failed if counted else None,
        "leads_failed": failed if counted else None,
        "leads_skipped": sum(skipped) if skipped else None,
        "lead_failure_rate": rate(failed, n),
        "lead_failure_rate_low": low,
        "lead_failure_rate_high": high,
        "lead_failure_rate_median": nearest_rank([f / n for f, n, _ in counted if n], 50),
        "lead_runs": len(counted),
        "skip_share": rate(sum(s for s, _ in skips), sum(base for _, base in skips)),
    }


def linearised(clusters: list[tuple[int, int]]) -> tuple[float | None, float | None]:
    if len(clusters) < 2:
        return None, None
    size, total = len(clusters), sum(n for _, n in clusters)
    pooled = Fraction(sum(f for f, _ in clusters), total)
    spread = sum((f - pooled * n) ** 2 for f, n in clusters)
    if spread == 0:
        return None, None
    half = Z * math.sqrt(Fraction(size, size - 1) * spread / total**2)
    return max(float(pooled) - half, 0.0), min(float(pooled) + half, 1.0)
