"""A served body: the run it speaks of, or why it speaks of none; and what is kept of a malformed one.

Invariant: `read_body` is total: any bytes come out as a `Body` or as a `Malformed`.
Must not read more of a run than its id, nor import anything that does I/O.
"""

import hashlib
from dataclasses import dataclass

from recorder.ledger.jsontext import Json, JsonTextError, Number, parse_json, to_text

MALFORMED_KEPT = 64 * 1024
"""So many bytes of a body that is no ledger row are kept."""

_ID_SHOWN = 60
_KINDS = {
    dict: "an object",
    list: "an array",
    str: "a string",
    Number: "a number",
    bool: "a boolean",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body that speaks of a run.

    Attributes:
        value: the whole JSON value, as served.
        run: its `run`, the ledger row.
    """

    value: dict[str, Json]
    run: dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed:
    """A body that speaks of no run, or of another one than asked.

    Attributes:
        reason: one line for people.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedBody:
    """What is kept of a body that is no ledger row.

    Attributes:
        beginning: its first `MALFORMED_KEPT` bytes.
        length: its length, bytes, as far as known.
        sha256: the digest of what was read of it, 32 bytes.
    """

    beginning: bytes
    length: int
    sha256: bytes


def read_body(body: bytes, *, run_id: str) -> Body | Malformed:
    """The run that a body speaks of.

    Args:
        body: the bytes of a 200, read in full.
        run_id: the id that was asked; a run that gives another id is not it. A number is an id as it is
            written; an absent or null id is no contradiction.
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
    if not speaks_of(served, run_id):
        told = _shown(_id_text(served) or to_text(served))
        return Malformed(reason=f"speaks of run {told}, not {_shown(run_id)}")
    return Body(value=value, run=run)


def speaks_of(served: Json, run_id: str) -> bool:
    """Return whether the `id` of a served run is no contradiction to the one that was asked."""
    return served is None or _id_text(served) == run_id


def kept(body: bytes, *, length: int = 0, sha256: bytes | None = None) -> RejectedBody:
    """What is kept of a body.

    Args:
        body: the bytes that were read.
        length: bytes that the body is known to have, where more than were kept of it.
        sha256: its digest, where `body` is only what another store kept of it.
    """
    return RejectedBody(
        beginning=body[:MALFORMED_KEPT],
        length=max(len(body), length),
        sha256=sha256 or hashlib.sha256(body).digest(),
    )


def one_line(text: str, *, at_most: int = 200) -> str:
    """Served text for a message: what is not printable escaped, cut to so many characters."""
    shown = "".join(map(_printable, text[: at_most + 1]))
    return shown if len(shown) <= at_most else shown[: at_most - 1] + "…"


def _printable(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode("ascii")


def _id_text(served: Json) -> str | None:
    """A served id as text: a string, or a number as it was written."""
    if isinstance(served, Number):
        return served.literal
    return served if isinstance(served, str) else None


def _shown(run_id: str) -> str:
    return f"'{one_line(run_id, at_most=_ID_SHOWN)}'"


def _kind(value: Json) -> str:
    return _KINDS.get(type(value), "null")
