"""The loop of a watch: polls due runs and records the answers until the watch is over.

Invariant: a run is polled again only after its last answer is in the store; nothing is sent while answers wait for the
store, or without a lease. Clock, randomness and network are handed in.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial

from msgspec import Struct, field

from recorder.errors import RecorderError, StoreError, StoreNewerError
from recorder.instants import MINUTE, SECOND
from recorder.ledger.target import Target
from recorder.polling.active_sources import ActiveSource, by_key, key_uses, pollable
from recorder.polling.budget_watch import BudgetWatch
from recorder.polling.coordinator import Coordinator
from recorder.polling.fetchers import GATHER_US, MOST_UNDER_WAY, Fetcher, PollRequest
from recorder.polling.messages import not_visible_line, overdue_left_line, overdue_line
from recorder.polling.result_recorder import ResultRecorder
from recorder.polling.runtime import Runtime
from recorder.polling.sealer import Sealer
from recorder.polling.summary import Summary
from recorder.polling.timer import Timer
from recorder.polling.watch_options import RunMode, WatchOptions
from recorder.store.read.due import Due, not_visible_count, undone_count
from recorder.store.read.failing_runs import failing_runs
from recorder.store.read.source_rows import SourceRow, source_rows
from recorder.store.revision import explained
from recorder.store.write.record import Recorder

ROUND_US = SECOND
OVERDUE_CHECK_US = 10 * SECOND
ITEMS_CHECK_US = 5 * SECOND  # after none could be sent: the question takes a scan of all runs
END_WITHIN_US = 10 * SECOND  # for a store that takes no writes, once the watch is over
_TICK_US = SECOND // 4


class Poller(Struct, kw_only=True, dict=True):
    """One watch. `run` it once; `stop` may be called from a signal handler.

    Args:
        coordinator: the store's leases, due runs and budgets.
        recorder: the store's writer.
        fetcher: sends requests.
        options: how long to watch which sources.
        runtime: clock, messages, randomness.
    """

    coordinator: Coordinator
    recorder: Recorder
    fetcher: Fetcher
    options: WatchOptions
    runtime: Runtime
    _sources: dict[int, ActiveSource] = field(default_factory=dict)
    _watched: set[int] = field(default_factory=set)
    _under_way: dict[tuple[int, Target], PollRequest] = field(default_factory=dict)
    _over_at: int | None = None
    _pass_at: int | None = None
    _stopping: bool = False
    _is_done: bool = False
    _next_round_at: int = 0
    _leased: frozenset[int] = frozenset()
    _new_sources: Timer = field(default_factory=partial(Timer, ROUND_US))
    _overdue: Timer = field(default_factory=partial(Timer, OVERDUE_CHECK_US))
    _items: Timer = field(default_factory=partial(Timer, ITEMS_CHECK_US))
    _failure: Exception | None = None
    summary: Summary = field(default_factory=Summary)

    def __post_init__(self) -> None:
        self._database = self.coordinator.database
        self._sealer = Sealer(database=self._database)
        self._budgets = BudgetWatch(database=self._database, notify=self.runtime.notify)
        self.results = ResultRecorder(
            coordinator=self.coordinator,
            recorder=self.recorder,
            sources_by_id=self._sources,
            summary=self.summary,
            runtime=self.runtime,
            leased=lambda: self._leased,
        )

    @property
    def has_sources(self) -> bool:
        """Whether there is a source that can be polled."""
        return bool(self._watched)

    @property
    def answers_to_end(self) -> int | None:
        """The number of answers that an ending watch waits for; None while it goes on."""
        return len(self._under_way) if self._is_ending() else None

    def stop(self) -> None:
        """Stop sending; end after the answers under way."""
        self._stopping = True

    def run(self) -> Summary:
        """Watch until the options say that it is over; return the summary.

        Raises:
            RecorderError: a setting is wrong, or the store did not answer at the end.
        """
        if self.options.lasts_us is not None:
            self._over_at = self.runtime.steady() + self.options.lasts_us
        try:
            while not self._round():
                self.runtime.after_tick()
            self._conclude()
        finally:
            self.fetcher.close()  # first: it waits for the requests under way
            self._leave()
        if self._failure is not None:
            raise self._failure
        return self.summary

    def _round(self) -> bool:
        """Send due requests and collect results; return whether the watch is over."""
        self._attempt(self._poll_due)
        if self._is_over():
            return True
        self._attempt(self._collect)
        return False

    def _attempt(self, step: Callable[[int], None]) -> None:
        try:
            step(self.runtime.clock())
        except StoreError as error:
            self._note_failure(explained(self._database, error))
        except RecorderError as error:
            self._fail(error)

    def _poll_due(self, now: int) -> None:
        """Renew the leases and send due requests, when it is time; a clock that was set back stops nothing."""
        if self.results.is_stuck or now < self._next_round_at <= now + ROUND_US:
            return
        if self._is_ending():
            self._next_round_at = now + ROUND_US
            self._release_leases()
            return
        self._load_sources(now)
        now = self.runtime.clock()  # reading ids and keys may have taken a while
        self._next_round_at = now + ROUND_US
        self._renew_leases(now)
        self._send_due(now)
        if self.options.until is not RunMode.PASS:
            own = () if self.options.is_viewer else self._leased
            uses = key_uses(self._sources.values(), of=own)
            self._budgets.check(uses, self.coordinator.cycles_us, now=now)
            self._notify_overdue(now)  # a pass reports at its end: its answers check the clock
            self._sealer.seal(self._leased, now)
        self.summary.store_error = None

    def _is_ending(self) -> bool:
        over = self._over_at is not None and self.runtime.steady() >= self._over_at
        return self._stopping or over

    def _load_sources(self, now: int) -> None:
        """Register new ids and load new sources, also those not watched here: they may share a key."""
        if not self._new_sources.is_time(now):
            return
        self._new_sources.start(now)
        self.runtime.before_poll()
        rows = {row.source_id: row for row in self._database.read(source_rows)}
        for source in self.runtime.load_sources([*filter(self._needs_key, rows.values())]):
            active = self._sources.get(source.source_id)
            if active is None or active.key_id != source.key_id:
                source.restore(rows[source.source_id])
                self._sources[source.source_id] = source
        only = self.options.source
        self._watched = {s for s, one in self._sources.items() if only in (None, one.name)}

    def _needs_key(self, row: SourceRow) -> bool:
        active = self._sources.get(row.source_id)
        # A source whose key was refused may have another one by now.
        return active is None or active.breaker.refused is not None

    def _renew_leases(self, now: int) -> None:
        under_way = {source_id for source_id, _ in self._under_way}
        self.coordinator.renew(self._watched, now=now, under_way=under_way)
        leased = self.coordinator.leased(now)
        if gained := leased - self._leased:
            for row in (one for one in self._database.read(source_rows) if one.source_id in gained):
                self.results.clock_watch.restore(row)
                self._sources[row.source_id].restore(row)
        self._leased = leased
        self.summary.busy = {self._sources[source_id].name for source_id in self._watched - leased}
        self._check_clock()

    def _check_clock(self) -> None:
        """Pause all keys where our clock was set forward: the last minute of their budgets has not passed."""
        if self.results.clock_watch.was_set_forward(self.runtime.clock(), self.runtime.steady()):
            self.coordinator.pause_keys({self._sources[one].key_id for one in self._leased})
            # The next answers show whether the clock is right: overdue runs are reported after them.
            self._overdue.start(self.runtime.clock())

    def _release_leases(self) -> None:
        """Release the leases of sources with nothing under way, for other processes."""
        if self._under_way and self._leased:
            self.coordinator.leave(keep={source_id for source_id, _ in self._under_way})
            self._leased = frozenset()

    def _send_due(self, now: int) -> None:
        if self.options.until is RunMode.PASS:
            # The earliest clock counts: else one that is set back would keep the pass from ending.
            self._pass_at = min(now, self._pass_at or now)
        leased = self.coordinator.leased(now)
        wakes = {s: wake for s in leased if (wake := self.coordinator.wakes_at(s, now)) is not None}
        leased -= wakes.keys()
        self._next_round_at = min(self._next_round_at, *wakes.values(), now + ROUND_US)
        due, next_at = self.coordinator.due(leased, now=self._pass_at or now)
        if next_at is not None and self._pass_at is None:
            self._next_round_at = min(self._next_round_at, next_at)
        waiting = self._waiting(due)
        postponed = self._send(waiting, now) or bool(wakes)
        self._send_pages(leased, waiting, now)
        # Keys that are due one after the other are asked together.
        self._next_round_at = max(self._next_round_at, now + GATHER_US)
        self._is_done = not (self._under_way or postponed) and self._nothing_left(now)

    def _send_pages(self, leased: Iterable[int], waiting: Iterable[Due], now: int) -> None:
        """Send requests for items, except by keys with which a run waits for its poll."""
        busy = {self._sources[one.source_id].key_id for one in waiting}
        free = (s for s in leased if self._sources[s].key_id not in busy)
        wanted = [s for s in free if self._sources[s].items]
        if not wanted or not self._items.is_time(now):
            return
        self._send(self._waiting(self.coordinator.due_pages(wanted, now=now)), now)
        if all(target.is_row for _, target in self._under_way):
            self._items.start(now)

    def _waiting(self, due: Iterable[Due]) -> list[Due]:
        return [one for one in due if (one.source_id, one.target) not in self._under_way]

    def _send(self, waiting: list[Due], now: int) -> bool:
        """Send what breakers and budgets allow; return whether any run waits for less than a minute."""
        by_source = Counter(source_id for source_id, _ in self._under_way)
        ready = pollable(waiting, self._sources, by_source, now)
        wanted = by_key(ready, self._sources)
        room = MOST_UNDER_WAY - len(self._under_way)
        if not wanted or not room:
            return bool(wanted)
        granted = self.coordinator.permit(wanted, most=room, now=now, pass_at=self._pass_at)
        waits: list[int] = []
        for grant, (_, due) in zip(granted, wanted, strict=True):
            for request in grant.requests:
                self._under_way[request.due.source_id, request.due.target] = request
                self.fetcher.send(request)
            if len(grant.requests) < len(due):
                waits.append(grant.wake_at)
        self._next_round_at = min([self._next_round_at, *waits])
        return any(wait <= now + MINUTE for wait in waits)

    def _collect(self, now: int) -> None:
        waits = self._is_ending() or self.results.is_stuck
        wait_us = _TICK_US if waits else min(max(self._next_round_at - now, 0), _TICK_US)
        recorded = self.results.record(self.fetcher.collect(wait_us))
        for one in recorded:
            del self._under_way[one.request.due.source_id, one.request.due.target]
            if one.error is not None:
                self._fail(one.error)
        if recorded:
            self._next_round_at = 0
            self.results.check_answered(under_way={source_id for source_id, _ in self._under_way})

    def _fail(self, error: Exception) -> None:
        """End the watch with an error of a setting or of this program; answers under way are recorded."""
        self._failure = self._failure or error
        self._stopping = True

    def _note_failure(self, error: StoreError) -> None:
        """Report once that the store does not answer; nothing is sent until it does. A newer one ends the watch."""
        is_reported, self.summary.store_error = self.summary.store_error is not None, error
        self._next_round_at = self.runtime.clock() + ROUND_US
        if isinstance(error, StoreNewerError):
            self._fail(error)
        elif not (is_reported or self._is_over()):
            self.runtime.notify(f"{error}; tried again")

    def _notify_overdue(self, now: int, *, last: bool = False) -> None:
        if not self.options.is_viewer and (last or self._overdue.is_time(now)):
            self._overdue.start(now)
            busy, is_off = self.summary.busy, self.results.clock_watch.is_off
            own = {s for s in self._watched if self._sources[s].name not in busy and not is_off(s)}
            for one in self.coordinator.newly_overdue(own, now=now):
                self.runtime.notify(overdue_line(one, now=now))

    def _is_over(self) -> bool:
        if self.results.is_stuck:
            if self._is_ending():
                return self.results.gives_up(after_us=END_WITHIN_US)
            return self.options.until is RunMode.PASS and self.results.gives_up(after_us=MINUTE)
        if self._under_way or self._is_ending() or self._is_done:
            return not self._under_way
        return self.summary.store_error is not None and self.options.until is RunMode.PASS

    def _nothing_left(self, now: int) -> bool:
        """Return whether the leased sources have nothing left to do, by the options."""
        leased = self.coordinator.leased(now)
        if self.options.until is RunMode.FOREVER:
            return False
        if self.options.until is RunMode.PASS:
            return True
        if self.coordinator.may_gain:  # the process that has the lease may be dead
            return False
        open_sources = {s for s in leased if self._sources[s].breaker.refused is None}
        if self.options.until is RunMode.TIME:
            return bool(self._watched) and not open_sources
        capturing = [source_id for source_id in open_sources if self._sources[source_id].items]
        pages = capturing and self.coordinator.due_pages(capturing, now=now + MINUTE)
        cadence = self.coordinator.cadence
        return not (pages or self._database.read(undone_count, open_sources, cadence, now=now))

    def _conclude(self) -> None:
        """Report the end of the watch: refused keys, overdue and failing runs."""
        if self.summary.store_error is not None:
            self._failure = self._failure or self.summary.store_error
            return
        for source_id in self._watched:
            source = self._sources[source_id]
            self.results.check_forbidden(source, is_last_word=True)
            if source.name not in self.summary.busy:
                self.results.report_old_refusal(source)
        now = self.runtime.clock()
        self._notify_overdue(now, last=True)
        if self.options.until is RunMode.PASS and self.summary.outcomes:
            uses = key_uses(self._sources.values(), of=self._leased)
            self._budgets.check(uses, self.coordinator.find_cycles(uses), now=now)
        self._sealer.seal(self._leased, now, is_last=True)
        if self.summary.failing:
            self.summary.note_lasting(self._database.read(failing_runs, self._watched), now=now)
        if self._is_done and self.options.until is RunMode.DONE:
            self._report_left(now)

    def _report_left(self, now: int) -> None:
        """Report the runs that the watch did not wait for."""
        leased = self.coordinator.leased(now)
        if missing := self._database.read(not_visible_count, leased):
            self.runtime.notify(not_visible_line(missing))
        if overdue := self.coordinator.overdue(leased, now=now):
            self.runtime.notify(overdue_left_line(len(overdue)))

    def _leave(self) -> None:
        try:
            self.coordinator.leave()
        except StoreError as error:  # the leases run out by themselves
            self._failure = self._failure or error
