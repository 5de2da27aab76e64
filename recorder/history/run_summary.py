"""The summary of a run from all its snapshots: its end, its costs, its quality flags.

Invariant: a summary is a function of the snapshots and the cost rules, so that it can be rebuilt at any time, and as of
any time. Missing is null, never 0.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct

from recorder.history.flags import row_flags
from recorder.history.units import cost_flags, pair_quality, shown_unit, units_of
from recorder.instants import DAY
from recorder.ledger.cost import Amount, stored_amount
from recorder.ledger.row import LedgerRow
from recorder.ledger.run_status import TERMINAL


class SnapshotSummary(Struct, frozen=True, kw_only=True):
    """One snapshot, as far as a summary needs it; instants in microseconds since 1970 UTC.

    `seen_again_at` is the second poll that showed it; open leads are pending or running.
    """

    first_seen_at: int
    last_seen_at: int
    seen_again_at: int | None
    status: str | None
    open_leads: int
    updated_at: int | None
    preview: Amount
    actual: Amount

    @property
    def is_terminal(self) -> bool:
        """Whether the status ends a run."""
        return self.status in TERMINAL


class RunSummary(Struct, frozen=True, kw_only=True):
    """The history of one run beyond its last row.

    Attributes:
        observation_class: `from_start`, `mid_flight`, `post_hoc`; None where the first status is unknown.
        ended_at: microseconds since 1970 UTC; for a bracketed end its upper value.
        ended_at_origin: `ledger` or `bracketed`.
        ended_after: the lower value of a bracketed end.
        ended_seen_at: when the present end was first seen, by our clock.
        is_quiet: whether nothing of the run is expected to change any more.
        cost_preview_micros: P, the amount previewed before the start; None where missing or unparsed.
        cost_actual_micros: A, the last actual seen.
        cost_known_at: when the present A was found quiet, by our clock.
        cost_unit: the unit of P, else of A; None where neither amount could be read.
        preview_unit, actual_unit: the unit that each side states itself.
        cost_quality: the pair quality.
        n_reopened: turns from a terminal status back in flight.
        quality: flags, sorted; empty when clean.
    """

    observation_class: str | None
    ended_at: int | None
    ended_at_origin: str | None
    ended_after: int | None
    ended_seen_at: int | None
    is_quiet: bool
    cost_preview_micros: int | None
    cost_actual_micros: int | None
    cost_known_at: int | None
    cost_unit: str | None
    preview_unit: str | None
    actual_unit: str | None
    cost_quality: str
    n_reopened: int
    quality: tuple[str, ...]

    @property
    def preview(self) -> Amount:
        """The previewed amount as it was read."""
        unparsed = "preview_unparsed" in self.quality
        return stored_amount(self.cost_preview_micros, self.preview_unit, unparsed=unparsed)

    @property
    def actual(self) -> Amount:
        """The actual amount as it was read."""
        unparsed = "actual_unparsed" in self.quality
        return stored_amount(self.cost_actual_micros, self.actual_unit, unparsed=unparsed)


class SummaryRules(Struct, frozen=True, kw_only=True):
    """The settings that a summary depends on.

    Attributes:
        unit: the unit of amounts that neither side states (the setting `cost.unit`).
        settled_us: the pause between the end and the last follow-up poll.
    """

    unit: str | None = None
    settled_us: int = DAY


USUAL_RULES: Final = SummaryRules()


class End(Struct, frozen=True):
    """The end of a run, exact or bracketed."""

    at: int | None = None
    origin: str | None = None
    after: int | None = None

    @property
    def width_us(self) -> int:
        """The width of the bracket; 0 for an end that the ledger gives."""
        return 0 if self.at is None or self.after is None else self.at - self.after


def summarize(
    snapshots: Sequence[SnapshotSummary], row: LedgerRow, rules: SummaryRules = USUAL_RULES
) -> RunSummary:
    """Return the summary of one run.

    Args:
        snapshots: the run's snapshots in order, at least one.
        row: the last snapshot's ledger row.
        rules: the settings that it depends on.
    """
    first = end_first_seen(snapshots)
    return _summary(
        snapshots,
        row,
        rules,
        end=end_of(snapshots, row),
        ended_seen_at=first.first_seen_at if first else None,
        preview=last_preview(snapshots, row.started_at),
    )


def summary_after(
    stored: RunSummary,
    before: SnapshotSummary,
    last: SnapshotSummary,
    row: LedgerRow,
    rules: SummaryRules = USUAL_RULES,
) -> RunSummary | None:
    """Return the same as `summarize`, from the summary without the last snapshot; None where that needs the history.

    Args:
        stored: the summary up to `before`.
        before: the last snapshot but one; the last itself where it was seen again.
        last: the last snapshot.
        row: its ledger row, whose `started_at` is that of the row before it.
        rules: as for `summarize`.
    """
    end = _end_after(stored, before, last, row)
    # Whether the states before were quiet depends on the end: where it moves, they are asked again.
    if end is None or (before.is_terminal and last.is_terminal and end.at != stored.ended_at):
        return None
    preview, started = stored.preview, row.started_at
    is_early = started is not None and last.first_seen_at <= started
    if last.preview.present and (is_early or not preview.present):
        preview = last.preview
    ended_seen_at = stored.ended_seen_at if before.is_terminal else last.first_seen_at
    return _summary(
        [before, last],
        row,
        rules,
        end=end,
        ended_seen_at=ended_seen_at if last.is_terminal else None,
        preview=preview,
        stored=stored,
    )


def _end_after(
    stored: RunSummary, before: SnapshotSummary, last: SnapshotSummary, row: LedgerRow
) -> End | None:
    if not row.is_terminal or ledger_end(row) is not None or not before.is_terminal:
        return end_of([before, last], row)
    if stored.ended_at_origin == "ledger":
        return None  # the ledger gives its end no more
    # The polls that it was bracketed by are not at hand: it stays as it was found.
    return End(stored.ended_at, stored.ended_at_origin, stored.ended_after)


def _summary(
    snapshots: Sequence[SnapshotSummary],
    row: LedgerRow,
    rules: SummaryRules,
    *,
    end: End,
    ended_seen_at: int | None,
    preview: Amount,
    stored: RunSummary | None = None,
) -> RunSummary:
    """Return the summary of snapshots; `stored`: of those before them, and of the first of them."""
    actual = last_actual(snapshots)
    if stored is not None and not actual.present:
        actual = stored.actual
    units = units_of(preview, actual, rules.unit)
    quiets = [_quiet_at(one, end, ended_seen_at, rules.settled_us) for one in snapshots]
    quiet = quiets[-1] is not None
    quality = pair_quality(preview, actual, units, quiet=quiet)
    return RunSummary(
        observation_class=stored.observation_class if stored else _observation_class(snapshots[0]),
        ended_at=end.at,
        ended_at_origin=end.origin,
        ended_after=end.after,
        ended_seen_at=ended_seen_at,
        is_quiet=quiet,
        cost_preview_micros=preview.micros,
        cost_actual_micros=actual.micros,
        cost_known_at=_known_at(snapshots, quiets, stored.cost_known_at if stored else None),
        cost_unit=shown_unit(preview, actual, units),
        preview_unit=preview.unit,
        actual_unit=actual.unit,
        cost_quality=quality,
        n_reopened=(stored.n_reopened if stored else 0)
        + sum(a.is_terminal and not b.is_terminal for a, b in pairwise(snapshots)),
        quality=tuple(
            sorted({*row_flags(row, end.at, end.width_us), *cost_flags(preview, actual, quality)})
        ),
    )


def _quiet_at(
    state: SnapshotSummary, end: End, ended_seen_at: int | None, settled_us: int
) -> int | None:
    """Return when a state was found after which nothing of its run is expected to move; None where it was not.

    Args:
        state: one of the run.
        end: of the run, by the ledger's clock.
        ended_seen_at: when the run was first seen ended.
        settled_us: the pause between the end and the last follow-up poll.
    """
    if not state.is_terminal or state.open_leads or not state.actual.present:
        return None
    # First seen so long after its end, as history that is imported is, it has no follow-up poll to come.
    if end.at is None or ended_seen_at is None or ended_seen_at - end.at <= settled_us:
        return state.seen_again_at
    return state.first_seen_at


def _known_at(
    snapshots: Sequence[SnapshotSummary], quiets: Sequence[int | None], before: int | None
) -> int | None:
    """Return when the actual of the last snapshot was first found quiet since the run ended.

    Args:
        snapshots: the last ones of the run.
        quiets: when each was found quiet.
        before: when the actual of the first of them was found quiet in an earlier one.
    """
    actual, n = snapshots[-1].actual, 0
    for one in reversed(snapshots):
        if not one.is_terminal or one.actual != actual:
            break
        n += 1
    # Only where all of them have this actual may it have been found quiet before the first.
    first = before if n == len(snapshots) else None
    return next((at for at in (first, *quiets[len(snapshots) - n :]) if at is not None), None)


def _observation_class(first: SnapshotSummary) -> str | None:
    if first.is_terminal:
        return "post_hoc"
    return {"pending": "from_start", "running": "mid_flight"}.get(first.status or "")


def end_of(snapshots: Sequence[SnapshotSummary], row: LedgerRow) -> End:
    """Return the end of a run whose last state is terminal; an empty `End` otherwise.

    The ledger's own instant where it gives one. Else the bracket between the last poll in flight and the first one
    after the end, narrowed to a point by the first terminal `updatedAt` inside it.
    """
    if not row.is_terminal:
        return End()
    at = ledger_end(row)
    if at is not None:
        return End(at, "ledger")
    first = _end_index(snapshots)
    if first == 0:
        return End()
    return _bracket(snapshots[first - 1], snapshots[first])


def ledger_end(row: LedgerRow) -> int | None:
    """Return when a run ended by its ledger row; None where the row does not say."""
    if row.status == "cancelled" and row.cancelled_at is not None:
        return row.cancelled_at
    return row.completed_at


def end_first_seen(snapshots: Sequence[SnapshotSummary]) -> SnapshotSummary | None:
    """Return the first snapshot of the present end; None while the run is in flight."""
    return snapshots[_end_index(snapshots)] if snapshots[-1].is_terminal else None


def _end_index(snapshots: Sequence[SnapshotSummary]) -> int:
    index = len(snapshots) - 1
    while index > 0 and snapshots[index - 1].is_terminal:
        index -= 1
    return index


def _bracket(before: SnapshotSummary, first: SnapshotSummary) -> End:
    updated = first.updated_at
    if updated is not None and before.last_seen_at < updated <= first.first_seen_at:
        return End(updated, "bracketed", updated)
    return End(first.first_seen_at, "bracketed", before.last_seen_at)


def last_preview(snapshots: Sequence[SnapshotSummary], started_at: int | None) -> Amount:
    """Return the last preview seen at or before the start, else the first one seen."""
    previews = [s for s in snapshots if s.preview.present]
    early = [s for s in previews if started_at is not None and s.first_seen_at <= started_at]
    chosen = early[-1:] or previews[:1]
    return chosen[0].preview if chosen else Amount()


def last_actual(snapshots: Sequence[SnapshotSummary]) -> Amount:
    """Return the last actual seen."""
    return next((s.actual for s in reversed(snapshots) if s.actual.present), Amount())
