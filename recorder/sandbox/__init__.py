"""A local ledger that speaks the published API over real HTTP: seeded, reproducible, with faults to inject.

For people who try their set-up, and for tests. It knows nothing of the recorder's client and store.
"""

from recorder.sandbox.effects import Effects
from recorder.sandbox.faults import Fault, Kind, parse_fault
from recorder.sandbox.folder import Folder
from recorder.sandbox.local_sandbox import DEFAULT_USERS, Sandbox
from recorder.sandbox.log import RequestLog
from recorder.sandbox.population import SimulatedPopulation, answers
from recorder.sandbox.replies import Reply
from recorder.sandbox.run_document import document, document_bytes
from recorder.sandbox.scenario import parse_scenario
from recorder.sandbox.simulated_run import Ending, Overrides, SimulatedRun, cancel, make_run

__all__ = [
    "DEFAULT_USERS",
    "Effects",
    "Ending",
    "Fault",
    "Folder",
    "Kind",
    "Overrides",
    "Reply",
    "RequestLog",
    "Sandbox",
    "SimulatedPopulation",
    "SimulatedRun",
    "answers",
    "cancel",
    "document",
    "document_bytes",
    "make_run",
    "parse_fault",
    "parse_scenario",
]
