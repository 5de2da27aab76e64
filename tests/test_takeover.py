"""Sources of a process that was stopped are polled by another within 15 s, wherever it was stopped."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest
from virtual import Scene, VirtualTime

from recorder.polling.watch_options import RunMode
from recorder.store.engine import Database
from recorder.store.postgres import IDLE_MS
from recorder.store.write.sources import lock_source

Open = Callable[[str], Database]

NAMES = [f"s{n}" for n in range(4)]
WITHIN_S = 15


class SharedTime(VirtualTime):
    """Virtual time that a Postgres server's clock shows too.

    Args:
        url: of the store; the server's clock is set for connections to `served_url`.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        self._set_at = 0
        self._connection.execute(
            "CREATE SCHEMA virtual; CREATE SEQUENCE virtual.now_us;"
            " CREATE FUNCTION virtual.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE"
            " RETURN to_timestamp((SELECT last_value FROM virtual.now_us) / 1000000.0::float8)"
        )
        self.served_url = f"{url}&options=-csearch_path%3Dvirtual,pg_catalog"

    def __call__(self) -> int:
        now = super().__call__()
        if now != self._set_at:
            self._connection.execute("SELECT setval('virtual.now_us', %s)", [now])
            self._set_at = now
        return now

    def close(self) -> None:
        self._connection.execute("DROP SCHEMA virtual CASCADE")
        self._connection.close()


@pytest.fixture
def time(postgres_database: Database, store_url: str) -> Iterator[SharedTime]:
    del postgres_database
    time = SharedTime(store_url)
    yield time
    time.close()


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["postgres"])
@pytest.mark.parametrize("stopped_at", [20, 21, 22])
@pytest.mark.parametrize("where", ["between transactions", "in a transaction"])
def test_a_stopped_poller_s_sources_are_taken_over(
    time: SharedTime, open_database: Open, stopped_at: int, where: str
) -> None:
    """Its leases run out, and the server ends a transaction that it was stopped in before that."""
    stopped, other = (open_database(time.served_url) for _ in range(2))
    scene = Scene(stopped, time=time)
    for name in NAMES:
        scene.track(f"of_{name}", source=name)
    locks = ExitStack()

    def stop() -> None:
        time.stop(0)
        if where == "in a transaction":
            connection = locks.enter_context(open_database(time.served_url).writing())
            for name in sorted({one.source for one in scene.log[-9:] if one.watch == "stopped"}):
                lock_source(connection, name)

    time.at(stopped_at, stop)
    time.at(stopped_at + IDLE_MS / 1000, locks.close)  # as the server does; in time of its own
    watches = [
        scene.poller(RunMode.FOREVER, name=name, database=database)
        for name, database in (("stopped", stopped), ("other", other))
    ]
    time.at(stopped_at + 20, watches[1].stop)
    time.run(*(watch.run for watch in watches))
    assert scene.told == []
    for name in NAMES:
        after = [one for one in scene.log if one.source == name and one.at > stopped_at]
        assert {one.watch for one in after} == {"other"}
        assert after[0].at < stopped_at + WITHIN_S
