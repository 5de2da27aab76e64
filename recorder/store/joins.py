"""How tables are joined with the runs that their rows belong to, each join once.

Invariant: a join here only adds columns; no row is lost or doubled, since each refers to one row of its run and source.
"""

import sqlalchemy as sa

from recorder.store.schema import capture, item, run, run_summary, source, watch


def same_run(one: sa.FromClause, other: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition that two rows belong to one run."""
    return (one.c.source_id == other.c.source_id) & (one.c.run_key == other.c.run_key)


def named(rows: sa.FromClause, table: sa.FromClause | None = None) -> sa.Join:
    """Return rows with their run and its source.

    Args:
        rows: a table, or a join.
        table: which table of the join has the run's key.
    """
    key = rows if table is None else table
    return rows.join(run, same_run(run, key)).join(source, source.c.source_id == run.c.source_id)


def watched_runs() -> sa.Join:
    """Return each run with its row of `watch`."""
    return run.join(watch, same_run(watch, run))


def known_runs() -> sa.Join:
    """Return each run with its source, its row of `watch`, and its summary where it was seen."""
    sources = watched_runs().join(source, source.c.source_id == run.c.source_id)
    return sources.outerjoin(run_summary, same_run(run_summary, run))


def summarized_watches() -> sa.Join:
    """Return the same as `known_runs`, the summary next to the row of `watch`.

    SQLite keeps that order: of runs that a condition on both leaves out it reads no other row.
    """
    summaries = watch.outerjoin(run_summary, same_run(run_summary, watch))
    runs = summaries.join(run, same_run(run, watch))
    return runs.join(source, source.c.source_id == run.c.source_id)


def captured_items() -> sa.Join:
    """Return each item of a run whose items were captured to the end, with the run's capture."""
    return item.join(capture, same_run(capture, item) & capture.c.captured_at.is_not(None))
