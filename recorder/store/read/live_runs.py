"""The runs that a live view shows: runs in flight, runs that have just ended, or the named ones.

Invariant: at most as many runs are read as are shown.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

import sqlalchemy as sa

from recorder.analysis.rows import RunRow
from recorder.ledger.answer import Outcome
from recorder.life import Phase
from recorder.schedule.cadence import Cadence
from recorder.store.joins import known_runs, same_run
from recorder.store.read.conditions import of_source
from recorder.store.read.due import MISSED_FOR_US
from recorder.store.read.phases import is_open
from recorder.store.read.run_refs import RunRef, RunRefs
from recorder.store.read.runs import captured_runs, run_columns
from recorder.store.schema import run, run_summary, source, watch


class EndedRun(NamedTuple):
    """A run that has ended, and when."""

    source: str
    slug: str | None
    version: str | None
    run_id: str
    ended_at: int | None


def watched_runs(
    connection: sa.Connection,
    *,
    since: int,
    limit: int,
    refs: Collection[RunRef] | None = None,
    source_name: str | None = None,
) -> list[RunRow]:
    """Return the runs to show: runs in flight by age, then runs that are not visible, then the last that ended.

    Args:
        connection: a reading transaction.
        since: leave out runs whose end was seen before; microseconds since 1970 UTC.
        limit: at most so many.
        refs: exactly these runs, whatever their state; one that was forgotten since is left out.
        source_name: only this source's.
    """
    rank = sa.case((_is_live(), 0), (watch.c.tracking == "not_visible", 1), else_=2)
    statement = (
        sa.select(*run_columns())
        .select_from(_found(since) if refs is None else captured_runs())
        .where(_wanted(since) if refs is None else _among(refs), of_source(source_name))
        .order_by(
            rank,
            sa.case((_is_live(), run.c.tracked_at)),
            # SQLite and Postgres put nulls at different ends.
            sa.func.coalesce(watch.c.ended_seen_at, 0).desc(),
            run.c.source_id,
            run.c.run_key,
        )
        .limit(limit)
    )
    found = [RunRow(*row) for row in connection.execute(statement)]
    if refs is None:
        return found
    # The number of a run that was forgotten may be that of another one by now.
    named = {(ref.source, ref.run_id) for ref in refs}
    return [one for one in found if (one.source, one.run_id) in named]


def ended_runs(connection: sa.Connection, *, since: int) -> frozenset[EndedRun]:
    """Return the runs whose end was first seen after an instant, microseconds since 1970 UTC."""
    of_summary = (run_summary.c[name] for name in ("slug", "version"))
    columns = (source.c.name, *of_summary, run.c.run_id, run_summary.c.ended_at)
    statement = sa.select(*columns).select_from(known_runs()).where(watch.c.ended_seen_at > since)
    return frozenset(map(EndedRun._make, connection.execute(statement)))


def _is_live() -> sa.ColumnElement[bool]:
    return watch.c.tracking == "active"


def _found(since: int) -> sa.FromClause:
    """Return the runs that may be shown, and others: two indexes find them, so that no redraw goes over all runs."""
    keys = sa.select(watch.c.source_id, watch.c.run_key)
    sources = sa.select(source.c.source_id)  # SQLite needs a source for its index
    polled = keys.where(watch.c.source_id.in_(sources), is_open())
    keys_found = polled.union(keys.where(watch.c.ended_seen_at > since)).subquery()
    return captured_runs().join(keys_found, same_run(keys_found, run))


def _wanted(since: int) -> sa.ColumnElement[bool]:
    just_ended = (watch.c.tracking != "untracked") & (watch.c.ended_seen_at > since)
    return _is_live() | (watch.c.tracking == "not_visible") | just_ended


def _among(refs: Iterable[RunRef]) -> sa.ColumnElement[bool]:
    keys: dict[int, list[int]] = {}  # SQLite takes no thousand conditions
    for ref in refs:
        keys.setdefault(ref.source_id, []).append(ref.run_key)
    some = (RunRefs(source_id=source_id, run_keys=of) for source_id, of in keys.items())
    return sa.or_(sa.false(), *(one.rows_of(run) for one in some))


def is_waited_for(run: RunRow, cadence: Cadence, now: int) -> bool:
    """Return whether `poll --until-done` goes on for this run; `due.undone_count` counts these."""
    overdue_since = now - cadence.overdue_after_us
    failed = run.last_outcome is not None and Outcome(run.last_outcome).is_failure
    if run.tracking == "not_visible" and not run.is_terminal:
        last_seen_at = run.last_good_at or run.first_polled_at or 0
        return last_seen_at > now - MISSED_FOR_US or (failed and last_seen_at > overdue_since)
    if run.phase is Phase.UNSEEN:
        is_new = run.first_polled_at is None or run.first_polled_at > overdue_since
        return run.tracking == "active" and is_new
    if run.phase is not Phase.ENDED:
        return run.is_in_flight and not run.is_overdue(cadence.overdue_after_us, now=now)
    is_retried = failed and (run.last_good_at or 0) > overdue_since
    just_ended = (run.ended_seen_at or 0) > now - cadence.quiet_after_us
    return run.tracking == "settling" and not run.is_quiet and (just_ended or is_retried)
