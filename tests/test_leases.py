"""Leases: a source has one holder at any instant, whatever happens to it."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from stores import BASE_URL, T0, S

from recorder.errors import StoreError
from recorder.store.engine import Database
from recorder.store.postgres import IDLE_MS
from recorder.store.schema import poller, source
from recorder.store.sharing import leases
from recorder.store.sharing.leases import LEASE_US
from recorder.store.write.sources import ensure_source, lock_source

Open = Callable[[str], Database]
A, B = "elsewhere/1/a", "elsewhere/2/b"  # another host: never known to be dead


@pytest.fixture
def sources(database: Database) -> list[int]:
    """Six sources."""
    with database.writing() as connection:
        return [ensure_source(connection, f"s{n}", base_url=BASE_URL, now=T0) for n in range(6)]


def acquire(
    database: Database,
    source_ids: Collection[int],
    holder: str,
    *,
    now: int = T0,
    share: Collection[int] | None = None,
    under_way: Collection[int] = (),
) -> set[int]:
    with database.writing() as connection:
        found = leases.acquire(
            connection, source_ids, holder, now=now, share=share, under_way=under_way
        )
    return set(found)


def holders(database: Database) -> list[str | None]:
    with database.reading() as connection:
        held = sa.select(source.c.holder).order_by(source.c.source_id)
        return list(connection.execute(held).scalars())


def claim(
    database: Database,
    wanted: Collection[int],
    holder: str,
    *,
    now: int = T0,
    is_viewer: bool = False,
) -> frozenset[int]:
    with database.writing() as connection:
        return leases.claim(connection, holder, wanted, now=now, is_viewer=is_viewer)


def stay(database: Database, wanted: Collection[int], holder: str, *, now: int = T0) -> set[int]:
    """Claim, and take one's share: as a process that stays does every few seconds."""
    return acquire(
        database, wanted, holder, now=now, share=claim(database, wanted, holder, now=now)
    )


def test_the_first_has_it(database: Database, sources: list[int]) -> None:
    """Who comes second finds it taken, until it runs out."""
    with database.writing() as connection:
        found = leases.acquire(connection, sources, A, now=T0)
    assert found == dict.fromkeys(sources, T0 + LEASE_US)
    assert acquire(database, sources, B, now=T0 + LEASE_US - 1) == set()
    assert acquire(database, sources, B, now=T0 + LEASE_US) == set(sources)


def test_renewing_keeps_it(database: Database, sources: list[int]) -> None:
    """As long as its holder renews it nobody else gets it; once lost it is not had back."""
    for beat in range(0, 60, 3):
        assert acquire(database, sources, A, now=T0 + beat * S) == set(sources)
        assert acquire(database, sources, B, now=T0 + (beat + 2) * S) == set()
    assert acquire(database, sources, B, now=T0 + 70 * S) == set(sources)
    assert acquire(database, sources, A, now=T0 + 71 * S) == set()


def test_leaving_frees_at_once(database: Database, sources: list[int]) -> None:
    """A process that ends gives back what it has, and nothing of others."""
    acquire(database, sources[:3], A)
    acquire(database, sources, B)
    with database.writing() as connection:
        leases.leave(connection, A)
    assert holders(database) == [None] * 3 + [B] * 3


def test_a_dead_process_of_this_place_frees_at_once(database: Database, sources: list[int]) -> None:
    """Its number is looked up; one that lives, or of another host, keeps its lease to the end."""
    code = "from recorder.store.sharing.leases import new_holder; print(new_holder())"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    dead, alive = ended.stdout.strip(), leases.new_holder()
    assert leases.is_dead(dead)
    assert not leases.is_dead(alive)
    assert not leases.is_dead(A)
    for taken, holder in zip(sources, (dead, alive, A), strict=False):
        acquire(database, [taken], holder)
    assert acquire(database, sources, B) == {sources[0], *sources[3:]}


def test_shares_are_even(database: Database, sources: list[int]) -> None:
    """Who has more than its share gives the rest back, and who comes takes it."""
    assert stay(database, sources, A) == set(sources)
    assert stay(database, sources, B) == set()
    assert stay(database, sources, A) == set(sources[:3])
    assert stay(database, sources, B) == set(sources[3:])
    assert stay(database, sources, A) == set(sources[:3])


def test_what_another_does_not_want_is_not_left_to_it(
    database: Database, sources: list[int]
) -> None:
    """Processes with different sources share those alone that both want."""
    assert stay(database, sources, A) == set(sources)
    assert stay(database, sources[:1], B) == set()
    assert stay(database, sources, A) == set(sources[1:])
    assert stay(database, sources[:1], B) == set(sources[:1])


def test_what_is_under_way_is_not_given_back(database: Database, sources: list[int]) -> None:
    """A source that is another's share is asked no more, and given back when its requests have come back."""
    acquire(database, sources, A)
    busy, share = sources[-1], sources[:3]
    kept = acquire(database, sources, A, share=share, under_way=[busy])
    assert kept == set(share)
    assert acquire(database, sources, B) == set(sources[3:-1])
    acquire(database, sources, A, share=share)
    assert acquire(database, sources, B) == set(sources[3:])


def test_who_stays_has_a_claim_while_it_says_so(database: Database, sources: list[int]) -> None:
    """Who has not said so for the time of a lease, or has left, has none."""
    assert claim(database, sources, A) == set(sources)
    assert len(claim(database, sources, B)) == 3
    assert claim(database, sources, B, now=T0 + LEASE_US) == set(sources)
    with database.reading() as connection:
        assert list(connection.execute(sa.select(poller.c.holder)).scalars()) == [B]
    with database.writing() as connection:
        leases.leave(connection, B)
    assert claim(database, sources, A, now=T0 + LEASE_US) == set(sources)


def test_a_guest_has_what_nobody_else_wants(database: Database, sources: list[int]) -> None:
    """A watch of a person, on either database."""
    assert claim(database, sources, A, is_viewer=True) == set(sources)
    assert claim(database, sources[:2], B) == set(sources[:2])
    assert claim(database, sources, A, is_viewer=True) == set(sources[2:])


def test_of_many_at_the_same_moment_one_has_it(
    database: Database, sources: list[int], store_url: str, open_database: Open
) -> None:
    """Eight processes want six sources at once, again and again: each has one holder, and nobody fails."""
    stores = [open_database(store_url) for _ in range(8)]
    for beat in range(5):
        now = T0 + beat * 2 * LEASE_US
        start = threading.Barrier(len(stores))

        def take(number: int, now: int = now, start: threading.Barrier = start) -> set[int]:
            start.wait()
            return acquire(stores[number], sources, f"elsewhere/{number}/x", now=now)

        with ThreadPoolExecutor(len(stores)) as threads:
            found = list(threads.map(take, range(len(stores))))
        taken = [one for part in found for one in part]
        assert sorted(taken) == sorted(set(taken))
        by_holder = {f"elsewhere/{n}/x": part for n, part in enumerate(found)}
        assert all(
            source_id in by_holder[holder or ""]
            for source_id, holder in zip(sources, holders(database), strict=True)
        )


def test_recording_and_taking_over_do_not_deadlock(
    database: Database, sources: list[int], store_url: str, open_database: Open
) -> None:
    """One records late answers of all sources while another takes them over: both wait in the same order."""
    begun, ends = threading.Event(), threading.Event()
    recorder = open_database(store_url)
    names = [f"s{n}" for n in range(6)]

    def record() -> int:
        rounds = 0
        while not ends.is_set():
            with recorder.writing() as connection:
                for name in names:
                    lock_source(connection, name)
            rounds += 1
            begun.set()
        return rounds

    with ThreadPoolExecutor(1) as thread:
        recording = thread.submit(record)
        try:
            assert begun.wait(60)
            for beat in range(60):
                now = T0 + beat * 2 * LEASE_US
                assert acquire(database, sources, (A, B)[beat % 2], now=now) == set(sources)
        finally:
            ends.set()
        assert recording.result() > 0


@pytest.mark.parametrize("dialect", ["postgres"])  # on SQLite there is one writer at a time
def test_who_stays_waits_for_nobody(
    database: Database, sources: list[int], store_url: str, open_database: Open
) -> None:
    """A process that was stopped in the middle of a transaction holds up its own sources, not those of others."""
    acquire(database, sources[:3], A)
    acquire(database, sources, B)
    stopped = open_database(store_url)
    later = T0 + LEASE_US - S
    with stopped.writing() as connection:
        lock_source(connection, "s0")
        lock_source(connection, "s5")
        assert acquire(database, sources, B, now=later, share=sources) == set(sources[3:])
        after = T0 + LEASE_US
        assert acquire(database, sources, B, now=after, share=sources) == set(sources[1:])
    assert acquire(database, sources, B, now=after, share=sources) == set(sources)


@pytest.mark.parametrize("dialect", ["postgres"])  # on SQLite the time is the driver's own
def test_a_lock_that_stays_is_told_as_busy(
    database: Database, sources: list[int], store_url: str, open_database: Open
) -> None:
    """Who waits does so for a time, and then says that another program holds the store."""
    stopped = open_database(store_url)

    def wait() -> None:
        with database.writing() as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout TO 50")
            leases.acquire(connection, sources, A, now=T0)

    with stopped.writing() as holding:
        lock_source(holding, "s0")
        with pytest.raises(StoreError, match="locked"):
            wait()


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["postgres"])  # on SQLite a dead process has no locks
def test_who_hangs_in_a_transaction_loses_its_locks(
    database: Database, sources: list[int], store_url: str, open_database: Open
) -> None:
    """A host that is gone in the middle of one does not keep its sources from the others."""
    hanging, is_locked = open_database(store_url), threading.Event()

    def hang() -> None:
        with hanging.writing() as connection:
            lock_source(connection, "s0")
            is_locked.set()
            time.sleep((IDLE_MS + 2000) / 1000)
            lock_source(connection, "s1")

    with ThreadPoolExecutor(1) as thread:
        hung = thread.submit(hang)
        assert is_locked.wait(60)
        assert acquire(database, sources, A, share=sources) == set(sources[1:])
        assert acquire(database, sources, A) == set(sources)
        with pytest.raises(StoreError, match="idle-in-transaction"):
            hung.result()


def test_a_holder_names_its_process() -> None:
    """Host, place, number, and something that nobody else has."""
    holder = leases.new_holder()
    assert f"/{os.getpid()}/" in holder
    assert holder != leases.new_holder()
