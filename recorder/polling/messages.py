"""The messages of a watch, one line each."""

from collections.abc import Iterable

from recorder.analysis.rows import RunRow
from recorder.humanize import clock_words, counted, whole_span
from recorder.store.read.overdue_runs import Overdue


def overdue_line(one: Overdue, *, now: int) -> str:
    """Return the message for an overdue run, with the id that finds it at Trigger.dev."""
    return (
        f"overdue: run {one.run_id} of source {one.source!r} is {one.status or 'without status'}"
        f" for {whole_span(now - one.since)}: {_escalation(one.trigger_run_id)}"
    )


def gave_up_line(run: RunRow, why: str) -> str:
    """Return the message for a run that is not waited for any longer."""
    escalation = _escalation(run.trigger_run_id)
    return f"gave up: run {run.run_id} of source {run.source!r} {why}: {escalation}"


def _escalation(trigger_run_id: str | None) -> str:
    if trigger_run_id is None:
        return "the ledger gives no triggerRunId"
    return f"escalate with triggerRunId {trigger_run_id}"


def refused_line(source: str, why: str) -> str:
    """Return the message for a source that was stopped."""
    return f"source {source!r} is stopped: {why}: give it a key that works, then poll again"


def key_works_line(source: str) -> str:
    """Return the message for a stopped source whose key works again."""
    return f"source {source!r}: the API key works again"


def clock_off_line(source: str, off_us: int) -> str:
    """Return the message for a clock of ours that differs from the server's."""
    return (
        f"this machine's clock is {clock_words(off_us)} that of the server of source {source!r}: set it (NTP);"
        " until then no run is given up"
    )


def clock_right_line(source: str) -> str:
    """Return the message for a clock of ours that is right again."""
    return f"this machine's clock agrees with that of the server of source {source!r} again"


def too_fast_line(sources: Iterable[str], *, pace_us: int, life_us: int) -> str:
    """Return the message for a key whose runs end faster than they can be asked."""
    names = ", ".join(map(repr, sources))
    return (
        f"runs of source {names} end faster than they can be asked: the budget allows a poll of each about every"
        f" {whole_span(pace_us)}, half of them take less than {whole_span(life_us)}, so ends are seen late; raise --rate, or use a second key"
    )


def down_line(source: str, why: str) -> str:
    """Return the message for a source of which every request fails."""
    return f"source {source!r} fails: {why}; it is polled less often until it answers"


def answers_again_line(source: str) -> str:
    """Return the message for a source that answers after it failed."""
    return f"source {source!r} answers again"


def overdue_left_line(count: int) -> str:
    """Return the message for overdue runs that a watch did not wait for."""
    return f"{_runs_are(count)} overdue and not waited for: 'recorder overdue' lists them"


def not_visible_line(count: int) -> str:
    """Return the message for runs that the API does not show."""
    return (
        f"{_runs_are(count)} not visible (404): is the key that of their account?"
        " 'recorder runs' lists them"
    )


def _runs_are(count: int) -> str:
    return f"{counted(count, 'run')} {'is' if count == 1 else 'are'}"
