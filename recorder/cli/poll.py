"""`recorder poll`: polls of the runs that are due, from cron or as a service."""

import os
import sys
from pathlib import Path

import click

from recorder.cli.options import command, parse_span, settings_options, verbose_option
from recorder.cli.pings import Pings
from recorder.cli.progress import progress
from recorder.cli.stores import bound_waits, recording, stopped_by_signals
from recorder.cli.streams import notify
from recorder.errors import UsageError
from recorder.fetch.keys import readable_by_others
from recorder.instants import now_us, steady_us
from recorder.polling.inbox import Inbox
from recorder.polling.service import Service
from recorder.polling.watch_options import RunMode, WatchOptions
from recorder.settings import DEFAULT_SOURCE, Settings
from recorder.store.engine import Database
from recorder.store.read.source_rows import source_rows
from recorder.transfer.unrecorded import keep_answers

_SOME_FAILED = 3


@command(
    "recorder poll                       one pass over what is due",
    "recorder poll --for 55s             from cron, every minute",
    "recorder poll --until-done          until every run has ended for good",
    "recorder poll --for 55s --items     and the leads of ended runs",
    "recorder poll --forever -v          as a service",
)
@click.option(
    "--for", "span", metavar="DURATION", type=parse_span, help="Go on for this long: 55s, 10m."
)
@click.option(
    "--until-done",
    is_flag=True,
    help="Go on until each run has ended and changes no more; do not wait for overdue ones.",
)
@click.option("--forever", is_flag=True, help="Go on until SIGINT or SIGTERM.")
@click.option(
    "--track-from",
    type=click.Path(path_type=Path, dir_okay=False, readable=False),
    metavar="FILE",
    help="Track the new run ids of a file that other programs append to.",
)
@click.option(
    "--items",
    is_flag=True,
    help="Record the leads of ended runs too, with at most a fifth of the requests.",
)
@settings_options("base_url", "rate", "every", "settle", "overdue_after", "ping")
@verbose_option
def poll(
    span: int | None,
    track_from: Path | None,
    settings: Settings,
    *,
    until_done: bool,
    forever: bool,
    items: bool,
    verbose: bool,
) -> int:
    """Ask the API about the runs that are due, and record its answers.

    You may start it twice on one store: one process polls a source at a time, and a second one ends at once. It
    prints nothing when all is well. Exit codes: 0 all is well, 1 the store could not be written, 3 all requests for a
    run have failed for over a minute, 4 a key was refused.
    """
    if forever and (span is not None or until_done):
        raise UsageError("--forever does not end: leave --for and --until-done out")
    plan = _plan(span, settings, until_done=until_done, forever=forever, items=items)
    if verbose:
        _warn_of_key_files(settings)
    pings = Pings(settings.ping, verbose=verbose)
    with pings.on_error():
        code = _poll(settings, plan, track_from, pings, verbose=verbose)
    if not forever:
        pings.send(code)
    return code


def _poll(
    settings: Settings, plan: WatchOptions, track_from: Path | None, pings: Pings, *, verbose: bool
) -> int:
    with recording(settings, lasts_us=plan.lasts_us) as database:
        # The first id of a file makes its source.
        if track_from is None:
            _require_source(database, settings)
        inbox = _inbox(track_from, database, settings)
        with progress(database, settings, plan) as (report, show):

            def after_tick() -> None:
                show(service.poller)
                if plan.until is RunMode.FOREVER:
                    pings.each_minute(lambda: _code(service.pass_code(), inbox))

            service = Service(
                database,
                settings,
                environ=os.environ,
                options=plan,
                notify=report,
                clock=now_us,
                before_poll=inbox.ingest if inbox else lambda: None,
                after_tick=after_tick,
                keep=lambda answers: keep_answers(answers, settings, report),
            )

            def stop() -> None:
                service.poller.stop()
                bound_waits(database, steady_us())

            with stopped_by_signals(stop):
                code = service.run()
    summary = service.poller.summary
    if verbose or sys.stdout.isatty() or (code == _SOME_FAILED and summary.lasting):
        notify(summary.line())
    return _code(code, inbox)


def _code(code: int, inbox: Inbox | None) -> int:
    return code or (UsageError.exit_code if inbox and inbox.failure else 0)


def _require_source(database: Database, settings: Settings) -> None:
    """Raise UsageError if the store has no source of the name in --source."""
    with database.reading() as connection:
        if settings.source is not None and not source_rows(connection, settings.source):
            raise UsageError(
                f"no source {settings.source!r} in this store: 'recorder track --source"
                f" {settings.source} RUN_ID' makes it"
            )


def _plan(
    span: int | None, settings: Settings, *, until_done: bool, forever: bool, items: bool
) -> WatchOptions:
    until = RunMode.PASS if span is None else RunMode.TIME
    until = RunMode.DONE if until_done else RunMode.FOREVER if forever else until
    return WatchOptions(until=until, lasts_us=span, source=settings.source, items=items)


def _warn_of_key_files(settings: Settings) -> None:
    for one in settings.sources.values():
        if one.api_key_file is not None and readable_by_others(one.api_key_file):
            notify(f"others on this machine may read {one.api_key_file}: chmod 600 it")


def _inbox(path: Path | None, database: Database, settings: Settings) -> Inbox | None:
    if path is None:
        return None
    name = settings.source or DEFAULT_SOURCE
    base_url = settings.source_settings(name).base_url
    return Inbox(path, database, source=name, base_url=base_url, notify=notify, clock=now_us)
