"""Changes of `watch` for many runs at once: when they are polled next, and which overdue ones a notice has named."""

from collections.abc import Iterable

import sqlalchemy as sa

from recorder.history.run_events import NO_STATUS, EventKind
from recorder.humanize import whole_span
from recorder.instants import SECOND
from recorder.ledger.answer import FAR_OFF_US
from recorder.ledger.body import one_line
from recorder.schedule.cadence import Urgency
from recorder.store.joins import same_run
from recorder.store.read.overdue_runs import Overdue
from recorder.store.read.phases import outcome_is
from recorder.store.schema import run, source, watch
from recorder.store.sealed import drop_blocks
from recorder.store.write.event_log import EventRecord, write_events
from recorder.store.write.months import count_runs
from recorder.store.write.sources import lock_source

_CLOCK_SLACK_US = SECOND


def follow_clock(connection: sa.Connection, source_ids: Iterable[int], *, now: int) -> None:
    """Follow a clock that was set back: no run waits for the old time to come.

    Where it was by more than a minute, each run that was polled by the clock that was ahead is due at once, also a run
    that was abandoned by it.
    """
    wanted = list(source_ids)
    clock_ahead = source.c.source_id.in_(wanted) & (source.c.clock_at > now + FAR_OFF_US)
    ahead = connection.execute(sa.select(source.c.source_id).where(clock_ahead)).scalars().all()
    if ahead:
        # Before the clock's reading is replaced, which is what shows the step.
        _plan_again(connection, ahead, now)
    _shift_plans(connection, wanted, now)
    reached = sa.update(source).where(source.c.source_id.in_(wanted))
    connection.execute(reached.values(clock_at=now))


def _plan_again(connection: sa.Connection, source_ids: Iterable[int], now: int) -> None:
    # Runs that were given up may be in sealed blocks, and are watched again.
    for source_id in source_ids:
        drop_blocks(connection, source_id)
    later = watch.c.last_polled_at > now + FAR_OFF_US
    ended = watch.c.ended_seen_at.is_not(None)
    is_settled = watch.c.tracking.in_(("done", "abandoned"))
    for source_id in source_ids:
        resumed = (watch.c.source_id == source_id) & later & is_settled
        keys = connection.execute(sa.select(watch.c.run_key).where(resumed)).scalars().all()
        count_runs(connection, source_id, keys)
    urgency = sa.case((ended, int(Urgency.LATER)), else_=int(Urgency.IN_FLIGHT))
    tracking = sa.case((ended, "settling"), else_="active")
    connection.execute(
        sa.update(watch)
        .where(watch.c.source_id.in_(list(source_ids)), later, watch.c.tracking != "untracked")
        .values(
            tracking=sa.case((is_settled, tracking), else_=watch.c.tracking),
            urgency=sa.case((is_settled, urgency), else_=watch.c.urgency),
            due_at=now - FAR_OFF_US,  # before the pass that is under way began
            overdue_notified_at=sa.case(
                (watch.c.overdue_notified_at <= now, watch.c.overdue_notified_at)
            ),
        )
    )


def _shift_plans(connection: sa.Connection, source_ids: Iterable[int], now: int) -> None:
    is_new, waits_us = watch.c.urgency == int(Urgency.NEW), watch.c.due_at - watch.c.last_polled_at
    connection.execute(
        # What was planned by the clock that was ahead keeps its pause, from now on; a new run waits for nothing.
        sa.update(watch)
        .where(
            watch.c.source_id.in_(source_ids),
            watch.c.due_at > now + _CLOCK_SLACK_US,
            is_new | ((watch.c.last_polled_at > now + _CLOCK_SLACK_US) & (waits_us > 0)),
        )
        .values(due_at=sa.case((is_new, now), else_=now + waits_us))
    )


def retry_failed(connection: sa.Connection, source_id: int, *, within_us: int) -> None:
    """Make the runs of a source whose last poll met an outage due that soon after it, if they would be later."""
    # The server failed: that their polls failed again and again says nothing of these runs.
    met_outage = outcome_is(watch.c.last_outcome, lambda one: one.is_outage)
    hasten(connection, (watch.c.source_id == source_id) & met_outage, within_us=within_us)


def hasten(connection: sa.Connection, runs: sa.ColumnElement[bool], *, within_us: int) -> None:
    """Make runs due that soon after their last poll, if they would be later."""
    due_at = watch.c.last_polled_at + within_us
    connection.execute(sa.update(watch).where(runs, watch.c.due_at > due_at).values(due_at=due_at))


def mark_notified(
    connection: sa.Connection, overdue: Iterable[Overdue], *, now: int
) -> list[Overdue]:
    """Mark overdue runs as reported, with an event each, and return those that no other process has reported meanwhile."""
    overdue = list(overdue)
    for name in sorted({one.source for one in overdue}):
        lock_source(connection, name)  # whoever records an answer writes the same rows
    # The update's condition decides, not what was read: of two processes only one reports a run.
    marked = [one for one in overdue if _mark_notified(connection, one, now)]
    for one in marked:
        count_runs(connection, one.source_id, [one.run_key])
    write_events(connection, (_event(one, now) for one in marked), now=now)
    return marked


def _event(one: Overdue, now: int) -> EventRecord:
    trigger = f", triggerRunId {one.trigger_run_id}" if one.trigger_run_id else ""
    return EventRecord(
        source_id=one.source_id,
        run_key=one.run_key,
        happened_at=now,
        kind=EventKind.OVERDUE,
        detail=one_line(f"{one.status or NO_STATUS} for {whole_span(now - one.since)}{trigger}"),
    )


def _mark_notified(connection: sa.Connection, one: Overdue, now: int) -> bool:
    # The number of a run that was forgotten since may be that of another one by now.
    is_same = sa.exists().where(same_run(run, watch), run.c.run_id == one.run_id)
    marked = connection.execute(
        sa.update(watch)
        .where(
            watch.c.source_id == one.source_id,
            watch.c.run_key == one.run_key,
            watch.c.overdue_notified_at.is_(None),
            is_same,
        )
        .values(overdue_notified_at=now)
    )
    return marked.rowcount == 1
