"""`recorder budget`: how far each budget of the config is used."""

from datetime import tzinfo

import click

from recorder.analyses import Analyses
from recorder.analysis.budget_use import budgets_report
from recorder.cli.analysis_commands import print_report
from recorder.cli.options import command_now, settings_options
from recorder.cli.ordering import Order
from recorder.cli.output import FOR_READING
from recorder.cli.row_options import as_of_option, format_option, order_options, tz_option
from recorder.cli.stores import reading
from recorder.settings import Settings


@click.command(
    epilog="""\b
Examples:
  recorder budget
  recorder budget --sort=-share --format json
  recorder budget --as-of 2026-11-15""",
)
@as_of_option
@tz_option
@order_options
@format_option
@settings_options(source=False)
def budget(*, as_of: int | None, tz: tzinfo, order: Order, format: str, settings: Settings) -> None:
    """Show how far each budget of the config is used, and what its period is projected to come to.

    Used is what is spent, committed (in flight) and unconfirmed (ended without an actual). The projection adds what
    past stretches came to that were as long as the time that is left: in one of ten it was less than p10, in one of
    ten more than p90.
    """
    with reading(settings) as database:
        uses = Analyses(database, settings, as_of=as_of).budget_uses(now=command_now(), tz=tz)
    print_report(budgets_report(uses, reading=format in FOR_READING), order, format, tz)
