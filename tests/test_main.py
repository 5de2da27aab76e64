"""The command `recorder`: light to start, one line for an error, exit codes as published."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import ClassVar

import click
import pytest
from terminals import on_a_terminal

from recorder.cli.main import SECTIONS, CommandEntry, LazyGroup, cli, run
from recorder.settings import ENVIRONMENT

COMMANDS = '''
import click, os, signal
from recorder.errors import KeyRefusedError, SettingError

@click.command()
@click.option("--debug", is_flag=True, expose_value=False)
@click.argument("what")
def end(what):
    """End in one way or another."""
    if what == "refused":
        raise KeyRefusedError("the key of a was\\nrefused \\x1b[31m")
    if what == "broken":
        raise LookupError("no\\n  such thing" + "!" * 1000)
    if what == "interrupted":
        os.kill(os.getpid(), signal.SIGINT)
    if what == "abort":
        raise click.Abort
    if what == "much":
        for number in range(100_000):
            click.echo(number)
    if what == "exit":
        click.get_current_context().exit(3)
    return {"five": 5, "true": True}.get(what)

no_command = 1
'''


class Commands(LazyGroup):
    sections: ClassVar = {
        "Here": {
            "end": CommandEntry("ways_to_end", "end", "End somehow."),
            "odd": CommandEntry("ways_to_end", "no_command", "No command at all."),
        },
    }


GROUP = Commands(name="recorder", context_settings=cli.context_settings)


@pytest.fixture(autouse=True)
def ways_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ways_to_end.py").write_text(COMMANDS)
    monkeypatch.syspath_prepend(tmp_path)
    sys.modules.pop("ways_to_end", None)


def python(code: str, **options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **options},
    )


def test_help_imports_nothing_heavy_and_no_command() -> None:
    """`recorder --help` pays for none of the libraries and none of the command modules."""
    done = python(
        "import sys; from recorder.cli.main import cli, run; code = run(cli, ['--help'])\n"
        "heavy = {'sqlalchemy', 'httpx', 'pandas', 'numpy', 'alembic', 'rich.console', 'platformdirs'}\n"
        "own = {name for name in sys.modules if name.startswith('recorder.')}\n"
        "print(code, sorted(heavy & sys.modules.keys()), file=sys.stderr)\n"
        "print(sorted(own), file=sys.stderr)"
    )
    first, second = done.stderr.splitlines()
    assert first == "0 []"
    rooms = (
        "recorder.cli",
        *(f"recorder.cli.{one}" for one in ("loading", "main", "streams", "terminal")),
    )
    registry = ("recorder.analysis", "recorder.analysis.registry")  # the names of analyses
    own = [*registry, *rooms, "recorder.errors", "recorder.urls"]
    assert second == str(own)
    assert "Usage: recorder [OPTIONS] COMMAND" in done.stdout


def test_a_pass_with_nothing_due_loads_little(tmp_path: Path, sqlite_template: Path) -> None:
    """It loads no part of the program that it does not use, and makes no class of a dataclass, which takes long."""
    store = tmp_path / "store.db"
    store.write_bytes(sqlite_template.read_bytes())
    done = python(
        "import sys; from recorder.cli.main import cli, run; code = run(cli, ['poll'])\n"
        "own = [module for name, module in sys.modules.items() if name.startswith('recorder.')]\n"
        "made = {value for module in own for value in vars(module).values() if isinstance(value, type)}\n"
        "print(code, [one for one in made if '__dataclass_fields__' in vars(one)])\n"
        "print(*(module.__name__ for module in own))",
        RECORDER_DATABASE_URL=str(store),
        PUFFLE_API_KEY="pk",
    )
    first, second = done.stdout.splitlines()
    assert first == "0 []"
    loaded = {name.removeprefix("recorder.") for name in second.split()}
    assert "polling.poller" in loaded
    unused = {
        "analyses",
        "cli.live_rows",
        "cli.output",
        "cli.progress_line",
        "fetch.client",
        "frames",
    }
    unused |= {"outlooks", "queries", "sandbox", "store.blocks", "store.migrate", "store.status"}
    assert loaded & unused == set()


def test_what_a_command_imports_is_never_searched_for_garbage() -> None:
    """A command's modules stay for good: the search for garbage is on again after the import, and passes them by."""
    done = python(
        "import gc; from recorder.cli.main import cli, run; run(cli, ['poll', '--help'])\n"
        "assert gc.isenabled() and gc.get_freeze_count() > 10_000"
    )
    assert done.returncode == 0, done.stderr


def test_both_ways_to_start_are_one() -> None:
    """`python -m recorder` is the command `recorder`."""
    done = subprocess.run(
        [sys.executable, "-m", "recorder", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("recorder ")


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_the_commands_by_section(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Help shows the sections, and the commands of each with their lines."""
    assert run(GROUP, [flag]) == 0
    told = capsys.readouterr().out
    assert "Here:\n  end  End somehow.\n  odd  No command at all.\n" in told


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_of_a_command(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    """-h works behind a command, too."""
    assert run(GROUP, ["end", flag]) == 0
    assert "End in one way or another." in capsys.readouterr().out


def commands(
    command: click.Command, name: str, above: click.Context | None = None
) -> Iterator[click.Context]:
    """The command and those below it, as help at 80 columns sees them."""
    context = command.make_context(
        name, [], above, resilient_parsing=True, terminal_width=80, max_content_width=80
    )
    yield context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from commands(found, below, context)


@pytest.mark.parametrize(
    "context", list(commands(cli, "recorder")), ids=lambda one: one.command_path
)
def test_the_help_of_every_command_is_whole(context: click.Context) -> None:
    """It says what the command does, fits 80 columns, tells of every option, and ends with an example of its own."""
    command, told = context.command, context.command.get_help(context)
    assert command.help
    assert max(map(len, told.splitlines())) <= 80
    assert f"{context.command_path} " in f"{command.epilog}\n".replace("\n", " ")
    assert told.count("  Examples:") == told.count("  Examples:\n    recorder ")  # a line each
    for option in (one for one in command.params if isinstance(one, click.Option)):
        assert option.help, option.name
        variable = ENVIRONMENT.get(option.name or "")
        assert variable is None or f"[env var: {variable}]" in option.help


def examples() -> Iterator[list[str]]:
    """The words of each command line in the help, without what stands before, after and next to it."""
    for context in [one for one in commands(cli, "recorder") if one.parent]:
        for line in (context.command.epilog or "").splitlines():
            told = re.split(r"\s{2,}", line.strip().removeprefix("Example: "))[0]
            words = _words(told)
            if "recorder" in words:
                ours = words[words.index("recorder") + 1 :]
                yield list(takewhile(lambda word: not set(word) & set("|&>"), ours))


def _words(line: str) -> list[str]:
    split = shlex.shlex(re.sub(r"\$\(.*?\)", "today", line), posix=True, punctuation_chars="|&>")
    split.whitespace_split, split.commenters = True, ""
    return list(split)


@pytest.mark.parametrize("words", list(examples()), ids=" ".join)
def test_each_example_can_be_typed(words: list[str]) -> None:
    """Every option, argument and value of the help's examples is one that the command takes."""
    command: click.Command = cli
    context = click.Context(cli, info_name="recorder")
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        assert found is not None, words[0]
        command, words = found, words[1:]
    command.make_context("recorder", words, parent=context)


@pytest.mark.parametrize("group", [[], ["db"]])
def test_a_group_without_a_command_is_helped(
    group: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """`recorder` and `recorder db` alone are no usage: stderr has the help as `-h` prints it, and the exit code is 2."""
    assert run(cli, [*group, "-h"]) == 0
    told = capsys.readouterr().out
    assert run(cli, group) == 2
    assert capsys.readouterr() == ("", told)


def test_no_two_commands_have_one_name() -> None:
    """The table names each command once."""
    names = [name for entries in SECTIONS.values() for name in entries]
    assert len(names) == len(set(names))


def test_a_mistyped_command_gets_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown command is a usage error that names the nearest."""
    assert run(GROUP, ["ned"]) == 2
    assert "No such command 'ned'. Did you mean end?" in capsys.readouterr().err
    assert run(GROUP, ["xyzzy"]) == 2
    assert (
        capsys.readouterr().err == "recorder: No such command 'xyzzy'. (recorder -h tells more)\n"
    )


@pytest.mark.parametrize(
    ("what", "code"), [("five", 5), ("true", 0), ("nothing", 0), ("exit", 3), ("abort", 1)]
)
def test_a_command_decides_its_exit_code(what: str, code: int) -> None:
    """An int that a command returns, or its exit, is the exit code; all else is 0."""
    assert run(GROUP, ["end", what]) == code


def test_a_wrong_option_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    """What click finds wrong ends with 2."""
    assert run(GROUP, ["end", "--colour"]) == 2
    assert "No such option" in capsys.readouterr().err


def test_an_error_is_one_line_and_its_own_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    """An error of ours is told in one line on stderr, without terminal escapes."""
    assert run(GROUP, ["end", "refused"]) == 4
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "recorder: the key of a was refused \\x1b[31m\n"


def test_a_mistake_of_ours_is_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    """What nobody foresaw ends with 1, in one line that says how to see more."""
    assert run(GROUP, ["end", "broken"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("recorder: internal error: LookupError: no such thing!!!")
    assert told.endswith("; run again with --debug\n")
    assert told.count("\n") == 1
    assert len(told) < 400


@pytest.mark.parametrize("what", ["broken", "refused"])
def test_debug_shows_the_traceback(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    """--debug shows where an error came from; after `--` it is a word like any other."""
    assert run(GROUP, ["end", "--debug", what]) in (1, 4)
    assert "Traceback (most recent call last)" in capsys.readouterr().err
    assert run(GROUP, ["end", "--", "--debug"]) == 0
    assert run(GROUP, ["odd"]) == 1
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.slow
def test_messages_are_broken_between_words_on_a_terminal(tmp_path: Path) -> None:
    """A terminal gets a message in lines that fit, with every word whole; elsewhere it is one line."""
    path = str(tmp_path / ("a-rather-long-folder-name-" * 3) / "no.db")
    _, shown = on_a_terminal("runs", "--db", path, environ={"COLUMNS": "40"})
    lines = shown.decode().splitlines()
    told = f"recorder: no store at {path}: 'recorder track RUN_ID' makes one"
    assert " ".join(lines) == told
    assert all(len(line) <= 40 or " " not in line for line in lines)
    done = subprocess.run(
        [sys.executable, "-m", "recorder", "runs", "--db", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == told + "\n"


def test_a_traceback_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """What an error says is spelt out in the traceback, too."""
    assert run(GROUP, ["end", "--debug", "refused"]) == 4
    assert "\x1b" not in capsys.readouterr().err


def test_an_interrupt_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C ends with 130 and without a word, also where whoever started us ignored it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert run(GROUP, ["end", "interrupted"]) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    assert capsys.readouterr().err.strip() == ""


RUN_HERE = (
    "import sys; sys.path[:0] = {paths!r}; from test_main import GROUP; "
    "from recorder.cli.main import run; sys.exit(run(GROUP, ['end', {what!r}]))"
)


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    """`recorder ... | head` ends quietly, with the exit code of a broken pipe."""
    code = RUN_HERE.format(paths=[str(tmp_path), str(Path(__file__).parent)], what="much")
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "0\n"
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 128 + signal.SIGPIPE
