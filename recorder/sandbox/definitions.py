"""The enrichment definitions that the sandbox's ledger knows: slugs, versions, contracts, prices.

Invariant: a definition and its contract depend on slug and version alone, so that every run of one
version carries the same `enrichment.snapshot`.
"""

import json
import random
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, TypeAlias

CostShape: TypeAlias = Literal["credits", "number", "string", "total"]

_DIRE = ("funding_stage", 4)
_DIRE_FAILURES = 2.0
_DIRE_PRICE = 1.2
_LAGGARDS = 0.15
_WORDS = [
    "lead",
    "domain",
    "company",
    "email",
    "verify",
    "score",
    "source",
    "match",
    "signal",
    "page",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One version of an enrichment: what it is and how it behaves.

    Attributes:
        slug: its name.
        version: its version, from 1.
        subject: `person` or `company`.
        action: the credit action in the price table.
        credits: price of one lead, credits.
        cost_shape: how its costs are written: an object with credits, a bare number, a numeric
            string, or an object with a total and a currency.
        currency: of such a total.
        failure_rate: share of its runs that fail, 0 to 1.
        charge: mean of actual over preview, per processed lead.
        seconds: median running time of a run of 20 leads, seconds.
    """

    slug: str
    version: int
    subject: str
    action: str
    credits: int
    cost_shape: CostShape = "credits"
    failure_rate: float = 0.06
    charge: float = 0.92
    seconds: float = 25.0
    currency: str = "USD"

    @property
    def lead_failure_rate(self) -> float:
        """The mean share of the leads that fail, 0 to 1."""
        return 0.02 + 0.01 * self.version


_NEWEST = (
    Definition(slug="work_email", version=3, subject="person", action="EMAIL_LOOKUP", credits=2),
    Definition(
        slug="phone_finder",
        version=2,
        subject="person",
        action="PHONE_LOOKUP",
        credits=5,
        charge=0.7,
    ),
    Definition(
        slug="company_size",
        version=1,
        subject="company",
        action="COMPANY_LOOKUP",
        credits=1,
        seconds=12.0,
    ),
    Definition(
        slug="funding_stage", version=4, subject="company", action="WEB_RESEARCH", credits=3
    ),
    Definition(
        slug="tech_stack",
        version=2,
        subject="company",
        action="SITE_SCAN",
        credits=2,
        cost_shape="number",
    ),
    Definition(
        slug="linkedin_profile",
        version=3,
        subject="person",
        action="PROFILE",
        credits=4,
        cost_shape="string",
    ),
    Definition(
        slug="news_signal",
        version=2,
        subject="company",
        action="WEB_RESEARCH",
        credits=8,
        failure_rate=0.14,
        charge=1.12,
        seconds=90.0,
    ),
    Definition(
        slug="intent_score",
        version=1,
        subject="company",
        action="MODEL",
        credits=6,
        cost_shape="total",
    ),
)
_WEIGHTS = (12, 8, 7, 8, 5, 5, 4, 3)  # how often each is used

SLUGS = tuple(one.slug for one in _NEWEST)


def latest_version(slug: str) -> int:
    """Return the newest version of a slug of `SLUGS`."""
    return _NEWEST[SLUGS.index(slug)].version


@lru_cache
def definition(slug: str, version: int) -> Definition:
    """Return the definition of a slug of `SLUGS` in a version from 1 to its latest.

    Version 4 of `funding_stage` fails twice as often as version 3 and costs a fifth more.
    """
    newest = _NEWEST[SLUGS.index(slug)]
    if (slug, version) != _DIRE:
        return replace(newest, version=version)
    return replace(
        newest,
        failure_rate=newest.failure_rate * _DIRE_FAILURES,
        charge=newest.charge * _DIRE_PRICE,
    )


def choose(rng: random.Random, *, phase: float) -> Definition:
    """Draw a definition as people would have used it at a moment of the history.

    Args:
        rng: where chance comes from.
        phase: the moment, from 0 (the beginning, version 1) to 1 (the end, the latest version).
    """
    slug = rng.choices(SLUGS, weights=_WEIGHTS)[0]
    latest = latest_version(slug)
    version = min(latest, 1 + int(phase * latest))
    if rng.random() < _LAGGARDS:
        version = max(1, version - 1)
    return definition(slug, version)


@lru_cache
def contract(used: Definition) -> dict[str, Any]:
    """Return `enrichment.snapshot`, 1 to 3 KB: one dict shared by all runs of a definition; do not change it."""
    slug, version = used.slug, used.version
    rng = random.Random(f"contract/{slug}/{version}")  # noqa: S311 -- reproducible, not secret
    steps: list[dict[str, Any]] = []
    made: dict[str, Any] = {
        "slug": slug,
        "version": version,
        "subject": used.subject,
        "costModel": {"creditAction": used.action, "creditsPerLead": used.credits},
        "inputSchema": {"type": "object", "properties": {"domain": {"type": "string"}}},
        "defaultOutput": {"target": "lead_attribute", "attributeKey": slug},
        "steps": steps,
    }
    size = rng.randint(1000, 3000)
    while len(json.dumps(made)) < size:
        steps.append(_step(rng, len(steps)))
    return made


def _step(rng: random.Random, position: int) -> dict[str, Any]:
    return {
        "id": f"step-{position}",
        "provider": rng.choice(["findy", "reacher", "llm"]),
        "prompt": " ".join(rng.choice(_WORDS) for _ in range(rng.randint(6, 24))),
        "timeoutMs": rng.choice([5000, 10000, 30000]),
        "retry": {"max": 3, "backoff": "exponential"},
    }
