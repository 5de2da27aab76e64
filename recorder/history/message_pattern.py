"""Normalise error messages, so that those that differ only in ids, numbers, names and times have one pattern.

Invariant: a pattern depends on its message alone, and is found in time proportional to the message's length.
"""

import re
from collections.abc import Callable
from typing import Final

# What stands for it, a text without which there is none, and what it is: the first group. The other alternative skips a
# word in which nothing is found: searched from each of its letters anew, a word of 100,000 letters took minutes.
_RULES: Final = (
    ("<url>", "://", r"""[A-Za-z][A-Za-z0-9+.-]*+(://[^\s"'<>)\]]+)?"""),
    ("<mail>", "@", r"""[^\s@<>"']++(@[^\s@<>"']+\.[A-Za-z]{2,})?"""),
    ("<time>", "-", r"(\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)"),
    ("<text>", '"', r'("[^"]*")'),
    ("<text>", "`", r"(`[^`]*`)"),
    ("<text>", "'", r"((?<!\w)'[^']*'(?!\w))"),
    ("<id>", "-", r"([0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"),
    ("<host>", ".", r"((\d{1,3}\.){3}\d{1,3}(:\d+)?)"),
    ("<host>", ".", r"(([A-Za-z0-9-]++\.)+[A-Za-z]{2,}(:\d+)?)|[A-Za-z0-9-]++(\.[A-Za-z0-9-]++)*+"),
    ("<id>", "", r"((?=[0-9_-]*[A-Za-z])(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{8,})|[A-Za-z0-9_-]++"),
    (
        "<n>",  # but the 429 of HTTP 429 is not the 500 of HTTP 500
        "",
        r"(?:HTTP|http|[Ss]tatus|Code|(?<![A-Za-z])code)\W{0,3}\d{3}(?!\d|[.,]\d)|(\d+([.,]\d+)*)",
    ),
)


def pattern_of(message: str) -> str:
    """Return the pattern of a message: the message with words such as `<id>` for what differs from run to run."""
    text = " ".join(message.split())
    for sign, rewrite in _REWRITES:
        if sign in text:
            text = rewrite(text)
    return text


def _rewrite(word: str, rule: str) -> Callable[[str], str]:
    search = re.compile(rule)
    return lambda text: search.sub(lambda it: it[0] if it[1] is None else word, text)


_REWRITES: Final = tuple((sign, _rewrite(word, rule)) for word, sign, rule in _RULES)
