"""The enrichment definitions that the sandbox's ledger knows: slugs, versions, contracts, prices.

Invariant: a definition and its contract depend on slug and version alone, so that every run of one
version carries the same `enrichment.snapshot`.
"""

import json
import random
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias

CostShape: TypeAlias = Literal["credits", "number", "string", "total"]

_DIRE_FAILURES = 2.0
_DIRE_PRICE = 1.2
_LAGGARDS = 0.15
_WORDS = (
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
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What one version of an enrichment is and how it behaves.

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
        lead_failure_rate: mean share of the leads that fail, 0 to 1.
        charge: mean of actual over preview, per processed lead.
        seconds: median running time of a run of 20 leads, seconds.
    """

    slug: str
    version: int
    subject: str
    action: str
    credits: int
    cost_shape: CostShape
    failure_rate: float
    lead_failure_rate: float
    charge: float
    seconds: float
    currency: str = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """One slug of the catalogue, over all its versions."""

    versions: int
    weight: int
    subject: str
    action: str
    credits: int
    cost_shape: CostShape = "credits"
    failure_rate: float = 0.06
    charge: float = 0.92
    seconds: float = 25.0
    dire: bool = False


_CATALOGUE = {
    "work_email": CatalogueEntry(
        versions=3, weight=12, subject="person", action="EMAIL_LOOKUP", credits=2
    ),
    "phone_finder": CatalogueEntry(
        versions=2, weight=8, subject="person", action="PHONE_LOOKUP", credits=5, charge=0.7
    ),
    "company_size": CatalogueEntry(
        versions=1, weight=7, subject="company", action="COMPANY_LOOKUP", credits=1, seconds=12.0
    ),
    "funding_stage": CatalogueEntry(
        versions=4, weight=8, subject="company", action="WEB_RESEARCH", credits=3, dire=True
    ),
    "tech_stack": CatalogueEntry(
        versions=2, weight=5, subject="company", action="SITE_SCAN", credits=2, cost_shape="number"
    ),
    "linkedin_profile": CatalogueEntry(
        versions=3, weight=5, subject="person", action="PROFILE", credits=4, cost_shape="string"
    ),
    "news_signal": CatalogueEntry(
        versions=2,
        weight=4,
        subject="company",
        action="WEB_RESEARCH",
        credits=8,
        failure_rate=0.14,
        charge=1.12,
        seconds=90.0,
    ),
    "intent_score": CatalogueEntry(
        versions=1, weight=3, subject="company", action="MODEL", credits=6, cost_shape="total"
    ),
}

SLUGS = tuple(_CATALOGUE)


def latest_version(slug: str) -> int:
    """Return the newest version of a slug of `SLUGS`."""
    return _CATALOGUE[slug].versions


@lru_cache
def definition(slug: str, version: int) -> Definition:
    """Return the definition of a slug of `SLUGS` in a version from 1 to its latest.

    Version 4 of `funding_stage` fails twice as often as version 3 and costs a fifth more.
    """
    entry = _CATALOGUE[slug]
    dire = entry.dire and version == entry.versions
    return Definition(
        slug=slug,
        version=version,
        subject=entry.subject,
        action=entry.action,
        credits=entry.credits,
        cost_shape=entry.cost_shape,
        failure_rate=entry.failure_rate * (_DIRE_FAILURES if dire else 1.0),
        lead_failure_rate=0.02 + 0.01 * version,
        charge=entry.charge * (_DIRE_PRICE if dire else 1.0),
        seconds=entry.seconds,
    )


def choose(rng: random.Random, *, phase: float) -> Definition:
    """Draw a definition as people would have used it at a moment of the history.

    Args:
        rng: where chance comes from.
        phase: the moment, from 0 (the beginning, version 1) to 1 (the end, the latest version).
    """
    slug = rng.choices(SLUGS, weights=[entry.weight for entry in _CATALOGUE.values()])[0]
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
