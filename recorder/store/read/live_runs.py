"""The runs that a live view shows: runs in flight, runs that have just ended, or the named ones.

Invariant: at most as many runs are read as are shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from recorder.ledger.answer import Outcome
from recorder.ledger.run_status import TERMINAL
from recorder.life import Phase, flight_since, is_overdue, phase_of
from recorder.schedule.cadence import Cadence
from recorder.store.joins import known_runs
from recorder.store.read.due import MISSED_FOR_US
from recorder.store.read.run_refs import RunRef, RunRefs
from recorder.store.schema import run, run_summary, source, watch


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRun:
    """One run as it stands; instants in microseconds since 1970 UTC, amounts in millionths."""

    source: str
    run_id: str
    tracking: str
    status: str | None
    slug: str | None
    version: str | None
    leads_total: int | None
    leads_pending: int | None
    leads_running: int | None
    leads_completed: int | None
    leads_skipped: int | None
    leads_failed: int | None
    cost_preview_micros: int | None
    cost_actual_micros: int | None
    cost_unit: str | None
    error_message: str | None
    trigger_run_id: str | None
    created_at: int | None
    ended_at: int | None
    tracked_at: int
    first_good_at: int | None
    last_good_at: int | None
    first_polled_at: int | None
    last_polled_at: int | None
    ended_seen_at: int | None
    is_quiet: bool
    last_outcome: int | None
    n_snapshots: int

    @property
    def has_ended(self) -> bool:
        """Whether the last status seen ends a run."""
        return self.status in TERMINAL

    @property
    def phase(self) -> Phase:
        """Where the run is in its life."""
        is_seen = self.first_good_at is not None
        return phase_of(is_terminal=self.has_ended if is_seen else None, tracking=self.tracking)

    @property
    def leads_done(self) -> int:
        """The number of leads that were completed, failed or skipped."""
        done = (self.leads_completed, self.leads_skipped, self.leads_failed)
        return sum(count for count in done if count is not None)

    def overdue(self, cadence: Cadence, now: int) -> bool:
        """Return whether the run is in flight for longer than `overdue_after`."""
        since = flight_since(self.created_at, self.first_good_at)
        return is_overdue(
            self.phase, since=since, overdue_after_us=cadence.overdue_after_us, now=now
        )

    def is_waited_for(self, cadence: Cadence, now: int) -> bool:
        """Return whether `poll --until-done` goes on for this run; `due.undone_count` counts these."""
        if self.tracking == "not_visible" and not self.has_ended:
            last_seen_at = self.last_good_at or self.first_polled_at or 0
            return last_seen_at > now - MISSED_FOR_US
        overdue_since = now - cadence.overdue_after_us
        if self.phase is Phase.UNSEEN:
            is_new = self.first_polled_at is None or self.first_polled_at > overdue_since
            return self.tracking == "active" and is_new
        if self.phase is not Phase.ENDED:
            return self.phase is Phase.IN_FLIGHT and not self.overdue(cadence, now)
        failed = self.last_outcome is not None and Outcome(self.last_outcome).is_failure
        is_retried = failed and (self.last_good_at or 0) > overdue_since
        just_ended = (self.ended_seen_at or 0) > now - cadence.quiet_after_us
        return self.tracking == "settling" and not self.is_quiet and (just_ended or is_retried)


class EndedRun(NamedTuple):
    """A run that has ended, and when."""

    source: str
    slug: str | None
    run_id: str
    ended_at: int | None


def watched_runs(
    connection: sa.Connection,
    *,
    since: int,
    limit: int,
    refs: Iterable[RunRef] | None = None,
    source_name: str | None = None,
) -> list[LiveRun]:
    """Return the runs to show: runs in flight by age, then runs that are not visible, then the last that ended.

    Args:
        connection: a reading transaction.
        since: leave out runs whose end was seen before; microseconds since 1970 UTC.
        limit: at most so many.
        refs: exactly these runs, whatever their state.
        source_name: only this source's.
    """
    rank = sa.case((_is_live(), 0), (watch.c.tracking == "not_visible", 1), else_=2)
    statement = (
        sa.select(*_columns())
        .select_from(known_runs())
        .where(_wanted(since) if refs is None else _among(refs))
        .order_by(
            rank,
            sa.case((_is_live(), run.c.tracked_at)),
            sa.func.coalesce(watch.c.ended_seen_at, 0).desc(),
            run.c.source_id,
            run.c.run_key,
        )
        .limit(limit)
    )
    if source_name is not None:
        statement = statement.where(source.c.name == source_name)
    return [LiveRun(**row) for row in connection.execute(statement).mappings()]


def ended_runs(connection: sa.Connection, *, since: int) -> frozenset[EndedRun]:
    """Return the runs whose end was first seen after an instant, microseconds since 1970 UTC."""
    columns = (source.c.name, run_summary.c.slug, run.c.run_id, run_summary.c.ended_at)
    statement = sa.select(*columns).select_from(known_runs()).where(watch.c.ended_seen_at > since)
    return frozenset(map(EndedRun._make, connection.execute(statement)))


def _is_live() -> sa.ColumnElement[bool]:
    return watch.c.tracking == "active"


def _wanted(since: int) -> sa.ColumnElement[bool]:
    just_ended = (watch.c.tracking != "untracked") & (watch.c.ended_seen_at > since)
    return _is_live() | (watch.c.tracking == "not_visible") | just_ended


def _among(refs: Iterable[RunRef]) -> sa.ColumnElement[bool]:
    keys: dict[int, list[int]] = {}  # SQLite takes no thousand conditions
    for ref in refs:
        keys.setdefault(ref.source_id, []).append(ref.run_key)
    some = (RunRefs(source_id=source_id, run_keys=of) for source_id, of in keys.items())
    return sa.or_(sa.false(), *(one.rows_of(run) for one in some))


def _columns() -> list[sa.ColumnElement[Any]]:
    own = {"source": source.c.name, "run_id": run.c.run_id, "tracked_at": run.c.tracked_at}
    names = LiveRun.__dataclass_fields__
    columns = {
        name: table.c[name] for table in (run_summary, watch) for name in names if name in table.c
    }
    return [(columns | own)[name].label(name) for name in names]
