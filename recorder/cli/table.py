"""A table in plain text that fits a width.

Invariant: columns that are left out are named, and no table is wider than asked. Pure.

Headings are broken between words, then texts are shortened, and keys folded. If that is not enough, one row is written a
line a value. More rows go on below, led by the key columns, or give way in this order: keys that several rows share stand
once, on a line above them; keys are folded further; the last columns are left out, which are given in order of importance;
and before a main column is, the keys of each row stand on a line of their own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, zip_longest

from recorder.cli.terminal import display_width, fold, pad, shorten, shorten_name

_GAP = "  "
_SHORTEST_TEXT = 12
_LONGEST_KEY = 500  # columns, in as many lines as it takes
_LONGEST_WORD = 24  # of a key that is folded between words, while columns have room


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its name and the texts of its cells, free of control characters.

    Attributes:
        group: the heading that it shares with the columns next to it; may be empty.
        right: whether the cells are aligned to the right, as numbers are.
        flexible: whether cells may be shortened, or folded where they are a key.
        key: whether it stands in each part of a table, and finds room before the others.
        is_main: whether it gives up its room only after the others that are no keys.
    """

    name: str
    cells: Sequence[str]
    group: str = ""
    right: bool = False
    flexible: bool = False
    key: bool = False
    is_main: bool = False

    @property
    def title(self) -> str:
        """The whole heading."""
        return f"{self.group} {self.name}".strip()

    @property
    def wanted(self) -> int:
        """The width at which nothing is shortened, and the heading takes two lines at most."""
        return max(self._content, self._name_width)

    def least(self, longest_word: int = _LONGEST_WORD) -> int:
        """Return the width below which the column is of no use.

        Args:
            longest_word: the columns up to which a word of a key stays whole.
        """
        if not self.flexible:
            return self.wanted
        useful = min(self._longest_word, longest_word) if self.key else _SHORTEST_TEXT
        return max(self._name_width, min(self._content, useful))

    @cached_property
    def _content(self) -> int:
        return max(map(display_width, self.cells), default=0)

    @cached_property
    def _longest_word(self) -> int:
        return max(display_width(word) for cell in self.cells for word in cell.split(" "))

    @property
    def _name_width(self) -> int:
        words = self.name.split(" ")
        halves = ([words[:at], words[at:]] for at in range(1, len(words) + 1))
        return min(max(display_width(" ".join(half)) for half in two) for two in halves)


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """One way to give the columns of a table room.

    Attributes:
        lifted: the leading keys that stand on a line above their rows.
        kept: the columns below that.
        widths: of these.
        dropped: the columns that are left out.
        width: of the table.
    """

    lifted: Sequence[Column]
    kept: Sequence[Column]
    widths: list[int]
    dropped: Sequence[Column]
    width: int

    @property
    def is_whole(self) -> bool:
        """Whether each row is one line, with all that it has."""
        columns = zip(self.kept, self.widths, strict=True)
        return not (self.lifted or self.dropped) and all(
            width >= column.wanted for column, width in columns if column.key
        )

    @property
    def loss(self) -> tuple[int, bool, int]:
        """What is lost: main columns, a line for each row, other columns."""
        n_main = sum(column.is_main for column in self.dropped)
        return n_main, not self._is_shared, len(self.dropped) - n_main

    @property
    def _is_shared(self) -> bool:
        """Whether rows have the keys above them in common, most of the time."""
        return not self.lifted or 2 * len(self._sections) <= len(self.kept[0].cells)

    @cached_property
    def _sections(self) -> list[tuple[list[str], list[int]]]:
        """The texts of the keys that are lifted, and the rows that share them."""
        rows = range(len(self.kept[0].cells))
        sections = groupby(rows, key=lambda row: [column.cells[row] for column in self.lifted])
        return [(texts, list(some)) for texts, some in sections]

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the table."""
        return list(self._lines())

    def _lines(self) -> Iterator[str]:
        yield from _head(self.kept, self.widths)
        for number, (texts, rows) in enumerate(self._sections):
            if number and self._is_shared and self.lifted:
                yield ""
            yield from _section_name(self.lifted, texts, self.width)
            for row in rows:
                yield from _row(self.kept, self.widths, row)


def lay_out(
    columns: Sequence[Column], *, width: int, goes_on: bool = False
) -> tuple[list[str], list[str]]:
    """Return the lines of a table, and the titles of the columns that found no room.

    Args:
        columns: at least one, all with as many cells.
        width: columns of the terminal.
        goes_on: whether a table that is too wide goes on below.
    """
    is_single = len(columns[0].cells) == 1
    if not (is_single or goes_on):
        return _narrowed(columns, width)
    widths = _widths(columns, width)
    if widths is not None:
        return list(_lines(columns, widths)), []
    return list(_blocks(columns, width) if is_single else _parts_below(columns, width)), []


def _parts_below(columns: Sequence[Column], width: int) -> Iterator[str]:
    leading = [column for column in columns if column.key] or list(columns[:1])
    others = [column for column in columns if column not in leading]
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
    """Return how many of the columns fit; those of one group stay together if they can."""
    fits = [n + 1 for n in range(len(others)) if _widths([*leading, *others[: n + 1]], width)]
    if not fits or fits[-1] == len(others):
        return len(fits)
    whole = [n for n in fits if not others[n].group or others[n - 1].group != others[n].group]
    return whole[-1] if whole else len(fits)


def _narrowed(columns: Sequence[Column], width: int) -> tuple[list[str], list[str]]:
    """Return the lines of the layout that loses least, and the titles of the columns that it leaves out."""
    layouts = list[_Layout]()
    for layout in _layouts(columns, width):
        layouts.append(layout)
        if layout.is_whole:
            break
    if not layouts:
        return list(_blocks(columns, width)), []
    least = min(layout.loss for layout in layouts)
    equal = [layout for layout in layouts if layout.loss == least]
    # Lines take long: they are made where they decide.
    best = equal[0] if len(equal) == 1 else min(equal, key=lambda layout: len(layout.lines))
    return best.lines, [column.title for column in best.dropped]


def _layouts(columns: Sequence[Column], width: int) -> Iterator[_Layout]:
    """Yield the layouts of a table; of those that lose as much the first is the best."""
    n_leading = next((n for n, column in enumerate(columns) if not column.key), len(columns) - 1)
    ways = [(0, _LONGEST_WORD), *((n, _SHORTEST_TEXT) for n in range(n_leading + 1))]
    for n_lifted, longest_word in ways:
        layout = _layout(columns, width, n_lifted=n_lifted, longest_word=longest_word)
        if layout is not None:
            yield layout


def _layout(
    columns: Sequence[Column], width: int, *, n_lifted: int, longest_word: int
) -> _Layout | None:
    """Return the layout of as many columns as have room; None where there is not even room for the keys."""
    kept, dropped = list(columns[n_lifted:]), list[Column]()
    while (widths := _widths(kept, width, longest_word)) is None:
        others = [place for place, column in enumerate(kept) if not column.key]
        if not others or len(kept) == 1:
            return None
        least = max(others, key=lambda place: (not kept[place].is_main, place))
        dropped.insert(0, kept.pop(least))
    return _Layout(
        lifted=columns[:n_lifted], kept=kept, widths=widths, dropped=dropped, width=width
    )


def _widths(
    columns: Sequence[Column], width: int, longest_word: int = _LONGEST_WORD
) -> list[int] | None:
    """Return the width of each column; None where even the least widths do not fit."""
    room = width - len(_GAP) * (len(columns) - 1)
    widths = [column.wanted for column in columns]
    least = [column.least(longest_word) for column in columns]
    for group, places in _spans(columns):
        missing = display_width(group) - _span_width(widths, places)
        widths[places[-1]] += max(missing, 0)
        least[places[-1]] += max(missing, 0)
    while sum(widths) > room:
        wide = [place for place, width in enumerate(widths) if width > least[place]]
        if not wide:
            return None
        widths[max(wide, key=widths.__getitem__)] -= 1
    return widths


def _spans(columns: Sequence[Column]) -> list[tuple[str, list[int]]]:
    """Return each heading of the upper line, and the places of the columns below it."""
    spans = groupby(enumerate(columns), lambda pair: pair[1].group or pair[0])
    return [
        (columns[places[0]].group, places)
        for places in ([place for place, _ in some] for _, some in spans)
    ]


def _span_width(widths: Sequence[int], places: Sequence[int]) -> int:
    return sum(widths[place] for place in places) + len(_GAP) * (len(places) - 1)


def _lines(columns: Sequence[Column], widths: list[int]) -> Iterator[str]:
    yield from _head(columns, widths)
    for row in range(len(columns[0].cells)):
        yield from _row(columns, widths, row)


def _section_name(keys: Sequence[Column], texts: Sequence[str], width: int) -> Iterator[str]:
    """Yield the lines that name a section; a title and its text are parted only where both fill more than a line."""
    parts = [
        shorten(f"{column.title} {text}".rstrip(), _LONGEST_KEY)
        for column, text in zip(keys, texts, strict=True)
    ]
    line = ""
    for part in [*(f"{part}," for part in parts[:-1]), *parts[-1:]]:
        longer = f"{line} {part}".lstrip()
        if line and display_width(longer) > width:
            yield from fold(line, width)
            longer = part
        line = longer
    yield from fold(line, width) if line else ()


def _row(columns: Sequence[Column], widths: list[int], row: int) -> Iterator[str]:
    texts = (
        fold(shorten(text, _LONGEST_KEY), width) if column.key and column.flexible else [text]
        for column, width in zip(columns, widths, strict=True)
        for text in (column.cells[row],)
    )
    yield from (_line(columns, widths, line) for line in zip_longest(*texts, fillvalue=""))


def _head(columns: Sequence[Column], widths: list[int]) -> Iterator[str]:
    names = [_broken(column.name, width) for column, width in zip(columns, widths, strict=True)]
    height = max(
        len(name) + bool(column.group) for column, name in zip(columns, names, strict=True)
    )
    rows = [*zip(*([""] * (height - len(name)) + name for name in names), strict=True)]
    if any(column.group for column in columns):
        texts = (_upper(columns, widths, rows[0], places) for _, places in _spans(columns))
        yield _GAP.join(texts).rstrip()
        del rows[0]
    yield from (_line(columns, widths, row) for row in rows)
    yield _GAP.join("-" * width for width in widths)


def _upper(
    columns: Sequence[Column], widths: list[int], texts: Sequence[str], places: list[int]
) -> str:
    """Return the part of the upper line over some columns: the heading that they share, or the text of one."""
    first, width = columns[places[0]], _span_width(widths, places)
    text = first.group or texts[places[0]]
    if len(places) == 1 or display_width(text) + 4 > width:
        return pad(text, width, right=first.right and len(places) == 1)
    left = f"{'-' * ((width - display_width(text) - 2) // 2)} {text} "
    return left + "-" * (width - display_width(left))


def _line(columns: Sequence[Column], widths: list[int], texts: Sequence[str]) -> str:
    cells = (
        pad(shorten_name(text, width), width, right=column.right)
        for column, width, text in zip(columns, widths, texts, strict=True)
    )
    return _GAP.join(cells).rstrip()


def _broken(name: str, width: int) -> list[str]:
    lines = [""]
    for word in name.split(" "):
        if lines[-1] and display_width(f"{lines[-1]} {word}") > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _blocks(columns: Sequence[Column], width: int) -> Iterator[str]:
    indent = max(display_width(column.title) for column in columns) + len(": ")
    for number in range(len(columns[0].cells)):
        if number:
            yield ""
        for column in columns:
            yield from _entry(column.title, column.cells[number], indent=indent, width=width)


def _entry(name: str, text: str, *, indent: int, width: int) -> Iterator[str]:
    first, *others = fold(text.strip(), max(width - indent, _SHORTEST_TEXT))
    yield (pad(f"{name}:", indent) + first).rstrip()
    yield from ((" " * indent + other).rstrip() for other in others)
