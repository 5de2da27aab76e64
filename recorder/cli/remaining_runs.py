"""The rows of `recorder runs` with what remains of runs in flight, which takes numbers: no other list of runs pays for it."""

from collections.abc import Iterator

from recorder.analyses import Analyses
from recorder.analysis.values import Cells
from recorder.cli.options import command_now
from recorder.cli.row_options import QueryOptions
from recorder.store.engine import Database
from recorder.views import run_cells


def runs_with_remaining(database: Database, options: QueryOptions) -> Iterator[Cells]:
    """Yield the runs of the filters with what remains of those in flight."""
    analyses = Analyses(database, options.settings, as_of=options.as_of)
    for row, left in analyses.with_remaining(analyses.run_rows(options.filters), now=command_now()):
        yield run_cells(row) | left
