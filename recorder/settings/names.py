"""The names of the settings, and their defaults as people write them."""

from collections.abc import Mapping
from types import MappingProxyType

from recorder.base_url import PUFFLE_URL

API_KEY_ENV = "PUFFLE_API_KEY"
APPLICATION = "puffle-recorder"
DEFAULT_SOURCE = "default"
"""The source that `track` registers runs with."""

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
        "ping": "RECORDER_PING_URL",
        "config": "RECORDER_CONFIG",
    }
)
"""The environment variable of each setting, by its name in the file and in `options`."""

OPTIONS: Mapping[str, str] = MappingProxyType(
    {key: "--" + key.replace("_", "-") for key in ENVIRONMENT} | {"database_url": "--db"}
)
"""The option of each setting, by the same names."""

DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "base_url": PUFFLE_URL,
        "rate": "80",
        "every": "3s",
        "settle": "5s,1m,15m,1h,24h",
        "overdue_after": "10m",
        "abandon": "7d",
    }
)
"""The default of each setting that has one, as people write it, by the same names."""
