"""When a run is looked at next, and what that makes of it.

Invariant: a pure function of what is known of one run; the same in a test, in the poller and in a report.
In flight: at the cadence; overdue: slower and slower. After the end: the settle looks. No row: growing intervals,
never dropped. Only looks after the end may wait for as long as others are due; all others wait their turn.
Must not read the clock and must not import anything that does I/O.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from recorder.instants import DAY, HOUR, MINUTE, SECOND
from recorder.ledger.answer import Outcome
from recorder.life import Tracking, flight_since

LONGEST_WAIT_US = 15 * MINUTE  # a look after the end that waited so long goes with those in flight
QUIET_AFTER_US = 15 * MINUTE
SLOWEST_OVERDUE_US = HOUR
SLOWEST_RETRY_US = 5 * MINUTE
SLOWEST_NOT_VISIBLE_US = HOUR
UNSURE_US = (
    HOUR  # the pause before the poll that may give an ended run up, where the last one may not
)
_MOST_DOUBLINGS = 20


class Urgency(IntEnum):
    """Who goes first when the budget is short."""

    NEW = 0
    IN_FLIGHT = 1
    LATER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """The settings of the watch, microseconds.

    Attributes:
        every_us: at best one poll of a run in so long.
        settle_us: when to look again after the end, ascending.
        overdue_after_us: the patience with a run in flight.
        abandon_us: how long a run may stay in flight without change before it is given up.
    """

    every_us: int = 3 * SECOND
    settle_us: Sequence[int] = field(default=(5 * SECOND, MINUTE, 15 * MINUTE, HOUR, 24 * HOUR))
    overdue_after_us: int = 10 * MINUTE
    abandon_us: int = 7 * DAY

    @property
    def quiet_after_us(self) -> int:
        """How long after its end was seen a run counts as quiet, whatever it shows."""
        return min((QUIET_AFTER_US, *self.settle_us[-1:]))

    @property
    def settled_us(self) -> int:
        """How long after the end the last settle poll comes; a day where there are none."""
        return max(self.settle_us, default=DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleInputs:
    """What is known of one run; instants in microseconds since 1970 UTC.

    Attributes:
        tracked_at: when the run was given to the recorder.
        created_at: the ledger's instant, None where it gives none or the run was never seen.
        is_terminal: whether the last row seen says so; None where none was seen.
        first_good_at: when the run was first seen.
        last_polled_at: the last request of any outcome.
        last_changed_at: when the present state was first seen.
        ended_seen_at: when the run was first seen ended, for the present end.
        resumed_at: when the run was last taken up again by `track`.
        last_outcome: the last request's outcome.
        n_failures: how many requests in a row, up to the last, gave no row.
        may_give_up: whether the last poll may give the run up: nobody is given up on the word of a clock that jumped.
    """

    tracked_at: int
    created_at: int | None = None
    is_terminal: bool | None = None
    first_good_at: int | None = None
    last_polled_at: int | None = None
    last_changed_at: int | None = None
    ended_seen_at: int | None = None
    resumed_at: int | None = None
    last_outcome: Outcome | None = None
    n_failures: int = 0
    may_give_up: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPoll:
    """When a run is looked at next (`due_at` None: never again), and its place in the watch."""

    tracking: Tracking
    due_at: int | None
    urgency: Urgency


def next_poll(known: ScheduleInputs, cadence: Cadence) -> NextPoll:
    """When this run is to be asked next."""
    if known.last_polled_at is None:
        return NextPoll(tracking="active", due_at=known.tracked_at, urgency=Urgency.NEW)
    if known.resumed_at is not None and known.resumed_at > known.last_polled_at:
        return NextPoll(tracking="active", due_at=known.resumed_at, urgency=Urgency.NEW)
    if known.last_outcome is None or not known.last_outcome.is_row:
        return _after_failure(known, known.last_polled_at, cadence)
    if known.is_terminal:
        return _after_end(known, known.last_polled_at, cadence)
    return _in_flight(known, known.last_polled_at, cadence)


def may_give_up(polled_at: int | None, before_at: int | None, *, clock_error_us: int = 0) -> bool:
    """Return whether a poll may give its run up.

    It may not when the server's Date shows that our clock is off, nor when the run's poll before it lies more than a
    day back: the clock may have jumped, and the next poll will tell.

    Args:
        polled_at: the poll; microseconds since 1970 UTC.
        before_at: the run's poll before it; None where there is none.
        clock_error_us: how far our clock is known to be off.
    """
    if clock_error_us:
        return False
    return polled_at is None or before_at is None or polled_at - before_at <= DAY


def overdue_at(known: ScheduleInputs, cadence: Cadence) -> int | None:
    """When an in-flight run's patience ends; None for a run that has ended or was never seen."""
    if known.is_terminal is not False:
        return None
    since = flight_since(known.created_at, known.first_good_at)
    return None if since is None else since + cadence.overdue_after_us


def _in_flight(known: ScheduleInputs, now: int, cadence: Cadence) -> NextPoll:
    moved_at = max(known.last_changed_at or known.tracked_at, known.resumed_at or known.tracked_at)
    if known.may_give_up and now - moved_at >= cadence.abandon_us:
        return NextPoll(tracking="abandoned", due_at=None, urgency=Urgency.LATER)
    patience_ends = overdue_at(known, cadence)
    if patience_ends is None or now < patience_ends:
        return NextPoll(tracking="active", due_at=now + cadence.every_us, urgency=Urgency.IN_FLIGHT)
    overdue_for = now - patience_ends + cadence.overdue_after_us
    pause = min(max(overdue_for // 20, 10 * cadence.every_us), SLOWEST_OVERDUE_US)
    return NextPoll(tracking="active", due_at=now + pause, urgency=Urgency.IN_FLIGHT)


def _after_end(known: ScheduleInputs, now: int, cadence: Cadence) -> NextPoll:
    ended = known.ended_seen_at if known.ended_seen_at is not None else now
    due = next((ended + look for look in cadence.settle_us if ended + look > now), None)
    if due is None and not known.may_give_up:
        due = now + UNSURE_US
    if due is None:
        return NextPoll(tracking="done", due_at=None, urgency=Urgency.LATER)
    return NextPoll(tracking="settling", due_at=due, urgency=Urgency.LATER)


def _after_failure(known: ScheduleInputs, now: int, cadence: Cadence) -> NextPoll:
    doublings = min(max(known.n_failures - 1, 0), _MOST_DOUBLINGS)
    urgency = Urgency.LATER if known.is_terminal else Urgency.IN_FLIGHT
    if known.last_outcome is Outcome.NOT_VISIBLE:
        pause = min(cadence.every_us << doublings, SLOWEST_NOT_VISIBLE_US)
        return NextPoll(tracking="not_visible", due_at=now + pause, urgency=urgency)
    pause = min(cadence.every_us << doublings, SLOWEST_RETRY_US)
    tracking: Tracking = "settling" if known.is_terminal else "active"
    return NextPoll(tracking=tracking, due_at=now + pause + _jitter(pause, now), urgency=urgency)


def _jitter(pause: int, now: int) -> int:
    """Up to a quarter more, by the microseconds of the answer: runs that failed together come back apart."""
    return pause * (now % 1000) // 4000
