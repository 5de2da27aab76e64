"""Typed rows of the tables that recording reads and writes, and values made from them.

Invariant: a record's attributes are its table's columns; a test holds them together.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar

import msgspec
import sqlalchemy as sa

from recorder.history.run_summary import RunSummary, SnapshotSummary, SummaryRules
from recorder.ledger.answer import Outcome
from recorder.ledger.cost import Amount, CostRules, stored_amount
from recorder.ledger.documented import shape_of
from recorder.ledger.row import MOVING, PROGRESS, LedgerRow, RunProgress, RunState, row_of
from recorder.ledger.sections import Reading
from recorder.schedule.cadence import Cadence, Urgency
from recorder.store.schema import poll, run_summary, snapshot

Row: TypeAlias = dict[str, Any]

SUMMARY_COLUMNS = (
    *("first_seen_at", "last_seen_at", "seen_again_at"),
    *("status", "leads_pending", "leads_running", "updated_at"),
    *("preview_micros", "preview_unit", "actual_micros", "actual_unit", "oddities"),
)
_FROM_LEDGER = tuple(c.name for c in run_summary.c if c.name in LedgerRow.__struct_fields__)
_FROM_SUMMARY = tuple(c.name for c in run_summary.c if c.name in RunSummary.__struct_fields__)
RUN_SUMMARY_COLUMNS = tuple(c.name for c in run_summary.c if c.name not in ("source_id", "run_key"))


class RunRecord(msgspec.Struct):
    """A row of `run`."""

    source_id: int
    run_key: int
    run_id: str
    tracked_at: int
    untracked_at: int | None
    month: str | None


class WatchRecord(RunProgress):
    """A row of `watch`."""

    source_id: int
    run_key: int
    tracking: str
    due_at: int | None
    urgency: int
    n_polls: int
    n_snapshots: int
    n_failures: int
    first_polled_at: int | None
    last_polled_at: int | None
    first_good_at: int | None
    last_good_at: int | None
    last_changed_at: int | None
    ended_seen_at: int | None
    resumed_at: int | None
    is_quiet: bool
    last_outcome: int | None
    overdue_notified_at: int | None
    lost_at: int | None
    is_pruned: bool
    body_digest: bytes | None
    end_from_at: int | None
    end_until_at: int | None
    n_missed: int | None


class SnapshotRecord(RunState):
    """A row of `snapshot`; the digest of its template stands for `part_id` until the parts are numbered."""

    source_id: int
    run_key: int
    seq: int
    previous_seq: int | None
    first_seen_at: int
    last_seen_at: int
    seen_again_at: int | None
    n_polls: int
    digest: bytes
    part_id: int
    completed_at: int | None
    preview_micros: int | None
    preview_unit: str | None
    actual_micros: int | None
    actual_unit: str | None
    oddities: str | None
    shape_id: int | None
    template: bytes | None = None

    @property
    def row(self) -> LedgerRow:
        """Its part of the ledger row: all that a summary depends on."""
        values = {name: getattr(self, name) for name in MOVING}
        return row_of(values, self.oddities.split(",") if self.oddities else ())

    @property
    def summary(self) -> SnapshotSummary:
        """What a summary of the run needs of this snapshot."""
        return snapshot_summary(_seen_columns(self))


class PollRecord(msgspec.Struct):
    """A row of `poll`."""

    source_id: int
    run_key: int
    polled_at: int
    outcome: int
    http_status: int | None
    latency_ms: int | None
    snapshot_seq: int | None
    detail: str | None


_R = TypeVar("_R", SnapshotRecord, PollRecord)

RUN_COLUMNS = RunRecord.__struct_fields__
WATCH_COLUMNS = WatchRecord.__struct_fields__
SNAPSHOT_COLUMNS = SnapshotRecord.__struct_fields__[:-1]
POLL_COLUMNS = PollRecord.__struct_fields__


def columns_of(table: sa.Table, names: Iterable[str]) -> list[sa.Column[Any]]:
    """Return the columns of these names, in their order."""
    return [table.c[name] for name in names]


def load_snapshots(
    connection: sa.Connection, *conditions: sa.ColumnElement[bool]
) -> list[SnapshotRecord]:
    """Return the snapshots for which the conditions hold, by source, run and number."""
    statement = sa.select(*columns_of(snapshot, SNAPSHOT_COLUMNS)).where(*conditions)
    found = connection.execute(statement.order_by(*snapshot.primary_key))
    return [SnapshotRecord(*row) for row in found]


def load_polls(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> list[PollRecord]:
    """Return the polls for which the conditions hold, by source, run and instant."""
    statement = sa.select(*columns_of(poll, POLL_COLUMNS)).where(*conditions)
    found = connection.execute(statement.order_by(*poll.primary_key))
    return [PollRecord(*row) for row in found]


def by_run(rows: Iterable[_R]) -> dict[int, list[_R]]:
    """Return rows of one source, in their order, by the key of their run."""
    return {key: list(group) for key, group in groupby(rows, key=attrgetter("run_key"))}


_seen_columns = attrgetter(*SUMMARY_COLUMNS)


def snapshot_record(watch: WatchRecord, reading: Reading, seen_at: int) -> SnapshotRecord:
    """Return the row of a state that was first seen at this instant; it is yet to be numbered."""
    get = reading.values.get
    preview, actual = get("preview", _NO_AMOUNT), get("actual", _NO_AMOUNT)
    values: tuple[Any, ...] = (
        *map(get, RunState.__struct_fields__),
        *(watch.source_id, watch.run_key, 0, None, seen_at, seen_at, None, 1, reading.digest, 0),
        *(get("completed_at"), preview.micros, preview.unit, actual.micros, actual.unit),
        *(",".join(reading.oddities) or None, shape_of(reading.deviations)),
        reading.template.digest,
    )
    return SnapshotRecord(*values)


_NO_AMOUNT = Amount()


def snapshot_summary(values: Sequence[Any]) -> SnapshotSummary:
    """Return what a run's summary needs of a snapshot row, from its values in the order of `SUMMARY_COLUMNS`."""
    first, last, again, status, pending, running, updated_at, *amounts, oddities = values
    odd = oddities.split(",") if oddities else ()
    return SnapshotSummary(
        first_seen_at=first,
        last_seen_at=last,
        seen_again_at=again,
        status=status,
        open_leads=(pending or 0) + (running or 0),
        updated_at=updated_at,
        preview=stored_amount(*amounts[:2], unparsed="cost.preview" in odd),
        actual=stored_amount(*amounts[2:], unparsed="cost.actual" in odd),
    )


def summary_row(key: Row, row: LedgerRow, summary: RunSummary) -> Row:
    """Return a row of `run_summary`."""
    from_ledger = {name: getattr(row, name) for name in _FROM_LEDGER}
    return key | from_ledger | summary_columns(summary)


def summary_columns(summary: RunSummary) -> Row:
    """Return the columns of `run_summary` that a summary gives."""
    known = {name: getattr(summary, name) for name in _FROM_SUMMARY}
    return known | {"quality": ",".join(summary.quality) or None}


def stored_summary(row: Mapping[str, Any], watch: WatchRecord) -> RunSummary:
    """Return the summary that a row of `run_summary` and the watch row hold."""
    known = {name: row[name] for name in RunSummary.__struct_fields__ if name in row}
    quality = tuple(row["quality"].split(",")) if row["quality"] else ()
    return RunSummary(
        **known | {"quality": quality},
        ended_seen_at=watch.ended_seen_at,
        is_quiet=bool(watch.is_quiet),
    )


def new_watch(source_id: int, run_key: int, tracked_at: int) -> WatchRecord:
    """Return the watch row of a run that is tracked from this instant on."""
    known = {"tracking": "active", "due_at": tracked_at, "urgency": int(Urgency.NEW)}
    known |= dict.fromkeys(("n_polls", "n_snapshots", "n_failures"), 0)
    known |= {"is_quiet": False, "is_pruned": False}
    key = {"source_id": source_id, "run_key": run_key}
    values: Row = dict.fromkeys(WATCH_COLUMNS) | key | known
    return WatchRecord(**values)


def count_poll(watch: WatchRecord, at: int, outcome: Outcome) -> int | None:
    """Count a poll in the watch row; return the number of the snapshot that it showed."""
    watch.n_polls += 1
    watch.last_polled_at = at
    watch.last_outcome = int(outcome)
    if watch.first_polled_at is None:
        watch.first_polled_at = at
    if not outcome.is_row:
        watch.n_failures += 1
        if outcome is Outcome.NOT_VISIBLE and watch.lost_at is None:
            watch.lost_at = at
        return None
    watch.n_failures, watch.lost_at = 0, None
    watch.last_good_at = at
    if watch.first_good_at is None:
        watch.first_good_at = at
    return watch.n_snapshots


def apply_summary(watch: WatchRecord, summary: RunSummary, last: SnapshotRecord) -> None:
    """Write a run's summary into its watch row."""
    watch.ended_seen_at, watch.is_quiet = summary.ended_seen_at, summary.is_quiet
    watch.last_changed_at = last.first_seen_at
    apply_progress(watch, last)


def apply_progress(watch: WatchRecord, last: SnapshotRecord) -> None:
    """Write the leads of the last snapshot into the watch row."""
    for name in PROGRESS:
        setattr(watch, name, getattr(last, name))


def summary_rules(cadence: Cadence, costs: CostRules) -> SummaryRules:
    """Return the settings that a run's summary depends on."""
    return SummaryRules(unit=costs.unit, settled_us=cadence.settled_us)
