"""How the preview and the actual of a run go together: their units, and which pair they make."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from recorder.ledger.cost import Amount

UNSTATED: Final = "unstated"


def units_of(preview: Amount, actual: Amount, unit: str | None) -> tuple[str, str]:
    """Return the units of both: their own, else that of the other, else the setting, else `unstated`."""
    last_resort = unit or UNSTATED
    return preview.unit or actual.unit or last_resort, actual.unit or preview.unit or last_resort


def shown_unit(preview: Amount, actual: Amount, units: tuple[str, str]) -> str | None:
    """Return the unit of the preview, else of the actual; None where neither was read."""
    if preview.micros is not None:
        return units[0]
    return units[1] if actual.micros is not None else None


def unit_of_actual(run: Mapping[str, Any]) -> str | None:
    """Return the unit of the actual in a row of the view `runs`; without an actual, of the preview."""
    # What counts in spending is in the unit of the actual wherever there is one.
    unit: str | None = run["cost_unit" if run["cost_actual"] is None else "spend_unit"]
    return unit


def pair_quality(preview: Amount, actual: Amount, units: tuple[str, str], *, quiet: bool) -> str:
    """Return the first that fits: none, unparsed, preview_only, actual_only, unit_mismatch, provisional, both."""
    fits = (
        ("none", not preview.present and not actual.present),
        ("unparsed", preview.unparsed or actual.unparsed),
        ("preview_only", not actual.present),
        ("actual_only", not preview.present),
        ("unit_mismatch", units[0] != units[1]),
        ("provisional", not quiet),
    )
    return next((word for word, fit in fits if fit), "both")


def cost_flags(preview: Amount, actual: Amount, quality: str) -> Iterator[str]:
    """Yield what is odd about the two amounts."""
    if preview.unparsed:
        yield "preview_unparsed"
    if actual.unparsed:
        yield "actual_unparsed"
    if quality == "unit_mismatch":
        yield "unit_mismatch"
