"""What the watch asks the store: which runs are due, what is still to do, who is overdue."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from recorder.instants import MINUTE, SECOND
from recorder.ledger.target import Target
from recorder.schedule.cadence import LONGEST_WAIT_US, Cadence, Urgency
from recorder.store.read.life import (
    flight_since,
    is_ended,
    is_in_flight,
    is_overdue,
    is_unseen,
    outcome_is,
)
from recorder.store.schema import Integer, run, run_summary, source, watch
from recorder.store.write.registry import lock_source

MISSED_FOR_US = 15 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source as the watch needs it."""

    source_id: int
    name: str
    base_url: str
    holder: str | None
    held_until: int | None
    refused_key: str | None
    refused_at: int | None
    accepted_key: str | None
    clock_off_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Due:
    """One run that is due; the order is the order in which runs are asked."""

    urgency: int
    due_at: int
    source_id: int
    run_key: int
    target: Target
    last_polled_at: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """One run in flight past the patience; instants in microseconds since 1970 UTC."""

    source: str
    run_id: str
    status: str | None
    slug: str | None
    since: int
    trigger_run_id: str | None
    last_polled_at: int | None
    last_changed_at: int | None
    source_id: int
    run_key: int


def source_rows(connection: sa.Connection, name: str | None = None) -> list[SourceRow]:
    """The sources, or the one of a name, by name."""
    columns = [source.c[field] for field in SourceRow.__dataclass_fields__]
    statement = sa.select(*columns).order_by(source.c.name)
    if name is not None:
        statement = statement.where(source.c.name == name)
    return [SourceRow(**row) for row in connection.execute(statement).mappings()]


def due_runs(
    connection: sa.Connection, source_ids: Iterable[int], *, now: int, limit: int
) -> list[Due]:
    """Runs that are due, in the order in which they are to be asked.

    Args:
        connection: a reading transaction.
        source_ids: of these sources.
        now: microseconds since 1970 UTC.
        limit: at most so many of a source that were never asked, and of the others: no crowd hides the rest.
    """
    asked = {
        "source_ids": list(source_ids),
        "now": now,
        "waited_since": now - LONGEST_WAIT_US,
        "limit": limit,
    }
    found = connection.execute(_due(), asked).mappings()
    return [Due(target=Target(row.pop("run_id")), **row) for row in map(dict, found)]


@cache
def _due() -> sa.Select[Any]:
    is_new = sa.case((watch.c.urgency == int(Urgency.NEW), 1), else_=0)
    has_waited = watch.c.due_at <= sa.bindparam("waited_since")
    urgency = sa.case(
        (sa.and_(watch.c.urgency == int(Urgency.LATER), has_waited), int(Urgency.IN_FLIGHT)),
        else_=watch.c.urgency,
    ).label("urgency")
    order = (urgency, watch.c.due_at, watch.c.source_id, watch.c.run_key)
    place = sa.func.row_number().over(partition_by=[watch.c.source_id, is_new], order_by=order)
    first = (
        sa.select(*order, watch.c.last_polled_at, place.label("place"))
        .where(_of_sources(), watch.c.due_at <= sa.bindparam("now"))
        .subquery()
    )
    same = (run.c.source_id == first.c.source_id) & (run.c.run_key == first.c.run_key)
    fields = [first.c[column.name] for column in order]
    return (
        sa.select(*fields, first.c.last_polled_at, run.c.run_id)
        .join_from(first, run, same)
        .where(first.c.place <= sa.bindparam("limit"))
        .order_by(*fields)
    )


def _of_sources() -> sa.ColumnElement[bool]:
    return watch.c.source_id.in_(sa.bindparam("source_ids", expanding=True))


def _is_open() -> sa.ColumnElement[bool]:
    """Whether a run is to be asked again; SQLite finds these by the index, which it does not use for IS NOT NULL."""
    return watch.c.due_at > 0


def due_count(connection: sa.Connection, source_ids: Iterable[int], *, now: int) -> int:
    """How many runs are due."""
    asked = {"source_ids": list(source_ids), "now": now}
    return int(connection.execute(_due_count(), asked).scalar_one())


@cache
def _due_count() -> sa.Select[Any]:
    return sa.select(sa.func.count()).where(_of_sources(), watch.c.due_at <= sa.bindparam("now"))


def next_due_at(connection: sa.Connection, source_ids: Iterable[int], *, now: int) -> int | None:
    """When the next run becomes due that is not."""
    asked = {"source_ids": list(source_ids), "now": now}
    earliest: int | None = connection.execute(_next_due(), asked).scalar_one()
    return earliest


@cache
def _next_due() -> sa.Select[Any]:
    return sa.select(sa.func.min(watch.c.due_at)).where(
        _of_sources(), watch.c.due_at > sa.bindparam("now")
    )


def in_flight_count(connection: sa.Connection, source_ids: Iterable[int]) -> int:
    """How many runs are asked at the full cadence."""
    asked = {"source_ids": list(source_ids)}
    return int(connection.execute(_in_flight_count(), asked).scalar_one())


@cache
def _in_flight_count() -> sa.Select[Any]:
    is_in_flight = watch.c.urgency <= int(Urgency.IN_FLIGHT)
    return sa.select(sa.func.count()).where(_of_sources(), _is_open(), is_in_flight)


def wanted_in_a_minute(
    connection: sa.Connection, source_ids: Iterable[int], *, every_us: int
) -> int:
    """Requests that the watch would send in 60 s if it could: each run by the pause before its next look.

    Args:
        connection: a reading transaction.
        source_ids: of these sources.
        every_us: the cadence; no run counts as asked more often, one that was never asked as often.
    """
    asked = {"source_ids": list(source_ids), "every_us": every_us}
    return int(connection.execute(_wanted(), asked).scalar_one()) // 1000


@cache
def _wanted() -> sa.Select[Any]:
    pause = watch.c.due_at - watch.c.last_polled_at
    every_us = sa.bindparam("every_us", type_=Integer)
    longest = sa.case((pause > every_us, pause), else_=every_us)
    total = sa.func.sum(sa.literal(1000 * MINUTE, Integer) // longest)
    return sa.select(sa.func.coalesce(total, 0)).where(_of_sources(), _is_open())


def undone_count(
    connection: sa.Connection,
    source_ids: Iterable[int],
    cadence: Cadence,
    *,
    now: int,
) -> int:
    """Return how many runs are in flight and not overdue, or have ended and may still move.

    A run in flight that is not visible (404) counts for a moment: it may be too new, or the API's slip. One that was
    never seen, or whose last poll after the end failed, is tried again for as long as a run in flight may take.
    `Watched.is_waited_for` decides the same for one run.

    Args:
        connection: a reading transaction.
        source_ids: of these sources.
        cadence: the settings of the watch.
        now: microseconds since 1970 UTC.
    """
    asked = {
        "source_ids": list(source_ids),
        "ended_since": now - cadence.quiet_after_us,
        "missed_since": now - MISSED_FOR_US,
        "overdue_since": now - cadence.overdue_after_us,
    }
    return int(connection.execute(_undone_count(), asked).scalar_one())


@cache
def _undone_count() -> sa.Select[Any]:
    overdue_since = sa.bindparam("overdue_since", type_=Integer)
    failed = outcome_is(watch.c.last_outcome, lambda one: one.is_failure)
    moving = sa.and_(
        watch.c.tracking == "settling",
        sa.not_(watch.c.is_quiet),
        (watch.c.ended_seen_at > sa.bindparam("ended_since"))
        | (failed & (watch.c.last_good_at > overdue_since)),
    )
    just_gone = sa.and_(
        watch.c.tracking == "not_visible",
        sa.not_(is_ended()),
        sa.func.coalesce(watch.c.last_good_at, watch.c.first_polled_at)
        > sa.bindparam("missed_since"),
    )
    overdue = sa.func.coalesce(is_overdue(overdue_since), sa.false())
    new = is_unseen() & (
        sa.func.coalesce(watch.c.first_polled_at, overdue_since + 1) > overdue_since
    )
    is_undone = new | (is_in_flight() & sa.not_(overdue)) | moving | just_gone
    same = (run_summary.c.source_id == watch.c.source_id) & (
        run_summary.c.run_key == watch.c.run_key
    )
    counted = sa.select(sa.func.count()).select_from(watch.outerjoin(run_summary, same))
    return counted.where(_of_sources(), _is_open(), is_undone)


def not_visible_count(connection: sa.Connection, source_ids: Iterable[int]) -> int:
    """How many runs are watched that the API does not show (404), and did not show to their end."""
    statement = sa.select(sa.func.count()).where(
        watch.c.source_id.in_(list(source_ids)),
        watch.c.tracking == "not_visible",
        sa.not_(is_ended()),
    )
    return connection.execute(statement).scalar_one()


def overdue_runs(
    connection: sa.Connection,
    cadence: Cadence,
    *,
    now: int,
    source_name: str | None = None,
    not_notified: bool = False,
) -> list[Overdue]:
    """Runs in flight past the patience, the longest first.

    Args:
        connection: a transaction.
        cadence: whose patience.
        now: microseconds since 1970 UTC.
        source_name: only this source's.
        not_notified: only those that were not told of yet.
    """
    since = flight_since()
    fields = ("status", "slug", "trigger_run_id")
    of_sources = sa.select(source.c.source_id)  # as a subquery: SQLite needs a source for its index
    if source_name is not None:
        of_sources = of_sources.where(source.c.name == source_name)
    statement = (
        sa.select(
            source.c.name.label("source"),
            run.c.run_id,
            *(run_summary.c[name] for name in fields),
            since.label("since"),
            *(watch.c[n] for n in ("last_polled_at", "last_changed_at", "source_id", "run_key")),
        )
        .join_from(run, source, source.c.source_id == run.c.source_id)
        .join(watch, (watch.c.source_id == run.c.source_id) & (watch.c.run_key == run.c.run_key))
        .join(
            run_summary,
            (run_summary.c.source_id == run.c.source_id) & (run_summary.c.run_key == run.c.run_key),
        )
        .where(watch.c.source_id.in_(of_sources), _is_open())
        .where(is_overdue(now - cadence.overdue_after_us))
        .order_by(since, source.c.name, run.c.run_id)
    )
    if not_notified:
        statement = statement.where(watch.c.overdue_notified_at.is_(None))
    return [Overdue(**row) for row in connection.execute(statement).mappings()]


def mark_notified(
    connection: sa.Connection, overdue: Iterable[Overdue], *, now: int
) -> list[Overdue]:
    """Remember that people are told of these runs; those that no other process told of meanwhile."""
    overdue = list(overdue)
    for name in sorted({one.source for one in overdue}):
        lock_source(connection, name)  # whoever records an answer writes the same rows
    return [one for one in overdue if _mark_notified(connection, one, now)]


def _mark_notified(connection: sa.Connection, one: Overdue, now: int) -> bool:
    marked = connection.execute(
        sa.update(watch)
        .where(
            watch.c.source_id == one.source_id,
            watch.c.run_key == one.run_key,
            watch.c.overdue_notified_at.is_(None),
        )
        .values(overdue_notified_at=now)
    )
    return marked.rowcount == 1


def served_since(connection: sa.Connection, source_id: int, *, since: int) -> bool:
    """Whether any run of a source was seen after that instant."""
    seen = sa.exists().where(watch.c.source_id == source_id, watch.c.last_good_at > since)
    return bool(connection.execute(sa.select(seen)).scalar_one())


def retry_failed(connection: sa.Connection, source_id: int, *, within_us: int) -> None:
    """Let the runs of a source whose last request failed be due so soon after it, if they would be later.

    The source's server fails, or has done so: that they failed again and again says nothing of these runs.
    """
    due_at = watch.c.last_polled_at + within_us
    connection.execute(
        sa.update(watch)
        .where(watch.c.source_id == source_id, watch.c.due_at > due_at)
        .where(outcome_is(watch.c.last_outcome, lambda one: one.is_outage))
        .values(due_at=due_at)
    )
