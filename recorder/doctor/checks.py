"""One check of the doctor: its state, the finding, the advice."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from recorder.errors import KeyRefusedError


class CheckStatus(StrEnum):
    """The state of a check: well; well enough, but needs a look; broken."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check.

    Attributes:
        name: the link of the chain: settings, store, key, ...
        state: its state.
        found: the finding, one line.
        advice: what to do; None where nothing is to be done.
        source: the sources that it is about; None for all.
        refused: whether the API refused the key.
    """

    name: str
    state: CheckStatus
    found: str
    advice: str | None = None
    source: str | None = None
    refused: bool = False


def ok(name: str, found: str, *, source: str | None = None) -> Check:
    """Return the check of a link that is well."""
    return Check(name=name, state=CheckStatus.OK, found=found, source=source)


def warn(name: str, found: str, advice: str | None = None, *, source: str | None = None) -> Check:
    """Return the check of a link that needs a look."""
    return Check(name=name, state=CheckStatus.WARN, found=found, advice=advice, source=source)


def fail(name: str, found: str, advice: str | None = None, *, source: str | None = None) -> Check:
    """Return the check of a link that is broken."""
    return Check(name=name, state=CheckStatus.FAIL, found=found, advice=advice, source=source)


def exit_code(checks: Iterable[Check]) -> int:
    """Return 4 when a key was refused, else 1 when something is broken, else 0."""
    found = list(checks)
    if any(check.refused for check in found):
        return KeyRefusedError.exit_code
    return int(any(check.state is CheckStatus.FAIL for check in found))
