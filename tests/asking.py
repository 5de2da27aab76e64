"""Analyses asked of rows, as a store would ask them of its columns."""

from collections.abc import Iterable
from datetime import UTC, tzinfo
from typing import Any

from recorder.analysis import registry
from recorder.analysis.analysis import Question
from recorder.analysis.building import column_of, runs_of
from recorder.analysis.columns import Column, Runs
from recorder.analysis.coverage import PollTimes
from recorder.analysis.filters import Filters
from recorder.analysis.report import Report
from recorder.analysis.rows import RunRow
from recorder.analysis.runner import answer, needs
from recorder.analysis.values import Columns
from recorder.instants import MINUTE


def asked(
    name: str,
    rows: Iterable[RunRow],
    *,
    by: str | Iterable[str] | None = None,
    filters: Filters | None = None,
    tz: tzinfo = UTC,
    now: int | None = None,
    overdue_after_us: int = 10 * MINUTE,
    reading: bool = False,
    more: dict[str, list[Any]] | None = None,
    **options: Any,
) -> Report:
    """The answer of an analysis over rows; `more`: columns that no row has."""
    analysis, held = registry.find(name), list(rows)
    question = Question(
        by=by if by is None or isinstance(by, str) else tuple(by),
        filters=filters or Filters(),
        tz=tz,
        now=now,
        overdue_after_us=overdue_after_us,
        options=analysis.options_of(options),
        reading=reading,
    )
    if analysis.prepare and name != "failures":  # its figures hold by status too
        question = analysis.prepare(question)
    extra: dict[str, Column] = {n: column_of(n, values) for n, values in (more or {}).items()}
    runs = runs_of(held, needs(analysis, question) - set(extra))
    held_columns = {name: runs.column(name) for name in runs.names}
    return answer(analysis, Runs(runs.n, held_columns | extra), question)


def durations(rows: Iterable[RunRow], **asks: Any) -> Report:
    return asked("durations", rows, **asks)


def failures(rows: Iterable[RunRow], **asks: Any) -> Report:
    return asked("failures", rows, **asks)


def costs(rows: Iterable[RunRow], **asks: Any) -> Report:
    return asked("costs", rows, **asks)


def overruns(rows: Iterable[RunRow], **asks: Any) -> Report:
    return asked("overruns", rows, **asks)


def settling(moves: Iterable[tuple[RunRow, int | None]], **asks: Any) -> Report:
    held = list(moves)
    columns = {
        "actual_seen_at": [seen_at for _, seen_at in held],
    }
    return asked("settling", [row for row, _ in held], more=columns, **asks)


def coverage(watched: Iterable[tuple[RunRow, PollTimes]], **asks: Any) -> Report:
    held = list(watched)
    columns = {"poll_times": [looks for _, looks in held]}
    return asked("coverage", [row for row, _ in held], more=columns, **asks)


def kinds_of(name: str) -> Columns:
    """The columns of an analysis without groups, and what they hold."""
    more: dict[str, dict[str, list[Any]]] = {
        "coverage": {"poll_times": []},
        "drift": {"deviations": []},
        "errors": {"error_sights": [], "lead_errors": []},
        "settling": {"actual_seen_at": []},
    }
    options: dict[str, Any] = {"a": Filters(), "b": Filters()} if name == "compare" else {}
    return asked(name, [], more=more.get(name), **options).kinds
