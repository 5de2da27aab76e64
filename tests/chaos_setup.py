"""What the fault run and the chaos tests begin with: faults by chance, and the environment of a watch."""

from collections.abc import Mapping
from pathlib import Path

from chaos import DELAYS_US
from surroundings import without_settings

from recorder.instants import SECOND
from recorder.sandbox import Fault, Kind

BY_CHANCE = tuple(
    Fault(
        kind=kind,
        rate=rate,
        retry_after_s=1,
        seconds=DELAYS_US[kind] / SECOND if kind in DELAYS_US else None,
    )
    for kind, rate in {
        Kind.THROTTLE: 0.0005,
        Kind.THROTTLE_DATE: 0.0005,
        Kind.SERVER_ERROR: 0.02,
        Kind.UNAVAILABLE: 0.02,
        Kind.UNAUTHORIZED: 0.0001,  # each stops the sources of a key until their watch begins again
        Kind.FORBIDDEN: 0.01,
        Kind.TIMEOUT: 0.005,
        Kind.RESET: 0.02,
        Kind.TRUNCATE: 0.02,
        Kind.SLOW: 0.02,
        Kind.HTML: 0.01,
        Kind.REDIRECT: 0.01,
        Kind.NO_RUN: 0.01,
        Kind.WRONG_ID: 0.01,
        Kind.UNKNOWN_FIELD: 0.03,
        Kind.UNKNOWN_STATUS: 0.03,
        Kind.REOPEN: 0.03,
    }.items()
)


def environment(
    store_url: str,
    base_url: str,
    folder: Path,
    *,
    sources: Mapping[str, str],
    keys: Mapping[str, str],
    rate: int,
) -> dict[str, str]:
    """The settings of a watch that asks each run once a second.

    Args:
        store_url, base_url: its store and its API.
        folder: where its config file goes.
        sources: the user of each source.
        keys: the key of each user.
        rate: requests of a key in any minute.
    """
    config = folder / "config.toml"
    config.write_text(
        "".join(f'[sources.{name}]\napi_key_env = "KEY_{user}"\n' for name, user in sources.items())
    )
    return {
        **without_settings(),
        "RECORDER_DATABASE_URL": store_url,
        "RECORDER_BASE_URL": base_url,
        "RECORDER_CONFIG": str(config),
        "RECORDER_RATE": str(rate),
        "RECORDER_EVERY": "1s",
        "RECORDER_SETTLE": "2s,5s,15s",
        "XDG_STATE_HOME": str(folder / "state"),
        **{f"KEY_{user}": key for user, key in keys.items()},
    }
