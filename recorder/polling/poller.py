"""The watch: asks for what is due, records what comes, until its time is over.

Invariant: a run is asked again only after its last answer is in the store; an answer that was received is recorded,
whether or not the lease still runs. Clock, chance and network are handed in, so that hours pass in a test at once.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from recorder.errors import StoreError
from recorder.instants import MINUTE, SECOND
from recorder.ledger.answer import Answer, Outcome
from recorder.polling.desk import Desk
from recorder.polling.fetchers import Ask, Came, Fetcher
from recorder.polling.outlets import Outlet, askable, key_uses
from recorder.polling.summary import Summary
from recorder.polling.told import overdue_line, refused_line
from recorder.polling.trouble import throttled_until
from recorder.store.budgets import settle
from recorder.store.due import Due, SourceRow
from recorder.store.record import Recorder

LOOK_US = SECOND
OVERDUE_LOOK_US = 10 * SECOND
MOST_UNDER_WAY = 32
_TICK_US = SECOND // 4
_GIVE_UP_AFTER_US = 10 * SECOND


class Until(Enum):
    """When a watch is over."""

    PASS = "pass"  # noqa: S105  # one pass over what is due
    TIME = "time"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long to watch what.

    Attributes:
        until: when the watch is over.
        over_at: at the latest, microseconds since 1970 UTC; None for no limit.
        source: only this source; None for all.
    """

    until: Until = Until.PASS
    over_at: int | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What the edges hand in.

    Attributes:
        outlet_of: makes a source askable; None where it cannot be (it has told why).
        clock: microseconds since 1970 UTC.
        tell: takes one line for people.
        before_look: called before each look for due runs (new ids are taken in here).
        after_tick: called after each round.
        chance: random numbers for pauses.
    """

    outlet_of: Callable[[SourceRow], Outlet | None]
    clock: Callable[[], int]
    tell: Callable[[str], None]
    before_look: Callable[[], None] = lambda: None
    after_tick: Callable[[], None] = lambda: None
    chance: random.Random = field(default_factory=random.Random)


class Poller:
    """One watch. `run` it once; `stop` may be called from a signal handler.

    Args:
        desk: the store's leases, due runs and budgets.
        recorder: the store's writer.
        fetcher: sends requests.
        plan: how long to watch what.
        hooks: clock, words, chance.
    """

    def __init__(
        self, *, desk: Desk, recorder: Recorder, fetcher: Fetcher, plan: Plan, hooks: Hooks
    ) -> None:
        self._desk = desk
        self._recorder = recorder
        self._fetcher = fetcher
        self._plan = plan
        self._hooks = hooks
        self._outlets: dict[int, Outlet] = {}
        self._under_way: dict[tuple[int, int], Ask] = {}
        self._unrecorded: list[Came] = []
        self._stopping = False
        self._pass_at = 0
        self._pass_over = False
        self._look_at = 0
        self._refresh_at = 0
        self._overdue_look_at = 0
        self._give_up_at = 0
        self.summary = Summary()

    @property
    def has_outlets(self) -> bool:
        """Whether there is a source that can be asked."""
        return bool(self._outlets)

    def stop(self) -> None:
        """Send nothing more, and end after the answers under way."""
        self._stopping = True

    def run(self) -> Summary:
        """Watch until the plan is over; what was done."""
        try:
            self._refresh(self._hooks.clock())
            self._pass_at = self._hooks.clock()
            while not self._is_over(self._hooks.clock()):
                self._round()
            self._tell_overdue(self._hooks.clock(), last=True)
        finally:
            self._fetcher.close()
            self._desk.leave()
        return self.summary

    def _round(self) -> None:
        now = self._hooks.clock()
        if self._may_send(now):
            self._refresh(now)
            self._send_due(now)
        self._collect(now)
        self._tell_overdue(now)
        self._hooks.after_tick()

    def _may_send(self, now: int) -> bool:
        over = self._plan.over_at is not None and now >= self._plan.over_at
        return not (self._stopping or over or self._unrecorded) and now >= self._look_at

    def _refresh(self, now: int) -> None:
        """Take new sources and ids in, and hold the leases."""
        self._hooks.before_look()
        if now >= self._refresh_at:
            for row in self._desk.sources(self._plan.source):
                if row.source_id not in self._outlets and (outlet := self._hooks.outlet_of(row)):
                    self._outlets[row.source_id] = outlet
            self._refresh_at = now + 3 * SECOND
        self._desk.renew(self._outlets.keys(), now=now)
        held = self._desk.held(now)
        self.summary.busy = {o.name for s, o in self._outlets.items() if s not in held}

    def _send_due(self, now: int) -> None:
        held = self._desk.held(now) & self._outlets.keys()
        in_pass = self._plan.until is Until.PASS
        due, next_at = self._desk.due(held, now=self._pass_at if in_pass else now)
        waiting = [one for one in due if (one.source_id, one.run_key) not in self._under_way]
        by_source = Counter(source_id for source_id, _ in self._under_way)
        ready = askable(waiting, self._outlets, by_source, now)[: self._room()]
        self._look_at = min(now + LOOK_US, next_at if next_at is not None else now + LOOK_US)
        postponed = self._send(ready, now)
        self._pass_over = in_pass and not self._under_way and not postponed

    def _room(self) -> int:
        return MOST_UNDER_WAY - len(self._under_way)

    def _send(self, ready: list[Due], now: int) -> bool:
        """Send what the budgets allow; whether some of it must wait, and not for long."""
        postponed = False
        in_pass = self._plan.until is Until.PASS
        for use in key_uses(self._outlets.values()):
            due = [one for one in ready if one.source_id in use.source_ids]
            if not due:
                continue
            demand = len(due) if in_pass else None
            granted = self._desk.permit(use, due, demand=demand, now=now)
            for permission in granted.permissions:
                source = self._outlets[permission.due.source_id].name
                ask = Ask(
                    due=permission.due,
                    source=source,
                    slot=permission.slot,
                    send_by=permission.send_by,
                )
                self._under_way[ask.due.source_id, ask.due.run_key] = ask
                self._fetcher.send(ask)
            if len(granted.permissions) < len(due):
                self._look_at = min(self._look_at, granted.wake_at)
                postponed |= granted.wake_at <= now + MINUTE
        return postponed

    def _collect(self, now: int) -> None:
        timeout = min(self._look_at - now, _TICK_US) if not self._stopping else _TICK_US
        came = [*self._unrecorded, *self._fetcher.collect(max(timeout, 0))]
        if not came:
            return
        try:
            self._record(came)
        except StoreError as error:
            self._keep(came, error)

    def _record(self, came: list[Came]) -> None:
        answers = [one.answer for one in came if one.answer is not None]
        ended = [(one.ask.slot, _read_at(one)) for one in came]
        recorded = self._recorder.record(answers, beside=lambda c: settle(c, ended))
        self._unrecorded = []
        self._look_at = 0
        outcomes = {(one.source, one.run_id): one.outcome for one in recorded}
        for one in came:
            del self._under_way[one.ask.due.source_id, one.ask.due.run_key]
            if one.answer is not None:
                self._note(one.ask, one.answer, outcomes[one.answer.source, one.answer.run_id])

    def _keep(self, came: list[Came], error: StoreError) -> None:
        """The store cannot take answers now: they are kept and tried again, and nothing more is sent."""
        if not self._unrecorded:
            self._hooks.tell(f"{error}; {len(came)} answers are kept and tried again")
            self._give_up_at = self._hooks.clock() + _GIVE_UP_AFTER_US
        self._unrecorded = came

    def _note(self, ask: Ask, answer: Answer, outcome: Outcome) -> None:
        outlet = self._outlets[ask.due.source_id]
        self.summary.note(outlet.name, answer.run_id, outcome)
        was_refused = outlet.trouble.refused
        outlet.trouble.note(answer, outcome, chance=self._hooks.chance)
        if outcome is Outcome.THROTTLED:
            self._desk.pause(outlet.key_id, until=throttled_until(answer))
        if outlet.trouble.refused != was_refused:
            self._tell_refused(outlet, answer.observed_at)

    def _tell_refused(self, outlet: Outlet, now: int) -> None:
        why = outlet.trouble.refused
        self._desk.refused(outlet.source_id, outlet.key_id if why else None, now=now)
        if why is None:
            self.summary.refused.pop(outlet.name, None)
            self._hooks.tell(f"source {outlet.name!r}: the API key works again")
        elif outlet.name not in self.summary.refused:
            self.summary.refused[outlet.name] = why
            self._hooks.tell(refused_line(outlet.name, why))

    def _tell_overdue(self, now: int, *, last: bool = False) -> None:
        if now >= self._overdue_look_at or last:
            self._overdue_look_at = now + OVERDUE_LOOK_US
            for one in self._desk.newly_overdue(self._desk.held(now), now=now):
                self._hooks.tell(overdue_line(one, now=now))

    def _is_over(self, now: int) -> bool:
        if self._unrecorded:
            return self._stopping and self._gave_up(now)
        if self._under_way:
            return False
        over_at = self._plan.over_at
        if self._stopping or (over_at is not None and now >= over_at):
            return True
        return self._nothing_left(now)

    def _nothing_left(self, now: int) -> bool:
        if self._plan.until is Until.STOPPED:
            return False
        held = self._desk.held(now) & self._outlets.keys()
        open_sources = {s for s in held if self._outlets[s].trouble.refused is None}
        if self._plan.until is Until.TIME:
            return bool(self._outlets) and not open_sources
        if self._plan.until is Until.PASS:
            return self._pass_over or not open_sources
        return now >= self._look_at and not self._desk.undone(open_sources, now=now)

    def _gave_up(self, now: int) -> bool:
        if now < self._give_up_at:
            return False
        self.summary.unrecorded = len(self._unrecorded)
        self._hooks.tell(f"{len(self._unrecorded)} answers could not be recorded")
        return True


def _read_at(came: Came) -> int:
    """When the answer was read; 0 for a request that was never sent."""
    return came.answer.observed_at if came.answer is not None else 0
