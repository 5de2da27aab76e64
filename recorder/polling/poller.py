"""The watch: asks for what is due, records what comes, until its time is over.

Invariant: a run is asked again only after its last answer is in the store; nothing is sent while answers wait for the
store, or without a lease. Clock, chance and network are handed in, so that hours pass in a test at once.
"""

from collections import Counter

from recorder.errors import RecorderError, StoreError
from recorder.instants import MINUTE, SECOND
from recorder.polling.active_sources import ActiveSource, key_uses, pollable
from recorder.polling.coordinator import Coordinator, KeyUse, Permission
from recorder.polling.fetchers import MOST_UNDER_WAY, Fetcher, PollRequest
from recorder.polling.messages import not_visible_line, overdue_left_line, overdue_line
from recorder.polling.result_recorder import ResultRecorder
from recorder.polling.runtime import Runtime
from recorder.polling.summary import Summary
from recorder.polling.timer import Timer
from recorder.polling.watch_options import RunMode, WatchOptions
from recorder.schedule.failing import is_lasting
from recorder.store.read.due import Due, SourceRow
from recorder.store.write.record import Recorder

LOOK_US = SECOND
OVERDUE_LOOK_US = 10 * SECOND
TOLD_TO_END_US = 10 * SECOND
_TICK_US = SECOND // 4


class Poller:
    """One watch. `run` it once; `stop` may be called from a signal handler.

    Args:
        coordinator: the store's leases, due runs and budgets.
        recorder: the store's writer.
        fetcher: sends requests.
        plan: how long to watch what.
        runtime: clock, words, chance.
    """

    def __init__(
        self,
        *,
        coordinator: Coordinator,
        recorder: Recorder,
        fetcher: Fetcher,
        plan: WatchOptions,
        runtime: Runtime,
    ) -> None:
        self._coordinator = coordinator
        self._fetcher = fetcher
        self._plan = plan
        self._runtime = runtime
        self._sources: dict[int, ActiveSource] = {}
        self._watched: set[int] = set()
        self._under_way: dict[tuple[int, int], PollRequest] = {}
        self._over_at: int | None = None
        self._pass_at: int | None = None
        self._stopping = self._is_done = False
        self._look_at = 0
        self._held: frozenset[int] = frozenset()
        self._new_sources, self._overdue = Timer(LOOK_US), Timer(OVERDUE_LOOK_US)
        self._store_error: StoreError | None = None
        self._failure: Exception | None = None
        self.summary = Summary()
        self._results = ResultRecorder(
            coordinator=coordinator,
            recorder=recorder,
            sources_by_id=self._sources,
            summary=self.summary,
            runtime=runtime,
            held=lambda: self._held,
        )

    @property
    def has_sources(self) -> bool:
        """Whether there is a source that can be asked."""
        return bool(self._watched)

    @property
    def answers_to_end(self) -> int | None:
        """For how many answers a watch that is to end still waits; None while it goes on."""
        return len(self._under_way) if self._is_ending() else None

    def stop(self) -> None:
        """Send nothing more, and end after the answers under way."""
        self._stopping = True

    def run(self) -> Summary:
        """Watch until the plan is over; what was done.

        Raises:
            RecorderError: something that it needs is wrong; or the store did not answer at the end.
        """
        if self._plan.lasts_us is not None:
            self._over_at = self._runtime.steady() + self._plan.lasts_us
        try:
            while not self._round():
                self._runtime.after_tick()
            self._conclude()
        finally:
            self._fetcher.close()
            self._leave()
        if self._failure is not None:
            raise self._failure
        return self.summary

    def _round(self) -> bool:
        """Look, send, collect; whether the watch is over."""
        try:
            self._look(self._runtime.clock())
        except StoreError as error:
            self._note_failure(error)
        except RecorderError as error:
            self._fail(error)
        if self._is_over():
            return True
        self._collect(self._runtime.clock())
        return False

    def _look(self, now: int) -> None:
        """Hold the leases, and send what is due, when it is time; a clock that was set back stops nothing."""
        if self._results.is_stuck or now < self._look_at <= now + LOOK_US:
            return
        ends = self._is_ending()
        if not ends:
            self._take_in(now)
            now = self._runtime.clock()
        self._look_at = now + LOOK_US
        if ends:
            self._let_go()
            return
        self._hold(now)
        self._send_due(now)
        if (
            self._plan.until is not RunMode.PASS
        ):  # which tells at its end, when answers have shown the time
            self._notify_overdue(now)
        self._store_error = None

    def _is_ending(self) -> bool:
        over = self._over_at is not None and self._runtime.steady() >= self._over_at
        return self._stopping or over

    def _take_in(self, now: int) -> None:
        """New ids and new sources; those that are not watched here may share a key with those that are."""
        if not self._new_sources.is_time(now):
            return
        self._new_sources.start(now)
        self._runtime.before_poll()
        rows = {row.source_id: row for row in self._coordinator.sources()}
        for source in self._runtime.load_sources([r for r in rows.values() if self._needs_key(r)]):
            known = self._sources.get(source.source_id)
            if known is None or known.key_id != source.key_id:
                source.restore(rows[source.source_id])
                self._sources[source.source_id] = source
        self._watched = {s for s, o in self._sources.items() if self._plan.source in (None, o.name)}

    def _needs_key(self, row: SourceRow) -> bool:
        known = self._sources.get(row.source_id)
        return known is None or known.trouble.refused is not None  # it may have another key now

    def _hold(self, now: int) -> None:
        under_way = {source_id for source_id, _ in self._under_way}
        self._coordinator.renew(self._watched, now=now, under_way=under_way)
        held = self._coordinator.held(now)
        if gained := held - self._held:
            for row in (one for one in self._coordinator.sources() if one.source_id in gained):
                self._results.clock_watch.learn(row)
                self._sources[row.source_id].restore(row)
        self._held = held
        self.summary.busy = {self._sources[source_id].name for source_id in self._watched - held}
        self._heed_clock()

    def _heed_clock(self) -> None:
        """Where the clock was set forward, the budgets' last minute has not passed; the next answers tell whether it is right."""
        if self._results.clock_watch.was_set_forward(self._runtime.clock(), self._runtime.steady()):
            self._coordinator.rest({self._sources[source_id].key_id for source_id in self._held})
            self._overdue.start(self._runtime.clock())

    def _let_go(self) -> None:
        """Give back what is not needed any more; another process may go on with it."""
        if self._under_way and self._held:
            self._coordinator.leave(keep={source_id for source_id, _ in self._under_way})
            self._held = frozenset()

    def _send_due(self, now: int) -> None:
        if self._plan.until is RunMode.PASS:  # else it would not end when the clock is set back
            self._pass_at = min(now, self._pass_at or now)
        held = self._coordinator.held(now)
        due, next_at = self._coordinator.due(held, now=self._pass_at or now)
        if next_at is not None and self._pass_at is None:
            self._look_at = min(self._look_at, next_at)
        waiting = [one for one in due if (one.source_id, one.run_key) not in self._under_way]
        by_source = Counter(source_id for source_id, _ in self._under_way)
        ready = pollable(waiting, self._sources, by_source, now)
        postponed = self._send(ready, now)
        self._is_done = not (self._under_way or postponed) and self._nothing_left(now)

    def _send(self, ready: list[Due], now: int) -> bool:
        """Send what the budgets allow; whether some of it must wait, and not for long."""
        uses = {use.key_id: use for use in key_uses(self._sources.values())}
        by_key: dict[str, list[Due]] = {}
        for one in ready:
            by_key.setdefault(self._sources[one.source_id].key_id, []).append(one)
        began = self._runtime.steady()
        waits: list[int | None] = []
        for key_id, of_key in by_key.items():
            if self._runtime.steady() - began > _TICK_US:  # answers wait for their commit meanwhile
                self._look_at = now
                return True
            waits.append(self._send_by(uses[key_id], of_key, now))
        return any(wait is not None and wait <= now + MINUTE for wait in waits)

    def _send_by(self, use: KeyUse, due: list[Due], now: int) -> int | None:
        """Send by one key; when to look again for what must wait, None if nothing must."""
        room = MOST_UNDER_WAY - len(self._under_way)
        if not room:
            return now
        granted = self._coordinator.permit(use, due, most=room, now=now, pass_at=self._pass_at)
        for permission in granted.permissions:
            self._dispatch(permission)
        if len(granted.permissions) == len(due):
            return None
        self._look_at = min(self._look_at, granted.wake_at)
        return granted.wake_at

    def _dispatch(self, permission: Permission) -> None:
        due = permission.due
        source = self._sources[due.source_id].name
        last, now = due.last_polled_at, self._runtime.clock()
        ask = PollRequest(
            due=due,
            source=source,
            slot=permission.slot,
            send_by=permission.send_by,
            not_before=last + 1 if last is not None and last >= now else 0,
        )
        self._under_way[due.source_id, due.run_key] = ask
        self._fetcher.send(ask)

    def _collect(self, now: int) -> None:
        waits = self._is_ending() or self._results.is_stuck
        until_look_us = max(self._look_at - now, 0)
        came = self._fetcher.collect(_TICK_US if waits else min(until_look_us, _TICK_US))
        done = self._results.take(came)
        for one in done:
            del self._under_way[one.ask.due.source_id, one.ask.due.run_key]
            if one.error is not None:
                self._fail(one.error)
        if done:
            self._look_at = 0
            self._judge({one.ask.due.source_id for one in done})

    def _fail(self, error: Exception) -> None:
        """Nothing that a server does raises: a setting is wrong, or this program; what is under way is recorded."""
        self._failure = self._failure or error
        self._stopping = True

    def _judge(self, source_ids: set[int]) -> None:
        for source_id in source_ids - {source_id for source_id, _ in self._under_way}:
            try:
                self._results.judge(self._sources[source_id])
            except StoreError as error:
                self._note_failure(error)

    def _note_failure(self, error: StoreError) -> None:
        """The store does not answer: told once; answers under way are awaited, nothing is sent."""
        now = self._runtime.clock()
        is_known, self._store_error = self._store_error is not None, error
        self._look_at = now + LOOK_US
        if not (is_known or self._is_over()):
            self._runtime.notify(f"{error}; tried again")

    def _notify_overdue(self, now: int, *, last: bool = False) -> None:
        if last or self._overdue.is_time(now):
            self._overdue.start(now)
            busy, is_off = self.summary.busy, self._results.clock_watch.is_off
            own = {s for s in self._watched if self._sources[s].name not in busy and not is_off(s)}
            for one in self._coordinator.newly_overdue(own, now=now):
                self._runtime.notify(overdue_line(one, now=now))

    def _is_over(self) -> bool:
        if self._results.is_stuck:
            may_end = self._is_ending() or self._plan.until is RunMode.PASS
            return may_end and self._results.gives_up(after_us=self._store_patience_us())
        if self._under_way:
            return False
        if self._is_ending() or self._is_done:
            return True
        return self._store_error is not None and self._plan.until is RunMode.PASS

    def _store_patience_us(self) -> int:
        """Return how long a watch that could end waits for a store that takes no answers: not long past its end."""
        return TOLD_TO_END_US if self._is_ending() else MINUTE

    def _nothing_left(self, now: int) -> bool:
        """Whether nothing of the sources that are polled here is left to do, by the plan."""
        held = self._coordinator.held(now)
        if self._plan.until is RunMode.FOREVER:
            return False
        if self._plan.until is RunMode.PASS:
            return True
        if self._coordinator.may_gain:
            return False
        open_sources = {s for s in held if self._sources[s].trouble.refused is None}
        if self._plan.until is RunMode.TIME:
            return bool(self._watched) and not open_sources
        return not self._coordinator.undone(open_sources, now=now)

    def _conclude(self) -> None:
        """What is said at the end."""
        if self._store_error is not None:
            self._failure = self._failure or self._store_error
            return
        for source_id in self._watched:
            source = self._sources[source_id]
            self._results.judge(source, at_the_end=True)
            if source.name not in self.summary.busy:
                self._results.recall(source)
        now = self._runtime.clock()
        self._notify_overdue(now, last=True)
        self._note_lasting(now)
        if self._is_done and self._plan.until is RunMode.DONE:
            self._tell_left(now)

    def _tell_left(self, now: int) -> None:
        """Report the runs that were not waited for."""
        held = self._coordinator.held(now)
        if missing := self._coordinator.not_visible(held):
            self._runtime.notify(not_visible_line(missing))
        if overdue := self._coordinator.overdue(held, now=now):
            self._runtime.notify(overdue_left_line(overdue))

    def _note_lasting(self, now: int) -> None:
        """Note the runs that this watch polled last without success, and that have been failing for long."""
        failed = self.summary.failing
        if failed:
            found = self._coordinator.failing(self._watched)
            self.summary.lasting = [
                one
                for one in found
                if (one.source, one.run_id) in failed and is_lasting(one, now=now)
            ]

    def _leave(self) -> None:
        try:
            self._coordinator.leave()
        except StoreError as error:  # the leases run out by themselves
            self._failure = self._failure or error
