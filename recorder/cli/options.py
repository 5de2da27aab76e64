"""The decorators of commands: their examples, and the options of settings.

Invariant: click only collects texts, `load_settings` decides between option, environment and file. One `now` holds
for a whole command.
"""

import os
from collections.abc import Callable, Iterable
from functools import reduce, wraps
from typing import Any, TypeAlias, cast

import click
from click.shell_completion import CompletionItem

from recorder.cli.loading import load
from recorder.errors import UsageError
from recorder.instants import now_us, parse_duration
from recorder.settings import DEFAULTS, ENVIRONMENT, OPTIONS, load_settings

Command: TypeAlias = Callable[..., object]
Completer: TypeAlias = Callable[[click.Context, click.Parameter, str], list[str]]
Decorator: TypeAlias = Callable[[Command], Command]

_NOW = "recorder.now"
_WIDE = "recorder.wide"


def command(*examples: str, **more: Any) -> Callable[[Command], click.Command]:  # noqa: ANN401  # as click takes it
    """Make a command of a function; its help ends with these examples."""
    return click.command(epilog=examples_text(*examples), **more)


def examples_text(*lines: str) -> str:
    """Return the end of a command's help; click leaves the lines as they are."""
    if len(lines) == 1:
        return f"Example: {lines[0]}"
    return "\b\nExamples:" + "".join(f"\n  {line}" for line in lines)


def command_now() -> int:
    """Return the instant at which this command began: the same for all its options and its body."""
    now: int = click.get_current_context().meta.setdefault(_NOW, now_us())
    return now


def is_wide() -> bool:
    """Return whether this command is to show all columns."""
    context = click.get_current_context(silent=True)
    return context is not None and context.meta.get(_WIDE, False)


def _set_wide(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  # as click calls it
    ctx.meta[_WIDE] = wanted


def _completer(words_like: Callable[[click.Context, str], Iterable[str]]) -> Completer:
    """Return the completer of the last of several words with commas between."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        return [before + comma + word for word in words_like(ctx, last)]

    return complete


def completed_by(name: str) -> Completer:
    """Return the completer of words that the store has; it loads the store's module."""
    return _completer(
        lambda ctx, last: load("recorder.cli.store_words").store_words(ctx, name, last)
    )


def completed_from(words: Iterable[str]) -> Completer:
    """Return the completer of these words."""
    return _completer(lambda _, last: [word for word in words if word.startswith(last)])


def complete_file(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Have the shell complete the name of a file."""
    return [CompletionItem(incomplete, type="file")]


def _setting(key: str, metavar: str, text: str) -> Decorator:
    files = ("config", "database_url")
    completer = complete_file if key in files else completed_by(key) if key == "source" else None
    default = f"  [default: {DEFAULTS[key]}]" if key in DEFAULTS else ""
    text = f"{text}{default}  [env var: {ENVIRONMENT[key]}]"
    return click.option(OPTIONS[key], key, metavar=metavar, help=text, shell_complete=completer)


_SETTINGS = (
    ("database_url", "URL", "The store: a SQLAlchemy URL, or the path of a SQLite file."),
    ("config", "FILE", "A TOML file of settings."),
    ("source", "NAME", "The source: the account whose key polls the runs."),
    ("base_url", "URL", "The API's base URL."),
    ("rate", "N", "At most N requests in any 60 s, per key, over all processes."),
    ("every", "DURATION", "The usual time between two polls of a run; 2 s near its likely end."),
    ("settle", "LIST", "When to poll an ended run again: times after its end."),
    ("overdue_after", "DURATION", "A run in flight for longer is overdue."),
    ("ping", "URL", "After each pass, send a GET to this URL and the exit code: URL/0."),
)
_SETTING_OPTIONS = {key: _setting(key, metavar, text) for key, metavar, text in _SETTINGS}


def extra_module(name: str, *, extra: str) -> Any:  # noqa: ANN401  # a module
    """Import what only the command of an extra's name needs.

    Raises:
        UsageError: the extra is not installed.
    """
    try:
        return load(name)
    except ImportError as error:
        raise UsageError(
            f"{extra} needs {error.name}: pip install 'puffle-recorder[{extra}]'"
        ) from error


def parse_span(text: str) -> int:
    """Return the microseconds of an option's duration."""
    span = parse_duration(text)
    if not span:
        raise click.BadParameter(f"{text!r}: write 55s, 10m or 24h.")
    return span


def settings_options(*names: str, source: bool = True) -> Decorator:
    """Add --db, --config, --source (unless `source` is false), --debug and the settings named; the command gets `settings`."""
    keys = ("database_url", "config", *(["source"] if source else []), *names)

    def decorate(command: Command) -> Command:
        @wraps(command)
        def with_settings(*args: object, **values: object) -> object:
            options = {key: cast("str | None", values.pop(key)) for key in keys}
            return command(*args, settings=load_settings(options, environ=os.environ), **values)

        return all_options(*(_SETTING_OPTIONS[key] for key in keys), debug_option)(with_settings)

    return decorate


def all_options(*options: Decorator) -> Decorator:
    """Add several options; help shows them in this order."""
    return lambda command: reduce(lambda made, option: option(made), reversed(options), command)


wide_option = click.option(
    "--wide",
    is_flag=True,
    expose_value=False,
    callback=_set_wide,
    help="Show all columns of a table, and instants to the second.",
)

debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, help="Show the traceback of an error."
)
"""Accepted by every command; `main` reads it from the arguments itself."""

verbose_option = click.option("-v", "--verbose", is_flag=True, help="Report more on stderr.")
