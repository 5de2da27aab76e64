"""Counts of what changed in each month of a source, by which an export of a lake knows what it has written.

Invariant: a transaction that changes what the views show of a run, or of a source's key, raises a count of its month.
A run belongs to the month, in UTC, of its creation, or of its tracking where the ledger gives none.
"""

from collections.abc import Collection, Sequence
from typing import Final, Literal, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from recorder.store.prepared import Prepared, Written, unnested
from recorder.store.schema import run, run_month

Count: TypeAlias = Literal["n_changes", "n_prunes", "n_forgets"]
Month: TypeAlias = tuple[int, str]
"""The number of a source, and a month such as 2026-11."""

_CHUNK: Final = 500
_KEY: Final = ("source_id", "month")
_COUNTS: Final = ("n_changes", "n_prunes", "n_forgets")


def _raised(count: Count) -> Written:
    """Return the statement that raises a count of months, and adds those that are not there."""
    first: dict[str, sa.ColumnElement[int]] = {
        name: sa.literal_column(str(int(name == count))) for name in _COUNTS
    }
    raised = {count: run_month.c[count] + sa.literal_column("1")}
    by_row = sqlite.insert(run_month).values({n: sa.bindparam(n) for n in _KEY} | first)
    rows = unnested(run_month, {name: name for name in _KEY}).add_columns(*first.values())
    by_column = postgresql.insert(run_month).from_select((*_KEY, *_COUNTS), rows)
    return Written(
        Prepared(by_row.on_conflict_do_update(index_elements=_KEY, set_=raised), _KEY),
        Prepared(by_column.on_conflict_do_update(index_elements=_KEY, set_=raised), _KEY),
        _KEY,
    )


_RAISED: Final[dict[Count, Written]] = {name: _raised(name) for name in _COUNTS}


def count_months(
    connection: sa.Connection, months: Collection[Month], count: Count = "n_changes"
) -> None:
    """Raise a count of these months of sources that the transaction has locked."""
    _RAISED[count].many(connection, sorted(months))


def count_runs(
    connection: sa.Connection, source_id: int, keys: Sequence[int], count: Count = "n_changes"
) -> None:
    """Raise a count of the months of these runs of a source, which the transaction has locked."""
    months = set[Month]()
    for start in range(0, len(keys), _CHUNK):
        chosen = run.c.run_key.in_(keys[start : start + _CHUNK])
        found = sa.select(run.c.source_id, run.c.month).where(run.c.source_id == source_id, chosen)
        months |= {(number, month) for number, month in connection.execute(found.distinct())}
    count_months(connection, months, count)
