"""The events of a run: what its answers show to have happened.

Invariant: a function of the run's states and polls, so that an import finds what the watch would have found.
"""

from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from recorder.history.run_summary import SnapshotSummary, SummaryRules, last_actual, summarize
from recorder.ledger.answer import Outcome
from recorder.ledger.row import LedgerRow

NO_STATUS = "without status"


class EventKind(StrEnum):
    """A kind of event, as the view `events` spells it; of a run, or for `KEY_...` of a source."""

    ENDED = "ended"
    OVERDUE = "overdue"
    REOPENED = "reopened"
    LATE_COST = "late_cost"
    LOST = "lost"
    FOUND = "found"
    ABANDONED = "abandoned"
    KEY_REFUSED = "key_refused"
    KEY_ACCEPTED = "key_accepted"


class RunEvent(Struct, frozen=True, kw_only=True):
    """One event of a run; `happened_at` is our clock at the answer that shows it, microseconds since 1970 UTC."""

    happened_at: int
    kind: EventKind
    detail: str | None


def turn(*, was_terminal: bool | None, is_terminal: bool, has_ended_here: bool) -> EventKind | None:
    """Return the event of a run that goes from one state to the next; None for none.

    Args:
        was_terminal: whether the state before is an end; None: there is none before.
        is_terminal: whether this one is.
        has_ended_here: whether the ledger says that the run ended after it was tracked.
    """
    if not is_terminal:
        return EventKind.REOPENED if was_terminal else None
    is_new = has_ended_here if was_terminal is None else not was_terminal
    return EventKind.ENDED if is_new else None


def visibility(outcome: Outcome, *, is_seen: bool, is_lost: bool) -> EventKind | None:
    """Return the event of a poll that no longer shows a run, or shows it again; None for none.

    Args:
        outcome: of the poll.
        is_seen: whether an earlier poll showed the run.
        is_lost: whether the last answer before it was a 404, after one that showed the run.
    """
    if outcome.is_row:
        return EventKind.FOUND if is_lost else None
    is_gone = outcome is Outcome.NOT_VISIBLE and is_seen and not is_lost
    return EventKind.LOST if is_gone else None


def is_late_cost(
    states: Sequence[SnapshotSummary], rows: Sequence[LedgerRow], rules: SummaryRules
) -> bool:
    """Return whether the actual cost has changed since the run was found quiet after its present end.

    Args:
        states: the run's states in order, at least one.
        rows: the ledger row of each.
        rules: the settings that quiet depends on.
    """
    *before, last = states
    known = last_actual(before)
    if not (known.present and last.actual.present) or known == last.actual:
        return False
    for n in range(len(before), 0, -1):
        if not before[n - 1].is_terminal:
            break
        if summarize(before[:n], rows[n - 1], rules).is_quiet:
            return True
    return False


def unwritten(found: Sequence[RunEvent], stored: Collection[tuple[str, int]]) -> Iterator[RunEvent]:
    """Yield the events that are not in the store.

    An answer that came late may show an event to be older than it was known to be: it is the same one if no other of
    its kind lies between.

    Args:
        found: all that the run's answers show.
        stored: the kind and instant of each event in the store.
    """
    for one in found:
        later = [
            o.happened_at for o in found if o.kind == one.kind and o.happened_at > one.happened_at
        ]
        same = (at for kind, at in stored if kind == one.kind and at >= one.happened_at)
        if not any(not later or at < min(later) for at in same):
            yield one
