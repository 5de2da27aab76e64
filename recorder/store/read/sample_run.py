"""The run with which a tour of the store shows what a history is."""

import sqlalchemy as sa

from recorder.store.joins import known_runs
from recorder.store.schema import run, run_summary, watch

_FEWEST_STATES, _MOST_STATES = 4, 6


def sample_run(connection: sa.Connection) -> str:
    """Return a run whose history shows much in few states: completed, seen from its start, with many leads."""
    fitting = (
        run_summary.c.status == "completed",
        run_summary.c.observation_class == "from_start",
        watch.c.n_snapshots.between(_FEWEST_STATES, _MOST_STATES),
    )
    statement = (
        sa.select(run.c.run_id)
        .select_from(known_runs())
        .order_by(*(sa.case((condition, 0), else_=1) for condition in fitting))
        .order_by(watch.c.leads_total.desc(), run.c.run_id)
        .limit(1)
    )
    run_id: str = connection.execute(statement).scalar_one()
    return run_id
