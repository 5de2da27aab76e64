"""Answers into history: the one place that writes what the API said.

Invariants: an answer is in the store, with its poll row, when `record` returns; all answers of a call are one
transaction. Consecutive equal states of a run are one snapshot. An answer that is older than what the store holds is
put where it belongs. No network call happens in here.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import TypeAlias

import sqlalchemy as sa

from recorder.ledger.answer import Answer
from recorder.ledger.cost import CostRules
from recorder.schedule.cadence import Cadence
from recorder.store.append import append
from recorder.store.batch import Batch
from recorder.store.engine import Database
from recorder.store.late import insert_late
from recorder.store.parts import Parts, remember
from recorder.store.registry import lock_source_parts
from recorder.store.rows import Row
from recorder.store.schema import run, snapshot, watch
from recorder.store.working import Recorded, Rules, Working

_MOST_IDS = 500
_Fresh: TypeAlias = dict[tuple[int, int], dict[bytes, int]]


class Recorder:
    """Writes answers into one store.

    Args:
        database: a store of the current schema.
        cadence: from which a run's next look is computed.
        costs: how amounts are read.
    """

    def __init__(
        self, database: Database, *, cadence: Cadence | None = None, costs: CostRules | None = None
    ) -> None:
        self._database = database
        self._rules = Rules(cadence=cadence or Cadence(), costs=costs or CostRules())
        self._known_parts: dict[tuple[int, int], OrderedDict[bytes, int]] = {}

    def record(
        self,
        answers: Sequence[Answer],
        *,
        first: Callable[[sa.Connection], None] | None = None,
        beside: Callable[[sa.Connection], None] | None = None,
        now: int | None = None,
    ) -> list[Recorded]:
        """Record answers of runs that are registered, in any order, in one transaction.

        Args:
            answers: of any sources and runs.
            first: what belongs into the same transaction before them, such as registering their runs.
            beside: what else belongs into the same transaction.
            now: the clock, microseconds since 1970 UTC, where the answers were just received.

        Returns:
            One entry an answer that was not in the store already.
        """

        def work(connection: sa.Connection) -> tuple[list[Recorded], _Fresh]:
            recorded: list[Recorded] = []
            fresh: _Fresh = {}
            if first is not None:
                first(connection)
            for source, group in groupby(sorted(answers, key=_order), key=lambda a: a.source):
                source_id, version = lock_source_parts(connection, source)
                parts = Parts(connection, source_id, self._known_parts.get((source_id, version)))
                recorded += self._record_source(connection, source_id, parts, list(group), now)
                fresh[source_id, version] = parts.fresh
            if beside is not None:
                beside(connection)
            return recorded, fresh

        recorded, fresh = self._database.write(work)
        for valid, numbers in fresh.items():
            remember(self._known_parts.setdefault(valid, OrderedDict()), numbers)
        return recorded

    def _record_source(
        self,
        connection: sa.Connection,
        source_id: int,
        parts: Parts,
        answers: list[Answer],
        now: int | None,
    ) -> list[Recorded]:
        batch, rules = Batch(parts), replace(self._rules, now=now)
        held = dict(_load(connection, source_id, list({a.run_id: None for a in answers})))
        recorded: list[Recorded] = []
        for run_id, group in groupby(answers, key=lambda a: a.run_id):
            if run_id not in held:
                continue  # it was forgotten while the answer was on its way
            run_row, watch_row, tail = held[run_id]
            work = Working(connection, batch, rules, run=run_row, held=watch_row, tail=tail)
            recorded += _record_run(work, list(group))
        batch.flush(connection)
        return recorded


def _order(answer: Answer) -> tuple[str, str, int]:
    return answer.source, answer.run_id, answer.observed_at


def _record_run(work: Working, answers: list[Answer]) -> list[Recorded]:
    instants = [work.watch["last_polled_at"] or 0, *(a.observed_at for a in answers)]
    if all(earlier < later for earlier, later in pairwise(instants)):
        done = [append(work, answer) for answer in answers]
        work.finish()
        return done
    return insert_late(work, answers)


def _load(
    connection: sa.Connection, source_id: int, run_ids: list[str]
) -> Iterator[tuple[str, tuple[Row, Row, Row | None]]]:
    """Each run's row, watch row and last snapshot row."""
    statement = sa.select(run.c.run_id, *_labelled(run), *_labelled(watch), *_labelled(snapshot))
    statement = statement.join_from(run, watch, _same_run(run, watch)).outerjoin(
        snapshot, _same_run(watch, snapshot) & (snapshot.c.seq == watch.c.n_snapshots)
    )
    for start in range(0, len(run_ids), _MOST_IDS):
        chunk = run_ids[start : start + _MOST_IDS]
        wanted = statement.where(run.c.source_id == source_id, run.c.run_id.in_(chunk))
        for row in connection.execute(wanted).mappings():
            tail = _own(row, snapshot)
            has_tail = tail["seq"] is not None
            yield row["run_id"], (_own(row, run), _own(row, watch), tail if has_tail else None)


def _same_run(one: sa.Table, other: sa.Table) -> sa.ColumnElement[bool]:
    return (one.c.source_id == other.c.source_id) & (one.c.run_key == other.c.run_key)


def _labelled(table: sa.Table) -> list[sa.Label[object]]:
    return [c.label(f"{table.name}_{c.name}") for c in table.c if c.computed is None]


def _own(row: sa.RowMapping, table: sa.Table) -> Row:
    return {c.name: row[f"{table.name}_{c.name}"] for c in table.c if c.computed is None}
