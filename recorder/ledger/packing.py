"""Pack an answer: leave out the values that have columns, and store repeated parts once by content.

A packed answer is a JSON text (its *template*) in which
    {"$column": "leads_total"}      stands for the value of that column of the snapshot's row,
    {"$column": "updated_at.3"}     for that instant, written with three digits of a second and Z,
    {"$part": "n4bQgYhMfWWaL-qg"}   for the value that is stored under that digest,
    {"$served": {...}}              for a served object that would itself read as one of these.

Invariant: unpacking gives the value back, number literals and key order included; a column stands in only where
it gives the served value back to the letter.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import NamedTuple

from recorder.instants import iso
from recorder.ledger.jsontext import Json, Number, digest_text, end_of_value, quote, to_text
from recorder.ledger.row import Field, FieldKind

PART_FROM = 80  # characters; below, the reference and the part's own row cost more than they save
_MARKS = frozenset({"$column", "$part", "$served"})
_DIGEST_BYTES = 12  # sixteen letters; every byte stands in each reference to the part, in its row and in an index
_REFERENCE = re.compile(r'{"\$part":"([\w-]{16})"}')
# No string holds {" as it is.
_MARK = re.compile(r'{"\$(?:(column|part)":"([^"]*)"}|served":(?={))')
_USUAL_DIGITS = 3  # milliseconds, as JavaScript writes them

Columns = Mapping[str, str | int | None]


class Part(NamedTuple):
    """A JSON text that is stored once, by its digest."""

    digest: bytes
    text: str

    @property
    def reference(self) -> str:
        """The mark that stands for the part in a template."""
        return f'{{"$part":"{urlsafe_b64encode(self.digest).decode()}"}}'


def references(template: str) -> list[bytes]:
    """Return the digests of the parts that a template refers to, served text of that form included."""
    return list(map(urlsafe_b64decode, _REFERENCE.findall(template)))


def part_of(text: str) -> Part:
    """Return the part that holds a text."""
    return Part(digest_text(text)[:_DIGEST_BYTES], text)


def packed_value(value: Json, text: str) -> str:
    """Return the template of a value whose JSON text is given."""
    return _escaped(value) if '"$' in text else text


def _escaped(value: Json) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(_escaped, value))}]"
    if isinstance(value, dict):
        return packed_object([f"{quote(k)}:{_escaped(v)}" for k, v in value.items()], value)
    return to_text(value)


def packed_object(members: list[str], keys: Mapping[str, object]) -> str:
    """Return the template of an object of packed members, wrapped in `$served` where it would read as a mark."""
    text = f"{{{','.join(members)}}}"
    return f'{{"$served":{text}}}' if len(members) == 1 and _MARKS & keys.keys() else text


def column_mark(column: Field, stored: str | int | None, served: Json) -> str | None:
    """Return the mark by which a column gives the served value back; None where it cannot."""
    if column.kind is FieldKind.INSTANT:
        digits = _digits(served)
        exact = digits is not None and _written(stored, digits) == served
        return f'{{"$column":"{column.name}.{digits}"}}' if exact else None
    value = Number(str(stored)) if isinstance(stored, int) else stored
    return f'{{"$column":"{column.name}"}}' if served == value else None


def _digits(served: Json) -> int | None:
    if served is None:
        # A null is given back with any number of digits: with the usual one it shares the template of an instant.
        return _USUAL_DIGITS
    if not isinstance(served, str):
        return None
    return len(served) - len("2026-11-20T09:15:00.Z") if "." in served else 0


def _written(stored: str | int | None, digits: int) -> str | None:
    """Return an instant with so many digits of a second; None for other values."""
    if not isinstance(stored, int) or not 0 <= digits <= 6:  # noqa: PLR2004  # microseconds
        return None
    text = iso(stored)
    return f"{text[: 20 + digits] if digits else text[:19]}Z"


def unpack(text: str, columns: Columns, load: Callable[[bytes], str]) -> str:
    """Return the JSON text of the answer that a template stands for, without reading it as JSON.

    Args:
        text: a template, or a part of one.
        columns: the snapshot's columns by name.
        load: returns the JSON text of a part by its digest.
    """
    if '"$' not in text:
        return text
    pieces, at = [], 0
    for mark in _MARK.finditer(text):
        start, end = mark.span()
        if start < at:  # within a served object
            continue
        pieces.append(text[at:start])
        kind, name = mark.groups()
        if kind == "column":
            pieces.append(_column_text(name, columns))
        elif kind == "part":
            pieces.append(unpack(load(urlsafe_b64decode(name)), columns, load))
        else:
            over = end_of_value(text, end)
            if text[over : over + 1] == "}":
                pieces.append(f"{{{unpack(text[end + 1 : over - 1], columns, load)}}}")
                end = over + 1
            else:  # a served object of several members
                pieces.append(mark[0])
        at = end
    pieces.append(text[at:])
    return "".join(pieces)


def _column_text(reference: str, columns: Columns) -> str:
    name, _, digits = reference.partition(".")
    stored = columns[name]
    if digits:
        stored = _written(stored, int(digits))
    return str(stored) if isinstance(stored, int) else to_text(stored)
