"""One request outside of a watch: its slot, and the recording of its answer.

Invariant: no request without a slot of the key's budget; an answer is recorded as its slot is released.
"""

from collections.abc import Callable

from recorder.ledger.answer import Answer, Outcome
from recorder.schedule.dispatch import Budget, sendable
from recorder.store.engine import Connection, Database
from recorder.store.sharing import key_budgets
from recorder.store.sharing.key_budgets import Slot, Taking
from recorder.store.sharing.shared_clock import ahead_us
from recorder.store.write.record import Recorder


def take_slot(
    database: Database, key_id: str, *, rate: int, clock: Callable[[], int]
) -> Slot | Budget:
    """Return a slot for one request now; the budget where the key has none left, or is paused.

    Args:
        database: the store.
        key_id: the key's fingerprint.
        rate: requests in any 60 s.
        clock: ours; microseconds since 1970 UTC.
    """

    def take(connection: Connection) -> Slot | Budget:
        # Slots are taken by the clock that all processes on the store share, not by this host's.
        now = clock() + ahead_us(connection, clock)
        budget = key_budgets.lock_budgets(connection, {key_id: rate}, now=now)[key_id]
        count = sendable(budget, new=0, due=1, demand=1, now=now)
        taking = Taking(key_id=key_id, budget=budget, count=count)
        (slots,) = key_budgets.take_slots(connection, [taking], now=now)
        return slots[0] if slots else budget

    return database.write(take)


def record_answer(
    database: Database,
    answer: Answer,
    slot: Slot,
    *,
    clock: Callable[[], int],
    recorder: Recorder | None,
    pause_until: int | None,
) -> Outcome | None:
    """Record the answer of a request, and release its slot.

    Args:
        database: the store.
        answer: the answer.
        slot: the slot with which it was sent.
        clock: ours; microseconds since 1970 UTC.
        recorder: records an answer of a tracked run; None: the store does not track the run.
        pause_until: send nothing with the key until then; None where the API asked for no pause.

    Returns:
        The outcome as recorded; for an answer that is not recorded, its own.
    """

    def keep(connection: Connection) -> None:
        ahead = ahead_us(connection, clock)
        if pause_until is not None:
            key_budgets.pause(connection, slot.key_id, until=pause_until + ahead)
        key_budgets.release(connection, [(slot, answer.observed_at + ahead)])

    if recorder is None:
        database.write(keep)
        return answer.outcome
    recorded = recorder.record([answer], after=keep, now=clock())
    return recorded[0].outcome if recorded else answer.outcome
