"""Count runs by population: tracked, observed, terminal, in flight, unknown, lost."""

from collections.abc import Mapping
from typing import Final

from recorder.analysis.columns import Runs
from recorder.humanize import counted

_CLASSES: Final = ("from_start", "mid_flight", "post_hoc")


def populations_of(runs: Runs) -> dict[str, int]:
    """Return the number of runs of each population.

    A run that ended and is not visible any more is terminal: a *lost* run has no known end.
    """
    masks = {
        "observed": runs.is_observed,
        "terminal": runs.is_terminal,
        "in_flight": runs.is_in_flight,
        "unknown": runs.is_unknown,
        "lost": runs.is_lost,
    }
    counts = {"tracked": runs.n} | {name: int(mask.sum()) for name, mask in masks.items()}
    counts["unobserved"] = runs.n - counts["terminal"] - counts["in_flight"] - counts["lost"]
    classes = runs.words("observation_class")
    return counts | {name: int(classes.among(name).sum()) for name in _CLASSES}


def in_words(populations: Mapping[str, int]) -> str:
    """Return the populations in words."""
    tracked = counted(populations["tracked"], "tracked run")
    n = {name: f"{number:,}" for name, number in populations.items()}
    return (
        f"{tracked}, {n['observed']} observed: {n['terminal']} terminal, "
        f"{n['in_flight']} in flight ({n['unknown']} unknown), {n['lost']} lost, "
        f"{n['unobserved']} not seen yet; first seen pending {n['from_start']}, "
        f"running {n['mid_flight']}, ended {n['post_hoc']}"
    )
