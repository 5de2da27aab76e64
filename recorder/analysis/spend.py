"""What runs cost: what is spent, what may still come, and what nobody knows.

Invariant: every observed run is in exactly one part; the parts add up to the whole, to the last millionth; sums are
never over mixed units.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from recorder.analysis.analysis import Analysis, Group, Population, Question
from recorder.analysis.cells import Row, amount, count, number, plain
from recorder.analysis.columns import Runs, n_of
from recorder.analysis.expected import NEEDS, expected_micros, ratios_of
from recorder.analysis.spend_columns import in_part, total_of
from recorder.analysis.stats import ratio, total
from recorder.history.spend_parts import PARTS, SPENT
from recorder.humanize import counted, percent
from recorder.ledger.cost import MICROS

_TOTALS: Final = (
    "settled",
    "provisional",
    "committed",
    "unconfirmed",
    "spent",
    "expected",
    "failed",
)


def spend(group: Group) -> Row:
    """Show what runs cost, unit by unit: what is spent, what may still come, what nobody knows; sums are exact.

    Each observed run is in one part. Spent for certain are settled (final) and provisional actuals. Still to come are
    committed runs (in flight, charged at dispatch) and unconfirmed ones (ended or lost without an actual: their
    preview). Unpriced runs have no amount that can be read.

    Returns:
        A row a group and `unit` (null: the unpriced runs, whose totals are null). Amounts are exact decimals of the
        unit. `runs` = `settled_runs` + `provisional_runs` + `committed_runs` + `unconfirmed_runs` + `unpriced_runs`;
        `settled_total`, `provisional_total`, `committed_total` (of a run the larger of actual and preview where they
        share a unit), `unconfirmed_total`. `spent_total` = settled + provisional. `expected_total`: spent, and the
        rest times actual by preview of the completed runs of the store of the same slug and unit (of all slugs of the
        unit where the slug has fewer than 20), whatever the filters, rounded to a millionth. `failed_total`: what of
        `spent_total` failed and cancelled runs cost. `leads_completed`: of settled and provisional runs, null where
        none says; `unit_cost` = `spent_total` by them.
    """
    runs = group.runs
    n = {part: n_of(in_part(runs, part)) for part in PARTS}
    totals = _totals(group) if runs.n > n["unpriced"] else dict.fromkeys(_TOTALS)
    leads = _leads_completed(runs)
    spent = totals["spent"]
    return {
        "runs": count(runs.n, narrow=True),
        "settled_runs": count(n["settled"]),
        "settled_total": amount(totals["settled"]),
        "provisional_runs": count(n["provisional"]),
        "provisional_total": amount(totals["provisional"]),
        "committed_runs": count(n["committed"]),
        "committed_total": amount(totals["committed"], narrow=True),
        "unconfirmed_runs": count(n["unconfirmed"]),
        "unconfirmed_total": amount(totals["unconfirmed"], narrow=True),
        "unpriced_runs": count(n["unpriced"], narrow=True),
        "spent_total": amount(spent, narrow=True)._replace(bar=True),
        "expected_total": amount(totals["expected"], narrow=True),
        "failed_total": amount(totals["failed"]),
        "leads_completed": count(leads),
        "unit_cost": number(None if spent is None else ratio(spent, (leads or 0) * MICROS)),
    }


def _totals(group: Group) -> dict[str, int | None]:
    """Return each total of a group of one unit, in millionths."""
    runs = group.runs
    totals: dict[str, int | None] = {part: total_of(runs, part) for part in PARTS[:-1]}
    failed = runs.only(runs.words("status").among("failed", "cancelled"))
    return totals | {
        "spent": total_of(runs, *SPENT),
        "expected": expected_micros(runs, group.basis),
        "failed": total_of(failed, *SPENT),
    }


def _leads_completed(runs: Runs) -> int | None:
    """Return the completed leads of what is spent; None where no run says how many."""
    leads = runs.ints("leads_completed")
    known = leads.values[leads.there & in_part(runs, *SPENT)]
    return total(known) if len(known) else None


def _about(runs: Runs, _population: str, _question: Question) -> str:
    unpriced = n_of(in_part(runs, "unpriced"))
    return (
        f"spend of {counted(runs.n, 'observed run')}, {unpriced:,} without a price: settled and provisional are "
        "spent, committed and unconfirmed may still come"
    )


def _notes(rows: Sequence[Row], _question: Question) -> Iterator[str]:
    cells: list[dict[str, Any]] = [plain(row) for row in rows]
    for unit in dict.fromkeys(one["unit"] for one in cells if one["failed_total"]):
        own = [one for one in cells if one["unit"] == unit]
        failed, spent = (
            sum(one[name] or 0 for one in own) for name in ("failed_total", "spent_total")
        )
        if spent > 0:  # a ledger may give back more than it takes
            cost = f"{failed:,f} {unit}, {percent(failed / spent)} of what is spent"
            yield f"runs that failed or were cancelled cost {cost}"


ANALYSIS: Final = Analysis(
    cells=spend,
    population=Population.ALL,
    needs=NEEDS | {"spend_part", "spend_micros", "spend_unit", "leads_completed"},
    only=lambda runs, _: runs.is_observed,
    basis=ratios_of,
    split=("spend_unit", "unit"),
    about=_about,
    notes=_notes,
    examples=(
        "spend --since 30d --by slug",
        "spend --by month,label:team --format csv",
        "spend --runs --since 7d",
    ),
)
