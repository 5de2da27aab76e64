"""Export a store's history as lines that `import` reads back, into files that are never half written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recorder.errors import RecorderError
from recorder.store.engine import Database
from recorder.store.files import locked_partial
from recorder.store.read.answers import answers_by_run
from recorder.store.read.source_rows import require_source
from recorder.store.revision import require_current
from recorder.transfer.lines import answer_line, tracked_line


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
        with locked_partial(path) as partial:
            yield partial
            partial.replace(path)
    except OSError as error:
        raise RecorderError(f"{path}: {error.strerror}: choose another path with --out") from error
