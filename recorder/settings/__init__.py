"""The settings of a command, resolved from its options, the environment and the TOML file."""

from recorder.settings.names import (
    API_KEY_ENV,
    APPLICATION,
    DEFAULT_SOURCE,
    DEFAULTS,
    ENVIRONMENT,
    OPTIONS,
)
from recorder.settings.settings import Settings, SourceSettings, load_settings

__all__ = [
    "API_KEY_ENV",
    "APPLICATION",
    "DEFAULTS",
    "DEFAULT_SOURCE",
    "ENVIRONMENT",
    "OPTIONS",
    "Settings",
    "SourceSettings",
    "load_settings",
]
