"""Requests of many keys, granted together: each key's budget holds as if it had been asked alone."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from stores import T0, S, answer, register, take_slots

from recorder.polling.coordinator import Coordinator, Grant
from recorder.polling.permits import KeyUse
from recorder.schedule.cadence import Cadence
from recorder.store.engine import Database
from recorder.store.read.due import Due
from recorder.store.schema import key_budget
from recorder.store.sharing.key_budgets import lock_budgets
from recorder.store.write.record import Recorder

Open = Callable[[str], Database]
RATE, RUNS = 12, 20


def names(count: int) -> list[str]:
    return [f"s{number:02}" for number in range(count)]


def wanted(database: Database, count: int) -> list[tuple[KeyUse, list[Due]]]:
    """The uses of so many keys, each of one source, with the due runs."""
    coordinator = Coordinator(database, cadence=Cadence(), clock=lambda: T0)
    due, _ = coordinator.due(range(1, count + 1), now=T0)
    return [
        (
            KeyUse(key_id=f"key {name}", rate=RATE, sources={number: name}),
            [one for one in due if one.source_id == number],
        )
        for number, name in enumerate(names(count), 1)
    ]


def permitted(database: Database, count: int, *, most: int = 1000) -> list[Grant]:
    """What a process that leases the sources gets for a single pass."""
    coordinator = Coordinator(database, cadence=Cadence(), clock=lambda: T0)
    return coordinator.permit(wanted(database, count), most=most, now=T0, pass_at=T0)


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that the block sends, and its commits."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, text: str, *_: object) -> None:
        if not text.startswith("PRAGMA"):  # only where it was set otherwise
            seen.append(text)

    def note_commit(_connection: object) -> None:
        seen.append("COMMIT")

    listeners = (("before_cursor_execute", note), ("commit", note_commit))
    for name, listener in listeners:
        event.listen(database.engine, name, listener)
    try:
        yield seen
    finally:
        for name, listener in listeners:
            event.remove(database.engine, name, listener)


def tracked(database: Database, count: int) -> None:
    for name in names(count):
        register(database, [f"{name}_{number}" for number in range(RUNS)], source=name, at=-10)


def test_one_transaction_permits_the_requests_of_all_keys(database: Database) -> None:
    """Keys that are known cost no statement more, however many they are."""
    tracked(database, 8)
    permitted(database, 8, most=0)
    coordinator = Coordinator(database, cadence=Cadence(), clock=lambda: T0)
    coordinator.renew(range(1, 9), now=T0)
    uses, counts = wanted(database, 8), []
    for some in (uses[:2], uses[2:]):
        with statements(database) as seen:
            grants = coordinator.permit(some, most=1000, now=T0, pass_at=T0)
        assert [len(grant.requests) for grant in grants] == [RATE // 2] * len(some)
        counts.append((len(seen), seen.count("COMMIT")))
    assert counts[0] == counts[1]
    assert counts[0][1] == 1


def test_each_key_gets_what_it_would_get_alone(database: Database) -> None:
    """A key whose budget is spent gets nothing, and takes nothing from the others."""
    tracked(database, 3)
    with database.writing() as connection:
        take_slots(connection, "key s01", RATE, now=T0, rate=RATE)
    grants = permitted(database, 3)
    assert [len(grant.requests) for grant in grants] == [RATE // 2, 0, RATE // 2]
    assert {one.slot.key_id for one in grants[2].requests} == {"key s02"}
    assert {one.source for one in grants[2].requests} == {"s02"}


def test_no_more_go_than_may_be_under_way(database: Database) -> None:
    """What lies beyond takes no slot of its key."""
    tracked(database, 3)
    assert [len(grant.requests) for grant in permitted(database, 3, most=8)] == [6, 2, 0]
    with database.writing() as connection:
        rates = {f"key {name}": RATE for name in names(3)}
        budgets = lock_budgets(connection, rates, now=T0)
    assert [budgets[key_id].busy for key_id in rates] == [6, 2, 0]


def test_two_processes_never_get_more_than_each_budget(
    database: Database, store_url: str, open_database: Open
) -> None:
    """Whoever comes first: no slot of any key is granted twice, and no key more often than its rate."""
    tracked(database, 6)
    stores = [open_database(store_url) for _ in range(2)]
    start, slots = threading.Barrier(len(stores)), list[tuple[str, int]]()

    def poll(store: Database) -> None:
        coordinator = Coordinator(store, cadence=Cadence(), clock=lambda: T0)
        uses = wanted(store, 6)
        start.wait()
        for second in range(30):
            now = T0 + second * S
            for grant in coordinator.permit(uses, most=1000, now=now, pass_at=now):
                slots.extend((one.slot.key_id, one.slot.number) for one in grant.requests)

    threads = [threading.Thread(target=poll, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(slots) == len({*slots})
    by_key = Counter(key_id for key_id, _ in slots)
    assert len(by_key) == 6
    assert max(by_key.values()) <= RATE


@pytest.mark.parametrize("dialect", ["postgres"])  # SQLite has one lock for all
def test_a_key_that_is_locked_holds_up_no_other(
    database: Database, store_url: str, open_database: Open
) -> None:
    """A process that was stopped in the middle of a transaction stops its own keys, and no others."""
    tracked(database, 3)
    permitted(database, 3, most=0)
    with open_database(store_url).writing() as connection:
        locked = sa.select(key_budget).where(key_budget.c.key_id == "key s01").with_for_update()
        connection.execute(locked)
        assert [len(grant.requests) for grant in permitted(database, 3)] == [6, 0, 6]


def test_the_answers_of_many_sources_take_no_more_statements_than_those_of_two(
    database: Database,
) -> None:
    """Recording asks, locks and writes for all sources together."""
    tracked(database, 8)
    recorder, counts = Recorder(database), list[int]()
    for count in (8, 2, 8):
        at = 10 * (len(counts) + 1)
        answers = [answer(at, run_id=f"{name}_0", source=name) for name in names(count)]
        with statements(database) as seen:
            assert len(recorder.record(answers)) == count
        counts.append(len(seen))
    assert counts[1] == counts[2]
