"""`recorder db`: the schema and the size of the store."""

import sys
from pathlib import Path
from typing import Final

import click

from recorder.analysis.values import as_json, instant
from recorder.cli.json_output import write_document
from recorder.cli.loading import load
from recorder.cli.options import command_now, complete_file, examples_text, settings_options
from recorder.cli.output import write_rows
from recorder.cli.row_options import format_option, parse_when_option
from recorder.cli.stores import opened, reading, recording
from recorder.cli.streams import notify
from recorder.cli.terminal import visible
from recorder.errors import UsageError
from recorder.humanize import counted
from recorder.instants import DAY
from recorder.settings import Settings
from recorder.store.backup import back_up
from recorder.store.read.integrity import StoreFault, find_faults
from recorder.store.records import summary_rules
from recorder.store.roles import grant_reading, require_role
from recorder.store.schema import REVISION
from recorder.store.status import Condition, condition_of, size_bytes
from recorder.store.write.prune import Pruning
from recorder.store.write.sealing import seal, unseal

_COUNTS: Final = ("sources", "runs", "snapshots", "polls", "sealed_runs", "sealed_bytes")
_LEAST_AGE_DAYS: Final = 90
_NARROW: Final = 60  # one line a value
_INDENT: Final = len("last_polled_at: ")


@click.group(epilog="Example: recorder db status")
def db() -> None:
    """Make, upgrade, check, copy or prune the store, and show how much it holds."""


@db.command(
    short_help="Make the store, or bring it up to date.",
    epilog="Example: recorder db upgrade --db postgresql://recorder@db.example.org/runs",
)
@click.option("--reader", metavar="ROLE", help="Let this role of Postgres read the store.")
@click.option("--reseal", is_flag=True, help="Make the sealed blocks of runs anew.")
@settings_options(source=False)
def upgrade(reader: str | None, settings: Settings, *, reseal: bool) -> None:
    """Make the store, or bring an older one up to this program's schema.

    It is one transaction: a failure leaves the old schema whole. A SQLite file is copied first. A --reader may use
    the views and the commands that only read, also after later upgrades by the same user. Runs that are polled no
    more are sealed: kept as columns too, from which the analyses answer fast (9 s for a million runs, once).
    """
    with opened(settings, doing=lambda: "upgrading") as database:
        if reader is not None:
            # Before the upgrade, so that a mistyped role changes nothing.
            require_role(database, reader)
        done = load("recorder.store.migrate").upgrade(database)
        notify(done or f"{database.name} is up to date")
        if reseal:
            database.write(unseal)
        if n := seal(database):
            notify(f"sealed {counted(n, 'block')} of runs")
        if reader is not None:
            grant_reading(database, reader)
            notify(f"{reader} may read it")


@db.command(
    short_help="Copy a SQLite store, also while it is written to.",
    epilog="Example: recorder db backup --out runs-$(date +%F).db",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, readable=False),
    metavar="FILE",
    shell_complete=complete_file,
    help="The copy; an older copy of this store is replaced.",
)
@settings_options(source=False)
def backup(out: str, settings: Settings) -> None:
    """Copy a SQLite store as of one instant, while others go on writing to it, and verify the copy.

    The file appears only when it is complete, and only you may read it. It is a store like any other: --db FILE reads
    it. For a store on Postgres it prints what to use instead, and exits with code 2.
    """
    with opened(settings, doing=lambda: "copying") as database:
        size = back_up(database, Path(out))
    notify(f"{database.name} is copied to {out}: {size:,} bytes, verified")


@db.command(
    short_help="Show its schema's revision, and how much it holds.",
    epilog="Example: recorder db status --format json",
)
@format_option
@settings_options(source=False)
def status(format: str, settings: Settings) -> int:
    """Show the revision of the schema, and how much the store holds.

    Exit code 1 if something has to be done before the store can be used.
    """
    with opened(settings, doing=lambda: "counting") as database:
        condition = condition_of(database)
        row = {"store": database.name} | _cells(condition)
    if format == "json":
        write_document(as_json(row), sys.stdout)
    else:
        shown = tuple(row)
        if format == "table":  # a path stays whole, to be copied
            click.echo(f"{'store:':<{_INDENT}}{visible(database.name)}")
            row = {name.replace("_", " "): value for name, value in row.items()}
            shown = tuple(row)[1:]
        write_rows([row], columns=shown, format=format, width=_NARROW)
    if condition.trouble is not None:
        notify(condition.trouble)
    return 0 if condition.trouble is None else 1


@db.command(
    short_help="Look for contradictions in the store.",
    epilog=examples_text("recorder db check", "recorder db check --format json"),
)
@format_option
@settings_options(source=False)
def check(format: str, settings: Settings) -> int:
    """Look for contradictions in the store: numbering, digests, references, polls against snapshots, summaries, months.

    It reads the whole store, and prints a line for each fault, with what repairs it; nothing where there is none.
    Exit code 1 if there is a fault. Others may record meanwhile.
    """
    with reading(settings) as database:
        rules = summary_rules(settings.cadence, settings.cost)
        faults = list(find_faults(database, settings.cost, rules))
    if format == "table":
        for one in faults:
            click.echo(visible(one.line()))
    else:
        rows = [one._asdict() for one in faults]
        write_rows(rows, columns=StoreFault._fields, format=format)
    return 1 if faults else 0


@db.command(
    short_help="Drop polls and inner states of runs that ended long ago.",
    epilog=examples_text(
        "recorder db prune --before 365d --dry-run", "recorder db prune --before 2026-01-01"
    ),
)
@click.option(
    "--before",
    metavar="T",
    required=True,
    type=parse_when_option,
    help="Runs that ended before T: a date, or 365d (ago); at least 90 days ago.",
)
@click.option("--dry-run", "is_trial", is_flag=True, help="Only count what would be dropped.")
@settings_options(source=False)
def prune(before: int, *, is_trial: bool, settings: Settings) -> None:
    """Drop polls and inner states of runs that ended long ago, and give the space back.

    Each run keeps its first and last state, every state in which more than its leads changed, and the polls that saw
    them: all analyses but coverage answer as before. It cannot be undone: run `db backup` or `export answers` first.
    """
    if before > command_now() - _LEAST_AGE_DAYS * DAY:
        raise UsageError(f"--before: at least {_LEAST_AGE_DAYS} days ago, budgets look back so far")
    with recording(settings) as database:
        pruning, size = Pruning(before=before, is_trial=is_trial), size_bytes(database)
        pruning.run(database)
        is_whole = is_trial or not pruning.runs or database.give_back()
        freed = size - size_bytes(database)
    dropped = f"{counted(pruning.polls, 'poll')} and {counted(pruning.snapshots, 'state')}"
    verb = "would drop" if is_trial else "dropped"
    # Others may write meanwhile, and make the store larger.
    freed_words = "" if is_trial else f"; {max(freed, 0):,} bytes are freed"
    if not is_whole:
        freed_words += ", the rest is kept for what comes next: another program was reading"
    notify(f"{verb} {dropped} of {counted(pruning.runs, 'run')}{freed_words}")


def _cells(condition: Condition) -> dict[str, object]:
    figures = condition.figures
    counts = {name: getattr(figures, name, None) for name in _COUNTS}
    last_polled_at = None if figures is None else figures.last_polled_at
    return {
        "kind": condition.kind,
        "state": condition.state,
        "revision": condition.revision,
        "head": REVISION,
        "size_bytes": condition.size_bytes,
        **counts,
        "last_polled_at": instant(last_polled_at),
    }
