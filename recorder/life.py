"""The phases of a run: in flight, lost, ended; overdue. Each is decided here, for every reader.

Invariant: a property test holds the SQL that decides the same to these functions.
"""

from enum import StrEnum
from typing import Final, Literal

Tracking = Literal["active", "settling", "done", "not_visible", "abandoned", "untracked"]

LOST: Final = frozenset[str]({"not_visible", "abandoned", "untracked"})
"""The tracking states in which a run that has not ended is lost."""


class Phase(StrEnum):
    """The phase of a tracked run; each run is in exactly one."""

    UNSEEN = "unseen"
    IN_FLIGHT = "in_flight"
    LOST = "lost"
    ENDED = "ended"


def phase_of(*, is_terminal: bool | None, tracking: str) -> Phase:
    """Return the phase of a run.

    Args:
        is_terminal: whether the last status seen ends a run; None where no answer has shown the run.
        tracking: the tracking state of the run.
    """
    if is_terminal is None:
        return Phase.UNSEEN
    if is_terminal:
        return Phase.ENDED
    return Phase.LOST if tracking in LOST else Phase.IN_FLIGHT


def flight_since(created_at: int | None, first_seen_at: int | None) -> int | None:
    """Return the instant from which a flight counts: the creation, or the first sight where the ledger gives none."""
    return created_at if created_at is not None else first_seen_at


def is_overdue(phase: Phase, *, since: int | None, overdue_after_us: int, now: int) -> bool:
    """Return whether a run has been in flight for longer than `overdue_after_us`, since the instant of `flight_since`."""
    return phase is Phase.IN_FLIGHT and since is not None and now - since > overdue_after_us
