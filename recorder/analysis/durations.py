"""Queue, run and wall time of runs, and run time by lead.

Invariant: a percentile is of exactly the runs counted in its `_n`: both bounds known, not negative, the end sharp
enough. Only the `_km_` columns are estimates.
"""

from typing import Final

import numpy as np

from recorder.analysis.analysis import Analysis, Group, Option, Population, Question
from recorder.analysis.cells import Row, count, flag, grouped, percentiles, seconds
from recorder.analysis.columns import Floats, Ints, Runs, Span, n_of
from recorder.analysis.stats import Ranked, exact, times
from recorder.analysis.survival import Lifetimes
from recorder.instants import SECOND

_PERCENTS: Final = (50, 90, 95, 99)
_KM: Final = "wall_seconds_km"
_KM_PERCENTS: Final = (50, 90, 95)


def durations(group: Group) -> Row:
    """Show how long completed runs queue, run and take in all, in seconds; percentiles by nearest rank.

    p95 needs 20 runs and p99 a hundred, else they are null ("-"). By default only completed runs count; --status and
    --by status choose others.

    Returns:
        `runs`: the population: completed; with a status the runs of that status; by status all that ended. `in_flight`:
        those of the group, whatever the status.
        For `queue_seconds`, `run_seconds`, `wall_seconds`, `seconds_per_lead` (run time by completed + failed leads):
        `_n`, `_p50`, `_p90`, `_p95` (null below 20 values), `_p99` (null below 100), `_max`, in seconds; `_left_out` (=
        runs - `_n`), of which `_negative` by a clock that ran backwards and (not for queue) `_rough` by an end known
        too roughly.
        `ended_ledger`, `ended_bracketed`, `ended_missing`: the origin of the end, in runs; `bracket_seconds_p50`,
        `bracket_seconds_max`: how wide the brackets are.
        With `censored`, `wall_seconds_km_*` over all observed runs of the group, whatever their status: `_n` lifetimes,
        `_ended` of them seen to end, `_left_out` observed runs; `_p50`, `_p90`, `_p95` with `_reached`: false = not
        reached; both null = too few values.
    """
    runs, is_censored = group.runs, bool(group.question.options["censored"])
    is_grouped = group.question.by is not None
    queue, run, wall, per_lead = runs.queue, runs.run, runs.wall, seconds_per_lead(runs)
    is_ledger, is_bracketed = map(runs.words("ended_at_origin").among, ("ledger", "bracketed"))
    brackets = Ranked(runs.end_width[is_bracketed])
    return {
        "runs": count(runs.n, narrow=True),
        "in_flight": count(group.context.is_in_flight),
        **_span("queue_seconds", queue, narrow="" if is_censored else "p50"),
        **_run_cells(run, is_censored=is_censored, is_grouped=is_grouped),
        **_span("wall_seconds", wall, narrow="p50" if is_censored or not is_grouped else ""),
        **percentiles("seconds_per_lead", per_lead, *_PERCENTS, scale=1),
        **(_kaplan_meier(group.context) if is_censored else {}),
        "ended_ledger": count(is_ledger),
        "ended_bracketed": count(is_bracketed),
        "ended_missing": count(~is_ledger & ~is_bracketed),
        "bracket_seconds_p50": seconds(brackets.at(50)),
        "bracket_seconds_max": seconds(brackets.max),
        "queue_seconds_left_out": count(~queue.enters),
        "queue_seconds_negative": count(queue.is_negative),
        "run_seconds_left_out": count(~run.enters),
        "run_seconds_negative": count(run.is_negative),
        "wall_seconds_left_out": count(~wall.enters),
        "wall_seconds_negative": count(wall.is_negative),
        "run_seconds_rough": count(run.is_rough),
        "wall_seconds_rough": count(wall.is_rough),
        "seconds_per_lead_left_out": count(runs.n - len(per_lead)),
    }


def _span(name: str, span: Span, *, narrow: str) -> Row:
    """Return the percentiles of the durations that enter statistics."""
    return percentiles(name, span.us[span.enters], *_PERCENTS, narrow=narrow)


def _run_cells(run: Span, *, is_censored: bool, is_grouped: bool) -> Row:
    """Return the percentiles of the run time; groups have bars next to the median, which take the room of p95."""
    wanted = "n p50 p90 max" if is_grouped else "n p50 p90 p95 max"
    cells = _span("run_seconds", run, narrow="" if is_censored else wanted)
    return cells | {"run_seconds_p50": cells["run_seconds_p50"]._replace(bar=is_grouped)}


def seconds_per_lead(runs: Runs) -> Floats:
    """Return the run time by processed leads of each run that has both, in seconds."""
    run, leads = runs.run, runs.leads_processed
    counts = run.enters & leads.there & (leads.values != 0)
    divisors = times(leads.values[counts], np.array([SECOND]))
    return np.asarray(exact(run.us[counts]) / exact(divisors), np.float64)


def _kaplan_meier(runs: Runs) -> Row:
    """Return the quantiles of the wall time of all observed runs; a run in flight has not ended yet."""
    lives, n_left_out = _lives(runs.only(runs.is_observed))
    cells = {"n": count(lives.n), "ended": count(lives.n_ended), "left_out": count(n_left_out)}
    quantiles = lives.quantiles(*_KM_PERCENTS)
    for percent in _KM_PERCENTS:
        quantile = quantiles[percent]
        words = "not reached" if quantile.is_reached is False else None
        cells[f"p{percent}"] = seconds(quantile.age_us, words=words)
        cells[f"p{percent}_reached"] = flag(quantile.is_reached)
    return grouped(_KM, cells, narrow="n ended p50 p90 p95")


def _lives(runs: Runs) -> tuple[Lifetimes, int]:
    """Return the lives from `createdAt` to the end or the last good poll, and how many runs have none.

    A life is watched since the run was tracked.
    """
    is_end = runs.is_terminal
    created, tracked = runs.ints("created_at"), runs.ints("tracked_at").values
    last = Ints(np.where(is_end, runs.ints("ended_at").values, runs.ints("last_good_at").values))
    wall = Span(created, last, np.where(is_end, runs.end_width, 0))
    entries = np.where(tracked > created.values, tracked - created.values, -1)
    # A run that had ended before it was tracked was never at risk here.
    counts = wall.enters & (wall.us > entries)
    lives = Lifetimes()
    for entry, age, ended in zip(
        entries[counts].tolist(), wall.us[counts].tolist(), is_end[counts].tolist(), strict=True
    ):
        lives.add(entry_us=entry, exit_us=age, is_end=ended)
    return lives, runs.n - lives.n


def _about(runs: Runs, population: str, question: Question) -> str:
    n_bracketed = n_of(runs.words("ended_at_origin").among("bracketed"))
    censored = "; Kaplan-Meier over all observed runs" if question.options["censored"] else ""
    return f"durations of {runs.n:,} {population}, {n_bracketed:,} with a bracketed end{censored}"


ANALYSIS: Final = Analysis(
    cells=durations,
    population=Population.COMPLETED,
    needs=frozenset(
        {"created_at", "started_at", "ended_at", "ended_after", "ended_at_origin"}
        | {"leads_completed", "leads_failed"}
    ),
    options=(
        Option(
            name="censored",
            default=False,
            help="Show Kaplan-Meier quantiles of the wall time, which count runs in flight too.",
            needs=frozenset({"tracked_at", "last_good_at"}),
            kind="flag",
        ),
    ),
    speaks=lambda runs, question: (
        runs.is_observed if question.options["censored"] else runs.is_in_flight
    ),
    about=_about,
    examples=(
        "durations --by slug",
        "durations --by slug,version --since 30d",
        "durations --censored",
    ),
)
