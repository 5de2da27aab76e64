"""The rows that one transaction writes, gathered and then written table by table, those of all sources together.

Invariant: a row is written before the rows that refer to it.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa
from msgspec import Struct, field

from recorder.instants import month_of
from recorder.ledger.sections import Reading
from recorder.store.parts import NewParts
from recorder.store.prepared import insert, update
from recorder.store.records import (
    POLL_COLUMNS,
    RUN_SUMMARY_COLUMNS,
    SNAPSHOT_COLUMNS,
    WATCH_COLUMNS,
    PollRecord,
    Row,
    RunRecord,
    SnapshotRecord,
    WatchRecord,
)
from recorder.store.schema import poll, rejected_body, run, run_summary, snapshot, watch
from recorder.store.sealed import drop_blocks_of
from recorder.store.write.event_log import EventRecord
from recorder.store.write.months import Month, count_months
from recorder.store.write.shapes import add_shapes
from recorder.store.write.usual_runs import UsualRuns

Values: TypeAlias = tuple[Any, ...]

_RUN = ("source_id", "run_key")
_STATE = (*_RUN, "seq")
_POLL = (*_RUN, "polled_at")
_CONTENT = tuple(name for name in SNAPSHOT_COLUMNS if name not in _STATE)
_WATCHED = tuple(name for name in WATCH_COLUMNS if name not in _RUN)
_MOVED = ("snapshot_seq", "outcome")
_LASTING = ("last_seen_at", "seen_again_at", "n_polls")

_ADD_SNAPSHOT = insert(snapshot, SNAPSHOT_COLUMNS)
_SET_SNAPSHOT = update(snapshot, _CONTENT, _STATE)
_SEE_AGAIN = update(snapshot, _LASTING, _STATE)
_ADD_POLL = insert(poll, POLL_COLUMNS)
_SET_POLL = update(poll, _MOVED, _POLL)
_ADD_REJECTED = insert(rejected_body, (*_POLL, "head", "length", "sha256"))
_ADD_SUMMARY = insert(run_summary, (*_RUN, *RUN_SUMMARY_COLUMNS))
_SET_SUMMARY = update(run_summary, RUN_SUMMARY_COLUMNS, _RUN)
_SET_WATCH = update(watch, _WATCHED, _RUN)
_SET_MONTH = update(run, ("month",), _RUN)


class Batch(Struct):
    """Rows by table, and whether they are new; events are written by the transaction, when all else is.

    Args:
        parts: those of each source, by its number.
        not_due: the keys of its runs that were not to be polled, by source: others are in no sealed block.
    """

    parts: Mapping[int, NewParts]
    new_snapshots: list[SnapshotRecord] = field(default_factory=list)
    changed_snapshots: list[SnapshotRecord] = field(default_factory=list)
    seen_again: list[SnapshotRecord] = field(default_factory=list)
    new_polls: list[PollRecord] = field(default_factory=list)
    changed_polls: list[PollRecord] = field(default_factory=list)
    rejected: list[Values] = field(default_factory=list)
    new_summaries: list[Row] = field(default_factory=list)
    changed_summaries: list[Row] = field(default_factory=list)
    watches: list[WatchRecord] = field(default_factory=list)
    events: list[EventRecord] = field(default_factory=list)
    months: set[Month] = field(default_factory=set)
    left: set[Month] = field(default_factory=set)
    moved: list[Values] = field(default_factory=list)
    shapes: dict[int, dict[int, list[Values]]] = field(default_factory=dict)
    not_due: dict[int, list[int]] = field(default_factory=dict)
    usual_runs: UsualRuns = field(default_factory=UsualRuns)

    def wanted(
        self, state: SnapshotRecord, reading: Reading, last: SnapshotRecord | None
    ) -> SnapshotRecord:
        """Return a new state whose parts are wanted in the store, and its deviations unless the one before has them too."""
        self.parts[state.source_id].want(reading.template, reading.parts)
        # A state with the shape of the one before it needs no look whether the store has its deviations.
        if state.shape_id is not None and (last is None or last.shape_id != state.shape_id):
            key = (state.source_id, state.shape_id)
            of_source = self.shapes.setdefault(state.source_id, {})
            of_source[state.shape_id] = [(*key, *one) for one in reading.deviations]
        return state

    def flush(self, connection: sa.Connection) -> None:
        """Write all of it."""
        # Only a run that is not due can be in a sealed block; of the others none is looked for.
        drop_blocks_of(connection, self.not_due)
        for parts in self.parts.values():
            parts.flush(connection)
        for source_id, shapes in self.shapes.items():
            add_shapes(connection, source_id, shapes)
        # A part has its number only once it is written.
        self._number_templates()
        _ADD_SNAPSHOT.records(connection, self.new_snapshots)
        _SET_SNAPSHOT.records(connection, self.changed_snapshots)
        _SEE_AGAIN.records(connection, self.seen_again)
        _ADD_POLL.records(connection, self.new_polls)
        _SET_POLL.records(connection, self.changed_polls)
        # After the polls, which they refer to; so are the polls after the snapshots.
        _ADD_REJECTED.many(connection, self.rejected)
        _ADD_SUMMARY.many(
            connection,
            [_summary_values(row, *_RUN, *RUN_SUMMARY_COLUMNS) for row in self.new_summaries],
        )
        _SET_SUMMARY.many(
            connection,
            [_summary_values(row, *RUN_SUMMARY_COLUMNS, *_RUN) for row in self.changed_summaries],
        )
        _SET_WATCH.records(connection, self.watches)
        _SET_MONTH.many(connection, self.moved)
        count_months(connection, self.months)
        # A lake takes the run out of that month even where it was pruned.
        count_months(connection, self.left, "n_forgets")
        self.usual_runs.flush(connection)

    def date(self, run: RunRecord, at: int) -> None:
        """Note that a run changed which belongs to this instant, and the month that it leaves for another one."""
        month = month_of(at)
        # A process of the program before months may go on after the upgrade, and add runs without one.
        self.months |= {(run.source_id, one) for one in (run.month, month) if one is not None}
        if month != run.month:
            # A run is given another month once its first answer says when it was created.
            self.moved.append((month, run.source_id, run.run_key))
            if run.month is not None:
                self.left.add((run.source_id, run.month))

    def _number_templates(self) -> None:
        for row in (*self.new_snapshots, *self.changed_snapshots):
            if row.template is not None:
                number = self.parts[row.source_id].number(row.template)
                if number is None:
                    raise LookupError("a snapshot's template was not wanted")
                row.part_id, row.template = number, None


def _summary_values(row: Mapping[str, Any], *names: str) -> Values:
    return tuple(row[name] for name in names)
