"""Every command of the program, and how a test runs it."""

from collections.abc import Iterator
from pathlib import Path

import click

from recorder.cli.main import cli
from recorder.views import VIEWS

Runs = list[list[str]]


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command of the help, by its words."""
    if not isinstance(command, click.Group):
        yield path
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from leaves(found, (*path, name))


COMMANDS = list(leaves(cli))


def ways(folder: Path) -> dict[str, Runs]:
    """How a command is run that needs arguments, first as it should be; every other one is run as it stands."""
    estimate = ["--slug", "x", "--leads", "5"]
    names = ("answers", *VIEWS)
    return {
        "track": [["er_1", "er_echo", "er_2"]],
        "untrack": [["er_2"]],
        "label": [["er_1", "team=growth"]],
        "forget": [["er_2", "--yes"]],
        "poll": [["--for", "2s", "-v", "--items"], ["--base-url", "http://127.0.0.1:1"]],
        "wait": [["er_1", "--timeout", "3s"], ["er_refused", "--timeout", "3s"]],
        "watch": [["--format", "json"]],
        **{name: [["er_1"], ["er_1", "--format", "json"]] for name in ("explain", "status")},
        "history": [["er_echo", "--format", "json"]],
        "sql": [["SELECT * FROM snapshots"], ["SELECT nothing FROM nowhere"]],
        "compare": [["--since", "7d", "--against", "previous"]],
        "estimate": [estimate, ["--backtest"]],
        "check": [["--max-failure-rate", "0.1", "--max-silence", "1s"]],
        "metrics": [[], ["--out", str(folder / "out.prom")]],
        "report": [["--out", str(folder / "report.html")]],
        "export": [[n, "--out", str(folder / f"{n.replace(' ', '')}.ndjson")] for n in names],
        "import": [[str(folder / "answers.ndjson")], [str(folder / "nothing")]],
        "db backup": [["--out", str(folder / "backup.db")]],
        "db prune": [["--before", "365d"]],
        "sandbox": [["--answers", "3"], ["--fault", "nothing"]],
        "demo": [["--db", str(folder / "demo.db")]],
    }


ANSWERS_2 = {"db backup"}
"""What is not run to its end here: `db backup` copies no Postgres store."""
