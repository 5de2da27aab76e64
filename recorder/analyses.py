"""Query all runs of a store at once: the analyses, and the runs as columns.

Invariants: those of `recorder.queries`; a question reads the columns that it needs, and no others.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, tzinfo

import numpy as np
import numpy.typing as npt

from recorder.analysis import budget_use, outcomes, registry
from recorder.analysis.analysis import ALWAYS, Analysis, Question
from recorder.analysis.backtests import backtest
from recorder.analysis.budget_use import BudgetUse, budget_uses
from recorder.analysis.building import in_listing_order
from recorder.analysis.columns import Runs
from recorder.analysis.estimates import PlannedRun, RunEstimate, estimate_run
from recorder.analysis.explanation import Explanation
from recorder.analysis.filters import Filters
from recorder.analysis.places import NEEDS as PLACES
from recorder.analysis.places import are_final, places
from recorder.analysis.report import Report
from recorder.analysis.rows import RunRow
from recorder.analysis.runner import answer, meant, needs
from recorder.analysis.values import Cells, instant
from recorder.errors import SettingError
from recorder.history.message_pattern import pattern_of
from recorder.history.timeline import RunStory
from recorder.instants import datetime_of
from recorder.outlooks import Outlooks
from recorder.queries import Queries
from recorder.store.read.listing import Listing
from recorder.store.read.recent_errors import recent_errors
from recorder.store.read.recent_runs import WantedLikes, recent_runs
from recorder.store.read.run_columns import read_runs
from recorder.views import run_cells, snapshot_cells


class Analyses(Queries):
    """The queries of a store, with those over all runs at once."""

    def analyse(self, name: str, question: Question | None = None) -> Report:
        """Return the answer of an analysis.

        Args:
            name: a name of the registry.
            question: its groups, filters and options; as of T its present is T. None: all runs, no groups.

        Raises:
            UsageError: the question makes no sense.
        """
        analysis, complete = self._asked(name, question or Question())
        # What all runs of the store say (`basis`) needs them all: the filters are applied later.
        source = complete.filters.source if analysis.basis is None else None
        return answer(analysis, self._read(source, needs(analysis, complete)), complete)

    def _asked(self, name: str, question: Question) -> tuple[Analysis, Question]:
        """Return an analysis, and a question as it is asked of its runs."""
        analysis = registry.find(name)
        complete = replace(
            question,
            filters=self._filters(question.filters),
            now=question.now if self._as_of is None else self._as_of,
            options={
                name: self._filters(value) if isinstance(value, Filters) else value
                for name, value in analysis.options_of(question.options).items()
            },
            overdue_after_us=self._settings.cadence.overdue_after_us,
        )
        return analysis, complete if analysis.prepare is None else analysis.prepare(complete)

    def budget_uses(self, *, now: int, tz: tzinfo = UTC) -> list[BudgetUse]:
        """Return how far each budget of the settings is used.

        Args:
            now: microseconds since 1970 UTC; as of T it is T.
            tz: the zone of budgets that have none.

        Raises:
            SettingError: there is no budget.
        """
        named = self._settings.budgets
        if not named:
            file = self._settings.config_file or "the config file"
            raise SettingError(
                f"no budget is set: write [budget.NAME] with unit, amount and per into {file}"
            )
        needs = budget_use.NEEDS.union(*(budget.filters.needs for budget in named))
        moment = now if self._as_of is None else self._as_of
        return list(budget_uses(named, self._read(None, needs), now=moment, tz=tz))

    def estimate(self, planned: PlannedRun, *, source: str | None = None, now: int) -> RunEstimate:
        """Return the estimated cost and wall time of a planned run.

        Args:
            planned: the run; a preview without a unit is in the setting `cost.unit`, if that is set.
            source: of its slug; None: the one that is set, else all.
            now: microseconds since 1970 UTC; as of T it is T.

        Raises:
            UsageError: several sources have runs of the slug.
        """
        runs = self._read(self._source(source), outcomes.NEEDS)
        planned = replace(planned, unit=planned.unit or self._settings.cost.unit)
        return estimate_run(runs, planned, at=now if self._as_of is None else self._as_of)

    def backtest(self, *, slug: str | None = None, source: str | None = None) -> Report:
        """Return the backtest of estimates: a row for each slug, or for one, and the whole."""
        filters = self._filters(Filters(slug=() if slug is None else (slug,), source=source))
        runs = self._read(filters.source, outcomes.NEEDS | ALWAYS)
        return backtest(runs.only(meant(filters, runs)))

    def overdue_or_slow(
        self, filters: Filters | None = None, *, now: int
    ) -> list[tuple[RunRow, bool | None]]:
        """Return the runs in flight that are overdue or slow, the longest first, each with whether it is slow.

        Args:
            filters: which runs; the likes of each are all of its slug.
            now: microseconds since 1970 UTC; as of T it is T.
        """
        moment = now if self._as_of is None else self._as_of
        rows = self.in_flight(filters, now=now)
        made = Outlooks(self._database, past=self._past()).of(rows, now=moment)
        limit_us = self._settings.cadence.overdue_after_us
        marked = [(row, made[row.source, row.run_id].is_slow(moment)) for row in rows]
        return [one for one in marked if one[1] or one[0].is_overdue(limit_us, now=moment)]

    def remaining(
        self, run_id: str | None = None, source: str | None = None, *, now: int
    ) -> Iterator[Cells]:
        """Yield what remains of each run in flight, the longest in flight first; raises as `run_row` does.

        Args:
            run_id: only this run.
            source: only this source's.
            now: microseconds since 1970 UTC; as of T it is T.
        """
        if run_id is None:
            rows = self.in_flight(Filters(source=source), now=now)
        else:
            rows = [row for row in [self.run_row(run_id, source)] if row.is_in_flight]
        for row, left in self.with_remaining(rows, now=now):
            yield {"source": row.source, "run_id": row.run_id} | left

    def with_remaining(self, runs: Iterable[RunRow], *, now: int) -> Iterator[tuple[RunRow, Cells]]:
        """Yield each of these runs with its columns of `REMAINING_KINDS`, null unless it is in flight."""
        rows, moment = list(runs), now if self._as_of is None else self._as_of
        found = Outlooks(self._database, past=self._past()).cells(rows, now=moment)
        for row in rows:
            yield row, found[row.source, row.run_id]

    def explain(self, run_id: str, source: str | None = None, *, now: int) -> Explanation:
        """Return what explains a run; raises as `run_row` does.

        Args:
            run_id: of the run.
            source: of the run.
            now: microseconds since 1970 UTC; as of T it is T.
        """
        moment = now if self._as_of is None else self._as_of
        row = self.run_row(run_id, source)
        like = self._like(row, moment)
        outlooks = Outlooks(self._database, past=self._past())
        outlooks.add_likes(like, [(row.source, row.slug, row.version)], now=moment)
        left = outlooks.cells([row], now=moment)[row.source, row.run_id]
        after_us, since = self._settings.cadence.overdue_after_us, row.flight_since
        states = self._listed(Listing.snapshots, run_id, source)
        units = ("preview_unit", "actual_unit")
        story = RunStory(
            run=run_cells(row),
            snapshots=[snapshot_cells(one) | {name: one[name] for name in units} for one in states],
            transitions=list(self.transitions(run_id, source)),
            polls=list(self.polls(run_id, source)),
            overdue_at=None if since is None else instant(since + after_us),
            final_at=instant(row.cost_known_at),
            now=datetime_of(moment),
        )
        return Explanation(
            row=row,
            story=story,
            labels={str(one["key"]): str(one["value"]) for one in self.labels(run_id, source)},
            places=places(row, like, now=moment),
            left=left,
            is_overdue=row.is_overdue(after_us, now=moment),
            error=self._error_group(row),
            trigger_url=self._settings.trigger_url(row.trigger_run_id),
        )

    def _like(self, row: RunRow, now: int) -> Runs:
        """Return the runs that a run may be placed among."""
        wanted = WantedLikes(
            source_name=row.source,
            slugs=() if row.slug is None else (row.slug,),
            versions=(row.version,),
        )
        return self._database.read(
            recent_runs,
            PLACES,
            lambda runs, bound: are_final(row, runs, bound, now=now),
            wanted=wanted,
            past=self._past(),
        )

    def _error_group(self, run: RunRow) -> Cells:
        """Return the row of `errors` that a run belongs to, of the runs that showed a message last; empty without one.

        `n` is how many of these runs have a message.
        """
        if run.error_message is None:
            return {}
        analysis, question = self._asked("errors", Question())
        runs = self._database.read(
            recent_errors,
            needs(analysis, question),
            source_name=run.source,
            run_id=run.run_id,
            past=self._past(),
        )
        runs = runs.only(meant(question.filters, runs))
        pattern = pattern_of(run.error_message)
        rows = answer(analysis, runs, question).rows
        own = next((row for row in rows if row["pattern"] == pattern), {})
        return own | {"n": sum(message is not None for message in runs.values("error_message"))}

    def listed(
        self, filters: Filters | None, names: Iterable[str]
    ) -> tuple[Runs, npt.NDArray[np.intp]]:
        """Return columns of all runs, and the positions of the filtered ones, in the order of `runs`."""
        chosen = self._filters(filters)
        runs = self._read(chosen.source, {*names, *chosen.needs})
        positions = in_listing_order(runs)
        return runs, positions[meant(chosen, runs)[positions]]

    def _read(self, source: str | None, names: Iterable[str]) -> Runs:
        return self._database.read(
            read_runs, frozenset(names), source_name=source, past=self._past()
        )
