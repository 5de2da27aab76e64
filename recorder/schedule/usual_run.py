"""What runs of one slug are like: how long they usually take, and how far their counts foretell an end.

Invariant: a hint for the schedule and for nothing else. It may be lost, and it follows a change within some dozens of runs.
"""

import math
from typing import Final

from msgspec import Struct

from recorder.schedule.gain import LikelyEnd

_LEAST_RUNS: Final = 5
_MEMORY: Final = 32  # runs; older ones fade
_WIDTH: Final = 2.2  # deviations, either way
_LEAST_DEVIATION: Final = 0.2
# Runs that differ more foretell nothing: one in three takes twice as long, or half.
_MOST_DEVIATION: Final = 0.6
# Per share of runs beyond `_IN_VAIN_AT_EASE`; where counts advance about evenly, one run in twenty foretells in vain.
_DOUBTS: Final = 24
_IN_VAIN_AT_EASE: Final = 130_000  # millionths
_MOST_DOUBTS: Final = 6
_MILLIONTHS: Final = 1_000_000
_MOST_LOG: Final = 44 * _MILLIONTHS  # of 63 bits


class UsualRun(Struct, frozen=True, kw_only=True):
    """The completed runs of one slug, the last ones counting most; all but their number in millionths.

    Attributes:
        n_runs: how many runs there were.
        log_mean: the mean of the logarithms of their wall times (of microseconds).
        log_variance: the variance of these.
        missed: the share of runs with a foretold end that passed without one.
    """

    n_runs: int = 0
    log_mean: int = 0
    log_variance: int = 0
    missed: int = 0

    @property
    def is_possible(self) -> bool:
        """Whether runs can have led to it; in a damaged store it may be anything."""
        of_times = 0 <= self.log_mean < _MOST_LOG and 0 <= self.log_variance < _MOST_LOG**2
        return of_times and self.n_runs >= 0 and 0 <= self.missed <= _MILLIONTHS

    @property
    def doubts(self) -> int:
        """How many foretold ends a new run counts as missed already."""
        if self.n_runs < _LEAST_RUNS:
            return 0
        beyond = max(self.missed - _IN_VAIN_AT_EASE, 0)
        return min(_DOUBTS * beyond // _MILLIONTHS, _MOST_DOUBTS)

    def after(self, wall_us: int, *, is_in_vain: bool | None) -> "UsualRun":
        """Return it with one more run.

        Args:
            wall_us: from its creation to its end.
            is_in_vain: whether an end that was foretold for it passed without one; None where nobody polled it.
        """
        # A plain mean of the first runs; from then on each new one weighs the same, and old ones fade.
        n = min(self.n_runs + 1, _MEMORY)
        moved = math.log(max(wall_us, 1)) * _MILLIONTHS - self.log_mean
        # The mean moves towards the run by an n-th of the distance, so its distance from the new mean is less
        # (Welford).
        squares = moved * moved / _MILLIONTHS * (1 - 1 / n)
        own = self.missed
        if is_in_vain is not None:
            # A share and no mean: a few runs that stand still for long, each missing many, say little of the others.
            own = _MILLIONTHS if is_in_vain else 0
        return UsualRun(
            n_runs=self.n_runs + 1,
            log_mean=self.log_mean + round(moved / n),
            log_variance=self.log_variance + round((squares - self.log_variance) / n),
            missed=self.missed + round((own - self.missed) / n),
        )

    def end_of(self, created_at: int, *, now: int) -> LikelyEnd | None:
        """Return when a run that was created then is likely to end.

        None where that cannot be said: it has taken longer, few runs are known, or they differ too much.
        """
        mean, deviation = self.log_mean / _MILLIONTHS, math.sqrt(self.log_variance / _MILLIONTHS)
        if self.n_runs < _LEAST_RUNS or deviation > _MOST_DEVIATION:
            return None
        # A few runs that happened to take the same time would foretell a moment, and miss it.
        deviation = max(deviation, _LEAST_DEVIATION)
        from_us, until_us = (math.exp(mean + way * _WIDTH * deviation) for way in (-1, 1))
        end = LikelyEnd(created_at + round(from_us), created_at + round(until_us))
        return end if end.until_at > now else None
