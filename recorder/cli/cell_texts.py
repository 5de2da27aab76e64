"""The columns of a table as people read them: texts by the kind of each column, headings by its name.

Invariant: bounds stand next to their value; a column without a value, or of zeros alone, is left out and named. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from itertools import zip_longest
from typing import Any, Final

from recorder.analysis.value_texts import NUMERIC, bounds_texts, texts_of
from recorder.analysis.values import Cell, Kind, Row, is_finite
from recorder.cli.table import Column
from recorder.cli.terminal import display_width, pad, visible
from recorder.ledger.jsontext import Number

_SUMMABLE: Final = frozenset({"count", "amount"})
_IMPLIED: Final[Mapping[Kind, str]] = {
    "seconds": "seconds",
    "instant": "at",
    "amount": "total",
    "flag": "is",
}
"""The word of a name that the texts of the kind show themselves."""
_KINDS: Final[Mapping[type, Kind]] = {
    bool: "flag",
    datetime: "instant",
    **dict.fromkeys((int, float, Decimal, Number), "number"),
}
_UNITS: Final = ("unit", "cost_unit")
BARS: Final = (8, 6, 4)
"""The columns of the longest bar: the first of these for which a table has room."""

BLOCKS: Final = "▏▎▍▌▋▊▉█"  # from an eighth to the full block
ASCII_BLOCKS: Final = "#"
_FULL_AT_1: Final = 0.5  # bars of shares up to this one are drawn larger than they are


@dataclass(slots=True, kw_only=True)
class TableTexts:
    """The texts of a table's columns.

    Args:
        rows: of which each may lack columns; those of the whole stand last.
        cells: the declaration of every column.
        shown: the names of the columns to show.
        n_whole: the number of rows of the whole, which have no bars.
        tz: the zone of instants.
        is_exact: whether instants have seconds.
        is_verbatim: whether the columns are shown one by one, under their names.
        blocks: the characters of bars, from the smallest to the full block.
    """

    rows: Sequence[Mapping[str, object]]
    cells: Mapping[str, Cell]
    shown: Sequence[str]
    n_whole: int
    tz: tzinfo
    is_exact: bool
    is_verbatim: bool
    blocks: str
    zeros: list[str] = field(default_factory=list)
    blanks: list[str] = field(default_factory=list)
    _unit: str | None = None

    def __post_init__(self) -> None:
        if not self.is_verbatim:
            self.shown = list(self._chosen(self.shown))

    def columns(self, *, bar: int = BARS[0]) -> list[Column]:
        """Return the columns, with bars of at most so many characters next to numbers; 0: without."""
        return [self._column(name, bar) for name in self.shown]

    def notes(self) -> Iterator[str]:
        """Yield what the columns do not say: what is left out, and the zone of instants."""
        left_out = {"0 in each row": self.zeros, "no value": self.blanks}
        texts = [f"{', '.join(names)} ({why})" for why, names in left_out.items() if names]
        if texts:
            yield f"left out: {'; '.join(texts)}"
        if not self.is_exact and any(self.cells[name].kind == "instant" for name in self.shown):
            yield f"times in {self.tz}"

    def _chosen(self, shown: Sequence[str]) -> Iterator[str]:
        """Yield the names of the columns to show: no bounds, nothing empty, no unit or source that all rows share."""
        has_amounts = any(self.cells[name].kind == "amount" for name in shown)
        shared = {"source", *(_UNITS if has_amounts else ())}
        # The column that the table is about stays, even where it is empty.
        main = next((name for name in shown if not self.cells[name].key), None)
        for place, name in enumerate(shown):
            values = self._values(name)
            if name.endswith(("_low", "_high")) and name.rpartition("_")[0] in self.cells:
                continue
            is_one = name in shared and len(set(values)) == 1 and values[0] is not None
            if is_one and name in _UNITS:
                self._unit = str(values[0])
            elif (
                (place == 0 and is_one)
                or name == main
                or not (is_one or self._is_empty(name, values))
            ):
                yield name

    def _is_empty(self, name: str, values: Sequence[object]) -> bool:
        """Return whether a column has nothing to show, and note it; a key without a value names a group."""
        cell = self.cells[name]
        has_no_value = all(value is None for value in values)
        is_zero = cell.kind in _SUMMABLE and all(value in (None, 0) for value in values)
        is_empty = (has_no_value or is_zero) and not (cell.key and name not in _UNITS)
        if values and is_empty:
            title = " ".join(filter(None, self._heads(name)))
            (self.blanks if has_no_value else self.zeros).append(title)
        return is_empty

    def _heads(self, name: str) -> tuple[str, str]:
        """Return the heading that a column shares, which may be empty, and its own."""
        cell = self.cells[name]
        own = heading(name.removeprefix(f"{cell.group}_"), cell.kind)
        return heading(cell.group, *_IMPLIED), visible(name) if self.is_verbatim else own

    def _values(self, name: str) -> list[Any]:
        return [row.get(name) for row in self.rows]

    def _texts(self, name: str) -> list[str]:
        kind = self.cells[name].kind
        texts = texts_of(kind, self._values(name), self.tz, is_exact=self.is_exact)
        return [*map(visible, texts)]

    def _column(self, name: str, bar: int) -> Column:
        cell, values = self.cells[name], self._values(name)
        texts = self._texts(name)
        is_plain = True
        if f"{name}_low" in self.cells and not self.is_verbatim:
            texts, is_plain = [*self._with_bounds(name, texts)], False
        if bar and cell.bar and (cell.kind != "amount" or self._unit is not None):
            texts, is_plain = [*self._with_bars(texts, values, bar)], False
        group, own = self._heads(name)
        if cell.kind == "amount" and self._unit is not None:
            group = f"{group} {visible(self._unit)}".strip()
        return Column(
            name=own,
            group=group,
            cells=texts,
            right=is_plain and cell.kind in NUMERIC,
            flexible=cell.kind in ("text", "flag") and not name.endswith("_id"),
            key=cell.key,
            is_main=cell.bar or cell.main,
        )

    def _with_bounds(self, name: str, texts: Sequence[str]) -> Iterator[str]:
        width = max(map(display_width, texts), default=0)
        bounds = bounds_texts(*(self._texts(f"{name}_{end}") for end in ("low", "high")))
        for text, more in zip(texts, bounds, strict=True):
            yield pad(text, width, right=True) + more

    def _with_bars(
        self, texts: Sequence[str], values: Sequence[Any], longest: int
    ) -> Iterator[str]:
        width = max(map(display_width, texts), default=0)
        sizes = [_size(value) for value in values[: len(values) - self.n_whole]]
        most = max(sizes, default=0.0)
        top = 1.0 if _FULL_AT_1 < most <= 1 else most
        for text, size in zip_longest(texts, sizes, fillvalue=0.0):
            # A bar by itself compares nothing.
            bar = self._bar(longest * size / top) if size and len(sizes) > 1 else ""
            yield f"{pad(str(text), width, right=True)} {bar}".rstrip()

    def _bar(self, length: float) -> str:
        n = len(self.blocks)
        full, rest = divmod(round(length * n), n)
        return self.blocks[-1] * full + (self.blocks[rest - 1] if rest else "")


def _size(value: object) -> float:
    """Return the size of a value for its bar: 0 for a negative number and for one that is none."""
    if isinstance(value, int | float | Decimal) and is_finite(value):
        return max(float(value), 0.0)
    return 0.0


def heading(name: str, *kinds: Kind) -> str:
    """Return a name as words, without those that the texts of the kinds imply."""
    words, implied = visible(name).split("_"), {_IMPLIED.get(kind) for kind in kinds}
    return " ".join([word for word in words if word not in implied] or words)


def inferred(names: Iterable[str], rows: Sequence[Mapping[str, object]]) -> Row:
    """Return declarations of columns that have none, by the values of their rows."""
    return {name: Cell(_kind_of([row.get(name) for row in rows])) for name in names}


def _kind_of(values: Sequence[object]) -> Kind:
    kinds = {_KINDS.get(type(value), "text") for value in values if value is not None}
    return kinds.pop() if len(kinds) == 1 else "text"
