"""One tracked run as queries return it: its last known state, or that as of an instant.

Invariant: instants are integer microseconds since 1970 UTC, amounts integer millionths; missing is None, never 0.
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from recorder.history.spans import run_began_at
from recorder.history.spend_parts import Spend, spend_of
from recorder.ledger.row import RunFields
from recorder.life import Phase, flight_since, is_overdue, phase_of

LABEL: Final = "label:"
"""The prefix of a label's key among the names of columns."""

Predicate: TypeAlias = Callable[[Any], Any]
"""A condition on one value."""


@lru_cache(maxsize=1024)
def one_of(*words: str | int | None) -> Predicate:
    """Return the condition that a value is one of the words: the same object for the same words, as caches need it."""
    return frozenset(words).__contains__


@cache
def with_flag(*flags: str) -> Predicate:
    """Return the condition that a `quality` has one of the flags; `unreadable:` is every flag that begins so."""
    return lambda quality: any(
        flag in flags or f"{flag.partition(':')[0]}:" in flags
        for flag in (quality or "").split(",")
    )


class RunRow(RunFields, frozen=True):  # type: ignore[misc]  # a struct may be
    """One tracked run, as the view `runs` shows it, in base units."""

    source: str
    run_id: str
    tracking: str
    observation_class: str | None
    cost_preview_micros: int | None
    cost_actual_micros: int | None
    cost_unit: str | None
    cost_quality: str | None
    ended_at: int | None
    ended_at_origin: str | None
    ended_after: int | None
    tracked_at: int
    first_polled_at: int | None
    last_polled_at: int | None
    first_good_at: int | None
    last_good_at: int | None
    last_outcome: int | None
    n_polls: int
    n_snapshots: int
    n_reopened: int
    quality: str | None
    is_quiet: bool
    actual_unit: str | None
    ended_seen_at: int | None = None
    cost_known_at: int | None = None
    labels: Mapping[str, str] = MappingProxyType({})

    @property
    def clock_off_us(self) -> None:
        """None: only columns know how far the polling machine's clock is off."""

    @property
    def is_observed(self) -> bool:
        """Whether at least one answer showed the run."""
        return self.n_snapshots > 0

    @property
    def phase(self) -> Phase:
        """The phase of the run."""
        is_terminal = self.is_terminal if self.is_observed else None
        return phase_of(is_terminal=is_terminal, tracking=self.tracking)

    @property
    def is_in_flight(self) -> bool:
        """Whether the run was observed, and is neither ended nor lost."""
        return self.phase is Phase.IN_FLIGHT

    @property
    def spend(self) -> Spend | None:
        """The part, amount and unit of the run in spending; None where no answer has shown it."""
        if not self.is_observed:
            return None
        return spend_of(
            is_in_flight=self.is_in_flight,
            is_quiet=self.is_quiet,
            preview_micros=self.cost_preview_micros,
            actual_micros=self.cost_actual_micros,
            cost_unit=self.cost_unit,
            actual_unit=self.actual_unit,
        )

    @property
    def spend_part(self) -> str | None:
        """The part of spending that the run is in."""
        return None if self.spend is None else self.spend.part

    @property
    def spend_micros(self) -> int | None:
        """The amount of the run in that part, millionths."""
        return None if self.spend is None else self.spend.micros

    @property
    def spend_unit(self) -> str | None:
        """The unit of that amount."""
        return None if self.spend is None else self.spend.unit

    @property
    def flight_since(self) -> int | None:
        """The instant from which its flight counts; None where no answer has shown the run."""
        return flight_since(self.created_at, self.first_good_at)

    def is_overdue(self, overdue_after_us: int, *, now: int) -> bool:
        """Return whether the run has been in flight for longer than `overdue_after_us`."""
        since = self.flight_since
        return is_overdue(self.phase, since=since, overdue_after_us=overdue_after_us, now=now)

    @property
    def dated_at(self) -> int:
        """The instant that a run belongs to: its creation, or its tracking where the ledger gives none."""
        return self.tracked_at if self.created_at is None else self.created_at

    @property
    def began_at(self) -> int | None:
        """The instant at which the run time begins."""
        return run_began_at(self.created_at, self.started_at)

    @property
    def leads_done(self) -> int:
        """The number of leads that were completed, failed or skipped."""
        done = (self.leads_completed, self.leads_skipped, self.leads_failed)
        return sum(count for count in done if count is not None)
