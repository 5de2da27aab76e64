"""Drop what ended runs can do without: polls and inner states that no analysis rests on.

Invariants: of a run stay its first and last state, each state that differs from a neighbour in more than its leads, and
the polls that say when these were seen; its counts and its summary stay as they are. A run is pruned whole or not at
all.
"""

from collections.abc import Collection, Sequence
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Any, Final

import sqlalchemy as sa
from msgspec import Struct

from recorder.ledger.row import PROGRESS
from recorder.ledger.run_status import TERMINAL
from recorder.store.engine import Database
from recorder.store.joins import same_run
from recorder.store.prepared import update
from recorder.store.read.run_refs import RunRefs
from recorder.store.read.source_rows import source_rows
from recorder.store.records import SNAPSHOT_COLUMNS, SnapshotRecord, load_snapshots
from recorder.store.schema import poll, rejected_body, run_summary, snapshot, watch
from recorder.store.sealed import drop_blocks_of
from recorder.store.write.forget import remove_unused
from recorder.store.write.months import count_runs
from recorder.store.write.sealing import seal
from recorder.store.write.sources import lock_source

# Runs of a transaction: a poller of the source waits for no more than these.
_AT_ONCE: Final = 200
_SEEN: Final = ("first_seen_at", "last_seen_at", "seen_again_at")
_MOVING: Final = {"seq", "previous_seq", "n_polls", "digest", "part_id", *_SEEN, *PROGRESS}
_facts = attrgetter(*(name for name in SNAPSHOT_COLUMNS if name not in _MOVING))
_CHAIN: Final = update(snapshot, ("previous_seq",), ("source_id", "run_key", "seq"))


class Pruning(Struct, kw_only=True):
    """One pruning, and what it has dropped so far.

    Attributes:
        before: runs that ended before, microseconds since 1970 UTC.
        is_trial: whether it only counts.
    """

    before: int
    is_trial: bool
    runs: int = 0
    polls: int = 0
    snapshots: int = 0

    def run(self, database: Database) -> None:
        """Prune a store of the current schema, some hundred runs a transaction."""
        for row in database.read(source_rows):
            last: int | None = -1
            while last is not None:
                last = database.write(self.prune_next, row.name, last)
            if not self.is_trial:
                # Once all runs of the source are done: many of them share their parts, and all parts are read for it.
                database.write(_remove_parts, row.name)
        if not self.is_trial:
            # What was pruned has dropped its blocks.
            seal(database)

    def prune_next(self, connection: sa.Connection, name: str, after: int) -> int | None:
        """Prune the next runs of a source; return the number of the last one, None where there is none."""
        source_id = lock_source(connection, name)
        keys = list(connection.execute(self._wanted(source_id, after)).scalars())
        if not keys:
            return None
        refs = RunRefs(source_id=source_id, run_keys=keys)
        states = load_snapshots(connection, refs.rows_of(snapshot))
        for run_key, of_run in groupby(states, key=attrgetter("run_key")):
            self._prune(connection, (source_id, run_key), list(of_run))
        if not self.is_trial:
            # Counted apart from other changes: a lake keeps what a prune takes from the store.
            count_runs(connection, source_id, keys, "n_prunes")
            drop_blocks_of(connection, {source_id: keys})
            done = sa.update(watch).where(refs.rows_of(watch)).values(is_pruned=True)
            connection.execute(done)
        last: int = keys[-1]
        return last

    def _wanted(self, source_id: int, after: int) -> sa.Select[Any]:
        ended_at = sa.func.coalesce(run_summary.c.ended_at, watch.c.ended_seen_at)
        return (
            sa.select(watch.c.run_key)
            .join_from(watch, run_summary, same_run(watch, run_summary))
            .where(
                watch.c.source_id == source_id,
                watch.c.run_key > after,
                sa.not_(watch.c.is_pruned),
                run_summary.c.status.in_(TERMINAL),
                ended_at < self.before,
            )
            .order_by(watch.c.run_key)
            .limit(_AT_ONCE)
        )

    def _prune(
        self, connection: sa.Connection, key: tuple[int, int], states: Sequence[SnapshotRecord]
    ) -> None:
        kept = kept_states(states)
        seqs = [one.seq for one in kept]
        seen = {getattr(one, name) for one in kept for name in _SEEN} - {None}
        first, last = _ends(connection, key)
        self.runs += 1
        # Before the polls that they refer to.
        self._drop(connection, key, rejected_body, "polled_at", {*seen, first, last})
        self.polls += self._drop(connection, key, poll, "polled_at", {*seen, first, last})
        if not self.is_trial:
            # Each state that stays points at the one that stays before it.
            _CHAIN.many(connection, [(before, *key, seq) for before, seq in pairwise(seqs)])
        self.snapshots += self._drop(connection, key, snapshot, "seq", seqs)

    def _drop(
        self,
        connection: sa.Connection,
        key: tuple[int, int],
        table: sa.Table,
        name: str,
        kept: Collection[int],
    ) -> int:
        """Drop the rows of a run but for those to keep, and return how many there are."""
        own = (table.c.source_id == key[0]) & (table.c.run_key == key[1])
        others = own & table.c[name].not_in(kept)
        if self.is_trial:
            counted = sa.select(sa.func.count()).select_from(table).where(others)
            return connection.execute(counted).scalar_one()
        return connection.execute(sa.delete(table).where(others)).rowcount


def _remove_parts(connection: sa.Connection, name: str) -> None:
    remove_unused(connection, lock_source(connection, name))


def kept_states(states: Sequence[SnapshotRecord]) -> list[SnapshotRecord]:
    """Return the states of a run that stay."""
    facts = [(*_facts(one), one.is_terminal and _has_open_leads(one)) for one in states]
    last = len(states) - 1
    return [
        one
        for at, one in enumerate(states)
        # Where three in a row differ only in their leads, no analysis needs the one in the middle.
        if at in (0, last) or not facts[at - 1] == facts[at] == facts[at + 1]
    ]


def _has_open_leads(state: SnapshotRecord) -> bool:
    return bool(state.leads_pending or state.leads_running)


def _ends(connection: sa.Connection, key: tuple[int, int]) -> tuple[int, int]:
    instants = (watch.c.first_polled_at, watch.c.last_polled_at)
    own = (watch.c.source_id == key[0]) & (watch.c.run_key == key[1])
    first, last = connection.execute(sa.select(*instants).where(own)).one()
    return first, last
