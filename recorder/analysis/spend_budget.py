"""A budget: what may be spent in a day, a week or a month, and on which runs.

Must not import numpy: the settings use it.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from msgspec import Struct, field

from recorder.analysis.filters import Filters
from recorder.errors import UsageError
from recorder.instants import datetime_of, iso, us_of

_AT_LEAST: Final = {"day": 1, "week": 7, "month": 31}
"""So many days after the first of a period lies a day of the next one."""

PERIODS: Final = tuple(_AT_LEAST)


class SpendBudget(Struct, frozen=True, kw_only=True):
    """One budget, as the config has it.

    Attributes:
        name: of the budget.
        unit: of the amount; runs of other units do not count.
        micros: the amount in millionths, above 0.
        per: `day`, `week` (from Monday) or `month`, by the calendar of the zone.
        tz: the zone; None: that of the question.
        filters: which runs; without an instant.
    """

    name: str
    unit: str
    micros: int
    per: str
    tz: tzinfo | None = None
    filters: Filters = field(default_factory=Filters)

    def period(self, now: int, tz: tzinfo = UTC) -> tuple[int, int]:
        """Return the first instant of the period that holds now, and that of the next one.

        Args:
            now: microseconds since 1970 UTC.
            tz: the zone where the budget has none.

        Raises:
            UsageError: the calendar ends before the period does.
        """
        zone = self.tz or tz
        try:
            first = _first_day(self.per, datetime_of(now).astimezone(zone).date())
            after = _first_day(self.per, first + timedelta(days=_AT_LEAST[self.per]))
            return _midnight(first, zone), _midnight(after, zone)
        except (OverflowError, ValueError) as error:
            raise UsageError(
                f"budget {self.name}: the {self.per} of {iso(now)} is not wholly in the calendar: "
                "ask of another instant"
            ) from error


def _first_day(per: str, day: date) -> date:
    gone = {"day": 0, "week": day.weekday(), "month": day.day - 1}
    return day - timedelta(days=gone[per])


def _midnight(day: date, zone: tzinfo) -> int:
    return us_of(datetime.combine(day, time.min, zone))
