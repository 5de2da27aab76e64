"""Text that others wrote, on a terminal: measured in columns; shown, not obeyed.

Invariant: what `visible` gives back holds no character that moves the cursor, changes colours or turns
the writing direction. Pure.
"""

import unicodedata
from collections.abc import Iterator

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")  # zero width, and part of some scripts and emoji
_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})
ELLIPSIS = "…"


def visible(text: str) -> str:
    r"""The text with control characters, terminal escapes and bidi overrides spelt out: `\x1b`, `\n`."""
    return text if text.isprintable() else "".join(map(_spelt, text))


def _spelt(character: str) -> str:
    if unicodedata.category(character) in _OBEYED and character not in _JOINERS:
        return character.encode("unicode_escape").decode("ascii")
    return character


def display_width(text: str) -> int:
    """Columns of a terminal that a text without control characters takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shorten(text: str, width: int) -> str:
    """The text in at most `width` columns; where it was longer it ends with an ellipsis."""
    if display_width(text) <= width:
        return text
    return text[: _fitting(text, width - 1)] + ELLIPSIS


def _fitting(text: str, width: int) -> int:
    """How many characters fit into so many columns."""
    taken = 0
    for count, character in enumerate(text):
        taken += _columns(character)
        if taken > width:
            return count
    return len(text)


def fold(text: str, width: int) -> Iterator[str]:
    """The text in lines of at most `width` columns, broken at blanks where there are any."""
    while (end := max(_fitting(text, width), 1)) < len(text):
        blank = text.rfind(" ", 1, end + 1)
        end = blank if blank > 0 else end
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    yield text


def pad(text: str, width: int, *, right: bool = False) -> str:
    """The text in exactly `width` columns where it is not wider; `right` puts it at the right end."""
    blanks = " " * (width - display_width(text))
    return blanks + text if right else text + blanks
