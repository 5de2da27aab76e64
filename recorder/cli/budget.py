"""`recorder budget`: how far each budget of the config is used."""

from recorder.analyses import Analyses
from recorder.analysis.budget_use import budgets_report
from recorder.cli.analysis_commands import print_report
from recorder.cli.options import command, command_now
from recorder.cli.row_options import QueryOptions, query_options
from recorder.cli.stores import reading


@command(
    "recorder budget",
    "recorder budget --sort=-share --format json",
    "recorder budget --as-of 2026-11-15",
)
@query_options("as_of tz order format", source=False)
def budget(options: QueryOptions) -> None:
    """Show how far each budget of the config is used, and what its period is projected to come to.

    Used is what is spent, committed (in flight) and unconfirmed (ended without an actual). The projection adds what
    past periods as long as the time that is left came to: one in ten came to less than p10, one in ten to more than
    p90. A budget is a table [budget.NAME] of the config, with unit, amount and per.
    """
    with reading(options.settings) as database:
        analyses = Analyses(database, options.settings, as_of=options.as_of)
        uses = analyses.budget_uses(now=command_now(), tz=options.tz)
    print_report(budgets_report(uses, reading=options.is_for_reading), options)
