"""`recorder track` and `recorder untrack`."""

import sys
from collections.abc import Iterable, Iterator

import click

from recorder.cli.options import (
    command_now,
    new_label_option,
    settings_options,
    verbose_option,
)
from recorder.cli.stores import recording, tell
from recorder.errors import UsageError
from recorder.ledger.ids import RunIdError, checked_run_id, run_id_of_line
from recorder.settings import DEFAULT_SOURCE, Settings


def _ids(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if word == "-":
            yield from _ids_of_lines(sys.stdin)
        else:
            yield _checked(word)


def _checked(word: str) -> str:
    try:
        return checked_run_id(word)
    except RunIdError as error:
        raise UsageError(str(error)) from error


def _ids_of_lines(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        try:
            run_id = run_id_of_line(line)
        except RunIdError as error:
            raise UsageError(f"line {number} of stdin: {error}: nothing was tracked") from error
        if run_id is not None:
            yield run_id


@click.command(
    epilog="""\b
Examples:
  recorder track er_01JC8Z6M3Q --label team=growth
  start-runs | recorder track -""",
)
@click.argument("run_ids", metavar="[RUN_ID]... [-]", nargs=-1)
@new_label_option
@settings_options("base_url")
@verbose_option
def track(
    run_ids: tuple[str, ...],
    labels: tuple[tuple[str, str], ...],
    settings: Settings,
    *,
    verbose: bool,
) -> None:
    """Register runs, so that `recorder poll` watches them.

    `-` reads lines from stdin: a line that starts with { is JSON that holds an id (enrichmentRunId, runId,
    run.id or id), any other line is an id. Tracking a run again changes nothing, or takes it up again.
    """
    if not run_ids:
        raise UsageError(
            "no run id: 'recorder track RUN_ID', or 'recorder track -' for ids on stdin"
        )
    wanted = list(_ids(run_ids))
    if not wanted:
        tell("no ids on stdin: nothing was tracked")
        return
    from recorder.store.registry import track_with_source  # noqa: PLC0415

    name = settings.source or DEFAULT_SOURCE
    base_url = settings.source_settings(name).base_url
    with recording(settings) as database:
        done = track_with_source(
            database, name, wanted, base_url=base_url, now=command_now(), labels=dict(labels)
        )
    if verbose or sys.stderr.isatty():
        tell(
            f"{len(done.new)} new, {len(done.resumed)} taken up again, {len(done.known)} known already"
            f" (source {name!r})"
        )


@click.command(epilog="Example: recorder untrack er_01JC8Z6M3Q")
@click.argument("run_ids", metavar="RUN_ID...", nargs=-1, required=True)
@settings_options()
def untrack(run_ids: tuple[str, ...], settings: Settings) -> None:
    """Stop watching runs; their history stays."""
    from recorder.store.read import find_run  # noqa: PLC0415
    from recorder.store.registry import untrack as untrack_run  # noqa: PLC0415

    with recording(settings) as database, database.writing() as connection:
        for run_id in dict.fromkeys(run_ids):
            ref = find_run(connection, run_id, settings.source)
            untrack_run(connection, ref.source_id, ref.run_key, now=command_now())
