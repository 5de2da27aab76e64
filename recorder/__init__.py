"""Record the history of Puffle Enrichment Runs, and query it.

    import recorder
    history = recorder.open()            # or a URL, or a path
    history.runs(since="30d")            # a pandas DataFrame

Invariant: importing this imports neither pandas nor SQLAlchemy nor httpx; what needs them is imported when it is used.
"""

from os import PathLike
from types import ModuleType
from typing import TYPE_CHECKING

from recorder.errors import (
    AmbiguousRunError,
    KeyRefusedError,
    RecorderError,
    SettingError,
    StoreBusyError,
    StoreError,
    StoreMissingError,
    StoreNewerError,
    StoreOutdatedError,
    UnknownRunError,
    UsageError,
)

if TYPE_CHECKING:
    from recorder.api import History

__version__ = "0.1.0"

__all__ = [
    "AmbiguousRunError",
    "History",
    "KeyRefusedError",
    "RecorderError",
    "SettingError",
    "StoreBusyError",
    "StoreError",
    "StoreMissingError",
    "StoreNewerError",
    "StoreOutdatedError",
    "UnknownRunError",
    "UsageError",
    "__version__",
    "open",
]


def open(  # noqa: A001  # the published name: recorder.open()
    url_or_path: str | PathLike[str] | None = None, *, config: str | PathLike[str] | None = None
) -> "History":
    """Return the history of a store, which must exist in this program's schema; nothing is written to it.

    Args:
        url_or_path: a SQLAlchemy URL, or a path = SQLite; None: the setting of the environment or the config file.
        config: a TOML file of settings; None: the one of the environment, or the user's.

    Raises:
        SettingError: a setting is wrong.
        StoreMissingError, StoreOutdatedError, StoreNewerError: each ends with what to do.
    """
    history: History = _api().open_history(url_or_path, config=config)
    return history


def _api() -> ModuleType:
    """Import the part for notebooks."""
    from recorder import api  # noqa: PLC0415  # pandas: 300 ms that only users of frames pay

    return api


def __getattr__(name: str) -> type:
    """Import `History` when it is used."""
    if name == "History":
        history: type = _api().History
        return history
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
