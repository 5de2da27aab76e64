"""How long after a run's end its actual cost last moved: when a figure may be called final.

Invariant: a move is dated by the first good poll that showed it, so a wait is an upper bound.
Must not import anything that does I/O.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Final

from recorder.analysis.filters import Filters
from recorder.analysis.groups import Grouping, Key
from recorder.analysis.report import (
    Cells,
    Kind,
    Report,
    Tally,
    by_kinds,
    count,
    report,
    seconds,
)
from recorder.analysis.rows import RunRow
from recorder.analysis.stats import Ranked, ratio

_PERCENTS: Final = (50, 90, 95, 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """When a run's actual cost took its present value, by our clock; microseconds since 1970 UTC.

    Attributes:
        actual_seen_at: the first good poll of the last stretch with one and the same actual; None: there is none.
        ended_seen_at: the first good poll that saw the run's present end; None: it has not ended.
    """

    actual_seen_at: int | None = None
    ended_seen_at: int | None = None


def settling(
    moves: Iterable[tuple[RunRow, Moved]],
    *,
    by: str | Iterable[str] | None = None,
    filters: Filters | None = None,
    tz: tzinfo = UTC,
) -> Report:
    """How long after the end `cost.actual` last moved.

    Args:
        moves: tracked runs, each with its last move.
        by: groups, as `parse_by` takes them.
        filters: which runs, the status included; of them count those that were seen to end, and have an actual.
        tz: the zone of days, weeks and months.

    Returns:
        A row a group. `runs`: those whose end and actual are known and that were first seen before they ended (of the
        others nobody knows what moved). `moved_late`: runs whose actual moved after they were seen ended;
        `moved_late_share`. `wait_seconds_p50`, `_p90`, `_p95` (null below 20), `_p99` (null below 100), `_max`: from
        the end to the last move, over all `runs`; 0 where the answer that first showed the end showed it.

    Raises:
        UsageError: `by` names what nobody knows.
    """
    grouping, filters, tally = Grouping(by, tz), filters or Filters(), Tally()
    groups: defaultdict[Key, _Group] = defaultdict(_Group)
    for row, moved in moves:
        if filters.matches(row):
            tally.add(row)
            wait = _wait(row, moved)
            if wait is not None:
                groups[grouping.key(row)].add(*wait)
    shown = grouping.keys_to_show(groups, ())
    runs = sum(len(group.waits) for group in groups.values())
    return report(
        by_kinds(grouping) | kinds(),
        (grouping.cells(key) | (groups.get(key) or _Group()).cells() for key in shown),
        tally,
        about=f"moves of actual cost of {count(runs, 'ended run')}",
        scope=(grouping.told(), filters.told_with_status()),
    )


def kinds() -> dict[str, Kind]:
    """The columns after those of `by`."""
    held: dict[str, Kind] = dict.fromkeys(("runs", "moved_late"), "count")
    held["moved_late_share"] = "rate"
    ends = (*(f"p{percent}" for percent in _PERCENTS), "max")
    return held | dict.fromkeys((f"wait_seconds_{end}" for end in ends), "seconds")


def _wait(row: RunRow, moved: Moved) -> tuple[int, bool] | None:
    """From the end to the last move, and whether the end had been seen before; None for a run that does not count."""
    if not row.is_terminal or row.observation_class == "post_hoc":
        return None
    if row.ended_at is None or moved.actual_seen_at is None or moved.ended_seen_at is None:
        return None
    is_late = moved.actual_seen_at > moved.ended_seen_at
    return max(moved.actual_seen_at - row.ended_at, 0) if is_late else 0, is_late


class _Group:
    """Runs of one group that were seen to end, with an actual."""

    __slots__ = ("late", "waits")

    def __init__(self) -> None:
        self.waits, self.late = array("q"), 0

    def add(self, wait_us: int, is_late: bool) -> None:  # noqa: FBT001  # one pair, taken apart
        """Take a run that counts."""
        self.waits.append(wait_us)
        self.late += is_late

    def cells(self) -> Cells:
        """The group's columns."""
        waits = Ranked(self.waits)
        points = {f"p{percent}": waits.at(percent) for percent in _PERCENTS} | {"max": waits.max}
        return {
            "runs": waits.n,
            "moved_late": self.late,
            "moved_late_share": ratio(self.late, waits.n),
            **{f"wait_seconds_{end}": seconds(value) for end, value in points.items()},
        }
