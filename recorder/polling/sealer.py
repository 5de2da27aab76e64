"""The sealing of blocks while runs are polled: little at a time, so that no poll waits for it.

Invariant: a store that takes no block stops nothing; blocks are a cache, and another pass seals them.
"""

from collections.abc import Collection
from contextlib import suppress
from functools import partial

from msgspec import Struct, field

from recorder.errors import StoreError
from recorder.instants import SECOND
from recorder.polling.timer import Timer
from recorder.store.engine import Database
from recorder.store.write.sealing import seal

_EVERY_US = 10 * SECOND
_MOST_AT_END = 10  # half a second


class Sealer(Struct, kw_only=True):
    """Seals blocks of a store now and then."""

    database: Database
    _timer: Timer = field(default_factory=partial(Timer, _EVERY_US))

    def seal(self, source_ids: Collection[int], now: int, *, is_last: bool = False) -> None:
        """Seal one block of the sources if it is time, or the last ones of a watch."""
        if source_ids and (is_last or self._timer.is_time(now)):
            self._timer.start(now)
            with suppress(StoreError):
                seal(self.database, source_ids, most=_MOST_AT_END if is_last else 1)
