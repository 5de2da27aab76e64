"""Our clock against the Date headers of the servers.

Invariant: a clock that is off is reported once until it is right again, over all passes and processes on the store.
"""

from collections.abc import Callable
from contextlib import suppress

from msgspec import Struct, field

from recorder.errors import StoreError
from recorder.instants import SECOND
from recorder.ledger.answer import FAR_OFF_US, Answer
from recorder.polling.messages import clock_off_line, clock_right_line
from recorder.store.engine import Database
from recorder.store.read.source_rows import SourceRow
from recorder.store.write.sources import save_clock


def clock_off(ahead_us: int, stored: int | None) -> int | None:
    """Return how far our clock is ahead of a server's; None where it is right.

    It is off by more than a minute, and right again within half a minute, so that messages do not alternate.

    Args:
        ahead_us: as the last answer shows it.
        stored: as the store had it before.
    """
    least = FAR_OFF_US if stored is None else FAR_OFF_US // 2
    return ahead_us if abs(ahead_us) > least else None


class ClockWatch(Struct):
    """The difference between our clock and those of the sources' servers.

    Args:
        database: the store.
        notify: takes one line for people.
    """

    database: Database
    notify: Callable[[str], None]
    _off: dict[int, int | None] = field(default_factory=dict)
    _reported_off: bool | None = None
    _offset_us: int | None = None

    def was_set_forward(self, now: int, steady: int) -> bool:
        """Return whether our clock was set forward since the last call.

        Args:
            now: our clock, microseconds since 1970 UTC.
            steady: the steady clock at the same moment, microseconds.
        """
        before, self._offset_us = self._offset_us, now - steady
        return before is not None and self._offset_us > before + SECOND

    def restore(self, row: SourceRow) -> None:
        """Restore what the store knows of a source's clock."""
        self._off[row.source_id] = row.clock_off_us

    def is_off(self, source_id: int) -> bool:
        """Return whether our clock is known to differ from the server's of a source."""
        return self._off.get(source_id) is not None

    def compare(self, source_id: int, answer: Answer) -> None:
        """Compare the clocks by an answer of a source; report a change once for all sources."""
        if answer.ahead_us is None:
            return
        stored = self._off.get(source_id)
        off = clock_off(answer.ahead_us, stored)
        # An offset that only wavers is not written at each answer.
        if off == stored or (off and stored and abs(off - stored) <= FAR_OFF_US):
            return
        self._off[source_id] = off
        is_off = off is not None
        # Sources are compared one by one, but it is one clock: the first that shows it is enough.
        if is_off is not (stored is not None) and is_off is not self._reported_off:
            self._reported_off = is_off
            self.notify(
                clock_right_line(answer.source)
                if off is None
                else clock_off_line(answer.source, off)
            )
        with suppress(StoreError):  # the next change, or the next pass, saves it
            self.database.write(save_clock, source_id, off)
