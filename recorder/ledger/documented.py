"""What an answer holds beyond the API's page: fields and status words that it does not name, values of another type.

Invariant: of a field only its path and its JSON type are kept, never its value. What the page leaves untyped may hold
anything.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import NoneType
from typing import Final, NamedTuple

from recorder.ledger.jsontext import Json, Number, digest_text
from recorder.ledger.readable import storable
from recorder.ledger.row import FIELDS, SECTIONS, UNDECLARED, FieldKind
from recorder.ledger.run_status import KNOWN

_MOST: Final = 50  # deviations of one answer
_LONGEST: Final = 200  # characters of a path or a word

_TYPES: Final = {
    NoneType: "null",
    bool: "boolean",
    str: "string",
    Number: "number",
    list: "array",
    dict: "object",
}
_TYPE_OF_KIND: Final = {
    FieldKind.TEXT: "string",
    FieldKind.INSTANT: "string",
    FieldKind.WORD: "number",
    FieldKind.COUNT: "number",
    FieldKind.FLAG: "boolean",
}
_DOCUMENTED: Final = (
    dict.fromkeys(UNDECLARED)
    | {field.path: _TYPE_OF_KIND.get(field.kind) for field in FIELDS}
    | dict.fromkeys(SECTIONS, "object")
    | {"id": "string"}
)
"""The JSON type of each documented field, by its path below `run`; None: any."""


class Deviation(NamedTuple):
    """One deviation of an answer from the page.

    Attributes:
        path: below `run`, dotted; of a member outside `run` it begins with `$.`.
        kind: `unknown_field`, `unknown_word` (of the status), `other_type`.
        value: the word; of the other kinds the JSON type.
    """

    path: str
    kind: str
    value: str


def json_type(value: Json) -> str:
    """Return the name of a value's JSON type."""
    return _TYPES[type(value)]


def unknown_field(path: str, type_name: str) -> Deviation:
    """Return the deviation of a field that the page does not name."""
    return Deviation(_cut(path), "unknown_field", type_name)


def deviations_in(path: str, value: Json) -> Iterator[Deviation]:
    """Yield the deviations of a member of a run that is read whole; none where its path is not documented."""
    wanted, found = _DOCUMENTED.get(path), json_type(value)
    if wanted is None or value is None:
        return
    if found != wanted:
        yield Deviation(path, "other_type", found)
    elif path == "status" and value not in KNOWN:
        yield Deviation(path, "unknown_word", _cut(str(value)))
    elif isinstance(value, dict):
        for key, inner in value.items():
            below = f"{path}.{key}"
            if below in _DOCUMENTED:
                yield from deviations_in(below, inner)
            else:
                yield unknown_field(below, json_type(inner))


def _cut(text: str) -> str:
    return storable(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}\u2026")


def kept(found: Iterable[Deviation]) -> tuple[Deviation, ...]:
    """Return the deviations of an answer that are kept, in order, each path once."""
    return tuple(sorted({one.path: one for one in found}.values())[:_MOST])


@lru_cache(maxsize=1024)
def shape_of(deviations: tuple[Deviation, ...]) -> int | None:
    """Return the number that these deviations have in every store; None where there are none."""
    digest = digest_text("\n".join(map(repr, deviations)))
    # 48 bits: SQLite stores so many in six bytes.
    return int.from_bytes(digest[:6]) if deviations else None
