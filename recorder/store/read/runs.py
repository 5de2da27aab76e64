"""Tracked runs as `RunRow`s, as they stand or as of an instant.

Invariant: as of now gives what the view `runs` shows; as of T the same as a store that stopped at T would.
"""

from collections.abc import Collection, Iterator, Mapping
from heapq import merge
from typing import Any

import sqlalchemy as sa

from recorder.analysis.rows import RunRow
from recorder.history.flags import ITEMS_MISMATCH, PRUNED
from recorder.ledger.readable import storable
from recorder.store.joins import known_runs, same_run
from recorder.store.read.conditions import of_source
from recorder.store.read.past import FROM_SUMMARY, FROM_WATCH, Past
from recorder.store.read.phases import is_mismatched
from recorder.store.read.run_refs import RunRef, RunRefs, labels_of
from recorder.store.schema import capture, run, run_summary, source, watch


def run_rows(
    connection: sa.Connection,
    *,
    source_name: str | None = None,
    ref: RunRef | RunRefs | None = None,
    words: Mapping[str, Collection[str]] | None = None,
    past: Past | None = None,
) -> Iterator[RunRow]:
    """Yield the tracked runs, by the instant that each belongs to.

    Args:
        connection: a reading transaction.
        source_name: only this source's.
        ref: only this run, or these.
        words: only runs with one of these in each of these columns of `run_summary`, and as of an instant others too.
        past: as of when; None: what is known now.
    """
    has_words = _has_words(words or {})
    having = sa.select(run_summary.c.source_id, run_summary.c.run_key).where(has_words)
    labels = labels_of(connection, ref, having if words and past is None else None)
    wanted = of_source(source_name) if ref is None else ref.rows_of(run)
    if past is None:
        yield from _present(connection, labels, wanted & has_words)
        return
    tracked = sa.select(run.c.source_id, run.c.run_key).select_from(known_runs())
    changed = tracked.where(wanted, run.c.tracked_at <= past.as_of, ~past.is_calm())
    keys = [(row.source_id, row.run_key) for row in connection.execute(changed)]
    present = _present(connection, labels, wanted & has_words & past.is_calm(), past.as_of)
    yield from merge(sorted(past.rows(connection, keys), key=_place), present, key=_place)


def _place(row: RunRow) -> tuple[int, str, str]:
    return row.dated_at, row.source, row.run_id


def _has_words(words: Mapping[str, Collection[str]]) -> sa.ColumnElement[bool]:
    """Return the condition for the summaries with one of some words in each column; a word that no store can hold is none's."""
    kept = {name: [one for one in some if storable(one) == one] for name, some in words.items()}
    return sa.and_(sa.true(), *(run_summary.c[name].in_(some) for name, some in kept.items()))


def captured_runs() -> sa.FromClause:
    """Join the runs with their source, watch row, summary and capture."""
    return known_runs().outerjoin(capture, same_run(capture, run))


def run_columns(as_of: int | None = None) -> list[sa.ColumnElement[Any]]:
    """Return the columns of a `RunRow`, but for the labels, of `captured_runs`."""
    columns: dict[str, sa.ColumnElement[Any]] = {
        "source": source.c.name,
        "run_id": run.c.run_id,
        "tracked_at": run.c.tracked_at,
    }
    columns |= {name: watch.c[name] for name in FROM_WATCH}
    columns |= {name: run_summary.c[name] for name in FROM_SUMMARY}
    flags: sa.ColumnElement[str] = sa.func.coalesce(sa.literal(",") + run_summary.c.quality, "")
    for flag, is_so in ((ITEMS_MISMATCH, is_mismatched(as_of)), (PRUNED, watch.c.is_pruned)):
        flags = flags + sa.case((is_so, f",{flag}"), else_="")
    columns["quality"] = sa.func.nullif(sa.func.ltrim(flags, ","), "")
    columns["n_reopened"] = sa.func.coalesce(run_summary.c.n_reopened, 0)
    return [columns[name].label(name) for name in RunRow.__struct_fields__ if name != "labels"]


def _present(
    connection: sa.Connection,
    labels: dict[tuple[int, int], dict[str, str]],
    condition: sa.ColumnElement[bool],
    as_of: int | None = None,
) -> Iterator[RunRow]:
    dated = sa.func.coalesce(run_summary.c.created_at, run.c.tracked_at)
    statement = (
        sa.select(*run_columns(as_of), run.c.source_id, run.c.run_key)
        .select_from(captured_runs())
        .where(condition)
        .order_by(dated, source.c.name, run.c.run_id)
    )
    none: dict[str, str] = {}
    with connection.execute(statement.execution_options(yield_per=5000)) as found:
        for *values, source_id, run_key in found:
            yield RunRow(*(*values, labels.get((source_id, run_key), none)))
