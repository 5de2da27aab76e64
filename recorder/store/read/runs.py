"""Tracked runs as the analyses read them: `RunRow`s, as they stand or as of an instant.

Invariant: as of now gives what the view `runs` shows; as of T the same as a store that stopped at T would.
"""

from collections.abc import Iterator
from heapq import merge
from typing import Any

import sqlalchemy as sa

from recorder.analysis.rows import RunRow
from recorder.ledger.row import PROGRESS
from recorder.store.read.past import Past
from recorder.store.read.states import RunRef, RunRefs
from recorder.store.schema import label, run, run_summary, source, watch

FROM_WATCH = (
    "tracking",
    "first_polled_at",
    "last_polled_at",
    "first_good_at",
    "last_good_at",
    "ended_seen_at",
    "n_polls",
    "n_snapshots",
    "is_quiet",
    *(field.name for field in PROGRESS),
)
_FACTS = tuple(name for name in RunRow._fields if name in run_summary.c)


def run_rows(
    connection: sa.Connection,
    *,
    source_name: str | None = None,
    ref: RunRef | RunRefs | None = None,
    past: Past | None = None,
) -> Iterator[RunRow]:
    """Yield every tracked run, by the instant that it belongs to.

    Args:
        connection: a reading transaction.
        source_name: only this source's.
        ref: only this run, or these.
        past: as of when; None: what is known now.
    """
    labels = _labels(connection, ref)
    wanted = _of_source(source_name) if ref is None else ref.rows_of(run)
    if past is None:
        yield from _present(connection, labels, wanted)
        return
    changed = sa.select(run.c.source_id, run.c.run_key).select_from(joined())
    keys = [
        (row.source_id, row.run_key)
        for row in connection.execute(changed.where(wanted, ~past.is_calm()))
    ]
    present = _present(connection, labels, wanted & past.is_calm())
    yield from merge(sorted(past.rows(connection, keys), key=_place), present, key=_place)


def _place(row: RunRow) -> tuple[int, str, str]:
    return row.dated_at, row.source, row.run_id


def _of_source(name: str | None) -> sa.ColumnElement[bool]:
    return sa.true() if name is None else source.c.name == name


def _labels(
    connection: sa.Connection, ref: RunRef | RunRefs | None
) -> dict[tuple[int, int], dict[str, str]]:
    found: dict[tuple[int, int], dict[str, str]] = {}
    statement = sa.select(label)
    if ref is not None:
        statement = statement.where(ref.rows_of(label))
    for row in connection.execute(statement):
        found.setdefault((row.source_id, row.run_key), {})[row.key] = row.value
    return found


def joined() -> sa.FromClause:
    """Return tracked runs with their source, their watch and what is known of them, if anything."""
    same = (watch.c.source_id == run.c.source_id) & (watch.c.run_key == run.c.run_key)
    known = (run_summary.c.source_id == run.c.source_id) & (run_summary.c.run_key == run.c.run_key)
    return (
        run.join(source, source.c.source_id == run.c.source_id)
        .join(watch, same)
        .outerjoin(run_summary, known)
    )


def _columns() -> list[sa.ColumnElement[Any]]:
    held: dict[str, sa.ColumnElement[Any]] = {
        "source": source.c.name,
        "run_id": run.c.run_id,
        "tracked_at": run.c.tracked_at,
    }
    held |= {name: watch.c[name] for name in FROM_WATCH}
    held |= {name: run_summary.c[name] for name in _FACTS}
    held["n_reopened"] = sa.func.coalesce(run_summary.c.n_reopened, 0)
    return [held[name].label(name) for name in RunRow._fields if name != "labels"]


def _present(
    connection: sa.Connection,
    labels: dict[tuple[int, int], dict[str, str]],
    condition: sa.ColumnElement[bool],
) -> Iterator[RunRow]:
    dated = sa.func.coalesce(run_summary.c.created_at, run.c.tracked_at)
    statement = (
        sa.select(*_columns(), run.c.source_id, run.c.run_key)
        .select_from(joined())
        .where(condition)
        .order_by(dated, source.c.name, run.c.run_id)
    )
    none: dict[str, str] = {}
    with connection.execute(statement.execution_options(yield_per=5000)) as found:
        for *values, source_id, run_key in found:
            yield RunRow._make((*values, labels.get((source_id, run_key), none)))
