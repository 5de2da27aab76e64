"""What runs were previewed to cost against what they cost in the end.

Invariant: every run of the population is in exactly one pair quality, only `both` enters the sums; sums are exact,
never over mixed units, and missing is never 0. Must not import anything that does I/O.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from math import fsum
from typing import Final

from recorder.analysis.filters import Filters
from recorder.analysis.groups import Grouping, Key
from recorder.analysis.pairs import Pair, actual_of, pair_of
from recorder.analysis.report import Cells, Kind, Report, Tally, amount, by_kinds, chosen, report
from recorder.analysis.rows import RunRow
from recorder.analysis.stats import Ranked, ratio, sum_of_quotients, wilson
from recorder.ledger.cost import MICROS

_QUALITIES: Final = {
    "both": "pairs",
    "none": "without_cost",
    "preview_only": "preview_only",
    "actual_only": "actual_only",
    "unparsed": "unparsed",
    "unit_mismatch": "mismatched",
    "provisional": "provisional",
}
_KINDS: Final[dict[str, Kind]] = {
    "unit": "text",
    **dict.fromkeys(("runs", "pairs", "unpaired"), "count"),
    **dict.fromkeys(("unparsed", "mismatched", "provisional"), "count"),
    **dict.fromkeys(("preview_total", "actual_total", "variance_total"), "amount"),
    **dict.fromkeys(("bias", "wape", "mape"), "rate"),
    "mape_excluded": "count",
    **dict.fromkeys(("overrun_rate", "overrun_rate_low", "overrun_rate_high"), "rate"),
    **dict.fromkeys(("median_ape", "ratio_p10", "ratio_p50", "ratio_p90"), "rate"),
    **dict.fromkeys(("ratio_excluded", "overruns"), "count"),
    **dict.fromkeys(("volume_effect_total", "rate_effect_total"), "amount"),
    "effects_runs": "count",
    **dict.fromkeys(("unit_cost", "unit_cost_median"), "number"),
    **dict.fromkeys(("without_cost", "preview_only", "actual_only"), "count"),
    **dict.fromkeys(("actual_total_all", "terminal_actual_total"), "amount"),
    "failure_runs": "count",
    "failure_actual_total": "amount",
    "failure_share": "rate",
    "failure_without_actual": "count",
}


def costs(
    rows: Iterable[RunRow],
    *,
    by: str | Iterable[str] | None = None,
    filters: Filters | None = None,
    tz: tzinfo = UTC,
) -> Report:
    """Preview P against actual A, and what failures cost.

    Args:
        rows: tracked runs.
        by: groups, as `parse_by` takes them.
        filters: which runs. Population: completed; with a status the runs of that status; by status all that ended.
        tz: the zone of days, weeks and months.

    Returns:
        A row a group and unit (null: runs without an amount that could be read). Amounts are exact decimals of the
        unit; what rests on no run is null.
        `runs` = `pairs` + `unpaired` (`without_cost`, `preview_only`, `actual_only`) + `unparsed` + `mismatched` +
        `provisional`. Over pairs: `preview_total`, `actual_total`, `variance_total` (A - P), `bias` (its share of P),
        `wape` (sum |A - P| by sum A), `mape` and `median_ape` over A > 0 without the `mape_excluded` pairs,
        `overruns` (A > P x 1.1) with `overrun_rate` and Wilson's `_low`, `_high`, `ratio_p10`, `_p50`, `_p90` of A / P
        over P > 0 without the `ratio_excluded`; `volume_effect_total` (leads processed were not those planned; to a
        millionth) and `rate_effect_total` (a lead did not cost what was planned), which sum to the variance of the
        `effects_runs` where both are defined; `unit_cost`: A by completed leads, `unit_cost_median` over the pairs
        with completed leads.
        `actual_total_all`: A over all runs of the population in that unit, paired or not.
        Beside, whatever the status asked for: `failure_runs` (failed + cancelled), `failure_actual_total`,
        `failure_share` of `terminal_actual_total` (A over all that ended), `failure_without_actual`.

    Raises:
        UsageError: `by` names what nobody knows.
    """
    grouping, filters, tally = Grouping(by, tz), filters or Filters(), Tally()
    is_chosen, population = chosen(filters, grouping)
    groups: defaultdict[Key, _Group] = defaultdict(_Group)
    beside: defaultdict[Key, _Failures] = defaultdict(_Failures)
    for row in filter(filters.matches_but_status, rows):
        tally.add(row)
        key = grouping.key(row)
        if is_chosen(row):
            groups[*key, row.cost_unit].add(row)
        if row.is_terminal:
            beside[*grouping.beside(key), row.cost_unit].add(row)
    return report(
        by_kinds(grouping) | kinds(),
        _rows(grouping, groups, beside),
        tally,
        about=_about(groups.values(), population),
        scope=(grouping.told(), filters.told()),
    )


def kinds() -> dict[str, Kind]:
    """The columns after those of `by`."""
    return dict(_KINDS)


class _Errors:
    """How far actuals lie from their previews, over pairs."""

    __slots__ = ("absolute", "apes", "excluded", "overruns", "ratios", "ratios_excluded")

    def __init__(self) -> None:
        self.absolute = self.excluded = self.ratios_excluded = self.overruns = 0
        self.apes, self.ratios = array("d"), array("d")

    def add(self, pair: Pair) -> None:
        """Take a pair."""
        distance = abs(pair.variance)
        self.absolute += distance
        self.overruns += pair.is_overrun
        if pair.actual > 0:
            self.apes.append(distance / pair.actual)
        else:
            self.excluded += 1
        if pair.preview > 0:
            self.ratios.append(pair.actual / pair.preview)
        else:
            self.ratios_excluded += 1

    def cells(self, pairs: int, actual: int) -> Cells:
        """The columns of errors, for so many pairs with so much actual."""
        low, high = wilson(self.overruns, pairs)
        ratios = Ranked(self.ratios)
        return {
            "wape": ratio(self.absolute, actual),
            "mape": fsum(self.apes) / len(self.apes) if self.apes else None,
            "mape_excluded": self.excluded,
            "overrun_rate": ratio(self.overruns, pairs),
            "overrun_rate_low": low,
            "overrun_rate_high": high,
            "median_ape": Ranked(self.apes).at(50),
            **{f"ratio_p{percent}": ratios.at(percent) for percent in (10, 50, 90)},
            "ratio_excluded": self.ratios_excluded,
            "overruns": self.overruns,
        }


class _Effects:
    """Why the difference: more or fewer leads than planned, or another cost of a lead."""

    __slots__ = ("runs", "variance", "volume")

    def __init__(self) -> None:
        self.runs = self.variance = 0
        self.volume: defaultdict[int, int] = defaultdict(int)  # numerators by denominator

    def add(self, pair: Pair) -> None:
        """Take a pair; one without both lead numbers is left out."""
        if pair.volume is None:
            return
        numerator, denominator = pair.volume
        self.runs += 1
        self.variance += pair.variance
        self.volume[denominator] += numerator

    def cells(self) -> Cells:
        """The columns of the two effects."""
        if not self.runs:
            nothing: Cells = dict.fromkeys(("volume_effect_total", "rate_effect_total"))
            return nothing | {"effects_runs": 0}
        volume = round(sum_of_quotients(self.volume))
        return {
            "volume_effect_total": amount(volume),
            "rate_effect_total": amount(self.variance - volume),
            "effects_runs": self.runs,
        }


class _UnitCosts:
    """What a completed lead costs, over pairs that say how many completed."""

    __slots__ = ("actual", "each", "leads")

    def __init__(self) -> None:
        self.actual = self.leads = 0
        self.each = array("d")

    def add(self, pair: Pair) -> None:
        """Take a pair."""
        if pair.completed is None:
            return
        self.actual += pair.actual
        self.leads += pair.completed
        if pair.completed:
            self.each.append(pair.actual / (pair.completed * MICROS))

    def cells(self) -> Cells:
        """The columns of unit cost."""
        return {
            "unit_cost": ratio(self.actual, self.leads * MICROS),
            "unit_cost_median": Ranked(self.each).at(50),
        }


class _Group:
    """The population of one group, in one unit."""

    __slots__ = ("actual", "all", "effects", "errors", "preview", "qualities", "units")

    def __init__(self) -> None:
        self.qualities = dict.fromkeys(_QUALITIES.values(), 0)
        self.preview = self.actual = 0
        self.all = _Total()
        self.errors, self.effects, self.units = _Errors(), _Effects(), _UnitCosts()

    def add(self, row: RunRow) -> None:
        """Take a run."""
        self.qualities[_QUALITIES[row.cost_quality or "none"]] += 1
        self.all.add(actual_of(row))
        pair = pair_of(row)
        if pair is None:
            return
        self.preview += pair.preview
        self.actual += pair.actual
        for part in (self.errors, self.effects, self.units):
            part.add(pair)

    @property
    def runs(self) -> int:
        """The population."""
        return sum(self.qualities.values())

    def cells(self) -> Cells:
        """The columns but those beside."""
        held = self.qualities
        pairs, variance = held["pairs"], self.actual - self.preview
        totals = (("preview", self.preview), ("actual", self.actual), ("variance", variance))
        return {
            "runs": self.runs,
            **held,
            "unpaired": held["without_cost"] + held["preview_only"] + held["actual_only"],
            **{f"{name}_total": amount(total) if pairs else None for name, total in totals},
            "bias": ratio(variance, self.preview),
            **self.errors.cells(pairs, self.actual),
            **self.effects.cells(),
            **self.units.cells(),
            "actual_total_all": amount(self.all.micros),
        }


class _Total:
    """A sum that is None while nothing was there to sum."""

    __slots__ = ("micros", "missing")

    def __init__(self) -> None:
        self.micros: int | None = None
        self.missing = 0

    def add(self, micros: int | None) -> None:
        """Take an amount, or count that there is none."""
        if micros is None:
            self.missing += 1
        else:
            self.micros = (self.micros or 0) + micros


class _Failures:
    """The cost of failure among all runs of a group that ended, in one unit."""

    __slots__ = ("failed", "runs", "terminal")

    def __init__(self) -> None:
        self.runs = 0
        self.terminal, self.failed = _Total(), _Total()

    def add(self, row: RunRow) -> None:
        """Take a run that ended."""
        actual = actual_of(row)
        self.terminal.add(actual)
        if row.status != "completed":
            self.runs += 1
            self.failed.add(actual)

    @property
    def speaks(self) -> bool:
        """Whether anything failed."""
        return self.runs > 0

    def cells(self) -> Cells:
        """The columns beside: no failure costs 0, a failure of unknown cost nothing that is known."""
        total, failed = self.terminal.micros, self.failed.micros
        if total is not None and not self.runs:
            failed = 0
        return {
            "terminal_actual_total": amount(total),
            "failure_runs": self.runs,
            "failure_actual_total": amount(failed),
            "failure_share": None if failed is None else ratio(failed, total or 0),
            "failure_without_actual": self.failed.missing,
        }


def _rows(
    grouping: Grouping, groups: Mapping[Key, _Group], beside: Mapping[Key, _Failures]
) -> Iterable[Cells]:
    spoken = [key for key, what in beside.items() if what.speaks]
    for key in grouping.keys_to_show(groups, spoken, more=1):
        group = groups.get(key) or _Group()
        around = beside.get(grouping.beside(key)) or _Failures()
        cells = grouping.cells(key) | {"unit": key[-1]}
        yield cells | group.cells() | around.cells()


def _about(groups: Iterable[_Group], population: str) -> str:
    held = list(groups)
    runs, pairs = (
        sum(group.runs for group in held),
        sum(group.qualities["pairs"] for group in held),
    )
    return f"costs of {runs:,} {population}, {pairs:,} with preview and final actual"
