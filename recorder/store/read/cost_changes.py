"""When each run's actual cost took its present value.

Invariant: with `as_of` T, only snapshots first seen at or before T.
"""

from collections.abc import Iterator
from itertools import groupby

import sqlalchemy as sa

from recorder.analysis.settling import CostSettled
from recorder.history.run_summary import SnapshotSummary, end_first_seen
from recorder.store.rows import SEEN_COLUMNS, snapshot_summary
from recorder.store.schema import run, snapshot, source

_PER_FETCH = 5000


def cost_changes(
    connection: sa.Connection, *, source_name: str | None = None, as_of: int | None = None
) -> Iterator[tuple[tuple[str, str], CostSettled]]:
    """Yield the last change of the actual cost of every run that was seen, by source and run id.

    Args:
        connection: a reading transaction.
        source_name: only this source's.
        as_of: microseconds since 1970 UTC.
    """
    same = (run.c.source_id == snapshot.c.source_id) & (run.c.run_key == snapshot.c.run_key)
    statement = (
        sa.select(source.c.name, run.c.run_id, *(snapshot.c[name] for name in SEEN_COLUMNS))
        .join_from(snapshot, run, same)
        .join(source, source.c.source_id == run.c.source_id)
        .order_by(source.c.name, run.c.run_id, snapshot.c.seq)
    )
    if source_name is not None:
        statement = statement.where(source.c.name == source_name)
    if as_of is not None:
        statement = statement.where(snapshot.c.first_seen_at <= as_of)
    streamed = connection.execute(statement.execution_options(yield_per=_PER_FETCH))
    for key, group in groupby(streamed.mappings(), key=lambda row: (row["name"], row["run_id"])):
        yield key, _settled([snapshot_summary(dict(row)) for row in group])


def _settled(seen: list[SnapshotSummary]) -> CostSettled:
    present = seen[-1].actual
    first = seen[-1]
    for one in reversed(seen):
        if one.actual != present:
            break
        first = one
    end = end_first_seen(seen)
    return CostSettled(
        actual_seen_at=first.first_seen_at if present.present else None,
        ended_seen_at=end.first_seen_at if end else None,
    )
