"""The recording of answers: the one place that writes what the API said.

Invariants: an answer is in the store, with its poll row, when `record` returns; all answers of a call are one
transaction. Consecutive equal states of a run are one snapshot. An answer that is older than what the store holds is
put where it belongs. No network call and no reading of bodies happens within the transaction.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from itertools import pairwise
from typing import Any, TypeAlias

import sqlalchemy as sa
from msgspec import structs
from msgspec.structs import replace

from recorder.errors import RecorderError, RowRefusedError, StoreError
from recorder.instants import now_us
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.body import Malformed, one_line
from recorder.ledger.bounded import Bounded
from recorder.ledger.cost import CostRules
from recorder.ledger.jsontext import digest_bytes
from recorder.ledger.run_status import RunStatus
from recorder.ledger.sections import Reading, Sections
from recorder.schedule.cadence import Cadence
from recorder.store.engine import Database
from recorder.store.joins import same_run, watched_runs
from recorder.store.parts import KnownParts, NewParts
from recorder.store.prepared import InList
from recorder.store.records import (
    RUN_COLUMNS,
    SNAPSHOT_COLUMNS,
    WATCH_COLUMNS,
    RunRecord,
    SnapshotRecord,
    WatchRecord,
    columns_of,
    summary_rules,
)
from recorder.store.revision import explained, refuse_upgraded
from recorder.store.schema import run, snapshot, watch
from recorder.store.write.batch import Batch
from recorder.store.write.event_log import write_events
from recorder.store.write.out_of_order import insert_late
from recorder.store.write.run_writer import ReadAnswer, RecordResult, Rules, RunWriter, UnreadError
from recorder.store.write.sources import lock_sources

_Write: TypeAlias = Callable[[list[Answer]], list[RecordResult]]

# Runs, and parts, whose digests are remembered, in each of two generations.
_REMEMBERED = 50_000
_FIRST_OF_WATCH = len(RUN_COLUMNS)
_N_SNAPSHOTS = _FIRST_OF_WATCH + WATCH_COLUMNS.index("n_snapshots")
_FIRST_OF_SNAPSHOT = _FIRST_OF_WATCH + len(WATCH_COLUMNS)


_STORED = InList(
    sa.select(
        *columns_of(run, RUN_COLUMNS),
        *columns_of(watch, WATCH_COLUMNS),
        *columns_of(snapshot, SNAPSHOT_COLUMNS),
    )
    .select_from(watched_runs())
    .outerjoin(snapshot, same_run(snapshot, watch) & (snapshot.c.seq == watch.c.n_snapshots)),
    run.c.source_id,
    run.c.run_id,
)


class Recorder:
    """Writes answers into one store.

    Args:
        database: a store of the current schema.
        cadence: gives a run's next poll.
        costs: gives amounts.
        clock: microseconds since 1970 UTC.
    """

    def __init__(
        self,
        database: Database,
        *,
        cadence: Cadence | None = None,
        costs: CostRules | None = None,
        clock: Callable[[], int] = now_us,
    ) -> None:
        self.database = database
        self._clock = clock
        cadence, costs = cadence or Cadence(), costs or CostRules()
        rules = summary_rules(cadence, costs)
        self._rules = Rules(cadence=cadence, costs=costs, summary=rules)
        self._sections = Sections(self._rules.costs)
        self._last_read: Bounded[tuple[str, str], bytes] = Bounded(_REMEMBERED)
        self._known_parts: KnownParts = Bounded(_REMEMBERED)

    def record(
        self,
        answers: Sequence[Answer],
        *,
        before: Callable[[sa.Connection], None] | None = None,
        after: Callable[[sa.Connection], None] | None = None,
        now: int | None = None,
    ) -> list[RecordResult]:
        """Record answers of runs that are registered, in any order, in one transaction.

        Where they cannot be written together, each is written in a transaction of its own; one that still cannot is
        set aside as malformed, with its first bytes, length, digest and the reason.

        Args:
            answers: of any sources and runs.
            before: work to do in the same transaction before them, such as registering their runs; idempotent.
            after: work to do in the same transaction after them; idempotent.
            now: the clock, microseconds since 1970 UTC, where the answers were just received.

        Returns:
            One entry an answer that was not in the store already.

        Raises:
            StoreError: the store cannot take anything now, or not even that an answer was set aside.
            StoreNewerError: a newer program has upgraded the store.
        """
        rules, ordered = replace(self._rules, now=now), sorted(answers, key=_order)

        def write(some: list[Answer]) -> list[RecordResult]:
            try:
                return self._write([self._read(one) for one in some], rules, before, after)
            except UnreadError:  # another process has recorded other bodies of these runs since
                read = [self._read(one, whole=True) for one in some]
                return self._write(read, rules, before, after)

        lost: list[Exception] = []
        recorded = self._write_apart(ordered, write, lost)
        if lost:
            raise StoreError(
                f"not even the refusal of an answer can be recorded: {lost[0]}"
            ) from lost[0]
        return recorded

    def _write_apart(
        self, answers: list[Answer], write: _Write, lost: list[Exception]
    ) -> list[RecordResult]:
        """Write answers together, else in halves; one that cannot be written alone is set aside."""
        try:
            # Damage is looked for in the whole store: once for the one answer that is left, not for each half.
            with self.database.checked_on_failure() if len(answers) == 1 else nullcontext():
                return write(answers)
        except Exception as error:  # whatever it is, it loses no other answer
            # A statement may fail for a schema that has become newer, which is no fault of the answer's. This comes
            # first: a column that is gone looks like a store that takes nothing, and would be tried again for ever.
            _check_is_of_rows(explained(self.database, error))
            # Without answers it is `before` or `after` that has failed.
            if not answers:
                raise
            if len(answers) == 1:
                return _set_aside(answers[0], error, write, lost)
        middle = len(answers) // 2
        halves = (answers[:middle], answers[middle:])
        return [one for half in halves for one in self._write_apart(half, write, lost)]

    def _read(self, answer: Answer, *, whole: bool = False) -> ReadAnswer:
        """Read a body, unless the last one of its run had the same bytes."""
        if answer.outcome is not None:
            return ReadAnswer(answer=answer, digest=b"", reading=None)
        digest, key = digest_bytes(answer.body), (answer.source, answer.run_id)
        if not whole and self._last_read[key] == digest:
            return ReadAnswer(answer=answer, digest=digest, reading=None)
        reading = self._sections.read(answer.body, run_id=answer.run_id)
        # The watch row has only digests of bodies that gave a state: a malformed one that was remembered would be
        # unread there.
        if not isinstance(reading, Malformed):
            self._last_read.put(key, digest)
        return ReadAnswer(answer=answer, digest=digest, reading=reading)

    def _write(
        self,
        read: list[ReadAnswer],
        rules: Rules,
        before: Callable[[sa.Connection], None] | None,
        after: Callable[[sa.Connection], None] | None,
    ) -> list[RecordResult]:
        def work(connection: sa.Connection) -> tuple[list[RecordResult], Batch]:
            if before is not None:
                before(connection)
            locked = lock_sources(connection, {one.answer.source for one in read})
            batch = Batch({n: NewParts(n, v, self._known_parts) for n, v in locked.values()})
            numbers = {name: number for name, (number, _) in locked.items()}
            recorded = [*_record_runs(connection, numbers, batch, rules, read)]
            batch.flush(connection)
            if after is not None:
                after(connection)
            now = self._clock() if rules.now is None else rules.now
            write_events(connection, batch.events, now=now)
            # Last: an upgrade that waits for what is written here comes after it.
            refuse_upgraded(self.database, connection)
            return recorded, batch

        recorded, batch = self.database.write(work)
        # Not before the commit: other parts get the numbers of a transaction that failed.
        for parts in batch.parts.values():
            parts.committed()
        return recorded


def _check_is_of_rows(error: Exception) -> None:
    """Raise an error again that single answers do not cause: the store's state, a setting."""
    if isinstance(error, RecorderError) and not isinstance(error, RowRefusedError):
        raise error


def _set_aside(
    answer: Answer, error: Exception, write: _Write, lost: list[Exception]
) -> list[RecordResult]:
    """Record an answer that the store cannot take as malformed."""
    why = one_line(f"the store cannot take it: {type(error).__name__}: {error}")
    # The latency is left out, as it may be the very value that the store refuses.
    aside = replace(answer, outcome=Outcome.MALFORMED, latency_ms=None, detail=why)
    try:
        return [structs.replace(one, is_set_aside=True) for one in write([aside])]
    except Exception as again:  # noqa: BLE001  # the others are still to come
        _check_is_of_rows(again)
        lost.append(again)
        return []


def _order(answer: Answer) -> tuple[str, str, int]:
    return answer.source, answer.run_id, answer.observed_at


def _record_runs(
    connection: sa.Connection,
    numbers: Mapping[str, int],
    batch: Batch,
    rules: Rules,
    read: list[ReadAnswer],
) -> Iterator[RecordResult]:
    by_run: dict[tuple[int, str], list[ReadAnswer]] = {}
    for one in read:
        by_run.setdefault((numbers[one.answer.source], one.answer.run_id), []).append(one)
    stored = {(row[0], row[2]): row for row in _STORED.all(connection, by_run)}
    batch.usual_runs.load(connection, _slugs(by_run, stored))
    for key, group in by_run.items():
        row = stored.get(key)
        if row is None:
            continue  # it was forgotten while the answer was on its way
        watch_row = WatchRecord(*row[_FIRST_OF_WATCH:_FIRST_OF_SNAPSHOT])
        # No run that is due is in a sealed block.
        if watch_row.due_at is None:
            batch.not_due.setdefault(watch_row.source_id, []).append(watch_row.run_key)
        writer = RunWriter(
            connection=connection,
            batch=batch,
            rules=rules,
            run=RunRecord(*row[:_FIRST_OF_WATCH]),
            watch=watch_row,
            # The outer join gives a run without snapshots a row of nulls.
            last=SnapshotRecord(*row[_FIRST_OF_SNAPSHOT:]) if watch_row.n_snapshots else None,
        )
        yield from _record_run(writer, group)


def _slugs(
    by_run: Mapping[tuple[int, str], list[ReadAnswer]], stored: Mapping[tuple[int, str], Any]
) -> set[tuple[int, str]]:
    """Return the slugs, each with its source, of runs that are seen for the first time, or to be completed."""
    found = set[tuple[int, str]]()
    for key, group in by_run.items():
        for one in group:
            if not isinstance(one.reading, Reading) or key not in stored:
                continue
            slug, status = map(one.reading.values.get, ("slug", "status"))
            is_first = not stored[key][_N_SNAPSHOTS]
            if slug is not None and (is_first or status == RunStatus.COMPLETED):
                found.add((key[0], slug))
    return found


def _record_run(writer: RunWriter, read: list[ReadAnswer]) -> list[RecordResult]:
    instants = [writer.watch.last_polled_at or 0, *(one.answer.observed_at for one in read)]
    # Also two answers at one instant go the longer way, which moves the second one on.
    if all(earlier < later for earlier, later in pairwise(instants)):
        recorded = [writer.append(one) for one in read]
        writer.finish()
        return recorded
    return insert_late(writer, read)
