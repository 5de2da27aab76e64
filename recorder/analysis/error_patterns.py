"""Error messages by pattern, with the first and the last sight of each.

Invariant: rows count runs by their last state; sights are by our clock, of all states in the store, whatever the
filters. The shares of a level add up to 1.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Final, NamedTuple

import numpy as np

from recorder.analysis.analysis import Analysis, Group, Option, Population, Question
from recorder.analysis.building import in_listing_order
from recorder.analysis.cells import Row, count, instant, key, rate, text
from recorder.analysis.columns import Runs
from recorder.analysis.groups import in_order
from recorder.analysis.stats import ratio
from recorder.history.message_pattern import pattern_of
from recorder.humanize import counted
from recorder.instants import iso

_NAMES: Final = ("source", "run_id", "slug", "version", "trigger_run_id")


class _Pattern(NamedTuple):
    """The counts of one row: the runs or leads with a message of the pattern, and those with any message."""

    level: str | None = None
    pattern: str | None = None
    hits: int = 0
    n: int = 0
    first_seen_at: int | None = None
    last_seen_at: int | None = None


class _PatternOf(dict[str, str]):
    """The pattern of each message, found once."""

    def __missing__(self, message: str) -> str:
        self[message] = pattern = pattern_of(message)
        return pattern


def errors(group: Group) -> Row:
    """Show which errors runs and leads fail with; messages that differ only in ids, numbers, names and times are one row.

    Returns:
        A row a `pattern` and `level` (run, or lead where items are captured), the most frequent first, of the last
        states that have a message. `runs`; `leads`: null at level run; `share`: of all runs (or leads) with a message,
        0 to 1. `first_seen_at`, `last_seen_at`: when a state of a run with such a message was first and last seen, or
        leads with one were captured; our clock, over the whole store, whatever the filters. `slugs`, `versions`: those
        of the runs, with commas between. `example_run_id`: the newest run; `example_trigger_run_id` finds it at
        Trigger.dev.
    """
    runs, item = group.runs, group.item or _Pattern()
    example = runs.take(in_listing_order(runs)[-1:]).first()
    return {
        "pattern": key(item.pattern),
        "level": text(item.level, narrow=True),
        "runs": count(runs.n, narrow=True),
        "leads": count(item.hits if item.level == "lead" else None, narrow=True),
        "share": rate(ratio(item.hits, item.n), narrow=True),
        "first_seen_at": instant(item.first_seen_at, narrow=True),
        "last_seen_at": instant(item.last_seen_at),
        "slugs": text(_words(runs, "slug")),
        "versions": text(_words(runs, "version")),
        "example_run_id": text(example["run_id"], narrow=True),
        "example_trigger_run_id": text(example["trigger_run_id"]),
    }


def _words(runs: Runs, name: str) -> str | None:
    words = in_order([name], {(word,) for word in runs.values(name) if word is not None})
    return ",".join(str(word) for (word,) in words) or None


def _patterns(group: Group) -> Iterator[Group]:
    """Yield the runs of each pattern, the most frequent first, those of leads after those of runs."""
    after = group.question.options["new_since"]
    patterns, sights = group.basis
    found: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for level, at, message in _messages(group.runs):
        found[level, patterns[message]][at] += 1
    n = Counter[str]()
    for (level, _), positions in found.items():
        n[level] += positions.total()
    for (level, pattern), positions in sorted(found.items(), key=_place):
        sight = sights.get((level, pattern), (None, None))
        if after is None or (sight[0] is not None and sight[0] > after):
            runs = group.runs.take(np.array(list(positions), np.intp))
            item = _Pattern(level, pattern, positions.total(), n[level], *sight)
            yield replace(group, runs=runs, item=item)


def _place(found: tuple[tuple[str, str], Counter[int]]) -> tuple[bool, int, str]:
    (level, pattern), positions = found
    return level == "lead", -positions.total(), pattern


def _messages(runs: Runs) -> Iterator[tuple[str, int, str]]:
    """Yield each message of a run or a lead, with its level and the position of the run."""
    columns = zip(runs.values("error_message"), runs.values("lead_errors"), strict=True)
    for at, (message, of_leads) in enumerate(columns):
        if message is not None:
            yield "run", at, message
        yield from (("lead", at, one) for _, one in of_leads)


def _sights(runs: Runs) -> tuple[_PatternOf, dict[tuple[str, str], tuple[int, int]]]:
    """Return the patterns, and when each pattern of a level was first and last seen."""
    patterns = _PatternOf()
    found: dict[tuple[str, str], tuple[int, int]] = {}
    of_runs = (("run", *one) for seen in runs.values("error_sights") for one in seen)
    of_leads = (("lead", at, at, one) for seen in runs.values("lead_errors") for at, one in seen)
    for level, first, last, message in chain(of_runs, of_leads):
        what = level, patterns[message]
        earliest, latest = found.get(what, (first, last))
        found[what] = min(earliest, first), max(latest, last)
    return patterns, found


def _about(runs: Runs, _population: str, question: Question) -> str:
    n, after = Counter(level for level, *_ in _messages(runs)), question.options["new_since"]
    some = f"{counted(n['run'], 'run')} and {counted(n['lead'], 'lead')} with an error message"
    return some if after is None else f"{some}; patterns first seen after {iso(after)}"


ANALYSIS: Final = Analysis(
    cells=errors,
    population=Population.ALL,
    needs=frozenset({*_NAMES, "dated_at", "error_message", "error_sights", "lead_errors"}),
    items=_patterns,
    basis=_sights,
    about=_about,
    options=(
        Option(
            name="new_since",
            default=None,
            help="Only patterns that were first seen after T: a time, a date, or 7d (ago).",
            kind="instant",
        ),
    ),
    examples=("errors --since 7d", "errors --new-since 7d --slug work_email", "errors --by slug"),
)
