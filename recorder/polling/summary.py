"""The result of a watch, as one line and as an exit code."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct, field

from recorder.errors import StoreError
from recorder.humanize import counted
from recorder.instants import iso_seconds
from recorder.ledger.answer import Answer, Outcome
from recorder.schedule.failing import FailingRun, is_lasting


class Summary(Struct, kw_only=True):
    """The result of one watch.

    Attributes:
        outcomes: how many answers had each outcome.
        pages: how many pages of items had each outcome.
        failing: runs, by source and id, whose last poll failed, each with the reason.
        lasting: the runs that have been failing for over a minute, the longest first.
        refused: sources whose key was refused, and why.
        busy: sources that another process polls.
        store_error: why the store did not answer last; None where it did.
        unrecorded: answers that could not be written to the store.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    pages: Counter[Outcome] = field(default_factory=Counter)
    failing: dict[tuple[str, str], str] = field(default_factory=dict)
    lasting: list[FailingRun] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)
    store_error: StoreError | None = None
    unrecorded: int = 0

    def note(self, source: str, answer: Answer, outcome: Outcome) -> None:
        """Count one recorded answer."""
        if not answer.target.is_row:
            self.pages[outcome] += 1
            return
        self.outcomes[outcome] += 1
        self.failing.pop((source, answer.run_id), None)
        if outcome.is_failure:
            self.failing[source, answer.run_id] = answer.detail or outcome.text

    def note_lasting(self, failing: Iterable[FailingRun], *, now: int) -> None:
        """Note which of the failing runs failed here, and have been failing for long."""
        here = (one for one in failing if (one.source, one.run_id) in self.failing)
        self.lasting = [one for one in here if is_lasting(one, now=now)]

    @property
    def exit_code(self) -> int:
        """4: a key was refused; 1: answers were lost; 3: the requests for a run have failed for long; 0: fine."""
        if self.refused:
            return 4
        if self.unrecorded:
            return 1
        return 3 if self.lasting else 0

    def line(self) -> str:
        """Return the summary as one line."""
        outcomes = ", ".join(f"{n} {outcome.text}" for outcome, n in sorted(self.outcomes.items()))
        text = f"polled {self.outcomes.total()}" + (f": {outcomes}" if outcomes else "")
        if self.pages:
            failed = sorted((outcome, n) for outcome, n in self.pages.items() if not outcome.is_row)
            text += f"; {counted(self.pages[Outcome.CHANGED], 'page')} of items"
            text += "".join(f", {n} {outcome.text}" for outcome, n in failed)
        if self.failing:
            runs = counted(len(self.failing), "run")
            text += f"; the last poll of {runs} did not succeed ({self._example()})"
        if self.busy:
            text += f"; another process polls {', '.join(sorted(self.busy))}"
        return text

    def _example(self) -> str:
        """Return the run that has been failing for longest, else the last that failed, and why."""
        if not self.lasting:
            (source, run_id), why = next(reversed(self.failing.items()))
            return f"{run_id} of source {source!r}: {why}"
        run = self.lasting[0]
        why = self.failing[run.source, run.run_id]
        return f"{run.run_id} of source {run.source!r}, since {iso_seconds(run.since)}: {why}"
