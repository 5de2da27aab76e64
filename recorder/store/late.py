"""Answers that are older than what the store holds of their run: the run's history is laid again around them.

Invariant: whatever the order in which answers arrive, the rows are those that arriving in time order would have made;
the same answer twice changes nothing. Numbers of snapshots never shrink, so that no row is ever deleted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from recorder.history.facts import facts
from recorder.history.segments import Segment, segments
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.body import Malformed, read_body
from recorder.ledger.jsontext import digest_bytes
from recorder.ledger.row import LedgerRow
from recorder.store.rows import Row, fact_row, poll_row, rejected_row, seen_of
from recorder.store.schema import poll, snapshot
from recorder.store.states import State, load_row, pack_state, read_state
from recorder.store.working import GOOD, Recorded, Working, look_columns, watch_columns


@dataclass(slots=True)
class _Entry:
    """One poll of the run, stored or new."""

    at: int
    outcome: Outcome
    digest: bytes | None
    stored: Row | None = None
    answer: Answer | None = None
    state: State | None = None
    seq: int | None = None


def insert_late(work: Working, answers: list[Answer]) -> list[Recorded]:
    """Record answers of one run, some of them not newer than its last; the whole run is laid again."""
    snapshots = _stored_snapshots(work)
    entries = {entry.at: entry for entry in _stored_entries(work, snapshots)}
    added = [e for answer in answers if (e := _add(work, entries, answer)) is not None]
    if not added:
        return []
    ordered = [entries[at] for at in sorted(entries)]
    laid = segments((e.at, e.digest) for e in ordered if e.digest is not None)
    _number(laid, entries)
    rows = [_snapshot_row(work, segment, entries, snapshots) for segment in laid]
    work.batch.new_snapshots += [row for row in rows if row["seq"] > len(snapshots)]
    work.batch.changed_snapshots += [
        row for row in rows if row["seq"] <= len(snapshots) and row != snapshots[row["seq"] - 1]
    ]
    _write_polls(work, ordered)
    _write_run(work, ordered, rows, had_snapshots=bool(snapshots))
    return [_recorded(work, entry) for entry in added]


def _stored_snapshots(work: Working) -> list[Row]:
    columns = [c for c in snapshot.c if c.name != "previous_seq"]
    statement = (
        sa.select(*columns)
        .where(*(snapshot.c[name] == value for name, value in work.key.items()))
        .order_by(snapshot.c.seq)
    )
    return [dict(row) for row in work.connection.execute(statement).mappings()]


def _stored_entries(work: Working, snapshots: list[Row]) -> Iterator[_Entry]:
    statement = sa.select(poll).where(*(poll.c[n] == v for n, v in work.key.items()))
    for row in work.connection.execute(statement).mappings():
        seq = row["snapshot_seq"]
        digest = snapshots[seq - 1]["digest"] if seq is not None else None
        yield _Entry(
            at=row["polled_at"],
            outcome=Outcome(row["outcome"]),
            digest=digest,
            stored=dict(row),
            seq=seq,
        )


def _add(work: Working, entries: dict[int, _Entry], answer: Answer) -> _Entry | None:
    """The entry of an answer at its instant; None where it is there already.

    Another answer at the same instant moves one microsecond on: nothing is lost, and no two polls share an instant.
    """
    entry = _read(work, answer)
    while (there := entries.get(entry.at)) is not None:
        if _same(there, entry):
            return None
        entry.at += 1
    if entry.answer is not None:
        entry.answer = replace(entry.answer, observed_at=entry.at)
    entries[entry.at] = entry
    return entry


def _read(work: Working, answer: Answer) -> _Entry:
    at = answer.observed_at
    if answer.outcome is not None:
        return _Entry(at, answer.outcome, None, answer=answer)
    body = read_body(answer.body, run_id=answer.run_id)
    if isinstance(body, Malformed):
        told = replace(answer, outcome=Outcome.MALFORMED, detail=body.reason)
        return _Entry(at, Outcome.MALFORMED, None, answer=told)
    state = read_state(body, work.rules.costs)
    return _Entry(at, Outcome.UNCHANGED, state.digest, answer=answer, state=state)


def _same(there: _Entry, entry: _Entry) -> bool:
    if there.digest is not None or entry.digest is not None:
        return there.digest == entry.digest
    return there.outcome is entry.outcome and _status(there) == _status(entry)


def _status(entry: _Entry) -> int | None:
    if entry.stored is not None:
        status: int | None = entry.stored["http_status"]
        return status
    return entry.answer.http_status if entry.answer else None


def _number(laid: list[Segment[bytes]], entries: dict[int, _Entry]) -> None:
    for segment in laid:
        for at in segment.seen_at:
            entries[at].seq = segment.seq
            first = at == segment.first_seen_at
            entries[at].outcome = Outcome.CHANGED if first else Outcome.UNCHANGED


def _snapshot_row(
    work: Working, segment: Segment[bytes], entries: dict[int, _Entry], snapshots: list[Row]
) -> Row:
    """The row of a segment; its document is that of its first answer, as far as that is still known."""
    first = entries[segment.first_seen_at]
    if first.state is not None:
        content = pack_state(first.state, work.batch.parts)
    else:
        stored = first.stored or {}
        content = _content(snapshots[stored["snapshot_seq"] - 1])
    seen = {
        "seq": segment.seq,
        "first_seen_at": segment.first_seen_at,
        "last_seen_at": segment.last_seen_at,
        "n_polls": len(segment.seen_at),
    }
    return work.key | seen | content


def _content(row: Row) -> Row:
    own = {"source_id", "run_key", "seq", "first_seen_at", "last_seen_at", "n_polls"}
    return {name: value for name, value in row.items() if name not in own}


def _write_polls(work: Working, ordered: list[_Entry]) -> None:
    batch = work.batch
    for entry in ordered:
        if entry.answer is not None:
            row = poll_row(
                work.key, entry.answer, entry.outcome, seq=entry.seq, detail=entry.answer.detail
            )
            batch.new_polls.append(row)
            if entry.outcome is Outcome.MALFORMED:
                batch.rejected.append(rejected_row(work.key, entry.answer))
        elif entry.stored is not None and entry.seq is not None:
            now = {"snapshot_seq": entry.seq, "outcome": int(entry.outcome)}
            if now != {name: entry.stored[name] for name in now}:
                batch.changed_polls.append(work.key | {"polled_at": entry.at} | now)


def _write_run(
    work: Working, ordered: list[_Entry], rows: list[Row], *, had_snapshots: bool
) -> None:
    watch: dict[str, Any] = work.watch
    good = [e for e in ordered if e.outcome in GOOD]
    after_good = [e for e in ordered if not good or e.at > good[-1].at]
    watch |= {
        "n_polls": len(ordered),
        "n_failures": len(after_good),
        "first_polled_at": ordered[0].at,
        "last_polled_at": ordered[-1].at,
        "first_good_at": good[0].at if good else None,
        "last_good_at": good[-1].at if good else None,
        "last_outcome": int(ordered[-1].outcome),
    }
    if good and good[-1].answer is not None:
        watch["body_digest"] = digest_bytes(good[-1].answer.body)
    tail = rows[-1] if rows else None
    if tail is not None:
        seen = [seen_of(row) for row in rows]
        row = _last_row(work, tail, ordered)
        found = facts(
            seen, row, unit=work.rules.costs.unit, settled_us=work.rules.cadence.settled_us
        )
        into = work.batch.changed_facts if had_snapshots else work.batch.new_facts
        into.append(fact_row(work.key, row, found))
        watch |= watch_columns(seen, row, work.rules)
    work.batch.watches.append(watch | look_columns(work.run, watch, tail, work.rules))


def _last_row(work: Working, tail: Row, ordered: list[_Entry]) -> LedgerRow:
    first = next(e for e in ordered if e.at == tail["first_seen_at"])
    if first.state is not None:
        return first.state.row
    return load_row(tail, work.batch.parts, work.rules.costs)


def _recorded(work: Working, entry: _Entry) -> Recorded:
    answer = entry.answer
    if answer is None:
        raise LookupError("an added entry has its answer")
    return work.recorded(answer, entry.outcome, entry.seq, answer.detail)
