"""Random histories as the API would have served them: for tests that hold the doors against each other.

Runs of every fate, with what is awkward: nulls, absent sections, clocks that run backwards, unknown words, zero costs,
mixed units, amounts that cannot be read, ends that nobody told, runs that move after their end or start again.
"""

import json
from random import Random
from typing import Any

from stores import T0, S

from recorder.instants import iso
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.jsontext import parse_json, to_text
from recorder.ledger.target import Target

SLUGS = ("work_email", "phone", None)
MESSAGES = (
    "Provider quota exceeded (HTTP 429) for workspace {}",
    "Provider quota exceeded (HTTP 503) for workspace {}",
    "Timeout after {} ms calling 'findy'",
    "no  luck with https://api{}.example.com/x",
)
_DAY = 86_400


def random_answers(seed: int, runs: int) -> list[Answer]:
    """Answers of so many runs over some days, in random order."""
    random = Random(seed)
    answers = [a for n in range(runs) for a in _life(random, f"er_{n:03}")]
    random.shuffle(answers)
    return answers


def _life(random: Random, run_id: str) -> list[Answer]:
    created = random.randrange(3 * _DAY)
    if random.random() < 0.05:
        return [_failed(run_id, created + k, Outcome.NOT_VISIBLE, 404) for k in (1, 9)]
    run = _Run(random, run_id, created)
    at, answers = created + random.choice([0.1, 0.1, 3, 30, 500]), []
    for _ in range(random.randrange(1, 9)):
        if random.random() < 0.1:
            answers.append(_failed(run_id, at, Outcome.SERVER_ERROR, 503))
        else:
            answers.append(_answer(run_id, at, run.document(at)))
        at += random.choice([2, 3, 5, 14, 40, 700]) + random.random()
    return answers


class _Run:
    """One run's life, seconds after T0."""

    def __init__(self, random: Random, run_id: str, created: float) -> None:
        self.random = random
        self.run_id, self.created = run_id, created
        self.started = created + random.choice([-2, 0, 1, 5, 20])
        self.ended = (
            self.started + random.choice([-1, 0, 3, 30, 60, 90, 300, 2000]) + random.random()
        )
        self.fate = random.choice(["completed"] * 4 + ["failed", "failed", "cancelled", "stuck"])
        self.leads = random.choice([0, 1, 4, 10, 200])
        self.slug, self.version = random.choice(SLUGS), random.choice([1, 2, 10, "beta", None])
        self.tells_end, self.updates = random.random() < 0.3, random.random() < 0.5
        self.reopens = random.random() < 0.2
        self.unit = random.choice(["credits", "credits", "USD", None, "odd", "mixed"])
        self.preview = random.choice([0, self.leads * 2, self.leads * 0.35])
        self.actual = random.choice([None, 0, self.preview, self.preview * 1.25, self.leads * 0.1])
        self.sparse = random.random() < 0.05
        self.failing = random.choice([0, 0, 1])

    def document(self, at: float) -> dict[str, Any]:
        ended = at >= self.ended and self.fate != "stuck"
        if ended and self.reopens and int(at) % 3 == 0:
            ended = False
        status = self.fate if ended else "running" if at >= self.started else "pending"
        if self.fate == "stuck" and at > self.started + 100:
            status = "paused"
        if self.sparse:
            return {"run": {"id": self.run_id, "status": status}}
        return {
            "run": {
                "id": self.run_id,
                "status": status,
                "mode": "persisted",
                "enrichment": {"id": "e", "slug": self.slug, "version": self.version},
                "scope": self._scope(at, ended=ended),
                "cost": {
                    "preview": self._cost(self.preview, self.unit),
                    "actual": self._cost(
                        self._charged(at, ended=ended), "USD" if self.unit == "mixed" else self.unit
                    ),
                },
                "error": {"message": self._message(at), "details": None}
                if ended and status == "failed"
                else None,
                "timing": self._timing(at, ended=ended),
            }
        }

    def _scope(self, at: float, *, ended: bool) -> dict[str, Any]:
        share = 1.0 if ended else min(max((at - self.started) / 100, 0), 0.9)
        done = int(self.leads * share)
        failed = min(done, self.failing * (done // 2))
        counts = {
            "pending": self.leads - done,
            "running": 0,
            "completed": done - failed,
            "skipped": 0,
            "failed": failed,
        }
        if self.leads == 10:
            counts["completed"] = None  # type: ignore[assignment]
        return {"resolvedCount": self.leads + (self.leads == 4), "counts": counts}

    def _message(self, at: float) -> str:
        turn = int(self.created) + (at > self.ended + 300)
        return MESSAGES[turn % len(MESSAGES)].format(int(self.created))

    def _charged(self, at: float, *, ended: bool) -> float | None:
        return self.actual if ended and at > self.ended + 4 else None

    def _cost(self, number: float | None, unit: str | None) -> Any:
        if number is None:
            return None
        if unit == "odd":
            return {"tier": "gold"}
        if unit == "USD":
            return {"total": number, "currency": "USD"}
        return number if unit is None else {"credits": number}

    def _timing(self, at: float, *, ended: bool) -> dict[str, Any]:
        tells = ended and (self.tells_end or self.fate == "completed")
        return {
            "createdAt": _spelt(self.created),
            "startedAt": _spelt(self.started) if at >= self.started else None,
            "completedAt": _spelt(self.ended) if tells else None,
            "cancelledAt": _spelt(self.ended) if tells and self.fate == "cancelled" else None,
            "updatedAt": _spelt(min(at, self.ended)) if self.updates else None,
        }


def _spelt(seconds: float) -> str:
    return iso(T0 + int(seconds * 1000) * 1000)[:23] + "Z"


def _answer(run_id: str, at: float, document: dict[str, Any]) -> Answer:
    body = to_text(parse_json(json.dumps(document))).encode()
    return Answer(
        source="default",
        target=Target(run_id),
        observed_at=T0 + int(at * S),
        outcome=None,
        http_status=200,
        body=body,
        body_length=len(body),
    )


def _failed(run_id: str, at: float, outcome: Outcome, status: int) -> Answer:
    return Answer(
        source="default",
        target=Target(run_id),
        observed_at=T0 + int(at * S),
        outcome=outcome,
        http_status=status,
    )
