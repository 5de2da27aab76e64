"""`recorder doctor`: what is wrong, and what to do."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

import click

from recorder.cli.options import format_option, settings_options
from recorder.cli.output import terminal_width, write_rows
from recorder.cli.terminal import fold, visible
from recorder.doctor import Check, examine, exit_code
from recorder.instants import now_us
from recorder.settings import DEFAULT_SOURCE, Settings

_COLUMNS = ("check", "source", "state", "found", "advice")


@click.command(
    epilog="""\b
Examples:
  recorder doctor
  recorder doctor --source team-b --format json""",
)
@settings_options("base_url", "rate", "every", "overdue_after")
@format_option
def doctor(settings: Settings, format: str) -> int:
    """Try the whole chain: settings, key, API, clock, store, lease, budget, due and overdue runs.

    It sends one request a source, within the key's budget, and records what it shows of a tracked run. Exit codes: 0
    when nothing fails (a warning is no failure), 1 when something does, 4 when a key was refused.
    """
    checks: list[Check] = []
    found = _kept(examine(settings, environ=os.environ, clock=now_us), checks)
    if format == "table":
        _write_lines(found)
    else:
        write_rows(map(_row, found), columns=_COLUMNS, format=format, out=sys.stdout)
    return exit_code(checks)


def _kept(found: Iterable[Check], checks: list[Check]) -> Iterator[Check]:
    """Each check as it comes, for people who wait for it; kept for the exit code."""
    for check in found:
        checks.append(check)
        yield check


def _row(check: Check) -> dict[str, object]:
    row = asdict(check)
    row["check"] = row.pop("name")
    row["state"] = str(check.state)
    return row


def _write_lines(checks: Iterable[Check]) -> None:
    """One paragraph a check: state, name, what was found, and below it what to do."""
    for check in checks:
        whose = "" if check.source in (None, DEFAULT_SOURCE) else f"{check.source}: "
        lines = [whose + check.found, *([f"-> {check.advice}"] if check.advice else [])]
        for line in _paragraph(f"{check.state:<6}{check.name:<10}", lines):
            click.echo(line)


def _paragraph(head: str, lines: Sequence[str]) -> Iterator[str]:
    indent = " " * len(head)
    for line in lines:
        for part in fold(visible(line), max(terminal_width() - len(indent), len(indent))):
            yield head + part
            head = indent
