"""`recorder explain`: one run on a page, to understand it or to send it on."""

import sys

import click

from recorder.analyses import Analyses
from recorder.cli.explain_page import markdown_lines, page_parts, text_lines
from recorder.cli.json_output import write_value
from recorder.cli.options import command, completed_by
from recorder.cli.output import write_rows
from recorder.cli.row_options import QueryOptions, query_options
from recorder.cli.status_page import page_of
from recorder.cli.stores import reading
from recorder.cli.streams import terminal_width


@command(
    "recorder explain er_01JC8Z6M3Q",
    "recorder explain er_01JC8Z6M3Q --format markdown",
    "recorder explain er_01JC8Z6M3Q --format json --as-of 2026-11-20T09:15:00Z",
)
@click.argument("run_id", metavar="RUN_ID", shell_complete=completed_by("run_id"))
@query_options("as_of tz format", settings=["overdue_after"])
def explain(run_id: str, options: QueryOptions) -> None:
    """Explain a run on a page: its life among runs like it, its cost, what is odd, and what to send to whom.

    A run that is overdue, failed or over its preview has a block to send on, with its triggerRunId; [links] of the config
    makes a link of that. --format json prints the same facts as an object.
    """
    with reading(options.settings) as database:
        analyses = Analyses(database, options.settings, as_of=options.as_of)
        found = analyses.explain(run_id, now=options.now)
        facts = found.facts()
    last_poll = found.story.polls[-1] if found.story.polls else None
    page = page_of(found.row, found.left, found.labels, last_poll, options)
    if options.format == "json":
        write_value(facts, sys.stdout)
    elif options.is_for_reading:
        parts = page_parts(page, facts)
        is_text = options.format == "table"
        for line in text_lines(parts, terminal_width()) if is_text else markdown_lines(parts):
            click.echo(line)
    else:
        write_rows([facts], columns=tuple(facts), format=options.format)
