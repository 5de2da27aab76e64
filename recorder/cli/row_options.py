"""The options of the commands that choose runs or print rows, one decorator each.

Invariant: a command sees parsed values; instants count from the one `now` of the command.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import partial, wraps
from typing import Any, Protocol
from zoneinfo import available_timezones

import click

from recorder.analysis.filters import Filters
from recorder.cli.options import (
    Command,
    Decorator,
    all_options,
    command_now,
    completed_by,
    settings_options,
    wide_option,
)
from recorder.cli.ordering import Order
from recorder.cli.output import FOR_READING, FORMATS
from recorder.cli.streams import notify
from recorder.humanize import counted
from recorder.instants import datetime_of, parse_when, zone_named
from recorder.ledger.ids import LabelError, checked_label
from recorder.settings import Settings
from recorder.store.read.vocabulary import UnknownWord


def parse_when_option(text: str) -> int:
    """Return the instant that an option gives, microseconds since 1970 UTC; `7d` counts from --as-of, else from now."""
    params = click.get_current_context().params
    as_of = params.get("as_of")  # click's own mark where it is not written
    now = as_of if isinstance(as_of, int) else command_now()
    try:
        instant = parse_when(text, now=now, tz=params.get("tz", UTC))
        if instant is not None:
            datetime_of(instant)
    except OverflowError:  # beyond the calendar
        instant = None
    if instant is None:
        raise click.BadParameter(f"{text!r}: write 2026-11-20T09:15:00Z, 2026-11-20, or 7d (ago).")
    return instant


def _zone(name: str) -> tzinfo:
    zone = zone_named(name)
    if zone is None:
        raise click.BadParameter(f"{name!r} is no time zone: write UTC or Europe/Berlin.")
    return zone


def _label(text: str) -> tuple[str, str]:
    """Return the label that is written `key=value`; the value may be empty and may hold more `=`."""
    key, equals, value = text.partition("=")
    if not (equals and key.strip()):
        raise click.BadParameter(f"{text!r}: write key=value.")
    try:
        return checked_label(key.strip(), value)
    except LabelError as error:
        raise click.BadParameter(f"{error}.") from error


def parse_words(
    _ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the words between the commas of each text."""
    return tuple(word.strip() for text in texts for word in text.split(",") if word.strip())


def parse_selection(text: str) -> Filters:
    """Return the runs of `since=14d,until=7d,source=a,slug=x,version=3,label.team=growth`."""
    found: dict[str, list[str]] = {name: [] for name in _SELECTS}
    for piece in text.split(","):
        key, equals, value = (part.strip() for part in piece.partition("="))
        name, dot, label = key.partition(".")
        if not equals or name not in found or bool(dot) != (name == "label"):
            known = ", ".join(f"{name}=..." for name in _SELECTS[:-1])
            raise click.BadParameter(f"{piece!r}: write {known} or label.KEY=VALUE.")
        found[name].append(f"{label}={value}" if dot else value)
    since, until, source = (
        found[name][-1] if found[name] else None for name in ("since", "until", "source")
    )
    return Filters(
        since=None if since is None else parse_when_option(since),
        until=None if until is None else parse_when_option(until),
        source=source,
        slug=tuple(found["slug"]),
        version=tuple(found["version"]),
        labels=tuple(map(_label, found["label"])),
    )


_SELECTS = ("since", "until", "source", "slug", "version", "label")

format_option = all_options(
    click.option(
        "--format",
        type=click.Choice(FORMATS),
        default=FORMATS[0],
        metavar="FORMAT",
        help="How to print: table, json (one array), ndjson (an object a line), csv or markdown.",
    ),
    wide_option,
)

tz_option = click.option(
    "--tz",
    type=_zone,
    is_eager=True,  # dates are read in it
    metavar="ZONE",
    shell_complete=lambda _, __, beginning: [
        name for name in sorted(available_timezones()) if name.startswith(beginning)
    ],
    default="UTC",
    help="Time zone of dates, of the times shown and of groups by day.",
)


class _AsOf(click.Option):
    """The option --as-of, which is read before the other instants, and after --tz."""

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]
    ) -> tuple[Any, list[str]]:
        """Read the zone of its dates first, wherever that stands."""
        for one in ctx.command.params:
            if one.name == "tz" and "tz" not in ctx.params:
                one.handle_parse_result(ctx, opts, args)
        return super().handle_parse_result(ctx, opts, args)


as_of_option = click.option(
    "--as-of",
    cls=_AsOf,
    is_eager=True,  # `7d` of the others counts from it
    metavar="T",
    type=parse_when_option,
    help="Answer with what was known at T: a time, a date (midnight in --tz), or 7d (ago).",
)


def _time_options(what: str) -> tuple[Decorator, Decorator]:
    """Return --since and --until; `what`: the beginning of their help."""
    texts = {
        "--since": f"{what} at or after T: a time, a date (midnight in --tz), or 7d (ago, before --as-of).",
        "--until": f"{what} before T: as for --since.",
    }
    since, until = (
        click.option(name, metavar="T", type=parse_when_option, help=text)
        for name, text in texts.items()
    )
    return since, until


since_option, until_option = _time_options("Runs created")


def _words_option(*names: str, metavar: str, text: str, **more: Any) -> Decorator:  # noqa: ANN401  # as click takes it
    """Return an option that may be repeated, of words that the store has."""
    completer = completed_by(names[0].removeprefix("--"))
    return click.option(
        *names, multiple=True, metavar=metavar, shell_complete=completer, help=text, **more
    )


status_option = _words_option(
    "--status",
    metavar="WORDS",
    text="Runs of these statuses; commas between several.",
    callback=parse_words,
)
slug_option = _words_option("--slug", metavar="SLUG", text="Runs of this enrichment. Repeatable.")
version_option = _words_option(
    "--version", metavar="TEXT", text="Runs of this version of an enrichment. Repeatable."
)
_label_option = partial(_words_option, "--label", "labels", metavar="KEY=VALUE", type=_label)
label_option = _label_option(text="Runs that have this label. Repeatable: all must match.")
new_label_option = _label_option(text="Give the runs this label. Repeatable.")

sort_option = click.option(
    "--sort",
    metavar="COLUMN",
    help="Sort by this column, as csv names it; --sort=-COLUMN: largest first. Nulls last.",
)

limit_option = click.option(
    "--limit", type=click.IntRange(1), metavar="N", help="Print at most N rows."
)


def _filter_options(since: Decorator, until: Decorator, command: Command) -> Command:
    """Add --since, --until, --status, --slug, --version and --label; the command gets `filters`."""
    names = ("since", "until", "status", "slug", "version", "labels")

    @wraps(command)
    def filtered(*args: object, **values: Any) -> object:  # noqa: ANN401  # what click passes
        chosen = {name: values.pop(name) for name in names}
        return command(*args, filters=Filters(**chosen), **values)

    return all_options(since, until, status_option, slug_option, version_option, label_option)(
        filtered
    )


filter_options = partial(_filter_options, since_option, until_option)
event_filter_options = partial(_filter_options, *_time_options("What happened"))


def order_options(command: Command) -> Command:
    """Add --sort and --limit; the command gets `order`."""

    @wraps(command)
    def ordered(*args: object, **values: Any) -> object:  # noqa: ANN401  # what click passes
        order = Order(sort=values.pop("sort"), limit=values.pop("limit"))
        return command(*args, order=order, **values)

    return all_options(sort_option, limit_option)(ordered)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOptions:
    """The options that commands which print rows share; one that a command lacks has its default.

    Attributes:
        settings: the settings.
        filters: which runs.
        as_of: the instant of --as-of, microseconds since 1970 UTC; None: the present.
        tz: the zone of dates and of the times shown.
        order: of the rows.
        format: one of `FORMATS`.
    """

    settings: Settings
    filters: Filters = field(default_factory=Filters)
    as_of: int | None = None
    tz: tzinfo = UTC
    order: Order = field(default_factory=Order)
    format: str = FORMATS[0]

    @property
    def now(self) -> int:
        """The instant of the answer: that of --as-of, else the beginning of the command."""
        return self.as_of or command_now()

    @property
    def is_for_reading(self) -> bool:
        """Whether the rows are printed for people."""
        return self.format in FOR_READING


_PARTS: Mapping[str, Decorator] = {
    "filters": filter_options,
    "event_filters": event_filter_options,
    "as_of": as_of_option,
    "tz": tz_option,
    "order": order_options,
    "format": format_option,
}


def query_options(parts: str, *, settings: Sequence[str] = (), source: bool = True) -> Decorator:
    """Add the options of these attributes of `QueryOptions`, blanks between, and of settings; the command gets `options`."""
    names = parts.split()

    def decorate(command: Command) -> Command:
        @wraps(command)
        def asking(*args: object, **values: Any) -> object:  # noqa: ANN401  # what click passes
            attributes = {*QueryOptions.__dataclass_fields__} & values.keys()
            chosen = {name: values.pop(name) for name in attributes}
            return command(*args, options=QueryOptions(**chosen), **values)

        added = (*(_PARTS[name] for name in names), settings_options(*settings, source=source))
        return all_options(*added)(asking)

    return decorate


class FilterWords(Protocol):
    """A reader of a store that knows which words its runs have."""

    def unknown_words(self, filters: Filters, units: Iterable[str]) -> list[UnknownWord]:
        """Return the words of the filters, and the units, that no run has."""

    def thinned_runs(self) -> int:
        """Return how many runs are not known whole at the instant of the queries, since they were pruned."""


def notify_unknown_words(reader: FilterWords, filters: Filters, units: Iterable[str] = ()) -> None:
    """Report each word of the filters and unit that no run has, with the words that they have; and runs that were pruned since."""
    if n_thinned := reader.thinned_runs():
        notify(
            f"{counted(n_thinned, 'run')} of that time were pruned since: their inner states are gone"
        )
    for one in reader.unknown_words(filters, units):
        known = f"it has {', '.join(one.known)}{' and more' if one.more else ''}"
        notify(
            f"no run of the store has {one.name} {one.word!r}: {known if one.known else 'none has any'}"
        )
