"""What is read of each run's whole history: when it was polled, when its cost took its present value, how far it was when.

Invariant: with `as_of` T, only polls at or before T and snapshots first seen by then.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile
from typing import Any, TypeAlias

import sqlalchemy as sa

from recorder.analysis.coverage import PollTimes
from recorder.analysis.remaining import Course
from recorder.history.run_summary import SnapshotSummary
from recorder.ledger.answer import Outcome
from recorder.ledger.run_status import TERMINAL
from recorder.store.joins import captured_items, known_runs, named, same_run
from recorder.store.read.conditions import by_then, of_source
from recorder.store.read.listing import as_seen_by
from recorder.store.read.run_refs import chunks
from recorder.store.records import SUMMARY_COLUMNS, snapshot_summary
from recorder.store.schema import capture, deviation, item, poll, run, snapshot, source, watch

RunName: TypeAlias = tuple[str, str]
"""A source and a run id of it."""

_PER_FETCH = 5000


def poll_times(
    connection: sa.Connection, *, source_name: str | None = None, as_of: int | None = None
) -> Iterator[tuple[RunName, PollTimes]]:
    """Yield the polls of every run that has any, by source and run id.

    Args:
        connection: a reading transaction.
        source_name: only this source's.
        as_of: microseconds since 1970 UTC.
    """
    shown = same_run(snapshot, poll) & (snapshot.c.seq == poll.c.snapshot_seq)
    rows = named(poll).outerjoin(snapshot, shown)
    columns = (poll.c.polled_at, poll.c.outcome, snapshot.c.status)
    for key, polls in _by_run(connection, rows, columns, of_source(source_name), as_of):
        yield key, _poll_times_of(polls)


def cost_changes(
    connection: sa.Connection, *, source_name: str | None = None, as_of: int | None = None
) -> Iterator[tuple[RunName, int | None]]:
    """Yield when the present actual cost of every run was first seen, by source and run id; None where it has none.

    Args:
        connection: a reading transaction.
        source_name: only this source's.
        as_of: microseconds since 1970 UTC.
    """
    columns = [snapshot.c[name] for name in SUMMARY_COLUMNS]
    for key, rows in _by_run(connection, named(snapshot), columns, of_source(source_name), as_of):
        yield key, _actual_seen_at([snapshot_summary(row) for row in rows])


def error_sights(
    connection: sa.Connection, *, source_name: str | None = None, as_of: int | None = None
) -> Iterator[tuple[RunName, list[Sequence[Any]]]]:
    """Yield the states of every run that have an error message, by source and run id: first seen, last seen, message.

    Args:
        connection: a reading transaction.
        source_name: only this source's.
        as_of: microseconds since 1970 UTC.
    """
    wanted = of_source(source_name) & snapshot.c.error_message.is_not(None)
    return _by_run(connection, named(snapshot), _error_sight(as_of), wanted, as_of)


def error_states(as_of: int | None) -> sa.Select[Any]:
    """Return the query for states with an error message: the numbers of source and run, and what `error_sights` yields."""
    keys = (snapshot.c.source_id, snapshot.c.run_key)
    return sa.select(*keys, *_error_sight(as_of)).where(
        snapshot.c.error_message.is_not(None), by_then(snapshot.c.first_seen_at, as_of)
    )


def _error_sight(as_of: int | None) -> tuple[sa.ColumnElement[Any], ...]:
    last_seen_at = _last_seen_at(as_of).label("seen_until")
    return snapshot.c.first_seen_at, last_seen_at, snapshot.c.error_message


def _last_seen_at(as_of: int | None) -> sa.ColumnElement[int]:
    """Return when a snapshot was last seen by an instant."""
    last_seen_at: sa.ColumnElement[int] = snapshot.c.last_seen_at
    if as_of is None:
        return last_seen_at
    return as_seen_by(sa.func.max(poll.c.polled_at), last_seen_at, as_of)


def deviations(
    connection: sa.Connection, *, source_name: str | None = None, as_of: int | None = None
) -> Iterator[tuple[RunName, list[Sequence[Any]]]]:
    """Yield the deviations of every run that has any, by source and run id: path, kind, value, first and last seen.

    Path, kind and value are None for the shapes that are not kept.

    Args:
        connection: a reading transaction.
        source_name: only this source's.
        as_of: microseconds since 1970 UTC.
    """
    of_shape = (deviation.c.source_id == snapshot.c.source_id) & (
        deviation.c.shape_id == snapshot.c.shape_id
    )
    what = [deviation.c[name] for name in ("path", "kind", "value")]
    seen = (sa.func.min(snapshot.c.first_seen_at), sa.func.max(_last_seen_at(as_of)))
    statement = (
        sa.select(source.c.name, run.c.run_id, *what, *seen)
        .select_from(named(snapshot.outerjoin(deviation, of_shape), snapshot))
        .where(of_source(source_name), snapshot.c.shape_id.is_not(None))
        .where(by_then(snapshot.c.first_seen_at, as_of))
        .group_by(source.c.name, run.c.run_id, *what)
        .order_by(source.c.name, run.c.run_id)
    )
    return _runs_of(connection, statement)


def lead_errors(
    connection: sa.Connection, *, source_name: str | None = None, as_of: int | None = None
) -> Iterator[tuple[RunName, list[Sequence[Any]]]]:
    """Yield the error messages of the leads of every captured run that has any: captured at, message.

    Args:
        connection: a reading transaction.
        source_name: only this source's.
        as_of: microseconds since 1970 UTC.
    """
    columns = (capture.c.captured_at, item.c.error_message)
    wanted = of_source(source_name) & item.c.error_message.is_not(None)
    return _by_run(connection, named(captured_items(), item), columns, wanted, as_of)


def courses(
    connection: sa.Connection, source_name: str, run_ids: Sequence[str], *, as_of: int | None = None
) -> Iterator[tuple[str, Course]]:
    """Yield how far some runs of a source are, or were as of an instant, by run id."""
    columns = [snapshot.c[name] for name in ("first_seen_at", "started_at", *_COUNTS)]
    keys = (
        sa.select(run.c.source_id, run.c.run_key)
        .select_from(known_runs())
        .where(sa.not_(watch.c.is_pruned))
    )
    of_run = sa.tuple_(snapshot.c.source_id, snapshot.c.run_key)
    for some in chunks(run_ids):
        # By the keys of the runs: else SQLite goes over all snapshots of the source, since they come in order.
        wanted = of_run.in_(keys.where(source.c.name == source_name, run.c.run_id.in_(some)))
        for (_, run_id), rows in _by_run(connection, named(snapshot), columns, wanted, as_of):
            seen = [(first_seen_at, _share_done(*counts)) for first_seen_at, _, *counts in rows]
            yield run_id, Course(started_at=rows[-1][1], seen=seen)


_COUNTS = ("leads_total", "leads_completed", "leads_skipped", "leads_failed")


def _share_done(total: int | None, *ended: int | None) -> float | None:
    known = [count for count in ended if count is not None]
    return sum(known) / total if total and len(known) == len(ended) else None


def _by_run(
    connection: sa.Connection,
    rows: sa.FromClause,
    columns: Sequence[sa.ColumnElement[Any]],
    wanted: sa.ColumnElement[bool],
    as_of: int | None,
) -> Iterator[tuple[RunName, list[Sequence[Any]]]]:
    """Yield each run's rows by instant; the first of the columns is the instant."""
    statement = (
        sa.select(source.c.name, run.c.run_id, *columns)
        .select_from(rows)
        .where(wanted, by_then(columns[0], as_of))
        .order_by(source.c.name, run.c.run_id, columns[0])
    )
    return _runs_of(connection, statement)


def _runs_of(
    connection: sa.Connection, statement: sa.Select[Any]
) -> Iterator[tuple[RunName, list[Sequence[Any]]]]:
    """Yield each run's rows of a statement that begins with, and is ordered by, source and run id."""
    rows = connection.execute(statement.execution_options(yield_per=_PER_FETCH))
    for key, group in groupby(rows, key=lambda row: (row[0], row[1])):
        yield key, [row[2:] for row in group]


def _poll_times_of(polls: list[Sequence[Any]]) -> PollTimes:
    outcomes = [Outcome(outcome) for _, outcome, _ in polls]
    has_ended = [
        (at, status in TERMINAL)
        for (at, _, status), outcome in zip(polls, outcomes, strict=True)
        if outcome.is_row
    ]
    # Of the polls after the end only the first counts: coverage is of the time in flight.
    settling = 0
    while settling < len(has_ended) and has_ended[-1 - settling][1]:
        settling += 1
    return PollTimes(
        good_at=[at for at, _ in has_ended[: len(has_ended) - max(settling - 1, 0)]],
        n_good=len(has_ended),
        n_not_visible=outcomes.count(Outcome.NOT_VISIBLE),
        n_throttled=outcomes.count(Outcome.THROTTLED),
        n_errors=sum(outcome.is_error for outcome in outcomes),
    )


def _actual_seen_at(snapshots: list[SnapshotSummary]) -> int | None:
    present = snapshots[-1].actual
    stretch = takewhile(lambda one: one.actual == present, reversed(snapshots))
    return [one.first_seen_at for one in stretch][-1] if present.present else None
