"""The store that a command works on, and the signals that end it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext

from recorder.cli.busy import busy
from recorder.cli.loading import load
from recorder.cli.streams import notify
from recorder.instants import steady_us
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.revision import current_revision, require_current, require_revision
from recorder.store.schema import REVISION

_LEAST_WAIT_MS = 2000  # a commit of another process takes milliseconds


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on SIGINT and SIGTERM while the block runs, then restore their handlers."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: stop()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def recording(settings: Settings, *, lasts_us: int | None = None) -> Iterator[Database]:
    """Open the store for writing; make or upgrade it first if it is SQLite, and report that.

    Args:
        settings: where it is.
        lasts_us: how long the command runs; after that it waits only 2 s for a lock on the store.
    """
    ends_at = None if lasts_us is None else steady_us() + lasts_us
    with opened(settings) as database:
        if ends_at is not None:
            bound_waits(database, ends_at)
        done = prepare_for_writing(database)
        if done:
            notify(done)
        yield database


def prepare_for_writing(database: Database) -> str | None:
    """Make a missing SQLite store and upgrade an older one; require any other store to be current.

    Returns:
        One line for people where something was done, else None.
    """
    revision = current_revision(database)
    if database.dialect.is_file and (revision is None or revision < REVISION):
        done: str | None = load("recorder.store.migrate").upgrade(database)
        return done
    require_revision(database, revision)
    return None


@contextmanager
def reading(
    settings: Settings, *, doing: Callable[[], str] | None = lambda: "reading"
) -> Iterator[Database]:
    """Open the store for reading; it must be there and of this program's schema.

    Args:
        settings: where it is.
        doing: what a terminal shows of it when it takes longer than a second; None: nothing.
    """
    with opened(settings, doing=doing) as database:
        require_current(database)
        yield database


def bound_waits(database: Database, ends_at: int) -> None:
    """Bound the wait for a lock by an instant of the steady clock, but allow 2 s."""
    usual_ms = database.busy_ms()
    database.busy_ms = lambda: min(max((ends_at - steady_us()) // 1000, _LEAST_WAIT_MS), usual_ms)


@contextmanager
def opened(settings: Settings, *, doing: Callable[[], str] | None = None) -> Iterator[Database]:
    """Open the store, whatever its schema; `doing` as for `reading`."""
    shown = busy(doing) if doing else nullcontext()
    with shown, closing(Database(settings.database_url)) as one, one.checked_on_failure():
        yield one
