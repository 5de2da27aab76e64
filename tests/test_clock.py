"""Hosts whose clocks differ share leases and budgets by the store's clock; what a clock set back left is mended."""

from collections.abc import Callable

import pytest
from stores import BASE_URL, T0, S, take_slots

from recorder.instants import MINUTE, now_us
from recorder.polling.coordinator import Coordinator
from recorder.polling.permits import KeyUse
from recorder.schedule.cadence import Cadence
from recorder.schedule.dispatch import Budget
from recorder.store.engine import Database
from recorder.store.read.source_rows import source_rows
from recorder.store.sharing import key_budgets
from recorder.store.sharing.shared_clock import ahead_us
from recorder.store.write.track import track_with_source

KEY = "a key"


def host(database: Database, *, off_s: float = 0) -> Coordinator:
    """The watch of a host whose clock is off by so much."""
    return Coordinator(database, cadence=Cadence(), clock=lambda: now_us() + round(off_s * S))


def budget(database: Database, now: int, *, rate: int = 5) -> Budget:
    with database.reading() as connection:
        return key_budgets.load_budgets(connection, {KEY: rate}, now=now)[KEY]


def take(database: Database, now: int, count: int = 5) -> None:
    with database.writing() as connection:
        take_slots(connection, KEY, count, now=now, rate=5)


@pytest.mark.parametrize("off_s", [-3600, 0, 20])
def test_the_clock_that_all_share(database: Database, off_s: int) -> None:
    """On Postgres the server's, however ours is set; on SQLite ours."""
    with database.reading() as connection:
        ahead = ahead_us(connection, lambda: now_us() + off_s * S)
    assert abs(ahead + (0 if database.dialect.is_file else off_s * S)) < 5 * S


@pytest.mark.parametrize("dialect", ["postgres"])  # on SQLite all are on one host
@pytest.mark.parametrize("off_s", [-30, 30])
def test_hosts_with_other_clocks_share_leases_and_budget(database: Database, off_s: int) -> None:
    """Neither takes the other's source, nor a request that the other has sent."""
    for name in "ab":
        ids = [f"{name}_{n}" for n in range(4)]
        track_with_source(database, name, ids, base_url=BASE_URL, now=now_us() - MINUTE)
    right, wrong = host(database), host(database, off_s=off_s)
    (a, b) = [row.source_id for row in database.read(source_rows)]
    use = KeyUse(key_id=KEY, rate=6, sources={a: "a", b: "b"})
    wrong_now = now_us() + off_s * S
    right.renew([a], now=now_us())
    wrong.renew([a, b], now=wrong_now)
    assert right.leased(now_us()) == {a}
    assert wrong.leased(wrong_now) == {b}
    due, _ = wrong.due([b], now=wrong_now + MINUTE)
    [first] = wrong.permit([(use, due)], most=9, now=wrong_now, pass_at=wrong_now + MINUTE)
    assert [0 < one.send_by - wrong_now <= 5 * S for one in first.requests] == [True] * 3
    due, _ = right.due([a], now=now_us())
    [second] = right.permit([(use, due)], most=9, now=now_us())
    assert second.requests == []
    assert 0 < second.wake_at - now_us() < 2 * MINUTE


def test_what_a_clock_set_back_left_is_counted_from_now(database: Database) -> None:
    """Slots that were to be free in an hour are free in two minutes; a pause of a minute is one."""
    take(database, T0 + 3600 * S)
    with database.writing() as connection:
        key_budgets.pause(connection, KEY, until=T0 + 3660 * S)
        key_budgets.repair(connection, lambda: T0)
    found = budget(database, T0)
    assert (found.free, found.free_at, found.paused_until) == (0, T0 + 120 * S, T0 + MINUTE)
    assert found.last_sent_at == T0
    assert budget(database, T0 + 120 * S).free == 5


def test_a_clock_that_goes_on_mends_nothing(database: Database) -> None:
    """Neither by itself, nor where another process has waited a moment for its lock."""
    take(database, T0)
    before = budget(database, T0)
    for now in (T0, T0 - S // 2, T0 + 50 * S):
        with database.writing() as connection:
            key_budgets.repair(connection, lambda now=now: now)  # type: ignore[misc]
    assert budget(database, T0) == before


def test_a_lock_that_was_waited_for_is_no_step_of_the_clock(database: Database) -> None:
    """The time is looked at again when the row is had."""
    take(database, T0 + 10 * S)
    before = budget(database, T0 + 10 * S)
    times: Callable[[], int] = iter([T0, T0 + 10 * S]).__next__
    with database.writing() as connection:
        key_budgets.repair(connection, times)
    assert budget(database, T0 + 10 * S) == before
