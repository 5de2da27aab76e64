"""Rows on stdout: how every reading command prints.

Invariant: `json`, `ndjson` and `csv` hold the exact data, numbers digit by digit, instants in UTC; `table` and
`markdown` are for reading: served text is shown, never obeyed, and instants are in `--tz`.
"""

import csv
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import chain, islice
from typing import Final, TextIO, TypeAlias

from recorder.analysis.values import Cell, as_json
from recorder.cli.cell_texts import ASCII_BLOCKS, BARS, BLOCKS, TableTexts, inferred
from recorder.cli.json_output import is_utf8, json_line
from recorder.cli.options import is_wide
from recorder.cli.streams import terminal_width
from recorder.cli.table import lay_out
from recorder.cli.terminal import fold, visible
from recorder.ledger.jsontext import to_text

Row: TypeAlias = Mapping[str, object]

_MARKDOWN = re.compile(r"[\\`*\[\]<>|]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """The destination and the format of rows."""

    columns: Mapping[str, Cell] | Sequence[str]
    table_columns: Sequence[str] | None
    whole: Sequence[Row]
    out: TextIO
    width: int
    tz: tzinfo
    foot: Sequence[str]
    empty: str

    def put(self, line: str) -> None:
        """Write one line."""
        self.out.write(line + "\n")

    def texts(self, rows: Iterable[Row]) -> TableTexts:
        """Return the texts of a table: with --wide of all columns, else of those chosen."""
        listed, names = [*rows, *self.whole], tuple(self.columns)
        cells = self.columns if isinstance(self.columns, Mapping) else {}
        unknown = {*names, *(self.table_columns or ())} - cells.keys()
        cells = {**inferred(unknown, listed), **cells}
        narrow = self.table_columns or [name for name in names if cells[name].narrow] or names
        is_verbatim = not isinstance(self.columns, Mapping)
        return TableTexts(
            rows=listed,
            cells=cells,
            shown=names if is_wide() else narrow,
            n_whole=len(self.whole),
            tz=self.tz,
            is_exact=is_wide() or is_verbatim,
            is_verbatim=is_verbatim,
            blocks=BLOCKS if is_utf8(self.out) else ASCII_BLOCKS,
        )


def write_rows(
    rows: Iterable[Row],
    *,
    columns: Mapping[str, Cell] | Sequence[str],
    format: str,
    out: TextIO | None = None,
    table_columns: Sequence[str] | None = None,
    whole: Sequence[Row] = (),
    width: int | None = None,
    tz: tzinfo = UTC,
    foot: Sequence[str] = (),
    empty: str = "no rows",
) -> None:
    """Print rows.

    Args:
        rows: each a mapping from column to None, bool, int, float, Decimal, str, aware datetime, or a JSON value
            (with `Number`); a column that a row lacks is null. `json`, `ndjson` and `csv` read them one by one.
        columns: the declarations of all columns, in order; of names alone, a table shows the
            values as they are under these names.
        format: one of `FORMATS`.
        out: where to, None for stdout; a terminal gets no control character of served text in any format.
        table_columns: those of `table` and `markdown`, in order of importance, also such that are no data; None = the
            narrow ones, or else all.
        whole: the rows below those of a table.
        width: of a table, in columns; None = the terminal's, 80 where there is none.
        tz: the zone of instants in `table` and `markdown`.
        foot: lines below a table; like `whole` no part of `json`, `ndjson` and `csv`.
        empty: the line of a table without rows.

    Raises:
        TypeError: a value of another type, or a naive datetime.
    """
    page = _Page(
        columns=columns,
        table_columns=table_columns,
        whole=whole,
        out=out or sys.stdout,
        width=terminal_width() if width is None else width,
        tz=tz,
        foot=foot,
        empty=empty,
    )
    _WRITERS[format](rows, page)


def _objects(rows: Iterable[Row], page: _Page) -> Iterator[str]:
    for row in rows:
        yield json_line({name: row.get(name) for name in page.columns}, page.out)


def _write_ndjson(rows: Iterable[Row], page: _Page) -> None:
    for line in _objects(rows, page):
        page.put(line)


def _write_json(rows: Iterable[Row], page: _Page) -> None:
    opening = "["
    for line in _objects(rows, page):
        page.out.write(f"{opening}\n{line}")
        opening = ","
    page.put("[]" if opening == "[" else "\n]")


def _write_csv(rows: Iterable[Row], page: _Page) -> None:
    writer = csv.writer(page.out, lineterminator="\r\n")
    safe = visible if page.out.isatty() else _encodable
    rows = iter(rows)
    first = list(islice(rows, 1))  # before the names: where it cannot be read, nothing is written
    writer.writerow(map(safe, page.columns))
    for row in chain(first, rows):
        writer.writerow([safe(_csv_cell(row.get(name))) for name in page.columns])


def _csv_cell(value: object) -> str:
    plain = as_json(value)
    if plain is None:
        return ""
    return plain if isinstance(plain, str) else to_text(plain)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _write_table(rows: Iterable[Row], page: _Page) -> None:
    texts = page.texts(rows)
    if not texts.rows:
        lines, notes = [page.empty], list[str]()
    else:
        lines, dropped = _fitted(texts, page)
        notes = [*_no_room_for(dropped), *texts.notes()]
    for line in lines:
        page.put(line)
    for line in [*page.foot, *notes]:
        for part in fold(visible(line), page.width):
            page.put(part)


def _fitted(texts: TableTexts, page: _Page) -> tuple[list[str], list[str]]:
    """Return the lines of the table, with bars that take no room from columns or keys, and what found no room."""
    plain = lay_out(texts.columns(bar=0), width=page.width, goes_on=is_wide())
    for bar in () if is_wide() else BARS:
        drawn = lay_out(texts.columns(bar=bar), width=page.width)
        if drawn[1] == plain[1] and len(drawn[0]) == len(plain[0]):
            return drawn
    return plain


def _no_room_for(names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"no room for {', '.join(names)}: widen the terminal, or add --wide"


def _write_markdown(rows: Iterable[Row], page: _Page) -> None:
    texts = page.texts(rows)
    columns = texts.columns()
    page.put(_piped(column.title for column in columns))
    page.put(_piped("---:" if column.right else "---" for column in columns))
    for row in zip(*(column.cells for column in columns), strict=True):
        page.put(_piped(row))
    for line in [*page.foot, *texts.notes()]:
        page.put("\n" + plain_markdown(visible(line)))


def _piped(texts: Iterable[str]) -> str:
    return "| " + " | ".join(plain_markdown(text.strip()) for text in texts) + " |"


def plain_markdown(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return _MARKDOWN.sub(r"\\\g<0>", text)


_WRITERS: Mapping[str, Callable[[Iterable[Row], _Page], None]] = {
    "table": _write_table,
    "json": _write_json,
    "ndjson": _write_ndjson,
    "csv": _write_csv,
    "markdown": _write_markdown,
}
FORMATS: Final = tuple(_WRITERS)
FOR_READING: Final = ("table", "markdown")
"""The formats that leave out columns, show texts by `--tz` and bear a foot; the others are data."""
