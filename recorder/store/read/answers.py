"""Everything that an export carries: each tracked run, and each of its polls with the answer.

Invariant: recorded in order into an empty store, these answers make an equal store.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from recorder.history.export_record import StoredAnswer, TrackedRun
from recorder.ledger.answer import Outcome
from recorder.ledger.body import RejectedBody
from recorder.ledger.row import MOVING
from recorder.store.documents import load_text
from recorder.store.joins import known_runs, same_run
from recorder.store.parts import Parts
from recorder.store.read.conditions import by_then, of_source
from recorder.store.read.run_refs import RunKey, labels_of
from recorder.store.records import columns_of
from recorder.store.schema import poll, rejected_body, run, snapshot, source, watch

_PER_FETCH = 500
_POLLED = ("polled_at", "outcome", "http_status", "latency_ms", "detail")
_REJECTED = ("head", "length", "sha256")
_FIRST_MOVING = 3 + len(_POLLED) + len(_REJECTED)


def answers_by_run(
    connection: sa.Connection, *, source_name: str | None = None, as_of: int | None = None
) -> Iterator[tuple[TrackedRun, Iterable[StoredAnswer]]]:
    """Yield each tracked run in the order of their numbers, with its polls in order and the answer of each."""
    runs = _tracked_runs(connection, source_name, as_of)
    for source_id, group in groupby(runs, key=lambda one: one[0][0]):
        polls = groupby(_answers(connection, source_id, as_of), key=itemgetter(0))
        at, answers = _next_run(polls)
        for (_, run_key), tracked in group:
            while at < run_key:  # a run that was not tracked yet by a clock that was set back
                at, answers = _next_run(polls)
            yield tracked, answers if at == run_key else ()


def _next_run(
    polls: Iterator[tuple[int, Iterator[tuple[int, StoredAnswer]]]],
) -> tuple[int, Iterable[StoredAnswer]]:
    run_key, group = next(polls, (sys.maxsize, iter(())))
    return run_key, (answer for _, answer in group)


def _tracked_runs(
    connection: sa.Connection, source_name: str | None, as_of: int | None
) -> Iterator[tuple[RunKey, TrackedRun]]:
    """Yield the tracked runs by their numbers, in the order of these."""
    statement = (
        sa.select(run, source.c.name, source.c.base_url, watch.c.resumed_at)
        .select_from(known_runs())
        .where(of_source(source_name), by_then(run.c.tracked_at, as_of))
        .order_by(run.c.source_id, run.c.run_key)
    )
    labels = labels_of(connection)

    def known(moment: int | None) -> int | None:
        return None if moment is not None and as_of is not None and moment > as_of else moment

    for row in connection.execute(statement).all():
        key = (row.source_id, row.run_key)
        yield (
            key,
            TrackedRun(
                source=row.name,
                base_url=row.base_url,
                run_id=row.run_id,
                tracked_at=row.tracked_at,
                resumed_at=known(row.resumed_at),
                untracked_at=known(row.untracked_at),
                labels=labels.get(key, {}),
            ),
        )


def _answers(
    connection: sa.Connection, source_id: int, as_of: int | None
) -> Iterator[tuple[int, StoredAnswer]]:
    """Yield the polls of a source by the key of their run, each with its answer."""
    parts, shown, body = Parts(connection, source_id), (0, 0), None
    for rows in connection.execute(_polls(source_id, as_of)).partitions():
        parts.fetch(row.part_id for row in rows if row.part_id is not None)
        for row in rows:
            run_key, seq, part_id, *polled = row[:_FIRST_MOVING]
            if shown != (run_key, seq):  # polls of one snapshot follow each other
                columns = dict(zip(MOVING, row[_FIRST_MOVING:], strict=True))
                body = None if part_id is None else load_text(part_id, columns, parts)
                shown = run_key, seq
            yield run_key, _stored_answer(body, polled)


def _stored_answer(body: str | None, polled: Sequence[Any]) -> StoredAnswer:
    """Return an answer from its body and the columns of its poll."""
    at, outcome, http_status, latency_ms, detail, head, length, sha256 = polled
    return StoredAnswer(
        polled_at=at,
        outcome=Outcome(outcome),
        http_status=http_status,
        latency_ms=latency_ms,
        detail=detail,
        body=body,
        rejected_body=None
        if head is None
        else RejectedBody(beginning=bytes(head), length=length, sha256=bytes(sha256)),
    )


def _polls(source_id: int, as_of: int | None) -> sa.Select[Any]:
    same_poll = same_run(rejected_body, poll) & (rejected_body.c.polled_at == poll.c.polled_at)
    is_shown = same_run(snapshot, poll) & (snapshot.c.seq == poll.c.snapshot_seq)
    return (
        sa.select(
            *columns_of(poll, ("run_key", "snapshot_seq")),
            snapshot.c.part_id,
            *columns_of(poll, _POLLED),
            *columns_of(rejected_body, _REJECTED),
            *columns_of(snapshot, MOVING),
        )
        .select_from(poll.outerjoin(rejected_body, same_poll).outerjoin(snapshot, is_shown))
        .where(poll.c.source_id == source_id, by_then(poll.c.polled_at, as_of))
        .order_by(poll.c.run_key, poll.c.polled_at)
        .execution_options(yield_per=_PER_FETCH)
    )
