"""Faults of a store: rows that do not say the same as the rows that they were made from.

Invariant: only reads; some hundred runs are held at once. A run that cannot be read is a fault of its own, and hides
no other. Usual runs are not held against anything: they are hints for the schedule, which follow the order in which
ends were seen, and no answer rests on them.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple, TypeAlias

import sqlalchemy as sa
from msgspec import Struct

from recorder.errors import StoreError
from recorder.history.run_summary import SummaryRules, summarize
from recorder.instants import month_of
from recorder.ledger.answer import Outcome
from recorder.ledger.cost import CostRules
from recorder.ledger.jsontext import digest
from recorder.ledger.packing import part_of, references
from recorder.ledger.row import LedgerRow
from recorder.store.documents import load_row, load_value
from recorder.store.engine import Database
from recorder.store.parts import Parts, part_text
from recorder.store.read.block_data import wrong_blocks
from recorder.store.read.run_refs import RunRefs
from recorder.store.records import (
    RUN_COLUMNS,
    RUN_SUMMARY_COLUMNS,
    WATCH_COLUMNS,
    PollRecord,
    RunRecord,
    SnapshotRecord,
    WatchRecord,
    by_run,
    columns_of,
    load_polls,
    load_snapshots,
    summary_row,
)
from recorder.store.schema import part, poll, run, run_month, run_summary, snapshot, source, watch

REBUILT: Final = (
    "'recorder export answers', 'recorder forget' the run and 'recorder import' make it anew"
)
RESEALED: Final = "'recorder db upgrade --reseal' makes the blocks anew"
COUNTED: Final = "'recorder label' on a run of that month counts it again"
GONE: Final = "only a backup, or an export made before, still has it"
_AT_ONCE: Final = 200
_UNREADABLE: Final = (StoreError, ArithmeticError, LookupError, TypeError, ValueError)
_FIRST_AND_LAST: Final = ("first_polled_at", "last_polled_at", "first_good_at", "last_good_at")

Finding: TypeAlias = tuple[str, str]
"""What is wrong, and what repairs it."""


class StoreFault(NamedTuple):
    """One fault; `source` and `run_id` are None where it is the whole store's or the whole source's."""

    source: str | None
    run_id: str | None
    fault: str
    repair: str

    def line(self) -> str:
        """Return the fault as one line."""
        where = [f"source {self.source}"] if self.source else []
        where += [f"run {self.run_id}"] if self.run_id else []
        return f"{', '.join(where) or 'the store'}: {self.fault}: {self.repair}"


class _RunRows(Struct, frozen=True, kw_only=True):
    """All rows of one run."""

    run: RunRecord
    watch: WatchRecord | None
    summary: Mapping[str, Any] | None
    snapshots: Sequence[SnapshotRecord]
    polls: Sequence[PollRecord]


def find_faults(database: Database, costs: CostRules, rules: SummaryRules) -> Iterator[StoreFault]:
    """Yield the faults of a store of the current schema; summaries are compared by these settings."""
    with database.reading() as connection:
        damage = database.dialect.find_damage(connection)
        if damage is not None:
            yield StoreFault(None, None, f"the file is damaged: {damage}", GONE)
        statement = sa.select(source.c.source_id, source.c.name).order_by(source.c.source_id)
        for source_id, name in connection.execute(statement).all():
            for fault in _part_faults(connection, source_id):
                yield StoreFault(name, None, fault, GONE)
            for block in wrong_blocks(connection, source_id):
                yield StoreFault(name, None, f"the sealed block {block} is not its runs", RESEALED)
            for month in _uncounted_months(connection, source_id):
                yield StoreFault(name, None, f"changes of {month} are not counted", COUNTED)
            parts = Parts(connection, source_id)
            for run_id, rows in _runs(connection, source_id):
                parts.fetch(one.part_id for one in rows.snapshots)
                for fault, repair in _run_faults(rows, parts, costs, rules):
                    yield StoreFault(name, run_id, fault, repair)


def _uncounted_months(connection: sa.Connection, source_id: int) -> Sequence[str]:
    """Return the months of runs that an export of a lake does not know of."""
    counted = sa.select(run_month.c.month).where(run_month.c.source_id == source_id)
    own = sa.select(run.c.month).where(run.c.source_id == source_id, run.c.month.not_in(counted))
    return connection.execute(own.distinct().order_by(run.c.month)).scalars().all()


def _part_faults(connection: sa.Connection, source_id: int) -> Iterator[str]:
    """Yield the parts that are unreadable, whose text has another digest, or that refer to a missing part."""
    own = part.c.source_id == source_id
    known = set(map(bytes, connection.execute(sa.select(part.c.digest).where(own)).scalars()))
    with connection.execute(sa.select(part).where(own).execution_options(yield_per=500)) as rows:
        for row in rows:
            try:
                text = part_text(row.json, row.deflated)
            except Exception as error:  # noqa: BLE001  # whatever its bytes are
                yield f"the stored part {row.part_id} cannot be read ({type(error).__name__})"
                continue
            if part_of(text).digest != bytes(row.digest):
                yield f"the stored part {row.part_id} is not the text that its digest says"
            if not known.issuperset(references(text)):
                yield f"the stored part {row.part_id} refers to a part that is not there"


def _runs(connection: sa.Connection, source_id: int) -> Iterator[tuple[str, _RunRows]]:
    """Yield the rows of each run, with its id."""
    own = sa.select(*columns_of(run, RUN_COLUMNS)).where(run.c.source_id == source_id)
    runs = [RunRecord(*row) for row in connection.execute(own.order_by(run.c.run_key))]
    for start in range(0, len(runs), _AT_ONCE):
        some = runs[start : start + _AT_ONCE]
        refs = RunRefs(source_id=source_id, run_keys=[row.run_key for row in some])
        own = sa.select(*columns_of(watch, WATCH_COLUMNS)).where(refs.rows_of(watch))
        found = [WatchRecord(*row) for row in connection.execute(own)]
        watches = {row.run_key: row for row in found}
        summaries: dict[int, Mapping[str, Any]] = {
            row["run_key"]: {str(name): value for name, value in row.items()}
            for row in connection.execute(
                sa.select(run_summary).where(refs.rows_of(run_summary))
            ).mappings()
        }
        polls = by_run(load_polls(connection, refs.rows_of(poll)))
        snapshots = by_run(load_snapshots(connection, refs.rows_of(snapshot)))
        for one in some:
            yield (
                one.run_id,
                _RunRows(
                    run=one,
                    watch=watches.get(one.run_key),
                    summary=summaries.get(one.run_key),
                    snapshots=snapshots.get(one.run_key, []),
                    polls=polls.get(one.run_key, []),
                ),
            )


def _run_faults(
    rows: _RunRows, parts: Parts, costs: CostRules, rules: SummaryRules
) -> Iterator[Finding]:
    if rows.watch is None:
        yield "it has no row of the watch", REBUILT
        return
    yield from _month_faults(rows)
    yield from _watch_faults(rows.watch, rows)
    yield from _numbering_faults(rows)
    yield from _poll_faults(rows)
    for state in rows.snapshots:
        yield from _document_faults(state, parts)
    if bool(rows.snapshots) != (rows.summary is not None):
        yield "its summary and its snapshots are not both there", REBUILT
    elif rows.summary is not None:
        yield from _summary_faults(rows, parts, costs, rules)


def _month_faults(rows: _RunRows) -> Iterator[Finding]:
    created_at = rows.snapshots[-1].created_at if rows.snapshots else None
    month = month_of(rows.run.tracked_at if created_at is None else created_at)
    if rows.run.month != month:
        yield f"its month is {rows.run.month}, by its dates {month}", REBUILT


def _watch_faults(own: WatchRecord, rows: _RunRows) -> Iterator[Finding]:
    """Yield what the watch row counts otherwise than its polls and snapshots."""
    instants = [one.polled_at for one in rows.polls]
    good = [one.polled_at for one in rows.polls if Outcome(one.outcome).is_row]
    ends = [next(iter(one), None) for at in (instants, good) for one in (at, at[::-1])]
    # What was pruned stays counted.
    if own.n_polls != len(rows.polls) and not own.is_pruned:
        yield f"it counts {own.n_polls} polls, {len(rows.polls)} are there", REBUILT
    if own.n_snapshots != (rows.snapshots[-1].seq if rows.snapshots else 0):
        yield f"it counts {own.n_snapshots} snapshots, {len(rows.snapshots)} are there", REBUILT
    for name, there in zip(_FIRST_AND_LAST, ends, strict=True):
        if getattr(own, name) != there:
            yield f"{name} is not that of its polls", REBUILT


def _numbering_faults(rows: _RunRows) -> Iterator[Finding]:
    states, is_pruned = rows.snapshots, rows.watch is not None and rows.watch.is_pruned
    numbers = [one.seq for one in states]
    has_gaps = numbers != list(range(1, len(states) + 1))
    if [one.previous_seq for one in states] != [None, *numbers[:-1]][: len(states)] or (
        has_gaps and not is_pruned
    ):
        yield "its snapshots are not numbered 1, 2, ... without gaps", GONE
    for before, after in pairwise(states):
        if before.digest == after.digest and before.seq + 1 == after.seq:
            yield f"snapshots {before.seq} and {after.seq} are one state", REBUILT


def _poll_faults(rows: _RunRows) -> Iterator[Finding]:
    """Yield the snapshots that say otherwise than their polls when and how often they were seen."""
    seen: dict[int | None, list[int]] = {}
    for one in rows.polls:
        seen.setdefault(one.snapshot_seq, []).append(one.polled_at)
    for state in rows.snapshots:
        at = seen.get(state.seq, [])
        n_polls = state.n_polls if rows.watch is not None and rows.watch.is_pruned else len(at)
        if [state.n_polls, state.first_seen_at, state.last_seen_at] != [n_polls, *at[:1], *at[-1:]]:
            yield f"snapshot {state.seq} was not seen when its polls say", REBUILT


def _document_faults(state: SnapshotRecord, parts: Parts) -> Iterator[Finding]:
    try:
        value = load_value(state, parts)["run"]
    except _UNREADABLE as error:
        yield f"the document of snapshot {state.seq} cannot be read: {error}", GONE
        return
    if digest(value) != bytes(state.digest):
        yield f"the document of snapshot {state.seq} is not the one that its digest says", GONE


def _summary_faults(
    rows: _RunRows, parts: Parts, costs: CostRules, rules: SummaryRules
) -> Iterator[Finding]:
    last = rows.snapshots[-1]
    try:
        row: LedgerRow = load_row(last, parts, costs)
    except _UNREADABLE:
        return  # reported with its document
    made = summary_row({}, row, summarize([one.summary for one in rows.snapshots], row, rules))
    stored = rows.summary or {}
    wrong = [name for name in RUN_SUMMARY_COLUMNS if made[name] != stored[name]]
    if wrong:
        yield (
            f"its summary is not that of its snapshots ({', '.join(wrong)})",
            f"a later setting of cost.unit or settle does that too; else {REBUILT}",
        )
