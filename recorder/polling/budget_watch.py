"""Keys whose runs end faster than they can be asked: no schedule sees their ends in time.

Invariant: a key is reported once until its budget is enough again, over all passes and processes on the store.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial

from msgspec import Struct, field

from recorder.instants import MINUTE, SECOND
from recorder.polling.messages import too_fast_line
from recorder.polling.permits import KeyUse
from recorder.polling.timer import Timer
from recorder.store.engine import Database
from recorder.store.read.source_health import usual_life
from recorder.store.sharing.key_budgets import note_short, short_keys

_LEAST_PACE_US = 5 * SECOND  # the longest pause that the API's page names: no run is worth more


class BudgetWatch(Struct, kw_only=True, dict=True):
    """The watch over the budgets of all keys.

    Args:
        database: the store.
        notify: takes one line for people.
    """

    database: Database
    notify: Callable[[str], None]
    _timer: Timer = field(default_factory=partial(Timer, MINUTE))

    @cached_property
    def _short(self) -> set[str]:
        return self.database.read(short_keys)

    def check(self, uses: Iterable[KeyUse], cycles_us: Mapping[int, int], *, now: int) -> None:
        """Report, once a minute, the keys whose budget has become too short for their runs.

        Args:
            uses: the keys, with all their sources: every process judges one alike.
            cycles_us: the time in which each run of a source is polled once, by source id, where that is known.
            now: microseconds since 1970 UTC.
        """
        if not cycles_us or not self._timer.is_time(now):
            return
        self._timer.start(now)
        for use in uses:
            pace_us = max((cycles_us[one] for one in use.sources if one in cycles_us), default=None)
            # The store is asked only for keys that may be short, or that were.
            if pace_us and (pace_us > _LEAST_PACE_US or use.key_id in self._short):
                self._check(use, pace_us, now)

    def _check(self, use: KeyUse, pace_us: int, now: int) -> None:
        life_us = self.database.read(usual_life, use.sources, now=now)
        was_short = use.key_id in self._short
        # Enough again at half of it, so that messages do not alternate.
        # Where no run has ended lately, it stays as it was.
        is_short = pace_us > ((life_us or pace_us) // (2 if was_short else 1))
        if is_short == was_short:
            return
        is_new = self.database.write(note_short, use.key_id, is_short=is_short, now=now)
        self._short ^= {use.key_id}
        if is_new and is_short and life_us is not None:
            self.notify(too_fast_line(use.sources.values(), pace_us=pace_us, life_us=life_us))
