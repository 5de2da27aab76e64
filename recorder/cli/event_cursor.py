"""The file that holds the number of the last event that was printed.

Invariants: it is replaced whole, after the line is flushed: a kill at any instant prints a line again, and loses none. One
process of a host at a time uses it: the file that is there is locked, and each that replaces it before it does.
"""

import os
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from recorder.errors import UsageError


class Cursor:
    """A file of `events --cursor`.

    Args:
        path: the file; a missing one is made, and begins before the first event.
        newest: the number of the store's last event.

    Raises:
        UsageError: it cannot be read or written, holds something else, belongs to another store, or is in use.
    """

    def __init__(self, path: Path, *, newest: int) -> None:
        self._path = path
        self._locked = self._lock()
        self.event_id = self._load()
        if self.event_id > newest:
            raise self._wrong(
                f"is at event {self.event_id}, the store has {newest}: it belongs to another store"
            )
        # Whether the file can be written shows before any event is printed.
        self.save(self.event_id)

    def close(self) -> None:
        """Let another process use the file."""
        if self._locked is not None:
            os.close(self._locked)
            self._locked = None

    def _lock(self) -> int | None:
        """Lock the file, and return its descriptor; None where there is no file yet."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY)
            is_free = _takes(descriptor)
            # The process that uses it may just have replaced it.
            is_there = os.path.samestat(os.fstat(descriptor), self._path.stat())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error) from error
        if not (is_free and is_there):
            os.close(descriptor)
            raise self._used()
        return descriptor

    def _load(self) -> int:
        try:
            text = self._path.read_text("ascii", "replace").strip()
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise self._unusable(error) from error
        if not text.isdecimal():
            raise self._wrong(f"holds {text[:40]!r}, not the number of an event")
        return int(text)

    def save(self, event_id: int) -> None:
        """Replace the file."""
        partial = self._path.with_name(f"{self._path.name}.partial")
        try:
            descriptor = os.open(partial, os.O_CREAT | os.O_WRONLY, 0o666)
            # Of two that make the file the second finds either its partial file locked, or the file there.
            is_free = _takes(descriptor) and (self._locked is not None or not self._path.exists())
            if is_free:
                os.truncate(descriptor, 0)
                os.write(descriptor, f"{event_id}\n".encode())
                partial.replace(self._path)
        except OSError as error:
            raise self._unusable(error) from error
        if not is_free:
            os.close(descriptor)
            raise self._used()
        self.close()
        self._locked = descriptor

    def _wrong(self, what: str) -> UsageError:
        return UsageError(f"--cursor {self._path} {what}: remove it to begin with the first event")

    def _used(self) -> UsageError:
        return UsageError(f"--cursor {self._path} is used by another process: give each its own")

    def _unusable(self, error: OSError) -> UsageError:
        return UsageError(
            f"--cursor {self._path}: {error.strerror}: name a file in a folder that you can write to"
        )


def _takes(descriptor: int) -> bool:
    """Lock a file until it is closed; return whether no other process has locked it."""
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True
