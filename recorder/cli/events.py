"""`recorder events`: what happened to runs and keys, each event once.

Invariant: with --cursor, no event is passed over: it is noted after its line is flushed.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from datetime import datetime, tzinfo
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Final, cast

import click

from recorder.analysis.value_texts import instant_text
from recorder.analysis.values import Cells, declared
from recorder.cli.event_cursor import Cursor
from recorder.cli.options import command, completed_from
from recorder.cli.output import write_rows
from recorder.cli.row_options import QueryOptions, notify_unknown_words, parse_words, query_options
from recorder.cli.stores import reading
from recorder.cli.streams import output_was_lost
from recorder.cli.terminal import visible
from recorder.errors import UsageError
from recorder.history.run_events import EventKind
from recorder.queries import Queries
from recorder.views import EVENT_KINDS

_EVERY_S: Final = 1.0
_AT_ONCE: Final = 1000
_TABLE: Final = ("happened_at", "kind", "run_id", "detail", "source")
_BY_LINE: Final = ("ndjson", "csv")


def _kinds(ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...]:
    words = parse_words(ctx, param, texts)
    for word in words:
        if word not in tuple(EventKind):
            raise click.BadParameter(f"{word!r}: choose from {', '.join(EventKind)}.")
    return words


@command(
    "recorder events --since 24h",
    "recorder events --kind ended --status failed --sort=-event_id --limit 20",
    "recorder events --cursor seen --since 1h --format ndjson",
    "recorder events --follow --format ndjson | while read -r line; do ...",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    callback=_kinds,
    metavar="WORDS",
    shell_complete=completed_from(EventKind),
    help=f"Only events of these kinds, commas between several: {', '.join(EventKind)}.",
)
@click.option(
    "--cursor",
    "path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Print the events after the one noted in FILE, and note there how far it got.",
)
@click.option("--follow", is_flag=True, help="Go on with new events, until Ctrl-C.")
@query_options("event_filters as_of tz order format")
def events(
    kinds: tuple[str, ...], path: Path | None, options: QueryOptions, *, follow: bool
) -> None:
    """Print what happened to runs and to keys, in the order in which it was recorded.

    With --cursor each event is printed at least once, even where the command is killed: an event that was printed but
    not yet noted in FILE is printed again, with the same event_id. One process at a time may use a FILE. Where
    nothing is new, nothing is printed.
    """
    if follow or path is not None:
        _check(options, follow=follow)
    with reading(options.settings, doing=None) as database, ExitStack() as stack:
        queries = Queries(database, options.settings, as_of=options.as_of)
        notify_unknown_words(queries, options.filters)
        cursor = None
        if path is not None:
            cursor = stack.enter_context(closing(Cursor(path, newest=queries.last_event_id())))
        ask = partial(queries.events, filters=options.filters, kinds=kinds, limit=_AT_ONCE)
        after = cursor.event_id if cursor is not None else 0
        batches = _batches(ask, queries.last_event_id, after, follow=follow)
        rows = options.order.arrange(chain.from_iterable(batches), EVENT_KINDS)
        _write(rows, cursor, options.format, options.tz, follow=follow)


def _check(options: QueryOptions, *, follow: bool) -> None:
    """Refuse --sort, --as-of and, with --follow, a format that has an end."""
    for name, value in (("--sort", options.order.sort), ("--as-of", options.as_of)):
        if value is not None:
            raise UsageError(
                f"{name}: --cursor and --follow print events as recorded: leave it out"
            )
    if follow and options.format not in (*_BY_LINE, "table"):
        raise UsageError(
            f"--format {options.format} has an end, --follow has none: take ndjson or csv"
        )


def _batches(
    ask: Callable[..., Iterable[Cells]],
    last_event_id: Callable[[], int],
    after: int,
    *,
    follow: bool,
) -> Iterator[list[Cells]]:
    """Yield events batch by batch: no transaction is open while they are printed."""
    while True:
        newest = last_event_id()  # before the events: all up to it are found now, or filtered out
        found = list(ask(after=after))
        yield found
        after = _id_of(found[-1]) if found else after
        if len(found) < _AT_ONCE:
            if not follow:
                return
            after = max(after, newest)
            time.sleep(_EVERY_S)


def _write(
    found: Iterable[Cells], cursor: Cursor | None, format: str, tz: tzinfo, *, follow: bool
) -> None:
    show = partial(
        write_rows,
        columns=declared(EVENT_KINDS, keys=("run_id",)),
        table_columns=_TABLE,
        format=format,
        tz=tz,
        empty="no events",
    )
    rows = iter(found)
    if cursor is not None and not follow:
        first = list(islice(rows, 1))
        if not first:
            return
        rows = chain(first, rows)
    if follow and format == "table":
        for row in _noted(rows, cursor):
            click.echo(_line(row, tz))
    elif format in _BY_LINE:
        show(_noted(rows, cursor) if follow or cursor is not None else rows)
    else:
        listed = list(rows)
        show(listed)
        # The whole was written at once: its last event stands for all.
        list(_noted(listed[-1:], cursor))


def _noted(rows: Iterable[Cells], cursor: Cursor | None) -> Iterator[Cells]:
    """Yield rows, and note each one when it has been written; end where the output is lost."""
    for row in rows:
        yield row
        sys.stdout.flush()
        if output_was_lost():
            return
        if cursor is not None:
            cursor.save(_id_of(row))


def _id_of(row: Cells) -> int:
    return cast("int", row["event_id"])


def _line(row: Cells, tz: tzinfo) -> str:
    """Return an event as one line."""
    at = instant_text(cast("datetime", row["happened_at"]), tz)
    of = row["run_id"] if row["run_id"] is not None else f"source {row['source']}"
    detail = "" if row["detail"] is None else f"  {row['detail']}"
    return visible(f"{at}  {row['kind']:<12}  {of}{detail}")
