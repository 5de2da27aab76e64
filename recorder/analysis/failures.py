"""How often runs fail, how often their leads do, and what is odd about them.

Invariant: a rate's numerator and denominator stand in the same row; runs in flight, lost or not seen yet are in no
denominator. Must not import anything that does I/O.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, tzinfo
from typing import Final

from recorder.analysis.filters import Filters
from recorder.analysis.groups import Grouping, Key
from recorder.analysis.report import Cells, Kind, Report, Tally, by_kinds, report
from recorder.analysis.rows import RunRow
from recorder.analysis.stats import PooledRate, Ranked, ratio, wilson
from recorder.ledger.row import TERMINAL

FLAGS: Final = ("completed_with_failed_leads", "completed_with_open_leads", "counts_off_total")

_COUNTS: Final = (
    *("runs", "completed", "failed", "cancelled", "in_flight", "unknown", "lost"),
    *("leads_completed", "leads_failed", "leads_skipped"),
    *("unobserved", "reopened", "lead_runs", *FLAGS),
)
_COLUMNS: Final = (
    *("runs", "completed", "failed", "cancelled", "in_flight", "unknown", "lost"),
    *("failure_rate", "failure_rate_low", "failure_rate_high", "success_rate", "cancel_rate"),
    *("leads_completed", "leads_failed", "leads_skipped", "lead_failure_rate"),
    *("lead_failure_rate_low", "lead_failure_rate_high", "lead_failure_rate_median", "lead_runs"),
    *("skip_share", "success_rate_low", "success_rate_high", "cancel_rate_low", "cancel_rate_high"),
    *("unobserved", "reopened", *FLAGS),
)


def failures(
    rows: Iterable[RunRow],
    *,
    by: str | Iterable[str] | None = None,
    filters: Filters | None = None,
    tz: tzinfo = UTC,
) -> Report:
    """Failure, success and cancel rates of runs and of leads, with 95 % intervals.

    Args:
        rows: tracked runs.
        by: groups, as `parse_by` takes them.
        filters: which runs, the status included.
        tz: the zone of days, weeks and months.

    Returns:
        A row a group. `runs`: all tracked = completed + failed + cancelled + in_flight + lost + unobserved; `unknown`:
        the part of in flight with a status word that nobody knows; `lost`: lost before an end was seen.
        `failure_rate`, `success_rate` by completed + failed, `cancel_rate` by terminal runs, 0 to 1, null where that
        is 0; `_low`, `_high`: Wilson.
        `leads_completed`, `leads_failed`: of the `lead_runs`, ended runs that give both; null where there are none.
        `lead_failure_rate` pooled over them, `_low` and `_high` by the linearised ratio over runs (null where runs do
        not differ), `_median` over runs with processed leads.
        `leads_skipped`: of ended runs that give it; `skip_share`: skipped by completed + skipped + failed of ended runs
        that give all three, cancelled ones left out.
        `reopened`: runs that went from an end back in flight. Flags, in runs: completed with failed leads, completed
        with leads pending or running, five counts that do not sum to the total.

    Raises:
        UsageError: `by` names what nobody knows.
    """
    grouping, filters, tally = Grouping(by, tz), filters or Filters(), Tally()
    groups: defaultdict[Key, _Group] = defaultdict(_Group)
    for row in filter(filters.matches, rows):
        tally.add(row)
        groups[grouping.key(row)].add(row)
    shown = grouping.keys_to_show(groups, ())
    return report(
        by_kinds(grouping) | kinds(),
        (grouping.cells(key) | (groups.get(key) or _Group()).cells() for key in shown),
        tally,
        about=_about(groups.values()),
        scope=(grouping.told(), filters.told_with_status()),
    )


def kinds() -> dict[str, Kind]:
    """The columns after those of `by`."""
    return {name: "count" if name in _COUNTS else "rate" for name in _COLUMNS}


def _about(groups: Iterable["_Group"]) -> str:
    judged = sum(group.ended["completed"] + group.ended["failed"] for group in groups)
    return f"failure rate over {judged:,} completed or failed"


class _Leads:
    """The leads of runs that ended."""

    __slots__ = ("pool", "rates", "runs", "skip_base", "skipped", "skipped_known", "skips")

    def __init__(self) -> None:
        self.pool, self.rates = PooledRate(), array("d")
        self.runs = self.skipped = self.skipped_known = self.skips = self.skip_base = 0

    def add(self, row: RunRow) -> None:
        """Take the leads of a run that ended."""
        if row.leads_skipped is not None:
            self.skipped += row.leads_skipped
            self.skipped_known += 1
        processed = row.leads_processed
        if processed is None or row.leads_failed is None:
            return
        self.runs += 1
        self.pool.add(row.leads_failed, processed)
        if processed:
            self.rates.append(row.leads_failed / processed)
        if row.status != "cancelled" and row.leads_skipped is not None:
            self.skips += row.leads_skipped
            self.skip_base += processed + row.leads_skipped

    def cells(self) -> Cells:
        """The columns that speak of leads."""
        failed, low_high = self.pool.hits, self.pool.interval()
        return {
            "leads_completed": self.pool.n - failed if self.runs else None,
            "leads_failed": failed if self.runs else None,
            "leads_skipped": self.skipped if self.skipped_known else None,
            "lead_failure_rate": self.pool.rate,
            "lead_failure_rate_low": low_high[0],
            "lead_failure_rate_high": low_high[1],
            "lead_failure_rate_median": Ranked(self.rates).at(50),
            "lead_runs": self.runs,
            "skip_share": ratio(self.skips, self.skip_base),
        }


class _Group:
    """All tracked runs of one group."""

    __slots__ = ("ended", "flags", "leads", "reopened", "tally")

    def __init__(self) -> None:
        self.tally, self.leads, self.reopened = Tally(), _Leads(), 0
        self.ended, self.flags = dict.fromkeys(TERMINAL, 0), dict.fromkeys(FLAGS, 0)

    def add(self, row: RunRow) -> None:
        """Take a run."""
        self.tally.add(row)
        self.reopened += row.n_reopened > 0
        if row.is_terminal and row.status is not None:
            self.ended[row.status] += 1
            self.leads.add(row)
        if row.quality:
            for flag in FLAGS:
                self.flags[flag] += flag in row.quality.split(",")

    def cells(self) -> Cells:
        """The group's columns."""
        tally = self.tally
        beside = {name: getattr(tally, name) for name in ("in_flight", "unknown", "lost")}
        return {
            "runs": tally.tracked,
            **self.ended,
            **beside,
            **self._rates(),
            **self.leads.cells(),
            "unobserved": tally.unobserved,
            "reopened": self.reopened,
            **self.flags,
        }

    def _rates(self) -> Cells:
        completed, failed, cancelled = (
            self.ended[word] for word in ("completed", "failed", "cancelled")
        )
        judged = completed + failed
        return {
            **_rate("failure_rate", failed, judged),
            **_rate("success_rate", completed, judged),
            **_rate("cancel_rate", cancelled, judged + cancelled),
        }


def _rate(name: str, hits: int, n: int) -> Cells:
    low, high = wilson(hits, n)
    return {name: ratio(hits, n), f"{name}_low": low, f"{name}_high": high}
