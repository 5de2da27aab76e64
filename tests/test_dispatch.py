"""How many of the due runs are asked now: within the budget, evenly when it is short, and each in its turn."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.instants import HOUR, MINUTE, SECOND
from recorder.schedule.cadence import Urgency
from recorder.schedule.dispatch import (
    WINDOW_US,
    Budget,
    by_gain,
    counts_as_sent_at,
    cycle_us,
    firsts_ahead,
    follow_up_pause_us,
    in_turn,
    sendable,
    wake_at,
    without_early,
)

NOW = 1_780_000_000 * SECOND
RATE = 80


@dataclass(frozen=True)
class Waiting:
    urgency: int
    name: str = ""
    source_id: int = 1


@dataclass(frozen=True)
class Flying:
    """A due run in flight, last polled so many seconds before NOW."""

    waited_s: float
    left_s: float | None = None
    source_id: int = 1
    urgency: int = int(Urgency.IN_FLIGHT)

    @property
    def last_polled_at(self) -> int:
        return NOW - round(self.waited_s * SECOND)

    @property
    def due_at(self) -> int:
        return self.last_polled_at + 3 * SECOND

    n_missed: int | None = None

    @property
    def end_from_at(self) -> int | None:
        return self.end_until_at

    @property
    def end_until_at(self) -> int | None:
        return None if self.left_s is None else self.last_polled_at + round(self.left_s * SECOND)


@dataclass(frozen=True, kw_only=True)
class Waited:
    """A due run in flight by its last and its next poll."""

    last_polled_at: int
    due_at: int
    source_id: int = 1
    urgency: int = int(Urgency.IN_FLIGHT)
    end_from_at: None = None
    end_until_at: None = None
    n_missed: None = None


NEW, FLYING, WAITED, LATER, _ = (Waiting(int(urgency)) for urgency in Urgency)


def budget(**known: int) -> Budget:
    return Budget(**({"rate": RATE} | known))


def count(of: Budget, *, due: int, new: int = 0, demand: int = 10 * RATE, **more: bool) -> int:
    return sendable(of, new=new, due=due, demand=demand, now=NOW, **more)


def test_a_short_pass_goes_at_once() -> None:
    """Where the budget gives all that is wanted in a minute, whatever is due goes now."""
    assert count(budget(), due=60, demand=60) == 60
    assert count(budget(busy=20, last_sent_at=NOW), due=60, demand=80) == 60


def test_never_more_than_is_free() -> None:
    """What still counts against the last 60 s is not given again."""
    assert count(budget(busy=70), due=60, demand=60) == 10
    assert count(budget(busy=80), due=60, demand=60) == 0
    assert count(budget(busy=95), due=60, demand=60) == 0, "the rate was lowered meanwhile"


def test_requests_are_spread_when_the_budget_is_short() -> None:
    """When more is wanted than the budget gives, one request goes every 60 s / rate."""
    assert count(budget(), due=60) == 1
    assert count(budget(last_sent_at=NOW - 749_999), due=60) == 0
    assert count(budget(last_sent_at=NOW - 750_000), due=60) == 1
    assert wake_at(budget(last_sent_at=NOW - 500_000), NOW) == NOW + 250_000


def test_a_request_that_goes_a_moment_late_counts_as_sent_at_its_turn() -> None:
    """Rounds of a watch that come a little after each turn cost no rate; an idle key has no turns to make up for."""
    assert counts_as_sent_at(budget(last_sent_at=NOW - 850_000), now=NOW) == NOW - 100_000
    assert counts_as_sent_at(budget(last_sent_at=NOW - 2 * SECOND), now=NOW) == NOW
    assert counts_as_sent_at(budget(last_sent_at=NOW - 700_000), now=NOW) == NOW
    assert counts_as_sent_at(budget(), now=NOW) == NOW


def test_turns_that_are_a_moment_apart_are_taken_together() -> None:
    """At 1,200 a minute five requests have their turn in a quarter of a second; no longer pause gives more."""
    assert count(budget(rate=1200, last_sent_at=NOW - 250_000), due=60, demand=9000) == 5
    assert count(budget(rate=1200, last_sent_at=NOW - MINUTE), due=60, demand=9000) == 6


def test_after_a_burst_what_is_left_is_spread_over_the_rest_of_the_minute() -> None:
    """40 requests at once leave 40 for the next 60 s: one every 1.5 s, and no hole at the end."""
    burst = budget(busy=40, last_sent_at=NOW, free_at=NOW + MINUTE)
    assert wake_at(burst, NOW) == NOW + 1_500_000
    rest = budget(busy=60, last_sent_at=NOW, free_at=NOW + 30 * SECOND)
    assert wake_at(rest, NOW) == NOW + 1_500_000


def test_a_new_run_waits_for_half_of_that_pause() -> None:
    """A run just tracked is asked within a second, also in the minute after a burst."""
    burst = budget(busy=40, last_sent_at=NOW, free_at=NOW + MINUTE)
    assert wake_at(burst, NOW, new=1) == NOW + 750_000


def test_a_request_of_a_dead_process_does_not_stretch_the_pause() -> None:
    """A slot that stays taken for two minutes counts for one: no more than that is ever planned."""
    stranded = budget(busy=1, last_sent_at=NOW, free_at=NOW + 2 * MINUTE)
    assert wake_at(stranded, NOW) <= NOW + 760_000


def test_new_runs_may_use_half_of_the_budget_at_once() -> None:
    """Runs never asked before do not wait for the even spread until half of the budget is used."""
    just = {"last_sent_at": NOW}
    assert count(budget(**just), new=10, due=60) == 10
    assert count(budget(**just), new=60, due=60) == 40
    assert count(budget(busy=35, **just), new=60, due=60) == 5
    assert count(budget(busy=40, **just), new=60, due=60) == 0
    assert count(budget(busy=40, last_sent_at=NOW - SECOND), new=60, due=60) == 1


def test_a_pause_that_the_api_asked_for_is_kept() -> None:
    """Until then nothing goes, and then one looks again."""
    paused = budget(paused_until=NOW + 7)
    assert count(paused, new=5, due=5, demand=5) == 0
    assert wake_at(paused, NOW) == NOW + 7
    assert count(budget(paused_until=NOW), due=5, demand=5) == 5


def test_nobody_spins_while_nothing_is_free() -> None:
    """With the budget used up one looks again when the first request counts no more."""
    assert wake_at(budget(busy=80, last_sent_at=NOW - MINUTE, free_at=NOW + 9), NOW) == NOW + 9


def test_who_is_behind_leaves_the_other_a_moment() -> None:
    """Where another process has a run that waits for longer, this one waits a quarter of a second more."""
    ready = budget(last_sent_at=NOW - 750_000)
    assert count(ready, due=5, behind=True) == 0
    assert wake_at(ready, NOW, behind=True) == NOW + 250_000
    assert count(budget(last_sent_at=NOW - SECOND), due=5, behind=True) == 1


def test_new_runs_and_those_in_flight_take_turns() -> None:
    """The new go first, but after a new one goes one in flight; what has ended waits for both."""
    due = [NEW, NEW, FLYING, LATER]
    assert turns(due) == due
    assert turns(due, new_went_last=True) == [FLYING, NEW, NEW, LATER]
    assert turns([NEW, LATER], new_went_last=True) == [NEW, LATER]


def turns(
    due: Sequence[Waiting], *, new_went_last: bool = False, last_new_source: int = 0
) -> list[Waiting]:
    return in_turn(due, new_went_last=new_went_last, last_new_source=last_new_source)


@pytest.mark.parametrize(
    ("last", "order"),
    [(0, "a1 b1 c1 a2 b2 b3"), (1, "b1 c1 a1 b2 a2 b3"), (3, "a1 b1 c1 a2 b2 b3")],
)
def test_new_runs_of_sources_take_turns(last: int, order: str) -> None:
    """One of each source, beginning after the source that went last; each source's own in their order."""
    names = ["a1", "a2", "b1", "b2", "b3", "c1"]
    due = [Waiting(NEW.urgency, name, "_abc".index(name[0])) for name in names]
    assert [one.name for one in turns(due, last_new_source=last)] == order.split()


@given(
    due=st.lists(st.tuples(st.sampled_from(Urgency), st.integers(1, 3)), max_size=12),
    new_went_last=st.booleans(),
    last=st.integers(0, 4),
)
def test_in_turn_loses_nobody(
    due: Sequence[tuple[Urgency, int]], *, new_went_last: bool, last: int
) -> None:
    """The same runs come out, each once."""
    named = [Waiting(int(urgency), str(n), source) for n, (urgency, source) in enumerate(due)]
    ordered = turns(named, new_went_last=new_went_last, last_new_source=last)
    assert sorted(map(str, ordered)) == sorted(map(str, named))


def test_no_urgency_hides_behind_a_crowd_of_another() -> None:
    """The first of each source and urgency come before the others of any."""
    more, other = Waiting(NEW.urgency, "more"), Waiting(FLYING.urgency, "other", 2)
    due = [NEW, more, FLYING, other, WAITED, LATER]
    assert firsts_ahead(due) == [NEW, FLYING, other, WAITED, LATER, more]


def test_the_cycle_is_the_cadence_where_the_budget_allows_it() -> None:
    """Else as much longer as more is wanted than the budget gives."""
    for demand, seconds in ((20, 3), (80, 3), (160, 6), (800, 30)):
        assert cycle_us(80, demand=demand, every_us=3 * SECOND) == seconds * SECOND


def test_of_runs_in_flight_the_likely_ended_go_first() -> None:
    """Then by the wait; one and a half cycles of round robin go before all, and no urgency before another one."""
    likely, longer, short, long = Flying(5, 3), Flying(11), Flying(10, 60), Flying(25, 60)
    assert by_gain([short, longer, likely], {1: 12 * SECOND}, now=NOW) == [likely, longer, short]
    assert by_gain([short, likely, long], {1: 12 * SECOND}, now=NOW) == [long, likely, short]
    new, late = Flying(0, urgency=int(Urgency.NEW)), Flying(90, urgency=int(Urgency.LATER))
    assert by_gain([late, likely, new], {1: 12 * SECOND}, now=NOW) == [new, likely, late]


def test_a_run_that_was_polled_by_a_clock_since_set_back_waits_for_no_others() -> None:
    """Its last poll lies ahead: it waits since it became due."""
    ahead = Waited(last_polled_at=NOW + HOUR, due_at=NOW - 30 * SECOND)
    due: list[Flying | Waited] = [Flying(12), ahead, Flying(11)]
    assert by_gain(due, {1: 12 * SECOND}, now=NOW)[0] is ahead


@given(
    st.lists(
        st.tuples(st.integers(2, 40), st.none() | st.integers(0, 90), st.integers(1, 3)),
        max_size=20,
    )
)
def test_sources_of_a_key_are_served_alike(known: list[tuple[int, int | None, int]]) -> None:
    """Nobody is lost, and the order is the same whichever source a run is of."""
    cycles = dict.fromkeys((1, 2, 3), 12 * SECOND)
    due = [Flying(*one) for one in known]
    of_one = [replace(one, source_id=1) for one in due]
    ordered = by_gain(due, cycles, now=NOW)
    assert Counter(ordered) == Counter(due)
    assert [(one.waited_s, one.left_s) for one in ordered] == [
        (one.waited_s, one.left_s) for one in by_gain(of_one, cycles, now=NOW)
    ]


def test_follow_ups_go_at_once_or_one_by_one() -> None:
    """At once where the budget gives all of them; else by what the others leave, at least a fifth."""
    assert follow_up_pause_us(budget(), due=20, wanted=60) == 0
    assert follow_up_pause_us(budget(), due=21, wanted=60) == 3 * SECOND
    assert follow_up_pause_us(budget(busy=70), due=20, wanted=60) == 3 * SECOND
    for wanted in (70, 80, 800):
        assert follow_up_pause_us(budget(), due=99, wanted=wanted) == 3_750_000
    due = [NEW, FLYING, WAITED, WAITED, LATER]
    lately = budget(last_follow_up_at=NOW - SECOND)
    for pause_us, count in ((0, 5), (SECOND, 3), (SECOND + 1, 2)):
        assert without_early(lately, due, pause_us=pause_us, now=NOW) == due[:count]
    set_back = budget(last_follow_up_at=NOW + SECOND)
    assert without_early(set_back, due, pause_us=MINUTE, now=NOW) == due[:3]
    assert turns([NEW, FLYING, WAITED]) == [NEW, WAITED, FLYING]
    assert turns([NEW, FLYING, WAITED], new_went_last=True) == [WAITED, NEW, FLYING]


STEP_US = SECOND // 10
LASTS_US = 100 * SECOND


def simulate(rate: int, n_flying: int, new_at: Sequence[int]) -> list[tuple[int, Urgency, int]]:
    """Send by one key for 100 s; return the time, urgency and number of each request, waited ones without end."""
    log: list[tuple[int, Urgency, int]] = []
    polled = dict.fromkeys(range(n_flying), 0)
    waiting_new = [at * SECOND for at in new_at]
    for now in range(0, LASTS_US, STEP_US):
        busy = [at for at, *_ in log if at > now - MINUTE]
        follow_ups = [at for at, urgency, _ in log if urgency is Urgency.WAITED]
        state = Budget(
            rate=rate,
            busy=len(busy),
            free_at=NOW + busy[0] + MINUTE if busy else None,
            last_sent_at=NOW + busy[-1] if busy else None,
            last_follow_up_at=NOW + follow_ups[-1] if follow_ups else 0,
        )
        fresh = [at for at in waiting_new if at <= now]
        flying = sorted((at, n) for n, at in polled.items() if now - at >= 3 * SECOND)
        due = [
            *(Waiting(Urgency.NEW) for _ in fresh),
            *(Waiting(Urgency.IN_FLIGHT, str(n)) for _, n in flying),
            Waiting(Urgency.WAITED),
        ]
        wanted = 20 * (n_flying + len(fresh))
        pause_us = follow_up_pause_us(state, due=400, wanted=wanted)
        timely = without_early(state, due, pause_us=pause_us, now=NOW + now)
        demand = wanted + WINDOW_US // pause_us
        count = sendable(state, new=len(fresh), due=len(timely), demand=demand, now=NOW + now)
        new_went_last = bool(log) and log[-1][1] is Urgency.NEW
        for one in turns(timely, new_went_last=new_went_last)[:count]:
            log.append((now, Urgency(one.urgency), int(one.name or 0)))
            if one.urgency == Urgency.NEW:
                waiting_new.remove(fresh.pop())
            elif one.urgency == Urgency.IN_FLIGHT:
                polled[int(one.name)] = now
    return log


@pytest.mark.slow
@settings(max_examples=25)
@given(
    rate=st.integers(20, 100),
    n_flying=st.integers(0, 12),
    new_at=st.lists(st.integers(0, 90), max_size=20),
)
def test_neither_follow_ups_nor_runs_in_flight_starve(
    rate: int, n_flying: int, new_at: list[int]
) -> None:
    """Within the budget in any 60 s; follow-ups that have waited go soon, or a minute after a burst, each run in its turn."""
    log = simulate(rate, n_flying, new_at)
    interval_us = MINUTE // rate + STEP_US
    sent = [at for at, *_ in log]
    assert all(later - first >= MINUTE for first, later in zip(sent, sent[rate:], strict=False))
    longest_us = MINUTE if new_at else 8 * interval_us
    waited = [at for at, urgency, _ in log if urgency is Urgency.WAITED]
    assert max(b - a for a, b in pairwise([0, *waited, LASTS_US])) <= longest_us
    if new_at:
        return
    for number in range(n_flying):
        own = [at for at, urgency, n in log if urgency is Urgency.IN_FLIGHT and n == number]
        longest = max(b - a for a, b in pairwise([0, *own, LASTS_US]))
        assert longest <= 3 * SECOND + STEP_US + (5 * n_flying / 4 + 1) * interval_us


BUDGETS = st.builds(
    Budget,
    rate=st.integers(1, 500),
    busy=st.integers(0, 600),
    free_at=st.none() | st.integers(NOW + 1, NOW + 2 * MINUTE),
    last_sent_at=st.none() | st.integers(NOW - 2 * MINUTE, NOW),
    paused_until=st.none() | st.integers(NOW - MINUTE, NOW + MINUTE),
)


@given(
    of=BUDGETS,
    new=st.integers(0, 50),
    more=st.integers(0, 50),
    demand=st.integers(0, 5000),
    behind=st.booleans(),
)
def test_what_goes_is_due_and_free(
    *, of: Budget, new: int, more: int, demand: int, behind: bool
) -> None:
    """Whatever is known: no more than is due, no more than is free; and if nothing goes, time brings it."""
    due = new + more
    now = sendable(of, new=new, due=due, demand=demand, now=NOW, behind=behind)
    assert 0 <= now <= min(due, of.free)
    later = wake_at(of, NOW, new=new, behind=behind)
    assert later >= NOW
    if due and not now and of.free:
        assert later > NOW
        assert sendable(of, new=new, due=due, demand=demand, now=later, behind=behind) > 0
