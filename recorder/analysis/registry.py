"""The registry of analyses: one line each, in the order of the help.

Invariant: naming them imports none of them, nor numpy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from recorder.analysis.analysis import Analysis


class Entry(NamedTuple):
    """One analysis: its line in the help, and the command and flag that run it where it is no command itself."""

    summary: str
    flag_of: tuple[str, str] | None = None


ANALYSES: Final = {
    "durations": Entry("How long runs queue and run."),
    "failures": Entry("How often runs and leads fail."),
    "costs": Entry("Cost previewed against actual."),
    "overruns": Entry("The worst overruns, --limit of each unit (20).", ("costs", "runs")),
    "settling": Entry(
        "How long after the end the actual cost last moved.", ("costs", "when_final")
    ),
    "spend": Entry("What was spent, what may still come, what is unknown."),
    "expensive_runs": Entry(
        "The most expensive runs, --limit of each unit (20).", ("spend", "runs")
    ),
    "coverage": Entry("How well the history was caught."),
}
"""The analyses by name; each is `ANALYSIS` in the module of its name."""


def find(name: str) -> "Analysis":
    """Return the analysis of a name."""
    found: Analysis = import_module(f"recorder.analysis.{name}").ANALYSIS
    return found
