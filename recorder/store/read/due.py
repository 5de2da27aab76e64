"""The runs that are due to be polled, and how much polling there is to do."""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from recorder.instants import MINUTE, SECOND
from recorder.ledger.answer import Outcome
from recorder.ledger.target import LARGEST_PAGE, Target
from recorder.schedule.cadence import LONGEST_WAIT_US, SLOWEST_CAPTURE_US, Cadence, Urgency
from recorder.store.joins import same_run, watched_runs
from recorder.store.read.phases import (
    is_ended,
    is_in_flight,
    is_open,
    is_overdue,
    is_unseen,
    outcome_is,
)
from recorder.store.schema import capture, run, run_summary, watch
from recorder.store.table_parts import Integer

MISSED_FOR_US = 15 * SECOND  # a run may be too new for the API to show it
ITEM_COUNTS = tuple(column.name for column in capture.c if column.name.startswith("leads_"))
"""The counts of a run's row that its items are held against."""

_LAST_SHOWN = ("last_polled_at", "end_from_at", "end_until_at", "n_missed")
_OF_SOURCES = watch.c.source_id.in_(sa.bindparam("source_ids", expanding=True))
_IS_DUE = watch.c.due_at <= sa.bindparam("now")
_COUNT = sa.select(sa.func.count()).where(_OF_SOURCES)
_COUNTS = sa.select(watch.c.source_id, sa.func.count()).where(_OF_SOURCES)
_IS_LATER = watch.c.urgency == int(Urgency.LATER)
_COMES_FIRST = sa.not_(_IS_LATER)
_NEXT_DUE = sa.select(sa.func.min(watch.c.due_at)).where(_OF_SOURCES, sa.not_(_IS_DUE))
_IN_FLIGHT_COUNT = _COUNT.where(is_open(), _COMES_FIRST)
_NOT_VISIBLE_COUNT = _COUNT.where(watch.c.tracking == "not_visible", sa.not_(is_ended()))
_EVERY_US = sa.bindparam("every_us", type_=Integer)
_LEAST_US = sa.bindparam("least_us", type_=Integer)
_PAUSE_US = watch.c.due_at - watch.c.last_polled_at
# A run that was never polled has no pause, and one that was made due at once a shorter one than any plan gives.
_PLANNED_US = sa.case((_PAUSE_US >= _LEAST_US, _PAUSE_US), else_=_EVERY_US)
# In thousandths: both databases divide whole numbers to whole numbers.
_A_MINUTE = sa.func.sum(sa.literal(1000 * MINUTE, Integer) // _PLANNED_US)
_WANTED = sa.select(watch.c.source_id, _A_MINUTE).where(_OF_SOURCES, is_open(), _COMES_FIRST)


def _scalar(
    connection: sa.Connection, statement: sa.Select[Any], source_ids: Iterable[int], **values: int
) -> int | None:
    found = connection.execute(statement, {"source_ids": list(source_ids), **values}).scalar_one()
    return None if found is None else int(found)


def _by_source(
    connection: sa.Connection, statement: sa.Select[Any], source_ids: Iterable[int], **values: int
) -> Counter[int]:
    parameters = {"source_ids": list(source_ids), **values}
    found = connection.execute(statement.group_by(watch.c.source_id), parameters)
    return Counter({source_id: int(count) for source_id, count in found})


class Due(Struct, frozen=True, kw_only=True, order=True):
    """One run that is due; round robin polls runs in the order of these values."""

    urgency: int
    due_at: int
    source_id: int
    run_key: int
    target: Target
    last_polled_at: int | None = None
    end_from_at: int | None = None
    end_until_at: int | None = None
    n_missed: int | None = None


def due_runs(
    connection: sa.Connection, source_ids: Iterable[int], *, now: int, limit: int
) -> list[Due]:
    """Return due runs in the order in which round robin polls them.

    Args:
        connection: a reading transaction.
        source_ids: of these sources.
        now: microseconds since 1970 UTC.
        limit: at most so many of a source and an urgency: none crowds out the others.
    """
    parameters = {
        "source_ids": list(source_ids),
        "now": now,
        "waited_since": now - LONGEST_WAIT_US,
        "limit": limit,
    }
    found = connection.execute(_due(), parameters).mappings()
    return [Due(target=Target(row.pop("run_id")), **row) for row in map(dict, found)]


@cache
def _due() -> sa.Select[Any]:
    has_waited = watch.c.due_at <= sa.bindparam("waited_since")
    urgency = sa.case(
        (sa.and_(_IS_LATER, has_waited), int(Urgency.WAITED)), else_=watch.c.urgency
    ).label("urgency")
    order = (urgency, watch.c.due_at, watch.c.source_id, watch.c.run_key)
    place = sa.func.row_number().over(partition_by=[watch.c.source_id, urgency], order_by=order)
    first = (
        sa.select(*order, *(watch.c[name] for name in _LAST_SHOWN), place.label("place"))
        .where(_OF_SOURCES, _IS_DUE)
        .subquery()
    )
    fields = [first.c[column.name] for column in order]
    return (
        sa.select(*fields, *(first.c[name] for name in _LAST_SHOWN), run.c.run_id)
        .join_from(first, run, same_run(run, first))
        .where(first.c.place <= sa.bindparam("limit"))
        .order_by(*fields)
    )


def due_pages(
    connection: sa.Connection, source_ids: Iterable[int], *, now: int, limit: int
) -> list[Due]:
    """Return the next page of items of each ended run that lacks some, or whose counts have changed since.

    Captures that have begun come first, then the runs that ended last.

    Args:
        connection: a reading transaction.
        source_ids: of these sources.
        now: microseconds since 1970 UTC.
        limit: at most so many.
    """
    parameters = {"source_ids": list(source_ids), "now": now, "limit": limit}
    parameters |= {"jumped": now + SLOWEST_CAPTURE_US}
    return [
        Due(
            urgency=int(Urgency.ITEMS),
            due_at=row.due_at or 0,
            source_id=row.source_id,
            run_key=row.run_key,
            target=Target(row.run_id, row.cursor or "", max(LARGEST_PAGE >> row.n_malformed, 1)),
        )
        for row in connection.execute(_due_pages(), parameters)
    ]


@cache
def _due_pages() -> sa.Select[Any]:
    changed = (watch.c[name].is_distinct_from(capture.c[name]) for name in ITEM_COUNTS)
    lacks = sa.or_(capture.c.run_key.is_(None), capture.c.due_at.is_not(None), *changed)
    is_malformed = capture.c.last_outcome == int(Outcome.MALFORMED)
    # A pause that ends later than any can was made by a clock that was ahead.
    waits = capture.c.due_at.between(sa.bindparam("now") + 1, sa.bindparam("jumped"))
    return (
        sa.select(
            *(watch.c.source_id, watch.c.run_key, run.c.run_id, capture.c.cursor, capture.c.due_at),
            # A page that could not be read may have been too large.
            sa.case((is_malformed, capture.c.n_failures), else_=0).label("n_malformed"),
        )
        .select_from(watched_runs().outerjoin(capture, same_run(capture, run)))
        .where(_OF_SOURCES, is_ended(), watch.c.tracking != "untracked", lacks)
        .where(sa.not_(sa.func.coalesce(waits, sa.false())))
        .order_by(capture.c.cursor.is_(None), watch.c.ended_seen_at.desc(), watch.c.run_key)
        .limit(sa.bindparam("limit"))
    )


def due_counts(
    connection: sa.Connection, source_ids: Iterable[int], *, now: int, later: bool = False
) -> Counter[int]:
    """Return how many runs of each source are due: new ones and those in flight, or `later` those for a follow-up poll."""
    counted = _COUNTS.where(_IS_DUE, _IS_LATER if later else _COMES_FIRST)
    return _by_source(connection, counted, source_ids, now=now)


def next_due_at(connection: sa.Connection, source_ids: Iterable[int], *, now: int) -> int | None:
    """Return when the next run becomes due, microseconds since 1970 UTC; None for none."""
    return _scalar(connection, _NEXT_DUE, source_ids, now=now)


def in_flight_count(connection: sa.Connection, source_ids: Iterable[int]) -> int:
    """Return how many runs are polled at the full cadence."""
    return _scalar(connection, _IN_FLIGHT_COUNT, source_ids) or 0


def wanted_in_a_minute(
    connection: sa.Connection, source_ids: Iterable[int], cadence: Cadence
) -> Counter[int]:
    """Return the requests that new runs and those in flight of each source would take in 60 s without a budget.

    They are in thousandths, by each run's pause.

    Args:
        connection: a reading transaction.
        source_ids: of these sources.
        cadence: gives the pause of a run that was never polled.
    """
    of_cadence = {"every_us": cadence.every_us, "least_us": cadence.least_us}
    return _by_source(connection, _WANTED, source_ids, **of_cadence)


def undone_count(
    connection: sa.Connection,
    source_ids: Iterable[int],
    cadence: Cadence,
    *,
    now: int,
) -> int:
    """Return how many runs are in flight and not overdue, or have ended and may still move.

    A run in flight that is not visible (404) counts for a moment: it may be too new, or the API's slip. One that was
    never seen, or whose last poll after the end or after a 404 failed, is tried again for as long as a run in flight
    may take.
    `live_runs.is_waited_for` decides the same for one run.

    Args:
        connection: a reading transaction.
        source_ids: of these sources.
        cadence: the settings of polling.
        now: microseconds since 1970 UTC.
    """
    since = {
        "ended_since": now - cadence.quiet_after_us,
        "missed_since": now - MISSED_FOR_US,
        "overdue_since": now - cadence.overdue_after_us,
    }
    return _scalar(connection, _undone_count(), source_ids, **since) or 0


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
    last_seen_at = sa.func.coalesce(watch.c.last_good_at, watch.c.first_polled_at)
    just_gone = sa.and_(
        watch.c.tracking == "not_visible",
        sa.not_(is_ended()),
        (last_seen_at > sa.bindparam("missed_since")) | (failed & (last_seen_at > overdue_since)),
    )
    overdue = sa.func.coalesce(is_overdue(overdue_since), sa.false())
    new = is_unseen() & (
        sa.func.coalesce(watch.c.first_polled_at, overdue_since + 1) > overdue_since
    )
    is_undone = new | (is_in_flight() & sa.not_(overdue)) | moving | just_gone
    summarized = watch.outerjoin(run_summary, same_run(run_summary, watch))
    counted = sa.select(sa.func.count()).select_from(summarized)
    return counted.where(_OF_SOURCES, is_open(), is_undone)


def not_visible_count(connection: sa.Connection, source_ids: Iterable[int]) -> int:
    """Return how many watched runs the API does not show (404) and has not shown to their end."""
    return _scalar(connection, _NOT_VISIBLE_COUNT, source_ids) or 0
