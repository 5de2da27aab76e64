"""`recorder report`: one page with pictures."""

from pathlib import Path
from typing import Final

import click
from msgspec.structs import replace

from recorder.analyses import Analyses
from recorder.cli.options import command, command_now, complete_file, extra_module
from recorder.cli.row_options import QueryOptions, notify_unknown_words, query_options
from recorder.cli.stores import reading
from recorder.cli.streams import notify
from recorder.errors import UsageError
from recorder.humanize import whole_span
from recorder.instants import DAY, HOUR, iso_seconds, midnight
from recorder.transfer.outgoing import whole_file

_DAYS: Final = 30


@command(
    "recorder report --out month.html",
    "recorder report --since 7d --slug work_email --out week.html",
    "recorder report --since 2026-10-01 --until 2026-11-01 --out october.html",
)
@click.option(
    "--out",
    required=True,
    metavar="FILE.html",
    shell_complete=complete_file,
    help="The file to write.",
)
@query_options("filters as_of tz")
def report(out: str, options: QueryOptions) -> None:
    """Write one self-contained page with pictures: what happened, spend, failures, durations, previews, overdue runs.

    The period begins at midnight: by default 30 days ago. It ends at the last poll in the store, or at --as-of, so
    that the same store gives the same page. Only you may read the file.
    """
    page = extra_module("recorder.html_report.page", extra="report")
    filters, as_of, tz, settings = options.filters, options.as_of, options.tz, options.settings
    with reading(settings) as database, whole_file(Path(out)) as path:
        analyses = Analyses(database, settings, as_of=as_of)
        notify_unknown_words(analyses, filters)
        now = as_of or analyses.newest_poll_at() or command_now()
        _notify_age(now, as_of)
        if filters.until is None and filters.since is not None and filters.since >= now:
            end = f"{'--as-of' if as_of else 'the last poll'}, {iso_seconds(now)}"
            raise UsageError(f"--since: write a time before the page ends: {end}")
        since = midnight(now - _DAYS * DAY if filters.since is None else filters.since, tz)
        filters = replace(filters, since=since)
        period = page.Period(filters=filters, now=now, tz=tz, trigger_url=settings.trigger_url)
        path.write_text(page.report_html(analyses, period), encoding="utf-8")


def _notify_age(now: int, as_of: int | None) -> None:
    age = command_now() - now
    if as_of is None and age > HOUR:
        notify(f"the last poll was {whole_span(age)} ago: the page shows what was known then")
