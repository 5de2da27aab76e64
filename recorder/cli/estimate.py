"""`estimate`: the cost and the wall time of a planned run, and the backtest of such estimates.

Invariant: where nothing is promised the table says why, and what would help.
"""

import sys
from collections.abc import Iterator
from typing import Final

import click

from recorder.analyses import Analyses
from recorder.analysis.estimates import RunEstimate, planned_run
from recorder.analysis.filters import Filters
from recorder.analysis.forecasts import Basis, Estimate
from recorder.analysis.likes import LEAST_LIKES, Value
from recorder.analysis.values import amount, declared, kinds
from recorder.cli.analysis_commands import print_report
from recorder.cli.json_output import write_value
from recorder.cli.options import command, command_now, completed_by
from recorder.cli.output import write_rows
from recorder.cli.row_options import QueryOptions, notify_unknown_words, query_options
from recorder.cli.stores import reading
from recorder.humanize import amount_text, counted, span
from recorder.instants import SECOND
from recorder.ledger.cost import MICROS

_COLUMNS: Final = declared(
    kinds("measure p10 p50 p90 basis n held", number="p10 p50 p90", count="n")
)


@command(
    "recorder estimate --slug work_email --leads 500",
    "recorder estimate --slug work_email --leads 500 --version 3 --preview 900",
    "recorder estimate --backtest",
)
@click.option(
    "--slug", metavar="SLUG", shell_complete=completed_by("slug"), help="Slug of the enrichment."
)
@click.option(
    "--leads", type=click.IntRange(0), metavar="N", help="How many leads the run will have."
)
@click.option(
    "--version",
    metavar="TEXT",
    shell_complete=completed_by("version"),
    help="Version of the enrichment; by default that of the newest run.",
)
@click.option("--preview", metavar="AMOUNT", help="The previewed cost, such as 900.")
@click.option("--backtest", is_flag=True, help="Show how often such estimates held, slug by slug.")
@query_options("as_of tz format")
def estimate(
    slug: str | None,
    leads: int | None,
    version: str | None,
    preview: str | None,
    options: QueryOptions,
    *,
    backtest: bool,
) -> None:
    """Estimate what a run will cost and how long it will take, from completed runs of its slug.

    Where the basis is `version`, four of five runs that complete lie between p10 and p90: that is promised. Every
    other basis promises nothing, and the table says why.
    """
    filters = Filters(slug=(slug,) if slug else (), version=(version,) if version else ())
    planned = planned_run(slug, leads, version, preview, backtest=backtest)
    with reading(options.settings) as database:
        analyses = Analyses(database, options.settings, as_of=options.as_of)
        notify_unknown_words(analyses, filters)
        if planned is None:
            print_report(analyses.backtest(slug=slug), options)
        else:
            _print(analyses.estimate(planned, now=command_now()), options)


def _print(found: RunEstimate, options: QueryOptions) -> None:
    cells = {name: cell.value for name, cell in found.row().items()}
    if options.format == "json":
        write_value(cells, sys.stdout)
    elif options.is_for_reading:
        foot = [*_foot(found)]
        write_rows(_rows(found), columns=_COLUMNS, format=options.format, foot=foot)
    else:
        write_rows([cells], columns=tuple(cells), format=options.format)


def _rows(found: RunEstimate) -> Iterator[dict[str, object]]:
    name = f"cost ({found.run.unit})" if found.run.unit else "cost"
    yield _row(name, found.cost, found.cost_record) | {
        point: f"{amount(_hundredths(value)):,f}" for point, value in _points(found.cost)
    }
    yield _row("wall time", found.duration, found.duration_record) | {
        point: span(float(value) / SECOND) for point, value in _points(found.duration)
    }


def _row(name: str, answer: Estimate, record: list[bool]) -> dict[str, object]:
    held = f"{sum(record)} of {len(record)}" if record else None
    return {"measure": name, "basis": answer.basis.value, "n": answer.n, "held": held}


def _hundredths(micros: Value) -> int:
    """Return a cost in millionths, to two decimals from 1 on."""
    whole = round(micros)
    return round(whole, -4) if whole >= MICROS else whole


def _points(answer: Estimate) -> Iterator[tuple[str, Value]]:
    if answer.interval is not None:
        yield from (("p10", answer.interval.p10), ("p50", answer.interval.p50))
        yield "p90", answer.interval.p90


def _foot(found: RunEstimate) -> Iterator[str]:
    """Yield what the numbers rest on, and for each measure what it promises or why it does not."""
    run = found.run
    preview = (
        "" if run.preview is None else f", preview {amount_text(amount(run.preview), run.unit)}"
    )
    yield f"{_enrichment(found)}, {counted(run.leads, 'lead')}{preview}; of a run that completes"
    yield f"cost: {_said(found, found.cost, found.cost_record)}"
    yield f"wall time: {_said(found, found.duration, found.duration_record)}"
    yield f"failures: {_failures(found)}"


def _enrichment(found: RunEstimate) -> str:
    version = found.run.version
    return f"{found.run.slug} {'without a version' if version is None else f'version {version}'}"


def _said(found: RunEstimate, answer: Estimate, record: list[bool]) -> str:
    unit = f" in {found.run.unit}" if answer is found.cost and found.run.unit else ""
    slug, needed = found.run.slug, f"{LEAST_LIKES} are needed"
    known = counted(answer.n, "completed run")
    if answer.basis is Basis.FEW:
        return (
            f"too few: {known} of {slug} with a known value{unit}, {needed}: wait for more to end"
        )
    if answer.basis is Basis.RANGE:
        fewest, most = answer.lead_range or (0, 0)
        return f"{known} had {fewest:,} to {most:,} leads, which says nothing of other sizes: ask within them, or run one"
    if answer.basis is Basis.SLUG:
        return f"from {known} of all versions, not promised: {needed} of this version{unit}: wait for more to end"
    if answer.basis is Basis.BURST:
        return f"from {known}, not promised: {answer.n_started:,} runs of {slug} were created since its last known outcome, they stand or fall together: wait for one to end"
    return f"80 % interval from {known} of this version{_record(record)}"


def _record(record: list[bool]) -> str:
    return f"; of the last {len(record)} such intervals {sum(record)} held" if record else ""


def _failures(found: RunEstimate) -> str:
    if not found.n_ended:
        return "no run of this version is known to have completed or failed"
    which = "all versions" if found.is_of_slug else "this version"
    return f"{found.n_failed} of the last {counted(found.n_ended, 'run')} of {which} failed, the others completed"
