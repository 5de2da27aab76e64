"""Sources and the runs that are tracked through them.

Invariants: a source is bound to its base URL at first use; a run id is one run per source; tracking again changes
nothing but watches a run again that was dropped. A function that takes a connection works in its writing transaction.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import asdict

from recorder.instants import month_of
from recorder.schedule.cadence import Urgency
from recorder.store.engine import Database
from recorder.store.joins import same_run, watched_runs
from recorder.store.read.run_refs import RunRefs, chunks, refs_of
from recorder.store.records import columns_of, new_watch
from recorder.store.schema import label, run, run_summary, source, watch
from recorder.store.sealed import drop_blocks_of
from recorder.store.write.months import count_months, count_runs
from recorder.store.write.sources import ensure_source, lock_source
from recorder.store.write.watch_rows import hasten


class TrackedRow(NamedTuple):
    """One tracked run; instants in microseconds since 1970 UTC."""

    run_id: str
    run_key: int
    tracked_at: int
    untracked_at: int | None
    resumed_at: int | None
    tracking: str


class TrackResult(Struct, frozen=True, kw_only=True):
    """The result of `track`.

    Attributes:
        new: ids that were not known to the source.
        resumed: ids that were untracked or abandoned, and are watched again.
        known: ids that were watched already.
    """

    new: tuple[str, ...]
    resumed: tuple[str, ...]
    known: tuple[str, ...]


def track_with_source(
    database: Database,
    source_name: str,
    run_ids: Sequence[str],
    *,
    base_url: str,
    now: int,
    labels: Mapping[str, str] | None = None,
    resumes: bool = True,
    within_us: int | None = None,
) -> TrackResult:
    """Register runs, and their source at its first use, in one transaction; see `track`.

    Each of the runs is due `within_us` after its last poll, if it would be later; None: as it was.
    """

    def work(connection: sa.Connection) -> TrackResult:
        source_id = ensure_source(connection, source_name, base_url=base_url, now=now)
        result = track(connection, source_name, run_ids, now=now, labels=labels, resumes=resumes)
        if within_us is not None:
            keys = run_keys(connection, source_id, run_ids).values()
            refs = RunRefs(source_id=source_id, run_keys=list(keys))
            hasten(connection, refs.rows_of(watch), within_us=within_us)
        return result

    return database.write(work)


def track(
    connection: sa.Connection,
    source_name: str,
    run_ids: Sequence[str],
    *,
    now: int,
    labels: Mapping[str, str] | None = None,
    resumes: bool = True,
) -> TrackResult:
    """Register runs with an existing source; one that is watched already stays as it is.

    Args:
        connection: a writing transaction.
        source_name: the source.
        run_ids: the ids, in any order; repeated ones count once.
        now: microseconds since 1970 UTC.
        labels: set on every one of the runs, over what is there.
        resumes: whether runs that are watched no more are watched again.
    """
    source_id = lock_source(connection, source_name)
    wanted = list(dict.fromkeys(run_ids))
    stored = tracked_rows(connection, source_id, wanted)
    new = [run_id for run_id in wanted if run_id not in stored]
    keys = {run_id: row.run_key for run_id, row in stored.items()}
    keys |= _add_runs(connection, source_id, dict.fromkeys(new, now))
    ended = ("untracked", "abandoned") if resumes else ()
    dropped = [r for r, row in stored.items() if row.tracking in ended]
    for run_id in dropped:
        resume(connection, source_id, keys[run_id], now=now)
    set_labels(connection, source_id, keys.values(), labels or {})
    known = [run_id for run_id in stored if run_id not in dropped]
    return TrackResult(new=tuple(new), resumed=tuple(dropped), known=tuple(known))


def add_seen_runs(connection: sa.Connection, source_id: int, seen_at: Mapping[str, int]) -> None:
    """Register runs that answers are imported for: tracked since those instants at the latest."""
    stored = tracked_rows(connection, source_id, list(seen_at))
    _add_runs(connection, source_id, {r: at for r, at in seen_at.items() if r not in stored})
    for run_id, row in stored.items():
        if seen_at[run_id] < row.tracked_at:
            drop_blocks_of(connection, {source_id: [row.run_key]})
            of_run = (run.c.source_id == source_id) & (run.c.run_key == row.run_key)
            has_date = same_run(run_summary, run) & run_summary.c.created_at.is_not(None)
            # A run whose creation is known belongs to the month of that, whenever it was tracked.
            month = sa.case(
                (sa.exists().where(has_date), run.c.month), else_=month_of(seen_at[run_id])
            )
            # Before and after: the run may leave one month for another, and both change.
            count_runs(connection, source_id, [row.run_key])
            count_runs(connection, source_id, [row.run_key], "n_forgets")
            moved = sa.update(run).where(of_run).values(tracked_at=seen_at[run_id], month=month)
            connection.execute(moved)
            count_runs(connection, source_id, [row.run_key])


def tracked_rows(
    connection: sa.Connection, source_id: int, run_ids: Sequence[str]
) -> dict[str, TrackedRow]:
    """Return the rows of the runs that the source has, by id."""
    statement = sa.select(
        *columns_of(run, ("run_id", "run_key", "tracked_at", "untracked_at")),
        *columns_of(watch, ("resumed_at", "tracking")),
    ).select_from(watched_runs())
    found: dict[str, TrackedRow] = {}
    for some in chunks(run_ids):
        chosen = (run.c.source_id == source_id) & run.c.run_id.in_(some)
        rows = connection.execute(statement.where(chosen))
        found |= {row.run_id: TrackedRow(*row) for row in rows}
    return found


def _add_runs(
    connection: sa.Connection, source_id: int, tracked_at: Mapping[str, int]
) -> dict[str, int]:
    if not tracked_at:
        return {}
    last = sa.select(sa.func.coalesce(sa.func.max(run.c.run_key), 0))
    first = connection.execute(last.where(run.c.source_id == source_id)).scalar_one() + 1
    keys = {run_id: first + n for n, run_id in enumerate(tracked_at)}
    drop_blocks_of(connection, {source_id: keys.values()})  # of runs with keys that were forgotten
    rows = [
        {
            "source_id": source_id,
            "run_key": keys[run_id],
            "run_id": run_id,
            "tracked_at": at,
            "month": month_of(at),
        }
        for run_id, at in tracked_at.items()
    ]
    count_months(connection, {(source_id, month_of(at)) for at in tracked_at.values()})
    connection.execute(sa.insert(run), rows)
    connection.execute(
        sa.insert(watch),
        [asdict(new_watch(source_id, row["run_key"], row["tracked_at"])) for row in rows],
    )
    return keys


def resume(connection: sa.Connection, source_id: int, run_key: int, *, now: int) -> None:
    """Watch a run again."""
    count_runs(connection, source_id, [run_key])
    drop_blocks_of(connection, {source_id: [run_key]})
    this = RunRefs(source_id=source_id, run_keys=[run_key])
    # It stays for `--as-of` a time before. A run that was abandoned had been resumed since, of which the new
    # `resumed_at` shows nothing; an instant that a clock ahead wrote would be the later word.
    was_untracked = sa.exists().where(same_run(watch, run), watch.c.tracking == "untracked")
    untracked_at = sa.case((was_untracked & (run.c.untracked_at < now), run.c.untracked_at))
    connection.execute(sa.update(run).where(this.rows_of(run)).values(untracked_at=untracked_at))
    connection.execute(
        sa.update(watch)
        .where(this.rows_of(watch))
        # As a run never polled before: it goes first, and how long it has not changed counts from `resumed_at`.
        .values(tracking="active", due_at=now, urgency=int(Urgency.NEW), resumed_at=now)
    )


def run_keys(connection: sa.Connection, source_id: int, run_ids: Iterable[str]) -> dict[str, int]:
    """Return the keys of the runs that the source tracks, by id."""
    stored = tracked_rows(connection, source_id, list(dict.fromkeys(run_ids)))
    return {run_id: row.run_key for run_id, row in stored.items()}


def set_labels(
    connection: sa.Connection, source_id: int, keys: Collection[int], labels: Mapping[str, str]
) -> None:
    """Set labels of runs; a key that a run has already gets the new value."""
    rows = [
        {"source_id": source_id, "run_key": run_key, "key": key, "value": value}
        for run_key in keys
        for key, value in labels.items()
    ]
    if not rows:
        return
    count_runs(connection, source_id, list(keys))
    # Deleted, then inserted: an upsert is spelled by each dialect in its own way.
    same = (label.c[n] == sa.bindparam(f"old_{n}") for n in ("source_id", "run_key", "key"))
    connection.execute(
        sa.delete(label).where(*same), [{f"old_{n}": v for n, v in row.items()} for row in rows]
    )
    connection.execute(sa.insert(label), rows)


def remove_labels(
    connection: sa.Connection, source_id: int, keys: Sequence[int], names: Iterable[str]
) -> None:
    """Remove labels of these names from runs."""
    count_runs(connection, source_id, keys)
    named = label.c.key.in_(list(names))
    for refs in refs_of(source_id, keys):
        connection.execute(sa.delete(label).where(refs.rows_of(label), named))


def untrack(connection: sa.Connection, source_id: int, run_key: int, *, now: int) -> None:
    """Stop watching a run, and keep its history."""
    of_source = sa.select(source.c.source_id).where(source.c.source_id == source_id)
    connection.execute(of_source.with_for_update())  # an answer of it may just be being recorded
    count_runs(connection, source_id, [run_key])
    drop_blocks_of(connection, {source_id: [run_key]})
    this = RunRefs(source_id=source_id, run_keys=[run_key])
    connection.execute(sa.update(run).where(this.rows_of(run)).values(untracked_at=now))
    resumed_at = sa.case((watch.c.resumed_at < now, watch.c.resumed_at))
    stopped = sa.update(watch).where(this.rows_of(watch))
    connection.execute(stopped.values(tracking="untracked", due_at=None, resumed_at=resumed_at))
