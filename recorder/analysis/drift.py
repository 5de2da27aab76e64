"""What the ledger served beyond the API's page, one row a path, kind and value.

Invariant: of a field only its JSON type is known here, never a value. Sights are by our clock.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from recorder.analysis.analysis import Analysis, Group, Population, Question
from recorder.analysis.building import in_listing_order
from recorder.analysis.cells import Row, count, instant, key, text
from recorder.analysis.columns import Runs
from recorder.humanize import counted

_What: TypeAlias = tuple[str | None, str | None, str | None]


class _Drift(NamedTuple):
    """The subject of one row, and when the runs of the row were first and last seen with it."""

    path: str | None = None
    kind: str | None = None
    value: str | None = None
    first_seen_at: int | None = None
    last_seen_at: int | None = None


def drift(group: Group) -> Row:
    """Show what the ledger served beyond the API's page: unknown fields and status words, and values of another type.

    Returns:
        A row a `path` (below `run`; from `$.` on it is outside), `kind` and `value`, by path. unknown_field: the JSON
        type of a field that the page does not name; other_type: that of a field that has another type there (null is
        none); unknown_word: a status word. `runs` that were ever seen with it; `first_seen_at`, `last_seen_at`: our
        clock, of these runs; `example_run_id`: the newest. A row without path stands for what is beyond the 10,000 that
        are kept a source.
    """
    runs, item = group.runs, group.item or _Drift()
    return {
        "path": key(item.path),
        "kind": text(item.kind, narrow=True),
        "value": text(item.value, narrow=True),
        "runs": count(runs.n, narrow=True),
        "first_seen_at": instant(item.first_seen_at, narrow=True),
        "last_seen_at": instant(item.last_seen_at),
        "example_run_id": text(runs.take(in_listing_order(runs)[-1:]).first()["run_id"]),
    }


def _drifts(group: Group) -> Iterator[Group]:
    """Yield the runs of each path, kind and value."""
    found = defaultdict[_What, list[tuple[int, int, int]]](list)
    for at, deviations in enumerate(group.runs.values("deviations")):
        for path, kind, value, first, last in deviations:
            found[path, kind, value].append((at, first, last))
    for what in sorted(found, key=lambda what: (what[0] is None, what)):
        positions, firsts, lasts = zip(*found[what], strict=True)
        runs = group.runs.take(np.array(positions, np.intp))
        yield replace(group, runs=runs, item=_Drift(*what, min(firsts), max(lasts)))


def _about(runs: Runs, _population: str, _question: Question) -> str:
    n = sum(map(bool, runs.values("deviations")))
    return f"{counted(n, 'run')} with what the API's page does not name"


ANALYSIS: Final = Analysis(
    cells=drift,
    population=Population.ALL,
    needs=frozenset({"source", "run_id", "dated_at", "deviations"}),
    items=_drifts,
    about=_about,
    examples=("drift --since 7d", "drift --by version --format csv"),
)
