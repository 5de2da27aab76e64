"""`recorder watch`: what is in flight, as it moves."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from recorder.cli.options import settings_options
from recorder.cli.output import FORMATS, write_rows
from recorder.cli.stores import reading, stopped_by_signals
from recorder.cli.streams import notify, output_was_lost
from recorder.errors import SettingError, StoreBusyError, StoreError
from recorder.instants import MINUTE, SECOND, now_us
from recorder.settings import Settings

if TYPE_CHECKING:
    from recorder.cli.live import View
    from recorder.polling.poller import Poller
    from recorder.store.engine import Database
    from recorder.store.read.live_runs import LiveRun
    from recorder.store.read.states import RunRef

_DRAW_US = SECOND // 2
_TICK_S = 0.1
_AFTER_TROUBLE_US = 10 * SECOND
_SHOWN_AFTER_END_US = 10 * MINUTE
_MOST = 2000


@click.command(
    epilog="""\b
Examples:
  recorder watch                      all that is in flight, until Ctrl-C
  recorder watch er_01JC8Z6M3Q        this run, until it has ended
  recorder watch --format json        the table as it stands, once""",
)
@click.argument("run_ids", metavar="[RUN_ID]...", nargs=-1)
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    help="Print the table once, as it stands in the store, and poll nothing.",
)
@settings_options("base_url", "rate", "every", "settle", "overdue_after")
def watch(run_ids: tuple[str, ...], format: str | None, settings: Settings) -> int:
    """A live table of runs in flight, and of those that have just ended.

    It polls the sources that no other process polls, as 'recorder poll --forever' would, and leaves them to one that
    comes; of the others it shows what the store learns. Ctrl-C ends it. Where stdout is no terminal it prints a line
    when a run's status changes.
    """
    from recorder.cli.live import open_view  # noqa: PLC0415  # SQLAlchemy: not for --help
    from recorder.polling.service import Service  # noqa: PLC0415
    from recorder.polling.watch_options import RunMode, WatchOptions  # noqa: PLC0415

    with reading(settings) as database:
        refs = _refs(database, run_ids, settings)
        if format is not None:
            _print_once(database, settings, refs, format)
            return int(output_was_lost())
        with open_view(sys.stdout, notify=notify) as view:
            watcher = Watcher(
                database, settings, view, refs=refs, is_over=_done(settings, ends=refs is not None)
            )
            why = _why_only_shown(database)
            if why is not None:
                view.notify(f"{why}: what others record is shown, nothing is polled here")
                return Onlooker(watcher).run()
            service = Service(
                database,
                settings,
                environ=os.environ,
                plan=WatchOptions(until=RunMode.FOREVER, source=settings.source, is_viewer=True),
                notify=view.notify,
                clock=now_us,
                after_tick=lambda: watcher.look(service.poller),
            )
            with stopped_by_signals(service.poller.stop):
                code = _run(service.run)
            watcher.show(service.poller)
    return code


def _print_once(
    database: "Database", settings: Settings, refs: "Sequence[RunRef] | None", format: str
) -> None:
    from recorder.cli.live_rows import SNAPSHOT_COLUMNS, headline, snapshot_row  # noqa: PLC0415

    now = now_us()
    runs = _load_runs(database, settings, refs, now=now)
    write_rows(
        [snapshot_row(run, settings.cadence, now) for run in runs],
        columns=SNAPSHOT_COLUMNS,
        format=format,
        out=sys.stdout,
        table_columns=(
            *("run_id", "status", "leads_done", "leads_total", "age_seconds", "seen_seconds_ago"),
            *("cost_actual", "cost_preview", "note"),
        ),
        kept=("run_id", "note"),
        foot=[headline(runs, settings.cadence, now)],
        empty="no runs in flight",
    )


def _load_runs(
    database: "Database", settings: Settings, refs: "Sequence[RunRef] | None", *, now: int
) -> "Sequence[LiveRun]":
    """Return the runs to show."""
    from recorder.store.read.live_runs import watched_runs  # noqa: PLC0415

    with database.reading() as connection:
        return watched_runs(
            connection,
            since=now - _SHOWN_AFTER_END_US,
            limit=_MOST,
            refs=refs,
            source_name=settings.source,
        )


def _why_only_shown(database: "Database") -> str | None:
    """Why this user can record nothing in the store; one that is only busy will be free again."""
    from recorder.store.sharing.leases import leave, new_holder  # noqa: PLC0415

    try:
        with database.writing() as connection:
            leave(connection, new_holder())  # a write that changes nothing
    except StoreBusyError:
        return None
    except StoreError as error:
        return str(error)
    return None


def _done(settings: Settings, *, ends: bool) -> "Callable[[Sequence[LiveRun], int], bool]":
    """Return what decides that all runs have ended and are quiet; it waits for overdue ones too, and where it stays."""
    cadence = settings.cadence
    return lambda runs, now: (
        ends
        and not any(run.is_waited_for(cadence, now) or run.overdue(cadence, now) for run in runs)
    )


def _run(run: Callable[[], int]) -> int:
    """Without any key it has only shown what others record: that was told, and is no failure."""
    try:
        return run()
    except SettingError:
        return 0


def _refs(
    database: "Database", run_ids: Sequence[str], settings: Settings
) -> "list[RunRef] | None":
    if not run_ids:
        return None
    from recorder.store.read.states import find_run  # noqa: PLC0415

    with database.reading() as connection:
        return [find_run(connection, one, settings.source) for one in dict.fromkeys(run_ids)]


class Onlooker:
    """Stands in a poller's place where nothing can be recorded: shows, and sends nothing.

    Args:
        watcher: shows.
    """

    def __init__(self, watcher: "Watcher") -> None:
        self._watcher = watcher
        self._stopping = False

    def stop(self) -> None:
        """Show no more."""
        self._stopping = True

    def run(self) -> int:
        """Show what others record, until a signal, or until all is over; the exit code."""
        with stopped_by_signals(self.stop):
            while not self._stopping:
                self._watcher.look(self)
                time.sleep(_TICK_S)
        self._watcher.show(self)
        return 0


class Watcher:
    """Reads the store and shows it, twice a second.

    Args:
        database: the store.
        settings: whose patience makes a run overdue.
        view: where to.
        refs: only these runs; None: all of the settings' source.
        is_over: told what is shown and when, says whether the poller may stop.
    """

    def __init__(
        self,
        database: "Database",
        settings: Settings,
        view: "View",
        *,
        refs: "Sequence[RunRef] | None",
        is_over: "Callable[[Sequence[LiveRun], int], bool]",
    ) -> None:

        self._database = database
        self._settings = settings
        self._cadence = settings.cadence
        self._view = view
        self._refs = refs
        self._is_over = is_over
        self._next_at = 0

    def look(self, poller: "Poller | Onlooker") -> None:
        """Show what there is, if it is time; stop the poller when all is over."""
        now = now_us()
        if now < self._next_at:
            return
        self._next_at = now + _DRAW_US
        try:
            if self._is_over(self.show(poller), now):
                poller.stop()
        except StoreError as error:  # the store may come back, as it may for the poller
            self._next_at = now + _AFTER_TROUBLE_US
            self._view.notify(f"{error}: shown again when it answers")

    def show(self, poller: "Poller | Onlooker") -> "Sequence[LiveRun]":
        """Show what there is, and give it back.

        Raises:
            StoreError: the store does not answer.
        """
        from recorder.cli.live_rows import LiveRows, headline, line_of  # noqa: PLC0415

        now = now_us()
        runs = _load_runs(self._database, self._settings, self._refs, now=now)
        shown = runs[: self._view.room()]
        told = f"{headline(runs, self._cadence, now)} - {_who_polls(poller)}"
        lines = [line_of(run, self._cadence, now) for run in shown]
        self._view.show(LiveRows(headline=told, lines=lines, more=len(runs) - len(shown)))
        return runs


def _who_polls(poller: "Poller | Onlooker") -> str:
    if isinstance(poller, Onlooker) or not poller.has_sources:
        return "nothing is polled here"
    busy = sorted(poller.summary.busy)
    return f"another process polls {', '.join(busy)}" if busy else "polled here"
