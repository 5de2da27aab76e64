"""Our clock against the servers': what their Date headers show of it.

Invariant: a clock that is off is reported once, until it is right again, over all passes and processes on the store.
"""

from collections.abc import Callable
from contextlib import suppress

from recorder.errors import StoreError
from recorder.instants import SECOND
from recorder.ledger.answer import FAR_OFF_US, Answer
from recorder.polling.messages import clock_off_line, clock_right_line
from recorder.store.read.due import SourceRow


def clock_off(ahead_us: int, known: int | None) -> int | None:
    """Return how far our clock is ahead of a server's; None where it is right.

    It is off from over a minute on, and right again from half a minute down: it is not reported in turns.

    Args:
        ahead_us: as the last answer shows it.
        known: as it was known before.
    """
    least = FAR_OFF_US if known is None else FAR_OFF_US // 2
    return ahead_us if abs(ahead_us) > least else None


class ClockWatch:
    """Compares our clock with those of the sources' servers.

    Args:
        keep: remembers in the store how far our clock is ahead of a source's server; None: it is right.
        notify: takes one line for people.
    """

    def __init__(
        self, keep: Callable[[int, int | None], None], notify: Callable[[str], None]
    ) -> None:
        self._keep = keep
        self._notify = notify
        self._off: dict[int, int | None] = {}
        self._said_off: bool | None = None
        self._stands: int | None = None

    def was_set_forward(self, now: int, steady: int) -> bool:
        """Return whether our clock was set forward since it was asked last; both are read at one moment."""
        before, self._stands = self._stands, now - steady
        return before is not None and self._stands > before + SECOND

    def learn(self, row: SourceRow) -> None:
        """Take what the store says of a source."""
        self._off[row.source_id] = row.clock_off_us

    def is_off(self, source_id: int) -> bool:
        """Return whether our clock is known to be off."""
        return self._off.get(source_id) is not None

    def see(self, source_id: int, answer: Answer) -> None:
        """Compare the clocks by an answer of a source; report a change, of several sources the first."""
        if answer.ahead_us is None:
            return
        known = self._off.get(source_id)
        off = clock_off(answer.ahead_us, known)
        if off == known or (off and known and abs(off - known) <= FAR_OFF_US):
            return
        self._off[source_id] = off
        is_off = off is not None
        if is_off is not (known is not None) and is_off is not self._said_off:
            self._said_off = is_off
            self._notify(
                clock_right_line(answer.source)
                if off is None
                else clock_off_line(answer.source, off)
            )
        with suppress(StoreError):  # the next change, or the next pass, says it again
            self._keep(source_id, off)
