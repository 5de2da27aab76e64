"""Runs as another store knew them, taken into this one.

Invariant: a run is tracked since the earliest instant that anyone names; on whether it is watched the later word
counts; labels that are there stay. Adopting the same twice changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeAlias

import sqlalchemy as sa

from recorder.history.export_record import TrackedRun
from recorder.ledger.answer import Answer
from recorder.store.joins import watched_runs
from recorder.store.read.source_rows import source_rows
from recorder.store.records import Row
from recorder.store.schema import label, run, watch
from recorder.store.write.sources import ensure_source, lock_source
from recorder.store.write.track import add_seen_runs, resume, untrack

Adopt: TypeAlias = Callable[[sa.Connection], None]
"""Works within a transaction."""

_CHUNK = 500


def adopting(
    answers: Sequence[Answer],
    runs: Sequence[TrackedRun],
    *,
    base_urls: Mapping[str, str],
    base_url_of: Callable[[str], str],
    now: int,
) -> Adopt:
    """What registers sources and runs, within the transaction that records their answers.

    Args:
        answers: whose runs are to be there.
        runs: what is told of runs, of these or of others.
        base_urls: those that sources are said to belong to.
        base_url_of: the base URL of a source that is new, where nothing is said of it.
        now: microseconds since 1970 UTC.

    Returns:
        Takes the transaction; raises SettingError where a source is bound to another base URL than stated.
    """

    def adopt(connection: sa.Connection) -> None:
        for name in sorted({a.source for a in answers} | {r.source for r in runs}):
            told = [run for run in runs if run.source == name]
            stated, otherwise = base_urls.get(name), base_url_of(name)
            source_id = _adopt_source(connection, name, stated, otherwise, now)
            seen_at = _seen_at(told, (a for a in answers if a.source == name))
            _adopt_runs(connection, source_id, seen_at, told)

    return adopt


def _seen_at(runs: Iterable[TrackedRun], answers: Iterable[Answer]) -> dict[str, int]:
    """The earliest instant that each run is known of, in the order in which they are named."""
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
    """The number of a source, made where it is missing; nobody else writes to it until the transaction ends."""
    bound = next((row.base_url for row in source_rows(connection, name)), otherwise)
    ensure_source(connection, name, base_url=stated or bound, now=now)
    return lock_source(connection, name)


def _adopt_runs(
    connection: sa.Connection,
    source_id: int,
    seen_at: Mapping[str, int],
    told: Iterable[TrackedRun],
) -> None:
    held = _held(connection, source_id, list(seen_at))
    add_seen_runs(connection, source_id, seen_at)
    keys = {
        name: row["run_key"] for name, row in _held(connection, source_id, list(seen_at)).items()
    }
    for one in told:
        key = keys[one.run_id]
        _take_later_word(connection, source_id, key, one, held.get(one.run_id))
        _add_labels(connection, source_id, key, one.labels)


def _held(connection: sa.Connection, source_id: int, run_ids: list[str]) -> dict[str, Row]:
    statement = sa.select(run, watch.c.resumed_at).select_from(watched_runs())
    found: dict[str, Row] = {}
    for start in range(0, len(run_ids), _CHUNK):
        chunk = run.c.run_id.in_(run_ids[start : start + _CHUNK])
        held = connection.execute(statement.where(run.c.source_id == source_id, chunk))
        found |= {row["run_id"]: dict(row) for row in held.mappings()}
    return found


def _take_later_word(
    connection: sa.Connection, source_id: int, run_key: int, told: TrackedRun, held: Row | None
) -> None:
    words = ("tracked_at", "resumed_at", "untracked_at")
    latest = max((held[word] or 0 for word in words), default=0) if held else 0
    for at, obey in ((told.resumed_at, resume), (told.untracked_at, untrack)):
        if at is not None and at > latest:
            obey(connection, source_id, run_key, now=at)


def _add_labels(
    connection: sa.Connection, source_id: int, run_key: int, labels: Mapping[str, str]
) -> None:
    if not labels:
        return
    of_run = (label.c.source_id == source_id) & (label.c.run_key == run_key)
    held = set(connection.execute(sa.select(label.c.key).where(of_run)).scalars())
    new = [
        {"source_id": source_id, "run_key": run_key, "key": key, "value": value}
        for key, value in labels.items()
        if key not in held
    ]
    if new:
        connection.execute(sa.insert(label), new)
