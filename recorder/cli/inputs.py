"""Input lines from a file or stdin, as bytes: no locale changes them."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from recorder.errors import UsageError


@contextmanager
def input_lines(file: str) -> Iterator[Iterable[bytes]]:
    """Open the lines of a file, or of stdin where it is called `-`.

    Raises:
        UsageError: it cannot be opened, or a line cannot be read.
    """
    if file == "-":
        yield _readable(sys.stdin.buffer, "stdin")
        return
    try:
        lines = Path(file).open("rb")  # noqa: SIM115  # only what opening raises is an error here
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error
    with lines:
        yield _readable(lines, file)


def _readable(lines: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield the lines; an error while a line is read becomes a UsageError, one of the reader's own stays as it is."""
    while True:
        try:
            line = lines.readline()
        except OSError as error:
            raise UsageError(f"{name}: {error.strerror}") from error
        if not line:
            return
        yield line
