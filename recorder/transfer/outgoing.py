"""Export a store's history as lines that `import` reads back, into files that are never half written."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from tempfile import mkstemp
from typing import Final

from recorder.errors import RecorderError
from recorder.store.engine import Database
from recorder.store.migrate import require_current
from recorder.store.read.answers import answers_by_run
from recorder.store.read.source_rows import require_source
from recorder.transfer.lines import answer_line, tracked_line

_PARTIAL: Final = ".partial"


def answer_lines(
    database: Database, *, source: str | None = None, as_of: int | None = None
) -> Iterator[str]:
    """Yield a line for each run, followed by one for each of its polls, all of one state of the store.

    Args:
        database: a store of the current schema.
        source: the source to export; None: all.
        as_of: the instant whose knowledge is exported, microseconds since 1970 UTC; None: the present.

    Raises:
        UsageError: the store has no such source.
    """
    require_current(database)
    with database.reading() as connection:
        require_source(connection, source)
        for run, answers in answers_by_run(connection, source_name=source, as_of=as_of):
            yield tracked_line(run)
            for answer in answers:
                yield answer_line(run, answer)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a partial file in the path's folder; it takes the path's name when the block ends without an error.

    Only its owner can read the file, whatever the umask. A pipe or a device is written to as it is. Partial files of
    killed exports are removed.

    Raises:
        RecorderError: the path cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            yield path
            return
        _remove_leftovers(path)
        with _locked_partial(path) as partial:
            yield partial
            partial.replace(path)
    except OSError as error:
        raise RecorderError(f"{path}: {error.strerror}: choose another path with --out") from error


@contextmanager
def _locked_partial(path: Path) -> Iterator[Path]:
    """Yield a new file that only its owner can read, locked while it is written."""
    descriptor, partial = _make_partial(path)
    try:
        yield partial
    finally:
        partial.unlink(missing_ok=True)
        os.close(descriptor)


def _make_partial(path: Path) -> tuple[int, Path]:
    while True:
        descriptor, name = mkstemp(prefix=f".{path.name}.", suffix=_PARTIAL, dir=path.parent)
        os.fchmod(descriptor, 0o600)  # it holds customers' data
        flock(descriptor, LOCK_EX)
        if Path(name).exists():  # an export that began before the lock may have removed it
            return descriptor, Path(name)
        os.close(descriptor)


def _remove_leftovers(path: Path) -> None:
    """Remove the partial files that no process has locked: those of killed exports."""
    of_path = re.compile(rf"\.{re.escape(path.name)}\.\w{{8}}{re.escape(_PARTIAL)}")
    for partial in filter(lambda one: of_path.fullmatch(one.name), path.parent.iterdir()):
        with suppress(OSError), partial.open("rb") as file:
            flock(file, LOCK_EX | LOCK_NB)
            partial.unlink()
