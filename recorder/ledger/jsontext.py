"""Read and write JSON text exactly.

Invariant: `parse_json(to_text(parse_json(text)))` equals `parse_json(text)`, every number with the
literal it was served with (1.10 is not 1.1, and an integer of a thousand digits stays whole).
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring as _quote_readable
from json.encoder import encode_basestring_ascii as _quote_ascii
from typing import Any, TypeAlias, TypeGuard

from msgspec import Struct


class Number(Struct, frozen=True):
    """A JSON number as it was written; equal only to a number of the same literal."""

    literal: str

    def decimal(self) -> Decimal | None:
        """Return the exact value; None where the exponent is beyond what a Decimal holds."""
        try:
            return Decimal(self.literal)
        except InvalidOperation:
            return None

    def integer(self) -> int | None:
        """Return the value of an integer of at most 18 digits; None for any other number."""
        return int(self.literal) if _PLAIN_INTEGER.fullmatch(self.literal) else None


Json: TypeAlias = bool | str | Number | list["Json"] | dict[str, "Json"] | None

DEEPEST = 100  # so that no walk over a value outgrows Python's stack
"""Levels of arrays and objects inside each other that a text may have."""

_PLAIN_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class JsonTextError(ValueError):
    """The text is no JSON; the message says why, without quoting the text."""


def _refuse_constant(word: str) -> Json:
    raise JsonTextError(f"{word} is no JSON number")


_DECODER = json.JSONDecoder(
    parse_float=Number, parse_int=Number, parse_constant=_refuse_constant, strict=True
)


def parse_json(text: str | bytes, *, deepest: int = DEEPEST) -> Json:
    """Return the value of a JSON text: numbers as `Number`, of a repeated key the last value.

    Args:
        text: the JSON; bytes are UTF-8, with or without a byte order mark.
        deepest: levels of nesting that it may have.

    Raises:
        JsonTextError: no JSON, not UTF-8, or nested too deep.
    """
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        value: Json = _DECODER.decode(decoded)
    except UnicodeDecodeError as error:
        raise JsonTextError(f"not UTF-8: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise JsonTextError(
            f"no JSON: {error.msg.removesuffix(' at')} at character {error.pos}"
        ) from error
    except RecursionError as error:
        raise JsonTextError("no JSON that can be read: nested too deep") from error
    # Brackets within strings count too; the walk, which is slow, is for the few texts with so many.
    if decoded.count("[") + decoded.count("{") > deepest and _is_deeper(value, deepest):
        raise JsonTextError(f"no JSON that can be kept: nested too deep, over {deepest} levels")
    return value


def end_of_value(text: str, start: int) -> int:
    """Return where the JSON value ends that begins at a place of a text."""
    return _DECODER.raw_decode(text, start)[1]


def _is_deeper(value: Json, levels: int) -> bool:
    """Return whether arrays and objects are nested deeper than `levels`."""
    level = [value]
    for _ in range(levels):
        level = [item for holder in level for item in _inside(holder)]
    return bool(level)


def _inside(value: Json) -> Iterable[Json]:
    """Return the arrays and objects directly inside a value."""
    items: Iterable[Json] = value if isinstance(value, list) else ()
    if isinstance(value, dict):
        items = value.values()
    return (item for item in items if isinstance(item, dict | list))


def to_text(value: Json) -> str:
    """Return compact JSON text, keys in their order; characters that UTF-8 cannot hold are escaped."""
    return _write(value, lambda items: items)


def canonical_text(value: Json) -> str:
    """Return compact JSON text with sorted keys: the same for equal values, and only for them."""
    return _write(value, sorted)


def digest(value: Json) -> bytes:
    """Return the first 16 bytes of the SHA-256 of the canonical text."""
    return digest_text(canonical_text(value))


def digest_text(text: str) -> bytes:
    """Return the first 16 bytes of the SHA-256 of a text."""
    return digest_bytes(text.encode())


def digest_bytes(data: bytes) -> bytes:
    """Return the first 16 bytes of the SHA-256 of bytes."""
    return hashlib.sha256(data).digest()[:16]


_Items: TypeAlias = "list[tuple[str, Json]]"


def _write(value: Json, order: Callable[[_Items], _Items]) -> str:
    pieces: list[str] = []
    _append(value, order, pieces.append)
    return "".join(pieces)


def _append(value: Json, order: Callable[[_Items], _Items], put: Callable[[str], None]) -> None:
    if isinstance(value, str):
        put(quote(value))
    elif isinstance(value, Number):
        put(value.literal)
    elif isinstance(value, dict):
        separator = "{"
        for key, item in order(list(value.items())):
            put(separator + quote(key) + ":")
            _append(item, order, put)
            separator = ","
        put("}" if value else "{}")
    elif isinstance(value, list) and _all_strings(value):  # ids: several times as fast
        put(f"[{','.join(map(quote, value))}]")
    elif isinstance(value, list):
        separator = "["
        for item in value:
            put(separator)
            _append(item, order, put)
            separator = ","
        put("]" if value else "[]")
    else:
        put(_WORDS[value])


def _all_strings(value: list[Json]) -> TypeGuard[list[str]]:
    return all(type(item) is str for item in value)


_WORDS: Mapping[bool | None, str] = {None: "null", True: "true", False: "false"}


def quote(text: str) -> str:
    """Return a JSON string: readable, but in ASCII where it has a lone surrogate, which UTF-8 cannot hold."""
    if text.isascii() or not _SURROGATE.search(text):
        return _quote_readable(text)
    return _quote_ascii(text)


def to_python(value: Json) -> Any:  # noqa: ANN401  # any JSON value
    """Return a JSON value with Python's own numbers: int, Decimal, or the literal of what no Decimal holds."""
    if isinstance(value, Number):
        return _number(value)
    if isinstance(value, list):
        return [to_python(item) for item in value]
    if isinstance(value, dict):
        return {key: to_python(item) for key, item in value.items()}
    return value


def _number(number: Number) -> Any:  # noqa: ANN401  # int, Decimal, or the literal
    exact = number.decimal()
    if exact is None:
        return number.literal
    is_integer = number.literal.lstrip("-").isdigit()
    return int(exact) if is_integer else exact
