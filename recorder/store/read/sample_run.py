"""Which run shows much of what a history is: a question that only a tour of the store asks.

Invariant: reads only.
"""

import sqlalchemy as sa

from recorder.store.schema import run, run_summary, watch

_FEWEST_STATES, _MOST_STATES = 4, 6


def sample_run(connection: sa.Connection) -> str:
    """A run whose history shows much in few states: completed, seen from its start, with many leads."""
    same = (watch.c.source_id == run.c.source_id) & (watch.c.run_key == run.c.run_key)
    known = (run_summary.c.source_id == run.c.source_id) & (run_summary.c.run_key == run.c.run_key)
    fitting = (
        run_summary.c.status == "completed",
        run_summary.c.observation_class == "from_start",
        watch.c.n_snapshots.between(_FEWEST_STATES, _MOST_STATES),
    )
    statement = (
        sa.select(run.c.run_id)
        .join(watch, same)
        .join(run_summary, known)
        .order_by(*(sa.case((condition, 0), else_=1) for condition in fitting))
        .order_by(watch.c.leads_total.desc(), run.c.run_id)
        .limit(1)
    )
    run_id: str = connection.execute(statement).scalar_one()
    return run_id
