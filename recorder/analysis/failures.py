"""Failure rates of runs and of leads, with counts of odd runs.

Invariant: a rate's numerator and denominator stand in the same row; runs in flight, lost or not seen yet are in no
denominator.
"""

from typing import Final

from recorder.analysis.analysis import Analysis, Group, Population, Question
from recorder.analysis.cells import Row, count, proportion, rate
from recorder.analysis.columns import Runs, n_of
from recorder.analysis.rows import with_flag
from recorder.analysis.stats import PooledRate, Ranked, exact, ratio, total
from recorder.errors import UsageError

FLAGS: Final = ("completed_with_failed_leads", "completed_with_open_leads", "counts_off_total")


def failures(group: Group) -> Row:
    """Show how often runs and leads fail: rates from 0 to 1 with 95 % intervals.

    failure_rate = failed / (completed + failed). Runs in flight and lost ones are in no denominator: they are counted apart.

    Returns:
        `runs`: all tracked = completed + failed + cancelled + in_flight + lost + unobserved; `unknown`: the part of in
        flight with a status word that nobody knows; `lost`: lost before an end was seen.
        `failure_rate`, `success_rate` by completed + failed, `cancel_rate` by terminal runs, 0 to 1, null where that is
        0; `_low`, `_high`: Wilson.
        `leads_completed`, `leads_failed`: of the `lead_runs`, ended runs that give both; null where there are none.
        `lead_failure_rate` pooled over them, `_low` and `_high` by the linearised ratio over runs (null where runs do
        not differ), `_median` over runs with processed leads.
        `leads_skipped`: of ended runs that give it; `skip_share`: skipped by completed + skipped + failed of ended runs
        that give all three, cancelled ones left out.
        `reopened`: runs that went from an end back in flight. Flags, in runs: completed with failed leads, completed
        with leads pending or running, five counts that do not sum to the total.
    """
    runs = group.runs
    completed, failed, cancelled = (n_of(runs.words("status").among(word)) for word in _ENDINGS)
    ended = runs.only(runs.is_terminal)
    judged = completed + failed
    success = proportion("success_rate", completed, judged)
    cancel = proportion("cancel_rate", cancelled, judged + cancelled)
    has_its_part = runs.is_terminal | runs.is_in_flight | runs.is_lost
    leads = _leads(ended)
    return {
        "runs": count(runs.n, narrow=True),
        "completed": count(completed, narrow=True),
        "failed": count(failed, narrow=True),
        "cancelled": count(cancelled),
        "in_flight": count(runs.is_in_flight, narrow=True),
        "unknown": count(runs.is_unknown, narrow=True),
        "lost": count(runs.is_lost, narrow=True),
        **proportion("failure_rate", failed, judged, narrow=True, bar=True),
        "success_rate": success["success_rate"],
        "cancel_rate": cancel["cancel_rate"],
        **leads,
        **success,  # of which the rates stand before the leads already
        **cancel,
        "unobserved": count(~has_its_part),
        "reopened": count(runs.ints("n_reopened").values > 0),
        **{flag: count(runs.words("quality").where(with_flag(flag))) for flag in FLAGS},
    }


def _leads(ended: Runs) -> Row:
    """Return the counts and rates of the leads of ended runs."""
    failed, skipped = ended.ints("leads_failed"), ended.ints("leads_skipped")
    processed = ended.leads_processed
    pool = PooledRate(failed.values[processed.there], processed.values[processed.there])
    low, high = pool.interval()
    has_leads = processed.there & (processed.values != 0)
    rates = exact(failed.values[has_leads]) / exact(processed.values[has_leads])
    is_whole = processed.there & skipped.there & ~ended.words("status").among("cancelled")
    n_skipped = total(skipped.values[is_whole])
    n_runs = n_of(processed.there)
    has_skipped = bool(skipped.there.any())
    return {
        "leads_completed": count(pool.below - pool.above if n_runs else None),
        "leads_failed": count(pool.above if n_runs else None),
        "leads_skipped": count(total(skipped.values[skipped.there]) if has_skipped else None),
        "lead_failure_rate": rate(pool.rate),
        "lead_failure_rate_low": rate(low),
        "lead_failure_rate_high": rate(high),
        "lead_failure_rate_median": rate(Ranked(rates).at(50)),
        "lead_runs": count(n_runs),
        "skip_share": rate(ratio(n_skipped, total(processed.values[is_whole]) + n_skipped)),
    }


_ENDINGS: Final = ("completed", "failed", "cancelled")


def require_both_ends(question: Question) -> Question:
    """Return the question; refuse one that takes completed runs without failed ones, or the reverse: it has no rate."""
    status = question.filters.status
    missing = [word for word in ("completed", "failed") if word not in status]
    if status and missing:
        raise UsageError(
            f"--status {','.join(status)}: a failure rate is of completed and failed runs together: "
            f"add {' and '.join(missing)}, or leave it out"
        )
    return question


def _about(runs: Runs, _population: str, _question: Question) -> str:
    n_judged = n_of(runs.words("status").among("completed", "failed"))
    return f"failure rate over {n_judged:,} completed or failed"


ANALYSIS: Final = Analysis(
    cells=failures,
    population=Population.ALL,
    needs=frozenset({"leads_completed", "leads_failed", "leads_skipped", "n_reopened", "quality"}),
    about=_about,
    prepare=require_both_ends,
    examples=("failures --by day --since 7d", "failures --by slug,version --format csv"),
)
