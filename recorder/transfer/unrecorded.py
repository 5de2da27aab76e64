"""Answers that the store could not take when their process ended, in a file that `import` reads.

Invariant: what the file holds is on the disk when its name is reported; only its owner can read it. A disk that
fills up meanwhile leaves whole lines. It is no second store: nothing reads it by itself.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import mkstemp
from typing import Final

import platformdirs

from recorder.history.export_record import StoredAnswer, TrackedRun
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.body import RejectedBody
from recorder.settings import APPLICATION, Settings
from recorder.transfer.lines import answer_line

_PREFIX: Final = "unrecorded-"
_SUFFIX: Final = ".ndjson"


def keep_answers(
    answers: Sequence[Answer], settings: Settings, notify: Callable[[str], None]
) -> None:
    """Write answers to a new file of the user's state folder; report how to import them, or that they are lost."""
    if not answers:
        return
    try:
        path, n, error = _write(_line(one, settings) for one in answers)
    except OSError as why:
        notify(f"nor could they be kept in {_folder()}: {why.strerror}; they are lost")
        return
    kept = "they are" if error is None else f"only {n} of them (then: {error.strerror}) are"
    notify(f"{kept} kept: once the store is back, 'recorder import {path}'")


def left_over() -> list[Path]:
    """Return the files of answers that nobody has imported and removed."""
    return sorted(_folder().glob(f"{_PREFIX}*{_SUFFIX}"))


def _folder() -> Path:
    return platformdirs.user_state_path(APPLICATION, appauthor=False)


def _write(lines: Iterable[str]) -> tuple[Path, int, OSError | None]:
    """Write lines to a new file; return it, how many it holds, and why it holds no more.

    Raises:
        OSError: it would hold none.
    """
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=folder)
    try:
        n, error = _write_whole(descriptor, lines)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if error is not None and not n:
        Path(name).unlink()
        raise error
    # The file's name has to be on the disk too.
    of_folder = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(of_folder)
    finally:
        os.close(of_folder)
    return Path(name), n, error


def _write_whole(descriptor: int, lines: Iterable[str]) -> tuple[int, OSError | None]:
    """Write whole lines, as many as the disk takes; return how many, and what ended that."""
    end = n = 0
    for line in lines:
        data = f"{line}\n".encode()
        try:
            written = 0
            # On a disk that fills up less may be written than was asked, without an error.
            while written < len(data):
                written += os.write(descriptor, data[written:])
        except OSError as error:
            os.ftruncate(descriptor, end)
            return n, error
        end, n = end + len(data), n + 1
    return n, None


def _line(answer: Answer, settings: Settings) -> str:
    run = TrackedRun(
        source=answer.source,
        base_url=settings.source_settings(answer.source).base_url,
        run_id=answer.run_id,
        tracked_at=answer.observed_at,
    )
    # A 200 is interpreted by the import, as it would have been here: its bytes are kept as they came.
    body = RejectedBody(
        beginning=answer.body,
        length=answer.body_length,
        sha256=answer.body_sha256 or hashlib.sha256(answer.body).digest(),
    )
    stored = StoredAnswer(
        polled_at=answer.observed_at,
        outcome=answer.outcome or Outcome.UNCHANGED,
        http_status=answer.http_status,
        latency_ms=answer.latency_ms,
        detail=answer.detail,
        body=None,
        rejected_body=body if answer.body else None,
    )
    return answer_line(run, stored)
