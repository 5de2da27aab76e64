"""Runs as they stood at an instant, from their snapshots and polls up to it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import sqlalchemy as sa
from msgspec import Struct, field
from msgspec.structs import replace

from recorder.analysis.rows import RunRow
from recorder.history.flags import ITEMS_MISMATCH, flagged
from recorder.history.run_summary import summarize
from recorder.ledger.answer import Outcome
from recorder.ledger.cost import CostRules
from recorder.schedule.cadence import Cadence
from recorder.store.documents import load_row
from recorder.store.joins import known_runs, same_run
from recorder.store.parts import Parts
from recorder.store.plan import LastPoll, is_untracked, plan_run
from recorder.store.read.phases import is_mismatched
from recorder.store.read.run_refs import RunKey, RunRefs, labels_of, refs_of
from recorder.store.records import (
    PollRecord,
    Row,
    RunRecord,
    SnapshotRecord,
    WatchRecord,
    apply_summary,
    by_run,
    columns_of,
    count_poll,
    load_polls,
    load_snapshots,
    new_watch,
    summary_row,
    summary_rules,
)
from recorder.store.schema import capture, poll, run, run_summary, snapshot, source, watch

FROM_WATCH = tuple(name for name in RunRow.__struct_fields__ if name in watch.c)
FROM_SUMMARY = tuple(name for name in RunRow.__struct_fields__ if name in run_summary.c)
"""The columns of a `RunRow` by the table that holds them."""

_BLANK: Row = dict.fromkeys(RunRow.__struct_fields__) | {"n_reopened": 0}


class Past(Struct, frozen=True, kw_only=True):
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
        moments = (run.c.untracked_at, watch.c.last_polled_at, watch.c.resumed_at)
        known = (sa.func.coalesce(moment, self.as_of) <= self.as_of for moment in moments)
        return sa.and_(run.c.tracked_at <= self.as_of, *known)

    def rows(self, connection: sa.Connection, keys: Iterable[RunKey]) -> Iterator[RunRow]:
        """Yield runs that were tracked by then, in any order."""
        for source_id, group in groupby(sorted(keys), key=lambda key: key[0]):
            run_keys = [run_key for _, run_key in group]
            parts = Parts(connection, source_id)
            for refs in refs_of(source_id, run_keys):
                yield from self._rows(connection, refs, parts)

    def _rows(self, connection: sa.Connection, refs: RunRefs, parts: Parts) -> Iterator[RunRow]:
        polled_by, seen_by = poll.c.polled_at <= self.as_of, snapshot.c.first_seen_at <= self.as_of
        polls = by_run(load_polls(connection, refs.rows_of(poll), polled_by))
        snapshots = by_run(load_snapshots(connection, refs.rows_of(snapshot), seen_by))
        parts.fetch(states[-1].part_id for states in snapshots.values())
        labels = labels_of(connection, refs)
        names = ("run_key", "run_id", "tracked_at", "untracked_at")
        statement = (
            sa.select(source.c.name, is_mismatched(self.as_of))
            .add_columns(*columns_of(run, names), watch.c.resumed_at)
            .select_from(known_runs().outerjoin(capture, same_run(capture, run)))
            .where(refs.rows_of(run))
        )
        for source_name, differs, key, run_id, tracked_at, *moments in connection.execute(
            statement
        ):
            untracked_at, resumed_at = (self._if_known(moment) for moment in moments)
            run_row = RunRecord(refs.source_id, key, run_id, tracked_at, untracked_at, "")
            seen = polls.get(key, [])
            states = _truncated(snapshots.get(key, []), seen)
            past = new_watch(refs.source_id, key, tracked_at)
            past.resumed_at, past.n_snapshots = resumed_at, len(states)
            for one in seen:
                count_poll(past, one.polled_at, Outcome(one.outcome))
            values: Row = _BLANK | self._summary(past, states, parts)
            if differs and states:
                values["quality"] = flagged(values["quality"], ITEMS_MISMATCH)
            self._plan(past, run_row, states, seen)
            values |= {name: getattr(past, name) for name in FROM_WATCH}
            values |= {"source": source_name, "run_id": run_id, "tracked_at": tracked_at}
            values["labels"] = labels.get((refs.source_id, key), {})
            yield RunRow(*(values[name] for name in RunRow.__struct_fields__))

    def _if_known(self, moment: int | None) -> int | None:
        return moment if moment is not None and moment <= self.as_of else None

    def _summary(self, past: WatchRecord, states: Sequence[SnapshotRecord], parts: Parts) -> Row:
        """Return the columns of a run's summary, and write what the watch row has of it."""
        if not states:
            return {}
        row = load_row(states[-1], parts, self.costs)
        rules = summary_rules(self.cadence, self.costs)
        summary = summarize([state.summary for state in states], row, rules)
        apply_summary(past, summary, states[-1])
        return summary_row({}, row, summary)

    def _plan(
        self,
        past: WatchRecord,
        run_row: RunRecord,
        states: Sequence[SnapshotRecord],
        seen: Sequence[PollRecord],
    ) -> None:
        if is_untracked(run_row.untracked_at, past.resumed_at):
            past.tracking = "untracked"
        elif seen:
            before_at = seen[-2].polled_at if len(seen) > 1 else None
            last = LastPoll(polled_at=seen[-1].polled_at, before_at=before_at)
            plan_run(past, run_row, states[-1] if states else None, self.cadence, last)


def _truncated(
    snapshots: list[SnapshotRecord], polls: list[PollRecord]
) -> Sequence[SnapshotRecord]:
    """Return snapshots with the last as it stood when later polls had not been made."""
    if not snapshots:
        return snapshots
    last = snapshots[-1]
    seen_at = [row.polled_at for row in polls if row.snapshot_seq == last.seq]
    return [
        # A second poll also of a state in flight, of which the store keeps none: no summary asks for it.
        *snapshots[:-1],
        replace(last, last_seen_at=seen_at[-1], seen_again_at=[*seen_at[1:2], None][0]),
    ]
