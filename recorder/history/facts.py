"""What is known of a run from all its snapshots: its end, its costs, what is odd about it.

Invariant: facts are a function of the snapshots alone (and the cost rules), so they can be made again at any time,
and as of any time. Definitions are those of the metrics: null where something is missing, never 0.
Must not import anything that does I/O.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from recorder.history.spans import run_began_at
from recorder.instants import DAY, SECOND
from recorder.ledger.cost import Amount
from recorder.ledger.row import TERMINAL, LedgerRow
from recorder.life import is_quiet as is_quiet_by

UNSTATED = "unstated"
SHARP_US = 10 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One snapshot, as far as facts need it; instants in microseconds since 1970 UTC."""

    first_seen_at: int
    last_seen_at: int
    n_polls: int
    status: str | None
    updated_at: int | None
    preview: Amount
    actual: Amount

    @property
    def is_terminal(self) -> bool:
        """Whether the status ends a run."""
        return self.status in TERMINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What the history says of a run beyond its last row.

    Attributes:
        observation_class: `from_start`, `mid_flight`, `post_hoc`; None where the first word is unknown.
        ended_at: microseconds since 1970 UTC; for a bracketed end its upper value.
        ended_at_origin: `ledger` or `bracketed`.
        ended_after: the lower value of a bracketed end.
        cost_preview_micros: P, the amount previewed before the start; None where missing or unparsed.
        cost_actual_micros: A, the last actual seen.
        cost_unit: the unit of P, else of A; None where neither amount could be read.
        cost_quality: the pair quality.
        n_reopened: turns from a terminal status back in flight.
        quality: flags, sorted; empty when clean.
    """

    observation_class: str | None
    ended_at: int | None
    ended_at_origin: str | None
    ended_after: int | None
    cost_preview_micros: int | None
    cost_actual_micros: int | None
    cost_unit: str | None
    cost_quality: str
    n_reopened: int
    quality: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class End:
    """When a run ended, and how that is known."""

    at: int | None = None
    origin: str | None = None
    after: int | None = None

    @property
    def width_us(self) -> int:
        """How wide the bracket is; 0 for an end that the ledger gives."""
        return 0 if self.at is None or self.after is None else self.at - self.after


def facts(
    seen: Sequence[Seen], row: LedgerRow, *, unit: str | None = None, settled_us: int = DAY
) -> RunFacts:
    """All that the snapshots of one run come to.

    Args:
        seen: the run's snapshots in order, at least one.
        row: the last snapshot's ledger row.
        unit: the unit of amounts that neither side states (the setting `cost.unit`).
        settled_us: how long after the end the last settle poll comes.
    """
    end = ended(seen, row)
    preview, actual = previewed(seen, row.started_at), charged(seen)
    units = _units(preview, actual, unit)
    quality = pair_quality(preview, actual, units, quiet=is_quiet(seen, row, settled_us))
    return RunFacts(
        observation_class=_observation_class(seen[0]),
        ended_at=end.at,
        ended_at_origin=end.origin,
        ended_after=end.after,
        cost_preview_micros=preview.micros,
        cost_actual_micros=actual.micros,
        cost_unit=_shown_unit(preview, actual, units),
        cost_quality=quality,
        n_reopened=sum(a.is_terminal and not b.is_terminal for a, b in pairwise(seen)),
        quality=tuple(sorted({*_flags(row, end), *_cost_flags(preview, actual, quality)})),
    )


def is_quiet(seen: Sequence[Seen], row: LedgerRow, settled_us: int = DAY) -> bool:
    """Return whether nothing of the run is expected to move any more; arguments as for `facts`."""
    end = first_of_end(seen)
    return is_quiet_by(
        is_terminal=end is not None,
        open_leads=(row.leads_pending or 0) + (row.leads_running or 0),
        has_actual=seen[-1].actual.present,
        n_polls=seen[-1].n_polls,
        ended_at=ended(seen, row).at,
        ended_seen_at=end.first_seen_at if end else None,
        settled_us=settled_us,
    )


def _observation_class(first: Seen) -> str | None:
    if first.is_terminal:
        return "post_hoc"
    return {"pending": "from_start", "running": "mid_flight"}.get(first.status or "")


def ended(seen: Sequence[Seen], row: LedgerRow) -> End:
    """The end of a run whose last state is terminal; an empty `End` otherwise.

    The ledger's own instant where it gives one. Else the bracket between the last look in flight and the first
    that saw the run ended, narrowed to a point by the first terminal `updatedAt` inside it.
    """
    if not row.is_terminal:
        return End()
    told = row.completed_at
    if row.status == "cancelled" and row.cancelled_at is not None:
        told = row.cancelled_at
    if told is not None:
        return End(told, "ledger")
    first = _start_of_end(seen)
    if first == 0:
        return End()
    return _bracket(seen[first - 1], seen[first])


def first_of_end(seen: Sequence[Seen]) -> Seen | None:
    """The first snapshot of the present end; None while the run is in flight."""
    return seen[_start_of_end(seen)] if seen[-1].is_terminal else None


def _start_of_end(seen: Sequence[Seen]) -> int:
    index = len(seen) - 1
    while index > 0 and seen[index - 1].is_terminal:
        index -= 1
    return index


def _bracket(before: Seen, first: Seen) -> End:
    updated = first.updated_at
    if updated is not None and before.last_seen_at < updated <= first.first_seen_at:
        return End(updated, "bracketed", updated)
    return End(first.first_seen_at, "bracketed", before.last_seen_at)


def is_sharp(width_us: int, duration_us: int) -> bool:
    """Whether an end is known well enough for its duration to enter statistics."""
    return width_us < SHARP_US or 10 * width_us < duration_us


def previewed(seen: Sequence[Seen], started_at: int | None) -> Amount:
    """The last preview seen at or before the start, else the first seen."""
    previews = [s for s in seen if s.preview.present]
    early = [s for s in previews if started_at is not None and s.first_seen_at <= started_at]
    chosen = early[-1:] or previews[:1]
    return chosen[0].preview if chosen else Amount()


def charged(seen: Sequence[Seen]) -> Amount:
    """The last actual seen."""
    return next((s.actual for s in reversed(seen) if s.actual.present), Amount())


def _units(preview: Amount, actual: Amount, unit: str | None) -> tuple[str, str]:
    last_resort = unit or UNSTATED
    return preview.unit or actual.unit or last_resort, actual.unit or preview.unit or last_resort


def _shown_unit(preview: Amount, actual: Amount, units: tuple[str, str]) -> str | None:
    if preview.micros is not None:
        return units[0]
    return units[1] if actual.micros is not None else None


def pair_quality(preview: Amount, actual: Amount, units: tuple[str, str], *, quiet: bool) -> str:
    """The first that fits: none, unparsed, preview_only, actual_only, unit_mismatch, provisional, both."""
    fits = (
        ("none", not preview.present and not actual.present),
        ("unparsed", preview.unparsed or actual.unparsed),
        ("preview_only", not actual.present),
        ("actual_only", not preview.present),
        ("unit_mismatch", units[0] != units[1]),
        ("provisional", not quiet),
    )
    return next((word for word, fit in fits if fit), "both")


def _cost_flags(preview: Amount, actual: Amount, quality: str) -> Iterator[str]:
    if preview.unparsed:
        yield "preview_unparsed"
    if actual.unparsed:
        yield "actual_unparsed"
    if quality == "unit_mismatch":
        yield "unit_mismatch"


def _flags(row: LedgerRow, end: End) -> Iterator[str]:
    yield from (f"unreadable:{p}" for p in row.oddities if not p.startswith("cost."))
    yield from _lead_flags(row)
    yield from _time_flags(row, end)


def _lead_flags(row: LedgerRow) -> Iterator[str]:
    counts = (
        row.leads_pending,
        row.leads_running,
        row.leads_completed,
        row.leads_skipped,
        row.leads_failed,
    )
    known = [count for count in counts if count is not None]
    if row.leads_total is not None and len(known) == len(counts) and sum(known) != row.leads_total:
        yield "counts_off_total"
    if row.status == "completed" and row.leads_failed:
        yield "completed_with_failed_leads"
    if row.status == "completed" and (row.leads_pending or row.leads_running):
        yield "completed_with_open_leads"


def _time_flags(row: LedgerRow, end: End) -> Iterator[str]:
    yield from _negative_flags(row, end)
    if not row.is_terminal:
        return
    if row.created_at is None:
        yield "no_created_at"
    if row.started_at is None and row.status != "cancelled":
        yield "no_started_at"
    if end.at is None:
        yield "no_ended_at"
    begun = run_began_at(row.created_at, row.started_at)
    begun = begun if begun is not None else row.created_at
    if end.at is not None and begun is not None and not is_sharp(end.width_us, end.at - begun):
        yield "end_wide"


def _negative_flags(row: LedgerRow, end: End) -> Iterator[str]:
    spans = (
        ("queue_negative", row.created_at, row.started_at),
        ("run_negative", run_began_at(row.created_at, row.started_at), end.at),
        ("wall_negative", row.created_at, end.at),
    )
    for flag, begin, finish in spans:
        if begin is not None and finish is not None and finish < begin:
            yield flag
