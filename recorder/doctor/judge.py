"""What the findings mean: functions from what was found to checks."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from recorder.doctor.checks import Check, CheckStatus
from recorder.doctor.probe import Account, Probe
from recorder.errors import StoreError
from recorder.fetch.keys import readable_by_others
from recorder.humanize import clock_words, whole_span
from recorder.instants import MINUTE, SECOND, iso
from recorder.ledger.answer import FAR_OFF_US, Answer, Outcome
from recorder.schedule.dispatch import Budget
from recorder.store.read.due import Overdue
from recorder.store.read.health import Backlog, SourceHealth

CLOCK_WITHIN_US = 2 * SECOND
SELDOM_US = 15 * SECOND
WAITING_US = 5 * MINUTE


def judge_store_error(error: StoreError) -> Check:
    """What the store's refusal asks for; nothing more where the error says what to do."""
    said = str(error)
    advice = next((advice for words, advice in _STORE_ADVICE if words in said), _NO_STORE)
    return Check(name="store", state=CheckStatus.FAIL, found=said, advice=advice)


_NO_STORE = "is it there, and does --db or RECORDER_DATABASE_URL name it?"
_STORE_ADVICE: tuple[tuple[str, str | None], ...] = (
    ("--db", None),
    ("try again", None),
    ("readonly", "this user may only read it: poll as one who may write to it and to its folder"),
    ("read-only transaction", "poll on the server that may be written to"),
    ("permission denied", "poll as a user who may write, or grant this one the right"),
    ("is full", "free some room on its disk"),
    ("No space left", "free some room on its disk"),
    ("disk I/O error", "look at the disk that it is kept on"),
)


def judge_key(account: Account, key_file: Path | None) -> Check:
    """Return how a source's key is kept."""
    found = f"{account.key.setting} is set"
    if key_file is None or not readable_by_others(key_file):
        return Check(name="key", source=account.name, state=CheckStatus.OK, found=found)
    return Check(
        name="key",
        source=account.name,
        state=CheckStatus.WARN,
        found=f"{found}, and others on this machine may read it",
        advice=f"chmod 600 {shlex.quote(str(key_file))}",
    )


def judge_api(account: Account, probe: Probe, *, now: int) -> Check:
    """What one request says of the API and the key."""
    if probe.answer is None:
        return _not_asked(account, probe.budget, now)
    state, advice = _VERDICTS.get(probe.outcome, (CheckStatus.OK, None))
    if probe.outcome is None and not probe.tracked:
        state, advice = CheckStatus.WARN, _NO_API
    return Check(
        name="api",
        source=account.name,
        state=state,
        found=_told(account, probe, probe.answer),
        advice=advice,
        refused=probe.outcome is Outcome.REFUSED,
    )


def _not_asked(account: Account, budget: Budget | None, now: int) -> Check:
    why, advice = (
        f"the key's budget of {account.rate} requests in 60 s is spent",
        "try again in a minute",
    )
    stops = None if budget is None else _pause(budget, now)
    if stops is not None:
        why, advice = stops, "nothing is to be done: it is asked again then"
    found = f"not asked: {why}"
    return Check(
        name="api", source=account.name, state=CheckStatus.WARN, found=found, advice=advice
    )


_NO_API = "is RECORDER_BASE_URL the API's, and nothing between (a proxy, a login page)?"
_VERDICTS: dict[Outcome | None, tuple[CheckStatus, str]] = {
    Outcome.REFUSED: (
        CheckStatus.FAIL,
        "give the source a key that works: this one is not accepted",
    ),
    Outcome.THROTTLED: (CheckStatus.WARN, "the key has other users: lower RECORDER_RATE"),
    Outcome.SERVER_ERROR: (CheckStatus.FAIL, "the API fails: try again later"),
    Outcome.NETWORK_ERROR: (
        CheckStatus.FAIL,
        "look at RECORDER_BASE_URL, the network, and a proxy (HTTPS_PROXY)",
    ),
    Outcome.MALFORMED: (CheckStatus.FAIL, _NO_API),
    Outcome.UNEXPECTED: (CheckStatus.FAIL, _NO_API),
}


def _told(account: Account, probe: Probe, answer: Answer) -> str:
    status = "no answer" if answer.http_status is None else f"HTTP {answer.http_status}"
    took = "" if answer.latency_ms is None else f" in {answer.latency_ms} ms"
    told = f"{status} from {account.base_url}{took}"
    if probe.outcome is Outcome.NOT_VISIBLE and not probe.tracked:
        return f"{told} for an id that does not exist: the key works"
    if probe.outcome is not None and probe.outcome.is_answer:
        return f"{told} for run {probe.run_id}: the key works"
    return f"{told}: {answer.detail}" if answer.detail else told


def judge_clock(name: str, answer: Answer | None, off_us: int | None = None) -> Check | None:
    """Judge our clock against the server's; None where there was no answer and nothing is known.

    Args:
        name: the source.
        answer: the probe's.
        off_us: how far ahead of the server's the last passes found the clock of the machine that polls.
    """
    if answer is None or answer.http_status is None:
        return None if off_us is None else _clock_off(name, "the last pass found it", off_us)
    if answer.ahead_us is None:
        return Check(
            name="clock",
            source=name,
            state=CheckStatus.WARN,
            found="not compared: the API sent no Date",
        )
    if abs(answer.ahead_us) > CLOCK_WITHIN_US:
        return _clock_off(name, "at least", answer.ahead_us)
    if off_us is not None:
        return _clock_off(name, "within 2 s here, but the last pass found it", off_us)
    return Check(
        name="clock", source=name, state=CheckStatus.OK, found="within 2 s of the server's"
    )


def _clock_off(name: str, how: str, ahead_us: int) -> Check:
    advice = "set the clock of the machine that polls (NTP): when a state was seen is told by it"
    if abs(ahead_us) > FAR_OFF_US:
        advice += "; until then no run is given up"
    return Check(
        name="clock",
        source=name,
        state=CheckStatus.WARN,
        found=f"{how} {clock_words(ahead_us)} the server's",
        advice=advice,
    )


def judge_lease(name: str, poller: str | None) -> Check:
    """Who polls a source."""
    found = "nobody polls at this moment" if poller is None else f"polled by {poller}"
    return Check(name="lease", source=name, state=CheckStatus.OK, found=found)


def judge_budget(
    sharing: Sequence[SourceHealth],
    budget: Budget,
    pauses: Sequence[int],
    *,
    every_us: int,
    is_refused: bool,
    now: int,
) -> Check:
    """How often a key's budget lets each run be seen.

    Args:
        sharing: the sources that use the key.
        budget: the key's.
        pauses: how long each run that takes its turn rests between two looks, microseconds.
        every_us: the cadence, microseconds.
        is_refused: whether the API refuses the key.
        now: microseconds since 1970 UTC.
    """
    told, stops = _watched(sharing), _pause(budget, now)
    state, advice = CheckStatus.OK, None
    if is_refused:
        state, told = CheckStatus.WARN, f"{told}, not seen while the key is refused"
    elif stops:
        state, advice = CheckStatus.WARN, _OTHER_USERS
    elif in_turn := sum(one.unseen + one.in_flight - one.overdue for one in sharing):
        pace = seen_every(pauses, budget, every_us)
        told += f": {'each' if in_turn > 1 else 'it'} is seen about every {_seconds(pace)}"
        if pace > SELDOM_US + SECOND // 10:
            state, advice = CheckStatus.WARN, _TOO_SELDOM
    used = f"{budget.busy} of {budget.rate} requests in 60 s are used"
    found = "; ".join(part for part in (told, used, stops) if part)
    names = ", ".join(one.source.name for one in sharing)
    return Check(name="budget", source=names, state=state, found=found, advice=advice)


_OTHER_USERS = "the key has other users: lower RECORDER_RATE"
_TOO_SELDOM = "changes between two looks are not seen: raise RECORDER_RATE, or use more keys"


def _pause(budget: Budget, now: int) -> str | None:
    """The pause that the API asked for, and until when; None where there is none."""
    if budget.paused_until is None or budget.paused_until <= now:
        return None
    left = whole_span(budget.paused_until - now)
    return (
        f"the API asked for a pause (429) until {iso(budget.paused_until)[:19]}Z, for {left} more"
    )


def seen_every(pauses: Sequence[int], budget: Budget, every_us: int) -> int:
    """The time between two looks at a run in flight.

    Runs are asked in the order in which they become due: where the budget is short each waits as long as any other,
    on top of its own pause.

    Args:
        pauses: how long each run rests, microseconds.
        budget: the key's.
        every_us: the cadence, the pause of a run in flight.

    Returns:
        Microseconds, found to a twentieth of a second.
    """
    least, most = every_us, max(every_us, len(pauses) * budget.interval_us)
    while most - least > SECOND // 20:
        middle = (least + most) // 2
        wanted = sum(MINUTE / (middle + max(pause - every_us, 0)) for pause in pauses)
        least, most = (middle, most) if wanted > budget.rate else (least, middle)
    return most


def _watched(sharing: Sequence[SourceHealth]) -> str:
    """The runs that are asked for, in the words and by the counts of `recorder sources`."""
    names = ("in_flight", "overdue", "unseen", "not_visible")
    in_flight, overdue, unseen, lost = (sum(getattr(one, n) for one in sharing) for n in names)
    late = f" ({overdue} overdue and asked less often)" if overdue else ""
    rest = [(unseen, "unseen"), (lost, "not visible and asked less often")]
    return ", ".join([f"{_runs(in_flight)} in flight{late}", *(f"{n} {w}" for n, w in rest if n)])


def judge_waiting(found: Backlog, last_good_at: int | None, *, now: int) -> Check:
    """Whether runs that are due are asked."""
    last = "no run was seen yet"
    if last_good_at is not None:
        last = f"the last good answer came {whole_span(now - last_good_at)} ago"
    if found.since is None:
        return Check(
            name="due", state=CheckStatus.OK, found=f"no run waits for more than 5 minutes; {last}"
        )
    return Check(
        name="due",
        state=CheckStatus.WARN,
        found=f"{_runs(found.runs)} due since {iso(found.since)[:19]}Z and not asked; {last}",
        advice="keep 'recorder poll --for 55s' in cron, or 'recorder poll --forever' as a service",
    )


def judge_overdue(found: Sequence[Overdue], *, now: int) -> Check:
    """Whether a run needs a person."""
    if not found:
        return Check(name="overdue", state=CheckStatus.OK, found="no run is overdue")
    longest = found[0]
    return Check(
        name="overdue",
        state=CheckStatus.WARN,
        found=f"{_runs(len(found))} overdue: {longest.run_id} is in flight for {whole_span(now - longest.since)}",
        advice="'recorder overdue' lists them with the triggerRunId to escalate with",
    )


def _runs(count: int) -> str:
    return f"{count} run" if count == 1 else f"{count} runs"


def _seconds(us: int) -> str:
    return f"{us / SECOND:.0f} s"
