"""Everything that an export carries: each tracked run, and each of its polls with the answer.

Invariant: recorded in order into an empty store, these answers make an equal store.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from recorder.history.export_record import StoredAnswer, TrackedRun
from recorder.ledger.answer import Outcome
from recorder.ledger.body import RejectedBody
from recorder.ledger.jsontext import to_text
from recorder.store.documents import load_value
from recorder.store.joins import known_runs
from recorder.store.parts import Parts
from recorder.store.read.run_refs import RunRef, labels_of
from recorder.store.records import load_snapshots
from recorder.store.schema import poll, rejected_body, run, snapshot, source, watch


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
    for held in connection.execute(statement).mappings().all():
        ref = RunRef(
            source_id=held["source_id"],
            source=held["name"],
            run_key=held["run_key"],
            run_id=held["run_id"],
        )
        yield ref, _tracked(held, labels.get((ref.source_id, ref.run_key), {}), as_of)


def _tracked(held: sa.RowMapping, labels: dict[str, str], as_of: int | None) -> TrackedRun:
    moments = {name: held[name] for name in ("resumed_at", "untracked_at")}
    known = {
        name: None if at is not None and as_of is not None and at > as_of else at
        for name, at in moments.items()
    }
    return TrackedRun(
        source=held["name"],
        base_url=held["base_url"],
        run_id=held["run_id"],
        tracked_at=held["tracked_at"],
        labels=labels,
        **known,
    )


def stored_answers(
    connection: sa.Connection, ref: RunRef, *, as_of: int | None = None
) -> Iterator[StoredAnswer]:
    """Yield a run's polls in order, each with its answer."""
    answer_of = _Answers(connection, ref)
    for held in connection.execute(_polls(ref, as_of)).mappings().all():
        yield StoredAnswer(
            polled_at=held["polled_at"],
            outcome=Outcome(held["outcome"]),
            http_status=held["http_status"],
            latency_ms=held["latency_ms"],
            detail=held["detail"],
            body=answer_of(held["snapshot_seq"]),
            rejected_body=_rejected(held),
        )


def _polls(ref: RunRef, as_of: int | None) -> sa.Select[Any]:
    keys = ("source_id", "run_key", "polled_at")
    same = sa.and_(*(rejected_body.c[name] == poll.c[name] for name in keys))
    kept = (rejected_body.c[name] for name in ("head", "length", "sha256"))
    statement = (
        sa.select(poll, *kept)
        .select_from(poll.outerjoin(rejected_body, same))
        .where(ref.rows_of(poll))
        .order_by(poll.c.polled_at)
    )
    return statement if as_of is None else statement.where(poll.c.polled_at <= as_of)


def _rejected(held: sa.RowMapping) -> RejectedBody | None:
    if held["head"] is None:
        return None
    return RejectedBody(
        beginning=bytes(held["head"]), length=held["length"], sha256=bytes(held["sha256"])
    )


class _Answers:
    """The answers of one run's snapshots; the last one is remembered, since polls of one snapshot follow each other."""

    def __init__(self, connection: sa.Connection, ref: RunRef) -> None:
        self._connection = connection
        self._ref = ref
        self._parts = Parts(connection, ref.source_id)
        self._seq: int | None = None
        self._text = ""

    def __call__(self, seq: int | None) -> str | None:
        if seq is None:
            return None
        if seq != self._seq:
            is_it = self._ref.rows_of(snapshot), snapshot.c.seq == seq
            (row,) = load_snapshots(self._connection, *is_it)
            self._seq, self._text = seq, to_text(load_value(row, self._parts))
        return self._text
