"""`recorder doctor`: checks of the whole chain, each with what to do."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

import click

from recorder.cli.options import command
from recorder.cli.output import write_rows
from recorder.cli.row_options import QueryOptions, query_options
from recorder.cli.streams import terminal_width
from recorder.cli.terminal import fold, visible
from recorder.doctor import Check, examine, exit_code
from recorder.instants import now_us
from recorder.settings import DEFAULT_SOURCE

_COLUMNS = ("check", "source", "state", "found", "advice")


@command(
    "recorder doctor",
    "recorder doctor --source team-b --format json",
)
@query_options("format", settings=["base_url", "rate", "every", "overdue_after", "ping"])
def doctor(options: QueryOptions) -> int:
    """Check the whole chain: settings, key, API, clock, store, lease, budget, due and overdue runs.

    It sends one request a source, within the key's budget, and records the answer if it is about a tracked run; it
    tries the URL that is pinged. Exit codes: 0 when nothing fails (a warning is no failure), 1 when something fails, 4
    when a key was refused.
    """
    checks: list[Check] = []
    results = _collected(examine(options.settings, environ=os.environ, clock=now_us), checks)
    if options.format == "table":
        _write_lines(results)
    else:
        write_rows(map(_row, results), columns=_COLUMNS, format=options.format)
    return exit_code(checks)


def _collected(results: Iterable[Check], checks: list[Check]) -> Iterator[Check]:
    """Yield each check as it comes, and add it to `checks`."""
    for check in results:
        checks.append(check)
        yield check


def _row(check: Check) -> dict[str, object]:
    row = asdict(check)
    row["check"] = row.pop("name")
    row["state"] = str(check.state)
    return row


def _write_lines(checks: Iterable[Check]) -> None:
    """Print one paragraph a check: state, name, what was found, and below it what to do."""
    for check in checks:
        source = "" if check.source in (None, DEFAULT_SOURCE) else f"{check.source}: "
        lines = [source + check.found, *([f"-> {check.advice}"] if check.advice else [])]
        for line in _paragraph(f"{check.state:<6}{check.name:<10}", lines):
            click.echo(line)


def _paragraph(head: str, lines: Sequence[str]) -> Iterator[str]:
    indent = " " * len(head)
    for line in lines:
        for part in fold(visible(line), max(terminal_width() - len(indent), len(indent))):
            yield head + part
            head = indent
