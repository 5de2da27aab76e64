"""API keys: loaded from a file or the environment, and masked wherever text could show them.

Invariant: a key leaves an `ApiKey` only by `header()`; no repr, format, pickle, copy or error shows it, nor a value that
was refused as a key.
"""

import hashlib
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from recorder.errors import SettingError
from recorder.settings import API_KEY_ENV, SourceSettings
from recorder.settings.raw_setting import unquoted

MASK = "****"

_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")
_LONGEST_LINE = 8192
_SECRET_PART = 16  # characters: a part of a key that long is no plain word
_TELLING = 8  # characters: fewer at the beginning of a key, such as `pk_live`, tell nothing of it
_LONGEST_SPELLING = len(r"\\\\u0070")  # of one character: the escape of an escape of an escape
# A whole run of them, so that none is left before the mask, and in linear time.
_BACKSLASHES = r"(?<!\\)\\++"
_READ_BY_OTHERS = stat.S_IRGRP | stat.S_IROTH


class ApiKey:
    """An API key that prints as `ApiKey(****)`.

    Args:
        secret: the key; white space and quotes around it are removed.
        setting: the environment variable or file that it came from, for messages.

    Raises:
        SettingError: the key is empty or not valid in a header; names the setting, never the value.
    """

    # No dataclass: `dataclasses.asdict` of a value that holds a key would show it.
    __slots__ = ("_in_bytes", "_in_text", "_needles", "_secret", "setting")

    def __init__(self, secret: str, *, setting: str) -> None:
        self._secret = _checked(unquoted(secret), setting)
        self.setting = setting
        # A server may echo the key without its prefix, or in parts.
        parts = re.split(r"[^A-Za-z0-9]+", self._secret)
        self._needles = (self._secret, *(part for part in parts if len(part) >= _SECRET_PART))
        pattern = "|".join("".join(map(_spellings, needle)) for needle in self._needles)
        self._in_text = re.compile(pattern)
        self._in_bytes = re.compile(pattern.encode())

    def header(self) -> str:
        """Return the value of the Authorization header."""
        return f"Bearer {self._secret}"

    def fingerprint(self) -> str:
        """Return 16 hex digits, the same for the same key on every machine.

        They may be stored: they show that two sources share a key and its budget, and do not reveal the key.
        """
        return hashlib.sha256(
            b"recorder: key fingerprint\0" + self._secret.encode("ascii")
        ).hexdigest()[:16]

    def mask(self, text: str) -> str:
        r"""Return the text with the key masked, also in escapes (`\u0070k`, `%70k`).

        A long part of the key, such as the one after `pk_live_`, is masked by itself, too.
        """
        for needle in self._needles:
            text = text.replace(needle, MASK)
        return self._in_text.sub(MASK, text) if "\\" in text or "%" in text else text

    def mask_bytes(self, data: bytes) -> bytes:
        """Return the bytes with the key masked, as `mask` does; JSON stays JSON."""
        for needle in self._needles:
            data = data.replace(needle.encode(), MASK.encode())
        return self._in_bytes.sub(MASK.encode(), data) if b"\\" in data or b"%" in data else data

    def mask_cut_end(self, data: bytes) -> bytes:
        """Return the bytes of a body that broke off, with the beginning of the key masked where they end with it."""
        secret = self._secret.encode()
        for length in range(len(secret) - 1, _TELLING - 1, -1):
            if data.endswith(secret[:length]):
                return data[:-length] + MASK.encode()
        return data

    @property
    def longest_spelling(self) -> int:
        """The most bytes that the key takes in escapes."""
        return len(self) * _LONGEST_SPELLING

    def __len__(self) -> int:
        return len(self._secret)

    def __repr__(self) -> str:
        return f"ApiKey({MASK})"

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("an ApiKey is neither pickled nor copied")


def _spellings(char: str) -> str:
    """Return the pattern of one character: itself, its JSON or percent escape, or an escape of that."""
    code, itself = f"{ord(char):02x}", re.escape(char)
    slash = rf"{_BACKSLASHES}/|" if char == "/" else ""
    return rf"(?:{itself}|{slash}{_BACKSLASHES}u00(?i:{code})|%(?:25){{0,4}}(?i:{code}))"


def _checked(secret: str, setting: str) -> str:
    if not secret:
        raise SettingError(f"{setting} is empty: it must hold the API key")
    if not _HEADER_SAFE.fullmatch(secret):
        raise SettingError(
            f"{setting} holds no API key: blanks, control characters or letters beyond ASCII stand in it; "
            "copy the key again, by itself"
        )
    return secret


def load_key(config: SourceSettings, environ: Mapping[str, str]) -> ApiKey:
    """Return the key of a source: the first line of its file where it has one, else an environment variable.

    Args:
        config: names the variable (None: `PUFFLE_API_KEY`) or the file (`~` is the home folder), which outranks it.
        environ: the environment.

    Raises:
        SettingError: there is no valid key; names the variable or file.
    """
    if config.api_key_file is not None:
        return _from_file(config.api_key_file, config.name)
    name = config.api_key_env or API_KEY_ENV
    if not unquoted(environ.get(name, "")):
        raise SettingError(
            f"{name} is not set: put the API key of source {config.name!r} into that environment variable, "
            "or name a file that holds it (api_key_file)"
        )
    return ApiKey(environ[name], setting=name)


def readable_by_others(key_file: Path) -> bool:
    """Return whether the group or everybody may read the file of a key."""
    try:
        return bool(key_file.expanduser().stat().st_mode & _READ_BY_OTHERS)
    except (OSError, RuntimeError):
        return False


def _from_file(path: Path, source: str) -> ApiKey:
    setting = f"api_key_file {path} of source {source!r}"
    try:
        if path.expanduser().is_fifo():
            raise SettingError(
                f"{setting} is a pipe: the key is read again and again, keep it in a file"
            )
        # utf-8-sig: some editors begin a file with a byte order mark.
        with path.expanduser().open(encoding="utf-8-sig") as file:
            line = file.readline(_LONGEST_LINE)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SettingError(f"{setting} cannot be read: {reason}") from error
    except ValueError:
        # `from None`: a decoding error carries what it read.
        raise SettingError(f"{setting} is no text: its first line must be the API key") from None
    return ApiKey(line, setting=setting)
