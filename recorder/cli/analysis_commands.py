"""The commands of the analyses, made from the registry.

Invariant: the numbers are those of `recorder.analyses`; a table shows the main columns, every other format all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import click
from click.core import ParameterSource
from msgspec import structs

from recorder.analyses import Analyses
from recorder.analysis import registry
from recorder.analysis.analysis import Option, Question
from recorder.analysis.filters import Filters
from recorder.analysis.groups import TERMS
from recorder.analysis.report import Report
from recorder.analysis.rows import LABEL
from recorder.cli.options import all_options, command, command_now, completed_from
from recorder.cli.output import write_rows
from recorder.cli.row_options import (
    QueryOptions,
    notify_unknown_words,
    parse_selection,
    parse_when_option,
    query_options,
)
from recorder.cli.stores import reading


def _by(more: Sequence[str]) -> Callable[[Any], Any]:
    """Return the option `--by` of an analysis with these terms in addition to those of all."""
    terms = (*TERMS, *more)
    return click.option(
        "--by",
        metavar="TERMS",
        shell_complete=completed_from(terms),
        help=f"Group by {', '.join(terms)} or {LABEL}KEY; commas between several.",
    )


_LIMIT = "limit"
"""The option of an analysis that `--limit` is, which cuts the rows of the others."""


def __getattr__(name: str) -> click.Command:
    """Return the command of an analysis: made when it is asked for, since each imports what it computes with."""
    if name not in registry.ANALYSES:
        raise AttributeError(name)
    return _command(name)


def _command(name: str) -> click.Command:
    flags = _flags(name)

    def run(options: QueryOptions, by: str | None, **values: Any) -> None:  # noqa: ANN401  # what click passes
        wanted = _chosen(name, [flag for flag in flags if values.pop(flag)], by)
        takes = {option.name for option in registry.find(wanted).options}
        if wanted == name:
            _refuse_strays(values.keys() - takes, flags)
        question = Question(
            by=by,
            filters=structs.replace(options.filters, source=options.settings.source),
            tz=options.tz,
            now=command_now(),
            options={key: value for key, value in values.items() if key in takes},
            reading=options.is_for_reading,
        )
        if _LIMIT in takes:
            question, options = _with_limit(question, options)
        with reading(options.settings) as database:
            analyses = Analyses(database, options.settings, as_of=options.as_of)
            for chosen in (question.filters, *values.values()):
                if isinstance(chosen, Filters):
                    notify_unknown_words(analyses, chosen)
            report = analyses.analyse(wanted, question)
        print_report(report, options)

    analysis = registry.find(name)
    examples = (f"recorder {line}" for line in analysis.examples)
    shared = query_options("filters as_of tz order format")
    made = command(*examples, name=name, help=analysis.manual.partition("\n\nReturns:")[0])
    return made(all_options(*_own_options(name), _by(analysis.terms), shared)(run))


def _with_limit(question: Question, options: QueryOptions) -> tuple[Question, QueryOptions]:
    """Return the question with the limit of the rows as its own, and the options without it."""
    order = options.order
    limit = {} if order.limit is None else {_LIMIT: order.limit}
    asked = replace(question, options={**question.options, **limit})
    return asked, replace(options, order=replace(order, limit=None))


def _flags(name: str) -> dict[str, str]:
    """Return the analyses that this command's flags ask for, by flag."""
    flag_of = {other: entry.flag_of for other, entry in registry.ANALYSES.items()}
    return {flag[1]: other for other, flag in flag_of.items() if flag and flag[0] == name}


def _chosen(name: str, flags: Sequence[str], by: str | None) -> str:
    """Return the analysis that a command line asks for."""
    if not flags:
        return name
    if len(flags) > 1:
        raise click.UsageError(f"{' and '.join(map(_dashed, flags))}: choose one.")
    wanted = _flags(name)[flags[0]]
    if by and registry.find(wanted).items is not None:
        raise click.UsageError(f"{_dashed(flags[0])} lists runs: leave --by out.")
    return wanted


def _refuse_strays(options: Iterable[str], flags: Iterable[str]) -> None:
    """Raise UsageError for an option that was typed without the flag that takes it."""
    context = click.get_current_context()
    for name in options:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            takers = " or ".join(map(_dashed, flags))
            raise click.UsageError(f"{_dashed(name)} goes with {takers}.")


def _own_options(name: str) -> Iterator[Callable[[Any], Any]]:
    """Yield the options that only this command has."""
    for option in registry.find(name).options:
        yield _option(option)
    for flag, other in _flags(name).items():
        yield click.option(_dashed(flag), flag, is_flag=True, help=registry.ANALYSES[other].summary)
        own = (option for option in registry.find(other).options if option.name != _LIMIT)
        yield from map(_option, own)


def _option(option: Option) -> Callable[[Any], Any]:
    form = {"default": option.default, "help": option.help, **_FORMS[option.kind]}
    return click.option(_dashed(option.name), option.name, **form)


_FORMS: Final[Mapping[str, Mapping[str, Any]]] = {
    "flag": {"is_flag": True},
    "number": {"type": click.IntRange(1), "metavar": "N"},
    "selection": {"metavar": "SELECTION", "type": parse_selection},
    "period": {"type": click.Choice(("previous",))},
    "instant": {"metavar": "T", "type": parse_when_option},
    "span": {"metavar": "DURATION"},
}
"""How click takes an option of each kind."""


def _dashed(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def print_report(report: Report, options: QueryOptions) -> None:
    """Print a report; a table shows its narrow columns, and its foot."""
    write_rows(
        options.order.arrange(report.rows, report.columns),
        columns=report.cells,
        whole=report.whole,
        format=options.format,
        tz=options.tz,
        foot=(*filter(None, [report.foot]), *report.notes),
    )
