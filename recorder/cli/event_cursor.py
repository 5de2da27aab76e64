"""The file that holds the number of the last event that was printed.

Invariant: it is replaced whole, after the line is flushed: a kill at any instant prints a line again, and loses none.
"""

from pathlib import Path

from recorder.errors import UsageError


class Cursor:
    """A file of `events --cursor`.

    Args:
        path: the file; a missing one is made, and begins before the first event.
        newest: the number of the store's last event.

    Raises:
        UsageError: it cannot be read or written, holds something else, or belongs to another store.
    """

    def __init__(self, path: Path, *, newest: int) -> None:
        self._path = path
        self.event_id = self._load()
        if self.event_id > newest:
            raise self._wrong(
                f"is at event {self.event_id}, the store has {newest}: it belongs to another store"
            )
        # Whether the file can be written shows before any event is printed.
        self.save(self.event_id)

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
            partial.write_text(f"{event_id}\n", "ascii")
            partial.replace(self._path)
        except OSError as error:
            raise self._unusable(error) from error

    def _wrong(self, what: str) -> UsageError:
        return UsageError(f"--cursor {self._path} {what}: remove it to begin with the first event")

    def _unusable(self, error: OSError) -> UsageError:
        return UsageError(
            f"--cursor {self._path}: {error.strerror}: name a file in a folder that you can write to"
        )
