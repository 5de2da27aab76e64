"""A store of many runs, made of one: its rows copied by the database itself."""

import sqlalchemy as sa

from recorder.store.engine import Database
from recorder.store.schema import run
from recorder.store.table_parts import metadata

_APART = 1000
"""More runs, and more events, than the store has before."""

_HOUR_US = 3_600_000_000
_TABLES = ("run", "label", "watch", "run_summary", "snapshot", "poll", "event")


def multiply(database: Database, run_id: str, n: int) -> None:
    """Copy a run so many times, as `RUN_ID-1` and so on, an hour later each, and let the database count its rows."""
    first = sa.select(sa.literal(1, sa.BigInteger()).label("n")).cte("numbers", recursive=True)
    numbers = first.union_all(sa.select(first.c.n + 1).where(first.c.n < n))
    with database.writing() as connection:
        key = connection.scalar(sa.select(run.c.run_key).where(run.c.run_id == run_id))
        for table in metadata.sorted_tables:
            if table.name in _TABLES:
                connection.execute(_copies(table, key, numbers))
        connection.exec_driver_sql("ANALYZE")


def _copies(table: sa.Table, run_key: int | None, numbers: sa.CTE) -> sa.Insert:
    """Return the insertion of the copies of a run's rows."""
    steps = {one.name: _HOUR_US for one in table.c if one.name.endswith("_at")}
    steps |= {"run_key": _APART, "event_id": _APART}
    columns = {one.name: one for one in table.c if one.computed is None}
    moved = {
        name: columns[name] + numbers.c.n * sa.literal(steps[name], sa.BigInteger())
        for name in steps
        if name in columns
    }
    if "run_id" in columns:
        moved["run_id"] = table.c.run_id + "-" + sa.cast(numbers.c.n, sa.Text)
    rows = sa.select(*(columns | moved).values()).join(numbers, sa.true())
    return sa.insert(table).from_select([*columns], rows.where(table.c.run_key == run_key))
