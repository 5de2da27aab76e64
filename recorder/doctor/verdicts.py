"""Turn findings into checks, one function for each link of the chain."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from recorder.base_url import PingUrl
from recorder.doctor.checks import Check, CheckStatus, fail, ok, warn
from recorder.doctor.probe import Account, Probe
from recorder.errors import StoreError
from recorder.fetch.keys import readable_by_others
from recorder.humanize import clock_words, counted, whole_span
from recorder.instants import MINUTE, SECOND, iso_seconds
from recorder.ledger.answer import FAR_OFF_US, Answer, Outcome
from recorder.schedule.dispatch import Budget
from recorder.store.read.overdue_runs import Overdue
from recorder.store.read.source_health import Backlog, SourceHealth

CLOCK_WITHIN_US = 2 * SECOND
SELDOM_US = 15 * SECOND
WAITING_US = 5 * MINUTE

_NO_STORE = "is it there, and does --db or RECORDER_DATABASE_URL name it?"
_STORE_ADVICE: tuple[tuple[str, str | None], ...] = (
    ("--db", None),  # these errors say what to do themselves
    ("try again", None),
    ("use a user who", None),
    ("free some room", None),
    ("readonly", "this user may only read it: poll as one who may write to it and to its folder"),
    ("read-only transaction", "poll on the server that may be written to"),
    ("permission denied", "poll as a user who may write, or grant this one the right"),
    ("is full", "free some room on its disk"),
    ("No space left", "free some room on its disk"),
)
_NO_API = "is RECORDER_BASE_URL the API's, and nothing between (a proxy, a login page)?"
_OTHER_USERS = "the key has other users: lower RECORDER_RATE"
_TOO_SELDOM = "changes between two polls are missed: raise RECORDER_RATE, or use more keys"
_TOO_FAST = "runs end faster than they can be asked, so ends are seen late: raise RECORDER_RATE, or use more keys"
_VERDICTS: dict[Outcome | None, tuple[CheckStatus, str]] = {
    Outcome.REFUSED: (
        CheckStatus.FAIL,
        "give the source a key that works: this one is not accepted",
    ),
    Outcome.THROTTLED: (CheckStatus.WARN, _OTHER_USERS),
    Outcome.SERVER_ERROR: (CheckStatus.FAIL, "the API fails: try again later"),
    Outcome.NETWORK_ERROR: (
        CheckStatus.FAIL,
        "look at RECORDER_BASE_URL, the network, and a proxy (HTTPS_PROXY)",
    ),
    Outcome.MALFORMED: (CheckStatus.FAIL, _NO_API),
    Outcome.UNEXPECTED: (CheckStatus.FAIL, _NO_API),
}


def check_store(error: StoreError) -> Check:
    """Check a store that failed; advise nothing where the error says what to do."""
    found = str(error)
    advice = next((advice for words, advice in _STORE_ADVICE if words in found), _NO_STORE)
    return fail("store", found, advice)


def check_kept(files: Sequence[Path]) -> Check:
    """Check the files of answers, one or more, that a store did not take when their process ended."""
    names = ", ".join(one.name for one in files)
    found = f"answers that a store did not take are in {files[0].parent}: {names}"
    advice = "'recorder import FILE' into the store that they belong to, then remove the file"
    return warn("kept", found, advice)


def check_ping(url: PingUrl, why: str | None) -> Check:
    """Check a URL by the result of a ping."""
    if why is None:
        return ok("ping", f"{url} took a ping (/log)")
    return fail("ping", f"{url}: {why}", "look at RECORDER_PING_URL, and at the monitor")


def check_key(account: Account) -> Check:
    """Check how a source's key is stored."""
    found, key_file = f"{account.key.setting} is set", account.config.api_key_file
    if key_file is None or not readable_by_others(key_file):
        return ok("key", found, source=account.config.name)
    found += ", and others on this machine may read it"
    return warn("key", found, f"chmod 600 {shlex.quote(str(key_file))}", source=account.config.name)


def check_api(account: Account, probe: Probe, *, now: int) -> Check:
    """Check the API and the key by the result of one request."""
    if probe.answer is None:
        return _no_request(account, probe.budget, now)
    state, advice = _VERDICTS.get(probe.outcome, (CheckStatus.OK, None))
    if probe.outcome is None and not probe.tracked:
        state, advice = CheckStatus.WARN, _NO_API
    return Check(
        name="api",
        source=account.config.name,
        state=state,
        found=_answer_text(account, probe, probe.answer),
        advice=advice,
        refused=probe.outcome is Outcome.REFUSED,
    )


def _no_request(account: Account, budget: Budget | None, now: int) -> Check:
    pause = None if budget is None else _pause_text(budget, now)
    if pause is not None:
        found, advice = f"no request sent: {pause}", "nothing is to be done: requests go on then"
        return warn("api", found, advice, source=account.config.name)
    found = f"no request sent: the key's budget of {account.config.rate} requests in 60 s is spent"
    return warn("api", found, "try again in a minute", source=account.config.name)


def _answer_text(account: Account, probe: Probe, answer: Answer) -> str:
    status = "no answer" if answer.http_status is None else f"HTTP {answer.http_status}"
    took = "" if answer.latency_ms is None else f" in {answer.latency_ms} ms"
    text = f"{status} from {account.config.base_url}{took}"
    if probe.outcome is Outcome.NOT_VISIBLE and not probe.tracked:
        return f"{text} for an id that does not exist: the key works"
    if probe.outcome in (Outcome.CHANGED, Outcome.UNCHANGED, Outcome.NOT_VISIBLE):
        return f"{text} for run {probe.run_id}: the key works"
    return f"{text}: {answer.detail}" if answer.detail else text


def check_clock(name: str, answer: Answer | None, off_us: int | None = None) -> Check | None:
    """Check our clock against the server's; return None where there was no answer and nothing is known.

    Args:
        name: the source.
        answer: the answer to the probe.
        off_us: microseconds that the last passes found the polling machine's clock ahead of the server's.
    """
    if answer is None or answer.http_status is None:
        return None if off_us is None else _clock_off(name, "the last pass found it", off_us)
    if answer.ahead_us is None:
        return warn("clock", "not compared: the API sent no Date", source=name)
    if abs(answer.ahead_us) > CLOCK_WITHIN_US:
        return _clock_off(name, "at least", answer.ahead_us)
    if off_us is not None:
        return _clock_off(name, "within 2 s here, but the last pass found it", off_us)
    return ok("clock", "within 2 s of the server's", source=name)


def _clock_off(name: str, how: str, ahead_us: int) -> Check:
    advice = "set the clock of the machine that polls (NTP): it says when a state was seen"
    if abs(ahead_us) > FAR_OFF_US:
        advice += "; until then no run is given up"
    return warn("clock", f"{how} {clock_words(ahead_us)} the server's", advice, source=name)


def check_lease(name: str, poller: str | None) -> Check:
    """Check which process polls a source."""
    found = "nobody polls at this moment" if poller is None else f"polled by {poller}"
    return ok("lease", found, source=name)


def check_budget(
    sharing: Sequence[SourceHealth],
    budget: Budget,
    pauses: Sequence[int],
    *,
    every_us: int,
    is_refused: bool,
    now: int,
    life_us: int | None = None,
) -> Check:
    """Check how often a key's budget lets each run be polled.

    Args:
        sharing: the sources that use the key.
        budget: the key's budget.
        pauses: the pause between two polls of each run that takes its turn, microseconds.
        every_us: the cadence, microseconds.
        is_refused: whether the API refuses the key.
        now: microseconds since 1970 UTC.
        life_us: how long the runs that ended lately took, the median; None where none did.
    """
    names = ", ".join(one.source.name for one in sharing)
    runs, pause = _runs_text(sharing), _pause_text(budget, now)
    used = f"{budget.busy} of {budget.rate} requests in 60 s are used"
    if is_refused:
        found = _joined(f"{runs}, not seen while the key is refused", used, pause)
        return warn("budget", found, source=names)
    if pause:
        return warn("budget", _joined(runs, used, pause), _OTHER_USERS, source=names)
    in_turn = sum(one.unseen + one.in_flight - one.overdue for one in sharing)
    if not in_turn:
        return ok("budget", _joined(runs, used), source=names)
    pace = poll_interval_us(pauses, budget, every_us)
    each = "each" if in_turn > 1 else "it"
    is_short = pace > every_us + SECOND // 10
    sooner = ", sooner near its likely end" if is_short else ""
    found = _joined(f"{runs}: {each} is seen about every {pace / SECOND:.0f} s{sooner}", used)
    if life_us is not None and pace > life_us:
        took = f"half of those that ended in the last hour took less than {whole_span(life_us)}"
        return warn("budget", _joined(found, took), _TOO_FAST, source=names)
    if pace > SELDOM_US + SECOND // 10:
        return warn("budget", found, _TOO_SELDOM, source=names)
    return ok("budget", found, source=names)


def _joined(*parts: str | None) -> str:
    return "; ".join(filter(None, parts))


def _pause_text(budget: Budget, now: int) -> str | None:
    """Return the pause that the API asked for, in words; None where there is none."""
    if budget.paused_until is None or budget.paused_until <= now:
        return None
    left = whole_span(budget.paused_until - now)
    return (
        f"the API asked for a pause (429) until {iso_seconds(budget.paused_until)}, for {left} more"
    )


def poll_interval_us(pauses: Sequence[int], budget: Budget, every_us: int) -> int:
    """Return the mean time between two polls of a run in flight, microseconds, to a twentieth of a second.

    Args:
        pauses: the pause between two polls of each run, microseconds.
        budget: the key's budget.
        every_us: the cadence: the pause of a run in flight.
    """
    # The schedule chooses which run goes first, not how many polls there are: where the budget is short, each waits
    # in the mean as long as any other, on top of its own pause.
    least, most = every_us, max(every_us, len(pauses) * budget.interval_us)
    while most - least > SECOND // 20:
        middle = (least + most) // 2
        wanted = sum(MINUTE / (middle + max(pause - every_us, 0)) for pause in pauses)
        least, most = (middle, most) if wanted > budget.rate else (least, middle)
    return most


def _runs_text(sharing: Sequence[SourceHealth]) -> str:
    """Return the polled runs, in the words and by the counts of `recorder sources`."""
    names = ("in_flight", "overdue", "unseen", "not_visible")
    in_flight, overdue, unseen, lost = (sum(getattr(one, n) for one in sharing) for n in names)
    late = f" ({overdue} overdue and polled less often)" if overdue else ""
    others = [(unseen, "unseen"), (lost, "not visible and polled less often")]
    in_words = [f"{counted(in_flight, 'run')} in flight{late}"]
    return ", ".join([*in_words, *(f"{n} {words}" for n, words in others if n)])


def check_due(backlog: Backlog, last_good_at: int | None, *, now: int) -> Check:
    """Check that runs are polled when they are due."""
    last = "no run was seen yet"
    if last_good_at is not None:
        last = f"the last good answer came {whole_span(now - last_good_at)} ago"
    if backlog.since is None:
        return ok("due", f"no run waits for more than 5 minutes; {last}")
    return warn(
        "due",
        f"{counted(backlog.runs, 'run')} due since {iso_seconds(backlog.since)} and not asked; {last}",
        "keep 'recorder poll --for 55s' in cron, or 'recorder poll --forever' as a service",
    )


def check_overdue(overdue: Sequence[Overdue], *, now: int) -> Check:
    """Check that no run is overdue; `overdue` begins with the longest in flight."""
    if not overdue:
        return ok("overdue", "no run is overdue")
    flight = whole_span(now - overdue[0].since)
    found = f"{counted(len(overdue), 'run')} overdue: {overdue[0].run_id} is in flight for {flight}"
    advice = "'recorder overdue' lists them with the triggerRunId to escalate with"
    return warn("overdue", found, advice)
