"""When a run is polled next, and its tracking state.

Invariant: a pure function of `ScheduleInputs`, the same in a test, in the poller and in a report.
A run in flight is polled at the cadence and near its likely end up to every 2 s, an overdue one less and less often, an ended one by its follow-up polls, one
that gave no row at growing intervals; it is never dropped. Only follow-up polls may be put off while others are due.
"""

from collections.abc import Sequence
from enum import IntEnum

from msgspec import Struct, field

from recorder.instants import DAY, HOUR, MINUTE, SECOND
from recorder.ledger.answer import Outcome
from recorder.life import Phase, Tracking, flight_since, is_overdue
from recorder.schedule.gain import LEAST_PAUSE_US, LikelyEnd, likely_end

LONGEST_WAIT_US = 15 * MINUTE  # a follow-up poll that waited so long gets its part of the budget
QUIET_AFTER_US = 15 * MINUTE
SLOWEST_OVERDUE_US = HOUR
SLOWEST_RETRY_US = 5 * MINUTE
SLOWEST_SOON_LOST_US = HOUR  # of a run that has been lost for no longer
SLOWEST_LOST_US = DAY
SLOWEST_CAPTURE_US = DAY
UNSURE_US = HOUR  # until the poll that may give an ended run up, where the last one may not
# A run may fail any number of times in a row, and a shift by thousands is a number of thousands of bits.
_MOST_DOUBLINGS = 20


class Urgency(IntEnum):
    """The order in which runs are polled when the budget is short."""

    NEW = 0
    IN_FLIGHT = 1
    WAITED = 2  # a follow-up poll, for `LONGEST_WAIT_US`
    LATER = 3
    ITEMS = 4


class Cadence(Struct, frozen=True, kw_only=True):
    """The settings of the watch, microseconds.

    Attributes:
        every_us: the usual pause between two polls of a run; near its likely end it may come down to 2 s.
        settle_us: when the follow-up polls come after the end, ascending.
        overdue_after_us: how long a run may be in flight before it is overdue.
        abandon_us: how long a run may stay in flight without a change before it is given up.
    """

    every_us: int = 3 * SECOND
    settle_us: Sequence[int] = field(default=(5 * SECOND, MINUTE, 15 * MINUTE, HOUR, 24 * HOUR))
    overdue_after_us: int = 10 * MINUTE
    abandon_us: int = 7 * DAY

    @property
    def least_us(self) -> int:
        """The shortest pause between two polls of a run in flight."""
        return min(self.every_us, LEAST_PAUSE_US)

    @property
    def quiet_after_us(self) -> int:
        """The pause after which an ended run counts as quiet, whatever it shows."""
        return min((QUIET_AFTER_US, *self.settle_us[-1:]))

    @property
    def settled_us(self) -> int:
        """The pause between the end and the last follow-up poll; a day where there are none."""
        return max(self.settle_us, default=DAY)


class ScheduleInputs(Struct, frozen=True, kw_only=True):
    """The history of one run as far as the schedule needs it; instants in microseconds since 1970 UTC.

    Attributes:
        tracked_at: when the run was registered.
        created_at: by the ledger's clock; None where it has none, or the run was never seen.
        is_terminal: whether the last row seen says so; None where none was seen.
        first_good_at: when the run was first seen.
        last_polled_at: the last request, whatever its outcome.
        last_changed_at: when the present state was first seen.
        ended_seen_at: when the present end was first seen.
        resumed_at: when `track` last resumed the run.
        last_outcome: the last request's outcome.
        lost_at: the first 404 since the last answer that was none; None where there was none. A request that failed is no answer.
        n_failures: how many requests in a row, up to the last, gave no row.
        started_at: by the ledger's clock, as all that it gives; None where it has none.
        counted_at: when the leads stood as they do now.
        leads: all leads of the run; None where the ledger does not say.
        ended_leads: those that have ended.
        likely_end: the end that was foretold before the last poll; at first by what runs like it took.
        n_missed: how many foretold ends had passed before that poll, without one.
        may_give_up: whether the last poll may give the run up; see `may_give_up`.
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
    lost_at: int | None = None
    n_failures: int = 0
    started_at: int | None = None
    counted_at: int | None = None
    leads: int | None = None
    ended_leads: int = 0
    likely_end: LikelyEnd | None = None
    n_missed: int = 0
    may_give_up: bool = True


class NextPoll(Struct, frozen=True, kw_only=True):
    """The next poll of a run (`due_at` None: there is none), the tracking state until then, the end that is foretold, and how many passed."""

    tracking: Tracking
    due_at: int | None
    urgency: Urgency
    likely_end: LikelyEnd | None = None
    n_missed: int = 0


def next_poll(inputs: ScheduleInputs, cadence: Cadence) -> NextPoll:
    """Return when a run is polled next."""
    if inputs.last_polled_at is None:
        return NextPoll(tracking="active", due_at=inputs.tracked_at, urgency=Urgency.NEW)
    if inputs.resumed_at is not None and inputs.resumed_at > inputs.last_polled_at:
        return NextPoll(tracking="active", due_at=inputs.resumed_at, urgency=Urgency.NEW)
    if inputs.last_outcome is None or not inputs.last_outcome.is_row:
        return _after_failure(inputs, inputs.last_polled_at, cadence)
    if inputs.is_terminal:
        return _after_end(inputs, inputs.last_polled_at, cadence)
    return _in_flight(inputs, inputs.last_polled_at, cadence)


def may_give_up(polled_at: int | None, before_at: int | None, *, clock_error_us: int = 0) -> bool:
    """Return whether a poll may give its run up.

    It may not when the server's Date shows that our clock is off, nor when the poll before it lies more than a day
    back: the clock may have jumped, and the next poll shows whether it has.

    Args:
        polled_at: the poll; microseconds since 1970 UTC.
        before_at: the run's poll before it; None where there is none.
        clock_error_us: how far our clock is known to be off.
    """
    if clock_error_us:
        return False
    return polled_at is None or before_at is None or polled_at - before_at <= DAY


def capture_pause_us(outcome: Outcome, n_failures: int) -> int:
    """Return the pause before a page of items is requested again.

    Args:
        outcome: of the last request.
        n_failures: how many requests in a row, up to the last, brought no page.
    """
    # Any other failure, such as a key that may not read items, lasts until somebody does something.
    passes = outcome.is_outage or outcome is Outcome.THROTTLED
    slowest = SLOWEST_RETRY_US if passes else SLOWEST_CAPTURE_US
    return min(Cadence().every_us << min(n_failures - 1, _MOST_DOUBLINGS), slowest)


def _in_flight(inputs: ScheduleInputs, now: int, cadence: Cadence) -> NextPoll:
    moved_at = max(
        inputs.last_changed_at or inputs.tracked_at, inputs.resumed_at or inputs.tracked_at
    )
    if inputs.may_give_up and now - moved_at >= cadence.abandon_us:
        return NextPoll(tracking="abandoned", due_at=None, urgency=Urgency.LATER)
    since = flight_since(inputs.created_at, inputs.first_good_at)
    if since is not None and is_overdue(
        Phase.IN_FLIGHT, since=since, overdue_after_us=cadence.overdue_after_us, now=now
    ):
        # Its end is then seen late by about a twentieth of its time.
        pause = min(max((now - since) // 20, 10 * cadence.every_us), SLOWEST_OVERDUE_US)
        return NextPoll(
            tracking="active",
            due_at=now + pause,
            urgency=Urgency.IN_FLIGHT,
            n_missed=inputs.n_missed,
        )
    end = likely_end(
        started_at=inputs.started_at,
        counted_at=inputs.counted_at,
        ended=inputs.ended_leads,
        leads=inputs.leads,
        now=now,
    )
    pause, before = cadence.every_us, inputs.likely_end
    # Only an end whose whole time has passed was foretold in vain.
    missed = inputs.n_missed + (before is not None and before.until_at < now)
    if end is not None:
        # A third of the way to the middle of the likely end, so that it is foretold again on the way; more where it
        # was foretold in vain before.
        pause = min((sum(end) // 2 - now) * (1 + missed) // 3, pause)
    # Counts that say nothing leave what was foretold, until that has passed.
    elif missed == inputs.n_missed:
        end = before
    return NextPoll(
        tracking="active",
        due_at=now + max(pause, cadence.least_us),
        urgency=Urgency.IN_FLIGHT,
        likely_end=end,
        n_missed=missed,
    )


def _after_end(inputs: ScheduleInputs, now: int, cadence: Cadence) -> NextPoll:
    ended = inputs.ended_seen_at if inputs.ended_seen_at is not None else now
    # Follow-up polls that were missed are not made up for: the next one shows as much.
    due = next((ended + after_us for after_us in cadence.settle_us if ended + after_us > now), None)
    if due is None and not inputs.may_give_up:
        due = now + UNSURE_US
    if due is None:
        return NextPoll(tracking="done", due_at=None, urgency=Urgency.LATER)
    return NextPoll(tracking="settling", due_at=due, urgency=Urgency.LATER)


def _after_failure(inputs: ScheduleInputs, now: int, cadence: Cadence) -> NextPoll:
    is_absent, slowest = inputs.last_outcome is Outcome.NOT_VISIBLE, SLOWEST_RETRY_US
    if is_absent:
        lost_us = -1 if inputs.lost_at is None else now - inputs.lost_at
        slowest = min(max(lost_us, SLOWEST_SOON_LOST_US), SLOWEST_LOST_US)
        # Failures before the first 404 slow down nothing. Below 0 the clock was set back.
        if lost_us >= 0:
            slowest = min(slowest, lost_us + cadence.every_us)
    pause = min(cadence.every_us << min(max(inputs.n_failures - 1, 0), _MOST_DOUBLINGS), slowest)
    tracking: Tracking = "settling" if inputs.is_terminal else "active"
    return NextPoll(
        tracking=tracking if inputs.lost_at is None else "not_visible",
        # A 404 is each run's own; failures of a server befall many runs at once.
        due_at=now + pause + (0 if is_absent else _jitter(pause, now)),
        urgency=Urgency.LATER if inputs.is_terminal else Urgency.IN_FLIGHT,
        likely_end=inputs.likely_end,
        n_missed=inputs.n_missed,
    )


def _jitter(pause: int, now: int) -> int:
    """Return up to a quarter of the pause, by the microseconds of `now`: runs that failed together come back apart."""
    return pause * (now % 1000) // 4000
