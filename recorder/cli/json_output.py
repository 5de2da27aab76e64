"""JSON values on stdout.

Invariant: the exact data, numbers digit by digit, instants in UTC; a terminal gets no character that it obeys.
"""

import json
import re
from typing import TextIO

from recorder.analysis.values import as_json
from recorder.ledger.jsontext import Json, quote, to_text

# C1 controls, soft hyphen, bidi overrides, characters of no width, tags.
_RISKY_IN_JSON = re.compile(
    r"[\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
_NOT_ASCII = re.compile(r"[^\x00-\x7e]")


def write_value(value: object, out: TextIO) -> None:
    """Print one JSON value on one line, exactly; `value` as in the rows of `write_rows`."""
    out.write(json_line(value, out) + "\n")


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


def json_line(value: object, out: TextIO) -> str:
    """Return a cell's value or an object of them as JSON on one line."""
    return escaped_json(to_text(as_json(value)), out)


def is_utf8(out: TextIO) -> bool:
    """Return whether a stream is written in UTF-8."""
    return (getattr(out, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"


def escaped_json(text: str, out: TextIO) -> str:
    """Return the same JSON without characters that a terminal obeys, or that the stream cannot hold."""
    risky = _RISKY_IN_JSON if is_utf8(out) else _NOT_ASCII
    return risky.sub(lambda match: json.dumps(match[0])[1:-1], text)
