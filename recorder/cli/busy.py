"""The line of a terminal that says what a command does while nothing is printed yet."""

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TypeVar

from recorder.cli.streams import can_draw, drawn_line
from recorder.humanize import counted, whole_span
from recorder.instants import steady_us

Thing = TypeVar("Thing")

_DRAWN_EVERY_S = 1.0


@contextmanager
def busy(doing: Callable[[], str]) -> Iterator[None]:
    """Show on a terminal, once a second, what the block does and for how long, until its output begins."""
    # The reader of a pipe may be a pager, which has the screen for itself.
    if not can_draw(sys.stderr) or stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode):
        yield
        return
    over = Event()
    thread = Thread(target=_show_busy, args=(doing, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        with drawn_line.erased():
            pass


def _show_busy(doing: Callable[[], str], over: Event) -> None:
    began_us = steady_us()
    while not over.wait(_DRAWN_EVERY_S):
        drawn_line.draw(f"{doing()}, {whole_span(steady_us() - began_us)}")


class Count:
    """The number of things that have been written."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._n = 0

    def each(self, things: Iterable[Thing]) -> Iterator[Thing]:
        """Yield the things, and count them."""
        for thing in things:
            self._n += 1
            yield thing

    def words(self) -> str:
        """Return the count in words."""
        return counted(self._n, self._noun)
