"""The events of one run that its answers show, found while they are recorded.

Invariant: where all polls of a run follow again, only what the store does not have is an event.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import sqlalchemy as sa

from recorder.history.run_events import (
    NO_STATUS,
    EventKind,
    RunEvent,
    is_late_cost,
    turn,
    unwritten,
    visibility,
)
from recorder.history.run_summary import SummaryRules, last_actual, ledger_end
from recorder.humanize import amount_text
from recorder.ledger.answer import Outcome
from recorder.ledger.body import one_line
from recorder.ledger.cost import MICROS, Amount
from recorder.store.prepared import rows_of_run
from recorder.store.records import RunRecord, SnapshotRecord, WatchRecord
from recorder.store.schema import event
from recorder.store.write.event_log import EventRecord

_STORED = rows_of_run(event, ("kind", "happened_at"))


class RunLog:
    """The events that one transaction finds to have happened to a run.

    Args:
        run: the run's row.
        watch: its watch row, which holds since when the API answers that it has no such run.
        rules: the settings that quiet depends on.
    """

    def __init__(self, run: RunRecord, watch: WatchRecord, rules: SummaryRules) -> None:
        self._run = run
        self._rules = rules
        self._watch = watch
        self.found: list[RunEvent] = []
        self._tracking = watch.tracking

    def note_state(self, before: SnapshotRecord | None, after: SnapshotRecord) -> None:
        """Note whether the run ended or was reopened."""
        ended_at = ledger_end(after.row) if before is None and after.is_terminal else None
        kind = turn(
            was_terminal=None if before is None else before.is_terminal,
            is_terminal=after.is_terminal,
            has_ended_here=ended_at is not None and ended_at >= self._run.tracked_at,
        )
        if kind is EventKind.ENDED:
            more = f": {one_line(after.error_message)}" if after.error_message else ""
            self._add(kind, after.first_seen_at, f"{after.status}{more}")
        elif kind is EventKind.REOPENED and before is not None:
            self._add(kind, after.first_seen_at, f"{before.status} -> {after.status or NO_STATUS}")

    def note_poll(self, outcome: Outcome, at: int, last: SnapshotRecord | None) -> None:
        """Note whether a poll, not counted yet, does not show the run any more, or shows it again; `last`: its last state."""
        is_seen = self._watch.first_good_at is not None
        is_lost = is_seen and self._watch.lost_at is not None
        kind = visibility(outcome, is_seen=is_seen, is_lost=is_lost)
        if kind is not None and last is not None:
            self._add(kind, at, last.status)

    def note_costs(self, states: Sequence[SnapshotRecord], first: int) -> None:
        """Note the late costs among the states of the run, from the position `first` on, which is 1 or more."""
        summaries, rows = [one.summary for one in states], [one.row for one in states]
        for n in range(first, len(states)):
            if is_late_cost(summaries[: n + 1], rows, self._rules):
                sides = map(_amount_text, (last_actual(summaries[:n]), summaries[n].actual))
                self._add(EventKind.LATE_COST, states[n].first_seen_at, " -> ".join(sides))

    def note_abandoned(self, polled_at: int, last: SnapshotRecord | None) -> None:
        """Note that the run is given up, unless it was before."""
        if self._tracking != "abandoned" and last is not None:
            self._add(EventKind.ABANDONED, polled_at, last.status)

    def _add(self, kind: EventKind, at: int, detail: str | None) -> None:
        self.found.append(RunEvent(happened_at=at, kind=kind, detail=detail))

    def records(self, connection: sa.Connection | None) -> Iterator[EventRecord]:
        """Yield the rows to write; a run that was reopened is reported anew when it is overdue.

        Args:
            connection: the transaction, where all polls of the run have followed again; None: only new ones have.
        """
        watch, found = self._watch, self.found
        if connection is not None and found:
            stored = _STORED.all(connection, watch.source_id, watch.run_key)
            found = [*unwritten(found, [(kind, at) for kind, at in stored])]
        for one in found:
            at = one.happened_at
            if one.kind is EventKind.REOPENED and (watch.overdue_notified_at or at) < at:
                watch.overdue_notified_at = None
            yield EventRecord(
                source_id=watch.source_id,
                run_key=watch.run_key,
                happened_at=at,
                kind=one.kind,
                detail=one.detail,
            )


def _amount_text(amount: Amount) -> str:
    micros = amount.micros
    return amount_text(None if micros is None else Decimal(micros) / MICROS, amount.unit)
