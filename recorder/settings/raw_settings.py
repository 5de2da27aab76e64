"""The settings as they were written, in layers: the options, the environment, a table of the file."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from recorder.settings.names import ENVIRONMENT, OPTIONS
from recorder.settings.raw_setting import KEY_HINT, RawSetting, unquoted

T = TypeVar("T")


class RawSettings(Struct, frozen=True, kw_only=True):
    """The options, the environment, and a `table` of the file, whose names begin with `prefix`."""

    options: Mapping[str, str | None]
    environ: Mapping[str, str]
    file: Path | None = None
    table: Mapping[str, object] = field(default_factory=dict)
    prefix: str = ""

    def find(self, key: str) -> RawSetting | None:
        """Return the setting of the highest rank; None where it is not set."""
        option = self.options.get(key)
        if option is not None:
            return RawSetting(name=OPTIONS[key], content=option)
        variable = ENVIRONMENT.get(key, "")
        if text := unquoted(self.environ.get(variable, "")):
            return RawSetting(name=variable, content=text)
        if key in self.table:
            return RawSetting(name=self.prefix + key, content=self.table[key], file=self.file)
        return None

    def get(self, key: str, parse: Callable[[RawSetting], T], default: T) -> T:
        """Return the parsed value, or the default."""
        value = self.find(key)
        return default if value is None else parse(value)

    def require(self, key: str, parse: Callable[[RawSetting], T]) -> T:
        """Return the parsed value of a key that must be in the table."""
        value = self.find(key)
        if value is None:
            missing = RawSetting(name=self.prefix + key, content=None, file=self.file)
            raise missing.wrong_unshown("not set: a budget has a unit, an amount and per")
        return parse(value)

    def inside(self, name: str, known: Iterable[str]) -> "RawSettings":
        """Return the raw settings of a table below this one.

        Raises:
            SettingError: it is no table, or one of its keys is not known.
        """
        content = self.table.get(name, {})
        value = RawSetting(name=self.prefix + name, content=content, file=self.file)
        if not isinstance(content, dict):
            raise value.wrong_unshown(f"not a table: write [{value.name}], its settings below")
        inner = replace(self, table=content, prefix=f"{value.name}.")
        inner.check_keys(tuple(known) or tuple(content))
        return inner

    def check_keys(self, known: tuple[str, ...]) -> None:
        """Refuse a key of the table that is no setting; its value is not shown."""
        for key in self.table:
            value = RawSetting(name=self.prefix + key, content=None, file=self.file)
            if key == "api_key":
                raise value.wrong_unshown(KEY_HINT)
            if key == "source" and isinstance(self.table[key], dict):
                raise value.wrong_unshown("a table: write [sources.NAME], its settings below")
            if key not in known:
                raise value.wrong_unshown(f"no setting: there are {', '.join(known)}")
