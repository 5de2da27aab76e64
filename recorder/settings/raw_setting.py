"""One setting as it was written, and a parser for each kind of value.

Invariant: a parser returns a valid value or raises a `SettingError` of one line: the setting, the value, what to
write instead. A value that may be a key or a password is not shown.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import tzinfo
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from recorder.analysis.spend_budget import PERIODS
from recorder.base_url import PingUrl, parse_base_url, parse_ping_url
from recorder.errors import SettingError
from recorder.instants import DAY, parse_duration, zone_named
from recorder.ledger.cost import exact_micros
from recorder.ledger.ids import LabelError, checked_label
from recorder.urls import hide_secrets, parse_database_url, parse_path, shown_store

T = TypeVar("T")

KEY_HINT = "a key never stands in a setting: give api_key_env (a variable's name) or api_key_file"

_LONGEST_US = 3650 * DAY
_LONGEST_TEXT = 200
_DURATION_HINT = "write 3s, 10m, 24h or 7d"
_LIST_HINT = "write durations with commas between, such as 5s,1m,1h"
_REQUESTS = re.compile(r"0*[1-9][0-9]{0,5}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class RawSetting(Struct, frozen=True, kw_only=True):
    """The value of a setting as it was written.

    Attributes:
        name: the option, the environment variable, or the key in the file.
        content: the value; from an option or a variable always a text.
        file: the file that the value stands in, or None.
        shown: the text that messages show instead of a content that may hold a secret; None: the content.
    """

    name: str
    content: object
    file: Path | None = None
    shown: str | None = None

    def __repr__(self) -> str:
        return f"RawSetting({self.name!r})"  # the content may be a secret

    @property
    def folder(self) -> Path:
        """The folder that a relative path in it starts from."""
        return self.file.parent if self.file else Path.cwd()

    def wrong(self, problem: str) -> SettingError:
        """Return the error that names the setting, its value and the problem."""
        shown = _shown(self.content if self.shown is None else self.shown)
        if self.file is None:
            return SettingError(f"{self.name}={shown}: {problem}")
        quote = '"' if isinstance(self.content, str) else ""
        line = f"{_shown(self.name)} = {quote}{shown}{quote} in {self.file}"
        return SettingError(f"{line}: {problem}")

    def wrong_unshown(self, problem: str) -> SettingError:
        """Return the same error without the value, which may be a key."""
        origin = f" in {self.file}" if self.file else ""
        return SettingError(f"{_shown(self.name)}{origin}: {problem}")


def _shown(content: object) -> str:
    if isinstance(content, bool):
        return str(content).lower()
    text = hide_secrets(str(content) if isinstance(content, str | Decimal) else repr(content))
    readable = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return readable if len(readable) <= _LONGEST_TEXT else readable[: _LONGEST_TEXT - 1] + "…"


def unquoted(text: str) -> str:
    """Return a variable's text without the quotes and the CR that some readers of environment files leave around it."""
    plain = text.strip()
    if len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "\"'":
        return plain[1:-1].strip()
    return plain


def parse_text(value: RawSetting) -> str:
    """Return a text that is not empty, without blanks around."""
    if not isinstance(value.content, str):
        raise value.wrong('not a text: write it in quotes, "..."')
    text = value.content.strip()
    if not text:
        raise value.wrong("empty: give a value, or leave it out")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise value.wrong("holds a control character, or one that is not UTF-8: write it without")
    return text


def parse_name(value: RawSetting) -> str:
    """Return the name of a source."""
    text = parse_text(value)
    if text != value.content or len(text) > _LONGEST_TEXT:
        raise value.wrong(f"not a name: at most {_LONGEST_TEXT} characters, no blanks around")
    return text


def parse_variable(value: RawSetting) -> str:
    """Return the name of an environment variable that holds a key."""
    text = value.content
    if not isinstance(text, str) or not _VARIABLE.fullmatch(text):
        raise value.wrong_unshown("not a variable's name: write one such as PUFFLE_API_KEY")
    if text.startswith("pk_"):
        raise value.wrong_unshown(f"looks like a key: {KEY_HINT}")
    return text


def parse_key_file(value: RawSetting) -> Path:
    """Return the absolute path of a file that holds a key."""
    if isinstance(value.content, str) and value.content.strip().startswith("pk_"):
        raise value.wrong_unshown(f"looks like a key: {KEY_HINT}")
    return parse_file(value)


def parse_dotted(value: RawSetting) -> str:
    """Return a path of keys into a JSON object: `estimate.total`."""
    text = parse_text(value)
    if not all(step and step == step.strip() for step in text.split(".")):
        raise value.wrong("not a path: write keys with dots between, such as estimate.total")
    return text


def parse_credits(value: RawSetting) -> int:
    """Return the millionths of an amount above 0, written as a number."""
    is_number = isinstance(value.content, int | Decimal) and not isinstance(value.content, bool)
    number = Decimal(str(value.content)) if is_number else Decimal()
    micros = exact_micros(number) if number.is_finite() else None
    if micros is None or micros <= 0:
        raise value.wrong(
            "not an amount above 0: write a number such as 5000 or 0.25, without quotes"
        )
    return micros


def parse_period(value: RawSetting) -> str:
    """Return `day`, `week` or `month`."""
    if value.content not in PERIODS:
        raise value.wrong(f"not a period: write one of {', '.join(PERIODS)}")
    return str(value.content)


def parse_zone(value: RawSetting) -> tzinfo:
    """Return the time zone of a name."""
    zone = zone_named(parse_text(value))
    if zone is None:
        raise value.wrong("not a time zone: write UTC or Europe/Berlin")
    return zone


def parse_label(value: RawSetting) -> tuple[str, str]:
    """Return the key and the value of `key=value`."""
    key, equals, text = parse_text(value).partition("=")
    if not equals:
        raise value.wrong("not a label: write key=value")
    try:
        return checked_label(key.strip(), text)
    except LabelError as error:
        raise value.wrong(str(error)) from error


def parse_link(value: RawSetting) -> str:
    """Return a URL that holds `{trigger_run_id}`."""
    text = parse_text(value)
    if not text.startswith(("https://", "http://")) or "{trigger_run_id}" not in text:
        raise value.wrong(
            "not a link: write a URL such as https://cloud.trigger.dev/runs/{trigger_run_id}"
        )
    return text


def parse_rate(value: RawSetting) -> int:
    """Return a number of requests in any 60 s: a whole number from 1, as a number or a text."""
    text = str(value.content) if type(value.content) is int else value.content
    if not isinstance(text, str) or not _REQUESTS.fullmatch(text.strip()):
        raise value.wrong(
            "not a number of requests in 60 s: write one from 1 to 999999, such as 80"
        )
    return int(text)


def parse_switch(value: RawSetting) -> bool:
    """Return true or false."""
    if not isinstance(value.content, bool):
        raise value.wrong("neither on nor off: write true or false, without quotes")
    return value.content


def parse_span(value: RawSetting) -> int:
    """Return a duration above 0, in microseconds."""
    if not isinstance(value.content, str):
        raise value.wrong('not a duration: write it in quotes with its unit, "3s", "10m", "7d"')
    return _one_span(value, value.content.strip())


def _one_span(value: RawSetting, text: str) -> int:
    us = parse_duration(text) if len(text) <= 20 else None  # noqa: PLR2004  # no duration is longer
    if us is None:
        raise value.wrong(f"not a duration: {_DURATION_HINT}")
    if not 0 < us <= _LONGEST_US:
        raise value.wrong(f"not above 0 and up to {_LONGEST_US // DAY}d: {_DURATION_HINT}")
    return us


def parse_spans(value: RawSetting) -> tuple[int, ...]:
    """Return ascending durations in microseconds, from a text with commas or a list of texts."""
    content = value.content.split(",") if isinstance(value.content, str) else value.content
    if not isinstance(content, list) or not content:
        raise value.wrong(f"not a list of durations: {_LIST_HINT}")
    if not all(isinstance(text, str) for text in content):
        raise value.wrong(f"not a list of durations: {_LIST_HINT}")
    spans = tuple(_one_span(value, text.strip()) for text in content)
    if any(later <= earlier for earlier, later in pairwise(spans)):
        raise value.wrong(f"does not ascend: {_LIST_HINT}")
    return spans


def parse_api(value: RawSetting) -> str:
    """Return the API's base URL, in its one spelling."""
    return str(_parsed(value, parse_base_url))


def parse_ping(value: RawSetting) -> PingUrl:
    """Return the URL that is pinged."""
    return _parsed(replace(value, shown="***"), parse_ping_url)


def parse_store(value: RawSetting) -> str:
    """Return the SQLAlchemy URL of the store."""
    shown = shown_store(value.content) if isinstance(value.content, str) else "***"
    masked = replace(value, shown=shown)
    return _parsed(masked, lambda text: parse_database_url(text, folder=value.folder))


def parse_file(value: RawSetting) -> Path:
    """Return an absolute path."""
    return _parsed(value, lambda text: parse_path(text, folder=value.folder))


def _parsed(value: RawSetting, parse: Callable[[str], T]) -> T:
    text = parse_text(value)
    try:
        return parse(text)
    except ValueError as error:
        raise value.wrong(str(error)) from None
