"""Rows and JSON values on stdout: how every reading command prints.

Invariant: `json`, `ndjson` and `csv` hold the exact data, numbers digit by digit, instants in UTC; `table` and
`markdown` are for reading: served text is shown, never obeyed, and instants are in `--tz`.
"""

import csv
import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Final, TextIO, TypeAlias

from recorder.cli.streams import terminal_width
from recorder.cli.table import Column, lay_out
from recorder.cli.terminal import fold, visible
from recorder.instants import datetime_of, iso, us_of
from recorder.ledger.jsontext import Json, Number, quote, to_text

Row: TypeAlias = Mapping[str, object]

_NULL = "-"
_LONGEST_PLAIN = 30  # digits; a Decimal of more is written with an exponent
_DECIMALS = 3  # of a float in a table
_TINY = 0.0005  # less would be printed as 0.000
_HUGE = 10**15  # a larger number is printed with all its digits
# C1 controls, soft hyphen, bidi overrides, characters of no width, tags.
_RISKY_IN_JSON = re.compile(
    r"[\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
_NOT_ASCII = re.compile(r"[^\x00-\x7e]")
_MARKDOWN = re.compile(r"[\\`*\[\]<>|]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """The destination and the format of rows."""

    columns: Sequence[str]
    table_columns: Sequence[str]
    kept: Collection[str]
    repeat: Collection[str]
    out: TextIO
    width: int
    tz: tzinfo
    title: str | None
    foot: Sequence[str]
    empty: str

    def put(self, line: str) -> None:
        """Write one line."""
        self.out.write(line + "\n")


def write_rows(
    rows: Iterable[Row],
    *,
    columns: Sequence[str],
    format: str,
    out: TextIO,
    table_columns: Sequence[str] | None = None,
    kept: Collection[str] = ("run_id",),
    repeat: Collection[str] = (),
    width: int | None = None,
    tz: tzinfo = UTC,
    title: str | None = None,
    foot: Sequence[str] = (),
    empty: str = "no rows",
) -> None:
    """Print rows.

    Args:
        rows: each a mapping from column to None, bool, int, float, Decimal, str, aware datetime, or a JSON value
            (with `Number`); a column that a row lacks is null. `json`, `ndjson` and `csv` read them one by one.
        columns: all columns, in order.
        format: one of `FORMATS`.
        out: where to; a terminal gets no control character of served text in any format.
        table_columns: those of `table` and `markdown`, in order of importance; None = all.
        kept: columns that a table shortens last, as ids.
        repeat: columns that lead each part of a table too wide for one; none: such a table loses its last columns.
        width: of a table, in columns; None = the terminal's, 80 where there is none.
        tz: the zone of instants in `table` and `markdown`.
        title: a line above a table.
        foot: lines below a table; like the title no part of `json`, `ndjson` and `csv`.
        empty: the line of a table without rows.

    Raises:
        TypeError: a value of another type, or a naive datetime.
    """
    page = _Page(
        columns=columns,
        table_columns=columns if table_columns is None else table_columns,
        kept=kept,
        repeat=repeat,
        out=out,
        width=terminal_width() if width is None else width,
        tz=tz,
        title=title,
        foot=foot,
        empty=empty,
    )
    _WRITERS[format](rows, page)


def write_value(value: object, out: TextIO) -> None:
    """Print one JSON value on one line, exactly; `value` as in the rows of `write_rows`."""
    out.write(_json_line(value, out) + "\n")


def write_document(value: Json, out: TextIO) -> None:
    """Print one JSON value over several lines, two blanks a level; every number digit by digit."""
    out.write(escaped_json(_indented(value), out) + "\n")


def _indented(value: Json, margin: str = "\n") -> str:
    inner = margin + "  "
    if value and isinstance(value, dict):
        items = [f"{quote(key)}: {_indented(item, inner)}" for key, item in value.items()]
        return f"{{{inner}{f',{inner}'.join(items)}{margin}}}"
    if value and isinstance(value, list):
        return f"[{inner}{f',{inner}'.join(_indented(item, inner) for item in value)}{margin}]"
    return to_text(value)


def as_json(value: object) -> Json:
    """Return a cell's value as a JSON value; a number that is not finite is null."""
    if value is None or isinstance(value, bool | str | Number):
        return value
    if isinstance(value, datetime):
        return iso(us_of(value))
    if isinstance(value, int | float | Decimal):
        return Number(_digits(value)) if _is_finite(value) else None
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    raise TypeError(f"no value of a cell: {type(value).__name__}")


def _is_finite(value: float | Decimal) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int) or math.isfinite(value)


def _digits(value: float | Decimal) -> str:
    if isinstance(value, Decimal):
        return format(value, "f") if abs(value.adjusted()) < _LONGEST_PLAIN else str(value)
    return repr(value) if isinstance(value, float) else str(int(value))


def _json_line(value: object, out: TextIO) -> str:
    return escaped_json(to_text(as_json(value)), out)


def escaped_json(text: str, out: TextIO) -> str:
    """Return the same JSON without characters that a terminal obeys, or that the stream cannot hold."""
    encoding = (getattr(out, "encoding", None) or "utf-8").lower().replace("-", "")
    risky = _RISKY_IN_JSON if encoding == "utf8" else _NOT_ASCII
    return risky.sub(lambda match: json.dumps(match[0])[1:-1], text)


def _objects(rows: Iterable[Row], page: _Page) -> Iterator[str]:
    for row in rows:
        yield _json_line({name: row.get(name) for name in page.columns}, page.out)


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
    writer.writerow(map(safe, page.columns))
    for row in rows:
        writer.writerow([safe(_csv_cell(row.get(name))) for name in page.columns])


def _csv_cell(value: object) -> str:
    plain = as_json(value)
    if plain is None:
        return ""
    return plain if isinstance(plain, str) else to_text(plain)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _write_table(rows: Iterable[Row], page: _Page) -> None:
    columns = _columns(rows, page)
    lines, dropped = [page.empty], list[str]()
    if columns[0].cells:
        lines, dropped = lay_out(columns, width=page.width, repeat=page.repeat)
    if page.title is not None:
        page.put(visible(page.title))
    for line in lines:
        page.put(line)
    for line in [*_no_room_for(dropped), *page.foot]:
        for part in fold(visible(line), page.width):
            page.put(part)


def _no_room_for(names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"no room for {', '.join(names)}: widen the terminal, or take another --format"


def _write_markdown(rows: Iterable[Row], page: _Page) -> None:
    columns = _columns(rows, page)
    if page.title is not None:
        page.put(_plain_markdown(visible(page.title)) + "\n")
    page.put(_piped(column.name for column in columns))
    page.put(_piped("---:" if column.right else "---" for column in columns))
    for texts in zip(*(column.cells for column in columns), strict=True):
        page.put(_piped(texts))
    for line in page.foot:
        page.put("\n" + _plain_markdown(visible(line)))


def _piped(texts: Iterable[str]) -> str:
    return "| " + " | ".join(_plain_markdown(text) for text in texts) + " |"


def _plain_markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\g<0>", text)


def _columns(rows: Iterable[Row], page: _Page) -> list[Column]:
    listed = list(rows)
    return [_column(name, [row.get(name) for row in listed], page) for name in page.table_columns]


def _column(name: str, values: Sequence[object], page: _Page) -> Column:
    present = [value for value in values if value is not None]
    numeric = bool(present) and all(map(_is_number, present))
    decimals = max((_decimals(value) for value in present), default=0) if numeric else 0
    return Column(
        name=visible(name),
        cells=[_cell(value, decimals, page.tz) for value in values],
        right=numeric,
        flexible=any(isinstance(value, str | Mapping | list | tuple) for value in present),
        kept=name in page.kept,
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal | Number) and not isinstance(value, bool)


def _decimals(value: object) -> int:
    """Return how many decimals a value needs in a table: an exact amount all, others at most three."""
    if isinstance(value, float) and _is_finite(value):
        text = f"{value:.{_DECIMALS}f}"
    elif isinstance(value, Decimal) and value.is_finite():
        text = _digits(value)
    else:
        return 0
    _, point, fraction = text.partition(".")
    return len(fraction.rstrip("0")) if point and fraction.isdigit() else 0


def _cell(value: object, decimals: int, tz: tzinfo) -> str:
    if isinstance(value, datetime):
        return instant_text(value, tz)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _number(value, decimals)
    plain = as_json(value)
    if plain is None:
        return _NULL
    return visible(plain if isinstance(plain, str) else to_text(plain))


def _number(value: float | Decimal, decimals: int) -> str:
    if not _is_finite(value):
        return _NULL
    if isinstance(value, float) and 0 < abs(value) < _TINY:
        return f"{value:.2g}"
    return f"{value:.{decimals}f}" if -_HUGE < value < _HUGE else _digits(value)


def instant_text(value: datetime, tz: tzinfo) -> str:
    """Return an instant for reading, to the second; with Z in UTC, else with its offset."""
    utc = datetime_of(us_of(value))
    try:
        moment = utc if tz is UTC else utc.astimezone(tz)
    except OverflowError:  # the first or last hours of the calendar
        moment = utc
    text = moment.isoformat(" ", "seconds")
    return text.replace("+00:00", "Z") if moment is utc else text.removesuffix(":00")


_WRITERS: Mapping[str, Callable[[Iterable[Row], _Page], None]] = {
    "table": _write_table,
    "json": _write_json,
    "ndjson": _write_ndjson,
    "csv": _write_csv,
    "markdown": _write_markdown,
}
FORMATS: Final = tuple(_WRITERS)
FOR_READING: Final = ("table", "markdown")
"""The formats that leave out columns, show texts by `--tz` and bear a title and a foot; the others are data."""
