"""What `poll` shows on a terminal while it goes on: one line, drawn over itself and gone at the end."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from recorder.cli.streams import notify
from recorder.errors import StoreError
from recorder.instants import SECOND, now_us
from recorder.settings import Settings
from recorder.urls import hide_secrets

if TYPE_CHECKING:
    from recorder.cli.live import View
    from recorder.polling.poller import Poller
    from recorder.polling.watch_options import WatchOptions
    from recorder.store.engine import Database

_EVERY_US = 2 * SECOND
_MOST = 2000


class Progress:
    """Shows every few seconds what a watch does and what it waits for.

    Args:
        database: the store.
        settings: of the watch.
        plan: when it is over.
        view: where the line goes.
    """

    def __init__(
        self, database: "Database", settings: Settings, plan: "WatchOptions", view: "View"
    ) -> None:
        self._database = database
        self._settings = settings
        self._plan = plan
        self._view = view
        self._shown = ""
        self._next_at = 0

    def show(self, poller: "Poller") -> None:
        """Show the line, if it is time; at once when the watch begins to end."""
        from recorder.cli.live_rows import LiveRows  # noqa: PLC0415

        left, now = poller.answers_to_end, now_us()
        if left is None and 0 <= self._next_at - now <= _EVERY_US:
            return
        self._next_at = now + _EVERY_US
        line = f"ending: answers under way: {left}" if left is not None else self._line(poller, now)
        if line != self._shown:
            self._shown = line
            self._view.show(LiveRows(headline=line, lines=[]))

    def _line(self, poller: "Poller", now: int) -> str:
        from recorder.cli.live_rows import headline, waiting_line  # noqa: PLC0415
        from recorder.polling.watch_options import RunMode  # noqa: PLC0415
        from recorder.store.read.live_runs import watched_runs  # noqa: PLC0415

        if self._plan.until is RunMode.PASS:
            return poller.summary.line()
        cadence, name = self._settings.cadence, self._settings.source
        since = now - max(cadence.quiet_after_us, cadence.overdue_after_us)
        with suppress(StoreError), self._database.reading() as connection:
            runs = watched_runs(connection, since=since, limit=_MOST, source_name=name)
            line = waiting_line if self._plan.until is RunMode.DONE else headline
            return line(runs, cadence, now)
        return self._shown  # the watch itself reports the store's trouble


@contextmanager
def progress(
    database: "Database", settings: Settings, plan: "WatchOptions"
) -> "Iterator[tuple[Callable[[str], None], Callable[[Poller], None]]]":
    """Give what reports one line to people, and what is to be called after each round of the watch."""
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        yield notify, lambda _: None
        return
    from recorder.cli.live import LiveTable  # noqa: PLC0415

    with LiveTable(sys.stderr, most=0, stays=False) as view:
        shown = Progress(database, settings, plan, view).show
        yield lambda line: view.notify(f"recorder: {hide_secrets(line)}"), shown
