"""What runs count for in spending, as columns: the part, the amount and the unit of each.

Invariant: a run has here what `history.spend_parts.spend_of` gives.
"""

from typing import Final

import numpy as np

from recorder.analysis.columns import Column, Ints, Lexicon, Mask, Runs, Words
from recorder.analysis.stats import total
from recorder.history.spend_parts import PARTS

BASIS: Final = frozenset(
    {"status", "tracking", "n_snapshots", "is_quiet", "cost_unit", "actual_unit"}
    | {"cost_preview_micros", "cost_actual_micros"}
)
"""The columns that these are made from."""

COLUMNS: Final = frozenset({"spend_part", "spend_micros", "spend_unit"})

_WORDS: Final = (*PARTS, None)


def spend_columns(runs: Runs) -> dict[str, Column]:
    """Return the columns `spend_part`, `spend_micros` and `spend_unit` of runs that have those of `BASIS`."""
    preview, actual = runs.ints("cost_preview_micros"), runs.ints("cost_actual_micros")
    shown = runs.words("cost_unit")
    unit = shown.overlaid(runs.words("actual_unit"), actual.there)
    # A missing preview is the least integer: it is more than no actual.
    is_more = (preview.values > actual.values) & (unit.codes == shown.codes)
    takes_preview = ~actual.there | (runs.is_in_flight & is_more)
    return {
        "spend_part": _parts(runs, actual.there, preview.there),
        "spend_micros": Ints(np.where(takes_preview, preview.values, actual.values)),
        "spend_unit": unit,
    }


def _parts(runs: Runs, has_actual: Mask, has_preview: Mask) -> Words:
    """Return the part of each run, the first that fits; a run that was not observed has none."""
    fits = {
        None: ~runs.is_observed,
        "unpriced": ~has_actual & ~has_preview,
        "committed": runs.is_in_flight,
        "unconfirmed": ~has_actual,
        "settled": runs.ints("is_quiet").values == 1,
    }
    codes = [_WORDS.index(part) for part in fits]
    chosen = np.select(list(fits.values()), codes, _WORDS.index("provisional"))
    return Words(chosen.astype(np.int32), Lexicon(_WORDS))


def in_part(runs: Runs, *parts: str) -> Mask:
    """Return which runs are in one of the parts."""
    return runs.words("spend_part").among(*parts)


def total_of(runs: Runs, *parts: str) -> int:
    """Return the exact sum, in millionths, of the runs in some parts, which share a unit; `unpriced` has no amount."""
    return total(runs.ints("spend_micros").values[in_part(runs, *parts)])
