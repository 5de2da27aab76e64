"""`recorder metrics`: the present state of runs, polls and budgets, as Prometheus reads it."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeAlias

import click

from recorder.analyses import Analyses
from recorder.analysis.analysis import Question
from recorder.analysis.budget_use import budgets_report
from recorder.analysis.filters import Filters
from recorder.cli.options import command, command_now, complete_file, extra_module, settings_options
from recorder.cli.row_options import tz_option
from recorder.cli.source_command import sharing
from recorder.cli.stores import reading
from recorder.cli.terminal import visible
from recorder.errors import RecorderError
from recorder.history.spend_parts import PARTS
from recorder.instants import SECOND, midnight
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.read.source_health import key_health, source_health
from recorder.store.read.source_rows import require_source, source_rows

Labels: TypeAlias = tuple[Any, ...]

_OF_SLUG = ("source", "slug")


class Metric(NamedTuple):
    """One metric: its samples, numbers by the values of its labels, each a text or null."""

    name: str
    about: str
    labels: Sequence[str]
    samples: Mapping[Labels, Any]
    is_counter: bool = False


@command(
    "recorder metrics",
    "recorder metrics --out /var/lib/node_exporter/recorder.prom",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, readable=False),
    metavar="FILE.prom",
    shell_complete=complete_file,
    help="Replace this file as a whole, instead of printing to stdout.",
)
@tz_option
@settings_options("rate", "overdue_after")
def metrics(*, out: str | None, tz: tzinfo, settings: Settings) -> None:
    """Print runs by source and slug, spend, budgets, polls and requests, for Prometheus's textfile collector.

    Counters count what the store holds. A slug is empty where the ledger gives none. Today begins at midnight in --tz.
    """
    exposition = extra_module("prometheus_client", extra="metrics")
    now = command_now()
    with reading(settings) as database:
        analyses = Analyses(database, settings)
        found = [
            *_runs(analyses, settings, now),
            *_money(analyses, settings, now, tz),
            *_polls(database, settings, now),
        ]
    families = SimpleNamespace(collect=lambda: map(_family, found))
    if out is not None:
        try:
            exposition.write_to_textfile(out, families)
        except OSError as error:
            reason = f"{out}: {error.strerror}: choose another path with --out"
            raise RecorderError(reason) from error
        return
    text = exposition.generate_latest(families).decode()
    if sys.stdout.isatty():
        text = "\n".join(map(visible, text.split("\n")))
    sys.stdout.write(text)


def _family(metric: Metric) -> Any:  # noqa: ANN401  # the library's own
    """Return a metric as the library has it."""
    core = extra_module("prometheus_client.core", extra="metrics")
    kind = core.CounterMetricFamily if metric.is_counter else core.GaugeMetricFamily
    family = kind(metric.name, metric.about, labels=metric.labels)
    # Null and "" are one label, and a collector refuses a whole file for a sample that comes twice.
    values: Counter[Labels] = Counter()
    for labels, value in metric.samples.items():
        values[tuple(label or "" for label in labels)] += value
    for labels, value in values.items():
        family.add_metric(labels, float(value))
    return family


def _runs(analyses: Analyses, settings: Settings, now: int) -> Iterator[Metric]:
    groups = analyses.analyse("failures", Question(by=_OF_SLUG, now=now)).rows
    names = [(row["source"], row["slug"]) for row in groups]
    in_flight, overdue, slow = (Counter[Labels](dict.fromkeys(names, 0)) for _ in range(3))
    for row, left in analyses.with_remaining(analyses.in_flight(now=now), now=now):
        name = (row.source, row.slug)
        in_flight[name] += 1
        overdue[name] += row.is_overdue(settings.cadence.overdue_after_us, now=now)
        slow[name] += left["slow"] is True
    for word, about, samples in (
        ("in_flight", "Runs in flight, overdue ones included.", in_flight),
        ("overdue", "Runs in flight for longer than overdue_after.", overdue),
        (
            "slow",
            "Runs in flight for longer than 19 of 20 completed ones of their version took.",
            slow,
        ),
    ):
        yield Metric(f"recorder_runs_{word}", about, _OF_SLUG, samples)
    ended = {
        (*name, status): row[status]
        for name, row in zip(names, groups, strict=True)
        for status in ("completed", "failed", "cancelled")
    }
    about = "Runs of the store that have ended, by their last status."
    yield Metric("recorder_runs_ended", about, (*_OF_SLUG, "status"), ended, is_counter=True)


def _money(analyses: Analyses, settings: Settings, now: int, tz: tzinfo) -> Iterator[Metric]:
    today = Filters(since=midnight(now, tz))
    spend = analyses.analyse("spend", Question(by=_OF_SLUG, filters=today, tz=tz, now=now))
    yield Metric(
        name="recorder_spend_today",
        about="Spend of the runs created today, in its unit.",
        labels=(*_OF_SLUG, "unit", "part"),
        samples={
            (row["source"], row["slug"], row["unit"], part): row[f"{part}_total"]
            for row in spend.rows
            for part in PARTS[:-1]
            if row["unit"] is not None
        },
    )
    budgets = budgets_report(analyses.budget_uses(now=now, tz=tz)).rows if settings.budgets else []
    for name, column, about in (
        ("recorder_budget_amount", "amount", "The amount of a budget of the config, in its unit."),
        ("recorder_budget_used", "used_total", "What is used of a budget, in its unit."),
        ("recorder_budget_elapsed_ratio", "elapsed", "How much of a budget's period is gone."),
    ):
        labels = ("name", "unit", "per")
        samples = {tuple(row[label] for label in labels): row[column] for row in budgets}
        yield Metric(name, about, ("budget", "unit", "per"), samples)


def _polls(database: Database, settings: Settings, now: int) -> Iterator[Metric]:
    with database.reading() as connection:
        require_source(connection, settings.source)
        found = source_health(connection, settings.cadence, now=now, source_name=settings.source)
        shared = sharing(settings, source_rows(connection))
        keys = key_health(connection, shared, now=now)
    for kind, name, about in (
        ("good_poll", "last_good_at", "When an answer last showed a run; the rest is silence."),
        ("commit", "last_polled_at", "When an answer of any kind was last recorded."),
    ):
        at = {(one.source.name,): getattr(one, name) for one in found}
        yield Metric(
            name=f"recorder_last_{kind}_timestamp_seconds",
            about=about,
            labels=("source",),
            samples={labels: us / SECOND for labels, us in at.items() if us is not None},
        )
    yield Metric(
        "recorder_throttled_requests",
        "Status requests of the last hour that were answered with 429.",
        ("source",),
        {(one.source.name,): one.throttled_last_hour for one in found},
    )
    named = {key_id: (", ".join(names),) for key_id, names in shared.items()}
    yield Metric(
        "recorder_key_requests",
        "Requests of the last 60 s that count against a key's budget; a key is named by its sources.",
        ("key",),
        {named[key_id]: one.requests_60s for key_id, one in keys.items()},
    )
    yield Metric(
        "recorder_key_requests_budget",
        "Requests that a key may send in 60 s.",
        ("key",),
        {
            named[key_id]: min(settings.source_settings(name).rate for name in names)
            for key_id, names in shared.items()
        },
    )
