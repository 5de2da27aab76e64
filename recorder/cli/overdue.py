"""`recorder overdue`: the runs that need a person."""

from typing import Final

import click

from recorder.analyses import Analyses
from recorder.analysis.rows import RunRow
from recorder.analysis.values import declared, instant, kinds
from recorder.cli.options import command
from recorder.cli.output import Row, write_rows
from recorder.cli.row_options import QueryOptions, notify_unknown_words, query_options
from recorder.cli.stores import reading
from recorder.humanize import ago, whole_span
from recorder.instants import SECOND, datetime_of, format_duration

_ANY_OVERDUE: Final = 5  # the exit code of --fail
_COLUMNS: Final = declared(
    kinds(
        "source run_id status slug since overdue_seconds trigger_run_id last_polled_at",
        instant="since last_polled_at",
        seconds="overdue_seconds",
    )
)
_WITH_SLOW: Final = _COLUMNS | declared({"slow": "flag"})
_TABLE: Final = (
    *("run_id", "trigger_run_id", "status", "in_flight", "slow", "slug", "last_poll", "source"),
)


@command(
    "recorder overdue",
    "recorder overdue --overdue-after 30m --fail || page-somebody",
    "recorder overdue --slow",
    "recorder overdue --slug work_email --format ndjson",
)
@click.option("--fail", is_flag=True, help="Exit with code 5 if any run is listed.")
@click.option(
    "--slow",
    is_flag=True,
    help="List also runs in flight for longer than 19 of 20 completed ones of their version took.",
)
@query_options("filters as_of tz order format", settings=["overdue_after"])
def overdue(options: QueryOptions, *, fail: bool, slow: bool) -> int:
    """List the overdue runs, the longest in flight first, with the triggerRunId to escalate with.

    A run is overdue when it is in flight for longer than --overdue-after, counted from its creation, or from the
    first answer that showed it where the ledger gives no creation time. overdue_seconds is the time beyond that.
    --slow adds the column slow; it is null where the store has fewer than 19 completed runs of that version to
    compare with.
    """
    now, filters = options.now, options.filters
    with reading(options.settings) as database:
        analyses = Analyses(database, options.settings, as_of=options.as_of)
        notify_unknown_words(analyses, filters)
        if slow:
            found = analyses.overdue_or_slow(filters, now=now)
        else:
            found = [(one, None) for one in analyses.overdue(filters, now=now)]
    after_us = options.settings.cadence.overdue_after_us
    rows = [_row(one, slow=mark, overdue_after_us=after_us, now=now) for one, mark in found]
    columns = _WITH_SLOW if slow else _COLUMNS
    write_rows(
        options.order.arrange(rows, columns),
        columns=columns,
        table_columns=[name for name in _TABLE if slow or name != "slow"],
        format=options.format,
        tz=options.tz,
        empty=f"no run is in flight for more than {format_duration(after_us)}{', or slow' if slow else ''}",
    )
    return _ANY_OVERDUE if fail and found else 0


def _row(one: RunRow, *, slow: bool | None, overdue_after_us: int, now: int) -> Row:
    since = one.flight_since or now
    beyond = now - since - overdue_after_us
    return {
        "source": one.source,
        "run_id": one.run_id,
        "status": one.status,
        "slug": one.slug,
        "since": datetime_of(since),
        "in_flight": whole_span(now - since),
        "overdue_seconds": beyond / SECOND if beyond > 0 else None,
        "trigger_run_id": one.trigger_run_id,
        "slow": slow,
        "last_polled_at": instant(one.last_polled_at),
        "last_poll": ago(one.last_polled_at, now),
    }
