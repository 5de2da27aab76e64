"""A file to which other programs append run ids: each id is taken in once.

Invariant: a line is taken when it is whole (ends with a newline), or when nobody has written to the file for a
second; a time of writing that lies further than that ahead of our clock is not waited for. A line counts as taken only
when whoever takes the ids did not fail. What cannot be read is told once and left out; the file is never written.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from recorder.errors import UsageError
from recorder.instants import SECOND
from recorder.ledger.ids import RunIdError, run_id_of_line

_SETTLED_US = SECOND


class Inbox:
    """The ids of a growing file.

    Args:
        path: the file; it may come later.
        tell: takes one line for people.
        clock: microseconds since 1970 UTC.
    """

    def __init__(
        self, path: Path, tell: Callable[[str], None], *, clock: Callable[[], int]
    ) -> None:
        self._path = path
        self._tell = tell
        self._clock = clock
        self._file = 0
        self._offset = 0
        self._line = 0
        self._last = b""

    def take_in(self, take: Callable[[list[str]], object]) -> None:
        """Hand over the ids that came since the last time, if there are any.

        Args:
            take: takes the ids; where it raises they are handed over again the next time.

        Raises:
            UsageError: the file cannot be read.
        """
        lines = self._new_lines()
        found = [self._id(number, line) for number, line in enumerate(lines, self._line + 1)]
        ids = [one for one in found if isinstance(one, str)]
        if ids:
            take(ids)
        for one in found:
            if isinstance(one, RunIdError):
                self._tell(f"{one}: left out")
        self._line += len(lines)
        self._offset += sum(map(len, lines))
        self._last = lines[-1] if lines else self._last

    def _new_lines(self) -> list[bytes]:
        try:
            with self._path.open("rb") as file:
                stat = os.fstat(file.fileno())
                if stat.st_ino != self._file or not self._goes_on(file):
                    self._file, self._offset, self._line, self._last = stat.st_ino, 0, 0, b""
                file.seek(self._offset)
                lines = file.readlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UsageError(f"--track-from {self._path}: {error.strerror}") from error
        growing = abs(self._clock() - stat.st_mtime_ns // 1000) < _SETTLED_US
        return lines[:-1] if growing and lines and not lines[-1].endswith(b"\n") else lines

    def _goes_on(self, file: BinaryIO) -> bool:
        """Whether the last line that was read still stands in its place: else the file was written anew."""
        file.seek(self._offset - len(self._last))
        return file.read(len(self._last)) == self._last

    def _id(self, number: int, line: bytes) -> str | RunIdError | None:
        try:
            return run_id_of_line(line)
        except RunIdError as error:
            return RunIdError(f"line {number} of {self._path}: {error}")
