"""How one answer is laid out: what has a column of its own is left out, what repeats is stored once by content.

A packed answer is a JSON text (its *template*) in which
    {"$column": "leads_total"}      stands for the value of that column of the snapshot's row,
    {"$column": "updated_at.3"}     for that instant, written with three digits of a second and Z,
    {"$part": 17}                   for the value that is stored as part 17 of the source,
    {"$served": {...}}              for a served object that would itself read as one of these.

Invariant: `unpack(pack(value))` is the value, number literals and key order included; a column stands in only where
it gives the served value back to the letter. Must not import anything that does I/O.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields

from recorder.instants import iso
from recorder.ledger.jsontext import DEEPEST, Json, Number, parse_json, quote, to_text
from recorder.ledger.row import PATHS, LedgerRow

PART_FROM = 80  # characters; below, the reference and the part's own row cost more than they save
_DEEPEST = 3 * DEEPEST  # each level of an answer may stand in a `$served`, and end in a mark
_MARKS = frozenset({"$column", "$part", "$served"})
_INSTANTS = ("created_at", "started_at", "completed_at", "cancelled_at", "updated_at")
_COUNTS = tuple(f.name for f in fields(LedgerRow) if f.name.startswith("leads_"))
_USUAL_DIGITS = 3  # milliseconds, as JavaScript writes them

COLUMNS: Mapping[str, str] = {
    f"run.{PATHS[name]}": name for name in ("status", *_COUNTS, *_INSTANTS)
}
_ABOVE_COLUMNS = {path.rsplit(".", n)[0] for path in COLUMNS for n in range(1, path.count(".") + 1)}
Columns = Mapping[str, str | int | None]


def pack(value: Json, columns: Columns, intern: Callable[[str], int]) -> str:
    """The template of an answer.

    Args:
        value: the whole answer, `{"run": ...}`.
        columns: the snapshot's columns by name: text, counts, instants in microseconds.
        intern: stores a JSON text once and gives its part number.
    """
    return _Packer(columns, intern).template(value, "")


class _Packer:
    """Writes one template; paths are followed only where columns lie below."""

    def __init__(self, columns: Columns, intern: Callable[[str], int]) -> None:
        self._columns = columns
        self._intern = intern

    def template(self, value: Json, path: str | None) -> str:
        column = COLUMNS.get(path or "")
        mark = _mark(column, self._columns[column], value) if column is not None else None
        if mark is not None:
            return mark
        if isinstance(value, dict):
            return self._lifted(self._object(value, path), path)
        if isinstance(value, list):
            return self._lifted(self._array(value), path)
        return self._lifted(to_text(value), path)

    def _array(self, value: list[Json]) -> str:
        if all(type(item) is str for item in value):  # long lists are lists of ids
            return to_text(value)
        return f"[{','.join([self.template(item, None) for item in value])}]"

    def _object(self, value: dict[str, Json], path: str | None) -> str:
        members = ",".join(
            [
                f"{quote(key)}:{self.template(item, _below(path, key))}"
                for key, item in value.items()
            ]
        )
        if len(value) == 1 and _MARKS & value.keys():
            return f'{{"$served":{{{members}}}}}'
        return f"{{{members}}}"

    def _lifted(self, text: str, path: str | None) -> str:
        if len(text) < PART_FROM or path in ("", "run"):
            return text
        return f'{{"$part":{self._intern(text)}}}'


def _below(path: str | None, key: str) -> str | None:
    if path is None:
        return None
    below = f"{path}.{key}" if path else key
    return below if below in _ABOVE_COLUMNS or below in COLUMNS else None


def _mark(column: str, held: str | int | None, served: Json) -> str | None:
    """The mark that gives the served value back; None where none does."""
    if column in _INSTANTS:
        digits = _digits(served)
        exact = digits is not None and _written(held, digits) == served
        return f'{{"$column":"{column}.{digits}"}}' if exact else None
    number = Number(str(held)) if isinstance(held, int) else held
    return f'{{"$column":"{column}"}}' if served == number else None


def _digits(served: Json) -> int | None:
    if served is None:
        return _USUAL_DIGITS
    if not isinstance(served, str):
        return None
    return len(served) - len("2026-11-20T09:15:00.Z") if "." in served else 0


def _written(held: str | int | None, digits: int) -> str | None:
    """An instant with so many digits of a second; None where that would cut it."""
    if not isinstance(held, int) or not 0 <= digits <= 6:  # noqa: PLR2004  # microseconds
        return None
    text = iso(held)
    return f"{text[: 20 + digits] if digits else text[:19]}Z"


def unpack(template: str, columns: Columns, load: Callable[[int], str]) -> Json:
    """The answer that a template stands for.

    Args:
        template: what `pack` gave.
        columns: the snapshot's columns by name.
        load: gives the JSON text of a part by its number.
    """
    return _unpacked(parse_json(template, deepest=_DEEPEST), columns, load)


def _unpacked(value: Json, columns: Columns, load: Callable[[int], str]) -> Json:
    if isinstance(value, list):
        return [_unpacked(item, columns, load) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((mark, held),) = value.items()
        if mark == "$column" and isinstance(held, str):
            return _column_value(held, columns)
        if mark == "$part" and isinstance(held, Number):
            return unpack(load(int(held.literal)), columns, load)
        if mark == "$served" and isinstance(held, dict):
            value = held
    return {key: _unpacked(item, columns, load) for key, item in value.items()}


def _column_value(spelt: str, columns: Columns) -> Json:
    name, _, digits = spelt.partition(".")
    held = columns[name]
    if digits:
        return _written(held, int(digits))
    return Number(str(held)) if isinstance(held, int) else held
