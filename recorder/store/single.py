"""One request outside of a watch: its permission, and what becomes of its answer.

Invariant: as for a watch: no request without a slot of the key's budget, and an answer is recorded with its slot.
"""

from functools import partial

import sqlalchemy as sa

from recorder.ledger.answer import Answer, Outcome
from recorder.schedule.dispatch import sendable
from recorder.store import budgets
from recorder.store.budgets import Slot
from recorder.store.engine import Database
from recorder.store.record import Recorder


def take_slot(database: Database, key_id: str, *, rate: int, now: int) -> Slot | None:
    """The right to send one request now; None where the key has none left, or was asked to pause."""
    with database.writing() as connection:
        budget = budgets.lock_budget(connection, key_id, rate=rate, now=now)
        count = sendable(budget, new=0, due=1, demand=1, now=now)
        slots = budgets.take_slots(connection, key_id, count, now=now)
    return slots[0] if slots else None


def settle_answer(
    database: Database,
    answer: Answer,
    slot: Slot,
    *,
    recorder: Recorder | None,
    pause_until: int | None,
) -> Outcome | None:
    """Keep what came of the request.

    Args:
        database: the store.
        answer: what came.
        slot: what it was sent with.
        recorder: records an answer of a tracked run; None: the run is none of the store's.
        pause_until: send nothing with the key until then; None where the API asked for no pause.

    Returns:
        The outcome as recorded; for an answer that is not recorded, its own.
    """
    keep = partial(_keep_budget, slot=slot, read_at=answer.observed_at, pause_until=pause_until)
    if recorder is None:
        with database.writing() as connection:
            keep(connection)
        return answer.outcome
    recorded = recorder.record([answer], beside=keep)
    return recorded[0].outcome if recorded else answer.outcome


def _keep_budget(
    connection: sa.Connection, *, slot: Slot, read_at: int, pause_until: int | None
) -> None:
    if pause_until is not None:
        budgets.pause(connection, slot.key_id, until=pause_until)
    budgets.settle(connection, [(slot, read_at)])
