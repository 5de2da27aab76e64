"""Estimates of the cost and the wall time of a planned run, from the runs of its slug.

Invariant: at an instant only what was known then counts; costs of another unit never do. The estimate is of a run that
completes: how many fail is a column of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from recorder.analysis.cells import Row, amount, count, proportion, text
from recorder.analysis.columns import Runs, Whole
from recorder.analysis.forecasts import Basis, Estimate, Interval, costs, durations
from recorder.analysis.likes import WINDOW, Planned, Value
from recorder.analysis.outcomes import created, ends_known_at, is_completed, paid, walls
from recorder.analysis.pairs import is_pair
from recorder.analysis.values import Cell
from recorder.errors import UsageError
from recorder.instants import SECOND
from recorder.ledger.cost import parse_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """A run to estimate.

    Attributes:
        slug: of its enrichment.
        leads: planned leads.
        version: None: that of the slug's last created run.
        preview: previewed cost in millionths; None: not known.
        unit: of the preview; None: that of the slug's last run with preview and final actual.
    """

    slug: str
    leads: int
    version: str | None = None
    preview: int | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEstimate:
    """The answer for a planned run.

    Attributes:
        run: with the version and the unit that were taken.
        cost: in millionths.
        duration: in microseconds.
        cost_record: whether each of the last promised intervals of the slug held.
        duration_record: the same of durations.
        n_failed: how many failed of the last runs that completed or failed.
        n_ended: how many those are.
        is_of_slug: whether those are of all versions of the slug.
    """

    run: PlannedRun
    cost: Estimate
    duration: Estimate
    cost_record: list[bool]
    duration_record: list[bool]
    n_failed: int
    n_ended: int
    is_of_slug: bool

    def row(self) -> Row:
        """Return the row of the estimate, cell by cell."""
        return {
            "slug": text(self.run.slug),
            "version": text(self.run.version),
            "leads": count(self.run.leads),
            "preview": amount(self.run.preview),
            "unit": text(self.run.unit),
            "cost_basis": text(self.cost.basis.value),
            "n_cost": count(self.cost.n),
            **_three("cost", self.cost.interval, _amount),
            "duration_basis": text(self.duration.basis.value),
            "n_duration": count(self.duration.n),
            **_three("wall_seconds", self.duration.interval, _seconds),
            "n_failure": count(self.n_ended),
            **proportion("failure_rate", self.n_failed, self.n_ended),
        }


def _three(name: str, interval: Interval | None, cell: Callable[[Value | None], Cell]) -> Row:
    points = ("p10", "p50", "p90")
    return {f"{name}_{p}": cell(None if interval is None else getattr(interval, p)) for p in points}


def _amount(micros: Value | None) -> Cell:
    return amount(None if micros is None else round(micros))


def _seconds(us: Value | None) -> Cell:
    return Cell("seconds", None if us is None else float(us) / SECOND)


def estimate_run(runs: Runs, planned: PlannedRun, *, at: int) -> RunEstimate:
    """Return the estimate of a planned run.

    Args:
        runs: tracked runs, with the columns of `outcomes.NEEDS`.
        planned: the run.
        at: the instant of the question, microseconds since 1970 UTC.

    Raises:
        UsageError: several sources have runs of its slug.
    """
    own = _of_slug(runs, planned.slug)
    planned = _with_defaults(own, planned)
    by_preview = planned.preview is not None
    wanted = Planned(version=planned.version, at=at, leads=planned.leads, preview=planned.preview)
    cost = costs(paid(own, planned.unit), created(own), by_preview=by_preview)
    duration = durations(walls(own), created(own), by_leads=True)
    answers = cost.estimate(wanted), duration.estimate(wanted)
    bases = {answer.basis for answer in answers}
    is_of_slug = Basis.SLUG in bases and not bases & {Basis.VERSION, Basis.BURST}
    n_failed, n_ended = _failures(own if is_of_slug else _of_version(own, planned.version), at)
    return RunEstimate(
        run=planned,
        cost=answers[0],
        duration=answers[1],
        cost_record=cost.record(at),
        duration_record=duration.record(at),
        n_failed=n_failed,
        n_ended=n_ended,
        is_of_slug=is_of_slug,
    )


def _of_slug(runs: Runs, slug: str) -> Runs:
    """Return the runs of a slug, which are all of one source."""
    own = runs.only(runs.words("slug").among(slug))
    sources = sorted(set(own.values("source")))
    if len(sources) > 1:
        found = f"slug {slug!r} is in the sources {', '.join(sources)}"
        raise UsageError(f"{found}: choose one with --source")
    return own


def _of_version(runs: Runs, version: str | None) -> Runs:
    return runs.only(runs.words("version").among(version))


def _with_defaults(own: Runs, planned: PlannedRun) -> PlannedRun:
    """Return the planned run with the default of a missing version and unit."""
    version, unit = planned.version, planned.unit if planned.preview is not None else None
    if version is None:
        version = _last(own, "version", own.dated_at)
    if unit is None:
        pairs = own.only(is_pair(own))
        unit = _last(pairs, "cost_unit", pairs.ints("cost_known_at").values)
    return replace(planned, version=version, unit=unit)


def _last(runs: Runs, name: str, instants: Whole) -> str | None:
    """Return the word of the run with the latest instant; of several, of the one with the last run id."""
    keys = zip(instants.tolist(), runs.values("run_id"), runs.values(name), strict=True)
    return max(keys, key=lambda key: key[:2], default=(0, "", None))[2]


def _failures(runs: Runs, at: int) -> tuple[int, int]:
    """Return how many failed of the last runs known to have completed or failed, and how many those are."""
    ended = runs.only(runs.words("status").among("completed", "failed"))
    failed, known_at = ~is_completed(ended), ends_known_at(ended)
    keys = zip(known_at.tolist(), ended.values("run_id"), failed.tolist(), strict=True)
    last = sorted(key for key in keys if key[0] <= at)[-WINDOW:]
    return sum(is_failed for *_, is_failed in last), len(last)


def planned_run(
    slug: str | None,
    leads: int | None,
    version: str | int | None,
    preview: Decimal | float | str | None,
    *,
    backtest: bool = False,
) -> PlannedRun | None:
    """Return the planned run; None for a backtest, which is of past runs.

    Raises:
        UsageError: the slug or the leads are missing, a number makes no sense, or a backtest has one.
    """
    if backtest:
        if (leads, version, preview) != (None, None, None):
            raise UsageError("a backtest is of past runs: leave leads, version and preview out")
        return None
    if slug is None or leads is None:
        raise UsageError("an estimate needs slug and leads: estimate --slug work_email --leads 500")
    if leads < 0:
        raise UsageError(f"leads {leads}: write a number of 0 or more")
    micros = None if preview is None else _parse_preview(str(preview))
    version = None if version is None else str(version)
    return PlannedRun(slug=slug, leads=leads, version=version, preview=micros)


def _parse_preview(text: str) -> int:
    found = parse_amount(text)
    if found.micros is None or found.micros < 0:
        raise UsageError(f"preview {text!r} is no amount: write 900 or 12.5, 6 decimals at most")
    return found.micros
