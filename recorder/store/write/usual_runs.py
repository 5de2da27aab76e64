"""What runs of each slug are like, as one transaction finds it and as the ends that it records change it.

Invariant: kept by ends as they are recorded, and by nothing else: one that arrives out of order, changes or is undone leaves
it as it is. It is a hint for the schedule. `forget` drops those of the source, which begin anew.
"""

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa
from msgspec import Struct, field
from msgspec.structs import astuple

from recorder.ledger.run_status import RunStatus
from recorder.schedule.usual_run import UsualRun
from recorder.store.prepared import InList, insert, update
from recorder.store.records import SnapshotRecord, WatchRecord
from recorder.store.schema import usual_run

_KEY = ("source_id", "slug")
_VALUES = UsualRun.__struct_fields__
_COLUMNS = (*_KEY, *_VALUES)
_STORED = InList(
    sa.select(*(usual_run.c[name] for name in _COLUMNS)), usual_run.c.source_id, usual_run.c.slug
)
_ADD = insert(usual_run, _COLUMNS)
_SET = update(usual_run, _VALUES, _KEY)
_LONGEST_SLUG: Final = 500  # characters; Postgres refuses keys of more than 2,704 bytes


class UsualRuns(Struct):
    """The usual runs of the slugs that one transaction meets, by source and slug."""

    _stored: dict[tuple[int, str], UsualRun] = field(default_factory=dict)
    _changed: dict[tuple[int, str], UsualRun] = field(default_factory=dict)

    def load(self, connection: sa.Connection, slugs: Iterable[tuple[int, str]]) -> None:
        """Read the usual runs of slugs, each with its source, which the transaction has locked."""
        for source_id, slug, *values in _STORED.all(connection, slugs):
            one = UsualRun(**dict(zip(_VALUES, values, strict=True)))
            # A damaged row must neither end the recording nor mislead the schedule.
            self._stored[source_id, slug] = one if one.is_possible else UsualRun()

    def of(self, source_id: int, slug: str) -> UsualRun:
        """Return the usual run of a slug that was loaded."""
        key = source_id, slug
        return self._changed.get(key) or self._stored.get(key) or UsualRun()

    def add(self, source_id: int, slug: str, wall_us: int, *, is_in_vain: bool | None) -> None:
        """Add a completed run of a slug which was loaded."""
        after = self.of(source_id, slug).after(wall_us, is_in_vain=is_in_vain)
        self._changed[source_id, slug] = after

    def compare(
        self,
        watch: WatchRecord,
        last: SnapshotRecord | None,
        state: SnapshotRecord,
        slug: str | None,
        *,
        is_live: bool,
    ) -> UsualRun | None:
        """Add a run that is seen to be completed. Return the usual run of the slug where a run is seen for the first time.

        Args:
            watch: its watch row.
            last: its state before; None where there is none.
            state: the state that begins.
            slug: one which was loaded, if any was served.
            is_live: whether the answer was just received.
        """
        if slug is None or len(slug) > _LONGEST_SLUG or state.created_at is None:
            return None
        if not state.is_terminal:
            # Only at first sight: from then on the run's own row holds its likely end.
            return self.of(watch.source_id, slug) if last is None and is_live else None
        is_end = last is None or not last.is_terminal
        if is_end and state.status == RunStatus.COMPLETED and state.completed_at is not None:
            # Of a run that was imported, or first seen ended, nothing was foretold that can have passed.
            was_polled = is_live and last is not None
            is_in_vain = (watch.n_missed or 0) > 0 if was_polled else None
            wall_us = state.completed_at - state.created_at
            self.add(watch.source_id, slug, wall_us, is_in_vain=is_in_vain)
        return None

    def flush(self, connection: sa.Connection) -> None:
        """Write those that changed."""
        rows = {key: astuple(one) for key, one in self._changed.items()}
        stored = self._stored
        _ADD.many(connection, [(*key, *row) for key, row in rows.items() if key not in stored])
        _SET.many(connection, [(*row, *key) for key, row in rows.items() if key in stored])


def drop_usual_runs(connection: sa.Connection, source_id: int) -> None:
    """Drop the usual runs of a source: nothing else knows which slugs its runs had before their last answers."""
    connection.execute(sa.delete(usual_run).where(usual_run.c.source_id == source_id))
