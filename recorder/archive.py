"""What a store answers: the one implementation behind the command line, exports and frames.

Invariants: nothing is written or made here; an archive as of T says what was known at T, by the time at which things
were observed; its rows are those of the views. Must not import pandas or httpx.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import Any

from recorder.analysis.costs import costs as costs_report
from recorder.analysis.coverage import Looks
from recorder.analysis.coverage import coverage as coverage_report
from recorder.analysis.durations import durations as durations_report
from recorder.analysis.failures import failures as failures_report
from recorder.analysis.filters import Filters
from recorder.analysis.groups import parse_by
from recorder.analysis.overruns import overruns as overruns_report
from recorder.analysis.report import Cells, Report
from recorder.analysis.rows import RunRow
from recorder.analysis.settling import Moved
from recorder.analysis.settling import settling as settling_report
from recorder.errors import RecorderError, UsageError
from recorder.history.changes import Change, changes
from recorder.public import label_cells, poll_cells, run_cells, snapshot_cells, transition_cells
from recorder.settings import Settings
from recorder.store.due import source_rows
from recorder.store.engine import Database
from recorder.store.listing import Held, label_rows, poll_rows, snapshot_rows, transition_rows
from recorder.store.looks import looks
from recorder.store.migrate import require_current
from recorder.store.moves import moves
from recorder.store.read import Shown, find_run, last_poll, not_seen_yet, state_at, states
from recorder.store.runs import run_rows
from recorder.store.vocabulary import UnknownWord, unknown_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One snapshot of a run and what changed in it; the first changed nothing."""

    shown: Shown
    changes: tuple[Change, ...]


class Archive:
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

    def as_of(self, instant: int) -> "Archive":
        """The same store, as it was known at an instant (microseconds since 1970 UTC)."""
        return Archive(self._database, self._settings, as_of=instant)

    def runs(self, filters: Filters | None = None) -> Iterator[Cells]:
        """Tracked runs, by the instant that they belong to; the columns of the view `runs`."""
        return map(run_cells, self.run_rows(filters))

    def run_rows(self, filters: Filters | None = None) -> Iterator[RunRow]:
        """The same in base units, with their labels."""
        chosen = self._filters(filters)
        return filter(chosen.matches, self._run_rows(chosen.source))

    def unknown_words(self, filters: Filters) -> list[UnknownWord]:
        """Return the words of these filters that no run of the store has."""
        with self._database.reading() as connection:
            return list(unknown_words(connection, filters, as_of=self._as_of))

    def snapshots(self, run_id: str | None = None, source: str | None = None) -> Iterator[Cells]:
        """Snapshots of a run, or of all; the columns of the view `snapshots`."""
        return map(snapshot_cells, self._listed(snapshot_rows, run_id, source))

    def polls(self, run_id: str | None = None, source: str | None = None) -> Iterator[Cells]:
        """Polls of a run, or of all; the columns of the view `polls`."""
        return map(poll_cells, self._listed(poll_rows, run_id, source))

    def transitions(self, run_id: str | None = None, source: str | None = None) -> Iterator[Cells]:
        """Changes of status of a run, or of all; the columns of the view `transitions`."""
        return map(transition_cells, self._listed(transition_rows, run_id, source))

    def labels(self, run_id: str | None = None, source: str | None = None) -> Iterator[Cells]:
        """Labels of a run, or of all; the columns of the view `labels`."""
        return map(label_cells, self._listed(label_rows, run_id, source))

    def status(self, run_id: str, source: str | None = None) -> Shown:
        """The state of a run that was last seen.

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
        """The row of one run; raises as `status` does where it has not been seen."""
        return run_cells(self.run_row(run_id, source))

    def run_row(self, run_id: str, source: str | None = None) -> RunRow:
        """Return the row of one run in base units; raises as `run` does."""
        with self._database.reading() as connection:
            ref = find_run(connection, run_id, self._source(source))
            rows = list(run_rows(connection, ref=ref, **self._rules()))
            if not rows or not rows[0].is_observed:
                raise RecorderError(not_seen_yet(connection, ref, self._as_of))
            return rows[0]

    def last_poll(self, run_id: str, source: str | None = None) -> Cells | None:
        """The last row of `polls` of a run; None where it was never polled."""
        with self._database.reading() as connection:
            ref = find_run(connection, run_id, self._source(source))
            held = last_poll(connection, ref, self._as_of)
            named = {"source": ref.source, "run_id": ref.run_id}
            return None if held is None else poll_cells(named | held)

    def history(self, run_id: str, source: str | None = None) -> Iterator[Step]:
        """A run's snapshots in order, each with what changed in its `run`; raises as `status` does."""
        with self._database.reading() as connection:
            ref = find_run(connection, run_id, self._source(source))
            before: Shown | None = None
            for shown in states(connection, ref, self._as_of):
                changed = changes(before.value["run"], shown.value["run"]) if before else ()
                yield Step(shown=shown, changes=tuple(changed))
                before = shown
            if before is None:
                raise RecorderError(not_seen_yet(connection, ref, self._as_of))

    def durations(
        self,
        by: str | Iterable[str] | None = None,
        filters: Filters | None = None,
        *,
        tz: tzinfo = UTC,
        censored: bool = False,
    ) -> Report:
        """How long runs queue and run; see `recorder.analysis.durations`."""
        chosen = self._filters(filters)
        rows = self._run_rows(chosen.source)
        return durations_report(rows, by=by, filters=chosen, tz=tz, censored=censored)

    def failures(
        self,
        by: str | Iterable[str] | None = None,
        filters: Filters | None = None,
        *,
        tz: tzinfo = UTC,
    ) -> Report:
        """How often runs and leads fail; see `recorder.analysis.failures`.

        Raises:
            UsageError: the groups or filters part completed from failed runs, so that there is no rate.
        """
        chosen = self._filters(filters)
        _require_both_ends(by, chosen)
        return failures_report(self._run_rows(chosen.source), by=by, filters=chosen, tz=tz)

    def costs(
        self,
        by: str | Iterable[str] | None = None,
        filters: Filters | None = None,
        *,
        tz: tzinfo = UTC,
    ) -> Report:
        """Cost previewed against actual; see `recorder.analysis.costs`."""
        chosen = self._filters(filters)
        return costs_report(self._run_rows(chosen.source), by=by, filters=chosen, tz=tz)

    def overruns(self, filters: Filters | None = None, *, limit: int = 20) -> Report:
        """The runs that cost most above their preview; see `recorder.analysis.overruns`."""
        chosen = self._filters(filters)
        return overruns_report(self._run_rows(chosen.source), filters=chosen, limit=limit)

    def settling(
        self,
        by: str | Iterable[str] | None = None,
        filters: Filters | None = None,
        *,
        tz: tzinfo = UTC,
    ) -> Report:
        """How long after the end the actual cost last moved; see `recorder.analysis.settling`."""
        chosen = self._filters(filters)
        return settling_report(self._moved(chosen.source), by=by, filters=chosen, tz=tz)

    def coverage(
        self,
        by: str | Iterable[str] | None = None,
        filters: Filters | None = None,
        *,
        tz: tzinfo = UTC,
        now: int | None = None,
    ) -> Report:
        """How well the history was caught; see `recorder.analysis.coverage`. `now`: as of T it is T."""
        chosen = self._filters(filters)
        moment = now if self._as_of is None else self._as_of
        watched = self._watched(chosen.source)
        late = self._settings.overdue_us
        return coverage_report(
            watched, by=by, filters=chosen, tz=tz, now=moment, overdue_after_us=late
        )

    def _moved(self, source: str | None) -> Iterator[tuple[RunRow, Moved]]:
        with self._database.reading() as connection:
            moved = dict(moves(connection, source_name=source, as_of=self._as_of))
            for row in run_rows(connection, source_name=source, **self._rules()):
                yield row, moved.get((row.source, row.run_id), Moved())

    def _watched(self, source: str | None) -> Iterator[tuple[RunRow, Looks]]:
        with self._database.reading() as connection:
            seen = dict(looks(connection, source_name=source, as_of=self._as_of))
            for row in run_rows(connection, source_name=source, **self._rules()):
                yield row, seen.get((row.source, row.run_id), Looks())

    def _run_rows(self, source: str | None) -> Iterator[RunRow]:
        with self._database.reading() as connection:
            yield from run_rows(connection, source_name=source, **self._rules())

    def _rules(self) -> Mapping[str, Any]:
        held = self._settings
        return {"as_of": self._as_of, "cadence": held.cadence, "costs": held.cost}

    def _filters(self, filters: Filters | None) -> Filters:
        chosen = filters or Filters()
        return replace(chosen, source=self._source(chosen.source))

    def _source(self, named: str | None) -> str | None:
        """The source that is asked about, which must be there; None for all."""
        name = named or self._settings.source
        if name is not None:
            with self._database.reading() as connection:
                if not source_rows(connection, name):
                    raise UsageError(f"no source {name!r} here: 'recorder sources' lists them")
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


def _require_both_ends(by: str | Iterable[str] | None, filters: Filters) -> None:
    """A failure rate is of completed and failed runs together."""
    why = "a failure rate is of completed and failed runs together"
    if "status" in parse_by(by):
        raise UsageError(f"--by status: {why}: group by something else, or ask 'recorder runs'")
    missing = [word for word in ("completed", "failed") if word not in filters.status]
    if filters.status and missing:
        raise UsageError(
            f"--status {','.join(filters.status)}: {why}: add {' and '.join(missing)}, or leave it out"
        )
