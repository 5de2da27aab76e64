"""The metrics of spending and budgets once more, slow and plain, for tests alone."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from fractions import Fraction
from typing import Any

from reference import Cells, amount, grouped, is_in_flight, nearest_rank

from recorder.analysis.rows import RunRow

DAY = 86_400_000_000
NAMES = ("settled", "provisional", "committed", "unconfirmed")


def taken(row: RunRow) -> tuple[str, int | None, str | None]:
    """The part of an observed run, and the amount and unit that are taken for it."""
    preview, actual = row.cost_preview_micros, row.cost_actual_micros
    own = row.cost_unit if row.actual_unit is None else row.actual_unit
    if preview is None and actual is None:
        return "unpriced", None, None
    if is_in_flight(row):
        if preview is not None and actual is not None and own == row.cost_unit:
            return "committed", max(preview, actual), own
        return (
            ("committed", preview, row.cost_unit) if actual is None else ("committed", actual, own)
        )
    if actual is not None and row.is_quiet:
        return "settled", actual, own
    if actual is not None:
        return "provisional", actual, own
    return "unconfirmed", preview, row.cost_unit


def factor(store: Sequence[RunRow], slug: str | None, unit: str | None) -> Fraction:
    pairs = [
        (row.slug, row.cost_preview_micros or 0, row.cost_actual_micros or 0)
        for row in store
        if row.status == "completed" and row.cost_quality == "both" and row.cost_unit == unit
    ]
    own = [pair for pair in pairs if pair[0] == slug]
    chosen = own if len(own) >= 20 else pairs
    preview = sum(p for _, p, _ in chosen)
    return Fraction(sum(a for *_, a in chosen), preview) if preview else Fraction(1)


def spend(
    store: Sequence[RunRow],
    by: Sequence[str] = (),
    tz: tzinfo = UTC,
    rows: Sequence[RunRow] | None = None,
) -> list[Cells]:
    """One line a group and unit; `rows`: those that the filters take, if not all of the store."""
    seen = [row for row in (store if rows is None else rows) if row.n_snapshots > 0]
    table = []
    for key, members in grouped(seen, by, tz).items():
        lead = dict(zip(by, key, strict=True))
        for unit in dict.fromkeys(taken(row)[2] for row in members):
            same = [row for row in members if taken(row)[2] == unit]
            table.append(lead | {"unit": unit} | cells(store, same, unit))
    return table or ([] if by else [{"unit": None} | cells(store, [], None)])


def cells(store: Sequence[RunRow], rows: list[RunRow], unit: str | None) -> Cells:
    sums: dict[str, Any] = {}
    for name in NAMES:
        own = [taken(row)[1] or 0 for row in rows if taken(row)[0] == name]
        sums |= {f"{name}_runs": len(own), f"{name}_total": sum(own)}
    unpriced = sum(1 for row in rows if taken(row)[0] == "unpriced")
    spent = [row for row in rows if taken(row)[0] in NAMES[:2]]
    leads = [row.leads_completed for row in spent if row.leads_completed is not None]
    n_leads: int = sum(leads)
    whole = sums["settled_total"] + sums["provisional_total"]
    sums |= {"spent_total": whole, "expected_total": expected(store, rows)}
    sums["failed_total"] = sum(
        row.cost_actual_micros or 0 for row in spent if row.status in ("failed", "cancelled")
    )
    if unit is None:
        sums |= {name: None for name in sums if name.endswith("_total")}
    exact = {name: amount(v) if name.endswith("_total") else v for name, v in sums.items()}
    return exact | {
        "runs": len(rows),
        "unpriced_runs": unpriced,
        "leads_completed": n_leads if leads else None,
        "unit_cost": whole / 1e6 / n_leads if unit is not None and n_leads else None,
    }


def expected(store: Sequence[RunRow], rows: list[RunRow]) -> Fraction:
    whole = Fraction(0)
    for row in rows:
        part, micros, unit = taken(row)
        if micros is not None:
            is_open = part in ("committed", "unconfirmed")
            whole += micros * (factor(store, row.slug, unit) if is_open else 1)
    return Fraction(round(whole))


# budgets
def instant(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def period(per: str, now: int, tz: tzinfo) -> tuple[int, int]:
    """Walk from day to day: the first of this period, and the first of the next."""
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=now)).astimezone(tz)

    def is_first(day: datetime) -> bool:
        return per == "day" or (day.isoweekday() == 1 if per == "week" else day.day == 1)

    start = datetime(local.year, local.month, local.day)  # noqa: DTZ001  # in the zone at the end
    while not is_first(start):
        start -= timedelta(days=1)
    end = start + timedelta(days=1)
    while not is_first(end):
        end += timedelta(days=1)
    return instant(start.replace(tzinfo=tz)), instant(end.replace(tzinfo=tz))


def belongs_at(row: RunRow) -> int:
    return row.tracked_at if row.created_at is None else row.created_at


def budget(
    runs: Sequence[RunRow], unit: str, micros: int, *, per: str, now: int, tz: tzinfo
) -> Cells:
    """One budget over the runs that its filters take."""
    start, end = period(per, now, tz)
    priced = [
        (belongs_at(row), taken(row))
        for row in runs
        if row.n_snapshots > 0 and taken(row)[2] == unit
    ]
    inside = [one for at, one in priced if start <= at < end]
    sums = {name: sum(m or 0 for part, m, _ in inside if part == name) for name in NAMES}
    spent, used = sums["settled"] + sums["provisional"], sum(sums.values())
    windows = past(runs, [(at, one[1] or 0) for at, one in priced], now, end - now)
    points = {
        p: used + nearest_rank(windows, p) if len(windows) >= 10 else None for p in (10, 50, 90)
    }
    return {
        "period_start": start,
        "period_end": end,
        "spent_total": amount(spent),
        "committed_total": amount(sums["committed"]),
        "unconfirmed_total": amount(sums["unconfirmed"]),
        "used_total": amount(used),
        "left": amount(micros - used),
        "share": used / micros,
        "elapsed": (now - start) / (end - start),
        **{f"projected_p{p}": amount(value) for p, value in points.items()},
        "verdict": verdict(micros, used, points[50], points[90]),
    }


def past(
    runs: Sequence[RunRow], amounts: list[tuple[int, int]], now: int, length: int
) -> list[int]:
    begun = [row.created_at for row in runs if row.created_at is not None]
    starts = [now - k * DAY for k in range(1, 91)]
    return [
        sum(micros for at, micros in amounts if s <= at < s + length)
        for s in starts
        if s + length <= now and begun and s >= min(begun)
    ]


def verdict(most: int, used: int, p50: int | None, p90: int | None) -> str:
    if used > most:
        return "over"
    if p50 is None or p90 is None:
        return "too_few"
    return "likely_over" if p50 > most else "may_be_over" if p90 > most else "within"
