"""One run while its answers are recorded: its rows as they will stand when the transaction ends.

Invariant: the rows are a function of the run's snapshots and polls, in whatever order they were recorded
(`out_of_order`); an answer that is newer than the run's last reads no history unless its summary needs it.
"""

from collections.abc import Sequence
from itertools import pairwise
from operator import attrgetter

import sqlalchemy as sa
from msgspec import Struct, field
from msgspec.structs import replace

from recorder.history.flags import lead_flags
from recorder.history.run_summary import (
    RunSummary,
    SnapshotSummary,
    SummaryRules,
    summarize,
    summary_after,
)
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.body import Malformed, rejected_body
from recorder.ledger.cost import Amount, CostRules
from recorder.ledger.row import LedgerRow
from recorder.ledger.sections import Reading
from recorder.schedule.cadence import Cadence
from recorder.schedule.usual_run import UsualRun
from recorder.store.documents import load_row
from recorder.store.parts import Parts
from recorder.store.plan import LastPoll, last_poll, plan_run
from recorder.store.prepared import rows_of_run
from recorder.store.records import (
    RUN_SUMMARY_COLUMNS,
    SUMMARY_COLUMNS,
    PollRecord,
    Row,
    RunRecord,
    SnapshotRecord,
    WatchRecord,
    apply_progress,
    apply_summary,
    count_poll,
    load_snapshots,
    snapshot_record,
    snapshot_summary,
    stored_summary,
    summary_columns,
    summary_row,
)
from recorder.store.schema import run_summary, snapshot
from recorder.store.write.batch import Batch
from recorder.store.write.run_log import RunLog

_EARLIER = rows_of_run(snapshot, SUMMARY_COLUMNS, before="seq")
_STORED_SUMMARY = rows_of_run(run_summary, RUN_SUMMARY_COLUMNS)
_STEADY = attrgetter(
    *("status", "oddities", "created_at", "started_at", "completed_at", "cancelled_at"),
    *("preview_micros", "preview_unit", "actual_micros", "actual_unit", "error_message"),
)


class Rules(Struct, frozen=True, kw_only=True):
    """The settings of recording.

    Attributes:
        cadence: gives a run's next poll.
        costs: gives amounts.
        summary: those by which a run is summarized.
        now: the clock, where answers were just received: they may lie ahead of it if it was set back.
    """

    cadence: Cadence
    costs: CostRules
    summary: SummaryRules
    now: int | None = None


class RecordResult(Struct, frozen=True, kw_only=True):
    """The result of recording one answer.

    Attributes:
        source, run_id, observed_at: the answer's.
        outcome: as in the poll row.
        snapshot_seq: the snapshot that it shows; None where it gives no row.
        detail: one line where the outcome needs one.
        is_set_aside: whether the store could not take the answer, and holds its beginning as malformed instead.
    """

    source: str
    run_id: str
    observed_at: int
    outcome: Outcome
    snapshot_seq: int | None
    detail: str | None
    is_set_aside: bool = False


class ReadAnswer(Struct, frozen=True, kw_only=True):
    """An answer with the reading of its body.

    Attributes:
        answer: as it was received or imported.
        digest: of the body's bytes.
        reading: of a 200's body; None where it was not read, because the one before it had the same bytes.
    """

    answer: Answer
    digest: bytes
    reading: Reading | Malformed | None


class UnreadError(Exception):
    """A body that was not read has to be: it differs from the last one in the store."""


class RunWriter(Struct, kw_only=True, dict=True):
    """One run's rows within a transaction.

    Args:
        connection: the transaction.
        batch: where rows to write go.
        rules: the settings.
        run: the run's row.
        watch: its watch row.
        last: its last snapshot row, None where it has none.
    """

    connection: sa.Connection
    batch: Batch
    rules: Rules
    run: RunRecord
    watch: WatchRecord
    last: SnapshotRecord | None
    _new: list[SnapshotRecord] = field(default_factory=list)
    _reading: Reading | None = None
    _replaced: Sequence[SnapshotRecord] = ()
    _is_rewound: bool = False
    _like: UsualRun | None = None

    def __post_init__(self) -> None:
        self._key = {"source_id": self.run.source_id, "run_key": self.run.run_key}
        self._has_summary = self.last is not None
        self._stored, self._stored_polls = self.last, self.last.n_polls if self.last else 0
        self._poll = LastPoll(polled_at=0, before_at=None)
        self._log = RunLog(self.run, self.watch, self.rules.summary)

    def append(self, read: ReadAnswer) -> RecordResult:
        """Record an answer that is newer than the run's last."""
        answer, reading = read.answer, read.reading
        outcome, detail = answer.outcome, answer.detail
        if isinstance(reading, Malformed):
            outcome, detail = Outcome.MALFORMED, reading.reason
        elif outcome is None:
            outcome = self._see(answer.observed_at, read.digest, reading)
        # Before the poll is counted: counting moves `last_polled_at`.
        self._poll = last_poll(answer, before_at=self.watch.last_polled_at, now=self.rules.now)
        seq = self._count(answer.observed_at, outcome)
        self._write_poll(answer, outcome, seq, detail)
        return RecordResult(
            source=answer.source,
            run_id=answer.run_id,
            observed_at=answer.observed_at,
            outcome=outcome,
            snapshot_seq=seq,
            detail=detail,
        )

    def rewind(self, snapshots: Sequence[SnapshotRecord]) -> None:
        """Go back to before the first poll: all polls follow again, and their states replace these snapshots."""
        self._replaced, self._stored, self.last = snapshots, None, None
        self._is_rewound = True
        watch = self.watch
        watch.n_polls = watch.n_snapshots = watch.n_failures = 0
        watch.first_polled_at = watch.last_polled_at = watch.first_good_at = None
        watch.last_good_at = watch.body_digest = watch.lost_at = None

    def replay(self, poll: PollRecord, state: SnapshotRecord | None, body: bytes | None) -> None:
        """Apply a stored poll to the state after those before it.

        Args:
            poll: its row.
            state: the stored snapshot that it showed; None where it showed none.
            body: the digest of its bytes, where that is known.
        """
        outcome, at = Outcome(poll.outcome), poll.polled_at
        if state is not None:
            self.watch.body_digest = body
            if self.last is not None and self.last.digest == state.digest:
                outcome = self._see_again(self.last, at)
            else:
                first = replace(state, first_seen_at=at, last_seen_at=at, n_polls=1)
                first.seen_again_at = None
                outcome = self._begin(first)
        self._poll = LastPoll(polled_at=at, before_at=self.watch.last_polled_at)
        moved = replace(poll, outcome=int(outcome), snapshot_seq=self._count(at, outcome))
        if moved != poll:
            self.batch.changed_polls.append(moved)

    def _see(self, at: int, body: bytes, reading: Reading | None) -> Outcome:
        watch, last = self.watch, self.last
        if last is not None and watch.body_digest == body:
            return self._see_again(last, at)
        if reading is None:
            raise UnreadError
        # Other bytes may spell the same value: a poll that brings these again needs no parsing then.
        watch.body_digest = body
        if last is not None and last.digest == reading.digest:
            return self._see_again(last, at)
        state = self.batch.wanted(snapshot_record(watch, reading, at), reading, last)
        return self._begin(state, reading)

    def _see_again(self, last: SnapshotRecord, at: int) -> Outcome:
        last.last_seen_at = at
        last.n_polls += 1
        # Only an end waits for its second poll; a row that does not grow leaves its page full.
        if last.seen_again_at is None and last.is_terminal:
            last.seen_again_at = at
        return Outcome.UNCHANGED

    def _begin(self, state: SnapshotRecord, reading: Reading | None = None) -> Outcome:
        state.previous_seq = self.watch.n_snapshots or None
        self.watch.n_snapshots = state.seq = self.watch.n_snapshots + 1
        # Between two states in flight nothing happens that is an event.
        if state.is_terminal or (self.last is not None and self.last.is_terminal):
            self._log.note_state(self.last, state)
        # Where all polls follow again, the end may have been counted when it first came.
        if reading is not None and not self._is_rewound:
            slug, is_live = reading.values.get("slug"), self.rules.now is not None
            usual = self.batch.usual_runs
            self._like = usual.compare(self.watch, self.last, state, slug, is_live=is_live)
        self.last, self._reading = state, reading
        self._new.append(state)
        return Outcome.CHANGED

    def _count(self, at: int, outcome: Outcome) -> int | None:
        # Before the poll is counted, which sets `lost_at` at a 404 and clears it at a row.
        if outcome is Outcome.NOT_VISIBLE or self.watch.lost_at is not None:
            self._log.note_poll(outcome, at, self.last)
        return count_poll(self.watch, at, outcome)

    def _write_poll(
        self, answer: Answer, outcome: Outcome, seq: int | None, detail: str | None
    ) -> None:
        """Write a poll row, with the first bytes of a body that is no ledger row."""
        key, at = (self.watch.source_id, self.watch.run_key), answer.observed_at
        status, latency = answer.http_status, answer.latency_ms
        self.batch.new_polls.append(
            PollRecord(*key, at, int(outcome), status, latency, seq, detail)
        )
        if outcome is Outcome.MALFORMED:
            body = rejected_body(answer.body, length=answer.body_length, sha256=answer.body_sha256)
            self.batch.rejected.append((*key, at, body.beginning, body.length, body.sha256))

    def finish(self) -> None:
        """Write the rows, the run's summary and its watch row, and when the run is polled next."""
        stored, new, last = self._stored, self._new, self.last
        # `_see_again` counts in the stored row itself, as long as no new state has begun.
        was_seen_again = stored is not None and stored.n_polls != self._stored_polls
        if stored is not None and was_seen_again:
            self.batch.seen_again.append(stored)
        # There are never fewer states than before: those that replace one are changed rows, the others new ones.
        self.batch.new_snapshots += new[len(self._replaced) :]
        self.batch.changed_snapshots += [
            row for row, before in zip(new, self._replaced, strict=False) if row != before
        ]
        # Most polls of a run in flight only move counts, which the watch row holds: the summary is not even read.
        if last is not None and self._summary_may_change(was_seen_again=was_seen_again):
            self._write_summary(last)
        elif last is not None and new:
            self.watch.last_changed_at = last.first_seen_at
            apply_progress(self.watch, last)
        plan_run(self.watch, self.run, last, self.rules.cadence, self._poll, like=self._like)
        if self.watch.tracking == "abandoned":
            self._log.note_abandoned(self._poll.polled_at, last)
        if self._log.found:
            self.batch.events += self._log.records(self.connection if self._is_rewound else None)
        created_at = None if last is None else last.created_at
        self.batch.date(self.run, self.run.tracked_at if created_at is None else created_at)
        self.batch.watches.append(self.watch)

    def _summary_may_change(self, *, was_seen_again: bool) -> bool:
        """Return whether the summary may have changed; leads alone do not change it while they add up."""
        stored, new = self._stored, self._new
        if not new:
            # Without a new state only one thing may change: an end becomes quiet when it is seen again.
            has_ended = self.watch.ended_seen_at is not None
            return has_ended and not self.watch.is_quiet and was_seen_again
        if stored is None or stored.is_terminal:
            return True
        steady, flags = _STEADY(stored), [*lead_flags(stored)]
        number = self.batch.parts[self.run.source_id].number
        return not all(
            row.template is not None
            and number(row.template) == stored.part_id
            and _STEADY(row) == steady
            and [*lead_flags(row)] == flags
            for row in new
        )

    def _write_summary(self, last: SnapshotRecord) -> None:
        stored, reading, batch = self._stored, self._reading, self.batch
        if stored is None:
            parts = Parts(self.connection, last.source_id)
            row = reading.row if reading is not None else load_row(last, parts, self.rules.costs)
            self._log.note_costs(self._new, 1)
            summary = summarize([state.summary for state in self._new], row, self.rules.summary)
            # A run whose polls follow again has no stored state here, but a row in the store.
            into = batch.changed_summaries if self._has_summary else batch.new_summaries
            into.append(summary_row(self._key, row, summary))
        else:
            row = reading.row if reading is not None else last.row
            (values,) = _STORED_SUMMARY.all(self.connection, *self._key.values())
            before = dict(zip(RUN_SUMMARY_COLUMNS, values, strict=True))
            self._note_costs(stored, stored_summary(before, self.watch).actual)
            summary = self._summary_after(stored, before, row)
            # A state that was only seen again has no reading: its ledger row has no more than a summary needs.
            new = summary_columns(summary) if reading is None else summary_row({}, row, summary)
            if before | new != before:
                batch.changed_summaries.append(self._key | before | new)
        apply_summary(self.watch, summary, last)

    def _note_costs(self, stored: SnapshotRecord, actual: Amount) -> None:
        """Note late costs, by the history if there may be any: if there was an actual, and it changes after an end."""
        states = (stored, *self._new)
        if actual.present and any(
            before.is_terminal and after.summary.actual not in (actual, Amount())
            for before, after in pairwise(states)
        ):
            key = (snapshot.c[name] == value for name, value in self._key.items())
            earlier = load_snapshots(self.connection, *key, snapshot.c.seq < stored.seq)
            self._log.note_costs([*earlier, *states], len(earlier) + 1)

    def _summary_after(self, stored: SnapshotRecord, before: Row, row: LedgerRow) -> RunSummary:
        """Return the summary from the stored one where that is enough, else from the whole history."""
        states, summary = [state.summary for state in (stored, *self._new)], None
        # Which preview counts depends on `startedAt`: where that moves, the states before are needed again.
        if len(self._new) <= 1 and row.started_at == stored.started_at:
            summary = summary_after(
                stored_summary(before, self.watch), states[0], states[-1], row, self.rules.summary
            )
        return summary or summarize([*self._earlier(stored), *states], row, self.rules.summary)

    def _earlier(self, stored: SnapshotRecord) -> list[SnapshotSummary]:
        key = (stored.source_id, stored.run_key, stored.seq)
        return [snapshot_summary(row) for row in _EARLIER.all(self.connection, *key)]
