"""The texts of a live table, run by run; `live` draws them.

Invariant: served text goes through `visible`. Pure.
"""

from collections.abc import Sequence

from msgspec import Struct

from recorder.analysis.rows import RunRow
from recorder.analysis.values import Cells, amount, declared, kinds
from recorder.cli.terminal import visible
from recorder.humanize import cost_text, rough_span, time_left, whole_span
from recorder.instants import SECOND
from recorder.ledger.answer import Outcome
from recorder.life import Phase
from recorder.schedule.cadence import Cadence
from recorder.store.read.live_runs import is_waited_for
from recorder.views import NOTHING_REMAINS, REMAINING_KINDS

MOST_RUNS = 2000  # that one round reads: many times what a terminal shows


class LiveRow(Struct, frozen=True, kw_only=True):
    """One run in a live table.

    Attributes:
        key: source and id: the same in every table.
        run_id: the id.
        status: the status last seen, `-` for none.
        done: leads that have ended.
        total: all leads; None where the ledger gives no number.
        age: the time since its creation, or from there to its end.
        seen: the time since the last poll.
        cost: actual/preview.
        note: what a person should know; empty when all is well.
        alarming: whether the note reports a failure.
        left: how much longer it takes, empty where nobody can say.
        left_briefly: the same in fewer columns.
    """

    key: tuple[str, str]
    run_id: str
    status: str
    done: int
    total: int | None
    age: str
    seen: str
    cost: str
    note: str
    alarming: bool
    left: str
    left_briefly: str


class LiveRows(Struct, frozen=True, kw_only=True):
    """The rows of a live table at one moment, its headline, and the number of runs beyond the rows."""

    headline: str
    rows: Sequence[LiveRow]
    more: int = 0


def live_row(run: RunRow, cadence: Cadence, now: int, left: Cells = NOTHING_REMAINS) -> LiveRow:
    """Return the row of one run.

    Args:
        run: its state in the store.
        cadence: says when it is overdue.
        now: microseconds since 1970 UTC.
        left: what remains of it, and whether it is slow, by the names of `views.REMAINING_KINDS`.
    """
    age_us = _age_us(run, now)
    alarm = _alarm(run, cadence, now)
    return LiveRow(
        key=(run.source, run.run_id),
        run_id=visible(run.run_id),
        status=visible(run.status or "-"),
        done=run.leads_done,
        total=run.leads_total,
        age="-" if age_us is None else whole_span(age_us),
        seen="-"
        if run.last_polled_at is None
        else rough_span(max(now - run.last_polled_at, 0) // SECOND),
        cost=cost_text(amount(run.cost_actual_micros), amount(run.cost_preview_micros)),
        note=visible(alarm or _remark(run, is_slow=bool(left["slow"]))),
        alarming=alarm is not None,
        left=time_left(left),
        left_briefly=time_left(left, briefly=True),
    )


_OF_A_RUN = kinds(
    "source run_id tracking status leads_done leads_total age_seconds seen_seconds_ago cost_actual cost_preview"
    " cost_unit overdue trigger_run_id note",
    count="leads_done leads_total",
    seconds="age_seconds seen_seconds_ago",
    amount="cost_actual cost_preview",
    flag="overdue",
)
SNAPSHOT_COLUMNS = declared({**_OF_A_RUN, **REMAINING_KINDS})


def snapshot_row(run: RunRow, cadence: Cadence, now: int, left: Cells) -> dict[str, object]:
    """Return the values of one run, by the names in `SNAPSHOT_COLUMNS`; None where one is not known."""
    same = ("source", "run_id", "tracking", "status", "leads_total", "cost_unit", "trigger_run_id")
    age_us = _age_us(run, now)
    return (
        {name: getattr(run, name) for name in same}
        | left
        | {
            "leads_done": None if run.leads_total is None else run.leads_done,
            "age_seconds": None if age_us is None else age_us // SECOND,
            "seen_seconds_ago": (
                None if run.last_polled_at is None else max(now - run.last_polled_at, 0) // SECOND
            ),
            "cost_actual": amount(run.cost_actual_micros),
            "cost_preview": amount(run.cost_preview_micros),
            "overdue": run.is_overdue(cadence.overdue_after_us, now=now),
            "note": live_row(run, cadence, now, left).note or None,
            "remaining": time_left(left, briefly=True) or None,  # of tables alone
        }
    )


def _age_us(run: RunRow, now: int) -> int | None:
    """Return the time from a run's creation to its end, or to now; None where it ended at a time unknown."""
    began = run.tracked_at if run.created_at is None else run.created_at
    until = run.ended_at if run.is_terminal else now
    return None if until is None else max(until - began, 0)


def _alarm(run: RunRow, cadence: Cadence, now: int) -> str | None:
    if run.tracking == "not_visible":
        return "not visible (404)"
    if run.tracking == "abandoned":
        return "abandoned"
    if run.is_overdue(cadence.overdue_after_us, now=now):
        return f"overdue {run.trigger_run_id or ''}".strip()
    if run.last_outcome is not None and (outcome := Outcome(run.last_outcome)).is_failure:
        return outcome.text
    if run.status == "failed":
        return run.error_message or "failed"
    return None


def _remark(run: RunRow, *, is_slow: bool) -> str:
    if run.first_good_at is None:
        return "not seen yet"
    words = ["slow"] if is_slow else []
    if run.leads_failed:
        words.append(f"{run.leads_failed} failed")
    if words:
        return ", ".join(words)
    return "settling" if run.tracking == "settling" and not run.is_quiet else ""


def waiting_line(runs: Sequence[RunRow], cadence: Cadence, now: int) -> str:
    """Return in one line what `poll --until-done` waits for."""
    waited_for = [run for run in runs if is_waited_for(run, cadence, now)]
    counts = {
        "in flight": sum(run.phase is Phase.IN_FLIGHT for run in waited_for),
        "not seen yet": sum(run.phase in (Phase.UNSEEN, Phase.LOST) for run in waited_for),
        "ended that may still change": sum(run.phase is Phase.ENDED for run in waited_for),
    }
    text = ", ".join(f"{n} {word}" for word, n in counts.items() if n) or "nothing"
    if waited_for:
        first = live_row(waited_for[0], cadence, now)
        text += f" ({first.run_id} {first.status}, {first.age})"
    overdue = sum(run.is_overdue(cadence.overdue_after_us, now=now) for run in runs)
    return f"waiting for {text}" + (f"; {overdue} overdue, not waited for" if overdue else "")


def headline(runs: Sequence[RunRow], cadence: Cadence, now: int) -> str:
    """Return in one line how many of these runs are in each state."""
    counts = {
        "in flight": sum(run.phase is Phase.IN_FLIGHT for run in runs),
        "overdue": sum(run.is_overdue(cadence.overdue_after_us, now=now) for run in runs),
        "not seen": sum(run.phase is Phase.UNSEEN and run.tracking == "active" for run in runs),
        "not visible": sum(run.tracking == "not_visible" for run in runs),
        "completed": sum(run.status == "completed" for run in runs),
        "failed": sum(run.status == "failed" for run in runs),
        "cancelled": sum(run.status == "cancelled" for run in runs),
    }
    return ", ".join(f"{n} {word}" for word, n in counts.items() if n) or "nothing in flight"
