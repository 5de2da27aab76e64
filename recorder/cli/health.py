"""`recorder sources` and `recorder overdue`: is the watch well, and which runs need a person."""

import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from recorder.cli.options import command_now, format_option, settings_options
from recorder.cli.output import Row, write_rows
from recorder.cli.stores import reading, tell
from recorder.errors import SettingError, UsageError
from recorder.humanize import whole_span
from recorder.instants import datetime_of
from recorder.settings import Settings

if TYPE_CHECKING:
    from recorder.store.health import SourceHealth

_SOURCE_COLUMNS = (
    "source",
    "base_url",
    "last_good_at",
    "unseen",
    "in_flight",
    "settling",
    "overdue",
    "not_visible",
    "abandoned",
    "polls_last_minute",
    "rate",
    "errors_last_hour",
    "refused_at",
    "held_by",
    "held_until",
    "paused_until",
)
_SOURCE_TABLE = (
    "source",
    "last_good",
    "in_flight",
    "overdue",
    "settling",
    "unseen",
    "not_visible",
    "budget",
    "errors",
    "refused",
    "paused",
    "polled_by",
)
_TOLD_IF_ANY = frozenset({"settling", "unseen", "not_visible", "refused", "paused"})


@click.command(
    epilog="""\b
Examples:
  recorder sources
  recorder sources --source team-b --format json
  recorder sources --move team-b --base-url https://ledger.example""",
)
@click.option("--move", metavar="NAME", help="Bind this source to --base-url anew.")
@settings_options("base_url", "rate", "overdue_after")
@format_option
def sources(settings: Settings, format: str, move: str | None) -> None:
    """One line a source: is it polled, by whom, and does it go well?

    last_good: when an answer last showed a run. in_flight counts the overdue runs too; unseen: tracked, and not
    shown by any answer yet. budget: this source's requests in the last 60 s of those allowed; sources with the same
    key share one budget, which 'recorder doctor' tells. errors: requests in the last hour that gave neither a row nor
    a 404. refused: since when the API refuses the key. paused: for how long yet the API wants no request of the key
    (429); told where the source's key is set. polled_by: nobody is well between two passes from cron.

    --move NAME --base-url URL: the source's ledger has moved; its history stays, and the next poll goes there.
    """
    if move is not None:
        _move(settings, move)
        return
    from recorder.store.health import paused_until, source_health  # noqa: PLC0415

    now = command_now()
    with reading(settings) as database, database.reading() as connection:
        found = source_health(connection, settings.cadence, now=now, source_name=settings.source)
        key_ids = {name: _key_id(settings, name) for name in (one.source.name for one in found)}
        paused = paused_until(connection, {i for i in key_ids.values() if i}, now=now)
    if settings.source and not found:
        raise UsageError(f"no source {settings.source!r} in this store")
    rows = [
        _source_row(one, settings, now, paused.get(key_ids[one.source.name] or "")) for one in found
    ]
    write_rows(
        rows,
        columns=_SOURCE_COLUMNS,
        table_columns=[
            name
            for name in _SOURCE_TABLE
            if name not in _TOLD_IF_ANY or any(row[name] for row in rows)
        ],
        repeat=("source",),
        format=format,
        out=sys.stdout,
        empty="no source yet: 'recorder track RUN_ID' makes the first",
    )


def _move(settings: Settings, name: str) -> None:
    from recorder.store.rebind import rebind_source  # noqa: PLC0415

    given = click.get_current_context().get_parameter_source("base_url")
    if given is not click.core.ParameterSource.COMMANDLINE:
        raise UsageError(f"--move {name} needs --base-url URL: where the source's ledger is now")
    url = settings.base_url
    with reading(settings) as database:
        before = rebind_source(database, name, base_url=url, now=command_now())
    tell(f"source {name!r} belongs to {url} now, not to {before} any more")


def _key_id(settings: Settings, name: str) -> str | None:
    """The fingerprint of a source's key; None where it is not to be had here: who only reads needs none."""
    from recorder.fetch.keys import load_key  # noqa: PLC0415

    config = settings.source_settings(name)
    try:
        key = load_key(
            environ=os.environ,
            api_key_env=config.api_key_env,
            api_key_file=config.api_key_file,
            source=name,
        )
    except SettingError:
        return None
    return key.fingerprint()


def _source_row(one: "SourceHealth", settings: Settings, now: int, paused_until: int | None) -> Row:
    from recorder.store.health import poller_of  # noqa: PLC0415

    row, rate = one.source, settings.source_settings(one.source.name).rate
    held_by = poller_of(row, now=now)
    counts = ("unseen", "in_flight", "settling", "overdue", "not_visible", "abandoned")
    return {name: getattr(one, name) for name in counts} | {
        "source": row.name,
        "base_url": row.base_url,
        "last_good_at": _instant(one.last_good_at),
        "last_good": _ago(one.last_good_at, now) or "never",
        "polls_last_minute": one.polls_last_minute,
        "rate": rate,
        "budget": f"{one.polls_last_minute}/{rate}",
        "errors_last_hour": one.errors_last_hour,
        "errors": one.errors_last_hour,
        "refused_at": _instant(row.refused_at),
        "refused": _ago(row.refused_at, now),
        "held_by": held_by,
        "polled_by": held_by or "nobody",
        "held_until": _instant(row.held_until) if held_by else None,
        "paused_until": _instant(paused_until),
        "paused": None if paused_until is None else f"for {whole_span(paused_until - now)}",
    }


def _instant(us: int | None) -> datetime | None:
    return None if us is None else datetime_of(us)


def _ago(us: int | None, now: int) -> str | None:
    return None if us is None else f"{whole_span(now - us)} ago"
