"""When a run is polled next, by the server's clock where ours is known to be off.

Invariant: polls bear our clock's instants as they were read. What the plan counts from (first sight, last change, end
seen) is by the server's Date where that shows our clock to be off, and never lies ahead of a clock that was set back.
"""

import msgspec

from recorder.ledger.answer import FAR_OFF_US, Answer, Outcome
from recorder.schedule.cadence import Cadence, ScheduleInputs, may_give_up, next_poll
from recorder.schedule.gain import LikelyEnd
from recorder.schedule.usual_run import UsualRun
from recorder.store.records import RunRecord, SnapshotRecord, WatchRecord

_MARKS = ("first_good_at", "last_changed_at", "ended_seen_at")


class LastPoll(msgspec.Struct, frozen=True, kw_only=True):
    """The last poll of a run, as its plan needs it; instants in microseconds since 1970 UTC.

    Attributes:
        polled_at: as the poll's row has it.
        before_at: the run's poll before it; None where there is none.
        now: our clock, where the answer was just received: earlier than `polled_at` if it was set back.
        is_answered: whether the server answered, just now.
        clock_error_us: how far our clock is known to be ahead of the right one.
    """

    polled_at: int
    before_at: int | None
    now: int | None = None
    is_answered: bool = False
    clock_error_us: int = 0

    @property
    def at(self) -> int:
        """The instant of the poll by our clock."""
        return self.polled_at if self.now is None else min(self.polled_at, self.now)

    @property
    def right_at(self) -> int:
        """The instant of the poll by the right clock."""
        return self.at - self.clock_error_us

    def by_our_clock(self, instant: int | None) -> int | None:
        """Convert an instant of the right clock to our clock."""
        return None if instant is None else instant + self.clock_error_us

    def foretold(self, watch: WatchRecord) -> LikelyEnd | None:
        """Return the likely end that the watch row holds, by the right clock; None for an answer that was imported."""
        if self.now is None or watch.end_from_at is None or watch.end_until_at is None:
            return None
        off_us = self.clock_error_us
        return LikelyEnd(watch.end_from_at - off_us, watch.end_until_at - off_us)

    def foretell(self, watch: WatchRecord, end: LikelyEnd | None) -> None:
        """Write a likely end into the watch row, by our clock."""
        from_at, until_at = end or (None, None)
        watch.end_from_at, watch.end_until_at = map(self.by_our_clock, (from_at, until_at))

    def righted(self, mark: int | None) -> int | None:
        """Return a mark by the right clock, where this answered poll or a clock that was ahead set it."""
        is_ours = mark == self.polled_at or (mark is not None and mark > self.right_at)
        return self.right_at if is_ours else mark

    def resumed(self, mark: int | None) -> int | None:
        """Return when the run was watched again; an instant that a clock ahead wrote is past."""
        if mark is None:
            return None
        is_past = self.now is not None and mark > self.now + FAR_OFF_US
        return (self.at if is_past else mark) - self.clock_error_us


def last_poll(answer: Answer, *, before_at: int | None, now: int | None) -> LastPoll:
    """Return what the plan needs of an answer; `now` where it was just received."""
    return LastPoll(
        polled_at=answer.observed_at,
        before_at=before_at,
        now=now,
        is_answered=now is not None and answer.http_status is not None,
        clock_error_us=answer.clock_error_us,
    )


def is_untracked(untracked_at: int | None, resumed_at: int | None) -> bool:
    """Return whether a run was untracked, and not resumed after that."""
    return untracked_at is not None and (resumed_at is None or resumed_at <= untracked_at)


def plan_run(
    watch: WatchRecord,
    run: RunRecord,
    state: SnapshotRecord | None,
    cadence: Cadence,
    last: LastPoll,
    *,
    like: UsualRun | None = None,
) -> None:
    """Write into the watch row when the run is polled next; leave an untracked run.

    Args:
        watch: the watch row.
        run: the run's row.
        state: the last snapshot; None where there is none.
        cadence: the settings.
        last: the last poll.
        like: the usual run of its slug, where the run was seen for the first time.
    """
    if is_untracked(run.untracked_at, watch.resumed_at):
        return
    if last.is_answered:
        for name in _MARKS:
            setattr(watch, name, last.righted(getattr(watch, name)))
    if like is not None and state is not None and state.created_at is not None:
        last.foretell(watch, like.end_of(state.created_at, now=last.right_at))
        watch.n_missed = -like.doubts
    plan = next_poll(_inputs(watch, run, state, last), cadence)
    watch.due_at = last.by_our_clock(plan.due_at)
    last.foretell(watch, plan.likely_end)
    # Below zero as long as all of them are the doubts that the run began with. The doubts of its slug change while it is
    # in flight, so its end could not tell by them whether a foretold end of its own has passed.
    before = watch.n_missed or 0
    has_missed = before > 0 or plan.n_missed > abs(before)
    watch.n_missed = (plan.n_missed if has_missed else -plan.n_missed) or None
    watch.tracking, watch.urgency = plan.tracking, int(plan.urgency)


def _inputs(
    watch: WatchRecord, run: RunRecord, state: SnapshotRecord | None, last: LastPoll
) -> ScheduleInputs:
    """Return what the schedule knows of a run."""
    outcome = watch.last_outcome
    ended = (watch.leads_completed, watch.leads_skipped, watch.leads_failed)
    return ScheduleInputs(
        tracked_at=run.tracked_at,
        created_at=state.created_at if state else None,
        is_terminal=state.is_terminal if state else None,
        first_good_at=watch.first_good_at,
        last_polled_at=last.right_at,
        last_changed_at=watch.last_changed_at,
        ended_seen_at=watch.ended_seen_at,
        resumed_at=last.resumed(watch.resumed_at),
        last_outcome=None if outcome is None else Outcome(outcome),
        lost_at=None if watch.lost_at is None else watch.lost_at - last.clock_error_us,
        n_failures=watch.n_failures,
        started_at=state.started_at if state else None,
        counted_at=watch.updated_at or watch.last_changed_at,
        leads=watch.leads_total,
        ended_leads=sum(filter(None, ended)),
        likely_end=last.foretold(watch),
        n_missed=abs(watch.n_missed or 0),
        may_give_up=may_give_up(last.at, last.before_at, clock_error_us=last.clock_error_us),
    )
