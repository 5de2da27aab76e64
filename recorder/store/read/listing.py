"""The rows of the views, but for `runs`, in base units and in the views' columns.

Invariant: with `as_of` T, only what was observed at or before T.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeAlias, cast

import sqlalchemy as sa
from msgspec import Struct

from recorder.analysis.filters import Filters
from recorder.ledger.readable import storable
from recorder.store.joins import captured_items, named, same_run
from recorder.store.read.conditions import by_then, of_source
from recorder.store.read.run_refs import RunRef
from recorder.store.records import columns_of
from recorder.store.schema import (
    capture,
    event,
    item,
    label,
    part,
    poll,
    run,
    run_summary,
    snapshot,
    source,
)

ListedRow: TypeAlias = Mapping[str, Any]

_PER_FETCH = 5000
_SNAPSHOT_COLUMNS = (
    *("seq", "first_seen_at", "digest", "status"),
    *(column.name for column in snapshot.c if column.name.startswith("leads_")),
    *("preview_micros", "preview_unit", "actual_micros", "actual_unit"),
    *("started_at", "completed_at", "cancelled_at", "updated_at", "error_message"),
)
_ITEM_COLUMNS = tuple(
    column.name for column in item.c if column.name not in ("source_id", "run_key")
)
_POLL_COLUMNS = ("polled_at", "outcome", "http_status", "latency_ms", "snapshot_seq", "detail")


class Listing(Struct, frozen=True):
    """The rows of the views of one run, or of all; as of T those that were known then.

    Args:
        connection: a reading transaction.
        ref: the run; None: all.
        source_name: only this source's.
        as_of: microseconds since 1970 UTC; None: what is known now.
    """

    connection: sa.Connection
    ref: RunRef | None = None
    source_name: str | None = None
    as_of: int | None = None

    def snapshots(self) -> Iterator[ListedRow]:
        """Yield the snapshots by source, run and number."""
        n_polls: sa.ColumnElement[int] = snapshot.c.n_polls
        last_seen: sa.ColumnElement[int] = snapshot.c.last_seen_at
        if self.as_of is not None:
            n_polls = as_seen_by(sa.func.count(), n_polls, self.as_of)
            last_seen = as_seen_by(sa.func.max(poll.c.polled_at), last_seen, self.as_of)
        columns = [
            *columns_of(snapshot, _SNAPSHOT_COLUMNS),
            n_polls.label("n_polls"),
            last_seen.label("last_seen_at"),
            part.c.json.label("document"),
        ]
        is_template = part.c.part_id == snapshot.c.part_id
        templates = snapshot.join(part, (part.c.source_id == snapshot.c.source_id) & is_template)
        return self._rows(columns, snapshot, snapshot.c.first_seen_at, templates)

    def polls(self) -> Iterator[ListedRow]:
        """Yield the polls by source, run and instant."""
        return self._rows(columns_of(poll, _POLL_COLUMNS), poll, poll.c.polled_at)

    def transitions(self) -> Iterator[ListedRow]:
        """Yield the changes of status by source, run and number."""
        columns, pairs, differs = status_changes()
        return self._rows(columns, snapshot, snapshot.c.first_seen_at, pairs, differs)

    def labels(self) -> Iterator[ListedRow]:
        """Yield the labels by source, run and key; as of T those of the runs that were tracked by then."""
        return self._rows([label.c.key, label.c.value], label, run.c.tracked_at)

    def lead_outcomes(self) -> Iterator[ListedRow]:
        """Yield the items that were captured to the end, by source, run and item id."""
        columns = columns_of(item, _ITEM_COLUMNS)
        return self._rows(columns, item, capture.c.captured_at, captured_items())

    def events(
        self,
        filters: Filters | None = None,
        kinds: Collection[str] = (),
        after: int = 0,
        limit: int | None = None,
    ) -> Iterator[ListedRow]:
        """Yield the events of the run, or of all runs and keys, in their order; as of T what had happened by then.

        Args:
            filters: of the runs as they are, but `since` and `until` by the time at which it happened.
            kinds: only these; none: all.
            after: only events with a larger number.
            limit: at most so many; None: all.
        """
        runs = event.outerjoin(run, same_run(run, event))
        rows = runs.outerjoin(run_summary, same_run(run_summary, event)).join(
            source, source.c.source_id == event.c.source_id
        )
        names = columns_of(event, ("event_id", "recorded_at", "happened_at", "kind", "detail"))
        statement = sa.select(*names, source.c.name.label("source"), run.c.run_id).select_from(rows)
        conditions = _conditions(filters or Filters(), kinds)
        statement = statement.where(event.c.event_id > after, *conditions)
        statement = statement.order_by(event.c.event_id).limit(limit)
        return self._fetched(statement, event, event.c.happened_at)

    def _rows(
        self,
        columns: Iterable[sa.ColumnElement[Any]],
        table: sa.Table,
        known_at: sa.ColumnElement[int],
        joined: sa.Join | None = None,
        condition: sa.ColumnElement[bool] | None = None,
    ) -> Iterator[ListedRow]:
        """Yield columns of a table's rows, or of what is joined to them, with source and run id, and in their order."""
        *_, number = table.primary_key
        statement = (
            sa.select(source.c.name.label("source"), run.c.run_id, *columns)
            .select_from(named(table if joined is None else joined, table))
            .order_by(source.c.name, run.c.run_id, number)
        )
        if condition is not None:
            statement = statement.where(condition)
        return self._fetched(statement, table, known_at)

    def _fetched(
        self, statement: sa.Select[Any], table: sa.Table, known_at: sa.ColumnElement[int]
    ) -> Iterator[ListedRow]:
        wanted = of_source(self.source_name) if self.ref is None else self.ref.rows_of(table)
        statement = statement.where(wanted, by_then(known_at, self.as_of))
        streamed = self.connection.execute(statement.execution_options(yield_per=_PER_FETCH))
        yield from cast("Iterator[ListedRow]", streamed.mappings())


def as_seen_by(
    value: sa.ColumnElement[int], otherwise: sa.ColumnElement[int], as_of: int
) -> sa.ColumnElement[int]:
    """Return a value over a snapshot's polls up to an instant, where it was seen again later."""
    of_snapshot = same_run(poll, snapshot) & (poll.c.snapshot_seq == snapshot.c.seq)
    seen = sa.select(value).select_from(poll).where(of_snapshot, poll.c.polled_at <= as_of)
    return sa.case((snapshot.c.last_seen_at > as_of, seen.scalar_subquery()), else_=otherwise)


def status_changes() -> tuple[list[sa.ColumnElement[Any]], sa.Join, sa.ColumnElement[bool]]:
    """Return the columns of a change of status, the pairs of snapshots that may show one, and the condition that they do."""
    before = snapshot.alias("before")
    previous = same_run(before, snapshot) & (before.c.seq == snapshot.c.previous_seq)
    columns: list[sa.ColumnElement[Any]] = [
        before.c.status.label("from_status"),
        snapshot.c.status.label("to_status"),
        _ledger_at().label("ledger_at"),
        before.c.last_seen_at.label("seen_before_at"),
        snapshot.c.first_seen_at.label("seen_at"),
    ]
    differs = before.c.seq.is_(None) | snapshot.c.status.is_distinct_from(before.c.status)
    return columns, snapshot.outerjoin(before, previous), differs


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


def last_event_id(connection: sa.Connection) -> int:
    """Return the number of the last event that was written, also where it was forgotten; 0 for none."""
    return connection.execute(sa.select(sa.func.max(source.c.last_event_id))).scalar_one() or 0


def _conditions(filters: Filters, kinds: Collection[str]) -> Iterator[sa.ColumnElement[bool]]:
    if filters.since is not None:
        yield event.c.happened_at >= filters.since
    if filters.until is not None:
        yield event.c.happened_at < filters.until
    if kinds:
        yield event.c.kind.in_(kinds)
    for name in ("status", "slug", "version"):
        if words := getattr(filters, name):
            yield run_summary.c[name].in_(list(map(storable, words)))
    for key, value in filters.labels:
        of_run = same_run(label, event) & (label.c.key == storable(key))
        yield sa.exists().where(of_run, label.c.value == storable(value))
