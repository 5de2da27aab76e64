"""The recording of pages of items: the one place that writes what became of a run's leads.

Invariant: a page is written in one transaction with the cursor of the next one; a page other than the one that the
capture has come to writes no item. The first page removes the items of an earlier capture.
"""

from typing import Any

import sqlalchemy as sa

from recorder.errors import RowRefusedError
from recorder.instants import MINUTE
from recorder.ledger.answer import Answer, Outcome
from recorder.ledger.body import Malformed
from recorder.ledger.items import ItemsPage, LeadItem, read_items
from recorder.schedule.cadence import capture_pause_us
from recorder.store.engine import Database
from recorder.store.joins import same_run, watched_runs
from recorder.store.prepared import insert
from recorder.store.read.due import ITEM_COUNTS
from recorder.store.records import Row
from recorder.store.revision import refuse_upgraded
from recorder.store.schema import capture, item, run, watch
from recorder.store.write.months import count_runs
from recorder.store.write.sources import lock_source

_SETTLING_US = 15 * MINUTE  # a capture that differs so soon after the end is made once more
_ADD = insert(item, ("source_id", "run_key", *LeadItem._fields))
_STATE = (
    sa.select(
        *(run.c.source_id, run.c.run_key, watch.c.ended_seen_at),
        *(watch.c[name] for name in ITEM_COUNTS),
        *(capture.c.cursor, capture.c.n_requests, capture.c.n_failures),
    )
    .select_from(watched_runs().outerjoin(capture, same_run(capture, run)))
    .where(run.c.source_id == sa.bindparam("source"), run.c.run_id == sa.bindparam("id"))
)


def record_page(database: Database, answer: Answer) -> Outcome:
    """Record the answer to a request for a page of items, and return its outcome.

    Raises:
        StoreNewerError: a newer program has upgraded the store.
    """

    def write(connection: sa.Connection, page: ItemsPage | Outcome) -> Outcome:
        outcome = _record(connection, answer, page)
        refuse_upgraded(database, connection)  # last, as where rows of runs are recorded
        return outcome

    try:
        return database.write(write, _page(answer))
    except RowRefusedError:  # its message may hold values of the page
        return database.write(write, Outcome.MALFORMED)


def _page(answer: Answer) -> ItemsPage | Outcome:
    if answer.outcome is not None:
        return answer.outcome
    page = read_items(answer.body, answer.target)
    return Outcome.MALFORMED if isinstance(page, Malformed) else page


def _record(connection: sa.Connection, answer: Answer, page: ItemsPage | Outcome) -> Outcome:
    source_id = lock_source(connection, answer.source)
    found = connection.execute(_STATE, {"source": source_id, "id": answer.run_id})
    state = found.mappings().one_or_none()
    if state is None:  # it was forgotten while the answer was on its way
        return page if isinstance(page, Outcome) else Outcome.CHANGED
    key = {name: state[name] for name in ("source_id", "run_key")}
    # Another process may have captured this page meanwhile, or the capture may have begun again.
    is_awaited = (state["cursor"] or "") == answer.target.cursor
    changes: Row = {}
    if isinstance(page, ItemsPage) and is_awaited:
        changes = _write_page(connection, key, answer, page, dict(state))
        page = page if changes else Outcome.MALFORMED
    outcome = page if isinstance(page, Outcome) else Outcome.CHANGED
    if not outcome.is_row:
        changes = _after_failure(answer, outcome, (state["n_failures"] or 0) + 1)
    changes |= {
        "n_requests": (state["n_requests"] or 0) + 1,
        "requested_at": answer.observed_at,
        "last_outcome": int(outcome),
        "http_status": answer.http_status,
    }
    _write_capture(connection, key, changes, is_new=state["n_requests"] is None)
    count_runs(connection, source_id, [key["run_key"]])
    return outcome


def _write_page(
    connection: sa.Connection, key: Row, answer: Answer, page: ItemsPage, state: Row
) -> Row:
    """Write the items of a page; return the columns of the capture, none where the page brings nothing new."""
    mine = sa.and_(*(item.c[name] == value for name, value in key.items()))
    is_first = not answer.target.cursor
    if not is_first:
        # Items that came with an earlier page are replaced: pages shift while the ledger changes.
        mine &= item.c.item_id.in_([one.item_id for one in page.items])
        n_known = connection.execute(sa.select(sa.func.count()).where(mine)).scalar_one()
        # A page of which all is known would make a capture that goes round in circles never end.
        if page.items and n_known == len(page.items):
            return {}
    connection.execute(sa.delete(item).where(mine))
    _ADD.many(connection, [(*key.values(), *one) for one in page.items])
    changes: Row = {"n_failures": 0, "cursor": page.next_cursor, "due_at": answer.observed_at}
    if is_first:
        changes |= {name: state[name] for name in ITEM_COUNTS}
        changes |= {"captured_at": None, "differs": False}
    if page.next_cursor is None:
        differs = _differs(connection, key, state)
        # Soon after the end the ledger's items may lag behind its counts; later a difference stays, and the run gets
        # a flag.
        is_early = answer.observed_at - (state["ended_seen_at"] or 0) < _SETTLING_US
        again_at = answer.observed_at + _SETTLING_US if differs and is_early else None
        changes |= {"captured_at": answer.observed_at, "differs": differs, "due_at": again_at}
    return changes


def _differs(connection: sa.Connection, key: Row, state: Row) -> bool:
    """Return whether the items of a run differ from the counts of its row, where it gives them."""
    mine = (item.c[name] == value for name, value in key.items())
    n = sa.func.count().label("n")
    statement = sa.select(item.c.status, n).where(*mine).group_by(item.c.status)
    found = {row.status: row.n for row in connection.execute(statement)}
    return any(
        state[name] is not None and state[name] != found.get(name.removeprefix("leads_"), 0)
        for name in ITEM_COUNTS
    )


def _after_failure(answer: Answer, outcome: Outcome, n_failures: int) -> Row:
    pause_us = capture_pause_us(outcome, n_failures)
    return {"n_failures": n_failures, "due_at": answer.observed_at + pause_us}


def _write_capture(connection: sa.Connection, key: Row, changes: Row, *, is_new: bool) -> None:
    if is_new:
        first: dict[str, Any] = {"n_failures": 0, "differs": False}
        connection.execute(sa.insert(capture).values(first | key | changes))
        return
    mine = (capture.c[name] == value for name, value in key.items())
    connection.execute(sa.update(capture).where(*mine).values(changes))
