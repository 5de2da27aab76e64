"""Two selections of runs against each other.

Invariant: a difference is that of the two samples; nothing is said of it where it may be chance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from msgspec import structs

from recorder.analysis.analysis import Analysis, Group, Option, Population, Question
from recorder.analysis.cells import Row
from recorder.analysis.columns import Runs, n_of
from recorder.analysis.contrasts import Contrast, contrast_rows, contrasts, no_row, sentence
from recorder.analysis.failures import require_both_ends
from recorder.analysis.filters import Filters
from recorder.analysis.groups import parse_by
from recorder.analysis.runner import meant
from recorder.analysis.samples import NEEDS, samples_of
from recorder.errors import UsageError
from recorder.humanize import counted

_HOW: Final = (
    "give --a and --b, such as --a version=3 --b version=4, or --since 7d --against previous"
)


def compare(_group: Group) -> Row:
    """Show how two selections of runs differ: B against A, with a verdict where the difference is hardly chance.

    A selection is written since=14d,until=7d,slug=x,version=3,label.team=growth, or a part of that; the other filters
    hold for both. The intervals of an answer are 95 % intervals for all its comparisons together.

    Returns:
        A row a group, `measure` and, for money, `unit`: `failure_rate` (of completed + failed), and of completed runs
        `seconds_per_lead` and `wall_seconds` (medians), `unit_cost` (actual by completed leads) and
        `actual_per_preview` (of pairs). `a_n`, `b_n`: the runs that have the value; `a_value`, `b_value`; `difference`
        = B - A, `difference_low`, `difference_high`: its interval of 1 - 0.05 / `comparisons`, the rows with 10 runs on
        both sides, by square-and-add of Wilson's, order-statistic or linearised intervals; `verdict`: higher, lower (B
        against A), not_shown, too_few.
    """
    return no_row()


def _contrasts(group: Group) -> Iterator[tuple[Row, Contrast]]:
    runs, options = group.runs, group.question.options
    a, b = (samples_of(runs.only(meant(options[name], runs))) for name in ("a", "b"))
    return (({}, one) for one in contrasts(a, b))


def _prepare(question: Question) -> Question:
    """Return the question with both selections; two periods take the place of the filters' own."""
    a, b, against = (question.options[name] for name in ("a", "b", "against"))
    for filters in (question.filters, a, b):
        if isinstance(filters, Filters):
            require_both_ends(replace(question, filters=filters))
    if against is None:
        if not (isinstance(a, Filters) and isinstance(b, Filters)):
            raise UsageError(f"compare needs two selections: {_HOW}")
        return question
    since, until = question.filters.since, question.filters.until
    end = question.now if until is None else until
    if a is not None or b is not None or since is None or end is None:
        raise UsageError(f"--against previous goes with --since alone: {_HOW}")
    # The side that was asked for comes first: where it is none, the message names its instants.
    sides = {"b": Filters(since=since, until=end), "a": Filters(since=2 * since - end, until=since)}
    return replace(
        question,
        filters=structs.replace(question.filters, since=None, until=None),
        options={**question.options, **sides},
    )


def _notes(rows: Sequence[Row], question: Question) -> Iterator[str]:
    a, b = _names(question)
    for row in rows:
        said = sentence(row, a, b, parse_by(question.by))
        if said is not None:
            yield said


def _names(question: Question) -> tuple[str, str]:
    """Return the names of both sides in a sentence."""
    a, b, against = (question.options[name] for name in ("a", "b", "against"))
    if against:
        return "the period before", "this period"
    if a.version and b.version and a == structs.replace(b, version=a.version):
        before, after = (f"version {' or '.join(side.version)}" for side in (a, b))
        slugs = b.slug or question.filters.slug
        return before, f"{after} of {' or '.join(slugs)}" if slugs else after
    return f"A ({a.summary() or 'all runs'})", f"B ({b.summary() or 'all runs'})"


def _about(runs: Runs, _population: str, question: Question) -> str:
    a, b = question.options["a"], question.options["b"]
    is_in_a, is_in_b = meant(a, runs), meant(b, runs)
    n_both = n_of(is_in_a & is_in_b)
    both = f"; {counted(n_both, 'run')} on both sides, which hides differences" if n_both else ""
    return (
        f"A: {counted(n_of(is_in_a), 'run')} ({a.summary() or 'all'}), "
        f"B: {counted(n_of(is_in_b), 'run')} ({b.summary() or 'all'}){both}"
    )


ANALYSIS: Final = Analysis(
    cells=compare,
    population=Population.ALL,
    needs=NEEDS,
    options=(
        Option(
            name="a", default=None, help="Selection A, the one to compare with.", kind="selection"
        ),
        Option(
            name="b", default=None, help="Selection B, the one that is compared.", kind="selection"
        ),
        Option(
            name="against",
            default=None,
            help="Compare the period since --since with the one before, of the same length.",
            kind="period",
        ),
    ),
    prepare=_prepare,
    rows=partial(contrast_rows, _contrasts),
    notes=_notes,
    about=_about,
    examples=(
        "compare --a version=3 --b version=4 --slug work_email",
        "compare --since 7d --against previous --by slug",
        "compare --a label.team=growth --b label.team=sales --format json",
    ),
)
