"""The facts about one run: its life, its place among its like, its cost, and why somebody else should see it.

Invariant: missing is null, and so is what too few likes could tell.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from msgspec.structs import asdict

from recorder.analysis.places import Place
from recorder.analysis.rows import RunRow
from recorder.analysis.stats import ratio
from recorder.analysis.values import Cells, amount
from recorder.history.flags import flag_sentence
from recorder.history.timeline import RunStory
from recorder.history.units import unit_of_actual
from recorder.instants import SECOND

_IDS: Final = ("source", "run_id", "enrichment_id", "slug", "version", "status")
_LINKS: Final = ("trigger_run_id", "correlation_id")
_COSTS: Final = ("cost_unit", "cost_quality", "cost_preview")
_ERROR: Final = (
    "pattern",
    "runs",
    "n",
    "share",
    "first_seen_at",
    "last_seen_at",
    "slugs",
    "versions",
)
_STATE: Final = (
    *("seq", "first_seen_at", "last_seen_at", "n_polls", "status"),
    *(
        f"leads_{word}"
        for word in ("total", "pending", "running", "completed", "skipped", "failed")
    ),
    "cost_actual",
)
_LAST_STATES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One run, with what its page rests on.

    Attributes:
        row: its row in base units.
        story: its rows in the views.
        labels: its labels, by key.
        places: among its like, by the names of its columns.
        left: what remains of it, by the names of `views.REMAINING_KINDS`.
        is_overdue: whether it is overdue now.
        error: the row of `errors` of its message, over the runs that showed one last, with `n` of these; empty without one.
        trigger_url: where its triggerRunId leads, or None.
    """

    row: RunRow
    story: RunStory
    labels: Mapping[str, str]
    places: Mapping[str, Place]
    left: Cells
    is_overdue: bool
    error: Cells
    trigger_url: str | None

    @property
    def reasons(self) -> list[str]:
        """Why somebody else should see the run; empty for none."""
        run = self.story.run
        variance = self._variance()
        reasons = {
            "overdue": self.is_overdue,
            "failed": run["status"] == "failed",
            "over_preview": variance is not None and variance > 0,
        }
        return [reason for reason, holds in reasons.items() if holds]

    def _variance(self) -> int | None:
        """Return actual less preview in millionths; None where they do not share a unit."""
        run = self.story.run
        preview, actual = run["cost_preview_micros"], run["cost_actual_micros"]
        if preview is None or actual is None or run["cost_quality"] == "unit_mismatch":
            return None
        return int(actual - preview)

    def facts(self) -> Cells:
        """Return all facts, by name.

        Returns:
            Ids and status; `reasons` (overdue, failed, over_preview); of `queue_seconds`, `run_seconds`, `wall_seconds`
            (of a run in flight its age) and `cost_actual` the value, and among its likes `_n`, `_below` (how many have
            less) and `_p50`, null with fewer than nine; `slow` and `remaining_seconds_p10`, `_p50`, `_p90`;
            `cost_variance` (actual - preview) and its share of the preview, `cost_over_preview`; the error with its row
            of `errors` among the `error_n` runs of the last 500 states with a message, its own too; `trigger_url`; `labels`; `flags`, each with its meaning; `timeline`: aware UTC, by the clock of
            the ledger or ours; `states`: the last three.
        """
        run, variance = self.story.run, self._variance()
        quality = run["quality"].split(",") if run["quality"] else []
        return {
            **{name: run[name] for name in _IDS},
            "reasons": self.reasons,
            **self.left,
            **dict(self._place_facts()),
            **{name: run[name] for name in _COSTS},
            "cost_actual_unit": unit_of_actual(run),
            "cost_variance": amount(variance),
            "cost_over_preview": None
            if variance is None
            else ratio(variance, run["cost_preview_micros"]),
            "error_message": run["error_message"],
            **{f"error_{name}": self.error.get(name) for name in _ERROR},
            **{name: run[name] for name in _LINKS},
            "trigger_url": self.trigger_url,
            "labels": dict(self.labels),
            "flags": [{"flag": flag, "meaning": flag_sentence(flag)} for flag in quality],
            "timeline": [asdict(moment) for moment in self.story.moments()],
            "states": [
                {name: state[name] for name in _STATE}
                for state in self.story.snapshots[-_LAST_STATES:]
            ],
        }

    def _place_facts(self) -> Iterator[tuple[str, object]]:
        for name, place in self.places.items():
            yield name, _readable(name, place.value)
            yield f"{name}_p50", _readable(name, place.median)
            yield f"{name}_n", len(place.like)
            yield f"{name}_below", place.n_below
        yield "slow", self.places["wall_seconds"].is_slow


def _readable(name: str, value: Any) -> object:  # noqa: ANN401  # an exact number, or None
    if value is None:
        return None
    return float(value) / SECOND if name.endswith("_seconds") else amount(round(value))
