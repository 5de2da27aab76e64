"""The standard streams of this process, also where it was started without one.

Invariant: no file that is opened later takes the number of a closed stream; a device that takes no output is reported
once and stops no work; a reader that went away still raises BrokenPipeError on stdout. A character that the encoding
lacks is spelt out; on a terminal the ellipsis keeps its width.
"""

import codecs
import os
import shutil
import sys
import termios
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from io import BufferedWriter, FileIO, TextIOWrapper
from threading import RLock
from typing import Final, TextIO

import click

from recorder.cli.terminal import ELLIPSIS, shorten, visible
from recorder.urls import hide_secrets

WIDE: Final = 120
"""The columns of a terminal from which on a table says at length what remains of runs."""

_STDIN, _STDOUT, _STDERR = range(3)
_ERASE = "\r\x1b[2K"


class DrawnLine:
    """A line of stderr, a terminal, that is drawn over itself; whatever else is printed erases it first."""

    def __init__(self) -> None:
        self._lock = RLock()  # a signal's handler may print while a line is printed
        self._is_drawn = False
        self._is_over = False

    def draw(self, text: str) -> None:
        """Draw the line, unless the output has begun."""
        room = terminal_width() - 1  # a full line would wrap, and its first part stay for good
        with self._lock:
            if not self._is_over:
                self._is_drawn = True
                sys.stderr.write(_ERASE + shorten(text, room))
                sys.stderr.flush()

    @contextmanager
    def erased(self, *, for_good: bool = False) -> Iterator[None]:
        """Keep the line away while the block prints."""
        with self._lock:
            self._is_over = self._is_over or for_good
            if self._is_drawn:
                sys.stderr.write(_ERASE)
                sys.stderr.flush()
            self._is_drawn = False
            yield


drawn_line = DrawnLine()


class _Output(FileIO):
    """Descriptor 1; data that the device does not take is dropped."""

    lost = False

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        """Write the data, or drop it and report that once."""
        try:
            # A file or a pipe has no part of the terminal: the line stays while it is written.
            with drawn_line.erased(for_good=True) if self.isatty() else nullcontext():
                return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            if not self.lost:
                self.lost = True
                reason = f"stdout takes no more output: {error.strerror}; the rest of it is lost"
                sys.stderr.write(f"recorder: {reason}\n")
            return len(data)


class _Messages(FileIO):
    """Standard error, which drops what nobody takes: a message that cannot be printed stops no work."""

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        """Write the data, or drop it."""
        try:
            return super().write(data)
        except OSError:
            return len(data)


def open_streams() -> None:
    """Make the three streams usable; one that was closed reads and writes nothing."""
    for number in (_STDIN, _STDOUT, _STDERR):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest free number: this one
    if sys.stdin is None:
        sys.stdin = open(_STDIN, encoding="utf-8", closefd=False)  # noqa: SIM115  # for the process's life
    sys.stdout = _text(_Output(_STDOUT, "wb", closefd=False), sys.stdout)
    sys.stderr = _text(_Messages(_STDERR, "wb", closefd=False), sys.stderr)


def _spelt_out(error: UnicodeError) -> tuple[str, int]:
    """Return the characters that an encoding lacks as a terminal shows them, and where they end."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end].replace(ELLIPSIS, "~")
    return lacking.encode("ascii", "backslashreplace").decode(), error.end


codecs.register_error("recorder-terminal", _spelt_out)


def _text(raw: FileIO, before: TextIO | None) -> TextIOWrapper:
    """Return a text stream over a descriptor, in the encoding of the one before."""
    return TextIOWrapper(
        BufferedWriter(raw),
        encoding=before.encoding if before is not None else "utf-8",
        errors="recorder-terminal" if raw.isatty() else "backslashreplace",
        line_buffering=raw.isatty() or isinstance(raw, _Messages),
    )


def can_draw(stream: TextIO) -> bool:
    """Return whether a stream is a terminal that moves its cursor; the one of a notebook's cell keeps what is erased."""
    is_notebook = "JPY_PARENT_PID" in os.environ  # ipykernel sets it for `!recorder ...`
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not is_notebook


def terminal_width() -> int:
    """Return the columns of the terminal: COLUMNS where it is set, 80 where there is no terminal."""
    return shutil.get_terminal_size((80, 24)).columns


def notify(message: str) -> None:
    """Print a message on stderr in one line; break it between words on a terminal."""
    line = f"recorder: {visible(hide_secrets(message))}"
    lines = [line]
    if sys.stderr.isatty():
        lines = textwrap.wrap(
            line, terminal_width(), break_long_words=False, break_on_hyphens=False
        )
    with drawn_line.erased():
        for part in lines:
            click.echo(part, err=True)


@contextmanager
def without_echo(out: TextIO) -> Iterator[None]:
    """Keep a terminal from showing what is typed while the block runs: it would move what is drawn there.

    A process in the background leaves the terminal as it is.
    """
    try:
        descriptor = out.fileno()
        is_ours = os.tcgetpgrp(descriptor) == os.getpgrp()
        before = termios.tcgetattr(descriptor)
    except (OSError, termios.error):  # no terminal, or not ours
        is_ours = False
    if not is_ours:
        yield
        return
    quiet = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    termios.tcsetattr(descriptor, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def output_was_lost() -> bool:
    """Return whether stdout dropped any data so far."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return isinstance(raw, _Output) and raw.lost
