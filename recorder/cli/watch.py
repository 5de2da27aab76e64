"""`recorder watch`: a live table of the runs in flight."""

import os
import sys
from collections.abc import Sequence

import click

from recorder.cli.live import open_view
from recorder.cli.live_rows import SNAPSHOT_COLUMNS, headline, snapshot_row
from recorder.cli.options import command, completed_by, settings_options, wide_option
from recorder.cli.output import FORMATS, write_rows
from recorder.cli.stores import reading, stopped_by_signals
from recorder.cli.streams import can_draw, output_was_lost
from recorder.cli.watcher import IsOver, Onlooker, Watcher, load_runs
from recorder.errors import SettingError, StoreBusyError, StoreError
from recorder.instants import now_us
from recorder.outlooks import Outlooks
from recorder.polling.service import Service
from recorder.polling.watch_options import RunMode, WatchOptions
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.read.live_runs import is_waited_for
from recorder.store.read.run_refs import RunRef, find_run
from recorder.store.sharing.leases import leave, new_holder
from recorder.transfer.unrecorded import keep_answers

_TABLE = ("run_id", "status", "leads_done", "leads_total", "age_seconds", "remaining", "note")
_NO_TABLE = (
    "stdout is no terminal, or a dumb one: each change is a line, and the watch goes on until it is ended;"
    " --format table prints the runs once"
)


@command(
    "recorder watch                      all that is in flight, until Ctrl-C",
    "recorder watch er_01JC8Z6M3Q        this run, until it has ended",
    "recorder watch --format json        the table as it stands, once",
)
@click.argument("run_ids", metavar="[RUN_ID]...", shell_complete=completed_by("run_id"), nargs=-1)
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    help="Print the table once, as it stands in the store, and poll nothing.",
)
@wide_option
@settings_options("base_url", "rate", "every", "settle", "overdue_after")
def watch(run_ids: tuple[str, ...], format: str | None, settings: Settings) -> int:
    """Show the runs in flight, and those that ended in the last 10 minutes, in a live table.

    It polls each source that no other process polls, as 'recorder poll --forever' does, until such a process starts.
    For the other sources it shows what their process records. Ctrl-C ends it. Where stdout is no terminal, it prints a
    line when the status of a run changes, and says on stderr that it goes on.

    age: the time since the creation of a run, or from there to its end. seen: the time since its last poll. cost:
    actual/preview.

    left: the time that a run still needs, with an interval that holds for four of five runs; known from nine
    completed runs of its version on. slow: in flight for longer than 19 of 20 of these took.
    """
    with reading(settings, doing=None) as database:
        refs = _refs(database, run_ids, settings)
        if format is not None:
            _print_once(database, settings, refs, format)
            return int(output_was_lost())
        with open_view(sys.stdout) as view:
            is_over = None if refs is None else _all_over(settings)
            if is_over is None and not can_draw(sys.stdout):
                view.notify(_NO_TABLE)
            watcher = Watcher(database, settings, view, refs=refs, is_over=is_over)
            refusal = _write_refusal(database)
            if refusal is not None:
                view.notify(f"{refusal}: what others record is shown, nothing is polled here")
                return Onlooker(watcher).run()
            service = Service(
                database,
                settings,
                environ=os.environ,
                options=WatchOptions(
                    until=RunMode.FOREVER, source=settings.source, is_viewer=True, may_idle=True
                ),
                notify=view.notify,
                clock=now_us,
                after_tick=lambda: watcher.update(service.poller),
                keep=lambda answers: keep_answers(answers, settings, view.notify),
            )
            with stopped_by_signals(service.poller.stop):
                code = _run(service)
            # Answers may have come since it was drawn last.
            watcher.show(service.poller)
    return code


def _print_once(
    database: Database, settings: Settings, refs: Sequence[RunRef] | None, format: str
) -> None:
    now = now_us()
    runs = load_runs(database, settings, refs, now=now)
    left = Outlooks(database).cells(runs, now=now)
    write_rows(
        [snapshot_row(run, settings.cadence, now, left[run.source, run.run_id]) for run in runs],
        columns=SNAPSHOT_COLUMNS,
        format=format,
        table_columns=_TABLE,
        foot=[headline(runs, settings.cadence, now)],
        empty="no runs in flight",
    )


def _write_refusal(database: Database) -> str | None:
    """Return why this user cannot write the store; None where it can, or where the store is only busy."""
    try:
        with database.writing() as connection:
            leave(connection, new_holder())  # a write that changes nothing
    except StoreBusyError:
        return None
    except StoreError as error:
        return str(error)
    return None


def _all_over(settings: Settings) -> IsOver:
    """Return the condition that all runs have ended and are quiet, overdue ones too."""
    cadence = settings.cadence
    return lambda runs, now: (
        not any(
            is_waited_for(run, cadence, now) or run.is_overdue(cadence.overdue_after_us, now=now)
            for run in runs
        )
    )


def _run(service: Service) -> int:
    """Run the service, and return its exit code."""
    try:
        return service.run()
    except SettingError:  # no key at all, and reported: it has shown what others record
        return 0


def _refs(database: Database, run_ids: Sequence[str], settings: Settings) -> list[RunRef] | None:
    if not run_ids:
        return None
    with database.reading() as connection:
        return [find_run(connection, one, settings.source) for one in dict.fromkeys(run_ids)]
