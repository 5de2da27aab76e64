"""The part of spending that a run counts for, and the amount that is taken for it.

Invariant: every observed run is in exactly one part. SQL and columns that decide the same are held to this function.
"""

from typing import Final, NamedTuple

PARTS: Final = ("settled", "provisional", "committed", "unconfirmed", "unpriced")
SPENT: Final = PARTS[:2]
"""The parts that are charged for certain."""
OPEN: Final = PARTS[2:4]
"""The parts that may still come."""


class Spend(NamedTuple):
    """The spending of one run: its part, the amount in millionths, and the unit; an unpriced run has no amount and no unit."""

    part: str
    micros: int | None
    unit: str | None


def spend_of(
    *,
    is_in_flight: bool,
    is_quiet: bool,
    preview_micros: int | None,
    actual_micros: int | None,
    cost_unit: str | None,
    actual_unit: str | None,
) -> Spend:
    """Return what an observed run counts for.

    Args:
        is_in_flight: it is neither ended nor lost: what it was dispatched with is charged.
        is_quiet: its actual is not expected to move any more.
        preview_micros: the preview; None: none that can be read.
        actual_micros: the actual; None: none that can be read.
        cost_unit: the unit of the preview, else of the actual.
        actual_unit: the one that the actual states itself, if any.
    """
    if actual_micros is None:
        if preview_micros is None:
            return Spend("unpriced", None, None)
        return Spend("committed" if is_in_flight else "unconfirmed", preview_micros, cost_unit)
    unit = actual_unit or cost_unit
    if not is_in_flight:
        return Spend("settled" if is_quiet else "provisional", actual_micros, unit)
    # Of amounts in different units none is the larger one.
    is_more = preview_micros is not None and unit == cost_unit and preview_micros > actual_micros
    return Spend("committed", preview_micros if is_more else actual_micros, unit)
