"""`recorder untrack`, `label` and `forget`: changes of tracked runs."""

import sys
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final

import click

from recorder.analysis.filters import Filters
from recorder.cli.options import command, command_now, completed_by, settings_options
from recorder.cli.row_options import QueryOptions, notify_unknown_words, query_options
from recorder.cli.stores import recording
from recorder.cli.streams import notify
from recorder.cli.terminal import visible
from recorder.errors import UsageError
from recorder.humanize import counted
from recorder.ledger.ids import LabelError, checked_label
from recorder.queries import Queries
from recorder.settings import Settings
from recorder.store.engine import Connection, Database
from recorder.store.read.run_refs import find_run
from recorder.store.write.forget import forget_all
from recorder.store.write.sources import lock_source, lock_sources
from recorder.store.write.track import remove_labels, run_keys, set_labels, tracked_rows
from recorder.store.write.track import untrack as untrack_run

_MOST_NAMED: Final = 5


@command("recorder untrack er_01JC8Z6M3Q")
@click.argument(
    "run_ids", metavar="RUN_ID...", shell_complete=completed_by("run_id"), nargs=-1, required=True
)
@settings_options()
def untrack(run_ids: tuple[str, ...], settings: Settings) -> None:
    """Stop polling runs, and keep their history."""

    def work(connection: Connection) -> None:
        wanted = list(dict.fromkeys(run_ids))
        lock_sources(
            connection, {find_run(connection, one, settings.source).source for one in wanted}
        )
        for run_id in wanted:
            # Found under the lock: before it a run may be forgotten, and another one get its number.
            ref = find_run(connection, run_id, settings.source)
            # Untracked a second time, it would have been watched until then, as of any time before.
            if tracked_rows(connection, ref.source_id, [run_id])[run_id].tracking != "untracked":
                untrack_run(connection, ref.source_id, ref.run_key, now=command_now())

    with recording(settings) as database:
        database.write(work)


@command(
    "recorder label er_01JC8Z6M3Q team=growth wave=2",
    "recorder label --slug work_email --since 7d wave=2",
    "recorder label --label wave=2 --remove wave",
)
@click.argument(
    "words", metavar="[RUN_ID]... [KEY=VALUE]...", shell_complete=completed_by("run_id"), nargs=-1
)
@click.option("--remove", "removed", multiple=True, metavar="KEY", help="Remove this label.")
@query_options("filters tz")
def label(words: tuple[str, ...], removed: tuple[str, ...], options: QueryOptions) -> None:
    """Set labels of runs, or remove them with --remove.

    Choose the runs by their ids, or by filters. A label that a run has already gets the new value.
    """
    # From the end: a run id before them may have an equals sign too.
    pairs = list(takewhile(lambda word: "=" in word, reversed(words)))
    labels = dict(map(_pair, reversed(pairs)))
    if not labels and not removed:
        raise UsageError("no label: 'recorder label RUN_ID team=growth', or --remove team")

    def change(connection: Connection) -> None:
        for source, run_ids in chosen.items():
            source_id = lock_source(connection, source)
            keys = list(run_keys(connection, source_id, run_ids).values())
            remove_labels(connection, source_id, keys, removed)
            set_labels(connection, source_id, keys, labels)

    with recording(options.settings) as database:
        chosen = _chosen(database, options, words[: len(words) - len(pairs)])
        database.write(change)
    if sys.stderr.isatty():
        notify(f"labels of {counted(_count(chosen), 'run')} are changed")


def _pair(word: str) -> tuple[str, str]:
    key, _, value = word.partition("=")
    try:
        return checked_label(key.strip(), value)
    except LabelError as error:
        raise UsageError(f"{word!r}: {error}") from error


@command(
    "recorder forget er_01JC8Z6M3Q",
    "recorder forget --label customer=acme --yes",
)
@click.argument("run_ids", metavar="[RUN_ID]...", shell_complete=completed_by("run_id"), nargs=-1)
@click.option("--yes", is_flag=True, help="Do not ask first.")
@query_options("filters tz")
def forget(run_ids: tuple[str, ...], options: QueryOptions, *, yes: bool) -> int:
    """Remove runs and their whole history from the store, after asking.

    Choose the runs by their ids, or by filters. Exit code 1 if the answer is no. Exports and backups keep these runs;
    a lake loses them with its next export.
    """
    with recording(options.settings) as database:
        chosen = _chosen(database, options, run_ids)
        if not chosen:
            return 0
        if not (yes or _confirmed(chosen)):
            notify("nothing was forgotten")
            return 1
        database.write(lambda connection: forget_all(connection, chosen))
    if sys.stderr.isatty():
        notify(f"{counted(_count(chosen), 'run')} forgotten")
    return 0


def _confirmed(chosen: dict[str, list[str]]) -> bool:
    if not sys.stdin.isatty():
        raise UsageError("forget asks first, and stdin is no terminal: add --yes")
    forgotten = [run_id for ids in chosen.values() for run_id in ids]
    more = f" and {len(forgotten) - _MOST_NAMED:,} more" if len(forgotten) > _MOST_NAMED else ""
    names = f"{', '.join(map(visible, forgotten[:_MOST_NAMED]))}{more}"
    try:
        return click.confirm(
            f"Forget {counted(len(forgotten), 'run')} for good: {names}?", err=True
        )
    except click.Abort:
        click.echo(err=True)  # what comes next begins a line
        raise


def _count(chosen: dict[str, list[str]]) -> int:
    return sum(map(len, chosen.values()))


def _chosen(
    database: Database, options: QueryOptions, run_ids: Sequence[str]
) -> dict[str, list[str]]:
    """Return the ids of the chosen runs by source, sources in order.

    Raises:
        UsageError: there are neither ids nor filters, or both, or an id is unknown or ambiguous.
    """
    if bool(run_ids) == (options.filters != Filters()):
        which = "ids or filters, not both" if run_ids else "give ids, or filters such as --slug"
        raise UsageError(f"which runs? {which}")
    found: dict[str, list[str]] = {}
    for source, run_id in sorted(_named(database, options, run_ids)):
        found.setdefault(source, []).append(run_id)
    return found


def _named(
    database: Database, options: QueryOptions, run_ids: Sequence[str]
) -> Iterator[tuple[str, str]]:
    if not run_ids:
        queries = Queries(database, options.settings)
        notify_unknown_words(queries, options.filters)
        yield from ((row.source, row.run_id) for row in queries.run_rows(options.filters))
    with database.reading() as connection:
        for run_id in dict.fromkeys(run_ids):
            yield find_run(connection, run_id, options.settings.source).source, run_id
