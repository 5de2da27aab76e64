"""Kaplan-Meier quantiles of lifetimes that are still open, or were first watched when already some time old.

Invariant: at risk at an age are the lives that were watched before it and had neither ended nor been lost before it. A
quantile is never too small for want of later ends: it is "not reached" then.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from recorder.analysis.stats import LEAST_N

_ONE: Final = 1 << 256  # shares in fixed point: floats would miss ties


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantile:
    """One quantile of the lifetimes.

    Attributes:
        age_us: microseconds; None where not reached, or unknown.
        is_reached: False: fewer ended than the quantile needs. None: too few lifetimes.
    """

    age_us: int | None = None
    is_reached: bool | None = None


class Lifetimes:
    """Lifetimes of one group, in microseconds since each one's birth."""

    __slots__ = ("_ends", "_entries", "_exits")

    def __init__(self) -> None:
        self._entries, self._exits, self._ends = array("q"), array("q"), array("q")

    def add(self, *, entry_us: int, exit_us: int, is_end: bool) -> None:
        """Add a lifetime, watched from age `entry_us` to age `exit_us`.

        Args:
            entry_us: below `exit_us`; -1 for one that was watched from its birth.
            exit_us: 0 or more.
            is_end: whether it ended at `exit_us`; else it was last seen alive.
        """
        self._entries.append(entry_us)
        self._exits.append(exit_us)
        if is_end:
            self._ends.append(exit_us)

    @property
    def n(self) -> int:
        """The number of lifetimes."""
        return len(self._exits)

    @property
    def n_ended(self) -> int:
        """The number of lifetimes that were seen to end."""
        return len(self._ends)

    def quantiles(self, *percents: int) -> dict[int, Quantile]:
        """Return for each percentage the smallest age at which so many have ended.

        Unknown with too few lifetimes, and where all lives at risk at some age ended before others were watched:
        the estimate would fall to 0 by an accident of when the watch began.
        """
        found = {p: Quantile() for p in percents if self.n < max(LEAST_N.get(p, 1), 1)}
        open_percents = sorted(p for p in percents if p not in found)
        for age, alive in self._steps():
            if alive is None:
                return found | dict.fromkeys(open_percents, Quantile())
            while open_percents and alive * 100 <= _ONE * (100 - open_percents[0]):
                found[open_percents.pop(0)] = Quantile(age_us=age, is_reached=True)
        return found | dict.fromkeys(open_percents, Quantile(is_reached=False))

    def _steps(self) -> Iterator[tuple[int, int | None]]:
        """Yield each age at which some ended, and the share (of `_ONE`) that outlives it; None where that breaks off."""
        entries, exits = sorted(self._entries), sorted(self._exits)
        alive = _ONE
        for age, ends in groupby(sorted(self._ends)):
            n_ends, n_entered = sum(1 for _ in ends), bisect_left(entries, age)
            # A life that was last seen at this very age was at risk at it.
            at_risk = n_entered - bisect_left(exits, age)
            if n_ends == at_risk and n_entered < len(entries):
                yield age, None
                return
            # Never above the true share: ties are met.
            alive = alive * (at_risk - n_ends) // at_risk
            yield age, alive
