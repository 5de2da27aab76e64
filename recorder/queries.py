"""What a store answers: the one implementation behind the command line, exports and frames.

Invariants: nothing is written or made here; an archive as of T says what was known at T, by the time at which things
were observed; its rows are those of the views. Must not import pandas or httpx.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Self

from recorder.analysis.filters import Filters
from recorder.analysis.rows import RunRow
from recorder.analysis.values import Cells
from recorder.errors import RecorderError
from recorder.history.changes import Change, changes
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.migrate import require_current
from recorder.store.read.due import overdue_runs
from recorder.store.read.listing import Held, label_rows, poll_rows, snapshot_rows, transition_rows
from recorder.store.read.past import Past
from recorder.store.read.runs import run_rows
from recorder.store.read.states import (
    RunRefs,
    StateView,
    find_run,
    last_poll,
    not_seen_yet,
    state_at,
    states,
)
from recorder.store.read.vocabulary import UnknownWord, require_source, unknown_words
from recorder.views import label_cells, poll_cells, run_cells, snapshot_cells, transition_cells

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryStep:
    """One snapshot of a run and what changed in it; the first changed nothing."""

    shown: StateView
    changes: tuple[Change, ...]


class Queries:
    """A store of the current schema, open for questions.

    Args:
        database: the store; the caller closes it.
        settings: the source asked for where a question names none; the rules by which an earlier state is read.
        as_of: microseconds since 1970 UTC: what was known then; None: what is known now.

    Raises:
        StoreMissingError, StoreOutdatedError, StoreNewerError: each ends with what to do.
    """

    def __init__(self, database: Database, settings: Settings, *, as_of: int | None = None) -> None:
        require_current(database)
        self._database = database
        self._settings = settings
        self._as_of = as_of

    def as_of(self, instant: int) -> Self:
        """Return the same store, as it was known at an instant (microseconds since 1970 UTC)."""
        return type(self)(self._database, self._settings, as_of=instant)

    def runs(self, filters: Filters | None = None) -> Iterator[Cells]:
        """Yield the tracked runs, by the instant that they belong to; the columns of the view `runs`."""
        return map(run_cells, self.run_rows(filters))

    def run_rows(self, filters: Filters | None = None) -> Iterator[RunRow]:
        """Yield the same in base units, with their labels."""
        chosen = self._filters(filters)
        return filter(chosen.matches, self._run_rows(chosen.source))

    def overdue(self, filters: Filters | None = None, *, now: int) -> list[RunRow]:
        """Return the overdue runs, those longest in flight first; `now`: as of T it is T."""
        chosen, moment = self._filters(filters), self._as_of or now
        is_now = self._as_of is None
        rows = self._overdue_now(chosen.source, now) if is_now else self._run_rows(chosen.source)
        meant = filter(chosen.matches, rows)
        late = (row for row in meant if row.is_overdue(self._settings.overdue_after_us, now=moment))
        return sorted(late, key=lambda row: (row.flight_since or 0, row.source, row.run_id))

    def _overdue_now(self, source: str | None, now: int) -> Iterator[RunRow]:
        """Yield the overdue runs, found without reading all the others."""
        with self._database.reading() as connection:
            found = overdue_runs(connection, self._settings.cadence, now=now, source_name=source)
            keys: dict[int, list[int]] = {}
            for one in found:
                keys.setdefault(one.source_id, []).append(one.run_key)
            for source_id, of_source in keys.items():
                for start in range(0, len(of_source), _AT_ONCE):
                    some = of_source[start : start + _AT_ONCE]
                    yield from run_rows(connection, ref=RunRefs(source_id=source_id, run_keys=some))

    def unknown_words(self, filters: Filters) -> list[UnknownWord]:
        """Return the words of these filters that no run of the store has."""
        with self._database.reading() as connection:
            return list(unknown_words(connection, filters, as_of=self._as_of))

    def snapshots(self, run_id: str | None = None, source: str | None = None) -> Iterator[Cells]:
        """Yield the snapshots of a run, or of all; the columns of the view `snapshots`."""
        return map(snapshot_cells, self._listed(snapshot_rows, run_id, source))

    def polls(self, run_id: str | None = None, source: str | None = None) -> Iterator[Cells]:
        """Yield the polls of a run, or of all; the columns of the view `polls`."""
        return map(poll_cells, self._listed(poll_rows, run_id, source))

    def transitions(self, run_id: str | None = None, source: str | None = None) -> Iterator[Cells]:
        """Yield the changes of status of a run, or of all; the columns of the view `transitions`."""
        return map(transition_cells, self._listed(transition_rows, run_id, source))

    def labels(self, run_id: str | None = None, source: str | None = None) -> Iterator[Cells]:
        """Yield the labels of a run, or of all; the columns of the view `labels`."""
        return map(label_cells, self._listed(label_rows, run_id, source))

    def status(self, run_id: str, source: str | None = None) -> StateView:
        """Return the state of a run that was last seen.

        Raises:
            UnknownRunError, AmbiguousRunError: which run is not clear.
            RecorderError: it has not been seen.
        """
        with self._database.reading() as connection:
            ref = find_run(connection, run_id, self._source(source))
            shown = state_at(connection, ref, self._as_of)
            if shown is None:
                raise RecorderError(not_seen_yet(connection, ref, self._as_of))
            return shown

    def run(self, run_id: str, source: str | None = None) -> Cells:
        """Return the row of one run; raises as `status` does where it has not been seen."""
        return run_cells(self.run_row(run_id, source))

    def run_row(self, run_id: str, source: str | None = None) -> RunRow:
        """Return the row of one run in base units; raises as `run` does."""
        with self._database.reading() as connection:
            ref = find_run(connection, run_id, self._source(source))
            rows = list(run_rows(connection, ref=ref, past=self._past()))
            if not rows or not rows[0].is_observed:
                raise RecorderError(not_seen_yet(connection, ref, self._as_of))
            return rows[0]

    def last_poll(self, run_id: str, source: str | None = None) -> Cells | None:
        """Return the last row of `polls` of a run; None where it was never polled."""
        with self._database.reading() as connection:
            ref = find_run(connection, run_id, self._source(source))
            held = last_poll(connection, ref, self._as_of)
            named = {"source": ref.source, "run_id": ref.run_id}
            return None if held is None else poll_cells(named | held)

    def history(self, run_id: str, source: str | None = None) -> Iterator[HistoryStep]:
        """Yield a run's snapshots in order, each with what changed in its `run`; raises as `status` does."""
        with self._database.reading() as connection:
            ref = find_run(connection, run_id, self._source(source))
            before: StateView | None = None
            for shown in states(connection, ref, self._as_of):
                changed = changes(before.value["run"], shown.value["run"]) if before else ()
                yield HistoryStep(shown=shown, changes=tuple(changed))
                before = shown
            if before is None:
                raise RecorderError(not_seen_yet(connection, ref, self._as_of))

    def _run_rows(self, source: str | None) -> Iterator[RunRow]:
        with self._database.reading() as connection:
            yield from run_rows(connection, source_name=source, past=self._past())

    def _past(self) -> Past | None:
        """Return the instant of the questions, with the settings by which a state of then is read; None: the present."""
        if self._as_of is None:
            return None
        return Past(as_of=self._as_of, cadence=self._settings.cadence, costs=self._settings.cost)

    def _filters(self, filters: Filters | None) -> Filters:
        chosen = filters or Filters()
        return replace(chosen, source=self._source(chosen.source))

    def _source(self, named: str | None) -> str | None:
        """Return the source that is asked about, which must be there; None for all."""
        name = named or self._settings.source
        if name is not None:
            with self._database.reading() as connection:
                require_source(connection, name)
        return name

    def _listed(
        self,
        rows: Callable[..., Iterator[Held]],
        run_id: str | None,
        source: str | None,
    ) -> Iterator[Held]:
        named = self._source(source)
        with self._database.reading() as connection:
            ref = None if run_id is None else find_run(connection, run_id, named)
            yield from rows(connection, ref, source_name=named, as_of=self._as_of)
