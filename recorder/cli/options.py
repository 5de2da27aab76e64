"""The options that commands share, one decorator each; the words are the contract's.

Invariant: click only collects the settings' texts, `load_settings` decides between option, environment and
file; a command sees parsed values. One `now` holds for a whole command.
"""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from functools import reduce, wraps
from types import MappingProxyType
from typing import Any, TypeAlias, cast

import click

from recorder.analysis.filters import Filters
from recorder.cli.ordering import Order
from recorder.cli.output import FORMATS
from recorder.instants import datetime_of, now_us, parse_when, zone_named
from recorder.ledger.ids import LabelError, checked_label
from recorder.settings import DEFAULTS, ENVIRONMENT, OPTIONS, load_settings

Command: TypeAlias = Callable[..., object]
Decorator: TypeAlias = Callable[[Command], Command]

_NOW = "recorder.now"


def command_now() -> int:
    """The instant at which this command began: the same for all its options and for its body."""
    now: int = click.get_current_context().meta.setdefault(_NOW, now_us())
    return now


def _when(ctx: click.Context, _param: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        instant = parse_when(text, now=command_now(), tz=ctx.params.get("tz", UTC))
        if instant is not None:
            datetime_of(instant)
    except OverflowError:  # beyond the calendar
        instant = None
    if instant is None:
        raise click.BadParameter(f"{text!r}: write 2026-11-20T09:15:00Z, 2026-11-20, or 7d (ago).")
    return instant


def _zone(_ctx: click.Context, _param: click.Parameter, name: str) -> tzinfo:
    zone = zone_named(name)
    if zone is None:
        raise click.BadParameter(f"{name!r} is no time zone: write UTC or Europe/Berlin.")
    return zone


def _labels(
    _ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """`key=value`; the value may be empty and may hold more `=`."""
    pairs = []
    for text in texts:
        key, equals, value = text.partition("=")
        if not (equals and key.strip()):
            raise click.BadParameter(f"{text!r}: write key=value.")
        try:
            pairs.append(checked_label(key.strip(), value))
        except LabelError as error:
            raise click.BadParameter(f"{error}.") from error
    return tuple(pairs)


def _words(_ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words between the commas of each text."""
    return tuple(word.strip() for text in texts for word in text.split(",") if word.strip())


def _setting(key: str, metavar: str, text: str) -> Decorator:
    default = f"  [default: {DEFAULTS[key]}]" if key in DEFAULTS else ""
    text = f"{text}{default}  [env var: {ENVIRONMENT[key]}]"
    return click.option(OPTIONS[key], key, metavar=metavar, help=text)


_SETTING_OPTIONS: Mapping[str, Decorator] = MappingProxyType(
    {
        "database_url": _setting(
            "database_url", "URL", "The store: a SQLAlchemy URL, or a path = SQLite."
        ),
        "config": _setting("config", "FILE", "TOML file of settings."),
        "source": _setting("source", "NAME", "The account that runs are polled through."),
        "base_url": _setting("base_url", "URL", "The API's base URL."),
        "rate": _setting("rate", "N", "Requests in any 60 s, per key, over all processes."),
        "every": _setting("every", "DURATION", "The shortest time between two polls of a run."),
        "settle": _setting("settle", "LIST", "When to poll a run again, counted from its end."),
        "overdue_after": _setting(
            "overdue_after", "DURATION", "A run in flight for longer is overdue."
        ),
    }
)


def settings_options(*names: str, source: bool = True) -> Decorator:
    """Adds --db, --config, --source (if wanted), --debug and the settings named; the command gets `settings`."""
    keys = ("database_url", "config", *(["source"] if source else []), *names)

    def decorate(command: Command) -> Command:
        @wraps(command)
        def with_settings(*args: object, **values: object) -> object:
            options = {key: cast("str | None", values.pop(key)) for key in keys}
            return command(*args, settings=load_settings(options, environ=os.environ), **values)

        return all_options(*(_SETTING_OPTIONS[key] for key in keys), debug_option)(with_settings)

    return decorate


def all_options(*options: Decorator) -> Decorator:
    """The options in the order in which help shows them."""
    return lambda command: reduce(lambda made, option: option(made), reversed(options), command)


debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, help="Show the traceback of an error."
)
"""Accepted everywhere; `main` looks for it itself."""

verbose_option = click.option("-v", "--verbose", is_flag=True, help="Say more on stderr.")

format_option = click.option(
    "--format",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="How to print; json is one array, ndjson one object a line.",
)

tz_option = click.option(
    "--tz",
    callback=_zone,
    is_eager=True,  # dates are read in it
    metavar="ZONE",
    default="UTC",
    show_default=True,
    help="Time zone of dates, of the times shown and of day buckets.",
)

as_of_option = click.option(
    "--as-of", metavar="T", callback=_when, help="What was known then: T as for --since."
)

since_option = click.option(
    "--since",
    metavar="T",
    callback=_when,
    help="Runs created at or after: ISO time, date (midnight in --tz), or 7d (ago).",
)

until_option = click.option(
    "--until", metavar="T", callback=_when, help="Runs created before: T as for --since."
)

status_option = click.option(
    "--status",
    multiple=True,
    callback=_words,
    metavar="WORDS",
    help="Runs of this status; commas between several.",
)

slug_option = click.option(
    "--slug", multiple=True, metavar="SLUG", help="Runs of this enrichment. Repeatable."
)

version_option = click.option(
    "--version", multiple=True, metavar="TEXT", help="Runs of this version of it. Repeatable."
)

sort_option = click.option(
    "--sort", metavar="COLUMN", help="Rows by this column; --sort=-COLUMN: falling. Nulls last."
)

limit_option = click.option(
    "--limit", type=click.IntRange(1), metavar="N", help="At most so many rows."
)


def _label_option(told: str) -> Decorator:
    return click.option(
        "--label", "labels", callback=_labels, metavar="KEY=VALUE", multiple=True, help=told
    )


label_option = _label_option("Runs that carry this label. Repeatable: all must fit.")
new_label_option = _label_option("Give the runs this label. Repeatable.")


def filter_options(command: Command) -> Command:
    """Adds --since, --until, --status, --slug, --version, --label; the command gets `filters`."""
    names = ("since", "until", "status", "slug", "version", "labels")

    @wraps(command)
    def filtered(*args: object, **values: Any) -> object:  # noqa: ANN401  # what click passes
        chosen = {name: values.pop(name) for name in names}
        return command(*args, filters=Filters(**chosen), **values)

    return all_options(
        since_option, until_option, status_option, slug_option, version_option, label_option
    )(filtered)


def order_options(command: Command) -> Command:
    """Adds --sort and --limit; the command gets `order`."""

    @wraps(command)
    def ordered(*args: object, **values: Any) -> object:  # noqa: ANN401  # what click passes
        order = Order(sort=values.pop("sort"), limit=values.pop("limit"))
        return command(*args, order=order, **values)

    return all_options(sort_option, limit_option)(ordered)
