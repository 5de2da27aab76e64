"""Run an analysis over runs: filters, populations, groups, rows and foot."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from recorder.analysis.analysis import Analysis, Group, Groups, Population, Question
from recorder.analysis.cells import Row, plain
from recorder.analysis.columns import Mask, Runs, Word
from recorder.analysis.filters import Filters
from recorder.analysis.groups import Grouping, Key, days_between, in_order, split
from recorder.analysis.populations import in_words, populations_of
from recorder.analysis.report import Report
from recorder.analysis.values import Cell, Cells
from recorder.ledger.run_status import TERMINAL

WHOLE: Final = "(all)"
"""The leading cell of the row of the whole."""


def needs(analysis: Analysis, question: Question) -> frozenset[str]:
    """Return the columns that a report reads."""
    grouping = Grouping(question.by, question.tz, analysis.terms)
    return analysis.needed(question.options) | grouping.needs | question.filters.needs


def meant(filters: Filters, runs: Runs, *, status: bool = True) -> Mask:
    """Return the mask of the runs that the filters match; without `status`, whatever their status."""
    mask: Mask = np.ones(runs.n, np.bool_)
    for name, holds in filters.conditions(status=status):
        mask &= holds(runs.dated_at) if name == "dated_at" else runs.words(name).where(holds)
    return mask


def answer(analysis: Analysis, runs: Runs, question: Question) -> Report:
    """Return the report of an analysis.

    Args:
        analysis: the analysis.
        runs: tracked runs, with the columns of `needs`.
        question: the groups, filters and options.

    Raises:
        UsageError: a term of `by` is unknown.
    """
    return _Answer(analysis, question).report(runs)


class _Answer:
    """One analysis of one question."""

    def __init__(self, analysis: Analysis, question: Question) -> None:
        self._analysis = analysis
        self._question = question
        self._by = Grouping(question.by, question.tz, analysis.terms)
        self._is_of_all = analysis.population is Population.ALL
        self._has_status = "status" in self._by.terms and not self._is_of_all
        # one predicate for all groups, so that its results are cached
        self._is_meant = self._statuses().__contains__
        self._split = () if analysis.split is None else (analysis.split[0],)
        self._basis: object = None
        self._asked_days: set[Word] = set()

    def report(self, runs: Runs) -> Report:
        """Return the report over tracked runs."""
        filters = self._question.filters
        if self._analysis.basis is not None:
            self._basis = self._analysis.basis(runs)
        met = runs.only(meant(filters, runs, status=self._is_of_all))
        self._asked_days = set(self._bounds(runs))
        counted = met if self._analysis.expand is None else self._analysis.expand(met)
        columns = self._columns(counted)
        populations = populations_of(met)
        about = self._analysis.about(self._chosen(met), self._population(), self._question)
        scope = filters.summary_with_status() if self._is_of_all else filters.summary()
        rows = list(self._rows(counted, self._by.terms))
        return Report(
            cells=columns,
            rows=self._plain(rows),
            whole=self._plain(self._whole(counted)) if rows else [],
            foot="; ".join(filter(None, (in_words(populations), about, self._by.summary(), scope))),
            populations=populations,
            notes=tuple(self._analysis.notes(rows, self._question)) if self._analysis.notes else (),
        )

    def _plain(self, rows: Iterable[Row]) -> list[Cells]:
        return [plain(row, reading=self._question.reading) for row in rows]

    def _columns(self, met: Runs) -> Row:
        terms = (*self._by.terms, *self._split)
        return self._lead(terms, [None] * len(terms)) | self._analysis.cells(self._blank(met))

    def _whole(self, met: Runs) -> Iterator[Row]:
        by = self._by.terms
        is_one_a_group = self._analysis.items is None and self._analysis.rows is None
        if by and self._question.reading and is_one_a_group:
            lead = self._lead(by, [WHOLE, *[None] * len(by)])
            yield from (lead | row for row in self._rows(met, ()))

    def _rows(self, met: Runs, by: Sequence[str]) -> Iterator[Row]:
        terms = (*by, *self._split)
        rows = self._made(dict(self._groups(met, terms)))
        idle = set(self._idle_days(terms, rows))
        if not by and not rows:
            idle.add((None,) * len(terms))
        rows |= self._made(dict.fromkeys(idle, self._blank(met)))
        for key in in_order(terms, rows):
            yield from (self._lead(terms, key) | cells for cells in rows[key])

    def _bounds(self, runs: Runs) -> Iterator[Word]:
        """Yield the first and the last day since `--since`, at most from the first run of the store to now."""
        since, until = self._question.filters.since, self._question.filters.until
        now = self._question.now
        if since is not None and now is not None and runs.n:
            first = max(since, int(runs.dated_at.min()))
            last = now if until is None else min(until - 1, now)
            yield from (self._by.day(at) for at in (first, last) if first <= last)

    def _idle_days(self, terms: Sequence[str], groups: Iterable[Key]) -> Iterator[Key]:
        """Yield a group for people for each day without one that lies between others, or between the bounds."""
        if "day" not in terms or not self._question.reading:
            return
        at = terms.index("day")
        days = {key[at] for key in groups}
        for day in days_between(days | self._asked_days):
            if day not in days:
                yield tuple(day if term == "day" else None for term in terms)

    def _made(self, groups: Groups) -> dict[Key, list[Row]]:
        """Return the rows of each group."""
        if self._analysis.rows is not None:
            return dict(self._analysis.rows(groups))
        return {key: list(self._cells(group)) for key, group in groups.items()}

    def _groups(self, met: Runs, terms: Sequence[str]) -> Iterator[tuple[Key, Group]]:
        """Yield each group that has a row."""
        analysis, question = self._analysis, self._question
        inner = terms.index("status") if self._has_status and "status" in terms else None
        outer = [term for term in terms if not self._has_status or term != "status"]
        for key, context in split(met, [self._by.words(met, term) for term in outer]):
            chosen = self._chosen(context)
            by_status = [] if inner is None else [chosen.words("status")]
            for status, runs in split(chosen, by_status):
                yield _inserted(key, inner, status), self._group(runs, context)
            # Without any run of the population a group may still have something to show, such as the cost of failure.
            if not chosen.n and analysis.speaks and analysis.speaks(context, question).any():
                yield _inserted(key, inner, (None,)), self._group(chosen, context)

    def _cells(self, group: Group) -> Iterator[Row]:
        """Yield the cells of each row of a group."""
        items = self._analysis.items
        yield from map(self._analysis.cells, [group] if items is None else items(group))

    def _group(self, runs: Runs, context: Runs) -> Group:
        return Group(runs, context, self._question, self._basis)

    def _blank(self, met: Runs) -> Group:
        none = met.take(slice(0, 0))
        return self._group(none, none)

    def _chosen(self, context: Runs) -> Runs:
        """Return the runs of the population among those of a group."""
        mask: Mask = np.ones(context.n, np.bool_)
        if not self._is_of_all:
            mask = context.words("status").where(self._is_meant)
        if self._analysis.only is not None:
            mask = mask & self._analysis.only(context, self._question)
        return context.only(mask)

    def _statuses(self) -> frozenset[str]:
        if self._question.filters.status:
            return frozenset(self._question.filters.status)
        return TERMINAL if self._has_status else frozenset({"completed"})

    def _population(self) -> str:
        if self._question.filters.status:
            return " or ".join(self._question.filters.status)
        return "terminal" if self._has_status else "completed"

    def _lead(self, terms: Sequence[str], key: Sequence[Word]) -> Row:
        """Return the cells that name the group of a row."""
        names = dict([self._analysis.split]) if self._analysis.split else {}
        kinds = self._by.kinds
        return {
            names.get(term, term): Cell(kinds.get(term, "text"), value, narrow=True, key=True)
            for term, value in zip(terms, key, strict=False)
        }


def _inserted(key: Key, at: int | None, status: Key) -> Key:
    return key if at is None else (*key[:at], *status, *key[at:])
