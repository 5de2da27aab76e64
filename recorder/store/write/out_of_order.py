"""Answers that are older than what the store holds of their run: all its polls follow again, in time order.

Invariant: whatever the order in which answers arrive, the rows are those that arriving in time order would have made;
the same answer twice changes nothing. Numbers of snapshots never shrink, so that no row is ever deleted.
"""

from msgspec.structs import replace

from recorder.ledger.answer import Outcome
from recorder.ledger.body import Malformed
from recorder.store.prepared import rows_of_run
from recorder.store.records import POLL_COLUMNS, SNAPSHOT_COLUMNS, PollRecord, SnapshotRecord
from recorder.store.schema import poll, snapshot
from recorder.store.write.run_writer import ReadAnswer, RecordResult, RunWriter, UnreadError

_SNAPSHOTS = rows_of_run(snapshot, SNAPSHOT_COLUMNS)
_POLLS = rows_of_run(poll, POLL_COLUMNS)


def insert_late(writer: RunWriter, answers: list[ReadAnswer]) -> list[RecordResult]:
    """Record answers of one run, some of them not newer than its last.

    Another answer at the same instant moves one microsecond on: nothing is lost, and no two polls share an instant.
    """
    watch = writer.watch
    if watch.is_pruned:  # its polls are not there to follow again; what they showed is known
        answers = [one for one in answers if one.answer.observed_at > (watch.last_polled_at or 0)]
        recorded = [writer.append(one) for one in answers]
        if recorded:
            writer.finish()
        return recorded
    key = (watch.source_id, watch.run_key)
    snapshots = [SnapshotRecord(*row) for row in _SNAPSHOTS.all(writer.connection, *key)]
    polls = [PollRecord(*row) for row in _POLLS.all(writer.connection, *key)]
    stored = {row.polled_at: row for row in polls}
    shown = {row.seq: row for row in snapshots}
    known: dict[int, object] = {
        at: shown[row.snapshot_seq].digest if row.snapshot_seq else (row.outcome, row.http_status)
        for at, row in stored.items()
    }
    new: dict[int, ReadAnswer] = {}
    for read in answers:
        at, content = read.answer.observed_at, _content(read)
        while known.setdefault(at, content) != content:
            at += 1
        # What is in the store already, at this instant and with this content, is no new answer.
        if at not in stored:
            new.setdefault(at, replace(read, answer=replace(read.answer, observed_at=at)))
    if not new:
        return []
    # Of the bytes that were served, only those of the last good poll are known by their digest.
    bodies = {watch.last_good_at: watch.body_digest}
    recorded = []
    writer.rewind(snapshots)
    for at in sorted(known):
        if at in new:
            recorded.append(writer.append(new[at]))
        else:
            row = stored[at]
            writer.replay(row, shown.get(row.snapshot_seq or 0), bodies.get(at))
    writer.finish()
    return recorded


def _content(read: ReadAnswer) -> object:
    """Return what makes an answer another one than that of the same instant."""
    if read.answer.outcome is not None:
        return int(read.answer.outcome), read.answer.http_status
    if read.reading is None:
        raise UnreadError
    if isinstance(read.reading, Malformed):
        return int(Outcome.MALFORMED), read.answer.http_status
    return read.reading.digest
