"""The quality flags of a run's last row.

Invariant: a function of that row and of the run's end alone.
"""

from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import Final

from recorder.history.spans import run_began_at
from recorder.instants import SECOND
from recorder.ledger.row import PROGRESS, LedgerRow, RunState

_counts = attrgetter(*PROGRESS[1:6])
SHARP_US = 10 * SECOND

ITEMS_MISMATCH = "items_mismatch"
"""The flag of a run whose captured items are other than the counts of its row."""

PRUNED = "pruned"
"""The flag of a run of which polls and inner snapshots were dropped."""

SENTENCES: Final[Mapping[str, str]] = {
    "actual_unparsed": "Its actual cost has a shape that cannot be read.",
    "completed_with_failed_leads": "It completed, but some of its leads failed.",
    "completed_with_open_leads": "It completed, but some of its leads are pending or running.",
    "counts_off_total": "Its lead counts do not add up to its planned leads.",
    "end_wide": "Its end is known too roughly for statistics.",
    ITEMS_MISMATCH: "The leads that were captured are other than its lead counts.",
    "no_created_at": "The ledger does not say when it was created.",
    "no_ended_at": "Nobody knows when it ended.",
    "no_started_at": "The ledger does not say when it started.",
    "preview_unparsed": "Its previewed cost has a shape that cannot be read.",
    PRUNED: "Most of its polls, and its inner states, were dropped by db prune.",
    "queue_negative": "By the ledger it started before it was created.",
    "run_negative": "By the ledger it ended before it started.",
    "unit_mismatch": "Its preview and its actual are in different units.",
    "unreadable": "The field {} of the ledger has a value that cannot be read.",
    "wall_negative": "By the ledger it ended before it was created.",
}
"""The meaning of each quality flag; of one with a path after a colon, with a place for it."""


def flag_sentence(flag: str) -> str:
    """Return the meaning of a quality flag."""
    name, _, path = flag.partition(":")
    return SENTENCES.get(name, flag).replace("{}", path)


def is_sharp(width_us: int, duration_us: int) -> bool:
    """Return whether an end is known well enough for its duration to enter statistics."""
    return width_us < SHARP_US or 10 * width_us < duration_us


def flagged(quality: str | None, flag: str) -> str:
    """Return the flags of a run with another one at their end."""
    return f"{quality},{flag}" if quality else flag


def row_flags(row: LedgerRow, ended_at: int | None, width_us: int) -> Iterator[str]:
    """Yield the flags of a run's last row.

    Args:
        row: the row.
        ended_at: when the run ended, microseconds since 1970 UTC.
        width_us: the width of the bracket of that end; 0 where it is exact.
    """
    yield from (f"unreadable:{p}" for p in row.oddities if not p.startswith("cost."))
    yield from lead_flags(row)
    yield from _time_flags(row, ended_at, width_us)


def lead_flags(state: RunState) -> Iterator[str]:
    """Yield the flags of the lead counts of a state."""
    counts = _counts(state)
    if state.leads_total is not None and None not in counts and sum(counts) != state.leads_total:
        yield "counts_off_total"
    if state.status == "completed" and state.leads_failed:
        yield "completed_with_failed_leads"
    if state.status == "completed" and (state.leads_pending or state.leads_running):
        yield "completed_with_open_leads"


def _time_flags(row: LedgerRow, ended_at: int | None, width_us: int) -> Iterator[str]:
    yield from _negative_flags(row, ended_at)
    if not row.is_terminal:
        return
    if row.created_at is None:
        yield "no_created_at"
    # A run may be cancelled before it starts.
    if row.started_at is None and row.status != "cancelled":
        yield "no_started_at"
    if ended_at is None:
        yield "no_ended_at"
    begun = run_began_at(row.created_at, row.started_at)
    begun = begun if begun is not None else row.created_at
    if ended_at is not None and begun is not None and not is_sharp(width_us, ended_at - begun):
        yield "end_wide"


def _negative_flags(row: LedgerRow, ended_at: int | None) -> Iterator[str]:
    spans = (
        ("queue_negative", row.created_at, row.started_at),
        ("run_negative", run_began_at(row.created_at, row.started_at), ended_at),
        ("wall_negative", row.created_at, ended_at),
    )
    for flag, begin, finish in spans:
        if begin is not None and finish is not None and finish < begin:
            yield flag
