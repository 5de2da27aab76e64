"""The runs whose states showed an error message last, as columns: what the error of one run is counted among.

Invariant: so many runs are read at most, however many the store has; the values are those that `read_runs` gives.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, Final

import sqlalchemy as sa

from recorder.analysis.building import column_of
from recorder.analysis.columns import Runs
from recorder.store.joins import named
from recorder.store.read.past import Past
from recorder.store.read.run_columns import read_some
from recorder.store.read.run_history import error_states
from recorder.store.read.run_refs import RunKey, find_run
from recorder.store.schema import run, snapshot, source

MOST_STATES: Final = 500
_LATEST: Final = 2**60
"""Later than every instant: SQLite takes the index of a bounded instant for a search."""


def recent_errors(
    connection: sa.Connection,
    names: Collection[str],
    *,
    source_name: str,
    run_id: str,
    past: Past | None = None,
) -> Runs:
    """Return the runs of the last states with an error message, and one run, with their columns, in any order.

    Args:
        connection: a reading transaction.
        names: of `RunRow`, and `error_sights` and `lead_errors`, of which the latter are left empty.
        source_name: of the one run.
        run_id: of the one run.
        past: as of when; None: what is known now.
    """
    as_of = None if past is None else past.as_of
    own = find_run(connection, run_id, source_name)
    wanted = error_states(as_of)
    last = wanted.where(snapshot.c.first_seen_at <= (_LATEST if as_of is None else as_of))
    last = last.order_by(snapshot.c.first_seen_at.desc()).limit(MOST_STATES)
    sights = defaultdict[tuple[str, str], set[Any]](set)
    keys = set[RunKey]()
    for some in (last, wanted.where(own.rows_of(snapshot))):
        for key, name, state in _named(connection, some):
            keys.add(key)
            sights[name].add(state)
    runs = read_some(connection, {*names} - {"error_sights", "lead_errors"}, keys, past=past)
    of_runs = zip(runs.values("source"), runs.values("run_id"), strict=True)
    columns = {name: runs.column(name) for name in runs.names} | {
        "error_sights": column_of("error_sights", [sorted(sights[name]) for name in of_runs]),
        "lead_errors": column_of("lead_errors", [()] * runs.n),
    }
    return Runs(runs.n, columns)


def _named(
    connection: sa.Connection, states: sa.Select[Any]
) -> Iterator[tuple[RunKey, tuple[str, str], tuple[Any, ...]]]:
    """Yield the numbers and the names of the run of each state, and the state."""
    # The states come first: joined with their runs, SQLite would look for them run by run.
    some = states.subquery()
    statement = sa.select(source.c.name, run.c.run_id, some).select_from(named(some))
    for name, run_id, source_id, run_key, *state in connection.execute(statement):
        yield (source_id, run_key), (name, run_id), tuple(state)
