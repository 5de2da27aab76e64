"""One thing that was looked at: its state, what was found, what to do. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from recorder.errors import KeyRefusedError


class CheckStatus(StrEnum):
    """How it is: well; well enough, but to be looked at; broken."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: what.
        state: how it is.
        found: one line.
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


def exit_code(checks: Iterable[Check]) -> int:
    """4 when a key was refused, else 1 when something is broken, else 0."""
    found = list(checks)
    if any(check.refused for check in found):
        return KeyRefusedError.exit_code
    return int(any(check.state is CheckStatus.FAIL for check in found))
