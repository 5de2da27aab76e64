"""A file to which other programs append run ids: each id is taken in once.

Invariant: a line is taken when it is whole (ends with a newline), or when nobody has written to the file for a
second; a time of writing that lies further than that ahead of our clock is not waited for. A line counts as taken, and
is reported if it is none, only when the store has taken the ids; then no later pass reads it again, unless the file is
written anew. The file is never written, and its trouble stops nothing else.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from recorder.errors import UsageError
from recorder.instants import SECOND
from recorder.ledger.ids import run_ids_of_lines
from recorder.ledger.refusals import Refusals
from recorder.store.engine import Database
from recorder.store.write.ids_files import (
    START,
    file_id_of,
    lock_position,
    position_in,
    save_position,
)
from recorder.store.write.registry import ensure_source, track

_SETTLED_US = SECOND


class Inbox:
    """The ids of a growing file; those that the store does not know are registered.

    Args:
        path: the file; it may come later.
        database: a store of the current schema.
        source: the source that the ids go into.
        base_url: of that source.
        notify: takes one line for people.
        clock: microseconds since 1970 UTC.

    Attributes:
        trouble: why no ids can be taken from the file; None where they can, or it is not there.
    """

    def __init__(
        self,
        path: Path,
        database: Database,
        *,
        source: str,
        base_url: str,
        notify: Callable[[str], None],
        clock: Callable[[], int],
    ) -> None:
        self._path = path
        self._database = database
        self._source = source
        self._base_url = base_url
        self._notify = notify
        self._clock = clock
        self._file_id = file_id_of(path, source)
        self._read_whole: tuple[int, int, int] | None = None
        self.trouble: str | None = None

    def take_in(self) -> None:
        """Register the ids that came since the last time, in this process or another one.

        Raises:
            StoreError: the store cannot take them; the same lines are read again the next time.
        """
        before, self.trouble = self.trouble, None
        try:
            self._read()
        except FileNotFoundError:
            return
        except OSError as error:
            self.trouble = f"--track-from {self._path}: {error.strerror}"
        except UsageError as error:
            self.trouble = f"--track-from {self._path}: {error}"
        if self.trouble not in (None, before):
            self._notify(self.trouble)

    def _read(self) -> None:
        with open(self._path, "rb", opener=_open) as file:  # Path.open has no opener
            held = os.fstat(file.fileno())
            written = (held.st_ino, held.st_size, held.st_mtime_ns)
            if written == self._read_whole:
                return
            content = file.read()
        growing = abs(self._clock() - held.st_mtime_ns // 1000) < _SETTLED_US
        end = content.rfind(b"\n") + 1 if growing else len(content)
        self._take(content, end)
        self._read_whole = written if end == len(content) else None

    def _take(self, content: bytes, end: int) -> None:
        reports: list[str] = []
        refusals = Refusals(reports.append, name=str(self._path))
        with self._database.writing() as connection:
            position = lock_position(connection, self._file_id)
            if position != position_in(content, position.length):
                position = START
            lines = content[position.length : end].split(b"\n")
            first = content.count(b"\n", 0, position.length) + 1
            ids = list(run_ids_of_lines(lines, refusals, first=first))
            if ids:
                now = self._clock()
                ensure_source(connection, self._source, base_url=self._base_url, now=now)
                track(connection, self._source, ids, now=now, resumes=False)
            if end > position.length:
                save_position(connection, self._file_id, position_in(content, end))
        refusals.finish()
        for report in reports:
            self._notify(report)


def _open(path: str, flags: int) -> int:
    """Open a regular file; a pipe that nobody writes to would be waited for without end."""
    descriptor = os.open(path, flags | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file: hand its lines to 'recorder track -'")
    return descriptor
