"""Answers into the store, and what they say of their sources.

Invariant: an answer that was received is kept until it is in the store, whether or not the lease still runs; with it,
in the same transaction, its slot of the budget is given back and what a 429 asks for is heeded.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace

from recorder.errors import StoreError
from recorder.ledger.answer import Answer, Outcome
from recorder.polling.active_sources import ActiveSource
from recorder.polling.clock import ClockWatch
from recorder.polling.coordinator import Coordinator
from recorder.polling.fetchers import PollRequest, PollResult
from recorder.polling.messages import answers_again_line, down_line, key_works_line, refused_line
from recorder.polling.runtime import Runtime
from recorder.polling.summary import Summary
from recorder.schedule.circuit_breaker import LONGEST_PAUSE_US, throttled_until
from recorder.store.engine import Connection
from recorder.store.write.record import Recorder
from recorder.store.write.run_writer import Recorded


class ResultRecorder:
    """What has come, on its way into the store.

    Args:
        coordinator: the store's leases and budgets.
        recorder: the store's writer.
        sources_by_id: the sources, by number.
        summary: counts what is recorded.
        runtime: clock, words, chance.
        held: the sources that this process polls now.
    """

    def __init__(
        self,
        *,
        coordinator: Coordinator,
        recorder: Recorder,
        sources_by_id: Mapping[int, ActiveSource],
        summary: Summary,
        runtime: Runtime,
        held: Callable[[], Collection[int]],
    ) -> None:
        self._coordinator = coordinator
        self._recorder = recorder
        self._sources = sources_by_id
        self._summary = summary
        self._runtime = runtime
        self._held = held
        self.clock_watch = ClockWatch(coordinator.note_clock, runtime.notify)
        self._waiting: list[PollResult] = []
        self._told: set[str] = set()
        self._could_end_at: int | None = None

    @property
    def is_stuck(self) -> bool:
        """Whether there are answers that the store could not take yet."""
        return bool(self._waiting)

    def take(self, came: list[PollResult]) -> list[PollResult]:
        """Record what has come, and what waits since before; what of it is in the store now.

        Where the store cannot take it now, it is kept for the next time.
        """
        if not (came or self._waiting):
            return []
        was_stuck = self.is_stuck
        self._waiting += came
        try:
            outcomes = self._record(self._waiting)
        except StoreError as error:
            if not was_stuck:
                self._runtime.notify(f"{error}; {len(came)} answers are kept and tried again")
            return []
        done, self._waiting = self._waiting, []
        for one in done:
            if one.answer is not None:
                self._note(one.ask, one.answer, outcomes)
        return done

    def _record(self, came: list[PollResult]) -> dict[tuple[str, str], Outcome]:
        now = self._runtime.clock()
        answers = [_in_order(one.answer, one.ask.not_before) for one in came if one.answer]
        throttled = [one for one in came if one.answer and one.answer.outcome is Outcome.THROTTLED]
        pauses = {
            (one.ask.slot.key_id, throttled_until(one.answer)) for one in throttled if one.answer
        }

        def heed(connection: Connection) -> None:
            for key_id, until in sorted(pauses):
                self._coordinator.pause(connection, key_id, until=until)
            self._coordinator.settle(
                connection, ((one.ask.slot, _ended_at(one, now)) for one in came)
            )

        recorded = self._recorder.record(answers, beside=heed, now=now)
        self._tell_set_aside(one for one in recorded if one.is_set_aside)
        return {(one.source, one.run_id): one.outcome for one in recorded}

    def _tell_set_aside(self, recorded: Iterable[Recorded]) -> None:
        """Report each run whose answer was set aside, once for each reason."""
        for one in recorded:
            line = f"run {one.run_id!r} of source {one.source!r}: an answer was set aside: {one.detail}"
            if line not in self._told:
                self._told.add(line)
                self._runtime.notify(line)

    def _note(
        self, ask: PollRequest, answer: Answer, outcomes: Mapping[tuple[str, str], Outcome]
    ) -> None:
        """One that was in the store already (a commit without a receipt) counts as what it was then."""
        known = answer.outcome or Outcome.UNCHANGED
        outcome = outcomes.get((answer.source, answer.run_id), known)
        source = self._sources[ask.due.source_id]
        self._summary.note(source.name, answer, outcome)
        self.clock_watch.see(source.source_id, answer)
        if ask.slot.key_id != source.key_id:
            return  # the source has another key since
        was_down = source.trouble.down is not None
        source.trouble.note(answer, outcome, chance=self._runtime.chance)
        self._keep_refusal(source, answer.observed_at)
        self._note_key(source, answer, outcome)
        self._keep_outage(source, was_down=was_down)

    def _note_key(self, source: ActiveSource, answer: Answer, outcome: Outcome) -> None:
        """Apply what an answer says of a key to the other sources that use it."""
        for other in self._sources.values():
            is_polled = other is not source and other.source_id in self._held()
            if is_polled and other.account == source.account:
                other.trouble.note_key(answer, outcome)
                self._keep_refusal(other, answer.observed_at)

    def _keep_outage(self, source: ActiveSource, *, was_down: bool) -> None:
        """Tell of a source that is down, or is well again; its runs do not wait for longer than it does."""
        down = source.trouble.down
        if down is None and not was_down:
            return
        with suppress(StoreError):  # then they wait for as long as each of them would
            self._coordinator.retry(source.source_id, within_us=LONGEST_PAUSE_US if down else None)
        if down is None:
            self._runtime.notify(answers_again_line(source.name))
        elif not was_down:
            self._runtime.notify(down_line(source.name, down))

    def judge(self, source: ActiveSource, *, at_the_end: bool = False) -> None:
        """Stop a source of which every answer was a 403 and no run was seen lately.

        Raises:
            StoreError: the store does not answer.
        """
        now = self._runtime.clock()
        if not source.trouble.forbidden:
            return
        asked = self._coordinator.in_flight(source.source_id)
        if not source.trouble.only_forbidden(asked=asked, at_the_end=at_the_end):
            return
        if self._coordinator.was_served(source.source_id, now=now):
            return
        source.trouble.stop_forbidden(now)
        self._keep_refusal(source, now)

    def recall(self, source: ActiveSource) -> None:
        """A key that was refused before this watch, and that nothing has shown to work since, still is."""
        trouble = source.trouble
        if trouble.was_refused and trouble.refused is None and not trouble.accepted:
            why = "the API key was refused before, and no answer has shown since that it works"
            self._summary.refused[source.name] = why
            self._runtime.notify(refused_line(source.name, why))

    def _keep_refusal(self, source: ActiveSource, now: int) -> None:
        """Tell of a source that is stopped, or works again, and write it down; not before something was known."""
        trouble, refused = source.trouble, self._summary.refused
        if trouble.refused is not None and not trouble.told:
            refused[source.name], trouble.told = trouble.refused, True
            self._runtime.notify(refused_line(source.name, trouble.refused))
        elif trouble.accepted and source.name in refused:
            del refused[source.name]
            trouble.told = False
            self._runtime.notify(key_works_line(source.name))
        accepted = trouble.accepted
        if (accepted or trouble.refused is not None) and accepted != trouble.stored:
            with suppress(StoreError):  # the next answer tries again
                self._coordinator.note_key(
                    source.source_id, source.key_id, is_accepted=accepted, now=now
                )
                trouble.stored = accepted

    def gives_up(self, *, after_us: int) -> bool:
        """Whether a watch that could end has waited for the store for so long."""
        now = self._runtime.steady()
        if self._could_end_at is None:
            self._could_end_at = now
        if now < self._could_end_at + after_us:
            return False
        self._summary.unrecorded = len(self._waiting)
        self._runtime.notify(f"{len(self._waiting)} answers could not be recorded")
        return True


def _in_order(answer: Answer, not_before: int) -> Answer:
    """An answer after the run's last one, as it came: a clock that was set back does not turn its history round."""
    return replace(answer, observed_at=max(answer.observed_at, not_before))


def _ended_at(came: PollResult, now: int) -> int:
    """When a request was over at the latest; 0 for one that was never sent."""
    if came.answer is not None:
        return came.answer.observed_at
    return now if came.error is not None else 0
