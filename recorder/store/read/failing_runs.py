"""The runs whose last poll failed, and since when."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import sqlalchemy as sa

from recorder.schedule.failing import FailingRun
from recorder.store.joins import named, same_run
from recorder.store.read.phases import outcome_is
from recorder.store.schema import poll, run, source, watch


def failing_runs(connection: sa.Connection, source_ids: Iterable[int]) -> list[FailingRun]:
    """Return the tracked runs of these sources whose last poll failed, the longest first."""
    parameters = {"source_ids": list(source_ids)}
    return [FailingRun(**row) for row in connection.execute(_failing(), parameters).mappings()]


@cache
def _failing() -> sa.Select[Any]:
    answered_at = (
        sa.select(poll.c.polled_at)
        .where(same_run(poll, watch), outcome_is(poll.c.outcome, lambda one: one.is_answer))
        .order_by(poll.c.polled_at.desc())
        .limit(1)
        .correlate(watch)
        .scalar_subquery()
    )
    failed = poll.alias()
    since = (
        sa.select(sa.func.min(failed.c.polled_at))
        .where(same_run(failed, watch))
        .where(failed.c.polled_at > sa.func.coalesce(answered_at, 0))
        .correlate(watch)
        .scalar_subquery()
    )
    was_answered = sa.exists().where(
        poll.c.source_id == watch.c.source_id, outcome_is(poll.c.outcome, lambda one: one.is_answer)
    )
    return (
        sa.select(
            source.c.name.label("source"),
            run.c.run_id,
            watch.c.last_polled_at,
            watch.c.due_at,
            since.label("since"),
            was_answered.correlate(watch).label("source_has_answered"),
        )
        .select_from(named(watch))
        .where(watch.c.source_id.in_(sa.bindparam("source_ids", expanding=True)))
        .where(
            watch.c.due_at.is_not(None),
            outcome_is(watch.c.last_outcome, lambda one: one.is_failure),
        )
        .order_by("since", source.c.name, run.c.run_id)
    )
