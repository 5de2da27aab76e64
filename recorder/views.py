"""The rows of the views as Python values, for the command line, exports and frames.

Invariant: a row here equals the row of the view of that name, on either kind of store: the same columns in the same
order, instants as aware UTC datetimes, amounts as exact decimals, seconds as floats; missing is None.
"""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import asdict

from recorder.analysis.rows import RunRow
from recorder.analysis.values import Cells, Columns, amount, instant, kinds, seconds
from recorder.history.flags import is_sharp
from recorder.history.spans import time_between
from recorder.history.units import UNSTATED
from recorder.ledger.answer import Outcome

_LEADS = "leads_total leads_pending leads_running leads_completed leads_skipped leads_failed"
_COSTS = "cost_preview cost_preview_micros cost_actual cost_actual_micros cost_unit"
_MICROS = "cost_preview_micros cost_actual_micros"

RUN_KINDS: Final[Columns] = kinds(
    "source run_id tracking observation_class status is_terminal mode enrichment_id slug version scope_type list_id"
    f" {_LEADS} output_target output_attribute_key write_policy persist_results {_COSTS} cost_quality"
    " trigger_run_id correlation_id error_message error_details created_at started_at ended_at ended_at_origin"
    " ended_after cancelled_at updated_at queue_seconds run_seconds wall_seconds tracked_at first_polled_at"
    " last_polled_at n_polls n_snapshots n_reopened quality run_seconds_sharp wall_seconds_sharp"
    " spend_part spend_micros spend_unit",
    flag="is_terminal persist_results",
    count=f"{_LEADS} {_MICROS} n_polls n_snapshots n_reopened spend_micros",
    amount="cost_preview cost_actual",
    instant="created_at started_at ended_at ended_after cancelled_at updated_at"
    " tracked_at first_polled_at last_polled_at",
    seconds="queue_seconds run_seconds wall_seconds run_seconds_sharp wall_seconds_sharp",
)
SNAPSHOT_KINDS: Final[Columns] = kinds(
    f"source run_id seq first_seen_at last_seen_at n_polls digest status {_LEADS} {_COSTS}"
    " updated_at document started_at completed_at cancelled_at error_message",
    count=f"seq n_polls {_LEADS} {_MICROS}",
    amount="cost_preview cost_actual",
    instant="first_seen_at last_seen_at updated_at started_at completed_at cancelled_at",
)
POLL_KINDS: Final[Columns] = kinds(
    "source run_id polled_at outcome http_status latency_ms snapshot_seq detail",
    count="http_status latency_ms snapshot_seq",
    instant="polled_at",
)
TRANSITION_KINDS: Final[Columns] = kinds(
    "source run_id from_status to_status ledger_at seen_before_at seen_at",
    instant="ledger_at seen_before_at seen_at",
)
LABEL_KINDS: Final[Columns] = kinds("source run_id key value")
LEAD_OUTCOME_KINDS: Final[Columns] = kinds(
    "source run_id item_id lead_id status skipped_reason error_message attempts provider"
    " started_at completed_at run_seconds",
    count="attempts",
    instant="started_at completed_at",
    seconds="run_seconds",
)
EVENT_KINDS: Final[Columns] = kinds(
    "event_id recorded_at happened_at source run_id kind detail",
    count="event_id",
    instant="recorded_at happened_at",
)

REMAINING_KINDS: Final[Columns] = kinds(
    "remaining_seconds_p10 remaining_seconds_p50 remaining_seconds_p90 slow",
    seconds="remaining_seconds_p10 remaining_seconds_p50 remaining_seconds_p90",
    flag="slow",
)
"""What is shown of a run in flight beyond the view `runs`."""

NOTHING_REMAINS: Final[Cells] = dict.fromkeys(REMAINING_KINDS)
"""The same of a run that has ended, or of which nobody can say."""

VIEWS: Final[Mapping[str, Columns]] = {
    "runs": RUN_KINDS,
    "snapshots": SNAPSHOT_KINDS,
    "polls": POLL_KINDS,
    "transitions": TRANSITION_KINDS,
    "labels": LABEL_KINDS,
    "lead_outcomes": LEAD_OUTCOME_KINDS,
    "events": EVENT_KINDS,
}
"""The kind of each column of each view."""

RUNS: Final = tuple(RUN_KINDS)
_SPEND: Final = ("spend_part", "spend_micros", "spend_unit")
RUN_COLUMNS: Final = frozenset(RUNS) & {*RunRow.__struct_fields__, *_SPEND}
"""The columns of `runs` that are read from the store; the others are computed from these."""


def run_cells(row: RunRow) -> Cells:
    """Return the row of `runs`."""
    cells: Cells = asdict(row)
    width_us = (
        0 if row.ended_at is None or row.ended_after is None else row.ended_at - row.ended_after
    )
    run_us = time_between(row.began_at, row.ended_at)
    wall_us = time_between(row.created_at, row.ended_at)
    cells |= {
        "is_terminal": row.is_terminal if row.is_observed else None,
        "queue_seconds": seconds(time_between(row.created_at, row.started_at)),
        "run_seconds": seconds(run_us),
        "wall_seconds": seconds(wall_us),
        "run_seconds_sharp": seconds(_sharp(run_us, width_us)),
        "wall_seconds_sharp": seconds(_sharp(wall_us, width_us)),
        **dict(zip(_SPEND, row.spend or (None, None, None), strict=True)),
    }
    return _row(RUN_KINDS, cells)


def _sharp(duration_us: int | None, width_us: int) -> int | None:
    return None if duration_us is None or not is_sharp(width_us, duration_us) else duration_us


def snapshot_cells(stored: Mapping[str, Any]) -> Cells:
    """Return the row of `snapshots`.

    Args:
        stored: the snapshot in base units, with `source`, `run_id` and `document`.
    """
    preview, actual = stored["preview_micros"], stored["actual_micros"]
    unit = stored["preview_unit"] or stored["actual_unit"] or UNSTATED
    computed = {
        "digest": bytes(stored["digest"]).hex(),
        "cost_preview_micros": preview,
        "cost_actual_micros": actual,
        "cost_unit": None if preview is None and actual is None else unit,
    }
    return _row(SNAPSHOT_KINDS, {**stored, **computed})


def poll_cells(stored: Mapping[str, Any]) -> Cells:
    """Return the row of `polls`, from one in base units."""
    return _row(POLL_KINDS, stored) | {"outcome": Outcome(stored["outcome"]).word}


def transition_cells(stored: Mapping[str, Any]) -> Cells:
    """Return the row of `transitions`, from one in base units."""
    return _row(TRANSITION_KINDS, stored)


def label_cells(stored: Mapping[str, Any]) -> Cells:
    """Return the row of `labels`."""
    return _row(LABEL_KINDS, stored)


def lead_outcome_cells(stored: Mapping[str, Any]) -> Cells:
    """Return the row of `lead_outcomes`, from one in base units."""
    run_us = time_between(stored["started_at"], stored["completed_at"])
    return _row(LEAD_OUTCOME_KINDS, {**stored, "run_seconds": seconds(run_us)})


def event_cells(stored: Mapping[str, Any]) -> Cells:
    """Return the row of `events`, from one in base units."""
    return _row(EVENT_KINDS, stored)


def _row(columns: Columns, cells: Mapping[str, Any]) -> Cells:
    """Return the columns of a view in order; an amount is computed from its micros."""
    row: Cells = {}
    for name, kind in columns.items():
        if kind == "amount":
            row[name] = amount(cells[f"{name}_micros"])
        else:
            row[name] = instant(cells[name]) if kind == "instant" else cells[name]
    return row
