"""A body, read by its sections: cut where fields move, and what was read before is not read again.

Invariant: total, and the same as if the whole body were parsed: the same digest, columns, oddities and document,
the same reason where it is malformed. No value is taken from the cutter, which gives slices of the body alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

import msgspec

from recorder.ledger.body import Malformed, read_body, speaks_of
from recorder.ledger.bounded import Bounded
from recorder.ledger.cost import CostRules
from recorder.ledger.jsontext import (
    DEEPEST,
    Json,
    JsonTextError,
    canonical_text,
    digest_text,
    parse_json,
    quote,
    to_text,
)
from recorder.ledger.packing import (
    PART_FROM,
    Part,
    column_mark,
    packed_object,
    packed_value,
    part_of,
)
from recorder.ledger.row import (
    BESIDE,
    RUN,
    LedgerRow,
    Place,
    Values,
    in_order,
    read_place,
    row_of,
)

_REMEMBERED_BYTES = 32 * 2**20
_ENTRY_BYTES = 600  # an entry without its texts, as measured
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_OBJECT = ord("{")
_SHORT = 2000

_split = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one good body says.

    Attributes:
        values: the fields that were there, by name.
        oddities: the paths of fields that hold something unreadable.
        digest: of the `run`; equal exactly for equal values of it.
        template: the whole answer as it is stored.
        parts: what the template refers to.
    """

    values: Values
    oddities: tuple[str, ...]
    digest: bytes
    template: Part
    parts: tuple[Part, ...]

    @property
    def row(self) -> LedgerRow:
        """The ledger row."""
        return row_of(self.values, self.oddities)


class _Section(NamedTuple):
    """One member of a body as it was read."""

    values: Values
    odd: list[str]
    canonical: str
    packed: str
    parts: tuple[Part, ...]


def _size(key: tuple[str, bytes], section: _Section) -> int:
    """Return the bytes that a section takes, about."""
    kept = sum(len(part.text) for part in section.parts)
    return _ENTRY_BYTES + len(key[1]) + len(section.canonical) + len(section.packed) + kept


class Sections:
    """Reads bodies, and remembers the sections that it has read.

    Args:
        rules: how amounts are read.
    """

    def __init__(self, rules: CostRules) -> None:
        self._rules = rules
        self._known: Bounded[tuple[str, bytes], _Section] = Bounded(_REMEMBERED_BYTES, _size)

    def read(self, body: bytes, *, run_id: str) -> Reading | Malformed:
        """Return what a body says of a run, or why it says nothing.

        Args:
            body: the bytes of a 200, read in full.
            run_id: the id that was asked.
        """
        try:
            members = _cut(body, run_id)
            if members is not None:
                return _reading(*members, _Draft(_opened_slice, self._slice))
        except JsonTextError:
            pass  # nested too deep: the whole says so, or has a later member of the same name
        whole = read_body(body, run_id=run_id)
        if isinstance(whole, Malformed):
            return whole
        return _reading(whole.value, whole.run, _Draft(_opened_value, self._value))

    def _slice(self, place: Place, raw: msgspec.Raw) -> _Section:
        key = (place.path, bytes(raw))
        known = self._known[key]
        if known is None:
            value = parse_json(key[1], deepest=DEEPEST - place.level)
            known = _section(place, value, self._rules)
            self._known.put(key, known)
        return known

    def _value(self, place: Place, value: Json) -> _Section:
        return _section(place, value, self._rules)


def slices_of(text: bytes) -> dict[str, msgspec.Raw] | None:
    """Return the members of a JSON object, uninterpreted.

    None for what is no object, and for some that are: lone surrogates cannot be cut, `parse_json` takes them.
    """
    try:
        if not text.isascii():
            text = text.removeprefix(_BYTE_ORDER_MARK)
            text.decode()
        return _split(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _cut(body: bytes, run_id: str) -> tuple[dict[str, msgspec.Raw], dict[str, msgspec.Raw]] | None:
    """Return the members of the body and of its run; None where that is not all there is to say."""
    root = slices_of(body)
    run = _opened_slice(root["run"]) if root is not None and "run" in root else None
    if (
        root is None
        or run is None
        or not ("id" not in run or speaks_of(parse_json(bytes(run["id"])), run_id))
    ):
        return None
    return root, run


def _opened_slice(raw: msgspec.Raw) -> dict[str, msgspec.Raw] | None:
    return _split(raw) if memoryview(raw)[0] == _OBJECT else None


def _opened_value(value: Json) -> dict[str, Json] | None:
    return value if isinstance(value, dict) else None


class _Draft(Generic[T]):
    """What is gathered while a body is walked.

    Args:
        split: the members of an object; None for what is none.
        section: reads one member.
    """

    __slots__ = ("_section", "_split", "odd", "parts", "values")

    def __init__(
        self,
        split: Callable[[T], Mapping[str, T] | None],
        section: Callable[[Place, T], _Section],
    ) -> None:
        self._split = split
        self._section = section
        self.values: Values = {}
        self.odd: list[str] = []
        self.parts: list[Part] = []

    def member(self, place: Place, member: T) -> tuple[str, str]:
        """Take a member; return its canonical text and its template."""
        if place.opened is not None:
            members = self._split(member)
            if members is not None:
                canonical, packed = self.members(place, members)
                return canonical, self._lifted(packed)
        section = self._section(place, member)
        self.values |= section.values
        self.odd += section.odd
        self.parts += section.parts
        return section.canonical, section.packed

    def members(self, place: Place, members: Mapping[str, T]) -> tuple[str, str]:
        """Take all members of an object that is opened."""
        opened, undeclared = place.opened or {}, place.undeclared
        canonical, packed = [], []
        for key, member in members.items():
            name = _name(key)
            theirs, ours = self.member(opened.get(key) or undeclared or place, member)
            canonical.append((key, name + theirs))
            packed.append(name + ours)
        canonical.sort()
        return f"{{{','.join([text for _, text in canonical])}}}", packed_object(packed, members)

    def _lifted(self, text: str) -> str:
        if len(text) < PART_FROM:
            return text
        part, reference = (_known_part if len(text) < _SHORT else _new_part)(text)
        self.parts.append(part)
        return reference


def _reading(root: Mapping[str, T], run: Mapping[str, T], draft: _Draft[T]) -> Reading:
    canonical, packed = draft.members(RUN, run)
    members = [
        _name(key) + (packed if key == "run" else draft.member(BESIDE, member)[1])
        for key, member in root.items()
    ]
    return Reading(
        values=draft.values,
        oddities=in_order(draft.odd),
        digest=digest_text(canonical),
        template=part_of(packed_object(members, root)),
        parts=tuple(draft.parts),
    )


def _section(place: Place, value: Json, rules: CostRules) -> _Section:
    values: Values = {}
    odd = read_place(place, value, rules, values)
    text = to_text(value)
    canonical = canonical_text(value) if "{" in text else text
    column = place.column
    mark = column and column_mark(column, values.get(column.name), value)
    packed = mark or packed_value(value, text)
    if len(packed) < PART_FROM:
        return _Section(values, odd, canonical, packed, ())
    part, reference = _new_part(packed)
    return _Section(values, odd, canonical, reference, (part,))


def _new_part(text: str) -> tuple[Part, str]:
    part = part_of(text)
    return part, part.reference


_known_part = lru_cache(maxsize=1024)(_new_part)


@lru_cache(maxsize=512)
def _known_name(key: str) -> str:
    return f"{quote(key)}:"


def _name(key: str) -> str:
    """Return a key as it stands before its value."""
    return _known_name(key) if len(key) < _SHORT else f"{quote(key)}:"
