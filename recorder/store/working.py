"""One run while answers of it are recorded: its rows as they will stand when the transaction ends.

Invariant: what `finish` writes is a function of the run's snapshots and polls, whichever way they came in.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from recorder.history.facts import Seen, facts, first_of_end, is_quiet
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.cost import CostRules
from recorder.ledger.row import LedgerRow
from recorder.schedule.cadence import Cadence, next_look
from recorder.store.batch import Batch
from recorder.store.rows import (
    SEEN_COLUMNS,
    Row,
    fact_row,
    known_of,
    poll_row,
    rejected_row,
    seen_of,
)
from recorder.store.schema import snapshot
from recorder.store.states import State, load_row, pack_state

GOOD = (Outcome.CHANGED, Outcome.UNCHANGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What recording needs to know beside the store.

    Attributes:
        cadence: from which a run's next look is computed.
        costs: how amounts are read.
        now: the clock, where answers were just received: they may lie ahead of it if it was set back.
    """

    cadence: Cadence
    costs: CostRules
    now: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of one answer.

    Attributes:
        source, run_id, observed_at: the answer's.
        outcome: as in the poll row.
        snapshot_seq: the snapshot that it showed; None where it gave no row.
        detail: one line where the outcome needs one.
    """

    source: str
    run_id: str
    observed_at: int
    outcome: Outcome
    snapshot_seq: int | None
    detail: str | None


class Working:
    """One run's rows within a transaction.

    Args:
        connection: the transaction.
        batch: where rows to write go.
        rules: the settings.
        run: `source_id`, `run_key`, `run_id`, `tracked_at`, `untracked_at`.
        held: the run's watch row.
        tail: the run's last snapshot row, None where it has none.
    """

    def __init__(
        self,
        connection: sa.Connection,
        batch: Batch,
        rules: Rules,
        *,
        run: Row,
        held: Row,
        tail: Row | None,
    ) -> None:
        self.connection = connection
        self.batch = batch
        self.rules = rules
        self.run = run
        self.key: Row = {name: run[name] for name in ("source_id", "run_key")}
        self.watch = held
        self._stored_tail = tail
        self._stored_tail_seen = False
        self._new: list[Row] = []
        self._last_row: LedgerRow | None = None

    @property
    def tail(self) -> Row | None:
        """The run's last snapshot row as it will stand."""
        return self._new[-1] if self._new else self._stored_tail

    def see_again(self, tail: Row, at: int) -> None:
        """The last state once more."""
        tail["last_seen_at"] = at
        tail["n_polls"] += 1
        self._stored_tail_seen |= not self._new

    def see_new(self, state: State, at: int) -> None:
        """A state that differs from the last one."""
        self.watch["n_snapshots"] += 1
        seen = {
            "seq": self.watch["n_snapshots"],
            "first_seen_at": at,
            "last_seen_at": at,
            "n_polls": 1,
        }
        self._new.append(self.key | seen | pack_state(state, self.batch.parts))
        self._last_row = state.row

    def add_poll(self, answer: Answer, outcome: Outcome, detail: str | None) -> Recorded:
        """One poll row, and what it says of the run; a body that is no ledger row is kept beside it."""
        good = outcome in GOOD
        seq = self.watch["n_snapshots"] if good else None
        self.batch.new_polls.append(poll_row(self.key, answer, outcome, seq=seq, detail=detail))
        if outcome is Outcome.MALFORMED:
            self.batch.rejected.append(rejected_row(self.key, answer))
        at = answer.observed_at
        self.watch["n_polls"] += 1
        self.watch["n_failures"] = 0 if good else self.watch["n_failures"] + 1
        self.watch["last_polled_at"] = at
        self.watch["last_outcome"] = int(outcome)
        self._note_first(at, "first_polled_at")
        if good:
            self._note_first(at, "first_good_at")
            self.watch["last_good_at"] = at
        return self.recorded(answer, outcome, seq, detail)

    def _note_first(self, at: int, name: str) -> None:
        if self.watch[name] is None:
            self.watch[name] = at

    def recorded(
        self, answer: Answer, outcome: Outcome, seq: int | None, detail: str | None
    ) -> Recorded:
        """The caller's word of one answer."""
        return Recorded(
            source=answer.source,
            run_id=answer.run_id,
            observed_at=answer.observed_at,
            outcome=outcome,
            snapshot_seq=seq,
            detail=detail,
        )

    def finish(self) -> None:
        """Write what appending changed, the facts and the watch row."""
        if self._stored_tail is not None and self._stored_tail_seen:
            names = ("seq", "last_seen_at", "n_polls")
            tail = {name: self._stored_tail[name] for name in names}
            self.batch.changed_snapshots.append(self.key | tail)
        self.batch.new_snapshots += self._new
        if self.tail is not None and (self._new or self._may_have_settled()):
            self._write_facts(self.tail)
        self._write_watch()

    def _may_have_settled(self) -> bool:
        ended = self.watch["ended_seen_at"] is not None
        return ended and not self.watch["is_quiet"] and self._stored_tail_seen

    def _write_facts(self, tail: Row) -> None:
        seen = self._history()
        row = self._last_row or load_row(tail, self.batch.parts, self.rules.costs)
        found = facts(
            seen, row, unit=self.rules.costs.unit, settled_us=self.rules.cadence.settled_us
        )
        into = self.batch.new_facts if self._stored_tail is None else self.batch.changed_facts
        into.append(fact_row(self.key, row, found))
        self.watch |= watch_columns(seen, row, self.rules)

    def _history(self) -> list[Seen]:
        if self._stored_tail is None:
            return [seen_of(row) for row in self._new]
        earlier = (
            sa.select(*(snapshot.c[name] for name in SEEN_COLUMNS))
            .where(*(snapshot.c[name] == value for name, value in self.key.items()))
            .where(snapshot.c.seq < self._stored_tail["seq"])
            .order_by(snapshot.c.seq)
        )
        stored = [dict(row) for row in self.connection.execute(earlier).mappings()]
        return [seen_of(row) for row in (*stored, self._stored_tail, *self._new)]

    def _write_watch(self) -> None:
        self.batch.watches.append(
            self.watch | look_columns(self.run, self.watch, self.tail, self.rules)
        )


def watch_columns(seen: list[Seen], row: LedgerRow, rules: Rules) -> Row:
    """What the watch row takes from the run's snapshots."""
    end = first_of_end(seen)
    return {
        "n_snapshots": len(seen),
        "ended_seen_at": end.first_seen_at if end else None,
        "last_changed_at": seen[-1].first_seen_at,
        "is_quiet": is_quiet(seen, row, rules.cadence.settled_us),
    }


def look_columns(run: Row, held: Row, tail: Row | None, rules: Rules) -> Row:
    """When the run is looked at next; nothing for a run that is not watched."""
    if run["untracked_at"] is not None:
        return {}
    known = known_of(held, tracked_at=run["tracked_at"], tail=tail)
    look = next_look(known, rules.cadence)
    due_at, polled_at = look.due_at, known.last_polled_at
    if rules.now is not None and due_at is not None and polled_at is not None:
        due_at -= max(polled_at - rules.now, 0)
    return {"tracking": look.tracking, "due_at": due_at, "urgency": int(look.urgency)}
