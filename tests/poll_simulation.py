"""A simulation of polling within a budget, in virtual time: what a schedule sees of a steady number of runs.

A run has 5 to 2,000 leads (median about 28), waits some seconds, and runs as long as those of its slug, longer with more
leads; 12 % end at a random moment. Its counts move in batches, at a pace that drifts: what it foretells is a quarter off, and
the last batch may be long ago. A run that was seen ended is replaced by one that was just polled for the first time. Each request takes one slot of the budget.
"""

import math
import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import fmean
from typing import Any

from msgspec.structs import replace

from recorder.instants import HOUR, MINUTE, SECOND
from recorder.ledger.answer import Outcome
from recorder.schedule.cadence import Cadence, ScheduleInputs, Urgency, next_poll
from recorder.schedule.dispatch import (
    WINDOW_US,
    Budget,
    by_gain,
    counts_as_sent_at,
    cycle_us,
    ripe_at,
    sendable,
    wake_at,
)
from recorder.schedule.gain import LikelyEnd
from recorder.schedule.usual_run import UsualRun

START_AT = 1_780_000_000 * SECOND
WARM_US = 10 * MINUTE  # until the runs' phases are mixed
RATE = 100
CADENCE = Cadence()
SOURCE_ID = 1
MANY = 1_000_000  # leads, of which one more or less says nothing


class Counts(Enum):
    """What the counts of a run say of its progress."""

    HONEST = "honest"
    EVEN = "even"  # at an even pace, told at once: each time a quarter off
    SOME_STALL = "some stall"  # those of one run in ten; of the others honest
    JUMPING = "jumping"  # 90 % at once, and then nothing until the end
    STALLING = "stalling"  # 95 % at an even pace, and then nothing until the end
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slug:
    """The runs of one slug: how long half of them run at most, and the deviation of the logarithm."""

    name: str
    median_s: float
    deviation: float


ALIKE = (Slug(name="work-email", median_s=60, deviation=0.85),)
DIFFERENT = (
    Slug(name="job-title", median_s=10, deviation=0.3),
    Slug(name="phone-finder", median_s=300, deviation=0.3),
)


@dataclass(slots=True, kw_only=True)
class SimulatedRun:
    """One run's life, and its plan as of the last poll; instants in microseconds since 1970 UTC."""

    slug: str
    created_at: int
    started_at: int
    ended_at: int
    whole_us: int
    has_failed: bool
    leads: int
    batch_us: int
    drift: float
    turn: float
    due_at: int
    last_polled_at: int
    likely_end: LikelyEnd | None = None
    n_missed: int = 0
    is_in_vain: bool = False
    source_id: int = SOURCE_ID
    urgency: int = int(Urgency.IN_FLIGHT)

    @property
    def end_from_at(self) -> int | None:
        return None if self.likely_end is None else self.likely_end.from_at

    @property
    def end_until_at(self) -> int | None:
        return None if self.likely_end is None else self.likely_end.until_at

    def share(self, at: int, counts: Counts) -> float:
        """Return the share of ended leads at an instant of the run."""
        part = (at - self.started_at) / self.whole_us
        if counts is Counts.SOME_STALL:
            counts = Counts.STALLING if self.turn * 100 % 1 < 0.1 else Counts.HONEST
        if counts is Counts.JUMPING:
            return 0.9 * (part >= self.turn / 2)
        if counts is Counts.STALLING:
            return 0.95 * min(part / (0.2 + 0.6 * self.turn), 1)
        if counts is Counts.EVEN:
            # By the instant, so that a poll shows the same whoever sends it.
            off = math.exp(0.25 * random.Random(at).gauss(0, 1))
            return part / (part + max(1 - part, SECOND / 2 / self.whole_us) * off)
        return math.pow(part, self.drift)

    def inputs(self, now: int, counts: Counts) -> ScheduleInputs:
        """Return what a poll at that instant shows."""
        has_started = now >= self.started_at
        waits_us = (now - self.started_at) % self.batch_us
        counted_at = now - waits_us if has_started and counts is not Counts.EVEN else now
        leads = MANY if counts is Counts.EVEN else self.leads
        has_counts = has_started and counts is not Counts.NONE
        return ScheduleInputs(
            tracked_at=self.created_at,
            created_at=self.created_at,
            is_terminal=False,
            first_good_at=self.created_at,
            last_polled_at=now,
            last_changed_at=now,
            last_outcome=Outcome.CHANGED,
            started_at=self.started_at if has_started else None,
            counted_at=counted_at,
            leads=leads if has_counts else None,
            likely_end=self.likely_end,
            n_missed=self.n_missed,
            ended_leads=int(leads * self.share(counted_at, counts)) if has_counts else 0,
        )


def _between(low: float, value: float, high: float) -> float:
    return max(low, min(high, value))


def new_run(chance: random.Random, now: int, slugs: Sequence[Slug]) -> SimulatedRun:
    """Return a run that is created and polled for the first time at an instant."""
    slug = chance.choice(slugs)
    size = chance.gauss(0, 1)
    waits_us = round(_between(1, 6 * math.exp(chance.gauss(0, 1)), 60) * SECOND)
    longer = 0.45 * size + 0.893 * chance.gauss(0, 1)
    whole_s = _between(3, slug.median_s * math.exp(slug.deviation * longer), 1200)
    whole_us = round(whole_s * SECOND)
    has_failed, until = chance.random() < 0.12, chance.random()
    return SimulatedRun(
        slug=slug.name,
        created_at=now,
        started_at=now + waits_us,
        ended_at=now + waits_us + (round(whole_us * until) if has_failed else whole_us),
        whole_us=whole_us,
        has_failed=has_failed,
        leads=int(_between(5, 28 * math.exp(1.45 * size), 2000)),
        batch_us=round(_between(1, 5 * math.exp(0.6 * chance.gauss(0, 1)), 30) * SECOND),
        drift=math.exp(0.25 * chance.gauss(0, 1)),
        turn=chance.random(),
        due_at=now,
        last_polled_at=now,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a schedule saw.

    Attributes:
        delay_s: mean time from a run's end to the poll that showed it.
        staleness_s: mean age of the last poll while a run is in flight.
        bracket_s: mean time between the two polls around the end of a failed run.
        longest_cycles: the longest time between two polls of a run, in cycles of round robin or of its own pause.
        shortest_us: the shortest one.
    """

    delay_s: float
    staleness_s: float
    bracket_s: float
    longest_cycles: float
    shortest_us: int

    def over(self, other: "Seen") -> tuple[float, float, float]:
        """Return the ratios of delay, staleness and brackets."""
        return (
            self.delay_s / other.delay_s,
            self.staleness_s / other.staleness_s,
            self.bracket_s / other.bracket_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Poll:
    """One poll of a run: the one before it, the instant from which it was due, and when it was."""

    run: SimulatedRun
    before: int
    due_at: int
    at: int

    @property
    def waited_us(self) -> int:
        return self.at - self.before


Order = Callable[[Sequence[SimulatedRun], Mapping[int, int], int], Sequence[SimulatedRun]]


class _Likes(dict[str, UsualRun]):
    """What the runs of each slug are like, as far as they were seen to end."""

    def __missing__(self, slug: str) -> UsualRun:
        return UsualRun()

    def note(self, run: SimulatedRun) -> None:
        """Add a run that was seen to have ended, unless it failed."""
        if not run.has_failed:
            wall_us = run.ended_at - run.created_at
            self[run.slug] = self[run.slug].after(wall_us, is_in_vain=run.is_in_vain)

    def foretell(self, run: SimulatedRun) -> None:
        """Foretell the end of a new run."""
        like = self[run.slug]
        run.likely_end = like.end_of(run.created_at, now=run.created_at)
        run.n_missed = like.doubts


def simulate(
    order: Order,
    counts: Counts,
    *,
    runs: int,
    hours: int,
    seed: int,
    slugs: Sequence[Slug] = ALIKE,
    learns: bool = True,
) -> Seen:
    """Watch so many runs by a schedule, and return what it saw.

    Args:
        order: returns the due runs, the next one first, by the cycle of each source and at an instant.
        counts: what the runs' counts say.
        runs: how many runs are watched at any time.
        hours: for how long.
        seed: of the lives.
        slugs: of the runs, as many of each.
        learns: whether ends that were seen foretell others.
    """
    chance, polls, likes = random.Random(seed), list[_Poll](), _Likes()
    live = [new_run(chance, START_AT + chance.randrange(100 * SECOND), slugs) for _ in range(runs)]
    for run in live:
        _plan(run, run.created_at, counts)
    now, budget, sent = START_AT, Budget(rate=RATE), deque[int]()
    while now < START_AT + hours * HOUR:
        budget = _passed(budget, sent, now)
        demand = sum(MINUTE * 1000 // (run.due_at - run.last_polled_at) for run in live) // 1000
        cycles_us = {SOURCE_ID: cycle_us(RATE, demand=demand, every_us=CADENCE.every_us)}
        ripe_ats = [ripe_at(run, cycles_us, every_us=CADENCE.every_us) for run in live]
        due = [run for run, at in zip(live, ripe_ats, strict=True) if at <= now]
        going = sendable(budget, new=0, due=len(due), demand=demand, now=now)
        for run in order(due, cycles_us, now)[:going]:
            polls.append(_Poll(run=run, before=run.last_polled_at, due_at=run.due_at, at=now))
            polled = run
            if now >= run.ended_at:
                polled = new_run(chance, now, slugs)
                if learns:
                    likes.note(run)
                    likes.foretell(polled)
                live[live.index(run)] = polled
            _plan(polled, now, counts)
        if going:
            sent.extend([now] * going)
            sent_at = counts_as_sent_at(budget, now=now) if demand > RATE else now
            budget = _passed(replace(budget, last_sent_at=sent_at), sent, now)
        is_left = going < len(due)
        now = max(wake_at(budget, now) if is_left else min(ripe_ats), now + 1000)
    return _seen([one for one in polls if one.at > START_AT + WARM_US], cycle_of(runs))


def _passed(budget: Budget, sent: deque[int], now: int) -> Budget:
    """Return the budget at an instant, without requests that count no more."""
    while sent and sent[0] <= now - WINDOW_US:
        sent.popleft()
    return replace(budget, busy=len(sent), free_at=sent[0] + WINDOW_US if sent else None)


def _plan(run: SimulatedRun, now: int, counts: Counts) -> None:
    planned = next_poll(run.inputs(now, counts), CADENCE)
    run.last_polled_at, run.due_at = now, planned.due_at or now
    run.is_in_vain = run.is_in_vain or planned.n_missed > run.n_missed
    run.likely_end, run.n_missed = planned.likely_end, planned.n_missed


def cycle_of(runs: int) -> int:
    """Return the time in which round robin polls each of so many runs once."""
    demand = runs * MINUTE // CADENCE.every_us
    return cycle_us(RATE, demand=demand, every_us=CADENCE.every_us)


def _seen(polls: Sequence[_Poll], cycle: int) -> Seen:
    last = [one for one in polls if one.at >= one.run.ended_at]
    flown = [min(one.at, one.run.ended_at) - one.before for one in polls]
    return Seen(
        delay_s=fmean(one.at - one.run.ended_at for one in last) / SECOND,
        staleness_s=sum(us * us / 2 for us in flown) / sum(flown) / SECOND,
        bracket_s=fmean(one.waited_us for one in last if one.run.has_failed) / SECOND,
        longest_cycles=max(one.waited_us / max(cycle, one.due_at - one.before) for one in polls),
        shortest_us=min(one.waited_us for one in polls),
    )


def by_schedule(counts: Counts, **more: Any) -> Seen:
    """Return what the recorder's schedule sees."""

    def order(
        due: Sequence[SimulatedRun], cycles_us: Mapping[int, int], now: int
    ) -> Sequence[SimulatedRun]:
        return by_gain(due, cycles_us, now=now)

    return simulate(order, counts, **more)


def by_turns(**more: Any) -> Seen:
    """Return what round robin sees, which reads no counts."""

    def order(
        due: Sequence[SimulatedRun], _cycles: Mapping[int, int], _now: int
    ) -> Sequence[SimulatedRun]:
        return sorted(due, key=lambda run: run.due_at)

    return simulate(order, Counts.NONE, **more, learns=False)
