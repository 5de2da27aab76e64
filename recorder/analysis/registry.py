"""The registry of analyses: one line each, in the order of the help.

Invariant: naming them imports none of them, nor numpy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from recorder.analysis.analysis import Analysis


class Entry(NamedTuple):
    """One analysis.

    Attributes:
        summary: its line in the help.
        flag_of: the command and the flag that run it, where it is no command itself.
        module: the name of its module, where that is not its own.
    """

    summary: str
    flag_of: tuple[str, str] | None = None
    module: str | None = None


ANALYSES: Final = {
    "durations": Entry("Show how long runs queue and run."),
    "failures": Entry("Show how often runs and leads fail."),
    "errors": Entry("Show which errors runs and leads fail with.", module="error_patterns"),
    "leads": Entry("Show what became of each lead, where items are captured."),
    "repeated_leads": Entry("List leads that were completed again.", ("leads", "repeated")),
    "costs": Entry("Compare previewed with actual cost."),
    "overruns": Entry("List the worst overruns, --limit of each unit (20).", ("costs", "runs")),
    "settling": Entry(
        "Show how long after the end the actual cost last moved.", ("costs", "when_final")
    ),
    "spend": Entry("Show what is spent, and what may still come."),
    "expensive_runs": Entry(
        "List the most expensive runs, --limit of each unit (20).", ("spend", "runs")
    ),
    "compare": Entry("Compare two selections of runs, or two periods."),
    "versions": Entry("Compare each version of a slug with the one before."),
    "drift": Entry("Show fields and words that the API's page does not name."),
    "coverage": Entry("Show how well the history was caught."),
}
"""The analyses by name; each is `ANALYSIS` in its module."""


def find(name: str) -> "Analysis":
    """Return the analysis of a name."""
    module = ANALYSES[name].module or name
    found: Analysis = import_module(f"recorder.analysis.{module}").ANALYSIS
    return found
