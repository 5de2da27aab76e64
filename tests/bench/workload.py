"""What a poller sees of many runs: a seeded log of polls, in the order of time.

Every run is polled each 3 s from its creation until the first poll that sees its end. Runs have 5 to 2,000 leads
(median about 28), wait some seconds and run about a minute; their counts move in batches; three in four name their
leads one by one; the definition of each slug and version is 1 to 4 KB. A body has about 7 KB.
"""

import json
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from recorder.instants import SECOND, iso

START_AT = 1_780_000_000 * SECOND
CADENCE_US = 3 * SECOND
_ALIVE = 25
_SLUGS = ("work-email", "phone", "company-size", "funding", "tech-stack", "job-title", "hq", "news")
_WORDS = ("lead", "domain", "company", "email", "verify", "score", "source", "match", "signal")


@dataclass(frozen=True, slots=True)
class Poll:
    """One answer: when it was read (microseconds since 1970 UTC), of which run, and its body."""

    at: int
    run_id: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run's whole life; instants in microseconds."""

    run_id: str
    leads: int
    created: int
    started: int
    ended: int
    status: str
    batch_us: int
    skipped: float
    failed: float
    fixed: dict[str, Any] = field(repr=False)

    def document(self, at: int) -> dict[str, Any]:
        """What the ledger says of it at an instant."""
        has_started, has_ended = at >= self.started, at >= self.ended
        done = self._done(at) if has_started else 0
        skipped, failed = int(done * self.skipped), int(done * self.failed)
        running = min(10, self.leads - done) if has_started and not has_ended else 0
        status = self.status if has_ended else "running" if has_started else "pending"
        moved = self.ended if has_ended else self.started if has_started else self.created
        if has_started and not has_ended:
            moved += (at - self.started) // self.batch_us * self.batch_us
        fixed = self.fixed
        cost = {"preview": fixed["preview"], "actual": fixed["actual"] if has_ended else None}
        run = {
            "id": self.run_id,
            "status": status,
            "mode": "live",
            "enrichment": fixed["enrichment"],
            "scope": {
                "type": fixed["requested"]["type"],
                "listId": None,
                "requested": fixed["requested"],
                "resolvedCount": self.leads if has_started else None,
                "counts": {
                    "pending": self.leads - done - running,
                    "running": running,
                    "completed": done - skipped - failed,
                    "skipped": skipped,
                    "failed": failed,
                },
            },
            "output": fixed["output"],
            "cost": cost,
            "trigger": fixed["trigger"],
            "error": {"message": "Provider timeout", "details": {"provider": "p2"}}
            if status == "failed"
            else None,
            "timing": {
                "startedAt": _spelt(self.started) if has_started else None,
                "completedAt": _spelt(self.ended) if has_ended else None,
                "cancelledAt": _spelt(self.ended) if status == "cancelled" else None,
                "createdAt": _spelt(self.created),
                "updatedAt": _spelt(moved),
            },
        }
        return {"run": run}

    def _done(self, at: int) -> int:
        if at >= self.ended:
            return self.leads
        batches = (at - self.started) // self.batch_us * self.batch_us
        return int(self.leads * min(1.0, batches / (self.ended - self.started)))


def _spelt(us: int) -> str:
    return f"{iso(us)[:23]}Z"


def _runs(count: int, seed: int, start_at: int) -> Iterator[_Run]:
    chance = random.Random(seed)
    definitions: dict[tuple[str, int], dict[str, Any]] = {}
    created = start_at
    for _ in range(count):
        created += int(chance.expovariate(_ALIVE / 95) * SECOND) // 1000 * 1000
        yield _run(chance, created, definitions)


def _run(
    chance: random.Random, created: int, definitions: dict[tuple[str, int], dict[str, Any]]
) -> _Run:
    size = chance.gauss(0, 1)
    leads = int(min(max(28 * math.exp(1.45 * size), 5), 2000))
    waits = min(max(6 * math.exp(chance.gauss(0, 1)), 1), 60)
    runs = min(max(60 * math.exp(0.85 * (0.45 * size + 0.89 * chance.gauss(0, 1))), 3), 1200)
    key = (chance.choice(_SLUGS), chance.randint(1, 4))
    if key not in definitions:
        definitions[key] = _definition(*key)
    started = created + int(waits * 1000) * 1000
    return _Run(
        run_id=_name(chance),
        leads=leads,
        created=created,
        started=started,
        ended=started + int(runs * 1000) * 1000,
        status=chance.choices(("completed", "failed", "cancelled"), (88, 8, 4))[0],
        batch_us=int(min(max(5 * math.exp(0.6 * chance.gauss(0, 1)), 1), 30) * 1000) * 1000,
        skipped=chance.random() * 0.15,
        failed=chance.random() * 0.08,
        fixed=_fixed(chance, leads, definitions[key]),
    )


def _fixed(chance: random.Random, leads: int, definition: dict[str, Any]) -> dict[str, Any]:
    requested: dict[str, Any] = {"type": "list", "filter": {"stage": "new"}, "limit": leads}
    if chance.random() < 0.75:
        requested = {"type": "explicit", "leadIds": [_name(chance) for _ in range(leads)]}
    trigger = {
        "correlationId": _name(chance),
        "triggerRunId": f"run_{_name(chance)[:16]}",
        "dispatchMetadata": chance.choice([None, {"source": "api", "region": "eu-1"}]),
    }
    return {
        "enrichment": {
            "id": f"enr_{definition['slug']}",
            "slug": definition["slug"],
            "version": definition["version"],
            "snapshot": definition,
        },
        "requested": requested,
        "trigger": trigger,
        "output": {"target": "lead", "attributeKey": "a", "writePolicy": "overwrite"},
        "preview": {"credits": 2 * leads, "perLead": 2},
        "actual": {"credits": int(1.9 * leads), "currency": "credits"},
    }


def _definition(slug: str, version: int) -> dict[str, Any]:
    chance = random.Random(f"{slug}/{version}")
    steps: list[dict[str, Any]] = []
    made = {"slug": slug, "version": version, "inputs": [{"key": "domain"}], "steps": steps}
    size = chance.randint(1000, 4000)
    while len(json.dumps(made)) < size:
        prompt = " ".join(chance.choice(_WORDS) for _ in range(chance.randint(6, 24)))
        steps.append({"id": f"step-{len(steps)}", "prompt": prompt, "retry": {"max": 3}})
    return made


def _name(chance: random.Random) -> str:
    text = f"{chance.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def poll_log(runs: int, seed: int, start_at: int = START_AT) -> Iterator[Poll]:
    """Yield every poll of so many runs that are created from an instant on, in the order of time."""
    coming, alive = list(reversed(list(_runs(runs, seed, start_at)))), list[_Run]()
    number = 0
    while coming or alive:
        now = start_at + number * CADENCE_US
        while coming and coming[-1].created <= now:
            alive.append(coming.pop())
        for place, run in enumerate(alive):
            at = now + place * 4000
            body = json.dumps(run.document(at), separators=(",", ":")).encode()
            yield Poll(at, run.run_id, body)
        alive = [run for place, run in enumerate(alive) if now + place * 4000 < run.ended]
        number += 1


def passes(polls: Iterable[Poll]) -> Iterator[list[Poll]]:
    """Yield the polls of each three seconds, as one pass records them."""
    for _, group in groupby(polls, key=lambda poll: (poll.at - START_AT) // CADENCE_US):
        yield list(group)
