"""The live view of a store: read and drawn twice a second, with or without a poller in this process."""

from collections.abc import Callable, Sequence
from time import monotonic, sleep
from typing import Protocol, TypeAlias

from recorder.analysis.rows import RunRow
from recorder.cli.live import View
from recorder.cli.live_rows import MOST_RUNS, LiveRows, headline, live_row
from recorder.cli.stores import stopped_by_signals
from recorder.errors import StoreError
from recorder.instants import MINUTE, now_us
from recorder.outlooks import Outlooks
from recorder.polling.poller import Poller
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.read.live_runs import watched_runs
from recorder.store.read.run_refs import RunRef

_DRAW_S = 0.5
_TICK_S = 0.1
_AFTER_FAILURE_S = 10
_SHOWN_AFTER_END_US = 10 * MINUTE

IsOver: TypeAlias = Callable[[Sequence[RunRow], int], bool]
"""Takes the runs and the instant; returns whether the watch may end."""


class Stoppable(Protocol):
    """A poller, or what stands in for it where nothing is polled."""

    def stop(self) -> None:
        """End soon."""


def load_runs(
    database: Database, settings: Settings, refs: Sequence[RunRef] | None, *, now: int
) -> Sequence[RunRow]:
    """Return the runs to show: of `refs`, or in flight or ended in the last 10 minutes.

    Raises:
        StoreError: the store does not answer.
    """
    with database.reading() as connection:
        return watched_runs(
            connection,
            since=now - _SHOWN_AFTER_END_US,
            limit=MOST_RUNS if refs is None else len(refs),
            refs=refs,
            source_name=settings.source,
        )


class Watcher:
    """A view and the store that it shows.

    Args:
        database: the store.
        settings: the source to show, and the limit beyond which a run is overdue.
        view: where runs are drawn.
        refs: only these runs; None: all of the settings' source.
        is_over: decides when the poller may stop; None: never.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        view: View,
        *,
        refs: Sequence[RunRef] | None,
        is_over: IsOver | None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._view = view
        self._refs = refs
        self._is_over = is_over
        self._outlooks = Outlooks(database)
        self._next_at = 0.0  # by the steady clock: the wall clock may be set back

    def update(self, poller: Stoppable) -> None:
        """Show the runs, twice a second; stop the poller when all is over."""
        if monotonic() < self._next_at:
            return
        self._next_at = monotonic() + _DRAW_S
        try:
            now, runs = now_us(), self.show(poller)
            if self._is_over is not None and self._is_over(runs, now):
                poller.stop()
        except StoreError as error:  # the store may come back, as it may for the poller
            self._next_at = monotonic() + _AFTER_FAILURE_S
            self._view.notify(f"{error}: shown again when it answers")

    def show(self, poller: Stoppable) -> Sequence[RunRow]:
        """Show the runs now, and return them.

        Raises:
            StoreError: the store does not answer.
        """
        now, cadence = now_us(), self._settings.cadence
        runs = load_runs(self._database, self._settings, self._refs, now=now)
        shown = runs[: self._view.room()]
        if shown:
            self._outlooks.refresh(now)
        left = self._outlooks.cells(shown, now=now)
        self._view.show(
            LiveRows(
                headline=f"{headline(runs, cadence, now)} - {_who_polls(poller)}",
                rows=[live_row(run, cadence, now, left[run.source, run.run_id]) for run in shown],
                more=len(runs) - len(shown),
            )
        )
        return runs


class Onlooker:
    """A stand-in for a poller where the store cannot be written: it shows, and sends nothing.

    Args:
        watcher: the view.
    """

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._stopping = False

    def stop(self) -> None:
        """End after the current round."""
        self._stopping = True

    def run(self) -> int:
        """Show what others record, until a signal or until all is over; return the exit code."""
        with stopped_by_signals(self.stop):
            while not self._stopping:
                self._watcher.update(self)
                sleep(_TICK_S)
        self._watcher.show(self)
        return 0


def _who_polls(poller: Stoppable) -> str:
    if not (isinstance(poller, Poller) and poller.has_sources):
        return "nothing is polled here"
    busy = sorted(poller.summary.busy)
    return f"another process polls {', '.join(busy)}" if busy else "polled here"
