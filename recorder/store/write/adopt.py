"""Runs of another store, registered in this one.

Invariant: a run is tracked since the earliest instant that either store names; whether it is watched follows from the
latest change; labels that are there stay. Adopting the same twice changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeAlias

import sqlalchemy as sa

from recorder.history.export_record import TrackedRun
from recorder.ledger.answer import Answer
from recorder.store.read.source_rows import source_rows
from recorder.store.schema import label
from recorder.store.write.months import count_runs
from recorder.store.write.sources import ensure_source, lock_source
from recorder.store.write.track import TrackedRow, add_seen_runs, resume, tracked_rows, untrack

Adopt: TypeAlias = Callable[[sa.Connection], None]
"""Works within a transaction."""


def adopting(
    answers: Sequence[Answer],
    runs: Sequence[TrackedRun],
    *,
    base_urls: Mapping[str, str],
    base_url_of: Callable[[str], str],
    now: int,
) -> Adopt:
    """Return a function that registers sources and runs, within the transaction that records their answers.

    Args:
        answers: their runs are registered.
        runs: tracked runs as the other store knows them, these or others.
        base_urls: the base URL that the other store gives for a source.
        base_url_of: gives the base URL of a new source for which the other store gives none.
        now: microseconds since 1970 UTC.

    Returns:
        The function; it raises SettingError where a source is bound to another base URL.
    """

    def adopt(connection: sa.Connection) -> None:
        for name in sorted({a.source for a in answers} | {r.source for r in runs}):
            tracked = [run for run in runs if run.source == name]
            stated, otherwise = base_urls.get(name), base_url_of(name)
            source_id = _adopt_source(connection, name, stated, otherwise, now)
            seen_at = _seen_at(tracked, (a for a in answers if a.source == name))
            _adopt_runs(connection, source_id, seen_at, tracked)

    return adopt


def _seen_at(runs: Iterable[TrackedRun], answers: Iterable[Answer]) -> dict[str, int]:
    """Return the earliest instant known of each run, in the order in which the runs first appear."""
    named = chain(
        ((run.run_id, run.tracked_at) for run in runs),
        ((answer.run_id, answer.observed_at) for answer in answers),
    )
    earliest: dict[str, int] = {}
    for run_id, at in named:
        earliest[run_id] = min(at, earliest.get(run_id, at))
    return earliest


def _adopt_source(
    connection: sa.Connection, name: str, stated: str | None, otherwise: str, now: int
) -> int:
    """Return the number of a source, made where it is missing; no other transaction writes to it until this one ends."""
    bound = next((row.base_url for row in source_rows(connection, name)), otherwise)
    ensure_source(connection, name, base_url=stated or bound, now=now)
    return lock_source(connection, name)


def _adopt_runs(
    connection: sa.Connection,
    source_id: int,
    seen_at: Mapping[str, int],
    runs: Iterable[TrackedRun],
) -> None:
    # Read before the runs are added, which moves `tracked_at`: what counts is when this store last changed them.
    before = tracked_rows(connection, source_id, list(seen_at))
    add_seen_runs(connection, source_id, seen_at)
    after = tracked_rows(connection, source_id, list(seen_at))
    for one in runs:
        key = after[one.run_id].run_key
        _apply_latest(connection, source_id, key, one, before.get(one.run_id))
        _add_labels(connection, source_id, key, one.labels)


def _apply_latest(
    connection: sa.Connection,
    source_id: int,
    run_key: int,
    other: TrackedRun,
    own: TrackedRow | None,
) -> None:
    """Watch or unwatch a run as the other store did, where that was later than any change in this one."""
    moments = (own.tracked_at, own.resumed_at, own.untracked_at) if own is not None else ()
    latest = max((moment or 0 for moment in moments), default=0)
    words = [(other.resumed_at, resume), (other.untracked_at, untrack)]
    for at, apply in sorted(words, key=lambda word: word[0] or 0):
        if at is not None and at > latest:
            apply(connection, source_id, run_key, now=at)


def _add_labels(
    connection: sa.Connection, source_id: int, run_key: int, labels: Mapping[str, str]
) -> None:
    if not labels:
        return
    of_run = (label.c.source_id == source_id) & (label.c.run_key == run_key)
    stored = set(connection.execute(sa.select(label.c.key).where(of_run)).scalars())
    new = [
        {"source_id": source_id, "run_key": run_key, "key": key, "value": value}
        for key, value in labels.items()
        if key not in stored
    ]
    if new:
        count_runs(connection, source_id, [run_key])
        connection.execute(sa.insert(label), new)
