"""Everything that an export carries: each tracked run, and each of its polls with the answer.

Invariant: recorded in order into an empty store, these answers make an equal store.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from recorder.history.export_record import StoredAnswer, TrackedRun
from recorder.ledger.answer import Outcome
from recorder.ledger.body import RejectedBody
from recorder.ledger.jsontext import to_text
from recorder.store.documents import load_value
from recorder.store.joins import known_runs, same_run
from recorder.store.parts import Parts
from recorder.store.read.run_refs import RunRef, labels_of
from recorder.store.records import POLL_COLUMNS, PollRecord, columns_of, load_snapshots
from recorder.store.schema import (
    poll,
    rejected_body,
    run,
    snapshot,
    source,
    watch,
)


def tracked_runs(
    connection: sa.Connection, *, source_name: str | None = None, as_of: int | None = None
) -> Iterator[tuple[RunRef, TrackedRun]]:
    """Yield the tracked runs in the order of their numbers."""
    statement = (
        sa.select(run, source.c.name, source.c.base_url, watch.c.resumed_at)
        .select_from(known_runs())
        .order_by(run.c.source_id, run.c.run_key)
    )
    if source_name is not None:
        statement = statement.where(source.c.name == source_name)
    if as_of is not None:
        statement = statement.where(run.c.tracked_at <= as_of)
    labels = labels_of(connection)

    def known(moment: int | None) -> int | None:
        return None if moment is not None and as_of is not None and moment > as_of else moment

    for row in connection.execute(statement).all():
        key = {"source_id": row.source_id, "run_key": row.run_key}
        yield (
            RunRef(source=row.name, run_id=row.run_id, **key),
            TrackedRun(
                source=row.name,
                base_url=row.base_url,
                run_id=row.run_id,
                tracked_at=row.tracked_at,
                resumed_at=known(row.resumed_at),
                untracked_at=known(row.untracked_at),
                labels=labels.get((row.source_id, row.run_key), {}),
            ),
        )


def stored_answers(
    connection: sa.Connection, ref: RunRef, *, as_of: int | None = None
) -> Iterator[StoredAnswer]:
    """Yield a run's polls in order, each with its answer."""
    parts = Parts(connection, ref.source_id)

    @lru_cache(maxsize=1)  # polls of one snapshot follow each other
    def body_of(seq: int) -> str:
        (state,) = load_snapshots(connection, ref.rows_of(snapshot), snapshot.c.seq == seq)
        return to_text(load_value(state, parts))

    for *values, head, length, sha256 in connection.execute(_polls(ref, as_of)).all():
        row = PollRecord(*values)
        yield StoredAnswer(
            polled_at=row.polled_at,
            outcome=Outcome(row.outcome),
            http_status=row.http_status,
            latency_ms=row.latency_ms,
            detail=row.detail,
            body=None if row.snapshot_seq is None else body_of(row.snapshot_seq),
            rejected_body=None
            if head is None
            else RejectedBody(beginning=bytes(head), length=length, sha256=bytes(sha256)),
        )


def _polls(ref: RunRef, as_of: int | None) -> sa.Select[Any]:
    same_poll = same_run(rejected_body, poll) & (rejected_body.c.polled_at == poll.c.polled_at)
    rejected = columns_of(rejected_body, ("head", "length", "sha256"))
    statement = (
        sa.select(*columns_of(poll, POLL_COLUMNS), *rejected)
        .select_from(poll.outerjoin(rejected_body, same_poll))
        .where(ref.rows_of(poll))
        .order_by(poll.c.polled_at)
    )
    return statement if as_of is None else statement.where(poll.c.polled_at <= as_of)
