"""What the edges hand to a watch: clock, words, chance, keys."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from recorder.instants import steady_us
from recorder.polling.outlets import Outlet
from recorder.store.due import SourceRow


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What the edges hand in.

    Attributes:
        outlets_of: makes sources askable, be they watched here or not, with the keys that they have now; leaves out
            those that cannot be (it has told why).
        clock: microseconds since 1970 UTC; it may be set while the watch goes on.
        steady: microseconds since some instant; it only ever goes on.
        tell: takes one line for people.
        before_look: called before each look for due runs (new ids are taken in here).
        after_tick: called after each round.
        chance: random numbers for pauses.
    """

    outlets_of: Callable[[Sequence[SourceRow]], Sequence[Outlet]]
    clock: Callable[[], int]
    tell: Callable[[str], None]
    steady: Callable[[], int] = steady_us
    before_look: Callable[[], None] = _nothing
    after_tick: Callable[[], None] = _nothing
    chance: random.Random = field(default_factory=random.Random)
