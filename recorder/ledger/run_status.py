"""The words of `run.status`.

Invariant: another word is no error; a run with one counts as in flight.
"""

from enum import StrEnum


class RunStatus(StrEnum):
    """The status of a run, as the API's page lists them."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


KNOWN = frozenset(map(str, RunStatus))
TERMINAL = frozenset(map(str, (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED)))
"""The words that end a run."""
