"""`recorder`: find the command, run it, and turn its end into an exit code.

Invariant: `recorder --help` imports no command and none of the libraries that commands need; an error is one
line on stderr, with a traceback only under `--debug`.
"""

import difflib
import os
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from keyword import iskeyword
from typing import ClassVar, Final, NamedTuple

import click
from click.shell_completion import CompletionItem

from recorder import __version__
from recorder.analysis.registry import ANALYSES
from recorder.cli.loading import load
from recorder.cli.streams import notify, open_streams, output_was_lost
from recorder.cli.terminal import visible
from recorder.errors import RecorderError
from recorder.urls import hide_secrets

_INTERRUPTED = 130
_BROKEN_PIPE = 141
_INTERNAL_ERROR_LENGTH = 300
_NO_NUMBER: Final = {
    "is not a valid integer range.": "is no whole number.",
    "is not a valid integer.": "is no whole number.",
    "is not a valid float range.": "is no number.",
}
"""Click's words for a value that is no number, and plain ones."""


class CommandEntry(NamedTuple):
    """A command: its module, its attribute there, and its line in the help."""

    module: str
    attribute: str
    summary: str


_COMMANDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Record": {
        "track": ("tracking", "Register runs by their ids."),
        "untrack": ("changing", "Stop polling runs; keep their history."),
        "label": ("changing", "Set labels of runs, or remove them."),
        "forget": ("changing", "Remove runs and their history."),
        "poll": ("poll", "Ask the API about the runs that are due."),
        "wait": ("wait", "Poll runs until they have ended."),
        "watch": ("watch", "Show the runs in flight, live."),
    },
    "Ask": {
        "status": ("status_page", "Show a run's ledger row, last seen or as of a time."),
        "explain": ("explain", "Explain a run on a page, to send on."),
        "history": ("ask", "Show a run's snapshots and their changes."),
        "runs": ("ask", "List the tracked runs."),
        "sources": ("source_command", "Show how polling goes, by source and key."),
        "events": ("events", "Print what happened, each event once."),
        "check": ("check", "Check thresholds: exit 5 if one is crossed."),
        "overdue": ("overdue", "List the overdue runs."),
        "metrics": ("metrics", "Print gauges and counters for Prometheus."),
        "sql": ("sql", "Run one query over the views."),
    },
    "Analyse": {
        name: ("analysis_commands", entry.summary)
        for name, entry in ANALYSES.items()
        if entry.flag_of is None
    }
    | {
        "budget": ("budget", "Show how far each budget is used."),
        "estimate": ("estimate", "Estimate what a run costs and how long it takes."),
        "report": ("report_command", "Write one page with pictures."),
    },
    "Store": {
        "export": ("transfer", "Write answers or rows to a file."),
        "import": ("transfer", "Import answers from a file."),
        "db": ("db", "Make, upgrade, check, copy or prune the store."),
        "doctor": ("doctor", "Find what is wrong, and what to do."),
    },
    "Try": {
        "sandbox": ("sandbox", "Serve a local ledger to try things with."),
        "demo": ("demo", "Show every step against the sandbox."),
    },
}
SECTIONS: Mapping[str, Mapping[str, CommandEntry]] = {
    section: {
        name: CommandEntry(f"recorder.cli.{module}", f"{name}_" * iskeyword(name) or name, summary)
        for name, (module, summary) in commands.items()
    }
    for section, commands in _COMMANDS.items()
}
"""Every command, by its section of the help."""


class LazyGroup(click.Group):
    """A group of commands, each imported when it is run."""

    sections: ClassVar[Mapping[str, Mapping[str, CommandEntry]]] = SECTIONS

    @cached_property
    def entries(self) -> Mapping[str, CommandEntry]:
        """Every command by its name."""
        return {
            name: entry for entries in self.sections.values() for name, entry in entries.items()
        }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order of the help."""
        del ctx
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None where there is none of that name."""
        del ctx
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        command = getattr(load(entry.module), entry.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.module}.{entry.attribute} is no command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command as click does; name the nearest ones where there is none."""
        if args[0] not in self.entries and not ctx.resilient_parsing:
            ctx.fail(f"No such command {args[0]!r}.{_nearest(args[0], self.entries)}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands and options that begin so; click would import each command for its help."""
        found = (
            CompletionItem(name, help=entry.summary)
            for name, entry in self.entries.items()
            if name.startswith(incomplete)
        )
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands section by section."""
        del ctx
        for section, entries in self.sections.items():
            with formatter.section(section):
                formatter.write_dl([(name, entry.summary) for name, entry in entries.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a reader that went away (`| head`) ends it quietly."""
        try:
            result: object = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            _discard_stdout()
            raise click.exceptions.Exit(_BROKEN_PIPE) from None
        return result


def _nearest(word: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, names)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def _discard_stdout() -> None:
    """Discard what is still buffered."""
    # Python flushes stdout at its end, and would report the closed pipe a second time.
    with open(os.devnull, "w", encoding="utf-8") as devnull:  # noqa: PTH123  # a descriptor, not a file
        os.dup2(devnull.fileno(), sys.stdout.fileno())


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
    epilog="`recorder COMMAND -h` helps with a command. Example: `recorder demo` shows every step in half a minute.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def cli() -> None:
    """Keep the history of Puffle Enrichment Runs, and ask how long they take, how often they fail, what they cost."""


def main() -> int:
    """Run the command line of this process, and return its exit code."""
    open_streams()
    if "_RECORDER_COMPLETE" in os.environ:
        load("recorder.cli.completion")
    return run(cli, sys.argv[1:])


def run(group: click.Group, arguments: Sequence[str]) -> int:
    """Run a command line.

    Args:
        group: the commands.
        arguments: without the program's name.

    Returns:
        The exit code: what the command returned where that is an int; else 0, or 1 where it only prints and its
        output was lost; an error's own.
    """
    try:
        result = group.main(list(arguments), prog_name="recorder", standalone_mode=False)
    except click.ClickException as error:
        return _notify_usage(error)
    except click.Abort as error:
        # An end of input at a question comes as this too; Ctrl-C at one has no cause, only a context.
        origin = error.__cause__ or error.__context__
        return _INTERRUPTED if isinstance(origin, KeyboardInterrupt) else 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    except RecorderError as error:
        return _notify(error, str(error), code=error.exit_code, debug=_wants_debug(arguments))
    except Exception as error:  # noqa: BLE001  # the last resort: one line instead of a traceback
        message = f"internal error: {type(error).__name__}: {error}"[:_INTERNAL_ERROR_LENGTH]
        message += "; run again with --debug"
        return _notify(error, message, code=1, debug=_wants_debug(arguments))
    return result if type(result) is int else int(output_was_lost())


def _notify_usage(error: click.ClickException) -> int:
    """Print what click found wrong, and return its exit code; a group without a command gets its whole help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return error.exit_code
    return _notify(error, _one_line(error), code=error.exit_code, debug=False)


def _one_line(error: click.ClickException) -> str:
    """Return click's message in one line, with the help to read."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "recorder"
    message = error.format_message()
    for words, plain in _NO_NUMBER.items():
        message = message.replace(words, plain)
    return f"{message} ({path} -h tells more)"


def _wants_debug(args: Sequence[str]) -> bool:
    """Return whether --debug is among the arguments, also where click did not get as far as reading it."""
    return "--debug" in args[: args.index("--") if "--" in args else len(args)]


def _notify(error: Exception, message: str, *, code: int, debug: bool) -> int:
    if debug:
        for line in hide_secrets("".join(traceback.format_exception(error))).splitlines():
            click.echo(visible(line), err=True)
    notify(" ".join(message.split()))
    return code
