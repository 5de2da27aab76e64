"""What a watch did, for people and for the exit code."""

from collections import Counter
from dataclasses import dataclass, field

from recorder.ledger.answer import Answer, Outcome

_SUCCEEDED = (Outcome.CHANGED, Outcome.UNCHANGED, Outcome.NOT_VISIBLE)


@dataclass(slots=True, kw_only=True)
class Summary:
    """What a watch did.

    Attributes:
        outcomes: how many answers had each outcome.
        failing: runs, by source and id, whose last answer was neither a row nor a 404, each with what it was.
        refused: sources whose key was refused, and why.
        busy: sources that another process polls.
        unrecorded: answers that the store could not take.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    failing: dict[tuple[str, str], str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)
    unrecorded: int = 0

    def note(self, source: str, answer: Answer, outcome: Outcome) -> None:
        """Count one recorded answer."""
        self.outcomes[outcome] += 1
        self.failing.pop((source, answer.run_id), None)
        if outcome not in _SUCCEEDED:
            why = answer.detail or outcome.word.replace("_", " ")
            self.failing[source, answer.run_id] = why

    @property
    def exit_code(self) -> int:
        """4: a key was refused; 1: answers were lost; 3: some polls did not succeed; 0: fine."""
        if self.refused:
            return 4
        if self.unrecorded:
            return 1
        return 3 if self.failing else 0

    def line(self) -> str:
        """One line for people."""
        asked = sum(self.outcomes.values())
        counted = ", ".join(
            f"{n} {outcome.word.replace('_', ' ')}" for outcome, n in sorted(self.outcomes.items())
        )
        told = f"asked {asked}" + (f": {counted}" if counted else "")
        if self.failing:
            runs = "1 run" if len(self.failing) == 1 else f"{len(self.failing)} runs"
            (source, run_id), why = next(reversed(self.failing.items()))
            told += (
                f"; the last poll of {runs} did not succeed ({run_id} of source {source!r}: {why})"
            )
        if self.busy:
            told += f"; another process polls {', '.join(sorted(self.busy))}"
        return told
