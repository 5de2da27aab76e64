"""The fields of a ledger row, each declared once: its name, its path in the API's `run`, and its kind.

Invariant: any JSON object gives a row. A field that is absent or of another type is None, and the path of one that
is served but could not be read stands in `oddities`. Nothing is guessed, nothing raises.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import Annotated, Any, TypeAlias, get_type_hints

from msgspec import Struct

from recorder.instants import parse_instant
from recorder.ledger.cost import LARGEST, Amount, CostRules, parse_amount
from recorder.ledger.jsontext import Json, Number, to_text
from recorder.ledger.readable import readable, storable
from recorder.ledger.run_status import TERMINAL

FIRST_INSTANT = 946_684_800_000_000  # 2000-01-01
_END_OF_INSTANTS = 7_258_118_400_000_000  # 2200-01-01


class FieldKind(Enum):
    """The kind of a field: `WORD` is text, or a number as it is written; `JSON` any value, as its text."""

    TEXT = "text"
    WORD = "word"
    COUNT = "count"
    INSTANT = "instant"
    FLAG = "flag"
    JSON = "json"
    AMOUNT = "amount"


class At(Struct, frozen=True):
    """The declaration of a field: its dotted path below `run`, and its kind."""

    path: str
    kind: FieldKind


class RunProgress(Struct):
    """The fields that change as a run advances."""

    leads_total: Annotated[int | None, At("scope.resolvedCount", FieldKind.COUNT)]
    leads_pending: Annotated[int | None, At("scope.counts.pending", FieldKind.COUNT)]
    leads_running: Annotated[int | None, At("scope.counts.running", FieldKind.COUNT)]
    leads_completed: Annotated[int | None, At("scope.counts.completed", FieldKind.COUNT)]
    leads_skipped: Annotated[int | None, At("scope.counts.skipped", FieldKind.COUNT)]
    leads_failed: Annotated[int | None, At("scope.counts.failed", FieldKind.COUNT)]
    updated_at: Annotated[int | None, At("timing.updatedAt", FieldKind.INSTANT)]


class RunState(RunProgress):
    """The fields of a run's state; with `completed_at` all that may change from poll to poll, but for the cost."""

    status: Annotated[str | None, At("status", FieldKind.TEXT)]
    error_message: Annotated[str | None, At("error.message", FieldKind.TEXT)]
    created_at: Annotated[int | None, At("timing.createdAt", FieldKind.INSTANT)]
    started_at: Annotated[int | None, At("timing.startedAt", FieldKind.INSTANT)]
    cancelled_at: Annotated[int | None, At("timing.cancelledAt", FieldKind.INSTANT)]

    @property
    def is_terminal(self) -> bool:
        """Whether the status is one of the three words that end a run."""
        return self.status in TERMINAL


class RunFields(RunState):
    """The fields that a run's row in a list has, as its last answer gave them."""

    mode: Annotated[str | None, At("mode", FieldKind.TEXT)]
    enrichment_id: Annotated[str | None, At("enrichment.id", FieldKind.TEXT)]
    slug: Annotated[str | None, At("enrichment.slug", FieldKind.TEXT)]
    version: Annotated[str | None, At("enrichment.version", FieldKind.WORD)]
    scope_type: Annotated[str | None, At("scope.type", FieldKind.TEXT)]
    list_id: Annotated[str | None, At("scope.listId", FieldKind.TEXT)]
    output_target: Annotated[str | None, At("output.target", FieldKind.TEXT)]
    output_attribute_key: Annotated[str | None, At("output.attributeKey", FieldKind.TEXT)]
    write_policy: Annotated[str | None, At("output.writePolicy", FieldKind.TEXT)]
    persist_results: Annotated[bool | None, At("output.persistResults", FieldKind.FLAG)]
    trigger_run_id: Annotated[str | None, At("trigger.triggerRunId", FieldKind.TEXT)]
    correlation_id: Annotated[str | None, At("trigger.correlationId", FieldKind.TEXT)]
    error_details: Annotated[str | None, At("error.details", FieldKind.JSON)]


class LedgerRow(RunFields, frozen=True):  # type: ignore[misc]  # a struct may be
    """The fields of a run in one answer; instants in microseconds since 1970 UTC, by the ledger's clock.

    A field is declared here or above: the parser, the documents, the tables, their records and the rows of runs follow
    from it, and tests hold views and README to it. `oddities` are the paths of fields that hold something unreadable.
    """

    preview: Annotated[Amount, At("cost.preview", FieldKind.AMOUNT)]
    actual: Annotated[Amount, At("cost.actual", FieldKind.AMOUNT)]
    completed_at: Annotated[int | None, At("timing.completedAt", FieldKind.INSTANT)]
    oddities: tuple[str, ...]


class Field(Struct, frozen=True, kw_only=True):
    """One declared field.

    Attributes:
        name: the attribute of `LedgerRow`.
        path: below `run`, dotted.
        kind: how it is read.
        moves: whether it may change from poll to poll; such a field has a column of each snapshot, and its
            value is left out of the stored document.
    """

    name: str
    path: str
    kind: FieldKind

    @property
    def moves(self) -> bool:
        """Whether the field is a count, an instant, the status, or the error's message."""
        is_moving_kind = self.kind in (FieldKind.COUNT, FieldKind.INSTANT)
        return is_moving_kind or self.name in ("status", "error_message")


def _declared() -> Iterator[Field]:
    for name, hint in get_type_hints(LedgerRow, include_extras=True).items():
        for at in getattr(hint, "__metadata__", ()):
            yield Field(name=name, path=at.path, kind=at.kind)


FIELDS = tuple(_declared())
MOVING = tuple(field.name for field in FIELDS if field.moves)
PROGRESS = RunProgress.__struct_fields__

Values: TypeAlias = dict[str, Any]
"""Values of fields, by name."""

NOTHING: Mapping[str, Any] = {
    field.name: Amount() if field.kind is FieldKind.AMOUNT else None for field in FIELDS
}


class Node(Struct, frozen=True, kw_only=True):
    """One member of a run: an object that is opened, or a value that is read whole.

    Attributes:
        path: below `run`, dotted; empty for the run itself; a star for undocumented members.
        level: the number of objects around it.
        fields: the declared fields in it, each with the keys that lead to it.
        opened: the documented members of an object that is opened: one above fields that move; else None.
        undeclared: the node of all other members.
    """

    path: str
    level: int
    fields: tuple[tuple[Field, tuple[str, ...]], ...] = ()
    opened: Mapping[str, "Node"] | None = None
    undeclared: "Node | None" = None

    @property
    def column(self) -> Field | None:
        """The field whose value this is, where the snapshot has a column for it."""
        field, steps = self.fields[0] if self.fields else (None, ())
        return field if field is not None and field.moves and not steps else None


def _above(fields: Iterable[Field]) -> set[str]:
    return {f.path.rsplit(".", n)[0] for f in fields for n in range(1, f.path.count(".") + 1)}


_OPENED = _above(field for field in FIELDS if field.moves)
SECTIONS = _above(FIELDS)
"""The paths of the objects that hold fields."""
UNDECLARED = ("id", "enrichment.snapshot", "scope.requested", "trigger.dispatchMetadata")
"""The paths that the API's page names and that are no fields of a row; the page leaves the last three untyped."""
_PATHS = (*(field.path for field in FIELDS), *UNDECLARED)
_RANK = {path: rank for rank, path in enumerate((*sorted(SECTIONS), *_PATHS))}


def _node(path: str, level: int) -> Node:
    if path in _OPENED or not path:
        start = f"{path}." if path else ""
        lower = [path.removeprefix(start) for path in _PATHS if path.startswith(start)]
        keys = dict.fromkeys(steps.partition(".")[0] for steps in lower)
        return Node(
            path=path,
            level=level,
            opened={key: _node(f"{start}{key}", level + 1) for key in keys},
            undeclared=_undeclared(level + 1),
        )
    inside = [f for f in FIELDS if f.path == path or f.path.startswith(f"{path}.")]
    steps = [tuple(f.path.removeprefix(path).split(".")[1:]) for f in inside]
    return Node(path=path, level=level, fields=tuple(zip(inside, steps, strict=True)))


def _undeclared(level: int) -> Node:
    return Node(path=f"*{level}", level=level)


RUN = _node("", 1)
OUTSIDE = _undeclared(1)
"""The members of the body outside `run`."""


def parse_row(run: Mapping[str, Json], rules: CostRules | None = None) -> LedgerRow:
    """Return the row of a served run.

    Args:
        run: the object under `run`, as `parse_json` gives it.
        rules: how amounts of an unknown shape or without a unit are read.
    """
    values: Values = {}
    odd = _collect(RUN, dict(run), rules or CostRules(), values)
    return row_of(values, odd)


def row_of(values: Values, odd: Iterable[str]) -> LedgerRow:
    """Return the row of values and unreadable paths."""
    return LedgerRow(**{**NOTHING, **values}, oddities=in_order(odd))


def in_order(odd: Iterable[str]) -> tuple[str, ...]:
    """Return paths in the order of the declarations."""
    return tuple(sorted(odd, key=_RANK.__getitem__))


def _collect(node: Node, value: Json, rules: CostRules, values: Values) -> list[str]:
    if node.opened is None or not isinstance(value, dict):
        return read_node(node, value, rules, values)
    odd: list[str] = []
    for key in node.opened.keys() & value.keys():
        odd += _collect(node.opened[key], value[key], rules, values)
    return odd


def read_node(node: Node, value: Json, rules: CostRules, values: Values) -> list[str]:
    """Add the values of the fields in one node; return the paths that could not be read.

    Of an object that is opened, only a value of another type comes here.
    """
    if value is None:
        return []
    if node.path in SECTIONS and not isinstance(value, dict):
        return [node.path]
    odd = []
    for field, steps in node.fields:
        found = value_at(value, steps)
        if found is not None and not _read(field, found, rules, values):
            odd.append(field.path)
    return odd


def value_at(value: Json, steps: Iterable[str]) -> Json:
    """Return the value below some keys of objects; None where there is none."""
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _read(field: Field, served: Json, rules: CostRules, values: Values) -> bool:
    """Add the value of a field; return whether it could be read in full."""
    if field.kind is FieldKind.AMOUNT:
        path = rules.preview_path if field.name == "preview" else rules.actual_path
        amount = values[field.name] = parse_amount(served, path=path)
        return not amount.unparsed
    read = values[field.name] = READERS[field.kind](served)
    # A text of which characters were replaced is kept, and counts as not read in full.
    is_cut = isinstance(served, str) and isinstance(read, str) and field.kind is not FieldKind.JSON
    return read is not None and not (is_cut and read != served)


def _text(value: Json) -> str | None:
    return storable(value) if isinstance(value, str) else None


def _word_or_number(value: Json) -> str | None:
    return value.literal if isinstance(value, Number) else _text(value)


def _flag(value: Json) -> bool | None:
    return value if isinstance(value, bool) else None


def _json_text(value: Json) -> str | None:
    return readable(to_text(value))


def _count(value: Json) -> int | None:
    number = value.integer() if isinstance(value, Number) else None
    return number if number is not None and 0 <= number <= LARGEST else None


def _instant(value: Json) -> int | None:
    """Return an instant; None outside of the years 2000 to 2199."""
    # Other years are some program's "not set", such as 0001-01-01.
    at = parse_instant(value) if isinstance(value, str) else None
    return at if at is not None and FIRST_INSTANT <= at < _END_OF_INSTANTS else None


READERS: Mapping[FieldKind, Callable[[Json], str | int | None]] = {
    FieldKind.TEXT: _text,
    FieldKind.WORD: _word_or_number,
    FieldKind.COUNT: _count,
    FieldKind.INSTANT: _instant,
    FieldKind.FLAG: _flag,
    FieldKind.JSON: _json_text,
}
