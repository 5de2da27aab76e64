"""Runs as they stood at an instant, from their snapshots and polls up to it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile

import sqlalchemy as sa

from recorder.analysis.rows import RunRow
from recorder.history.run_summary import RunSummary, SnapshotSummary, end_first_seen, summarize
from recorder.ledger.answer import Outcome
from recorder.ledger.cost import CostRules
from recorder.ledger.row import PROGRESS, LedgerRow
from recorder.schedule.cadence import Cadence, ScheduleInputs, may_give_up, next_poll
from recorder.store.documents import load_row
from recorder.store.parts import Parts
from recorder.store.rows import Row, second_of, snapshot_summary, summary_row
from recorder.store.schema import label, poll, run, run_summary, snapshot, source, watch

RunKey = tuple[int, int]
"""The numbers of a source and of a run of it."""

_PER_QUESTION = 500
_FACTS = tuple(name for name in RunRow._fields if name in run_summary.c)
_PROGRESS = tuple(field.name for field in PROGRESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An instant, and the settings by which a state of then is read.

    Attributes:
        as_of: microseconds since 1970 UTC.
        cadence: tells an earlier state's place in the watch.
        costs: tells an earlier state's amounts.
    """

    as_of: int
    cadence: Cadence = field(default_factory=Cadence)
    costs: CostRules = field(default_factory=CostRules)

    def is_calm(self) -> sa.ColumnElement[bool]:
        """Return whether nothing is known of a run and its watch that was not known at the instant."""
        return sa.and_(self.is_tracked(), self.is_watched())

    def is_tracked(self) -> sa.ColumnElement[bool]:
        """Return the part of it that `run` tells."""
        untracked = sa.func.coalesce(run.c.untracked_at, self.as_of) <= self.as_of
        return (run.c.tracked_at <= self.as_of) & untracked

    def is_watched(self) -> sa.ColumnElement[bool]:
        """Return the part of it that `watch` tells."""
        moments = (watch.c.last_polled_at, watch.c.resumed_at)
        return sa.and_(*(sa.func.coalesce(moment, self.as_of) <= self.as_of for moment in moments))

    def rows(self, connection: sa.Connection, keys: Iterable[RunKey]) -> Iterator[RunRow]:
        """Yield those of the runs that were tracked by then, in any order."""
        for source_id, group in groupby(sorted(keys), key=lambda key: key[0]):
            run_keys = [run_key for _, run_key in group]
            parts = Parts(connection, source_id)
            for first in range(0, len(run_keys), _PER_QUESTION):
                some = run_keys[first : first + _PER_QUESTION]
                yield from self._some_rows(connection, source_id, some, parts)

    def _some_rows(
        self, connection: sa.Connection, source_id: int, run_keys: Sequence[int], parts: Parts
    ) -> Iterator[RunRow]:
        def of(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> dict[int, list[Row]]:
            own = (table.c.source_id == source_id) & table.c.run_key.in_(run_keys)
            ordered = sa.select(table).where(own, *conditions).order_by(*table.primary_key)
            found: dict[int, list[Row]] = {}
            for row in connection.execute(ordered).mappings():
                found.setdefault(row["run_key"], []).append(dict(row))
            return found

        name = connection.execute(
            sa.select(source.c.name).where(source.c.source_id == source_id)
        ).scalar_one()
        polls = of(poll, poll.c.polled_at <= self.as_of)
        snapshots = of(snapshot, snapshot.c.first_seen_at <= self.as_of)
        labels, watches = of(label), of(watch)
        for key, (held,) in of(run, run.c.tracked_at <= self.as_of).items():
            held |= {"name": name, "resumed_at": watches[key][0]["resumed_at"]}
            held["labels"] = {row["key"]: row["value"] for row in labels.get(key, ())}
            yield self._row(held, polls.get(key, []), snapshots.get(key, []), parts)

    def _row(self, held: Row, polls: list[Row], snapshots: list[Row], parts: Parts) -> RunRow:
        known: Row = dict.fromkeys((*_FACTS, *_PROGRESS, "ended_seen_at")) | {"is_quiet": False}
        if snapshots:
            looks = [p["polled_at"] for p in polls if p["snapshot_seq"] == snapshots[-1]["seq"]]
            snapshots[-1] |= {"last_seen_at": looks[-1], "seen_again_at": second_of(looks)}
            row = load_row(snapshots[-1], parts, self.costs)
            seen = [snapshot_summary(one) for one in snapshots]
            made = self._facts(seen, row)
            known = summary_row({}, row, made)
            known |= {name: getattr(row, name) for name in _PROGRESS}
            known |= {"is_quiet": made.is_quiet, "ended_seen_at": made.ended_seen_at}
        known["n_reopened"] = known["n_reopened"] or 0
        values: Mapping[str, object] = {
            "source": held["name"],
            "run_id": held["run_id"],
            "tracked_at": held["tracked_at"],
            "tracking": self._tracking(held, polls, snapshots),
            "labels": held["labels"],
            **_watched(polls, snapshots),
            **known,
        }
        return RunRow._make(values[name] for name in RunRow._fields)

    def _facts(self, seen: list[SnapshotSummary], row: LedgerRow) -> RunSummary:
        return summarize(seen, row, unit=self.costs.unit, settled_us=self.cadence.settled_us)

    def _tracking(self, held: Row, polls: list[Row], snapshots: list[Row]) -> str:
        if held["untracked_at"] is not None and held["untracked_at"] <= self.as_of:
            return "untracked"
        return next_poll(_known(held, polls, snapshots, self.as_of), self.cadence).tracking


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


def _last_two(polls: list[Row]) -> tuple[int | None, int | None]:
    """Return when a run was polled last, and when before that."""
    before, last = [None, None, *(p["polled_at"] for p in polls)][-2:]
    return last, before


def _known(held: Row, polls: list[Row], snapshots: list[Row], as_of: int) -> ScheduleInputs:
    seen = [snapshot_summary(one) for one in snapshots]
    end = end_first_seen(seen) if seen else None
    failed = takewhile(lambda p: p["snapshot_seq"] is None, reversed(polls))
    resumed = held["resumed_at"]
    return ScheduleInputs(
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
        may_give_up=may_give_up(*_last_two(polls)),
    )
