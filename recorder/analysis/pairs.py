"""One run's preview against its actual.

Invariant: amounts are integers of a millionth; the two effects of a difference sum to it exactly.
Must not import anything that does I/O.
"""

from fractions import Fraction
from typing import Final, NamedTuple

from recorder.analysis.rows import RunRow

OVERRUN_TENTHS: Final = 11
"""An overrun is an actual above so many tenths of its preview."""


class Pair(NamedTuple):
    """Preview and actual of one run whose pair quality is `both`; micros of one unit.

    `planned` = resolvedCount, `processed` = completed + failed leads, `completed` = completed leads.
    """

    preview: int
    actual: int
    planned: int | None
    processed: int | None
    completed: int | None

    @property
    def variance(self) -> int:
        """Actual less preview: plus is an overrun."""
        return self.actual - self.preview

    @property
    def is_overrun(self) -> bool:
        """Whether the actual is more than a tenth above the preview."""
        return 10 * self.actual > OVERRUN_TENTHS * self.preview

    @property
    def volume(self) -> tuple[int, int] | None:
        """The volume effect (n - N) x P / N as numerator and denominator; None where N or n is 0 or missing."""
        if not self.planned or not self.processed:
            return None
        return (self.processed - self.planned) * self.preview, self.planned

    @property
    def effects(self) -> tuple[int, int] | None:
        """Volume effect, to a micro, and rate effect: the rest of the variance."""
        if self.volume is None:
            return None
        volume = round(Fraction(*self.volume))
        return volume, self.variance - volume


def pair_of(row: RunRow) -> Pair | None:
    """The run's pair; None unless its quality is `both`."""
    preview, actual = row.cost_preview_micros, row.cost_actual_micros
    if row.cost_quality != "both" or preview is None or actual is None:
        return None
    return Pair(preview, actual, row.leads_total, row.leads_processed, row.leads_completed)


def actual_of(row: RunRow) -> int | None:
    """The run's actual in the unit of its row; None where there is none, or where it is of another unit."""
    return None if row.cost_quality == "unit_mismatch" else row.cost_actual_micros
