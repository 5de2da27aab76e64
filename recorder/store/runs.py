"""Tracked runs as the analyses read them: `RunRow`s, as they stand or as of an instant.

Invariant: as of now gives what the view `runs` shows; as of T the same as a store that stopped at T would.
"""

from collections.abc import Iterator
from itertools import takewhile
from typing import Any

import sqlalchemy as sa

from recorder.analysis.rows import RunRow
from recorder.history.facts import RunFacts, Seen, facts, first_of_end
from recorder.ledger.answer import Outcome
from recorder.ledger.cost import CostRules
from recorder.ledger.row import LedgerRow
from recorder.schedule.cadence import Cadence, Known, next_look
from recorder.store.parts import Parts
from recorder.store.read import RunRef
from recorder.store.rows import Row, fact_row, seen_of
from recorder.store.schema import label, poll, run, run_fact, snapshot, source, watch
from recorder.store.states import load_row

_FROM_WATCH = (
    "tracking",
    "first_polled_at",
    "last_polled_at",
    "first_good_at",
    "last_good_at",
    "n_polls",
    "n_snapshots",
)
_FACTS = tuple(name for name in RunRow._fields if name in run_fact.c)


def run_rows(
    connection: sa.Connection,
    *,
    source_name: str | None = None,
    ref: RunRef | None = None,
    as_of: int | None = None,
    cadence: Cadence | None = None,
    costs: CostRules | None = None,
) -> Iterator[RunRow]:
    """Every tracked run, by the instant that it belongs to.

    Args:
        connection: a reading transaction.
        source_name: only this source's.
        ref: only this run.
        as_of: microseconds since 1970 UTC: what was known then; None: what is known now.
        cadence: the settings by which an earlier state's place in the watch is told.
        costs: how an earlier state's amounts are read.
    """
    labels = _labels(connection, ref)
    wanted = _of_source(source_name) if ref is None else ref.rows_of(run)
    if as_of is None:
        yield from _present(connection, labels, wanted)
        return
    past = _Past(connection, as_of, cadence or Cadence(), costs or CostRules())
    rows = [
        *_present(connection, labels, wanted & _unchanged_since(as_of)),
        *past.rows(wanted & ~_unchanged_since(as_of), labels),
    ]
    yield from sorted(rows, key=lambda row: (row.dated_at, row.source, row.run_id))


def _of_source(name: str | None) -> sa.ColumnElement[bool]:
    return sa.true() if name is None else source.c.name == name


def _unchanged_since(as_of: int) -> sa.ColumnElement[bool]:
    """Runs of which nothing is known that was not known at the instant."""
    moments = (watch.c.last_polled_at, run.c.untracked_at, watch.c.resumed_at)
    calm = (sa.func.coalesce(moment, as_of) <= as_of for moment in moments)
    return sa.and_(run.c.tracked_at <= as_of, *calm)


def _labels(connection: sa.Connection, ref: RunRef | None) -> dict[tuple[int, int], dict[str, str]]:
    found: dict[tuple[int, int], dict[str, str]] = {}
    statement = sa.select(label)
    if ref is not None:
        statement = statement.where(ref.rows_of(label))
    for row in connection.execute(statement):
        found.setdefault((row.source_id, row.run_key), {})[row.key] = row.value
    return found


def _joined() -> sa.FromClause:
    same = (watch.c.source_id == run.c.source_id) & (watch.c.run_key == run.c.run_key)
    known = (run_fact.c.source_id == run.c.source_id) & (run_fact.c.run_key == run.c.run_key)
    return (
        run.join(source, source.c.source_id == run.c.source_id)
        .join(watch, same)
        .outerjoin(run_fact, known)
    )


def _columns() -> list[sa.ColumnElement[Any]]:
    held: dict[str, sa.ColumnElement[Any]] = {
        "source": source.c.name,
        "run_id": run.c.run_id,
        "tracked_at": run.c.tracked_at,
    }
    held |= {name: watch.c[name] for name in _FROM_WATCH}
    held |= {name: run_fact.c[name] for name in _FACTS}
    held["n_reopened"] = sa.func.coalesce(run_fact.c.n_reopened, 0)
    return [held[name].label(name) for name in RunRow._fields if name != "labels"]


def _present(
    connection: sa.Connection,
    labels: dict[tuple[int, int], dict[str, str]],
    condition: sa.ColumnElement[bool],
) -> Iterator[RunRow]:
    dated = sa.func.coalesce(run_fact.c.created_at, run.c.tracked_at)
    statement = (
        sa.select(*_columns(), run.c.source_id, run.c.run_key)
        .select_from(_joined())
        .where(condition)
        .order_by(dated, source.c.name, run.c.run_id)
    )
    none: dict[str, str] = {}
    with connection.execute(statement.execution_options(yield_per=5000)) as found:
        for *values, source_id, run_key in found:
            yield RunRow._make((*values, labels.get((source_id, run_key), none)))


class _Past:
    """Runs as they stood at an instant, from their snapshots and polls up to it."""

    def __init__(
        self, connection: sa.Connection, as_of: int, cadence: Cadence, costs: CostRules
    ) -> None:
        self._connection = connection
        self._as_of = as_of
        self._cadence = cadence
        self._costs = costs

    def rows(
        self, condition: sa.ColumnElement[bool], labels: dict[tuple[int, int], dict[str, str]]
    ) -> Iterator[RunRow]:
        statement = (
            sa.select(run, source.c.name, watch.c.resumed_at)
            .select_from(_joined())
            .where(condition, run.c.tracked_at <= self._as_of)
        )
        for held in self._connection.execute(statement).mappings().all():
            key = (held["source_id"], held["run_key"])
            yield self._row(dict(held), labels.get(key, {}))

    def _row(self, held: Row, labels: dict[str, str]) -> RunRow:
        polls = self._polls(held)
        snapshots = self._snapshots(held, polls)
        known: Row = dict.fromkeys(_FACTS)
        if snapshots:
            parts = Parts(self._connection, held["source_id"])
            row = load_row(snapshots[-1], parts, self._costs)
            seen = [seen_of(one) for one in snapshots]
            known = fact_row({}, row, self._facts(seen, row))
        known["n_reopened"] = known["n_reopened"] or 0
        values: Row = {
            "source": held["name"],
            "run_id": held["run_id"],
            "tracked_at": held["tracked_at"],
            "tracking": self._tracking(held, polls, snapshots),
            "labels": labels,
        }
        values |= _watched(polls, snapshots) | {name: known[name] for name in _FACTS}
        return RunRow._make(values[name] for name in RunRow._fields)

    def _facts(self, seen: list[Seen], row: LedgerRow) -> RunFacts:
        settled_us = self._cadence.settled_us
        return facts(seen, row, unit=self._costs.unit, settled_us=settled_us)

    def _polls(self, held: Row) -> list[Row]:
        statement = (
            sa.select(poll)
            .where(_of_run(poll, held), poll.c.polled_at <= self._as_of)
            .order_by(poll.c.polled_at)
        )
        return [dict(row) for row in self._connection.execute(statement).mappings()]

    def _snapshots(self, held: Row, polls: list[Row]) -> list[Row]:
        statement = (
            sa.select(snapshot)
            .where(_of_run(snapshot, held), snapshot.c.first_seen_at <= self._as_of)
            .order_by(snapshot.c.seq)
        )
        found = [dict(row) for row in self._connection.execute(statement).mappings()]
        if found:
            looks = [p["polled_at"] for p in polls if p["snapshot_seq"] == found[-1]["seq"]]
            found[-1] |= {"last_seen_at": looks[-1], "n_polls": len(looks)}
        return found

    def _tracking(self, held: Row, polls: list[Row], snapshots: list[Row]) -> str:
        if held["untracked_at"] is not None and held["untracked_at"] <= self._as_of:
            return "untracked"
        return next_look(_known(held, polls, snapshots, self._as_of), self._cadence).tracking


def _of_run(table: sa.Table, held: Row) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.source_id == held["source_id"], table.c.run_key == held["run_key"])


def _watched(polls: list[Row], snapshots: list[Row]) -> Row:
    good = [p["polled_at"] for p in polls if p["snapshot_seq"] is not None]
    return {
        "first_polled_at": polls[0]["polled_at"] if polls else None,
        "last_polled_at": polls[-1]["polled_at"] if polls else None,
        "first_good_at": good[0] if good else None,
        "last_good_at": good[-1] if good else None,
        "n_polls": len(polls),
        "n_snapshots": len(snapshots),
    }


def _known(held: Row, polls: list[Row], snapshots: list[Row], as_of: int) -> Known:
    seen = [seen_of(one) for one in snapshots]
    end = first_of_end(seen) if seen else None
    failed = takewhile(lambda p: p["snapshot_seq"] is None, reversed(polls))
    resumed = held["resumed_at"]
    return Known(
        tracked_at=held["tracked_at"],
        created_at=snapshots[-1]["created_at"] if snapshots else None,
        is_terminal=seen[-1].is_terminal if seen else None,
        first_good_at=seen[0].first_seen_at if seen else None,
        last_polled_at=polls[-1]["polled_at"] if polls else None,
        last_changed_at=seen[-1].first_seen_at if seen else None,
        ended_seen_at=end.first_seen_at if end else None,
        resumed_at=resumed if resumed is not None and resumed <= as_of else None,
        last_outcome=Outcome(polls[-1]["outcome"]) if polls else None,
        n_failures=sum(1 for _ in failed),
    )
