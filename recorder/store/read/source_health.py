"""The state of each source: its runs by phase, its requests and failures, its poller, its backlog.

Invariant: instants are microseconds since 1970 UTC, by our clock.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from recorder.instants import HOUR, MINUTE
from recorder.ledger.answer import Outcome
from recorder.schedule.cadence import Cadence, Urgency
from recorder.store.joins import same_run, watched_runs
from recorder.store.read.overdue_runs import overdue_runs
from recorder.store.read.phases import is_in_flight, is_unseen, outcome_is
from recorder.store.read.source_rows import SourceRow, source_rows
from recorder.store.schema import key_budget, key_slot, poll, run, run_summary, watch
from recorder.store.sharing.leases import is_dead
from recorder.store.table_parts import Integer


class SourceHealth(Struct, frozen=True, kw_only=True):
    """One source.

    Attributes:
        source: its row in the store.
        last_good_at: the last answer that showed a run; None for none.
        last_polled_at: the last answer of any kind that was recorded; None for none.
        unseen: runs that are tracked and that no answer showed yet.
        in_flight: runs that are seen, have not ended and are not lost, overdue ones included.
        settling: runs that have ended and are still polled.
        overdue: runs in flight for longer than `overdue_after`.
        not_visible: runs whose last answer was a 404.
        abandoned: runs given up after staying in flight without change.
        polls_last_minute: requests in the last 60 s.
        errors_last_hour: requests in the last hour that gave neither a row nor a 404.
        throttled_last_hour: those of them that were answered with 429.
    """

    source: SourceRow
    last_good_at: int | None
    last_polled_at: int | None
    unseen: int
    in_flight: int
    settling: int
    overdue: int
    not_visible: int
    abandoned: int
    polls_last_minute: int
    errors_last_hour: int
    throttled_last_hour: int


class Backlog(Struct, frozen=True, kw_only=True):
    """The runs that were due before an instant and have not been polled: how many, and since when the first one waits."""

    runs: int
    since: int | None


def source_health(
    connection: sa.Connection, cadence: Cadence, *, now: int, source_name: str | None = None
) -> list[SourceHealth]:
    """Return the state of every source, or of the one of a name, by name.

    Args:
        connection: a reading transaction.
        cadence: with `overdue_after`.
        now: microseconds since 1970 UTC.
        source_name: only this source.
    """
    tracked = _tracked(connection)
    requests = _requests(connection, now)
    late = overdue_runs(connection, cadence, now=now, source_name=source_name)
    overdue = Counter(one.source_id for one in late)
    return [
        _health(row, tracked.get(row.source_id, []), requests.get(row.source_id), overdue)
        for row in source_rows(connection, source_name)
    ]


def _health(
    row: SourceRow, tracked: list[sa.Row[Any]], requests: sa.Row[Any] | None, overdue: Counter[int]
) -> SourceHealth:
    count: Counter[str] = Counter()
    for group in tracked:
        phase = "in_flight" if group.is_in_flight else "unseen" if group.is_unseen else None
        ended = "settling" if group.tracking == "active" else group.tracking  # watched again
        count[phase or ended] += group.runs
    good, polled = (
        [at for group in tracked if (at := getattr(group, name)) is not None]
        for name in ("last_good_at", "last_polled_at")
    )
    return SourceHealth(
        source=row,
        last_good_at=max(good, default=None),
        last_polled_at=max(polled, default=None),
        unseen=count["unseen"],
        in_flight=count["in_flight"],
        settling=count["settling"],
        overdue=overdue[row.source_id],
        not_visible=count["not_visible"],
        abandoned=count["abandoned"],
        polls_last_minute=requests.recent if requests else 0,
        errors_last_hour=requests.failed if requests else 0,
        throttled_last_hour=requests.throttled if requests else 0,
    )


def _tracked(connection: sa.Connection) -> dict[int, list[sa.Row[Any]]]:
    """Return the tracked runs of each source, counted by tracking and phase."""
    phase = (is_in_flight().label("is_in_flight"), is_unseen().label("is_unseen"))
    last = [sa.func.max(watch.c[n]).label(n) for n in ("last_good_at", "last_polled_at")]
    statement = sa.select(
        watch.c.source_id, watch.c.tracking, *phase, sa.func.count().label("runs"), *last
    ).group_by(watch.c.source_id, watch.c.tracking, *phase)
    found: dict[int, list[sa.Row[Any]]] = {}
    for group in connection.execute(statement):
        found.setdefault(group.source_id, []).append(group)
    return found


def _requests(connection: sa.Connection, now: int) -> dict[int, sa.Row[Any]]:
    """Return the requests of the last minute, and the failed and throttled ones of the last hour, by source."""
    conditions = {
        "recent": poll.c.polled_at > now - MINUTE,
        "failed": outcome_is(poll.c.outcome, lambda one: one.is_failure),
        "throttled": poll.c.outcome == int(Outcome.THROTTLED),
    }
    counts = [
        sa.cast(sa.func.sum(sa.case((is_one, 1), else_=0)), Integer).label(name)
        for name, is_one in conditions.items()
    ]
    statement = (
        sa.select(watch.c.source_id, *counts)
        .join_from(watch, poll, same_run(poll, watch))
        # Only runs polled in that hour are looked into.
        .where(watch.c.last_polled_at > now - HOUR, poll.c.polled_at > now - HOUR)
        .group_by(watch.c.source_id)
    )
    return {row.source_id: row for row in connection.execute(statement)}


def poller_of(row: SourceRow, *, now: int) -> str | None:
    """Return the process that polls a source now, as `host, process 123`; None for none."""
    is_leased = row.holder is not None and row.held_until is not None and now < row.held_until
    if row.holder is None or not is_leased or is_dead(row.holder):
        return None
    host, _, process = row.holder.partition("/")
    return f"{host.partition('+')[0]}, process {process.partition('/')[0]}"


def run_in_flight(connection: sa.Connection, source_id: int) -> str | None:
    """Return the id of the run in flight that is due first; None for none."""
    statement = (
        sa.select(run.c.run_id)
        .select_from(watched_runs())
        .where(watch.c.source_id == source_id, is_in_flight())
        .order_by(watch.c.due_at, watch.c.run_key)
        .limit(1)
    )
    run_id: str | None = connection.execute(statement).scalar_one_or_none()
    return run_id


class KeyHealth(Struct, frozen=True, kw_only=True):
    """The use of one key.

    Attributes:
        requests_60s: requests of the last 60 s that count against its budget, over all its sources.
        paused_until: the end of the pause that the API asked for (429); None: it takes requests.
    """

    requests_60s: int
    paused_until: int | None


def key_health(
    connection: sa.Connection, key_ids: Iterable[str], *, now: int
) -> dict[str, KeyHealth]:
    """Return the requests and the pause of each of these keys, by fingerprint."""
    wanted = list(dict.fromkeys(key_ids))
    paused = sa.select(key_budget.c.key_id, key_budget.c.paused_until).where(
        key_budget.c.key_id.in_(wanted), key_budget.c.paused_until > now
    )
    busy = (
        sa.select(key_slot.c.key_id, sa.func.count().label("busy"))
        .where(key_slot.c.key_id.in_(wanted), key_slot.c.free_at > now)
        .group_by(key_slot.c.key_id)
    )
    until = {row.key_id: row.paused_until for row in connection.execute(paused)}
    requests = {row.key_id: row.busy for row in connection.execute(busy)}
    return {
        one: KeyHealth(requests_60s=requests.get(one, 0), paused_until=until.get(one))
        for one in wanted
    }


def pauses(connection: sa.Connection, source_ids: Iterable[int]) -> list[int]:
    """Return the pause between two polls of each run of these sources that is polled in turn, microseconds.

    The pause of a run that was never polled is 0. Runs that have ended are left out: they wait for all others.
    """
    pause = sa.case(
        (watch.c.urgency == int(Urgency.NEW), 0), else_=watch.c.due_at - watch.c.last_polled_at
    )
    statement = sa.select(pause).where(
        watch.c.source_id.in_(list(source_ids)),
        watch.c.due_at.is_not(None),
        watch.c.urgency <= int(Urgency.IN_FLIGHT),
    )
    return list(connection.execute(statement).scalars())


def usual_life(connection: sa.Connection, source_ids: Iterable[int], *, now: int) -> int | None:
    """Return how long the runs of these sources that ended in the last hour took, the median; None where none did."""
    life = run_summary.c.ended_at - run_summary.c.created_at
    statement = (
        sa.select(life)
        .select_from(watched_runs().join(run_summary, same_run(run_summary, run)))
        .where(
            watch.c.source_id.in_(list(source_ids)),
            watch.c.due_at.is_not(None),  # still settling: the index knows them
            run_summary.c.ended_at > run.c.tracked_at,  # its end could be seen late
            watch.c.ended_seen_at > now - HOUR,
            life > 0,
        )
    )
    lives = sorted(connection.execute(statement).scalars())
    return lives[(len(lives) - 1) // 2] if lives else None


def waiting(connection: sa.Connection, source_ids: Iterable[int], *, before: int) -> Backlog:
    """Return how many runs of these sources were due before an instant and have not been polled since."""
    statement = sa.select(sa.func.count(), sa.func.min(watch.c.due_at)).where(
        watch.c.source_id.in_(list(source_ids)), watch.c.due_at < before
    )
    runs, since = connection.execute(statement).one()
    return Backlog(runs=runs, since=since)


def silence(connection: sa.Connection, one: SourceHealth, *, now: int) -> int:
    """Return the microseconds since a source's last good poll or since a run fell due, the lesser; 0 with none due."""
    due = waiting(connection, [one.source.source_id], before=now + 1).since
    known = [at for at in (due, one.last_good_at) if at is not None]
    return 0 if due is None else max(now - max(known), 0)
