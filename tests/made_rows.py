"""Run rows for tests: one by hand, or many at random with all that the ledger may do to them."""

from dataclasses import dataclass
from datetime import timedelta, timezone
from itertools import combinations
from random import Random
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from recorder.analysis.coverage import PollTimes
from recorder.analysis.rows import RunRow
from recorder.instants import HOUR, MINUTE, SECOND, parse_instant

DAWN = parse_instant("2026-11-20T09:00:00Z") or 0
ENDED = ("completed", "failed", "cancelled")
TERMS = (
    *("slug", "version", "source", "mode", "status", "hour", "weekday", "day", "week", "month"),
    *("list_id", "size", "label:team"),
)
groupings = st.sampled_from([(), *combinations(TERMS, 1), *combinations(TERMS, 2)])
statuses = st.sampled_from([(), ("failed",), ("failed", "cancelled"), ("running",), ("paused",)])
WEST = timezone(timedelta(hours=-7))
_BARE: dict[str, Any] = dict.fromkeys(RunRow.__struct_fields__) | {
    "source": "default",
    "tracking": "done",
    "tracked_at": DAWN,
    "n_polls": 1,
    "n_snapshots": 1,
    "n_reopened": 0,
    "is_quiet": False,
    "labels": {},
}


def run_row(run_id: str = "er_1", **fields: Any) -> RunRow:
    """A row of which all but the fields given is missing or plain; observed."""
    return RunRow(**(_BARE | {"run_id": run_id} | fields))


def lived(run_id: str, seconds: float, status: str = "completed", **fields: Any) -> RunRow:
    """A run that was created at dawn, started at once and ended so many seconds later, as the ledger says."""
    times = {
        "created_at": DAWN,
        "started_at": DAWN,
        "ended_at": DAWN + round(seconds * SECOND),
        "ended_at_origin": "ledger",
    }
    return run_row(run_id, status=status, **(times | fields))


def paid(run_id: str, preview: int, actual: int, **fields: Any) -> RunRow:
    """A completed run with preview and final actual, in micros of credits."""
    cost = {
        "cost_preview_micros": preview,
        "cost_actual_micros": actual,
        "cost_unit": "credits",
        "cost_quality": "both",
        "is_quiet": True,
    }
    return run_row(run_id, **({"status": "completed"} | cost | fields))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Made:
    """Random runs with what was seen of them."""

    rows: list[RunRow]
    watched: list[tuple[RunRow, PollTimes]]
    moves: list[tuple[RunRow, int | None]]


def _made(seed: int, n: int) -> Made:
    random = Random(seed)
    rows = [_row(random, number) for number in range(n)]
    return Made(
        rows=rows,
        watched=[(row, _looks(random, row)) for row in rows],
        moves=[_moved(random, row) for row in rows],
    )


def histories(most: int = 60) -> st.SearchStrategy[Made]:
    """Random runs: skew, in flight, lost, unknown words, mixed units, zero costs, brackets, clocks run backwards."""
    return st.builds(_made, seed=st.integers(0, 2**32), n=st.sampled_from([0, 1, 3, 10, 30, most]))


def _row(random: Random, number: int) -> RunRow:
    if random.random() < 0.07:
        tracking = random.choice(["active", "not_visible"])
        return run_row(f"er_{number}", tracking=tracking, n_snapshots=0, **_names(random))
    status = random.choice([*ENDED, *ENDED, "completed", "running", "pending", "paused", None])
    fields = _names(random) | _times(random, status) | _leads(random) | _costs(random)
    return run_row(f"er_{number}", status=status, **fields)


def _names(random: Random) -> dict[str, Any]:
    return {
        "source": random.choice(["default", "second"]),
        "slug": random.choice(["email", "phone", None]),
        "version": random.choice(["1", "2", "10", "2.1", "beta", None]),
        "mode": random.choice(["live", "test"]),
        "list_id": random.choice(["li_1", "li_2", None]),
        "labels": random.choice([{}, {"team": "north"}, {"team": "south", "x": "1"}]),
    }


def _times(random: Random, status: str | None) -> dict[str, Any]:
    created = DAWN + round(random.expovariate(1 / (40 * HOUR)))
    started = (
        created
        + round(random.lognormvariate(15, 2))
        - random.choice([0, 0, 0, 30 * SECOND, 5 * MINUTE])
    )
    ended = started + random.choice([0, round(random.lognormvariate(17, 2)), -SECOND])
    tracked = created + random.choice([-MINUTE, 0, SECOND, round(random.expovariate(1e-8))])
    fields: dict[str, Any] = {
        "created_at": random.choice([created] * 9 + [None]),
        "started_at": random.choice([started] * 9 + [None]),
        "tracked_at": tracked,
        "first_good_at": random.choice([tracked, tracked + SECOND, None]),
        "last_good_at": tracked + random.choice([0, round(random.expovariate(1e-8))]),
        "tracking": random.choice([*["active"] * 5, "abandoned", "not_visible", "untracked"]),
        "observation_class": random.choice(["from_start", "mid_flight", "post_hoc", None]),
        "n_snapshots": random.randint(1, 5),
        "n_reopened": random.choice([0, 0, 0, 1]),
    }
    return fields | (_end(random, ended) if status in ENDED else {})


def _end(random: Random, ended: int) -> dict[str, Any]:
    kind = random.choice(["ledger", "ledger", "bracketed", None])
    width = random.choice([0, 3 * SECOND, 10 * SECOND, round(random.expovariate(1e-8))])
    return {
        "ended_at": None if kind is None else ended,
        "ended_at_origin": kind,
        "ended_after": ended - width if kind == "bracketed" else None,
    }


def _leads(random: Random) -> dict[str, Any]:
    def few() -> int | None:
        return random.choice([0, random.randint(0, 9), round(random.lognormvariate(2, 2)), None])

    flags = [
        "counts_off_total",
        "completed_with_failed_leads",
        "completed_with_open_leads",
        "end_wide",
        "queue_negative",
    ]
    flags += ["unreadable:scope.counts.failed", "no_ended_at"]
    held = sorted(flag for flag in flags if random.random() < 0.15)
    return {
        "leads_total": few(),
        "leads_completed": few(),
        "leads_failed": few(),
        "leads_skipped": few(),
        "quality": ",".join(held) or None,
    }


def _costs(random: Random) -> dict[str, Any]:
    preview, actual = (_micros(random) for _ in range(2))
    qualities = ["preview_only", "actual_only", "unit_mismatch", "provisional", "unparsed", "none"]
    quality = random.choice(["both", "both", "both", "both", *qualities])
    has_preview = quality not in ("actual_only", "none") and not (
        quality == "unparsed" and random.random() < 0.5
    )
    has_actual = quality not in ("preview_only", "none", "unparsed")
    unit = random.choice(["credits", "credits", "credits", "USD"])
    return {
        "cost_quality": quality,
        "cost_preview_micros": preview if has_preview else None,
        "cost_actual_micros": actual if has_actual else None,
        "cost_unit": unit if has_preview or has_actual else None,
        "actual_unit": _actual_unit(random, quality, unit),
        "is_quiet": quality == "both" or (quality != "provisional" and random.random() < 0.5),
    }


def _actual_unit(random: Random, quality: str, unit: str) -> str | None:
    if quality == "unit_mismatch":
        return "USD" if unit == "credits" else random.choice(["credits", "points"])
    return random.choice([unit, None])


def _micros(random: Random) -> int:
    usual = round(random.lognormvariate(15, 3))
    return random.choice([0, 1, 10_000_000, 11_000_000, usual, usual, 10 * usual, -usual])


def _looks(random: Random, row: RunRow) -> PollTimes:
    if not row.n_snapshots:
        return PollTimes(n_not_visible=random.randint(0, 3))
    at, good = row.tracked_at, []
    for _ in range(random.randint(1, 12)):
        at += round(random.expovariate(1 / (8 * SECOND)))
        good.append(at)
    return PollTimes(
        good_at=good,
        n_good=len(good) + random.randint(0, 3),
        n_not_visible=random.randint(0, 1),
        n_throttled=random.randint(0, 2),
        n_errors=random.randint(0, 2),
    )


def _moved(random: Random, row: RunRow) -> tuple[RunRow, int | None]:
    ended = row.ended_at if row.ended_at is not None else row.tracked_at
    seen = ended + random.randint(0, 5) * SECOND
    late = random.choice([0, 0, -SECOND, round(random.expovariate(1e-8))])
    row = replace(row, ended_seen_at=random.choice([seen, seen, seen, None]))
    return row, random.choice([seen + late, seen + late, None])
