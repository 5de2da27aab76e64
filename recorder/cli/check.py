"""`recorder check`: thresholds for cron and CI."""

from dataclasses import asdict, fields
from decimal import Decimal, InvalidOperation
from functools import partial
from math import isfinite
from typing import Any, Final

import click

from recorder.analyses import Analyses
from recorder.cli.options import all_options, command, command_now, verbose_option
from recorder.cli.output import write_rows
from recorder.cli.row_options import QueryOptions, notify_unknown_words, query_options
from recorder.cli.stores import reading
from recorder.cli.terminal import visible
from recorder.errors import UsageError
from recorder.humanize import amount_text, counted, percent, span
from recorder.instants import datetime_of, parse_duration
from recorder.ledger.cost import exact_micros
from recorder.thresholds import Checked, SpendLimit, ThresholdCheck, Thresholds

_CROSSED: Final = 5  # the exit code
_COLUMNS: Final = ("rule", "value", "threshold", "n", "crossed", "of", "value_low")
_RULES: Final = frozenset(field.name for field in fields(Thresholds)) - {"min_n", "strict"}


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1
    if not (share >= 0 and isfinite(share)):
        raise click.BadParameter(f"{text!r}: write a share such as 0.1.")
    return share


def _rate(text: str) -> float:
    share = _share(text)
    if share > 1:
        raise click.BadParameter(f"{text!r}: write a rate from 0 to 1, such as 0.1.")
    return share


def _past_span(text: str) -> int:
    us = _parse_past_span(text)
    if us is None:
        raise click.BadParameter(f"{text!r}: write 10m, 24h or 7d.")
    return us


def _parse_past_span(text: str) -> int | None:
    """Return the microseconds of a duration that lies within the calendar; None for none."""
    us = parse_duration(text)
    try:
        datetime_of(command_now() - (us or 0))
    except OverflowError:
        return None
    return us or None


def _spend_limit(text: str) -> SpendLimit:
    amount, _, within = text.rpartition("/")
    number, _, unit = amount.strip().partition(" ")
    try:
        decimal = Decimal(number)
    except InvalidOperation:
        decimal = Decimal("NaN")
    micros = exact_micros(decimal) if decimal.is_finite() else None
    within_us = _parse_past_span(within)
    if micros is None or micros < 0 or within_us is None:
        raise click.BadParameter(f"{text!r}: write 5000/7d, or '5000 credits/7d'.")
    return SpendLimit(micros=micros, unit=unit.strip() or None, within_us=within_us)


_rate_option = partial(click.option, metavar="SHARE", type=_rate)
_count_option = partial(click.option, metavar="N", type=click.IntRange(0))
_span_option = partial(click.option, metavar="DURATION", type=_past_span)

_RULE_OPTIONS: Final = all_options(
    _rate_option(
        "--max-failure-rate",
        "failure_rate",
        help="Share of failed runs among those that completed or failed.",
    ),
    _rate_option(
        "--max-overrun",
        "overrun",
        help="Share of runs that cost over 1.1 times their preview, by unit.",
    ),
    _span_option(
        "--max-silence",
        "silence_us",
        help="Time since the last good poll of a source that has a run due.",
    ),
    _count_option("--max-overdue", "overdue", help="Runs that are overdue now."),
    _count_option(
        "--max-slow", "slow", help="Runs in flight that are slow, as `overdue --slow` marks them."
    ),
    click.option(
        "--max-spend",
        "spend",
        metavar="AMOUNT[ UNIT]/DURATION",
        type=_spend_limit,
        multiple=True,
        help="Spend of the runs created in that time, by unit: 5000/7d. Repeatable.",
    ),
    click.option(
        "--max-budget",
        "budget",
        metavar="SHARE",
        type=_share,
        help="Used share of each budget of the config.",
    ),
    _span_option(
        "--new-errors",
        "new_errors_us",
        help="Crossed by an error pattern of runs that was first seen in that time.",
    ),
    click.option(
        "--min-n",
        type=click.IntRange(1),
        metavar="N",
        default=10,
        help="A rate of fewer than N runs crosses nothing.",
    ),
    click.option(
        "--strict",
        is_flag=True,
        help="Hold the rate itself against the threshold, not its lower bound.",
    ),
)


@command(
    "recorder check --max-failure-rate 0.1 --max-overdue 0 --max-silence 10m",
    "recorder check --max-spend '5000 credits/7d' --max-budget 0.8",
    "recorder check --max-failure-rate 0.05 --slug work_email --since 1d -v",
)
@_RULE_OPTIONS
@query_options("filters tz format", settings=["overdue_after"])
@verbose_option
def check(options: QueryOptions, *, verbose: bool, **rules: Any) -> int:  # noqa: ANN401  # what click passes
    """Print the thresholds that are crossed, and exit with code 5 if any is; print nothing if none is.

    A rate crosses its threshold when the lower bound of its 95 % interval is above it. Rates are those of the runs
    that the filters choose, by default of the last 7 days. The other rules are about now, and take all filters but
    --since and --until. json, ndjson, csv and markdown have all rules, crossed or not; -v does the same for a table.
    """
    if not any(rules[name] not in (None, ()) for name in _RULES):
        raise UsageError(
            "no rule: give one or more, such as --max-failure-rate 0.1 --max-overdue 0"
        )
    with reading(options.settings) as database:
        analyses = Analyses(database, options.settings)
        thresholds, now = Thresholds(**rules), command_now()
        units = dict.fromkeys(limit.unit for limit in thresholds.spend if limit.unit is not None)
        notify_unknown_words(analyses, options.filters, units)
        made = ThresholdCheck(analyses, thresholds, options.filters, now=now, tz=options.tz)
        found = [*made.rows()]
    if options.format == "table":
        for one in found:
            if one.crossed or verbose:
                click.echo(visible(_line(one, thresholds)))
    else:
        rows = ({**asdict(one), "value_low": one.low} for one in found)
        write_rows(rows, columns=_COLUMNS, format=options.format)
    return _CROSSED if any(one.crossed for one in found) else 0


def _line(one: Checked, thresholds: Thresholds) -> str:
    """Return a figure and its threshold as one line."""
    of = "" if one.of is None else f" of {one.of}"
    runs = "" if one.n is None else f" of {counted(one.n, 'run')}"
    low = "" if one.low is None or thresholds.strict else f" (at least {percent(one.low)})"
    is_few = one.n is not None and one.n < thresholds.min_n
    verdict = "crossed" if one.crossed else "too few runs" if is_few else "fine"
    figure = f"{one.rule}{of}: {_text(one, one.value)}{runs}{low}"
    return f"{figure}, threshold {_text(one, one.threshold)}: {verdict}"


def _text(one: Checked, value: Any) -> str:  # noqa: ANN401  # of its kind
    if value is None:
        return "no rate"
    if one.kind == "amount":
        return amount_text(value)
    if one.kind == "count":
        return f"{value:,}"
    return percent(value) if one.kind == "rate" else span(value)
