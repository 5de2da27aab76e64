"""Runs that have been in flight for longer than `overdue_after`."""

from collections.abc import Collection

import sqlalchemy as sa
from msgspec import Struct

from recorder.schedule.cadence import Cadence
from recorder.store.joins import summarized_watches
from recorder.store.read.conditions import of_source
from recorder.store.read.phases import flight_since, is_open, is_overdue
from recorder.store.schema import run, run_summary, source, watch


class Overdue(Struct, frozen=True, kw_only=True):
    """One overdue run; instants in microseconds since 1970 UTC."""

    source: str
    run_id: str
    status: str | None
    since: int
    trigger_run_id: str | None
    source_id: int
    run_key: int


def overdue_runs(
    connection: sa.Connection,
    cadence: Cadence,
    *,
    now: int,
    source_name: str | None = None,
    source_ids: Collection[int] | None = None,
    not_notified: bool = False,
) -> list[Overdue]:
    """Return the overdue runs, the longest in flight first.

    Args:
        connection: a transaction.
        cadence: with `overdue_after`.
        now: microseconds since 1970 UTC.
        source_name: only this source's.
        source_ids: only these sources'.
        not_notified: only runs that no notice has named yet.
    """
    since = flight_since()
    # As a subquery: SQLite needs a source for its index.
    of_sources = sa.select(source.c.source_id).where(of_source(source_name))
    if source_ids is not None:
        of_sources = of_sources.where(source.c.source_id.in_(source_ids))
    statement = (
        sa.select(
            source.c.name.label("source"),
            run.c.run_id,
            since.label("since"),
            run_summary.c.status,
            run_summary.c.trigger_run_id,
            watch.c.source_id,
            watch.c.run_key,
        )
        .select_from(summarized_watches())
        .where(watch.c.source_id.in_(of_sources), is_open())
        .where(is_overdue(now - cadence.overdue_after_us))
        .order_by(since, source.c.name, run.c.run_id)
    )
    if not_notified:
        statement = statement.where(watch.c.overdue_notified_at.is_(None))
    return [Overdue(**row) for row in connection.execute(statement).mappings()]
