"""Previewed against actual cost.

Invariant: every run of the population is in exactly one pair quality, only `both` enters the sums; sums are exact,
never over mixed units, and missing is never 0.
"""

from math import fsum
from typing import Final

import numpy as np

from recorder.analysis.analysis import Analysis, Group, Population, Question
from recorder.analysis.cells import Row, amount, count, number, proportion, rate
from recorder.analysis.columns import Runs, n_of
from recorder.analysis.pairs import NEEDS, Pairs, actuals, is_pair
from recorder.analysis.stats import Numbers, Ranked, ratio, total

_QUALITIES: Final = ("preview_only", "actual_only", "unparsed", "unit_mismatch", "provisional")


def costs(group: Group) -> Row:
    """Show cost previewed against actual, of completed runs, unit by unit; sums are exact.

    bias = (actual - preview) / preview, wape = sum |actual - preview| / actual. A pair is a run of which both are
    known and the actual is final; the others are counted apart. --status failed,cancelled: what these cost.

    Returns:
        A row a group and `unit` (null: runs without an amount that could be read). Amounts are exact decimals of the
        unit; a figure without runs is null. Population: completed; with a status the runs of that status; by status all
        that ended.
        `runs` = `pairs` + `unpaired` (`without_cost`, `preview_only`, `actual_only`) + `unparsed` + `mismatched` +
        `provisional`. Over pairs: `preview_total`, `actual_total`, `variance_total` (A - P), `bias` (its share of P),
        `wape` (sum |A - P| by sum A), `mape` and `median_ape` over A > 0 without the `mape_excluded` pairs, `overruns`
        (A > P x 1.1) with `overrun_rate` and Wilson's `_low`, `_high`, `ratio_p10`, `_p50`, `_p90` of A / P over P > 0
        without the `ratio_excluded`; `volume_effect_total` (leads processed were not those planned; to a millionth) and
        `rate_effect_total` (a lead did not cost what was planned), which sum to the variance of the `effects_runs`
        where both are defined; `unit_cost`: A by completed leads, `unit_cost_median` over the pairs with completed
        leads.
        `actual_total_all`: A over all runs of the population in that unit, paired or not.
        Whatever the status: `failure_runs` (failed + cancelled), `failure_actual_total`, `failure_share` of
        `terminal_actual_total` (A over all that ended), `failure_without_actual`.
    """
    runs, pairs = group.runs, Pairs(group.runs)
    qualities = runs.words("cost_quality")
    n = {word: n_of(qualities.among(word)) for word in _QUALITIES}
    n["none"] = n_of(qualities.among("none", None))
    sum_p, sum_a = total(pairs.preview), total(pairs.actual)
    totals = (sum_p, sum_a, sum_a - sum_p) if pairs.n else (None, None, None)
    errors, quotients = pairs.errors.tolist(), Ranked(pairs.ratios)
    volume, rate_effect, n_effects = pairs.effects
    return {
        "runs": count(runs.n),
        "pairs": count(pairs.n, narrow=True),
        "unpaired": count(n["none"] + n["preview_only"] + n["actual_only"]),
        "unparsed": count(n["unparsed"]),
        "mismatched": count(n["unit_mismatch"]),
        "provisional": count(n["provisional"]),
        "preview_total": amount(totals[0], narrow=True),
        "actual_total": amount(totals[1], narrow=True),
        "variance_total": amount(totals[2]),
        "bias": rate(ratio(sum_a - sum_p, sum_p), narrow=True),
        "wape": rate(ratio(total(np.abs(pairs.variance)), sum_a), narrow=True),
        "mape": rate(fsum(errors) / len(errors) if errors else None),
        "mape_excluded": count(pairs.n - len(errors)),
        **proportion("overrun_rate", n_of(pairs.is_overrun), pairs.n, narrow=True),
        "median_ape": rate(Ranked(errors).at(50)),
        "ratio_p10": rate(quotients.at(10)),
        "ratio_p50": rate(quotients.at(50)),
        "ratio_p90": rate(quotients.at(90)),
        "ratio_excluded": count(pairs.n - quotients.n),
        "overruns": count(pairs.is_overrun),
        "volume_effect_total": amount(volume),
        "rate_effect_total": amount(rate_effect),
        "effects_runs": count(n_effects),
        "unit_cost": number(pairs.unit_cost),
        "unit_cost_median": number(Ranked(pairs.unit_costs).at(50)),
        "without_cost": count(n["none"]),
        "preview_only": count(n["preview_only"]),
        "actual_only": count(n["actual_only"]),
        "actual_total_all": amount(_sum(actuals(runs))),
        **_failures(group.context),
    }


def _failures(context: Runs) -> Row:
    """Return the cost of failure among all ended runs; 0 without failures, null where no cost is known."""
    ended = context.only(context.is_terminal)
    failed = ended.only(~ended.words("status").among("completed"))
    known = actuals(failed)
    whole, of_failed = _sum(actuals(ended)), _sum(known)
    if whole is not None and not failed.n:
        of_failed = 0
    return {
        "terminal_actual_total": amount(whole),
        "failure_runs": count(failed.n),
        "failure_actual_total": amount(of_failed),
        "failure_share": rate(None if of_failed is None else ratio(of_failed, whole or 0)),
        "failure_without_actual": count(failed.n - len(known)),
    }


def _sum(micros: Numbers) -> int | None:
    return total(micros) if len(micros) else None


def _about(runs: Runs, population: str, _question: Question) -> str:
    n_pairs = n_of(is_pair(runs))
    return f"costs of {runs.n:,} {population}, {n_pairs:,} with preview and final actual"


ANALYSIS: Final = Analysis(
    cells=costs,
    population=Population.COMPLETED,
    needs=NEEDS | {"cost_unit"},
    split=("cost_unit", "unit"),
    speaks=lambda runs, _: runs.is_terminal & ~runs.words("status").among("completed"),
    about=_about,
    examples=(
        "costs --by slug",
        "costs --runs --since 30d",
        "costs --status failed --by slug",
        "costs --when-final",
    ),
)
