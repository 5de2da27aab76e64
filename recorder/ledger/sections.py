"""Read a body by its sections: cut it where fields move, and read no section twice.

Invariant: the result is that of parsing the whole body: the same digest, columns, oddities and document, or the same
reason where it is malformed. The cutter gives slices of the body, never a value.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

import msgspec

from recorder.ledger.body import Malformed, may_be_id, read_body
from recorder.ledger.bounded import Bounded
from recorder.ledger.cost import CostRules
from recorder.ledger.documented import Deviation, deviations_in, json_type, kept, unknown_field
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
from recorder.ledger.row import OUTSIDE, RUN, LedgerRow, Node, Values, in_order, read_node, row_of

_REMEMBERED_BYTES = 32 * 2**20
_ENTRY_BYTES = 600  # an entry without its texts, as measured
_DEVIATION_BYTES = 300
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_OBJECT = ord("{")
_SHORT = 2000  # characters; longer texts seldom repeat, and would fill the caches

_split = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
T = TypeVar("T")


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The content of one good body.

    Attributes:
        values: the served fields, by name.
        oddities: the paths of fields that could not be read.
        digest: of the `run`; equal exactly for equal values of it.
        template: the whole answer as it is stored.
        parts: the parts that the template refers to.
        deviations: what lies outside the API's page.
    """

    values: Values
    oddities: tuple[str, ...]
    digest: bytes
    template: Part
    parts: tuple[Part, ...]
    deviations: tuple[Deviation, ...]

    @property
    def row(self) -> LedgerRow:
        """The ledger row."""
        return row_of(self.values, self.oddities)


class _Section(NamedTuple):
    """One member of a body."""

    values: Values
    odd: list[str]
    canonical: str
    packed: str
    parts: tuple[Part, ...]
    json_type: str
    deviations: tuple[Deviation, ...]


def _size(key: tuple[str, bytes], section: _Section) -> int:
    """Return about how many bytes a section takes."""
    stored = sum(len(part.text) for part in section.parts)
    found = _DEVIATION_BYTES * len(section.deviations)
    texts = len(key[1]) + len(section.canonical) + len(section.packed)
    return _ENTRY_BYTES + texts + stored + found


class Sections:
    """A reader of bodies that remembers their sections.

    Args:
        rules: how amounts are read.
    """

    def __init__(self, rules: CostRules) -> None:
        self._rules = rules
        self._known: Bounded[tuple[str, bytes], _Section] = Bounded(_REMEMBERED_BYTES, _size)

    def read(self, body: bytes, *, run_id: str) -> Reading | Malformed:
        """Return the content of a body, or the reason why it is malformed.

        Args:
            body: the bytes of a 200, read in full.
            run_id: the id that was requested.
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

    def _slice(self, node: Node, raw: msgspec.Raw) -> _Section:
        key = (node.path, bytes(raw))
        known = self._known[key]
        if known is None:
            value = parse_json(key[1], deepest=DEEPEST - node.level)
            known = _section(node, value, self._rules)
            self._known.put(key, known)
        return known

    def _value(self, node: Node, value: Json) -> _Section:
        return _section(node, value, self._rules)


def slices_of(text: bytes) -> dict[str, msgspec.Raw] | None:
    """Return the members of a JSON object, unparsed; None where the text is no object, or has to be parsed whole."""
    try:
        # msgspec does not check UTF-8; it fails on a lone surrogate that `parse_json` takes.
        if not text.isascii():
            text = text.removeprefix(_BYTE_ORDER_MARK)
            text.decode()
        return _split(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _cut(body: bytes, run_id: str) -> tuple[dict[str, msgspec.Raw], dict[str, msgspec.Raw]] | None:
    """Return the members of the body and of its run; None where the body has to be read whole."""
    root = slices_of(body)
    run = _opened_slice(root["run"]) if root is not None and "run" in root else None
    if root is None or run is None:
        return None
    served = bytes(run.get("id", b"null"))
    # Nearly always: an id that is written as usual needs no parsing.
    is_same = served == quote(run_id).encode(errors="surrogatepass")
    return (root, run) if is_same or may_be_id(parse_json(served), run_id) else None


def _opened_slice(raw: msgspec.Raw) -> dict[str, msgspec.Raw] | None:
    return _split(raw) if memoryview(raw)[0] == _OBJECT else None


def _opened_value(value: Json) -> dict[str, Json] | None:
    return value if isinstance(value, dict) else None


class _Draft(Generic[T]):
    """The values, unreadable paths, parts and deviations of a body, as far as it has been walked.

    Args:
        split: returns the members of an object; None for any other value.
        section: reads one member.
    """

    __slots__ = ("_section", "_split", "deviations", "odd", "parts", "values")

    def __init__(
        self, split: Callable[[T], Mapping[str, T] | None], section: Callable[[Node, T], _Section]
    ) -> None:
        self._split = split
        self._section = section
        self.values: Values = {}
        self.odd: list[str] = []
        self.parts: list[Part] = []
        self.deviations: list[Deviation] = []

    def member(self, node: Node, member: T) -> tuple[str, str, str]:
        """Add a member; return its canonical text, its template and its JSON type."""
        if node.opened is not None:
            members = self._split(member)
            if members is not None:
                canonical, packed = self.members(node, members)
                return canonical, self._lifted(packed), "object"
        section = self._section(node, member)
        self.values |= section.values
        self.odd += section.odd
        self.parts += section.parts
        self.deviations += section.deviations
        return section.canonical, section.packed, section.json_type

    def members(self, node: Node, members: Mapping[str, T]) -> tuple[str, str]:
        """Add all members of an opened object; return its canonical text and its template."""
        opened, undeclared = node.opened or {}, node.undeclared
        canonical, packed = [], []
        for key, member in members.items():
            name, known = _name(key), opened.get(key)
            text, template, type_name = self.member(known or undeclared or node, member)
            if known is None:
                path = f"{node.path}.{key}" if node.path else key
                self.deviations.append(unknown_field(path, type_name))
            canonical.append((key, name + text))
            packed.append(name + template)
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
    members = []
    for key, member in root.items():
        template = packed
        if key != "run":
            _, template, type_name = draft.member(OUTSIDE, member)
            draft.deviations.append(unknown_field(f"$.{key}", type_name))
        members.append(_name(key) + template)
    return Reading(
        values=draft.values,
        oddities=in_order(draft.odd),
        digest=digest_text(canonical),
        template=part_of(packed_object(members, root)),
        parts=tuple(draft.parts),
        deviations=kept(draft.deviations) if draft.deviations else (),
    )


def _section(node: Node, value: Json, rules: CostRules) -> _Section:
    values: Values = {}
    odd = read_node(node, value, rules, values)
    text = to_text(value)
    # Only objects have members whose order may differ.
    canonical = canonical_text(value) if "{" in text else text
    column = node.column
    mark = column and column_mark(column, values.get(column.name), value)
    packed = mark or packed_value(value, text)
    parts: tuple[Part, ...] = ()
    if len(packed) >= PART_FROM:
        part, packed = _new_part(packed)
        parts = (part,)
    deviations = kept(deviations_in(node.path, value))
    return _Section(values, odd, canonical, packed, parts, json_type(value), deviations)


def _new_part(text: str) -> tuple[Part, str]:
    part = part_of(text)
    return part, part.reference


_known_part = lru_cache(maxsize=1024)(_new_part)


@lru_cache(maxsize=512)
def _known_name(key: str) -> str:
    return f"{quote(key)}:"


def _name(key: str) -> str:
    """Return the text of a key before its value."""
    return _known_name(key) if len(key) < _SHORT else f"{quote(key)}:"
