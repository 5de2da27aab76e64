"""How many of the due runs are asked now: within the budget, evenly when it is short, and each in its turn."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.instants import MINUTE, SECOND
from recorder.schedule.cadence import Urgency
from recorder.schedule.dispatch import Budget, in_turn, sendable, wake_at

NOW = 1_780_000_000 * SECOND
RATE = 80


@dataclass(frozen=True)
class Waiting:
    urgency: int
    name: str = ""
    source_id: int = 1


NEW, FLYING, LATER, _ = (Waiting(int(urgency)) for urgency in Urgency)


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
