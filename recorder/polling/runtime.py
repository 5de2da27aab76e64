"""What the edges hand to a watch: clock, words, chance, keys."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from recorder.instants import steady_us
from recorder.polling.active_sources import ActiveSource
from recorder.store.read.due import SourceRow


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What the edges hand in.

    Attributes:
        load_sources: makes sources askable, be they watched here or not, with the keys that they have now; leaves out
            those that cannot be (it has told why).
        clock: microseconds since 1970 UTC; it may be set while the watch goes on.
        steady: microseconds since some instant; it only ever goes on.
        notify: takes one line for people.
        before_poll: called before each look for due runs (new ids are taken in here).
        after_tick: called after each round.
        chance: random numbers for pauses.
    """

    load_sources: Callable[[Sequence[SourceRow]], Sequence[ActiveSource]]
    clock: Callable[[], int]
    notify: Callable[[str], None]
    steady: Callable[[], int] = steady_us
    before_poll: Callable[[], None] = _nothing
    after_tick: Callable[[], None] = _nothing
    chance: random.Random = field(default_factory=random.Random)
