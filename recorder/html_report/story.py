"""The period in five sentences, made from its figures.

Invariant: a change is named only where its interval leaves zero; what is not known is not in a sentence.
"""

from collections.abc import Iterator
from datetime import UTC
from typing import Any, TypeAlias

from recorder.analysis.values import Cells
from recorder.html_report.contents import Contents
from recorder.html_report.html_table import value_text
from recorder.humanize import counted

Figures: TypeAlias = dict[str, Any]


def story(contents: Contents) -> Iterator[str]:
    """Yield the sentences."""
    failures, durations, coverage = (
        contents.answer(name).rows[0] for name in ("failures", "durations", "coverage")
    )
    yield _runs(failures)
    yield _rate(failures)
    yield _times(durations)
    yield _money(contents.answer("spend").rows)
    yield _watch(coverage, contents.n_overdue)


def _runs(row: Figures) -> str:
    ended = f"{row['completed']:,} completed, {row['failed']:,} failed, {row['cancelled']:,} were cancelled"
    return f"{counted(row['runs'], 'run')}: {ended}, {row['in_flight']:,} are in flight, {row['lost']:,} are lost."


def _rate(row: Figures) -> str:
    if row["failure_rate"] is None:
        return "No run has completed or failed."
    rate, low, high = (_share(row[f"failure_rate{end}"]) for end in ("", "_low", "_high"))
    return f"{rate} of the runs that completed or failed did fail (95 % interval: {low} to {high})."


def _times(row: Figures) -> str:
    if not row["wall_seconds_n"]:
        return "No completed run says how long it took."
    p50, p90 = (value_text("seconds", row[f"wall_seconds_p{percent}"], UTC) for percent in (50, 90))
    return f"Half of the completed runs took up to {p50} from creation to end, nine in ten up to {p90}."


def _money(rows: list[Cells]) -> str:
    priced: list[Figures] = [row for row in rows if row["unit"] is not None]
    if not priced:
        return "No run has a price."
    parts = [
        f"{_amount(row['spent_total'])} {row['unit']} are spent and "
        f"{_amount(row['committed_total'] + row['unconfirmed_total'])} may still come"
        for row in priced
    ]
    return f"{'; '.join(parts)}."


def _watch(row: Figures, n_overdue: int) -> str:
    watched = (
        ""
        if row["coverage"] is None
        else f"; {_share(row['coverage'])} of the time in flight was watched"
    )
    return f"{counted(n_overdue, 'run')} in flight longer than usual need a person{watched}."


def _share(value: float) -> str:
    return value_text("rate", value, UTC)


def _amount(value: object) -> str:
    return value_text("amount", value, UTC)
