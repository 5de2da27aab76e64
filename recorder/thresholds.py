"""Figures of a store held against thresholds, for cron and CI.

Invariant: a figure is that of the command that shows it; a rate of too few runs crosses nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from decimal import Decimal
from typing import Any, Final, Literal

from msgspec import structs

from recorder.analyses import Analyses
from recorder.analysis.analysis import Question
from recorder.analysis.filters import Filters
from recorder.analysis.values import amount
from recorder.instants import DAY, SECOND

RATES_OVER_US: Final = 7 * DAY
"""How far back rates go where the filters have no beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendLimit:
    """A limit on what the runs created within a time use; `unit` None: of each unit."""

    micros: int
    unit: str | None
    within_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The thresholds of one check; None: that figure is not asked for.

    Attributes:
        failure_rate, overrun: rates, 0 to 1.
        silence_us: since the last good poll of a source with a run that is due.
        overdue, slow: how many runs now.
        spend: one limit or more.
        budget: the share of each budget of the settings.
        new_errors_us: how far back an error pattern counts as new; none may be.
        min_n: a rate of fewer runs crosses nothing.
        strict: whether the rate counts, and not the lower bound of its interval.
    """

    failure_rate: float | None = None
    overrun: float | None = None
    silence_us: int | None = None
    overdue: int | None = None
    slow: int | None = None
    spend: tuple[SpendLimit, ...] = ()
    budget: float | None = None
    new_errors_us: int | None = None
    min_n: int = 10
    strict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One figure and its threshold.

    Attributes:
        rule: the rule, as its option is called.
        of: the unit, the source or the budget that it is about.
        kind: of the value and the threshold.
        value: None where there is none.
        low: the lower bound of a rate.
        n: the runs behind a rate; None for what is no rate.
        crossed: whether the value is above the threshold.
    """

    rule: str
    kind: Literal["rate", "seconds", "count", "amount"]
    value: Any
    threshold: Any
    crossed: bool
    of: str | None = None
    low: float | None = None
    n: int | None = None


@dataclass(frozen=True, slots=True)
class ThresholdCheck:
    """One check of a store.

    Args:
        analyses: the figures.
        thresholds: what they are held against.
        filters: which runs; since and until are of rates alone.
        now: microseconds since 1970 UTC.
        tz: the zone of budgets that have none.
    """

    analyses: Analyses
    thresholds: Thresholds
    filters: Filters
    now: int = field(kw_only=True)
    tz: tzinfo = field(default=UTC, kw_only=True)

    def _rated(self) -> Filters:
        since = self.now - RATES_OVER_US if self.filters.since is None else self.filters.since
        return structs.replace(self.filters, since=since)

    def _of_now(self) -> Filters:
        return structs.replace(self.filters, since=None, until=None)

    def rows(self) -> Iterator[Checked]:
        """Yield what each rule that is asked for comes to, in the order of `Thresholds`."""
        asked = self.thresholds
        if asked.failure_rate is not None:
            yield self._failures(asked.failure_rate)
        if asked.overrun is not None:
            yield from self._overruns(asked.overrun)
        if asked.silence_us is not None:
            yield from self._silences(asked.silence_us)
        if asked.overdue is not None:
            late = self.analyses.overdue(self._of_now(), now=self.now)
            yield _above("max_overdue", "count", len(late), asked.overdue)
        if asked.slow is not None:
            yield _above("max_slow", "count", self._n_slow(), asked.slow)
        for limit in asked.spend:
            yield from self._spend(limit)
        if asked.budget is not None:
            for use in self.analyses.budget_uses(now=self.now, tz=self.tz):
                yield _above("max_budget", "rate", use.share, asked.budget, of=use.budget.name)
        if asked.new_errors_us is not None:
            yield _above("new_errors", "count", self._n_new_errors(asked.new_errors_us), 0)

    def _asked(self, name: str, filters: Filters, **options: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # values of options
        question = Question(filters=filters, now=self.now, options=options)
        return [*self.analyses.analyse(name, question).rows]

    def _failures(self, threshold: float) -> Checked:
        (row,) = self._asked("failures", self._rated())
        n = row["completed"] + row["failed"]
        return self._rate("max_failure_rate", row, "failure_rate", n, threshold)

    def _overruns(self, threshold: float) -> Iterator[Checked]:
        for row in self._asked("costs", self._rated()):
            if row["unit"] is not None:
                unit, n = row["unit"], row["pairs"]
                yield self._rate("max_overrun", row, "overrun_rate", n, threshold, of=unit)

    def _rate(
        self,
        rule: str,
        row: dict[str, Any],
        name: str,
        n: int,
        threshold: float,
        *,
        of: str | None = None,
    ) -> Checked:
        value, low = row[name], row[f"{name}_low"]
        decides = value if self.thresholds.strict else low
        crossed = n >= self.thresholds.min_n
        found = _above(rule, "rate", decides, threshold, of=of)
        return replace(found, value=value, low=low, n=n, crossed=found.crossed and crossed)

    def _silences(self, threshold_us: int) -> Iterator[Checked]:
        for source, us in self.analyses.silences(self.filters.source, now=self.now):
            value, threshold = us / SECOND, threshold_us / SECOND
            yield _above("max_silence", "seconds", value, threshold, of=source)

    def _n_slow(self) -> int:
        found = self.analyses.overdue_or_slow(self._of_now(), now=self.now)
        return sum(is_slow is True for _, is_slow in found)

    def _spend(self, limit: SpendLimit) -> Iterator[Checked]:
        created = structs.replace(self._of_now(), since=self.now - limit.within_us)
        parts = ("spent_total", "committed_total", "unconfirmed_total")
        used = {
            row["unit"]: sum((row[part] for part in parts), Decimal())
            for row in self._asked("spend", created)
            if row["unit"] is not None
        }
        for unit in used if limit.unit is None else (limit.unit,):
            value = used.get(unit, Decimal())
            yield _above("max_spend", "amount", value, amount(limit.micros), of=unit)

    def _n_new_errors(self, within_us: int) -> int:
        rows = self._asked("errors", self._of_now(), new_since=self.now - within_us)
        return sum(row["level"] == "run" for row in rows)


def _above(
    rule: str,
    kind: Literal["rate", "seconds", "count", "amount"],
    value: Any,  # noqa: ANN401  # of the kind
    threshold: Any,  # noqa: ANN401
    *,
    of: str | None = None,
) -> Checked:
    crossed = value is not None and value > threshold
    return Checked(rule=rule, of=of, kind=kind, value=value, threshold=threshold, crossed=crossed)
