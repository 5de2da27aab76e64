"""Answers that the store could not take when their process ended, in a file that `import` reads.

Invariant: what the file holds is on the disk when its name is reported; only its owner can read it. It is no second
store: nothing reads it by itself.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import mkstemp

import platformdirs

from recorder.history.export_record import StoredAnswer, TrackedRun
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.body import RejectedBody
from recorder.settings import APPLICATION, Settings
from recorder.transfer.lines import answer_line


def keep_answers(
    answers: Sequence[Answer], settings: Settings, notify: Callable[[str], None]
) -> None:
    """Write answers to a new file of the user's state folder; report how to import them, or that they are lost."""
    if not answers:
        return
    folder = platformdirs.user_state_path(APPLICATION, appauthor=False)
    try:
        path = _write(folder, (_line(one, settings) for one in answers))
    except OSError as error:
        notify(f"nor could they be kept in {folder}: {error.strerror}; they are lost")
    else:
        notify(f"they are kept: once the store is back, 'recorder import {path}'")


def _write(folder: Path, lines: Iterable[str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = mkstemp(prefix="unrecorded-", suffix=".ndjson", dir=folder)
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123  # a descriptor
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(descriptor)
    of_folder = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(of_folder)
    finally:
        os.close(of_folder)
    return Path(name)


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
