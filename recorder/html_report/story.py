"""The period in five sentences, made from its figures.

Invariant: a change is named only where its interval leaves zero; what is not known is not in a sentence.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

from recorder.analysis.contrasts import MEASURES
from recorder.analysis.value_texts import texts_of
from recorder.analysis.values import Cells
from recorder.html_report.contents import Contents
from recorder.humanize import counted, percent

Figures: TypeAlias = dict[str, Any]


def story(contents: Contents) -> Iterator[str]:
    """Yield the sentences."""
    failures, durations, coverage = (
        contents.answer(name).rows[0] for name in ("failures", "durations", "coverage")
    )
    changes = _Changes(contents.answer("compare", reading=False, against="previous").rows)
    yield _runs(failures)
    yield _rate(failures, changes)
    yield _times(durations, changes)
    yield _money(contents.answer("spend").rows, changes)
    yield _watch(coverage, contents.n_overdue)


class _Changes:
    """The period against the one before, as clauses."""

    def __init__(self, rows: list[Cells]) -> None:
        self._rows: list[Figures] = rows

    def clause(self, measure: str, higher: str, lower: str) -> str:
        """Return what a measure did, with the earlier value; empty where too few runs tell."""
        clauses = [
            f"{row['unit'] + ': ' if row['unit'] else ''}{word} than in the period before"
            f" ({MEASURES[measure].words(row['a_value'])})"
            for row in self._rows
            for verdict, word in (("higher", higher), ("lower", lower))
            if (row["measure"], row["verdict"]) == (measure, verdict)
        ]
        is_known = any(
            row["measure"] == measure and row["verdict"] != "too_few" for row in self._rows
        )
        unchanged = ["no change against the period before is shown"] if is_known else []
        return "".join(f"; {clause}" for clause in clauses or unchanged)


def _runs(row: Figures) -> str:
    ended = f"{row['completed']:,} completed, {row['failed']:,} failed, {row['cancelled']:,} were cancelled"
    return f"{counted(row['runs'], 'run')}: {ended}, {row['in_flight']:,} are in flight, {row['lost']:,} are lost."


def _rate(row: Figures, changes: _Changes) -> str:
    if row["failure_rate"] is None:
        return "No run has completed or failed."
    rate, low, high = (percent(row[f"failure_rate{end}"]) for end in ("", "_low", "_high"))
    change = changes.clause("failure_rate", "more often", "less often")
    return f"{rate} of the runs that completed or failed did fail (95 % interval: {low} to {high}){change}."


def _times(row: Figures, changes: _Changes) -> str:
    if not row["wall_seconds_n"]:
        return "No completed run says how long it took."
    p50, p90 = texts_of("seconds", [row["wall_seconds_p50"], row["wall_seconds_p90"]])
    change = changes.clause("wall_seconds", "the median is longer", "the median is shorter")
    return f"Half of the completed runs took up to {p50} from creation to end, nine in ten up to {p90}{change}."


def _money(rows: list[Cells], changes: _Changes) -> str:
    priced: list[Figures] = [row for row in rows if row["unit"] is not None]
    if not priced:
        return "No run has a price."
    parts = map(_spent, priced)
    cost = changes.clause("unit_cost", "a completed lead costs more", "a completed lead costs less")
    return f"{'; '.join(parts)}{cost}."


def _watch(row: Figures, n_overdue: int) -> str:
    watched = (
        ""
        if row["coverage"] is None
        else f"; {percent(row['coverage'])} of the time in flight was watched"
    )
    return f"In flight for longer than usual: {counted(n_overdue, 'run')}{watched}."


def _spent(row: Figures) -> str:
    open_total = row["committed_total"] + row["unconfirmed_total"]
    spent, later = texts_of("amount", [row["spent_total"], open_total])
    return f"{spent} {row['unit']} are spent and {later} may still come"
