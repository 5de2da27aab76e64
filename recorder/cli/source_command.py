"""`recorder sources`: how polling goes, source by source and key by key."""

import os
import sys
from collections.abc import Iterable
from typing import Final

import click

from recorder.analysis.values import declared, instant, kinds
from recorder.cli.options import command, command_now, completed_by
from recorder.cli.output import Row, write_rows
from recorder.cli.row_options import QueryOptions, query_options
from recorder.cli.stores import reading
from recorder.cli.streams import notify
from recorder.errors import SettingError, UsageError
from recorder.fetch.keys import load_key
from recorder.humanize import ago, clock_words, whole_span
from recorder.instants import SECOND
from recorder.settings import Settings
from recorder.store.read.source_health import (
    KeyHealth,
    SourceHealth,
    key_health,
    poller_of,
    source_health,
)
from recorder.store.read.source_rows import SourceRow, require_source, source_rows
from recorder.store.write.sources import rebind_source

_COLUMNS: Final = declared(
    kinds(
        "source base_url last_good_at unseen in_flight settling overdue not_visible abandoned polls_last_minute rate"
        " errors_last_hour refused_at held_by held_until clock_ahead_seconds key_sources key_requests_60s key_budget"
        " paused_until",
        count="unseen in_flight settling overdue not_visible abandoned polls_last_minute rate errors_last_hour"
        " key_requests_60s key_budget",
        instant="last_good_at refused_at held_until paused_until",
        seconds="clock_ahead_seconds",
    ),
    keys=("source",),
)
_TABLE: Final = (
    *("source", "last_good", "in_flight", "overdue", "settling", "unseen", "not_visible"),
    *("errors_last_hour", "refused", "clock", "polled_by"),
)
_KEYS: Final = declared(
    kinds("key key_requests_60s key_budget paused", number="key_requests_60s key_budget"),
    keys=("key",),
)


@command(
    "recorder sources",
    "recorder sources --source team-b --format json",
    "recorder sources --move team-b --base-url https://ledger.example",
)
@click.option(
    "--move",
    metavar="NAME",
    shell_complete=completed_by("source"),
    help="Bind this source to the ledger at --base-url.",
)
@query_options("order format", settings=["base_url", "rate", "overdue_after"])
def sources(move: str | None, options: QueryOptions) -> None:
    """Show for each source whether it is polled, by whom and how well; then each key and its budget.

    last_good: when an answer last showed a run. in_flight: overdue runs included. unseen: tracked runs that no answer
    has shown yet. errors: requests of the last hour that gave neither a row nor a 404. refused: since when the API
    refuses the key. clock: how far the polling machine's clock is off, by the server's. polled_by: the process that
    polls; "nobody" is normal between two passes from cron.

    A key is named by the sources that share it. key_requests_60s: its requests in the last 60 s. key_budget: how many
    are allowed. paused: how long the API still wants no request (429). These are null where the key is neither set
    here nor known from an answer.

    --move NAME --base-url URL: the ledger of the source has moved. Its history stays, and the next poll goes there.
    """
    settings, now = options.settings, command_now()
    if move is not None:
        _move(settings, move)
        return
    with reading(settings) as database, database.reading() as connection:
        require_source(connection, settings.source)
        found = source_health(connection, settings.cadence, now=now, source_name=settings.source)
        shared = sharing(settings, source_rows(connection))
        keys = key_health(connection, shared, now=now)
    cells = {
        name: _key_cells(settings, names, keys[key_id], now)
        for key_id, names in shared.items()
        for name in names
    }
    rows = [_source_row(one, settings, now) | cells.get(one.source.name, {}) for one in found]
    _write(list(options.order.arrange(rows, _COLUMNS)), options)


def sharing(settings: Settings, rows: Iterable[SourceRow]) -> dict[str, list[str]]:
    """Return the names of the sources that share a key, by its fingerprint."""
    found: dict[str, list[str]] = {}
    for row in rows:
        key_id = _key_id(settings, row.name) or row.accepted_key or row.refused_key
        if key_id is not None:
            found.setdefault(key_id, []).append(row.name)
    return found


def _key_cells(settings: Settings, names: list[str], key: KeyHealth, now: int) -> dict[str, object]:
    until = key.paused_until
    return {
        "key": ", ".join(names),
        "key_sources": names,
        "key_requests_60s": key.requests_60s,
        "key_budget": min(settings.source_settings(name).rate for name in names),
        "paused_until": instant(until),
        "paused": None if until is None else f"for {whole_span(until - now)}",
    }


def _write(rows: list[Row], options: QueryOptions) -> None:
    unknown = [str(row["source"]) for row in rows if not row.get("key")]
    foot = f"the key of {', '.join(unknown)} is not known here, nor what is left of its budget"
    write_rows(
        rows,
        columns=_COLUMNS,
        table_columns=_TABLE,
        format=options.format,
        foot=[foot] if unknown else [],
        empty="no source yet: 'recorder track RUN_ID' makes the first",
    )
    lines = list({row["key"]: row for row in rows if row.get("key")}.values())
    if lines and options.is_for_reading:
        sys.stdout.write("\n")
        write_rows(lines, columns=_KEYS, format=options.format)


def _move(settings: Settings, name: str) -> None:
    origin = click.get_current_context().get_parameter_source("base_url")
    # The environment's URL may be any source's: a move has to be asked for in full.
    if origin is not click.core.ParameterSource.COMMANDLINE:
        raise UsageError(f"--move {name} needs --base-url URL: where the source's ledger is now")
    url = settings.base_url
    with reading(settings) as database:
        before = rebind_source(database, name, base_url=url, now=command_now())
    notify(f"source {name!r} belongs to {url} now, no longer to {before}")


def _key_id(settings: Settings, name: str) -> str | None:
    """Return the fingerprint of a source's key; None where it is not set here: reading needs none."""
    try:
        return load_key(settings.source_settings(name), os.environ).fingerprint()
    except SettingError:
        return None


def _source_row(one: SourceHealth, settings: Settings, now: int) -> dict[str, object]:
    row, off_us = one.source, one.source.clock_off_us
    poller = poller_of(row, now=now)
    counts = ("unseen", "in_flight", "settling", "overdue", "not_visible", "abandoned")
    return {name: getattr(one, name) for name in counts} | {
        "source": row.name,
        "base_url": row.base_url,
        "last_good_at": instant(one.last_good_at),
        "last_good": ago(one.last_good_at, now) or "never",
        "polls_last_minute": one.polls_last_minute,
        "rate": settings.source_settings(row.name).rate,
        "errors_last_hour": one.errors_last_hour,
        "refused_at": instant(row.refused_at),
        "refused": ago(row.refused_at, now),
        "held_by": poller,
        "polled_by": poller or "nobody",
        "clock_ahead_seconds": None if off_us is None else off_us / SECOND,
        "clock": None if off_us is None else clock_words(off_us).removesuffix(" of"),
        "held_until": instant(row.held_until) if poller else None,
    }
