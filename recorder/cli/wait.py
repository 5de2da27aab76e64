"""`recorder wait`: polls of named runs until they have ended."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event

import click

from recorder.analysis.rows import RunRow
from recorder.cli.ask import write_runs
from recorder.cli.json_output import write_document
from recorder.cli.live import LiveTable, View
from recorder.cli.options import command, command_now, completed_by, parse_span, settings_options
from recorder.cli.row_options import format_option
from recorder.cli.stores import recording, stopped_by_signals
from recorder.cli.streams import can_draw, notify
from recorder.cli.tracking import read_ids
from recorder.cli.watcher import Watcher, load_runs
from recorder.errors import KeyRefusedError, SettingError, UnknownRunError, UsageError
from recorder.instants import MINUTE, format_duration, now_us
from recorder.ledger.answer import Outcome
from recorder.polling.messages import gave_up_line
from recorder.polling.service import Service
from recorder.polling.summary import Summary
from recorder.polling.watch_options import RunMode, WatchOptions
from recorder.queries import Queries
from recorder.settings import DEFAULT_SOURCE, Settings
from recorder.store.engine import Connection, Database
from recorder.store.read.live_runs import watched_runs
from recorder.store.read.run_refs import RunRef, find_run
from recorder.store.read.source_health import poller_of
from recorder.store.read.source_rows import source_rows
from recorder.store.write.track import track_with_source

_NOT_COMPLETED, _GAVE_UP = 5, 6
_RANKED = (KeyRefusedError.exit_code, _GAVE_UP, _NOT_COMPLETED, 0)  # the first outranks the others
GONE_AFTER_US = MINUTE


@command(
    "recorder wait er_01JC8Z6M3Q && echo completed",
    "start-run | recorder wait - --timeout 30m --format json",
)
@click.argument("run_ids", metavar="RUN_ID... [-]", shell_complete=completed_by("run_id"), nargs=-1)
@click.option(
    "--timeout",
    "timeout_us",
    type=parse_span,
    metavar="DURATION",
    default="10m",
    help="Give up after this long.",
)
@format_option
@settings_options("base_url", "rate", "every", "settle", "overdue_after")
def wait(run_ids: tuple[str, ...], timeout_us: int, format: str, settings: Settings) -> int:
    """Poll runs until they have ended, and print the last row of each.

    Runs that are not tracked yet are registered; `-` reads ids from stdin as 'recorder track -' does. A source that
    another process polls is read from the store. --format json prints what the API served: of several runs an array.
    Exit codes: 0 all completed, 4 a key was refused, 5 a run failed or was cancelled, 6 gave up (at the timeout, or
    after a minute of 404). Ctrl-C leaves the runs tracked.
    """
    wanted, refused = read_ids(run_ids)
    if not wanted:
        raise UsageError("no run id to wait for: 'recorder wait RUN_ID', or ids on stdin and '-'")
    with recording(settings, lasts_us=timeout_us) as database:
        refs = _track(database, settings, list(dict.fromkeys(wanted)))
        code = Wait(database, settings, refs, timeout_us).run()
        _write(Queries(database, settings), _kept(database, refs), format)
    return code or (UsageError.exit_code if refused else 0)


def _track(database: Database, settings: Settings, run_ids: Sequence[str]) -> list[RunRef]:
    """Register runs, and have those that have not ended polled soon."""
    homes = dict.fromkeys(run_ids, settings.source or DEFAULT_SOURCE)
    with database.reading() as connection:
        known = [ref for one in run_ids if (ref := _known(connection, one, settings.source))]
        homes |= {ref.run_id: ref.source for ref in known}
        stored = watched_runs(connection, since=0, limit=len(known), refs=known)
    open_ids = homes.keys() - {run.run_id for run in stored if run.is_terminal}
    for name in dict.fromkeys(homes[run_id] for run_id in open_ids):
        track_with_source(
            database,
            name,
            [run_id for run_id in run_ids if run_id in open_ids and homes[run_id] == name],
            base_url=settings.source_settings(name).base_url,
            now=command_now(),
            within_us=settings.cadence.every_us,
        )
    with database.reading() as connection:
        return [find_run(connection, run_id, name) for run_id, name in homes.items()]


def _known(connection: Connection, run_id: str, source: str | None) -> RunRef | None:
    try:
        return find_run(connection, run_id, source)
    except UnknownRunError:
        return None


def _kept(database: Database, refs: Sequence[RunRef]) -> list[RunRef]:
    """Return the runs that were not forgotten meanwhile, whose numbers may be those of others by now."""
    with database.reading() as connection:
        return [ref for ref in refs if _known(connection, ref.run_id, ref.source) == ref]


def _write(queries: Queries, refs: Sequence[RunRef], format: str) -> None:
    if format != "json":
        write_runs(queries.runs_of(refs), format)
        return
    served = queries.served(refs)
    if served or len(refs) > 1:
        write_document(served if len(refs) > 1 else served[0], sys.stdout)


def _view() -> View:
    """Return a line a run on a terminal; elsewhere nothing is shown."""
    if can_draw(sys.stderr):
        return LiveTable(sys.stderr, most=None, transient=True)
    return View(sys.stderr)


@dataclass(slots=True)
class Wait:
    """One wait for some runs.

    Args:
        database: the store, which tracks them.
        settings: of the watch.
        refs: the runs.
        timeout_us: how long to wait at most.
    """

    database: Database
    settings: Settings
    refs: Sequence[RunRef]
    timeout_us: int
    _gone_since: dict[tuple[str, str], int] = field(default_factory=dict)
    _refused: set[str] = field(default_factory=set)

    def run(self) -> int:
        """Wait, report each run that was given up, and return the exit code."""
        waited_for = {run.source for run in self._load() if not run.is_terminal}
        if waited_for:
            self._poll(waited_for)
        runs = self._load()
        codes = set() if len(runs) == len(self.refs) else {_GAVE_UP}  # one was forgotten meanwhile
        for run in runs:
            code, why = self._verdict(run, now_us())
            codes.add(_GAVE_UP if code is None else code)
            if why:
                notify(gave_up_line(run, why))
        return next(code for code in _RANKED if code in codes)

    def _load(self) -> Sequence[RunRow]:
        return load_runs(self.database, self.settings, self.refs, now=now_us())

    def _poll(self, sources: set[str]) -> None:
        """Poll these sources, or read what others record of them, until the runs have ended.

        Raises:
            SettingError: a source has no key, and nobody else polls it.
            KeyboardInterrupt: a signal came.
        """
        others_poll, is_interrupted = self._others_poll(sources), Event()
        with _view() as view:
            watcher = Watcher(
                self.database,
                self.settings,
                view,
                refs=self.refs,
                is_over=lambda runs, now: self._is_over(service.poller.summary, runs, now),
            )
            service = Service(
                self.database,
                self.settings,
                environ=os.environ,
                options=WatchOptions(
                    until=RunMode.FOREVER,
                    lasts_us=self.timeout_us,
                    source=sources.pop() if len(sources) == 1 else None,
                    # A service keeps the sources that it wants: here only those are polled that none wants.
                    is_viewer=True,
                    may_idle=others_poll,
                ),
                notify=view.notify,
                clock=now_us,
                after_tick=lambda: watcher.update(service.poller),
            )

            def interrupt() -> None:
                is_interrupted.set()
                service.poller.stop()

            with stopped_by_signals(interrupt):
                try:
                    service.run()
                    # An answer may have come since the last look, or before the first one.
                    self._follow(service.poller.summary, self._load(), now_us())
                except SettingError:
                    if service.poller.has_sources or not others_poll:
                        raise
        if is_interrupted.is_set():
            raise KeyboardInterrupt

    def _others_poll(self, sources: set[str]) -> bool:
        with self.database.reading() as connection:
            rows = [row for row in source_rows(connection) if row.name in sources]
        return any(poller_of(row, now=now_us()) for row in rows)

    def _is_over(self, summary: Summary, runs: Sequence[RunRow], now: int) -> bool:
        self._follow(summary, runs, now)
        return all(self._verdict(run, now)[0] is not None for run in runs)

    def _follow(self, summary: Summary, runs: Sequence[RunRow], now: int) -> None:
        """Note which keys are refused, and since when which runs are gone."""
        rows = self.database.read(source_rows)
        of_others = {row.name for row in rows if row.refused_at is not None} & summary.busy
        self._refused = of_others | summary.refused.keys()
        for run in runs:
            if run.tracking == "not_visible":
                self._gone_since.setdefault((run.source, run.run_id), now)
            else:
                self._gone_since.pop((run.source, run.run_id), None)

    def _verdict(self, run: RunRow, now: int) -> tuple[int | None, str]:
        """Return the exit code for a run, None while it is waited for, and why it has not ended."""
        if run.is_terminal:
            return (0 if run.status == "completed" else _NOT_COMPLETED), ""
        if run.source in self._refused:
            return KeyRefusedError.exit_code, "is not polled: the key was refused"
        is_gone = run.tracking == "not_visible"
        state = f"is {'not visible (404)' if is_gone else run.status or 'not seen yet'}"
        outcome = None if run.last_outcome is None else Outcome(run.last_outcome)
        why = f" (last poll: {outcome.text})" if outcome and outcome.is_failure else ""
        # While polls fail nobody knows whether the run is still gone.
        if not why and now - self._gone_since.get((run.source, run.run_id), now) >= GONE_AFTER_US:
            return _GAVE_UP, state
        return None, f"{state} after {format_duration(self.timeout_us)}{why}"
