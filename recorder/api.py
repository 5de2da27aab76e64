"""The history of a store as DataFrames and plain values, as `recorder.open()` returns it.

Invariants: the rows are those of the command line and of the views; nothing is written. `recorder.frames` lists dtypes
and nulls.
"""

import os
from collections.abc import Callable
from datetime import UTC, tzinfo
from decimal import Decimal
from os import PathLike, fspath
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

from recorder.analyses import Analyses
from recorder.analysis.analysis import Question
from recorder.analysis.budget_use import budgets_report
from recorder.analysis.cells import plain
from recorder.analysis.estimates import planned_run
from recorder.analysis.registry import ANALYSES, find
from recorder.arguments import (
    When,
    Which,
    Words,
    chosen_filters,
    instant_us,
    option_value,
    time_zone,
)
from recorder.frames import report_frame, rows_frame, runs_frame
from recorder.instants import now_us
from recorder.ledger.jsontext import to_python
from recorder.settings import Settings, load_settings
from recorder.store.engine import Database
from recorder.views import (
    EVENT_KINDS,
    LABEL_KINDS,
    LEAD_OUTCOME_KINDS,
    POLL_KINDS,
    REMAINING_KINDS,
    RUN_COLUMNS,
    SNAPSHOT_KINDS,
    TRANSITION_KINDS,
)

if TYPE_CHECKING:
    import pandas as pd


def open_history(
    url_or_path: str | PathLike[str] | None = None, *, config: str | PathLike[str] | None = None
) -> "History":
    """Return the history of a store; see `recorder.open`."""
    options = {"database_url": url_or_path, "config": config}
    texts = {name: None if value is None else fspath(value) for name, value in options.items()}
    settings = load_settings(texts, environ=os.environ)
    database = Database(settings.database_url)
    try:
        return History(Analyses(database, settings), database, settings)
    except Exception:
        database.close()
        raise


class History:
    """The history of a store as DataFrames; made by `recorder.open()`.

    Arguments that methods share, with those of `Which`:
        floats: amounts as `Float64` instead of exact decimals.
        by: groups, as `--by` takes them: slug, day, label:KEY, ...; one, or several.
        tz: the time zone of dates, days and hours, a name or a tzinfo.

    Each method raises UsageError for arguments that make no sense. A history from `as_of` closes with this one.
    """

    def __init__(self, queries: Analyses, database: Database, settings: Settings) -> None:
        self._queries = queries
        self._database = database
        self._settings = settings

    def __enter__(self) -> Self:
        """Return the history; it is closed when the block ends."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the history."""
        self.close()

    def __repr__(self) -> str:
        return f"History({self._database.name!r})"

    def close(self) -> None:
        """Close the connections to the store."""
        self._database.close()

    def as_of(self, when: When, *, tz: str | tzinfo = UTC) -> "History":
        """Return the history as of an instant, by the time at which answers were observed."""
        queries = self._queries.as_of(instant_us(when, "as_of", tz, now=now_us()))
        return History(queries, self._database, self._settings)

    def runs(
        self, *, tz: str | tzinfo = UTC, floats: bool = False, **which: Unpack[Which]
    ) -> "pd.DataFrame":
        """Return the tracked runs, each with its last known state; the columns of the view `runs`.

        | columns | dtype, unit |
        |---|---|
        | `source`, `run_id`, `tracking`, `observation_class`, `status`, `mode`, `enrichment_id`, `slug`, `version`, \
`scope_type`, `list_id`, `output_target`, `output_attribute_key`, `write_policy`, `cost_unit`, `cost_quality`, \
`trigger_run_id`, `correlation_id`, `error_message`, `error_details` (JSON), `ended_at_origin`, `quality` | `string` |
        | `is_terminal` (null: never seen), `persist_results` | `boolean` |
        | `leads_total` ... `leads_failed`, `n_polls`, `n_snapshots`, `n_reopened` | `Int64` |
        | `cost_preview`, `cost_actual` | exact `Decimal` of `cost_unit` |
        | `cost_preview_micros`, `cost_actual_micros` | `Int64`, millionths of `cost_unit` |
        | `created_at`, `started_at`, `ended_at`, `ended_after`, `cancelled_at`, `updated_at` | UTC, the ledger's clock |
        | `tracked_at`, `first_polled_at`, `last_polled_at` | UTC, our clock |
        | `queue_seconds`, `run_seconds`, `wall_seconds` | `Float64`, s; null: a bound missing, or negative |
        | `run_seconds_sharp`, `wall_seconds_sharp` | the same; null too where the end is known only roughly |
        | `spend_part`, `spend_unit` | `string`: settled, provisional, committed, unconfirmed, unpriced; the unit |
        | `spend_micros` | `Int64`, millionths of `spend_unit`: what the run counts for in spending |
        """
        chosen = chosen_filters(tz, now=self._queries.instant or now_us(), **which)
        runs, order = self._queries.listed(chosen, RUN_COLUMNS)
        return runs_frame(runs, order, floats=floats)

    def snapshots(
        self, run_id: str | None = None, *, source: str | None = None, floats: bool = False
    ) -> "pd.DataFrame":
        """Return the distinct consecutive states of a run, or of all runs; the columns of the view `snapshots`.

        | columns | dtype, unit |
        |---|---|
        | `source`, `run_id`, `digest`, `status`, `cost_unit`, `document` (JSON, see the view), `error_message` | `string` |
        | `seq` (1, 2, ...), `n_polls`, `leads_total` ... `leads_failed` | `Int64` |
        | `first_seen_at`, `last_seen_at` | UTC, our clock |
        | `cost_preview`, `cost_actual` | exact `Decimal` of `cost_unit`; `..._micros`: `Int64` |
        | `updated_at`, `started_at`, `completed_at`, `cancelled_at` | UTC, the ledger's clock |

        Raises:
            UnknownRunError, AmbiguousRunError: no run has that id, or two have it.
        """
        rows = self._queries.snapshots(run_id, source)
        return rows_frame(rows, SNAPSHOT_KINDS, floats=floats)

    def polls(self, run_id: str | None = None, *, source: str | None = None) -> "pd.DataFrame":
        """Return the status requests for a run, or for all runs; the columns of the view `polls`.

        | columns | dtype, unit |
        |---|---|
        | `source`, `run_id`, `outcome`, `detail` | `string` |
        | `polled_at` | UTC, our clock |
        | `http_status` (null: no answer), `latency_ms`, `snapshot_seq` (null: no row) | `Int64` |

        Raises:
            UnknownRunError, AmbiguousRunError: no run has that id, or two have it.
        """
        return rows_frame(self._queries.polls(run_id, source), POLL_KINDS)

    def transitions(
        self, run_id: str | None = None, *, source: str | None = None
    ) -> "pd.DataFrame":
        """Return the changes of status of a run, or of all runs; the columns of the view `transitions`.

        | columns | dtype, unit |
        |---|---|
        | `source`, `run_id`, `from_status` (null: the first), `to_status` | `string` |
        | `ledger_at` | UTC, the ledger's clock |
        | `seen_before_at` (null: the first), `seen_at` | UTC, our clock: the change lies between |

        Raises:
            UnknownRunError, AmbiguousRunError: no run has that id, or two have it.
        """
        return rows_frame(self._queries.transitions(run_id, source), TRANSITION_KINDS)

    def labels(self, run_id: str | None = None, *, source: str | None = None) -> "pd.DataFrame":
        """Return the labels of a run, or of all runs: `source`, `run_id`, `key`, `value`, all `string`.

        Raises:
            UnknownRunError, AmbiguousRunError: no run has that id, or two have it.
        """
        return rows_frame(self._queries.labels(run_id, source), LABEL_KINDS)

    def lead_outcomes(
        self, run_id: str | None = None, *, source: str | None = None
    ) -> "pd.DataFrame":
        """Return the leads of a run, or of all runs, whose items were captured to the end.

        | columns | dtype, unit |
        |---|---|
        | `source`, `run_id`, `item_id`, `lead_id`, `status`, `skipped_reason`, `error_message`, `provider` | `string` |
        | `attempts` | `Int64` |
        | `started_at`, `completed_at` | UTC, the ledger's clock |
        | `run_seconds` | `Float64`, s; null: a bound missing, or negative |

        Raises:
            UnknownRunError, AmbiguousRunError: no run has that id, or two have it.
        """
        return rows_frame(self._queries.lead_outcomes(run_id, source), LEAD_OUTCOME_KINDS)

    def events(self, run_id: str | None = None, *, source: str | None = None) -> "pd.DataFrame":
        """Return what happened, to a run or to all and to keys, in the order of commits; the columns of the view `events`.

        `event_id`: `Int64`; `recorded_at`, `happened_at`: UTC, our clock; `source`, `run_id` (null: of the source's key),
        `kind`, `detail`: `string`.
        """
        return rows_frame(self._queries.events(run_id, source), EVENT_KINDS)

    def status(self, run_id: str, *, source: str | None = None) -> dict[str, Any]:
        """Return the JSON value that the API last served: `{"run": {...}}` as dicts, lists, str, bool, None and numbers.

        Integers are int, other numbers exact `Decimal`; a number beyond what a Decimal holds is its text.

        Raises:
            UnknownRunError, AmbiguousRunError: no run has that id, or two have it.
            RecorderError: no answer has shown the run yet.
        """
        value = self._queries.status(run_id, source).value
        return {key: to_python(item) for key, item in value.items()}

    def remaining(self, run_id: str | None = None, *, source: str | None = None) -> "pd.DataFrame":
        """Return how much longer the runs in flight, or one of them, take, and whether they are slow.

        | columns | dtype, unit |
        |---|---|
        | `source`, `run_id` | `string` |
        | `remaining_seconds_p10`, `_p50`, `_p90` | `Float64`, s: four of five intervals hold; null: too few likes |
        | `slow` | `boolean`: in flight for longer than 19 of 20 of its likes took; null: too few likes |

        Likes are the last 100 completed runs of its slug and version. A run that has ended has no row.

        Raises:
            UnknownRunError, AmbiguousRunError: no run has that id, or two have it.
            RecorderError: no answer has shown that run yet.
        """
        rows = self._queries.remaining(run_id, source, now=now_us())
        return rows_frame(rows, {"source": "text", "run_id": "text", **REMAINING_KINDS})

    def estimate(
        self,
        *,
        slug: str | None = None,
        leads: int | None = None,
        version: str | int | None = None,
        preview: Decimal | float | str | None = None,
        source: str | None = None,
        backtest: bool = False,
        floats: bool = False,
    ) -> "pd.DataFrame":
        """Return the estimated cost and wall time of a planned run, as one row.

        `cost_p10`, `_p50`, `_p90` are of `unit`; `wall_seconds_p10`, ... from creation to end. p10 to p90 is promised to
        hold 80 % of the runs that complete where `cost_basis`, `duration_basis` is `version`; `few`, `range` (null), `slug`,
        `burst` promise nothing. `n_cost`, `n_duration`: likes. `failure_rate`: of the last `n_failure` ended ones.

        Args:
            slug: of the enrichment.
            leads: planned.
            version: None: that of the slug's last created run.
            preview: the previewed cost, in `cost.unit`, else in the unit of the slug's last costs.
            source: of the slug, where several have it.
            backtest: a row a slug instead: `cost_n` promised intervals (`cost_promised`: their share of completed runs),
                of which `cost_within` held, `cost_width` = median (p90 - p10) / p50; the same of `duration`.
            floats: amounts as `Float64` instead of exact decimals.
        """
        planned = planned_run(slug, leads, version, preview, backtest=backtest)
        if planned is None:
            return report_frame(self._queries.backtest(slug=slug, source=source), floats=floats)
        cells = self._queries.estimate(planned, source=source, now=now_us()).row()
        kinds = {name: cell.kind for name, cell in cells.items()}
        return rows_frame([plain(cells)], kinds, floats=floats)

    def budget(self, *, tz: str | tzinfo = UTC, floats: bool = False) -> "pd.DataFrame":
        """Return how far each budget of the config is used, a row a budget.

        | columns | dtype, unit |
        |---|---|
        | `name`, `unit`, `per` (day, week, month) | `string` |
        | `period_start`, `period_end` | UTC: the period that holds now, by the calendar of the budget's zone, else `tz` |
        | `amount`, `spent_total`, `committed_total`, `unconfirmed_total`, `used_total` (their sum), `left` | exact \
`Decimal` of `unit` |
        | `share` (used by amount), `elapsed` (of the period) | `Float64`, 0 to 1 |
        | `projected_p10`, `projected_p50`, `projected_p90` | what the period comes to, by past windows of the time \
that is left; null with fewer than 10 |
        | `verdict` | `string`: over, too_few, likely_over, may_be_over, within |
        | `runs` (in the sums), `other_unit_runs`, `unpriced_runs` (not in them), `windows` | `Int64` |

        Raises:
            SettingError: the config has no budget.
        """
        uses = self._queries.budget_uses(now=now_us(), tz=time_zone(tz))
        return report_frame(budgets_report(uses), floats=floats)

    def __getattr__(self, name: str) -> "Callable[..., pd.DataFrame]":
        """Return the method of an analysis: `durations`, `failures`, `costs`, ...; its help lists the columns.

        Each takes `by`, `tz`, `floats`, the arguments of `Which` and options of its own, and returns a row for each group.
        The frame's `attrs` hold `foot` (a line: the runs behind the rows), `notes` (lines: what they show) and
        `populations` (counts).
        """
        if name not in ANALYSES:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return _Method(self._queries, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *ANALYSES]


class _Method:
    """An analysis, to be called."""

    def __init__(self, queries: Analyses, name: str) -> None:
        self._queries = queries
        self.__name__ = name
        self.__doc__ = find(name).manual

    def __call__(
        self,
        by: Words = (),
        *,
        tz: str | tzinfo = UTC,
        floats: bool = False,
        **more: Any,  # noqa: ANN401  # filters and options
    ) -> "pd.DataFrame":
        which = {name: more.pop(name) for name in Which.__annotations__ if name in more}
        kinds = {option.name: option.kind for option in find(self.__name__).options}
        now = self._queries.instant or now_us()
        question = Question(
            by=by if isinstance(by, str) else tuple(by),
            filters=chosen_filters(tz, now=now, **which),
            tz=time_zone(tz),
            now=now,
            options={
                name: option_value(kinds.get(name), name, value, tz, now=now)
                for name, value in more.items()
            },
        )
        return report_frame(self._queries.analyse(self.__name__, question), floats=floats)
