"""The typed columns of one ledger row.

Invariant: total. Any JSON object yields a row: a field that is absent or of another type is None, and what was
there but could not be read is named in `oddities` by its path. Nothing is guessed, nothing raises.
Must not import anything that does I/O.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from recorder.instants import parse_instant
from recorder.ledger.cost import CostRules, Costs, parse_amount
from recorder.ledger.jsontext import Json, Number, to_text
from recorder.ledger.readable import readable

TERMINAL = frozenset({"completed", "failed", "cancelled"})
KNOWN = frozenset({"pending", "running"}) | TERMINAL

_T = TypeVar("_T")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # no text column of Postgres holds these
_LARGEST = 2**63 - 1
FIRST_INSTANT = 946_684_800_000_000  # 2000-01-01
_END_OF_INSTANTS = 7_258_118_400_000_000  # 2200-01-01


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """What one answer says of a run; instants in microseconds since 1970 UTC, by the ledger's clock.

    `version` is text (the API serves numbers and words), `error_details` JSON text, `leads_total` the
    ledger's `resolvedCount`. `oddities` are the paths of fields that hold something unreadable.
    """

    status: str | None
    mode: str | None
    enrichment_id: str | None
    slug: str | None
    version: str | None
    scope_type: str | None
    list_id: str | None
    leads_total: int | None
    leads_pending: int | None
    leads_running: int | None
    leads_completed: int | None
    leads_skipped: int | None
    leads_failed: int | None
    output_target: str | None
    output_attribute_key: str | None
    write_policy: str | None
    persist_results: bool | None
    costs: Costs
    trigger_run_id: str | None
    correlation_id: str | None
    error_message: str | None
    error_details: str | None
    created_at: int | None
    started_at: int | None
    completed_at: int | None
    cancelled_at: int | None
    updated_at: int | None
    oddities: tuple[str, ...]

    @property
    def is_terminal(self) -> bool:
        """Whether the status is one of the three words that end a run."""
        return self.status in TERMINAL


_TEXTS = {
    "status": "status",
    "mode": "mode",
    "enrichment_id": "enrichment.id",
    "slug": "enrichment.slug",
    "scope_type": "scope.type",
    "list_id": "scope.listId",
    "output_target": "output.target",
    "output_attribute_key": "output.attributeKey",
    "write_policy": "output.writePolicy",
    "trigger_run_id": "trigger.triggerRunId",
    "correlation_id": "trigger.correlationId",
    "error_message": "error.message",
}
_COUNTS = {
    "leads_total": "scope.resolvedCount",
    "leads_pending": "scope.counts.pending",
    "leads_running": "scope.counts.running",
    "leads_completed": "scope.counts.completed",
    "leads_skipped": "scope.counts.skipped",
    "leads_failed": "scope.counts.failed",
}
_INSTANTS = {
    "created_at": "timing.createdAt",
    "started_at": "timing.startedAt",
    "completed_at": "timing.completedAt",
    "cancelled_at": "timing.cancelledAt",
    "updated_at": "timing.updatedAt",
}
PATHS: Mapping[str, str] = _TEXTS | _COUNTS | _INSTANTS
_SECTIONS = ("enrichment", "scope", "scope.counts", "output", "cost", "trigger", "error", "timing")


def parse_row(run: Mapping[str, Json], rules: CostRules | None = None) -> LedgerRow:
    """Read the object under `run`.

    Args:
        run: the object under `run`, as `parse_json` gives it.
        rules: how amounts are read that do not say all themselves.
    """
    reader = _Reader(run)
    rules = rules or CostRules()
    costs = Costs(
        preview=parse_amount(reader.at("cost.preview"), path=rules.preview_path),
        actual=parse_amount(reader.at("cost.actual"), path=rules.actual_path),
    )
    fields: dict[str, object] = {name: reader.read(path, _text) for name, path in _TEXTS.items()}
    fields |= {name: reader.read(path, _count) for name, path in _COUNTS.items()}
    fields |= {name: reader.read(path, _instant) for name, path in _INSTANTS.items()}
    return LedgerRow(
        **fields,  # type: ignore[arg-type]  # the three tables name fields of their own types
        version=reader.read("enrichment.version", _word_or_number),
        persist_results=reader.read("output.persistResults", _flag),
        error_details=reader.read("error.details", _json_text),
        costs=costs,
        oddities=(*reader.odd_sections(), *reader.odd, *_odd_costs(costs)),
    )


class _Reader:
    """Walks one run by dotted paths and remembers what could not be read."""

    def __init__(self, run: Mapping[str, Json]) -> None:
        self._run = run
        self.odd: list[str] = []

    def at(self, path: str) -> Json:
        first, *steps = path.split(".")
        value = self._run.get(first)
        for step in steps:
            value = value.get(step) if isinstance(value, dict) else None
        return value

    def read(self, path: str, kind: Callable[[Json], _T | None]) -> _T | None:
        value = self.at(path)
        if value is None:
            return None
        read = kind(value)
        if read is None or (kind in _WORDS and isinstance(value, str) and read != value):
            self.odd.append(path)
        return read

    def odd_sections(self) -> tuple[str, ...]:
        return tuple(p for p in _SECTIONS if not isinstance(self.at(p), dict | type(None)))


def _odd_costs(costs: Costs) -> tuple[str, ...]:
    sides = (("cost.preview", costs.preview), ("cost.actual", costs.actual))
    return tuple(path for path, amount in sides if amount.unparsed)


def _text(value: Json) -> str | None:
    return storable(value) if isinstance(value, str) else None


def storable(text: str) -> str:
    """The text with what no database holds (NUL, lone surrogates) as U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def _word_or_number(value: Json) -> str | None:
    return value.literal if isinstance(value, Number) else _text(value)


_WORDS = (
    _text,
    _word_or_number,
)  # what they read is the value itself, or not all of it could be read


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
