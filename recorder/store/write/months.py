"""Counts of what changed in each month of a source, by which an export of a lake knows what it has written.

Invariant: a transaction that changes what the views show of a run, or of a source's key, raises a count of its month.
A run belongs to the month, in UTC, of its creation, or of its tracking where the ledger gives none.
"""

from collections.abc import Collection, Sequence
from typing import Final, Literal, TypeAlias

import sqlalchemy as sa

from recorder.store.prepared import InList, insert
from recorder.store.read.run_refs import refs_of
from recorder.store.schema import run, run_month

Count: TypeAlias = Literal["n_changes", "n_prunes", "n_forgets"]
"""The last one also counts the runs that left the month for another one, as if they were forgotten there."""
Month: TypeAlias = tuple[int, str]
"""The number of a source, and a month such as 2026-11."""

_COUNTS: Final[tuple[Count, ...]] = ("n_changes", "n_prunes", "n_forgets")


_RAISED: Final = {
    name: InList(
        sa.update(run_month)
        # Written out: a bound 1 would stand among the values that `InList` gives by position.
        .values({name: run_month.c[name] + sa.literal_column("1")})
        .returning(*run_month.primary_key),
        *run_month.primary_key,
    )
    for name in _COUNTS
}
_ADD: Final = insert(run_month, ("source_id", "month", *_COUNTS))


def count_months(
    connection: sa.Connection, months: Collection[Month], count: Count = "n_changes"
) -> None:
    """Raise a count of these months of sources that the transaction has locked."""
    wanted = sorted(months)
    raised = {*map(tuple, _RAISED[count].all(connection, wanted))}
    first = tuple(int(name == count) for name in _COUNTS)
    if len(raised) < len(wanted):
        _ADD.many(connection, [(*month, *first) for month in wanted if month not in raised])


def count_runs(
    connection: sa.Connection, source_id: int, keys: Sequence[int], count: Count = "n_changes"
) -> None:
    """Raise a count of the months of these runs of a source, which the transaction has locked."""
    months = set[Month]()
    for refs in refs_of(source_id, keys):
        found = sa.select(run.c.source_id, run.c.month).where(refs.rows_of(run))
        # A process of the program before months may have added runs without one after the upgrade.
        found = found.where(run.c.month.is_not(None))
        months |= {(number, month) for number, month in connection.execute(found.distinct())}
    count_months(connection, months, count)
