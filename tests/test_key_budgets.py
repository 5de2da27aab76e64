"""The budget of a key: over all processes never more requests in any 60 s than it gives, as the server sees them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import T0, S, empty, take_slots
from virtual import most_in_a_minute

from recorder.instants import MINUTE
from recorder.schedule.dispatch import Budget
from recorder.store.engine import Database
from recorder.store.schema import key_budget, key_slot
from recorder.store.sharing import key_budgets
from recorder.store.sharing.key_budgets import LONGEST_REQUEST_US, Slot

Open = Callable[[str], Database]
KEY, RATE = "0123456789abcdef", 5


def grant(database: Database, count: int, *, now: int = T0, rate: int = RATE) -> list[Slot]:
    """As a watch does: as many as are free, up to so many."""
    with database.writing() as connection:
        return take_slots(connection, KEY, count, now=now, rate=rate)


def settle(database: Database, slot: Slot, at: int) -> None:
    with database.writing() as connection:
        key_budgets.release(connection, [(slot, at)])


def state(database: Database, now: int = T0) -> Budget:
    with database.reading() as connection:
        return key_budgets.load_budgets(connection, {KEY: RATE}, now=now)[KEY]


def test_a_slot_is_taken_until_a_minute_after_the_answer(database: Database) -> None:
    """The server saw the request before the answer was read: 60 s later it counts no more."""
    assert state(database) == Budget(rate=RATE)
    [slot] = grant(database, 1)
    settle(database, slot, T0 + 2 * S)
    assert state(database, T0 + 62 * S - 1) == Budget(
        rate=RATE, busy=1, free_at=T0 + 62 * S, last_sent_at=T0
    )
    assert state(database, T0 + 62 * S).busy == 0


def test_what_was_never_answered_is_taken_until_it_must_be_over(database: Database) -> None:
    """A killed process leaves slots behind: they are free a minute after the longest request."""
    assert len(grant(database, 9)) == RATE
    over = T0 + LONGEST_REQUEST_US + MINUTE
    assert grant(database, 1, now=over - 1) == []
    assert len(grant(database, 9, now=over)) == RATE


def test_what_was_never_sent_is_free_at_once(database: Database) -> None:
    """A permission that ran out costs nothing."""
    for slot in grant(database, RATE):
        settle(database, slot, 0)
    assert len(grant(database, RATE)) == RATE


@pytest.mark.parametrize("said", [0, T0 + 5 * S])
def test_a_slot_granted_anew_is_its_new_request_s(database: Database, said: int) -> None:
    """A process that was stopped for minutes and then says what became of its request frees no other's slot."""
    [old] = grant(database, 1, rate=1)
    [new] = grant(database, 1, now=T0 + 3 * MINUTE, rate=1)
    assert old.number == new.number
    settle(database, old, said)
    assert grant(database, 1, now=T0 + 3 * MINUTE + S, rate=1) == []


def test_settling_twice_is_settling_once(database: Database) -> None:
    """A commit without a receipt may be tried again."""
    [slot] = grant(database, 1)
    settle(database, slot, T0 + S)
    settle(database, slot, T0 + 40 * S)
    assert state(database, T0 + 61 * S).busy == 0


def test_the_longest_pause_holds(database: Database) -> None:
    """Of two 429s the one that asks for more counts."""
    grant(database, 1)
    for until in (T0 + 30 * S, T0 + 5 * S):
        with database.writing() as connection:
            key_budgets.pause(connection, KEY, until=until)
    assert state(database).paused_until == T0 + 30 * S


def test_a_clock_that_is_set_back_gives_nothing_extra(database: Database) -> None:
    """What was sent at a later time by the clock of then counts until that clock has come there again."""
    for slot in grant(database, RATE):
        settle(database, slot, T0 + S)
    assert grant(database, RATE, now=T0 - 3600 * S) == []


def test_keys_do_not_share(database: Database) -> None:
    """Another key has a budget of its own, and a row by its fingerprint alone."""
    grant(database, RATE)
    with database.writing() as connection:
        assert key_budgets.lock_budgets(connection, {"another": 3}, now=T0)["another"].free == 3
    with database.reading() as connection:
        held = connection.execute(sa.select(key_budget.c.key_id)).scalars()
        assert sorted(held) == [KEY, "another"]


def test_processes_that_use_a_new_key_at_the_same_moment(
    database: Database, store_url: str, open_database: Open
) -> None:
    """Each gets slots of the one budget: together no more than it has, none twice."""
    del database
    stores = [open_database(store_url) for _ in range(6)]
    start = threading.Barrier(len(stores))
    slots: list[Slot] = []

    def take(store: Database) -> None:
        start.wait()
        for _ in range(4):
            slots.extend(grant(store, 2, rate=20))

    threads = [threading.Thread(target=take, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(slots) == 20
    assert len({slot.number for slot in slots}) == 20


@dataclass(frozen=True)
class Plan:
    """One request of one process, microseconds: when it asks for permission, when it sends, when the answer is read,
    when that is told. `told` None: the process is killed."""

    process: int
    at: int
    sent_after: int
    read_after: int
    told_after: int | None


PLANS = st.lists(
    st.builds(
        Plan,
        process=st.integers(0, 2),
        at=st.integers(0, 400 * S),
        sent_after=st.integers(0, 35 * S),
        read_after=st.integers(0, 24 * S),
        told_after=st.none() | st.sampled_from([0, S, 20 * S, 200 * S]),
    ),
    min_size=5,
    max_size=40,
)


@pytest.mark.slow
@settings(max_examples=25)
@given(PLANS)
def test_never_more_in_any_minute_as_the_server_sees_them(
    store_url: str, open_database: Open, plans: list[Plan]
) -> None:
    """Whenever three processes ask, send and tell, however late, and be they killed: the budget holds."""
    stores = [open_database(store_url) for _ in range(3)]
    empty(stores[0])
    seen: list[float] = []
    told: list[tuple[int, Slot, int]] = []
    for plan in sorted(plans, key=lambda one: one.at):
        now = T0 + plan.at
        for at, slot, read_at in [one for one in told if one[0] <= now]:
            settle(stores[plan.process], slot, read_at)
            told.remove((at, slot, read_at))
        for slot in grant(stores[plan.process], 2, now=now, rate=3):
            sent_at = now + plan.sent_after
            seen.append(sent_at / S)
            if plan.told_after is not None:
                read_at = sent_at + plan.read_after
                told.append((read_at + plan.told_after, slot, read_at))
    assert most_in_a_minute(seen) <= 3
    for store in stores:
        store.close()


def test_rows_are_used_again(database: Database) -> None:
    """A key has as many slots as were ever busy at once, not one per request."""
    for minute in range(6):
        for slot in grant(database, RATE, now=T0 + 2 * minute * MINUTE):
            settle(database, slot, T0 + 2 * minute * MINUTE + S)
    with database.reading() as connection:
        count = connection.execute(sa.select(sa.func.count()).select_from(key_slot)).scalar_one()
    assert count == RATE
