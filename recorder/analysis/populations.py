"""How many runs there are of each kind: tracked, observed, terminal, in flight, unknown, lost.

Must not import anything that does I/O.
"""

from collections.abc import Mapping
from typing import Final

from recorder.analysis.columns import Runs
from recorder.analysis.values import plural

_CLASSES: Final = {
    word: frozenset({word}).__contains__ for word in ("from_start", "mid_flight", "post_hoc")
}


def populations_of(runs: Runs) -> dict[str, int]:
    """Return how many runs there are of each population.

    A run that ended and is not visible any more has ended: *lost* are those whose end was not seen.
    """
    masks = {
        "observed": runs.is_observed,
        "terminal": runs.is_terminal,
        "in_flight": runs.is_in_flight,
        "unknown": runs.is_unknown,
        "lost": runs.is_lost,
    }
    held = {"tracked": runs.n} | {name: int(mask.sum()) for name, mask in masks.items()}
    held["unobserved"] = runs.n - held["terminal"] - held["in_flight"] - held["lost"]
    classes = runs.words("observation_class")
    return held | {name: int(classes.where(_CLASSES[name]).sum()) for name in _CLASSES}


def in_words(populations: Mapping[str, int]) -> str:
    """Return the populations in words."""
    tracked = plural(populations["tracked"], "tracked run")
    held = {name: f"{number:,}" for name, number in populations.items()}
    return (
        f"{tracked}, {held['observed']} observed: {held['terminal']} terminal, "
        f"{held['in_flight']} in flight ({held['unknown']} unknown), {held['lost']} lost, "
        f"{held['unobserved']} not seen yet; first seen pending {held['from_start']}, "
        f"running {held['mid_flight']}, ended {held['post_hoc']}"
    )
