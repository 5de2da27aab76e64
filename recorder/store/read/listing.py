"""The rows of the views `snapshots`, `polls`, `transitions` and `labels`, in base units and in the views' columns.

Invariant: with `as_of` T, only what was observed at or before T.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, cast

import sqlalchemy as sa

from recorder.store.joins import same_run
from recorder.store.read.run_refs import RunRef
from recorder.store.schema import label, part, poll, run, snapshot, source

ListedRow: TypeAlias = Mapping[str, Any]

_PER_FETCH = 5000


def snapshot_rows(
    connection: sa.Connection,
    ref: RunRef | None = None,
    *,
    source_name: str | None = None,
    as_of: int | None = None,
) -> Iterator[ListedRow]:
    """Yield the snapshots of one run, or of all, by source, run and number."""
    n_polls: sa.ColumnElement[int] = snapshot.c.n_polls
    last_seen: sa.ColumnElement[int] = snapshot.c.last_seen_at
    if as_of is not None:
        by_then = _polls_by(as_of)
        n_polls = _truncated(sa.func.count(), by_then, snapshot.c.n_polls, as_of)
        last_seen = _truncated(sa.func.max(poll.c.polled_at), by_then, last_seen, as_of)
    names = ("seq", "first_seen_at", "digest", "status", *_lead_names(), *_AMOUNTS, *_INSTANTS)
    statement = _with_run(
        sa.select(
            source.c.name.label("source"),
            run.c.run_id,
            *(snapshot.c[name] for name in names),
            n_polls.label("n_polls"),
            last_seen.label("last_seen_at"),
            part.c.json.label("document"),
        ).join_from(snapshot, part, _part_of_snapshot()),
        snapshot,
        ref,
        source_name,
    ).order_by(source.c.name, run.c.run_id, snapshot.c.seq)
    if as_of is not None:
        statement = statement.where(snapshot.c.first_seen_at <= as_of)
    yield from _fetched(connection, statement)


_AMOUNTS = ("preview_micros", "preview_unit", "actual_micros", "actual_unit")
_INSTANTS = ("started_at", "completed_at", "cancelled_at", "updated_at")


def _lead_names() -> tuple[str, ...]:
    return tuple(c.name for c in snapshot.c if c.name.startswith("leads_"))


def _part_of_snapshot() -> sa.ColumnElement[bool]:
    return (part.c.source_id == snapshot.c.source_id) & (part.c.part_id == snapshot.c.part_id)


def _polls_by(as_of: int) -> list[sa.ColumnElement[bool]]:
    return [
        same_run(poll, snapshot),
        poll.c.snapshot_seq == snapshot.c.seq,
        poll.c.polled_at <= as_of,
    ]


def _truncated(
    value: sa.ColumnElement[int],
    by_then: list[sa.ColumnElement[bool]],
    otherwise: sa.ColumnElement[int],
    as_of: int,
) -> sa.ColumnElement[int]:
    counted = sa.select(value).select_from(poll).where(*by_then).scalar_subquery()
    return sa.case((snapshot.c.last_seen_at > as_of, counted), else_=otherwise)


def poll_rows(
    connection: sa.Connection,
    ref: RunRef | None = None,
    *,
    source_name: str | None = None,
    as_of: int | None = None,
) -> Iterator[ListedRow]:
    """Yield the polls of one run, or of all, by source, run and instant."""
    names = ("polled_at", "outcome", "http_status", "latency_ms", "snapshot_seq", "detail")
    statement = _with_run(
        sa.select(source.c.name.label("source"), run.c.run_id, *(poll.c[n] for n in names)),
        poll,
        ref,
        source_name,
    ).order_by(source.c.name, run.c.run_id, poll.c.polled_at)
    if as_of is not None:
        statement = statement.where(poll.c.polled_at <= as_of)
    yield from _fetched(connection, statement)


def transition_rows(
    connection: sa.Connection,
    ref: RunRef | None = None,
    *,
    source_name: str | None = None,
    as_of: int | None = None,
) -> Iterator[ListedRow]:
    """Yield the changes of status of one run, or of all, by source, run and number."""
    before = snapshot.alias("before")
    previous = same_run(before, snapshot) & (before.c.seq == snapshot.c.previous_seq)
    statement = _with_run(
        sa.select(
            source.c.name.label("source"),
            run.c.run_id,
            before.c.status.label("from_status"),
            snapshot.c.status.label("to_status"),
            _ledger_at().label("ledger_at"),
            before.c.last_seen_at.label("seen_before_at"),
            snapshot.c.first_seen_at.label("seen_at"),
        ).join_from(snapshot, before, previous, isouter=True),
        snapshot,
        ref,
        source_name,
    ).order_by(source.c.name, run.c.run_id, snapshot.c.seq)
    differs = before.c.seq.is_(None) | snapshot.c.status.is_distinct_from(before.c.status)
    if as_of is not None:
        statement = statement.where(snapshot.c.first_seen_at <= as_of)
    yield from _fetched(connection, statement.where(differs))


def _ledger_at() -> sa.ColumnElement[int]:
    return sa.case(
        (snapshot.c.status == "pending", snapshot.c.created_at),
        (snapshot.c.status == "running", snapshot.c.started_at),
        (snapshot.c.status.in_(("completed", "failed")), snapshot.c.completed_at),
        (
            snapshot.c.status == "cancelled",
            sa.func.coalesce(snapshot.c.cancelled_at, snapshot.c.completed_at),
        ),
    )


def label_rows(
    connection: sa.Connection,
    ref: RunRef | None = None,
    *,
    source_name: str | None = None,
    as_of: int | None = None,
) -> Iterator[ListedRow]:
    """Yield the labels of one run, or of all, by source, run and key; as of T those of the runs that were tracked by then."""
    named = sa.select(source.c.name.label("source"), run.c.run_id, label.c.key, label.c.value)
    statement = _with_run(named.select_from(label), label, ref, source_name)
    if as_of is not None:
        statement = statement.where(run.c.tracked_at <= as_of)
    yield from _fetched(connection, statement.order_by(source.c.name, run.c.run_id, label.c.key))


def _with_run(
    statement: sa.Select[Any], table: sa.Table, ref: RunRef | None, source_name: str | None
) -> sa.Select[Any]:
    joined = statement.join(run, same_run(run, table)).join(
        source, source.c.source_id == run.c.source_id
    )
    if ref is not None:
        return joined.where(ref.rows_of(table))
    return joined if source_name is None else joined.where(source.c.name == source_name)


def _fetched(connection: sa.Connection, statement: sa.Select[Any]) -> Iterator[ListedRow]:
    streamed = connection.execute(statement.execution_options(yield_per=_PER_FETCH))
    yield from cast("Iterator[ListedRow]", streamed.mappings())
