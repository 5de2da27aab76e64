"""A population of simulated runs of mixed endings, and the answers that a poller would have recorded of them.

Invariant: the same seed and start give the same runs, and the same answers line by line.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from recorder.sandbox.effects import NO_EFFECTS, Effects
from recorder.sandbox.run_document import document
from recorder.sandbox.simulated_run import Ending, Overrides, SimulatedRun, make_run
from recorder.sandbox.timestamps import DAY, HOUR, MINUTE, SECOND, iso

_FEW = 10
_STUCK_FOR = 20 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedPopulation:
    """Runs in the order of their numbers.

    Attributes:
        seed: the seed of all chance.
        speed: the factor by which the runs go faster than in life.
        effects: what disturbs them, and those that are started later.
        runs: the runs; number i of the seed stands at position i.
    """

    seed: int = 1
    speed: float = 1.0
    effects: Effects = NO_EFFECTS
    runs: tuple[SimulatedRun, ...] = ()

    @classmethod
    def generate(
        cls,
        *,
        runs: int,
        seed: int = 1,
        start_at: int,
        spread_us: int = 0,
        speed: float = 1.0,
        users: Sequence[str] = ("default",),
        effects: Effects = NO_EFFECTS,
    ) -> "SimulatedPopulation":
        """Generate runs of mixed endings; from ten runs on, each ending occurs.

        Args:
            runs: the number of runs.
            seed: the same seed and start give the same population.
            start_at: when the first run may be created, microseconds since 1970 UTC.
            spread_us: over how long the creations are spread, microseconds. Stuck runs are created
                another 12 to 45 minutes before, so that they are overdue already.
            speed: the factor by which they go faster than in life; instants stay those of the wall clock.
            users: their users, in turn.
            effects: what disturbs them.
        """
        rng = random.Random(f"world/{seed}")  # noqa: S311 -- reproducible, not secret
        phases = sorted(rng.random() for _ in range(runs))

        def run(number: int, ending: Ending | None = None) -> SimulatedRun:
            return make_run(
                seed=seed,
                number=number,
                user=users[number % len(users)],
                created_at=start_at + int(phases[number] * spread_us),
                speed=speed,
                phase=phases[number],
                overrides=Overrides(ending=ending),
                effects=effects,
            )

        made = [run(number) for number in range(runs)]
        for number, ending in _missing(rng, made):
            made[number] = run(number, ending)
        return cls(seed=seed, speed=speed, effects=effects, runs=tuple(_aged(rng, made)))


def _missing(rng: random.Random, made: list[SimulatedRun]) -> Iterator[tuple[int, Ending]]:
    there = {run.ending for run in made}
    absent = [ending for ending in Ending if ending not in there]
    common = [number for number, run in enumerate(made) if run.ending == Ending.COMPLETED]
    if len(made) >= _FEW and len(common) > len(absent):
        yield from zip(rng.sample(common, len(absent)), absent, strict=True)


def _aged(rng: random.Random, made: list[SimulatedRun]) -> Iterator[SimulatedRun]:
    for run in made:
        age_us = rng.randrange(12 * MINUTE, 45 * MINUTE, SECOND)
        yield run.moved(-age_us) if run.ending == Ending.STUCK else run


def answers(
    *,
    runs: int,
    seed: int = 1,
    start_at: int,
    spread_us: int = 30 * DAY,
    until_at: int | None = None,
    source: str = "default",
    error_rate: float = 0.005,
    effects: Effects = NO_EFFECTS,
) -> Iterator[dict[str, Any]]:
    """Generate the answers that a poller would have recorded of a population, as lines for `import`, in order of time.

    Most runs are polled from their start, some from their middle or after their end; each is polled 6 to 12 times.

    Args:
        runs: the number of runs.
        seed: the same seed and start give the same lines.
        start_at: the beginning of the history, microseconds since 1970 UTC.
        spread_us: its length, microseconds.
        until_at: nothing is observed after this instant; None for no limit.
        source: the name of the source in the lines.
        error_rate: share of the polls that the API answers with 503, 0 to 1.
        effects: what disturbs the history.

    Yields:
        `{"observed_at", "source", "run_id", "status_code", "body"}`.
    """
    population = SimulatedPopulation.generate(
        runs=runs, seed=seed, start_at=start_at, spread_us=spread_us, effects=effects
    )
    rng = random.Random(f"answers/{seed}")  # noqa: S311 -- reproducible, not secret
    polls = sorted(
        (at, number) for number, run in enumerate(population.runs) for at in _polls(rng, run)
    )
    for at, number in polls:
        if until_at is None or at <= until_at:
            run = population.runs[number]
            broken = rng.random() < error_rate
            yield {
                "observed_at": iso(at),
                "source": source,
                "run_id": run.run_id,
                "status_code": 503 if broken else 200,
                "body": _UNAVAILABLE if broken else document(run, at),
            }


_UNAVAILABLE = {"error": {"code": "unavailable", "message": "try again later"}}


def _polls(rng: random.Random, run: SimulatedRun) -> Iterator[int]:
    """Draw the instants of a run's polls: some seven while it goes on, then those after its end."""
    end = run.created_at + _STUCK_FOR if run.ended_at is None else run.ended_at
    life_us = end - run.created_at
    every_us = max(3 * SECOND, life_us // 7)
    [missed] = rng.choices([0.0, rng.random(), 1.0], weights=[85, 10, 5])
    at = run.created_at + int(life_us * missed) + rng.randrange(100_000, 2 * SECOND)
    while at < end:
        yield at
        at += int(every_us * rng.uniform(0.9, 1.1))
    yield at
    if run.settled_at is not None:
        for wait_us in (5 * SECOND, 15 * MINUTE, HOUR):
            yield max(at, run.settled_at) + wait_us + rng.randrange(SECOND)
