"""`recorder track`: new runs to watch."""

import sys
from collections.abc import Iterable, Iterator, Mapping

import click

from recorder.cli.inputs import input_lines
from recorder.cli.options import command, command_now, settings_options, verbose_option
from recorder.cli.row_options import new_label_option
from recorder.cli.stores import recording
from recorder.cli.streams import notify
from recorder.errors import UsageError
from recorder.ledger.ids import RunIdError, checked_run_id, run_ids_of_lines
from recorder.ledger.refusals import Refusals
from recorder.settings import DEFAULT_SOURCE, Settings
from recorder.store.write.track import track_with_source


def read_ids(words: Iterable[str]) -> tuple[list[str], int]:
    """Return the ids of a command line and of stdin, and how many were refused and reported."""
    refused = (
        Refusals(notify, name="the command line", unit="argument"),
        Refusals(notify, name="stdin"),
    )
    ids = list(_ids(words, *refused))
    for one in refused:
        one.finish()
    return ids, sum(one.count for one in refused)


def _ids(words: Iterable[str], arguments: Refusals, lines: Refusals) -> Iterator[str]:
    """Yield the ids of the command line and, where a word is `-`, of stdin."""
    for number, word in enumerate(words, start=1):
        if word == "-":
            with input_lines("-") as stdin:
                yield from run_ids_of_lines(stdin, lines)
            continue
        try:
            yield checked_run_id(word)
        except RunIdError as error:
            arguments.add(number, error)


@command(
    "recorder track er_01JC8Z6M3Q --label team=growth",
    "start-runs | recorder track -",
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
) -> int:
    """Register runs, so that `recorder poll` polls them.

    `-` reads lines from stdin, in UTF-8. A line that starts with { is JSON that holds an id (enrichmentRunId, runId,
    run.id or id, in that order). One that starts with " is a JSON string, one that starts with # is a comment. Any
    other line is an id without white space. An id has at most 512 characters. A line without a valid id is reported;
    the other ids are tracked, and the exit code is 2. Tracking a run again changes nothing, but one that was
    untracked or given up is polled again.
    """
    if not run_ids:
        raise UsageError(
            "no run id: 'recorder track RUN_ID', or 'recorder track -' for ids on stdin"
        )
    wanted, refused = read_ids(run_ids)
    if wanted:
        _register(wanted, dict(labels), settings, verbose=verbose)
    else:
        notify("no ids: nothing was tracked")
    return UsageError.exit_code if refused else 0


def _register(
    run_ids: list[str], labels: Mapping[str, str], settings: Settings, *, verbose: bool
) -> None:
    name = settings.source or DEFAULT_SOURCE
    base_url = settings.source_settings(name).base_url
    with recording(settings) as database:
        done = track_with_source(
            database, name, run_ids, base_url=base_url, now=command_now(), labels=labels
        )
    if verbose or sys.stderr.isatty():
        notify(
            f"{len(done.new)} new, {len(done.resumed)} polled again, {len(done.known)} known already"
            f" (source {name!r})"
        )
