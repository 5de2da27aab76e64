"""The period that the page is about, and the sections that the page has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from recorder.analysis.filters import Filters
from recorder.html_report.html_table import HtmlTable
from recorder.html_report.inline_svg import Chart
from recorder.instants import DAY, datetime_of

_MOST_DAYS: Final = 62  # bars of a day
_MOST_WEEKS: Final = 420  # days, by bars of a week


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of the page.

    Attributes:
        key: its id.
        heading: its heading.
        lead: a sentence that says how to read it.
        charts: its pictures.
        tables: its tables.
    """

    key: str
    heading: str
    lead: str
    charts: Sequence[Chart] = ()
    tables: Sequence[HtmlTable] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The runs that the page is about.

    Attributes:
        filters: which runs; with both bounds of the period.
        now: the present of the page, microseconds since 1970 UTC.
        tz: the zone of days and instants.
        trigger_url: returns where a triggerRunId leads; None: no link is set.
    """

    filters: Filters
    now: int
    tz: tzinfo
    trigger_url: Callable[[str | None], str | None]

    @property
    def words(self) -> str:
        """The period as a reader says it: `28 Oct to 26 Nov 2026`."""
        until = self.filters.until
        last = self._moment(self.now if until is None else until - 1)
        first = self._moment(self.filters.since or 0)
        return f"{first:%-d %b}{f' {first.year}' if first.year != last.year else ''} to {last:%-d %b %Y}"

    @property
    def moment(self) -> str:
        """The present of the page, in its zone."""
        return f"{self._moment(self.now):%Y-%m-%d %H:%M:%S} {self.tz}"

    def _moment(self, us: int) -> datetime:
        return datetime_of(us).astimezone(self.tz)

    @property
    def length(self) -> int:
        """The length of the period, microseconds."""
        return (self.filters.until or self.now) - (self.filters.since or 0)

    @property
    def term(self) -> str:
        """The time that a bar of a chart stands for: day, week or month."""
        days = self.length / DAY
        return "day" if days <= _MOST_DAYS else "week" if days <= _MOST_WEEKS else "month"
