"""The runs that cost most, one row a run.

Invariant: amounts of different units are never ranked against each other.
"""

from collections.abc import Iterator
from typing import Final

from recorder.analysis.analysis import Analysis, Group, Option, Population, Question
from recorder.analysis.cells import Row, amount, instant, key, text
from recorder.analysis.columns import Runs
from recorder.analysis.ranking import largest
from recorder.analysis.stats import exact
from recorder.humanize import counted

_NAMES: Final = ("source", "run_id", "slug", "version", "status")
_SPEND: Final = ("spend_part", "spend_micros", "spend_unit")


def expensive_runs(group: Group) -> Row:
    """Show the runs that cost most.

    Returns:
        A row a run, units in order, the largest first; runs without a price are left out. `spend` of `unit`: what the
        run counts for in `part`, one of settled, provisional, committed (may still change), unconfirmed (a preview).
        `created_at`: aware UTC.
    """
    run = group.runs
    values = run.first()
    return {
        "source": text(values["source"]),
        "run_id": key(values["run_id"]),
        "slug": text(values["slug"], narrow=True),
        "version": text(values["version"]),
        "status": text(values["status"], narrow=True),
        "part": text(values["spend_part"], narrow=True),
        "unit": text(values["spend_unit"], narrow=True),
        "spend": amount(values["spend_micros"], narrow=True),
        "created_at": instant(values["created_at"]),
    }


def _dearest(runs: Runs, question: Question) -> Iterator[Runs]:
    limit = question.options["limit"]
    return largest(runs, "spend_unit", lambda some: exact(some.ints("spend_micros").values), limit)


def _about(runs: Runs, _population: str, question: Question) -> str:
    n_shown = sum(1 for _ in _dearest(runs, question))
    return f"{n_shown:,} of {counted(runs.n, 'run')} with a price"


ANALYSIS: Final = Analysis(
    cells=expensive_runs,
    population=Population.ALL,
    needs=frozenset({*_NAMES, *_SPEND, "created_at"}),
    options=(Option(name="limit", default=20, help="So many of each unit.", kind="number"),),
    only=lambda runs, _: runs.ints("spend_micros").there,
    items=lambda group: group.each(_dearest(group.runs, group.question)),
    about=_about,
)
