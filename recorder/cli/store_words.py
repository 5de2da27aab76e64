"""The words of a store for the completion of a shell.

Invariant: whatever is wrong, there are no words: no message, no traceback, no wait of more than two seconds.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from recorder.cli.stores import reading
from recorder.settings import load_settings
from recorder.store.read.vocabulary import words_like

_PATIENCE_S: Final = 2.0


def store_words(ctx: click.Context, name: str, beginning: str) -> list[str]:
    """Return the words of a column that begin so, in the store of the command line being typed."""
    options = {key: ctx.params.get(key) for key in ("database_url", "config")}
    try:
        settings = load_settings(options, environ=os.environ)
        with (
            _bounded(),
            reading(settings, doing=None) as database,
            database.reading() as connection,
        ):
            return words_like(connection, name, beginning)
    except Exception:  # noqa: BLE001  # it would be printed into the line that is being typed
        return []


@contextmanager
def _bounded() -> Iterator[None]:
    """Raise TimeoutError in the block where it lasts too long, as with a server that does not answer."""
    before = signal.signal(signal.SIGALRM, _give_up)
    signal.setitimer(signal.ITIMER_REAL, _PATIENCE_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _give_up(*_: object) -> None:
    raise TimeoutError
