"""A file to which other programs append run ids: each id is taken in once.

Invariant: a line is taken when it is whole (ends with a newline), or when nobody has written to the file for a
second; what cannot be read is told once and left out; the file is never written.
"""

import time
from collections.abc import Callable
from pathlib import Path

from recorder.errors import UsageError
from recorder.ledger.ids import RunIdError, run_id_of_line

_SETTLED_S = 1.0


class Inbox:
    """The ids of a growing file.

    Args:
        path: the file; it may come later.
        tell: takes one line for people.
    """

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        self._path = path
        self._tell = tell
        self._offset = 0
        self._line = 0

    def new_ids(self) -> list[str]:
        """The ids that came since the last call.

        Raises:
            UsageError: the file cannot be read.
        """
        try:
            stat = self._path.stat()
            if stat.st_size < self._offset:
                self._offset = self._line = 0
            if stat.st_size == self._offset:
                return []
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UsageError(f"--track-from {self._path}: {error.strerror}") from error
        if time.time() - stat.st_mtime < _SETTLED_S:
            data = data[: data.rfind(b"\n") + 1]
        self._offset += len(data)
        return list(filter(None, map(self._id, data.splitlines())))

    def _id(self, line: bytes) -> str | None:
        self._line += 1
        try:
            return run_id_of_line(line.decode("utf-8-sig"))
        except (RunIdError, UnicodeDecodeError) as error:
            self._tell(f"line {self._line} of {self._path}: {error}: left out")
            return None
