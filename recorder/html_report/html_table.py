"""Tables of the page: the rows of a report as people read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from recorder.analysis.report import Report
from recorder.analysis.value_texts import NUMERIC, bounds_texts, texts_of
from recorder.analysis.values import Cells


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


def report_table(caption: str, report: Report, columns: Mapping[str, str], tz: tzinfo) -> HtmlTable:
    """Return the table of a report, without the columns that have no value; a unit that all rows share stands in its caption.

    Args:
        caption: what its rows are.
        report: the answer of an analysis.
        columns: the heading of each column that is shown, by name; a value with bounds shows its interval.
        tz: the zone of instants.
    """
    rows = [*report.rows, *report.whole]
    units = {row.get("unit") for row in rows} if "unit" in columns else set()
    unit = units.pop() if len(units) == 1 else None
    shown = [name for name in columns if not rows or any(row[name] is not None for row in rows)]
    if unit is not None:
        shown.remove("unit")
    kinds = report.kinds
    return HtmlTable(
        caption=caption if unit is None else f"{caption}, in {unit}",
        headings=[HtmlCell(text=columns[name], is_number=kinds[name] in NUMERIC) for name in shown],
        rows=[*zip(*(_cells(report, rows, name, tz) for name in shown), strict=True)],
        foot=report.foot,
    )


def _cells(report: Report, rows: Sequence[Cells], name: str, tz: tzinfo) -> list[HtmlCell]:
    kinds = report.kinds

    def texts(name: str) -> list[str]:
        return texts_of(kinds[name], [row[name] for row in rows], tz)

    bounds = [f"{name}_low", f"{name}_high"]
    more = bounds_texts(*map(texts, bounds)) if bounds[0] in kinds else [""] * len(rows)
    is_number = kinds[name] in NUMERIC
    return [
        HtmlCell(text=text + interval, is_number=is_number)
        for text, interval in zip(texts(name), more, strict=True)
    ]
