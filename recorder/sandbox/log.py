"""The sandbox's log of requests: what was asked, and what was given, to the byte.

Invariant: an entry is there before the last byte of its answer has left; keys are never in it.
Must not hold a lock while it writes to a socket.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TextIO

from recorder.errors import UsageError
from recorder.instants import iso
from recorder.sandbox.desk import Delivery
from recorder.sandbox.faults import Manner


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLog:
    """One request and its answer.

    Attributes:
        number: from 1, in the order of arrival.
        at: when it was read, microseconds since 1970 UTC; the instant its document speaks of.
        user: whose key it bore, None for an unknown one.
        method: GET and the like.
        run_id: the run it was about, None where its path names none.
        status: the status code, None where no answer was given.
        fault: the kind of fault that befell it, or None.
        body: the bytes of the body that were sent.
        whole: whether all of the body was handed to the network.
    """

    number: int
    at: int
    user: str | None
    method: str
    run_id: str | None
    status: int | None
    fault: str | None
    body: bytes
    whole: bool

    @property
    def sha256(self) -> str:
        """Of the bytes that were sent, in hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()

    def line(self) -> str:
        """The entry as a line of JSON; digest and length stand for the body."""
        entry = {
            "at": iso(self.at),
            "number": self.number,
            "user": self.user,
            "method": self.method,
            "run_id": self.run_id,
            "status": self.status,
            "fault": self.fault,
            "sha256": self.sha256,
            "length": len(self.body),
            "whole": self.whole,
        }
        return json.dumps(entry, ensure_ascii=False)


def entry_of(delivery: Delivery, sent: bytes) -> RequestLog:
    """The entry of an answer.

    Args:
        delivery: the answer.
        sent: the part of the body that is sent.
    """
    silent = delivery.manner in (Manner.HOLD, Manner.RESET)
    return RequestLog(
        number=delivery.number,
        at=delivery.at,
        user=delivery.user,
        method=delivery.method,
        run_id=delivery.run_id,
        status=None if silent else delivery.reply.status,
        fault=delivery.fault,
        body=sent,
        whole=delivery.manner == Manner.SEND,
    )


class Journal:
    """The log: in memory where asked, and in a file where one is given.

    Args:
        path: the file, NDJSON, appended to and flushed per line; None for none.
        keep: whether the entries stay in memory.

    Raises:
        UsageError: the file cannot be written.
    """

    def __init__(self, path: Path | None = None, *, keep: bool = True) -> None:
        self._keep, self._lock = keep, Lock()
        self._entries: dict[int, RequestLog] = {}
        self._file: TextIO | None = None
        if path is not None:
            try:
                self._file = path.open("a", encoding="utf-8", errors="backslashreplace")
            except OSError as error:
                raise UsageError(f"cannot write the log {path}: {error.strerror}") from error

    @property
    def entries(self) -> list[RequestLog]:
        """A copy, in the order of arrival."""
        with self._lock:
            return [entry for _, entry in sorted(self._entries.items())]

    def begin(self, entry: RequestLog) -> None:
        """Notes an answer that is about to be sent."""
        if self._keep:
            with self._lock:
                self._entries[entry.number] = entry

    def end(self, entry: RequestLog, *, sent: bool) -> None:
        """Notes what became of it: whether the network took all of it."""
        final = entry if sent else replace(entry, whole=False)
        self.begin(final)
        with self._lock:
            if self._file is not None:
                self._file.write(final.line() + "\n")
                self._file.flush()

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
