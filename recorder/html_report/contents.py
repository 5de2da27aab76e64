"""The contents of the page, section by section, from the answers of the analyses.

Invariant: every number is one that the command of its section prints.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from msgspec import structs

from recorder.analyses import Analyses
from recorder.analysis.analysis import Question
from recorder.analysis.budget_use import budgets_report
from recorder.analysis.groups import split
from recorder.analysis.report import Report
from recorder.analysis.rows import RunRow
from recorder.analysis.value_texts import NULL
from recorder.errors import SettingError
from recorder.html_report import charts
from recorder.html_report.html_table import HtmlCell, HtmlTable, report_table
from recorder.html_report.inline_svg import COLOURS
from recorder.html_report.page_sections import Period, Section
from recorder.humanize import counted, whole_span
from recorder.instants import SECOND

_DAYS_BY_TERM: Final = {"day": 1, "week": 7, "month": 28}
_PANELS: Final = 3  # units of the chart of spending
_LISTED: Final = 25  # rows of a list of runs
_WALL_NEEDS: Final = (
    *("source", "run_id", "tracked_at", "created_at"),
    *("ended_at", "ended_after", "slug", "status"),
)
_SHOWN: Final = frozenset({"higher", "lower"})


class Contents:
    """The sections of the page of a period.

    Args:
        analyses: the queries of a store.
        period: which runs, and when.
    """

    def __init__(self, analyses: Analyses, period: Period) -> None:
        self._analyses = analyses
        self._period = period

    def sections(self) -> Iterator[Section]:
        """Yield the sections in order."""
        yield self._spending()
        yield self._failures()
        yield self._errors()
        yield self._durations()
        yield self._calibration()
        yield self._versions()
        yield self._overdue()
        yield self._coverage()

    def answer(
        self, name: str, by: str | None = None, *, reading: bool = True, **options: str
    ) -> Report:
        """Return the answer of an analysis over the period, with options of its own."""
        period = self._period
        question = Question(
            by=by,
            filters=period.filters,
            tz=period.tz,
            now=period.now,
            reading=reading,
            options=options,
        )
        return self._analyses.analyse(name, question)

    def _spending(self) -> Section:
        columns = {"slug": "slug", "unit": "unit", "runs": "runs", "spent_total": "spent"} | {
            "committed_total": "committed",
            "unconfirmed_total": "unconfirmed",
            "expected_total": "expected",
            "unit_cost": "by completed lead",
        }
        bars = self._bars(self.answer("spend", self._period.term))
        days = _DAYS_BY_TERM[self._period.term]
        return Section(
            key="spend",
            heading="Spend",
            lead="Spent is what the ledger charged. Committed (in flight) and unconfirmed (no actual) may still come.",
            charts=[charts.spend_chart(bars, days)] if bars else [],
            tables=[self._table("Spend by slug", "spend", columns), *self._budgets()],
        )

    def _bars(self, report: Report) -> dict[str, dict[date, tuple[float, float]]]:
        """Return what is spent and what may still come of each bar, of the units with the most runs."""
        n_runs: dict[str, int] = {}
        bars: dict[str, dict[date, tuple[float, float]]] = {}
        for row in report.rows:
            cells: Mapping[str, Any] = row
            if cells["unit"] is None or cells[self._period.term] is None:
                continue
            n_runs[cells["unit"]] = n_runs.get(cells["unit"], 0) + cells["runs"]
            later = cells["committed_total"] + cells["unconfirmed_total"]
            bar = (float(cells["spent_total"]), float(later))
            bars.setdefault(cells["unit"], {})[_first_day(cells[self._period.term])] = bar
        most = sorted(bars, key=lambda unit: (-n_runs[unit], unit))[:_PANELS]
        return {unit: bars[unit] for unit in most}

    def _budgets(self) -> Iterator[HtmlTable]:
        period = self._period
        try:
            uses = self._analyses.budget_uses(now=period.now, tz=period.tz)
        except SettingError:
            return
        columns = {"name": "budget", "unit": "unit", "per": "per", "amount": "amount"} | {
            "used_total": "used",
            "share": "share",
            "elapsed": "time gone",
            "projected_p50": "projected",
            "projected_p90": "at most (p90)",
            "verdict": "verdict",
        }
        yield report_table("Budgets", budgets_report(uses, reading=True), columns, period.tz)

    def _failures(self) -> Section:
        columns = {"slug": "slug", "completed": "completed", "failed": "failed"} | {
            "cancelled": "cancelled",
            "in_flight": "in flight",
            "failure_rate": "failure rate (95 %)",
            "lead_failure_rate": "of leads",
        }
        rates = {
            _first_day(row[self._period.term]): charts.Rate(
                row["failure_rate"],
                row["failure_rate_low"],
                row["failure_rate_high"],
                row["completed"] + row["failed"],
            )
            for row in map(dict[str, Any], self.answer("failures", self._period.term).rows)
            if row["failure_rate"] is not None
        }
        days = _DAYS_BY_TERM[self._period.term]
        return Section(
            key="failures",
            heading="Failures",
            lead="Failed runs of those that completed or failed, with the interval that holds 95 times in 100.",
            charts=[charts.failure_chart(rates, days)] if rates else [],
            tables=[self._table("Failures by slug", "failures", columns)],
        )

    def _durations(self) -> Section:
        columns = {"slug": "slug", "wall_seconds_n": "runs", "queue_seconds_p50": "queue p50"} | {
            f"{name}_seconds_{end}": f"{name} {end}"
            for name in ("run", "wall")
            for end in ("p50", "p90")
        }
        columns |= {"wall_seconds_p95": "wall p95", "wall_seconds_max": "wall max"}
        seconds = self._wall_seconds()
        return Section(
            key="durations",
            heading="Durations",
            lead="Of completed runs: queue until the start, run from start to end, wall from creation to end.",
            charts=[charts.duration_chart(seconds)] if seconds else [],
            tables=[self._table("Durations by slug", "durations", columns)],
        )

    def _wall_seconds(self) -> dict[str, list[float]]:
        """Return the ascending wall times of the slugs with the most runs."""
        runs, positions = self._analyses.listed(self._period.filters, _WALL_NEEDS)
        completed = runs.take(positions)
        completed = completed.only(completed.words("status").among("completed"))
        found = {
            str(slug): sorted((some.wall.us[some.wall.enters] / SECOND).tolist())
            for (slug,), some in split(completed, [completed.words("slug")])
        }
        most = sorted(found, key=lambda slug: (-len(found[slug]), slug))[: len(COLOURS)]
        return {slug: found[slug] for slug in most if found[slug]}

    def _calibration(self) -> Section:
        columns = {"slug": "slug", "unit": "unit", "pairs": "pairs", "preview_total": "preview"} | {
            "actual_total": "actual",
            "bias": "bias",
            "wape": "WAPE",
            "overrun_rate": "overruns (95 %)",
        }
        report = self.answer("costs", "slug")
        ratios = {
            " ".join(filter(None, (row["slug"], row["unit"]))): charts.Spread(
                row["ratio_p10"],
                row["ratio_p50"],
                row["ratio_p90"],
                row["pairs"] - row["ratio_excluded"],
            )
            for row in map(dict[str, Any], report.rows)
            if row["ratio_p50"] is not None
        }
        return Section(
            key="costs",
            heading="Preview against actual",
            lead="Of completed runs whose actual cost is final. Bias: how far all actuals together are off their previews; WAPE: how far each one is.",
            charts=[charts.calibration_chart(ratios)] if ratios else [],
            tables=[report_table("Costs by slug", report, columns, self._period.tz)],
        )

    def _errors(self) -> Section:
        columns = {"pattern": "message", "level": "level", "runs": "runs", "leads": "leads"} | {
            "share": "share",
            "first_seen_at": "first seen",
            "last_seen_at": "last seen",
            "example_run_id": "example",
        }
        report = self.answer("errors")
        shown = replace(report, rows=report.rows[:_LISTED])
        table = report_table("Errors by pattern", shown, columns, self._period.tz)
        return Section(
            key="errors",
            heading="Errors",
            lead="Messages that differ only in ids, numbers, names and times are one.",
            tables=[table] if report.rows else [],
        )

    def _versions(self) -> Section:
        columns = {"slug": "slug", "version_b": "version", "version_a": "before"} | {
            "measure": "measure",
            "b_value": "now",
            "a_value": "before",
            "difference": "difference",
        }
        report = self.answer("versions")
        shown = [row for row in report.rows if row["verdict"] in _SHOWN]
        counts = counted(len(shown), "difference")
        table = report_table(
            "Versions that differ", replace(report, rows=shown), columns, self._period.tz
        )
        return Section(
            key="versions",
            heading="Versions",
            lead=f"Each version against the one before: {counts} that are hardly chance.",
            tables=[table] if shown else [],
        )

    @cached_property
    def _late(self) -> list[tuple[RunRow, bool | None]]:
        """The runs in flight that are overdue or slow, whenever they were created."""
        everything = structs.replace(self._period.filters, since=None, until=None, status=())
        return self._analyses.overdue_or_slow(everything, now=self._period.now)

    @property
    def n_overdue(self) -> int:
        """The number of runs in flight that are overdue or slow."""
        return len(self._late)

    def _overdue(self) -> Section:
        found = self._late
        headings = ("run", "triggerRunId", "slug", "status", "in flight", "slow")
        more = f"; the first {_LISTED} are listed" if len(found) > _LISTED else ""
        table = HtmlTable(
            caption="Overdue and slow runs",
            headings=[HtmlCell(text=heading) for heading in headings],
            rows=[self._run_cells(run, slow=slow) for run, slow in found[:_LISTED]],
        )
        return Section(
            key="overdue",
            heading="Runs that need a person",
            lead=f"{counted(len(found), 'run')} in flight for longer than usual, whenever they were created{more}.",
            tables=[table] if found else [],
        )

    def _run_cells(self, run: RunRow, *, slow: bool | None) -> list[HtmlCell]:
        flight = whole_span(self._period.now - (run.flight_since or self._period.now))
        texts = (run.run_id, run.slug, run.status, flight, "slow" if slow else None)
        first, *others = (HtmlCell(text=text or NULL) for text in texts)
        url = self._period.trigger_url(run.trigger_run_id)
        return [first, HtmlCell(text=run.trigger_run_id or NULL, href=url), *others]

    def _coverage(self) -> Section:
        columns = {"runs": "runs", "coverage": "coverage", "gap_seconds_p50": "gap p50"} | {
            "gap_seconds_p95": "gap p95",
            "polls": "polls",
            "throttled_polls": "throttled",
            "error_polls": "errors",
        }
        return Section(
            key="coverage",
            heading="How well it was watched",
            lead="Coverage: the share of the time in flight, before overdue, that lies within 15 s of a good poll.",
            tables=[self._table("Coverage", "coverage", columns, by=None)],
        )

    def _table(
        self, caption: str, name: str, columns: Mapping[str, str], by: str | None = "slug"
    ) -> HtmlTable:
        return report_table(caption, self.answer(name, by), columns, self._period.tz)


def _first_day(word: str) -> date:
    """Return the first day of a day, an ISO week or a month."""
    if "W" in word:
        year, week = word.split("-W")
        return date.fromisocalendar(int(year), int(week), 1)
    return datetime.fromisoformat(word if word.count("-") > 1 else f"{word}-01").date()
