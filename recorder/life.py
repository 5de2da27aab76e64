"""The phases of a run: in flight, lost, ended; overdue, quiet. Each is decided here, for every reader.

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


def quiet_at(
    *,
    is_terminal: bool,
    open_leads: int,
    has_actual: bool,
    first_seen_at: int,
    seen_again_at: int | None,
    ended_at: int | None,
    ended_seen_at: int | None,
    settled_us: int,
) -> int | None:
    """Return when a state was found after which nothing of its run is expected to move; None where it was not.

    Args:
        is_terminal: whether the status ends a run.
        open_leads: leads pending or running.
        has_actual: whether there is an actual cost, readable or not.
        first_seen_at: the first poll that showed the state.
        seen_again_at: the second one, None where there was none.
        ended_at: when the run ended, by the ledger's clock.
        ended_seen_at: when it was first seen ended.
        settled_us: the pause between the end and the last follow-up poll.
    """
    if not is_terminal or open_leads or not has_actual:
        return None
    if ended_at is None or ended_seen_at is None or ended_seen_at - ended_at <= settled_us:
        return seen_again_at
    return first_seen_at
