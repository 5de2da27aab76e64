"""Served text on a terminal: measured in columns; shown, not obeyed.

Invariant: the result of `visible` has no character that moves the cursor, changes colours or turns the direction of
writing. Pure.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator

from rich.cells import cell_len

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")  # zero width, and part of some scripts and emoji
ELLIPSIS = "…"
_BREAK = re.compile(" (?![smhd]\\b|%)")  # a blank that does not stand before a unit
_JOINT = re.compile(r"(?<=\w)[-_./:](?=\w)")  # of a name or a URL
_SHORTEST_NAME = 8  # columns; a shorter text shows its beginning only


def visible(text: str) -> str:
    r"""Return the text with control characters, terminal escapes and bidi overrides spelt out: `\x1b`, `\n`."""
    return text if text.isprintable() else "".join(map(_spelt, text))


def _spelt(character: str) -> str:
    if unicodedata.category(character) in _OBEYED and character not in _JOINERS:
        return character.encode("unicode_escape").decode("ascii")
    return character


def display_width(text: str) -> int:
    """Return how many columns a text without control characters takes."""
    return len(text) if text.isascii() else cell_len(text)


def shorten(text: str, width: int) -> str:
    """Return the text in at most `width` columns; a longer one ends with an ellipsis."""
    if display_width(text) <= width:
        return text
    return text[: _fitting(text, width - 1)] + ELLIPSIS


def shorten_name(text: str, width: int) -> str:
    """Return the text in at most `width` columns: a longer name lacks its middle, for names differ at their ends too.

    A sentence, or a list with commas, lacks its end.
    """
    if display_width(text) <= width or {" ", ","} & {*text} or width < _SHORTEST_NAME:
        return shorten(text, width)
    end = _from_end(text, (width - 1) // 2)
    return text[: _fitting(text, width - 1 - display_width(end))] + ELLIPSIS + end


def _from_end(text: str, width: int) -> str:
    """Return the last characters of a text that fit into `width` columns, joined ones together."""
    end = text[-width:]
    while display_width(end) > width or (end and not display_width(end[0])):
        end = end[1:]
    return end


def _fitting(text: str, width: int) -> int:
    """Return how many characters fit into `width` columns."""
    most = max(width, 1)
    # A served text may have a million characters: only as many are measured as may fit.
    while most < len(text) and display_width(text[:most]) <= width:
        most *= 2
    counts = range(1, min(most, len(text)) + 1)
    return bisect_right(counts, width, key=lambda count: display_width(text[:count]))


def fold(text: str, width: int) -> Iterator[str]:
    """Yield the text in lines of at most `width` columns, broken at blanks, else behind `_`, `-` and their like; `5 s` stays whole."""
    while (end := max(_fitting(text, width), 1)) < len(text):
        # Three more, as far as the pattern looks ahead for a unit.
        blanks = (found.start() for found in _BREAK.finditer(text, 1, end + 3))
        joints = (found.end() for found in _JOINT.finditer(text, 0, end + 1))
        last_joint = max((joint for joint in joints if joint <= end), default=end)
        end = max((blank for blank in blanks if blank <= end), default=last_joint)
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    yield text


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Return the text filled up to `width` columns with blanks, on the left if `right`."""
    blanks = " " * (width - display_width(text))
    return blanks + text if right else text + blanks
