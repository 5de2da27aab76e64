"""What became of the leads of runs whose items were captured to the end.

Invariant: an item is in one group; run time and cost count once for each run, and only where a group is of whole runs.
"""

from typing import Final

import numpy as np

from recorder.analysis.analysis import Analysis, Group, Population, Question
from recorder.analysis.cells import Row, count, grouped, number, proportion, seconds, text
from recorder.analysis.columns import ITEM_COLUMNS, Mask, Runs, n_of
from recorder.analysis.groups import ITEM_TERMS, parse_by
from recorder.analysis.pairs import is_pair
from recorder.analysis.stats import Numbers, Ranked, ratio, total
from recorder.humanize import counted
from recorder.instants import MINUTE
from recorder.ledger.cost import MICROS

_ENDED: Final = ("completed", "failed", "skipped")


def leads(group: Group) -> Row:
    """Show what became of each lead, of runs whose items were captured to the end by `poll --items`.

    completed_rate = completed / (completed + failed), with its 95 % interval. --by provider and --by skipped_reason
    group by what the items say.

    Returns:
        `unit`: of the runs' cost, null where there are several. `runs`: with items; `items` = `completed` + `failed` +
        `skipped` + `pending` (all others). `completed_rate` by completed + failed items, `_low`, `_high`: Wilson.
        `attempts_mean`: of items that give them. `run_seconds_p50`, `_p90`: from an item's start to its end.
        `leads_per_minute`: ended items by the run time, pooled over the runs that have one. `credits_per_completed`: the
        actual by completed items, of the runs with preview and final actual, in `unit`. The last two are null by provider
        or skipped_reason, and where there are several units.
    """
    items = group.runs
    runs = items.take(_starts(items))
    masks = {word: items.words("item_status").among(word) for word in _ENDED}
    n = {word: n_of(mask) for word, mask in masks.items()}
    judged = n["completed"] + n["failed"]
    attempts = items.ints("item_attempts")
    known = attempts.values[attempts.there]
    units = {unit for unit in runs.values("cost_unit") if unit is not None}
    is_whole = len(units) <= 1 and not set(ITEM_TERMS) & set(
        parse_by(group.question.by, ITEM_TERMS)
    )
    return {
        "unit": text(units.pop() if len(units) == 1 else None),
        "runs": count(runs.n, narrow=True),
        "items": count(items.n, narrow=True),
        **{word: count(n[word], narrow=word != "skipped") for word in _ENDED},
        "pending": count(items.n - sum(n.values())),
        **proportion("completed_rate", n["completed"], judged, narrow=True, bar=True),
        "attempts_mean": number(ratio(total(known), len(known))),
        **grouped("run_seconds", _run_seconds(items), narrow="p50"),
        "leads_per_minute": number(_per_minute(items, runs, masks) if is_whole else None),
        "credits_per_completed": number(_credits(items, runs, masks) if is_whole else None),
    }


def _starts(items: Runs) -> Numbers:
    """Return the position of the first item of each run: those of a run stand together."""
    run = items.ints("item_run").values
    return np.flatnonzero(np.diff(run, prepend=-1))


def _run_seconds(items: Runs) -> Row:
    began, ended = items.ints("item_started_at"), items.ints("item_completed_at")
    us = (ended.values - began.values)[began.there & ended.there]
    ranked = Ranked(us[us >= 0])
    return {f"p{percent}": seconds(ranked.at(percent)) for percent in (50, 90)}


def _per_run(items: Runs, mask: Mask) -> Numbers:
    """Return how many items of a mask each run has."""
    return np.add.reduceat(mask.astype(np.int64), _starts(items)) if items.n else mask[:0]


def _per_minute(items: Runs, runs: Runs, masks: dict[str, Mask]) -> float | None:
    ended = _per_run(items, masks["completed"] | masks["failed"] | masks["skipped"])
    enters = runs.run.enters
    return ratio(total(ended[enters]) * MINUTE, total(runs.run.us[enters]))


def _credits(items: Runs, runs: Runs, masks: dict[str, Mask]) -> float | None:
    pairs = is_pair(runs)
    actual = total(runs.ints("cost_actual_micros").values[pairs])
    return ratio(actual, total(_per_run(items, masks["completed"])[pairs]) * MICROS)


def captured_leads(runs: Runs, _population: str, _question: Question) -> str:
    """Return how many leads of how many runs were captured, for the foot."""
    n = runs.ints("items")
    captured, n_ended = n_of(n.there), n_of(runs.is_terminal)
    return (
        f"{counted(total(n.filled(0).values), 'lead')} of {counted(captured, 'run')} whose items were captured to the end,"
        f" of {n_ended:,} that ended{'' if captured else ': poll --items captures them'}"
    )


ANALYSIS: Final = Analysis(
    cells=leads,
    population=Population.ALL,
    needs=(ITEM_COLUMNS - {"item_lead_id"})
    | {"cost_unit", "cost_quality", "cost_preview_micros", "cost_actual_micros"}
    | {"created_at", "started_at", "ended_at", "ended_after"},
    terms=ITEM_TERMS,
    expand=Runs.items,
    about=captured_leads,
    examples=(
        "leads --by slug --since 7d",
        "leads --by provider,skipped_reason",
        "leads --repeated --within 90d",
    ),
)
