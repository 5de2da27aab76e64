"""Leads that were completed again: what was paid for twice.

Invariant: a completion is a repeat of the one before it, of the same lead, slug and source, or it begins a row of its own.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any, Final, NamedTuple, cast

import numpy as np

from recorder.analysis.analysis import Analysis, Group, Groups, Option, Population, Question
from recorder.analysis.cells import Row, amount, count, instant, key, text
from recorder.analysis.columns import Runs, Whole
from recorder.analysis.groups import Key
from recorder.analysis.leads import captured_leads
from recorder.errors import UsageError
from recorder.humanize import counted

_NAMES: Final = ("source", "slug", "item_lead_id")


class Repeated(NamedTuple):
    """A lead that was completed again, at a cost in one unit; instants in microseconds since 1970 UTC."""

    source: str | None = None
    slug: str | None = None
    lead_id: str | None = None
    unit: str | None = None
    first_at: int | None = None
    last_at: int | None = None
    micros: int | None = None
    n_repeats: int = 0


def repeated_leads(_group: Group) -> Row:
    """Show leads that were completed again within a time.

    Returns:
        A row a lead, `slug`, `source` and `unit`, the most expensive first: a completion that follows an earlier one by at
        most `within` is a repeat. `runs`: the first and its repeats; `first_at`, `last_at`: aware UTC, when they were
        completed. `credits` of `unit`: the actual by completed and failed leads of each repeat's run, to a millionth; null
        where that is unknown.
    """
    return _row(Repeated())


def _row(one: Repeated) -> Row:
    return {
        "source": text(one.source),
        "lead_id": key(one.lead_id),
        "slug": text(one.slug, narrow=True),
        "unit": text(one.unit, narrow=True),
        "runs": count(one.n_repeats + 1, narrow=True),
        "first_at": instant(one.first_at),
        "last_at": instant(one.last_at, narrow=True),
        "credits": amount(one.micros, narrow=True),
    }


def _rows(groups: Groups) -> dict[Key, list[Row]]:
    return {
        name: list(map(_row, sorted(_repeated(one), key=_place))) for name, one in groups.items()
    }


def _place(one: Repeated) -> tuple[Any, ...]:
    names = (one.source, one.slug or "", one.lead_id, one.first_at)
    return one.unit is None, one.unit or "", -(one.micros or 0), *names


def _repeated(group: Group) -> Iterator[Repeated]:
    items, at = _completions(group.runs)
    codes = np.stack([items.words(name).codes for name in _NAMES])
    is_like = (codes[:, 1:] == codes[:, :-1]).all(axis=0)
    repeats = np.flatnonzero(is_like & (np.diff(at) <= group.question.options["within"])) + 1
    some = items.take(repeats)
    known = zip(some.values("cost_unit"), _shares(some), strict=True)
    costs = [(unit, share) if share is not None else (None, None) for unit, share in known]
    # Repeats that follow each other repeat the same lead.
    begins = np.flatnonzero(np.diff(repeats, prepend=-1) > 1)
    firsts = items.take(repeats[begins] - 1)
    named = zip(*(firsts.values(name) for name in _NAMES), strict=True)
    ends = pairwise([*begins.tolist(), len(repeats)])
    for (begin, end), (source, slug, lead_id) in zip(ends, named, strict=True):
        by_unit = defaultdict[str | None, list[int]](list)
        for n in range(begin, end):
            by_unit[costs[n][0]].append(n)
        for unit, of_unit in by_unit.items():
            shares = [share for n in of_unit if (share := costs[n][1]) is not None]
            yield Repeated(
                source=source,
                slug=slug,
                lead_id=lead_id,
                unit=unit,
                first_at=int(at[repeats[begin] - 1]),
                last_at=int(at[repeats[of_unit[-1]]]),
                micros=round(sum(shares)) if shares else None,
                n_repeats=len(of_unit),
            )


def _completions(items: Runs) -> tuple[Runs, Whole]:
    """Return the completed items that have a lead and a time, by lead and time, and these times."""
    ended, of_run = items.ints("item_completed_at"), items.ints("ended_at")
    at = np.where(ended.there, ended.values, of_run.values)
    is_completed = items.words("item_status").among("completed")
    has_lead = ~items.words("item_lead_id").among(None)
    mask = is_completed & has_lead & (ended.there | of_run.there)
    items, at = items.take(mask), at[mask]
    order = np.lexsort((at, *(items.words(name).codes for name in _NAMES)))
    return items.take(order), at[order]


def _shares(items: Runs) -> Iterator[Fraction | None]:
    """Yield what each item cost, millionths: the actual of its run by the leads that were processed."""
    is_known = ~items.words("cost_quality").among("unit_mismatch")
    processed = items.values("leads_completed"), items.values("leads_failed")
    columns = zip(items.values("cost_actual_micros"), *processed, is_known.tolist(), strict=True)
    for actual, completed, failed, known in columns:
        n = (completed or 0) + (failed or 0)
        yield Fraction(actual, n) if known and actual is not None and n else None


def _notes(rows: Sequence[Row], _question: Question) -> Iterator[str]:
    """Yield a line a unit: what all its repeats cost together."""
    for unit, some in groupby(rows, key=lambda row: row["unit"].value):
        found = list(some)
        times = sum(cast("int", row["runs"].value) - 1 for row in found)
        cost = "at an unknown cost"
        if unit is not None:
            total = sum((cast("Decimal", row["credits"].value) for row in found), Decimal())
            cost = f"for {total:,f} {unit}"
        yield f"{counted(len(found), 'lead')} completed again, {counted(times, 'repeat')} {cost}"


def _prepare(question: Question) -> Question:
    if question.by:
        raise UsageError("--repeated lists leads: leave --by out")
    return question


ANALYSIS: Final = Analysis(
    cells=repeated_leads,
    population=Population.ALL,
    needs=frozenset({*_NAMES, "item_status", "item_completed_at", "ended_at"})
    | {"cost_actual_micros", "cost_unit", "cost_quality", "leads_completed", "leads_failed"},
    options=(
        Option(
            name="within",
            default="90d",
            help="How soon after a completion another one is a repeat.",
            kind="span",
        ),
    ),
    prepare=_prepare,
    expand=Runs.items,
    rows=_rows,
    notes=_notes,
    about=captured_leads,
)
