"""The runs that cost most above their preview, one row a run.

Invariant: only runs whose pair quality is `both`; amounts of different units are never ranked against each other.
"""

from collections.abc import Iterator
from typing import Final

from recorder.analysis.analysis import Analysis, Group, Option, Population, Question
from recorder.analysis.cells import Row, amount, count, flag, instant, key, rate, text
from recorder.analysis.columns import Mask, Runs
from recorder.analysis.pairs import NEEDS, Pairs, is_pair
from recorder.analysis.ranking import largest
from recorder.analysis.stats import ratio, total
from recorder.humanize import counted

_NAMES: Final = ("source", "run_id", "slug", "version", "status")


def overruns(group: Group) -> Row:
    """Show the runs that cost most above their preview.

    Returns:
        A row a run, units in order, the largest variance first. Population: completed; with a status the runs of that
        status. `preview`, `actual`, `variance` of `unit`; `ratio` = actual by preview, null where that is 0;
        `is_overrun`: above the preview x 1.1; `volume_effect` (to a millionth) + `rate_effect` = variance, null where
        no lead was planned or processed; `created_at`: aware UTC.
    """
    run, pair = group.runs, Pairs(group.runs)
    values = run.first()
    volume, rate_effect, _ = pair.effects
    processed = run.leads_processed.values[run.leads_processed.there]
    return {
        "source": text(values["source"]),
        "run_id": key(values["run_id"]),
        "slug": text(values["slug"], narrow=True),
        "version": text(values["version"]),
        "status": text(values["status"]),
        "unit": text(values["cost_unit"], narrow=True),
        "preview": amount(values["cost_preview_micros"], narrow=True),
        "actual": amount(values["cost_actual_micros"], narrow=True),
        "variance": amount(total(pair.variance), narrow=True),
        "ratio": rate(ratio(total(pair.actual), total(pair.preview)), narrow=True),
        "is_overrun": flag(bool(pair.is_overrun.any())),
        "leads_total": count(values["leads_total"]),
        "leads_processed": count(total(processed) if len(processed) else None),
        "volume_effect": amount(volume),
        "rate_effect": amount(rate_effect),
        "created_at": instant(values["created_at"]),
    }


def _is_above(runs: Runs, _question: Question) -> Mask:
    """Return which runs cost more than their preview."""
    preview, actual = runs.ints("cost_preview_micros"), runs.ints("cost_actual_micros")
    return is_pair(runs) & (actual.values > preview.values)


def _worst(runs: Runs, question: Question) -> Iterator[Runs]:
    return largest(runs, "cost_unit", lambda some: Pairs(some).variance, question.options["limit"])


def _about(runs: Runs, population: str, question: Question) -> str:
    n_shown = sum(1 for _ in _worst(runs, question))
    return f"{n_shown:,} of {counted(runs.n, f'{population} run')} above preview"


ANALYSIS: Final = Analysis(
    cells=overruns,
    population=Population.COMPLETED,
    needs=NEEDS | {*_NAMES, "cost_unit", "created_at"},
    options=(Option(name="limit", default=20, help="So many of each unit.", kind="number"),),
    only=_is_above,
    items=lambda group: group.each(_worst(group.runs, group.question)),
    about=_about,
)
