"""JSON text as the JSON functions of SQLite and Postgres take it.

Python's strings hold lone surrogates, and its numbers any exponent; a Postgres cast to `json` or `jsonb` refuses them,
and with them the whole query. Must not import anything that does I/O.
"""

import re
from decimal import Decimal, InvalidOperation

REPLACEMENT = r"\ufffd"
_INTEGER_DIGITS, _FRACTION_DIGITS = 131_072, 16_383  # of a number in a `jsonb`
_SUSPECT = re.compile(r"\\u|[0-9][eE]|[0-9]{16000}")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*')
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<refused>\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2}))|\\."
)


def readable(text: str) -> str:
    """Return JSON with U+FFFD for each NUL and lone surrogate, and with the numbers that no `jsonb` holds as strings.

    Args:
        text: JSON without white space outside of strings.
    """
    return _TOKEN.sub(_token, text) if _SUSPECT.search(text) else text


def _token(found: re.Match[str]) -> str:
    token = found[0]
    if token[0] == '"':
        return _ESCAPE.sub(_escape, token)
    return token if _is_held(token) else f'"{token}"'


def _escape(found: re.Match[str]) -> str:
    return REPLACEMENT if found["refused"] else found[0]


def _is_held(literal: str) -> bool:
    try:
        number = Decimal(literal)
    except InvalidOperation:
        return False
    exponent = number.as_tuple().exponent
    held_fraction = isinstance(exponent, int) and -exponent <= _FRACTION_DIGITS
    return held_fraction and (not number or number.adjusted() < _INTEGER_DIGITS)
