"""Answers on their way into the store, and their effect on sources and keys.

Invariant: a received answer is kept until it is in the store, also where the lease has run out. The same transaction
releases its slot of the budget, and pauses its key after a 429.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from recorder.errors import StoreError, StoreNewerError
from recorder.humanize import counted
from recorder.instants import DAY, MINUTE
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.target import Target
from recorder.polling.active_sources import ActiveSource
from recorder.polling.clock_watch import ClockWatch
from recorder.polling.coordinator import Coordinator
from recorder.polling.fetchers import PollRequest, PollResult
from recorder.polling.messages import answers_again_line, down_line, key_works_line, refused_line
from recorder.polling.runtime import Runtime
from recorder.polling.summary import Summary
from recorder.schedule.circuit_breaker import LONGEST_PAUSE_US, throttled_until
from recorder.schedule.failing import is_lasting
from recorder.store.engine import Connection
from recorder.store.read.due import Due, in_flight_count
from recorder.store.read.failing_runs import failing_runs
from recorder.store.read.source_rows import served_since
from recorder.store.revision import explained
from recorder.store.write.capture import record_page
from recorder.store.write.record import Recorder
from recorder.store.write.run_writer import RecordResult
from recorder.store.write.sources import KeyAnswer, save_keys
from recorder.store.write.watch_rows import retry_failed


class ResultRecorder(Struct, kw_only=True, dict=True):
    """The results of one watch that are not in the store yet.

    Args:
        coordinator: the store's leases and budgets.
        recorder: the store's writer.
        sources_by_id: the active sources, by id.
        summary: counts the recorded answers.
        runtime: clock, messages, randomness.
        leased: returns the sources that are leased to this process.
    """

    coordinator: Coordinator
    recorder: Recorder
    sources_by_id: Mapping[int, ActiveSource]
    summary: Summary
    runtime: Runtime
    leased: Callable[[], Collection[int]]
    _waiting: list[PollResult] = field(default_factory=list)
    _pages: dict[tuple[str, Target], Outcome] = field(default_factory=dict)  # of those that wait
    _messages: set[str] = field(default_factory=set)
    _unsaved: list[KeyAnswer] = field(default_factory=list)
    _answered: set[int] = field(default_factory=set)
    _could_end_at: int | None = None

    @cached_property
    def clock_watch(self) -> ClockWatch:
        """The watch over our clock."""
        return ClockWatch(self.coordinator.database, self.runtime.notify)

    @property
    def is_stuck(self) -> bool:
        """Whether there are answers that the store could not take yet."""
        return bool(self._waiting)

    def pass_code(self) -> int:
        """Return the exit code that a pass of the last minute would have had."""
        now = self.runtime.clock()
        is_lost = self.is_stuck or self.summary.store_error is not None
        try:
            failing = self.coordinator.database.read(failing_runs, self.leased())
        except StoreError:
            failing, is_lost = [], True
        polled = (one for one in failing if one.last_polled_at > now - MINUTE or one.due_at <= now)
        lasting = [one for one in polled if is_lasting(one, now=now)]
        return replace(self.summary, lasting=lasting, unrecorded=int(is_lost)).exit_code

    def record(self, results: list[PollResult]) -> list[PollResult]:
        """Record these results and those that wait; return all that are in the store now.

        Where the store takes no writes, the results wait for the next call.

        Raises:
            StoreNewerError: a newer program has upgraded the store; the results wait.
        """
        if not (results or self._waiting):
            return []
        was_stuck = self.is_stuck
        self._waiting += results
        try:
            outcomes = self._write(self._waiting)
        except StoreError as error:
            known = explained(self.coordinator.database, error)
            if isinstance(known, StoreNewerError):  # waiting does not help
                raise known from error
            if not was_stuck:
                self.runtime.notify(f"{error}; {len(results)} answers are kept and tried again")
            return []
        done, self._waiting, self._pages = self._waiting, [], {}
        self._answered.update(one.request.due.source_id for one in done)
        for one in done:
            if one.answer is not None:
                self._apply(one.request, one.answer, outcomes)
        self._save_keys()
        return done

    def _write(self, results: list[PollResult]) -> dict[tuple[str, Target], Outcome]:
        now = self.runtime.clock()
        answers = [_after_last(one.answer, one.request.due) for one in results if one.answer]
        # Each in a transaction of its own; none again after a failure below, which would count its request twice.
        pages = self._write_pages([one for one in answers if not one.target.is_row])
        answers = [one for one in answers if one.target.is_row]
        pauses = {
            (one.request.slot.key_id, throttled_until(one.answer))
            for one in results
            if one.answer and one.answer.outcome is Outcome.THROTTLED
        }

        def release_and_pause(connection: Connection) -> None:
            # Keys before their slots, both in order: the order of locks everywhere.
            for key_id, until in sorted(pauses):
                self.coordinator.pause_key(connection, key_id, until=until)
            self.coordinator.release_slots(
                connection, ((one.request.slot, _ended_at(one, now)) for one in results)
            )

        recorded = self.recorder.record(answers, after=release_and_pause, now=now)
        self._report_set_aside(one for one in recorded if one.is_set_aside)
        return pages | {(one.source, Target(one.run_id)): one.outcome for one in recorded}

    def _write_pages(self, answers: list[Answer]) -> dict[tuple[str, Target], Outcome]:
        for one in answers:
            if (one.source, one.target) not in self._pages:
                self._pages[one.source, one.target] = record_page(self.recorder.database, one)
        return self._pages

    def _report_set_aside(self, recorded: Iterable[RecordResult]) -> None:
        """Report each answer that was set aside, once for each run and reason."""
        for one in recorded:
            line = f"run {one.run_id!r} of source {one.source!r}: an answer was set aside: {one.detail}"
            if line not in self._messages:
                self._messages.add(line)
                self.runtime.notify(line)

    def _apply(
        self, request: PollRequest, answer: Answer, outcomes: Mapping[tuple[str, Target], Outcome]
    ) -> None:
        """Apply a recorded answer to summary, clock and source."""
        # An answer that was in the store already (a commit without a receipt) is not among the outcomes.
        own_outcome = answer.outcome or Outcome.UNCHANGED
        outcome = outcomes.get((answer.source, answer.target), own_outcome)
        source = self.sources_by_id[request.due.source_id]
        self.summary.note(source.name, answer, outcome)
        self.clock_watch.compare(source.source_id, answer)
        if request.slot.key_id != source.key_id:
            return  # the source has another key since
        was_down = source.breaker.down is not None
        source.breaker.record(answer, outcome, rng=self.runtime.rng)
        self._apply_refusal(source, answer.observed_at)
        self._apply_to_key(source, answer, outcome)
        self._apply_outage(source, was_down=was_down)

    def _apply_to_key(self, source: ActiveSource, answer: Answer, outcome: Outcome) -> None:
        """Apply an answer to the other leased sources that use its key: it refuses the key, or accepts a refused one."""
        refused = self.summary.refused
        if not (refused or answer.refuses_key):
            return
        for other in self.sources_by_id.values():
            concerns = answer.refuses_key or other.name in refused
            # Another process polls the others, and learns of the key by its own answers.
            is_polled = concerns and other is not source and other.source_id in self.leased()
            if is_polled and other.account == source.account:
                other.breaker.record_key(answer, outcome)
                self._apply_refusal(other, answer.observed_at)

    def _apply_outage(self, source: ActiveSource, *, was_down: bool) -> None:
        """Report a source that went down or answers again; let its runs wait no longer than the source."""
        down = source.breaker.down
        if down is None and not was_down:
            return
        # While the source fails, some run has to be due within its pause, to show whether it answers again.
        within_us = LONGEST_PAUSE_US if down else self.coordinator.cadence.every_us
        with suppress(StoreError):  # then each run waits for as long as its own failures say
            self.coordinator.database.write(retry_failed, source.source_id, within_us=within_us)
        if down is None:
            self.runtime.notify(answers_again_line(source.name))
        elif not was_down:
            self.runtime.notify(down_line(source.name, down))

    def check_answered(self, *, under_way: Collection[int]) -> None:
        """Check the sources that have answered since, but those with requests under way; raises as `check_forbidden` does.

        Those that a failure leaves unchecked are checked the next time.
        """
        for source_id in self._answered.difference(under_way):
            self.check_forbidden(self.sources_by_id[source_id])
            self._answered.remove(source_id)

    def check_forbidden(self, source: ActiveSource, *, is_last_word: bool = False) -> None:
        """Stop a source whose every answer was a 403 and of which no run was seen lately.

        Raises:
            StoreError: the store does not answer.
        """
        now = self.runtime.clock()
        if not source.breaker.forbidden:
            return
        in_flight = self.coordinator.database.read(in_flight_count, [source.source_id])
        if not source.breaker.only_forbidden(in_flight=in_flight, is_last_word=is_last_word):
            return
        if self.coordinator.database.read(served_since, source.source_id, since=now - DAY):
            return
        source.breaker.stop_forbidden(now)
        self._apply_refusal(source, now)
        self._save_keys()

    def report_old_refusal(self, source: ActiveSource) -> None:
        """Report a key that was refused before this watch and that no answer has shown to work since."""
        breaker = source.breaker
        if breaker.was_refused and breaker.refused is None and not breaker.accepted:
            why = "the API key was refused before, and no answer has shown since that it works"
            self.summary.refused[source.name] = why
            self.runtime.notify(refused_line(source.name, why))

    def _apply_refusal(self, source: ActiveSource, now: int) -> None:
        """Report a source that was stopped or works again; note whether its key is accepted, once known."""
        breaker, refused = source.breaker, self.summary.refused
        if breaker.refused is not None and not breaker.is_reported:
            refused[source.name], breaker.is_reported = breaker.refused, True
            self.runtime.notify(refused_line(source.name, breaker.refused))
        elif breaker.accepted and source.name in refused:
            del refused[source.name]
            breaker.is_reported = False
            self.runtime.notify(key_works_line(source.name))
        accepted = breaker.accepted
        if (accepted or breaker.refused is not None) and accepted != breaker.stored:
            self._unsaved.append(
                KeyAnswer(source.source_id, source.key_id, accepted, now, breaker.refused)
            )
            breaker.stored = accepted

    def _save_keys(self) -> None:
        """Save what answers said of keys, in one transaction for all sources."""
        if self._unsaved:
            with suppress(StoreError):  # the next answer tries again
                self.coordinator.database.write(save_keys, self._unsaved)
                self._unsaved = []

    def gives_up(self, *, after_us: int) -> bool:
        """Return whether a watch that could end has waited that long for the store; hand on the answers in hand."""
        # Not by our clock: one that is set would end the wait at once, or never.
        now = self.runtime.steady()
        if self._could_end_at is None:
            self._could_end_at = now
        if now < self._could_end_at + after_us:
            return False
        answers = [one.answer for one in self._waiting if one.answer is not None]
        self.summary.unrecorded = len(answers)
        self.runtime.notify(f"{counted(len(answers), 'answer')} could not be recorded")
        # A page of items holds people's data, and is fetched again.
        self.runtime.keep([answer for answer in answers if answer.target.is_row])
        return True


def _after_last(answer: Answer, due: Due) -> Answer:
    """Return the answer with a time after the run's last poll, also where the clock was set back."""
    if due.last_polled_at is None or answer.observed_at > due.last_polled_at:
        return answer
    return replace(answer, observed_at=due.last_polled_at + 1)


def _ended_at(result: PollResult, now: int) -> int:
    """Return when a request was over at the latest; 0 for one that was never sent."""
    if result.answer is not None:
        return result.answer.observed_at
    # After an error the request may still have reached the server.
    return now if result.error is not None else 0
