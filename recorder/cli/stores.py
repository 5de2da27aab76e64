"""What commands share: the store that they work on, and the signals that end them."""

import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from recorder.analysis.filters import Filters
from recorder.cli.streams import notify
from recorder.instants import steady_us
from recorder.queries import Queries
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.migrate import prepare_for_writing, require_current

_MOMENT_MS = 2000  # a commit of another process takes milliseconds


def tell_unknown_words(archive: Queries, filters: Filters) -> None:
    """Report each word of the filters that no run of the store has, with the words that they have."""
    for one in archive.unknown_words(filters):
        known = f"it has {', '.join(one.known)}{' and more' if one.more else ''}"
        notify(
            f"no run of the store has {one.name} {one.word!r}: {known if one.known else 'it has none'}"
        )


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGINT and SIGTERM call `stop` while the block runs; what they did before holds again after it."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: stop()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def recording(settings: Settings, *, lasts_us: int | None = None) -> Iterator[Database]:
    """Open the store, made or brought up to date if it is SQLite; what was done is told.

    Args:
        settings: where it is.
        lasts_us: how long the command has; after that it waits only a moment for a lock on the store.
    """
    ends_at = None if lasts_us is None else steady_us() + lasts_us
    with _opened(settings) as database:
        if ends_at is not None:
            bound_waits(database, ends_at)
        done = prepare_for_writing(database)
        if done:
            notify(done)
        yield database


@contextmanager
def reading(settings: Settings) -> Iterator[Database]:
    """Open the store, which must be there and current; nothing is written."""
    with _opened(settings) as database:
        require_current(database)
        yield database


def bound_waits(database: Database, ends_at: int) -> None:
    """Let no transaction wait for a lock past an instant of the steady clock, but for a moment."""
    usual_ms = database.busy_ms()
    database.busy_ms = lambda: min(max((ends_at - steady_us()) // 1000, _MOMENT_MS), usual_ms)


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    with closing(Database(settings.database_url)) as database, database.checked_on_failure():
        yield database
