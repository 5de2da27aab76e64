"""Lines that people hand in: bytes, so that no locale changes what they say."""

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
        UsageError: it cannot be read, from the beginning or midway; or stdin is closed.
    """
    name = "stdin" if file == "-" else file
    try:
        lines = _stdin() if file == "-" else Path(file).open("rb")  # noqa: SIM115  # closed below
    except (OSError, ValueError) as error:
        raise UsageError(f"{name}: {getattr(error, 'strerror', error)}") from error
    try:
        yield _readable(lines, name)
    finally:
        if file != "-":
            lines.close()


def _stdin() -> BinaryIO:
    if sys.stdin is None:
        raise ValueError("it is closed: nothing can be read from it")
    return sys.stdin.buffer


def _readable(lines: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield the lines; only what reading raises is an error of the input."""
    while True:
        try:
            line = lines.readline()
        except OSError as error:
            raise UsageError(f"{name}: {error.strerror}") from error
        if not line:
            return
        yield line
