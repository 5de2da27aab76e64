"""`recorder durations`, `failures`, `costs`, `coverage`: what the history means.

Invariant: the numbers are those of `recorder.archive`; a table shows the most telling columns, every other format all.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from recorder.cli.options import (
    all_options,
    as_of_option,
    command_now,
    filter_options,
    format_option,
    order_options,
    settings_options,
    tz_option,
)
from recorder.cli.ordering import Order
from recorder.cli.output import write_rows
from recorder.cli.stores import reading, tell_unknown_words
from recorder.settings import Settings

if TYPE_CHECKING:
    from recorder.analysis.filters import Filters
    from recorder.analysis.report import Report
    from recorder.archive import Archive

_BY = click.option(
    "--by",
    metavar="TERMS",
    help="Groups: slug, version, source, mode, status, day, week, month, label:KEY; commas between.",
)

_DURATIONS = (
    *("runs", "in_flight", "queue_seconds_p50", "queue_seconds_p95"),
    *("run_seconds_n", "run_seconds_p50", "run_seconds_p90", "run_seconds_p95", "run_seconds_max"),
    *("wall_seconds_p50", "wall_seconds_p95", "seconds_per_lead_p50", "ended_bracketed"),
)
_KM = tuple(f"wall_seconds_km_{end}" for end in ("n", "ended", "p50", "p90", "p95"))
_FAILURES = (
    *("runs", "completed", "failed", "cancelled", "in_flight", "unknown", "lost"),
    *("failure_rate", "failure_rate_low", "failure_rate_high", "cancel_rate"),
    *("leads_completed", "leads_failed", "lead_failure_rate"),
    *("lead_failure_rate_low", "lead_failure_rate_high", "skip_share"),
)
_COSTS = (
    *("unit", "runs", "pairs", "unpaired", "unparsed", "mismatched", "provisional"),
    *("preview_total", "actual_total", "variance_total", "bias", "wape", "overrun_rate"),
    *("overrun_rate_low", "overrun_rate_high", "unit_cost", "volume_effect_total"),
    *("rate_effect_total", "failure_actual_total", "failure_share"),
)
_WORST = 20
_OVERRUNS = ("run_id", "slug", "unit", "preview", "actual", "variance", "ratio")
_COVERAGE = (
    *("runs", "observed", "from_start", "mid_flight", "post_hoc", "lost", "coverage"),
    *("gap_seconds_p50", "gap_seconds_p95", "polls", "error_share", "snapshots_per_poll"),
    *("unparsed_costs", "odd_sums", "missing_ends", "seconds_since_good_poll"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Printer:
    """How the rows of an analysis are printed."""

    by: str | None
    tz: tzinfo
    format: str
    order: Order

    def print(self, report: "Report", shown: tuple[str, ...]) -> None:
        """Print a report; a table has only the columns `shown` of it."""
        from recorder.analysis.durations import in_words  # noqa: PLC0415
        from recorder.analysis.groups import parse_by  # noqa: PLC0415

        groups = parse_by(self.by)
        rows = self.order.arrange(report.rows, report.columns)
        reads = self.format in ("table", "markdown")
        write_rows(
            map(in_words, rows) if reads else rows,
            columns=report.columns,
            table_columns=(*groups, *(n for n in shown if n in report.columns and n not in groups)),
            repeat=(*groups, *(("unit",) if "unit" in report.columns else ())),
            format=self.format,
            out=sys.stdout,
            tz=self.tz,
            foot=(report.foot,),
        )


def _asking(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every analysis; the command gets `archive`, `filters`, `by` and `printer` instead of them."""

    @wraps(command)
    def asked(*args: object, **values: Any) -> None:  # noqa: ANN401  # what click passes
        from recorder.archive import Archive  # noqa: PLC0415  # SQLAlchemy: not for --help

        settings: Settings = values.pop("settings")
        filters = replace(values.pop("filters"), source=settings.source)
        as_of = values.pop("as_of")
        printer = _Printer(
            by=values["by"],
            **{name: values.pop(name) for name in ("tz", "format", "order")},
        )
        with reading(settings) as database:
            archive = Archive(database, settings, as_of=as_of)
            tell_unknown_words(archive, filters)
            command(*args, archive=archive, filters=filters, printer=printer, **values)

    options = (filter_options, as_of_option, tz_option, order_options, format_option)
    return all_options(_BY, settings_options(), *options)(asked)


@click.command(
    epilog="""\b
Examples:
  recorder durations --by slug
  recorder durations --by slug,version --since 30d
  recorder durations --censored""",
)
@click.option(
    "--censored",
    is_flag=True,
    help="Kaplan-Meier quantiles of the wall time, in-flight runs counted rightly.",
)
@_asking
def durations(
    archive: "Archive",
    filters: "Filters",
    by: str | None,
    printer: _Printer,
    *,
    censored: bool,
) -> None:
    """How long completed runs queue, run and take in all, in seconds; percentiles by nearest rank.

    p95 needs 20 runs and p99 a hundred, else they are null ("-"). --status or --by status: runs that ended otherwise.
    """
    report = archive.durations(by, filters, tz=printer.tz, censored=censored)
    printer.print(report, (*_KM, *_DURATIONS) if censored else _DURATIONS)


@click.command(
    epilog="""\b
Examples:
  recorder failures --by day --since 7d
  recorder failures --by slug,version --format csv""",
)
@_asking
def failures(archive: "Archive", filters: "Filters", by: str | None, printer: _Printer) -> None:
    """How often runs and leads fail: rates from 0 to 1 with 95 % intervals.

    failure_rate = failed / (completed + failed). Runs in flight and lost ones are in no denominator: they stand beside.
    """
    printer.print(archive.failures(by, filters, tz=printer.tz), _FAILURES)


@click.command(
    epilog="""\b
Examples:
  recorder costs --by slug
  recorder costs --runs --since 30d
  recorder costs --status failed --by slug
  recorder costs --when-final""",
)
@click.option(
    "--runs", "worst", is_flag=True, help="The worst overruns, --limit of each unit (20)."
)
@click.option(
    "--when-final", is_flag=True, help="How long after the end the actual cost last moved."
)
@_asking
def costs(
    archive: "Archive",
    filters: "Filters",
    by: str | None,
    printer: _Printer,
    *,
    worst: bool,
    when_final: bool,
) -> None:
    """Cost previewed against actual, of completed runs, unit by unit; sums are exact.

    bias = (actual - preview) / preview, wape = sum |actual - preview| / actual. Only runs of which both are known and
    quiet are pairs; the others are counted beside. --status: what failures and cancels cost.
    """
    if worst and by:
        raise click.UsageError("--runs lists runs: leave --by out.")
    if worst:
        report = archive.overruns(filters, limit=printer.order.limit or _WORST)
        replace(printer, order=replace(printer.order, limit=None)).print(report, _OVERRUNS)
    elif when_final:
        report = archive.settling(by, filters, tz=printer.tz)
        printer.print(report, report.columns)
    else:
        printer.print(archive.costs(by, filters, tz=printer.tz), _COSTS)


@click.command(
    epilog="""\b
Examples:
  recorder coverage
  recorder coverage --by source --since 7d""",
)
@_asking
def coverage(archive: "Archive", filters: "Filters", by: str | None, printer: _Printer) -> None:
    """How well the history was caught, and so how far to trust the other answers.

    coverage: share of the time in flight that lies within 15 s of a good poll; the time in which a run is overdue is
    left out (overdue_seconds), since it is polled more and more slowly then.
    """
    report = archive.coverage(by, filters, tz=printer.tz, now=command_now())
    printer.print(report, _COVERAGE)
