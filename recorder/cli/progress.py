"""What `poll` shows while it goes on: on a terminal a line that is drawn over itself, and gone at the end."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from recorder.cli.loading import load
from recorder.cli.streams import can_draw, drawn_line, notify, without_echo
from recorder.polling.poller import Poller
from recorder.polling.watch_options import WatchOptions
from recorder.settings import Settings
from recorder.store.engine import Database

Reporters: TypeAlias = tuple[Callable[[str], None], Callable[[Poller], None]]


@contextmanager
def progress(database: Database, settings: Settings, plan: WatchOptions) -> Iterator[Reporters]:
    """Give the function that prints a message, and the one to call after each round of the watch.

    Where stdout or stderr is no terminal, or a dumb one, messages are lines of stderr, and no line is drawn.
    """
    if not (sys.stdout.isatty() and can_draw(sys.stderr)):
        yield notify, lambda _: None
        return
    line = load("recorder.cli.progress_line").ProgressLine(database, settings, plan)
    with without_echo(sys.stderr):
        try:
            yield line.notify, line.show
        finally:
            with drawn_line.erased():
                pass
