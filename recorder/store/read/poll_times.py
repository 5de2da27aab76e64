"""When each run was looked at, for the question how well its history was caught.

Invariant: with `as_of` T, only polls at or before T.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from recorder.analysis.coverage import PollTimes
from recorder.ledger.answer import Outcome
from recorder.ledger.run_status import TERMINAL
from recorder.store.schema import poll, run, snapshot, source

_PER_FETCH = 5000


def poll_times(
    connection: sa.Connection, *, source_name: str | None = None, as_of: int | None = None
) -> Iterator[tuple[tuple[str, str], PollTimes]]:
    """Yield the polls of every run that has any, by source and run id.

    Args:
        connection: a reading transaction.
        source_name: only this source's.
        as_of: microseconds since 1970 UTC.
    """
    statement = _polls()
    if source_name is not None:
        statement = statement.where(source.c.name == source_name)
    if as_of is not None:
        statement = statement.where(poll.c.polled_at <= as_of)
    streamed = connection.execute(statement.execution_options(yield_per=_PER_FETCH))
    for key, group in groupby(streamed, key=lambda row: (row[0], row[1])):
        yield key, _poll_times_of([(at, outcome, status) for _, _, at, outcome, status in group])


def _polls() -> sa.Select[Any]:
    same = (run.c.source_id == poll.c.source_id) & (run.c.run_key == poll.c.run_key)
    shown = (
        (snapshot.c.source_id == poll.c.source_id)
        & (snapshot.c.run_key == poll.c.run_key)
        & (snapshot.c.seq == poll.c.snapshot_seq)
    )
    return (
        sa.select(source.c.name, run.c.run_id, poll.c.polled_at, poll.c.outcome, snapshot.c.status)
        .select_from(
            poll.join(run, same)
            .join(source, source.c.source_id == poll.c.source_id)
            .outerjoin(snapshot, shown)
        )
        .order_by(source.c.name, run.c.run_id, poll.c.polled_at)
    )


def _poll_times_of(polls: list[tuple[int, int, str | None]]) -> PollTimes:
    good = [(at, status in TERMINAL) for at, outcome, status in polls if Outcome(outcome).is_row]
    settling = 0
    while settling < len(good) and good[-1 - settling][1]:
        settling += 1
    outcomes = [Outcome(outcome) for _, outcome, _ in polls]
    return PollTimes(
        good_at=[at for at, _ in good[: len(good) - max(settling - 1, 0)]],
        n_good=len(good),
        n_not_visible=outcomes.count(Outcome.NOT_VISIBLE),
        n_throttled=outcomes.count(Outcome.THROTTLED),
        n_errors=sum(outcome.is_error for outcome in outcomes),
    )
