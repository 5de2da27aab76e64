"""Tables of the page: the rows of a report as people read them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final

from recorder.analysis.report import Report
from recorder.analysis.values import Cells, Kind
from recorder.humanize import amount_text, percent, span

_NUMBERS: Final = frozenset({"count", "seconds", "rate", "number", "amount"})
_NULL: Final = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlCell:
    """One cell: its text, whether it is a number, and where it leads."""

    text: str
    is_number: bool = False
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlTable:
    """One table.

    Attributes:
        caption: what its rows are.
        headings: one a column.
        rows: a cell a column; the first names the row.
        foot: the populations that it rests on.
    """

    caption: str
    headings: Sequence[HtmlCell]
    rows: Sequence[Sequence[HtmlCell]]
    foot: str = ""


def report_table(
    caption: str, report: Report, columns: Mapping[str, str], tz: tzinfo, *, whole: bool = True
) -> HtmlTable:
    """Return the table of a report.

    Args:
        caption: what its rows are.
        report: the answer of an analysis.
        columns: the heading of each column that is shown, by name; a rate with bounds shows its interval.
        tz: the zone of instants.
        whole: whether the rows of the whole stand last.
    """
    rows = [*report.rows, *(report.whole if whole else [])]
    return HtmlTable(
        caption=caption,
        headings=[
            HtmlCell(text=heading, is_number=report.kinds[name] in _NUMBERS)
            for name, heading in columns.items()
        ],
        rows=[[_cell(report, row, name, tz) for name in columns] for row in rows],
        foot=report.foot,
    )


def _cell(report: Report, row: Cells, name: str, tz: tzinfo) -> HtmlCell:
    kind = report.kinds[name]
    text = value_text(kind, row[name], tz)
    bounds = [row.get(f"{name}_{end}") for end in ("low", "high")]
    if None not in bounds and not isinstance(row[name], str):
        low, high = (value_text(kind, bound, tz).removesuffix(" %") for bound in bounds)
        text += f" ({low} to {high})"
    return HtmlCell(text=text, is_number=kind in _NUMBERS)


def value_text(kind: Kind, value: Any, tz: tzinfo) -> str:  # noqa: ANN401  # a cell's value
    """Return a value as people read it; a dash for a missing one, words as they are."""
    if value is None or isinstance(value, str):
        return value or _NULL
    return _TEXTS[kind](value, tz)


_TEXTS: Final[Mapping[Kind, Callable[[Any, tzinfo], str]]] = {
    "count": lambda number, _: f"{number:,}",
    "seconds": lambda seconds, _: span(seconds),
    "rate": lambda share, _: percent(share),
    "number": lambda number, _: f"{number:,.4g}",
    "amount": lambda amount, _: amount_text(amount),
    "flag": lambda flag, _: "yes" if flag else "no",
    "instant": lambda moment, tz: f"{moment.astimezone(tz):%Y-%m-%d %H:%M}",
}
