"""Send the doctor's one request for a source, within its key's budget, and record the answer for a tracked run.

Invariant: where there is a store, no request without a slot of the budget; a pause that the API asks for (429) holds
for every process.
"""

from collections.abc import Callable
from dataclasses import dataclass

from recorder.fetch.client import LedgerClient
from recorder.fetch.keys import ApiKey
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.target import Target
from recorder.schedule.circuit_breaker import throttled_until
from recorder.schedule.dispatch import Budget
from recorder.settings import Settings, SourceSettings
from recorder.store.engine import Database
from recorder.store.read.source_health import run_in_flight
from recorder.store.read.source_rows import SourceRow
from recorder.store.write.one_shot import record_answer, take_slot
from recorder.store.write.record import Recorder

NO_RUN = "recorder-doctor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A source with its key.

    Attributes:
        config: the settings of the source.
        key: its key.
        row: its row in the store; None where it has none.
    """

    config: SourceSettings
    key: ApiKey
    row: SourceRow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """The result of the request.

    Attributes:
        run_id: the requested run.
        tracked: whether the store tracks it; else its id cannot exist.
        answer: None where the budget is spent or a pause is on.
        budget: the key's budget where there is no answer.
        outcome: the outcome of the answer; None for a 200 that was not interpreted.
    """

    run_id: str
    tracked: bool
    answer: Answer | None = None
    outcome: Outcome | None = None
    budget: Budget | None = None


def probe(
    account: Account, database: Database | None, settings: Settings, clock: Callable[[], int]
) -> Probe:
    """Request a run in flight if the store has one, else an id that cannot exist.

    Args:
        account: the source and its key.
        database: a store of the current schema; None where there is none.
        settings: the schedule and the cost rules, by which the answer is recorded.
        clock: returns microseconds since 1970 UTC.

    Raises:
        StoreError: the store cannot record the answer.
    """
    if database is None:
        answer = _fetch(account, NO_RUN, clock)
        return Probe(run_id=NO_RUN, tracked=False, answer=answer, outcome=answer.outcome)
    run_id = _run_in_flight(account, database)
    slot = take_slot(database, account.key.fingerprint(), rate=account.config.rate, clock=clock)
    if isinstance(slot, Budget):
        return Probe(run_id=run_id or NO_RUN, tracked=run_id is not None, budget=slot)
    answer = _fetch(account, run_id or NO_RUN, clock)
    recorder = Recorder(database, cadence=settings.cadence, costs=settings.cost)
    throttled = answer.outcome is Outcome.THROTTLED
    outcome = record_answer(
        database,
        answer,
        slot,
        clock=clock,
        recorder=recorder if run_id is not None else None,
        pause_until=throttled_until(answer) if throttled else None,
    )
    return Probe(run_id=answer.run_id, tracked=run_id is not None, answer=answer, outcome=outcome)


def _fetch(account: Account, run_id: str, clock: Callable[[], int]) -> Answer:
    client = LedgerClient(
        base_url=account.config.base_url, key=account.key, source=account.config.name, clock=clock
    )
    with client:
        return client.fetch(Target(run_id))


def _run_in_flight(account: Account, database: Database) -> str | None:
    if account.row is None:
        return None
    return database.read(run_in_flight, account.row.source_id)
