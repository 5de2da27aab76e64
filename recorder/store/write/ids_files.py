"""How far each file of run ids has been read, so that no pass reads, or reports, a line twice.

Invariant: a position is kept in the transaction that registers the ids before it. A file is known by the host that it
is on, its path, and the source that its ids go into.
"""

import hashlib
import socket
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.exc import IntegrityError

from recorder.store.schema import ids_file


class Position(Struct, frozen=True, kw_only=True):
    """The position up to which a file has been read.

    Attributes:
        length: bytes of it that were read.
        digest: SHA-256 of those bytes: a file that begins otherwise was written again.
    """

    length: int
    digest: bytes


START = Position(length=0, digest=hashlib.sha256().digest())


def position_in(content: bytes, length: int) -> Position:
    """Return the position after so many bytes of a file."""
    return Position(length=length, digest=hashlib.sha256(content[:length]).digest())


def file_id_of(path: Path, source_name: str) -> bytes:
    """Return what a file is known by in a store, 32 bytes."""
    parts = (socket.gethostname(), str(path.absolute()), source_name)
    return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).digest()


def lock_position(connection: sa.Connection, file_id: bytes) -> Position:
    """Return how far a file has been read; no other transaction reads it until this one ends."""
    statement = sa.select(ids_file.c.length, ids_file.c.digest).where(ids_file.c.file_id == file_id)
    stored = connection.execute(statement.with_for_update()).one_or_none()
    if stored is None:
        # Where another process adds it at the same moment, the second one waits here, and reads on from there.
        with suppress(IntegrityError), connection.begin_nested():
            row = {"file_id": file_id, "length": START.length, "digest": START.digest}
            connection.execute(sa.insert(ids_file), row)
        stored = connection.execute(statement.with_for_update()).one()
    return Position(length=stored.length, digest=stored.digest)


def save_position(connection: sa.Connection, file_id: bytes, position: Position) -> None:
    """Remember how far a file has been read."""
    connection.execute(
        sa.update(ids_file)
        .where(ids_file.c.file_id == file_id)
        .values(length=position.length, digest=position.digest)
    )
