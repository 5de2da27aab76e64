"""The fields of a ledger row: where each stands in the API's `run`, and how it is read.

Invariant: total. Any JSON object yields a row: a field that is absent or of another type is None, and what was
there but could not be read is named in `oddities` by its path. Nothing is guessed, nothing raises.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, TypeAlias, get_type_hints

from recorder.instants import parse_instant
from recorder.ledger.cost import Amount, CostRules, parse_amount
from recorder.ledger.jsontext import Json, Number, to_text
from recorder.ledger.readable import readable

TERMINAL = frozenset({"completed", "failed", "cancelled"})
KNOWN = frozenset({"pending", "running"}) | TERMINAL

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # no text column of Postgres holds these
_LARGEST = 2**63 - 1
FIRST_INSTANT = 946_684_800_000_000  # 2000-01-01
_END_OF_INSTANTS = 7_258_118_400_000_000  # 2200-01-01


class Kind(Enum):
    """How a field is read: `WORD` is text, or a number as it is written; `JSON` any value, as its text."""

    TEXT = "text"
    WORD = "word"
    COUNT = "count"
    INSTANT = "instant"
    FLAG = "flag"
    JSON = "json"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class At:
    """Where a field stands below `run`, and its kind."""

    path: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """What one answer says of a run; instants in microseconds since 1970 UTC, by the ledger's clock.

    A field is declared here and nowhere else: parser, table columns and documents follow from it.
    `oddities` are the paths of fields that hold something unreadable.
    """

    status: Annotated[str | None, At("status", Kind.TEXT)]
    mode: Annotated[str | None, At("mode", Kind.TEXT)]
    enrichment_id: Annotated[str | None, At("enrichment.id", Kind.TEXT)]
    slug: Annotated[str | None, At("enrichment.slug", Kind.TEXT)]
    version: Annotated[str | None, At("enrichment.version", Kind.WORD)]
    scope_type: Annotated[str | None, At("scope.type", Kind.TEXT)]
    list_id: Annotated[str | None, At("scope.listId", Kind.TEXT)]
    leads_total: Annotated[int | None, At("scope.resolvedCount", Kind.COUNT)]
    leads_pending: Annotated[int | None, At("scope.counts.pending", Kind.COUNT)]
    leads_running: Annotated[int | None, At("scope.counts.running", Kind.COUNT)]
    leads_completed: Annotated[int | None, At("scope.counts.completed", Kind.COUNT)]
    leads_skipped: Annotated[int | None, At("scope.counts.skipped", Kind.COUNT)]
    leads_failed: Annotated[int | None, At("scope.counts.failed", Kind.COUNT)]
    output_target: Annotated[str | None, At("output.target", Kind.TEXT)]
    output_attribute_key: Annotated[str | None, At("output.attributeKey", Kind.TEXT)]
    write_policy: Annotated[str | None, At("output.writePolicy", Kind.TEXT)]
    persist_results: Annotated[bool | None, At("output.persistResults", Kind.FLAG)]
    preview: Annotated[Amount, At("cost.preview", Kind.AMOUNT)]
    actual: Annotated[Amount, At("cost.actual", Kind.AMOUNT)]
    trigger_run_id: Annotated[str | None, At("trigger.triggerRunId", Kind.TEXT)]
    correlation_id: Annotated[str | None, At("trigger.correlationId", Kind.TEXT)]
    error_message: Annotated[str | None, At("error.message", Kind.TEXT)]
    error_details: Annotated[str | None, At("error.details", Kind.JSON)]
    created_at: Annotated[int | None, At("timing.createdAt", Kind.INSTANT)]
    started_at: Annotated[int | None, At("timing.startedAt", Kind.INSTANT)]
    completed_at: Annotated[int | None, At("timing.completedAt", Kind.INSTANT)]
    cancelled_at: Annotated[int | None, At("timing.cancelledAt", Kind.INSTANT)]
    updated_at: Annotated[int | None, At("timing.updatedAt", Kind.INSTANT)]
    oddities: tuple[str, ...]

    @property
    def is_terminal(self) -> bool:
        """Whether the status is one of the three words that end a run."""
        return self.status in TERMINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One declared field.

    Attributes:
        name: as `LedgerRow` has it.
        path: below `run`, dotted.
        kind: how it is read.
        moves: whether it may change from poll to poll; such a field has a column of each snapshot, and its
            value is left out of the stored document.
    """

    name: str
    path: str
    kind: Kind

    @property
    def moves(self) -> bool:
        """Whether the field is a count, an instant, or the status."""
        return self.kind in (Kind.COUNT, Kind.INSTANT) or self.name == "status"


def _declared() -> Iterator[Field]:
    for name, hint in get_type_hints(LedgerRow, include_extras=True).items():
        for at in getattr(hint, "__metadata__", ()):
            yield Field(name=name, path=at.path, kind=at.kind)


FIELDS = tuple(_declared())
MOVING = tuple(field for field in FIELDS if field.moves)
PROGRESS = tuple(
    field for field in FIELDS if field.kind is Kind.COUNT or field.name == "updated_at"
)
"""What changes while a run moves on and nothing else is new."""

Values: TypeAlias = dict[str, Any]
"""Values of fields, by name."""

NOTHING: Mapping[str, Any] = {
    field.name: Amount() if field.kind is Kind.AMOUNT else None for field in FIELDS
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One member of a run, as it is read: an object that is opened, or a value that is read whole.

    Attributes:
        path: below `run`, dotted; empty for the run itself; a star for members that nobody declared.
        level: how many objects it lies in.
        fields: the declared fields in it, each with the steps that lead to it.
        opened: the places below it; only above fields that move.
        undeclared: the place of its other members.
    """

    path: str
    level: int
    fields: tuple[tuple[Field, tuple[str, ...]], ...] = ()
    opened: Mapping[str, "Place"] | None = None
    undeclared: "Place | None" = None

    @property
    def column(self) -> Field | None:
        """The field that this place is, where its value has a column of the snapshot."""
        field, steps = self.fields[0] if self.fields else (None, ())
        return field if field is not None and field.moves and not steps else None


def _above(fields: tuple[Field, ...]) -> set[str]:
    return {f.path.rsplit(".", n)[0] for f in fields for n in range(1, f.path.count(".") + 1)}


_OPENED = _above(MOVING)
_SECTIONS = _above(FIELDS)
_RANK = {path: rank for rank, path in enumerate((*sorted(_SECTIONS), *(f.path for f in FIELDS)))}


def _place(path: str, level: int) -> Place:
    if path in _OPENED or not path:
        start = f"{path}." if path else ""
        lower = [f.path.removeprefix(start) for f in FIELDS if f.path.startswith(start)]
        keys = dict.fromkeys(steps.partition(".")[0] for steps in lower)
        return Place(
            path=path,
            level=level,
            opened={key: _place(f"{start}{key}", level + 1) for key in keys},
            undeclared=_undeclared(level + 1),
        )
    inside = [f for f in FIELDS if f.path == path or f.path.startswith(f"{path}.")]
    steps = [tuple(f.path.removeprefix(path).split(".")[1:]) for f in inside]
    return Place(path=path, level=level, fields=tuple(zip(inside, steps, strict=True)))


def _undeclared(level: int) -> Place:
    return Place(path=f"*{level}", level=level)


RUN = _place("", 1)
BESIDE = _undeclared(1)
"""What stands beside `run`."""


def parse_row(run: Mapping[str, Json], rules: CostRules | None = None) -> LedgerRow:
    """Read the object under `run`.

    Args:
        run: the object under `run`, as `parse_json` gives it.
        rules: how amounts are read that do not say all themselves.
    """
    values: Values = {}
    odd = _collect(RUN, dict(run), rules or CostRules(), values)
    return row_of(values, odd)


def row_of(values: Values, odd: Iterable[str]) -> LedgerRow:
    """Return the row of what was read of its places."""
    return LedgerRow(**{**NOTHING, **values}, oddities=in_order(odd))


def in_order(odd: Iterable[str]) -> tuple[str, ...]:
    """Return paths in the order of the declarations, whatever the order in which they were served."""
    return tuple(sorted(odd, key=_RANK.__getitem__))


def _collect(place: Place, value: Json, rules: CostRules, values: Values) -> list[str]:
    if place.opened is None or not isinstance(value, dict):
        return read_place(place, value, rules, values)
    odd: list[str] = []
    for key in place.opened.keys() & value.keys():
        odd += _collect(place.opened[key], value[key], rules, values)
    return odd


def read_place(place: Place, value: Json, rules: CostRules, values: Values) -> list[str]:
    """Add the values of the fields in one place; return the paths of what could not be read.

    An object that is opened is read here only where something else is served in its stead.
    """
    if value is None:
        return []
    if place.path in _SECTIONS and not isinstance(value, dict):
        return [place.path]
    odd = []
    for field, steps in place.fields:
        found = _at(value, steps)
        if found is not None and not _read(field, found, rules, values):
            odd.append(field.path)
    return odd


def _at(value: Json, steps: tuple[str, ...]) -> Json:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _read(field: Field, served: Json, rules: CostRules, values: Values) -> bool:
    """Add the value of a field; return whether all that was served could be read."""
    if field.kind is Kind.AMOUNT:
        path = rules.preview_path if field.name == "preview" else rules.actual_path
        amount = values[field.name] = parse_amount(served, path=path)
        return not amount.unparsed
    read = values[field.name] = _READERS[field.kind](served)
    is_cut = isinstance(served, str) and isinstance(read, str) and field.kind is not Kind.JSON
    return read is not None and not (is_cut and read != served)


def _text(value: Json) -> str | None:
    return storable(value) if isinstance(value, str) else None


def storable(text: str) -> str:
    """Return the text with what no database holds (NUL, lone surrogates) as U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def _word_or_number(value: Json) -> str | None:
    return value.literal if isinstance(value, Number) else _text(value)


def _flag(value: Json) -> bool | None:
    return value if isinstance(value, bool) else None


def _json_text(value: Json) -> str | None:
    return readable(to_text(value))


def _count(value: Json) -> int | None:
    number = value.integer() if isinstance(value, Number) else None
    return number if number is not None and 0 <= number <= _LARGEST else None


def _instant(value: Json) -> int | None:
    """Read an instant; outside of the years 2000 to 2199 it is another program's "not set", and no time."""
    at = parse_instant(value) if isinstance(value, str) else None
    return at if at is not None and FIRST_INSTANT <= at < _END_OF_INSTANTS else None


_READERS: Mapping[Kind, Callable[[Json], str | int | None]] = {
    Kind.TEXT: _text,
    Kind.WORD: _word_or_number,
    Kind.COUNT: _count,
    Kind.INSTANT: _instant,
    Kind.FLAG: _flag,
    Kind.JSON: _json_text,
}
