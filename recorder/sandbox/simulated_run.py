"""The life of one run of the sandbox: when it starts, how its leads go, how it ends.

Invariant: a run is a value that holds its whole life beforehand, as steps in order of time; the five
counts of every step sum to the number of leads; instants are whole milliseconds, as the ledger's are.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

from recorder.ledger.run_status import TERMINAL, RunStatus
from recorder.sandbox.definitions import Definition, choose
from recorder.sandbox.effects import NO_EFFECTS, Effects, RunEffects

_ID_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MILLISECOND = 1000


class Ending(StrEnum):
    """A way in which a run ends."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CANCELLED_PENDING = "cancelled-pending"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStep:
    """The status word and the counts of leads from `at` (microseconds) on."""

    at: int
    status: str
    pending: int = 0
    running: int = 0
    completed: int = 0
    skipped: int = 0
    failed: int = 0

    @property
    def processed(self) -> int:
        """Leads that were worked on to an end."""
        return self.completed + self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedRun:
    """One run and its whole life.

    Attributes:
        run_id: the id in the API's path.
        user: the only user who sees the run.
        definition: what it enriches with.
        ending: how it ends.
        leads: how many leads it covers.
        list_id: the list they come from, None for explicitly named leads.
        salt: 64 bits that lead ids and metadata are made from.
        speed: the factor by which it goes faster than in life.
        created_at: microseconds since 1970 UTC, as all instants here.
        steps: its life; the first at `created_at`.
        charge: actual over preview, per processed lead.
        actual_at: when `cost.actual` appears, None for never.
        has_completed_at: whether the ledger says when a failed run ended.
        error: `error.message` and `error.details` of a failed run.
        dry: whether results are not written.
        undocumented: what its rows hold beyond the API's page, each with when that begins.
    """

    run_id: str
    user: str
    definition: Definition
    ending: Ending
    leads: int
    list_id: str | None
    salt: int
    speed: float
    created_at: int
    steps: tuple[RunStep, ...]
    charge: float
    actual_at: int | None
    has_completed_at: bool = True
    error: tuple[str, dict[str, Any] | None] | None = None
    dry: bool = False
    undocumented: tuple[tuple[str, int], ...] = ()

    @property
    def started_at(self) -> int | None:
        """When it began to run, None for never."""
        return next((step.at for step in self.steps if step.status == RunStatus.RUNNING), None)

    @property
    def ended_at(self) -> int | None:
        """When it became terminal, None for never."""
        return next((step.at for step in self.steps if step.status in TERMINAL), None)

    @property
    def settled_at(self) -> int | None:
        """The time from which its document changes no more; None if the run never ends."""
        if self.ended_at is None:
            return None
        return max(self.steps[-1].at, self.actual_at or 0)

    def moved(self, by_us: int) -> "SimulatedRun":
        """Return the same run, so many microseconds later."""
        return replace(
            self,
            created_at=self.created_at + by_us,
            steps=tuple(replace(step, at=step.at + by_us) for step in self.steps),
            actual_at=None if self.actual_at is None else self.actual_at + by_us,
        )

    def step_at(self, at: int) -> RunStep:
        """Return the step that holds at an instant; before the creation, the first."""
        return next((step for step in reversed(self.steps) if step.at <= at), self.steps[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """Choices of a caller for a new run; None leaves one to chance."""

    definition: Definition | None = None
    leads: int | None = None
    list_id: str | None = None
    ending: Ending | None = None


def make_run(
    *,
    seed: int,
    number: int,
    user: str,
    created_at: int,
    speed: float = 1.0,
    phase: float | None = None,
    overrides: Overrides | None = None,
    effects: Effects = NO_EFFECTS,
) -> SimulatedRun:
    """Make one run of a seed's population; the same arguments give the same run.

    Args:
        seed: the population.
        number: which of its runs; the id depends on seed and number alone.
        user: the user of the run.
        created_at: microseconds since 1970 UTC; cut to milliseconds.
        speed: how many times faster than in life it goes, above 0.
        phase: how far the history has come, 0 to 1: decides the version; None for any
            version, at its end.
        overrides: what is not left to chance.
        effects: what disturbs it.
    """
    rng = random.Random(f"run/{seed}/{number}")  # noqa: S311 -- reproducible, not secret
    run_id = "er_" + "".join(rng.choices(_ID_LETTERS, k=12))
    overrides = overrides or Overrides()
    chosen = choose(rng, phase=rng.random() if phase is None else phase)
    used = effects.on_definition(overrides.definition or chosen)
    effect = effects.on_run(
        seed=seed, number=number, created_at=created_at, phase=1.0 if phase is None else phase
    )
    ending, leads, salt = _ending(rng, used), _leads(rng), rng.getrandbits(64)
    listed = leads == 0 or _chance(rng, 0.3)
    draft = SimulatedRun(
        run_id=run_id,
        user=user,
        definition=used,
        ending=overrides.ending or (Ending.FAILED if effect.fails else ending),
        leads=leads if overrides.leads is None else overrides.leads,
        list_id=overrides.list_id or (f"lst_{salt:016x}"[:12] if listed else None),
        salt=salt,
        speed=speed / effect.slowness,
        created_at=created_at - created_at % _MILLISECOND,
        steps=(),
        charge=min(1.6, max(0.4, rng.gauss(used.charge, 0.1))) * effect.charge,
        actual_at=None,
        dry=_chance(rng, 0.1),
        undocumented=effects.undocumented,
    )
    return _affected(_live(rng, replace(draft, steps=tuple(_whole_life(rng, draft)))), effect)


def _affected(run: SimulatedRun, effect: RunEffects) -> SimulatedRun:
    if effect.new_error and run.error is not None:
        message = f"Model gateway refused the prompt of lead {lead_id(run, 0)} (HTTP 413)"
        run = replace(run, error=(message, {"provider": "llm"}))
    if run.actual_at is None or effect.late_s is None:
        return replace(run, actual_at=None)
    return replace(run, actual_at=_later(run, run.actual_at, effect.late_s))


def _chance(rng: random.Random, share: float) -> bool:
    return rng.random() < share


def _leads(rng: random.Random) -> int:
    return 0 if _chance(rng, 0.02) else min(800, 1 + int(20 * rng.lognormvariate(0, 1.1)))


def _ending(rng: random.Random, used: Definition) -> Ending:
    rates = [used.failure_rate, 0.06, 0.02, 0.02]
    endings = [
        Ending.FAILED,
        Ending.CANCELLED,
        Ending.CANCELLED_PENDING,
        Ending.STUCK,
        Ending.COMPLETED,
    ]
    return rng.choices(endings, weights=[*rates, 1 - sum(rates)])[0]


def _later(run: SimulatedRun, at: int, seconds: float) -> int:
    return at + round(seconds * 1000 / run.speed) * _MILLISECOND


def _whole_life(rng: random.Random, run: SimulatedRun) -> Iterator[RunStep]:
    """Generate the steps of a run that completes."""
    pending_s = min(30.0, 3 * rng.lognormvariate(0, 0.8))
    size = max(run.leads, 1) / 20
    running_s = min(
        500.0, max(2.0, run.definition.seconds * size**0.4 * rng.lognormvariate(0, 0.5))
    )
    batches, lanes = min(max(run.leads, 1), rng.randint(3, 10)), rng.choice([1, 5, 10])
    skip, fail = rng.random() * 0.1, rng.random() * 2 * run.definition.lead_failure_rate
    started = _later(run, run.created_at, pending_s)
    yield RunStep(at=run.created_at, status=RunStatus.PENDING, pending=run.leads)
    for batch in range(batches + 1):
        done = run.leads * batch // batches
        running = min(lanes, run.leads - done)
        skipped, failed = int(done * skip), int(done * fail)
        yield RunStep(
            at=_later(run, started, running_s * batch / batches),
            status=RunStatus.RUNNING if batch < batches else RunStatus.COMPLETED,
            pending=run.leads - done - running,
            running=running,
            completed=done - skipped - failed,
            skipped=skipped,
            failed=failed,
        )


def _live(rng: random.Random, run: SimulatedRun) -> SimulatedRun:
    """Cut and extend a completed run's steps for its ending."""
    started, end = run.steps[1].at, run.steps[-1].at
    middle = started + int((end - started) * rng.uniform(0.1, 0.9))
    queued = run.created_at + int((started - run.created_at) * rng.uniform(0.2, 0.9))
    if run.ending == Ending.FAILED:
        return _fail(rng, run, middle if _chance(rng, 0.9) else queued)
    if run.ending == Ending.STUCK:
        return replace(run, steps=_until(run, middle if _chance(rng, 0.7) else queued))
    if run.ending == Ending.COMPLETED:
        return _charged(rng, run)
    return _cancel(rng, run, middle if run.ending == Ending.CANCELLED else queued)


def _until(run: SimulatedRun, at: int) -> tuple[RunStep, ...]:
    return tuple(step for step in run.steps if step.at <= at)


def _charged(rng: random.Random, run: SimulatedRun) -> SimulatedRun:
    delay_s = rng.choice([0.0, 0.0, rng.uniform(1, 20)])
    return replace(run, actual_at=_later(run, run.steps[-1].at, delay_s))


def _fail(rng: random.Random, run: SimulatedRun, at: int) -> SimulatedRun:
    at -= at % _MILLISECOND
    steps = _until(run, at)
    last = replace(steps[-1], at=at, status=RunStatus.FAILED)
    if _chance(rng, 0.5):
        last = replace(last, pending=0, running=0, failed=last.failed + last.pending + last.running)
    has_completed_at, charged = _chance(rng, 0.7), _chance(rng, 0.7)
    error = _error(rng, run)
    failed = replace(run, steps=(*steps, last), has_completed_at=has_completed_at, error=error)
    if not charged:
        return failed
    return _charged(rng, failed) if has_completed_at else replace(failed, actual_at=at)


def _error(rng: random.Random, run: SimulatedRun) -> tuple[str, dict[str, Any] | None]:
    provider, workspace = rng.choice(["findy", "reacher", "llm"]), rng.randint(1000, 9999)
    required = run.leads * run.definition.credits
    errors: list[tuple[str, dict[str, Any] | None]] = [
        (
            f"Provider quota exceeded (HTTP 429) for workspace {workspace}",
            {"provider": provider, "retryable": False},
        ),
        (f"Timeout after 30000 ms calling {provider}", {"provider": provider, "timeoutMs": 30000}),
        (f"Upstream answered 502 for lead {lead_id(run, 0)}", {"provider": provider}),
        (f"Insufficient credits: {required} required, {required // 3} available", None),
        (f"Output attribute {run.definition.slug} is not writable", {"policy": "never"}),
    ]
    return rng.choice(errors)


def cancel(run: SimulatedRun, at: int) -> SimulatedRun | None:
    """Cancel a run at an instant; return it as it goes on, or None where it has ended by then.

    Pending leads are skipped; running leads go on to completed or failed after the run says cancelled.
    """
    if run.step_at(at).status in TERMINAL:
        return None
    rng = random.Random(f"cancel/{run.salt}")  # noqa: S311 -- reproducible, not secret
    return _cancel(
        rng, replace(run, ending=Ending.CANCELLED, error=None, has_completed_at=True), at
    )


def _cancel(rng: random.Random, run: SimulatedRun, at: int) -> SimulatedRun:
    at = max(run.created_at, at - at % _MILLISECOND)
    steps = _until(run, at)
    last = replace(steps[-1], at=at, status=RunStatus.CANCELLED, pending=0)
    last = replace(last, skipped=last.skipped + steps[-1].pending)
    late = tuple(_late(rng, run, last))
    return _charged(rng, replace(run, steps=(*steps, last, *late)))


def _late(rng: random.Random, run: SimulatedRun, last: RunStep) -> Iterator[RunStep]:
    """Generate the steps of the leads that were running when the run was cancelled."""
    edges = sorted({0, last.running // 2, last.running})
    for before, after in pairwise(edges):
        ended, failed = after - before, int(_chance(rng, 0.3))
        last = replace(
            last,
            at=_later(run, last.at, rng.uniform(1, 8)),
            running=last.running - ended,
            completed=last.completed + ended - failed,
            failed=last.failed + failed,
        )
        yield last


def lead_id(run: SimulatedRun, position: int) -> str:
    """Derive the id of a run's lead."""
    # An odd factor: no two leads of a run have the same id.
    return f"ld_{(run.salt + (position + 1) * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF:016x}"
