"""`recorder sql`: one query of the user's own over the views."""

import click

from recorder.cli.options import command
from recorder.cli.output import write_rows
from recorder.cli.row_options import QueryOptions, query_options
from recorder.cli.stores import reading
from recorder.store.read.query_result import query_result
from recorder.views import VIEWS


@command(
    'recorder sql "SELECT slug, count(*) AS runs FROM runs GROUP BY slug"',
    'recorder sql "$(cat waits.sql)" --format csv > waits.csv',
    context_settings={"ignore_unknown_options": True},  # a query may begin with a comment: -- ...
)
@click.argument("query", metavar="QUERY")
@query_options("format", source=False)
def sql(query: str, options: QueryOptions) -> None:
    """Run one query over the views (runs, snapshots, polls, ...), in UTC.

    The query can only read, on SQLite and on Postgres. The views need no prefix. Rows are printed as they come,
    except in a table. If two columns share a name, _2 is appended to the second.
    """
    with reading(options.settings) as database, query_result(database, query, VIEWS) as result:
        write_rows(result.rows, columns=result.columns, format=options.format)
