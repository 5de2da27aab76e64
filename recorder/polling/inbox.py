"""A file to which other programs append run ids: each id is registered once.

Invariant: a line is read once it ends with a newline, or once the file has not changed for a second. Its position is
saved in the transaction that registers the ids, and an invalid line is reported after that; no later pass reads it
again unless the file is rewritten. The file is never written, and a failure to read it stops nothing else.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

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
from recorder.store.write.sources import ensure_source
from recorder.store.write.track import track

_WHOLE_AFTER_US = SECOND


class Inbox(Struct, dict=True):
    """One growing file of run ids.

    Args:
        path: the file; it need not exist yet.
        database: a store of the current schema.
        source: the source that the ids are registered in.
        base_url: of that source.
        notify: takes one line for people.
        clock: microseconds since 1970 UTC.

    Attributes:
        failure: why the file cannot be read; None where it can, or does not exist.
    """

    path: Path
    database: Database
    source: str
    base_url: str
    notify: Callable[[str], None]
    clock: Callable[[], int]
    _read_version: tuple[int, int, int] | None = None
    failure: str | None = None

    def __post_init__(self) -> None:
        self._file_id = file_id_of(self.path, self.source)

    def ingest(self) -> None:
        """Register the ids that were appended since the last time, in this process or another one.

        Raises:
            StoreError: the store takes no writes; the same lines are read again the next time.
        """
        before, self.failure = self.failure, None
        try:
            self._read()
        except FileNotFoundError:
            return
        except OSError as error:
            self.failure = f"--track-from {self.path}: {error.strerror}"
        except UsageError as error:
            self.failure = f"--track-from {self.path}: {error}"
        if self.failure not in (None, before):
            self.notify(self.failure)

    def _read(self) -> None:
        with open(self.path, "rb", opener=_open) as file:  # Path.open has no opener
            status = os.fstat(file.fileno())
            # A file that was written anew may keep one of these, but hardly all three.
            version = (status.st_ino, status.st_size, status.st_mtime_ns)
            if version == self._read_version:
                return
            content = file.read()
        # A time of writing that lies further ahead of our clock is not waited for.
        growing = abs(self.clock() - status.st_mtime_ns // 1000) < _WHOLE_AFTER_US
        end = content.rfind(b"\n") + 1 if growing else len(content)
        self._track(content, end)
        # A last line without a newline is looked at again, although the file does not change.
        self._read_version = version if end == len(content) else None

    def _track(self, content: bytes, end: int) -> None:
        reports: list[str] = []
        refusals = Refusals(reports.append, name=str(self.path))
        with self.database.writing() as connection:
            position = lock_position(connection, self._file_id)
            # What was read is not there any more: the file was written anew, and is read from its beginning.
            if position != position_in(content, position.length):
                position = START
            lines = content[position.length : end].split(b"\n")
            # Messages number lines as an editor does, from the file's beginning.
            first = content.count(b"\n", 0, position.length) + 1
            ids = list(run_ids_of_lines(lines, refusals, first=first))
            if ids:
                now = self.clock()
                ensure_source(connection, self.source, base_url=self.base_url, now=now)
                # A line stays in the file for ever: it must not take back an `untrack` that came after it.
                track(connection, self.source, ids, now=now, resumes=False)
            if end > position.length:
                save_position(connection, self._file_id, position_in(content, end))
        # After the commit: where it fails the lines are read again, and would be reported twice.
        refusals.finish()
        for report in reports:
            self.notify(report)


def _open(path: str, flags: int) -> int:
    """Open a regular file; a pipe that nobody writes to would block for ever."""
    descriptor = os.open(path, flags | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file: hand its lines to 'recorder track -'")
    return descriptor
