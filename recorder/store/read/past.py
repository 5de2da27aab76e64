"""Runs as they stood at an instant, from their snapshots and polls up to it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile

import sqlalchemy as sa
from msgspec.structs import replace

from recorder.analysis.rows import RunRow
from recorder.history.flags import with_mismatch
from recorder.history.run_summary import SnapshotSummary, end_first_seen, summarize
from recorder.ledger.answer import Outcome
from recorder.ledger.cost import CostRules
from recorder.ledger.row import PROGRESS
from recorder.schedule.cadence import Cadence, ScheduleInputs, may_give_up, next_poll
from recorder.store.documents import load_row
from recorder.store.joins import known_runs, same_run
from recorder.store.parts import Parts
from recorder.store.read.phases import is_mismatched
from recorder.store.read.run_refs import RunKey, RunRefs, labels_of
from recorder.store.records import (
    POLL_COLUMNS,
    PollRecord,
    Row,
    SnapshotRecord,
    columns_of,
    load_snapshots,
    summary_row,
    summary_rules,
)
from recorder.store.schema import capture, poll, run, run_summary, snapshot, source, watch

_PER_QUESTION = 500
_FROM_SUMMARY = tuple(name for name in RunRow.__struct_fields__ if name in run_summary.c)
_UNSEEN: Row = dict.fromkeys((*_FROM_SUMMARY, *PROGRESS, "ended_seen_at")) | {
    "is_quiet": False,
    "n_reopened": 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An instant, and the settings by which a state of then is read.

    Attributes:
        as_of: microseconds since 1970 UTC.
        cadence: gives an earlier state its tracking.
        costs: gives an earlier state its amounts.
    """

    as_of: int
    cadence: Cadence = field(default_factory=Cadence)
    costs: CostRules = field(default_factory=CostRules)

    def is_calm(self) -> sa.ColumnElement[bool]:
        """Return the condition that a run and its watch are as they were at the instant."""
        return sa.and_(self.is_tracked(), self.is_watched())

    def is_tracked(self) -> sa.ColumnElement[bool]:
        """Return the part of it on `run`."""
        untracked = sa.func.coalesce(run.c.untracked_at, self.as_of) <= self.as_of
        return (run.c.tracked_at <= self.as_of) & untracked

    def is_watched(self) -> sa.ColumnElement[bool]:
        """Return the part of it on `watch`."""
        moments = (watch.c.last_polled_at, watch.c.resumed_at)
        return sa.and_(*(sa.func.coalesce(moment, self.as_of) <= self.as_of for moment in moments))

    def rows(self, connection: sa.Connection, keys: Iterable[RunKey]) -> Iterator[RunRow]:
        """Yield those of the runs that were tracked by then, in any order."""
        for source_id, group in groupby(sorted(keys), key=lambda key: key[0]):
            run_keys = [run_key for _, run_key in group]
            parts = Parts(connection, source_id)
            for first in range(0, len(run_keys), _PER_QUESTION):
                some = run_keys[first : first + _PER_QUESTION]
                refs = RunRefs(source_id=source_id, run_keys=some)
                yield from (self._row(one, parts) for one in self._runs(connection, refs))

    def _runs(self, connection: sa.Connection, refs: RunRefs) -> Iterator["_PastRun"]:
        polls = _polls(connection, refs, self.as_of)
        by_then = snapshot.c.first_seen_at <= self.as_of
        found = load_snapshots(connection, refs.rows_of(snapshot), by_then)
        snapshots = {key: [*rows] for key, rows in groupby(found, key=lambda row: row.run_key)}
        labels = labels_of(connection, refs)
        names = ("run_key", "run_id", "tracked_at", "untracked_at")
        statement = (
            sa.select(source.c.name, is_mismatched(self.as_of))
            .add_columns(*columns_of(run, names), watch.c.resumed_at)
            .select_from(known_runs().outerjoin(capture, same_run(capture, run)))
            .where(refs.rows_of(run), run.c.tracked_at <= self.as_of)
        )
        for name, differs, key, run_id, tracked_at, *moments in connection.execute(statement):
            untracked_at, resumed_at = (self._if_known(moment) for moment in moments)
            yield _PastRun(
                source=name,
                run_id=run_id,
                tracked_at=tracked_at,
                untracked_at=untracked_at,
                resumed_at=resumed_at,
                differs=bool(differs),
                labels=labels.get((refs.source_id, key), {}),
                polls=polls.get(key, []),
                snapshots=_truncated(snapshots.get(key, []), polls.get(key, [])),
            )

    def _if_known(self, moment: int | None) -> int | None:
        return moment if moment is not None and moment <= self.as_of else None

    def _row(self, run: "_PastRun", parts: Parts) -> RunRow:
        values: Row = {
            "source": run.source,
            "run_id": run.run_id,
            "tracked_at": run.tracked_at,
            "tracking": self._tracking(run),
            "labels": run.labels,
            **run.watched(),
            **self._summary(run, parts),
        }
        return RunRow(*(values[name] for name in RunRow.__struct_fields__))

    def _summary(self, run: "_PastRun", parts: Parts) -> Row:
        if not run.snapshots:
            return _UNSEEN
        row = load_row(run.snapshots[-1], parts, self.costs)
        summary = summarize(run.summaries, row, summary_rules(self.cadence, self.costs))
        watched = {"is_quiet": summary.is_quiet, "ended_seen_at": summary.ended_seen_at}
        progress = {name: getattr(row, name) for name in PROGRESS}
        known = summary_row({}, row, summary) | progress | watched
        return known | ({"quality": with_mismatch(known["quality"])} if run.differs else {})

    def _tracking(self, run: "_PastRun") -> str:
        if run.untracked_at is not None:
            return "untracked"
        return next_poll(run.schedule_inputs(), self.cadence).tracking


@dataclass(frozen=True, slots=True, kw_only=True)
class _PastRun:
    """All that was known of one run at an instant; instants in microseconds since 1970 UTC."""

    source: str
    run_id: str
    tracked_at: int
    untracked_at: int | None
    resumed_at: int | None
    differs: bool
    labels: Mapping[str, str]
    polls: Sequence[PollRecord]
    snapshots: Sequence[SnapshotRecord]

    @property
    def summaries(self) -> list[SnapshotSummary]:
        """What its summary needs of each snapshot."""
        return [row.summary for row in self.snapshots]

    def watched(self) -> Row:
        """Return what the row of `watch` said, by the names of `RunRow`."""
        polled = [row.polled_at for row in self.polls]
        good = [row.polled_at for row in self.polls if row.snapshot_seq is not None]
        return {
            "first_polled_at": polled[0] if polled else None,
            "last_polled_at": polled[-1] if polled else None,
            "first_good_at": good[0] if good else None,
            "last_good_at": good[-1] if good else None,
            "last_outcome": self.polls[-1].outcome if polled else None,
            "n_polls": len(polled),
            "n_snapshots": len(self.snapshots),
        }

    def schedule_inputs(self) -> ScheduleInputs:
        """Return what the schedule knew of the run."""
        states, polls = self.summaries, self.polls
        end = end_first_seen(states) if states else None
        failed = takewhile(lambda row: row.snapshot_seq is None, reversed(polls))
        before, last = [None, None, *(row.polled_at for row in polls)][-2:]
        return ScheduleInputs(
            tracked_at=self.tracked_at,
            created_at=self.snapshots[-1].created_at if states else None,
            is_terminal=states[-1].is_terminal if states else None,
            first_good_at=states[0].first_seen_at if states else None,
            last_polled_at=last,
            last_changed_at=states[-1].first_seen_at if states else None,
            ended_seen_at=end.first_seen_at if end else None,
            resumed_at=self.resumed_at,
            last_outcome=Outcome(polls[-1].outcome) if polls else None,
            n_failures=sum(1 for _ in failed),
            may_give_up=may_give_up(last, before),
        )


def _polls(connection: sa.Connection, refs: RunRefs, as_of: int) -> dict[int, list[PollRecord]]:
    """Return the polls of each run up to an instant, by the run's key."""
    statement = sa.select(*columns_of(poll, POLL_COLUMNS)).where(
        refs.rows_of(poll), poll.c.polled_at <= as_of
    )
    rows = connection.execute(statement.order_by(*poll.primary_key))
    polls = (PollRecord(*row) for row in rows)
    return {key: [*group] for key, group in groupby(polls, key=lambda row: row.run_key)}


def _truncated(
    snapshots: list[SnapshotRecord], polls: list[PollRecord]
) -> Sequence[SnapshotRecord]:
    """Return snapshots with the last as it stood when later polls had not been made."""
    if not snapshots:
        return snapshots
    last = snapshots[-1]
    seen_at = [row.polled_at for row in polls if row.snapshot_seq == last.seq]
    return [
        *snapshots[:-1],
        replace(last, last_seen_at=seen_at[-1], seen_again_at=[*seen_at[1:2], None][0]),
    ]
