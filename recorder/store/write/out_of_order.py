"""Answers that are older than what the store holds of their run: the run's history is rebuilt around them.

Invariant: whatever the order in which answers arrive, the rows are those that arriving in time order would have made;
the same answer twice changes nothing. Numbers of snapshots never shrink, so that no row is ever deleted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from recorder.history.segments import Segment, segments
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.body import Malformed
from recorder.ledger.row import LedgerRow
from recorder.ledger.sections import Reading
from recorder.store.documents import load_row
from recorder.store.parts import Parts
from recorder.store.prepared import rows_of_run
from recorder.store.records import (
    POLL_COLUMNS,
    SNAPSHOT_COLUMNS,
    PollRecord,
    SnapshotRecord,
    apply_summary,
    second_of,
    summary_row,
)
from recorder.store.schema import poll, snapshot
from recorder.store.write.plan import LastPoll, last_poll
from recorder.store.write.run_writer import (
    ReadAnswer,
    RecordResult,
    RunWriter,
    UnreadError,
)

_SNAPSHOTS = rows_of_run(snapshot, SNAPSHOT_COLUMNS)
_POLLS = rows_of_run(poll, POLL_COLUMNS)


@dataclass(slots=True)
class _Entry:
    """One poll of the run, stored or new."""

    at: int
    outcome: Outcome
    digest: bytes | None
    stored: PollRecord | None = None
    read: ReadAnswer | None = None
    seq: int | None = None

    @property
    def answer(self) -> Answer | None:
        """The answer of a new one."""
        return self.read.answer if self.read is not None else None

    @property
    def reading(self) -> Reading | None:
        """The reading of a new good one."""
        reading = self.read.reading if self.read is not None else None
        return reading if isinstance(reading, Reading) else None


def insert_late(writer: RunWriter, answers: list[ReadAnswer]) -> list[RecordResult]:
    """Record answers of one run, some of them not newer than its last, by rebuilding the whole run."""
    key = (writer.watch.source_id, writer.watch.run_key)
    snapshots = [SnapshotRecord(*row) for row in _SNAPSHOTS.all(writer.connection, *key)]
    polls = [PollRecord(*row) for row in _POLLS.all(writer.connection, *key)]
    entries = {entry.at: entry for entry in _stored_entries(polls, snapshots)}
    added = [e for answer in answers if (e := _add(entries, answer)) is not None]
    if not added:
        return []
    ordered = [entries[at] for at in sorted(entries)]
    segments_of_run = segments((e.at, e.digest) for e in ordered if e.digest is not None)
    _number(segments_of_run, entries)
    rows = [_snapshot_row(writer, segment, entries, snapshots) for segment in segments_of_run]
    writer.batch.new_snapshots += rows[len(snapshots) :]
    writer.batch.changed_snapshots += [
        row for row, before in zip(rows, snapshots, strict=False) if row != before
    ]
    _write_polls(writer, ordered)
    _write_run(writer, ordered, rows, had_snapshots=bool(snapshots))
    return [_recorded(writer, entry) for entry in added]


def _stored_entries(polls: list[PollRecord], snapshots: list[SnapshotRecord]) -> Iterator[_Entry]:
    for row in polls:
        seq = row.snapshot_seq
        digest = snapshots[seq - 1].digest if seq is not None else None
        yield _Entry(row.polled_at, Outcome(row.outcome), digest, stored=row, seq=seq)


def _add(entries: dict[int, _Entry], read: ReadAnswer) -> _Entry | None:
    """Add the entry of an answer at its instant and return it; None where it is there already.

    Another answer at the same instant moves one microsecond on: nothing is lost, and no two polls share an instant.
    """
    entry = _entry(read)
    while (there := entries.get(entry.at)) is not None:
        if _same(there, entry):
            return None
        entry.at += 1
    if entry.read is not None:
        moved = replace(entry.read.answer, observed_at=entry.at)
        entry.read = replace(entry.read, answer=moved)
    entries[entry.at] = entry
    return entry


def _entry(read: ReadAnswer) -> _Entry:
    answer, reading = read.answer, read.reading
    if answer.outcome is not None:
        return _Entry(answer.observed_at, answer.outcome, None, read=read)
    if reading is None:
        raise UnreadError
    if isinstance(reading, Malformed):
        malformed = replace(answer, outcome=Outcome.MALFORMED, detail=reading.reason)
        read = replace(read, answer=malformed)
        return _Entry(answer.observed_at, Outcome.MALFORMED, None, read=read)
    return _Entry(answer.observed_at, Outcome.UNCHANGED, reading.digest, read=read)


def _same(there: _Entry, entry: _Entry) -> bool:
    if there.digest is not None or entry.digest is not None:
        return there.digest == entry.digest
    return there.outcome is entry.outcome and _status(there) == _status(entry)


def _status(entry: _Entry) -> int | None:
    if entry.stored is not None:
        return entry.stored.http_status
    return entry.answer.http_status if entry.answer else None


def _number(segments_of_run: list[Segment[bytes]], entries: dict[int, _Entry]) -> None:
    for segment in segments_of_run:
        for at in segment.seen_at:
            entries[at].seq = segment.seq
            first = at == segment.first_seen_at
            entries[at].outcome = Outcome.CHANGED if first else Outcome.UNCHANGED


def _snapshot_row(
    writer: RunWriter,
    segment: Segment[bytes],
    entries: dict[int, _Entry],
    snapshots: list[SnapshotRecord],
) -> SnapshotRecord:
    """Return the row of a segment; its document is that of its first answer, as far as that is still known."""
    first = entries[segment.first_seen_at]
    if first.reading is not None:
        return writer.state(first.reading, segment.seq, segment.seen_at)
    stored_seq = first.stored.snapshot_seq if first.stored is not None else None
    if stored_seq is None:
        raise LookupError("a state is in no answer and in no snapshot")
    return replace(
        snapshots[stored_seq - 1],
        seq=segment.seq,
        first_seen_at=segment.first_seen_at,
        last_seen_at=segment.last_seen_at,
        seen_again_at=second_of(segment.seen_at),
        n_polls=len(segment.seen_at),
    )


def _write_polls(writer: RunWriter, ordered: list[_Entry]) -> None:
    for entry in ordered:
        if entry.answer is not None:
            writer.write_poll(entry.answer, entry.outcome, entry.seq, entry.answer.detail)
        elif entry.stored is not None and entry.seq is not None:
            moved = replace(entry.stored, snapshot_seq=entry.seq, outcome=int(entry.outcome))
            if moved != entry.stored:
                writer.batch.changed_polls.append(moved)


def _write_run(
    writer: RunWriter, ordered: list[_Entry], rows: list[SnapshotRecord], *, had_snapshots: bool
) -> None:
    watch = writer.watch
    good = [e for e in ordered if e.outcome.is_row]
    after_good = [e for e in ordered if not good or e.at > good[-1].at]
    watch.n_polls, watch.n_failures = len(ordered), len(after_good)
    watch.n_snapshots = len(rows)
    watch.first_polled_at, watch.last_polled_at = ordered[0].at, ordered[-1].at
    watch.first_good_at = good[0].at if good else None
    watch.last_good_at = good[-1].at if good else None
    watch.last_outcome = int(ordered[-1].outcome)
    if good and good[-1].read is not None:
        watch.body_digest = good[-1].read.digest
    if rows:
        writer.last = rows[-1]
        _write_summary(writer, ordered, rows, had_snapshots=had_snapshots)
    writer.write_watch(_last_poll(writer, ordered))


def _last_poll(writer: RunWriter, ordered: list[_Entry]) -> LastPoll:
    before_at, last = ordered[-2].at if len(ordered) > 1 else None, ordered[-1]
    if last.answer is None:
        return LastPoll(polled_at=last.at, before_at=before_at)
    return last_poll(last.answer, before_at=before_at, now=writer.rules.now)


def _write_summary(
    writer: RunWriter, ordered: list[_Entry], rows: list[SnapshotRecord], *, had_snapshots: bool
) -> None:
    last = rows[-1]
    row = _last_row(writer, last, ordered)
    found = writer.summarize([one.summary for one in rows], row)
    key = {"source_id": last.source_id, "run_key": last.run_key}
    into = writer.batch.changed_summaries if had_snapshots else writer.batch.new_summaries
    into.append(summary_row(key, row, found))
    apply_summary(writer.watch, found, last)


def _last_row(writer: RunWriter, last: SnapshotRecord, ordered: list[_Entry]) -> LedgerRow:
    first = next(e for e in ordered if e.at == last.first_seen_at)
    if first.reading is not None:
        return first.reading.row
    parts = Parts(writer.connection, last.source_id)
    return load_row(last, parts, writer.rules.costs)


def _recorded(writer: RunWriter, entry: _Entry) -> RecordResult:
    answer = entry.answer
    if answer is None:
        raise LookupError("an added entry has its answer")
    return writer.recorded(answer, entry.outcome, entry.seq, answer.detail)
