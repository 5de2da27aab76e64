"""What a watch is handed in: sources with their keys, clocks, messages, randomness."""

import random
from collections.abc import Callable, Sequence

from msgspec import Struct, field

from recorder.instants import steady_us
from recorder.ledger.answer import Answer
from recorder.polling.active_sources import ActiveSource
from recorder.store.read.source_rows import SourceRow


def _nothing() -> None:
    return None


def ignore_answers(answers: Sequence[Answer]) -> None:
    """Keep no answer."""
    del answers


class Runtime(Struct, frozen=True, kw_only=True):
    """The surroundings of one watch.

    Attributes:
        load_sources: loads the key of each source, watched here or not; reports and leaves out a source without one.
        clock: microseconds since 1970 UTC; it may be set while the watch goes on.
        steady: microseconds since some instant; it is never set.
        notify: reports one line.
        before_poll: called before due runs are loaded; registers new ids.
        after_tick: called after each round.
        keep: takes the answers that the store could not take when the watch ends.
        rng: random numbers, for pauses.
    """

    load_sources: Callable[[Sequence[SourceRow]], Sequence[ActiveSource]]
    clock: Callable[[], int]
    notify: Callable[[str], None]
    steady: Callable[[], int] = steady_us
    before_poll: Callable[[], None] = _nothing
    after_tick: Callable[[], None] = _nothing
    keep: Callable[[Sequence[Answer]], None] = ignore_answers
    rng: random.Random = field(default_factory=random.Random)
