"""The demo's runs, a few dozen of mixed endings that end within seconds, and the service that records them.

Invariant: the store and the settings are the demo's own: nothing of the user's is read or changed.
"""

from collections.abc import Callable, Sequence

from recorder.analysis.rows import RunRow
from recorder.errors import UsageError
from recorder.instants import SECOND
from recorder.polling.service import Service
from recorder.polling.watch_options import RunMode, WatchOptions
from recorder.sandbox import DEFAULT_USERS, Ending, SimulatedPopulation
from recorder.schedule.cadence import Cadence
from recorder.settings import API_KEY_ENV, Settings
from recorder.store.engine import Database
from recorder.store.migrate import upgrade
from recorder.store.read.live_runs import is_waited_for
from recorder.store.revision import current_revision
from recorder.store.write.track import track_with_source

SOURCE = "demo"
BEGIN_WITHIN_US = 5 * SECOND
_OVER_WITHIN_US = 11 * SECOND
_AT_THE_LATEST_US = 30 * SECOND
_SEED = 28  # its runs: one overdue, some of every other ending, every way to write a cost
_DRAWN = 45
_SPEED = 5.0
# An actual that is late comes within 4 s of the end, and is then seen twice.
_SETTLE_US = tuple(n * SECOND for n in (1, 2, 3, 5, 6, 10))


def demo_population(now: int) -> SimulatedPopulation:
    """Return runs that begin within 5 s and are over within 11 s, and one that is stuck since long before."""
    drawn = SimulatedPopulation.generate(
        runs=_DRAWN, seed=_SEED, start_at=now, spread_us=BEGIN_WITHIN_US, speed=_SPEED
    )
    over_by = now + _OVER_WITHIN_US
    runs = [
        one
        for one in drawn.runs
        if one.ending is Ending.STUCK or (one.settled_at is not None and one.settled_at <= over_by)
    ]
    return SimulatedPopulation(seed=_SEED, speed=_SPEED, runs=tuple(runs))


def demo_settings(*, database_url: str, base_url: str) -> Settings:
    """Return a user's settings at a faster pace: the runs go five times faster than real ones."""
    return Settings(
        database_url=database_url,
        base_url=base_url,
        source=SOURCE,
        rate=6000,
        cadence=Cadence(every_us=SECOND, settle_us=_SETTLE_US),
    )


def make_store(database: Database) -> None:
    """Make the demo's store.

    Raises:
        UsageError: there is a store already.
    """
    if current_revision(database) is not None:
        raise UsageError(
            f"{database.name} is there already: the demo needs a new store, name a new file"
        )
    upgrade(database)


def demo_service(
    database: Database,
    settings: Settings,
    population: SimulatedPopulation,
    *,
    clock: Callable[[], int],
    notify: Callable[[str], None],
    after_tick: Callable[[], None],
) -> Service:
    """Return the service that tracks each run as it begins, as a program that starts runs would, and polls it."""
    return Service(
        database,
        settings,
        environ={API_KEY_ENV: next(iter(DEFAULT_USERS.values()))},
        options=WatchOptions(until=RunMode.FOREVER, lasts_us=_AT_THE_LATEST_US, source=SOURCE),
        notify=notify,
        clock=clock,
        before_poll=_tracker(database, settings, population, clock),
        after_tick=after_tick,
    )


def _tracker(
    database: Database,
    settings: Settings,
    population: SimulatedPopulation,
    clock: Callable[[], int],
) -> Callable[[], None]:
    waiting = sorted(population.runs, key=lambda one: -one.created_at)

    def track_begun() -> None:
        now = clock()
        begun: list[str] = []
        while waiting and waiting[-1].created_at <= now:
            begun.append(waiting.pop().run_id)
        if begun:
            track_with_source(database, SOURCE, begun, base_url=settings.base_url, now=now)

    return track_begun


def is_over(
    settings: Settings, population: SimulatedPopulation
) -> Callable[[Sequence[RunRow], int], bool]:
    """Return the condition that every run is there and has ended and is quiet, overdue ones left out."""
    cadence = settings.cadence

    def over(runs: Sequence[RunRow], now: int) -> bool:
        waited_for = any(is_waited_for(run, cadence, now) for run in runs)
        return len(runs) == len(population.runs) and not waited_for

    return over
