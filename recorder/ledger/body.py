"""A served body: the run that it describes, or the reason why it is malformed.

Invariant: `read_body` is total: any bytes give a `Body` or a `Malformed`. Of a run it reads the id alone.
"""

import hashlib

from msgspec import Struct

from recorder.ledger.jsontext import Json, JsonTextError, Number, parse_json, to_text

REJECTED_BYTES = 64 * 1024
"""Bytes that are stored of a body that is no ledger row."""

_QUOTED = 60
_KINDS = {
    dict: "an object",
    list: "an array",
    str: "a string",
    Number: "a number",
    bool: "a boolean",
}


class Body(Struct, frozen=True, kw_only=True):
    """A body that describes the requested run.

    Attributes:
        value: the whole JSON value, as served.
        run: its `run`, the ledger row as served.
    """

    value: dict[str, Json]
    run: dict[str, Json]


class Malformed(Struct, frozen=True, kw_only=True):
    """A body that describes no run, or another one than requested.

    Attributes:
        reason: one line for people.
    """

    reason: str


class RejectedBody(Struct, frozen=True, kw_only=True):
    """The stored part of a body that is no ledger row.

    Attributes:
        beginning: its first `REJECTED_BYTES` bytes.
        length: bytes of the whole body, as far as known.
        sha256: the digest of all that was read, 32 bytes.
    """

    beginning: bytes
    length: int
    sha256: bytes


def read_body(body: bytes, *, run_id: str) -> Body | Malformed:
    """Return the run that a body describes, or the reason why it is malformed.

    Args:
        body: the bytes of a 200, read in full.
        run_id: the id that was requested; a body with another id is malformed.
    """
    try:
        value = parse_json(body)
    except JsonTextError as error:
        return Malformed(reason=str(error))
    if not isinstance(value, dict):
        return Malformed(reason=f"the body is {_kind(value)}, not an object")
    if "run" not in value:
        return Malformed(reason="the body holds no `run`")
    run = value["run"]
    if not isinstance(run, dict):
        return Malformed(reason=f"`run` is {_kind(run)}, not an object")
    served = run.get("id")
    if not may_be_id(served, run_id):
        other = quoted(id_text(served) or to_text(served))
        return Malformed(reason=f"speaks of run {other}, not {quoted(run_id)}")
    return Body(value=value, run=run)


def may_be_id(served: Json, run_id: str) -> bool:
    """Return whether the `id` of a served run does not contradict the requested one; null and absent do not."""
    return served is None or id_text(served) == run_id


def rejected_body(body: bytes, *, length: int = 0, sha256: bytes | None = None) -> RejectedBody:
    """Return the part of a body that is stored.

    Args:
        body: the bytes that were read.
        length: bytes that the body is known to have, where those are more.
        sha256: its digest, where `body` is only the part that another store has.
    """
    return RejectedBody(
        beginning=body[:REJECTED_BYTES],
        length=max(len(body), length),
        sha256=sha256 or hashlib.sha256(body).digest(),
    )


def one_line(text: str, *, at_most: int = 200) -> str:
    """Return served text for a message: unprintable characters escaped, cut to `at_most` characters."""
    shown = "".join(map(_printable, text[: at_most + 1]))
    return shown if len(shown) <= at_most else shown[: at_most - 1] + "…"


def _printable(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode("ascii")


def id_text(served: Json) -> str | None:
    """Return a served id as text: a string, or a number as it was written."""
    if isinstance(served, Number):
        return served.literal
    return served if isinstance(served, str) else None


def quoted(text: str) -> str:
    """Return an id or a label in quotes, for a message."""
    return f"'{one_line(text, at_most=_QUOTED)}'"


def _kind(value: Json) -> str:
    return _KINDS.get(type(value), "null")
