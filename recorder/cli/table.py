"""A table in plain text that fits a width.

Invariant: columns that are left out are named, and no table is wider than asked. Pure.

Names too long for their column are broken at underscores, then texts are shortened. If that is not enough, one
row is written a line a value; more rows go on below, led by the columns to repeat, or else lose their last
columns, which are given in order of importance.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from recorder.cli.terminal import display_width, fold, pad, shorten

_GAP = "  "
_SHORTEST_TEXT = 12
_LONGEST_KEPT = 36  # a UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its name and the texts of its cells, free of control characters.

    Attributes:
        right: whether the cells are aligned to the right, as numbers are.
        flexible: whether cells may be shortened.
        kept: whether they are shortened last, as ids are.
    """

    name: str
    cells: Sequence[str]
    right: bool = False
    flexible: bool = False
    kept: bool = False

    @property
    def content_width(self) -> int:
        """The width of the widest cell."""
        return max(map(display_width, self.cells), default=0)

    @property
    def name_width(self) -> int:
        """The width of the longest part of the name, broken at underscores."""
        return max(map(display_width, _name_parts(self.name)))

    @property
    def unshortened(self) -> int:
        """The width at which only the name is broken."""
        return max(self.content_width, self.name_width)

    def wanted(self, width: int) -> int:
        """Return the width with nothing broken or shortened; of texts at most the whole width."""
        content = min(self.content_width, width) if self.flexible else self.content_width
        return max(content, display_width(self.name))

    @property
    def least(self) -> int:
        """The width below which the column is of no use."""
        if not self.flexible:
            return self.unshortened
        useful = _LONGEST_KEPT if self.kept else _SHORTEST_TEXT
        return max(self.name_width, min(self.content_width, useful))


def lay_out(
    columns: Sequence[Column], *, width: int, repeat: Collection[str] = ()
) -> tuple[list[str], list[str]]:
    """Return the lines of a table, and the names of the columns that found no room.

    Args:
        columns: at least one, all with as many cells.
        width: columns of the terminal.
        repeat: names of the columns that lead each part of a table that goes on below; none: nothing goes on.
    """
    widths = _widths(columns, width)
    if widths is not None:
        return list(_lines(columns, widths)), []
    if len(columns[0].cells) == 1:
        return list(_blocks(columns, width)), []
    if repeat:
        return list(_parts_below(columns, width, repeat)), []
    return _without_the_last(columns, width)


def _parts_below(columns: Sequence[Column], width: int, repeat: Collection[str]) -> Iterator[str]:
    leading = [column for column in columns if column.name in repeat]
    others = [column for column in columns if column.name not in repeat]
    while others:
        count = _count_fitting(leading, others, width)
        widths = _widths([*leading, *others[:count]], width) if count else None
        if widths is None:
            yield from _blocks([*leading, *others], width)
            return
        yield from _lines([*leading, *others[:count]], widths)
        others = others[count:]
        if others:
            yield ""


def _count_fitting(leading: Sequence[Column], others: Sequence[Column], width: int) -> int:
    """Return how many of the columns fit; those of one family (`queue_...`) stay together if they can."""
    fits = [n + 1 for n in range(len(others)) if _widths([*leading, *others[: n + 1]], width)]
    if not fits or fits[-1] == len(others):
        return len(fits)
    family = [_name_parts(column.name)[0] for column in others]
    whole = [count for count in fits if family[count - 1] != family[count]]
    return whole[-1] if whole else len(fits)


def _without_the_last(columns: Sequence[Column], width: int) -> tuple[list[str], list[str]]:
    for count in range(len(columns) - 1, 0, -1):
        widths = _widths(columns[:count], width)
        if widths is not None:
            dropped = [column.name for column in columns[count:]]
            return list(_lines(columns[:count], widths)), dropped
    return list(_blocks(columns, width)), []


def _widths(columns: Sequence[Column], width: int) -> list[int] | None:
    """Return the width of each column; None where even the least widths do not fit."""
    room = width - len(_GAP) * (len(columns) - 1)
    widths = [column.wanted(width) for column in columns]
    if sum(widths) > room:
        widths = [
            min(width, column.unshortened) for width, column in zip(widths, columns, strict=True)
        ]
    for least in (
        [column.unshortened if column.kept else column.least for column in columns],
        [column.least for column in columns],
    ):
        widths = _squeezed(widths, least, room)
    return widths if sum(widths) <= room else None


def _squeezed(widths: list[int], least: list[int], room: int) -> list[int]:
    """Narrow the widest, one by one, until all fit or none can be narrowed."""
    widths = list(widths)
    while sum(widths) > room:
        wide = [index for index, width in enumerate(widths) if width > least[index]]
        if not wide:
            break
        widths[max(wide, key=widths.__getitem__)] -= 1
    return widths


def _lines(columns: Sequence[Column], widths: list[int]) -> Iterator[str]:
    heads = [_broken(column.name, width) for column, width in zip(columns, widths, strict=True)]
    height = max(map(len, heads))
    rows = zip(*([""] * (height - len(head)) + head for head in heads), strict=True)
    yield from (_line(columns, widths, row) for row in rows)
    yield _GAP.join("-" * width for width in widths)
    for row in zip(*(column.cells for column in columns), strict=True):
        yield _line(columns, widths, row)


def _line(columns: Sequence[Column], widths: list[int], texts: tuple[str, ...]) -> str:
    cells = (
        pad(shorten(text, width), width, right=column.right)
        for column, width, text in zip(columns, widths, texts, strict=True)
    )
    return _GAP.join(cells).rstrip()


def _name_parts(name: str) -> list[str]:
    *first, last = name.split("_")
    return [*(part + "_" for part in first), last]


def _broken(name: str, width: int) -> list[str]:
    lines = [""]
    for part in _name_parts(name):
        if lines[-1] and display_width(lines[-1] + part) > width:
            lines.append("")
        lines[-1] += part
    return lines


def _blocks(columns: Sequence[Column], width: int) -> Iterator[str]:
    indent = max(display_width(column.name) for column in columns) + len(": ")
    for number in range(len(columns[0].cells)):
        if number:
            yield ""
        for column in columns:
            yield from _entry(column.name, column.cells[number], indent=indent, width=width)


def _entry(name: str, text: str, *, indent: int, width: int) -> Iterator[str]:
    first, *others = fold(text, max(width - indent, _SHORTEST_TEXT))
    yield (pad(f"{name}:", indent) + first).rstrip()
    yield from ((" " * indent + other).rstrip() for other in others)
