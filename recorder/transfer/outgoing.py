"""A store's history as lines that `import` takes whole, and files that are never half written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recorder.errors import RecorderError
from recorder.store.answers import stored_answers, tracked_runs
from recorder.store.engine import Database
from recorder.store.migrate import require_current
from recorder.transfer.lines import answer_line, tracked_line


def answer_lines(
    database: Database, *, source: str | None = None, as_of: int | None = None
) -> Iterator[str]:
    """A line for each run, followed by one for each of its polls; one state of the store, whatever is polled meanwhile.

    Args:
        database: a store of the current schema.
        source: only this one's.
        as_of: only what was known at this instant, microseconds since 1970 UTC.
    """
    require_current(database)
    with database.reading() as connection:
        for ref, run in tracked_runs(connection, source_name=source, as_of=as_of):
            yield tracked_line(run)
            for answer in stored_answers(connection, ref, as_of=as_of):
                yield answer_line(run, answer)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place to write to, beside the path; it takes the path's name when the block ends without an error.

    What is no regular file (a pipe, a device) is written to as it is.

    Raises:
        RecorderError: nothing can be written there.
    """
    try:
        if path.exists() and not path.is_file():
            yield path
            return
        partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        try:
            yield partial
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise RecorderError(f"{path}: {error.strerror}: choose another place with --out") from error
