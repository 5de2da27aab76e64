"""The line that `poll` draws on a terminal while it goes on: what it does, and what it waits for."""

from contextlib import suppress

from recorder.cli.live_rows import MOST_RUNS, headline, waiting_line
from recorder.cli.streams import drawn_line, notify
from recorder.errors import StoreError
from recorder.instants import SECOND, now_us
from recorder.polling.poller import Poller
from recorder.polling.watch_options import RunMode, WatchOptions
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.read.live_runs import watched_runs

_EVERY_US = 2 * SECOND


class ProgressLine:
    """One line on stderr, a terminal: what a watch does, and what it waits for.

    Args:
        database: the store.
        settings: of the watch.
        plan: when the watch is over.
    """

    def __init__(self, database: Database, settings: Settings, plan: WatchOptions) -> None:
        self._database = database
        self._settings = settings
        self._plan = plan
        self._line = ""
        self._next_at = 0

    def show(self, poller: Poller) -> None:
        """Draw the line, every few seconds; at once when the watch begins to end."""
        left, now = poller.answers_to_end, now_us()
        # A clock that was set back must not stop the line.
        if left is None and 0 <= self._next_at - now <= _EVERY_US:
            return
        self._next_at = now + _EVERY_US
        if left is None:
            self._line = self._describe(poller, now)
        else:
            self._line = f"ending: answers under way: {left}"
        drawn_line.draw(self._line)

    def notify(self, message: str) -> None:
        """Print a message above the line."""
        notify(message)
        drawn_line.draw(self._line)

    def _describe(self, poller: Poller, now: int) -> str:
        if self._plan.until is RunMode.PASS:
            return poller.summary.line()
        cadence, name = self._settings.cadence, self._settings.source
        since = now - max(cadence.quiet_after_us, cadence.overdue_after_us)
        describe = waiting_line if self._plan.until is RunMode.DONE else headline
        # A failure of the store is reported by the watch itself: the line stays as it was.
        with suppress(StoreError), self._database.reading() as connection:
            runs = watched_runs(connection, since=since, limit=MOST_RUNS, source_name=name)
            return describe(runs, cadence, now)
        return self._line
