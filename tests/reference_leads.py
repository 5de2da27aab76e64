"""The metrics of leads once more, slow and plain, for tests alone: from the rows of the views, nothing shared with `recorder.analysis`."""

from collections.abc import Sequence
from datetime import UTC, tzinfo
from fractions import Fraction
from typing import Any

from reference import Cells, amount, is_rough, nearest_rank, rate, spans, value_of, wilson
from reference import bracket as bracket_of

from recorder.analysis.rows import RunRow

ENDED = ("completed", "failed", "skipped")
OF_ITEMS = ("provider", "skipped_reason")
Found = list[tuple[RunRow, dict[str, Any]]]


def joined(rows: Sequence[RunRow], items: Sequence[dict[str, Any]]) -> Found:
    """Each item of the view with its run; instants in microseconds."""
    by_key = {(row.source, row.run_id): row for row in rows}
    keyed = ((by_key.get((one["source"], one["run_id"])), one) for one in items)
    return [(row, one) for row, one in keyed if row is not None]


def leads(
    rows: Sequence[RunRow],
    items: Sequence[dict[str, Any]],
    by: Sequence[str] = (),
    tz: tzinfo = UTC,
) -> list[Cells]:
    groups: dict[tuple[Any, ...], Found] = {}
    for row, one in joined(rows, items):
        key = tuple(one[t] if t in OF_ITEMS else value_of(row, t, tz) for t in by)
        groups.setdefault(key, []).append((row, one))
    if not by:
        groups = groups or {(): []}
    return [dict(zip(by, key, strict=True)) | cells(some, by) for key, some in groups.items()]


def cells(some: Found, by: Sequence[str]) -> Cells:
    runs = list({row.run_id: row for row, _ in some}.values())
    n = {word: sum(one["status"] == word for _, one in some) for word in ENDED}
    judged = n["completed"] + n["failed"]
    low, high = wilson(n["completed"], judged)
    attempts = [one["attempts"] for _, one in some if one["attempts"] is not None]
    seconds = [one["run_seconds"] for _, one in some if one["run_seconds"] is not None]
    units = {row.cost_unit for row in runs if row.cost_unit is not None}
    hidden = len(units) > 1 or any(term in OF_ITEMS for term in by)
    return n | {
        "unit": units.pop() if len(units) == 1 else None,
        "runs": len(runs),
        "items": len(some),
        "pending": len(some) - sum(n.values()),
        "completed_rate": rate(n["completed"], judged),
        "completed_rate_low": low,
        "completed_rate_high": high,
        "attempts_mean": rate(sum(attempts), len(attempts)),
        "run_seconds_p50": nearest_rank(seconds, 50),
        "run_seconds_p90": nearest_rank(seconds, 90),
        "leads_per_minute": None if hidden else per_minute(some, runs),
        "credits_per_completed": None if hidden else per_completed(some, runs),
    }


def per_minute(some: Found, runs: list[RunRow]) -> float | None:
    known: dict[str, int] = {}
    for row in runs:
        span = spans(row)["run_seconds"][0]
        if span is not None and span >= 0 and not is_rough(bracket_of(row), span):
            known[row.run_id] = span
    ended = sum(one["status"] in ENDED for row, one in some if row.run_id in known)
    us = sum(known.values())
    return float(Fraction(ended * 60_000_000, us)) if us else None


def per_completed(some: Found, runs: list[RunRow]) -> float | None:
    both = [row for row in runs if row.cost_quality == "both"]
    spent = sum(row.cost_actual_micros or 0 for row in both)
    ids = {row.run_id for row in both}
    n = sum(one["status"] == "completed" for row, one in some if row.run_id in ids)
    return float(Fraction(spent, n * 1_000_000)) if n else None


def repeated(
    rows: Sequence[RunRow], items: Sequence[dict[str, Any]], within_us: int
) -> list[Cells]:
    leads: dict[tuple[Any, ...], list[tuple[int, RunRow]]] = {}
    for row, one in joined(rows, items):
        at = one["completed_at"] if one["completed_at"] is not None else row.ended_at
        if one["status"] == "completed" and one["lead_id"] is not None and at is not None:
            leads.setdefault((row.source, row.slug, one["lead_id"]), []).append((at, row))
    found: list[Cells] = []
    for (source, slug, lead), some in leads.items():
        chain: list[tuple[int, RunRow]] = []
        for at, row in [*sorted(some, key=lambda pair: pair[0]), (10**30, some[0][1])]:
            if chain and at - chain[-1][0] > within_us:
                named = {"source": source, "slug": slug, "lead_id": lead}
                found += [named | cells for cells in chain_cells(chain)]
                chain = []
            chain.append((at, row))
    return found


def chain_cells(chain: list[tuple[int, RunRow]]) -> list[Cells]:
    units: dict[str | None, list[tuple[int, Fraction]]] = {}
    for at, row in chain[1:]:
        n = (row.leads_completed or 0) + (row.leads_failed or 0)
        known = row.cost_actual_micros is not None and row.cost_quality != "unit_mismatch" and n
        share = Fraction(row.cost_actual_micros or 0, n) if known else Fraction(0)
        units.setdefault(row.cost_unit if known else None, []).append((at, share))
    return [
        {
            "unit": unit,
            "runs": 1 + len(repeats),
            "first_at": chain[0][0],
            "last_at": repeats[-1][0],
            "credits": None if unit is None else amount(round(sum(s for _, s in repeats))),
        }
        for unit, repeats in units.items()
    ]
