"""Query a store, for the command line, exports and frames.

Invariants: nothing is written or made; queries as of T return what was known at T, by the time at which answers were
observed; rows are those of the views.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Self

from msgspec.structs import asdict, replace

from recorder.analysis.filters import Filters
from recorder.analysis.rows import RunRow
from recorder.analysis.values import Cells
from recorder.errors import RecorderError
from recorder.history.changes import Change, changes
from recorder.ledger.jsontext import Json
from recorder.settings import Settings
from recorder.store.engine import Database
from recorder.store.read.listing import ListedRow, Listing, last_event_id
from recorder.store.read.overdue_runs import overdue_runs
from recorder.store.read.past import Past
from recorder.store.read.run_refs import RunRef, find_run, refs_of
from recorder.store.read.runs import run_rows
from recorder.store.read.source_health import silence, source_health
from recorder.store.read.source_rows import require_source
from recorder.store.read.states import (
    StateView,
    last_poll,
    newest_poll_at,
    not_seen_yet,
    state_at,
    states,
)
from recorder.store.read.vocabulary import UnknownWord, thinned_runs, unknown_words
from recorder.store.revision import require_current
from recorder.views import (
    event_cells,
    label_cells,
    lead_outcome_cells,
    poll_cells,
    run_cells,
    snapshot_cells,
    transition_cells,
)

_ANY_US = -(2**60)  # also where the ledger's clock is ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryStep:
    """One snapshot of a run with its changes against the one before; the first has none."""

    state: StateView
    changes: tuple[Change, ...]


class Queries:
    """The queries of a store of the current schema.

    Args:
        database: the store; the caller closes it.
        settings: the source of queries that name none, and the rules by which an earlier state is read.
        as_of: the instant whose knowledge is returned, microseconds since 1970 UTC; None: the present.

    Raises:
        StoreMissingError, StoreOutdatedError, StoreNewerError: each ends with what to do.
    """

    def __init__(self, database: Database, settings: Settings, *, as_of: int | None = None) -> None:
        require_current(database)
        self._database = database
        self._settings = settings
        self._as_of = as_of

    @property
    def instant(self) -> int | None:
        """The instant whose knowledge is returned, microseconds since 1970 UTC; None: the present."""
        return self._as_of

    def as_of(self, instant: int) -> Self:
        """Return the queries of the same store as of an instant, microseconds since 1970 UTC."""
        return type(self)(self._database, self._settings, as_of=instant)

    def runs(self, filters: Filters | None = None) -> Iterator[Cells]:
        """Yield the rows of the view `runs`, by the instant that each run belongs to."""
        return map(run_cells, self.run_rows(filters))

    def run_rows(self, filters: Filters | None = None) -> Iterator[RunRow]:
        """Yield the same runs in base units, with their labels."""
        chosen = self._filters(filters)
        return filter(chosen.matches, self._run_rows(chosen))

    def overdue(self, filters: Filters | None = None, *, now: int) -> list[RunRow]:
        """Return the overdue runs, the longest in flight first; as of T, `now` is T."""
        return self.in_flight(filters, beyond_us=self._settings.cadence.overdue_after_us, now=now)

    def in_flight(
        self, filters: Filters | None = None, *, beyond_us: int = _ANY_US, now: int
    ) -> list[RunRow]:
        """Return the runs in flight, or those for longer than that, the longest first; as of T, `now` is T."""
        chosen, moment = self._filters(filters), self._as_of or now
        if self._as_of is None:
            rows = self._in_flight_now(chosen.source, beyond_us, now)
        else:
            rows = self._run_rows(chosen)
        wanted = filter(chosen.matches, rows)
        late = (row for row in wanted if row.is_overdue(beyond_us, now=moment))
        return sorted(late, key=lambda row: (row.flight_since or 0, row.source, row.run_id))

    def _in_flight_now(self, source: str | None, beyond_us: int, now: int) -> Iterator[RunRow]:
        """Yield the runs that are in flight for longer than that at present, without reading any other."""
        cadence = replace(self._settings.cadence, overdue_after_us=beyond_us)
        with self._database.reading() as connection:
            found = overdue_runs(connection, cadence, now=now, source_name=source)
            keys: dict[int, list[int]] = {}
            for one in found:
                keys.setdefault(one.source_id, []).append(one.run_key)
            for source_id, of_source in keys.items():
                for refs in refs_of(source_id, of_source):
                    yield from run_rows(connection, ref=refs)

    def unknown_words(self, filters: Filters, units: Iterable[str] = ()) -> list[UnknownWord]:
        """Return the words of filters, and the units, that no run of the store has."""
        with self._database.reading() as connection:
            return list(unknown_words(connection, filters, units, as_of=self._as_of))

    def thinned_runs(self) -> int:
        """Return how many runs are not known whole at the instant of the queries, since they were pruned."""
        return 0 if self._as_of is None else self._database.read(thinned_runs, self._as_of)

    def snapshots(self, run_id: str | None = None, source: str | None = None) -> Iterator[Cells]:
        """Yield the rows of the view `snapshots`, of one run or of all."""
        return map(snapshot_cells, self._listed(Listing.snapshots, run_id, source))

    def polls(self, run_id: str | None = None, source: str | None = None) -> Iterator[Cells]:
        """Yield the rows of the view `polls`, of one run or of all."""
        return map(poll_cells, self._listed(Listing.polls, run_id, source))

    def transitions(self, run_id: str | None = None, source: str | None = None) -> Iterator[Cells]:
        """Yield the rows of the view `transitions`, of one run or of all."""
        return map(transition_cells, self._listed(Listing.transitions, run_id, source))

    def labels(self, run_id: str | None = None, source: str | None = None) -> Iterator[Cells]:
        """Yield the rows of the view `labels`, of one run or of all."""
        return map(label_cells, self._listed(Listing.labels, run_id, source))

    def lead_outcomes(
        self, run_id: str | None = None, source: str | None = None
    ) -> Iterator[Cells]:
        """Yield the rows of the view `lead_outcomes`, of one run or of all."""
        return map(lead_outcome_cells, self._listed(Listing.lead_outcomes, run_id, source))

    def runs_of(self, refs: Iterable[RunRef]) -> list[Cells]:
        """Return the rows of these runs, in their order."""
        with self._database.reading() as connection:
            past = self._past()
            found = (run_rows(connection, ref=ref, past=past) for ref in refs)
            return [run_cells(row) for rows in found for row in rows]

    def served(self, refs: Iterable[RunRef]) -> list[Json]:
        """Return what the API served last of these runs, in their order; nothing of one that it never showed."""
        with self._database.reading() as connection:
            states = (state_at(connection, ref, self._as_of) for ref in refs)
            return [state.value for state in states if state is not None]

    def events(
        self,
        run_id: str | None = None,
        source: str | None = None,
        *,
        filters: Filters | None = None,
        kinds: Collection[str] = (),
        after: int = 0,
        limit: int | None = None,
    ) -> Iterator[Cells]:
        """Yield the rows of the view `events`, of one run or of all, as `Listing.events` filters them."""
        rows = partial(Listing.events, filters=filters, kinds=kinds, after=after, limit=limit)
        return map(event_cells, self._listed(rows, run_id, source))

    def silences(self, source: str | None = None, *, now: int) -> list[tuple[str, int]]:
        """Return for how long each source has been silent, microseconds.

        It is the time since the last poll that showed a run, or since a run fell due, whichever is less; 0 with no run due.
        """
        cadence, named = self._settings.cadence, self._source(source)
        with self._database.reading() as connection:
            return [
                (one.source.name, silence(connection, one, now=now))
                for one in source_health(connection, cadence, now=now, source_name=named)
            ]

    def last_event_id(self) -> int:
        """Return the number of the last event that was written; 0 for none."""
        return self._database.read(last_event_id)

    def status(self, run_id: str, source: str | None = None) -> StateView:
        """Return the last state of a run.

        Raises:
            UnknownRunError, AmbiguousRunError: no run has that id, or two have it.
            RecorderError: no answer has shown the run yet.
        """
        with self._database.reading() as connection:
            ref = find_run(connection, run_id, self._source(source))
            state = state_at(connection, ref, self._as_of)
            if state is None:
                raise RecorderError(not_seen_yet(connection, ref, self._as_of))
            return state

    def run(self, run_id: str, source: str | None = None) -> Cells:
        """Return the row of one run; raises as `status` does."""
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
            stored = last_poll(connection, ref, self._as_of)
            named = {"source": ref.source, "run_id": ref.run_id}
            return None if stored is None else poll_cells(named | asdict(stored))

    def newest_poll_at(self) -> int | None:
        """Return the instant of the last poll of any run, microseconds since 1970 UTC; None before the first."""
        return self._database.read(newest_poll_at)

    def history(self, run_id: str, source: str | None = None) -> Iterator[HistoryStep]:
        """Yield a run's snapshots in order, each with the changes of its `run`; raises as `status` does."""
        with self._database.reading() as connection:
            ref = find_run(connection, run_id, self._source(source))
            before: StateView | None = None
            for state in states(connection, ref, self._as_of):
                changed = changes(before.value["run"], state.value["run"]) if before else ()
                yield HistoryStep(state=state, changes=tuple(changed))
                before = state
            if before is None:
                raise RecorderError(not_seen_yet(connection, ref, self._as_of))

    def _run_rows(self, filters: Filters) -> Iterator[RunRow]:
        """Yield the runs that these filters may match."""
        with self._database.reading() as connection:
            yield from run_rows(
                connection, source_name=filters.source, words=filters.words, past=self._past()
            )

    def _past(self) -> Past | None:
        """Return the instant of the queries with the rules by which its states are read; None: the present."""
        if self._as_of is None:
            return None
        return Past(as_of=self._as_of, cadence=self._settings.cadence, costs=self._settings.cost)

    def _filters(self, filters: Filters | None) -> Filters:
        chosen = filters or Filters()
        return replace(chosen, source=self._source(chosen.source))

    def _source(self, named: str | None) -> str | None:
        """Return the wanted source, which the store must have; None for all."""
        name = named or self._settings.source
        if name is not None:
            with self._database.reading() as connection:
                require_source(connection, name)
        return name

    def _listed(
        self, rows: Callable[[Listing], Iterator[ListedRow]], run_id: str | None, source: str | None
    ) -> Iterator[ListedRow]:
        named = self._source(source)
        with self._database.reading() as connection:
            ref = None if run_id is None else find_run(connection, run_id, named)
            yield from rows(Listing(connection, ref, named, self._as_of))
