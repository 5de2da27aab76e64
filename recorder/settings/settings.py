"""Resolve the settings: an option beats the environment, the environment beats the TOML file.

A source's own table of the file beats the environment too, and only an option beats it.

Invariant: a `Settings` is complete and valid; a wrong value or an unknown name is a `SettingError` of one line that
names its origin. The TOML file is all that is read: never a key, only the place of one.
"""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from urllib.parse import quote

import platformdirs
from msgspec import Struct, field
from msgspec.structs import asdict, replace

from recorder.analysis.filters import Filters
from recorder.analysis.spend_budget import SpendBudget
from recorder.base_url import PUFFLE_URL, PingUrl
from recorder.errors import SettingError
from recorder.ledger.cost import CostRules
from recorder.schedule.cadence import Cadence
from recorder.settings import raw_setting as parsers
from recorder.settings.names import API_KEY_ENV, APPLICATION, DEFAULTS, ENVIRONMENT
from recorder.settings.raw_settings import RawSettings
from recorder.urls import parse_database_url

T = TypeVar("T")

_FILE_KEYS = (
    *(key for key in ENVIRONMENT if key != "config"),
    "sources",
    "cost",
    "budget",
    "links",
)
_SOURCE_KEYS = ("base_url", "api_key_env", "api_key_file", "rate", "items")
_COST_KEYS = ("unit", "path", "preview", "actual")
_BUDGET_KEYS = ("unit", "amount", "per", "tz", "source", "slug", "label")


_RATE = int(DEFAULTS["rate"])


class SourceSettings(Struct, frozen=True, kw_only=True):
    """One account that runs are polled through, and the place of its key: either a variable or a file.

    Attributes:
        name: the source's name.
        base_url: the base URL of the API.
        api_key_env: the environment variable that holds the key, or None.
        api_key_file: the absolute path of the file that holds the key, or None.
        rate: requests in any 60 s.
        items: whether the items of its ended runs are captured.
    """

    name: str
    base_url: str
    api_key_env: str | None
    api_key_file: Path | None
    rate: int
    items: bool = False


class Settings(Struct, frozen=True, kw_only=True):
    """All settings, resolved.

    Attributes:
        database_url: SQLAlchemy URL of the store; may hold a password, so it is not in the repr.
        base_url: the base URL of the API, for sources whose table has none.
        source: the wanted source; None: all (`track`: `default`).
        rate: requests in any 60 s, for sources whose table has none.
        cadence: the settings of the schedule.
        ping: the URL that is pinged after each pass, or None.
        cost: the rules by which amounts are read.
        sources: the sources of the file, by name.
        budgets: the budgets of the file, in its order.
        trigger_link: the URL of a run at Trigger.dev, with `{trigger_run_id}` in it, or None.
        config_file: the file that was read, or None.
    """

    database_url: str
    base_url: str = PUFFLE_URL
    source: str | None = None
    rate: int = _RATE
    cadence: Cadence = field(default_factory=Cadence)
    ping: PingUrl | None = None
    cost: CostRules = field(default_factory=CostRules)
    sources: Mapping[str, SourceSettings] = field(default_factory=dict)
    budgets: tuple[SpendBudget, ...] = ()
    trigger_link: str | None = None
    config_file: Path | None = None

    def __repr__(self) -> str:
        shown = {**asdict(self), "database_url": "***"}
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    def source_settings(self, name: str) -> SourceSettings:
        """Return the settings of a source; the common ones where the file has no table for it."""
        return self.sources.get(name) or SourceSettings(
            name=name,
            base_url=self.base_url,
            api_key_env=API_KEY_ENV,
            api_key_file=None,
            rate=self.rate,
        )

    def trigger_url(self, trigger_run_id: str | None) -> str | None:
        """Return the URL of a run at Trigger.dev; None where it has no id or no link is set."""
        if self.trigger_link is None or trigger_run_id is None:
            return None
        quoted = quote(trigger_run_id, safe="", errors="surrogatepass")
        return self.trigger_link.replace("{trigger_run_id}", quoted)


def load_settings(options: Mapping[str, str | None], *, environ: Mapping[str, str]) -> Settings:
    """Resolve every setting.

    Args:
        options: the texts of the command line, by the names of `ENVIRONMENT`; None: absent.
        environ: the environment; an empty variable counts as unset.

    Raises:
        SettingError: a value is wrong, a name in the file is unknown, or the named file is missing.
    """
    if strange := options.keys() - ENVIRONMENT.keys():
        raise TypeError(f"no settings: {sorted(strange)}")
    raw = _with_file(RawSettings(options=options, environ=environ))
    rate = raw.get("rate", parsers.parse_rate, _RATE)
    base_url = raw.get("base_url", parsers.parse_api, PUFFLE_URL)
    return Settings(
        database_url=raw.get("database_url", parsers.parse_store, None) or _default_database_url(),
        base_url=base_url,
        source=raw.get("source", parsers.parse_name, None),
        rate=rate,
        cadence=_cadence(raw, Cadence()),
        ping=raw.get("ping", parsers.parse_ping, None),
        cost=_cost(raw.inside("cost", _COST_KEYS)),
        sources=_sources(raw, base_url=base_url, rate=rate),
        budgets=_budgets(raw),
        trigger_link=raw.inside("links", ("trigger",)).get("trigger", parsers.parse_link, None),
        config_file=raw.file,
    )


def _cadence(raw: RawSettings, default: Cadence) -> Cadence:
    return Cadence(
        every_us=raw.get("every", parsers.parse_span, default.every_us),
        settle_us=raw.get("settle", parsers.parse_spans, default.settle_us),
        overdue_after_us=raw.get("overdue_after", parsers.parse_span, default.overdue_after_us),
        abandon_us=raw.get("abandon", parsers.parse_span, default.abandon_us),
    )


def _with_file(raw: RawSettings) -> RawSettings:
    named = raw.find("config")
    file = parsers.parse_file(named) if named else _default_config_file()
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except FileNotFoundError as error:
        if named is None:
            return raw
        raise named.wrong("there is no such file: name a TOML file, or leave it out") from error
    except OSError as error:
        name = f"{named.name}={file}" if named else f"the config file {file}"
        raise SettingError(f"{name}: cannot be read: {error.strerror}") from error
    except RecursionError as error:
        raise SettingError(f"{file}: no TOML that can be read: nested too deep") from error
    except UnicodeDecodeError as error:
        raise SettingError(f"{file}: no TOML: not UTF-8: save it in that encoding") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{file}: no TOML: {error}") from error
    with_file = replace(raw, file=file, table=table)
    with_file.check_keys(_FILE_KEYS)
    return with_file


def _default_config_file() -> Path:
    return platformdirs.user_config_path(APPLICATION, appauthor=False) / "config.toml"


def _default_database_url() -> str:
    folder = platformdirs.user_data_path(APPLICATION, appauthor=False)
    try:
        return parse_database_url("recorder.db", folder=folder)
    except ValueError as error:
        raise SettingError(
            f"RECORDER_DATABASE_URL is not set, and no store can be in {folder}: {error}"
        ) from error


def _sources(raw: RawSettings, *, base_url: str, rate: int) -> Mapping[str, SourceSettings]:
    tables = replace(raw.inside("sources", ()), environ={})  # the common values have it
    return MappingProxyType(
        {
            name: _source(name, tables.inside(name, _SOURCE_KEYS), base_url=base_url, rate=rate)
            for name in tables.table
        }
    )


def _source(name: str, raw: RawSettings, *, base_url: str, rate: int) -> SourceSettings:
    parsers.parse_name(parsers.RawSetting(name=raw.prefix.rstrip("."), content=name, file=raw.file))
    key_file = raw.get("api_key_file", parsers.parse_key_file, None)
    env_name, variable = parsers.parse_variable, raw.find("api_key_env")
    if key_file and variable:
        raise variable.wrong_unshown("is set together with api_key_file: give one of them")
    return SourceSettings(
        name=name,
        base_url=raw.get("base_url", parsers.parse_api, base_url),
        api_key_env=None if key_file else raw.get("api_key_env", env_name, API_KEY_ENV),
        api_key_file=key_file,
        rate=raw.get("rate", parsers.parse_rate, rate),
        items=raw.get("items", parsers.parse_switch, False),
    )


def _cost(raw: RawSettings) -> CostRules:
    both = raw.get("path", parsers.parse_dotted, None)
    return CostRules(
        unit=raw.get("unit", parsers.parse_text, None),
        preview_path=raw.get("preview", parsers.parse_dotted, both),
        actual_path=raw.get("actual", parsers.parse_dotted, both),
    )


def _budgets(raw: RawSettings) -> tuple[SpendBudget, ...]:
    # The `source` of a budget is its own, whatever --source and RECORDER_SOURCE say.
    tables = replace(raw.inside("budget", ()), options={}, environ={})
    return tuple(_budget(name, tables.inside(name, _BUDGET_KEYS)) for name in tables.table)


def _budget(name: str, raw: RawSettings) -> SpendBudget:
    parsers.parse_name(parsers.RawSetting(name=raw.prefix.rstrip("."), content=name, file=raw.file))
    slug = raw.get("slug", parsers.parse_text, None)
    label = raw.get("label", parsers.parse_label, None)
    return SpendBudget(
        name=name,
        unit=raw.require("unit", parsers.parse_text),
        micros=raw.require("amount", parsers.parse_credits),
        per=raw.require("per", parsers.parse_period),
        tz=raw.get("tz", parsers.parse_zone, None),
        filters=Filters(
            source=raw.get("source", parsers.parse_name, None),
            slug=() if slug is None else (slug,),
            labels=() if label is None else (label,),
        ),
    )
