"""The metrics of costs, coverage and settling once more, slow and plain, for tests alone."""

from collections.abc import Sequence
from datetime import UTC, tzinfo
from fractions import Fraction
from itertools import pairwise

from reference import (
    Cells,
    amount,
    grouped,
    is_ended,
    is_lost,
    nearest_rank,
    population,
    rate,
    shown_groups,
    wilson,
)

from recorder.analysis.coverage import PollTimes
from recorder.analysis.rows import RunRow

Pair = tuple[int, int, RunRow]


def costs(
    rows: list[RunRow], by: Sequence[str] = (), status: Sequence[str] = (), tz: tzinfo = UTC
) -> list[Cells]:
    """One line a group and unit: each unit is taken as if the others were not there."""

    def speaks(members: list[RunRow]) -> bool:
        return any(row.status in ("failed", "cancelled") for row in members)

    meant = [row for row in rows if is_ended(row) or row in population(rows, by, status)]
    table = []
    for unit in dict.fromkeys(row.cost_unit for row in meant):
        same = [row for row in meant if row.cost_unit == unit]
        for cells, runs, members in shown_groups(same, by, status, tz, speaks):
            if runs or speaks(members):
                table.append(cells | {"unit": unit} | pair_cells(runs) | failure_cells(members))
    empty = {"unit": None} | pair_cells([]) | failure_cells([])
    return table or ([] if by else [empty])


def pair_cells(runs: list[RunRow]) -> Cells:
    def of(*qualities: str) -> int:
        return sum(row.cost_quality in qualities for row in runs)

    pairs = [
        (row.cost_preview_micros, row.cost_actual_micros, row)
        for row in runs
        if row.cost_quality == "both"
        and row.cost_preview_micros is not None
        and row.cost_actual_micros is not None
    ]
    actuals = actuals_of(runs)
    return {
        "runs": len(runs),
        "pairs": len(pairs),
        "unpaired": of("none", "preview_only", "actual_only"),
        "unparsed": of("unparsed"),
        "mismatched": of("unit_mismatch"),
        "provisional": of("provisional"),
        "without_cost": of("none"),
        "preview_only": of("preview_only"),
        "actual_only": of("actual_only"),
        "actual_total_all": amount(sum(actuals)) if actuals else None,
        **totals(pairs),
        **errors(pairs),
        **effects(pairs),
        **unit_costs(pairs),
    }


def actuals_of(runs: list[RunRow]) -> list[int]:
    return [
        row.cost_actual_micros
        for row in runs
        if row.cost_actual_micros is not None and row.cost_quality != "unit_mismatch"
    ]


def totals(pairs: list[Pair]) -> Cells:
    preview, actual = sum(p for p, _, _ in pairs), sum(a for _, a, _ in pairs)
    sums = {"preview": preview, "actual": actual, "variance": actual - preview}
    cells = {f"{name}_total": amount(value) if pairs else None for name, value in sums.items()}
    return cells | {"bias": rate(actual - preview, preview)}


def errors(pairs: list[Pair]) -> Cells:
    apes = [Fraction(abs(a - p), a) for p, a, _ in pairs if a > 0]
    ratios = [a / p for p, a, _ in pairs if p > 0]
    overruns = sum(a > Fraction(11, 10) * p for p, a, _ in pairs)
    low, high = wilson(overruns, len(pairs))
    return {
        "wape": rate(sum(abs(a - p) for p, a, _ in pairs), sum(a for _, a, _ in pairs)),
        "mape": float(sum(apes) / len(apes)) if apes else None,
        "mape_excluded": len(pairs) - len(apes),
        "median_ape": float(nearest_rank(apes, 50)) if apes else None,
        "overrun_rate": rate(overruns, len(pairs)),
        "overrun_rate_low": low,
        "overrun_rate_high": high,
        "overruns": overruns,
        **{f"ratio_p{p}": nearest_rank(ratios, p) for p in (10, 50, 90)},
        "ratio_excluded": len(pairs) - len(ratios),
    }


def volume_effect(preview: int, row: RunRow) -> Fraction | None:
    if row.leads_completed is None or row.leads_failed is None or not row.leads_total:
        return None
    processed = row.leads_completed + row.leads_failed
    return (processed - row.leads_total) * Fraction(preview, row.leads_total) if processed else None


def effects(pairs: list[Pair]) -> Cells:
    found = [(volume_effect(p, row), a - p) for p, a, row in pairs]
    kept = [(volume, variance) for volume, variance in found if volume is not None]
    volume = round(sum((volume for volume, _ in kept), Fraction(0)))
    rest = sum(variance for _, variance in kept) - volume
    return {
        "volume_effect_total": amount(volume) if kept else None,
        "rate_effect_total": amount(rest) if kept else None,
        "effects_runs": len(kept),
    }


def unit_costs(pairs: list[Pair]) -> Cells:
    known = [(a, row.leads_completed) for _, a, row in pairs if row.leads_completed is not None]
    leads = sum(n for _, n in known)
    each = [a / 1e6 / n for a, n in known if n]
    return {
        "unit_cost": sum(a for a, _ in known) / 1e6 / leads if leads else None,
        "unit_cost_median": nearest_rank(each, 50),
    }


def failure_cells(members: list[RunRow]) -> Cells:
    ended = [row for row in members if is_ended(row)]
    failed = [row for row in ended if row.status != "completed"]
    all_actuals, spent = actuals_of(ended), actuals_of(failed)
    known = bool(spent) or (bool(all_actuals) and not failed)
    return {
        "terminal_actual_total": amount(sum(all_actuals)) if all_actuals else None,
        "failure_runs": len(failed),
        "failure_actual_total": amount(sum(spent)) if known else None,
        "failure_share": rate(sum(spent), sum(all_actuals)) if known else None,
        "failure_without_actual": len(failed) - len(spent),
    }


# coverage
def covered(looks: Sequence[int], begin: int, end: int) -> int:
    """Between each two neighbouring marks all is covered or nothing is."""
    reach = 15_000_000
    marks = {begin, end} | {at + side for at in looks for side in (-reach, reach)}
    inside = sorted(mark for mark in marks if begin <= mark <= end)
    return sum(
        later - earlier
        for earlier, later in pairwise(inside)
        if any(at - reach <= earlier and later <= at + reach for at in looks)
    )


def flight(row: RunRow) -> tuple[int, int] | None:
    begin = max(row.created_at if row.created_at is not None else row.tracked_at, row.tracked_at)
    end = row.ended_at if is_ended(row) else row.last_good_at
    return None if end is None or end <= begin else (begin, end)


def patience_ends(row: RunRow, otherwise: int) -> int:
    """Ten minutes after the creation, or after the first sight where there is none."""
    since = row.created_at if row.created_at is not None else row.first_good_at
    return otherwise if since is None else since + 600_000_000


def coverage(
    watched: list[tuple[RunRow, PollTimes]], by: Sequence[str] = (), tz: tzinfo = UTC
) -> list[Cells]:
    looks_of = {(row.source, row.run_id): looks for row, looks in watched}
    groups = grouped([row for row, _ in watched], by, tz) or ({} if by else {(): []})
    return [
        dict(zip(by, key, strict=True))
        | seen_cells(rows)
        | time_cells([(row, looks_of[row.source, row.run_id]) for row in rows])
        | poll_cells([(row, looks_of[row.source, row.run_id]) for row in rows])
        for key, rows in groups.items()
    ]


def seen_cells(rows: list[RunRow]) -> Cells:
    classes = ("from_start", "mid_flight", "post_hoc")
    observed = [row for row in rows if row.n_snapshots > 0]

    def flagged(*flags: str) -> int:
        return sum(not set(flags).isdisjoint((row.quality or "").split(",")) for row in rows)

    return {
        "runs": len(rows),
        "observed": len(observed),
        "lost": sum(map(is_lost, rows)),
        "unobserved": sum(not row.n_snapshots and not is_lost(row) for row in rows),
        **{name: sum(row.observation_class == name for row in rows) for name in classes},
        "unclassed": sum(row.observation_class is None for row in observed),
        "pruned": flagged("pruned"),
        "unparsed_costs": sum(row.cost_quality == "unparsed" for row in rows),
        "odd_sums": flagged("counts_off_total"),
        "negative_times": flagged("queue_negative", "run_negative", "wall_negative"),
        "rough_ends": flagged("end_wide"),
        "missing_ends": flagged("no_ended_at"),
        "unreadable": sum("unreadable:" in (row.quality or "") for row in rows),
        "reopened": sum(row.n_reopened > 0 for row in rows),
    }


def time_cells(watched: list[tuple[RunRow, PollTimes]]) -> Cells:
    flights = [(looks, row, *time) for row, looks in watched if (time := flight(row))]
    whole = sum(end - begin for _, _, begin, end in flights)
    prompt = [
        (looks.good_at, begin, until)
        for looks, row, begin, end in flights
        if (until := min(end, patience_ends(row, end))) > begin
    ]
    total = sum(until - begin for _, begin, until in prompt)
    seen = sum(covered(*one) for one in prompt)
    goods = [looks.good_at for _, looks in watched]
    gaps = [(b - a) / 1e6 for good in goods for a, b in pairwise(good)]
    return {
        "in_flight_seconds": total / 1e6,
        "overdue_seconds": (whole - total) / 1e6,
        "covered_seconds": seen / 1e6,
        "coverage": rate(seen, total),
        "gap_seconds_n": len(gaps),
        "gap_seconds_p50": nearest_rank(gaps, 50),
        "gap_seconds_p95": nearest_rank(gaps, 95),
        "gap_seconds_max": max(gaps, default=None),
    }


def poll_cells(watched: list[tuple[RunRow, PollTimes]]) -> Cells:
    good = sum(looks.n_good for _, looks in watched)
    absent = sum(looks.n_not_visible for _, looks in watched)
    throttled = sum(looks.n_throttled for _, looks in watched)
    errors = sum(looks.n_errors for _, looks in watched)
    snapshots = sum(row.n_snapshots for row, _ in watched)
    polls = good + absent + throttled + errors
    return {
        "polls": polls,
        "good_polls": good,
        "not_visible_polls": absent,
        "throttled_polls": throttled,
        "error_polls": errors,
        "error_share": rate(throttled + errors, polls),
        "snapshots": snapshots,
        "snapshots_per_poll": rate(snapshots, good),
        "seconds_since_good_poll": None,
    }


# settling
def settling(moves: list[tuple[RunRow, int | None]]) -> Cells:
    waits, late = [], 0
    for row, seen in moves:
        end, ended_seen = row.ended_at, row.ended_seen_at
        if not is_ended(row) or row.observation_class == "post_hoc":
            continue
        if end is not None and seen is not None and ended_seen is not None:
            late += seen > ended_seen
            waits.append(max((seen - end) / 1e6, 0.0) if seen > ended_seen else 0.0)
    return {
        "runs": len(waits),
        "moved_late": late,
        "moved_late_share": rate(late, len(waits)),
        **{f"wait_seconds_p{p}": nearest_rank(waits, p) for p in (50, 90, 95, 99)},
        "wait_seconds_max": max(waits, default=None),
    }
