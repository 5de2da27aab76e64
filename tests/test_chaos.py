"""Watches through faults, kills and stops: nothing that was served is lost or doubled, no budget is exceeded."""

import random
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from chaos import Disturbed, hold_against, is_waited_for, told
from chaos_run import fault_run
from chaos_setup import BY_CHANCE, environment
from stores import document
from virtual import most_in_a_minute
from watchers import HERE, Watcher, killing, say

from recorder.instants import SECOND, now_us
from recorder.sandbox import Sandbox, SimulatedPopulation
from recorder.store.engine import Database
from recorder.store.write.track import track_with_source

Open = Callable[[str], Database]
pytestmark = pytest.mark.slow

FAULTS = (
    *BY_CHANCE,
    *(
        replace(fault, requests=frozenset({150 + 7 * place, 450 + 7 * place}))
        for place, fault in enumerate(BY_CHANCE)
    ),
)
USERS = {"ann": "pk_chaos_ann_0123456789", "ben": "pk_chaos_ben_0123456789"}
RATE = 600
SOURCES = {"a": "ann", "b": "ann", "c": "ben", "d": "ben"}


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.mark.parametrize("seed", [1])
def test_two_hundred_runs_through_every_fault(
    database: Database, store_url: str, tmp_path: Path, stack: ExitStack, seed: int
) -> None:
    """What was served whole is recorded once and in order; all that was asked is a poll; the budget holds.

    Each start of a watch finds a locale, a time zone, a umask and streams that are drawn at random.
    """
    world = SimulatedPopulation.generate(
        runs=200,
        seed=seed,
        start_at=now_us(),
        spread_us=25 * SECOND,
        speed=12,
        users=tuple(USERS),
    )
    sandbox = stack.enter_context(Sandbox(world, users=USERS, faults=FAULTS).start())
    sources: dict[str, str] = {}
    for name, user in SOURCES.items():
        own = [one.run_id for one in world.runs if one.user == user]
        mine = own[: len(own) // 2] if name in "ac" else own[len(own) // 2 :]
        sources |= dict.fromkeys(mine, name)
        track_with_source(database, name, mine, base_url=sandbox.url, now=now_us())
    environ = environment(store_url, sandbox.url, tmp_path, sources=SOURCES, keys=USERS, rate=RATE)
    said = tmp_path / "said"
    watchers = [
        stack.enter_context(Watcher(program, environ, said, rng=random.Random(seed)))
        for program in (["-m", "recorder", "poll", "--forever"], [str(HERE / "impatient.py"), "1"])
    ]

    def most() -> dict[str, int]:
        log = [entry for entry in sandbox.requests if is_waited_for(entry)]
        return {u: most_in_a_minute(e.at / SECOND for e in log if e.user == u) for u in USERS}

    def enough(kills: int) -> bool:
        kinds = {entry.fault for entry in sandbox.requests} - {None}
        return kills >= 10 and len(kinds) == len(BY_CHANCE) and min(most().values()) > RATE // 4

    with killing(watchers, database, enough=enough, seed=seed) as kills:
        codes = [watcher.end() for watcher in watchers]
    found = hold_against(database, sandbox.requests, sources, Disturbed(kills=kills))
    say(told(found, kills=len(kills), most=most(), codes=codes), said.read_text())
    assert (found.lost, found.doubled, found.wrong) == ([], [], [])
    assert found.in_flight_at_kills <= 20 * len(kills)
    assert max(most().values()) <= RATE
    assert set(codes) <= {0, 3, 4}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_is_lost_or_doubled_is_found(
    database: Database, store_url: str, tmp_path: Path, stack: ExitStack
) -> None:
    """The check of the test above can fail: a request without its poll, a poll without its request, another state."""
    sandbox = stack.enter_context(Sandbox(users={"ann": USERS["ann"]}).start())
    ids = ["er_1", "er_2", "er_3"]
    for run_id in ids:
        sandbox.script(run_id, [document(run_id, n=1), document(run_id, n=2)])
    track_with_source(database, "a", ids, base_url=sandbox.url, now=now_us())
    environ = environment(
        store_url, sandbox.url, tmp_path, sources={"a": "ann"}, keys=USERS, rate=RATE
    )
    poll = ["-m", "recorder", "poll", "--forever", "--source", "a"]
    with Watcher(poll, environ, tmp_path / "said") as watcher:
        watcher.start()
        until = now_us() + 60 * SECOND
        while len(sandbox.requests) < 6:
            assert now_us() < until
            time.sleep(0.1)
        assert watcher.end() == 0
    log, sources = sandbox.requests, dict.fromkeys(ids, "a")
    found = hold_against(database, log, sources, Disturbed())
    assert (found.lost, found.doubled, found.wrong) == ([], [], [])
    assert found.recorded == len(log) >= 6
    more = replace(log[-1], at=log[-1].at + SECOND)
    assert len(hold_against(database, [*log, more], sources, Disturbed()).lost) == 1
    assert len(hold_against(database, log[:-1], sources, Disturbed()).doubled) == 1
    other = replace(log[0], body=log[0].body.replace(b'"n":1', b'"n":3'))
    assert hold_against(database, [other, *log[1:]], sources, Disturbed()).wrong


@pytest.mark.parametrize("seed", [1])
def test_a_minute_of_the_fault_run(dialect: str, tmp_path: Path, seed: int) -> None:
    """Faults in network, server, process, disk, database, clock and encoding: nothing is lost or doubled on either store."""
    outcome = fault_run(dialect, answers=10_000, seconds=60, seed=seed, folder=tmp_path)
    say(*outcome.lines())
    assert outcome.faults() == []
    assert outcome.found.recorded > 20  # on a machine with much to do
    assert len(outcome.troubles.counts) >= 3


NAMES = [f"s{n:02}" for n in range(30)]


def owners(sandbox: Sandbox, since: int) -> dict[str, list[tuple[float, str]]]:
    """Of each source who asked when, seconds after the beginning."""
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for entry in filter(is_waited_for, sandbox.requests):
        name, _, process = str(entry.user).partition("-")
        found[name].append(((entry.at - since) / SECOND, process))
    return found


@pytest.mark.parametrize("dialect", ["postgres"])
def test_three_processes_share_thirty_sources(
    database: Database, store_url: str, tmp_path: Path, stack: ExitStack
) -> None:
    """Each source is polled by one at a time, about ten by each, through SIGSTOP, SIGCONT and kill."""
    users = {f"{name}-{p}": f"pk_{name}_{p}_0123456789abcdef" for name in NAMES for p in "xyz"}
    sandbox = stack.enter_context(Sandbox(users=users).start())
    for name in NAMES:
        track_with_source(database, name, [name], base_url=sandbox.url, now=now_us())
        for p in "xyz":
            sandbox.put(document(name), user=f"{name}-{p}")
    watchers = {
        p: stack.enter_context(
            Watcher(
                ["-m", "recorder", "poll", "--forever"],
                environment(
                    store_url,
                    sandbox.url,
                    tmp_path,
                    sources={name: name for name in NAMES},
                    keys={name: users[f"{name}-{p}"] for name in NAMES},
                    rate=RATE,
                ),
                tmp_path / f"said-{p}",
            )
        )
        for p in "xyz"
    }
    began = now_us()
    for watcher in watchers.values():
        watcher.start()
        time.sleep(1)
    at: dict[str, float] = {}

    def seconds() -> float:
        return (now_us() - began) / SECOND

    def wait_for(shared: dict[str, int]) -> None:
        """Wait until each process has asked so many sources for 5 s."""
        since, until = seconds(), seconds() + 240
        while seconds() < since + 5:
            time.sleep(0.5)
            if (now := shares(owners(sandbox, began))) != shared:
                assert seconds() < until, now
                since = seconds()

    even = {"x": 10, "y": 10, "z": 10}
    wait_for(even)
    at["stop"] = (watchers["y"].stop() - began) / SECOND
    wait_for({"x": 15, "z": 15})
    at["cont"] = (watchers["y"].send(signal.SIGCONT) - began) / SECOND
    wait_for(even)
    at["kill"] = (watchers["z"].kill() - began) / SECOND
    wait_for({"x": 15, "y": 15})
    at["start"] = (now_us() - began) / SECOND
    watchers["z"].start()
    wait_for(even)
    codes = [watcher.end() for watcher in watchers.values()]
    asked = owners(sandbox, began)
    order = {name: "".join(p for p, _ in groupby(p for _, p in of)) for name, of in asked.items()}
    say(f"{at}; requests: {sum(map(len, asked.values()))}; who asked whom in turn: {order}")
    say(*((tmp_path / f"said-{process}").read_text() for process in "xyz"))
    assert codes == [0, 0, 0]
    assert [found for name in NAMES for found in strays(asked[name])] == []
    for name in NAMES:
        # The server may take up late what was sent before.
        assert [p for t, p in asked[name] if at["stop"] < t < at["cont"]].count("y") <= 1
        assert "z" not in {p for t, p in asked[name] if at["kill"] < t < at["start"]}


def shares(asked: dict[str, list[tuple[float, str]]]) -> dict[str, int]:
    """How many sources each process was the last to ask."""
    return dict(sorted(Counter(of[-1][1] for of in asked.values() if of).items()))


def strays(asked: list[tuple[float, str]]) -> list[str]:
    """Requests of a process between those of another that has taken over: nobody gets a source back and loses it so soon."""
    found = []
    for (before, last), (taken, by) in pairwise(asked):
        if by != last:
            until = max(t for t, p in asked if p == by and taken <= t < taken + 5)
            again = [t for t, p in asked if p == last and taken <= t < until]
            found += [f"{last} at {t:.2f}, {by} has it since {taken:.2f}" for t in again]
        assert before <= taken
    return found


def test_a_stray_is_found() -> None:
    """Requests of two processes in turns are; a source that is given back is not."""
    assert strays([(0, "x"), (1, "y"), (1.5, "x"), (2, "y")])
    assert strays([(0, "x"), (1, "y"), (2, "y"), (3, "x"), (4, "x")]) == []
