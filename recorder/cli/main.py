"""`recorder`: finds the command, and turns whatever it ends with into an exit code.

Invariant: `recorder --help` imports no command and none of the libraries that commands need; an error is one
line on stderr, with a traceback only under `--debug`.
"""

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import ClassVar, NamedTuple

import click

from recorder.analysis.registry import ANALYSES
from recorder.cli.streams import notify, open_streams, output_was_lost
from recorder.cli.terminal import visible
from recorder.errors import RecorderError
from recorder.urls import hide_secrets

_INTERRUPTED = 130
_BROKEN_PIPE = 141
_INTERNAL_ERROR_LENGTH = 300


class Entry(NamedTuple):
    """A command: its module, its attribute there, and its line in the help."""

    module: str
    attribute: str
    told: str


SECTIONS: Mapping[str, Mapping[str, Entry]] = MappingProxyType(
    {
        "Record": {
            "track": Entry("recorder.cli.tracking", "track", "Register runs by their ids."),
            "untrack": Entry(
                "recorder.cli.changing", "untrack", "Stop watching runs; keep their history."
            ),
            "label": Entry("recorder.cli.changing", "label", "Set labels of runs, or remove them."),
            "forget": Entry("recorder.cli.changing", "forget", "Remove runs and their history."),
            "poll": Entry("recorder.cli.poll", "poll", "Ask the API about the runs that are due."),
            "watch": Entry("recorder.cli.watch", "watch", "A live table of runs in flight."),
        },
        "Ask": {
            "status": Entry(
                "recorder.cli.ask", "status", "A run's ledger row, last seen or as of a time."
            ),
            "history": Entry(
                "recorder.cli.ask", "history", "A run's snapshots, and what changed in each."
            ),
            "runs": Entry("recorder.cli.ask", "runs", "The tracked runs."),
            "sources": Entry("recorder.cli.health", "sources", "The health of each source."),
            "overdue": Entry("recorder.cli.overdue", "overdue", "Runs that are overdue."),
        },
        "Analyse": {
            name: Entry("recorder.cli.analyses", name, entry.summary)
            for name, entry in ANALYSES.items()
            if entry.flag_of is None
        }
        | {"budget": Entry("recorder.cli.budget", "budget", "How far each budget is used.")},
        "Store": {
            "export": Entry("recorder.cli.transfer", "export", "Write answers or rows to a file."),
            "import": Entry("recorder.cli.transfer", "import_", "Take answers from a file."),
            "db": Entry("recorder.cli.db", "db", "The store: upgrade, status, and more."),
            "doctor": Entry("recorder.cli.doctor", "doctor", "What is wrong, and what to do."),
        },
        "Try": {
            "sandbox": Entry(
                "recorder.cli.sandbox", "sandbox", "A local ledger to try things with."
            ),
            "demo": Entry("recorder.cli.demo", "demo", "The whole story against the sandbox."),
        },
    }
)
"""Every command, by its section of the help; one whose module is not there is not offered."""


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is run; its table is `sections`."""

    sections: ClassVar[Mapping[str, Mapping[str, Entry]]] = SECTIONS

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """The commands whose modules are there."""
        return {
            name: entry
            for entries in self.sections.values()
            for name, entry in entries.items()
            if importlib.util.find_spec(entry.module)
        }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands that are there."""
        del ctx
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself; None where there is none of that name."""
        del ctx
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        command = getattr(importlib.import_module(entry.module), entry.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.module}.{entry.attribute} is no command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest names where there is no such command."""
        if args[0] not in self.entries and not ctx.resilient_parsing:
            ctx.fail(f"No such command {args[0]!r}.{_nearest(args[0], self.entries)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Section by section, from the table."""
        del ctx
        for section, entries in self.sections.items():
            lines = [(name, entry.told) for name, entry in entries.items() if name in self.entries]
            if lines:
                with formatter.section(section):
                    formatter.write_dl(lines)

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
    import difflib  # noqa: PLC0415  # only for a mistyped command

    near = difflib.get_close_matches(word, names)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def _discard_stdout() -> None:
    """What is still buffered must not fail again when Python ends."""
    with open(os.devnull, "w", encoding="utf-8") as devnull:  # noqa: PTH123  # a descriptor, not a file
        os.dup2(devnull.fileno(), sys.stdout.fileno())


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="`recorder COMMAND -h` helps with a command. Example: `recorder demo` shows the whole in a minute.",
)
@click.version_option(package_name="puffle-recorder", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def cli() -> None:
    """Keep the history of Puffle Enrichment Runs, and ask how long they take, how often they fail, what they cost."""


def main() -> int:
    """Run the command line of this process, and return its exit code."""
    open_streams()
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
        return _tell_usage(error)
    except click.Abort as error:
        return _INTERRUPTED if isinstance(error.__cause__, KeyboardInterrupt) else 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    except RecorderError as error:
        return _notify(error, str(error), code=error.exit_code, debug=_wants_debug(arguments))
    except Exception as error:  # noqa: BLE001  # the last resort: one line instead of a traceback
        told = f"internal error: {type(error).__name__}: {error}"[:_INTERNAL_ERROR_LENGTH]
        told += "; run again with --debug"
        return _notify(error, told, code=1, debug=_wants_debug(arguments))
    return result if type(result) is int else int(output_was_lost())


def _tell_usage(error: click.ClickException) -> int:
    """Print what click found wrong, and return its exit code; a group without a command gets its whole help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return error.exit_code
    return _notify(error, _one_line(error), code=error.exit_code, debug=False)


def _one_line(error: click.ClickException) -> str:
    """What click says in four lines, in one; which help tells more."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "recorder"
    return f"{error.format_message()} ({path} -h tells more)"


def _wants_debug(args: Sequence[str]) -> bool:
    """Also where the command line went wrong before click had read it."""
    return "--debug" in args[: args.index("--") if "--" in args else len(args)]


def _notify(error: Exception, message: str, *, code: int, debug: bool) -> int:
    if debug:
        import traceback  # noqa: PLC0415  # only here

        for line in hide_secrets("".join(traceback.format_exception(error))).splitlines():
            click.echo(visible(line), err=True)
    notify(" ".join(message.split()))
    return code
