"""The sandbox's log of requests and their answers, to the byte.

Invariant: an entry is logged before the last byte of its answer is sent; it never holds a key.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TextIO

from recorder.sandbox.fake_api import Arrival, PlannedResponse
from recorder.sandbox.faults import Delivery
from recorder.sandbox.sandbox_error import SandboxError
from recorder.sandbox.timestamps import iso

_LOGGED = ("number", "user", "method", "endpoint", "run_id", "status", "fault")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLog(Arrival):
    """One request and its answer.

    Attributes:
        status: the status code, None where nothing was sent.
        fault: the kind of its fault, or None.
        body: the bytes of the body that were sent.
        whole: whether all of the body was handed to the network.
    """

    status: int | None
    fault: str | None
    body: bytes
    whole: bool

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes that were sent, in hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()

    def line(self) -> str:
        """Format the entry as a line of JSON; digest and length stand for the body."""
        entry = {
            "at": iso(self.at),
            **{name: getattr(self, name) for name in _LOGGED},
            "sha256": self.sha256,
            "length": len(self.body),
            "whole": self.whole,
        }
        return json.dumps(entry, ensure_ascii=False)


def entry_of(planned: PlannedResponse, sent: bytes) -> RequestLog:
    """Build the log entry of an answer of which this part of the body is sent."""
    answer = planned.answer
    silent = answer.delivery in (Delivery.HOLD, Delivery.RESET)
    return RequestLog(
        **asdict(planned.arrival),
        status=None if silent else answer.reply.status,
        fault=answer.fault,
        body=sent,
        whole=answer.delivery == Delivery.SEND,
    )


class Journal:
    """The log, in memory, in a file, or in both.

    Args:
        path: the file, NDJSON, appended to and flushed per line; None for none.
        keep: whether the entries stay in memory.

    Raises:
        SandboxError: the file cannot be written.
    """

    def __init__(self, path: Path | None = None, *, keep: bool = True) -> None:
        self._keep, self._lock = keep, Lock()
        self._entries: dict[int, RequestLog] = {}
        self._file: TextIO | None = None
        if path is not None:
            try:
                self._file = path.open("a", encoding="utf-8", errors="backslashreplace")
            except OSError as error:
                raise SandboxError(f"cannot write the log {path}: {error.strerror}") from error

    @property
    def entries(self) -> list[RequestLog]:
        """A copy of the entries, in the order of arrival."""
        with self._lock:
            return [entry for _, entry in sorted(self._entries.items())]

    def begin(self, entry: RequestLog) -> None:
        """Log an answer that is about to be sent."""
        if self._keep:
            with self._lock:
                self._entries[entry.number] = entry

    def end(self, entry: RequestLog, *, sent: bool) -> None:
        """Log whether the network took all of an answer."""
        final = entry if sent else replace(entry, whole=False)
        self.begin(final)
        with self._lock:
            if self._file is not None:
                self._file.write(final.line() + "\n")
                self._file.flush()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
