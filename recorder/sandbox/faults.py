"""Faults to inject: which request gets which, and what it does to the answer.

Invariant: which fault a request gets is a pure function of the faults, the seed, and the request's
number, age, run and user; a fault that does not fit an answer (a terminal run to reopen where there is
none) leaves it as it was.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from enum import StrEnum
from fnmatch import fnmatchcase
from math import ceil, inf

from recorder.ledger.jsontext import Json, Number, parse_json, to_text
from recorder.ledger.run_status import TERMINAL, RunStatus
from recorder.sandbox.replies import Reply, error_reply, json_reply, run_of, unauthorized
from recorder.sandbox.sandbox_error import SandboxError
from recorder.sandbox.timestamps import SECOND

_HTML = b"<!doctype html><title>Maintenance</title><h1>We will be right back</h1>\n"


class Kind(StrEnum):
    """Kinds of faults; the words of the option and of the scenario file."""

    THROTTLE = "429"
    THROTTLE_DATE = "429-date"
    SERVER_ERROR = "500"
    UNAVAILABLE = "503"
    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    TIMEOUT = "timeout"
    RESET = "reset"
    TRUNCATE = "truncate"
    SLOW = "slow"
    HTML = "html"
    REDIRECT = "redirect"
    NO_RUN = "no-run"
    WRONG_ID = "wrong-id"
    UNKNOWN_FIELD = "unknown-field"
    UNKNOWN_STATUS = "unknown-status"
    REOPEN = "reopen"


class Delivery(StrEnum):
    """A way to deliver an answer: sent whole, cut in the middle, not at all, or with a reset."""

    SEND = "send"
    CUT = "cut"
    HOLD = "hold"
    RESET = "reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault to inject.

    Attributes:
        kind: the kind of fault.
        rate: share of the requests that it applies to, 0 to 1; shares of several faults add up.
        requests: the numbers of the requests that it applies to (from 1, whatever the rate), or None.
        from_s: seconds after the server's start from which it applies.
        until_s: seconds after the server's start until which it applies.
        run: a glob of the run ids that it applies to.
        user: the user whose requests it applies to; None: every user.
        retry_after_s: the seconds of Retry-After (429).
        seconds: the delay of an answer (slow, timeout); None for 1.5 and 120.
    """

    kind: Kind
    rate: float = 1.0
    requests: frozenset[int] | None = None
    from_s: float = 0.0
    until_s: float = inf
    run: str = "*"
    user: str | None = None
    retry_after_s: float = 2.0
    seconds: float | None = None

    @property
    def delay_s(self) -> float:
        """How long an answer waits, seconds."""
        usual = {Kind.SLOW: 1.5, Kind.TIMEOUT: 120.0}.get(self.kind, 0.0)
        return self.seconds if self.seconds is not None and usual else usual


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultedReply:
    """An answer after its fault: `fault` is None where the fault did not fit."""

    reply: Reply
    delivery: Delivery = Delivery.SEND
    delay_s: float = 0.0
    fault: Kind | None = None


def parse_fault(text: str) -> Fault:
    """Parse a fault such as `429=0.1`: kind and rate.

    Raises:
        SandboxError: an unknown kind, or a rate that is no number from 0 to 1.
    """
    word, _, rate = text.partition("=")
    return Fault(kind=parse_kind(word), rate=parse_rate(rate, where=f"--fault {text}"))


def parse_kind(word: str) -> Kind:
    """Parse the word of a kind of fault.

    Raises:
        SandboxError: an unknown one.
    """
    try:
        return Kind(word)
    except ValueError as error:
        known = ", ".join(Kind)
        raise SandboxError(f"no fault is called {word!r}: take one of {known}") from error


def parse_rate(value: object, *, where: str) -> float:
    """Parse a share from 0 to 1.

    Raises:
        SandboxError: anything else; names where it stood.
    """
    try:
        rate = float(str(value))
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise SandboxError(f"{where}: {value!r} is no rate, give a number from 0 to 1 (429=0.1)")
    return rate


def choose_fault(
    faults: Sequence[Fault], *, seed: int, number: int, elapsed_s: float, run_id: str, user: str
) -> Fault | None:
    """Choose the fault of a request, or None.

    Args:
        faults: the faults; one that names the request's number comes before those by rate.
        seed: the seed of the population.
        number: the number of the request, from 1.
        elapsed_s: seconds since the server's start.
        run_id: the requested run.
        user: the user of the request.
    """
    fitting = [fault for fault in faults if _fits(fault, elapsed_s, run_id, user)]
    for fault in fitting:
        if fault.requests is not None and number in fault.requests:
            return fault
    share = random.Random(f"fault/{seed}/{number}").random()  # noqa: S311 -- reproducible
    for fault in fitting:
        if fault.requests is None:
            if share < fault.rate:
                return fault
            share -= fault.rate
    return None


def _fits(fault: Fault, elapsed_s: float, run_id: str, user: str) -> bool:
    return (
        fault.from_s <= elapsed_s < fault.until_s
        and fnmatchcase(run_id, fault.run)
        and fault.user in (None, user)
    )


def apply_fault(reply: Reply, fault: Fault, *, run_id: str, now: int) -> FaultedReply:
    """Apply a fault to an answer.

    Args:
        reply: the answer without it.
        fault: the fault.
        run_id: the requested run.
        now: microseconds since 1970 UTC.
    """
    if fault.kind in _REPLACED:
        return FaultedReply(reply=_REPLACED[fault.kind](fault, now), fault=fault.kind)
    if fault.kind in _DELIVERIES:
        delivery = _DELIVERIES[fault.kind]
        return FaultedReply(reply=reply, delivery=delivery, delay_s=fault.delay_s, fault=fault.kind)
    return _rewritten(reply, fault.kind, run_id)


_DELIVERIES = {
    Kind.TIMEOUT: Delivery.HOLD,
    Kind.RESET: Delivery.RESET,
    Kind.TRUNCATE: Delivery.CUT,
    Kind.SLOW: Delivery.SEND,
}


def throttled(retry_after_s: float, *, now: int, dated: bool) -> Reply:
    """Return a 429 with Retry-After in seconds or as an HTTP date, rounded up to whole seconds."""
    wait = str(ceil(retry_after_s))
    if dated:
        wait = formatdate(ceil(now / SECOND + retry_after_s), usegmt=True)
    return error_reply(429, "rate_limited", "Too many requests", {"Retry-After": wait})


_REPLACED: dict[Kind, Callable[[Fault, int], Reply]] = {
    Kind.THROTTLE: lambda fault, now: throttled(fault.retry_after_s, now=now, dated=False),
    Kind.THROTTLE_DATE: lambda fault, now: throttled(fault.retry_after_s, now=now, dated=True),
    Kind.SERVER_ERROR: lambda *_: error_reply(500, "internal", "Something went wrong"),
    Kind.UNAVAILABLE: lambda *_: error_reply(503, "unavailable", "Try again later"),
    Kind.UNAUTHORIZED: lambda *_: unauthorized(),
    Kind.FORBIDDEN: lambda *_: error_reply(403, "forbidden", "Not allowed"),
    Kind.HTML: lambda *_: Reply(headers={"Content-Type": "text/html"}, body=_HTML),
    Kind.NO_RUN: lambda *_: json_reply(200, {}),
    Kind.REDIRECT: lambda *_: Reply(
        status=302, headers={"Location": "https://elsewhere.invalid/login"}
    ),
}


def _rewritten(reply: Reply, kind: Kind, run_id: str) -> FaultedReply:
    run = run_of(reply.body) if reply.status == 200 else None  # noqa: PLR2004
    changed = None if run is None else _REWRITES[kind](run, run_id)
    if changed is None:
        return FaultedReply(reply=reply)
    whole = parse_json(reply.body)
    siblings = whole if isinstance(whole, dict) else {}
    body = to_text({**siblings, "run": changed}).encode()
    return FaultedReply(reply=Reply(headers=reply.headers, body=body), fault=kind)


_Run = dict[str, Json]


def _part(run: _Run, name: str) -> _Run:
    part = run.get(name)
    return part if isinstance(part, dict) else {}


def _unknown_field(run: _Run, _: str) -> _Run:
    scope = _part(run, "scope")
    counts = {**_part(scope, "counts"), "deduplicated": Number("2")}
    billing: _Run = {"plan": "pro", "balance": Number("12345678901234567890.10")}
    return {**run, "region": "eu-west-1", "billing": billing, "scope": {**scope, "counts": counts}}


def _reopen(run: _Run, _: str) -> _Run | None:
    if run.get("status") not in TERMINAL:
        return None
    timing = {**_part(run, "timing"), "completedAt": None, "cancelledAt": None}
    return {**run, "status": RunStatus.RUNNING, "error": None, "timing": timing}


_REWRITES: dict[Kind, Callable[[_Run, str], _Run | None]] = {
    Kind.WRONG_ID: lambda run, run_id: {**run, "id": f"{run_id}-other"},
    Kind.UNKNOWN_STATUS: lambda run, _: {**run, "status": "paused"},
    Kind.UNKNOWN_FIELD: _unknown_field,
    Kind.REOPEN: _reopen,
}
