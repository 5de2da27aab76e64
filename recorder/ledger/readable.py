"""Text and JSON as SQLite and Postgres take them.

Python's strings hold lone surrogates, and JSON's numbers any exponent. A text column of Postgres refuses the ones, a
cast to `json` or `jsonb` both, and with them the whole query.
"""

import re
from decimal import Decimal, InvalidOperation

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""Characters that no text column of Postgres takes."""

REPLACEMENT = r"\ufffd"
_INTEGER_DIGITS, _FRACTION_DIGITS = 131_072, 16_383  # of a number in a `jsonb`
# Numbers of fewer digits, without an exponent, fit into every `jsonb`.
_SUSPECT = re.compile(r"\\u|[0-9][eE]|[0-9]{16000}")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*')
# Two surrogates in this order are one character, and pass.
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<refused>\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2}))|\\."
)


def storable(text: str) -> str:
    """Return the text with U+FFFD for each NUL and lone surrogate."""
    return UNSTORABLE.sub("\ufffd", text)


def readable(text: str) -> str:
    """Return JSON with U+FFFD for each NUL and lone surrogate, and numbers beyond a `jsonb` as strings.

    Args:
        text: JSON without white space outside of strings.
    """
    return _TOKEN.sub(_token, text) if _SUSPECT.search(text) else text


def _token(found: re.Match[str]) -> str:
    token = found[0]
    if token[0] == '"':
        return _ESCAPE.sub(_escape, token)
    return token if _fits_jsonb(token) else f'"{token}"'


def _escape(found: re.Match[str]) -> str:
    return REPLACEMENT if found["refused"] else found[0]


def _fits_jsonb(literal: str) -> bool:
    try:
        number = Decimal(literal)
    except InvalidOperation:
        return False
    exponent = number.as_tuple().exponent
    fraction_fits = isinstance(exponent, int) and -exponent <= _FRACTION_DIGITS
    return fraction_fits and (not number or number.adjusted() < _INTEGER_DIGITS)
