"""The life of one run as a line of time: what the ledger says of it, and what we saw when.

Invariant: an entry names the clock that it goes by; those of the ledger and ours are never mixed silently.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from recorder.history.units import UNSTATED
from recorder.humanize import amount_text, span
from recorder.ledger.run_status import TERMINAL

Cells: TypeAlias = Mapping[str, Any]
"""A row of a view."""

Clock: TypeAlias = Literal["ledger", "ours"]

_LEAST_GAP = timedelta(minutes=2)


class Moment(Struct, frozen=True, kw_only=True):
    """One entry of a line of time.

    Attributes:
        at: when, aware UTC.
        clock: whose clock says so.
        event: created, started, ended, tracked, overdue, seen, leads, preview, actual, final, gap or not_visible.
        words: what happened.
    """

    at: datetime
    clock: Clock
    event: str
    words: str


class RunStory(Struct, frozen=True, kw_only=True):
    """The history of one run, as the views show it; all but `run` in the order of time.

    Attributes:
        run: its row.
        snapshots: its states, each with the units that its sides state themselves: `preview_unit`, `actual_unit`.
        transitions: the changes of its status.
        polls: its polls.
        overdue_at: when it became overdue, or will.
        final_at: when its actual was found final; None where it was not.
        now: the instant of the question.
    """

    run: Cells
    snapshots: Sequence[Cells]
    transitions: Sequence[Cells]
    polls: Sequence[Cells]
    overdue_at: datetime | None
    final_at: datetime | None
    now: datetime

    def moments(self) -> list[Moment]:
        """Return the line of time."""
        found = (self._by_ledger(), self._by_us(), self._states(), self._gaps(), self._absences())
        return sorted((one for some in found for one in some), key=lambda one: one.at)

    def _by_ledger(self) -> Iterator[Moment]:
        run = self.run
        ended = run["ended_at"] if run["ended_at_origin"] == "ledger" else None
        instants = {"created": run["created_at"], "started": run["started_at"], "ended": ended}
        for event, at in instants.items():
            if at is not None:
                words = f"{event}: {run['status']}" if event == "ended" else event
                yield Moment(at=at, clock="ledger", event=event, words=words)

    def _by_us(self) -> Iterator[Moment]:
        yield _seen(self.run["tracked_at"], "tracked", "tracked")
        if self.overdue_at is not None and self._was_in_flight(self.overdue_at):
            yield _seen(self.overdue_at, "overdue", "overdue")
        if self.final_at is not None:
            yield _seen(self.final_at, "final", "the actual was found final")
        for change in self.transitions:
            before, status = change["from_status"], change["to_status"] or "no status"
            again = " again" if before in TERMINAL and status not in TERMINAL else ""
            words = f"seen {status}{again}" + (f", was {before}" if before else "")
            yield _seen(change["seen_at"], "seen", words)

    def _was_in_flight(self, at: datetime) -> bool:
        end = self.now if self.run["is_terminal"] is False else self.run["ended_at"]
        before = [one["to_status"] for one in self.transitions if one["seen_at"] <= at]
        return end is not None and at <= end and not TERMINAL.intersection(before[-1:])

    def _states(self) -> Iterator[Moment]:
        for before, after in zip([None, *self.snapshots], self.snapshots, strict=False):
            yield from _lead_moments(before, after)
            yield from self._cost_moments(before, after)

    def _cost_moments(self, before: Cells | None, after: Cells) -> Iterator[Moment]:
        """Yield a preview that changed, and an actual that changed after the end."""
        is_late = before is not None and before["status"] in TERMINAL
        for side in ("preview", *(["actual"] if is_late else [])):
            was, value = (None if one is None else one[f"cost_{side}"] for one in (before, after))
            if before is not None and value != was:
                earlier = "none before" if was is None else f"was {self._amount(before, side)}"
                words = f"{side} {self._amount(after, side)}, {earlier}"
                yield _seen(after["first_seen_at"], side, words)

    def _amount(self, state: Cells, side: str) -> str:
        """Return one side of a state's cost in its own unit."""
        unit = state[f"{side}_unit"] or state["cost_unit"]
        # A state does not know the setting for amounts without a unit; the row of the run does.
        return amount_text(
            state[f"cost_{side}"], self.run["cost_unit"] if unit == UNSTATED else unit
        )

    def _gaps(self) -> Iterator[Moment]:
        """Yield the times in flight in which no answer showed the run for far longer than it is usually polled."""
        statuses = {state["seq"]: state["status"] for state in self.snapshots}
        good = [poll for poll in self.polls if poll["snapshot_seq"] is not None]
        seen = [(poll["polled_at"], statuses.get(poll["snapshot_seq"])) for poll in good]
        gaps = [
            (until - since, since, until)
            for (since, status), (until, _) in pairwise([*seen, (self.now, None)])
            if status not in TERMINAL
        ]
        begin = self.run["created_at"] or self.run["tracked_at"]
        usual = sorted(gaps)[(len(gaps) - 1) // 2][0] if len(gaps) > 1 else timedelta()
        for gap, since, until in gaps:
            # An overdue run is polled after a twentieth of its time: its usual pauses are no gaps.
            if gap > max(_LEAST_GAP, (since - begin) / 10, 5 * usual):
                words = f"no answer for {span(gap.total_seconds())}: {self._failed(since, until)}"
                yield _seen(since, "gap", words)

    def _failed(self, since: datetime, until: datetime) -> str:
        """Return in words how many polls between two instants failed, and how."""
        between = (poll for poll in self.polls if since < poll["polled_at"] < until)
        counts = Counter(poll["outcome"].replace("_", " ") for poll in between)
        return ", ".join(f"{n} x {word}" for word, n in counts.most_common()) or "not polled"

    def _absences(self) -> Iterator[Moment]:
        words = [poll["outcome"] == "not_visible" for poll in self.polls]
        for poll, was, is_absent in zip(self.polls, [False, *words], words, strict=False):
            if is_absent and not was:
                yield _seen(poll["polled_at"], "not_visible", "not visible (404)")


def _seen(at: datetime, event: str, words: str) -> Moment:
    return Moment(at=at, clock="ours", event=event, words=words)


def _lead_moments(before: Cells | None, after: Cells) -> Iterator[Moment]:
    """Yield the moments at which another quarter of the leads had ended, while the run went on."""
    quarter = _quarters_done(after)
    was = _quarters_done(before) if before else 0
    if after["status"] not in TERMINAL and quarter > was:
        words = f"{_n_ended(after):,} of {after['leads_total']:,} leads ended"
        yield _seen(after["first_seen_at"], "leads", words)


def _n_ended(state: Cells) -> int:
    return sum(state[f"leads_{word}"] or 0 for word in ("completed", "skipped", "failed"))


def _quarters_done(state: Cells) -> int:
    total = state["leads_total"] or 0
    return 4 * _n_ended(state) // total if total > 0 else 0
