"""`recorder status`: the ledger row of one run, and what remains of it while it is in flight."""

import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import click

from recorder.analyses import Analyses
from recorder.analysis.rows import RunRow
from recorder.analysis.values import Cells
from recorder.cli.json_output import write_document
from recorder.cli.options import command, completed_by
from recorder.cli.output import write_rows
from recorder.cli.row_options import QueryOptions, query_options
from recorder.cli.run_page import Page
from recorder.cli.stores import reading
from recorder.cli.streams import terminal_width
from recorder.views import RUNS, run_cells


@command(
    "recorder status er_01JC8Z6M3Q",
    "recorder status er_01JC8Z6M3Q --format json --as-of 2026-11-20T09:15:00Z",
)
@click.argument("run_id", metavar="RUN_ID", shell_complete=completed_by("run_id"))
@query_options("as_of tz format")
def status(run_id: str, options: QueryOptions) -> None:
    """Show the ledger row of a run, last seen or as of a time.

    --format json prints the JSON value that the API served, {"run": ...}, every number digit by digit. The other
    formats print the row of `recorder runs`.
    """
    with reading(options.settings) as database:
        analyses = Analyses(database, options.settings, as_of=options.as_of)
        if options.format == "json":
            write_document(analyses.status(run_id).value, sys.stdout)
        elif options.format == "table":
            for line in _page(analyses, run_id, options).lines(terminal_width()):
                click.echo(line)
        else:
            write_rows([analyses.run(run_id)], columns=RUNS, format=options.format, tz=options.tz)


def _page(analyses: Analyses, run_id: str, options: QueryOptions) -> Page:
    ((row, left),) = analyses.with_remaining([analyses.run_row(run_id)], now=options.now)
    labels = {str(one["key"]): str(one["value"]) for one in analyses.labels(run_id)}
    return page_of(row, left, labels, analyses.last_poll(run_id), options)


def page_of(
    row: RunRow,
    left: Cells,
    labels: Mapping[str, str],
    last_poll: Mapping[str, Any] | None,
    options: QueryOptions,
) -> Page:
    """Return the page about a run: its row, what remains of it, its labels and its last row of `polls`."""
    after_us, now = options.settings.cadence.overdue_after_us, options.now
    flight_us = now - (row.flight_since or now)
    is_late = row.is_overdue(after_us, now=now)
    return Page(
        cells=run_cells(row),
        labels=labels,
        last_poll=last_poll,
        overdue_for=timedelta(microseconds=flight_us) if is_late else None,
        left=left,
        tz=options.tz,
    )
