"""What disturbs the history of a sandbox: prices by version, drift, an outage, late or missing actual costs, units, news.

Invariant: without effects nothing changes, and no effect changes the chances of a run's other traits.
"""

import random
from dataclasses import dataclass, replace

from recorder.sandbox.definitions import SLUGS, Definition
from recorder.sandbox.timestamps import DAY

_OUTAGE_US = 7 * DAY
_OUTAGE_SLOWNESS = 4.0
_OUTAGE_FAILURES = 1 / 3
_LATE_S = (3600.0, 3 * 86_400.0)
UNDOCUMENTED = ("field", "word", "type")
"""What a ledger may serve beyond its page: a field, a status word, another type of a documented field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEffects:
    """The effects on one run.

    Attributes:
        slowness: how many times longer it takes.
        charge: what its actual cost is multiplied by.
        fails: whether it fails, whatever its ending was to be.
        late_s: how much later its actual cost comes, seconds; None for never.
        new_error: whether it fails with the new message, if it fails.
    """

    slowness: float = 1.0
    charge: float = 1.0
    fails: bool = False
    late_s: float | None = 0.0
    new_error: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """The effects on a history; each is off unless it is asked for.

    Attributes:
        version_price: the price of each version of a slug over that of the version before, 0.01 to 100.
        drift: run times, and actual over preview, at the end of the history over those at its beginning,
            0.01 to 100.
        outage_at: when a week begins in which runs take four times as long and one in three fails, microseconds
            since 1970 UTC; None for no outage.
        late_actuals: share of the actual costs that come an hour to three days later, 0 to 1.
        no_actuals: share of the runs whose actual cost never comes, 0 to 1.
        units: currencies of the costs: one for each slug and version, in turn; empty for those of the catalogue.
        undocumented: pairs of a kind of `UNDOCUMENTED` and when the ledger begins to serve it, microseconds since
            1970 UTC.
        new_error_at: when half of the runs begin to fail, if they do, with a message that is new; None for never.
    """

    version_price: float = 1.0
    drift: float = 1.0
    outage_at: int | None = None
    late_actuals: float = 0.0
    no_actuals: float = 0.0
    units: tuple[str, ...] = ()
    undocumented: tuple[tuple[str, int], ...] = ()
    new_error_at: int | None = None

    def on_definition(self, used: Definition) -> Definition:
        """Return the definition at the price of its version and in its unit."""
        price = round(used.credits * self.version_price ** (used.version - 1))
        priced = replace(used, credits=max(price, 1))
        if not self.units:
            return priced
        turn = SLUGS.index(used.slug) + used.version
        return replace(priced, cost_shape="total", currency=self.units[turn % len(self.units)])

    def on_run(self, *, seed: int, number: int, created_at: int, phase: float) -> RunEffects:
        """Return the effects on one run of a seed's population.

        Args:
            seed: the population.
            number: which of its runs.
            created_at: microseconds since 1970 UTC.
            phase: how far the history has come, 0 to 1.
        """
        rng = random.Random(f"effects/{seed}/{number}")  # noqa: S311 -- reproducible, not secret
        # All are drawn, whatever is asked for: no effect then shifts the chances of another.
        failing, missing, late = (rng.random() for _ in range(3))
        drift, is_out = self.drift**phase, self._is_out(created_at)
        has_new_error = self.new_error_at is not None and created_at >= self.new_error_at
        late_s = rng.uniform(*_LATE_S) if late < self.late_actuals else 0.0
        return RunEffects(
            slowness=drift * (_OUTAGE_SLOWNESS if is_out else 1.0),
            charge=drift,
            fails=is_out and failing < _OUTAGE_FAILURES,
            late_s=None if missing < self.no_actuals else late_s,
            new_error=has_new_error and number % 2 == 0,
        )

    def _is_out(self, at: int) -> bool:
        return self.outage_at is not None and 0 <= at - self.outage_at < _OUTAGE_US


NO_EFFECTS = Effects()
