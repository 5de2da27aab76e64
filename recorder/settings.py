"""What the user has set: an option beats the environment, the environment beats the TOML file.

Of a source, what stands in its own table of the file beats the environment too, and only an option beats it.

Invariant: a `Settings` is complete and valid; whatever is wrong or unknown is a `SettingError` of one line
that names where it came from. Reads the TOML file and nothing else: never a key, only where a key is kept.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from recorder.analysis.budget import Budget
from recorder.analysis.filters import Filters
from recorder.errors import SettingError
from recorder.instants import DAY, HOUR, MINUTE, SECOND
from recorder.ledger.cost import CostRules
from recorder.raw_setting import (
    KEY_HINT,
    RawSetting,
    parse_api,
    parse_credits,
    parse_dotted,
    parse_file,
    parse_key_file,
    parse_label,
    parse_name,
    parse_period,
    parse_rate,
    parse_span,
    parse_spans,
    parse_store,
    parse_text,
    parse_variable,
    parse_zone,
    unquoted,
)
from recorder.schedule.cadence import Cadence
from recorder.urls import parse_database_url

T = TypeVar("T")

API_KEY_ENV = "PUFFLE_API_KEY"
BASE_URL = "https://app.puffle.ai"
APPLICATION = "puffle-recorder"
DEFAULT_SOURCE = "default"  # that `track` registers runs with

ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {
        "database_url": "RECORDER_DATABASE_URL",
        "base_url": "RECORDER_BASE_URL",
        "source": "RECORDER_SOURCE",
        "rate": "RECORDER_RATE",
        "every": "RECORDER_EVERY",
        "settle": "RECORDER_SETTLE",
        "overdue_after": "RECORDER_OVERDUE",
        "abandon": "RECORDER_ABANDON",
        "config": "RECORDER_CONFIG",
    }
)
"""Each setting's environment variable, by the setting's name in the file and in `options`."""

OPTIONS: Mapping[str, str] = MappingProxyType(
    {key: "--" + key.replace("_", "-") for key in ENVIRONMENT} | {"database_url": "--db"}
)
"""Each setting's option, by the same names."""

_FILE_KEYS = (*(key for key in ENVIRONMENT if key != "config"), "sources", "cost", "budget")
_SOURCE_KEYS = ("base_url", "api_key_env", "api_key_file", "rate")
_COST_KEYS = ("unit", "path", "preview", "actual")
_BUDGET_KEYS = ("unit", "amount", "per", "tz", "source", "slug", "label")

_RATE = 80
_EVERY_US = 3 * SECOND
_SETTLE_US = (5 * SECOND, MINUTE, 15 * MINUTE, HOUR, DAY)
_OVERDUE_US = 10 * MINUTE
_ABANDON_US = 7 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """One account that runs are seen through, and where its key is kept; exactly one of the two is set.

    Attributes:
        name: the source's name.
        base_url: of the API.
        api_key_env: the environment variable that holds the key, or None.
        api_key_file: the absolute path of the file that holds the key, or None.
        rate: requests in any 60 s.
    """

    name: str
    base_url: str
    api_key_env: str | None
    api_key_file: Path | None
    rate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, resolved.

    Attributes:
        database_url: SQLAlchemy URL of the store; may hold a password, so it is not in the repr.
        base_url: of the API, for sources whose table gives none.
        source: the source that was asked for; None = all (`track`: `default`).
        rate: requests in any 60 s, for sources whose table gives none.
        every_us: at best one poll of a run in so long.
        settle_us: the settle polls, counted from the end; ascending.
        overdue_us: a run in flight for longer is overdue.
        abandon_us: how long a run may stay without change.
        cost: how amounts are read.
        sources: the sources that the file names.
        budgets: those of the file, in its order.
        config_file: the file that was read, or None.
    """

    database_url: str = field(repr=False)
    base_url: str = BASE_URL
    source: str | None = None
    rate: int = _RATE
    every_us: int = _EVERY_US
    settle_us: tuple[int, ...] = _SETTLE_US
    overdue_us: int = _OVERDUE_US
    abandon_us: int = _ABANDON_US
    cost: CostRules = field(default_factory=CostRules)
    sources: Mapping[str, SourceSettings] = field(default_factory=dict)
    budgets: tuple[Budget, ...] = ()
    config_file: Path | None = None

    @property
    def cadence(self) -> Cadence:
        """The watch's part of the settings."""
        return Cadence(
            every_us=self.every_us,
            settle_us=self.settle_us,
            overdue_us=self.overdue_us,
            abandon_us=self.abandon_us,
        )

    def source_settings(self, name: str) -> SourceSettings:
        """The settings of a source; the common ones where the file has no table for it."""
        return self.sources.get(name) or SourceSettings(
            name=name,
            base_url=self.base_url,
            api_key_env=API_KEY_ENV,
            api_key_file=None,
            rate=self.rate,
        )


def load_settings(options: Mapping[str, str | None], *, environ: Mapping[str, str]) -> Settings:
    """Resolve every setting.

    Args:
        options: what stood on the command line, by the names of `ENVIRONMENT`; None = not given.
        environ: the environment; an empty variable counts as unset.

    Raises:
        SettingError: a value is wrong, a name in the file is unknown, or the given file is not there.
    """
    if strange := options.keys() - ENVIRONMENT.keys():
        raise TypeError(f"no settings: {sorted(strange)}")
    given = _with_file(_RawSettings(options=options, environ=environ))
    rate = given.get("rate", parse_rate, _RATE)
    base_url = given.get("base_url", parse_api, BASE_URL)
    return Settings(
        database_url=given.get("database_url", parse_store, None) or _default_database_url(),
        base_url=base_url,
        source=given.get("source", parse_name, None),
        rate=rate,
        every_us=given.get("every", parse_span, _EVERY_US),
        settle_us=given.get("settle", parse_spans, _SETTLE_US),
        overdue_us=given.get("overdue_after", parse_span, _OVERDUE_US),
        abandon_us=given.get("abandon", parse_span, _ABANDON_US),
        cost=_cost(given.inside("cost", _COST_KEYS)),
        sources=_sources(given, base_url=base_url, rate=rate),
        budgets=_budgets(given),
        config_file=given.file,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _RawSettings:
    """All that was given; `table` is the part of the file that is looked at, `prefix` its name there."""

    options: Mapping[str, str | None]
    environ: Mapping[str, str]
    file: Path | None = None
    table: Mapping[str, object] = field(default_factory=dict)
    prefix: str = ""

    def find(self, key: str) -> RawSetting | None:
        """The value of highest rank, or None."""
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
        """The parsed value, or the default."""
        value = self.find(key)
        return default if value is None else parse(value)

    def require(self, key: str, parse: Callable[[RawSetting], T]) -> T:
        """Return the parsed value of a key that must be in the table."""
        value = self.find(key)
        if value is None:
            missing = RawSetting(name=self.prefix + key, content=None, file=self.file)
            raise missing.wrong_unshown("not set: a budget has a unit, an amount and per")
        return parse(value)

    def inside(self, name: str, known: Iterable[str]) -> "_RawSettings":
        """The same, looking at a table below this one, all of whose keys must be known."""
        content = self.table.get(name, {})
        value = RawSetting(name=self.prefix + name, content=content, file=self.file)
        if not isinstance(content, dict):
            raise value.wrong_unshown(f"not a table: write [{value.name}], its settings below")
        inner = replace(self, table=content, prefix=f"{value.name}.")
        inner.check_keys(tuple(known) or tuple(content))
        return inner

    def check_keys(self, known: tuple[str, ...]) -> None:
        """Every key of the table is a setting; the values of others are not shown."""
        for key in self.table:
            value = RawSetting(name=self.prefix + key, content=None, file=self.file)
            if key == "api_key":
                raise value.wrong_unshown(KEY_HINT)
            if key not in known:
                raise value.wrong_unshown(f"no setting: there are {', '.join(known)}")


def _with_file(given: _RawSettings) -> _RawSettings:
    asked = given.find("config")
    file = parse_file(asked) if asked else _default_config_file()
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except FileNotFoundError as error:
        if asked is None:
            return given
        raise asked.wrong("there is no such file: name a TOML file, or leave it out") from error
    except OSError as error:
        name = f"{asked.name}={file}" if asked else f"the config file {file}"
        raise SettingError(f"{name}: cannot be read: {error.strerror}") from error
    except RecursionError as error:
        raise SettingError(f"{file}: no TOML that can be read: nested too deep") from error
    except ValueError as error:  # TOMLDecodeError, UnicodeDecodeError
        raise SettingError(f"{file}: no TOML: {error}") from error
    read = replace(given, file=file, table=table)
    read.check_keys(_FILE_KEYS)
    return read


def _default_config_file() -> Path:
    import platformdirs  # noqa: PLC0415  # 20 ms that an explicit path does not pay

    return platformdirs.user_config_path(APPLICATION, appauthor=False) / "config.toml"


def _default_database_url() -> str:
    import platformdirs  # noqa: PLC0415

    folder = platformdirs.user_data_path(APPLICATION, appauthor=False)
    try:
        return parse_database_url("recorder.db", folder=folder)
    except ValueError as error:
        raise SettingError(
            f"RECORDER_DATABASE_URL is not set, and no store can be in {folder}: {error}"
        ) from error


def _sources(given: _RawSettings, *, base_url: str, rate: int) -> Mapping[str, SourceSettings]:
    tables = replace(given.inside("sources", ()), environ={})  # its say is in the common values
    return MappingProxyType(
        {
            name: _source(name, tables.inside(name, _SOURCE_KEYS), base_url=base_url, rate=rate)
            for name in tables.table
        }
    )


def _source(name: str, given: _RawSettings, *, base_url: str, rate: int) -> SourceSettings:
    parse_name(RawSetting(name=given.prefix.rstrip("."), content=name, file=given.file))
    key_file = given.get("api_key_file", parse_key_file, None)
    variable = given.find("api_key_env")
    if key_file and variable:
        raise variable.wrong_unshown("stands beside api_key_file: give one of them")
    return SourceSettings(
        name=name,
        base_url=given.get("base_url", parse_api, base_url),
        api_key_env=None if key_file else given.get("api_key_env", parse_variable, API_KEY_ENV),
        api_key_file=key_file,
        rate=given.get("rate", parse_rate, rate),
    )


def _cost(given: _RawSettings) -> CostRules:
    both = given.get("path", parse_dotted, None)
    return CostRules(
        unit=given.get("unit", parse_text, None),
        preview_path=given.get("preview", parse_dotted, both),
        actual_path=given.get("actual", parse_dotted, both),
    )


def _budgets(given: _RawSettings) -> tuple[Budget, ...]:
    tables = replace(given.inside("budget", ()), options={}, environ={})
    return tuple(_budget(name, tables.inside(name, _BUDGET_KEYS)) for name in tables.table)


def _budget(name: str, given: _RawSettings) -> Budget:
    parse_name(RawSetting(name=given.prefix.rstrip("."), content=name, file=given.file))
    slug, label = given.get("slug", parse_text, None), given.get("label", parse_label, None)
    return Budget(
        name=name,
        unit=given.require("unit", parse_text),
        micros=given.require("amount", parse_credits),
        per=given.require("per", parse_period),
        tz=given.get("tz", parse_zone, None),
        filters=Filters(
            source=given.get("source", parse_name, None),
            slug=() if slug is None else (slug,),
            labels=() if label is None else (label,),
        ),
    )
